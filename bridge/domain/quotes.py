"""Quotes: offers to do work for a number of coins, and what may happen to one.

offered → approved (coins held) → started → settled or released; an offer can be declined or withdrawn, and made anew
with another version, which voids what was approved before (rules C7, C8). Nothing here reads a clock: that a quote has
lapsed follows from the moment that is handed in. An inspection is a quote too: a paid look at whether something can be
done at all (rule C11).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bridge.domain.accounts import Account
from bridge.domain.coins import whole_coins
from bridge.domain.holds import Hold, total
from bridge.errors import ImpossibleAmount, QuoteRefused

PRICE_LIST = "price list"
"""Who made a draft: none of the staff, and nobody has been told of it until one of them offers it (rule C13)."""


class QuoteKind(StrEnum):
    WORK = "work"
    INSPECTION = "inspection"


class QuoteState(StrEnum):
    DRAFT = "draft"
    OFFERED = "offered"
    APPROVED = "approved"
    STARTED = "started"
    SETTLED = "settled"
    RELEASED = "released"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


HOLDING = frozenset({QuoteState.APPROVED, QuoteState.STARTED})
"""States in which coins are held."""
ENDED = frozenset({QuoteState.SETTLED, QuoteState.RELEASED, QuoteState.DECLINED, QuoteState.WITHDRAWN})
"""States in which nothing happens any more unless the quote is issued anew."""


class Cause(StrEnum):
    """Why a ticket turned out not to be feasible; a vendor's own fault costs nothing (rule C11)."""

    HOST = "host"
    THEME = "theme"
    MODULE = "module"
    PLATFORM = "platform"
    OTHER = "other"
    VENDOR = "vendor"


class Offer(NamedTuple):
    """One version of a quote: what was offered, in the exact words shown, and until when it can be approved.

    `words` are staff's own, `texts` is the whole text by language and `hashes` the SHA-256 of each (rule C9).
    """

    version: int
    coins: int
    words: str
    texts: Mapping[str, str]
    hashes: Mapping[str, str]
    offered_at: datetime
    valid_until: datetime
    staff: str


@dataclass(frozen=True, slots=True)
class Quote:
    """One quote as it stands. `offer` is its newest version; `hold` what is held for it now; `spent` what it cost."""

    id: int
    store: str
    ticket_id: int
    account_id: int
    kind: QuoteKind
    state: QuoteState
    offer: Offer
    hold: Hold = ()
    spent: int | None = None
    approved_at: datetime | None = None
    number: int = 0

    @property
    def held(self) -> int:
        """Coins held for it now."""
        return total(self.hold)

    @property
    def key(self) -> str:
        """What the keys of its version's entries begin with."""
        return f"{self.store}:quote:{self.id}:v{self.offer.version}"

    @property
    def was_offered(self) -> bool:
        """Whether its customer has ever been told of it."""
        return self.offer.staff != PRICE_LIST

    def lapsed(self, at: datetime) -> bool:
        """Whether it is still offered and can't be approved any more; its last second counts whole (rule C8)."""
        return self.state is QuoteState.OFFERED and at.replace(microsecond=0) > self.offer.valid_until


def require_amount(coins: int, *, most: int) -> int:
    """Coins that a quote may ask for. Raises `ImpossibleAmount`."""
    if whole_coins(coins, what="coins") > most:
        raise ImpossibleAmount(f"coins: a quote must ask for 1 to {most} coins (quotes.most_coins), not {coins}")
    return coins


def require_unfrozen(account: Account) -> None:
    """Raises `QuoteRefused` for a frozen account: no new quote, approval or redemption (rule C15)."""
    if account.frozen:
        raise QuoteRefused("account_frozen", f"the account of {account.owner} is frozen (rule C15)")


def require_approvable(quote: Quote, *, account_id: int, version: int, text_hash: str, at: datetime) -> None:
    """Whether this approval is of what is offered now (rules C8, C9). Raises `QuoteRefused` saying why not."""
    if quote.account_id != account_id or quote.state is QuoteState.DRAFT:
        raise QuoteRefused("unknown_quote", "there is no such quote on that account")
    if version != quote.offer.version:
        raise QuoteRefused(
            "quote_changed", f"version {version} of quote {quote.id} was replaced by version {quote.offer.version}"
        )
    if text_hash not in quote.offer.hashes.values():
        raise QuoteRefused("text_differs", f"the text shown is not that of quote {quote.id}, version {version}")
    if quote.state is not QuoteState.OFFERED:
        raise QuoteRefused("quote_closed", f"quote {quote.id} is {quote.state} and can't be approved")
    if quote.lapsed(at):
        raise QuoteRefused(
            "quote_lapsed", f"quote {quote.id} could be approved until {quote.offer.valid_until:%Y-%m-%d %H:%M:%S} UTC"
        )


def approved(quote: Quote, hold: Hold, *, at: datetime) -> Quote:
    """The quote once its coins are held."""
    return replace(quote, state=QuoteState.APPROVED, hold=hold, approved_at=at)


def require_state(quote: Quote, *allowed: QuoteState, doing: str) -> None:
    """Raises `QuoteRefused` unless the quote is in one of these states."""
    if quote.state not in allowed:
        raise QuoteRefused(
            "quote_state",
            f"quote {quote.id} is {quote.state}: {doing} needs one that is {' or '.join(map(str, allowed))}",
        )


def inspection_charge(held: int, inspection_coins: int) -> int:
    """What an infeasible ticket costs out of what is held: the inspection, never more than is held (rule C11)."""
    return min(held, inspection_coins)


def first_deadline(at: datetime, *, days: int) -> datetime:
    """Until when an offer made now can be approved (rule C8)."""
    return at.replace(microsecond=0) + timedelta(days=days)
