"""Requests become tickets."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COLUMNS = ("message", "quote", "redemption", "entry")
INDEXES = (
    ("ix_request_account_id", "ix_ticket_account_id", "ticket", ["account_id"], None),
    ("ix_request_waiting", "ix_ticket_waiting", "ticket", ["store_id", "id"], "pushed_number < number"),
    ("ix_message_request_id", "ix_message_ticket_id", "message", ["ticket_id", "id"], None),
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
SHOWN_ANEW = """
UPDATE account SET number = number + 1, pushed_number = 0, pushed_entries = 0, pushed_digest = '' WHERE number > 0
"""
"""An account's entries name their ticket, and its row has their digest."""


def upgrade() -> None:
    """Rename what was called a request, in tables and in what waits to be told; all of it is shown anew."""
    op.rename_table("request", "ticket")
    for table in COLUMNS:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN request_id TO ticket_id")
    for old, new, table, columns, where in INDEXES:
        op.drop_index(old, table)
        op.create_index(new, table, columns, unique=False, sqlite_where=sa.text(where) if where else None)
    op.execute("UPDATE left_out SET what = 'ticket' WHERE what = 'request'")
    for table in ("outbox", "handled", "delivery"):
        op.execute(KINDS.format(table=table))
    op.execute(EVENTS.format(table="outbox", column="event", path="$"))
    op.execute(EVENTS.format(table="delivery", column="document", path="$.event"))
    op.execute(SHOWN_ANEW)
    op.execute("UPDATE quote SET number = number + 1, pushed_number = min(pushed_number, 0)")
    op.execute("UPDATE ticket SET number = number + 1, pushed_number = min(pushed_number, 0)")
