"""How far a store's orders have been read, and how they were when they were."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bridge.domain.cursor import Cursor
from bridge.domain.slices import SliceSum


@dataclass(frozen=True, slots=True)
class Touched:
    """An order that changed and is to be read again at `due_at`; `seen_at` is when the change was first noticed."""

    order_id: int
    seen_at: datetime
    touched_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Comparison:
    """How far the round of comparing a store's orders is: `slice` is the last one compared, −1 before the first.

    `finished_at` is when the last whole round ended, None before there was one.
    """

    slice: int = -1
    finished_at: datetime | None = None


class Sync(Protocol):
    def cursors(self, store: str) -> dict[str, Cursor]:
        """How far the tables of its orders have been read, by name; nothing before they were begun."""
        ...

    def inbox_cursor(self, store: str) -> Cursor:
        """How far its inbox has been read; from its beginning on where it never was."""
        ...

    def save_inbox_cursor(self, store: str, cursor: Cursor) -> None: ...

    def save_cursors(self, store: str, cursors: Mapping[str, Cursor]) -> None: ...

    def note_touched(self, store: str, touched: Iterable[Touched]) -> None:
        """Remember changed orders; one already waiting keeps its `seen_at` and gets the later `due_at`."""
        ...

    def waiting(self, store: str, order_ids: Iterable[int]) -> dict[int, Touched]: ...

    def due(self, store: str, at: datetime, limit: int) -> list[Touched]:
        """Orders to be read now; also those whose time is far only because the machine's clock was put back."""
        ...

    def next_due(self, store: str) -> datetime | None: ...

    def settle(self, store: str, orders: Iterable[Touched]) -> None:
        """Forget touched orders, but not one that was touched again since `touched_at`."""
        ...

    def waiting_count(self, store: str) -> int:
        """How many touched orders have not been read yet."""
        ...

    def forget_cursors(self, store: str) -> None:
        """Read from the tables' ends anew, wherever those are then, and the inbox from its beginning."""
        ...


class Slices(Protocol):
    """The digests of the orders as they were last read, by slices of ids."""

    def sums(self, store: str, *, after: int, until: int) -> dict[int, SliceSum]:
        """The sums of the slices above `after`, up to and with `until`; one without orders is left out."""
        ...

    def digests(self, store: str, number: int) -> dict[int, int]:
        """The digests of one slice's orders, by order id."""
        ...

    def note(self, store: str, read: Mapping[int, int], gone: Iterable[int] = ()) -> None:
        """Keep the digests of these orders as they were `read`, and forget the orders that were not there."""
        ...

    def newest(self, store: str) -> int:
        """The highest slice that has orders; −1 where there is none."""
        ...

    def forget(self, store: str) -> None:
        """Forget how the orders were, so that all are read again, but not which there were: some may be gone."""
        ...

    def comparison(self, store: str) -> Comparison: ...

    def save_comparison(self, store: str, comparison: Comparison) -> None: ...
