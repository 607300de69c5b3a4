"""Tickets as they stand open in a desk: histories of several kinds, each with clocks to be worked out."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bridge.domain.policies import Policies, Policy, PolicyVersion, Service, Targets
from bridge.domain.service_hours import WHOLE_DAY, ServiceCalendar
from bridge.domain.ticket_terms import DAY, HOUR, LICENCE, PACKAGE, Escalation
from bridge.domain.tickets import Author, Message, MessageKind, Ticket

TEHRAN, OFFICE = ZoneInfo("Asia/Tehran"), ((9 * 3_600, 17 * 3_600),)
ESSENTIAL, BASE = "essential", "base"
SERVED = (ESSENTIAL, BASE, LICENCE)
CUSTOMER, STAFF, BRIDGE = Author.CUSTOMER, Author.STAFF, Author.BRIDGE

Said = tuple[float, Author, MessageKind, dict[str, Any]]
"""One thing that happened: how many hours after the opening, who did what."""

ASKED: Said = (0, CUSTOMER, MessageKind.TEXT, {})
STORIES: tuple[tuple[Said, ...], ...] = (
    (ASKED,),
    (ASKED, (5, STAFF, MessageKind.TEXT, {}), (30, CUSTOMER, MessageKind.TEXT, {})),
    (ASKED, (0, CUSTOMER, MessageKind.URGENT_ASKED, {}), (1, STAFF, MessageKind.URGENT_CONFIRMED, {})),
    (
        ASKED,
        (2, STAFF, MessageKind.OFFERED, {"quote": 1, "coins": 50}),
        (20, CUSTOMER, MessageKind.APPROVED, {"quote": 1, "coins": 50}),
        (21, STAFF, MessageKind.STARTED, {"quote": 1}),
        (26, CUSTOMER, MessageKind.TEXT, {}),
    ),
    (ASKED, (3, BRIDGE, MessageKind.STANDING, {"standing": BASE}), (4, STAFF, MessageKind.NOTE, {})),
    (
        ASKED,
        (9, STAFF, MessageKind.TEXT, {"state": "resolved"}),
        (40, CUSTOMER, MessageKind.TEXT, {}),
        (52, BRIDGE, MessageKind.ALERTED, {"clock": "next_answer/0", "step": "warning_50"}),
    ),
)


class Told(NamedTuple):
    """A ticket and all of its history."""

    ticket: Ticket
    messages: list[Message]


def policies(now: datetime) -> Policies:
    """The published policy, and one that has just taken its place: every clock is worked out by both."""
    whole, none = WHOLE_DAY, ()
    week = (whole, whole, whole, none, none, whole, whole)
    office = ServiceCalendar(TEHRAN, (OFFICE, OFFICE, OFFICE, (), (), OFFICE, OFFICE))
    services = {
        ESSENTIAL: Service(ServiceCalendar(TEHRAN, week)),
        BASE: Service(ServiceCalendar(TEHRAN)),
        PACKAGE: Service(ServiceCalendar(TEHRAN)),
        LICENCE: Service(office, guaranteed=False),
    }
    steps = (Escalation(2 * HOUR, ("Anna",)), Escalation(24 * HOUR))
    versions = (Policy(services, escalation=steps), Policy(services, Targets(first_answer=20 * HOUR), escalation=steps))
    moments = (now - 365 * DAY, now)
    return Policies(
        PolicyVersion(number, since, policy)
        for number, (since, policy) in enumerate(zip(moments, versions, strict=True), start=1)
    )


def told(first: int, count: int, now: datetime) -> Iterator[Told]:
    """That many tickets, opened within the last week, of all kinds and standings in turn."""
    for number in range(first, first + count):
        opened = now - 7 * DAY + timedelta(minutes=number * 7 % 10_000)
        ticket = Ticket(number, "bench", number, "A subject", opened, CUSTOMER)
        standing: Said = (0, BRIDGE, MessageKind.STANDING, {"standing": SERVED[number % len(SERVED)]})
        story = (standing, *STORIES[number // len(SERVED) % len(STORIES)])
        yield Told(
            ticket,
            [
                Message(opened + hours * HOUR, author, kind, detail=detail, id=place)
                for place, (hours, author, kind, detail) in enumerate(story, start=1)
            ],
        )
