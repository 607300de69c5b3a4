"""A statement of premium time as a customer reads it: its headings, states, and what it explains (rules W6, W8)."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bridge.domain.bills import BillState
from bridge.locale.dates import date_text
from bridge.locale.numbers import in_digits
from bridge.locale.say import say
from bridge.locale.service_words import place_name
from bridge.locale.statement_words import moment_text

STATEMENT, BILL = "Statement of premium time", "Bill for premium time"
FACTS: Mapping[str, str] = {
    "number": "Statement no.",
    "bill_number": "Bill no.",
    "customer": "Customer",
    "month": "Days",
    "sent": "Sent",
    "billed": "Billed",
    "paid": "Paid",
    "state": "State",
}
STATES: Mapping[BillState, str] = {
    BillState.DRAFT: "Draft: not sent yet",
    BillState.SENT: "Sent, awaiting your answer",
    BillState.ACCEPTED: "Accepted",
    BillState.DISPUTED: "Disputed",
    BillState.BILLED: "Billed, to be paid",
    BillState.PAID: "Paid",
    BillState.GATHERED: "Replaced by the statement of its month",
}
COLUMNS: Mapping[str, str] = {
    "line": "No.",
    "date": "Date",
    "work": "Work",
    "worked": "Time worked",
    "hours": "Hours charged",
    "rate": "Rate an hour",
    "amount": "Amount",
    "reason": "Reason",
}
CORRECTION = "Correction: {work}"
AGREEMENT, TICKET = "agreement {number}", "ticket {number}"
TIMED, BY_HAND = "{when}, {worked}", "{when}, {worked}, entered by hand"
TOTAL = "Total"
PRODUCT = "Amount = hours charged × rate an hour."
ROUNDED = (
    "The time worked is recorded to the second. An agreement's time is charged in started quarters of an hour, rounded "
    "up once, when the agreement is closed, and never beyond the agreed limit."
)
ZONE = "All times are those of {place}."
TO_ANSWER = (
    "Is something wrong? Tell us before you pay: on your account page, or where you wrote to us. A correction is a "
    "line of its own; no line is ever changed."
)
PERIOD = "{first} – {last}"


def title(language: str, *, final: bool) -> str:
    """What the paper is: the statement, or the bill that it became."""
    return say(language, BILL if final else STATEMENT)


def state_text(language: str, state: BillState) -> str:
    """How far it is."""
    return say(language, STATES[state])


def column_name(language: str, column: str) -> str:
    """The heading of a column."""
    return say(language, COLUMNS[column])


def period(language: str, first: date, last: date) -> str:
    """From one day to another, both whole."""
    return say(language, PERIOD, first=date_text(first, language), last=date_text(last, language))


def session_time(language: str, begun: datetime, ended: datetime, zone: ZoneInfo) -> str:
    """From one moment to another: `21 November 2026, 10:00 – 10:47`; the day of the end only where it is another."""
    last = ended.astimezone(zone)
    same = begun.astimezone(zone).date() == last.date()
    until = in_digits(language, f"{last:%H:%M}") if same else moment_text(language, ended, zone)
    return say(language, PERIOD, first=moment_text(language, begun, zone), last=until)


def notes(language: str, zone: ZoneInfo, *, open_to_answer: bool) -> tuple[str, ...]:
    """What stands below the table."""
    said = (say(language, PRODUCT), say(language, ROUNDED), say(language, ZONE, place=place_name(language, zone)))
    return (*said, say(language, TO_ANSWER)) if open_to_answer else said
