"""Agreements and statements as their customer reads them, and what the shop's pages say of premium time to everybody.

Amounts and hours stand in words, as everywhere else (`bridge.locale.money_words`), so that the page adds nothing up
and shown hours × rate are the shown total (rule W6). Whether an offer has lapsed the page says by its own clock. Staff
are not named, and no number stands in any row but that which everybody may write to (rule W2).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.agreements import Agreement
from bridge.domain.bills import Bill, BillLine, BillState, LineKind, charged
from bridge.domain.premium import STEP, NumberRole, PremiumTerms
from bridge.domain.work_time import Segment, worked_in
from bridge.locale.dates import LANGUAGES, date_text
from bridge.locale.money_words import hours_text, money_text, rate_text, worked_text
from bridge.services.account_pages import PageTerms
from bridge.services.document_parts import document_row, head, taken_away, unix
from bridge.services.premium_parts import owners_of


def agreement_document(
    terms: PageTerms, agreement: Agreement, segments: Sequence[Segment], customer_id: int
) -> dict[str, Any]:
    """What an agreement's row says. `worked` is what has ended; a timer that runs is said by its beginning."""
    offer, accepted = agreement.offer, agreement.acceptance
    last_day = offer.valid_until.astimezone(terms.zone).date()
    worked, running = worked_in(segments), next((one for one in segments if one.runs), None)
    return {
        **head(terms, customer_id, agreement.number),
        "agreement": agreement.id,
        "name": kind_names(terms.premium, offer.kind),
        "state": agreement.state.value,
        "version": offer.version,
        "rate": _by_language(rate_text, offer.rate),
        "cap_hours": _by_language(hours_text, offer.cap),
        "cap": _by_language(money_text, offer.cap_money),
        "text": dict(offer.texts),
        "text_hash": dict(offer.hashes),
        "offered_at": unix(offer.offered_at),
        "valid_until": unix(offer.valid_until),
        "valid_until_text": _day(last_day),
        "ticket": agreement.ticket_id,
        "accepted": {"at": unix(accepted.at), "channel": accepted.channel.value} if accepted else None,
        "worked_seconds": int(worked.total_seconds()),
        "worked": _by_language(worked_text, worked) if worked else {},
        "running_since": unix(running.started.at) if running else None,
        "waits": running is not None and running.waiting_since is not None,
        "closed_at": unix(agreement.closed_at) if agreement.closed_at else None,
        "charged": _charged(agreement),
    }


def bill_document(terms: PageTerms, bill: Bill, customer_id: int, disputed: str = "") -> dict[str, Any]:
    """What a statement's row says; `disputed` is what its customer wrote of it, where he disputes it."""
    assert bill.sent_at is not None, "what was not sent is nobody's to read"
    return {
        **head(terms, customer_id, bill.number),
        "bill": bill.id,
        "state": bill.state.value,
        "period": _period(bill.days),
        "lines": [_line(terms, line) for line in bill.lines],
        "hours": _by_language(hours_text, charged(bill.lines) * STEP),
        "total": _by_language(money_text, bill.total),
        "costs_nothing": not bill.total.amount,
        "pay": _way_to_pay(terms.premium, bill),
        "text_hash": bill.hash,
        "sent_at": unix(bill.sent_at),
        "billed_at": unix(bill.billed_at) if bill.billed_at else None,
        "paid_at": unix(bill.paid_at) if bill.paid_at else None,
        "order": bill.paid_by_order,
        "disputed": disputed,
    }


def agreement_rows(tx: Tx, terms: PageTerms, agreements: Sequence[Agreement]) -> list[DocumentRow]:
    """The rows of these agreements. Of what is on nobody's page any more nothing is left."""
    owners = owners_of(tx, {one.contact_id for one in agreements})
    segments = tx.work_time.of_agreements(one.id for one in agreements)

    def document(one: Agreement, customer_id: int) -> dict[str, Any]:
        return agreement_document(terms, one, segments.get(one.id, ()), customer_id)

    return _rows(terms, DocumentTable.AGREEMENT, agreements, owners, document)


def bill_rows(tx: Tx, terms: PageTerms, bills: Sequence[Bill]) -> list[DocumentRow]:
    """The rows of these statements, which were all sent. Of what is on nobody's page any more nothing is left."""
    owners = owners_of(tx, {one.contact_id for one in bills})

    def document(one: Bill, customer_id: int) -> dict[str, Any]:
        return bill_document(terms, one, customer_id, _disputed(tx, one))

    return _rows(terms, DocumentTable.BILL, bills, owners, document)


def premium_document(premium: PremiumTerms) -> dict[str, Any] | None:
    """What the pages say of premium time to everybody; None where none is sold.

    Named are the numbers that everybody may write to: one that only the automatic reply names is not (rule W2).
    """
    if not premium.kinds:
        return None
    return {
        "kinds": [
            {"name": _names(kind.names, key), "rate": _by_language(rate_text, kind.rate)}
            for key, kind in premium.kinds.items()
        ],
        "chat": any(one.channel_id for one in premium.numbers),
        "numbers": [one.number for one in premium.of_role(NumberRole.OFFICIAL) if one.channel_id],
    }


def kind_names(premium: PremiumTerms, kind: str) -> dict[str, str]:
    """The names of a kind of work; one that has left the settings goes by its key."""
    known = premium.kinds.get(kind)
    return _names(known.names if known else {}, kind)


def _rows(
    terms: PageTerms,
    table: DocumentTable,
    found: Sequence[Any],
    owners: Mapping[int, Owner],
    document: Callable[[Any, int], dict[str, Any]],
) -> list[DocumentRow]:
    rows = []
    for one in found:
        owner = owners.get(one.contact_id)
        if owner is not None and owner.kind is OwnerKind.CUSTOMER:
            made = document(one, owner.ref)
            rows.append(document_row(terms, table, one.id, made, owner.ref, one.number))
        else:  # erased, or somebody else has the number now
            rows.append(taken_away(terms, table, one.id, one.number))
    return rows


def _line(terms: PageTerms, line: BillLine) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "agreement": line.agreement_id,
        "name": kind_names(terms.premium, line.work),
        "rate": _by_language(rate_text, line.rate),
        "hours": _by_language(hours_text, line.duration),
        "amount": _by_language(money_text, line.amount),
        "worked": _by_language(worked_text, line.worked) if line.kind is LineKind.TIME else {},
        "at": unix(line.at),
        "reason": line.reason,
    }


def _charged(agreement: Agreement) -> dict[str, Any] | None:
    if agreement.billed_steps is None:
        return None
    duration = agreement.billed_steps * STEP
    amount = agreement.offer.rate.for_duration(duration)
    return {"hours": _by_language(hours_text, duration), "amount": _by_language(money_text, amount)}


def _way_to_pay(premium: PremiumTerms, bill: Bill) -> dict[str, Any] | None:
    """What a bill that is due is paid by in the shop; None where that is agreed on otherwise."""
    way = premium.way_to_pay(bill.total) if bill.state is BillState.BILLED else None
    return None if way is None else {"code": way[0], "units": way[1], "url": premium.pay_url}


def _disputed(tx: Tx, bill: Bill) -> str:
    if bill.state is not BillState.DISPUTED:
        return ""
    said = [one for one in tx.bills.decisions(bill.id) if one.what is BillState.DISPUTED]
    return said[-1].words if said and said[-1].staff is None else ""


def _period(days: tuple[date, date] | None) -> dict[str, Any] | None:
    return None if days is None else {"from": _day(days[0]), "until": _day(days[1])}


def _day(day: date) -> dict[str, str]:
    return {language: date_text(day, language) for language in LANGUAGES}


def _names(names: Mapping[str, str], key: str) -> dict[str, str]:
    return dict(names) or {"en": key}


def _by_language(say: Callable[[str, Any], str], value: object) -> dict[str, str]:
    return {language: say(language, value) for language in LANGUAGES}
