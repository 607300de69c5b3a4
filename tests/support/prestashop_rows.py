"""The rows of a fresh PrestaShop 8.1 shop, and what its code writes where a test has nothing to say."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tests.support.shop_database import OPENING_DAY, Sql, Value, one_of


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

CONFIGURATION = {
    "PS_LANG_DEFAULT": "1",
    "PS_SHOP_DEFAULT": "1",
    "PS_SHOP_NAME": "Your Store",
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


def bulk_customer(first: int) -> dict[str, Value | Sql]:
    return {
        "id_customer": Sql(f"{first} + seq"),
        "id_lang": 1,
        "firstname": "Ada",
        "lastname": "Byron",
        "email": Sql(f"CONCAT('buyer', {first} + seq, '@shop.example')"),
        "active": 1,
        "date_add": OPENING_DAY,
        "date_upd": OPENING_DAY,
    }


def bulk_line(first_order: int, products: Sequence[Product]) -> dict[str, Value | Sql]:
    """Lines 0 and 1 of three belong to the first order of a pair, line 2 to the second."""
    price = one_of("seq", [product.price for product in products])
    return {
        "id_order": Sql(f"{first_order} + 2 * (seq DIV 3) + (seq MOD 3 = 2)"),
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
