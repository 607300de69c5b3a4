"""The OpenCart plugin: answers for stores whose `platform` is "opencart"."""

from bridge.contracts.shop import ShopAdapter, StoreConnection
from bridge.hooks.specs import hookimpl
from bridge_opencart.adapter import OpenCartAdapter


@hookimpl
def bridge_connect_store(store: StoreConnection) -> ShopAdapter | None:
    """The adapter of an OpenCart store; it has not connected yet."""
    return OpenCartAdapter(store) if store.platform == "opencart" else None
