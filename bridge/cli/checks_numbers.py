"""Numbers that a shop gives a second time, in words: what follows from it, and what its database's owner runs.

Believes: a shop that was put back to an older state counts on from where it was then. An order under a number of the
books waits for staff, and a new customer's number may have been somebody else's. Both end for good once the shop's
tables count on beyond what the books know.
"""

from collections.abc import Sequence

from bridge.contracts.shop import Finding, Level, ShopAdapter
from bridge.desk.desk import Desk
from bridge.services.reconciling import ORDERS, GivenAgain, given_again


async def numbers_given_again(store: str, shop: ShopAdapter, desk: Desk) -> list[GivenAgain]:
    """Which tables of the shop will give numbers that the books know. Raises `ShopError`, `DeskError`."""
    next_ids, tables = await shop.next_ids(), shop.tables()
    return desk.look(given_again, store, next_ids, tables)


async def number_findings(store: str, shop: ShopAdapter, desk: Desk) -> list[Finding]:
    """A line for each such table, or one that all is well. Raises `ShopError`, `DeskError`."""
    found = await numbers_given_again(store, shop, desk)
    if not found:
        return [Finding("numbers", Level.OK, "the shop gives no number that the books know already")]
    return [Finding("numbers", Level.WRONG, words(one), f"as the database's owner: {one.statement}") for one in found]


def words(one: GivenAgain) -> str:
    """What is wrong with the table's next number."""
    meant = "orders" if one.what == ORDERS else "customers"
    follows = (
        "new orders under old numbers wait for staff" if one.what == ORDERS else "new customers get old ones' numbers"
    )
    return f"{one.table} counts on from {one.next}, and the books know {meant} up to {one.highest}: {follows}"


def to_run(found: Sequence[GivenAgain]) -> list[str]:
    """What to do about all of them, a line each; nothing where there are none."""
    if not found:
        return []
    why = [f"{words(one)}." for one in found]
    return [*why, "As the owner of the shop's database, before new orders come:", *(f"  {o.statement}" for o in found)]
