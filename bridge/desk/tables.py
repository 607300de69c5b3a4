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
