"""Requests are shown in the shop: which of them wait to be, and what in them was never meant to be."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FOR_COLLEAGUES = "UPDATE message SET kind = 'note' WHERE author = 'staff' AND kind = 'text'"
"""Until now customers saw nothing of what staff wrote, and staff were told so: it stays theirs."""


def upgrade() -> None:
    """Give each request a version of its row; those that there are have yet to be pushed."""
    op.add_column("request", sa.Column("number", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("request", sa.Column("pushed_number", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_index(
        "ix_request_waiting",
        "request",
        ["store_id", "id"],
        unique=False,
        sqlite_where=sa.text("pushed_number < number"),
    )
    op.execute(FOR_COLLEAGUES)
