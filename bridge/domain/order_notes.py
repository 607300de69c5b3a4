"""What staff must know about single orders, in words.

The kind of a note is part of its problem's key, so that a note is one problem however often its order is seen.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bridge.domain.accounts import Owner
from bridge.domain.orders import Order, OrderLine
from bridge.domain.packages import Package


class NoteKind(StrEnum):
    """Why an order needs a person. The value is part of the problem's key and stays stable."""

    ODD_ORDER = "odd_order"
    CUSTOMER_GONE = "customer_gone"
    OWNER_CHANGED = "owner_changed"
    ZERO_TOTAL = "zero_total"
    SPENT = "spent_before_revocation"
    AMOUNT_SLIP = "amount_only_slip"
    UNKNOWN_CODE = "unknown_code"
    NUMBER_REUSED = "number_reused"
    OTHER_STORE = "other_store"
    NOTHING_TO_RENEW = "nothing_to_renew"


class Note(NamedTuple):
    """Something staff must know about an order. `part` tells notes of one kind and order apart."""

    kind: NoteKind
    text: str
    part: str = ""


def odd_line(order: Order, line: OrderLine) -> Note:
    """A line of which less than nothing is left."""
    return Note(
        NoteKind.ODD_ORDER,
        f"order {order.order_id}: product {line.code} has quantity {line.quantity}, refunded {line.refunded}, "
        f"returned {line.returned}: what is left must not be negative",
    )


def too_many(order: Order, count: int, what: str, limit: int) -> Note:
    """More units than anybody buys."""
    return Note(
        NoteKind.ODD_ORDER,
        f"order {order.order_id}: {count} units of {what}, more than limits.units_per_order = {limit}",
    )


def nobodys(order: Order) -> Note:
    """An order whose customer the shop has lost."""
    return Note(
        NoteKind.CUSTOMER_GONE,
        f"order {order.order_id}: its customer {order.customer_id} is not in the shop any more",
    )


def undated(order: Order) -> Note:
    """An order of which nobody can say whether it was placed before the start."""
    return Note(NoteKind.ODD_ORDER, f"order {order.order_id}: it has no usable date, so coins.start can't be applied")


def zero_total(order: Order, gives: str) -> Note:
    """An order that costs nothing and gives something: `gives` says what, as "grants coins"."""
    return Note(NoteKind.ZERO_TOTAL, f"order {order.order_id} {gives} and its total is {order.total}")


def number_reused(order: Order, gave: str, placed_at: datetime | None, owner: Owner) -> Note:
    """Another order under the number of one that has been booked, which `gave` "coins" or "licences"."""
    return Note(
        NoteKind.NUMBER_REUSED,
        f"order {order.order_id} was placed at {placed_at} when it gave {gave} to {owner}; "
        f"the shop now has one of {order.ordered_at} under that number: nothing is booked for it",
    )


def other_store(order: Order, elsewhere: str) -> Note:
    """An order that was booked in another store of the same tables."""
    return Note(
        NoteKind.OTHER_STORE,
        f"order {order.order_id} was booked in store {elsewhere} and now belongs to this one: "
        "nothing is booked here, so that it gives everything once",
    )


def owner_changed(order: Order, gave: str, owner: Owner) -> Note:
    """An order that has come to another customer than the one it `gave` "coins" or "licences"."""
    now = f"{order.buyer}" if order.buyer else f"customer {order.customer_id}, who is not in the shop any more"
    return Note(
        NoteKind.OWNER_CHANGED,
        f"order {order.order_id}: its {gave} are on the account of {owner}, the order now belongs to {now}",
    )


def spent(order_id: int, package: Package, revocation: int) -> Note:
    """A revocation that could not take everything back (rule C14)."""
    return Note(
        NoteKind.SPENT,
        f"order {order_id}: package {package.id} was revoked after {package.used} of its "
        f"{package.coins} coins had been spent or held",
        part=f"{package.id}:{revocation}",
    )


def nothing_to_renew(order_id: int, code: str, product: str, owner: str) -> Note:
    """A renewal of somebody who has no licence that it could prolong (rule L5)."""
    return Note(
        NoteKind.NOTHING_TO_RENEW,
        f"order {order_id}: {code} renews a licence of {product}, and {owner} has none that it could: "
        "it prolongs nothing until he has one, or staff renew one by hand",
        part=code,
    )


def slips(order: Order) -> list[Note]:
    """Slips that refund an amount and no units."""
    return [
        Note(
            NoteKind.AMOUNT_SLIP,
            f"order {order.order_id}: credit slip {slip} refunds an amount without quantities; no coins were revoked",
            part=str(slip),
        )
        for slip in order.amount_only_slips
    ]


def near_misses(order: Order, codes: Iterable[str], meant: Callable[[str], str | None]) -> list[Note]:
    """Codes that stand for nothing and were most likely meant to: `meant` says which one of the settings."""
    notes = []
    for code in codes:
        intended = meant(code)
        if intended is not None:
            notes.append(
                Note(
                    NoteKind.UNKNOWN_CODE,
                    f"order {order.order_id}: product code {code!r} stands for no plan and no licence; "
                    f"the settings have {intended!r}",
                    part=code,
                )
            )
    return notes
