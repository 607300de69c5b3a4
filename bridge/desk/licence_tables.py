"""The desk's tables of licences: what happened to each, what is used of it, and the vendor's own table (rules L1, L8).

Times are integer milliseconds since 1970 in UTC. How a licence stands follows from its events and is kept beside it.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bridge.desk.tables import metadata

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
