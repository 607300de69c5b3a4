"""Letters about tickets: what was promised, that there is an answer. People's own words stay on the page (rule D1).

A visitor of the shop's own customer service has no page: his letter is the answer, and there is no other for him.
"""

from bridge.domain.accounts import OwnerKind
from bridge.domain.entitlement import Entitlement, Reason, Way
from bridge.domain.events import Event, TicketAnswered, TicketOpened, UrgencyDecided
from bridge.locale.entitlement_words import OFFICIAL, entitlement_text, ways_on
from bridge_mail.letter import Context, Fact, Letter, Writer, about_ticket, thread_of, ticket_fact
from bridge_mail.words import isolated, say


def _opened(event: TicketOpened, at: Context) -> Letter | None:
    """The promise at the opening, and who pays for the help (rules T8, L2, L4).

    Nothing where neither was said, nor to an address nobody has proven.
    """
    if event.owner.kind is OwnerKind.VISITOR:
        return None
    lang, guaranteed, meant = at.language, event.guaranteed_until, event.best_effort_until
    if guaranteed is None and meant is None and not event.cover:
        return None
    lines = [_cost(event, lang)]
    facts = [ticket_fact(event.ticket_id, at)]
    if guaranteed is not None:
        facts.append(Fact(say(lang, "Answer guaranteed by"), at.minute(guaranteed)))
        lines.append(say(lang, "For the guarantee only the hours of service of your plan count."))
    if meant is not None and meant != guaranteed:
        facts.append(Fact(say(lang, "We aim to answer by"), at.minute(meant)))
        lines.append(say(lang, "The time that we aim at is not guaranteed."))
    if event.cover and event.price is None:
        cover = Entitlement(Way(event.cover), Reason(event.reason), event.licence_id, event.product)
        licences = at.store.licences
        lines.append(entitlement_text(cover, licences.names(event.product or ""))[lang])
        for way in ways_on(cover, licences, at.store.buy_url):
            if way.code == OFFICIAL:
                lines.append(way.text[lang])
            else:
                facts.append(Fact(way.text[lang], isolated(way.url)))
    if event.urgent:
        lines.append(say(lang, "You asked for it to be urgent: we look at it and tell you whether it is."))
    subject = about_ticket(say(lang, "We have received your ticket"), at)
    return Letter(
        subject, tuple(lines), tuple(facts), link=say(lang, "Open the ticket"), view=thread_of(event.ticket_id)
    )


def _cost(event: TicketOpened, lang: str) -> str:
    """What is opened from the price list gets an offer; words cost nothing, work may (rules C12, C13, L4)."""
    if event.price is None and event.cover == Way.COINS:
        return say(lang, "We have your ticket. Asking costs no coins.")
    if event.price is None:
        return say(lang, "We have your ticket. It costs no coins.")
    return say(lang, "We have your ticket. You will get an offer; no coins are taken unless you approve it.")


def _answered(event: TicketAnswered, at: Context) -> Letter | None:
    lang = at.language
    if event.owner.kind is OwnerKind.VISITOR:
        return _in_full(event, at) if at.answer else None
    line = say(lang, "You find the answer on your account page, and can write back there. It costs no coins.")
    return Letter(
        about_ticket(say(lang, "We have answered your ticket"), at),
        (line,),
        (ticket_fact(event.ticket_id, at),),
        link=say(lang, "Read the answer"),
        view=thread_of(event.ticket_id),
    )


def _in_full(event: TicketAnswered, at: Context) -> Letter:
    """The answer itself, a line a paragraph."""
    lines = [line for line in map(str.strip, at.answer.splitlines()) if line]
    back = say(at.language, "To write back, use the contact form of the shop.")
    subject = about_ticket(say(at.language, "We have answered your ticket"), at)
    return Letter(subject, (*lines, back), (ticket_fact(event.ticket_id, at),))


def _urgency(event: UrgencyDecided, at: Context) -> Letter | None:
    if event.owner.kind is OwnerKind.VISITOR:
        return None
    lang, facts = at.language, (ticket_fact(event.ticket_id, at),)
    if event.urgent:
        subject = say(lang, "Your ticket is treated as urgent")
        line = say(lang, "It is answered in the shortest time. That changes no price.")
    else:
        subject = say(lang, "Your ticket is not treated as urgent")
        line = say(lang, "You find the reason on your account page. What was promised for your ticket stays.")
    return Letter(
        about_ticket(subject, at), (line,), facts, link=say(lang, "Open the ticket"), view=thread_of(event.ticket_id)
    )


TICKET_WRITERS: dict[type[Event], Writer] = {
    TicketAnswered: _answered,
    TicketOpened: _opened,
    UrgencyDecided: _urgency,
}
