"""The coin packages a store sells (rule C1).

Believes: a plan is recognised by the product code of the line that was bought and by nothing else, so one
code can stand for one plan only. The order of the plans in the file is their rank, best last (rule P1).
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, PlainSerializer, model_validator

from bridge.domain.service_hours import ServiceCalendar
from bridge.domain.ticket_terms import NO_PLANS
from bridge.settings.base import Broken, Section, all_broken, broken, check_label, check_web_address
from bridge.settings.days_off import HolidaySettings
from bridge.settings.service import (
    WEEKDAYS,
    Days,
    HoursOn,
    Intervals,
    ServiceZone,
    service_calendar,
    unfit_hours,
)

LANGUAGES = ("en", "ru", "fa")
"""The languages the bridge speaks to customers."""

MOST_COINS = 1_000_000

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def _code(text: str) -> str:
    return check_label(text, longest=64)


def _codes(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not codes:
        raise broken("must name at least one product code, or no purchase can ever grant this plan", value="")
    repeated = [Broken("must not be named twice", (at,)) for at, code in enumerate(codes) if code in codes[:at]]
    if repeated:
        raise all_broken(repeated)
    return codes


def check_languages(names: Mapping[str, str]) -> list[Broken]:
    """What is wrong with the languages of words that customers read."""
    found = [
        Broken(f"is not a language of the bridge ({', '.join(LANGUAGES)})", (language,), "")
        for language in names
        if language not in LANGUAGES
    ]
    if "en" not in names:
        found.append(Broken("must be set: it stands in where another language is missing", ("en",), ""))
    return found


def _names(names: Mapping[str, str]) -> Mapping[str, str]:
    if found := check_languages(names):
        raise all_broken(found)
    return MappingProxyType(dict(names))


def _label(text: str) -> str:
    return check_label(text, longest=64)


Names = Annotated[Mapping[str, Annotated[str, AfterValidator(_label)]], AfterValidator(_names), PlainSerializer(dict)]
"""A name by language (en, ru, fa); English is always there."""


class PlanSettings(Section):
    """One plan. What an order has granted keeps its size and terms; a change here touches no old package."""

    coins: Annotated[int, Field(ge=1, le=MOST_COINS)] = Field(
        description="How many coins one bought unit is worth, a whole number.", examples=["300"]
    )
    product_codes: Annotated[tuple[Annotated[str, AfterValidator(_code)], ...], AfterValidator(_codes)] = Field(
        description=(
            "The product codes that grant this plan: the field Model in OpenCart, Reference in "
            "PrestaShop (a combination's own reference counts), written exactly as there."
        ),
        examples=['["SUPPORT-BASE"]'],
    )
    name: Names = Field(
        description="What customers read, by language: en is required, ru and fa fall back to it.",
        examples=['{ en = "Base" }'],
    )
    valid_months: Annotated[int, Field(ge=1, le=120)] = Field(
        default=12,
        description=("How many months after the payment the package can be used, to the end of that day (rule C3)."),
    )
    service_days: Days = Field(
        default=WEEKDAYS,
        description=(
            "The days of the week on which tickets are answered under this plan; customers read them on their page "
            "(rules P1, T4)."
        ),
    )
    service_hours: Intervals = Field(
        default=(),
        description=(
            'The hours of these days, such as ["09:00-13:00", "14:00-18:00"]; an empty list means whole days (rule T5).'
        ),
    )
    service_hours_on: HoursOn = Field(
        default={},
        description='Days with other hours than the rest, such as { saturday = ["09:00-12:00"] }.',
    )
    service_zone: ServiceZone = Field(
        default="", description="The time zone of these days and hours by its IANA name; left out, the store's zone."
    )
    holidays: HolidaySettings = Field(
        default_factory=HolidaySettings, description="The days on which nobody is served under this plan."
    )
    buy_url: Annotated[str, AfterValidator(check_web_address)] = Field(
        default="",
        description="The web address where the shop sells packages of this plan; left out, the page has no link to it.",
    )

    @model_validator(mode="after")
    def _serves_at_all(self) -> Self:
        if found := unfit_hours(self.service_days, self.service_hours_on, self.holidays, prefix="service_"):
            raise all_broken(found)
        return self

    def calendar(self, store_zone: ZoneInfo) -> ServiceCalendar:
        """When people are served under this plan."""
        return service_calendar(
            self.service_days, self.service_hours, self.service_hours_on, self.service_zone, self.holidays, store_zone
        )


def _check_keys(plans: Mapping[str, PlanSettings]) -> list[Broken]:
    rule = "a plan's key must be lower-case letters, digits, - and _, beginning with a letter, at most 32"
    taken = f"must not be one of {', '.join(NO_PLANS)}, which stand for customers without a plan"
    found = [Broken(rule, (key,), "") for key in plans if not _KEY.fullmatch(key)]
    return found + [Broken(taken, (key,), "") for key in plans if key in NO_PLANS]


def twice(code: str, meaning: str) -> str:
    """The rule that a product code stands for one thing alone."""
    return f'must stand for one thing: "{code}" {meaning} already'


def _check_codes(plans: Mapping[str, PlanSettings]) -> list[Broken]:
    owner: dict[str, str] = {}
    found = []
    for key, plan in plans.items():
        for index, code in enumerate(plan.product_codes):
            first = owner.setdefault(code.casefold(), key)
            if first != key:
                found.append(Broken(twice(code, f"grants the plan {first}"), (key, "product_codes", index), ""))
    return found


def _plans(plans: Mapping[str, PlanSettings]) -> Mapping[str, PlanSettings]:
    if not plans:
        raise broken("must name at least one plan", value="")
    if found := _check_keys(plans) + _check_codes(plans):
        raise all_broken(found)
    return MappingProxyType(dict(plans))


Plans = Annotated[Mapping[str, PlanSettings], AfterValidator(_plans), PlainSerializer(dict)]
"""The plans by key, in file order, best last; every product code belongs to one of them."""
