"""Tickets as the rules need them of the desk: opened, said something in, shown, queued, over one open transaction.

What a ticket's history says is only ever added to; how it stands follows from it and is kept beside it (rule T9). What
the customer is shown goes to the shop a message a row, and the ticket's own row after them.
"""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

from bridge.contracts.shown_rows import ShownRows
from bridge.domain.accounts import Owner
from bridge.domain.tickets import Author, Channel, Message, Ticket, TicketKind, TicketNow, Urgency


class MessageKey(NamedTuple):
    """Which message of which ticket, as the customer is shown them: `number` counts from 1 without a gap."""

    ticket: int
    number: int

    def __str__(self) -> str:
        return f"{self.ticket}:{self.number}"


class WaitingMessage(NamedTuple):
    """A message of a ticket that the shop does not have in its newest state."""

    ticket: int
    message: Message

    @property
    def key(self) -> MessageKey:
        """Under what the shop has it."""
        assert self.message.number is not None
        return MessageKey(self.ticket, self.message.number)


class QueueKey(NamedTuple):
    """A place in the queue of those who have the same standing (rule T2)."""

    urgent: bool
    due: datetime | None
    since: datetime
    id: int


class QueuedTicket(NamedTuple):
    """A ticket that waits for staff, and how it stands."""

    ticket: Ticket
    now: TicketNow

    @property
    def key(self) -> QueueKey:
        """Its place; what comes next in the queue comes after it."""
        return QueueKey(self.now.urgency is Urgency.CONFIRMED, self.now.due, self.now.since, self.ticket.id)


class Written(NamedTuple):
    """In which ticket somebody wrote something, and the number of the message that it is a copy of, 0 for none."""

    ticket: int
    copy_of: int


class StandingTicket(NamedTuple):
    """A ticket, whose it is, and how it stands; None where that was never worked out."""

    ticket: Ticket
    owner: Owner
    now: TicketNow | None


class BehindKey(NamedTuple):
    """A ticket that is to be worked out anew, and the version of the policy that it was worked out with, 0 for none."""

    policy: int
    id: int


class StoredPolicy(NamedTuple):
    """A store's policy from `at` on, until the next version. `document` is JSON, as it was given."""

    version: int
    at: datetime
    document: str


class Policies(Protocol):
    """Which policies a store has had. What was in force once is never changed (rule T9)."""

    def current(self, store: str) -> StoredPolicy | None:
        """The newest version, None where there is none yet."""
        ...

    def add(self, store: str, document: str, *, at: datetime) -> StoredPolicy:
        """From now on this one is in force; its version is one more than the last's, the first's is 1."""
        ...

    def all(self, store: str) -> list[StoredPolicy]:
        """All versions, oldest first."""
        ...


class Tickets(ShownRows[Ticket], Protocol):
    def open(
        self,
        store: str,
        account_id: int,
        *,
        subject: str,
        at: datetime,
        by: Author,
        staff: str | None = None,
        price: str | None = None,
        number: int | None = None,
        kind: TicketKind = TicketKind.SUPPORT,
        channel: Channel = Channel.PAGE,
        order_id: int | None = None,
        product: str = "",
        continues: int | None = None,
        language: str = "",
    ) -> Ticket:
        """A new ticket; under `number` where a desk that was lost gave it out, so that it is what its owner was told.

        Else it gets the next number.
        """
        ...

    def get(self, store: str, ticket_id: int) -> Ticket | None: ...

    def of_account(self, account_id: int) -> list[Ticket]: ...

    def latest(self, store: str, limit: int) -> list[Ticket]: ...

    def lasting(self, store: str, begin: datetime, end: datetime, *, after: int, limit: int) -> list[Ticket]:
        """Tickets above `after`, ascending, that were opened before `end` and not closed for good before `begin`."""
        ...

    def open_of_accounts(self, account_ids: Iterable[int]) -> list[int]:
        """The numbers of the tickets of these accounts that are not closed."""
        ...

    def open_of_account(self, account_id: int) -> list[Ticket]:
        """The account's tickets that are not closed, by number."""
        ...

    def continued_by(self, ticket_id: int) -> int | None:
        """The ticket that goes on with a closed one, the last where there are several (rule T10)."""
        ...

    def now(self, ticket_ids: Iterable[int]) -> dict[int, TicketNow]:
        """How these tickets stand; one of which that was never worked out is left out."""
        ...

    def standing(self, store: str, ticket_id: int) -> StandingTicket | None:
        """A ticket, whose it is and how it stands, at once; None where there is no such ticket."""
        ...

    def save_now(self, ticket_id: int, now: TicketNow) -> None:
        """Keep how a ticket stands; where the customer is shown a change, the ticket is shown anew."""
        ...

    def queue(self, store: str, standing: str, after: QueueKey | None, limit: int) -> list[QueuedTicket]:
        """The next tickets of one standing that wait for staff: confirmed urgent first, then by due time (rule T2).

        What is not due comes last; of what is alike, first what waits longest. A page costs the same however long the
        queue is and however far down it lies.
        """
        ...

    def queued_standings(self, store: str) -> list[str]:
        """What the tickets that wait for staff run under, each once; it costs no more where many wait."""
        ...

    def behind_policy(self, store: str, version: int, limit: int, after: BehindKey | None = None) -> list[BehindKey]:
        """Tickets, not closed, that were not worked out with this version of the policy yet, or never at all.

        Those that come after `after`, in their order: by what they were worked out with, then by number.
        """
        ...

    def say(self, ticket_id: int, message: Message) -> Message:
        """Add to the thread; returns it as it stands there, with its number where the customer is shown it.

        Such a message lets the ticket be shown anew. It comes after all that was said, also by a clock that was put
        back meanwhile; in a block of `as_of_then` it takes the place of its time.
        """
        ...

    def as_of_then(self) -> AbstractContextManager[None]:
        """What is said in the block was so at its time already: after a restore, or in a part of a ticket."""
        ...

    def thread(self, ticket_id: int) -> list[Message]: ...

    def history(self, ticket_id: int) -> list[Message]:
        """The thread without its texts, which nothing follows from."""
        ...

    def histories(self, ticket_ids: Iterable[int]) -> dict[int, list[Message]]:
        """The same of several; one in which nothing was said is left out."""
        ...

    def about_quotes(self, ticket_id: int) -> list[Message]:
        """Of the thread what became of quotes, in order; however much was written besides is not read."""
        ...

    def touch_covered(self, store: str) -> None:
        """Show those tickets of the store anew in which was decided who pays for help; all of them are looked at."""
        ...

    def show_anew(self, ticket_ids: Iterable[int]) -> None:
        """Show these tickets anew with all that was said in them: somebody else may see it now, or nobody."""
        ...

    def messages_waiting(self, ticket_ids: Iterable[int], limit: int) -> list[WaitingMessage]:
        """Messages of these tickets that the shop does not have in their newest state, by ticket and number."""
        ...

    def messages_shown(self, store: str, *, after: MessageKey, limit: int) -> list[WaitingMessage]:
        """Messages above `after`, by ticket and number, of which the shop has the newest state."""
        ...

    def messages_pushed(self, versions: Mapping[MessageKey, int]) -> None:
        """The shop has these messages in these versions of the row."""
        ...

    def last_cover(self, ticket_id: int) -> Message | None:
        """What was decided last on how help in a ticket is covered; nothing else of the thread is read."""
        ...

    def counts(self, ticket_ids: Iterable[int]) -> dict[int, int]:
        """How many messages of each ticket the customer is shown."""
        ...

    def is_pushed(self, store: str, ticket_id: int) -> bool | None:
        """Whether the shop has a ticket in its newest state; None where there is no such ticket."""
        ...

    def is_kept_back(self, store: str, ticket_id: int) -> bool:
        """Whether a ticket is not to be shown until it is erased."""
        ...

    def answers_wait(self, store: str) -> bool:
        """Whether staff have written in a ticket that is to be shown, and whose newest state the shop does not have."""
        ...

    def written(self, account_id: int) -> dict[int, Written]:
        """What people wrote in the account's tickets, notes too, by the number of the message."""
        ...

    def rename(self, ticket_ids: Iterable[int], subject: str) -> None:
        """Call these tickets something else; the shop is shown them anew."""
        ...

    def redact(self, message_ids: Iterable[int]) -> None:
        """Empty these messages for good; the shop is shown them anew."""
        ...

    def redacted(self, ticket_ids: Iterable[int]) -> frozenset[int]:
        """Messages of these tickets of which the history says that they were redacted."""
        ...

    def erase(self, account_id: int) -> None:
        """Redact the subjects and texts of an account's tickets (rule D2)."""
        ...
