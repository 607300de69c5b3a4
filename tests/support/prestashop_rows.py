"""The rows of a fresh PrestaShop shop, and what its code writes where a test has nothing to say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tests.support.shop_database import OPENING_DAY, PRICE, Sql, Value, one_of


@dataclass(frozen=True, slots=True)
class State:
    """One order state: its name and the flags that the bridge or the shop's own code looks at."""

    name: str
    paid: bool = False
    logable: bool = False
    invoice: bool = False
    shipped: bool = False
    module: str = ""


STATES = {
    1: State("Awaiting check payment", module="ps_checkpayment"),
    2: State("Payment accepted", paid=True, logable=True, invoice=True),
    3: State("Processing in progress", paid=True, logable=True, invoice=True),
    4: State("Shipped", paid=True, logable=True, invoice=True, shipped=True),
    5: State("Delivered", paid=True, logable=True, invoice=True, shipped=True),
    6: State("Canceled"),
    7: State("Refunded", invoice=True),
    8: State("Payment error"),
    9: State("On backorder (paid)", paid=True, invoice=True),
    10: State("Awaiting bank wire payment", module="ps_wirepayment"),
    11: State("Remote payment accepted", paid=True, logable=True, invoice=True),
    12: State("On backorder (not paid)"),
    13: State("Awaiting Cash On Delivery validation", module="ps_cashondelivery"),
}

STATES_16 = {
    **{number: STATES[number] for number in range(1, 11)},
    1: State("Awaiting cheque payment", module="cheque"),
    10: State("Awaiting bank wire payment", module="bankwire"),
    11: State("Awaiting PayPal payment"),
    12: STATES[11],
    13: STATES[12],
    14: State("Awaiting cod validation", module="cashondelivery"),
}

STATES_THIRTYBEES = {number: STATES_16[number + 1] for number in range(1, 14)}
"""The same without the cheque, each number one less."""

_BY_EVERY_VERSION = {"PS_LANG_DEFAULT": "1", "PS_SHOP_DEFAULT": "1", "PS_SHOP_NAME": "Your Store"}

CONFIGURATION = _BY_EVERY_VERSION | {
    "PS_OS_CHEQUE": "1",
    "PS_OS_PAYMENT": "2",
    "PS_OS_PREPARATION": "3",
    "PS_OS_SHIPPING": "4",
    "PS_OS_DELIVERED": "5",
    "PS_OS_CANCELED": "6",
    "PS_OS_REFUND": "7",
    "PS_OS_ERROR": "8",
    "PS_OS_OUTOFSTOCK": "9",
    "PS_OS_BANKWIRE": "10",
    "PS_OS_WS_PAYMENT": "11",
    "PS_OS_OUTOFSTOCK_PAID": "9",
    "PS_OS_OUTOFSTOCK_UNPAID": "12",
    "PS_OS_COD_VALIDATION": "13",
}

CONFIGURATION_16 = CONFIGURATION | {
    "PS_OS_PAYPAL": "11",
    "PS_OS_WS_PAYMENT": "12",
    "PS_OS_OUTOFSTOCK_UNPAID": "13",
    "PS_OS_COD_VALIDATION": "14",
}

CONFIGURATION_THIRTYBEES = _BY_EVERY_VERSION | {
    name: str(int(state) - 1)
    for name, state in CONFIGURATION_16.items()
    if name.startswith("PS_OS_") and name != "PS_OS_CHEQUE"
}

LANGUAGE: dict[str, Value] = {
    "id_lang": 1,
    "name": "English (English)",
    "active": 1,
    "iso_code": "en",
    "language_code": "en-us",
    "locale": "en-US",  # from 1.7 on
    "date_format_lite": "m/d/Y",
    "date_format_full": "m/d/Y H:i:s",
}

ORDER: dict[str, Value] = {
    "id_shop_group": 1,
    "id_shop": 1,
    "id_carrier": 0,
    "id_lang": 1,
    "id_cart": 0,
    "id_currency": 1,
    "id_address_delivery": 1,
    "id_address_invoice": 1,
    "current_state": 0,
    "payment": "Bank transfer",
    "module": "ps_wirepayment",
    "valid": 0,
}

MODULES_16: dict[str, Value] = {"payment": "Bank wire", "module": "bankwire"}


@dataclass(frozen=True, slots=True)
class Product:
    """What an order line copies: a product, or one of its combinations."""

    id: int
    combination: int
    reference: str
    price: Decimal


def reference(number: int) -> str:
    """Nine capital letters, another nine for every order."""
    letters = ""
    for _ in range(9):
        number, digit = divmod(number * 7 + 3 if not letters else number, 26)
        letters += chr(ord("A") + digit)
    return letters


def total_of(products: Sequence[tuple[Product, int]]) -> Decimal:
    return sum((product.price * quantity for product, quantity in products), Decimal(0))


def order_amounts(amount: Decimal) -> dict[str, Value]:
    names = (
        "total_paid",
        "total_paid_tax_incl",
        "total_paid_tax_excl",
        "total_products",
        "total_products_wt",
    )
    return dict.fromkeys(names, amount)


def line_amounts(product: Product, quantity: int) -> dict[str, Value]:
    return dict.fromkeys(("total_price_tax_incl", "total_price_tax_excl"), product.price * quantity)


def bulk_customer(number: Sql) -> dict[str, Value | Sql]:
    return {
        "id_lang": 1,
        "firstname": "Ada",
        "lastname": "Byron",
        "email": Sql(f"CONCAT('buyer', {number}, '@shop.example')"),
        "active": 1,
        "date_add": OPENING_DAY,
        "date_upd": OPENING_DAY,
    }


def bulk_order(order: Mapping[str, Value | Sql], number: Sql, delivered: int, moment: Sql) -> dict[str, Value | Sql]:
    return {
        **order,
        **order_amounts(PRICE),
        "current_state": delivered,
        "valid": 1,
        "total_paid_real": PRICE,
        "invoice_number": number,
        "invoice_date": moment,
        "date_add": moment,
        "date_upd": moment,
    }


def bulk_line(products: Sequence[Product]) -> dict[str, Value | Sql]:
    price = one_of("seq", [product.price for product in products])
    return {
        "id_shop": 1,
        "product_id": one_of("seq", [product.id for product in products]),
        "product_attribute_id": one_of("seq", [product.combination for product in products]),
        "product_name": one_of("seq", [product.reference for product in products]),
        "product_reference": one_of("seq", [product.reference for product in products]),
        "product_quantity": 1,
        "product_price": price,
        "unit_price_tax_incl": price,
        "unit_price_tax_excl": price,
        "total_price_tax_incl": price,
        "total_price_tax_excl": price,
    }


def bulk_history(states: Sequence[int], moment_of: Callable[[str], Sql]) -> dict[str, Value | Sql]:
    return {
        "id_employee": 0,
        "id_order_state": one_of("seq", states),
        "date_add": moment_of("seq DIV 3"),
    }
