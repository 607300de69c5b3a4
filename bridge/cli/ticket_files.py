"""Files of tickets in staff's hands: attached to what they write, saved from what customers sent."""

from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO, NamedTuple

from bridge.cli.desk_work import Work
from bridge.desk.desk import Desk
from bridge.desk.file_store import beside
from bridge.domain.files import NamedFile, TicketFile
from bridge.errors import UsageError
from bridge.services.files import staff_file
from bridge.settings import Settings


class Given(NamedTuple):
    """A file that staff named, opened as who they are."""

    name: str
    file: BinaryIO


def keep_given(settings: Settings, desk: Desk, work: Work, given: Sequence[Given]) -> list[tuple[NamedFile, str]]:
    """Keep what staff want to attach, before it is written down. Raises `QuoteRefused`, `NoRoom`, `DeskUnwritable`."""
    store = beside(desk.path, all_bytes=settings.bridge.files.all_bytes)
    read = [(name, file.read(work.terms.files.file_bytes + 1)) for name, file in given]
    looked_at = [staff_file(work.terms, name, content, "") for name, content in read]
    return [
        (replace(named, sha256=store.keep(work.store.name, content, at=work.at)), kind)
        for (named, kind), (_, content) in zip(looked_at, read, strict=True)
    ]


def file_of(desk: Desk, ticket: int, number: int) -> TicketFile:
    """The file with that number in the ticket. Raises `UsageError`."""
    files = desk.look(lambda tx: tx.files.of_ticket(ticket))
    if number > len(files):
        known = f"it has {len(files)}" if files else "it has none"
        error = UsageError(f"ticket {ticket} has no file {number}: {known}")
        error.hint = f"bridge ticket show {ticket}"
        raise error
    return files[number - 1]


def content_of(desk: Desk, store: str, file: TicketFile) -> bytes:
    """Its content. Raises `UsageError` where that is not there any more."""
    content = beside(desk.path).read(store, file.sha256)
    if content is None:
        error = UsageError(f"the content of file {file.file} is not in the folder files/ beside the desk")
        error.hint = "ask its sender to send it again"
        raise error
    return content
