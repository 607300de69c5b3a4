"""How conversations are shown to staff. What contacts wrote is theirs and hostile: it is escaped, on its own lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bridge.cli.acting import listed
from bridge.cli.customer import owner_document
from bridge.cli.screen import age, grid, line, local, one_line, styled, table, utc, words_parts
from bridge.domain.accounts import Owner
from bridge.domain.chats import Address, ChatContact, ChatKind, ChatMessage, Conversation, Direction, SendState
from bridge.settings import StoreSettings

LONGEST_NAME = 40
UNSENT = frozenset({SendState.WAITING, SendState.UNSURE, SendState.FAILED})
"""What somebody should look at."""


@dataclass(frozen=True, slots=True)
class ChatView:
    """A conversation, with whom, and until when free text may be sent; None where it may not."""

    store: StoreSettings
    conversation: Conversation
    contact: ChatContact
    owner: Owner | None
    open_until: datetime | None
    at: datetime

    @property
    def waits_since(self) -> datetime | None:
        """Since when the contact has waited for an answer; who is blocked does not get one."""
        return None if self.contact.blocked else self.conversation.waiting_since

    @property
    def waits(self) -> timedelta | None:
        """For how long."""
        since = self.waits_since
        return None if since is None else self.at - since


def chat_document(view: ChatView) -> dict[str, Any]:
    """A conversation for programs."""
    chat, contact = view.conversation, view.contact
    return {
        "chat": chat.id,
        "store": chat.store,
        "number": chat.number,
        "channel": chat.channel,
        "route": chat.route.value,
        "contact": contact.id,
        "name": contact.name,
        "language": contact.language,
        "blocked": contact.blocked,
        "customer": None if view.owner is None else owner_document(view.owner),
        "last_received_at": utc(chat.last_in_at),
        "waiting_since": utc(view.waits_since),
        "free_text_until": utc(view.open_until),
        "ticket": chat.ticket_id,
    }


def chats_table(views: Sequence[ChatView]) -> Any:
    """Conversations, a row each."""
    rows = [
        (
            view.conversation.id,
            view.store.name,
            view.conversation.number,
            view.conversation.route.value,
            _whom(view),
            "" if view.waits is None else age(view.waits.total_seconds()),
            "yes" if view.open_until else "no",
            one_line(view.contact.name)[:LONGEST_NAME],
        )
        for view in views
    ]
    # What a contact calls himself comes last: words that run from the right turn round what stands behind them.
    columns = ("No.", "Store", "On", "Route", "With", "Waits", "Free text", "Name")
    return table(*columns, rows=rows, right=("No.", "Waits"), words=("Name",))


def _whom(view: ChatView) -> str:
    """`contact 3, customer 77, blocked`."""
    owner = str(view.owner) if view.owner else ""
    return ", ".join(filter(None, (f"contact {view.contact.id}", owner, "blocked" if view.contact.blocked else "")))


def listed_chats(views: Sequence[ChatView]) -> list[Any]:
    """The list with its last line."""
    if not views:
        return [line("No conversations.")]
    return [
        chats_table(views),
        line(),
        line(f"{listed(len(views), 'conversation')} What was said: bridge chat show CHAT"),
    ]


def chat_parts(view: ChatView, addresses: Sequence[Address]) -> list[Any]:
    """A conversation's facts, for people."""
    chat, contact, zone = view.conversation, view.contact, view.store.zone_info
    linked = "nobody: what he writes reveals and approves nothing" if view.owner is None else str(view.owner)
    facts: list[Sequence[object]] = [
        ("Conversation", f"{chat.id} on number {chat.number} of store {chat.store}"),
        ("Contact", f"{contact.id}" + (", blocked" if contact.blocked else "")),
        ("Calls himself", one_line(contact.name)),
        ("Linked to", linked),
        ("Route", chat.route.value + (f", ticket {chat.ticket_id}" if chat.ticket_id is not None else "")),
        ("Language", contact.language),
    ]
    facts += [("Reached at", f"{one.phone or 'an id of the channel'} by {one.channel}") for one in addresses]
    if view.waits_since is not None:
        facts.append(("Waits since", local(view.waits_since, zone)))
    until = view.open_until
    free = "no: what you send waits until he writes" if until is None else f"until {local(until, zone)}"
    facts.append(("Free text", free))
    return [grid(facts)]


def message_document(message: ChatMessage) -> dict[str, Any]:
    """A message for programs."""
    media = message.media
    return {
        "message": message.id,
        "direction": message.direction.value,
        "kind": message.kind.value,
        "text": message.text,
        "at": utc(message.at),
        "state": message.state.value if message.state else None,
        "error": message.error,
        "by": message.staff,
        "agreement": message.agreement_id,
        "file": None
        if media is None
        else {"name": media.name, "type": media.mime_type, "bytes": media.size, "state": media.state.value},
    }


def thread_parts(thread: Sequence[ChatMessage], view: ChatView) -> list[Any]:
    """All that was said, a line about each message and its words below."""
    parts: list[Any] = []
    for one in thread:
        parts += [line(), _about(one, view), *words_parts(_words(one))]
    return parts


def _about(message: ChatMessage, view: ChatView) -> Any:
    who = "the contact" if message.direction is Direction.IN else message.staff or _not_named(message)
    told = [f"{message.id}  {local(message.at, view.store.zone_info)}  {who}"]
    if message.kind is not ChatKind.TEXT:
        told.append(message.kind.value.replace("_", " "))
    if message.state is not None:
        told.append(f"{message.state}{f': {message.error}' if message.error else ''}")
    return styled(", ".join(told), "warning" if message.state in UNSENT else "quiet")


def _not_named(message: ChatMessage) -> str:
    return "the bridge" if message.reference else "somebody, on the telephone"


def _words(message: ChatMessage) -> str:
    if message.kind is ChatKind.AUTOREPLY:
        return "(the automatic reply)"
    media = message.media
    file = "" if media is None else f"[{media.name or media.mime_type}, {media.state}]"
    return "\n".join(filter(None, (message.text, file))) or "(no words)"
