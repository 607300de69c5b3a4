"""What waits for staff, as the rules need it: problems, and the orders that are set aside because of one.

A problem never holds up other orders. It is open until staff act on it or its cause has gone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

AFTER_BACKUP = "after_backup"
"""The kind of problems about what a lost desk did after the backup that has taken its place."""


class ProblemState(StrEnum):
    OPEN = "open"
    RETRIED = "retried"
    DISMISSED = "dismissed"
    SOLVED = "solved"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that waits for staff. `key` is unique among the open; `detail` is what a program needs to retry."""

    id: int
    store: str
    key: str
    kind: str
    summary: str
    first_seen: datetime
    last_seen: datetime
    count: int = 1
    state: ProblemState = ProblemState.OPEN
    detail: Mapping[str, Any] = field(default_factory=dict)
    handled_by: str | None = None


class AsideState(StrEnum):
    """How an order stands that was set aside: it waits, staff let it through, or staff left it as it is."""

    WAITING = "waiting"
    RELEASED = "released"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Aside:
    """An order that was set aside, the kind of problem it was for, and whether customers are to hear nothing of it."""

    state: AsideState
    kind: str
    silent: bool = False


class Problems(Protocol):
    def report(
        self,
        store: str,
        *,
        key: str,
        kind: str,
        summary: str,
        at: datetime,
        detail: Mapping[str, Any] | None = None,
        unless_dismissed: bool = False,
    ) -> Problem:
        """Open a problem; one that is open under the key is counted again and shows the new words.

        `unless_dismissed` is for what is looked at again and again: what staff have dismissed in just these words, and
        has been so ever since, stays dismissed.
        """
        ...

    def solve(self, store: str, keys: Iterable[str], at: datetime) -> None:
        """Close problems whose cause has gone; one that staff have dismissed is told anew should it come back."""
        ...

    def get(self, problem_id: int) -> Problem | None: ...

    def open(self, store: str | None = None) -> list[Problem]: ...

    def open_count(self, store: str) -> int:
        """How many wait for staff."""
        ...

    def open_under(self, store: str, key: str) -> Problem | None:
        """The open problem of that key."""
        ...

    def newest(self, store: str, key: str) -> Problem | None:
        """The newest problem of that key, whether it is open or closed."""
        ...

    def open_keys(self, store: str) -> frozenset[str]: ...

    def known(self, store: str, keys: Iterable[str]) -> frozenset[str]:
        """Those keys that a problem has ever had, whether it is open or closed."""
        ...

    def told(self, store: str, keys: Iterable[str]) -> frozenset[str]:
        """Those keys of a problem that is open, or was closed by staff: not those whose cause has gone by itself."""
        ...

    def close(self, problem_id: int, state: ProblemState, *, by: str, at: datetime) -> None: ...

    def set_aside(self, store: str, problem_id: int, order_ids: Iterable[int], *, silent: bool = False) -> None:
        """Let orders wait for staff because of this problem, also those that another problem had set aside."""
        ...

    def aside(self, store: str, order_ids: Iterable[int]) -> dict[int, Aside]:
        """Those of these orders that have been set aside."""
        ...

    def leave(self, problem_id: int) -> None:
        """Staff leave a problem's waiting orders as they are."""
        ...

    def waiting(self, problem_id: int) -> list[int]:
        """The orders that were set aside because of a problem and have not been booked since."""
        ...

    def release(self, problem_id: int) -> list[int]:
        """Release a problem's waiting orders and return them."""
        ...

    def forget_aside(self, store: str, order_ids: Iterable[int]) -> None: ...
