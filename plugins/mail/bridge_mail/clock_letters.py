"""Letters to staff about a ticket's clock: it runs out, it has run out, and nobody has done anything (rule T7)."""

from bridge.domain.events import ClockBreached, ClockEscalated, ClockEvent, ClockWarning, Event
from bridge.locale.numbers import decimal
from bridge_mail.letter import Context, Fact, Letter, Writer, command_about, more_about, ticket_fact
from bridge_mail.words import isolated, say


def _warning(event: ClockWarning, at: Context) -> Letter:
    subject = say(
        at.language,
        "Ticket {ticket}: {percent} % of the time has passed",
        ticket=event.ticket_id,
        percent=event.percent,
    )
    return _letter(subject, event, at)


def _breached(event: ClockBreached, at: Context) -> Letter:
    return _letter(say(at.language, "Ticket {ticket}: the promise is broken", ticket=event.ticket_id), event, at)


def _escalated(event: ClockEscalated, at: Context) -> Letter:
    subject = say(
        at.language,
        "Ticket {ticket}: the promise was broken {hours} h ago",
        ticket=event.ticket_id,
        hours=decimal(at.language, event.hours),
    )
    return _letter(subject, event, at)


def _letter(subject: str, event: ClockEvent, at: Context) -> Letter:
    lang = at.language
    return Letter(
        subject,
        (
            more_about("ticket show", event.ticket_id, at),
            say(lang, "Why it is due then: {command}", command=command_about("ticket explain", event.ticket_id, at)),
        ),
        (
            ticket_fact(event.ticket_id, at),
            Fact(say(lang, "What is owed"), _owed(event.clock, lang)),
            Fact(say(lang, "Due"), isolated(at.minute(event.due))),
        ),
    )


def _owed(clock: str, language: str) -> str:
    match clock:
        case "first_answer":
            return say(language, "The first answer")
        case "resolution":
            return say(language, "The resolution")
        case _:
            return say(language, "The next answer")


CLOCK_WRITERS: dict[type[Event], Writer] = {
    ClockWarning: _warning,
    ClockBreached: _breached,
    ClockEscalated: _escalated,
}
