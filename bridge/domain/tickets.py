"""Tickets: what a customer wants, and the history of everything that was said and done about it.

What coins are spent on is always a ticket. A ticket is the facts of its opening and its history, which is only ever
added to (rule T9); how it stands follows from that (`bridge.domain.ticket_history`). Texts and subjects can be erased
(rule D2); ids and numbers stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Author(StrEnum):
    """Who wrote a message; the bridge itself tells of offers, decisions and exact amounts (rule C7)."""

    CUSTOMER = "customer"
    STAFF = "staff"
    BRIDGE = "bridge"


class TicketKind(StrEnum):
    """What a ticket is about. Before a purchase help is free and needs no plan (rule T1)."""

    PRE_SALES = "pre_sales"
    SUPPORT = "support"
    WORK = "work"


class Channel(StrEnum):
    """Where a ticket was opened: on our page in the shop, in the shop's own customer service, by staff, in a chat."""

    PAGE = "page"
    SHOP = "shop"
    STAFF = "staff"
    CHAT = "chat"


class TicketState(StrEnum):
    """How a ticket stands (rule T10)."""

    OPEN = "open"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_APPROVAL = "waiting_approval"
    IN_WORK = "in_work"
    RESOLVED = "resolved"
    CLOSED = "closed"


QUEUED = frozenset({TicketState.OPEN, TicketState.IN_WORK})
"""States in which it is staff's turn."""
WAITING = frozenset({TicketState.WAITING_CUSTOMER, TicketState.WAITING_APPROVAL})
"""States in which it is the customer's turn, and clocks stand still (rule T6)."""
ENDED = frozenset({TicketState.RESOLVED, TicketState.CLOSED})


class Urgency(StrEnum):
    """Whether a ticket is urgent: the customer asks, staff decide (rule T3)."""

    NONE = "none"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class MessageKind(StrEnum):
    """What a message is. Of all but texts, notes and calls the words are made of `detail` when they are shown."""

    TEXT = "text"
    NOTE = "note"
    OFFERED = "offered"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    STARTED = "started"
    DEDUCTED = "deducted"
    RELEASED = "released"
    INFEASIBLE = "infeasible"
    VOIDED = "voided"
    EXTENDED = "extended"
    LAPSED = "lapsed"
    REDEEMED = "redeemed"
    CALL = "call"
    STATE = "state"
    NO_ANSWER_NEEDED = "no_answer_needed"
    URGENT_ASKED = "urgent_asked"
    URGENT_CONFIRMED = "urgent_confirmed"
    URGENT_REFUSED = "urgent_refused"
    ASSIGNED = "assigned"
    KIND = "kind"
    STANDING = "standing"
    COVERED = "covered"
    LINKED = "linked"
    MERGED = "merged"
    SPLIT = "split"
    ALERTED = "alerted"
    REDACTED = "redacted"


ABOUT_QUOTES = frozenset(
    {
        MessageKind.OFFERED,
        MessageKind.WITHDRAWN,
        MessageKind.APPROVED,
        MessageKind.DECLINED,
        MessageKind.CANCELLED,
        MessageKind.STARTED,
        MessageKind.DEDUCTED,
        MessageKind.RELEASED,
        MessageKind.INFEASIBLE,
        MessageKind.VOIDED,
        MessageKind.EXTENDED,
        MessageKind.LAPSED,
    }
)
"""Messages that tell what became of a quote; all others are what somebody wrote or did besides."""
FOR_STAFF_ALONE = frozenset(
    {
        MessageKind.NOTE,
        MessageKind.CALL,
        MessageKind.NO_ANSWER_NEEDED,
        MessageKind.ASSIGNED,
        MessageKind.KIND,
        MessageKind.STANDING,
        MessageKind.COVERED,
        MessageKind.ALERTED,
        MessageKind.REDACTED,
    }
)
"""Messages that the customer is not shown. How help is covered he reads beside the thread, not in it."""

FILE_OF = "file_of"
"""In the detail of a file that came after its words, as those of chats do: the message that has the words."""

BY_PEOPLE = frozenset({MessageKind.TEXT, MessageKind.NOTE, MessageKind.CALL})
"""Messages that are what somebody wrote; each has a number to take it up by."""

BY_ITSELF = frozenset(
    {MessageKind.STATE, MessageKind.STANDING, MessageKind.COVERED, MessageKind.ALERTED, MessageKind.LAPSED}
)
"""What the bridge notes as time goes by, where it is the author: nobody has done anything then."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket: what was so when it was opened.

    `price` is the code of the price it was opened from (rule C13), `continues` the closed ticket that it goes on with
    (rule T10), `language` the customer's as far as it is known. `number` counts what has changed of what its customer
    is shown.
    """

    id: int
    store: str
    account_id: int
    subject: str
    opened_at: datetime
    opened_by: Author
    staff: str | None = None
    price: str | None = None
    number: int = 1
    kind: TicketKind = TicketKind.SUPPORT
    channel: Channel = Channel.PAGE
    order_id: int | None = None
    product: str = ""
    continues: int | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class TicketNow:
    """How a ticket stands: what follows from its history and the policy, worked out and kept beside it (rule T9).

    `standing` is what its clocks run under now, a plan's key or one of those that are none, `opened_standing` what they
    ran under at its opening. `policy` is the version of the store's policy that `due` was worked out with, 0 where that
    has not been done. `due` is the earliest moment that a clock is due, None where none runs; `guaranteed` says whether
    that can be breached.
    """

    state: TicketState
    since: datetime
    kind: TicketKind
    urgency: Urgency = Urgency.NONE
    assignee: str | None = None
    standing: str = ""
    opened_standing: str = ""
    policy: int = 0
    due: datetime | None = None
    guaranteed: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a ticket's history. `detail` has numbers and stable words only; `text` can be erased.

    `verified` says that it came from the shop's own page with its signature (rule T11), or from staff or the bridge.
    `number` counts the messages of its ticket that the customer is shown, from 1 without a gap, in the order they were
    said; None for those that are staff's alone. `version` counts what has changed of what is shown of it.
    """

    at: datetime
    author: Author
    kind: MessageKind
    text: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    staff: str | None = None
    verified: bool = True
    id: int = 0
    number: int | None = None
    version: int = 1
