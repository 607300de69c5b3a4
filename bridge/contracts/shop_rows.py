"""Rows we leave in the shop's database: their exact bytes and their signature.

A payload is ASCII JSON with sorted keys, so that no charset and no input escaping of a shop can change a byte of it.
The signature (HMAC-SHA-256) covers the format's version, the direction, the table, the key's id and those bytes: a row
copied to another table, another direction or another key does not verify. SQL write access alone can't make one.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

FORMAT = "supportbridge:1"
DESK_TO_SHOP = "desk-to-shop"
SHOP_TO_DESK = "shop-to-desk"
SCHEMA_VERSION = 1
"""Version of the tables in `bridge/shopkit/tables.sql`."""


class SigningKey(NamedTuple):
    """One of a store's keys: `secret` is 32 bytes and never leaves the key files."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"SigningKey(id={self.id!r})"


class SignedRow(NamedTuple):
    """One row: who it is for (0 where it is for nobody), its version, its bytes and their signature."""

    customer_id: int
    epoch: int
    number: int
    payload: str
    key_id: str
    mac: str


def canonical_json(document: Any) -> str:
    """The one spelling of a document: ASCII, sorted keys, no blanks."""
    return json.dumps(document, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def mac_of(key: SigningKey, table: str, payload: str, *, direction: str = DESK_TO_SHOP) -> str:
    """The signature of a payload in `table` (named without prefix), as 64 lower-case hex digits."""
    message = f"{FORMAT}\n{direction}\n{table}\n{key.id}\n{payload}"
    return hmac.new(key.secret, message.encode("ascii"), hashlib.sha256).hexdigest()


def verifies(
    keys: Iterable[SigningKey], table: str, payload: str, key_id: str, mac: str, *, direction: str = DESK_TO_SHOP
) -> bool:
    """Whether one of the keys signed these bytes for this table; compares in constant time.

    What is no ASCII is none of ours, and the comparison would raise for it.
    """
    if not (payload.isascii() and mac.isascii()):
        return False
    return any(
        key.id == key_id and hmac.compare_digest(mac_of(key, table, payload, direction=direction), mac) for key in keys
    )


def signed_row(key: SigningKey, table: str, document: Any, *, customer_id: int, epoch: int, number: int) -> SignedRow:
    """A document as the row that goes into the shop."""
    payload = canonical_json(document)
    return SignedRow(customer_id, epoch, number, payload, key.id, mac_of(key, table, payload))


def claim_name(store: str) -> str:
    """What the row that names a store's desk is called among the notes."""
    return f"desk:{store}"


def foreign_claim(seen: str, desk: str, epoch: int) -> str | None:
    """Why a desk must leave a shop alone that has this verified claim, in words; None where the claim is its own."""
    theirs = json.loads(seen)
    if theirs.get("desk") != desk:
        return f"the shop belongs to the desk {theirs.get('desk')}, this is {desk}"
    if int(theirs.get("epoch", 0)) > epoch:
        return (
            f"the shop has seen epoch {theirs.get('epoch')} of this desk, this one is at {epoch}: it is an older copy"
        )
    return None


def chain(digest: str, payload: str) -> str:
    """The digest of an account's entries after one more payload; it starts from the empty string."""
    return hashlib.sha256(f"{digest}\n{payload}".encode("ascii")).hexdigest()
