"""Due times worked out by hand: zones with and without changed clocks, holidays, waits, plans that change.

Clocks go forward in Berlin on 29 March at 2, in New York on 8 March at 2; back on 25 October at 3, and on 1 November at
2. Tehran changes nothing.
"""

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bridge.domain.policies import Policies, Policy, PolicyVersion, Service, Targets
from bridge.domain.ticket_terms import HOUR, LICENCE, NONE, PACKAGE
from bridge.domain.tickets import MessageKind
from tests.support.service_weeks import SATURDAY_TO_WEDNESDAY, WORKDAYS, a_calendar, days
from tests.support.ticket_stories import BASE, ESCALATION, ESSENTIAL, POLICY, SERVICES, SINCE, SOLVING, TEHRAN, Story
from tests.support.ticket_stories import PUBLISHED as PUBLISHED_POLICY

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
WHOLE, WEEK, OFFICE = "whole", "week", "office"
NAMES = {
    ESSENTIAL: "Essential",
    BASE: "Base",
    WHOLE: "Round the Clock",
    WEEK: "Working Days",
    OFFICE: "Office Hours",
}
OFFERED, APPROVED, DECLINED = MessageKind.OFFERED, MessageKind.APPROVED, MessageKind.DECLINED
NO_ANSWER_NEEDED = MessageKind.NO_ANSWER_NEEDED


class Vector(NamedTuple):
    """A story, the moment from which it is looked at, and when its last clock is due: None while it stands still."""

    story: Story
    now: str
    due: str | None


def _policies(zone: str, hours: tuple[str, ...], off: tuple[str, ...]) -> Policies:
    office = a_calendar(zone, WORKDAYS, *hours, off=days(*off))
    services = {
        WHOLE: Service(a_calendar(zone)),
        WEEK: Service(a_calendar(zone, WORKDAYS)),
        OFFICE: Service(office),
        PACKAGE: Service(office),
        LICENCE: Service(office, guaranteed=False),
    }
    return Policies([PolicyVersion(1, SINCE, Policy(services, escalation=ESCALATION))])


IN_BERLIN = _policies("Europe/Berlin", ("09:00-13:00", "14:00-18:00"), ("2026-12-24", "2026-12-25", "2027-01-01"))
IN_NEW_YORK = _policies("America/New_York", ("10:00-16:00",), ("2026-07-03", "2026-11-26"))
NOWRUZ = Service(
    a_calendar("Asia/Tehran", SATURDAY_TO_WEDNESDAY, off=days("2027-03-21", "2027-03-22", "2027-03-23", "2027-03-24"))
)
WITH_NOWRUZ = Policies([PolicyVersion(1, SINCE, Policy({**SERVICES, ESSENTIAL: NOWRUZ}))])
NOON = datetime(2026, 11, 28, 8, 30, tzinfo=UTC)
"""Saturday at 12:00 in Tehran."""


def _changed(hours: int) -> Policies:
    """A first answer within that many hours, from Saturday noon on."""
    second = Policy(SERVICES, Targets(first_answer=hours * HOUR))
    return Policies([PolicyVersion(1, SINCE, POLICY), PolicyVersion(2, NOON, second)])


def _tehran(opened: str, standing: str = ESSENTIAL, policies: Policies = PUBLISHED_POLICY) -> Story:
    return Story(opened, standing, zone=TEHRAN, policies=policies)


def _berlin(opened: str, standing: str) -> Story:
    return Story(opened, standing, zone=BERLIN, policies=IN_BERLIN)


def _new_york(opened: str, standing: str) -> Story:
    return Story(opened, standing, zone=NEW_YORK, policies=IN_NEW_YORK)


def _waited(story: Story, since: str, until: str, quote: int = 1) -> Story:
    """An approval was awaited."""
    return story.says(since, OFFERED, quote=quote).says(until, DECLINED, quote=quote)


WED, THU, FRI, SAT, SUN, MON = (f"2026-11-{day}" for day in (25, 26, 27, 28, 29, 30))

PUBLISHED = {
    "Essential, opened on Wednesday evening": Vector(_tehran(f"{WED} 18:00"), f"{WED} 18:00", f"{SAT} 18:00"),
    "Essential, opened on its first day off": Vector(_tehran(f"{THU} 10:00"), f"{THU} 10:00", f"{SUN} 00:00"),
    "Base, opened on the same Thursday": Vector(_tehran(f"{THU} 10:00", BASE), f"{THU} 10:00", f"{FRI} 10:00"),
}
IN_TEHRAN = {
    "answered on a day off": Vector(
        _tehran(f"{WED} 18:00").answered(f"{THU} 10:00"), "2026-12-09 10:00", f"{SAT} 18:00"
    ),
    "answered an hour late": Vector(
        _tehran(f"{SAT} 10:00").answered(f"{SUN} 11:00"), "2026-12-09 10:00", f"{SUN} 10:00"
    ),
    "breached this minute": Vector(_tehran(f"{SAT} 10:00"), f"{SUN} 10:00", f"{SUN} 10:00"),
    "breached and told of": Vector(
        _tehran(f"{SAT} 10:00").told(f"{SUN} 10:00", "first_answer", "breach", "warning_50", "warning_80"),
        f"{SUN} 11:00",
        f"{SUN} 10:00",
    ),
    "urgent over the weekend": Vector(
        _tehran(f"{WED} 21:00").confirmed(f"{WED} 22:00"), f"{WED} 22:00", f"{SAT} 02:00"
    ),
    "confirmed as urgent too late to matter": Vector(
        _tehran(f"{SAT} 10:00").confirmed(f"{SUN} 09:00"), f"{SUN} 09:00", f"{SUN} 10:00"
    ),
    "urgency taken back": Vector(
        _tehran(f"{SAT} 10:00").confirmed(f"{SAT} 11:00").refused(f"{SAT} 12:00"), f"{SAT} 13:00", f"{SUN} 10:00"
    ),
    "urgent on a day off of Essential": Vector(
        _tehran(f"{THU} 10:00").confirmed(f"{THU} 11:00"), f"{THU} 11:00", f"{SAT} 04:00"
    ),
    "urgent on the same day of Base": Vector(
        _tehran(f"{THU} 10:00", BASE).confirmed(f"{THU} 10:30"), f"{THU} 11:00", f"{THU} 14:30"
    ),
    "the next answer, asked for before a weekend": Vector(
        _tehran(f"{SAT} 10:00").answered(f"{SAT} 12:00").asks("2026-12-02 20:00"),
        "2026-12-03 10:00",
        "2026-12-05 20:00",
    ),
    "the first of two messages counts": Vector(
        _tehran(f"{SAT} 10:00").answered(f"{SAT} 12:00").asks(f"{SUN} 09:00").asks(f"{SUN} 20:00"),
        f"{SUN} 20:00",
        f"{MON} 09:00",
    ),
    "the next answer of an urgent ticket": Vector(
        _tehran(f"{SAT} 10:00").confirmed(f"{SAT} 10:30").answered(f"{SAT} 12:00").asks(f"{SUN} 09:00"),
        f"{SUN} 09:00",
        f"{SUN} 13:00",
    ),
    "reopened on a day off": Vector(
        _tehran(f"{SAT} 10:00").answered(f"{SAT} 11:00", state="resolved").asks("2026-12-03 09:00"),
        "2026-12-03 09:00",
        "2026-12-06 00:00",
    ),
    "a thanks that needed no answer": Vector(
        _tehran(f"{SAT} 10:00")
        .answered(f"{SAT} 11:00", state="resolved")
        .asks(f"{SAT} 12:00")
        .says(f"{SAT} 13:00", NO_ANSWER_NEEDED),
        f"{MON} 10:00",
        f"{SUN} 12:00",
    ),
    "resolved late without an answer": Vector(
        _tehran(f"{SAT} 10:00").state(f"{SUN} 12:00", "resolved"), f"{MON} 10:00", f"{SUN} 10:00"
    ),
    "waited over the weekend and into a day of service": Vector(
        _waited(_tehran(f"{WED} 18:00"), f"{WED} 20:00", f"{SAT} 06:00"), f"{SAT} 08:00", f"{SUN} 04:00"
    ),
    "waited within the weekend": Vector(
        _waited(_tehran(f"{WED} 18:00"), f"{THU} 10:00", f"{FRI} 12:00"), f"{FRI} 13:00", f"{SAT} 18:00"
    ),
    "waited from the weekend into the week": Vector(
        _waited(_tehran(f"{WED} 18:00"), f"{FRI} 10:00", f"{SUN} 10:00"), f"{SUN} 11:00", f"{MON} 04:00"
    ),
    "stands still while an approval is awaited": Vector(
        _tehran(f"{WED} 18:00").says(f"{WED} 20:00", OFFERED, quote=1), f"{SAT} 12:00", None
    ),
    "answered while it stood still": Vector(
        _tehran(f"{WED} 18:00").says(f"{WED} 20:00", OFFERED, quote=1).answered(f"{SAT} 12:00"), f"{SUN} 12:00", None
    ),
    "two waits": Vector(
        _waited(_waited(_tehran(f"{SAT} 00:00"), f"{SAT} 06:00", f"{SAT} 18:00"), f"{SUN} 00:00", f"{SUN} 12:00", 2),
        f"{SUN} 13:00",
        f"{MON} 00:00",
    ),
    "waited after the breach": Vector(
        _waited(_tehran(f"{SAT} 10:00"), f"{SUN} 11:00", f"{SUN} 13:00"), f"{SUN} 14:00", f"{SUN} 10:00"
    ),
    "a better plan on a day off": Vector(
        _tehran(f"{THU} 10:00").runs_under(f"{THU} 12:00", BASE), f"{THU} 13:00", f"{FRI} 10:00"
    ),
    "a better plan after its own time was over": Vector(
        _tehran(f"{WED} 18:00").runs_under(f"{FRI} 10:00", BASE), f"{FRI} 10:00", f"{SAT} 10:00"
    ),
    "a better plan that changes nothing": Vector(
        _tehran(f"{SAT} 10:00").runs_under(f"{SAT} 12:00", BASE), f"{SAT} 13:00", f"{SUN} 10:00"
    ),
    "the plan ended meanwhile": Vector(
        _tehran(f"{THU} 10:00", BASE).runs_under(f"{THU} 12:00", NONE), f"{THU} 13:00", f"{FRI} 10:00"
    ),
    "a lesser plan since": Vector(
        _tehran(f"{THU} 10:00", BASE).runs_under(f"{THU} 12:00", ESSENTIAL), f"{THU} 13:00", f"{FRI} 10:00"
    ),
    "a licence, then a package": Vector(
        _tehran("2026-11-24 10:00", LICENCE).runs_under(f"{THU} 18:00", ESSENTIAL), f"{THU} 19:00", f"{SUN} 00:00"
    ),
    "nothing, then a package": Vector(
        _tehran(f"{WED} 18:00", NONE).runs_under(f"{THU} 12:00", BASE), f"{THU} 13:00", f"{THU} 18:00"
    ),
    "a better plan while an approval was awaited": Vector(
        _tehran(f"{WED} 18:00")
        .says(f"{WED} 20:00", OFFERED, quote=1)
        .runs_under(f"{THU} 10:00", BASE)
        .says(f"{THU} 20:00", APPROVED, quote=1),
        f"{THU} 21:00",
        f"{FRI} 18:00",
    ),
    "a better plan, and urgent": Vector(
        _tehran(f"{WED} 18:00").runs_under(f"{THU} 12:00", BASE).confirmed(f"{THU} 12:30"),
        f"{THU} 13:00",
        f"{THU} 16:30",
    ),
    "days off at Nowruz": Vector(
        _tehran("2027-03-20 12:00", policies=WITH_NOWRUZ), "2027-03-20 12:00", "2027-03-27 12:00"
    ),
    "waited over Nowruz": Vector(
        _waited(_tehran("2027-03-20 12:00", policies=WITH_NOWRUZ), "2027-03-20 18:00", "2027-03-27 06:00"),
        "2027-03-27 07:00",
        "2027-03-28 00:00",
    ),
    "a licence alone over the store's weekend": Vector(
        _tehran(f"{WED} 16:00", LICENCE), f"{THU} 10:00", f"{MON} 16:00"
    ),
    "a licence alone, overdue": Vector(_tehran(f"{WED} 16:00", LICENCE), "2026-12-01 10:00", f"{MON} 16:00"),
    "resolved again after it was reopened": Vector(
        _tehran(f"{SAT} 10:00", policies=SOLVING).answered(f"{SAT} 22:00", state="resolved").asks(f"{SUN} 10:00"),
        f"{SUN} 10:00",
        "2026-12-01 10:00",
    ),
    "a policy that promises more": Vector(
        _tehran(f"{SAT} 01:00", policies=_changed(8)), f"{SAT} 12:00", f"{SAT} 20:00"
    ),
    "a policy that promises less": Vector(
        _tehran(f"{SAT} 10:00", policies=_changed(48)), f"{SAT} 13:00", f"{SUN} 10:00"
    ),
}
WITH_CHANGED_CLOCKS = {
    "Berlin, a day of 23 hours": Vector(_berlin("2026-03-28 12:00", WHOLE), "2026-03-28 12:00", "2026-03-29 13:00"),
    "Berlin, a day of 25 hours": Vector(_berlin("2026-10-24 12:00", WHOLE), "2026-10-24 12:00", "2026-10-25 11:00"),
    "Berlin, the short weekend is off": Vector(
        _berlin("2026-03-27 12:00", WEEK), "2026-03-27 12:00", "2026-03-30 12:00"
    ),
    "Berlin, the long weekend is off": Vector(
        _berlin("2026-10-23 12:00", WEEK), "2026-10-23 12:00", "2026-10-26 12:00"
    ),
    "Berlin, office hours over the short weekend": Vector(
        _berlin("2026-03-27 17:00", OFFICE), "2026-03-30 10:00", "2026-04-01 17:00"
    ),
    "Berlin, office hours from the long Sunday on": Vector(
        _berlin("2026-10-25 10:00", OFFICE), "2026-10-26 10:00", "2026-10-28 18:00"
    ),
    "Berlin, urgent over the double hour": Vector(
        _berlin("2026-10-25 01:00", WHOLE).confirmed("2026-10-25 01:30"), "2026-10-25 01:30", "2026-10-25 04:30"
    ),
    "Berlin, urgent over the missing hour": Vector(
        _berlin("2026-03-29 01:00", WHOLE).confirmed("2026-03-29 01:30"), "2026-03-29 01:30", "2026-03-29 06:30"
    ),
    "Berlin, waited through the missing hour": Vector(
        _waited(_berlin("2026-03-28 20:00", WHOLE), "2026-03-29 01:00", "2026-03-29 04:00"),
        "2026-03-29 05:00",
        "2026-03-29 23:00",
    ),
    "Berlin, waited through the double hour": Vector(
        _waited(_berlin("2026-10-24 20:00", WHOLE), "2026-10-25 01:00", "2026-10-25 04:00"),
        "2026-10-25 05:00",
        "2026-10-25 23:00",
    ),
    "Berlin, due in the double hour, the first time": Vector(
        _berlin("2026-10-24 02:30", WHOLE), "2026-10-24 02:30", "2026-10-25 02:30"
    ),
    "Berlin, due in the double hour, the second time": Vector(
        _berlin("2026-10-24 03:30", WHOLE), "2026-10-24 03:30", "2026-10-25 02:30"
    ),
    "Berlin, over Christmas": Vector(_berlin("2026-12-23 17:00", OFFICE), "2026-12-23 17:00", "2026-12-30 17:00"),
    "Berlin, waited over Christmas": Vector(
        _waited(_berlin("2026-12-23 10:00", OFFICE), "2026-12-23 12:00", "2026-12-28 11:00"),
        "2026-12-28 12:00",
        "2026-12-30 18:00",
    ),
    "Berlin, over New Year": Vector(_berlin("2026-12-31 16:00", OFFICE), "2026-12-31 16:00", "2027-01-06 16:00"),
    "Berlin, a better plan on the same evening": Vector(
        _berlin(f"{FRI} 17:00", OFFICE).runs_under(f"{FRI} 20:00", WHOLE), f"{FRI} 20:00", f"{SAT} 17:00"
    ),
    "Berlin, a better plan on the long Sunday": Vector(
        _berlin("2026-10-23 17:00", OFFICE).runs_under("2026-10-25 01:00", WHOLE),
        "2026-10-25 01:00",
        "2026-10-26 00:00",
    ),
    "Berlin, a licence alone": Vector(_berlin(f"{FRI} 17:30", LICENCE), f"{MON} 10:00", "2026-12-02 17:30"),
    "New York, a day of 23 hours": Vector(_new_york("2026-03-07 12:00", WHOLE), "2026-03-07 12:00", "2026-03-08 13:00"),
    "New York, a day of 25 hours": Vector(_new_york("2026-10-31 12:00", WHOLE), "2026-10-31 12:00", "2026-11-01 11:00"),
    "New York, the long weekend is off": Vector(
        _new_york("2026-10-30 12:00", WEEK), "2026-10-30 12:00", "2026-11-02 12:00"
    ),
    "New York, waited over the long weekend": Vector(
        _waited(_new_york("2026-10-30 12:00", WEEK), "2026-10-30 18:00", "2026-11-02 06:00"),
        "2026-11-02 07:00",
        "2026-11-03 00:00",
    ),
    "New York, waited through the double hour": Vector(
        _waited(_new_york("2026-10-31 20:00", WHOLE), "2026-10-31 22:00", "2026-11-01 03:00"),
        "2026-11-01 04:00",
        "2026-11-02 01:00",
    ),
    "New York, the next answer over the double hour": Vector(
        _new_york("2026-10-31 10:00", WHOLE).answered("2026-10-31 11:00").asks("2026-11-01 00:30"),
        "2026-11-01 00:30",
        "2026-11-01 23:30",
    ),
    "New York, over Thanksgiving": Vector(_new_york(f"{WED} 15:00", OFFICE), f"{WED} 15:00", "2026-12-02 15:00"),
    "New York, urgent over Thanksgiving": Vector(
        _new_york(f"{WED} 14:00", OFFICE).confirmed(f"{WED} 14:00"), f"{WED} 14:00", f"{FRI} 12:00"
    ),
    "New York, over the third of July": Vector(
        _new_york("2026-07-02 12:00", OFFICE), "2026-07-02 12:00", "2026-07-09 12:00"
    ),
}
VECTORS = {**PUBLISHED, **IN_TEHRAN, **WITH_CHANGED_CLOCKS}
