"""PrestaShop behind the contract: the shared adapter with PrestaShop's tables, reader and customer service."""

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopFacts, StoreConnection
from bridge.shopkit.adapter import DatabaseAdapter
from bridge.shopkit.recognising import recognise
from bridge_prestashop.reader import PrestaShopReader
from bridge_prestashop.schema import PLATFORM
from bridge_prestashop.threads import PrestaShopThreads


class PrestaShopAdapter(DatabaseAdapter):
    """One PrestaShop store."""

    def __init__(self, store: StoreConnection, *, clock: Clock | None = None) -> None:
        super().__init__(store, PLATFORM, PrestaShopReader, clock=clock)
        self._layout = ""
        self._threads = PrestaShopThreads(
            store, self._database, layout=self._layout_name, zone=self._reader.zone, clock=self._clock
        )

    @property
    def threads_shop(self) -> PrestaShopThreads:
        """The shop's customer service; it needs rights that orders go on without."""
        return self._threads

    async def probe(self) -> ShopFacts:
        """As every adapter; the layout also says how messages are stored."""
        facts = await super().probe()
        self._layout = facts.layout
        self._threads.look_again()
        return facts

    async def _layout_name(self) -> str:
        if not self._layout:
            self._layout = (await recognise(self._database, PLATFORM)).name
        return self._layout
