"""OpenCart behind the contract: the shared adapter with OpenCart's tables and reader."""

from bridge.contracts.clock import Clock
from bridge.contracts.shop import StoreConnection
from bridge.shopkit.adapter import DatabaseAdapter
from bridge_opencart.reader import OpenCartReader
from bridge_opencart.schema import PLATFORM


class OpenCartAdapter(DatabaseAdapter):
    """One OpenCart store."""

    def __init__(self, store: StoreConnection, *, clock: Clock | None = None) -> None:
        super().__init__(store, PLATFORM, OpenCartReader, clock=clock)
