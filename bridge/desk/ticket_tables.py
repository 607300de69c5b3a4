"""The desk's tables of tickets: their messages and files, the policies they go by, the shop's own customer service.

Times are integer milliseconds since 1970 in UTC. What follows from a ticket's history is kept beside it, and worked
out again from it alone (rule T9).
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
