"""Who is helped by ticket free of charge, who pays, and who is to say more first (rules L2, L3, L4, T1, T11).

Decided once, when the ticket opens, and frozen into it: a licence that ends later takes nothing back. Nothing is free
for a product that nobody knows, nor for a writer who has not proven who he is. What is decided is a stable word for the
way and one for the reason; the sentences are made of them where they are shown.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from bridge.domain.licences import LicenceBook, Status, StatusCode
from bridge.domain.tickets import TicketKind

_FOR_GOOD = datetime.max.replace(tzinfo=UTC)


class Way(StrEnum):
    """How help in a ticket is covered. The value is shown to programs and stays stable.

    Before a purchase it is free for everybody. With a licence it is free; with coins, work is offered for them. Without
    either the ticket is taken, but no clock runs. Its customer is to choose a licence, or to prove who he is.
    """

    BEFORE_SALE = "free_before_sale"
    LICENCE = "licence"
    COINS = "coins"
    NO_CLOCK = "no_clock"
    CHOOSE = "choose"
    VERIFY = "verify"


class Reason(StrEnum):
    """Why it is that way. Those of a licence are the words for how it stood at that moment (rule L6)."""

    BEFORE_SALE = "before_sale"
    PRICE_LIST = "price_list"
    ACTIVE = "active"
    EXPIRING = "expiring"
    UNVERIFIED = "unverified"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REFUNDED = "refunded"
    NO_LICENCE = "no_licence"
    WRONG_PRODUCT = "wrong_product"
    UNKNOWN_PRODUCT = "unknown_product"
    UNPROVEN = "unproven"


class Held(NamedTuple):
    """A licence that the customer has, and how it stood when he asked."""

    licence_id: int
    product: str
    status: Status


class Asked(NamedTuple):
    """What a ticket is about: a product of the settings, None where it is not known which; a licence he has chosen."""

    product: str | None = None
    licence_id: int | None = None


NOTHING_NAMED = Asked()


class Entitlement(NamedTuple):
    """What was decided: the way, why, and the licence and product that it goes by, where it goes by any."""

    way: Way
    reason: Reason
    licence_id: int | None = None
    product: str | None = None

    @property
    def is_free(self) -> bool:
        """Whether help costs him nothing, whatever it takes."""
        return self.way in (Way.BEFORE_SALE, Way.LICENCE)

    @property
    def leads_on(self) -> bool:
        """Whether he is to be told what he can do instead (rule L4)."""
        return self.way in (Way.COINS, Way.NO_CLOCK) and self.reason is not Reason.PRICE_LIST

    @property
    def detail(self) -> dict[str, Any]:
        """What is kept of it in the ticket's history."""
        found: dict[str, Any] = {"way": self.way.value, "reason": self.reason.value}
        if self.licence_id is not None:
            found["licence"] = self.licence_id
        if self.product is not None:
            found["product"] = self.product
        return found

    @classmethod
    def of(cls, detail: Mapping[str, Any]) -> "Entitlement":
        """What a ticket's history says was decided."""
        licence, product = detail.get("licence"), detail.get("product")
        return cls(
            Way(detail["way"]),
            Reason(detail["reason"]),
            None if licence is None else int(licence),
            None if product is None else str(product),
        )


def entitle(
    kind: TicketKind,
    asked: Asked,
    licences: Iterable[Held],
    book: LicenceBook,
    *,
    verified: bool,
    coins: bool,
    priced: bool = False,
) -> Entitlement:
    """How help in a ticket of that kind is covered.

    `licences` are all of the customer's. `verified` says that he has proven who he is (rule T11), `coins` that the
    store sells them or he has some to use, `priced` that he asked for a work of the price list, which is paid for.
    """
    if kind is TicketKind.PRE_SALES:
        return Entitlement(Way.BEFORE_SALE, Reason.BEFORE_SALE)
    if not verified:
        return Entitlement(Way.VERIFY, Reason.UNPROVEN)
    if priced:
        return Entitlement(Way.COINS, Reason.PRICE_LIST)
    mine = sorted(licences, key=_worth)
    fitting, misfit = _fitting(asked, mine, book)
    best = fitting[0] if fitting else None
    if best is not None and best.status.accepted and misfit is None:
        return Entitlement(Way.LICENCE, Reason(best.status.code), best.licence_id, best.product)
    if misfit is not None and any(one.status.accepted for one in mine):
        return Entitlement(Way.CHOOSE, misfit, product=asked.product)
    way = Way.COINS if coins else Way.NO_CLOCK
    if best is None:
        return Entitlement(way, misfit or Reason.NO_LICENCE, product=asked.product)
    reason = misfit if misfit is Reason.WRONG_PRODUCT else Reason(best.status.code)
    return Entitlement(way, reason, best.licence_id, best.product)


def _fitting(asked: Asked, mine: list[Held], book: LicenceBook) -> tuple[list[Held], Reason | None]:
    """Those of his licences that could cover it, the best first, and why none of them can be taken as it is.

    One that he chose says what it is about: where it does not count itself, another that covers its product does.
    """
    chosen = next((one for one in mine if one.licence_id == asked.licence_id), None)
    product = asked.product or (chosen.product if chosen is not None else None)
    if product is None:
        return mine, Reason.UNKNOWN_PRODUCT if any(one.status.accepted for one in mine) else None
    covering = book.covering(product) | {product}
    if chosen is None:
        return [one for one in mine if one.product in covering], None
    if chosen.product not in covering:
        return [chosen], Reason.WRONG_PRODUCT
    others = [one for one in mine if one.product in covering and one is not chosen and one.status.accepted]
    return ([chosen, *others] if chosen.status.accepted else [*others, chosen]), None


def _worth(one: Held) -> tuple[bool, bool, float, int]:
    """What counts comes first, what is known before what is not, then what ends last."""
    until = one.status.until or _FOR_GOOD
    unsure = one.status.code is StatusCode.UNVERIFIED
    return not one.status.accepted, unsure, -until.timestamp(), one.licence_id
