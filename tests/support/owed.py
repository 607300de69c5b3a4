"""What a shop's orders owe, worked out from its rows alone: the other side of every comparison with the ledger.

It shares no code with the bridge. An order owes its units while its status says paid, and nothing once it has been
cancelled, refunded or voided; a status that says neither may only stand before the first payment, because afterwards
what is owed depends on what came before.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from tests.support.desk_file import BookedAccount
from tests.support.shops import OpenCartShop, PrestaShopShop

OPENCART_PAID = frozenset({3, 5})

_OPENCART = (
    "SELECT o.order_id, o.date_added, o.customer_id, o.order_status_id, p.model, p.quantity"
    " FROM {order} o JOIN {order_product} p ON p.order_id = o.order_id"
)
_PRESTASHOP = (
    "SELECT o.id_order, o.date_add, IF(c.is_guest, 0, o.id_customer), s.paid, d.product_reference,"
    " d.product_quantity - d.product_quantity_refunded - d.product_quantity_return"
    " FROM {orders} o JOIN {order_detail} d ON d.id_order = o.id_order"
    " JOIN {order_state} s ON s.id_order_state = o.current_state JOIN {customer} c ON c.id_customer = o.id_customer"
)


class Unit(NamedTuple):
    """Units of one plan that an order owes its buyer; a guest's are owed to the order itself."""

    owner: tuple[str, int]
    order: int
    plan: str


async def units_owed(
    shop: OpenCartShop | PrestaShopShop, plan_of: Mapping[str, str], *, since: datetime | None = None
) -> Counter[Unit]:
    """How many units each order owes, if placed `since` then; plans by product code.

    With `since` an order without a usable date owes nothing: nobody can say whether it was placed before.
    """
    owed: Counter[Unit] = Counter()
    opencart = isinstance(shop, OpenCartShop)
    for order, placed, customer, status, code, left in await shop.fetch(_OPENCART if opencart else _PRESTASHOP):
        paid = status in OPENCART_PAID if opencart else bool(status)
        counts = since is None or (isinstance(placed, datetime) and placed >= since)
        if paid and counts and code in plan_of and left:
            owner = ("customer", int(customer)) if customer else ("guest", int(order))
            owed[Unit(owner, int(order), plan_of[code])] += int(left)
    return owed


def units_booked(accounts: list[BookedAccount]) -> Counter[Unit]:
    """How many unrevoked units the ledger has of each order and plan."""
    booked: Counter[Unit] = Counter()
    for account in accounts:
        for package in account.packages:
            if package.order_id is not None and package.plan is not None and not package.revoked:
                booked[Unit((account.kind, account.ref), package.order_id, package.plan)] += 1
    return booked


def differences(owed: Counter[Unit], accounts: list[BookedAccount], coins_of: Mapping[str, int]) -> list[str]:
    """Where the ledger is not what the orders owe, less what was spent; coins by plan."""
    booked = units_booked(accounts)
    found = [
        f"order {unit.order} owes {unit.owner} {owed[unit]} of {unit.plan}, the ledger has {booked[unit]}"
        for unit in sorted(owed.keys() | booked.keys())
        if owed[unit] != booked[unit]
    ]
    for account in accounts:
        mine = sum(n * coins_of[unit.plan] for unit, n in owed.items() if unit.owner == (account.kind, account.ref))
        left = mine - account.coins_by_kind()["settle"]
        if left != account.posted:
            found.append(f"{account.kind} {account.ref} is owed {left} coins, the ledger has {account.posted}")
        found += _granted_twice(account)
    return found


def _granted_twice(account: BookedAccount) -> list[str]:
    grants = Counter(part[0] for entry in account.entries if entry.kind == "grant" for part in entry.postings)
    units = Counter((one.order_id, one.plan, one.unit) for one in account.packages)
    found = [f"package {package} was granted {n} times" for package, n in grants.items() if n > 1]
    return found + [f"the unit {unit} was granted as {n} packages" for unit, n in units.items() if n > 1]
