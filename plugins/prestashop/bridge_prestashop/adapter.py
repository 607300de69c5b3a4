"""PrestaShop behind the contract: the shared adapter with PrestaShop's tables and reader."""

from bridge.contracts.clock import Clock
from bridge.contracts.shop import StoreConnection
from bridge.shopkit.adapter import DatabaseAdapter
from bridge_prestashop.reader import PrestaShopReader
from bridge_prestashop.schema import PLATFORM


class PrestaShopAdapter(DatabaseAdapter):
    """One PrestaShop store."""

    def __init__(self, store: StoreConnection, *, clock: Clock | None = None) -> None:
        super().__init__(store, PLATFORM, PrestaShopReader, clock=clock)
