"""Premium time in the books: what was charged follows from what was worked, and that was agreed on (rules W5 to W8)."""

from collections.abc import Sequence
from datetime import timedelta

from bridge.contracts.desk import Tx
from bridge.domain.agreements import Agreement, AgreementState, billed_steps
from bridge.domain.bills import UNSENT, Bill, BillLine, BillState, LineKind
from bridge.domain.chats import ChatContact
from bridge.domain.work_time import Segment, worked_in
from bridge.services.findings import Findings

SECOND = timedelta(seconds=1)


def verify_premium(tx: Tx, contacts: Sequence[ChatContact], findings: Findings) -> None:
    """Work out again what these contacts are charged, and list what differs."""
    numbers = [one.id for one in contacts]
    agreements = tx.agreements.of_contacts(numbers)
    bills = tx.bills.of_contacts(numbers)
    worked = tx.work_time.of_agreements(one.id for one in agreements)
    lines: dict[int, list[BillLine]] = {}
    for bill in bills:
        for line in bill.lines:
            lines.setdefault(line.agreement_id, []).append(line)
    for one in agreements:
        _verify_agreement(one, worked.get(one.id, ()), lines.get(one.id, ()), findings)
    for bill in bills:
        _verify_bill(tx, bill, findings)


def _verify_agreement(
    agreement: Agreement, segments: Sequence[Segment], lines: Sequence[BillLine], findings: Findings
) -> None:
    where, offer, time = f"agreement {agreement.id}", agreement.offer, worked_in(segments)
    if time > offer.cap:
        findings.expect(f"{where}: worked", f"at most {offer.cap}", time)
    if segments and agreement.acceptance is None:
        findings.expect(f"{where}: accepted", "before time is worked for it", "never")
    closed = agreement.state is AgreementState.CLOSED
    steps = billed_steps(time, cap_steps=offer.cap_steps) if closed else None
    findings.expect(f"{where}: charged quarter hours", steps, agreement.billed_steps)
    billed = [line for line in lines if line.kind is LineKind.TIME]
    findings.expect(f"{where}: quarter hours in bills", steps or 0, sum(line.steps for line in billed))
    findings.expect(
        f"{where}: rates in bills", {str(offer.rate)} if lines else set(), {str(line.rate) for line in lines}
    )
    left = sum(line.steps for line in lines)
    if not 0 <= left <= (steps or 0):
        findings.expect(f"{where}: quarter hours after corrections", f"0 to {steps or 0}", left)
    for line in billed:
        findings.expect(f"{where}: seconds in bill", time // SECOND, line.worked // SECOND)


def _verify_bill(tx: Tx, bill: Bill, findings: Findings) -> None:
    where = f"bill {bill.id}"
    findings.expect(f"{where}: lines", list(range(1, len(bill.lines) + 1)), [line.position for line in bill.lines])
    if bill.state not in UNSENT and bill.sent_at is None:
        findings.expect(f"{where}: statement sent", f"before it is {bill.state}", "never")
    if bill.state is not BillState.PAID or bill.paid_by_order is None:
        return
    orders = [one.order_id for one in tx.order_payments.of_bill(bill.id) if one.stands]
    findings.expect(f"{where}: paid by orders", orders, [bill.paid_by_order])
