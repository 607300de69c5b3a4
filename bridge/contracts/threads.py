"""The shop's own customer service as the desk remembers it: which thread is which ticket, which message is known.

A message of the shop is taken once, a reply of staff is written there once: both are known by the shop's own ids and by
the UUID under which a reply was meant to be written. What a thread is about stands in its tickets.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from bridge.contracts.shop_threads import NativeStatus
from bridge.domain.cursor import Cursor
from bridge.domain.tickets import Author, MessageKind, TicketState

GONE = "gone"
"""The status of a thread that the shop does not have any more."""


class Phase(StrEnum):
    """How far the first reading of a shop's customer service is: what was written, how threads stand, done."""

    MESSAGES = "messages"
    STATUSES = "statuses"
    DONE = "done"


class ThreadSync(NamedTuple):
    """How far a store's customer service was read. Messages up to `until` were there before it was first read.

    `compared` is the last thread whose status was looked at in the round that is under way.
    """

    phase: Phase
    until: int
    compared: int = 0


class KnownThread(NamedTuple):
    """A thread and its current ticket; `ticket_id` is None where that was erased.

    `status` is what the shop was last seen to say, empty before it was looked at. `last_at` is the moment of its newest
    message. `state`, `since` and `messages` are the current ticket's. `writing` is a status that the desk may have
    written: of a write that broke off it is not known whether it was done.
    """

    id: int
    account_id: int
    email: str
    language: str
    status: str
    ticket_id: int | None
    last_at: datetime
    state: TicketState | None = None
    since: datetime | None = None
    messages: int = 0
    writing: str = ""


class KnownMessage(NamedTuple):
    """A message of the shop that was taken. `ours` says that the desk wrote it; `message_id` is the ticket's own."""

    id: int
    digest: int
    ours: bool
    message_id: int | None


class WantedStatus(NamedTuple):
    """A thread whose ticket stands in another way than the shop says."""

    thread_id: int
    status: NativeStatus
    seen: str


class WaitingReply(NamedTuple):
    """An answer of staff that the shop does not have yet."""

    message_id: int
    uuid: str
    thread_id: int
    ticket_id: int
    staff: str
    text: str


class KnownReply(NamedTuple):
    """Into which thread an answer of staff goes, or went, and the UUID under which it is meant to be written there."""

    thread_id: int
    uuid: str


class OldTicket(NamedTuple):
    """A ticket of a first reading, with how it stands at its end as far as that is read."""

    id: int
    account_id: int
    subject: str
    opened_at: datetime
    opened_by: Author
    staff: str | None
    order_id: int | None
    product: str
    continues: int | None
    language: str
    state: TicketState
    since: datetime
    messages: int


class OldMessage(NamedTuple):
    """A message of a first reading; `native_id` is None for one that only says how the ticket stands.

    Whoever wrote in the shop's customer service, it is unverified (rule T11).
    """

    ticket_id: int
    at: datetime
    author: Author
    kind: MessageKind
    text: str
    detail: Mapping[str, Any]
    staff: str | None
    number: int | None
    native_id: int | None = None
    digest: int = 0


class MovedTicket(NamedTuple):
    """How a ticket that was there already stands now."""

    id: int
    state: TicketState
    since: datetime
    messages: int


class Threads(Protocol):
    def sync(self, store: str) -> ThreadSync | None:
        """How far the store's customer service was read; None before that was begun."""
        ...

    def save_sync(self, store: str, sync: ThreadSync) -> None: ...

    def cursor(self, store: str) -> Cursor:
        """How far its messages were read; from their beginning on where they never were."""
        ...

    def save_cursor(self, store: str, cursor: Cursor) -> None: ...

    def of(self, store: str, thread_ids: Iterable[int]) -> dict[int, KnownThread]: ...

    def page(self, store: str, *, after: int, until: int, limit: int) -> list[KnownThread]:
        """Threads with ids above `after`, up to and with `until`, ascending."""
        ...

    def of_account(self, account_id: int) -> list[KnownThread]: ...

    def of_ticket(self, store: str, ticket_id: int) -> KnownThread | None:
        """The thread that a ticket's messages came from, also one that has another ticket by now."""
        ...

    def save(self, store: str, threads: Iterable[KnownThread]) -> None: ...

    def hand_on(self, ticket_id: int, *, to: int) -> None:
        """Let the threads whose current ticket this is have another one."""
        ...

    def want(self, ticket_id: int, status: NativeStatus) -> None:
        """Let the thread whose current ticket this is have this status, unless it was last seen so, or is gone."""
        ...

    def wanted(self, store: str, limit: int, *, skip: Iterable[int] = ()) -> list[WantedStatus]: ...

    def intend(self, store: str, wanted: WantedStatus) -> None:
        """The desk is about to write this status."""
        ...

    def seen(self, store: str, thread_id: int, status: str) -> None:
        """The shop says so of a thread now; nothing else is wanted of it."""
        ...

    def seen_all(self, store: str, statuses: Mapping[int, str]) -> None:
        """The same of many threads."""
        ...

    def known(self, store: str, native_ids: Iterable[int]) -> dict[int, KnownMessage]: ...

    def note(self, store: str, messages: Iterable[KnownMessage]) -> None: ...

    def add_reply(self, store: str, message_id: int, thread_id: int, uuid: str, *, native_id: int | None) -> None:
        """An answer of staff is to be written into a thread, or stands there already as `native_id`."""
        ...

    def replies(self, store: str, limit: int, *, skip: Iterable[int] = ()) -> list[WaitingReply]:
        """Answers that the shop does not have yet, as they were given; not erased ones, nor those of some threads."""
        ...

    def reply_under(self, store: str, uuids: Iterable[str]) -> dict[str, int]:
        """The tickets' messages of these replies, by UUID."""
        ...

    def replies_of(self, message_ids: Iterable[int]) -> dict[int, KnownReply]:
        """The replies that these messages of tickets are."""
        ...

    def any_written(self, store: str, message_ids: Iterable[int]) -> bool:
        """Whether the shop's customer service has any of these messages of staff's."""
        ...

    def reply_done(self, store: str, message_id: int, native_id: int) -> None: ...

    def reply_failed(self, store: str, message_id: int) -> None:
        """It can't be written any more."""
        ...

    def next_ticket(self) -> int:
        """The number of the next ticket; those after it are free too."""
        ...

    def book(
        self, store: str, tickets: Sequence[OldTicket], messages: Sequence[OldMessage], moved: Sequence[MovedTicket]
    ) -> None:
        """Write a page of a first reading. Its tickets are not shown to anybody until something new is said in them."""
        ...

    def show(self, ticket_ids: Iterable[int]) -> None:
        """Show these tickets of a first reading to their customers."""
        ...
