"""What customers and the back office write into the shop's own customer service, as tickets (rules T1, T10, T11).

A message is taken once, known by the shop's id; what the desk itself wrote there is known by its link and is no news.
The thread's current ticket takes it; on a closed one a new ticket begins. The moment of a message is its receipt by the
desk: the shop's dates are only shown. Statuses count only where they changed since they were last seen, so that what
the desk writes is never read back as somebody's decision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from bridge.contracts.desk import Tx
from bridge.contracts.shop_threads import NativeMessage, NativeStatus, NativeThread, ThreadStatus
from bridge.contracts.threads import GONE, KnownMessage, KnownThread, WaitingReply, WantedStatus
from bridge.domain.accounts import Account
from bridge.domain.cursor import Cursor
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import TicketReplied
from bridge.domain.quotes import HOLDING
from bridge.domain.threads import digest_of, subject_of
from bridge.domain.ticket_course import asked_since
from bridge.domain.tickets import ENDED, QUEUED, WAITING, Author, Channel, Message, MessageKind, Ticket, TicketState
from bridge.services.covering import cover_opening
from bridge.services.native_parts import (
    STATE_OF,
    STATUS_OF,
    detail_of,
    owner_of,
    speaker_of,
    staff_by_employee,
    words_of,
)
from bridge.services.opening import tell_opened
from bridge.services.ticket_histories import read_history
from bridge.services.ticket_standing import settle, tell

NOT_TAKEN = "shop_message_failed"
REPLY_WAITS = "shop_reply_waits"
MOST_MERGES = 100
NO_LIMIT = 2**31


@dataclass(slots=True)
class _Batch:
    """What a page of messages has done to tickets, by their numbers in the order they were first touched."""

    tickets: dict[int, tuple[Ticket, Account]] = field(default_factory=dict)
    opened: set[int] = field(default_factory=set)
    replied: dict[int, int] = field(default_factory=dict)
    """The native message that each older ticket's customer wrote last."""


def take(
    tx: Tx,
    terms: DeskTerms,
    messages: Sequence[NativeMessage],
    threads: Mapping[int, NativeThread],
    written: Mapping[int, str],
    *,
    cursor: Cursor | None,
    at: datetime,
) -> int:
    """Take messages that are new to the desk, and tell of them; returns how many there were.

    `threads` are those that the shop has, `written` the messages of the desk's own with the UUIDs of their replies.
    `cursor` is saved with them.
    """
    known = tx.threads.known(terms.store, [one.id for one in messages])
    replies = tx.threads.reply_under(terms.store, written.values())
    staff, batch, new = staff_by_employee(terms.tickets), _Batch(), 0
    for message in sorted(messages, key=lambda one: one.id):
        thread, before = threads.get(message.thread_id), known.get(message.id)
        if thread is None:
            continue
        digest = digest_of(message.thread_id, message.employee_id, message.at)
        uuid = written.get(message.id)
        if uuid is not None and uuid in replies:
            tx.threads.reply_done(terms.store, replies[uuid], message.id)
            tx.threads.note(terms.store, [KnownMessage(message.id, digest, ours=True, message_id=replies[uuid])])
        elif before is None or before.digest != digest:
            said = _say(tx, terms, batch, message, thread, staff, at)
            ours = uuid is not None
            tx.threads.note(terms.store, [KnownMessage(message.id, digest, ours=ours, message_id=said.id)])
            if uuid is not None:  # a desk that was lost wrote it
                tx.threads.add_reply(terms.store, said.id, thread.id, uuid, native_id=message.id)
            new += 1
    _tell(tx, terms, batch, at)
    if cursor is not None:
        tx.threads.save_cursor(terms.store, cursor)
    return new


def give_up(tx: Tx, terms: DeskTerms, message: NativeMessage, *, at: datetime) -> None:
    """A message can't be taken: staff are told, and it holds up no other."""
    digest = digest_of(message.thread_id, message.employee_id, message.at)
    tx.threads.note(terms.store, [KnownMessage(message.id, digest, ours=False, message_id=None)])
    tx.problems.report(
        terms.store,
        key=f"{NOT_TAKEN}:{message.id}",
        kind=NOT_TAKEN,
        summary=f"message {message.id} of thread {message.thread_id} in the shop's customer service could not be "
        "taken; read it there. The log has the cause",
        at=at,
    )


def note_statuses(
    tx: Tx, terms: DeskTerms, statuses: Sequence[ThreadStatus], *, after: int, until: int, at: datetime
) -> tuple[int, dict[int, NativeStatus]]:
    """Follow what the back office made of threads with ids above `after` up to `until`; returns how many changes.

    An equal mapping is no change, nor is a status that the desk itself was writing when it broke off. A closed ticket
    stays closed: who writes in it begins a new one (rule T10). A thread that is missing is gone; its ticket stays. No
    ticket ends while coins are held for it (rule C7).

    Returned as well, and left as they are, are doubtful ones: those that are to wait for their customers while an
    answer is owed. It may have been written there and be read with the next page: `note_doubtful` goes on with them.
    """
    seen = {one.id: one.status for one in statuses}
    changes, doubtful = 0, dict[int, NativeStatus]()
    for known in tx.threads.page(terms.store, after=after, until=until, limit=NO_LIMIT):
        status = seen.get(known.id)
        if status is None:
            changes += known.status != GONE
            thread_gone(tx, terms, known, at=at)
        elif status != (known.status or NativeStatus.OPEN):
            if status != known.writing and _stops_owed(tx, terms, known, status):
                doubtful[known.id] = status
                continue
            changes += 1
            tx.threads.seen(terms.store, known.id, status.value)
            if status != known.writing:
                _follow(tx, terms, known, status, at)
            elif known.ticket_id is not None and known.state is not None:
                tx.threads.want(known.ticket_id, STATUS_OF[known.state])
        elif not known.status:
            tx.threads.seen(terms.store, known.id, status.value)
    return changes, doubtful


def note_doubtful(tx: Tx, terms: DeskTerms, statuses: Mapping[int, NativeStatus], *, at: datetime) -> int:
    """Follow doubtful statuses, now that all has been read that was written when they were seen; how many changes.

    Where an answer is still owed, its clock would rest for good: the thread gets back how its ticket stands (rule T6).
    """
    changes = 0
    for known in tx.threads.of(terms.store, statuses).values():
        status = statuses[known.id]
        if known.status in (GONE, status):
            continue
        changes += 1
        tx.threads.seen(terms.store, known.id, status.value)
        if not _stops_owed(tx, terms, known, status):
            _follow(tx, terms, known, status, at)
        elif known.ticket_id is not None and known.state is not None:
            tx.threads.want(known.ticket_id, STATUS_OF[known.state])
    return changes


def thread_gone(tx: Tx, terms: DeskTerms, known: KnownThread, *, at: datetime) -> None:
    """The shop does not have a thread any more: its ticket says so to staff, once, and goes on without it."""
    if known.status == GONE:
        return
    tx.threads.seen(terms.store, known.id, GONE)
    if known.ticket_id is not None:
        text = f"Thread {known.id} is not in the shop any more: answers are not written there."
        tx.tickets.say(known.ticket_id, Message(at, Author.BRIDGE, MessageKind.NOTE, text))


def answer_in_shop(tx: Tx, store: str, ticket_id: int, message: Message) -> None:
    """Have an answer of staff written into the thread that the ticket came from, if it came from one that is there."""
    known = tx.threads.of_ticket(store, ticket_id)
    if known is not None and known.status != GONE:
        tx.threads.add_reply(store, message.id, known.id, str(uuid4()), native_id=None)


def status_intended(tx: Tx, store: str, wanted: WantedStatus) -> None:
    """The desk is about to write a status: should it break off, that status is nobody's decision either."""
    tx.threads.intend(store, wanted)


def status_written(tx: Tx, store: str, wanted: WantedStatus) -> None:
    """The shop has a status that the desk wanted: it is not read back as somebody's decision."""
    tx.threads.seen(store, wanted.thread_id, wanted.status.value)


def reply_written(tx: Tx, store: str, reply: WaitingReply, native_id: int, *, at: datetime) -> None:
    """The shop has an answer as this message of its own."""
    tx.threads.reply_done(store, reply.message_id, native_id)
    tx.threads.note(store, [KnownMessage(native_id, 0, ours=True, message_id=reply.message_id)])
    tx.problems.solve(store, [_waits_key(reply)], at)


def reply_has_no_thread(tx: Tx, terms: DeskTerms, reply: WaitingReply, *, at: datetime) -> None:
    """The thread went before its answer came: the answer stands in the ticket, and in the customer's letter."""
    tx.threads.reply_failed(terms.store, reply.message_id)
    tx.problems.solve(terms.store, [_waits_key(reply)], at)
    for known in tx.threads.of(terms.store, [reply.thread_id]).values():
        thread_gone(tx, terms, known, at=at)


def reply_waits(tx: Tx, store: str, reply: WaitingReply, why: str, *, at: datetime) -> None:
    """Nobody is there in whose name an answer could be written: staff are told, and it waits."""
    tx.problems.report(
        store,
        key=_waits_key(reply),
        kind=REPLY_WAITS,
        summary=f"the answer to ticket {reply.ticket_id} can't be written into the shop's customer service: {why}",
        at=at,
    )


def _waits_key(reply: WaitingReply) -> str:
    return f"{REPLY_WAITS}:{reply.message_id}"


def _say(
    tx: Tx,
    terms: DeskTerms,
    batch: _Batch,
    message: NativeMessage,
    thread: NativeThread,
    staff: Mapping[int, str],
    at: datetime,
) -> Message:
    author, kind, name = speaker_of(message, staff)
    words = words_of(message) if author is Author.CUSTOMER else terms.premium.hide_numbers(words_of(message))
    owner = owner_of(thread.id, thread.customer_id)
    account = tx.accounts.open(terms.store, [owner])[owner]
    known = tx.threads.of(terms.store, [thread.id]).get(thread.id)
    ticket, goes_on = _current(tx, terms, known, account, may_be_closed=kind is MessageKind.NOTE)
    if ticket is None:
        order, product = message.order_id or thread.order_id, message.product_id or thread.product_id
        ticket = tx.tickets.open(
            terms.store,
            account.id,
            subject=subject_of(words),
            at=at,
            by=author,
            staff=name,
            channel=Channel.SHOP,
            order_id=order,
            product=str(product) if product else "",
            continues=goes_on.id if goes_on else None,
            language=thread.language,
        )
        if goes_on is not None:
            detail = {"continued_by": ticket.id}
            tx.tickets.say(goes_on.id, Message(at, Author.BRIDGE, MessageKind.LINKED, detail=detail))
        cover_opening(tx, terms, ticket, at=at, verified=False)
        batch.opened.add(ticket.id)
    elif author is Author.CUSTOMER and ticket.id not in batch.opened:
        batch.replied[ticket.id] = message.id
    batch.tickets[ticket.id] = ticket, account
    status = known.status if known is not None and known.status != GONE else NativeStatus.OPEN.value
    now = KnownThread(thread.id, account.id, thread.email, thread.language, status, ticket.id, at)
    tx.threads.save(terms.store, [now])
    detail = detail_of(message, received=True)
    return tx.tickets.say(ticket.id, Message(at, author, kind, words, detail, name, verified=False))


def _current(
    tx: Tx, terms: DeskTerms, known: KnownThread | None, account: Account, *, may_be_closed: bool
) -> tuple[Ticket | None, Ticket | None]:
    """The ticket that takes what is said in a thread, None for a new one; and the one that a new one goes on with.

    Nothing goes on where the thread is another's by now (rule D3), or its ticket was erased (rule D2).
    """
    if known is None or known.ticket_id is None or known.account_id != account.id:
        return None, None
    wanted = known.ticket_id
    for _ in range(MOST_MERGES):
        ticket = tx.tickets.get(terms.store, wanted)
        if ticket is None or not ticket.subject or ticket.account_id != account.id:
            break
        now = tx.tickets.now([wanted]).get(wanted)
        if now is None or now.state is not TicketState.CLOSED:
            return ticket, None
        merged_into = read_history(tx, ticket).merged_into
        if merged_into is None:
            return (ticket, None) if may_be_closed else (None, ticket)
        wanted = merged_into
    return None, None


def _tell(tx: Tx, terms: DeskTerms, batch: _Batch, at: datetime) -> None:
    for number, (ticket, account) in batch.tickets.items():
        now = settle(tx, terms, number, at=at)
        tx.threads.want(number, STATUS_OF[now.state])
        if number in batch.opened and ticket.opened_by is Author.CUSTOMER:
            tell_opened(tx, terms, account, ticket)
        elif number in batch.replied:
            key = f"{terms.store}:ticket:{number}:native:{batch.replied[number]}"
            event = TicketReplied(key=key, store=terms.store, at=at, owner=account.owner, ticket_id=number)
            tx.outbox.add([event])


def _stops_owed(tx: Tx, terms: DeskTerms, known: KnownThread, status: NativeStatus) -> bool:
    """Whether a status would let a ticket wait for its customer, who waits for an answer himself (rule T6)."""
    if known.ticket_id is None or known.state not in QUEUED or STATE_OF[status] not in WAITING:
        return False
    ticket = tx.tickets.get(terms.store, known.ticket_id)
    return ticket is not None and asked_since(ticket, read_history(tx, ticket)) is not None


def _follow(tx: Tx, terms: DeskTerms, known: KnownThread, status: NativeStatus, at: datetime) -> None:
    if known.ticket_id is None or known.state is None or known.state is TicketState.CLOSED:
        return
    if STATUS_OF[known.state] is status:
        return
    state = STATE_OF[status]
    if state in ENDED and any(quote.state in HOLDING for quote in tx.quotes.of_ticket(known.ticket_id)):
        tx.threads.want(known.ticket_id, STATUS_OF[known.state])
        return
    detail = {"state": state.value, "because": "shop"}
    tell(tx, terms, known.ticket_id, Message(at, Author.BRIDGE, MessageKind.STATE, detail=detail))
