"""An event as the receiver gets it: a flat JSON object of ids and numbers, and its signature.

Believes: the receiver recognises a repeat by `key`, and a forgery or an old post by the signature over time and body.
"""

import dataclasses
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.events import EVENTS, Event

NAMES = {kind: name for name, kind in EVENTS.items()}
MOST_BYTES = 65_536
_OWNER = {
    OwnerKind.CUSTOMER: "customer",
    OwnerKind.GUEST: "guest_order",
    OwnerKind.FORMER: "former_account",
    OwnerKind.VISITOR: "visitor_thread",
    OwnerKind.HOLDER: "licence_row",
}


def document(event: Event) -> dict[str, Any]:
    """The object that is posted: `event` is the event's name, times are ISO 8601 in UTC, amounts are coins."""
    found: dict[str, Any] = {"event": NAMES[type(event)]}
    for field in dataclasses.fields(event):
        value = getattr(event, field.name)
        if isinstance(value, Owner):
            found[_OWNER[value.kind]] = value.ref
        elif field.name != "owner":  # nobody that the shop knows
            found[field.name] = _plain(value)
    return found


def encode(body: Mapping[str, Any]) -> bytes:
    """The bytes that are posted, the same each time. Raises `ValueError` where they would be too many."""
    text = json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
    if len(text) > MOST_BYTES:
        raise ValueError(f"an event of {len(text):,} bytes is not posted")
    return text


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`v1=` and the HMAC-SHA-256, in lower-case hex, of the timestamp, a dot and the body."""
    mac = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={mac.hexdigest()}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return list(value) if isinstance(value, tuple) else value
