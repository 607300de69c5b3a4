"""Letters to staff about premium time: what a contact decided, and timers that end without their agent (rule W6)."""

from datetime import timedelta

from bridge.domain.bills import BillState
from bridge.domain.events import (
    AgreementDeclined,
    AgreementReached,
    BillChanged,
    ChatWaiting,
    Event,
    PremiumEvent,
    TimerEnded,
    TimerEvent,
    TimerWarning,
)
from bridge.domain.work_time import Ending
from bridge.locale.money_words import worked_text
from bridge.locale.plain import one_line
from bridge_mail.letter import Context, Fact, Letter, Writer, command_about, more_about
from bridge_mail.premium_letters import agreement_facts, amount_of, bill_facts
from bridge_mail.words import isolated, number, say


def _reached(event: AgreementReached, at: Context) -> Letter:
    lang = at.language
    subject = say(lang, "Agreement {agreement} is accepted", agreement=event.agreement_id)
    start = command_about("premium start", event.agreement_id, at)
    line = say(lang, "The work can begin: {command}", command=start)
    return Letter(subject, (line,), (*agreement_facts(event, at), *_contact(event, at)))


def _declined(event: AgreementDeclined, at: Context) -> Letter:
    subject = say(at.language, "Agreement {agreement} is declined", agreement=event.agreement_id)
    more = more_about("premium show", event.agreement_id, at)
    return Letter(subject, (more,), (*agreement_facts(event, at), *_contact(event, at)))


def _bill(event: BillChanged, at: Context) -> Letter | None:
    """What the customer or his order did with it; what staff did themselves they know."""
    lang, amount = at.language, amount_of(event, at)
    statement = more_about("premium statement", event.bill_id, at)
    lines: tuple[str, ...] = (statement,)
    if event.corrected:
        return None
    if (event.state, event.was) == (BillState.BILLED, BillState.PAID):
        subject = say(lang, "Bill {bill} is to be paid again: its order was taken back", bill=event.bill_id)
    elif event.state == BillState.ACCEPTED:
        subject = say(lang, "Statement {bill} is accepted: {amount}", bill=event.bill_id, amount=amount)
        bill = command_about("premium bill", event.bill_id, at)
        lines = (say(lang, "It can be billed: {command}", command=bill),)
    elif event.state == BillState.DISPUTED:
        subject = say(lang, "Statement {bill} is disputed: {amount}", bill=event.bill_id, amount=amount)
        lines = (say(lang, "Until that is settled it can't be billed."), statement)
    elif event.state == BillState.PAID:
        subject = say(lang, "Bill {bill} is paid: {amount}", bill=event.bill_id, amount=amount)
    else:
        return None
    return Letter(subject, lines, (*bill_facts(event, at), *_contact(event, at)))


def _warning(event: TimerWarning, at: Context) -> Letter | None:
    ends = event.at + timedelta(minutes=event.minutes)
    if ends < at.now:
        return None
    lang = at.language
    subject = say(lang, "Your timer ends by itself soon")
    facts = (Fact(say(lang, "Ends at"), isolated(at.minute(ends))), *_timer_facts(event, at))
    return Letter(subject, (_why(event, lang), *_on(event, at)), facts)


def _ended(event: TimerEnded, at: Context) -> Letter | None:
    if not event.flagged:
        return None
    lang = at.language
    worked = worked_text(lang, timedelta(seconds=event.seconds))
    subject = say(lang, "Your timer has ended after {worked}", worked=worked)
    line = say(lang, "Nobody has stopped it. Please look whether the time is right.")
    return Letter(subject, (_why(event, lang), line, *_on(event, at)), _timer_facts(event, at))


def _why(event: TimerEvent, lang: str) -> str:
    """Why it ends by itself, and what would let the work go on."""
    match event.ending:
        case Ending.CAP:
            return say(lang, "The limit of the agreement is what ends it. More time needs another agreement.")
        case Ending.WAITED:
            return say(lang, "You have marked that you wait. If you go on, start it again.")
        case _:
            return say(lang, "No timer runs for longer than that. If you go on, start it again.")


def _on(event: TimerEvent, at: Context) -> tuple[str, ...]:
    if event.agreement_id is None:
        return ()
    return (more_about("premium show", event.agreement_id, at),)


def _timer_facts(event: TimerEvent, at: Context) -> tuple[Fact, ...]:
    lang = at.language
    if event.agreement_id is None:
        return (Fact(say(lang, "Charged"), say(lang, "no")), *_contact(event, at))
    return (Fact(say(lang, "Agreement"), number(lang, event.agreement_id)), *_contact(event, at))


def _contact(event: PremiumEvent, at: Context) -> tuple[Fact, ...]:
    """Who it is with, by numbers."""
    facts = [Fact(say(at.language, "Contact"), number(at.language, event.contact_id))]
    if event.owner is not None:
        facts.append(Fact(say(at.language, "Customer"), number(at.language, event.owner.ref)))
    return tuple(facts)


def _waiting(event: ChatWaiting, at: Context) -> Letter:
    lang = at.language
    name = isolated(one_line(event.number, 60))
    subject = say(lang, "Somebody waits for an answer on the number {name}", name=name)
    return Letter(subject, (more_about("chat show", event.conversation_id, at),))


PREMIUM_STAFF_WRITERS: dict[type[Event], Writer] = {
    AgreementReached: _reached,
    AgreementDeclined: _declined,
    BillChanged: _bill,
    TimerWarning: _warning,
    TimerEnded: _ended,
    ChatWaiting: _waiting,
}
