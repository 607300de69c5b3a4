"""After a restore: what a lost desk has left in the shop of tickets that this desk has is put back before it goes.

Staff's answers come back with their files, and so does how help is covered; what staff took out is taken out again; and
staff are told which tickets stood otherwise. What may still come to stand so waits until all that customers sent has
been done again.
"""

from collections.abc import Mapping, Sequence

import structlog

from bridge.contracts.clock import Clock
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.engine.files import StoreFiles
from bridge.engine.health import StoreHealth
from bridge.engine.setup import StoreSetup
from bridge.services.lost_answers import (
    LostTicket,
    lost_files,
    recover_answers,
    redact_again,
    tell_other_standing,
    with_answers,
)
from bridge.services.lost_covers import recover_covers

log = structlog.get_logger()
MESSAGES_A_LOOK = 1_000
"""So many of a lost desk's messages are read at once."""


class LostAnswers:
    """What the shop says of the tickets of one store, as they were before this epoch."""

    def __init__(
        self,
        setup: StoreSetup,
        adapter: ShopAdapter,
        desk: Desk,
        clock: Clock,
        health: StoreHealth,
        files: StoreFiles,
    ) -> None:
        self._store, self._adapter, self._desk, self._clock = setup.name, adapter, desk, clock
        self._health, self._files = health, files
        self._all_read = False

    async def look_at(self, older: Sequence[DocumentRow], keys: Sequence[SigningKey]) -> frozenset[int]:
        """Look at rows of tickets of an earlier epoch; returns those tickets that are not to be pushed as they were.

        They have more in them by now, or less, and come once more, or wait.
        """
        at = self._clock.now()
        known = await self._desk.transact("look at older tickets", with_answers, self._store, older, keys, at=at)
        changed = frozenset[int]()
        if any(one.cover is not None for one in known.values()):  # where no licences are sold nothing is written
            covered = await self._desk.transact("take covers back", recover_covers, self._store, known, at=at)
            changed = frozenset(covered)
        messages = await self._adapter.message_keys(sorted(known))
        for first in range(0, len(messages), MESSAGES_A_LOOK):
            found = await self._adapter.documents(DocumentTable.MESSAGE, messages[first : first + MESSAGES_A_LOOK])
            lost = [one for one in found if one.row.epoch < self._desk.identity.epoch]
            changed |= await self._put_back(known, lost, keys) | await self._take_out_again(known, lost, keys)
        others = {number: one for number, one in known.items() if number not in changed}
        return changed | await self._desk.transact(
            "compare how tickets stood",
            tell_other_standing,
            self._store,
            others,
            all_read=self._all_read,
            at=self._clock.now(),
        )

    async def take_up(self) -> int:
        """Once all that customers sent has been done again: take up the tickets that waited for that; how many."""
        if self._all_read or not self._health.inbox_read:
            return 0
        count = 0
        if await self._desk.read(lambda tx: tx.tickets.any_held_up(self._store)):
            count = await self._desk.transact("look at tickets again", lambda tx: tx.tickets.take_up(self._store))
        self._all_read = True
        return count

    async def _put_back(
        self, known: Mapping[int, LostTicket], lost: Sequence[DocumentRow], keys: Sequence[SigningKey]
    ) -> frozenset[int]:
        """Put back the answers that only these rows still say, with their files; the tickets that got some."""
        files = await self._desk.read(lost_files, self._store, known, lost, keys)
        fetched = await self._files.fetched_back(files, keys)
        at = self._clock.now()
        recovered = await self._desk.transact(
            "put answers back", recover_answers, self._store, known, lost, keys, fetched, at=at
        )
        if recovered:
            log.warning(
                "answers of a lost desk are put back",
                store=self._store,
                messages=len(recovered),
                files=len(fetched),
            )
        return frozenset(recovered)

    async def _take_out_again(
        self, known: Mapping[int, LostTicket], lost: Sequence[DocumentRow], keys: Sequence[SigningKey]
    ) -> frozenset[int]:
        """Take out what these rows say that staff took out; the tickets that lost some, or wait for what may come."""
        again, waiting = await self._desk.transact(
            "take out again",
            redact_again,
            self._store,
            known,
            lost,
            keys,
            all_read=self._all_read,
            at=self._clock.now(),
        )
        if again:
            log.warning(
                "what was taken out after the backup is taken out again", store=self._store, messages=len(again)
            )
        return frozenset(again) | waiting
