"""The rows of a fresh OpenCart shop, and what its code writes where a test has nothing to say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tests.support.shop_database import OPENING_DAY, PRICE, Sql, Value, one_of

STATUSES = {
    1: "Pending",
    2: "Processing",
    3: "Shipped",
    5: "Complete",
    7: "Canceled",
    8: "Denied",
    9: "Canceled Reversal",
    10: "Failed",
    11: "Refunded",
    12: "Reversed",
    13: "Chargeback",
    14: "Expired",
    15: "Processed",
    16: "Voided",
}

_BY_EVERY_VERSION = {
    "config_name": "Your Store",
    "config_currency": "USD",
    "config_order_status_id": "1",
    "config_processing_status": '["5","1","2","12","3"]',
    "config_complete_status": '["5","3"]',
}

SETTINGS = _BY_EVERY_VERSION | {
    "config_language_catalog": "en-gb",
    "config_language_admin": "en-gb",
    "config_void_status_id": "16",
    "config_fraud_status_id": "8",
}

SETTINGS_40 = _BY_EVERY_VERSION | {
    "config_language": "en-gb",
    "config_language_admin": "en-gb",
    "config_fraud_status_id": "8",
}

SETTINGS_30 = _BY_EVERY_VERSION | {"config_language": "en-gb", "config_admin_language": "en-gb"}

LANGUAGE: dict[str, Value] = {
    "name": "English",
    "code": "en-gb",
    "locale": "en-gb,en",
    "extension": "",  # 4.x
    "image": "gb.png",  # 3.0
    "directory": "english",  # 3.0
    "sort_order": 1,
    "status": 1,
}

FIELDS = (
    "firstname",
    "lastname",
    "company",
    "address_1",
    "address_2",
    "city",
    "postcode",
    "country",
    "zone",
)

IDS = ("address_id", "country_id", "zone_id")

ORDER: dict[str, Value] = {
    "subscription_id": 0,
    "invoice_no": 0,
    "invoice_prefix": "INV-2026-00",
    "transaction_id": "",
    "store_id": 0,
    "store_name": "Your Store",
    "store_url": "https://shop.example/",
    "customer_id": 0,
    "customer_group_id": 1,
    "firstname": "",
    "lastname": "",
    "email": "",
    "telephone": "",
    "custom_field": "[]",
    **{f"{kind}_{field}": "" for kind in ("payment", "shipping") for field in FIELDS},
    **{f"{kind}_{field}": 0 for kind in ("payment", "shipping") for field in IDS},
    **{f"{kind}_address_format": "" for kind in ("payment", "shipping")},
    **{f"{kind}_custom_field": "[]" for kind in ("payment", "shipping")},
    "payment_method": '{"name":"Bank Transfer","code":"bank_transfer.bank_transfer"}',
    "shipping_method": "[]",
    "comment": "",
    "total": Decimal(0),
    "order_status_id": 0,
    "affiliate_id": 0,
    "commission": Decimal(0),
    "marketing_id": 0,
    "tracking": "",
    "language_id": 1,
    "language_code": "en-gb",
    "currency_id": 2,
    "currency_code": "USD",
    "currency_value": Decimal("1.00000000"),
    "ip": "192.0.2.7",
    "forwarded_ip": "",
    "user_agent": "Mozilla/5.0",
    "accept_language": "en",
}
"""What checkout writes where a test has nothing to say (4.x)."""

NOT_IN_30 = ("subscription_id", "transaction_id", "payment_address_id", "shipping_address_id", "language_code")

ORDER_30 = {name: value for name, value in ORDER.items() if name not in NOT_IN_30} | {
    "fax": "",
    "payment_method": "Bank Transfer",
    "payment_code": "bank_transfer",
    "shipping_method": "",
    "shipping_code": "",
}


@dataclass(frozen=True, slots=True)
class Product:
    id: int
    model: str
    name: str
    price: Decimal


def escaped(text: str) -> str:
    """What OpenCart stores for what was typed: `Smith & <Co>` becomes `Smith &amp; &lt;Co&gt;`."""
    for raw, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(raw, entity)
    return text.strip()


def total_of(products: Sequence[tuple[Product, int]]) -> Decimal:
    return sum((product.price * quantity for product, quantity in products), Decimal(0))


def bulk_customer(number: Sql) -> dict[str, Value | Sql]:
    return {
        "customer_group_id": 1,
        "store_id": 0,
        "language_id": 1,
        "firstname": "Ada",
        "lastname": "Byron",
        "email": Sql(f"CONCAT('buyer', {number}, '@shop.example')"),
        "telephone": "",
        "status": 1,
        "date_added": OPENING_DAY,
    }


def bulk_order(order: Mapping[str, Value], buyer: Sql, status: int, moment: Sql) -> dict[str, Value | Sql]:
    return {
        **order,
        "firstname": "Ada",
        "lastname": "Byron",
        "email": Sql(f"CONCAT('buyer', {buyer}, '@shop.example')"),
        "total": PRICE,
        "order_status_id": status,
        "date_added": moment,
        "date_modified": moment,
    }


def bulk_line(products: Sequence[Product]) -> dict[str, Value | Sql]:
    return {
        "product_id": one_of("seq", [product.id for product in products]),
        "master_id": 0,
        "name": one_of("seq", [product.name for product in products]),
        "model": one_of("seq", [product.model for product in products]),
        "quantity": 1,
        "price": one_of("seq", [product.price for product in products]),
        "total": one_of("seq", [product.price for product in products]),
        "tax": Decimal(0),
        "reward": 0,
    }


def bulk_history(statuses: Sequence[int], moment_of: Callable[[str], Sql]) -> dict[str, Value | Sql]:
    return {
        "order_status_id": one_of("seq", statuses),
        "notify": 0,
        "comment": "",
        "date_added": moment_of("seq DIV 3"),
    }
