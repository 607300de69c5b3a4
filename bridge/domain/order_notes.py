"""What staff must know about single orders, in words: ids and numbers, never names (rules C2, C14, D1)."""

from collections.abc import Container
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bridge.domain.accounts import Owner
from bridge.domain.orders import Order
from bridge.domain.packages import Package
from bridge.domain.plans import PlanBook


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


class Note(NamedTuple):
    """Something staff must know about an order. `part` tells notes of one kind and order apart."""

    kind: NoteKind
    text: str
    part: str = ""


def number_reused(order: Order, owner: Owner, ordered_at: datetime | None) -> Note:
    """Another order granted under this number: `owner`'s, placed at `ordered_at` by the shop's own wall clock."""
    return Note(
        NoteKind.NUMBER_REUSED,
        f"order {order.order_id} was placed at {ordered_at} when it granted coins to {owner}; "
        f"the shop now has one of {order.ordered_at} under that number: nothing is booked for it",
    )


def other_store(order: Order, elsewhere: str) -> Note:
    """It has granted in the store named `elsewhere`."""
    return Note(
        NoteKind.OTHER_STORE,
        f"order {order.order_id} granted its coins in store {elsewhere} and now belongs to this one: "
        "nothing is booked here, so that it grants once",
    )


def spent(order_id: int, package: Package, revocation: int) -> Note:
    """A revocation could not take all of a package back; `revocation` is its number (rule C14)."""
    return Note(
        NoteKind.SPENT,
        f"order {order_id}: package {package.id} was revoked after {package.used} of its "
        f"{package.coins} coins had been spent or held",
        part=f"{package.id}:{revocation}",
    )


def slips(order: Order) -> list[Note]:
    """Its credit slips of money alone: they revoke nothing."""
    return [
        Note(
            NoteKind.AMOUNT_SLIP,
            f"order {order.order_id}: credit slip {slip} refunds an amount without quantities; no coins were revoked",
            part=str(slip),
        )
        for slip in order.amount_only_slips
    ]


def unknown_codes(order: Order, known: Container[str], plans: PlanBook) -> list[Note]:
    """Its product codes that are nearly those of a plan; `known` are those that stand for one."""
    notes = []
    for line in order.lines:
        meant = plans.near_miss(line.code) if line.code not in known else None
        if meant is not None:
            notes.append(
                Note(
                    NoteKind.UNKNOWN_CODE,
                    f"order {order.order_id}: product code {line.code!r} stands for no plan; "
                    f"the settings have {meant!r}",
                    part=line.code,
                )
            )
    return notes


def owner_changed(order: Order, owner: Owner) -> Note:
    """Its coins are `owner`'s, and it is somebody else's by now."""
    now = f"{order.buyer}" if order.buyer else f"customer {order.customer_id}, who is not in the shop any more"
    return Note(
        NoteKind.OWNER_CHANGED,
        f"order {order.order_id}: its coins are on the account of {owner}, the order now belongs to {now}",
    )
