"""How help in a ticket is covered: decided when it opens and kept in it, decided anew by its customer or staff.

A licence has to count at the opening (rule L2), so that who chooses one later gets what he would have got by choosing
it at once, and a licence that ends meanwhile takes nothing back (rule L3). In a store without licensed products nothing
is decided, nor is anything looked up.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.contracts.licences import KeyedEvent
from bridge.domain.accounts import Account, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.entitlement import Asked, Entitlement, Held, Way, entitle
from bridge.domain.histories import History
from bridge.domain.licence_history import KeptLicence, licence_now, status_at
from bridge.domain.licences import LicenceEvent, LicenceEventKind
from bridge.domain.moments import from_ms
from bridge.domain.ticket_terms import NONE
from bridge.domain.tickets import Author, Message, MessageKind, Ticket, TicketKind, TicketState
from bridge.errors import QuoteRefused, TicketRefused
from bridge.services.coin_moves import note, packages_of
from bridge.services.licence_freshness import is_fresh
from bridge.services.licence_refunds import flag_refunds
from bridge.services.quote_parts import ticket_of
from bridge.services.staff_words import require_staff
from bridge.services.ticket_histories import read_history
from bridge.services.ticket_standing import standing_of, tell

_UNDECIDED = (Way.CHOOSE, Way.VERIFY)
"""He is asked for something first."""


def cover_opening(
    tx: Tx,
    terms: DeskTerms,
    ticket: Ticket,
    *,
    at: datetime,
    verified: bool = True,
    licence: int | None = None,
    told: Entitlement | None = None,
) -> None:
    """Decide how help in a ticket is covered that has just been opened, before it is worked out how it stands.

    `verified` says that its writer has proven who he is (rule T11); `licence` is the one that it is about by his words.
    What a desk before a restore has `told` him stays decided.
    """
    if not terms.licences:
        return
    if told is not None:
        cover_as_before(tx, ticket, in_numbers_of_today(tx, ticket, told), since=at, at=at)
        return
    mine = tx.licences.of_accounts([ticket.account_id]).get(ticket.account_id, []) if verified else []
    fresh = is_fresh(tx, terms.store, at=at)
    held = [_held(terms, one, at, fresh=fresh) for one in mine]
    asked = _asked(terms, ticket, mine, licence)
    found = _decided(tx, terms, ticket, ticket.kind, asked, held, at=at, verified=verified)
    tx.tickets.say(ticket.id, _message(at, Author.BRIDGE, found))


def cover_as_before(tx: Tx, ticket: Ticket, cover: Entitlement, *, since: datetime, at: datetime) -> None:
    """Say in a ticket that it is covered `since` then as a desk before a restore had decided.

    Where the money of that licence went back before the ticket was known to be free by it, staff are told (rule L3).
    """
    with tx.tickets.as_of_then():
        tx.tickets.say(ticket.id, _message(since, Author.BRIDGE, cover))
    licence = tx.licences.get(ticket.store, cover.licence_id) if cover.licence_id is not None else None
    if licence is not None and licence.now.suspended is not None:
        events = [KeyedEvent(licence.licence.id, "", event) for event in tx.licences.events(licence.licence.id)]
        flag_refunds(tx, ticket.store, events, [licence], at=at)


def in_numbers_of_today(tx: Tx, ticket: Ticket, cover: Entitlement) -> Entitlement:
    """What a desk before a restore had decided, with the number here of a licence that was bought after the backup."""
    if cover.licence_id is None:
        return cover
    mine = tx.licences.of_accounts([ticket.account_id]).get(ticket.account_id, [])
    numbers = [one.licence.id for one in mine if one.licence.product == cover.product]
    if cover.licence_id in numbers:
        return cover
    return cover._replace(licence_id=numbers[0] if numbers else None)


def cover_of(tx: Tx, ticket_id: int) -> Entitlement | None:
    """How help in a ticket is covered by what was decided last; None where nothing was."""
    said = tx.tickets.last_cover(ticket_id)
    return Entitlement.of(said.detail) if said is not None else None


def copy_cover(tx: Tx, whole: History, part: Ticket) -> None:
    """A part of a ticket that goes on by itself is covered as the whole was (rule L3), since then or its own opening.

    To be called where what is said takes the place of its time.
    """
    if whole.covers:
        since, cover = whole.covers[-1]
        tx.tickets.say(part.id, _message(max(since, part.opened_at), Author.BRIDGE, cover))


def join_cover(tx: Tx, joined: History, other: Ticket, target: History, *, at: datetime) -> None:
    """A ticket that another was joined to is free by that one's licence, where it is not free itself (rule L3)."""
    cover = joined.cover
    if cover is not None and cover.way is Way.LICENCE and (target.cover is None or not target.cover.is_free):
        tx.tickets.say(other.id, _message(at, Author.BRIDGE, cover))


def choose(
    tx: Tx, terms: DeskTerms, account_id: int, ticket_id: int, licence_id: int, *, at: datetime
) -> tuple[Ticket, Entitlement]:
    """Its customer says which of his licences a ticket is about; that counts as if he had said so at its opening.

    He does so on the signed page, so that he has proven who he is by it (rule T11). Where he is not to choose, what was
    decided stays. Raises `QuoteRefused` for a ticket or a licence that is not his, and for a ticket that is closed or
    was joined to another.
    """
    ticket = tx.tickets.get(terms.store, ticket_id)
    if ticket is None or ticket.account_id != account_id or not ticket.subject:
        raise QuoteRefused("unknown_ticket", f"account:{account_id} has no ticket {ticket_id}")
    mine = tx.licences.of_accounts([account_id]).get(account_id, [])
    if licence_id not in {one.licence.id for one in mine}:
        raise QuoteRefused("unknown_licence", f"account:{account_id} has no licence {licence_id}")
    history = read_history(tx, ticket)
    if history.state is TicketState.CLOSED:
        raise QuoteRefused("ticket_closed", f"ticket {ticket_id} is closed")
    if history.cover is not None and history.cover.way not in _UNDECIDED:
        return ticket, history.cover
    held = _held_then(tx, terms, mine, ticket.opened_at)
    found = _decided(tx, terms, ticket, history.kind, _asked(terms, ticket, mine, licence_id), held, at=at)
    _say(tx, terms, ticket, history, _message(at, Author.CUSTOMER, found), found)
    return ticket, found


def require_licence_of(tx: Tx, terms: DeskTerms, account: Account, licence_id: int) -> None:
    """Raises `TicketRefused` for a licence that is not the customer's, and in a store without licences."""
    if not terms.licences:
        raise _no_licences(terms)
    _require_his(tx.licences.of_accounts([account.id]).get(account.id, []), account, licence_id)


def _require_his(mine: Iterable[KeptLicence], account: Account, licence_id: int) -> None:
    if licence_id not in {one.licence.id for one in mine}:
        raise TicketRefused("other_licence", f"licence {licence_id} is none of {account.owner}")


def _no_licences(terms: DeskTerms) -> TicketRefused:
    return TicketRefused("no_licences", f"store {terms.store} sells no licences")


def decide_anew(
    tx: Tx,
    terms: DeskTerms,
    ticket_id: int,
    *,
    by: str,
    at: datetime,
    licence: int | None = None,
    product: str | None = None,
) -> Entitlement:
    """Staff say which licence or product a ticket is about, and so who its writer is; or have it decided once more.

    With a `licence` or a `product` the licences count as they stood at the opening (rule L2). With neither they count
    as they stand now, for what the ticket was about so far: a customer may have renewed meanwhile. Raises
    `UnknownTicket`, `TicketRefused` for a store without licences, a visitor's ticket, a closed one, a licence of
    somebody else and a product that the settings do not name.
    """
    ticket, account = ticket_of(tx, terms.store, ticket_id)
    require_staff(by)
    if not terms.licences:
        raise _no_licences(terms)
    if account.owner.kind is OwnerKind.VISITOR:
        raise TicketRefused("visitor", f"ticket {ticket.id} is a visitor's, who has no account and no licences")
    history = read_history(tx, ticket)
    if history.state is TicketState.CLOSED:
        raise TicketRefused("closed", f"ticket {ticket.id} is closed: how it was covered stays as it is")
    mine = tx.licences.of_accounts([account.id]).get(account.id, [])
    if licence is not None:
        _require_his(mine, account, licence)
    if product is not None and product not in terms.licences.products:
        names = ", ".join(terms.licences.products)
        raise TicketRefused("unknown_product", f"{terms.store} has no licensed product {product} (there are: {names})")
    if licence is None and product is None:
        known = history.cover.product if history.cover is not None else None
        asked = Asked(known) if known else _asked(terms, ticket, mine, None)
        held = [_held(terms, one, at, fresh=is_fresh(tx, terms.store, at=at)) for one in mine]
    else:
        asked, held = Asked(product, licence), _held_then(tx, terms, mine, ticket.opened_at)
    found = _decided(tx, terms, ticket, history.kind, asked, held, at=at)
    _say(tx, terms, ticket, history, _message(at, Author.STAFF, found, by), found)
    note(tx, terms.store, by, "cover", f"ticket:{ticket.id}", at, **found.detail)
    return found


def covered_by_licence(tx: Tx, ticket: Ticket) -> int | None:
    """The licence that help in a ticket is free by, None where it is not."""
    cover = cover_of(tx, ticket.id)
    return cover.licence_id if cover is not None and cover.way is Way.LICENCE else None


def cover_of_offer(tx: Tx, terms: DeskTerms, ticket: Ticket) -> Entitlement | None:
    """How help in a ticket is covered for whoever offers work in it; None where nothing says.

    What was decided at its opening holds for an offer, too (rules L2, L3). Where its customer was only asked to choose
    a licence or to prove who he is, it is what he would get by doing so.
    """
    cover = cover_of(tx, ticket.id)
    if cover is None or cover.way not in _UNDECIDED:
        return cover
    mine = tx.licences.of_accounts([ticket.account_id]).get(ticket.account_id, [])
    held = _held_then(tx, terms, mine, ticket.opened_at)
    kind = read_history(tx, ticket).kind
    return _decided(tx, terms, ticket, kind, _asked(terms, ticket, mine, None), held, at=ticket.opened_at)


def _asked(terms: DeskTerms, ticket: Ticket, mine: Sequence[KeptLicence], licence: int | None) -> Asked:
    """What a ticket is about: the licence he chose, the product he named, else the only one that his order gave."""
    if ticket.product:
        return Asked(terms.licences.named(ticket.product), licence)
    given = {one.licence.product for one in mine if ticket.order_id and one.licence.order_id == ticket.order_id}
    return Asked(given.pop() if len(given) == 1 else None, licence)


def _decided(
    tx: Tx,
    terms: DeskTerms,
    ticket: Ticket,
    kind: TicketKind,
    asked: Asked,
    held: Iterable[Held],
    *,
    at: datetime,
    verified: bool = True,
) -> Entitlement:
    sells_coins = bool(terms.plans.plans)
    has_coins = sells_coins or standing_of(packages_of(tx, ticket.account_id).values(), terms, at) != NONE
    return entitle(
        kind,
        asked,
        held,
        terms.licences,
        verified=verified,
        coins=has_coins,
        priced=ticket.price is not None,
    )


def _held(terms: DeskTerms, one: KeptLicence, at: datetime, *, fresh: bool) -> Held:
    status = status_at(one.now, at, expiring_days=terms.licences.expiring_days, fresh=fresh)
    return Held(one.licence.id, one.licence.product, status)


def _held_then(tx: Tx, terms: DeskTerms, mine: Iterable[KeptLicence], then: datetime) -> list[Held]:
    """His licences as they stood at a moment; one that is suspended since counts no more, one bought since not yet."""
    found, fresh = [], is_fresh(tx, terms.store, at=then)
    for one in mine:
        if one.licence.starts_at > then:
            continue
        history = tx.licences.events(one.licence.id)
        first = next((event for event in history if event.kind is LicenceEventKind.DATES), None)
        was = licence_now(one.licence, [event for event in history if event is first or _counts(event, then)])
        found.append(_held(terms, one if one.now.suspended else one._replace(now=was), then, fresh=fresh))
    return found


def _counts(event: LicenceEvent, then: datetime) -> bool:
    """Whether something had happened by then, also where the desk heard of it later."""
    if event.kind is LicenceEventKind.RENEWED:
        return from_ms(int(event.detail["from_ms"])) <= then
    return event.at <= then or event.kind is LicenceEventKind.ISSUED


def _message(at: datetime, author: Author, found: Entitlement, staff: str | None = None) -> Message:
    return Message(at, author, MessageKind.COVERED, detail=found.detail, staff=staff)


def _say(tx: Tx, terms: DeskTerms, ticket: Ticket, history: History, message: Message, found: Entitlement) -> None:
    """Keep what was decided anew, and show it to the customer."""
    if found != history.cover:
        tell(tx, terms, ticket.id, message)
        tx.tickets.touch([ticket.id])
