"""Inbox rows as they are read: signed by the store's key, in their own place, and of exactly the shape agreed on.

Nothing of a row is believed before its signature is, over the very bytes that are stored. A row that doesn't verify, or
that stands in another place than it names, may be anybody's: it is counted, and answered to nobody. One that is ours
but not as agreed on is answered, because a customer waits for it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, NoReturn

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from bridge.contracts.shop_documents import InboxRow
from bridge.contracts.shop_rows import SHOP_TO_DESK, SigningKey, verifies

INBOX = "inbox"
MOST_FILES, MOST_PARTS = 20, 400
"""More files, or parts of one, no page of ours would name, whatever the settings are."""
LATEST_S = 4_102_444_800
"""The year 2100 in Unix time: a page's clock that is past it says no more than that."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Doubt(StrEnum):
    """Why a row is not believed."""

    EMPTY = "empty or too long"
    UNSIGNED = "not signed with the store's key"
    UNREADABLE = "no document"
    ELSEWHERE = "signed for another place"
    STALE = "older than anything that is remembered of what was done"


def _text(text: str) -> str:
    """Text that can be kept and shown: no halves of characters, no control characters but breaks and tabs."""
    text.encode()
    if _UNPRINTABLE.search(text) or not text.strip():
        raise ValueError("must be text that says something")
    return text


def _line(text: str) -> str:
    if any(sign in text for sign in "\r\n\t"):
        raise ValueError("must be one line")
    return _text(text)


def _uuid(text: str) -> str:
    if not _UUID.fullmatch(text):
        raise ValueError("must be a UUID")
    return text


Number = Annotated[int, Field(ge=1, le=2**53)]
Line = Annotated[str, AfterValidator(_line)]
Text = Annotated[str, AfterValidator(_text)]
TextHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Strict(BaseModel):
    """Data of one kind: no unknown name, no name left out, no other type. Errors never carry what was written."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class QuoteApprove(Strict):
    """Approve one version of a quote in the words that were shown."""

    quote: Number
    version: Number
    text_hash: TextHash


class QuoteDecline(Strict):
    """Decline one version of a quote."""

    quote: Number
    version: Number


class QuoteCancel(Strict):
    """Take an approval back."""

    quote: Number


class FileNote(Strict):
    """A file of a message, whose parts the page has left before."""

    file: Annotated[str, AfterValidator(_uuid)]
    name: Annotated[str, Field(max_length=1_000)]
    size: Annotated[int, Field(ge=1, le=2**31)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    parts: Annotated[int, Field(ge=1, le=MOST_PARTS)]


class WithFiles(Strict):
    """A message that can have files; pages of an earlier release say nothing of any."""

    files: Annotated[list[FileNote], Field(max_length=MOST_FILES)] = Field(default_factory=list)


class TicketOpen(WithFiles):
    """Open a ticket, perhaps from the price list; what a page leaves out is as usual."""

    subject: Annotated[Line, Field(min_length=1, max_length=200)]
    text: Annotated[Text, Field(min_length=1, max_length=4_000)]
    price: Annotated[Line, Field(max_length=64)] | None
    kind: Literal["pre_sales", "support", "work"] = "support"
    order: Number | None = None
    product: Annotated[Line, Field(min_length=1, max_length=200)] | None = None
    urgent: bool = False
    licence: Number | None = None


class TicketCover(Strict):
    """Say which licence of one's own a ticket is about."""

    ticket: Number
    licence: Number


class TicketReply(WithFiles):
    """Write about a ticket of one's own."""

    ticket: Number
    text: Annotated[Text, Field(min_length=1, max_length=4_000)]


class RequestReply(Strict):
    """Write about a ticket, as extensions before 0.5.0 do."""

    request: Number
    text: Annotated[Text, Field(min_length=1, max_length=4_000)]


class RightRedeem(Strict):
    """Redeem a right for a domain."""

    right: Annotated[Line, Field(max_length=64)]
    domain: Annotated[Line, Field(max_length=300)]


class LicenceRelease(Strict):
    """Release a domain of a licence of one's own."""

    licence: Number
    domain: Annotated[Line, Field(min_length=1, max_length=300)]


class AgreementAccept(Strict):
    """Accept one version of an agreement in the words that were shown."""

    agreement: Number
    version: Number
    text_hash: TextHash


class AgreementDecline(Strict):
    """Decline one version of an agreement."""

    agreement: Number
    version: Number


class BillAccept(Strict):
    """Accept a statement as it was shown."""

    bill: Number
    text_hash: TextHash


class BillDispute(Strict):
    """Say what is wrong with a statement as it was shown."""

    bill: Number
    text_hash: TextHash
    text: Annotated[Text, Field(min_length=1, max_length=2_000)]


class ChatCode(Strict):
    """Ask for the code that links a chat."""


class GuestClaim(Strict):
    """Ask for the code of a guest's order."""

    order: Number


class GuestCode(Strict):
    """Enter the code of a guest's order."""

    order: Number
    code: Annotated[Line, Field(max_length=32)]


class _Envelope(Strict):
    v: Literal[1]
    store: str
    customer: Number
    uuid: str
    kind: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]
    at: Annotated[int, Field(ge=0, le=2**53)]
    language: Literal["en", "ru", "fa"]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Posted:
    """What a customer did on the store's page, as proven by its signature (rule T11).

    `kind` is empty and `data` None where the row is ours but not as agreed on. The page's own clock, `posted_at`, is
    believed in nothing but how fast the customer was, and that a row is too old to be new.
    """

    uuid: str
    customer_id: int
    kind: str = ""
    language: str = "en"
    data: Mapping[str, Any] | None = None
    posted_at: datetime | None = None


def read_row(row: InboxRow, store: str, keys: Sequence[SigningKey]) -> Posted | Doubt:
    """What the row says, or why it is not believed."""
    if not row.payload:
        return Doubt.EMPTY
    if not verifies(keys, INBOX, row.payload, row.key_id, row.mac, direction=SHOP_TO_DESK):
        return Doubt.UNSIGNED
    document = decoded(row.payload)
    if document is None:
        return Doubt.UNREADABLE
    place = (document.get("store"), document.get("customer"), document.get("uuid"))
    if place != (store, row.customer_id, row.uuid) or row.customer_id < 1 or not _UUID.fullmatch(row.uuid):
        return Doubt.ELSEWHERE
    try:
        read = _Envelope.model_validate(document)
    except ValidationError:
        return Posted(row.uuid, row.customer_id)
    posted_at = datetime.fromtimestamp(min(read.at, LATEST_S), UTC)
    return Posted(read.uuid, read.customer, read.kind, read.language, read.data, posted_at)


def decoded(payload: str) -> dict[str, Any] | None:
    """A payload's document; None for what is none, names something twice, or is nested beyond reading."""
    try:
        document = json.loads(payload, object_pairs_hook=_each_once, parse_constant=_refused, parse_float=_refused)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a name stands twice")
    return document


def _refused(number: str) -> NoReturn:
    raise ValueError(f"only whole numbers are agreed on, not {number}")
