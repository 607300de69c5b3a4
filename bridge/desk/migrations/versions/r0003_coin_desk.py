"""The coin desk: requests, quotes, holds, evidence, answers, deadlines, rights, claims, audit and deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IMMUTABLE = """
CREATE TRIGGER {table}_is_never_{what} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'what was decided and done is never changed or deleted (rule C9)'); END
"""
NOW_MS = "(CAST(strftime('%s', 'now') AS INTEGER) * 1000)"
DAY_MS = 24 * 60 * 60 * 1000
FORFEITS = f"""
INSERT INTO deadline (kind, ref, store_id, due_ms)
SELECT 'forfeit', id, store_id, usable_until_ms + 1000 FROM package
 WHERE usable_until_ms + 1000 <= {NOW_MS} AND posted > held
"""
"""Packages that ended before: what is left in them is forfeited, and nobody is told so late."""
ENDS = f"""
INSERT INTO deadline (kind, ref, store_id, due_ms)
SELECT 'package', id, store_id,
       CASE WHEN usable_until_ms - 30 * {DAY_MS} > {NOW_MS} THEN usable_until_ms - 30 * {DAY_MS}
            WHEN usable_until_ms - 7 * {DAY_MS} > {NOW_MS} THEN usable_until_ms - 7 * {DAY_MS}
            WHEN usable_until_ms - {DAY_MS} > {NOW_MS} THEN usable_until_ms - {DAY_MS}
            ELSE usable_until_ms + 1000 END
  FROM package WHERE usable_until_ms + 1000 > {NOW_MS}
"""
"""The others get the next reminder that is not past, by the days that a store's file has as its default."""

LEFT_OUT = """
INSERT INTO left_out (what, known, until)
SELECT what, known, known + 10000
  FROM (SELECT 'package' AS what, coalesce(max(id), 0) AS known FROM package
        UNION ALL SELECT 'problem', coalesce(max(id), 0) FROM problem
        UNION ALL SELECT 'request', 0
        UNION ALL SELECT 'quote', 0
        UNION ALL SELECT 'guest_claim', 0)
 WHERE EXISTS (SELECT 1 FROM desk WHERE epoch > created_ms / 1000)
"""
"""A desk whose epoch is no longer its first was restored, perhaps in place of one that had this migration already: the
numbers that it may have given out are left out here, as a restore of a newer backup does by itself.
"""


def upgrade() -> None:
    """Add the coin desk's tables, and remember when the packages end that there are."""
    op.create_table(
        "downtime",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_downtime")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.String(length=128), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_audit_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_subject", "audit", ["store_id", "subject"], unique=False)
    op.create_table(
        "deadline",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_deadline_store_id")),
        sa.PrimaryKeyConstraint("kind", "ref", name=op.f("pk_deadline")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_deadline_store_id_due_ms", "deadline", ["store_id", "due_ms"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plugin", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=191), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("owner_kind", sa.String(length=16), nullable=True),
        sa.Column("owner_ref", sa.BigInteger(), nullable=True),
        sa.Column("about", sa.String(length=191), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_delivery_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("plugin", "key", name=op.f("uq_delivery_plugin_key")),
    )
    op.create_index(
        "ix_delivery_due", "delivery", ["due_ms", "id"], unique=False, sqlite_where=sa.text("state = 'waiting'")
    )
    op.create_index(
        "ix_delivery_to", "delivery", ["plugin", "store_id", "owner_kind", "owner_ref", "done_ms"], unique=False
    )
    op.create_table(
        "guest_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("asked_ms", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_guest_claim_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_claim")),
    )
    op.create_index("ix_guest_claim_order", "guest_claim", ["store_id", "order_id"], unique=False)
    op.create_table(
        "handled",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("posted_ms", sa.BigInteger(), nullable=False),
        sa.Column("pushed_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_handled_store_id")),
        sa.PrimaryKeyConstraint("store_id", "uuid", name=op.f("pk_handled")),
    )
    op.create_index("ix_handled_customer", "handled", ["store_id", "customer_id", "received_ms"], unique=False)
    op.create_index(
        "ix_handled_waiting",
        "handled",
        ["store_id", "received_ms"],
        unique=False,
        sqlite_where=sa.text("pushed_number < number"),
    )
    op.create_table(
        "notice",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=191), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_notice_store_id")),
        sa.PrimaryKeyConstraint("store_id", "key", name=op.f("pk_notice")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "price",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pushed_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_price_store_id")),
        sa.PrimaryKeyConstraint("store_id", "code", name=op.f("pk_price")),
    )
    op.create_table(
        "guest_link",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.String(length=128), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_guest_link_account_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_guest_link_store_id")),
        sa.PrimaryKeyConstraint("store_id", "order_id", name=op.f("pk_guest_link")),
    )
    op.create_table(
        "freeze",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("frozen", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_freeze_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freeze")),
    )
    op.create_index("ix_freeze_account_id", "freeze", ["account_id"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=191), nullable=False),
        sa.Column("over", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_dispute_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_dispute_store_id_key")),
    )
    op.create_index("ix_dispute_order", "dispute", ["store_id", "order_id", "id"], unique=False)
    op.create_table(
        "left_out",
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_left_out")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("opened_by", sa.String(length=16), nullable=False),
        sa.Column("staff", sa.String(length=128), nullable=True),
        sa.Column("price", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_request_account_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_request_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
    )
    op.create_index("ix_request_account_id", "request", ["account_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("staff", sa.String(length=128), nullable=True),
        sa.Column("verified", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_message_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_request_id", "message", ["request_id", "id"], unique=False)
    op.create_table(
        "quote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("hold", sa.Text(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=True),
        sa.Column("approved_ms", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pushed_number", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_quote_account_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_quote_request_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_quote_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
    )
    op.create_index("ix_quote_account_id", "quote", ["account_id"], unique=False)
    op.create_index("ix_quote_holding", "quote", ["account_id", "id"], unique=False, sqlite_where=sa.text("held > 0"))
    op.create_index("ix_quote_request_id", "quote", ["request_id"], unique=False)
    op.create_index(
        "ix_quote_waiting",
        "quote",
        ["store_id", "id"],
        unique=False,
        sqlite_where=sa.text("pushed_number < number AND state <> 'draft'"),
    )
    op.create_table(
        "redemption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("right", sa.String(length=64), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("licence", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_redemption_account_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_redemption_request_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_redemption_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemption")),
        sa.UniqueConstraint("store_id", "right", "domain", name=op.f("uq_redemption_store_id_right_domain")),
    )
    op.create_index("ix_redemption_account_id", "redemption", ["account_id"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("coins", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("evidence", sa.String(length=191), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_decision_account_id")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_decision_quote_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_quote_id", "decision", ["quote_id"], unique=False)
    op.create_table(
        "quote_version",
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("coins", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("hashes", sa.Text(), nullable=False),
        sa.Column("offered_ms", sa.BigInteger(), nullable=False),
        sa.Column("valid_until_ms", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_quote_version_quote_id")),
        sa.PrimaryKeyConstraint("quote_id", "version", name=op.f("pk_quote_version")),
        sqlite_with_rowid=False,
    )
    op.add_column("desk", sa.Column("last_beat_ms", sa.BigInteger(), nullable=True))
    op.add_column("entry", sa.Column("quote_id", sa.Integer(), nullable=True))
    op.add_column("entry", sa.Column("request_id", sa.Integer(), nullable=True))
    op.add_column("package", sa.Column("extended_ms", sa.BigInteger(), nullable=True))
    op.execute(FORFEITS)
    op.execute(ENDS)
    op.execute(LEFT_OUT)
    for table in ("decision", "audit"):
        op.execute(IMMUTABLE.format(table=table, what="changed", verb="UPDATE"))
        op.execute(IMMUTABLE.format(table=table, what="deleted", verb="DELETE"))
