"""What falls due, what has been told once, and when the desk itself was down (rules C5 and C17)."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from bridge.domain.downtime import Gap


class DeadlineKind(StrEnum):
    """What falls due. The number a deadline refers to is that of a package, quote, ticket, licence or timed segment.

    A package has one deadline at a time: its next reminder, and after the last its end. `FORFEIT` is the end of one
    of which nobody is told. An offer's is the reminder that it is about to lapse, and after that its lapse. A ticket,
    a licence and a running timer have one at a time too: the next moment at which something is to be done about it.
    """

    PACKAGE = "package"
    FORFEIT = "forfeit"
    QUOTE_LAPSING = "quote_lapsing"
    HOLD_OLD = "hold_old"
    TICKET = "ticket"
    LICENCE = "licence"
    TIMER = "timer"


class Deadline(NamedTuple):
    """Something that falls due at a moment."""

    kind: str
    ref: int
    store: str
    due_at: datetime


class Deadlines(Protocol):
    def set(self, deadlines: Iterable[Deadline]) -> None:
        """Keep these; one of the same kind and number is moved."""
        ...

    def due(self, store: str, at: datetime, limit: int) -> list[Deadline]:
        """The store's deadlines up to that moment, earliest first."""
        ...

    def of(self, kinds: Iterable[str], ref: int) -> list[Deadline]: ...

    def page(self, store: str, kind: str, *, after: int, limit: int) -> list[Deadline]:
        """The store's deadlines of a kind that refer to numbers after that one, by number."""
        ...

    def first_due(self, stores: Iterable[str]) -> dict[str, datetime]:
        """When the earliest deadline of each of these stores is; a store that has none is left out."""
        ...

    def clear(self, kinds: Iterable[str], ref: int) -> None: ...


class Notices(Protocol):
    """What has been told once and is not told again."""

    def first(self, store: str, key: str, at: datetime) -> bool:
        """Whether this is the first time; it is remembered."""
        ...

    def known(self, store: str, keys: Iterable[str]) -> frozenset[str]:
        """Those of these keys that have been told."""
        ...


class Downtimes(Protocol):
    def last_beat(self) -> datetime | None: ...

    def beat(self, at: datetime) -> None: ...

    def add(self, gap: Gap) -> None: ...

    def all(self) -> list[Gap]: ...
