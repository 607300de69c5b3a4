"""What a contact reads in a chat that no person wrote: the automatic reply, redirects, notices (rules W2, W3, W5, W9).

A number stands in Latin digits and left to right in every language, so that a telephone can dial it.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from bridge.domain.money import HourlyRate, Money
from bridge.domain.premium import PremiumKind
from bridge.locale.agreement_words import kind_name
from bridge.locale.bill_words import TO_ANSWER, TOTAL, title
from bridge.locale.money_words import hours_text, money_text, rate_text
from bridge.locale.numbers import in_digits
from bridge.locale.plain import one_line
from bridge.locale.say import say
from bridge.locale.statement_words import COMMAS, LEFT_TO_RIGHT

GREETING = "This number of {title} is for questions before you buy. They cost nothing."
TICKETS = "Help after a purchase is given by ticket: {page}"
TICKETS_LICENCE = "Help after a purchase is given by ticket, free of charge with an active licence: {page}"
TICKETS_ACCOUNT = "Help after a purchase is given by ticket, on your account page in our shop."
TICKETS_ACCOUNT_LICENCE = (
    "Help after a purchase is given by ticket, on your account page in our shop. It is free of charge with an active "
    "licence."
)
PREMIUM = (
    "On {number} the developer himself helps, for payment. Nothing is charged before we have agreed on it; it is "
    "charged also where your licence includes support:"
)
RATE = "• {kind}: {rate}"
"""The same in every language: a name and what it costs."""
CHOOSE = "What is your question about?"
BUTTONS: Mapping[str, str] = {"presales": "Before I buy", "support": "Help after purchase"}
"""At most 20 characters each, in every language."""


ROW = "• {work}: {hours} × {rate} = {amount}"
"""In Persian words stand between the two amounts: apart by a sign alone they are read as one, from the left."""


class StatementRow(NamedTuple):
    """A line of a bill: what the work is called, the charged time, its rate and amount, why it was corrected."""

    work: str
    charged: timedelta
    rate: HourlyRate
    amount: Money
    reason: str = ""


class Notice(StrEnum):
    """What the bridge says in a chat by itself."""

    SUPPORT_ELSEWHERE = "support_elsewhere"
    SUPPORT_ELSEWHERE_PAGE = "support_elsewhere_page"
    PRESALES_ELSEWHERE = "presales_elsewhere"
    PRESALES_FREE = "presales_free"
    LINKED = "linked"
    CODE_WRONG = "code_wrong"
    LINKED_BEFORE = "linked_before"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    OFFER_OVER = "offer_over"
    OFFER_HOLDS = "offer_holds"
    MOVED = "moved"
    TOO_MANY_FILES = "too_many_files"
    FILES_ON_PAGE = "files_on_page"


NOTICES: Mapping[Notice, str] = {
    Notice.SUPPORT_ELSEWHERE: (
        "We can't help with that on this number, which is for questions before you buy. Please open a ticket on "
        "your account page in our shop."
    ),
    Notice.SUPPORT_ELSEWHERE_PAGE: (
        "We can't help with that on this number, which is for questions before you buy. Please open a ticket: {page}"
    ),
    Notice.PRESALES_ELSEWHERE: (
        "This number is for paid help. Questions before you buy cost nothing; please ask them on {number}."
    ),
    Notice.PRESALES_FREE: "This number is for paid help. A question before you buy costs nothing here either.",
    Notice.LINKED: "This chat now belongs to your account at {title}.",
    Notice.CODE_WRONG: "That code is not valid. Please get a new one on your account page.",
    Notice.LINKED_BEFORE: "This chat belongs to an account already. Please write to us if that is wrong.",
    Notice.ACCEPTED: "Thank you: you have accepted the offer. You get the final statement before the bill.",
    Notice.DECLINED: "You have declined the offer. Nothing is charged.",
    Notice.OFFER_OVER: "This offer is not open any more, so nothing was accepted. Please write to us.",
    Notice.OFFER_HOLDS: (
        "You have accepted this offer before, and that holds. Please write to us if you want another one."
    ),
    Notice.MOVED: (
        "We go on with this as ticket {ticket}, which is on your account page. From now on no time is counted here."
    ),
    Notice.TOO_MANY_FILES: (
        "These are more files than we take within an hour. From this one on they did not reach us; please send them "
        "again later."
    ),
    Notice.FILES_ON_PAGE: (
        "There are files with this answer that can't be sent here. You find them with ticket {ticket} on your account "
        "page."
    ),
}
ANSWERS: Mapping[str, str] = {"accept": "Accept", "decline": "Decline"}
"""The buttons of an offered agreement."""


def autoreply_text(
    language: str,
    *,
    title: str,
    ticket_page: str,
    licences: bool,
    premium_numbers: Iterable[str],
    kinds: Iterable[PremiumKind],
) -> str:
    """The official number's automatic reply, the one place that names the premium number (rule W2).

    `licences` says that the store sells licences. Without a `ticket_page` help is on the account page, without an
    address. Without a premium number or kinds of work nothing is said of them.
    """
    parts = [say(language, GREETING, title=title)]
    if ticket_page:
        parts.append(say(language, TICKETS_LICENCE if licences else TICKETS, page=ticket_page))
    else:
        parts.append(say(language, TICKETS_ACCOUNT_LICENCE if licences else TICKETS_ACCOUNT))
    numbers, sold = [dialled(language, one) for one in premium_numbers], list(kinds)
    if numbers and sold:
        rates = [RATE.format(kind=kind_name(one, language), rate=rate_text(language, one.rate)) for one in sold]
        said = say(language, PREMIUM, number=COMMAS[language][0].join(numbers))
        parts.append("\n".join((said, *rates)))
    return "\n\n".join(parts)


def choice_text(language: str) -> str:
    """What stands above the two buttons of the automatic reply."""
    return say(language, CHOOSE)


def choice_buttons(language: str) -> dict[str, str]:
    """The buttons by which a contact says what he wants, title by word."""
    return {word: say(language, title) for word, title in BUTTONS.items()}


def answer_buttons(language: str) -> dict[str, str]:
    """The buttons of an offered agreement, title by word."""
    return {word: say(language, title) for word, title in ANSWERS.items()}


def notice_text(language: str, notice: Notice, **values: object) -> str:
    """What the bridge says by itself."""
    return say(language, NOTICES[notice], **values)


def statement_text(language: str, number: int, rows: Iterable[StatementRow], total: Money, *, final: bool) -> str:
    """What a bill says, as a message: each line's hours × rate = amount, and what they come to (rules W6, W8)."""
    parts = [f"{title(language, final=final)} {in_digits(language, str(number))}"]
    parts += [_row(language, one) for one in rows]
    parts += [f"{say(language, TOTAL)}: {money_text(language, total)}", "", say(language, TO_ANSWER)]
    return "\n".join(parts)


def _row(language: str, row: StatementRow) -> str:
    said = say(
        language,
        ROW,
        work=row.work,
        hours=hours_text(language, row.charged),
        rate=rate_text(language, row.rate),
        amount=money_text(language, row.amount),
    )
    return f"{said} ({one_line(row.reason)})" if row.reason else said


def dialled(language: str, number: str) -> str:
    """A number as a telephone takes it up, also amid letters that run from right to left."""
    return f"{LEFT_TO_RIGHT}{number}{LEFT_TO_RIGHT}" if language == "fa" else number
