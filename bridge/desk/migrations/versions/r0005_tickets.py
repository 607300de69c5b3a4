"""Requests become tickets: they get a kind, a state and clocks, and their messages are shown one by one."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = ("message", "quote", "redemption", "entry")
WAITS = "pushed_number < number AND pushed_number > -2"
INDEXES = (
    ("ix_request_account_id", "ix_ticket_account_id", "ticket", ["account_id"], None),
    ("ix_request_waiting", "ix_ticket_waiting", "ticket", ["store_id", "id"], WAITS),
    ("ix_message_request_id", "ix_message_number", "message", ["ticket_id", "number"], None),
    ("ix_quote_request_id", "ix_quote_ticket_id", "quote", ["ticket_id"], None),
)
KINDS = """
UPDATE {table} SET kind = 'ticket_' || substr(kind, 9) WHERE kind IN ('request_opened', 'request_replied',
    'request_answered', 'request_open', 'request_reply')
"""
EVENTS = """
UPDATE {table} SET {column} = json_remove(
    json_set({column}, '{path}.ticket_id', json_extract({column}, '{path}.request_id')), '{path}.request_id'
) WHERE json_extract({column}, '{path}.request_id') IS NOT NULL
"""
NEVER_DUE = "4611686018427387904"
NOT_WORKED_OUT = sa.text("''")
"""The state of a ticket whose history has not been read since it has one."""
TICKET_COLUMNS = (
    sa.Column("opened_kind", sa.String(16), nullable=False, server_default=sa.text("'support'")),
    sa.Column("channel", sa.String(16), nullable=False, server_default=sa.text("'page'")),
    sa.Column("order_id", sa.BigInteger),
    sa.Column("product", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.Column("continues", sa.Integer),
    sa.Column("language", sa.String(8), nullable=False, server_default=sa.text("''")),
    sa.Column("messages", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("state", sa.String(16), nullable=False, server_default=NOT_WORKED_OUT),
    sa.Column("since_ms", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    sa.Column("kind", sa.String(16), nullable=False, server_default=sa.text("'support'")),
    sa.Column("urgency", sa.String(16), nullable=False, server_default=sa.text("'none'")),
    sa.Column("urgency_rank", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("assignee", sa.String(128)),
    sa.Column("standing", sa.String(64), nullable=False, server_default=sa.text("''")),
    sa.Column("opened_standing", sa.String(64), nullable=False, server_default=sa.text("''")),
    sa.Column("policy", sa.Integer, nullable=False, server_default=sa.text("0")),
    sa.Column("due_ms", sa.BigInteger),
    sa.Column("due_sort_ms", sa.BigInteger, nullable=False, server_default=sa.text(NEVER_DUE)),
    sa.Column("guaranteed", sa.Integer, nullable=False, server_default=sa.text("0")),
)
MESSAGE_COLUMNS = (
    sa.Column("number", sa.Integer),
    sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
    sa.Column("pushed_version", sa.Integer, nullable=False, server_default=sa.text("0")),
)
NEW_INDEXES = (
    (
        "ix_ticket_queue",
        "ticket",
        ["store_id", "standing", "urgency_rank", "due_sort_ms", "since_ms", "id", "state", "guaranteed"],
        "state IN ('open', 'in_work')",
    ),
    ("ix_ticket_policy", "ticket", ["store_id", "policy", "id"], "state <> 'closed'"),
    ("ix_ticket_continues", "ticket", ["continues"], "continues IS NOT NULL"),
    ("ix_message_waiting", "message", ["ticket_id", "number"], "number IS NOT NULL AND pushed_version < version"),
)
OPENED = """
UPDATE ticket SET channel = CASE opened_by WHEN 'staff' THEN 'staff' ELSE 'page' END, since_ms = opened_ms,
    opened_kind = CASE WHEN price IS NULL THEN 'support' ELSE 'work' END,
    kind = CASE WHEN price IS NULL THEN 'support' ELSE 'work' END
"""
NUMBERED = """
UPDATE message SET number = counted.number FROM (
    SELECT id, row_number() OVER (PARTITION BY ticket_id ORDER BY at_ms, id) AS number
      FROM message WHERE kind NOT IN ('note', 'call')
) AS counted WHERE counted.id = message.id
"""
COUNTED = """
UPDATE ticket SET messages = (SELECT count(number) FROM message WHERE message.ticket_id = ticket.id)
"""
SHOWN_ANEW = """
UPDATE account SET number = number + 1, pushed_number = 0, pushed_entries = 0, pushed_digest = '' WHERE number > 0
"""
"""An account's entries name their ticket, and its row has their digest."""


OFFERS = """
INSERT OR IGNORE INTO deadline (kind, ref, store_id, due_ms)
SELECT 'quote_lapsing', quote.id, quote.store_id, quote_version.valid_until_ms + 1000
  FROM quote JOIN quote_version ON quote_version.quote_id = quote.id AND quote_version.version = quote.version
 WHERE quote.state = 'offered'
"""
"""An offer that has been reminded of is looked at once more, when it has lapsed."""


def upgrade() -> None:
    """Rename what was called a request, in tables and in what waits to be told; all of it is shown anew."""
    op.rename_table("request", "ticket")
    for table in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN request_id TO ticket_id")
    for name, added in (("ticket", TICKET_COLUMNS), ("message", MESSAGE_COLUMNS)):
        for column in added:
            op.add_column(name, column)
    op.create_table(
        "policy",
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_policy_store_id"),
        sa.PrimaryKeyConstraint("store_id", "version", name="pk_policy"),
        sqlite_with_rowid=False,
    )
    for old, new, table, columns, where in INDEXES:
        op.drop_index(old, table)
        op.create_index(new, table, columns, unique=False, sqlite_where=sa.text(where) if where else None)
    for new, table, columns, where in NEW_INDEXES:
        op.create_index(new, table, columns, unique=False, sqlite_where=sa.text(where))
    _make_files()
    _make_threads()
    op.execute(OPENED)
    op.execute(NUMBERED)
    op.execute(COUNTED)
    op.execute("UPDATE left_out SET what = 'ticket' WHERE what = 'request'")
    for table in ("outbox", "handled", "delivery"):
        op.execute(KINDS.format(table=table))
    op.execute(EVENTS.format(table="outbox", column="event", path="$"))
    op.execute(EVENTS.format(table="delivery", column="document", path="$.event"))
    op.execute(OFFERS)
    op.execute(SHOWN_ANEW)
    op.execute("UPDATE quote SET number = number + 1, pushed_number = min(pushed_number, 0)")
    op.execute("UPDATE ticket SET number = number + 1, pushed_number = min(pushed_number, 0)")


def _make_files() -> None:
    op.create_table(
        "file",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("message_id", sa.Integer, nullable=False),
        sa.Column("author", sa.String(16), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("parts", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("posted_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_file_store_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_file_account_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_file_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_file"),
        sa.UniqueConstraint("store_id", "uuid", name="uq_file_store_id_uuid"),
    )
    op.create_index("ix_file_message_id", "file", ["message_id"])
    op.create_index("ix_file_account_id", "file", ["account_id", "at_ms"])
    op.create_index("ix_file_sha256", "file", ["store_id", "sha256"])
    op.create_index(
        "ix_file_state", "file", ["store_id", "id"], sqlite_where=sa.text("state IN ('waiting', 'erasing')")
    )


def _make_threads() -> None:
    op.create_table(
        "thread",
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("thread_id", sa.BigInteger, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("wanted", sa.String(16)),
        sa.Column("writing", sa.String(16)),
        sa.Column("ticket_id", sa.Integer),
        sa.Column("last_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_thread_store_id"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_thread_account_id"),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_thread_ticket_id"),
        sa.PrimaryKeyConstraint("store_id", "thread_id", name="pk_thread"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_thread_ticket_id", "thread", ["ticket_id"])
    op.create_index("ix_thread_account_id", "thread", ["account_id"])
    op.create_index("ix_thread_wanted", "thread", ["store_id", "thread_id"], sqlite_where=sa.text("wanted IS NOT NULL"))
    op.create_table(
        "native_message",
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("native_id", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.BigInteger, nullable=False),
        sa.Column("ours", sa.Integer, nullable=False),
        sa.Column("message_id", sa.Integer),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_native_message_store_id"),
        sa.PrimaryKeyConstraint("store_id", "native_id", name="pk_native_message"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "native_reply",
        sa.Column("message_id", sa.Integer, nullable=False),
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("thread_id", sa.BigInteger, nullable=False),
        sa.Column("uuid", sa.String(36), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("native_id", sa.BigInteger),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_native_reply_message_id"),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_native_reply_store_id"),
        sa.PrimaryKeyConstraint("message_id", name="pk_native_reply"),
        sa.UniqueConstraint("store_id", "uuid", name="uq_native_reply_store_id_uuid"),
    )
    op.create_index(
        "ix_native_reply_waiting", "native_reply", ["store_id", "message_id"], sqlite_where=sa.text("state = 'waiting'")
    )
    op.create_table(
        "thread_sync",
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("compared", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_thread_sync_store_id"),
        sa.PrimaryKeyConstraint("store_id", name="pk_thread_sync"),
    )
