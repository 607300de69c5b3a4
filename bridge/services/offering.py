"""What staff offer: quotes for work and inspections, in versions, each valid for a while (rules C7, C8, C11, P3).

An offer is words and an amount; what the customer approves is the exact text made of them. A new version voids what was
approved before and releases what was held.
"""

from dataclasses import replace
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain import quotes
from bridge.domain.accounts import Account, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.entitlement import Way
from bridge.domain.events import (
    QuoteOffered,
)
from bridge.domain.quotes import PRICE_LIST, Offer, Quote, QuoteKind, QuoteState, require_state
from bridge.domain.rights import RightKind
from bridge.domain.tickets import MessageKind, Ticket
from bridge.errors import QuoteRefused, UnknownAccount
from bridge.locale.quote_words import quote_texts, text_hashes
from bridge.services import expiring
from bridge.services.coin_moves import note, spendable
from bridge.services.covering import cover_of_offer
from bridge.services.quote_parts import about, quote_of, require_covered, require_words, say, set_free, ticket_of
from bridge.services.staff_words import require_staff
from bridge.services.standing import plan_of
from bridge.services.ticket_histories import read_history


def offer(
    tx: Tx,
    terms: DeskTerms,
    ticket_id: int,
    *,
    coins: int,
    words: str,
    by: str,
    at: datetime,
    kind: QuoteKind = QuoteKind.WORK,
    right: str | None = None,
    possible: bool = False,
    although_licensed: bool = False,
) -> Quote:
    """Offer to do a ticket's work, or to inspect it, for `coins` coins (rules C7, C8, C11).

    Work is either of a kind that the customer's plan lists (`right`), or staff confirm that it is `possible` (rule P3).
    Where help in the ticket is free by a licence, or is so once its customer has chosen or proven one, staff say that
    this goes beyond it: `although_licensed` (rule L2).
    Raises `UnknownTicket`, `ImpossibleAmount`, `NotEnoughCoins` for an inspection that the account can't cover,
    `QuoteRefused` for a frozen account, a ticket merged into another, or work that is neither listed nor confirmed,
    `UnknownAccount` for a visitor's ticket.
    """
    ticket, account = ticket_of(tx, terms.store, ticket_id)
    if account.owner.kind is OwnerKind.VISITOR:
        raise UnknownAccount(f"{terms.store}: {account.owner} has no account, so nobody could decide about an offer")
    quotes.require_unfrozen(account)
    require_words(words, by)
    quotes.require_amount(coins, most=terms.most_coins)
    if not although_licensed:
        _require_not_free(tx, terms, ticket)
    if kind is QuoteKind.INSPECTION:
        require_covered(tx, account, coins, at)
    else:
        _require_allowed(tx, terms, account, right, possible=possible, at=at)
    made = tx.quotes.draft(
        terms.store, ticket.id, account.id, kind, new_offer(terms, kind, 1, coins, words, by, at), offered=True
    )
    confirmed = possible and kind is QuoteKind.WORK
    return offered(tx, terms, account, made, by=by, at=at, action="offer", work=right or "", possible=confirmed)


def offer_inspection(
    tx: Tx, terms: DeskTerms, ticket_id: int, *, words: str, by: str, at: datetime, although_licensed: bool = False
) -> Quote:
    """Offer an inspection at the store's price (rule C11). Raises as `offer`."""
    return offer(
        tx,
        terms,
        ticket_id,
        coins=terms.inspection_coins,
        words=words,
        by=by,
        at=at,
        kind=QuoteKind.INSPECTION,
        although_licensed=although_licensed,
    )


def draft_from_price(
    tx: Tx, terms: DeskTerms, ticket: Ticket, code: str, *, at: datetime, language: str = "en"
) -> Quote:
    """A draft of the price list's offer for a ticket that was opened from it; staff send it by `revise` (rule C13).

    It names the work in the `language` in which the list was read. Raises `QuoteRefused` for a code that is not on it.
    """
    price = terms.rights.prices.get(code)
    if price is None:
        raise QuoteRefused("unknown_price", f"there is no price {code} on the list")
    words = price.names.get(language) or price.names.get("en", code)
    draft = new_offer(terms, QuoteKind.WORK, 1, price.coins, words, PRICE_LIST, at)
    return tx.quotes.draft(terms.store, ticket.id, ticket.account_id, QuoteKind.WORK, draft, offered=False)


def revise(tx: Tx, terms: DeskTerms, quote_id: int, *, coins: int, words: str, by: str, at: datetime) -> Quote:
    """Offer it anew with another amount or other words: a new version that voids what was approved (rules C7, C8).

    What was held is released; coins whose package ended or was revoked meanwhile are granted anew, because it is the
    vendor who takes the approved offer back (rule C5). Possible until the work has been started. Raises
    `QuoteRefused`, `ImpossibleAmount`, `NotEnoughCoins` for an inspection that the account can't cover.
    """
    quote, account = quote_of(tx, terms.store, quote_id)
    require_state(quote, QuoteState.DRAFT, QuoteState.OFFERED, QuoteState.APPROVED, doing="a revision")
    quotes.require_unfrozen(account)
    require_words(words, by)
    quotes.require_amount(coins, most=terms.most_coins)
    freed = set_free(tx, terms, quote, account, reason="revised", by=by, at=at, vendor=True)
    if quote.kind is QuoteKind.INSPECTION:
        require_covered(tx, account, coins, at)
    made = new_offer(terms, quote.kind, quote.offer.version + 1, coins, words, by, at)
    saved = tx.quotes.save(replace(freed, state=QuoteState.OFFERED, offer=made, approved_at=None))
    return offered(tx, terms, account, saved, by=by, at=at, action="revise", replaces=quote.was_offered)


def reissue(tx: Tx, terms: DeskTerms, quote_id: int, *, by: str, at: datetime) -> Quote:
    """Offer the same once more, valid from now: after it lapsed, was declined, withdrawn, cancelled (rule C8).

    Raises `QuoteRefused` where it is still open, in work or settled, and as `offer`.
    """
    quote, account = quote_of(tx, terms.store, quote_id)
    if not quote.lapsed(at):
        again = (QuoteState.DRAFT, QuoteState.DECLINED, QuoteState.WITHDRAWN, QuoteState.RELEASED)
        require_state(quote, *again, doing="issuing it anew")
    quotes.require_unfrozen(account)
    require_words(quote.offer.words, by)
    if quote.kind is QuoteKind.INSPECTION:
        require_covered(tx, account, quote.offer.coins, at)
    made = new_offer(terms, quote.kind, quote.offer.version + 1, quote.offer.coins, quote.offer.words, by, at)
    saved = tx.quotes.save(replace(quote, state=QuoteState.OFFERED, offer=made, hold=(), spent=None, approved_at=None))
    return offered(tx, terms, account, saved, by=by, at=at, action="reissue", replaces=quote.was_offered)


def withdraw(tx: Tx, terms: DeskTerms, quote_id: int, *, by: str, at: datetime) -> Quote:
    """Take an offer back that nobody has approved. Raises `QuoteRefused` for one that is approved or at an end."""
    quote, _ = quote_of(tx, terms.store, quote_id)
    require_state(quote, QuoteState.DRAFT, QuoteState.OFFERED, doing="withdrawing it")
    require_staff(by)
    saved = tx.quotes.save(replace(quote, state=QuoteState.WITHDRAWN))
    expiring.disarm_quote(tx, saved)
    if quote.state is not QuoteState.DRAFT:
        say(tx, terms, saved, MessageKind.WITHDRAWN, at, staff=by)
    note(tx, terms.store, by, "withdraw", f"quote:{quote.id}", at, version=quote.offer.version)
    return saved


def new_offer(terms: DeskTerms, kind: QuoteKind, version: int, coins: int, words: str, by: str, at: datetime) -> Offer:
    words = terms.premium.hide_numbers(words).strip()
    texts = quote_texts(kind, coins=coins, words=words)
    until = quotes.first_deadline(at, days=terms.valid_days)
    return Offer(version, coins, words, texts, text_hashes(texts), at, until, by)


def offered(
    tx: Tx,
    terms: DeskTerms,
    account: Account,
    quote: Quote,
    *,
    by: str,
    at: datetime,
    action: str,
    work: str = "",
    possible: bool = False,
    replaces: bool = False,
) -> Quote:
    """Tell that there is something to decide, and remember to remind.

    The audit trail says which kind of `work` it is, and that staff confirmed that it is `possible` (rule P3). Raises
    `QuoteRefused` in a ticket that was merged into another: what is offered there nobody would read.
    """
    _require_not_merged(tx, terms, quote)
    expiring.disarm_quote(tx, quote)
    expiring.arm_quote(tx, terms, quote)
    left = spendable(tx, account.id, at)
    coins, version = quote.offer.coins, quote.offer.version
    say(tx, terms, quote, MessageKind.OFFERED, at, staff=by, coins=coins, quote_kind=quote.kind.value)
    facts = about(quote, account, at, left, "offered")
    tx.outbox.add([QuoteOffered(**facts, valid_until=quote.offer.valid_until, replaces=replaces)])
    confirmed = {"possible": True} if possible else {}
    note(tx, terms.store, by, action, f"quote:{quote.id}", at, version=version, coins=coins, work=work, **confirmed)
    return quote


def _require_not_merged(tx: Tx, terms: DeskTerms, quote: Quote) -> None:
    ticket, _ = ticket_of(tx, terms.store, quote.ticket_id)
    into = read_history(tx, ticket).merged_into
    if into is not None:
        raise QuoteRefused("merged", f"ticket {ticket.id} was merged into ticket {into}: offer it there")


def _require_not_free(tx: Tx, terms: DeskTerms, ticket: Ticket) -> None:
    cover = cover_of_offer(tx, terms, ticket)
    if cover is not None and cover.way is Way.LICENCE:
        raise QuoteRefused("licensed", f"help in ticket {ticket.id} is free by licence {cover.licence_id} (rule L2)")
    if cover is not None and cover.way is Way.CHOOSE:
        raise QuoteRefused(
            "not_chosen", f"help in ticket {ticket.id} may be free by a licence, and nobody has said by which (rule L2)"
        )


def _require_allowed(
    tx: Tx, terms: DeskTerms, account: Account, right: str | None, *, possible: bool, at: datetime
) -> None:
    """Work that the plan lists may be quoted; other work after staff confirm that it is possible (rule P3)."""
    if right is not None:
        known = terms.rights.rights.get(right)
        if known is None or known.kind is not RightKind.WORK:
            raise QuoteRefused("unknown_right", f"{right} is no kind of work among the store's rights")
        if possible or terms.rights.allows(right, plan_of(tx, terms, account.id, at)):
            return
        raise QuoteRefused("not_listed", f"{right} is not listed for the plan of {account.owner}: confirm it (rule P3)")
    if not possible:
        raise QuoteRefused(
            "not_confirmed", "the work is neither of a listed kind nor confirmed to be possible (rule P3)"
        )
