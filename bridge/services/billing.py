"""Bills: gathered by month, sent as a statement, then accepted or disputed, billed and paid (rule W8).

The customer has the statement before the bill. What was sent does not change: a correction is a line of its own, with a
reason and a person, and he is told of it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from bridge.contracts.desk import Tx
from bridge.domain.agreements import AgreementChannel
from bridge.domain.bills import (
    UNSENT,
    Bill,
    BillDecision,
    BillLine,
    BillState,
    LineKind,
    by_staff,
    require_correction,
)
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import BillSent
from bridge.errors import BillRefused
from bridge.services.accepting import Decider, require_whose
from bridge.services.bill_moves import changed, mark_paid, move
from bridge.services.chat_offering import show_bill
from bridge.services.coin_moves import note
from bridge.services.premium_parts import about_bill, bill_of
from bridge.services.premium_payments import pay_by_earlier_order
from bridge.services.staff_words import require_staff, require_text

MOST_WORDS = 2_000
"""Characters of why a statement is disputed or a line corrected, and how a bill was paid."""
_OF_LESS = frozenset({BillState.ACCEPTED, BillState.BILLED})
"""What the customer said or had in these states was about less, once more is charged."""


def gather(tx: Tx, terms: DeskTerms, contact_ids: Iterable[int], *, month: date, by: str, at: datetime) -> list[Bill]:
    """Gather the drafts of agreements closed in a month, by the store's zone, into a bill of the month.

    The contacts are those of one customer. Each has a bill of his own, and one for each currency where there are
    several: who is linked to somebody else one day takes nothing along that another agreed on. Returns them.
    Raises `BillRefused` where there is nothing to gather.
    """
    require_staff(by)
    first = month.replace(day=1)
    drafts = [one for one in tx.bills.of_contacts(contact_ids) if one.state is BillState.DRAFT]
    found = [one for one in drafts if not one.month and _month_of(terms, one) == first]
    if not found:
        raise BillRefused("nothing", f"no agreement closed in {first:%Y-%m} waits for a bill")
    gathered = []
    for whose in sorted({(one.contact_id, one.currency) for one in found}):
        parts = [one for one in found if (one.contact_id, one.currency) == whose]
        begun = [one for one in drafts if one.month == first.isoformat() and (one.contact_id, one.currency) == whose]
        into = begun[0] if begun else tx.bills.add(terms.store, *whose, [], month=first.isoformat())
        bill = tx.bills.gather(into, parts)
        note(tx, terms.store, by, "premium_gather", f"bill:{bill.id}", at, bills=[one.id for one in parts])
        gathered.append(bill)
    return gathered


def send(tx: Tx, terms: DeskTerms, bill_id: int, *, by: str, at: datetime) -> Bill:
    """Let the customer read the final statement; also again after he has disputed it. Raises `BillRefused`."""
    bill = bill_of(tx, terms.store, bill_id)
    require_staff(by)
    saved = move(tx, replace(bill, sent_at=at), BillState.SENT)
    tx.outbox.add([BillSent(**about_bill(tx, saved, at, "sent"))])
    show_bill(tx, terms, saved, by=by, at=at, final=False)
    note(tx, terms.store, by, "premium_send", f"bill:{saved.id}", at, amount=str(saved.total))
    return saved


def accept(tx: Tx, terms: DeskTerms, bill_id: int, who: Decider, *, text_hash: str, at: datetime) -> Bill:
    """The customer agrees to the statement that was shown, `Bill.hash`; once more it changes nothing.

    Raises `AgreementRefused` where it is not his, `BillRefused` where it stands otherwise or reads otherwise.
    """
    bill = _shown_bill(tx, terms, bill_id, who)
    if text_hash != bill.hash:
        raise BillRefused("text_differs", f"the statement shown is not that of bill {bill.id} as it is now")
    said = [one for one in tx.bills.decisions(bill.id) if one.what is not BillState.PAID]
    if said and (said[-1].what, said[-1].text_hash) == (BillState.ACCEPTED, text_hash):
        return bill
    return _decided(tx, terms, bill, BillState.ACCEPTED, who, at, text_hash=text_hash)


def dispute(
    tx: Tx, terms: DeskTerms, bill_id: int, who: Decider, *, words: str, at: datetime, text_hash: str = ""
) -> Bill:
    """The customer does not agree, in his `words`; once more it changes nothing.

    `text_hash` is the `Bill.hash` that he was shown: it is kept, and his words count also where it reads otherwise by
    now. Raises `AgreementRefused` where it is not his, `BillRefused` for one that was not sent or is paid,
    `ImpossibleAmount` for words that say nothing.
    """
    bill = _shown_bill(tx, terms, bill_id, who)
    if bill.state is BillState.DISPUTED:
        return bill
    require_text(words, what="words", longest=MOST_WORDS)
    words = terms.premium.hide_numbers(words)
    return _decided(tx, terms, bill, BillState.DISPUTED, who, at, text_hash=text_hash, words=words)


def make_due(tx: Tx, terms: DeskTerms, bill_id: int, *, by: str, at: datetime) -> Bill:
    """Bill what was stated (rule W8): it is due, but where an order of just its amount has come before, that pays it.

    Raises `BillRefused` where the customer has not had its statement, or disputes it.
    """
    before = bill_of(tx, terms.store, bill_id)
    require_staff(by)
    saved = move(tx, replace(before, billed_at=at), BillState.BILLED)
    changed(tx, saved, before, at)
    note(tx, terms.store, by, "premium_bill", f"bill:{saved.id}", at, amount=str(saved.total))
    now = pay_by_earlier_order(tx, terms.store, saved, at=at)
    if now.state is BillState.BILLED:
        show_bill(tx, terms, now, by=by, at=at, final=True)
    return now


def paid(tx: Tx, terms: DeskTerms, bill_id: int, *, how: str, by: str, at: datetime) -> Bill:
    """Record that it was paid; `how` in staff's words. Raises `BillRefused` for one that is not due."""
    before = bill_of(tx, terms.store, bill_id)
    require_staff(by)
    require_text(how, what="how", longest=MOST_WORDS)
    saved = mark_paid(tx, before, paid_by=by_staff(by), at=at)
    tx.bills.decide(
        saved.id,
        BillDecision(
            BillState.PAID, at, AgreementChannel.STAFF, staff=by, words=terms.premium.hide_numbers(how.strip())
        ),
    )
    note(tx, terms.store, by, "premium_paid", f"bill:{saved.id}", at, amount=str(saved.total))
    return saved


def correct(
    tx: Tx, terms: DeskTerms, bill_id: int, *, agreement_id: int, steps: int, reason: str, by: str, at: datetime
) -> Bill:
    """Add or take quarters of an hour by a line of its own (rule W8).

    It stays where it stands, but what was agreed to or billed and comes to more now is a statement once more. What is
    due is paid where an order of just what it comes to now has come before.

    Raises `BillRefused` for one that is paid, and where less than nothing or more than was worked would be left.
    """
    before = bill_of(tx, terms.store, bill_id)
    require_staff(by)
    require_text(reason, what="reason", longest=MOST_WORDS)
    require_correction(before, agreement_id, steps)
    time = next(one for one in before.lines if one.agreement_id == agreement_id and one.kind is LineKind.TIME)
    line = BillLine(
        position=len(before.lines) + 1,
        kind=LineKind.CORRECTION,
        agreement_id=agreement_id,
        work=time.work,
        rate=time.rate,
        steps=steps,
        at=at,
        reason=terms.premium.hide_numbers(reason.strip()),
        staff=by,
    )
    more = replace(before, lines=(*before.lines, line))
    if steps > 0 and before.state in _OF_LESS:
        more = replace(more, state=BillState.SENT, sent_at=at, billed_at=None)
    saved = tx.bills.save(more)
    if saved.state not in UNSENT:
        changed(tx, saved, before, at, corrected=True)
    note(tx, terms.store, by, "premium_correct", f"bill:{saved.id}", at, agreement=agreement_id, steps=steps)
    final = saved.state is BillState.BILLED
    now = pay_by_earlier_order(tx, terms.store, saved, at=at) if final else saved
    if now.state not in UNSENT | {BillState.PAID}:
        show_bill(tx, terms, now, by=by, at=at, final=final)
    return now


def _shown_bill(tx: Tx, terms: DeskTerms, bill_id: int, who: Decider) -> Bill:
    bill = bill_of(tx, terms.store, bill_id)
    require_whose(tx, bill, who)
    if bill.state in UNSENT:
        raise BillRefused("bill_state", f"the statement of bill {bill.id} has not been sent (rule W8)")
    return bill


def _decided(
    tx: Tx,
    terms: DeskTerms,
    before: Bill,
    what: BillState,
    who: Decider,
    at: datetime,
    *,
    text_hash: str = "",
    words: str = "",
) -> Bill:
    saved = tx.bills.save(before) if before.state is what else move(tx, before, what)
    said = words.strip() or terms.premium.hide_numbers(who.words.strip())
    decision = BillDecision(what, at, who.channel, text_hash, "", who.evidence, who.staff, said)
    tx.bills.decide(saved.id, decision)
    changed(tx, saved, before, at)
    if who.staff is not None:
        note(tx, terms.store, who.staff, f"premium_{what}", f"bill:{saved.id}", at)
    return saved


def _month_of(terms: DeskTerms, bill: Bill) -> date:
    """The month in which a draft's agreement was closed, by the store's zone."""
    return bill.lines[0].at.astimezone(terms.zone).date().replace(day=1)
