"""What a store promises about answers, and since when: its policies are versions of history themselves (rules T3, T9).

Believes: a promise is explained by what was in force when it was made, so a version is never changed, and a change of
the settings is a new one. What a ticket runs under is a plan's key, or one of the words for having no plan.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bridge.domain.desk_terms import DeskTerms
from bridge.domain.service_hours import ServiceCalendar
from bridge.domain.ticket_terms import HOUR, LICENCE, NONE, PACKAGE, Escalation


class ClockKind(StrEnum):
    """What a clock waits for."""

    FIRST_ANSWER = "first_answer"
    NEXT_ANSWER = "next_answer"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True)
class Targets:
    """How much service time may pass; None where nothing is promised. `best_effort` is time of the wall's clock."""

    first_answer: timedelta | None = 24 * HOUR
    next_answer: timedelta | None = 24 * HOUR
    urgent: timedelta | None = 4 * HOUR
    resolution: timedelta | None = None
    best_effort: timedelta = 24 * HOUR

    def of(self, kind: ClockKind) -> timedelta | None:
        """The target of a kind of clock, urgency apart."""
        match kind:
            case ClockKind.FIRST_ANSWER:
                return self.first_answer
            case ClockKind.NEXT_ANSWER:
                return self.next_answer
            case ClockKind.RESOLUTION:
                return self.resolution


@dataclass(frozen=True, slots=True)
class Service:
    """In which hours those of one standing are served, and whether that can be breached or is only reported."""

    calendar: ServiceCalendar
    guaranteed: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """What is promised to whom, and who is told before and after it is broken (rules T3, T7).

    `services` has every plan by its key, and what holds for a package without a plan and for a licence alone.
    """

    services: Mapping[str, Service]
    targets: Targets = Targets()
    warn_percents: tuple[int, ...] = (50, 80)
    escalation: tuple[Escalation, ...] = ()

    def service(self, standing: str) -> Service | None:
        """What a standing is served by; None where nothing is promised.

        A plan that has left the settings is served as a package without one: its customer has paid (rule T2).
        """
        if standing == NONE:
            return None
        return self.services.get(standing) or self.services.get(PACKAGE)


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy and the moment from which it is in force. Versions of a store count from 1."""

    version: int
    since: datetime
    policy: Policy


class Policies:
    """All versions of a store's policy. Raises `ValueError` for none, and for versions that are not one after another.

    What happened before the first version is judged by it: nothing else is known to have been promised.
    """

    def __init__(self, versions: Iterable[PolicyVersion]) -> None:
        self._versions = tuple(versions)
        numbers = [one.version for one in self._versions]
        moments = [one.since for one in self._versions]
        if not numbers or numbers != sorted(set(numbers)) or moments != sorted(moments):
            raise ValueError("policies are one or more versions, each later than the one before")
        self.current = self._versions[-1]
        self.only_one = len(self._versions) == 1
        self.kinds = frozenset(
            kind for kind in ClockKind if any(one.policy.targets.of(kind) is not None for one in self._versions)
        )
        """The kinds of clocks that any version promises something of."""

    def at(self, moment: datetime) -> PolicyVersion:
        """The version in force at a moment."""
        for one in reversed(self._versions):
            if one.since <= moment:
                return one
        return self._versions[0]


def policy_of(terms: DeskTerms) -> Policy:
    """The policy that a store's settings make (rules T2, T3, T4)."""
    tickets = terms.tickets
    services = {plan.key: Service(plan.service) for plan in terms.plans.plans.values()}
    services[PACKAGE] = Service(terms.service)
    services[LICENCE] = Service(terms.service, guaranteed=False)
    targets = Targets(
        tickets.first_answer, tickets.next_answer, tickets.urgent, tickets.resolution, tickets.best_effort
    )
    return Policy(services, targets, tickets.warn_percents, tickets.escalation)


@dataclass(frozen=True, slots=True)
class OpeningPromise:
    """What a customer is told when he opens a ticket (rule T8); None where nothing is said.

    `service` is the hours in which the guarantee, or without one the best effort, is counted.
    """

    guaranteed: datetime | None = None
    best_effort: datetime | None = None
    service: ServiceCalendar | None = None


def promise_at_opening(policy: Policy, standing: str, opened_at: datetime) -> OpeningPromise:
    """The guaranteed time, in service time, and apart from it the best-effort time, by the clock on the wall.

    A licence alone has the store's hours and no guarantee (rule T3). A best effort is never later than the guarantee.
    May raise `NeverServed`.
    """
    service, target = policy.service(standing), policy.targets.first_answer
    if service is None or target is None:
        return OpeningPromise()
    due = service.calendar.add(opened_at, target)
    if not service.guaranteed:
        return OpeningPromise(best_effort=due, service=service.calendar)
    return OpeningPromise(due, min(due, opened_at + policy.targets.best_effort), service.calendar)
