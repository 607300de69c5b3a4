"""What staff's commands share that act on something with a number: whose store that is, who acts, what was moved.

What has a number has it in the whole desk, so the store need not be named. An action and the reading of what it did are
one transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from bridge.cli.call import one_store, staff_name
from bridge.cli.customer import named
from bridge.cli.session import CLOCK, the_desk
from bridge.contracts.desk import Tx
from bridge.desk.desk import Desk
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.quotes import Quote
from bridge.domain.tickets import Ticket
from bridge.engine.setup import StoreSetup
from bridge.errors import (
    AgreementRefused,
    BillRefused,
    BridgeError,
    ChatRefused,
    LicenceRefused,
    NotEnoughCoins,
    QuoteRefused,
    TicketRefused,
    UnknownAccount,
    UnknownTicket,
)
from bridge.services.coin_moves import account_by_id, spendable
from bridge.services.coins_moved import Moved, moved_since
from bridge.settings import Settings, StoreSettings

QUOTE, TICKET, LICENCE = "quote", "ticket", "licence"
AGREEMENT, BILL, CHAT = "agreement", "bill", "chat"


class _Kind(NamedTuple):
    """How something numbered is found, how it is refused where there is none, and where all are listed."""

    get: Callable[[Tx, str, int], object | None]
    refused: Callable[[str, str], BridgeError]
    listing: str


_KINDS = {
    QUOTE: _Kind(lambda tx, store, number: tx.quotes.get(store, number), QuoteRefused, "bridge quote list"),
    TICKET: _Kind(
        lambda tx, store, number: tx.tickets.get(store, number),
        lambda _, words: UnknownTicket(words),
        "bridge ticket list",
    ),
    LICENCE: _Kind(lambda tx, store, number: tx.licences.get(store, number), LicenceRefused, "bridge licence list"),
    AGREEMENT: _Kind(
        lambda tx, store, number: tx.agreements.get(store, number), AgreementRefused, "bridge premium list --all"
    ),
    BILL: _Kind(lambda tx, store, number: tx.bills.get(store, number), BillRefused, "bridge premium bills --all"),
    CHAT: _Kind(lambda tx, store, number: tx.conversations.get(store, number), ChatRefused, "bridge chat list"),
}


class Numbered(NamedTuple):
    """Something with a number of its own, in the whole desk."""

    what: str
    number: int

    def exists(self, tx: Tx, store: str) -> bool:
        """Whether it is one of that store's."""
        return _KINDS[self.what].get(tx, store, self.number) is not None

    def quoted(self, tx: Tx, store: str) -> Quote | Ticket | None:
        """The quote, or the ticket that a quote is made for, if it is one of that store's."""
        return tx.quotes.get(store, self.number) if self.what == QUOTE else tx.tickets.get(store, self.number)

    def missing(self, store: str | None) -> BridgeError:
        """That there is none."""
        kind = _KINDS[self.what]
        words = f"there is no {self.what} {self.number}" + (f" in store {store}" if store else "")
        error = kind.refused(f"unknown_{self.what}", words)
        error.hint = kind.listing
        return error


@dataclass(frozen=True, slots=True)
class Work:
    """Who acts, when, and on whose terms."""

    store: StoreSettings
    terms: DeskTerms
    staff: str
    at: datetime

    @classmethod
    def of(cls, store: StoreSettings, by: str | None) -> "Work":
        """What an action in a store needs. Raises `UsageError` for who is none of its staff."""
        return cls(store, StoreSetup.of(store).desk_terms, staff_name(store, by), CLOCK.now())


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A quote with what is said beside it; `available` is what the customer can spend now."""

    store: StoreSettings
    at: datetime
    quote: Quote
    ticket: Ticket
    account: Account
    available: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action left behind, and what it moved; `before` is None for a new quote."""

    work: Work
    before: Quote | None
    view: QuoteView
    moved: Moved


def change_quote(desk: Desk, work: Work, about: Numbered, do: Callable[[Tx, Work], Quote]) -> Outcome:
    """Do something to a quote, or to a ticket that ends in a quote. Raises as `do`, with a way on."""

    def action(tx: Tx) -> Outcome:
        found = about.quoted(tx, work.store.name)
        if found is None:
            raise about.missing(work.store.name)
        before = account_by_id(tx, found.account_id)
        with ways_on(work.store.name, before.owner, about):
            after = do(tx, work)
        earlier = found if isinstance(found, Quote) else None
        return Outcome(work, earlier, view_of(tx, work.store, after, work.at), moved_since(tx, before))

    return desk.run(action)


def view_of(tx: Tx, store: StoreSettings, quote: Quote, at: datetime) -> QuoteView:
    """The quote and what is said beside it."""
    ticket = tx.tickets.get(quote.store, quote.ticket_id)
    assert ticket is not None, "a quote's ticket is never deleted"
    account = account_by_id(tx, quote.account_id)
    return QuoteView(store, at, quote, ticket, account, spendable(tx, account.id, at))


@contextmanager
def work_on(settings: Settings, about: Numbered, store: str | None, by: str | None) -> Iterator[tuple[Desk, Work]]:
    """The open desk, and what an action of staff on it needs. Raises `UsageError` and the desk's."""
    with the_desk(settings) as desk:
        chosen = store_of(settings, desk, about, store)
        yield desk, Work.of(chosen, by)


def store_of(settings: Settings, desk: Desk, about: Numbered, store: str | None) -> StoreSettings:
    """The store that the number belongs to. Raises `UsageError` for an unknown store, else what `missing` makes."""
    if store is not None or len(settings.stores) == 1:
        chosen = one_store(settings, store)
        if not desk.look(about.exists, chosen.name):
            raise about.missing(chosen.name)
        return chosen
    for chosen in settings.stores.values():
        if desk.look(about.exists, chosen.name):
            return chosen
    raise about.missing(None)


@contextmanager
def ways_on(store: str, owner: Owner | None = None, about: Numbered | None = None) -> Iterator[None]:
    """Refusals leave with the next command that helps, where it depends on what was refused."""
    try:
        yield
    except QuoteRefused as error:
        error.hint = error.hint or _way_on(error.reason, store, owner, about)
        raise
    except TicketRefused as error:
        if owner is not None:
            error.hint = f"see what he has: bridge account show {named(owner)} --store {store}"
        raise
    except NotEnoughCoins as error:
        if owner is not None:
            error.hint = f"see what there is: bridge coins balance {named(owner)} --store {store}"
        raise
    except UnknownAccount as error:
        way = f"look the customer up: bridge account find E-MAIL --store {store}"
        if owner is not None and owner.kind is OwnerKind.GUEST:
            way = f"bridge guest link {owner.ref} CUSTOMER --store {store}"
        error.hint = error.hint or way
        raise


def _way_on(reason: str, store: str, owner: Owner | None, about: Numbered | None) -> str:
    ways: dict[str, str] = {
        "unknown_quote": "bridge quote list",
        "unknown_right": f"bridge rights list --store {store}",
        "unknown_price": f"bridge prices list --store {store}",
        "licensed": "if this goes beyond the help that is free, say so: --although-licensed",
        "not_chosen": "say by which: bridge ticket cover; if this goes beyond that help: --although-licensed",
        "not_listed": "if it can be done all the same, say so: --possible",
        "not_confirmed": f"name its kind (--right KEY, see: bridge rights list --store {store}), or say: --possible",
    }
    if about is not None and about.what == QUOTE:
        show = f"bridge quote show {about.number}"
        ways |= {"quote_state": show, "quote_kind": show}
    if owner is not None:
        ways["account_frozen"] = f"see why: bridge account show {named(owner)} --store {store}"
    return ways.get(reason, "")


def moved_document(moved: Moved) -> dict[str, Any]:
    """What was moved, for programs."""
    return {
        "held": moved.held,
        "deducted": moved.deducted,
        "released": moved.released,
        "forfeited": moved.forfeited,
        "revoked": moved.revoked,
        "granted": moved.granted,
    }
