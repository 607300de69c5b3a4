"""The two pretend shops behind one interface."""

from tests.support.opencart import OpenCartShop
from tests.support.prestashop import PrestaShopShop
from tests.support.shop_database import OPENING_DAY, PRICE, BulkOrders, Line, Shop, ShopDatabase

__all__ = [
    "OPENING_DAY",
    "PRICE",
    "BulkOrders",
    "Line",
    "OpenCartShop",
    "PrestaShopShop",
    "Shop",
    "ShopDatabase",
]
