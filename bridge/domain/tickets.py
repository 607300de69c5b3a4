"""Tickets: what a customer wants, and the thread of messages about it.

What coins are spent on is always a ticket. Texts and subjects can be erased (rule D2); ids and numbers stay.
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


class MessageKind(StrEnum):
    """What a message is. Of all but texts and notes the words are made of `detail` when they are shown."""

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
    REDEEMED = "redeemed"
    CALL = "call"


ABOUT_QUOTES = frozenset(MessageKind) - {MessageKind.TEXT, MessageKind.NOTE, MessageKind.CALL, MessageKind.REDEEMED}
"""Messages that tell what became of a quote; all others are what somebody wrote or did besides."""
FOR_STAFF_ALONE = frozenset({MessageKind.NOTE, MessageKind.CALL})
"""Messages that the customer is not shown."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket. `price` is the code of the price it was opened from, None otherwise (rule C13).

    `number` counts what has changed of what its customer is shown.
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


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a ticket's thread. `detail` has numbers and stable words only; `text` can be erased.

    `verified` says that it came from the shop's own page with its signature (rule T11), or from staff or the bridge.
    """

    at: datetime
    author: Author
    kind: MessageKind
    text: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    staff: str | None = None
    verified: bool = True
    id: int = 0
