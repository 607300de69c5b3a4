"""OpenCart 4.1 as data: which columns are read, and what tells it from 3.0 and 4.0.

From 4.1 on nearly every column that is no key can be NULL; before, none could. There is no version in the database.
"""

from bridge.shopkit.schema import Layout, Mark

LAYOUT = Layout(
    name="opencart-4.1",
    title="OpenCart 4.1",
    columns={
        "order": ("order_id", "store_id", "customer_id", "order_status_id", "total", "date_added"),
        "order_product": ("order_product_id", "order_id", "model", "quantity"),
        "order_history": ("order_history_id", "order_id", "order_status_id", "date_added"),
        "customer": ("customer_id",),
    },
    checked_columns={"product": ("product_id", "model")},
    marks=(
        Mark("order", "order_status_id", nullable=True),
        Mark("order_product", "quantity", nullable=True),
        Mark("order_history", "order_id", nullable=True),
    ),
    settings_table="setting",
    settings=(
        "SELECT store_id AS shop_id, `key` AS name, value FROM {settings}\n"
        "  WHERE code = 'config' AND `key` IN ('config_complete_status', 'config_timezone')"
    ),
    code_column=("order_product", "model"),
    secret_tables=("customer", "setting", "user", "api", "session"),
    other_platforms={"orders": "PrestaShop or thirty bees"},
)
