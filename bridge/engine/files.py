"""Files of one store on their way: customers' into the desk, staff's into the shop, erased ones out of it.

A content is fetched and proven part by part before the transaction that takes it, never in it, and kept beside the desk
first: a crash leaves a content that no row has, which is swept away, never a row without its content.
"""

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.files import WaitingFile
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.desk.file_store import FileStore, NoRoom
from bridge.domain.files import NamedFile
from bridge.engine.setup import StoreSetup
from bridge.errors import ShopError
from bridge.services import files
from bridge.services.file_parts import is_whole, parts_of, read_part, signed_parts
from bridge.services.file_types import type_of
from bridge.services.files import Arrival
from bridge.services.inbox_rows import Posted

log = structlog.get_logger()
AT_ONCE = 20
OLD_HOURS = 168
"""What no message has had for a week in the shop was left by a page that did not end.

Not a day: after a restore it takes its time until everything that names files is in the books again.
"""
LOOKED_AT_ONCE = 500


class StoreFiles:
    """The files of one store."""

    def __init__(self, setup: StoreSetup, adapter: ShopAdapter, desk: Desk, clock: Clock, contents: FileStore) -> None:
        self._setup, self._adapter, self._desk, self._clock = setup, adapter, desk, clock
        self._contents, self._name = contents, setup.name

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
        if not again:
            terms, at = self._setup.desk_terms, self._clock.now()
            refusal = await self._desk.read(
                files.refusal_before, terms, posted.customer_id, named, at=at, posted_at=posted.posted_at or at
            )
            if refusal:
                await self._tell(refusal)
                return {one.file: Arrival(refusal=refusal) for one in named}
        arrivals: dict[str, Arrival] = {}
        for one in named:
            arrivals[one.file] = arrival = await self._fetch(one, posted.customer_id, keys)
            if arrival.refusal and not again:
                await self._tell(arrival.refusal)
                break  # the message is refused with it, so the others are not worth the way
        return arrivals

    async def drop_refused(self, posted: Posted, keys: Sequence[SigningKey]) -> None:
        """Take the files of a refused message out of the shop: those that are its sender's, and no other message's."""
        named = files.files_of(posted)
        if not named:
            return
        known = await self._desk.read(lambda tx: tx.files.known(self._name, [one.file for one in named]))
        his = []
        try:
            for one in named:
                row = await self._adapter.file_part(one.file, 0) if one.file not in known else None
                if row and read_part(row, self._name, keys, one, posted.customer_id) is not None:
                    his.append(one.file)
            await self._adapter.forget_files(his)
        except ShopError as error:  # a week later they are old, and go
            log.info("files of a refused message stay a while", store=self._name, cause=str(error))

    async def forget_orphans(self) -> int:
        """Take out of the shop what no message has had for a week; how many files.

        To be asked only when everything in the inbox is read: a row that waits there names files that no message has.
        """
        after, forgotten = "", 0
        while old := await self._adapter.old_files(hours=OLD_HOURS, after=after, limit=LOOKED_AT_ONCE):
            names = list(old)
            known = await self._desk.read(lambda tx, names=names: tx.files.known(self._name, names))  # type: ignore[misc]
            orphans = [name for name in names if name not in known]
            await self._adapter.forget_files(orphans)
            forgotten += len(orphans)
            after = names[-1]
        if forgotten:
            log.info("files without a message forgotten", store=self._name, files=forgotten)
        return forgotten

    async def _tell(self, refusal: str) -> None:
        if refusal == files.FULL:
            await self._desk.transact("no room for files", files.tell_full, self._setup.desk_terms, self._clock.now())

    async def _fetch(self, file: NamedFile, customer_id: int, keys: Sequence[SigningKey]) -> Arrival:
        if file.parts != parts_of(file.size):
            return Arrival(refusal="file_damaged")  # before anything is read: no more is held than its size allows
        content = bytearray()
        for number in range(file.parts):
            row = await self._adapter.file_part(file.file, number)
            if row is None:
                return Arrival(refusal="file_incomplete")
            data = read_part(row, self._name, keys, file, customer_id)
            if data is None:
                return Arrival(refusal="file_damaged")
            content += data
        return await asyncio.to_thread(self._taken, file, bytes(content))

    def _taken(self, file: NamedFile, content: bytes) -> Arrival:
        if not is_whole(file, content):
            return Arrival(refusal="file_damaged")
        kind = type_of(file.name, content)
        if kind is None:
            return Arrival(refusal="file_not_what_it_says")
        try:
            self._contents.keep(self._name, content, at=self._clock.now())
        except NoRoom as error:
            log.error("no room for files", store=self._name, cause=str(error))
            return Arrival(refusal=files.FULL)
        return Arrival(kind)

    # --- staff's ---

    async def push(self, key: SigningKey) -> int:
        """Write staff's files that the shop lacks, and take erased ones out of it; how many. Raises `ShopError`."""
        waiting, erasing = await self._desk.read(
            lambda tx: (tx.files.waiting(self._name, AT_ONCE), tx.files.erasing(self._name, LOOKED_AT_ONCE))
        )
        for one in waiting:
            await self._push(one, key)
        if erasing:
            await self._adapter.forget_files(erasing)
            await self._desk.transact("files erased", lambda tx: tx.files.erased(self._name, erasing))
        return len(waiting) + len(erasing)

    async def _push(self, waiting: WaitingFile, key: SigningKey) -> None:
        file = waiting.file
        content = await asyncio.to_thread(self._contents.read, self._name, file.sha256)
        if content is None:
            log.error("a file's content is not there", store=self._name, file=file.file, ticket=file.ticket_id)
            await self._desk.transact("file lost", files.lose, self._setup.desk_terms, file, self._clock.now())
            return
        named = NamedFile(file.file, file.name, file.size, file.sha256, file.parts)
        for part in signed_parts(content, named, store=self._name, customer_id=waiting.customer_id, key=key):
            await self._adapter.push_file_part(part)
        await self._desk.transact("file pushed", lambda tx: tx.files.pushed(self._name, file.file))
