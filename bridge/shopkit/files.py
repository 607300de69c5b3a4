"""The files in the shop's table, a part at a time: nothing of them is believed or understood here.

A shop that was prepared before there were files has no table for them: then there are none.
"""

from collections.abc import Sequence

from bridge.contracts.shop_files import MOST_PART_PAYLOAD, FilePart
from bridge.shopkit.absent import may_be_absent, must_be_there
from bridge.shopkit.database import Row, ShopDatabase
from bridge.shopkit.named_sql import load_sql
from bridge.shopkit.rights import FILES_TABLE

FILES_A_STATEMENT = 20
"""As many as are a hundred megabytes at most: a statement has its time."""


class ShopFiles:
    """One store's files."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database
        self._store = database.store
        self._sql = load_sql("bridge.shopkit", "files.sql", database.access.prefix)

    async def part(self, file: str, part: int) -> FilePart | None:
        """Implements `FileShop.file_part`."""
        rows: Sequence[Row] = ()
        with may_be_absent():
            rows = await self._database.rows(
                self._sql["part"], store=self._store, file=file, part=part, most_bytes=MOST_PART_PAYLOAD
            )
        return FilePart(*rows[0]) if rows else None

    async def push(self, part: FilePart) -> None:
        """Implements `FileShop.push_file_part`."""
        with must_be_there(self._database, FILES_TABLE):
            await self._database.write(
                self._sql["write_part"],
                store=self._store,
                file=part.file,
                part=part.part,
                customer=part.customer_id,
                payload=part.payload,
                key_id=part.key_id,
                mac=part.mac,
            )

    async def forget(self, files: Sequence[str]) -> None:
        """Implements `FileShop.forget_files`."""
        with may_be_absent():
            for start in range(0, len(files), FILES_A_STATEMENT):
                some = list(files[start : start + FILES_A_STATEMENT])
                await self._database.write(self._sql["forget"], store=self._store, files=some)

    async def erase(self, customer_id: int) -> None:
        """Implements `FileShop.erase_files`."""
        with may_be_absent():
            await self._database.write(self._sql["erase"], store=self._store, customer=customer_id)

    async def old(self, *, hours: int, after: str, limit: int) -> list[str]:
        """Implements `FileShop.old_files`."""
        rows: Sequence[Row] = ()
        with may_be_absent():
            rows = await self._database.rows(self._sql["old"], store=self._store, hours=hours, after=after, limit=limit)
        return [str(row[0]) for row in rows]
