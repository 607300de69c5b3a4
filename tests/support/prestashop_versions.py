"""PrestaShop 9 and 1.6 and thirty bees: what their own code does otherwise than PrestaShop 8.

| | 9 | thirty bees | 1.6 |
|---|---|---|---|
| a credit slip and the line's refunded quantity | slip first, as in 8 | quantity first | quantity first |
| what is paid, canceled, refunded | 2, 6, 7, as in 8 | 1, 5, 6 | 2, 6, 7 |
| an order's reference | a module may give one longer than nine letters | nine letters | nine letters |
| connection and tables | 4-byte letters | 4-byte letters | 3-byte letters |
| a message | markup with entities | as it was typed | as it was typed |
"""

from tests.support.prestashop import PrestaShopShop
from tests.support.prestashop_rows import (
    CONFIGURATION_16,
    CONFIGURATION_THIRTYBEES,
    MODULES_16,
    ORDER,
    STATES_16,
    STATES_THIRTYBEES,
)
from tests.support.shop_database import Sql


class PrestaShop9Shop(PrestaShopShop):
    """PrestaShop 9.1.0, with a module that numbers the orders."""

    layout_name = "prestashop-9.1.0"
    escapes_messages = True

    def reference(self, number: int) -> str:
        return f"SHOP-2026-{number:09d}"

    def bulk_reference(self, number: Sql) -> Sql:
        return Sql(f"CONCAT('SHOP-2026-', LPAD({number}, 9, '0'))")


class PrestaShop16Shop(PrestaShopShop):
    """PrestaShop 1.6.1.4: a connection and tables of 3-byte letters."""

    layout_name = "prestashop-1.6.1.4"
    charset = "utf8mb3"
    states = STATES_16
    configuration = CONFIGURATION_16
    order_row = ORDER | MODULES_16
    slip_comes_first = False


class ThirtyBeesShop(PrestaShopShop):
    """thirty bees 1.7, the 1.6 line on today's PHP: its states are counted without the cheque."""

    layout_name = "thirtybees-1.7-dev"
    states = STATES_THIRTYBEES
    configuration = CONFIGURATION_THIRTYBEES
    order_row = ORDER | MODULES_16
    slip_comes_first = False

    pending_status = 9
    paid_status = 1
    delivered_status = 4
    canceled_status = 5
    refunded_status = 6
    payment_error_status = 7
    backorder_paid_status = 8
