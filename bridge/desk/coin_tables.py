"""The desk's tables of coins: packages and entries, the orders that granted them, quotes, rights, guests and disputes.

Times are integer milliseconds since 1970 in UTC, amounts are coins, both NOT NULL wherever a rule depends on them.
Facts (entries) are written once; a trigger refuses to change or delete one (rule C15). Everything else can be worked
out from them and from the shop, and `bridge ledger verify` does so.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from bridge.desk.tables import metadata

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
