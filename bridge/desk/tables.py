"""The desk's tables.

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

licence = Table(
    "licence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("made_for", Integer, ForeignKey("account.id"), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("product", String(64), nullable=False),
    Column("key", String(191), nullable=False),
    Column("order_id", BigInteger),
    Column("source", String(16), nullable=False),
    Column("terms", Text, nullable=False),
    Column("starts_ms", BigInteger, nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
    Column("units", Integer, nullable=False),
    Column("domains", Integer),
    Column("licence_ms", BigInteger),
    Column("updates_ms", BigInteger),
    Column("support_ms", BigInteger),
    Column("until_ms", BigInteger),
    Column("suspended", String(64)),
    Column("number", Integer, nullable=False),
    Column("pushed_number", Integer, nullable=False, server_default=text("0")),
    UniqueConstraint("store_id", "key"),
)
LICENCE_OF_ORDER = text("order_id IS NOT NULL AND source = 'order'")
LICENCE_WAITS = text("licence.pushed_number < licence.number")
Index("ix_licence_account_id", licence.c.account_id)
Index(
    "uq_licence_order",
    licence.c.store_id,
    licence.c.order_id,
    licence.c.product,
    unique=True,
    sqlite_where=LICENCE_OF_ORDER,
)
Index("ix_licence_waiting", licence.c.store_id, licence.c.id, sqlite_where=text("pushed_number < number"))

licence_event = Table(
    "licence_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("licence_id", Integer, ForeignKey("licence.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Column("staff", String(128)),
    Column("key", String(191), nullable=False, unique=True),
)
Index("ix_licence_event_licence_id", licence_event.c.licence_id, licence_event.c.id)

licence_domain = Table(
    "licence_domain",
    metadata,
    Column("licence_id", Integer, ForeignKey("licence.id"), primary_key=True),
    Column("domain", String(255), primary_key=True),
    Column("token_hash", String(64), nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

renewal = Table(
    "renewal",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("code", String(64), primary_key=True),
    Column("unit", Integer, primary_key=True),
    Column("licence_id", Integer, ForeignKey("licence.id"), nullable=False),
    Column("months", Integer, nullable=False),
    Column("paid_ms", BigInteger, nullable=False),
    Column("stands", Integer, nullable=False),
    Column("turns", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_renewal_licence_id", renewal.c.licence_id)

licence_table = Table(
    "licence_table",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("shape", String(64), nullable=False),
    Column("read_ms", BigInteger),
)

licence_row = Table(
    "licence_row",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("row_id", BigInteger, primary_key=True),
    Column("digest", BigInteger, nullable=False),
    Column("licence_id", Integer, ForeignKey("licence.id")),
    Column("whose", BigInteger, nullable=False),
    Column("fault", String(32), nullable=False),
    Column("text", Text, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_licence_row_licence_id", licence_row.c.licence_id)
LICENCE_ROW_AT_FAULT = text("fault != ''")
Index("ix_licence_row_fault", licence_row.c.store_id, licence_row.c.fault, sqlite_where=LICENCE_ROW_AT_FAULT)

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

NEVER_DUE = text("4611686018427387904")
"""2^62: what is not due stands behind all that is."""

ticket = Table(
    "ticket",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("opened_by", String(16), nullable=False),
    Column("staff", String(128)),
    Column("price", String(64)),
    Column("number", Integer, nullable=False, server_default=text("1")),
    Column("pushed_number", Integer, nullable=False, server_default=text("0")),
    Column("opened_kind", String(16), nullable=False, server_default=text("'support'")),
    Column("channel", String(16), nullable=False, server_default=text("'page'")),
    Column("order_id", BigInteger),
    Column("product", Text, nullable=False, server_default=text("''")),
    Column("continues", Integer),
    Column("language", String(8), nullable=False, server_default=text("''")),
    Column("messages", Integer, nullable=False, server_default=text("0")),
    Column("state", String(16), nullable=False, server_default=text("''")),
    Column("since_ms", BigInteger, nullable=False, server_default=text("0")),
    Column("kind", String(16), nullable=False, server_default=text("'support'")),
    Column("urgency", String(16), nullable=False, server_default=text("'none'")),
    Column("urgency_rank", Integer, nullable=False, server_default=text("1")),
    Column("assignee", String(128)),
    Column("standing", String(64), nullable=False, server_default=text("''")),
    Column("opened_standing", String(64), nullable=False, server_default=text("''")),
    Column("policy", Integer, nullable=False, server_default=text("0")),
    Column("due_ms", BigInteger),
    Column("due_sort_ms", BigInteger, nullable=False, server_default=NEVER_DUE),
    Column("guaranteed", Integer, nullable=False, server_default=text("0")),
)
Index("ix_ticket_account_id", ticket.c.account_id)
IS_QUEUED = text("state IN ('open', 'in_work')")
Index(
    "ix_ticket_queue",
    ticket.c.store_id,
    ticket.c.standing,
    ticket.c.urgency_rank,
    ticket.c.due_sort_ms,
    ticket.c.since_ms,
    ticket.c.id,
    # Nothing is looked for by these two: with them the queue is counted without reading a ticket.
    ticket.c.state,
    ticket.c.guaranteed,
    sqlite_where=IS_QUEUED,
)
NOT_CLOSED = text("state <> 'closed'")
Index("ix_ticket_policy", ticket.c.store_id, ticket.c.policy, ticket.c.id, sqlite_where=NOT_CLOSED)
Index("ix_ticket_continues", ticket.c.continues, sqlite_where=text("continues IS NOT NULL"))
KEPT_BACK = "-1"
"""The `pushed_number` of what is not to be shown until it is erased; 0 is what was not shown yet in this epoch."""
HELD_UP = "-3"
"""The `pushed_number` of what is not to be shown until the shop's older row of it can be checked, or staff let go."""
HIDDEN = -2
"""The `pushed_number` of a ticket that was at an end before the desk knew it: shown once something is said in it."""
TICKET_WAITS = text("pushed_number < number AND pushed_number > -2")
Index("ix_ticket_waiting", ticket.c.store_id, ticket.c.id, sqlite_where=TICKET_WAITS)

message = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ticket_id", Integer, ForeignKey("ticket.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("author", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("staff", String(128)),
    Column("verified", Integer, nullable=False),
    Column("number", Integer),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("pushed_version", Integer, nullable=False, server_default=text("0")),
)
Index("ix_message_number", message.c.ticket_id, message.c.number)
MESSAGE_WAITS = text("message.number IS NOT NULL AND message.pushed_version < message.version")
Index(
    "ix_message_waiting",
    message.c.ticket_id,
    message.c.number,
    sqlite_where=text("number IS NOT NULL AND pushed_version < version"),
)

policy = Table(
    "policy",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    sqlite_with_rowid=False,
)

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

file = Table(
    "file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("uuid", String(36), nullable=False),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("message_id", Integer, ForeignKey("message.id"), nullable=False),
    Column("author", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("type", String(64), nullable=False),
    Column("parts", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("posted_ms", BigInteger, nullable=False),
    UniqueConstraint("store_id", "uuid"),
)
FILE_IS_THERE = text("file.state IN ('kept', 'waiting', 'lost')")
FILE_WAITS = text("file.state = 'waiting'")
FILE_GOES = text("file.state = 'erasing'")
Index("ix_file_message_id", file.c.message_id)
Index("ix_file_account_id", file.c.account_id, file.c.at_ms)
Index("ix_file_sha256", file.c.store_id, file.c.sha256)
Index("ix_file_state", file.c.store_id, file.c.id, sqlite_where=text("state IN ('waiting', 'erasing')"))

thread = Table(
    "thread",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("thread_id", BigInteger, primary_key=True),
    Column("account_id", Integer, ForeignKey("account.id"), nullable=False),
    Column("email", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("status", String(16), nullable=False),
    Column("wanted", String(16)),
    Column("writing", String(16)),
    Column("ticket_id", Integer, ForeignKey("ticket.id")),
    Column("last_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_thread_ticket_id", thread.c.ticket_id)
Index("ix_thread_account_id", thread.c.account_id)
THREAD_WANTED = text("wanted IS NOT NULL")
Index("ix_thread_wanted", thread.c.store_id, thread.c.thread_id, sqlite_where=THREAD_WANTED)

native_message = Table(
    "native_message",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("native_id", BigInteger, primary_key=True),
    Column("digest", BigInteger, nullable=False),
    Column("ours", Integer, nullable=False),
    Column("message_id", Integer),
    sqlite_with_rowid=False,
)

native_reply = Table(
    "native_reply",
    metadata,
    Column("message_id", Integer, ForeignKey("message.id"), primary_key=True),
    Column("store_id", Integer, ForeignKey("store.id"), nullable=False),
    Column("thread_id", BigInteger, nullable=False),
    Column("uuid", String(36), nullable=False),
    Column("state", String(16), nullable=False),
    Column("native_id", BigInteger),
    UniqueConstraint("store_id", "uuid"),
)
REPLY_WAITS = text("native_reply.state = 'waiting'")
Index(
    "ix_native_reply_waiting",
    native_reply.c.store_id,
    native_reply.c.message_id,
    sqlite_where=text("state = 'waiting'"),
)

thread_sync = Table(
    "thread_sync",
    metadata,
    Column("store_id", Integer, ForeignKey("store.id"), primary_key=True),
    Column("phase", String(16), nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("compared", BigInteger, nullable=False),
)
