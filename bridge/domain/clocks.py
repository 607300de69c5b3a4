"""Clocks: what a customer is owed and until when, worked out from his ticket's history alone (rules T3, T4, T6, T9).

Believes: only a public text of staff answers. Nothing runs while the customer's answer or approval is awaited: a clock
has used up its target when so much service has passed outside of these waits, and what happens later changes that no
more. What was promised at the ticket's opening or at the clock's start is kept though the plan has ended or the policy
was changed since; a better plan or policy of now, or of the clock's end, counts in its place. A guarantee is better
than a best effort, then the earlier moment is.

What came later can't have been broken before it was there: where its time would already have been over, it is
counted from the moment it came. Likewise an urgent target is counted from staff's confirmation (rule T3).
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bridge.domain.histories import History, Wait
from bridge.domain.moments import to_ms
from bridge.domain.policies import ClockKind, Policies, PolicyVersion
from bridge.domain.service_hours import ServiceCalendar
from bridge.domain.ticket_course import Run, runs_of
from bridge.domain.ticket_terms import NONE
from bridge.domain.tickets import Ticket

_NEVER = datetime.max.replace(tzinfo=UTC)
_NO_TIME = timedelta()
_URGENT = "/urgent/"


class Promise(NamedTuple):
    """One thing that is owed: so much service of a calendar, counted from a moment.

    `standing` is what it is owed for, since `standing_since`; `since` is when the two, policy and standing, had met.
    `urgent_since` is when staff confirmed urgency, None for the general target. `due` is None while it stands still;
    `left` is then what is left of it.
    """

    policy: PolicyVersion
    standing: str
    standing_since: datetime
    since: datetime
    guaranteed: bool
    urgent_since: datetime | None
    begins: datetime
    target: timedelta
    calendar: ServiceCalendar
    due: datetime | None
    left: timedelta

    def after(self, part: timedelta, waits: Sequence[Wait]) -> datetime | None:
        """When a part of the target is used up; None if the clock stands still before."""
        return used_up(self.calendar, self.begins, part, waits)[0]


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a ticket, as it stands at `until`: its end, or now while it runs.

    `promises` are all that were weighed, the best first, and that one counts. `waits` are the times in which it stood
    still, the last one open-ended if it still did at `until`.
    """

    key: str
    kind: ClockKind
    started: datetime
    until: datetime
    promises: tuple[Promise, ...]
    waits: tuple[Wait, ...] = ()
    met_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def promise(self) -> Promise:
        """The one that counts."""
        return self.promises[0]

    @property
    def general_key(self) -> str:
        """The key that it has, or would have, by its general target."""
        return self.key.partition(_URGENT)[0]

    @property
    def due(self) -> datetime | None:
        """When it is or was due; None where it stands still."""
        return self.promises[0].due

    @property
    def guaranteed(self) -> bool:
        """Whether it can be breached; otherwise it is only reported (rule T3)."""
        return self.promises[0].guaranteed

    @property
    def running(self) -> bool:
        """Whether it is still owed; also while it stands still."""
        return self.met_at is None and self.withdrawn_at is None

    @property
    def still(self) -> bool:
        """Whether it is owed, but stands still."""
        return self.running and self.promises[0].due is None

    @property
    def late(self) -> bool:
        """Whether its time was over before it ended, guaranteed or not. What comes at the due moment is in time."""
        due = self.promises[0].due
        return due is not None and (due <= self.until if self.running else due < self.until)

    @property
    def breached(self) -> bool:
        """Whether a guarantee was broken (rule T7)."""
        return self.guaranteed and self.late

    @property
    def used(self) -> timedelta:
        """How much service has been counted until its end, or until now."""
        promise = self.promises[0]
        return counted(promise.calendar, promise.begins, self.until, self.waits)


def clocks_of(ticket: Ticket, history: History, policies: Policies, now: datetime) -> tuple[Clock, ...]:
    """All clocks that a ticket has had, in the order in which they started; those that promised nothing left out.

    May raise `NeverServed`.
    """
    return _clocks(runs_of(ticket, history), ticket, history, policies, now)


def running_clocks(ticket: Ticket, history: History, policies: Policies, now: datetime) -> tuple[Clock, ...]:
    """Those of `clocks_of` that are still owed: at most two, however long the ticket is. May raise `NeverServed`."""
    return _clocks([run for run in runs_of(ticket, history) if run.open], ticket, history, policies, now)


def owed(clocks: Sequence[Clock]) -> Clock | None:
    """The running clock whose time is over first; one that stands still comes after all that don't."""
    running = [clock for clock in clocks if clock.running]
    return min(running, key=lambda clock: (clock.due or _NEVER, clock.started), default=None)


def used_up(
    calendar: ServiceCalendar, begins: datetime, target: timedelta, waits: Sequence[Wait]
) -> tuple[datetime | None, timedelta]:
    """When so much service has passed outside of the waits, and what is left of it if it stands still before."""
    left = target
    for wait in waits:
        if wait.until is not None and wait.until <= begins:
            continue
        due = calendar.add(begins, left)
        if due <= wait.since:
            return due, _NO_TIME
        if wait.since > begins:
            left -= calendar.between(begins, wait.since)
        if wait.until is None:
            return None, left
        begins = wait.until
    return calendar.add(begins, left), _NO_TIME


def counted(calendar: ServiceCalendar, begins: datetime, until: datetime, waits: Sequence[Wait]) -> timedelta:
    """How much service there is outside of the waits."""
    found = _NO_TIME
    for wait in waits:
        if wait.since > begins:
            found += calendar.between(begins, min(wait.since, until)) if begins < until else _NO_TIME
        begins = max(begins, until if wait.until is None else wait.until)
    return found + calendar.between(begins, until) if begins < until else found


def _clocks(
    runs: Sequence[Run], ticket: Ticket, history: History, policies: Policies, now: datetime
) -> tuple[Clock, ...]:
    found = (_clock(run, ticket, history, policies, now) for run in runs if run.kind in policies.kinds)
    return tuple(clock for clock in found if clock is not None)


def _clock(run: Run, ticket: Ticket, history: History, policies: Policies, now: datetime) -> Clock | None:
    until = run.met_at or run.withdrawn_at or now
    waits = tuple(_within(history.waits, run, until))
    promises: list[Promise] = []
    weighed: list[tuple[int, str]] = []
    for moment in _moments(run, ticket, history, policies, until):
        policy, standing, since = policies.at(moment), NONE, ticket.opened_at
        for at, name in history.standings:
            if at <= moment:
                standing, since = name, at
        if (policy.version, standing) not in weighed:
            weighed.append((policy.version, standing))
            confirmed = history.urgent_since(until, asked=run.rests_from)
            promises += _promises(run, policy, standing, since, waits, confirmed)
    if not promises:
        return None
    if len(promises) > 1:
        promises.sort(key=_worth)
    key = _key(run, promises[0])
    return Clock(key, run.kind, run.started, until, tuple(promises), waits, run.met_at, run.withdrawn_at)


def _moments(run: Run, ticket: Ticket, history: History, policies: Policies, until: datetime) -> tuple[datetime, ...]:
    """The moments whose promises are weighed; one says it all where nothing has changed since the opening."""
    settled = not history.standings or history.standings[-1][0] <= ticket.opened_at
    if settled and policies.only_one:
        return (until,)
    return ticket.opened_at, run.started, until


def _promises(
    run: Run,
    policy: PolicyVersion,
    standing: str,
    standing_since: datetime,
    waits: Sequence[Wait],
    confirmed: datetime | None,
) -> Iterator[Promise]:
    """What one policy owes for one standing: its general target, and its urgent one where urgency is confirmed."""
    service = policy.policy.service(standing)
    if service is None:
        return
    targets = policy.policy.targets
    came = max(standing_since, policy.since)

    def promise(target: timedelta, urgent_since: datetime | None) -> Promise:
        begins = max(run.started, urgent_since or run.started)
        due, left = used_up(service.calendar, begins, target, waits)
        if due is not None and due <= came and begins < came:
            begins = came
            due, left = used_up(service.calendar, begins, target, waits)
        guaranteed, calendar = service.guaranteed, service.calendar
        return Promise(
            policy, standing, standing_since, came, guaranteed, urgent_since, begins, target, calendar, due, left
        )

    general = targets.of(run.kind)
    if general is not None:
        yield promise(general, None)
    if confirmed is not None and targets.urgent is not None and run.kind is not ClockKind.RESOLUTION:
        yield promise(targets.urgent, confirmed)


def _worth(promise: Promise) -> tuple[bool, datetime, timedelta]:
    """The better promise first; of equal ones the one that was weighed first stays first."""
    return not promise.guaranteed, promise.due or _NEVER, promise.left


def _within(waits: Sequence[Wait], run: Run, until: datetime) -> Iterator[Wait]:
    """What of the waits lies in a clock's time; open-ended if it had no end by then.

    Waits follow one another, so those before are skipped and those after not looked at. A clock that runs stands still
    from the very moment at which a wait begins.
    """
    for place in range(bisect_right(waits, run.rests_from, key=_end_of), len(waits)):
        wait = waits[place]
        if wait.since > until or (wait.since == until and not run.open):
            return
        end = wait.until if wait.until is not None and wait.until <= until else None
        begin = max(wait.since, run.rests_from)
        if end is None or begin < end:
            yield Wait(begin, end)


def _end_of(wait: Wait) -> datetime:
    return wait.until or _NEVER


def _key(run: Run, promise: Promise) -> str:
    """The same for the same clock whatever is added to the history later.

    An urgent target is another promise than the general one, with warnings and a breach of its own: else one that is
    taken back after a breach would leave the general one untold.
    """
    key = str(run.kind)
    if run.kind is not ClockKind.FIRST_ANSWER:
        key = f"{key}/{to_ms(run.started)}"
    if run.place > 1:
        key = f"{key}/{run.place}"
    if promise.urgent_since is not None:
        key = f"{key}{_URGENT}{to_ms(promise.urgent_since)}"
    return key
