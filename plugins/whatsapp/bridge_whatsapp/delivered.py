"""What one delivery of the webhook brings: every message, every status and every error of every entry and change.

Believes: several of each may come at once, also for several numbers; whatever is read here is read from a body whose
signature was good, so what can't be understood is our gap and is told, not guessed.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime

from bridge.contracts.chats import Incoming
from bridge.domain.chats import SendState
from bridge_whatsapp.messages import People, echo, incoming
from bridge_whatsapp.reading import Json, identifier, rows, table, text, whole
from bridge_whatsapp.refusals import in_words

_STATES = {
    "sent": SendState.SENT,
    "delivered": SendState.DELIVERED,
    "read": SendState.READ,
    "played": SendState.READ,
    "failed": SendState.FAILED,
}
"""A voice message that was played was read; other words (deleted, warning) say nothing of how far a message came."""


@dataclass(frozen=True, slots=True)
class Status:
    """What the API says of a message of ours. `reason` is in plain words, empty unless it failed."""

    number: str
    external_id: str
    state: SendState
    reason: str = ""
    reference: str = ""


@dataclass(slots=True)
class Delivered:
    """All that came. `errors` are the API's own troubles with a number: (id of the number, code).

    `unreadable` counts messages and statuses without an id or a sender, `other` names the fields that are not ours.
    """

    messages: list[Incoming] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    errors: list[tuple[str, int]] = field(default_factory=list)
    other: set[str] = field(default_factory=set)
    unreadable: int = 0


def read_delivery(body: bytes, arrived_at: datetime) -> Delivered | None:
    """Read a delivery's body. None for what is none: no JSON, or not about a WhatsApp account."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if text(document, "object", longest=40) != "whatsapp_business_account":
        return None
    found = Delivered()
    for entry in rows(document, "entry"):
        for change in rows(entry, "changes"):
            _read_change(change, found, arrived_at)
    return found


def _read_change(change: Json, found: Delivered, arrived_at: datetime) -> None:
    name, value = text(change, "field", longest=60), table(change, "value")
    number = identifier(table(value, "metadata"), "phone_number_id")
    if name == "messages":
        people = People(value)
        for one in rows(value, "messages"):
            _keep(incoming(one, number=number, people=people, arrived_at=arrived_at), found)
        for one in rows(value, "statuses"):
            _read_status(one, number, found)
        found.errors += [(number, whole(one, "code")) for one in rows(value, "errors")]
    elif name == "smb_message_echoes":
        for one in rows(value, "message_echoes"):
            _keep(echo(one, number=number, arrived_at=arrived_at), found)
    else:
        found.other.add(name)


def _keep(message: Incoming | None, found: Delivered) -> None:
    if message is None:
        found.unreadable += 1
    else:
        found.messages.append(message)


def _read_status(written: Json, number: str, found: Delivered) -> None:
    external_id, word = identifier(written, "id"), text(written, "status", longest=40)
    if not external_id or not word:
        found.unreadable += 1
        return
    state = _STATES.get(word)
    if state is None:
        return
    failed = state is SendState.FAILED
    code = next((whole(one, "code") for one in rows(written, "errors")), 0)
    found.statuses.append(
        Status(
            number,
            external_id,
            state,
            reason=in_words(code) if failed else "",
            reference=text(written, "biz_opaque_callback_data", longest=512),
        )
    )
