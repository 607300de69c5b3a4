"""Who works on a store's tickets and coins.

Believes: a person is known to the desk by name, which stands in every entry they make; two people of one
store never share a name, not even in another spelling of capitals.
"""

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from bridge.domain.ticket_terms import AlertTimes, StaffHours
from bridge.settings.base import Broken, Section, all_broken, broken, check_label
from bridge.settings.days_off import HolidaySettings
from bridge.settings.service import WEEKDAYS, Days, Intervals, ServiceZone, service_calendar
from bridge.settings.tickets import check_employees

_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")


def _name(text: str) -> str:
    return check_label(text, longest=64)


def _email(text: str) -> str:
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise broken("must be an e-mail address")
    return text


class StaffMember(Section):
    """One person who may act for the store."""

    name: Annotated[str, AfterValidator(_name)] = Field(
        description="The name that stands beside every grant, correction and decision this person makes.",
        examples=['"Anna"'],
    )
    email: Annotated[str, AfterValidator(_email)] = Field(
        description="Where the bridge writes to this person.", examples=['"anna@example.com"']
    )
    days: Days = Field(default=WEEKDAYS, description="The days of the week on which this person works.")
    hours: Intervals = Field(
        default=(), description='The hours of these days, such as ["09:00-17:00"]; an empty list means whole days.'
    )
    zone: ServiceZone = Field(
        default="", description="The time zone of these hours by its IANA name; left out, the store's zone."
    )
    alerts: Literal["always", "breach_at_once", "in_hours"] = Field(
        default="always",
        description=(
            "When this person is told of a promise that is near its end or broken: always at once; in_hours only in "
            "the hours above, what falls due outside them when they begin; breach_at_once likewise, but a breach "
            "always at once (rule T7)."
        ),
    )
    shop_employees: Annotated[
        tuple[Annotated[int, Field(ge=1, le=2_147_483_647)], ...], AfterValidator(check_employees)
    ] = Field(
        default=(),
        description=(
            "The numbers of this person's accounts in the shop's back office: answers written there are his, and his "
            "own are written under the first of them."
        ),
    )

    def work(self, store_zone: ZoneInfo) -> StaffHours:
        """When this person works, and when he is told of clocks."""
        hours = service_calendar(self.days, self.hours, {}, self.zone, HolidaySettings(), store_zone)
        return StaffHours(hours, AlertTimes(self.alerts))


def _distinct(staff: tuple[StaffMember, ...]) -> tuple[StaffMember, ...]:
    if not staff:
        raise broken("must name at least one person", value="")
    seen: dict[str, int] = {}
    repeated: list[Broken] = []
    for index, member in enumerate(staff):
        first = seen.setdefault(member.name.casefold(), index)
        if first != index:
            repeated.append(Broken(f"must differ from the name of staff[{first + 1}]", (index, "name")))
    owners: dict[int, int] = {}
    for index, member in enumerate(staff):
        for place, number in enumerate(member.shop_employees):
            first = owners.setdefault(number, index)
            if first != index:
                rule = f"must not be a number of staff[{first + 1}] too"
                repeated.append(Broken(rule, (index, "shop_employees", place)))
    if repeated:
        raise all_broken(repeated)
    return staff


Staff = Annotated[tuple[StaffMember, ...], AfterValidator(_distinct)]
"""At least one person, each name once."""
