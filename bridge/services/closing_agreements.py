"""Closing an agreement: its time is summed, rounded up once, and becomes a line of a bill (rule W6)."""

from dataclasses import replace

from bridge.contracts.desk import Tx
from bridge.domain.agreements import Agreement, AgreementState, billed_steps, require_state
from bridge.domain.bills import Bill, BillLine, LineKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.work_time import Reading, worked_in
from bridge.services.coin_moves import note
from bridge.services.premium_parts import agreement_of, segments_of
from bridge.services.staff_words import require_staff
from bridge.services.timing import require_no_timer


def close(tx: Tx, terms: DeskTerms, agreement_id: int, *, by: str, now: Reading) -> tuple[Agreement, Bill | None]:
    """Close an accepted agreement; returns it and a draft of its bill, None where nothing was worked for it.

    Raises `AgreementRefused` for one that is not accepted, or closed already; `TimeRefused` while its timer runs.
    """
    agreement = agreement_of(tx, terms.store, agreement_id)
    require_state(agreement, AgreementState.ACCEPTED, doing="closing it")
    require_staff(by)
    require_no_timer(tx, terms, agreement, now)
    worked = worked_in(segments_of(tx, agreement))
    offer = agreement.offer
    steps = billed_steps(worked, cap_steps=offer.cap_steps)
    saved = tx.agreements.save(replace(agreement, state=AgreementState.CLOSED, closed_at=now.at, billed_steps=steps))
    note(tx, terms.store, by, "premium_close", f"agreement:{saved.id}", now.at, steps=steps)
    if not steps:
        return saved, None
    line = BillLine(1, LineKind.TIME, saved.id, offer.kind, offer.rate, steps, now.at, worked)
    return saved, tx.bills.add(terms.store, saved.contact_id, offer.rate.money.currency, [line])
