"""How a test connects an adapter to a pretend shop."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bridge.contracts.shop import DatabaseAccess, StoreConnection
from bridge.testing.mariadb import ConnectionParameters
from tests.support.shop_database import ShopDatabase

STORE = "acme"


def store_connection(shop: ShopDatabase, platform: str, **changes: Any) -> StoreConnection:
    """The store `acme` over a pretend shop, as that shop's own user; `changes` are fields of the connection."""
    connection = StoreConnection(
        store=STORE,
        platform=platform,
        zone=ZoneInfo("UTC"),
        database=database_access(shop.parameters, prefix=shop.prefix),
    )
    return replace(connection, **changes)


def database_access(parameters: ConnectionParameters, *, prefix: str, **changes: Any) -> DatabaseAccess:
    """A test server's parameters as the settings would give them."""
    access = DatabaseAccess(
        name=parameters.database or "",
        user=parameters.user,
        prefix=prefix,
        host=parameters.host,
        port=parameters.port,
        socket=Path(parameters.socket) if parameters.socket else None,
        password=parameters.password or None,
        tls=False,
    )
    return replace(access, **changes)
