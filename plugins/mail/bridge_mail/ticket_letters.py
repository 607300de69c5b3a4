"""Letters about tickets: that there is an answer. Its words stay on the customer's page (rule D1)."""

from bridge.domain.events import Event, TicketAnswered
from bridge_mail.letter import Context, Letter, Writer, about_ticket, ticket_fact
from bridge_mail.words import say


def _answered(event: TicketAnswered, at: Context) -> Letter:
    lang = at.language
    line = say(lang, "You find the answer on your account page, and can write back there. It costs no coins.")
    return Letter(
        about_ticket(say(lang, "We have answered your ticket"), at),
        (line,),
        (ticket_fact(event.ticket_id, at),),
        link=say(lang, "Read the answer"),
    )


TICKET_WRITERS: dict[type[Event], Writer] = {TicketAnswered: _answered}
