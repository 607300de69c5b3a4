"""The desk's tables of what is read from a shop: how far, which orders wait, how they were, answers to its inbox.

Times are integer milliseconds since 1970 in UTC.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from bridge.desk.tables import metadata

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
