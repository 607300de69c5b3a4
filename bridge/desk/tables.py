"""The desk's tables: its books. Those of tickets and of licences stand beside them in modules of their own.

Times are integer milliseconds since 1970 in UTC, amounts are coins, both NOT NULL wherever a rule depends on them.
Facts (entries) are written once; a trigger refuses to change or delete one (rule C15). Everything else can be worked
out from them and from the shop, and `bridge ledger verify` does so.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

desk = Table(
    "desk",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("desk_id", String(36), nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("compatible_version", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("backed_up_ms", BigInteger, nullable=False, server_default=text("0")),
    Column("last_beat_ms", BigInteger),
    Column("key_seed", String(64), nullable=False, server_default=text("''")),
)

store = Table(
    "store",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("first_sync", String(16), nullable=False),
    Column("confirmed_units", Integer, nullable=False),
    Column("booked_units", Integer, nullable=False),
    Column("synced_to", BigInteger, nullable=False),
    Column("page_terms", String(64), nullable=False),
    Column("statuses", Text, nullable=False, server_default=text("''")),
    Column("licence_codes", Text, nullable=False, server_default=text("'[]'")),
    Column("licences_ms", BigInteger),
    Column("lost_ms", BigInteger),
)

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("owner_kind", String(16), nullable=False),
    Column("owner_ref", BigInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("posted", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("frozen_ms", BigInteger),
    Column("born", BigInteger),
    Column("missed_ms", BigInteger),
    Column("pushed_number", Integer, nullable=False, server_default=text("0")),
    Column("pushed_entries", Integer, nullable=False, server_default=text("0")),
    Column("pushed_digest", String(64), nullable=False, server_default=text("''")),
    UniqueConstraint("store_id", "owner_kind", "owner_ref"),
)
WAITS_FOR_PUSH = text("pushed_number < number AND owner_kind = 'customer'")
Index("ix_account_waiting", account.c.store_id, account.c.id, sqlite_where=WAITS_FOR_PUSH)

package = Table(
    "package",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("plan", String(64)),
    Column("coins", Integer, nullable=False),
    Column("posted", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("granted_ms", BigInteger, nullable=False),
    Column("usable_until_ms", BigInteger, nullable=False),
    Column("order_id", BigInteger),
    Column("unit", Integer),
    Column("revoked", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("revocations", Integer, nullable=False),
    Column("extended_ms", BigInteger),
)
Index("ix_package_account_id", package.c.account_id)
Index(
    "uq_package_unit",
    package.c.store_id,
    package.c.order_id,
    package.c.plan,
    package.c.unit,
    unique=True,
    sqlite_where=text("order_id IS NOT NULL"),
)

entry = Table(
    "entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("key", String(191), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("posted", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("posted_after", Integer, nullable=False),
    Column("held_after", Integer, nullable=False),
    Column("postings", Text, nullable=False),
    Column("order_id", BigInteger),
    Column("reason", Text, nullable=False),
    Column("staff", String(128)),
    Column("quote_id", Integer),
    Column("ticket_id", Integer),
    UniqueConstraint("account_id", "number"),
)

purchase = Table(
    "purchase",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("paid_ms", BigInteger, nullable=False),
    Column("terms", Text, nullable=False),
    Column("charged_back", Integer, nullable=False),
    Column("ordered", String(32)),
    Column("licensed", Text, nullable=False, server_default=text("'{}'")),
    sqlite_with_rowid=False,
)

cursor = Table(
    "cursor",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("gaps", Text, nullable=False),
)

touched = Table(
    "touched",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("seen_ms", BigInteger, nullable=False),
    Column("touched_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
)
Index("ix_touched_store_id_due_ms", touched.c.store_id, touched.c.due_ms)

order_slice = Table(
    "order_slice",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("orders", Integer, nullable=False),
    Column("digest", BigInteger, nullable=False),
    Column("digests", LargeBinary, nullable=False),
)

comparison = Table(
    "comparison",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("slice", BigInteger, nullable=False),
    Column("finished_ms", BigInteger),
)

problem = Table(
    "problem",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("key", String(191), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("summary", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("first_seen_ms", BigInteger, nullable=False),
    Column("last_seen_ms", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("handled_by", String(128)),
    Column("handled_ms", BigInteger),
)
Index(
    "uq_problem_open",
    problem.c.store_id,
    problem.c.key,
    unique=True,
    sqlite_where=text("state = 'open'"),
)

set_aside = Table(
    "set_aside",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("problem_id", Integer, ForeignKey("problem.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("silent", Integer, nullable=False),
)
Index("ix_set_aside_problem_id", set_aside.c.problem_id)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("key", String(191), nullable=False, unique=True),
    Column("event", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("delivered_to", Text, nullable=False),
    Column("done", Integer, nullable=False),
)
Index("ix_outbox_due", outbox.c.due_ms, outbox.c.id, sqlite_where=text("done = 0"))

job = Table(
    "job",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("last_run_ms", BigInteger, nullable=False),
)

KEPT_BACK = "-1"
"""The `pushed_number` of what is not to be shown until it is erased; 0 is what was not shown yet in this epoch."""
HELD_UP = "-3"
"""The `pushed_number` of what is not to be shown until the shop's older row of it can be checked, or staff let go."""

quote = Table(
    "quote",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("ticket_id", Integer, ForeignKey("ticket.id"), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("hold", Text, nullable=False),
    Column("spent", Integer),
    Column("approved_ms", BigInteger),
    Column("number", Integer, nullable=False),
    Column("pushed_number", Integer, nullable=False, server_default=text("0")),
)
Index("ix_quote_ticket_id", quote.c.ticket_id)
Index("ix_quote_account_id", quote.c.account_id)
Index("ix_quote_holding", quote.c.account_id, quote.c.id, sqlite_where=text("held > 0"))
QUOTE_WAITS = text("pushed_number < number AND state <> 'draft'")
Index("ix_quote_waiting", quote.c.store_id, quote.c.id, sqlite_where=QUOTE_WAITS)

quote_version = Table(
    "quote_version",
    metadata,
    Column("quote_id", Integer, ForeignKey("quote.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("coins", Integer, nullable=False),
    Column("words", Text, nullable=False),
    Column("texts", Text, nullable=False),
    Column("hashes", Text, nullable=False),
    Column("offered_ms", BigInteger, nullable=False),
    Column("valid_until_ms", BigInteger, nullable=False),
    Column("staff", String(128), nullable=False),
    sqlite_with_rowid=False,
)

decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("quote_id", Integer, ForeignKey("quote.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("what", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("coins", Integer, nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("language", String(8), nullable=False),
    Column("evidence", String(191), nullable=False),
)
Index("ix_decision_quote_id", decision.c.quote_id)

price = Table(
    "price",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("code", String(64), primary_key=True),
    Column("terms", Text, nullable=False),
    Column("listed", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("pushed_number", Integer, nullable=False, server_default=text("0")),
)

redemption = Table(
    "redemption",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("right", String(64), nullable=False),
    Column("domain", String(253), nullable=False),
    Column("ticket_id", Integer, ForeignKey("ticket.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("licence", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("store_id", "right", "domain"),
)
Index("ix_redemption_account_id", redemption.c.account_id)

handled = Table(
    "handled",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("uuid", String(36), primary_key=True),
    Column("customer_id", BigInteger, nullable=False),
    Column("received_ms", BigInteger, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("code", String(32), nullable=False),
    Column("answer", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("posted_ms", BigInteger, nullable=False),
    Column("pushed_number", Integer, nullable=False, server_default=text("0")),
)
Index("ix_handled_customer", handled.c.store_id, handled.c.customer_id, handled.c.received_ms)
ANSWER_WAITS = text("pushed_number < number")
Index("ix_handled_waiting", handled.c.store_id, handled.c.received_ms, sqlite_where=ANSWER_WAITS)

deadline = Table(
    "deadline",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("ref", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_deadline_store_id_due_ms", deadline.c.store_id, deadline.c.due_ms)

notice = Table(
    "notice",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("key", String(191), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

downtime = Table(
    "downtime",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)

guest_claim = Table(
    "guest_claim",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("customer_id", BigInteger, nullable=False),
    Column("code", String(16), nullable=False),
    Column("asked_ms", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("state", String(16), nullable=False),
)
Index("ix_guest_claim_order", guest_claim.c.store_id, guest_claim.c.order_id)

left_out = Table(
    "left_out",
    metadata,
    Column("what", String(16), primary_key=True),
    Column("known", Integer, nullable=False),
    Column("until", Integer, nullable=False),
    sqlite_with_rowid=False,
)

guest_link = Table(
    "guest_link",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("staff", String(128)),
)

freeze = Table(
    "freeze",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("frozen", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("staff", String(128), nullable=False),
    Column("reason", Text, nullable=False),
)
Index("ix_freeze_account_id", freeze.c.account_id)

dispute = Table(
    "dispute",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("order_id", BigInteger, nullable=False),
    Column("key", String(191), nullable=False),
    Column("over", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("staff", String(128), nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("store_id", "key"),
)
Index("ix_dispute_order", dispute.c.store_id, dispute.c.order_id, dispute.c.id)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id")),
    Column("at_ms", BigInteger, nullable=False),
    Column("staff", String(128), nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("detail", Text, nullable=False),
)
Index("ix_audit_subject", audit.c.store_id, audit.c.subject)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plugin", String(64), nullable=False),
    Column("key", String(191), nullable=False),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("owner_kind", String(16)),
    Column("owner_ref", BigInteger),
    Column("about", String(191), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("document", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("done_ms", BigInteger),
    UniqueConstraint("plugin", "key"),
)
DELIVERY_WAITS = text("state = 'waiting'")
Index("ix_delivery_due", delivery.c.due_ms, delivery.c.id, sqlite_where=DELIVERY_WAITS)
Index(
    "ix_delivery_to",
    delivery.c.plugin,
    delivery.c.store_id,
    delivery.c.owner_kind,
    delivery.c.owner_ref,
    delivery.c.done_ms,
)
