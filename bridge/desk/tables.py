"""The desk's tables that every part of it refers to, and what makes them one book.

Those of coins, licences, tickets, chats and premium time, of what is read from a shop and of what waits for plugins
stand beside them in modules of their own. Times are integer milliseconds since 1970 in UTC, NOT NULL wherever a rule
depends on them.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
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

KEPT_BACK = "-1"
"""The `pushed_number` of what is not to be shown until it is erased; 0 is what was not shown yet in this epoch."""
HELD_UP = "-3"
"""The `pushed_number` of what is not to be shown until the shop's older row of it can be checked, or staff let go."""

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

job = Table(
    "job",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("last_run_ms", BigInteger, nullable=False),
)

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

left_out = Table(
    "left_out",
    metadata,
    Column("what", String(16), primary_key=True),
    Column("known", Integer, nullable=False),
    Column("until", Integer, nullable=False),
    sqlite_with_rowid=False,
)

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
