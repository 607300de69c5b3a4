"""Whether the shop has a customer whom the desk does not know yet."""

import asyncio

from bridge.cli.session import plugins_of, the_shop
from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.settings import Settings, StoreSettings


def is_new_in_shop(settings: Settings, desk: Desk, store: StoreSettings, owner: Owner) -> bool:
    """Whether he is a customer of it now; not asked of whom the desk knows. Raises `ShopError` where it can't be."""
    if desk.look(lambda tx: tx.accounts.of_owners(store.name, [owner])):
        return False

    async def ask() -> bool:
        async with the_shop(plugins_of(settings), store) as shop:
            return owner.ref in await shop.customers([owner.ref])

    return owner.kind is OwnerKind.CUSTOMER and asyncio.run(ask())
