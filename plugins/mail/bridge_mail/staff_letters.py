"""What a letter to staff says: what happened, by numbers, and the command that goes on from there."""

from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.events import (
    SEVERAL,
    BackupLate,
    Event,
    HoldOld,
    ProblemOpened,
    QuoteApproved,
    QuoteDeclined,
    QuoteEvent,
    TicketAssigned,
    TicketOpened,
    TicketReplied,
)
from bridge.locale.plain import one_line
from bridge_mail.clock_letters import CLOCK_WRITERS
from bridge_mail.letter import Context, Fact, Letter, Writer, command_about, more_about, ticket_fact
from bridge_mail.words import amount, isolated, say, say_n


def _approved(event: QuoteApproved, at: Context) -> Letter:
    lang = at.language
    subject = say_n(
        lang,
        "Quote {quote} is approved: {count} coin is held",
        "Quote {quote} is approved: {count} coins are held",
        event.coins,
        quote=event.quote_id,
    )
    return Letter(
        subject,
        (say(lang, "The work can begin: {command}", command=command_about("quote start", event.quote_id, at)),),
        _facts(event, at),
    )


def _declined(event: QuoteDeclined, at: Context) -> Letter:
    subject = say(at.language, "Quote {quote} is declined", quote=event.quote_id)
    return Letter(subject, (more_about("quote show", event.quote_id, at),), _facts(event, at))


def _old(event: HoldOld, at: Context) -> Letter:
    lang = at.language
    subject = say_n(
        lang,
        "Quote {quote}: {count} coin has been held for long",
        "Quote {quote}: {count} coins have been held for long",
        event.coins,
        quote=event.quote_id,
    )
    line = say(lang, "Settle it if the work is done, or release it: the customer can't use these coins meanwhile.")
    return Letter(subject, (line, more_about("quote show", event.quote_id, at)), _facts(event, at))


def _requested(event: TicketOpened, at: Context) -> Letter:
    lang = at.language
    subject = say(lang, "A new ticket from {customer}", customer=_who(event.owner, at))
    facts = [ticket_fact(event.ticket_id, at)]
    if event.price:
        facts.append(Fact(say(lang, "From the price list"), isolated(event.price)))
    lines = [more_about("ticket show", event.ticket_id, at)]
    if event.urgent:
        urgent = command_about("ticket urgent", event.ticket_id, at)
        lines += [
            say(lang, "The customer asks for it to be urgent: please decide whether it is."),
            say(lang, "It is: {command}", command=urgent),
            say(lang, "It is not: {command}", command=f'{urgent} --refuse "…"'),
        ]
    if event.guaranteed_until is not None:
        facts.append(Fact(say(lang, "Answer guaranteed by"), at.minute(event.guaranteed_until)))
    return Letter(subject, tuple(lines), tuple(facts))


def _replied(event: TicketReplied, at: Context) -> Letter:
    subject = say(at.language, "A new message from {customer}", customer=_who(event.owner, at))
    return Letter(subject, (more_about("ticket show", event.ticket_id, at),), (ticket_fact(event.ticket_id, at),))


def _assigned(event: TicketAssigned, at: Context) -> Letter:
    lang = at.language
    subject = say(lang, "Ticket {ticket} has been given to you", ticket=event.ticket_id)
    line = say(lang, "By: {name}", name=isolated(one_line(event.by)))
    facts = (ticket_fact(event.ticket_id, at), Fact(say(lang, "Customer"), _who(event.owner, at)))
    return Letter(subject, (line, more_about("ticket show", event.ticket_id, at)), facts)


def _problem(event: ProblemOpened, at: Context) -> Letter:
    lang, summary = at.language, isolated(one_line(event.summary, 1_000))
    if event.kind == SEVERAL:
        command = "bridge problems list"
        subject = say(lang, "Several problems wait for you")
    else:
        command = f"bridge problems show {event.problem_id}"
        name = one_line(event.kind.replace("_", " "), 60)
        subject = say(lang, "A problem waits for you: {problem}", problem=name)
    return Letter(subject, (summary, say(lang, "More about it: {command}", command=command)))


def _backup(event: BackupLate, at: Context) -> Letter:
    lang = at.language
    subject = say_n(
        lang, "There has been no backup for {count} hour", "There has been no backup for {count} hours", event.hours
    )
    line = say(
        lang,
        "If this machine's disk fails now, all that was booked since then is lost. Make one: {command}",
        command="bridge desk backup FILE",
    )
    return Letter(subject, (line,))


def _facts(event: QuoteEvent, at: Context) -> tuple[Fact, ...]:
    lang = at.language
    return (
        ticket_fact(event.ticket_id, at),
        Fact(say(lang, "Customer"), _who(event.owner, at)),
        Fact(say(lang, "Coins"), amount(lang, event.coins)),
        Fact(say(lang, "Available now"), amount(lang, event.available)),
    )


def _who(owner: Owner, at: Context) -> str:
    if owner.kind is OwnerKind.GUEST:
        return say(at.language, "guest order {number}", number=owner.ref)
    if owner.kind is OwnerKind.VISITOR:
        return say(at.language, "a visitor, thread {number} of the customer service", number=owner.ref)
    return say(at.language, "customer {number}", number=owner.ref)


DESK_WRITERS: dict[type[Event], Writer] = {
    QuoteApproved: _approved,
    QuoteDeclined: _declined,
    HoldOld: _old,
    TicketOpened: _requested,
    TicketReplied: _replied,
    TicketAssigned: _assigned,
    ProblemOpened: _problem,
    BackupLate: _backup,
    **CLOCK_WRITERS,
}
"""What staff are written about, but for premium time."""
