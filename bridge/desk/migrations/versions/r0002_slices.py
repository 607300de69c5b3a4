"""What was last read of each order, so that silent changes are found; and when an order that granted was placed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the slices; an order's date is learned when the order is read next."""
    op.create_table(
        "order_slice",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_order_slice_store_id")),
        sa.PrimaryKeyConstraint("store_id", "number", name=op.f("pk_order_slice")),
    )
    op.create_table(
        "comparison",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("slice", sa.BigInteger(), nullable=False),
        sa.Column("finished_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_comparison_store_id")),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_comparison")),
    )
    op.add_column("purchase", sa.Column("ordered", sa.String(length=32), nullable=True))
