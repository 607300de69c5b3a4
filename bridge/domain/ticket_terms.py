"""What of a store's settings decides about tickets: what is promised, who hears of it, what is too much."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from bridge.domain.service_hours import ALWAYS, ServiceCalendar

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PACKAGE, LICENCE, NONE = "package", "licence", "none"
NO_PLANS = (PACKAGE, LICENCE, NONE)
"""What a ticket runs under besides plans: coins without a plan, a licence alone, nothing at all (rules T2, T3)."""


class AlertTimes(StrEnum):
    """When somebody is told of a clock: at any hour, in his hours but of a breach at once, in his hours alone."""

    ALWAYS = "always"
    BREACH_AT_ONCE = "breach_at_once"
    IN_HOURS = "in_hours"


@dataclass(frozen=True, slots=True)
class StaffHours:
    """When a member of staff works, and what of it counts for alerts (rule T7)."""

    calendar: ServiceCalendar = ALWAYS
    alerts: AlertTimes = AlertTimes.ALWAYS


@dataclass(frozen=True, slots=True)
class Escalation:
    """So long after a breach, counted by the clock on the wall, these people are told; nobody named is everybody."""

    after: timedelta
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketTerms:
    """Targets are service time; `resolution` is None where none is promised (rules T3, T6).

    `best_effort` is what is only aimed at, in hours of the wall's clock (rule T8). `warn_percents` are the parts of a
    target after which is warned (rule T7). A ticket that waits for its customer is resolved after `waiting`, a resolved
    one closed after `closing` (rule T10). What a customer may do in an hour is limited (rule T12). `staff` has
    everybody's hours by name; `employees` are their numbers in the shop's back office, `reply_employee` the one in
    whose name those write there who have none, 0 for nobody. `macros` are canned answers: texts by key and language.
    """

    first_answer: timedelta = 24 * HOUR
    next_answer: timedelta = 24 * HOUR
    urgent: timedelta = 4 * HOUR
    resolution: timedelta | None = None
    best_effort: timedelta = 24 * HOUR
    warn_percents: tuple[int, ...] = (50, 80)
    escalation: tuple[Escalation, ...] = ()
    waiting: timedelta = 14 * DAY
    closing: timedelta = 14 * DAY
    tickets_per_hour: int = 5
    messages_per_hour: int = 30
    files_per_hour: int = 10
    staff: Mapping[str, StaffHours] = field(default_factory=dict)
    employees: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    macros: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reply_employee: int = 0
