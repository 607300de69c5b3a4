"""What a statement of premium time says, before anybody decides how it looks (rules W6, W8).

A bill's lines, with what a reader needs besides: whose it is, what the work is called, and the time as it was recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bridge.domain.bills import Bill, BillState

FINAL = frozenset({BillState.BILLED, BillState.PAID})
"""States in which the statement has become the bill."""


class Session(NamedTuple):
    """Time worked without a break, as it was recorded; `by_hand` where it was entered afterwards."""

    begun: datetime
    ended: datetime
    worked: timedelta
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class BillStatement:
    """One contact's statement. `vendor` is the store's title.

    `customer` is what the contact is called, empty where that is not known or was erased; `customer_number` the shop's
    number of the customer he is linked to. `work` has the kinds' names by key and language, `sessions` the recorded
    time by agreement, `tickets` which ticket an agreement is about. Moments are shown by the clock of `zone`.
    """

    bill: Bill
    vendor: str
    zone: ZoneInfo
    customer: str = ""
    customer_number: int | None = None
    work: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sessions: Mapping[int, tuple[Session, ...]] = field(default_factory=dict)
    tickets: Mapping[int, int] = field(default_factory=dict)

    @property
    def final(self) -> bool:
        """Whether it is the bill, and no statement before it any more (rule W8)."""
        return self.bill.state in FINAL

    def work_name(self, kind: str, language: str) -> str:
        """What a kind of work is called; one that has left the settings goes by its key."""
        names = self.work.get(kind, {})
        return names.get(language) or names.get("en") or kind
