"""PrestaShop 1.6, 8 and 9 and thirty bees 1.7 as data: which columns are read, and what tells them apart.

An order's reference has 9 letters up to 8 and 255 from 9 on; a line's product reference 32 in 1.6 and 64 since 1.7.5
and in late thirty bees. Lines know an ISBN since 1.7, order states can be switched off in thirty bees. PrestaShop 1.7.5
to 1.7.8 look like 8 in all that is read. The table `configuration` names a version, but holds secrets, so it is not
asked.
"""

from bridge.shopkit.schema import Layout, Mark, Platform, ServiceTables, StatusNames, Watch

_SHORT_REFERENCE = Mark("orders", "reference", type="varchar(9)")
_LONG_CODE = Mark("order_detail", "product_reference", type="varchar(64)")
_ISBN = Mark("order_detail", "product_isbn")
_NO_ISBN = _ISBN._replace(there=False)
_STATES_SWITCH = Mark("order_state", "active")
_STATES_STAY = _STATES_SWITCH._replace(there=False)
_SLIP_TYPE = Mark("order_slip", "order_slip_type")  # 1.5 has none

PLATFORM = Platform(
    title="PrestaShop",
    layouts=(
        Layout(
            "prestashop-1.6",
            "PrestaShop 1.6",
            (
                _SHORT_REFERENCE,
                Mark("order_detail", "product_reference", type="varchar(32)"),
                _NO_ISBN,
                _STATES_STAY,
                _SLIP_TYPE,
            ),
        ),
        Layout(
            "thirtybees-1.7",
            "thirty bees 1.7",
            (_SHORT_REFERENCE, _LONG_CODE, _NO_ISBN, _STATES_SWITCH, _SLIP_TYPE),
        ),
        Layout("prestashop-8", "PrestaShop 8", (_SHORT_REFERENCE, _LONG_CODE, _ISBN, _STATES_STAY, _SLIP_TYPE)),
        Layout(
            "prestashop-9",
            "PrestaShop 9",
            (Mark("orders", "reference", type="varchar(255)"), _LONG_CODE, _ISBN, _STATES_STAY, _SLIP_TYPE),
        ),
    ),
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
        "customer": ("id_customer", "is_guest", "deleted", "date_add"),
    },
    checked_columns={
        "product": ("id_product", "reference"),
        "product_attribute": ("id_product_attribute", "reference"),
    },
    contact_columns={
        "customer": ("id_shop", "id_lang", "firstname", "lastname", "email"),
        "orders": ("id_lang", "id_address_invoice"),
        "address": ("id_address", "id_customer", "phone", "phone_mobile", "deleted"),
        "lang": ("id_lang", "iso_code", "language_code"),
    },
    watched={
        "order_history": Watch(new="id_order_history", ids="history"),
        "order_slip": Watch(new="id_order_slip", ids="slip"),
        "orders": Watch(new="id_order", sums="id_order", ids="order"),
        "order_detail": Watch(sums="id_order"),
        "customer": Watch(ids="customer"),
    },
    settings_table="configuration",
    settings=(
        "SELECT id_shop AS shop_id, name, value FROM {settings}\n"
        "  WHERE name IN ('PS_OS_CANCELED', 'PS_OS_REFUND', 'PS_OS_ERROR', 'PS_TIMEZONE')"
    ),
    code_columns=(("order_detail", "product_reference"), ("product", "reference"), ("product_attribute", "reference")),
    secret_tables=("customer", "configuration", "employee", "webservice_account"),
    other_platforms={"order_product": "OpenCart"},
    status_names=StatusNames("order_state_lang", "id_order_state", "name", "id_lang"),
    service=ServiceTables(
        messages="customer_message",
        rights={
            "customer_message": "SELECT, INSERT",
            "customer_thread": "SELECT, UPDATE (`status`, `date_upd`)",
            "employee": "SELECT (`id_employee`, `active`)",
            "contact": "SELECT (`id_contact`, `customer_service`)",
            "lang": "SELECT (`id_lang`, `iso_code`, `language_code`)",
        },
        read={
            "customer_message": (
                "id_customer_message",
                "id_customer_thread",
                "id_employee",
                "message",
                "file_name",
                "date_add",
                "private",
            ),
            "customer_thread": (
                "id_customer_thread",
                "id_shop",
                "id_lang",
                "id_customer",
                "id_order",
                "id_product",
                "status",
                "email",
            ),
            "employee": ("id_employee", "active"),
            "contact": ("id_contact", "customer_service"),
            "lang": ("id_lang", "iso_code", "language_code"),
        },
        written={
            "customer_message": (
                "id_customer_thread",
                "id_employee",
                "message",
                "file_name",
                "ip_address",
                "user_agent",
                "private",
                "read",
                "date_add",
                "date_upd",
            ),
            "customer_thread": ("status", "date_upd"),
        },
        contacts=("contact", "customer_service"),
    ),
)

MARKUP_LAYOUTS = frozenset({"prestashop-9"})
"""Those that store messages as markup with entities; the others store what was typed."""
