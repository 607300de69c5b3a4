"""After a restore: what a lost desk signed with a key that is not here stays, until that key is here or staff let go.

Nobody can say what it is worth, so it is neither believed nor replaced.
"""

from collections.abc import Sequence

from bridge.contracts.clock import Clock
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.services.unproven import has_let_go, hold_unproven_up, look_again


class Unproven:
    """Such rows of one store."""

    def __init__(self, store: str, desk: Desk, clock: Clock) -> None:
        self._store, self._desk, self._clock = store, desk, clock
        self._key_ids: frozenset[str] = frozenset()
        self._holds_up = False

    async def know(self, keys: Sequence[SigningKey]) -> None:
        """Where there are other keys than before, let all that was held up be looked at again with them."""
        if (ids := frozenset(key.id for key in keys)) != self._key_ids:
            self._key_ids, self._holds_up = ids, False
            await self._desk.transact("look again with these keys", look_again, self._store)

    async def holds_up(self) -> bool:
        """Whether there are some still: until there are other keys, or staff let go."""
        if self._holds_up:
            self._holds_up = not await self._desk.read(has_let_go, self._store, self._desk.identity.epoch)
        return self._holds_up

    async def among(
        self, table: DocumentTable, older: Sequence[DocumentRow], keys: Sequence[SigningKey]
    ) -> frozenset[int]:
        """Those of these that nobody can check; staff are told of them."""
        ids = {key.id for key in keys}
        if all(one.row.key_id in ids for one in older):
            return frozenset()
        epoch, at = self._desk.identity.epoch, self._clock.now()
        found = await self._desk.transact(
            f"hold up unproven {table}s", hold_unproven_up, self._store, table, older, keys, epoch=epoch, at=at
        )
        self._holds_up |= bool(found)
        return found
