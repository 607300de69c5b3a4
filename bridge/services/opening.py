"""Opening a ticket: what a customer wants, in his words, which from then on live in its thread alone (rule D1)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.entitlement import Entitlement
from bridge.domain.events import TicketOpened
from bridge.domain.tickets import Author, Channel, Message, MessageKind, Ticket, TicketKind
from bridge.errors import QuoteRefused
from bridge.services.covering import cover_of, cover_opening
from bridge.services.offering import draft_from_price
from bridge.services.promises import promise_of
from bridge.services.ticket_standing import settle

HOUR = timedelta(hours=1)
OPENING = ("ticket_open", "request_open", "right_redeem")
"""What customers do on their page to open a ticket."""
CONTINUED = "continued"
"""What a message about a closed ticket is answered that has opened another (rule T10)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a ticket is opened with besides its words: facts as its customer names them, believed in nothing.

    `order_id`, `product` and `licence` are what he says that it is about, `urgent` says that he asks for urgency (T3).
    """

    kind: TicketKind = TicketKind.SUPPORT
    order_id: int | None = None
    product: str = ""
    urgent: bool = False
    licence: int | None = None


NOTHING_SPECIAL = Wish()


def open_ticket(
    tx: Tx,
    terms: DeskTerms,
    account: Account,
    *,
    subject: str,
    text: str,
    at: datetime,
    by: str | None = None,
    price: str | None = None,
    language: str = "en",
    number: int | None = None,
    wish: Wish = NOTHING_SPECIAL,
    continues: Ticket | None = None,
    channel: Channel | None = None,
    is_right: bool = False,
    verified: bool = True,
    cover: Entitlement | None = None,
) -> Ticket:
    """Open a ticket; with a price's code, a draft of its quote is made for staff to send (rule C13).

    `by` is the staff member who writes it down, None where it is the customer himself: then staff are told. A frozen
    account can open tickets too (rule C15). The draft names the work in `language`, the customer's. `number` is the
    one that a desk which was lost had given it, `cover` how that had decided that it is covered. `continues` is the
    closed ticket that it goes on with; both say so (rule T10). With `is_right` a right of the plan is redeemed, which
    says how it is paid for; else it is decided here how help in it is covered (rule L2), where it counts whether its
    writer is `verified` (rule T11). Raises `QuoteRefused` for a code that is not on the price list.
    """
    author = Author.CUSTOMER if by is None else Author.STAFF
    ticket = tx.tickets.open(
        terms.store,
        account.id,
        subject=subject,
        at=at,
        by=author,
        staff=by,
        price=price,
        number=number,
        kind=TicketKind.WORK if price is not None else wish.kind,
        channel=channel or (Channel.PAGE if by is None else Channel.STAFF),
        order_id=wish.order_id,
        product=wish.product,
        continues=continues.id if continues else None,
        language=language,
    )
    if text:
        tx.tickets.say(ticket.id, Message(at, author, MessageKind.TEXT, text, staff=by))
    if wish.urgent:
        tx.tickets.say(ticket.id, Message(at, author, MessageKind.URGENT_ASKED, staff=by))
    if price is not None:
        draft_from_price(tx, terms, ticket, price, at=at, language=language)
    if not is_right:
        cover_opening(tx, terms, ticket, at=at, verified=verified, licence=wish.licence, told=cover)
    settle(tx, terms, ticket.id, at=at)
    if continues is not None:
        linked = Message(at, Author.BRIDGE, MessageKind.LINKED, detail={"continued_by": ticket.id})
        tx.tickets.say(continues.id, linked)
    if by is None:
        tell_opened(tx, terms, account, ticket, urgent=wish.urgent)
    return ticket


def require_no_flood(tx: Tx, terms: DeskTerms, customer_id: int, *, at: datetime, posted_at: datetime) -> None:
    """Raises `QuoteRefused` where the customer has opened as many tickets within the hour as he may (rule T12).

    `posted_at` is when he asks by the page's clock (see `Answers.pace`).
    """
    opened = tx.answers.pace(
        terms.store, customer_id, HOUR, received_at=at, posted_at=posted_at, kinds=OPENING, codes=(CONTINUED,)
    )
    if opened >= terms.tickets.tickets_per_hour:
        raise QuoteRefused("too_many_tickets", f"customer:{customer_id} has opened {opened} tickets in an hour")


def tell_opened(tx: Tx, terms: DeskTerms, account: Account, ticket: Ticket, *, urgent: bool = False) -> None:
    """Tell that a customer has opened a ticket which stands in the desk, with what he was promised (rule T8)."""
    promise, cover = promise_of(tx, ticket).opening, cover_of(tx, ticket.id)
    opened = TicketOpened(
        key=f"{terms.store}:ticket:{ticket.id}:opened",
        store=terms.store,
        at=ticket.opened_at,
        owner=account.owner,
        ticket_id=ticket.id,
        price=ticket.price,
        kind=ticket.kind.value,
        urgent=urgent,
        continues=ticket.continues,
        guaranteed_until=promise.guaranteed,
        best_effort_until=promise.best_effort,
        cover=cover.way.value if cover else "",
        reason=cover.reason.value if cover else "",
        licence_id=cover.licence_id if cover else None,
        product=cover.product if cover else None,
    )
    tx.outbox.add([opened])
