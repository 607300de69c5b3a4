"""Stories of tickets for tests of their clocks, with times as a zone's clock shows them."""

from datetime import UTC, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from bridge.domain.clocks import Clock, clocks_of
from bridge.domain.explaining import Explanation, explain
from bridge.domain.histories import History
from bridge.domain.policies import Policies, Policy, PolicyVersion, Service, Targets
from bridge.domain.ticket_history import history_of
from bridge.domain.ticket_terms import HOUR, LICENCE, NONE, PACKAGE, Escalation
from bridge.domain.tickets import Author, Message, MessageKind, Ticket
from tests.support.service_weeks import SATURDAY_TO_WEDNESDAY, WORKDAYS, a_calendar, moment

ESSENTIAL, BASE, PRO = "essential", "base", "professional"
TEHRAN = ZoneInfo("Asia/Tehran")
EVERY_DAY_IN_TEHRAN = Service(a_calendar("Asia/Tehran"))
OFFICE_IN_TEHRAN = a_calendar("Asia/Tehran", WORKDAYS, "09:00-17:00")
SERVICES = {
    ESSENTIAL: Service(a_calendar("Asia/Tehran", SATURDAY_TO_WEDNESDAY)),
    BASE: EVERY_DAY_IN_TEHRAN,
    PRO: EVERY_DAY_IN_TEHRAN,
    PACKAGE: EVERY_DAY_IN_TEHRAN,
    LICENCE: Service(OFFICE_IN_TEHRAN, guaranteed=False),
}
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
ESCALATION = (Escalation(2 * HOUR, ("Anna",)), Escalation(24 * HOUR))
POLICY = Policy(SERVICES, escalation=ESCALATION)
PUBLISHED = Policies([PolicyVersion(1, SINCE, POLICY)])
"""The published policy, in force long before any story."""
SOLVING = Policies([PolicyVersion(1, SINCE, Policy(SERVICES, Targets(resolution=48 * HOUR)))])
"""With a promise of a resolution besides."""


class Story:
    """One ticket and what is said in it. Every time is a string as the zone's clock shows it: `2026-11-25 18:00`."""

    def __init__(
        self,
        opened: str,
        standing: str = ESSENTIAL,
        *,
        zone: ZoneInfo = TEHRAN,
        by: Author = Author.CUSTOMER,
        policies: Policies = PUBLISHED,
    ) -> None:
        self.zone, self.policies = zone, policies
        self.ticket = Ticket(12, "acme", 1, "Fonts", self.at(opened), by)
        self.messages: list[Message] = []
        if standing != NONE:
            self.runs_under(opened, standing)
        self.add(opened, by, MessageKind.TEXT)

    def at(self, written: str) -> datetime:
        return moment(written, self.zone)

    def asks(self, at: str) -> Self:
        """The customer writes."""
        return self.add(at, Author.CUSTOMER, MessageKind.TEXT)

    def answered(self, at: str, **detail: Any) -> Self:
        """Staff write in public."""
        return self.add(at, Author.STAFF, MessageKind.TEXT, **detail)

    def state(self, at: str, state: str) -> Self:
        """Staff set a state."""
        return self.add(at, Author.STAFF, MessageKind.STATE, state=state)

    def runs_under(self, at: str, standing: str) -> Self:
        """The best plan changes."""
        return self.add(at, Author.BRIDGE, MessageKind.STANDING, standing=standing)

    def confirmed(self, at: str) -> Self:
        """Staff confirm that it is urgent."""
        return self.add(at, Author.STAFF, MessageKind.URGENT_CONFIRMED)

    def refused(self, at: str) -> Self:
        """Staff take urgency back, or refuse it."""
        return self.add(at, Author.STAFF, MessageKind.URGENT_REFUSED)

    def told(self, at: str, clock: str, step: str, *instead_of: str) -> Self:
        """A step of a clock was told."""
        return self.says(at, MessageKind.ALERTED, clock=clock, step=step, instead_of=list(instead_of))

    def says(self, at: str, kind: MessageKind, **detail: Any) -> Self:
        """Staff do something else, such as offer a quote."""
        return self.add(at, Author.STAFF, kind, **detail)

    def add(self, at: str, author: Author, kind: MessageKind, **detail: Any) -> Self:
        """A message of any kind, after all that have been written."""
        self.messages.append(Message(self.at(at), author, kind, detail=detail, id=len(self.messages) + 1))
        return self

    @property
    def history(self) -> History:
        return history_of(self.ticket, self.messages)

    def clocks(self, now: str) -> tuple[Clock, ...]:
        """All clocks as of now."""
        return clocks_of(self.ticket, self.history, self.policies, self.at(now))

    def clock(self, now: str) -> Clock:
        """The clock that started last."""
        return self.clocks(now)[-1]

    def due(self, now: str) -> str | None:
        """When that one is due, as the zone's clock shows it."""
        return self.shown(self.clock(now).due)

    def explained(self, now: str) -> Explanation:
        return explain(self.ticket, self.history, self.policies, self.at(now))

    def shown(self, at: datetime | None) -> str | None:
        return None if at is None else at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")


def hours(count: float) -> timedelta:
    return timedelta(hours=count)
