"""After a restore: how help in a ticket was covered is taken from its own signed row in the shop (rules L2, L3).

What customers sent is done again with the licences as they stand now, and one may have ended or been refunded since.
What was decided then was told to the customer and frozen, and staff may have decided otherwise after the backup.
"""

from collections.abc import Mapping
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.entitlement import Entitlement, Way
from bridge.domain.tickets import Author
from bridge.services.covering import cover_as_before, in_numbers_of_today
from bridge.services.lost_answers import LostTicket
from bridge.services.ticket_standing import look_at


def recover_covers(tx: Tx, store: str, tickets: Mapping[int, LostTicket], *, at: datetime) -> list[int]:
    """Cover these tickets as their rows say that they were; those in which that is something else than it was here.

    What this desk's staff have decided stays, and so does a customer's choice that his ticket's row does not know yet.
    """
    recovered = []
    for number, lost in tickets.items():
        ticket, last = tx.tickets.get(store, number), tx.tickets.last_cover(number)
        if ticket is None or lost.cover is None:
            continue
        found = in_numbers_of_today(tx, ticket, lost.cover)
        here = Entitlement.of(last.detail) if last is not None else None
        is_chosen = last is not None and last.author is Author.CUSTOMER and found.way in (Way.CHOOSE, Way.VERIFY)
        if found == here or is_chosen or (last is not None and last.author is Author.STAFF):
            continue
        since = ticket.opened_at if last is None else last.at
        cover_as_before(tx, ticket, found, since=since, at=at)
        tx.tickets.touch([number])
        look_at(tx, store, [number], at=at)
        recovered.append(number)
    return recovered
