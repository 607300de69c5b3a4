"""Premium time: contacts, agreements with their evidence, worked time, bills with their lines, and what orders pay."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NEVER = """
CREATE TRIGGER {table}_is_never_{what} BEFORE {verb} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{why} (rules C9, W8)'); END
"""
WHY = "what was agreed, worked and billed is never changed or deleted"
FACTS = {
    "agreement_version": "agreement_id, version, kind, rate, currency, digits, cap_steps, hashes, offered_ms, staff",
    "agreement_decision": "agreement_id, version, what, at_ms, channel, text_hash, language, evidence, staff",
    "bill_decision": "bill_id, what, at_ms, channel, text_hash, language, evidence, staff",
    "bill_line": "kind, agreement_id, work, rate, steps, at_ms, worked_s, staff",
}
"""What is written once. Words beside it can be erased."""
WORKED = "agreement_id, contact_id, person, source, started_ms, ended_ms, worked_s, ending"


def upgrade() -> None:
    """Add the tables, and refuse what would change facts."""
    _make_agreements()
    _make_time()
    _make_bills()
    for table, facts in FACTS.items():
        op.execute(NEVER.format(table=table, what="changed", verb=f"UPDATE OF {facts}", when="", why=WHY))
    for table in (*FACTS, "time_segment"):
        op.execute(NEVER.format(table=table, what="deleted", verb="DELETE", when="", why=WHY))
    ended = "WHEN OLD.worked_s IS NOT NULL"
    op.execute(NEVER.format(table="time_segment", what="changed", verb=f"UPDATE OF {WORKED}", when=ended, why=WHY))
    sent = "WHEN (SELECT state FROM bill WHERE id = OLD.bill_id) <> 'draft'"
    op.execute(NEVER.format(table="bill_line", what="moved", verb="UPDATE OF bill_id, position", when=sent, why=WHY))


def _make_agreements() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("blocked", sa.Integer, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_contact_account_id"),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_contact_store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
    )
    op.create_index("ix_contact_account_id", "contact", ["account_id"])
    op.create_index("ix_contact_store_id", "contact", ["store_id", "id"])
    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Integer, nullable=False),
        sa.Column("ticket_id", sa.Integer),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("closed_ms", sa.BigInteger),
        sa.Column("billed_steps", sa.Integer),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("pushed_number", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_agreement_contact_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_agreement_ticket_id"),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_agreement_store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_agreement"),
    )
    op.create_index("ix_agreement_contact_id", "agreement", ["contact_id"])
    op.create_index("ix_agreement_ticket_id", "agreement", ["ticket_id"])
    op.create_index(
        "ix_agreement_waiting", "agreement", ["store_id", "id"], sqlite_where=sa.text("pushed_number < number")
    )
    op.create_table(
        "agreement_version",
        sa.Column("agreement_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("rate", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("digits", sa.Integer, nullable=False),
        sa.Column("cap_steps", sa.Integer, nullable=False),
        sa.Column("texts", sa.Text, nullable=False),
        sa.Column("hashes", sa.Text, nullable=False),
        sa.Column("offered_ms", sa.BigInteger, nullable=False),
        sa.Column("valid_until_ms", sa.BigInteger, nullable=False),
        sa.Column("staff", sa.String(128), nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name="fk_agreement_version_agreement_id"),
        sa.PrimaryKeyConstraint("agreement_id", "version", name="pk_agreement_version"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "agreement_decision",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("agreement_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("evidence", sa.String(191), nullable=False),
        sa.Column("staff", sa.String(128)),
        sa.Column("words", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name="fk_agreement_decision_agreement_id"),
        sa.PrimaryKeyConstraint("id", name="pk_agreement_decision"),
    )
    op.create_index(
        "uq_agreement_decision_once", "agreement_decision", ["agreement_id", "version", "what"], unique=True
    )


def _make_time() -> None:
    op.create_table(
        "time_segment",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Integer, nullable=False),
        sa.Column("agreement_id", sa.Integer),
        sa.Column("agent", sa.String(128), nullable=False),
        sa.Column("person", sa.String(191), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("started_ms", sa.BigInteger, nullable=False),
        sa.Column("boot", sa.String(64), nullable=False),
        sa.Column("counter_ms", sa.BigInteger, nullable=False),
        sa.Column("waiting_ms", sa.BigInteger),
        sa.Column("waiting_boot", sa.String(64), nullable=False),
        sa.Column("waiting_counter_ms", sa.BigInteger, nullable=False),
        sa.Column("ended_ms", sa.BigInteger),
        sa.Column("worked_s", sa.Integer),
        sa.Column("ending", sa.String(16)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name="fk_time_segment_agreement_id"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_time_segment_contact_id"),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_time_segment_store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_time_segment"),
    )
    op.create_index("ix_time_segment_agreement_id", "time_segment", ["agreement_id"])
    op.create_index("ix_time_segment_contact_id", "time_segment", ["contact_id"])
    op.create_index("ix_time_segment_ended", "time_segment", ["store_id", "ended_ms"])
    op.create_index("ix_time_segment_worked", "time_segment", ["person", "ended_ms"])
    op.create_index(
        "uq_time_segment_agreement",
        "time_segment",
        ["agreement_id"],
        unique=True,
        sqlite_where=sa.text("worked_s IS NULL AND agreement_id IS NOT NULL"),
    )
    op.create_index(
        "uq_time_segment_person", "time_segment", ["person"], unique=True, sqlite_where=sa.text("worked_s IS NULL")
    )


def _make_bills() -> None:
    op.create_table(
        "bill",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("contact_id", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("digits", sa.Integer, nullable=False),
        sa.Column("month", sa.String(10), nullable=False),
        sa.Column("sent_ms", sa.BigInteger),
        sa.Column("billed_ms", sa.BigInteger),
        sa.Column("paid_ms", sa.BigInteger),
        sa.Column("paid_by", sa.String(191), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("pushed_number", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_bill_contact_id"),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_bill_store_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bill"),
    )
    op.create_index("ix_bill_contact_id", "bill", ["contact_id"])
    op.create_index(
        "ix_bill_waiting",
        "bill",
        ["store_id", "id"],
        sqlite_where=sa.text("pushed_number < number AND state NOT IN ('draft', 'gathered')"),
    )
    op.create_table(
        "bill_line",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("bill_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("agreement_id", sa.Integer, nullable=False),
        sa.Column("work", sa.String(64), nullable=False),
        sa.Column("rate", sa.String(32), nullable=False),
        sa.Column("steps", sa.Integer, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("worked_s", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("staff", sa.String(128)),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name="fk_bill_line_bill_id"),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name="fk_bill_line_agreement_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bill_line"),
    )
    op.create_index("ix_bill_line_at", "bill_line", ["at_ms"])
    op.create_index("uq_bill_line_position", "bill_line", ["bill_id", "position"], unique=True)
    op.create_index(
        "uq_bill_line_time", "bill_line", ["agreement_id"], unique=True, sqlite_where=sa.text("kind = 'time'")
    )
    op.create_table(
        "bill_decision",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("bill_id", sa.Integer, nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("evidence", sa.String(191), nullable=False),
        sa.Column("staff", sa.String(128)),
        sa.Column("words", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name="fk_bill_decision_bill_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bill_decision"),
    )
    op.create_index("ix_bill_decision_bill_id", "bill_decision", ["bill_id"])
    op.create_table(
        "order_payment",
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("order_id", sa.BigInteger, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("amount", sa.String(32), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("digits", sa.Integer, nullable=False),
        sa.Column("bill_id", sa.Integer),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("units", sa.Text, nullable=False),
        sa.Column("stands", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_order_payment_store_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_order_payment_account_id"),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name="fk_order_payment_bill_id"),
        sa.PrimaryKeyConstraint("store_id", "order_id", name="pk_order_payment"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_order_payment_account_id", "order_payment", ["account_id"])
    op.create_index("ix_order_payment_bill_id", "order_payment", ["bill_id"])
