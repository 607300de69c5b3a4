"""The first desk."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

IMMUTABLE = """
CREATE TRIGGER entry_is_never_{what} BEFORE {verb} ON entry
BEGIN SELECT RAISE(ABORT, 'entries are never changed or deleted (rule C15)'); END
"""


def upgrade() -> None:
    """Make every table, and let no entry be changed or deleted."""
    op.create_table(
        "desk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("desk_id", sa.String(length=36), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("compatible_version", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("backed_up_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk")),
    )
    op.create_table(
        "job",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("last_run_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=191), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delivered_to", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index("ix_outbox_due", "outbox", ["due_ms", "id"], unique=False, sqlite_where=sa.text("done = 0"))
    op.create_table(
        "store",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("first_sync", sa.String(length=16), nullable=False),
        sa.Column("confirmed_units", sa.Integer(), nullable=False),
        sa.Column("booked_units", sa.Integer(), nullable=False),
        sa.Column("synced_to", sa.BigInteger(), nullable=False),
        sa.Column("page_terms", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
        sa.UniqueConstraint("name", name=op.f("uq_store_name")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("owner_kind", sa.String(length=16), nullable=False),
        sa.Column("owner_ref", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("posted", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("frozen_ms", sa.BigInteger(), nullable=True),
        sa.Column("pushed_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("pushed_entries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("pushed_digest", sa.String(length=64), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_account_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint(
            "store_id", "owner_kind", "owner_ref", name=op.f("uq_account_store_id_owner_kind_owner_ref")
        ),
    )
    op.create_index(
        "ix_account_waiting",
        "account",
        ["store_id", "id"],
        unique=False,
        sqlite_where=sa.text("pushed_number < number AND owner_kind = 'customer'"),
    )
    op.create_table(
        "cursor",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("gaps", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_cursor_store_id")),
        sa.PrimaryKeyConstraint("store_id", "name", name=op.f("pk_cursor")),
    )
    op.create_table(
        "problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=191), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("first_seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("handled_by", sa.String(length=128), nullable=True),
        sa.Column("handled_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_problem_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
    )
    op.create_index(
        "uq_problem_open", "problem", ["store_id", "key"], unique=True, sqlite_where=sa.text("state = 'open'")
    )
    op.create_table(
        "touched",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("touched_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_touched_store_id")),
        sa.PrimaryKeyConstraint("store_id", "order_id", name=op.f("pk_touched")),
    )
    op.create_index("ix_touched_store_id_due_ms", "touched", ["store_id", "due_ms"], unique=False)
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=191), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("posted", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("posted_after", sa.Integer(), nullable=False),
        sa.Column("held_after", sa.Integer(), nullable=False),
        sa.Column("postings", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("staff", sa.String(length=128), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_entry_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("account_id", "number", name=op.f("uq_entry_account_id_number")),
        sa.UniqueConstraint("key", name=op.f("uq_entry_key")),
    )
    op.create_table(
        "package",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(length=64), nullable=True),
        sa.Column("coins", sa.Integer(), nullable=False),
        sa.Column("posted", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("granted_ms", sa.BigInteger(), nullable=False),
        sa.Column("usable_until_ms", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.Integer(), nullable=True),
        sa.Column("revoked", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("revocations", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_package_account_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_package_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package")),
    )
    op.create_index("ix_package_account_id", "package", ["account_id"], unique=False)
    op.create_index(
        "uq_package_unit",
        "package",
        ["store_id", "order_id", "plan", "unit"],
        unique=True,
        sqlite_where=sa.text("order_id IS NOT NULL"),
    )
    op.create_table(
        "purchase",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("paid_ms", sa.BigInteger(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("charged_back", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_purchase_account_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_purchase_store_id")),
        sa.PrimaryKeyConstraint("store_id", "order_id", name=op.f("pk_purchase")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "set_aside",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("silent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["problem_id"], ["problem.id"], name=op.f("fk_set_aside_problem_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_set_aside_store_id")),
        sa.PrimaryKeyConstraint("store_id", "order_id", name=op.f("pk_set_aside")),
    )
    op.create_index("ix_set_aside_problem_id", "set_aside", ["problem_id"], unique=False)
    op.execute(IMMUTABLE.format(what="changed", verb="UPDATE"))
    op.execute(IMMUTABLE.format(what="deleted", verb="DELETE"))
