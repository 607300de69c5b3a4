"""Files of messages: taken with the message or not at all (rules T12, D1).

The contents have been fetched and looked at before the transaction begins; here is decided by the books, and written
down. A message of which one file can't be taken is refused as a whole, so that nobody believes that he sent what the
other side never saw. A file's name is its sender's word: it is cleaned once more, and shown only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from pydantic import ValidationError

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.files import NamedFile, TicketFile, promised_type, shown_name, type_of
from bridge.domain.tickets import Author, Ticket
from bridge.errors import QuoteRefused
from bridge.services.file_parts import parts_of
from bridge.services.inbox_rows import FileNote, Posted, WithFiles

HOUR = timedelta(hours=1)
FULL = "files_full"
LOST = "file_lost"
UNKNOWN_TYPE = "application/octet-stream"
CARRYING = ("ticket_open", "ticket_reply")
"""What customers do on their page that can have files."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of fetching one file: its type, or the stable word why it can't be taken."""

    type: str = ""
    refusal: str = ""


def named_files(notes: Iterable[FileNote]) -> list[NamedFile]:
    """The files that a message names, as they are shown."""
    return [NamedFile(one.file, shown_name(one.name), one.size, one.sha256, one.parts) for one in notes]


def files_of(posted: Posted) -> list[NamedFile]:
    """The files that a row of the inbox names; none where it is not as agreed on, which its handler tells."""
    if posted.kind not in CARRYING or posted.data is None or not posted.data.get("files"):
        return []
    try:
        return named_files(WithFiles.model_validate({"files": posted.data["files"]}).files)
    except ValidationError:
        return []


def refusal_before(
    tx: Tx,
    terms: DeskTerms,
    customer_id: int,
    files: Sequence[NamedFile],
    *,
    at: datetime,
    posted_at: datetime,
    in_vain: int = 0,
) -> str:
    """Why these files can't be taken whatever their contents are, as a stable word; empty where they can.

    It is asked before they are fetched, so that nobody makes the desk fetch what it would refuse. `in_vain` are files
    of his that it fetched within the hour for messages that were refused: they count as sent (rule T12).
    """
    limits = terms.files
    if len(files) > limits.message_files:
        return "files_too_many"
    if any(promised_type(one.name) is None for one in files):
        return "file_not_allowed"
    if any(one.size > limits.file_bytes for one in files):
        return "file_too_large"
    names = [one.file for one in files]
    if len(set(names)) < len(names) or tx.files.known(terms.store, names):
        return "file_damaged"
    owner = Owner(OwnerKind.CUSTOMER, customer_id)
    account = tx.accounts.of_owners(terms.store, [owner]).get(owner)
    size = sum(one.size for one in files)
    sent = tx.files.sent_within(terms.store, account.id, HOUR, received_at=at, posted_at=posted_at) if account else 0
    if len(files) + sent + in_vain > terms.tickets.files_per_hour:
        return "too_many_files"
    if size + (tx.files.bytes_of(terms.store, account.id) if account else 0) > limits.customer_bytes:
        return "files_no_room"
    if not has_room(tx, terms, size):
        return FULL
    return ""


def receive(
    tx: Tx,
    terms: DeskTerms,
    account: Account,
    ticket_id: int,
    files: Sequence[NamedFile],
    arrivals: Mapping[str, Arrival],
    *,
    at: datetime,
    posted_at: datetime | None = None,
    again: bool = False,
) -> None:
    """Keep the files of the message that a customer has just written into a ticket.

    `arrivals` is what came of fetching them, by file. `again` says that he was told already that they were taken: then
    none is refused, and one that can't be had is written down as lost (Restore). Raises `QuoteRefused`.
    """
    if again:
        known = tx.files.known(terms.store, [one.file for one in files])
        files = [one for one in files if one.file not in known]
    elif files and (refusal := refusal_before(tx, terms, account.owner.ref, files, at=at, posted_at=posted_at or at)):
        raise QuoteRefused(refusal, f"{account.owner}: files of ticket {ticket_id}")
    for one in files:
        arrival = arrivals.get(one.file, Arrival(refusal="file_incomplete"))
        if arrival.refusal and not again:
            raise QuoteRefused(arrival.refusal, f"{account.owner}: file {one.file} of ticket {ticket_id}")
        kind = arrival.type or promised_type(one.name) or UNKNOWN_TYPE
        lost = bool(arrival.refusal)
        tx.files.add(
            terms.store,
            account.id,
            ticket_id,
            one,
            author=Author.CUSTOMER,
            kind=kind,
            lost=lost,
            at=at,
            posted_at=posted_at,
        )


def has_room(tx: Tx, terms: DeskTerms, size: int) -> bool:
    """Whether so many bytes more can be kept of the store's files: of tickets and of chats, equal ones counted each."""
    kept = tx.files.bytes_in(terms.store) + tx.conversations.media_bytes(terms.store)
    return kept + size <= terms.files.store_bytes


def contents_in_use(tx: Tx, store: str, digests: Sequence[str]) -> frozenset[str]:
    """Those of these contents, by their hash, that a file of a ticket or of a chat has: all others are nobody's."""
    return tx.files.used(store, digests) | tx.conversations.media_used(store, digests)


def tell_full(tx: Tx, terms: DeskTerms, at: datetime) -> None:
    """Tell staff that customers' files are refused for want of room: one problem a day."""
    day = at.astimezone(terms.zone).date()
    tx.problems.report(
        terms.store,
        key=f"{FULL}:{day}",
        kind=FULL,
        summary="customers' files are refused: what is kept has reached files.store_megabytes in the store's file or "
        "files.all_megabytes in bridge.toml. Raise it, or set privacy.files_days",
        at=at,
    )


def lose(tx: Tx, terms: DeskTerms, file: TicketFile, at: datetime) -> None:
    """A file that staff attached has no content any more: the customer can't have it, and staff are told."""
    tx.files.lose(terms.store, file.file)
    _tell_lost(tx, terms.store, file.file, file.ticket_id, at)


def put_back(
    tx: Tx,
    store: str,
    ticket: Ticket,
    fetched: Iterable[tuple[NamedFile, Arrival]],
    *,
    written_at: datetime,
    at: datetime,
) -> None:
    """Give an answer of staff's that has just been put back its files, as far as the shop has them; staff are told.

    They count as attached when it was written.
    """
    for one, arrival in fetched:
        kind = arrival.type or promised_type(one.name) or UNKNOWN_TYPE
        lost = bool(arrival.refusal)
        tx.files.add(store, ticket.account_id, ticket.id, one, author=Author.STAFF, kind=kind, lost=lost, at=written_at)
        if lost:
            _tell_lost(tx, store, one.file, ticket.id, at)


def _tell_lost(tx: Tx, store: str, file: str, ticket_id: int, at: datetime) -> None:
    tx.problems.report(
        store,
        key=f"{LOST}:{file}",
        kind=LOST,
        summary=f"ticket {ticket_id}: the content of a file that staff attached is neither in the folder files/ beside "
        "the desk nor whole in the shop, so the customer can't have it. Attach it again",
        at=at,
    )


def staff_file(terms: DeskTerms, name: str, content: bytes, digest: str) -> tuple[NamedFile, str]:
    """A file that staff want to attach, and its type. Raises `QuoteRefused` for what customers couldn't send either."""
    shown = shown_name(name)
    if promised_type(shown) is None:
        raise QuoteRefused("file_not_allowed", f"{shown}: such files are not sent")
    if len(content) > terms.files.file_bytes:
        raise QuoteRefused("file_too_large", f"{shown} has {len(content)} bytes, at most {terms.files.file_bytes}")
    kind = type_of(shown, content)
    if kind is None:
        summary = f"{shown} is empty, not what its name says, or a text that is not in UTF-8"
        raise QuoteRefused("file_not_what_it_says", summary)
    return NamedFile(str(uuid4()), shown, len(content), digest, parts_of(len(content))), kind


def attach(
    tx: Tx, terms: DeskTerms, account: Account, ticket_id: int, files: Sequence[tuple[NamedFile, str]], *, at: datetime
) -> None:
    """Give files to the message that staff have just written into a ticket; the shop gets them after it.

    Their contents are kept already. Raises `QuoteRefused`.
    """
    if len(files) > terms.files.message_files:
        raise QuoteRefused("files_too_many", f"{len(files)} files; at most {terms.files.message_files} go together")
    if not has_room(tx, terms, sum(one.size for one, _ in files)):
        raise QuoteRefused(FULL, f"{terms.store} has kept as much as it may")
    for one, kind in files:
        tx.files.add(terms.store, account.id, ticket_id, one, author=Author.STAFF, kind=kind, lost=False, at=at)
