"""How bills of premium time are shown to staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bridge.cli.acting import listed
from bridge.cli.customer import owner_document
from bridge.cli.premium_shown import SECOND, exact, hours, money, who
from bridge.cli.screen import grid, line, local, table, utc
from bridge.domain.accounts import Owner
from bridge.domain.bills import Bill, BillDecision, BillState, LineKind
from bridge.settings import StoreSettings


@dataclass(frozen=True, slots=True)
class BillView:
    """A bill, and who it goes to; `reached_him` is whether he can read what was just shown to him."""

    store: StoreSettings
    bill: Bill
    owner: Owner | None
    reached_him: bool = True


def bill_document(view: BillView) -> dict[str, Any]:
    """A bill for programs; money as text, with as many digits as the currency has."""
    bill = view.bill
    return {
        "bill": bill.id,
        "store": bill.store,
        "contact": bill.contact_id,
        "customer": None if view.owner is None else owner_document(view.owner),
        "state": bill.state.value,
        "month": bill.month[:7] or None,
        "currency": bill.currency.code,
        "total": str(bill.total.amount),
        "sent_at": utc(bill.sent_at),
        "billed_at": utc(bill.billed_at),
        "paid_at": utc(bill.paid_at),
        "paid_by": bill.paid_by or None,
        "hash": bill.hash,
        "lines": [
            {
                "line": one.position,
                "kind": one.kind.value,
                "agreement": one.agreement_id,
                "work": one.work,
                "rate": str(one.rate.money.amount),
                "minutes": one.duration // timedelta(minutes=1),
                "worked_seconds": one.worked // SECOND,
                "amount": str(one.amount.amount),
                "at": utc(one.at),
                "reason": one.reason,
                "by": one.staff,
            }
            for one in bill.lines
        ],
    }


def bills_table(views: Sequence[BillView]) -> Any:
    """Bills, a row each."""
    rows = [
        (
            view.bill.id,
            view.store.name,
            who(view.owner, view.bill.contact_id),
            view.bill.state.value,
            money(view.bill.total),
            view.bill.month[:7],
            local(view.bill.sent_at, view.store.zone_info),
        )
        for view in views
    ]
    columns = ("No.", "Store", "To", "State", "Total", "Month", "Statement sent")
    return table(*columns, rows=rows, right=("No.", "Total"), words=("To",))


def bill_parts(view: BillView, decisions: Sequence[BillDecision] = ()) -> list[Any]:
    """A bill's facts and lines, for people."""
    bill, zone = view.bill, view.store.zone_info
    facts: list[Sequence[object]] = [
        ("Bill", f"{bill.id}" + (f", of the month {bill.month[:7]}" if bill.month else "")),
        ("To", f"{who(view.owner, bill.contact_id)} of store {bill.store}"),
        ("State", _state_words(bill)),
        ("Total", money(bill.total)),
    ]
    times = (("Statement sent", bill.sent_at), ("Billed", bill.billed_at), ("Paid", bill.paid_at))
    facts += [(name, local(at, zone)) for name, at in times if at is not None]
    if not view.reached_him:
        todo = f"tell him what it says: bridge premium statement {bill.id} --pdf FILE"
        facts.append(("Shown to him", f"no: he has no page, and it went out in no chat; {todo}"))
    if bill.paid_by:
        facts.append(("Paid by", _payer(bill)))
    rows = [
        (
            one.position,
            one.agreement_id,
            one.work if one.kind is LineKind.TIME else f"{one.work}, correction",
            exact(one.worked) if one.kind is LineKind.TIME else "",
            hours(one.duration),
            str(one.rate.money),
            money(one.amount),
            " ".join(filter(None, (one.reason, f"({one.staff})" if one.staff else ""))),
        )
        for one in bill.lines
    ]
    columns = ("Line", "Agreement", "Work", "Worked", "Charged", "An hour", "Amount", "Reason")
    right = ("Line", "Agreement", "Worked", "Charged", "An hour", "Amount")
    parts = [grid(facts), line(), table(*columns, rows=rows, right=right, words=("Reason",))]
    if decisions:
        said = [
            (local(one.at, zone), one.what.value, one.channel.value, one.staff or "", one.words or one.evidence)
            for one in decisions
        ]
        parts += [line(), table("At", "What", "Through", "Recorded by", "Words", rows=said, words=("Words",))]
    return parts


def listed_bills(views: Sequence[BillView]) -> list[Any]:
    """The list with its last line."""
    if not views:
        return [line("No bills.")]
    return [
        bills_table(views),
        line(),
        line(f"{listed(len(views), 'bill')} More about one: bridge premium statement BILL"),
    ]


def _payer(bill: Bill) -> str:
    """Which order has paid it, or who has recorded that it was paid."""
    kind, _, name = bill.paid_by.partition(":")
    return f"order {name}" if kind == "order" else f"hand, recorded by {name}"


def _state_words(bill: Bill) -> str:
    match bill.state:
        case BillState.DRAFT:
            return "draft, not shown to the customer"
        case BillState.SENT:
            return "sent, its statement waits for the customer's word"
        case BillState.GATHERED:
            return "gathered into the bill of its month"
        case _:
            return bill.state.value
