"""What a letter is: plain text and a few numbers; how it looks is the template's matter."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from bridge.contracts.office import StoreCard
from bridge.locale.plain import one_line
from bridge_mail.words import day, isolated, minute, number, say

LONGEST_SUBJECT = 60
"""Of somebody else's words in a subject line, in characters."""


class Fact(NamedTuple):
    """One line of the small table in a letter."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter: its subject is also its heading. `code` is shown large; `link` says what the button does.

    `view` is what of the customer's page the button shows, as the query of its address; empty for its first view.
    """

    subject: str
    lines: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    code: str = ""
    link: str = ""
    view: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a letter is written from, besides its event.

    `ticket` is the subject of the ticket it is about, `code` a guest's one-time code, `answer` what staff answered a
    visitor, who has no page to read it on; each empty where there is none.
    """

    language: str
    store: StoreCard
    now: datetime
    ticket: str = ""
    code: str = ""
    answer: str = ""

    def day(self, moment: datetime) -> str:
        return day(self.language, moment, self.store.zone)

    def minute(self, moment: datetime) -> str:
        return minute(self.language, moment, self.store.zone)

    def plan(self, key: str | None) -> str:
        """A plan's name in the language; empty for no plan."""
        names = self.store.plans.get(key or "", {})
        return names.get(self.language) or names.get("en") or (key or "")


def ticket_fact(ticket_id: int, at: Context) -> Fact:
    """Which ticket it is about: its number, and its subject where that is known."""
    value, name = number(at.language, ticket_id), one_line(at.ticket)
    return Fact(say(at.language, "Ticket"), f"{value}: {isolated(name)}" if name else value)


def about_ticket(subject: str, at: Context) -> str:
    """A subject line with the ticket's own subject, where it is known."""
    name = one_line(at.ticket, LONGEST_SUBJECT)
    return f"{subject} – {isolated(name)}" if name else subject


def command_about(words: str, which: int, at: Context) -> str:
    """A command of staff's about something of this store, as it is typed."""
    return f"bridge {words} {which} --store {at.store.name}"


def more_about(words: str, which: int, at: Context) -> str:
    """The line of a letter to staff that leads on to a command."""
    return say(at.language, "More about it: {command}", command=command_about(words, which, at))


def thread_of(ticket_id: int) -> str:
    """The view of a ticket's page, its thread with what is offered in it."""
    return f"view=thread&ticket={ticket_id}"


def open_account(language: str) -> str:
    """What the button says that leads to the customer's page."""
    return say(language, "Open your account page")


Writer = Callable[[Any, Context], Letter | None]
"""Writes one kind of letter; None where it would come too late or say nothing new."""
