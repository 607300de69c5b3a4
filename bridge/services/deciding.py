"""What the customer decides about a quote: approve, decline, or take an approval back (rules C7 to C10).

Each leaves evidence that is kept for good. The same decision again, on whatever channel, changes nothing.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.quotes import Channel
from bridge.domain import holds, quotes
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import (
    QuoteApproved,
    QuoteDeclined,
)
from bridge.domain.packages import available
from bridge.domain.quotes import HOLDING, Quote, QuoteState
from bridge.domain.tickets import Author, MessageKind
from bridge.errors import QuoteRefused
from bridge.services import expiring
from bridge.services.coin_moves import account_by_id, book, packages_of, spendable
from bridge.services.premium_parts import require_no_premium
from bridge.services.quote_parts import about, cause_of, evidence_of, say, set_free


def approve(
    tx: Tx,
    terms: DeskTerms,
    account_id: int,
    quote_id: int,
    *,
    version: int,
    text_hash: str,
    at: datetime,
    channel: Channel = Channel.PAGE,
    evidence: str = "",
) -> Quote:
    """Approve an offer in the words that were shown: its coins are held, once however often it comes (rules C7 to C10).

    `at` is its receipt by the desk. Raises `QuoteRefused` (not his, another version, other words, lapsed, frozen,
    its ticket's work being premium time), `NotEnoughCoins` where nothing was held and the offer stays open.
    """
    quote = _of_account(tx, terms, account_id, quote_id)
    same = version == quote.offer.version and text_hash in quote.offer.hashes.values()
    if quote.state in HOLDING and same:
        return quote
    account = account_by_id(tx, account_id)
    quotes.require_approvable(quote, account_id=account_id, version=version, text_hash=text_hash, at=at)
    quotes.require_unfrozen(account)
    require_no_premium(tx, quote.ticket_id)
    packages = packages_of(tx, account.id)
    entry, hold = holds.reserve(packages.values(), quote.offer.coins, cause_of(tx, quote, at), reason="")
    packages = book(tx, terms.store, packages, holds.Movement((entry,), {}))
    saved = tx.quotes.save(quotes.approved(quote, hold, at=at))
    tx.quotes.decide(evidence_of(quote, "approve", at, channel, text_hash, evidence))
    expiring.arm_approved(tx, terms, saved)
    left = available(packages.values(), at)
    told: dict[str, Any] = {"coins": quote.offer.coins, "available": left}
    say(tx, terms, saved, MessageKind.APPROVED, at, author=Author.CUSTOMER, packages=packages, **told)
    tx.outbox.add([QuoteApproved(**about(saved, account, at, left, "approved"))])
    expiring.note_low(tx, terms, account.id, at, packages)
    return saved


def decline(
    tx: Tx,
    terms: DeskTerms,
    account_id: int,
    quote_id: int,
    *,
    version: int,
    at: datetime,
    channel: Channel = Channel.PAGE,
    evidence: str = "",
) -> Quote:
    """Decline an offer; a second time changes nothing. Raises `QuoteRefused` for one that is not open, or not his."""
    quote = _of_account(tx, terms, account_id, quote_id)
    if version != quote.offer.version:
        raise QuoteRefused("quote_changed", f"version {version} of quote {quote.id} is not the newest any more")
    if quote.state is QuoteState.DECLINED:
        return quote
    if quote.state is not QuoteState.OFFERED:
        raise QuoteRefused("quote_closed", f"quote {quote.id} is {quote.state} and can't be declined")
    saved = tx.quotes.save(replace(quote, state=QuoteState.DECLINED))
    tx.quotes.decide(evidence_of(quote, "decline", at, channel, "", evidence))
    expiring.disarm_quote(tx, saved)
    account = account_by_id(tx, account_id)
    say(tx, terms, saved, MessageKind.DECLINED, at, author=Author.CUSTOMER)
    tx.outbox.add([QuoteDeclined(**about(saved, account, at, spendable(tx, account.id, at), "declined"))])
    return saved


def cancel(
    tx: Tx,
    terms: DeskTerms,
    account_id: int,
    quote_id: int,
    *,
    at: datetime,
    channel: Channel = Channel.PAGE,
    evidence: str = "",
) -> Quote:
    """Take an approval back while the work has not been started: everything held returns (rule C7).

    A second time changes nothing. Raises `QuoteRefused` where the work was started or nothing is approved.
    """
    quote = _of_account(tx, terms, account_id, quote_id)
    if quote.state is QuoteState.RELEASED:
        return quote
    if quote.state is QuoteState.STARTED:
        raise QuoteRefused("already_started", f"the work of quote {quote.id} was started")
    if quote.state is not QuoteState.APPROVED:
        raise QuoteRefused("quote_closed", f"quote {quote.id} is {quote.state}: there is no approval to take back")
    tx.quotes.decide(evidence_of(quote, "cancel", at, channel, "", evidence))
    account = account_by_id(tx, account_id)
    freed = set_free(tx, terms, quote, account, reason="cancelled", by=None, at=at)
    return tx.quotes.save(replace(freed, state=QuoteState.RELEASED))


def _of_account(tx: Tx, terms: DeskTerms, account_id: int, quote_id: int) -> Quote:
    """The quote, if it is one of that account's and was ever offered; whoever asks learns of no other (rule T11)."""
    quote = tx.quotes.get(terms.store, quote_id)
    if quote is None or quote.account_id != account_id or quote.state is QuoteState.DRAFT:
        raise QuoteRefused("unknown_quote", f"there is no quote {quote_id} on that account")
    return quote
