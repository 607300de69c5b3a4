"""When a ticket's clocks start and end, read off its course; how long they run is said elsewhere (rule T6).

At most one clock for an answer and one for the resolution run at a time. What nobody has answered when the ticket ends
is not owed any more; should staff open it again, it has been owed all the time.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from bridge.domain.histories import History, Mark, Turn
from bridge.domain.moments import to_ms
from bridge.domain.policies import ClockKind
from bridge.domain.tickets import Ticket


@dataclass(slots=True)
class Run:
    """A clock as the ticket's course starts and ends it.

    `place` counts from 1 those of a kind that began in one millisecond: a machine's clock that was put back lets a
    whole exchange happen at one moment.
    """

    kind: ClockKind
    started: datetime
    met_at: datetime | None = None
    withdrawn_at: datetime | None = None
    joined_at: datetime | None = None
    place: int = 1

    @property
    def rests_from(self) -> datetime:
        """Since when it stands still with the ticket: not before it was joined to it."""
        return self.joined_at or self.started

    @property
    def open(self) -> bool:
        """Whether it is still owed."""
        return self.met_at is None and self.withdrawn_at is None


def runs_of(ticket: Ticket, history: History) -> list[Run]:
    """All that the ticket's course has started, in that order."""
    course = _Course(ticket)
    for mark in history.course:
        # What came before belongs to the ticket that this one was split off, unless it was joined to this one.
        if mark.at >= ticket.opened_at or mark.joined_at is not None:
            course.take(mark)
    begun = Counter[tuple[ClockKind, int]]()
    for run in course.runs:
        begun[moment := (run.kind, to_ms(run.started))] += 1
        run.place = begun[moment]
    return course.runs


def asked_since(ticket: Ticket, history: History) -> datetime | None:
    """Since when an answer is owed, None where none is."""
    runs = runs_of(ticket, history)
    return next((run.started for run in runs if run.open and run.kind is not ClockKind.RESOLUTION), None)


class _Course:
    """The clocks as far as the course has been read."""

    def __init__(self, ticket: Ticket) -> None:
        self._opened_at = ticket.opened_at
        self._answer: Run | None = None
        self._left: Run | None = None  # what was still owed when the ticket ended
        self._resolution: Run | None = Run(ClockKind.RESOLUTION, ticket.opened_at)
        self._waiting = False
        self.runs = [self._resolution]

    def take(self, mark: Mark) -> None:
        at, turn, joined_at = mark
        match turn:
            case Turn.ASKED:
                self._owe_answer(at, joined_at)
            case Turn.ANSWERED if self._answer is not None:
                self._answer.met_at, self._answer = at, None
            case Turn.DISMISSED | Turn.MERGED | Turn.ENDED:
                left = self._answer if turn is Turn.ENDED else None
                self._end(at, turn)
                self._left = left
            case Turn.REOPENED:
                self._resolution = Run(ClockKind.RESOLUTION, at)
                self.runs.append(self._resolution)
                if not self._waiting:
                    self._take_up(at)
            case Turn.WAITING | Turn.RESUMED:
                self._waiting = turn is Turn.WAITING

    def _owe_answer(self, at: datetime, joined_at: datetime | None = None) -> None:
        if self._answer is None:
            is_opening = at == self._opened_at and len(self.runs) == 1
            kind = ClockKind.FIRST_ANSWER if is_opening else ClockKind.NEXT_ANSWER
            self._answer = Run(kind, at, joined_at=joined_at)
            self.runs.append(self._answer)

    def _take_up(self, at: datetime) -> None:
        """Owe what was still owed when the ticket ended, as if it never had; else an answer from now on."""
        if self._answer is None and self._left is not None:
            self._left.withdrawn_at = None
            self._answer = self._left
        self._owe_answer(at)

    def _end(self, at: datetime, turn: Turn) -> None:
        """No answer is owed any more; the resolution is there if that is how it ended."""
        if self._answer is not None:
            self._answer.withdrawn_at, self._answer = at, None
        if self._resolution is None or turn is Turn.DISMISSED:
            return
        if turn is Turn.ENDED:
            self._resolution.met_at = at
        else:
            self._resolution.withdrawn_at = at
        self._resolution = None
