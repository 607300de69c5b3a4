"""The pretend shops of every version that is read, behind one interface."""

from collections.abc import Mapping

from tests.support.opencart import OpenCart30Shop, OpenCart40Shop, OpenCartShop
from tests.support.prestashop import PrestaShopShop
from tests.support.prestashop_versions import PrestaShop9Shop, PrestaShop16Shop, ThirtyBeesShop
from tests.support.shop import BulkOrders, Shop
from tests.support.shop_database import OPENING_DAY, PRICE, Line, ShopDatabase, Snapshot

AnyShop = OpenCartShop | PrestaShopShop

LAYOUTS: Mapping[str, type[AnyShop]] = {
    "opencart-3.0": OpenCart30Shop,
    "opencart-4.0": OpenCart40Shop,
    "opencart-4.1": OpenCartShop,
    "prestashop-1.6": PrestaShop16Shop,
    "thirtybees-1.7": ThirtyBeesShop,
    "prestashop-8": PrestaShopShop,
    "prestashop-9": PrestaShop9Shop,
}
"""The pretend shop of each layout, by the name that the bridge gives the layout."""

__all__ = [
    "LAYOUTS",
    "OPENING_DAY",
    "PRICE",
    "AnyShop",
    "BulkOrders",
    "Line",
    "OpenCart30Shop",
    "OpenCart40Shop",
    "OpenCartShop",
    "PrestaShop9Shop",
    "PrestaShop16Shop",
    "PrestaShopShop",
    "Shop",
    "ShopDatabase",
    "Snapshot",
    "ThirtyBeesShop",
]
