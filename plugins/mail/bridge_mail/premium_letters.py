"""Letters to customers about premium time: an agreement is offered or reached, a statement is theirs to read, a bill.

No letter has a telephone number: that of premium help stands in the automatic reply alone (rule W2).
"""

from datetime import date, timedelta
from decimal import Decimal

from bridge.domain.bills import BillState
from bridge.domain.events import (
    AgreementEvent,
    AgreementOffered,
    AgreementReached,
    BillChanged,
    BillEvent,
    BillSent,
    Event,
)
from bridge.domain.money import Currency, HourlyRate, Money
from bridge.locale.bill_words import period
from bridge.locale.money_words import hours_text, money_text, rate_text
from bridge_mail.letter import Context, Fact, Letter, Writer, open_account, ticket_fact
from bridge_mail.words import isolated, number, say

STAFF = "staff"
"""The channel of an acceptance that staff recorded for the customer."""


def _offered(event: AgreementOffered, at: Context) -> Letter | None:
    if event.valid_until < at.now:
        return None
    lang = at.language
    lines = (
        say(lang, "Nothing is charged before you have accepted it. You find its whole text on your account page."),
        say(lang, "There you can accept or decline it. If you do nothing, it lapses."),
    )
    facts = (*agreement_facts(event, at), Fact(say(lang, "Can be accepted until"), at.minute(event.valid_until)))
    subject = say(lang, "We offer you an agreement about premium time: {work}", work=work_name(event, at))
    return Letter(subject, lines, facts, link=open_account(lang), view="view=premium")


def _reached(event: AgreementReached, at: Context) -> Letter:
    lang = at.language
    lines = [
        say(
            lang,
            "From now on time that we work on it is charged, never beyond the limit. Before the bill you get the "
            "final statement.",
        )
    ]
    if event.channel == STAFF:
        lines.insert(0, say(lang, "Our staff have recorded that you accepted it. If you did not, write to us at once."))
    subject = say(lang, "You have accepted an agreement about premium time: {work}", work=work_name(event, at))
    return Letter(subject, tuple(lines), agreement_facts(event, at), link=open_account(lang), view="view=premium")


def _sent(event: BillSent, at: Context) -> Letter:
    lang = at.language
    lines = (
        say(lang, "It says which work took how long, and what that costs. Please look whether it is right."),
        say(lang, "On your account page you can accept it, or tell us what is wrong. The bill comes after that."),
    )
    subject = say(lang, "Your statement of premium time: {amount}", amount=amount_of(event, at))
    return Letter(subject, lines, bill_facts(event, at), link=open_account(lang), view="view=premium")


def _changed(event: BillChanged, at: Context) -> Letter | None:
    """What has become of a bill; what the customer himself has decided he knows."""
    lang, amount = at.language, amount_of(event, at)
    lines: tuple[str, ...]
    if event.corrected:
        subject = say(lang, "Your statement of premium time was corrected: {amount}", amount=amount)
        lines = (say(lang, "The correction is a line of its own, with its reason. You find it on your account page."),)
    elif (event.state, event.was) == (BillState.BILLED, BillState.PAID):
        subject = say(lang, "The payment of your bill for premium time was taken back: {amount}", amount=amount)
        lines = (say(lang, "The bill is to be paid again."),)
    elif event.state == BillState.BILLED:
        subject = say(lang, "Your bill for premium time: {amount}", amount=amount)
        lines = (say(lang, "It is the statement that you have had. You find it on your account page."),)
        lines += () if Decimal(event.amount) else (say(lang, "There is nothing to pay."),)
    elif event.state == BillState.PAID:
        subject = say(lang, "Your bill for premium time is paid: {amount}", amount=amount)
        lines = (say(lang, "Thank you."),)
    else:
        return None
    return Letter(subject, lines, bill_facts(event, at), link=open_account(lang), view="view=premium")


def work_name(event: AgreementEvent, at: Context) -> str:
    """What a kind of work is called; one that has left the settings goes by its key."""
    names = at.store.work.get(event.work, {})
    return names.get(at.language) or names.get("en") or event.work


def agreement_facts(event: AgreementEvent, at: Context) -> tuple[Fact, ...]:
    """What was agreed: work, rate, limit."""
    lang, limit = at.language, timedelta(minutes=event.cap_minutes)
    cap = money_text(lang, _money(event.cap, event.currency))
    facts = [
        Fact(say(lang, "Agreement"), number(lang, event.agreement_id)),
        Fact(say(lang, "Work"), isolated(work_name(event, at))),
        Fact(say(lang, "Rate"), rate_text(lang, HourlyRate(_money(event.rate, event.currency)))),
        Fact(say(lang, "At most"), f"{hours_text(lang, limit)} = {cap}"),
    ]
    return (*facts, ticket_fact(event.ticket_id, at)) if event.ticket_id is not None else tuple(facts)


def bill_facts(event: BillEvent, at: Context) -> tuple[Fact, ...]:
    """Which statement it is, of when, and what it comes to."""
    lang = at.language
    facts = [Fact(say(lang, "Statement"), number(lang, event.bill_id))]
    if event.month:
        first = date.fromisoformat(event.month)
        last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        facts.append(Fact(say(lang, "Days"), period(lang, first, last)))
    return (*facts, Fact(say(lang, "Amount"), amount_of(event, at)))


def amount_of(event: BillEvent, at: Context) -> str:
    """What a bill comes to."""
    return money_text(at.language, _money(event.amount, event.currency))


def _money(amount: str, currency: str) -> Money:
    """An event's amount has all the digits of its currency."""
    return Money(Decimal(amount), Currency(currency, len(amount.partition(".")[2])))


PREMIUM_WRITERS: dict[type[Event], Writer] = {
    AgreementOffered: _offered,
    AgreementReached: _reached,
    BillSent: _sent,
    BillChanged: _changed,
}
