"""The first reading of a shop's customer service: years of messages become tickets, and nobody is told (rules C2, T10).

A page is decided in memory and written at once. Threads are cut into tickets where silence would have closed one. When
all messages are there, each thread's last ticket is brought to where the shop says the thread stands; those that are
not at an end then have their clocks worked out, and only what falls due from now on is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.shop_threads import NativeMessage, NativeStatus, NativeThread
from bridge.contracts.threads import GONE, KnownMessage, KnownThread, MovedTicket, OldMessage, OldTicket
from bridge.domain.accounts import OwnerKind
from bridge.domain.cursor import Cursor
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.threads import digest_of, is_over, placed, subject_of
from bridge.domain.tickets import ENDED, WAITING, Author, MessageKind, TicketState
from bridge.services.native_parts import STATE_OF, detail_of, owner_of, speaker_of, staff_by_employee, words_of
from bridge.services.ticket_standing import settle_silently

SILENCE = {"because": "silence"}
SHOP = {"because": "shop"}


@dataclass(slots=True)
class _Course:
    """A thread as far as it was read: its current ticket, and how that stands."""

    thread: NativeThread
    account: int
    ticket: int = 0
    begun: OldTicket | None = None
    state: TicketState = TicketState.OPEN
    since: datetime | None = None
    messages: int = 0
    last: datetime | None = None
    moved: bool = False


@dataclass(slots=True)
class _Page:
    """What a page brings."""

    next_ticket: int
    tickets: list[OldTicket] = field(default_factory=list)
    messages: list[OldMessage] = field(default_factory=list)
    moved: list[MovedTicket] = field(default_factory=list)

    def close(self, course: _Course) -> None:
        """The ticket is complete as far as this page goes."""
        if not course.moved:
            return
        assert course.since is not None
        if course.begun is not None:
            self.tickets.append(course.begun._replace(state=course.state, since=course.since, messages=course.messages))
        else:
            self.moved.append(MovedTicket(course.ticket, course.state, course.since, course.messages))


def take_old(
    tx: Tx,
    terms: DeskTerms,
    messages: Sequence[NativeMessage],
    threads: Mapping[int, NativeThread],
    written: Mapping[int, str],
    *,
    cursor: Cursor,
    at: datetime,
) -> int:
    """Take a page of messages that were there before the desk first read them; returns how many were new.

    `threads` are those that the shop still has, `written` the messages that a desk which was lost wrote.
    """
    known = tx.threads.known(terms.store, [one.id for one in messages])
    new = [one for one in messages if one.id not in known and one.thread_id in threads]
    courses = _courses(tx, terms.store, {one.thread_id: threads[one.thread_id] for one in new})
    staff, silence = staff_by_employee(terms.tickets), terms.tickets.waiting + terms.tickets.closing
    page = _Page(tx.threads.next_ticket())
    for message in new:
        _take(page, courses[message.thread_id], message, staff, silence, at)
    for course in courses.values():
        page.close(course)
    tx.threads.book(terms.store, page.tickets, page.messages, page.moved)
    tx.threads.save(terms.store, (_known(course) for course in courses.values() if course.last is not None))
    if written:
        _remember_ours(tx, terms.store, new, written)
    tx.threads.save_cursor(terms.store, cursor)
    return len(new)


def bring_to_today(
    tx: Tx,
    terms: DeskTerms,
    threads: Sequence[KnownThread],
    statuses: Mapping[int, NativeStatus],
    *,
    at: datetime,
) -> None:
    """Bring the tickets of these threads to where the shop says they stand, or silence has brought them.

    The shop's own statuses stay what they are. A thread that is not among `statuses` is gone: its ticket stays.
    """
    messages, moved, alive = [], [], []
    silence = terms.tickets.waiting + terms.tickets.closing
    for known in threads:
        if known.ticket_id is None or known.state is None or known.state in ENDED:
            continue
        state, moment, because = _brought(known, statuses.get(known.id), silence, at)
        if state is not known.state:
            number = known.messages + 1
            messages.append(_moved(known.ticket_id, moment, state, because, number))
            moved.append(MovedTicket(known.ticket_id, state, moment, number))
        if state is not TicketState.CLOSED:
            alive.append(known)
    tx.threads.book(terms.store, [], messages, moved)
    tx.threads.seen_all(terms.store, {known.id: statuses.get(known.id, GONE) for known in threads})
    accounts = tx.accounts.by_ids({known.account_id for known in alive})
    tickets = [known.ticket_id for known in alive if known.ticket_id is not None]
    for number in tickets:
        settle_silently(tx, terms, number, at=at)
    tx.threads.show(
        known.ticket_id
        for known in alive
        if known.ticket_id is not None and accounts[known.account_id].owner.kind is OwnerKind.CUSTOMER
    )


def _courses(tx: Tx, store: str, threads: Mapping[int, NativeThread]) -> dict[int, _Course]:
    """The threads as the desk has them; whose customer is another by now begins a ticket anew."""
    owners = {number: owner_of(number, one.customer_id) for number, one in threads.items()}
    accounts = tx.accounts.open(store, owners.values())
    known = tx.threads.of(store, threads)
    courses = {}
    for number, thread in threads.items():
        account = accounts[owners[number]].id
        course = courses[number] = _Course(thread, account)
        before = known.get(number)
        if before is None or before.account_id != account or before.ticket_id is None or before.state is None:
            continue
        course.ticket, course.state, course.since = before.ticket_id, before.state, before.since
        course.messages, course.last = before.messages, before.last_at
    return courses


def _take(
    page: _Page, course: _Course, message: NativeMessage, staff: Mapping[int, str], silence: timedelta, now: datetime
) -> None:
    author, kind, name = speaker_of(message, staff)
    at = placed(message.at, after=course.last, now=now)
    if course.ticket and kind is MessageKind.TEXT:
        assert course.last is not None
        if course.state is TicketState.CLOSED or is_over(course.last, at, silence):
            _close_by_silence(page, course, course.last + silence)
    if not course.ticket or (course.state is TicketState.CLOSED and kind is MessageKind.TEXT):
        _begin(page, course, message, author, name, at)
    number = None
    if kind is MessageKind.TEXT:
        course.messages += 1
        number = course.messages
        state = TicketState.OPEN if author is Author.CUSTOMER else TicketState.WAITING_CUSTOMER
        if state is not course.state:
            course.state, course.since = state, at
    course.last, course.moved = at, True
    page.messages.append(
        OldMessage(
            course.ticket,
            at,
            author,
            kind,
            words_of(message),
            detail_of(message, received=False),
            name,
            number,
            message.id,
            digest_of(message.thread_id, message.employee_id, message.at),
        )
    )


def _begin(
    page: _Page, course: _Course, message: NativeMessage, author: Author, staff: str | None, at: datetime
) -> None:
    before = course.ticket
    if before:
        course.messages, course.moved = course.messages + 1, True
        detail = {"continued_by": page.next_ticket}
        page.messages.append(_by_bridge(before, at, MessageKind.LINKED, detail, course.messages))
        page.close(course)
    course.ticket = page.next_ticket
    page.next_ticket += 1
    order = message.order_id or course.thread.order_id
    product = message.product_id or course.thread.product_id
    course.begun = OldTicket(
        course.ticket,
        course.account,
        subject_of(words_of(message)),
        at,
        author,
        staff,
        order,
        str(product) if product else "",
        before or None,
        course.thread.language,
        TicketState.OPEN,
        at,
        0,
    )
    course.state, course.since, course.messages = TicketState.OPEN, at, 0


def _close_by_silence(page: _Page, course: _Course, at: datetime) -> None:
    if course.state is TicketState.CLOSED:
        return
    course.messages += 1
    page.messages.append(_moved(course.ticket, at, TicketState.CLOSED, SILENCE, course.messages))
    course.state, course.since, course.moved = TicketState.CLOSED, at, True


def _moved(ticket: int, at: datetime, state: TicketState, because: Mapping[str, str], number: int) -> OldMessage:
    return _by_bridge(ticket, at, MessageKind.STATE, {"state": state.value, **because}, number)


def _by_bridge(ticket: int, at: datetime, kind: MessageKind, detail: Mapping[str, Any], number: int) -> OldMessage:
    return OldMessage(ticket, at, Author.BRIDGE, kind, "", detail, None, number)


def _brought(
    known: KnownThread, status: NativeStatus | None, silence: timedelta, at: datetime
) -> tuple[TicketState, datetime, Mapping[str, str]]:
    """The state of a thread's last ticket, since when, and why."""
    assert known.state is not None
    assert known.since is not None
    over = is_over(known.last_at, at, silence)
    if over and (known.state in WAITING or status in (None, NativeStatus.CLOSED)):
        return TicketState.CLOSED, known.last_at + silence, SILENCE
    if status is None or status is NativeStatus.OPEN:
        return known.state, known.since, {}
    return STATE_OF[status], at, SHOP


def _known(course: _Course) -> KnownThread:
    assert course.last is not None
    thread = course.thread
    return KnownThread(thread.id, course.account, thread.email, thread.language, "", course.ticket, course.last)


def _remember_ours(tx: Tx, store: str, new: Sequence[NativeMessage], written: Mapping[int, str]) -> None:
    """Messages that a lost desk wrote are answers of the staff; they are never written again."""
    ours = [one for one in new if one.id in written]
    for number, known in tx.threads.known(store, [one.id for one in ours]).items():
        tx.threads.note(store, [KnownMessage(number, known.digest, ours=True, message_id=known.message_id)])
        thread = next(one.thread_id for one in ours if one.id == number)
        if known.message_id is not None and not tx.threads.reply_under(store, [written[number]]):
            tx.threads.add_reply(store, known.message_id, thread, written[number], native_id=number)
