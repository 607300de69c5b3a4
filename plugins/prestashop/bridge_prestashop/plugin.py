"""The PrestaShop plugin: answers for stores whose `platform` is "prestashop"."""

from bridge.contracts.shop import ShopAdapter, StoreConnection
from bridge.hooks.specs import hookimpl
from bridge_prestashop.adapter import PrestaShopAdapter


@hookimpl
def bridge_connect_store(store: StoreConnection) -> ShopAdapter | None:
    """The adapter of a PrestaShop store; it has not connected yet."""
    return PrestaShopAdapter(store) if store.platform == "prestashop" else None
