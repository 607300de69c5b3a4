"""A statement's lines and figures as text in one language, for every kind of paper alike.

Figures stand between marks that keep them in their order within Persian text; so do words that others wrote.
"""

from dataclasses import dataclass
from typing import NamedTuple

from bridge.domain.bill_statements import BillStatement, Session
from bridge.domain.bills import Bill, BillLine, BillState, LineKind
from bridge.locale import bill_words as words
from bridge.locale.bill_words import FACTS
from bridge.locale.dates import date_text
from bridge.locale.money_words import hours_number, money_text, worked_text
from bridge.locale.plain import one_line
from bridge.locale.say import say
from bridge.locale.statement_words import PURPOSES, moment_text, plain_number

RIGHT_TO_LEFT = frozenset({"fa"})
LEFT, ANY, END = "\N{LEFT-TO-RIGHT ISOLATE}", "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
LONGEST = 1_000
OPEN_TO_ANSWER = frozenset({BillState.SENT, BillState.ACCEPTED, BillState.DISPUTED, BillState.BILLED})


class Fact(NamedTuple):
    """One line at the head."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of the table; `details` stand small below its work."""

    number: str
    date: str
    work: str
    worked: str
    hours: str
    rate: str
    amount: str
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownStatement:
    """The whole, ready for a template."""

    language: str
    rtl: bool
    vendor: str
    title: str
    draft: str
    facts: tuple[Fact, ...]
    columns: tuple[str, ...]
    lines: tuple[ShownLine, ...]
    total_label: str
    total: str
    notes: tuple[str, ...]


def shown(statement: BillStatement, language: str) -> ShownStatement:
    """The statement in a language. `KeyError` for one we don't speak."""
    bill = statement.bill
    return ShownStatement(
        language=language,
        rtl=language in RIGHT_TO_LEFT,
        vendor=_any(statement.vendor),
        title=words.title(language, final=statement.final),
        draft=words.state_text(language, bill.state) if bill.state is BillState.DRAFT else "",
        facts=tuple(_facts(statement, language)),
        columns=tuple(
            words.column_name(language, one) for one in ("line", "date", "work", "worked", "hours", "rate", "amount")
        ),
        lines=tuple(_line(line, statement, language) for line in bill.lines),
        total_label=say(language, words.TOTAL),
        total=_left(money_text(language, bill.total)),
        notes=words.notes(language, statement.zone, open_to_answer=bill.state in OPEN_TO_ANSWER),
    )


def work_text(line: BillLine, statement: BillStatement, language: str) -> str:
    """What a line charges for, or corrects."""
    name = one_line(statement.work_name(line.work, language), LONGEST)
    return name if line.kind is LineKind.TIME else say(language, words.CORRECTION, work=name)


def sessions_of(line: BillLine, statement: BillStatement) -> tuple[Session, ...]:
    """The recorded time that a line charges; a correction has none of its own."""
    return statement.sessions.get(line.agreement_id, ()) if line.kind is LineKind.TIME else ()


def _facts(statement: BillStatement, language: str) -> list[Fact]:
    bill = statement.bill

    def fact(key: str, value: str) -> Fact:
        return Fact(say(language, FACTS[key]), value)

    facts = [fact("bill_number" if statement.final else "number", _left(plain_number(language, bill.id)))]
    number = "" if statement.customer_number is None else plain_number(language, statement.customer_number)
    if named := " · ".join(filter(None, (_any(statement.customer), number and _left(number)))):
        facts.append(fact("customer", named))
    if bill.days is not None:
        facts.append(fact("month", words.period(language, *bill.days)))
    for key, moment in (("sent", bill.sent_at), ("billed", bill.billed_at), ("paid", bill.paid_at)):
        if moment is not None:
            facts.append(fact(key, moment_text(language, moment, statement.zone) + _by_order(key, bill, language)))
    if bill.state not in {BillState.DRAFT, BillState.PAID}:
        facts.append(fact("state", words.state_text(language, bill.state)))
    return facts


def _by_order(key: str, bill: Bill, language: str) -> str:
    """Which order of the shop has paid it, where one has."""
    if key != "paid" or bill.paid_by_order is None:
        return ""
    return f" · {say(language, PURPOSES['order'], number=bill.paid_by_order)}"


def _line(line: BillLine, statement: BillStatement, language: str) -> ShownLine:
    time = line.kind is LineKind.TIME
    return ShownLine(
        number=plain_number(language, line.position),
        date=date_text(line.at.astimezone(statement.zone).date(), language),
        work=_any(work_text(line, statement, language)),
        worked=_left(worked_text(language, line.worked)) if time else "",
        hours=_left(hours_number(language, line.duration)),
        rate=_left(money_text(language, line.rate.money)),
        amount=_left(money_text(language, line.amount)),
        details=tuple(_details(line, statement, language)),
    )


def _details(line: BillLine, statement: BillStatement, language: str) -> list[str]:
    about = [say(language, words.AGREEMENT, number=line.agreement_id)]
    if (ticket := statement.tickets.get(line.agreement_id)) is not None:
        about.append(say(language, words.TICKET, number=ticket))
    details = [" · ".join(about)]
    if line.reason:
        details.append(_any(line.reason))
    for one in sessions_of(line, statement):
        message = words.BY_HAND if one.by_hand else words.TIMED
        when = words.session_time(language, one.begun, one.ended, statement.zone)
        details.append(say(language, message, when=when, worked=_left(worked_text(language, one.worked))))
    return details


def _left(text: str) -> str:
    """A figure, which runs from left to right also in Persian."""
    return f"{LEFT}{text}{END}"


def _any(text: str) -> str:
    """Words that others wrote: on one line, keeping their own direction."""
    plain = one_line(text, LONGEST)
    return f"{ANY}{plain}{END}" if plain else ""
