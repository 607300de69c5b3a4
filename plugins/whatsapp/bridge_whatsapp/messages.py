"""One message of a delivery as the bridge takes it, whatever type it is of.

Believes: a type that is not known here comes some day; it is shown as what it calls itself, never dropped. A sender may
be known by his telephone number, by his id for this business, or by both; an id can stand where the number was.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from bridge.contracts.chats import Incoming, Media
from bridge.domain.chats import Address, ChatKind
from bridge_whatsapp.reading import LONGEST_NAME, Json, identifier, moment, phone, rows, table, text, whole

CHANNEL = "whatsapp"
MEDIA_TYPES = ("image", "video", "audio", "voice", "document", "sticker")
SYSTEM_TYPES = ("system", "request_welcome", "ephemeral")
"""Nobody wrote these: a number that changed, a chat that was opened."""
_CARDS = 10
"""Contact cards of a message that are shown."""


class Said(NamedTuple):
    """What a message says, apart from who sent it and when."""

    kind: ChatKind
    text: str = ""
    context: str = ""
    button: str = ""
    media: Media | None = None
    what: str = ""


def incoming(message: Json, *, number: str, people: "People", arrived_at: datetime) -> Incoming | None:
    """A message that came to the number of that id; None where it has no id or no sender."""
    external_id = identifier(message, "id")
    sender = people.sender(message)
    if not external_id or sender is None:
        return None
    name = text(message, "type", longest=40)
    said = _READERS.get(name, _unknown)(message)
    return Incoming(
        external_id=external_id,
        number=number,
        sender=sender,
        sent_at=moment(message, "timestamp", arrived_at),
        kind=said.kind,
        text=said.text,
        name=people.name(sender),
        context=said.context or identifier(table(message, "context"), "id"),
        button=said.button,
        media=said.media,
        what=said.what,
        # A group's members don't write to us: nothing automatic goes into a group.
        automatic=name in SYSTEM_TYPES or bool(text(message, "group_id")),
    )


def echo(message: Json, *, number: str, arrived_at: datetime) -> Incoming | None:
    """What somebody of ours wrote with the app on a telephone, to whom it says; nobody is answered."""
    external_id, sender = identifier(message, "id"), address(text(message, "from"))
    receiver = address(identifier(message, "to"), identifier(message, "to_user_id"))
    if not external_id or sender is None or receiver is None:
        return None
    said = _READERS.get(text(message, "type", longest=40), _unknown)(message)
    at = moment(message, "timestamp", arrived_at)
    return Incoming(
        external_id, number, sender, at, said.kind, said.text, what=said.what, automatic=True, receiver=receiver
    )


def address(written: str, user_id: str = "") -> Address | None:
    """Where somebody is reached, by what stands where his number used to stand, and his id for this business."""
    number = phone(written)
    user = user_id or ("" if number else written)
    return Address(CHANNEL, number, user) if number or user else None


class People:
    """The contacts that a delivery names, by number and by id."""

    def __init__(self, value: Json) -> None:
        self._names: dict[str, str] = {}
        self._user_of: dict[str, str] = {}
        for one in rows(value, "contacts"):
            found = address(identifier(one, "wa_id"), identifier(one, "user_id"))
            if found is None:
                continue
            shown = text(table(one, "profile"), "name", longest=LONGEST_NAME)
            self._names.update({key: shown for key in (found.phone, found.user_id) if key})
            if found.phone and found.user_id:
                self._user_of[found.phone] = found.user_id

    def sender(self, message: Json) -> Address | None:
        """Who sent it; None where it doesn't say."""
        found = address(identifier(message, "from"), identifier(message, "from_user_id"))
        if found is None or found.user_id:
            return found
        return found._replace(user_id=self._user_of.get(found.phone, ""))

    def name(self, sender: Address) -> str:
        """What he calls himself; empty where the delivery doesn't say."""
        return self._names.get(sender.user_id) or self._names.get(sender.phone, "")


# --- what each type says ---


def _text(message: Json) -> Said:
    return Said(ChatKind.TEXT, text(table(message, "text"), "body"))


def _template_button(message: Json) -> Said:
    """A quick reply of a template."""
    pressed = table(message, "button")
    return Said(ChatKind.BUTTON, text(pressed, "text"), button=identifier(pressed, "payload"))


def _interactive(message: Json) -> Said:
    whole_reply = table(message, "interactive")
    kind = text(whole_reply, "type", longest=40)
    if kind not in {"button_reply", "list_reply"}:
        return Said(ChatKind.UNKNOWN, what=f"interactive {kind}".strip())
    pressed = table(whole_reply, kind)
    return Said(ChatKind.BUTTON, text(pressed, "title"), button=identifier(pressed, "id"))


def _media(message: Json) -> Said:
    name = text(message, "type", longest=40)
    file = table(message, name)
    found = identifier(file, "id")
    if not found:
        return Said(ChatKind.UNKNOWN, text(file, "caption"), what=name)
    media = Media(
        id=found,
        mime_type=text(file, "mime_type", longest=100).partition(";")[0].strip().lower(),
        name=text(file, "filename", longest=LONGEST_NAME),
        size=whole(file, "file_size"),
    )
    return Said(ChatKind.MEDIA, text(file, "caption"), media=media, what=name)


def _place(message: Json) -> Said:
    place = table(message, "location")
    parts = [text(place, name, longest=LONGEST_NAME) for name in ("name", "address", "url")]
    found = ", ".join(text(place, name, longest=20) for name in ("latitude", "longitude"))
    return Said(ChatKind.PLACE, "\n".join(one for one in (*parts, found.strip(", ")) if one))


def _contact_cards(message: Json) -> Said:
    lines = []
    for card in list(rows(message, "contacts"))[:_CARDS]:
        phones = [text(one, "phone", longest=40) for one in rows(card, "phones")]
        name = text(table(card, "name"), "formatted_name", longest=LONGEST_NAME)
        lines.append(", ".join(one for one in (name, *phones[:_CARDS]) if one))
    return Said(ChatKind.CONTACT_CARD, "\n".join(lines))


def _reaction(message: Json) -> Said:
    """A sign under a message of ours; without one, an earlier sign was taken away."""
    given = table(message, "reaction")
    return Said(ChatKind.REACTION, text(given, "emoji", longest=40), context=identifier(given, "message_id"))


def _unsupported(message: Json) -> Said:
    """What the API itself can't hand over; it says what it was, if it knows."""
    inner = text(table(message, "unsupported"), "type", longest=40)
    return Said(ChatKind.UNKNOWN, what=f"unsupported {inner}".strip())


def _system(message: Json) -> Said:
    return Said(ChatKind.UNKNOWN, what=f"system {text(table(message, 'system'), 'type', longest=40)}".strip())


def _unknown(message: Json) -> Said:
    return Said(ChatKind.UNKNOWN, what=text(message, "type", longest=40) or "nothing")


_READERS: Mapping[str, Callable[[Json], Said]] = {
    "text": _text,
    "button": _template_button,
    "interactive": _interactive,
    **dict.fromkeys(MEDIA_TYPES, _media),
    "location": _place,
    "contacts": _contact_cards,
    "reaction": _reaction,
    "unsupported": _unsupported,
    "system": _system,
}
