"""What every action on a quote is made of: its events, its thread, its evidence, and what returns from a hold."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.quotes import Channel, Decision
from bridge.domain import holds, ledger
from bridge.domain.accounts import Account
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.downtime import gap_between
from bridge.domain.events import CoinsGranted, QuoteReleased
from bridge.domain.holds import Hold, Movement
from bridge.domain.ledger import EntryKind
from bridge.domain.packages import Package, available
from bridge.domain.quotes import HOLDING, Cause, Quote
from bridge.domain.tickets import Author, Message, MessageKind, Ticket
from bridge.errors import NotEnoughCoins, QuoteRefused, UnknownTicket
from bridge.services import expiring
from bridge.services.coin_moves import account_by_id, book, packages_of, spendable
from bridge.services.staff_words import require_staff, require_text
from bridge.services.ticket_standing import stir, tell

MOST_WORDS = 4_000
"""Characters of staff's own words in an offer."""
_SIGNS = 8
"""Of an offer's hash that stand in the keys of its events."""


def ticket_of(tx: Tx, store: str, ticket_id: int) -> tuple[Ticket, Account]:
    ticket = tx.tickets.get(store, ticket_id)
    if ticket is None:
        raise UnknownTicket(f"{store}: there is no ticket {ticket_id}")
    return ticket, account_by_id(tx, ticket.account_id)


def quote_of(tx: Tx, store: str, quote_id: int) -> tuple[Quote, Account]:
    quote = tx.quotes.get(store, quote_id)
    if quote is None:
        raise QuoteRefused("unknown_quote", f"{store}: there is no quote {quote_id}")
    return quote, account_by_id(tx, quote.account_id)


def require_words(words: str, by: str) -> None:
    require_text(words, what="words", longest=MOST_WORDS)
    require_staff(by)


def require_covered(tx: Tx, account: Account, coins: int, at: datetime) -> None:
    """Fewer coins than an inspection costs → no inspection (rule C11)."""
    there = available(packages_of(tx, account.id).values(), at)
    if there < coins:
        raise NotEnoughCoins(f"account of {account.owner}", needed=coins, available=there)


def give_back(
    tx: Tx,
    store: str,
    quote: Quote,
    hold: Hold,
    kind: EntryKind,
    at: datetime,
    *,
    reason: str,
    by: str | None = None,
    tag: str = "",
    anew: bool = False,
) -> Movement:
    """Book the return of a hold, or of a part of it; returns what was booked. `anew` as in `holds.give_back`."""
    packages = packages_of(tx, quote.account_id)
    movement = holds.give_back(packages, hold, cause_of(tx, quote, at, by, tag), kind=kind, reason=reason, anew=anew)
    book(tx, store, packages, movement)
    return movement


def set_free(
    tx: Tx,
    terms: DeskTerms,
    quote: Quote,
    account: Account,
    *,
    reason: str,
    by: str | None,
    at: datetime,
    vendor: bool = False,
    words: str = "",
) -> Quote:
    """The quote with nothing held any more; what was held is back in its packages. Nothing where nothing was to be.

    `words` are staff's own and go into the thread, where they can be erased (rule D1). Where it is the doing of the
    `vendor`, coins whose package ended or was revoked meanwhile are granted anew: after a refund too the customer was
    owed the work that he had approved (rule C5). What a chargeback took was not held any more by then: of work that it
    emptied the thread tells that it ended, because whose doing that was decides about a later charge (rule C11).
    """
    expiring.disarm_quote(tx, quote)
    cause = Cause.VENDOR.value if vendor else None
    if not quote.hold:
        if vendor and quote.state in HOLDING:
            nothing: dict[str, Any] = {"coins": 0, "lost": 0, "reason": reason, "cause": cause}
            left = spendable(tx, account.id, at)
            say(tx, terms, quote, MessageKind.RELEASED, at, staff=by, text=words, available=left, **nothing)
        return quote
    movement = give_back(tx, terms.store, quote, quote.hold, EntryKind.RELEASE, at, reason=reason, by=by, anew=vendor)
    gone = holds.lost(movement)
    if vendor and gone:
        _regrant(tx, terms, quote, account, gone, by=by or "", at=at)
    left = spendable(tx, account.id, at)
    lost = 0 if vendor else gone
    detail: dict[str, Any] = {"coins": quote.held, "lost": lost, "available": left, "reason": reason, "cause": cause}
    say(tx, terms, quote, MessageKind.RELEASED, at, staff=by, text=words, **detail)
    facts = about(quote, account, at, left, f"released:{quote.held}") | {"coins": quote.held}
    tx.outbox.add([QuoteReleased(**facts, reason=reason, lost=lost)])
    return replace(quote, hold=())


def _regrant(tx: Tx, terms: DeskTerms, quote: Quote, account: Account, coins: int, *, by: str, at: datetime) -> None:
    """What left its package while it was held comes back for a while, as the vendor takes the quote back (rule C5)."""
    (number,) = tx.ledger.new_package_ids(1)
    until = (at + timedelta(days=terms.regrant_days)).replace(microsecond=0)
    package = Package(number, account.id, None, coins, granted_at=at, usable_until=until)
    entry = ledger.grant(
        package,
        key=f"{quote.key}:regrant",
        at=at,
        reason=f"had ended or was revoked while held for quote {quote.id}, which the vendor took back",
        staff=by,
    )._replace(quote_id=quote.id, ticket_id=quote.ticket_id)
    tx.ledger.append(terms.store, [entry], {number: package}, [number])
    expiring.arm_packages(tx, terms.store, [package], at=at, reminder_days=terms.reminder_days)
    stir(tx, terms.store, [account.id], at=at)
    told = CoinsGranted(
        key=f"{quote.key}:{_words(quote)}:regrant:{coins}",
        store=terms.store,
        at=at,
        owner=account.owner,
        order_id=None,
        plan=None,
        coins=coins,
        usable_until=until,
    )
    tx.outbox.add([told])


def cause_of(tx: Tx, quote: Quote, at: datetime, by: str | None = None, tag: str = "") -> holds.Cause:
    key = f"{quote.key}:{tag}" if tag else quote.key
    gap = gap_between(tx.downtimes.last_beat(), at)
    return holds.Cause(key, quote.account_id, quote.id, quote.ticket_id, at, by, gap.since if gap else None)


def evidence_of(quote: Quote, what: str, at: datetime, channel: Channel, text_hash: str, evidence: str) -> Decision:
    language = next((name for name, one in quote.offer.hashes.items() if one == text_hash), "")
    return Decision(
        quote_id=quote.id,
        version=quote.offer.version,
        what=what,
        at=at,
        account_id=quote.account_id,
        channel=channel,
        coins=quote.offer.coins,
        text_hash=text_hash,
        language=language,
        evidence=evidence,
    )


def about(quote: Quote, account: Account, at: datetime, left: int, what: str) -> dict[str, Any]:
    """What every event about a quote says; its key names the version, its words, and what happened.

    The words because versions are given out again after a restore: what was offered then is never an old event's.
    """
    return {
        "key": f"{quote.key}:{_words(quote)}:{what}",
        "store": quote.store,
        "at": at,
        "owner": account.owner,
        "ticket_id": quote.ticket_id,
        "quote_id": quote.id,
        "version": quote.offer.version,
        "kind": quote.kind.value,
        "coins": quote.offer.coins,
        "available": left,
    }


def _words(quote: Quote) -> str:
    return min(quote.offer.hashes.values(), default="")[:_SIGNS]


def say(
    tx: Tx,
    terms: DeskTerms,
    quote: Quote,
    kind: MessageKind,
    at: datetime,
    *,
    author: Author = Author.BRIDGE,
    staff: str | None = None,
    text: str = "",
    packages: Mapping[int, Package] | None = None,
    **detail: object,
) -> None:
    """Offer, decision, exact consumption and what remains are messages of the ticket's thread (rule C7).

    Whose turn it is in the ticket follows from them (rule T10). `packages` are all of the account as they are now,
    where they are at hand.
    """
    message = said_of(quote, kind, at, author=author, staff=staff, text=text, **detail)
    tell(tx, terms, quote.ticket_id, message, packages=None if packages is None else packages.values())


def said_of(
    quote: Quote,
    kind: MessageKind,
    at: datetime,
    *,
    author: Author = Author.BRIDGE,
    staff: str | None = None,
    text: str = "",
    **detail: object,
) -> Message:
    """The message that tells what became of a quote."""
    return Message(at, author, kind, text, {"quote": quote.id, "version": quote.offer.version, **detail}, staff)
