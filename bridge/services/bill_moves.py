"""How a bill's state changes, and that plugins are told of it (rule W8)."""

from dataclasses import replace
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.bills import Bill, BillState, require_move
from bridge.domain.events import BillChanged
from bridge.errors import BillRefused
from bridge.services.premium_parts import about_bill


def move(tx: Tx, bill: Bill, to: BillState) -> Bill:
    """Keep a bill in another state than it is in. Raises `BillRefused` where that can't follow."""
    require_move(bill, to)
    return tx.bills.save(replace(bill, state=to))


def mark_paid(tx: Tx, before: Bill, *, paid_by: str, at: datetime) -> Bill:
    """It was paid. Raises `BillRefused` for one that is not due."""
    saved = move(tx, replace(before, paid_at=at, paid_by=paid_by), BillState.PAID)
    changed(tx, saved, before, at)
    return saved


def mark_unpaid(tx: Tx, before: Bill, *, at: datetime) -> Bill:
    """What had paid it was taken back: it is due again. Raises `BillRefused` for one that is not paid."""
    if before.state is not BillState.PAID:
        raise BillRefused("bill_state", f"bill {before.id} is {before.state}, not paid")
    saved = tx.bills.save(replace(before, state=BillState.BILLED, paid_at=None, paid_by=""))
    changed(tx, saved, before, at)
    return saved


def changed(tx: Tx, bill: Bill, before: Bill, at: datetime, *, corrected: bool = False) -> None:
    """Tell that a bill stands otherwise than before."""
    facts = about_bill(tx, bill, at, "corrected" if corrected else bill.state.value)
    tx.outbox.add([BillChanged(**facts, state=bill.state.value, was=before.state.value, corrected=corrected)])
