"""PrestaShop 8 as data: which columns are read, and what tells it from 1.6, thirty bees and 9.

The length of an order's reference is 9 letters up to 8 and 255 from 9 on; a product's reference has 32 letters in 1.6
and thirty bees, 64 since. The table `configuration` names a version, but holds secrets, so it is not asked.
"""

from bridge.shopkit.schema import Layout, Mark

LAYOUT = Layout(
    name="prestashop-8",
    title="PrestaShop 8",
    columns={
        "orders": ("id_order", "reference", "id_shop", "id_customer", "current_state", "total_paid", "date_add"),
        "order_detail": (
            "id_order_detail",
            "id_order",
            "product_reference",
            "product_quantity",
            "product_quantity_refunded",
            "product_quantity_return",
        ),
        "order_history": ("id_order_history", "id_order", "id_order_state", "date_add"),
        "order_slip": ("id_order_slip", "id_order"),
        "order_slip_detail": ("id_order_slip", "product_quantity"),
        "order_state": ("id_order_state", "paid"),
        "customer": ("id_customer", "is_guest", "deleted"),
    },
    checked_columns={
        "product": ("id_product", "reference"),
        "product_attribute": ("id_product_attribute", "reference"),
    },
    marks=(
        Mark("orders", "reference", type="varchar(9)"),
        Mark("order_detail", "product_reference", type="varchar(64)"),
    ),
    settings_table="configuration",
    settings=(
        "SELECT id_shop AS shop_id, name, value FROM {settings}\n"
        "  WHERE name IN ('PS_OS_CANCELED', 'PS_OS_REFUND', 'PS_OS_ERROR', 'PS_TIMEZONE')"
    ),
    code_column=("order_detail", "product_reference"),
    secret_tables=("customer", "configuration", "employee", "webservice_account"),
    other_platforms={"order_product": "OpenCart"},
)
