"""What is promised about tickets, whom staff's alerts reach, and canned answers (rules T3, T6, T7, T8, T10, T12).

Believes: every number is a promise that the vendor publishes, so each has the published default. What was promised
before a change is explained by the settings of its time.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from string import Formatter
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, Field, PlainSerializer

from bridge.domain.ticket_terms import Escalation
from bridge.settings.base import Broken, Section, all_broken, broken
from bridge.settings.plans import check_languages

LEAST_HOURS, MOST_HOURS = 0.1, 8_760.0
LONGEST_MACRO = 4_000
LONGEST_SHOWN = 40
"""Characters of a wrong variable that an error repeats."""
MACRO_VARIABLES = ("ticket", "subject", "due", "coins", "store")
"""What a canned answer can name: the ticket's number and subject, when an answer is due, the coins there, the store."""

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

Hours = Annotated[float, Field(ge=LEAST_HOURS, le=MOST_HOURS)]


def _rising(percents: tuple[int, ...]) -> tuple[int, ...]:
    found = [Broken("must not be named twice", (at,)) for at, one in enumerate(percents) if one in percents[:at]]
    if found:
        raise all_broken(found)
    return tuple(sorted(percents))


class EscalationSettings(Section):
    """One step after a breach."""

    after_hours: Hours = Field(
        description="How many hours after the breach, by the clock on the wall, people are told who can help (T7).",
        examples=["2"],
    )
    to: tuple[str, ...] = Field(
        default=(), description="The names of those staff who are told; an empty list means everybody."
    )


def _steps(steps: tuple[EscalationSettings, ...]) -> tuple[EscalationSettings, ...]:
    hours = [step.after_hours for step in steps]
    found = [
        Broken("must be later than the step before it", (at, "after_hours"))
        for at in range(1, len(hours))
        if hours[at] <= hours[at - 1]
    ]
    found += [
        Broken("must not be named twice", (at, "to", place))
        for at, step in enumerate(steps)
        for place, name in enumerate(step.to)
        if name in step.to[:place]
    ]
    if found:
        raise all_broken(found)
    return steps


class TicketSettings(Section):
    """Tickets: what is promised, and what is too much."""

    first_answer_hours: Hours = Field(
        default=24.0,
        description="In how many hours of service a ticket has its first answer (rule T3).",
    )
    next_answer_hours: Hours = Field(
        default=24.0, description="In how many hours of service each further message is answered (rule T6)."
    )
    urgent_hours: Hours = Field(
        default=4.0,
        description="In how many hours of service an urgent ticket is answered, counted from staff's confirmation.",
    )
    resolution_hours: Annotated[float, Field(ge=0, le=MOST_HOURS)] = Field(
        default=0.0, description="In how many hours of service a ticket is resolved; 0 promises nothing (rule T6)."
    )
    best_effort_hours: Hours = Field(
        default=24.0,
        description="In how many hours by the clock on the wall you mean to answer, shown apart from the promise (T8).",
    )
    warn_percents: Annotated[tuple[Annotated[int, Field(ge=1, le=99)], ...], AfterValidator(_rising)] = Field(
        default=(50, 80),
        description="After which parts of the time, in percent, staff are warned, each once; [] never (rule T7).",
    )
    waiting_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=14, description="After how many days of waiting for the customer a ticket counts as resolved (T10)."
    )
    closing_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=14,
        description="After how many days a resolved ticket is closed: what is written later is a new one (rule T10).",
    )
    tickets_per_hour: Annotated[int, Field(ge=1, le=1_000)] = Field(
        default=5, description="How many tickets a customer may open within an hour (rule T12)."
    )
    messages_per_hour: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default=30, description="How many messages a customer may write within an hour, in all his tickets (T12)."
    )
    files_per_hour: Annotated[int, Field(ge=0, le=10)] = Field(
        default=10,
        description="How many files a customer may send within an hour (T12); the shop's page takes no more than 10.",
    )
    shop_service: bool = Field(
        default=True,
        description=(
            "Whether what customers and the back office write in the shop's own customer service becomes tickets, and "
            "answers are written there. Only PrestaShop has one."
        ),
    )
    reply_employee: Annotated[int, Field(ge=0, le=2_147_483_647)] = Field(
        default=0,
        description=(
            "The number of the back office's employee in whose name answers of those staff are written there who have "
            "no shop_employees of their own; 0 is nobody: their answers wait, and you are told."
        ),
    )
    escalation: Annotated[tuple[EscalationSettings, ...], AfterValidator(_steps)] = Field(
        default=(), description="Who is told when a promise has been broken, [[tickets.escalation]] each."
    )

    @property
    def resolution(self) -> timedelta | None:
        """The time for a ticket's resolution, None where none is promised."""
        return timedelta(hours=self.resolution_hours) if self.resolution_hours else None

    @property
    def steps(self) -> tuple[Escalation, ...]:
        """The steps after a breach, in their order."""
        return tuple(Escalation(timedelta(hours=one.after_hours), one.to) for one in self.escalation)


def _texts(texts: Mapping[str, str]) -> Mapping[str, str]:
    found = check_languages(texts)
    for language, text in texts.items():
        if problem := _unfit_text(text):
            found.append(Broken(problem, (language,), ""))
    if found:
        raise all_broken(found)
    return MappingProxyType(dict(texts))


def _unfit_text(text: str) -> str | None:
    if not text.strip():
        return "must say something"
    if len(text) > LONGEST_MACRO:
        return f"must have at most {LONGEST_MACRO} characters"
    if _UNPRINTABLE.search(text):
        return "must not contain control characters"
    known = ", ".join(f"{{{name}}}" for name in MACRO_VARIABLES)
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return f"has a brace that is no variable; the variables are {known}, and {{{{ stands for a brace"
    for _, name, form, conversion in parts:
        if name is not None and (name not in MACRO_VARIABLES or form or conversion):
            return f"has {{{name[:LONGEST_SHOWN]}}}, which stands for nothing; the variables are {known}"
    return None


class MacroSettings(Section):
    """One canned answer."""

    text: Annotated[Mapping[str, str], AfterValidator(_texts), PlainSerializer(dict)] = Field(
        description=(
            "The answer by language: en is required, ru and fa fall back to it. {ticket}, {subject}, {due}, {coins} "
            "and {store} stand for what they name."
        ),
        examples=['{ en = "Ticket {ticket} is being looked at." }'],
    )


def _macros(macros: Mapping[str, MacroSettings]) -> Mapping[str, MacroSettings]:
    rule = "a canned answer's key must be lower-case letters, digits, - and _, beginning with a letter, at most 64"
    if found := [Broken(rule, (key,), "") for key in macros if not _KEY.fullmatch(key)]:
        raise all_broken(found)
    return MappingProxyType(dict(macros))


Macros = Annotated[Mapping[str, MacroSettings], AfterValidator(_macros), PlainSerializer(dict)]
"""Canned answers by key."""


def check_employees(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Numbers of people in the shop's back office, each once."""
    if len(set(numbers)) != len(numbers):
        raise broken("must not name a number twice")
    return numbers


def unfit_escalation(tickets: TicketSettings, staff: tuple[str, ...]) -> list[Broken]:
    """Steps that name somebody who is no staff of the store."""
    return [
        Broken(f"must be the name of one of the staff ({', '.join(staff)})", ("tickets", "escalation", at, "to", place))
        for at, step in enumerate(tickets.escalation)
        for place, name in enumerate(step.to)
        if name not in staff
    ]
