"""The desk's tables of what waits for plugins: events, messages of their own, and what came for them from outside.

Times are integer milliseconds since 1970 in UTC.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bridge.desk.tables import metadata

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

receipt = Table(
    "receipt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plugin", String(64), nullable=False),
    Column("key", String(191), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("arrived_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    UniqueConstraint("plugin", "key"),
)
Index(
    "ix_receipt_waiting",
    receipt.c.plugin,
    receipt.c.due_ms,
    receipt.c.id,
    sqlite_where=receipt.c.state == text("'waiting'"),
)
Index("ix_receipt_arrived_ms", receipt.c.arrived_ms)
