"""Doing what customers' rows ask for: each in an action of its own, in order, in as few commits as the desk can.

Files are fetched before the action that takes them. One that fails is given up and holds up no other.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop_documents import InboxRow
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.domain.cursor import Cursor
from bridge.engine.files import StoreFiles
from bridge.engine.setup import StoreSetup
from bridge.errors import DeskError
from bridge.services import inbox
from bridge.services.files import Arrival, files_of
from bridge.services.inbox import Outcome
from bridge.services.inbox_rows import Doubt, Posted, read_row
from bridge.services.told_before import Told

log = structlog.get_logger()


class InboxHandling:
    """What is done with the rows of one store's inbox."""

    def __init__(self, setup: StoreSetup, desk: Desk, clock: Clock, files: StoreFiles) -> None:
        self._setup, self._desk, self._clock, self._files = setup, desk, clock, files
        self._terms = setup.desk_terms

    async def handle(
        self,
        rows: Sequence[InboxRow],
        told: Mapping[str, Told],
        keys: tuple[SigningKey, ...],
        *,
        cursor: Cursor,
    ) -> list[Outcome]:
        """Handle rows that are new to the desk; the cursor is saved with the last. Raises `ShopError`, `DeskError`.

        `told` is what an earlier desk has answered to them.
        """
        *others, last = rows
        outcomes: list[Outcome] = []
        for some in _apart(others, self._setup.name, keys):
            outcomes += await self._at_once(some, told, keys)
        return outcomes + await self._at_once([last], told, keys, cursor)

    async def _at_once(
        self,
        rows: Sequence[InboxRow],
        told: Mapping[str, Told],
        keys: tuple[SigningKey, ...],
        cursor: Cursor | None = None,
    ) -> list[Outcome]:
        """Handle rows in order, an action each, in as few commits as the desk can; give up on those that fail."""
        arrivals = {row.uuid: await self._arrivals(row, told.get(row.uuid), keys) for row in rows}
        at = self._clock.now()
        results = await asyncio.gather(
            *(
                self._desk.transact(
                    "inbox row",
                    inbox.handle,
                    self._terms,
                    row,
                    keys,
                    at=at,
                    told=told.get(row.uuid),
                    cursor=cursor,
                    arrivals=arrivals[row.uuid],
                )
                for row in rows
            ),
            return_exceptions=True,
        )
        outcomes = []
        for row, result in zip(rows, results, strict=True):
            if isinstance(result, Outcome):
                outcomes.append(result)
            elif isinstance(result, DeskError) or not isinstance(result, Exception):
                raise result  # the desk itself, or a stop: nothing of it is the row's fault
            else:
                outcomes.append(await self._give_up(row, result, told.get(row.uuid), keys, cursor))
        for row, outcome in zip(rows, outcomes, strict=True):
            if outcome is Outcome.REFUSED:
                await self._drop_files(row, keys)
        return outcomes

    async def _arrivals(self, row: InboxRow, told: Told | None, keys: tuple[SigningKey, ...]) -> Mapping[str, Arrival]:
        """What came of a row's files; of one that was refused before a restore they are not asked for."""
        posted = read_row(row, self._setup.name, keys)
        if isinstance(posted, Doubt) or (told is not None and not told.accepted):
            return inbox.NO_FILES
        return await self._files.fetched(posted, keys, again=told is not None)

    async def _drop_files(self, row: InboxRow, keys: tuple[SigningKey, ...]) -> None:
        posted = read_row(row, self._setup.name, keys)
        if not isinstance(posted, Doubt):
            await self._files.drop_refused(posted, keys)

    async def _give_up(
        self,
        row: InboxRow,
        error: Exception,
        told: Told | None,
        keys: tuple[SigningKey, ...],
        cursor: Cursor | None,
    ) -> Outcome:
        log.error("inbox row failed", store=self._setup.name, row=row.id, customer=row.customer_id, exc_info=error)
        return await self._desk.transact(
            "give up inbox row",
            inbox.give_up,
            self._terms,
            row,
            keys,
            at=self._clock.now(),
            told=told,
            cursor=cursor,
        )


def _apart(rows: Sequence[InboxRow], store: str, keys: Sequence[SigningKey]) -> Iterator[list[InboxRow]]:
    """The rows in order, those with files each by itself: they are fetched when it is their turn, not long before."""
    some: list[InboxRow] = []
    for row in rows:
        posted = read_row(row, store, keys)
        if isinstance(posted, Posted) and files_of(posted):
            yield from (some, [row]) if some else ([row],)
            some = []
        else:
            some.append(row)
    if some:
        yield some
