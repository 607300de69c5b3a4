"""Canned answers, in the language of the ticket's customer (`[macros.KEY]`).

What they name is put in when they are used; the words are then like any that staff type. The customer's name is no part
of it: names live in the shop, and would be kept with the text (rule D1).
"""

from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.desk_terms import DeskTerms
from bridge.errors import TicketRefused
from bridge.locale.macro_words import due_words
from bridge.locale.numbers import grouped, in_digits
from bridge.services.coin_moves import spendable
from bridge.services.quote_parts import ticket_of


def macro_text(tx: Tx, terms: DeskTerms, ticket_id: int, key: str, *, at: datetime, language: str | None = None) -> str:
    """A canned answer for a ticket, in the customer's language where it has one, else in English.

    Raises `UnknownTicket`, `TicketRefused` for a key that there is not.
    """
    ticket, account = ticket_of(tx, terms.store, ticket_id)
    texts = terms.tickets.macros.get(key)
    if texts is None:
        known = ", ".join(terms.tickets.macros) or "none"
        raise TicketRefused("unknown_macro", f"{terms.store} has no canned answer {key} (there are: {known})")
    wanted = language or ticket.language or terms.languages[0]
    spoken = wanted if wanted in texts else "en"
    now = tx.tickets.now([ticket.id]).get(ticket.id)
    return texts[spoken].format(
        ticket=in_digits(spoken, str(ticket.id)),
        subject=ticket.subject,
        due=due_words(spoken, now.due if now else None, terms.zone),
        coins=grouped(spoken, spendable(tx, account.id, at)),
        store=terms.title or terms.store,
    )
