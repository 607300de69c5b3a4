"""Who is told of a ticket's clocks, and when: warnings, the breach, the steps after it (rule T7).

Each step is told once, which the ticket's history says: an `ALERTED` message names the clock, the step, those who were
told, and those who are told when their hours begin, if it still says something then.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Owner
from bridge.domain.clock_alerts import Step, StepKind, due_steps, next_moment, still_worth_telling, when_for
from bridge.domain.clocks import Clock
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import ClockBreached, ClockEscalated, ClockEvent, ClockWarning
from bridge.domain.histories import History
from bridge.domain.moments import from_ms, to_ms
from bridge.domain.policies import Policy
from bridge.domain.ticket_terms import StaffHours
from bridge.domain.tickets import Author, Message, MessageKind, Ticket

_ALWAYS = StaffHours()


class Later(NamedTuple):
    """A step that somebody is told of when his hours begin."""

    name: str
    clock: str
    step: str
    at: datetime


def next_alert(
    policy: Policy, clocks: Sequence[Clock], history: History, messages: Sequence[Message]
) -> datetime | None:
    """When somebody is told of something next, perhaps already; None while nothing is to come."""
    moments = [one.at for one in later(messages) if still_worth_telling(one.clock, one.step, clocks, history.alerts)]
    following = next_moment(clocks, policy, history.alerts)
    return min([*moments, *([following] if following is not None else [])], default=None)


def later(messages: Sequence[Message]) -> list[Later]:
    """What waits for somebody's hours: of each person and clock the newest.

    A step of one clock never makes up for another's: who has not been told of a breach hears of it (rule T7).
    """
    waiting: dict[tuple[str, str], Later] = {}
    for message in messages:
        if message.kind is not MessageKind.ALERTED:
            continue
        detail, clock = message.detail, message.detail["clock"]
        for name in detail.get("to", ()):
            waiting.pop((name, clock), None)
        for name, ms in detail.get("later", {}).items():
            waiting[name, clock] = Later(name, clock, detail["step"], from_ms(ms))
    return list(waiting.values())


def alert(
    tx: Tx,
    terms: DeskTerms,
    ticket: Ticket,
    owner: Owner,
    policy: Policy,
    clocks: Sequence[Clock],
    history: History,
    messages: Sequence[Message],
    *,
    at: datetime,
) -> None:
    """Tell what is due of a ticket's clocks: of each the highest step alone, and what waited for somebody's hours.

    What was due while nobody could tell it is told late; a promise is not longer because the desk itself was down.
    """
    facts = _Facts(tx, terms, ticket, owner, at)
    told = list(history.alerts)
    for clock in clocks:
        step, skipped = due_steps(clock, policy, told, at)
        if step is not None:
            _tell(facts, clock, step, [one.name for one in skipped], _recipients(terms, history, step))
            told += [(clock.key, one.name) for one in (step, *skipped)]
    for (key, name), people in _whose_hours_began(messages, clocks, told, at).items():
        clock = next(one for one in clocks if one.key == key)
        _send(facts, clock, _step_from(clock, name), [], people, {})


def leave_out_past(
    tx: Tx, ticket: Ticket, policy: Policy, clocks: Sequence[Clock], history: History, *, at: datetime
) -> bool:
    """Write down that nobody is told of what was due up to now; returns whether anything was."""
    left_out = False
    for clock in clocks:
        step, lower = due_steps(clock, policy, history.alerts, at)
        if step is not None:
            detail = {"clock": clock.key, "step": step.name, "to": [], "instead_of": [one.name for one in lower]}
            tx.tickets.say(ticket.id, Message(at, Author.BRIDGE, MessageKind.ALERTED, detail=detail))
            left_out = True
    return left_out


class _Facts(NamedTuple):
    tx: Tx
    terms: DeskTerms
    ticket: Ticket
    owner: Owner
    at: datetime


def _recipients(terms: DeskTerms, history: History, step: Step) -> list[str]:
    """Those whom the step names, else who has taken the ticket, else everybody; who has left is left out."""
    staff = terms.tickets.staff
    named = [name for name in step.to if name in staff]
    if named:
        return named
    assignee = history.assignee
    return [assignee] if not step.to and assignee is not None and assignee in staff else list(staff)


def _tell(facts: _Facts, clock: Clock, step: Step, skipped: list[str], people: list[str]) -> None:
    staff = facts.terms.tickets.staff
    moments = {name: when_for(step, staff.get(name, _ALWAYS), facts.at) for name in people}
    now = [name for name, moment in moments.items() if moment <= facts.at]
    _send(facts, clock, step, skipped, now, {name: when for name, when in moments.items() if when > facts.at})


def _send(
    facts: _Facts, clock: Clock, step: Step, skipped: list[str], now: list[str], waiting: Mapping[str, datetime]
) -> None:
    detail: dict[str, Any] = {"clock": clock.key, "step": step.name, "to": now}
    if skipped:
        detail["instead_of"] = skipped
    if waiting:
        detail["later"] = {name: to_ms(moment) for name, moment in waiting.items()}
    said = facts.tx.tickets.say(facts.ticket.id, Message(facts.at, Author.BRIDGE, MessageKind.ALERTED, detail=detail))
    if now or not waiting:
        facts.tx.outbox.add([_event(facts, clock, step, skipped, now, said.id)])


def _event(facts: _Facts, clock: Clock, step: Step, skipped: list[str], to: list[str], message_id: int) -> ClockEvent:
    store, ticket = facts.terms.store, facts.ticket
    common: dict[str, Any] = {
        "key": f"{store}:ticket:{ticket.id}:clock:{message_id}:{clock.key}:{step.name}",
        "store": store,
        "at": facts.at,
        "owner": facts.owner,
        "ticket_id": ticket.id,
        "clock": clock.kind.value,
        "due": clock.due or facts.at,
        "to": tuple(to),
        "instead_of": tuple(skipped),
    }
    match step.kind:
        case StepKind.WARNING:
            return ClockWarning(**common, percent=step.number)
        case StepKind.BREACH:
            return ClockBreached(**common)
        case StepKind.ESCALATION:
            late = facts.at - (clock.due or facts.at)
            return ClockEscalated(**common, hours=round(late / timedelta(hours=1), 2))


def _whose_hours_began(
    messages: Sequence[Message], clocks: Sequence[Clock], told: Sequence[tuple[str, str]], at: datetime
) -> dict[tuple[str, str], list[str]]:
    """Names by clock and step, of what still says something."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in later(messages):
        if one.at <= at and still_worth_telling(one.clock, one.step, clocks, told):
            found.setdefault((one.clock, one.step), []).append(one.name)
    return found


def _step_from(clock: Clock, name: str) -> Step:
    """A step that was told before, from its word."""
    kind, _, number = name.partition("_")
    return Step(clock.key, StepKind(kind), int(number or 0), clock.due or clock.until)
