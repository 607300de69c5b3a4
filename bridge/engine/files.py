"""Files of one store on their way: customers' into the desk, staff's into the shop, erased ones out of it.

A content is fetched and proven part by part before the transaction that takes it, never in it, and kept beside the desk
first: a crash leaves a content that no row has, which is swept away, never a row without its content. Nothing of a
message is kept before all its files are proven, and files that were fetched in vain count as sent for an hour, here and
in the shop: else a stream of refused messages would have no limit (rule T12).
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.files import WaitingFile
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_rows import DESK_TO_SHOP, SHOP_TO_DESK, SigningKey
from bridge.desk.desk import Desk
from bridge.desk.file_store import FileStore, NoRoom
from bridge.domain.files import NamedFile, type_of
from bridge.engine.setup import StoreSetup
from bridge.errors import ShopError
from bridge.services import files
from bridge.services.file_parts import described_by_part, is_whole, parts_of, read_part, signed_parts
from bridge.services.files import Arrival
from bridge.services.inbox_rows import Posted
from bridge.services.lost_answers import LostFile

log = structlog.get_logger()
AT_ONCE = 20
OLD_HOURS = 168
"""What no message has had for a week in the shop was left by a page that did not end.

Not a day: after a restore it takes its time until everything that names files is in the books again.
"""
LOOKED_AT_ONCE = 500


class _InVain(NamedTuple):
    """Files that were fetched for a message that was refused: when, whose, when it was written, how many."""

    at: datetime
    customer_id: int
    posted_at: datetime
    files: int


class StoreFiles:
    """The files of one store."""

    def __init__(self, setup: StoreSetup, adapter: ShopAdapter, desk: Desk, clock: Clock, contents: FileStore) -> None:
        self._setup, self._adapter, self._desk, self._clock = setup, adapter, desk, clock
        self._contents, self._name = contents, setup.name
        self._in_vain: list[_InVain] = []
        self._leaving: list[tuple[datetime, list[str]]] = []

    # --- customers' ---

    async def fetched(
        self, posted: Posted, keys: Sequence[SigningKey], *, again: bool = False
    ) -> Mapping[str, Arrival]:
        """What came of the files that a row names, by file. Raises `ShopError`, `DeskError`.

        Where the books refuse them anyhow, nothing is fetched; `again` is a row that was accepted before a restore.
        """
        named = files.files_of(posted)
        if not named:
            return {}
        at = self._clock.now()
        posted_at = posted.posted_at or at
        if not again and (refusal := await self._refusal_before(posted.customer_id, named, at, posted_at)):
            await self._tell(refusal)
            return {one.file: Arrival(refusal=refusal) for one in named}
        arrivals: dict[str, Arrival] = {}
        proven: dict[str, bytes] = {}
        for one in named:
            arrival, content = await self._fetch(one, posted.customer_id, keys)
            arrivals[one.file] = arrival
            if not arrival.refusal:
                proven[one.file] = content
            elif not again:  # the message is refused with it, so the others are not worth the way
                self._in_vain.append(_InVain(at, posted.customer_id, posted_at, len(arrivals)))
                return arrivals
        for name, content in proven.items():
            if refusal := await asyncio.to_thread(self._keep, content):
                arrivals[name] = Arrival(refusal=refusal)
                await self._tell(refusal)
                break
        return arrivals

    async def _refusal_before(
        self, customer_id: int, named: Sequence[NamedFile], at: datetime, posted_at: datetime
    ) -> str:
        """Why these are not worth the way, as a stable word; empty where they are."""
        self._in_vain = [one for one in self._in_vain if one.at > at - files.HOUR]
        in_vain = sum(
            one.files
            for one in self._in_vain
            if one.customer_id == customer_id and one.posted_at > posted_at - files.HOUR
        )
        terms = self._setup.desk_terms
        return await self._desk.read(
            files.refusal_before, terms, customer_id, named, at=at, posted_at=posted_at, in_vain=in_vain
        )

    async def drop_refused(self, posted: Posted, keys: Sequence[SigningKey]) -> None:
        """Let the files of a refused message leave the shop: those that are its sender's, and no other message's.

        They go when the hour is over in which the shop's page counts them.
        """
        named = files.files_of(posted)
        if not named:
            return
        known = await self._known([one.file for one in named])
        his = []
        try:
            for one in named:
                row = await self._adapter.file_part(one.file, 0) if one.file not in known else None
                if row and read_part(row, self._name, keys, one, posted.customer_id) is not None:
                    his.append(one.file)
        except ShopError as error:  # a week later they are old, and go
            log.info("files of a refused message stay a while", store=self._name, cause=str(error))
        if his:
            self._leaving.append((self._clock.now(), his))

    async def forget_refused(self) -> None:
        """Take out of the shop what messages were refused with more than an hour ago. Raises `ShopError`."""
        before = self._clock.now() - files.HOUR
        while self._leaving and self._leaving[0][0] < before:
            names = self._leaving[0][1]
            known = await self._known(names)
            await self._adapter.forget_files([name for name in names if name not in known])
            del self._leaving[0]

    async def forget_orphans(self) -> int:
        """Take out of the shop what no message has had for a week; how many files.

        To be asked only when everything in the inbox is read, and what a lost desk left is looked at: a row that waits
        there names files that no message has.
        """
        after, forgotten = "", 0
        while old := await self._adapter.old_files(hours=OLD_HOURS, after=after, limit=LOOKED_AT_ONCE):
            names = list(old)
            known = await self._known(names)
            orphans = [name for name in names if name not in known]
            await self._adapter.forget_files(orphans)
            forgotten += len(orphans)
            after = names[-1]
        if forgotten:
            log.info("files without a message forgotten", store=self._name, files=forgotten)
        return forgotten

    async def _known(self, names: Sequence[str]) -> Collection[str]:
        """Those of these files that a message has."""
        return await self._desk.read(lambda tx: tx.files.known(self._name, names))

    async def _tell(self, refusal: str) -> None:
        if refusal == files.FULL:
            await self._desk.transact("no room for files", files.tell_full, self._setup.desk_terms, self._clock.now())

    async def _fetch(
        self, file: NamedFile, customer_id: int, keys: Sequence[SigningKey], direction: str = SHOP_TO_DESK
    ) -> tuple[Arrival, bytes]:
        """What came of a file, and its content where it is what the message says."""
        if file.parts != parts_of(file.size):
            return Arrival(refusal="file_damaged"), b""  # before anything is read: no more is held than its size allows
        content = bytearray()
        for number in range(file.parts):
            row = await self._adapter.file_part(file.file, number)
            if row is None:
                return Arrival(refusal="file_incomplete"), b""
            data = read_part(row, self._name, keys, file, customer_id, direction=direction)
            if data is None:
                return Arrival(refusal="file_damaged"), b""
            content += data
        whole = bytes(content)
        return await asyncio.to_thread(_proven, file, whole), whole

    def _keep(self, content: bytes) -> str:
        """Keep a content beside the desk; why that can't be, as a stable word."""
        try:
            self._contents.keep(self._name, content, at=self._clock.now())
        except NoRoom as error:
            log.error("no room for files", store=self._name, cause=str(error))
            return files.FULL
        return ""

    # --- staff's ---

    async def fetched_back(
        self, lost: Iterable[LostFile], keys: Sequence[SigningKey]
    ) -> dict[str, tuple[NamedFile, Arrival]]:
        """What came of files that staff attached and, after a restore, only the shop has, by file. Raises `ShopError`.

        Their contents are beside the desk again, where the shop has them whole.
        """
        return {one.file: await self._fetch_back(one, keys) for one in lost}

    async def _fetch_back(self, lost: LostFile, keys: Sequence[SigningKey]) -> tuple[NamedFile, Arrival]:
        first = await self._adapter.file_part(lost.file, 0)
        file = first and described_by_part(first, self._name, keys, file=lost.file, name=lost.name, size=lost.size)
        if file is None:
            unknown = NamedFile(lost.file, lost.name, lost.size, "", parts_of(lost.size))
            return unknown, Arrival(refusal="file_incomplete")
        arrival, content = await self._fetch(file, lost.customer, keys, DESK_TO_SHOP)
        if not arrival.refusal and (refusal := await asyncio.to_thread(self._keep, content)):
            arrival = Arrival(refusal=refusal)
        return file, arrival

    async def push(self, keys: Sequence[SigningKey]) -> int:
        """Write staff's files that the shop lacks, and take erased ones out of it; how many. Raises `ShopError`.

        They are signed with the first of the keys.
        """
        waiting, erasing = await self._desk.read(
            lambda tx: (tx.files.waiting(self._name, AT_ONCE), tx.files.erasing(self._name, LOOKED_AT_ONCE))
        )
        for one in waiting:
            await self._push(one, keys)
        if erasing:
            await self._adapter.forget_files(erasing)
            await self._desk.transact("files erased", lambda tx: tx.files.erased(self._name, erasing))
        return len(waiting) + len(erasing)

    async def _push(self, waiting: WaitingFile, keys: Sequence[SigningKey]) -> None:
        file = waiting.file
        named = NamedFile(file.file, file.name, file.size, file.sha256, file.parts)
        content = await asyncio.to_thread(self._contents.read, self._name, file.sha256)
        if content is None:  # a backup was put back without the folder: the shop may have it still
            arrival, found = await self._fetch(named, waiting.customer_id, keys, DESK_TO_SHOP)
            content = None if arrival.refusal or await asyncio.to_thread(self._keep, found) else found
        if content is None:
            log.error("a file's content is not there", store=self._name, file=file.file, ticket=file.ticket_id)
            await self._desk.transact("file lost", files.lose, self._setup.desk_terms, file, self._clock.now())
            return
        for part in signed_parts(content, named, store=self._name, customer_id=waiting.customer_id, key=keys[0]):
            await self._adapter.push_file_part(part)
        await self._desk.transact("file pushed", lambda tx: tx.files.pushed(self._name, file.file))


def _proven(file: NamedFile, content: bytes) -> Arrival:
    if not is_whole(file, content):
        return Arrival(refusal="file_damaged")
    kind = type_of(file.name, content)
    return Arrival(kind) if kind else Arrival(refusal="file_not_what_it_says")
