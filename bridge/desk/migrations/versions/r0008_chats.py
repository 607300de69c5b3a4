"""Conversations: who writes from where, what was said, and what came from outside for a plugin."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No desk had a conversation before."""
    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("plugin", sa.String(64), nullable=False),
        sa.Column("key", sa.String(191), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("arrived_ms", sa.BigInteger, nullable=False),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_receipt"),
        sa.UniqueConstraint("plugin", "key", name="uq_receipt_plugin_key"),
    )
    _index("ix_receipt_waiting", "receipt", ["plugin", "due_ms", "id"], where="state = 'waiting'")
    _index("ix_receipt_arrived_ms", "receipt", ["arrived_ms"])
    _make_addresses()
    op.create_table(
        "conversation",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Integer, nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("route", sa.String(16), nullable=False),
        sa.Column("last_in_ms", sa.BigInteger),
        sa.Column("replied_ms", sa.BigInteger),
        sa.Column("waiting_ms", sa.BigInteger),
        sa.Column("ticket_id", sa.Integer),
        sa.Column("touched_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_conversation_store_id"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_conversation_contact_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_conversation_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint("store_id", "contact_id", "number", name="uq_conversation_store_id_contact_id_number"),
    )
    _index("ix_conversation_touched", "conversation", ["store_id", "touched_ms", "id"])
    _index("ix_conversation_contact_id", "conversation", ["contact_id"])
    _index("ix_conversation_ticket_id", "conversation", ["ticket_id"], where="ticket_id IS NOT NULL")
    _make_messages()
    op.create_table(
        "early_status",
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("external_id", sa.String(191), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("channel", "external_id", name="pk_early_status"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "chat_code",
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_chat_code_account_id"),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_chat_code_store_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_chat_code"),
    )
    _index("uq_chat_code_code", "chat_code", ["store_id", "code"], unique=True)
    op.create_table(
        "code_try",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Integer, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_code_try_contact_id"),
        sa.PrimaryKeyConstraint("id", name="pk_code_try"),
    )
    _index("ix_code_try_contact_id", "code_try", ["contact_id", "at_ms"])


def _make_addresses() -> None:
    op.create_table(
        "contact_address",
        sa.Column("contact_id", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("phone", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(191), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_contact_address_contact_id"),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_contact_address_store_id"),
        sa.PrimaryKeyConstraint("contact_id", "channel", name="pk_contact_address"),
        sqlite_with_rowid=False,
    )
    for half in ("phone", "user_id"):
        columns = ["store_id", "channel", half]
        _index(f"uq_contact_address_{half}", "contact_address", columns, unique=True, where=f"{half} != ''")


def _make_messages() -> None:
    op.create_table(
        "chat_message",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("conversation_id", sa.Integer, nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("external_id", sa.String(191), nullable=False),
        sa.Column("context", sa.String(191), nullable=False),
        sa.Column("button", sa.String(191), nullable=False),
        sa.Column("buttons", sa.Text, nullable=False),
        sa.Column("template", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16)),
        sa.Column("readied", sa.Integer, nullable=False),
        sa.Column("reference", sa.String(36), nullable=False),
        sa.Column("staff", sa.String(128)),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("agreement_id", sa.Integer),
        sa.Column("message_id", sa.Integer),
        sa.Column("media_id", sa.String(191), nullable=False),
        sa.Column("media_type", sa.String(128), nullable=False),
        sa.Column("media_name", sa.Text, nullable=False),
        sa.Column("media_size", sa.BigInteger, nullable=False),
        sa.Column("media_sha256", sa.String(64), nullable=False),
        sa.Column("media_state", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_chat_message_store_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name="fk_chat_message_conversation_id"),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name="fk_chat_message_agreement_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_chat_message_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_chat_message"),
    )
    table = "chat_message"
    _index(f"uq_{table}_external_id", table, ["store_id", "external_id"], unique=True, where="external_id != ''")
    _index(f"uq_{table}_reference", table, ["reference"], unique=True, where="reference != ''")
    _index(f"ix_{table}_conversation_id", table, ["conversation_id", "at_ms", "id"])
    _index(f"ix_{table}_media_due", table, ["id"], where="media_state = 'due'")
    _index(f"ix_{table}_media_sha256", table, ["store_id", "media_sha256"], where="media_sha256 != ''")
    _index(f"ix_{table}_message_id", table, ["message_id"], where="message_id IS NOT NULL")
    _index(f"ix_{table}_waiting", table, ["conversation_id"], where="state = 'waiting'")


def _index(name: str, table: str, columns: Sequence[str], *, unique: bool = False, where: str = "") -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=sa.text(where) if where else None)
