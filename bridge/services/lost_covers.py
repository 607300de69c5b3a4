"""After a restore: how help in a ticket was covered is taken from its own signed row in the shop (rules L2, L3).

What customers sent is done again with the licences as they stand now, and one may have ended or been refunded since.
What was decided then was told to the customer and frozen, and staff may have decided otherwise after the backup.
"""

from collections.abc import Mapping
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.contracts.licences import KeyedEvent
from bridge.domain.entitlement import Entitlement, Way
from bridge.domain.tickets import Author, Message, MessageKind, Ticket
from bridge.services.covering import flag_refunds
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
        found = _by_number_here(tx, ticket, lost.cover)
        here = Entitlement.of(last.detail) if last is not None else None
        is_chosen = last is not None and last.author is Author.CUSTOMER and found.way in (Way.CHOOSE, Way.VERIFY)
        if found == here or is_chosen or (last is not None and last.author is Author.STAFF):
            continue
        since = ticket.opened_at if last is None else last.at
        with tx.tickets.as_of_then():
            tx.tickets.say(number, Message(since, Author.BRIDGE, MessageKind.COVERED, detail=found.detail))
        tx.tickets.touch([number])
        look_at(tx, store, [number], at=at)
        _flag_refund(tx, store, found.licence_id, at=at)
        recovered.append(number)
    return recovered


def _by_number_here(tx: Tx, ticket: Ticket, cover: Entitlement) -> Entitlement:
    """The same with the licence's number at this desk, where one bought after the backup may have got another."""
    if cover.licence_id is None:
        return cover
    mine = tx.licences.of_accounts([ticket.account_id]).get(ticket.account_id, [])
    numbers = [one.licence.id for one in mine if one.licence.product == cover.product]
    if cover.licence_id in numbers:
        return cover
    return cover._replace(licence_id=numbers[0] if numbers else None)


def _flag_refund(tx: Tx, store: str, licence_id: int | None, *, at: datetime) -> None:
    """Tell staff where the money of a licence went back before its ticket was known to be free by it (rule L3)."""
    licence = tx.licences.get(store, licence_id) if licence_id is not None else None
    if licence is not None and licence.now.suspended is not None:
        events = [KeyedEvent(licence.licence.id, "", event) for event in tx.licences.events(licence.licence.id)]
        flag_refunds(tx, store, events, [licence], at=at)
