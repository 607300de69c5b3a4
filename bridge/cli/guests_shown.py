"""How guests' orders are shown, with the customers whose addresses suggest that an order is theirs (rule C19)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from bridge.cli.screen import count, line, table


class GuestOrder(NamedTuple):
    """A guest's order and what it has. `customers` have its e-mail address; None where the shop was not asked."""

    order: int
    coins: int
    licences: int
    customers: tuple[int, ...] | None


def document(store: str, orders: Sequence[GuestOrder]) -> dict[str, Any]:
    """For programs."""
    return {
        "store": store,
        "orders": [
            {
                "order": one.order,
                "coins": one.coins,
                "licences": one.licences,
                "customers": None if one.customers is None else list(one.customers),
            }
            for one in orders
        ],
    }


def parts(store: str, orders: Sequence[GuestOrder]) -> list[Any]:
    """For people."""
    if not orders:
        return [line(f"No guest's order of store {store} has coins or licences.")]
    rows = [(str(one.order), one.coins, one.licences, _suggestion(one)) for one in orders]
    numbers = ("Order", "Coins", "Licences")
    shown = table(*numbers, "Same e-mail address", rows=rows, right=numbers)
    return [
        shown,
        line(),
        line(
            f"{count(len(orders), 'order')}. An equal address proves nothing; to link one: "
            "bridge guest link ORDER CUSTOMER --by NAME"
        ),
    ]


def _suggestion(one: GuestOrder) -> str:
    if one.customers is None:
        return "not asked"
    if not one.customers:
        return "nobody"
    names = ", ".join(map(str, one.customers))
    return f"customer {names}" if len(one.customers) == 1 else f"several: customers {names}"
