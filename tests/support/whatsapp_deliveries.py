"""What the WhatsApp API posts to a webhook: its messages, statuses and deliveries, as its documents write them."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

OFFICIAL, PREMIUM = "106540352242922", "106540352242933"
"""The ids of two numbers of ours."""
OUR_PHONE = {OFFICIAL: "15550783881", PREMIUM: "15550783882"}
REZA, ANNA_PHONE = "989121112233", "79161112233"
REZA_ID = "IR.13491208655302741918"
NAMES = {REZA: "رضا 🌟", ANNA_PHONE: "Анна"}
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
_ids = count(1)
Document = dict[str, Any]


def new_id() -> str:
    """A message's id that was never given before."""
    return f"wamid.HBgM{next(_ids):020d}A="


def message(
    kind: str = "text", content: object = None, *, sender: str = REZA, at: datetime = NOON, **more: Any
) -> Document:
    """One message. `content` stands under the type's own name; for a text, its words will do."""
    if kind == "text" and isinstance(content, str):
        content = {"body": content}
    found = {"from": sender, "id": new_id(), "timestamp": str(int(at.timestamp())), "type": kind}
    if content is not None:
        found[kind] = content  # type: ignore[assignment]
    return {**found, **more}


def pressed(button: str, title: str, *, context: str, sender: str = REZA, at: datetime = NOON) -> Document:
    """A reply button that was pressed under the message of that id."""
    content = {"type": "button_reply", "button_reply": {"id": button, "title": title}}
    return message("interactive", content, sender=sender, at=at, context={"from": OUR_PHONE[OFFICIAL], "id": context})


def status(external_id: str, word: str, *, at: datetime = NOON, code: int = 0, **more: Any) -> Document:
    """One status of a message of ours; with a code, why it failed."""
    found = {"id": external_id, "status": word, "timestamp": str(int(at.timestamp())), "recipient_id": REZA, **more}
    if code:
        found["errors"] = [{"code": code, "title": "Title", "error_data": {"details": f"about {REZA}"}}]
    return found


def change(
    messages: Sequence[Document] = (), statuses: Sequence[Document] = (), *, number: str = OFFICIAL, **more: Any
) -> Document:
    """One change of the field `messages`, with the contacts that it is about."""
    senders = dict.fromkeys(one["from"] for one in messages if "from" in one)
    value: Document = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": OUR_PHONE.get(number, "15550000000"), "phone_number_id": number},
    }
    if senders:
        value["contacts"] = [{"profile": {"name": NAMES.get(one, "Somebody")}, "wa_id": one} for one in senders]
    if messages:
        value["messages"] = list(messages)
    if statuses:
        value["statuses"] = list(statuses)
    return {"field": "messages", "value": {**value, **more}}


def delivery(*changes: Document) -> Document:
    """One delivery with an entry for each change."""
    entries = [{"id": "102290129340398", "changes": [one]} for one in changes]
    return {"object": "whatsapp_business_account", "entry": entries}


def encoded(document: object, *, escaped: bool = True) -> bytes:
    """A delivery's bytes; the provider writes all but ASCII as escapes."""
    return json.dumps(document, ensure_ascii=escaped).encode()


def signed(body: bytes, secret: str) -> dict[str, str]:
    """The header that says who it is from."""
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}
