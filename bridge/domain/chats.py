"""Conversations: what contacts write to a number and what goes back, apart from the channel that carries it.

Nothing of a chat is verified (rule T11): it approves, spends and reveals nothing; the one exception is a premium
agreement (rule W5). A contact is known by his telephone number or by an id that the channel gives him for this business
alone; either may be missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bridge.domain.premium import NumberRole


class Route(StrEnum):
    """What a conversation is (rule W3). A new one on the official number waits for what the contact wants.

    On the official number help after the purchase is redirected, on the premium one a question before buying is.
    """

    NEW = "new"
    PRESALES = "presales"
    REDIRECTED = "redirected"
    PREMIUM = "premium"
    MOVED = "moved"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class ChatKind(StrEnum):
    """What a message is. UNKNOWN is a type that we can't show; what it was is said, never guessed."""

    TEXT = "text"
    BUTTON = "button"
    MEDIA = "media"
    PLACE = "place"
    CONTACT_CARD = "contact_card"
    REACTION = "reaction"
    UNKNOWN = "unknown"
    AUTOREPLY = "autoreply"
    AGREEMENT = "agreement"
    STATEMENT = "statement"
    TEMPLATE = "template"
    NOTICE = "notice"


class SendState(StrEnum):
    """How far a message of ours is, in this order; what the channel says late or twice never puts it back.

    WAITING waits for the contact to write, outside the window (rule W10). UNSURE was being handed over when the
    daemon or the connection died: it isn't sent again by itself, because nobody knows whether it was taken.
    """

    QUEUED = "queued"
    WAITING = "waiting"
    SENDING = "sending"
    UNSURE = "unsure"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


_FURTHER = {SendState.SENT: 1, SendState.FAILED: 2, SendState.DELIVERED: 3, SendState.READ: 4}


def furthest(was: SendState, said: SendState) -> SendState:
    """How far a message is once the channel has `said` something of it, late or out of order."""
    return said if _FURTHER.get(said, 0) > _FURTHER.get(was, 0) else was


class MediaState(StrEnum):
    """What is the case with a file that came along: still to be fetched, kept, not to be had, erased.

    TOO_MANY was never fetched: its contact had sent as many within the hour as he may (rule T12).
    """

    DUE = "due"
    KEPT = "kept"
    REFUSED = "refused"
    TOO_MANY = "too_many"
    ERASED = "erased"


class ChatMedia(NamedTuple):
    """A file that came with a message: the channel's id of it, its type by the channel, its name where it has one.

    `sha256` is of its content where that is kept; then `mime_type` is what the content is.
    """

    id: str
    mime_type: str
    name: str = ""
    size: int = 0
    state: MediaState = MediaState.DUE
    sha256: str = ""


class Address(NamedTuple):
    """Where a contact is reached on a channel. One of the two may be empty, never both; both are erasable (rule D1)."""

    channel: str
    phone: str = ""
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class ChatContact:
    """Somebody who writes, or with whom there is an agreement.

    `account_id` is the shop customer he was linked to by a one-time code (rule W9). `name` is what he calls himself.
    """

    id: int
    store: str
    account_id: int | None = None
    language: str = ""
    name: str = ""
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """One contact on one number. `last_in_at` opens the window of rule W10; `replied_at` is the last automatic reply.

    `waiting_since` is when the contact wrote what nobody has answered; of one who is blocked nobody asks for it.
    `ticket_id` is the ticket that it was moved to.
    """

    id: int
    store: str
    contact_id: int
    number: str
    channel: str = ""
    route: Route = Route.NEW
    last_in_at: datetime | None = None
    replied_at: datetime | None = None
    waiting_since: datetime | None = None
    ticket_id: int | None = None


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message. `at` is the channel's own moment for what came, ours for what goes.

    `external_id` is the channel's id: the key by which nothing counts twice. `context` is the id of the message that it
    answers, `button` the id of the button pressed. Of ours, `buttons` are those it carries, title by id, `template` the
    word for what is sent outside the window (rule W10), `reference` what the channel is given to know it by, and
    `readied` how often it was ready to be sent. `ticket_message` is the message of a ticket that it is, too. An
    automatic reply has no text: it is made when it is sent, so that the books never hold the premium number (rule W2).
    """

    id: int
    conversation_id: int
    direction: Direction
    kind: ChatKind
    text: str
    at: datetime
    external_id: str = ""
    context: str = ""
    button: str = ""
    state: SendState | None = None
    staff: str | None = None
    error: str = ""
    agreement_id: int | None = None
    language: str = ""
    buttons: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    reference: str = ""
    readied: int = 0
    ticket_message: int | None = None
    media: ChatMedia | None = None


def window_open(conversation: Conversation, at: datetime, *, window: timedelta) -> bool:
    """Whether free text may be sent now (rule W10). A moment of theirs that is ahead of our clock counts as now."""
    last = conversation.last_in_at
    return last is not None and at - last < window


def owes_autoreply(conversation: Conversation, role: NumberRole, at: datetime, *, again: timedelta) -> bool:
    """Whether the official number's automatic reply is due: once a contact in so long (rule W2)."""
    if role is not NumberRole.OFFICIAL:
        return False
    return conversation.replied_at is None or at - conversation.replied_at >= again
