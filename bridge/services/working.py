"""What becomes of approved work: started, settled, released, found feasible or not, charged back (rules C7, C11, C14).

Nothing is deducted beyond what the customer approved; what is not spent returns to the packages it came from.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from bridge.contracts.desk import Tx
from bridge.domain import holds, quotes
from bridge.domain.accounts import Account
from bridge.domain.coins import whole_coins
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import CoinsDeducted, QuoteReleased
from bridge.domain.ledger import EntryKind
from bridge.domain.packages import available
from bridge.domain.quotes import HOLDING, Cause, Quote, QuoteKind, QuoteState, require_state
from bridge.domain.tickets import Message, MessageKind
from bridge.errors import ImpossibleAmount, QuoteRefused
from bridge.services import expiring
from bridge.services.coin_moves import account_by_id, book, note, packages_of
from bridge.services.premium_parts import require_no_premium
from bridge.services.quote_parts import about, cause_of, give_back, quote_of, require_words, said_of, say, set_free
from bridge.services.staff_words import require_staff
from bridge.services.ticket_standing import stir


def start(tx: Tx, terms: DeskTerms, quote_id: int, *, by: str, at: datetime) -> Quote:
    """Mark the work as started: it can't be cancelled or revised any more (rule C7).

    Raises `QuoteRefused`, also while the ticket's work is premium time (rule W7).
    """
    quote, _ = quote_of(tx, terms.store, quote_id)
    require_state(quote, QuoteState.APPROVED, doing="starting the work")
    require_staff(by)
    require_no_premium(tx, quote.ticket_id)
    saved = tx.quotes.save(replace(quote, state=QuoteState.STARTED))
    say(tx, terms, saved, MessageKind.STARTED, at, staff=by)
    note(tx, terms.store, by, "start", f"quote:{quote.id}", at, version=quote.offer.version)
    return saved


def settle(tx: Tx, terms: DeskTerms, quote_id: int, *, spent: int, by: str, at: datetime) -> Quote:
    """Deduct `spent` coins of what is held and give the rest back (rule C7).

    Raises `ImpossibleAmount` for none or more than is held, `QuoteRefused` for a quote that holds nothing (again),
    or while a premium timer runs about its ticket (rule W7).
    """
    quote, account = quote_of(tx, terms.store, quote_id)
    require_state(quote, *sorted(HOLDING), doing="settling")
    require_staff(by)
    require_no_premium(tx, quote.ticket_id, running=True)
    whole_coins(spent, what="spent")
    if spent > quote.held:
        raise ImpossibleAmount(
            f"spent: quote {quote.id} holds {quote.held} coins, so at most {quote.held} can be settled, not {spent}; "
            "more needs a new approval (rule C7)"
        )
    return settled(tx, terms, quote, account, spent, reason="", by=by, at=at, action="settle")


def release(
    tx: Tx, terms: DeskTerms, quote_id: int, *, reason: str, by: str, at: datetime, vendor: bool = False
) -> Quote:
    """Give back everything held: the work will not be done (rule C7).

    Coins whose package ended or was revoked meanwhile are gone, but where the `vendor` caused it they are granted anew
    for 30 days (rule C5). Raises `QuoteRefused` for a quote that holds nothing.
    """
    quote, account = quote_of(tx, terms.store, quote_id)
    require_state(quote, *sorted(HOLDING), doing="releasing")
    require_words(reason, by)
    freed = set_free(tx, terms, quote, account, reason="released", by=by, at=at, vendor=vendor, words=reason)
    note(tx, terms.store, by, "release", f"quote:{quote.id}", at, coins=quote.held, vendor=vendor)
    return tx.quotes.save(replace(freed, state=QuoteState.RELEASED))


def feasible(tx: Tx, terms: DeskTerms, quote_id: int, *, by: str, at: datetime) -> Quote:
    """An inspection found that it can be done: its coins are released, the work gets its own quote (rule C11).

    Raises `QuoteRefused` for what is no approved inspection.
    """
    quote, account = quote_of(tx, terms.store, quote_id)
    _require_kind(quote, QuoteKind.INSPECTION)
    require_state(quote, *sorted(HOLDING), doing="ending the inspection")
    require_staff(by)
    freed = set_free(tx, terms, quote, account, reason="feasible", by=by, at=at)
    note(tx, terms.store, by, "feasible", f"quote:{quote.id}", at, coins=quote.held)
    return tx.quotes.save(replace(freed, state=QuoteState.RELEASED))


def infeasible(
    tx: Tx, terms: DeskTerms, quote_id: int, *, cause: Cause, by: str, at: datetime, words: str = ""
) -> Quote:
    """It turned out that it can't be done (rule C11).

    An approved inspection costs exactly its price, unless the fault is the vendor's own. Of approved work everything is
    released; only where an inspection of the same ticket had been approved and nothing was charged for it, its price
    is settled from the work's hold. Raises `QuoteRefused` for a quote that holds nothing.
    """
    quote, account = quote_of(tx, terms.store, quote_id)
    require_state(quote, *sorted(HOLDING), doing="ending it as infeasible")
    require_staff(by)
    if cause is Cause.OTHER and not words.strip():
        raise ImpossibleAmount("cause: another cause must be stated in words (rule C11)")
    charge, cited = _inspection_charge(tx, quote, cause)
    say(
        tx,
        terms,
        quote,
        MessageKind.INFEASIBLE,
        at,
        staff=by,
        text=words,
        cause=cause.value,
        charged=charge,
        cited=cited,
    )
    note(tx, terms.store, by, "infeasible", f"quote:{quote.id}", at, cause=cause.value, charged=charge)
    if charge:
        said = f"infeasible: {cause}" + (f", inspection approved in quote {cited}" if cited else "")
        return settled(tx, terms, quote, account, charge, reason=said, by=by, at=at, action="")
    freed = set_free(tx, terms, quote, account, reason="infeasible", by=by, at=at, vendor=cause is Cause.VENDOR)
    return tx.quotes.save(replace(freed, state=QuoteState.RELEASED))


def drop_charged_back(
    tx: Tx, store: str, account_id: int, package_ids: Iterable[int], *, at: datetime, by: str | None = None
) -> int:
    """The bank took the money of these packages back: holds on them end, or lose that part (rule C14).

    Work that was not started is voided whole; of work under way at most the rest can be settled. Returns how many
    quotes it touched. What is set free in these packages is revoked next, by whoever calls this. `by` names who of the
    staff has recorded it, where it was not the shop.
    """
    those = frozenset(package_ids)
    found = [(quote, *holds.without(quote.hold, those)) for quote in tx.quotes.of_account(account_id, holding=True)]
    touched = [(quote, kept, dropped) for quote, kept, dropped in found if dropped]
    account = account_by_id(tx, account_id)
    for quote, kept, dropped in touched:
        started = quote.state is QuoteState.STARTED
        part = dropped if started else quote.hold
        tag = f"chargeback:{dropped[0].package_id}"
        give_back(tx, store, quote, part, EntryKind.VOID, at, reason="chargeback", by=by, tag=tag)
        state = QuoteState.STARTED if started else QuoteState.RELEASED
        saved = tx.quotes.save(replace(quote, state=state, hold=kept if started else ()))
        if not started:
            expiring.disarm_quote(tx, saved)
        coins = holds.total(part)
        left = available((one for one in packages_of(tx, account_id).values() if one.id not in those), at)
        void = said_of(saved, MessageKind.VOIDED, at, staff=by, coins=coins, held=saved.held, started=started)
        tx.tickets.say(saved.ticket_id, void)
        facts = about(saved, account, at, left, f"voided:{tag}") | {"coins": coins}
        tx.outbox.add([QuoteReleased(**facts, reason="chargeback")])
    stir(tx, store, [account_id], at=at)
    return len(touched)


def settled(
    tx: Tx,
    terms: DeskTerms,
    quote: Quote,
    account: Account,
    spent: int,
    *,
    reason: str,
    by: str,
    at: datetime,
    action: str,
) -> Quote:
    packages = packages_of(tx, account.id)
    movement = holds.spend(
        packages, quote.hold, spent, cause_of(tx, quote, at, by), reason=reason, released="not needed for the work"
    )
    packages = book(tx, terms.store, packages, movement)
    saved = tx.quotes.save(replace(quote, state=QuoteState.SETTLED, hold=(), spent=spent))
    expiring.disarm_quote(tx, saved)
    left = available(packages.values(), at)
    rest = quote.held - spent
    detail: dict[str, Any] = {"released": rest, "lost": holds.lost(movement), "infeasible": not action}
    told = {"available": left, "coins": spent, **detail}
    say(tx, terms, saved, MessageKind.DEDUCTED, at, staff=by, packages=packages, **told)
    facts = about(saved, account, at, left, f"settled:{spent}")
    tx.outbox.add([CoinsDeducted(**facts, spent=spent, **detail)])
    if action:
        note(tx, terms.store, by, action, f"quote:{quote.id}", at, coins=spent, released=rest)
    expiring.note_low(tx, terms, account.id, at, packages)
    return saved


def _inspection_charge(tx: Tx, quote: Quote, cause: Cause) -> tuple[int, int | None]:
    """What an infeasible ticket costs, and the inspection's quote that this rests on where it is another (C11)."""
    if cause is Cause.VENDOR:
        return 0, None
    if quote.kind is QuoteKind.INSPECTION:
        return quotes.inspection_charge(quote.held, quote.offer.coins), None
    told = tx.tickets.about_quotes(quote.ticket_id)
    charged = {one.detail.get("cited") for one in told if one.kind is MessageKind.INFEASIBLE}
    for one in tx.quotes.of_ticket(quote.ticket_id):
        if one.kind is not QuoteKind.INSPECTION or one.spent or one.id in charged:
            continue
        if one.state not in HOLDING and _approval_stands(tx, one, told):  # one that holds is charged for itself
            charge = quotes.inspection_charge(quote.held, one.offer.coins)
            return charge, one.id if charge else None
    return 0, None


def _approval_stands(tx: Tx, inspection: Quote, told: Iterable[Message]) -> bool:
    """Whether what was approved is the newest version, and neither taken back, voided nor ended by our own fault.

    A chargeback voids what was not started; what was loses coins by it, and its approval stands (rule C14).
    """
    decided = {one.what for one in tx.quotes.decisions(inspection.id) if one.version == inspection.offer.version}
    undone = any(
        (_voided_whole(one) or one.detail.get("cause") == Cause.VENDOR.value)
        and (one.detail.get("quote"), one.detail.get("version")) == (inspection.id, inspection.offer.version)
        for one in told
    )
    return "approve" in decided and "cancel" not in decided and not undone


def _voided_whole(message: Message) -> bool:
    return message.kind is MessageKind.VOIDED and not message.detail.get("started")


def _require_kind(quote: Quote, kind: QuoteKind) -> None:
    if quote.kind is not kind:
        raise QuoteRefused("quote_kind", f"quote {quote.id} is an offer of {quote.kind}, not of {kind}")
