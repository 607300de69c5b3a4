"""Quotes: from the offer to what was deducted for it. Amounts are coins."""

from dataclasses import dataclass
from datetime import datetime

from bridge.domain.events.event import CustomerEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteEvent(CustomerEvent):
    """Something that happened to one version of a quote of `coins` coins; `work` or `inspection` is its `kind`.

    `available` is what the account could spend just after it.
    """

    ticket_id: int
    quote_id: int
    version: int
    kind: str
    coins: int
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteOffered(QuoteEvent):
    """Staff offered it, or a new version of it; it can be approved until `valid_until`.

    `replaces` says that an earlier version had been offered to the customer: a draft of the price list never was.
    """

    valid_until: datetime
    replaces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLapsing(QuoteEvent):
    """It can be approved only until `valid_until`, which is near (rule C8)."""

    valid_until: datetime


class QuoteApproved(QuoteEvent):
    """The customer approved it: its coins are held (rule C7)."""

    __slots__ = ()


class QuoteDeclined(QuoteEvent):
    """The customer declined it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteReleased(QuoteEvent):
    """What was held for it was given back; `reason` is a stable word (cancelled, revised, infeasible, ...).

    `lost` of these coins were gone at once, because their package had ended or was revoked meanwhile (rule C5).
    """

    reason: str
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinsDeducted(QuoteEvent):
    """`spent` coins were deducted for the ticket, `available` remain (rule C17).

    `released` were held besides and came free; `lost` of these were gone at once, because their package had ended or
    was revoked meanwhile (rule C5). `infeasible` says that they pay for finding out that it can't be done (rule C11).
    """

    spent: int
    infeasible: bool = False
    released: int = 0
    lost: int = 0


class HoldOld(QuoteEvent):
    """Its coins have been held for long without being settled or released: for staff (rule C7)."""

    __slots__ = ()
