"""Tickets that belong together: one joined to another, one begun as a part of another (rule T10).

Nothing that was said is moved: a history is only ever added to (rule T9). Of two joined tickets one is closed and
points to the other, which owes the answer from then on; of a part that goes on by itself there are copies.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bridge.contracts.desk import Tx
from bridge.domain.agreements import AgreementState
from bridge.domain.clock_alerts import height
from bridge.domain.clocks import Clock
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.moments import to_ms
from bridge.domain.policies import ClockKind
from bridge.domain.quotes import QuoteState
from bridge.domain.ticket_course import asked_since
from bridge.domain.ticket_history import history_of
from bridge.domain.tickets import BY_PEOPLE, QUEUED, Author, Message, MessageKind, Ticket, TicketState
from bridge.errors import TicketRefused
from bridge.services.coin_moves import note
from bridge.services.covering import copy_cover, join_cover
from bridge.services.native_parts import STATUS_OF
from bridge.services.quote_parts import ticket_of
from bridge.services.staff_words import require_staff, require_text
from bridge.services.ticket_alerts import later
from bridge.services.ticket_histories import read_history
from bridge.services.ticket_standing import Course, read_course, settle

MOST_SUBJECT = 200
MOST_COPIES = 500
"""Messages that a part of a ticket may have: more is another ticket, not a part of it."""
OPEN_QUOTES = frozenset({QuoteState.DRAFT, QuoteState.OFFERED, QuoteState.APPROVED, QuoteState.STARTED})


def merge(tx: Tx, terms: DeskTerms, ticket_id: int, *, into: int, by: str, at: datetime) -> Ticket:
    """Join a ticket to another of the same customer: it is closed, and what its customer waits for the other owes.

    It owes that as soon and as urgently as it was owed, and nobody is told again what he was told of it (rule T7). What
    he writes about it from now on goes to the other, and what staff answer there into the shop's thread, or the chat,
    that this one came from. Returns the other. Raises `UnknownTicket`, `TicketRefused` for a ticket that is joined to
    itself, closed or joined already, for those of two customers, while a quote of it is open or premium time about it
    offered or agreed on, and where it would be due later than it was: then that one is to be joined to it, so that no
    promise is lost.
    """
    require_staff(by)
    ticket, account = ticket_of(tx, terms.store, ticket_id)
    other, owner = ticket_of(tx, terms.store, into)
    if ticket.id == other.id:
        raise TicketRefused("same_ticket", f"ticket {ticket.id} can't be joined to itself")
    if account.id != owner.id:
        raise TicketRefused("other_customer", f"ticket {other.id} is {owner.owner}'s, not that of {account.owner}")
    joined, target = (read_course(tx, terms, one, at=at) for one in (ticket, other))
    for course in (joined, target):
        if course.history.state is TicketState.CLOSED:
            raise TicketRefused("closed", f"ticket {course.ticket.id} is closed")
        if course.history.merged_into is not None:
            raise TicketRefused("merged", f"ticket {course.ticket.id} was merged into {course.history.merged_into}")
    _require_no_open_quote(tx, ticket, at)
    _require_no_open_agreement(tx, ticket, at)
    detail: dict[str, int] = {"merged": ticket.id}
    if (asked := asked_since(ticket, joined.history)) is not None:
        detail["asked"] = to_ms(asked)
        if (urgent := joined.history.urgent_since(joined.at, asked=asked)) is not None:
            detail["urgent"] = to_ms(urgent)
    tx.tickets.say(other.id, Message(at, Author.BRIDGE, MessageKind.LINKED, detail=detail, staff=by))
    join_cover(tx, joined.history, other, target.history, at=at)
    target = read_course(tx, terms, other, at=at)
    _require_kept(joined, target)
    _leave_out_told(tx, target, joined, at=target.at)
    tx.tickets.say(ticket.id, Message(at, Author.BRIDGE, MessageKind.MERGED, detail={"into": other.id}, staff=by))
    tx.threads.hand_on(ticket.id, to=other.id)
    tx.conversations.hand_on(ticket.id, to=other.id)
    now = settle(tx, terms, other.id, at=at)
    settle(tx, terms, ticket.id, at=at)
    tx.threads.want(other.id, STATUS_OF[now.state])
    note(tx, terms.store, by, "merge", f"ticket:{ticket.id}", at, into=other.id)
    return other


def split(
    tx: Tx, terms: DeskTerms, ticket_id: int, *, from_message: int, subject: str, by: str, at: datetime
) -> Ticket:
    """Let what was said from a message on go on in a ticket of its own; returns that one.

    It has copies of what people said since, with their times, so that its promises are those of then; it is as urgent,
    and nobody is told again what he was told of them (rule T7). Their files go along. Where all that the customer waits
    for went along, the first ticket owes no answer any more. Raises `UnknownTicket`, `ImpossibleAmount` for the
    subject, `TicketRefused` for a message that is not in the ticket, begins it or was said by the bridge, and for too
    many messages.
    """
    require_staff(by)
    require_text(subject, what="subject", longest=MOST_SUBJECT)
    ticket, account = ticket_of(tx, terms.store, ticket_id)
    said = [one for one in tx.tickets.thread(ticket.id) if one.kind in BY_PEOPLE]
    place = next((at for at, one in enumerate(said) if one.id == from_message), None)
    if place is None:
        raise TicketRefused("unknown_message", f"ticket {ticket.id} has no message {from_message} that people wrote")
    if place == 0:
        raise TicketRefused("whole_ticket", f"message {from_message} begins ticket {ticket.id}: nothing would be left")
    copies = said[place:]
    if len(copies) > MOST_COPIES:
        raise TicketRefused("too_long", f"{len(copies)} messages are too many for a part: at most {MOST_COPIES}")
    part = tx.tickets.open(
        terms.store,
        account.id,
        subject=terms.premium.hide_numbers(subject).strip(),
        at=copies[0].at,
        by=copies[0].author,
        staff=copies[0].staff,
        kind=ticket.kind,
        channel=ticket.channel,
        order_id=ticket.order_id,
        product=ticket.product,
        language=ticket.language,
    )
    whole = read_course(tx, terms, ticket, at=at)
    with tx.tickets.as_of_then():
        copy_cover(tx, whole.history, part)
        _copy(tx, part, copies)
        asked = asked_since(part, read_history(tx, part))
        urgent = None if asked is None else whole.history.urgent_since(whole.at, asked=asked)
        if urgent is not None:
            since = max(urgent, part.opened_at)
            tx.tickets.say(part.id, Message(since, Author.STAFF, MessageKind.URGENT_CONFIRMED, staff=by))
    begun = {"from": ticket.id, "messages": len(copies)}
    tx.tickets.say(part.id, Message(at, Author.BRIDGE, MessageKind.SPLIT, detail=begun, staff=by))
    gone = {"to": part.id, "messages": len(copies)}
    tx.tickets.say(ticket.id, Message(at, Author.BRIDGE, MessageKind.SPLIT, detail=gone, staff=by))
    _owe_no_more(tx, ticket, {one.id for one in copies}, by, at)
    _leave_out_told(tx, read_course(tx, terms, part, at=at), whole, at=whole.at)
    for number in (part.id, ticket.id):
        settle(tx, terms, number, at=at)
    note(tx, terms.store, by, "split", f"ticket:{ticket.id}", at, to=part.id, messages=len(copies))
    return part


def _copy(tx: Tx, part: Ticket, messages: Sequence[Message]) -> None:
    """Say in a part what people said in the ticket that it comes from, with its times; the files go there."""
    copies = {}
    for one in messages:
        detail = {**one.detail, "copy_of": one.id}
        copy = Message(one.at, one.author, one.kind, one.text, detail, one.staff, verified=one.verified)
        copies[one.id] = tx.tickets.say(part.id, copy).id
    tx.files.move(copies)


def _require_no_open_quote(tx: Tx, ticket: Ticket, at: datetime) -> None:
    quotes = tx.quotes.of_ticket(ticket.id)
    open_one = next((one.id for one in quotes if one.state in OPEN_QUOTES and not one.lapsed(at)), None)
    if open_one is not None:
        raise TicketRefused(
            "quote_open", f"ticket {ticket.id} has the open quote {open_one}: withdraw, settle or release it first"
        )


def _require_no_open_agreement(tx: Tx, ticket: Ticket, at: datetime) -> None:
    """What is agreed on about a ticket keeps its work from being charged in coins, there and nowhere else (rule W7)."""
    states = (AgreementState.OFFERED, AgreementState.ACCEPTED)
    open_ones = [one.id for one in tx.agreements.of_ticket(ticket.id) if one.state in states and not one.lapsed(at)]
    if open_ones:
        raise TicketRefused(
            "agreement_open", f"agreement {open_ones[0]} is about ticket {ticket.id}: close or withdraw it first"
        )


def _require_kept(joined: Course, target: Course) -> None:
    """Raises `TicketRefused` where a promise of a ticket is not kept as well by the one that it was joined to."""
    for answers in (True, False):
        mine, theirs = _running(joined, answers=answers), _running(target, answers=answers)
        if mine is None or mine.due is None:
            continue
        if theirs is None or theirs.due is None or _worth(theirs, theirs.due) > _worth(mine, mine.due):
            raise TicketRefused(
                "due_earlier",
                f"ticket {joined.ticket.id} is due earlier than ticket {target.ticket.id}: join that one to it "
                "instead, or answer it first",
            )


def _worth(clock: Clock, due: datetime) -> tuple[bool, datetime]:
    return not clock.guaranteed, due


def _running(course: Course, *, answers: bool = True) -> Clock | None:
    """The clock of an answer that runs, or that of the resolution."""
    return next((one for one in course.clocks if (one.kind is not ClockKind.RESOLUTION) == answers), None)


def _leave_out_told(tx: Tx, course: Course, before: Course, *, at: datetime) -> None:
    """Write down what was told of a promise in the ticket that it came from, so that nobody is told it again (T7).

    Whoever is to hear of it when his hours begin still is.
    """
    clock, was = _running(course), _running(before)
    if clock is None or was is None or clock.started != was.started:
        return
    waiting = later(before.messages)
    # Of the general promise, too: it is the one that counts should the urgency be taken back.
    for old, new in {was.general_key: clock.general_key, was.key: clock.key}.items():
        told = sorted({step for key, step in before.history.alerts if key == old}, key=height)
        if told:
            detail: dict[str, Any] = {"clock": new, "step": told[-1], "to": [], "instead_of": told[:-1]}
            if names := {one.name: to_ms(one.at) for one in waiting if one.clock == old}:
                detail["later"] = names
            tx.tickets.say(course.ticket.id, Message(at, Author.BRIDGE, MessageKind.ALERTED, detail=detail))


def _owe_no_more(tx: Tx, ticket: Ticket, gone: set[int], by: str, at: datetime) -> None:
    """Say that no answer is needed where nobody waits for one without what has gone to another ticket."""
    messages = tx.tickets.history(ticket.id)
    left = history_of(ticket, [one for one in messages if one.id not in gone])
    whole = history_of(ticket, messages)
    if whole.state in QUEUED and asked_since(ticket, whole) is not None and asked_since(ticket, left) is None:
        detail = {"state": left.state.value}
        tx.tickets.say(ticket.id, Message(at, Author.STAFF, MessageKind.NO_ANSWER_NEEDED, detail=detail, staff=by))
