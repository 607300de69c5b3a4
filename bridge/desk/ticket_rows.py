"""A ticket's row as the value it stands for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from bridge.desk.tables import store
from bridge.desk.ticket_tables import ticket
from bridge.desk.values import from_ms
from bridge.domain.tickets import Author, Channel, Ticket, TicketKind

TICKET_COLUMNS = (
    ticket.c.id,
    store.c.name,
    ticket.c.account_id,
    ticket.c.subject,
    ticket.c.opened_ms,
    ticket.c.opened_by,
    ticket.c.staff,
    ticket.c.price,
    ticket.c.number,
    ticket.c.opened_kind,
    ticket.c.channel,
    ticket.c.order_id,
    ticket.c.product,
    ticket.c.continues,
    ticket.c.language,
)
_AUTHORS = {one.value: one for one in Author}
_KINDS = {one.value: one for one in TicketKind}
_CHANNELS = {one.value: one for one in Channel}
FOUND_TICKETS = select(*TICKET_COLUMNS).join(store, store.c.id == ticket.c.store_id)


def ticket_from(row: Sequence[Any]) -> Ticket:
    """The ticket of a row of `TICKET_COLUMNS`; what follows them is not looked at."""
    (number, name, account_id, subject, opened, by, staff, price, shown, kind, channel, order_id, product, continues,
     language) = row[: len(TICKET_COLUMNS)]  # fmt: skip
    return Ticket(
        number,
        name,
        account_id,
        subject,
        from_ms(opened),
        _AUTHORS[by],
        staff,
        price,
        shown,
        _KINDS[kind],
        _CHANNELS[channel],
        order_id,
        product,
        continues,
        language,
    )
