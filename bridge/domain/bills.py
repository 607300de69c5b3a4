"""Bills: what the time of closed agreements costs, line by line (rules W6, W7, W8).

draft → sent → accepted → billed → paid, or disputed on the way; a draft whose lines went into a month's bill is
gathered. What was sent is the final statement, which the customer has before the bill. From then on nothing of it
changes: what is corrected is a new line. A line is whole steps at one rate, so that shown hours × rate is the shown
total.
"""

import hashlib
import json
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bridge.domain.agreements import AgreementChannel
from bridge.domain.money import Currency, HourlyRate, Money, total
from bridge.domain.premium import STEP
from bridge.errors import BillRefused


class BillState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"
    BILLED = "billed"
    PAID = "paid"
    GATHERED = "gathered"


ENDED = frozenset({BillState.PAID, BillState.GATHERED})
OPEN = frozenset(BillState) - ENDED
"""States in which something is still to come: nobody's data is erased meanwhile (rule D2)."""
UNSENT = frozenset({BillState.DRAFT, BillState.GATHERED})
"""States in which no statement of it was sent: the contact knows nothing of it."""
MOVES: dict[BillState, frozenset[BillState]] = {
    BillState.DRAFT: frozenset({BillState.SENT, BillState.GATHERED}),
    BillState.SENT: frozenset({BillState.ACCEPTED, BillState.DISPUTED, BillState.BILLED}),
    BillState.ACCEPTED: frozenset({BillState.DISPUTED, BillState.BILLED}),
    BillState.DISPUTED: frozenset({BillState.SENT, BillState.ACCEPTED}),
    BillState.BILLED: frozenset({BillState.PAID, BillState.DISPUTED}),
    BillState.PAID: frozenset(),
    BillState.GATHERED: frozenset(),
}
"""What may follow what by anybody's word; only a payment that is taken back makes what is paid due again."""
_BY_ORDER, _BY_STAFF = "order:", "staff:"


class LineKind(StrEnum):
    TIME = "time"
    CORRECTION = "correction"


class BillLine(NamedTuple):
    """`steps` of one agreement's time at its rate; a correction's may be below zero, and has a reason and a person.

    `worked` is the raw time of a line of time. `position` counts from 1 and never changes.
    """

    position: int
    kind: LineKind
    agreement_id: int
    work: str
    rate: HourlyRate
    steps: int
    at: datetime
    worked: timedelta = timedelta(0)
    reason: str = ""
    staff: str | None = None

    @property
    def duration(self) -> timedelta:
        """The time that is charged."""
        return self.steps * STEP

    @property
    def amount(self) -> Money:
        """Charged time × rate."""
        return self.rate.for_duration(self.duration)


@dataclass(frozen=True, slots=True)
class Bill:
    """One contact's bill. `month` is its first day's ISO text for a month's, empty for one agreement's.

    `paid_by` says in stable words which order paid it, or who recorded the payment: see `by_order` and `by_staff`.
    """

    id: int
    store: str
    contact_id: int
    state: BillState
    currency: Currency
    lines: tuple[BillLine, ...]
    month: str = ""
    sent_at: datetime | None = None
    billed_at: datetime | None = None
    paid_at: datetime | None = None
    paid_by: str = ""
    number: int = 0

    @property
    def total(self) -> Money:
        """What it comes to: the sum of its lines."""
        return total((line.amount for line in self.lines), self.currency)

    @property
    def paid_by_order(self) -> int | None:
        """The shop's order that has paid it, None where none has."""
        number = self.paid_by.removeprefix(_BY_ORDER)
        return int(number) if number != self.paid_by else None

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day of the month that it is of; None for one agreement's."""
        if not self.month:
            return None
        first = date.fromisoformat(self.month)
        return first, first.replace(day=monthrange(first.year, first.month)[1])

    @property
    def hash(self) -> str:
        """What the statement says, as 64 hexadecimal digits: a decision names the one that was shown (rule C9)."""
        lines = [[one.position, one.agreement_id, one.work, str(one.rate.money), one.steps] for one in self.lines]
        said = json.dumps([self.store, self.id, str(self.total), lines], ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()


class BillDecision(NamedTuple):
    """What the contact said to a statement, or staff for him: the evidence, as with an agreement (rule C9).

    `words` are why, where it is disputed; they are erasable (rule D1).
    """

    what: BillState
    at: datetime
    channel: AgreementChannel
    text_hash: str = ""
    language: str = ""
    evidence: str = ""
    staff: str | None = None
    words: str = ""


class OrderPayment(NamedTuple):
    """What an order of the shop pays. `bill_id` is the bill that it has paid, None where it fits none.

    `units` are what was bought by product code, and `amount` what they pay: frozen as long as the units are the same.
    `stands` is whether it is still paid for.
    """

    order_id: int
    account_id: int
    amount: Money
    bill_id: int | None
    at: datetime
    units: Mapping[str, int]
    stands: bool = True


def by_order(order_id: int) -> str:
    """What `Bill.paid_by` says of an order of the shop: `order:1042`."""
    return f"{_BY_ORDER}{order_id}"


def by_staff(name: str) -> str:
    """What `Bill.paid_by` says of somebody who recorded the payment: `staff:Anna`."""
    return f"{_BY_STAFF}{name}"


def require_move(bill: Bill, to: BillState) -> None:
    """Raises `BillRefused` where that can't follow, such as a bill before its statement was sent (rule W8)."""
    if to not in MOVES[bill.state]:
        raise BillRefused("bill_state", f"bill {bill.id} is {bill.state} and can't become {to} (rule W8)")


def require_correction(bill: Bill, agreement_id: int, steps: int) -> None:
    """A correction leaves of each agreement no less than nothing and no more than what was worked (W5, W8).

    Raises `BillRefused`.
    """
    mine = [line for line in bill.lines if line.agreement_id == agreement_id]
    if not mine:
        raise BillRefused("unknown_agreement", f"bill {bill.id} has no line of agreement {agreement_id}")
    most = sum(line.steps for line in mine if line.kind is LineKind.TIME)
    if bill.state is BillState.PAID:
        raise BillRefused("bill_state", f"bill {bill.id} is paid: nothing of it is corrected any more")
    if steps == 0 or not 0 <= sum(line.steps for line in mine) + steps <= most:
        raise BillRefused("correction", f"a correction must leave 0 to {most} steps of agreement {agreement_id}")


def charged(lines: Iterable[BillLine]) -> int:
    """Steps charged by these lines."""
    return sum(line.steps for line in lines)
