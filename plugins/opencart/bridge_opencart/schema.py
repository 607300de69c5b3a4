"""OpenCart 3.0, 4.0 and 4.1 as data: which columns are read, and what tells the versions apart.

There is no version in the database. 4.0 got products made of others (master_id); 4.0.2 put the payment's code into
payment_method; from 4.1 on nearly every column that is no key can be NULL, before none could. 2.x had customers wait
for approval in a column of their own; 4.0.0 and 4.0.1 had both master_id and payment_code. Those are not known here.
"""

from bridge.shopkit.schema import MYISAM, Layout, Mark, Platform, StatusNames, Watch

_NEVER_NULL = (
    Mark("order", "order_status_id", nullable=False),
    Mark("order_product", "quantity", nullable=False),
    Mark("order_history", "order_id", nullable=False),
)
_SINCE_4_0_2 = (
    Mark("order", "payment_code", there=False),
    Mark("order_product", "master_id"),
)

PLATFORM = Platform(
    title="OpenCart",
    layouts=(
        Layout(
            "opencart-3.0",
            "OpenCart 3.0",
            (
                Mark("order", "payment_code"),
                Mark("order_product", "master_id", there=False),
                Mark("customer", "approved", there=False),
                *_NEVER_NULL,
            ),
            engine=MYISAM,
        ),
        Layout("opencart-4.0", "OpenCart 4.0", (*_SINCE_4_0_2, *_NEVER_NULL)),
        Layout(
            "opencart-4.1",
            "OpenCart 4.1",
            (
                *_SINCE_4_0_2,
                Mark("order", "order_status_id", nullable=True),
                Mark("order_product", "quantity", nullable=True),
                Mark("order_history", "order_id", nullable=True),
            ),
        ),
    ),
    columns={
        "order": ("order_id", "store_id", "customer_id", "order_status_id", "total", "date_added"),
        "order_product": ("order_product_id", "order_id", "model", "quantity"),
        "order_history": ("order_history_id", "order_id", "order_status_id", "date_added"),
        "customer": ("customer_id", "date_added"),
    },
    checked_columns={"product": ("product_id", "model")},
    contact_columns={
        "customer": ("store_id", "language_id", "firstname", "lastname", "email", "telephone"),
        "order": ("language_id", "firstname", "lastname", "email", "telephone"),
        "language": ("language_id", "code"),
    },
    watched={
        "order_history": Watch(new="order_history_id", ids="history"),
        "order": Watch(new="order_id", sums="order_id", ids="order"),
        "order_product": Watch(sums="order_id"),
        "customer": Watch(ids="customer"),
    },
    settings_table="setting",
    settings=(
        "SELECT store_id AS shop_id, `key` AS name, value FROM {settings}\n"
        "  WHERE code = 'config' AND `key` IN ('config_complete_status', 'config_timezone')"
    ),
    code_columns=(("order_product", "model"), ("product", "model")),
    secret_tables=("customer", "setting", "user", "api", "session"),
    other_platforms={"orders": "PrestaShop or thirty bees"},
    status_names=StatusNames("order_status", "order_status_id", "name", "language_id"),
)
