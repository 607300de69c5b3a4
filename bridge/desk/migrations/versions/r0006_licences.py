"""Licences: what orders give besides coins, with their history, their domains and their renewals."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STORE_COLUMNS = (
    sa.Column("licence_codes", sa.Text, nullable=False, server_default=sa.text("'[]'")),
    sa.Column("licences_ms", sa.BigInteger),
    sa.Column("lost_ms", sa.BigInteger),
)
WAITS = "pushed_number < number"


def upgrade() -> None:
    """Orders that were booked before have given no licence yet; with products in the settings all are read again."""
    for column in STORE_COLUMNS:
        op.add_column("store", column)
    op.add_column("desk", sa.Column("key_seed", sa.String(64), nullable=False, server_default=sa.text("''")))
    op.add_column("purchase", sa.Column("licensed", sa.Text, nullable=False, server_default=sa.text("'{}'")))
    _make_licences()
    op.create_table(
        "licence_event",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("licence_id", sa.Integer, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("staff", sa.String(128)),
        sa.Column("key", sa.String(191), nullable=False),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"], name="fk_licence_event_licence_id"),
        sa.PrimaryKeyConstraint("id", name="pk_licence_event"),
        sa.UniqueConstraint("key", name="uq_licence_event_key"),
    )
    op.create_index("ix_licence_event_licence_id", "licence_event", ["licence_id", "id"])
    op.create_table(
        "licence_domain",
        sa.Column("licence_id", sa.Integer, nullable=False),
        sa.Column("domain", sa.String(255), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"], name="fk_licence_domain_licence_id"),
        sa.PrimaryKeyConstraint("licence_id", "domain", name="pk_licence_domain"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "renewal",
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("order_id", sa.BigInteger, nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("unit", sa.Integer, nullable=False),
        sa.Column("licence_id", sa.Integer, nullable=False),
        sa.Column("months", sa.Integer, nullable=False),
        sa.Column("paid_ms", sa.BigInteger, nullable=False),
        sa.Column("stands", sa.Integer, nullable=False),
        sa.Column("turns", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_renewal_store_id"),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"], name="fk_renewal_licence_id"),
        sa.PrimaryKeyConstraint("store_id", "order_id", "code", "unit", name="pk_renewal"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_renewal_licence_id", "renewal", ["licence_id"])
    _make_rows_of_the_vendors_table()


def _make_rows_of_the_vendors_table() -> None:
    op.create_table(
        "licence_table",
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("shape", sa.String(64), nullable=False),
        sa.Column("read_ms", sa.BigInteger),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_licence_table_store_id"),
        sa.PrimaryKeyConstraint("store_id", name="pk_licence_table"),
    )
    op.create_table(
        "licence_row",
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("row_id", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.BigInteger, nullable=False),
        sa.Column("licence_id", sa.Integer),
        sa.Column("whose", sa.BigInteger, nullable=False),
        sa.Column("fault", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_licence_row_store_id"),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"], name="fk_licence_row_licence_id"),
        sa.PrimaryKeyConstraint("store_id", "row_id", name="pk_licence_row"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_licence_row_licence_id", "licence_row", ["licence_id"])
    op.create_index("ix_licence_row_fault", "licence_row", ["store_id", "fault"], sqlite_where=sa.text("fault != ''"))


def _make_licences() -> None:
    op.create_table(
        "licence",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("store_id", sa.Integer, nullable=False),
        sa.Column("made_for", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("product", sa.String(64), nullable=False),
        sa.Column("key", sa.String(191), nullable=False),
        sa.Column("order_id", sa.BigInteger),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("starts_ms", sa.BigInteger, nullable=False),
        sa.Column("issued_ms", sa.BigInteger, nullable=False),
        sa.Column("units", sa.Integer, nullable=False),
        sa.Column("domains", sa.Integer),
        sa.Column("licence_ms", sa.BigInteger),
        sa.Column("updates_ms", sa.BigInteger),
        sa.Column("support_ms", sa.BigInteger),
        sa.Column("until_ms", sa.BigInteger),
        sa.Column("suspended", sa.String(64)),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("pushed_number", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name="fk_licence_store_id"),
        sa.ForeignKeyConstraint(["made_for"], ["account.id"], name="fk_licence_made_for"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_licence_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_licence"),
        sa.UniqueConstraint("store_id", "key", name="uq_licence_store_id_key"),
    )
    op.create_index("ix_licence_account_id", "licence", ["account_id"])
    op.create_index(
        "uq_licence_order",
        "licence",
        ["store_id", "order_id", "product"],
        unique=True,
        sqlite_where=sa.text("order_id IS NOT NULL AND source = 'order'"),
    )
    op.create_index("ix_licence_waiting", "licence", ["store_id", "id"], sqlite_where=sa.text(WAITS))
