"""The files in the shop's table, a part at a time: nothing of them is believed or understood here.

A shop that was prepared before there were files has no table for them: then there are none.
"""

from collections.abc import Sequence

from bridge.contracts.shop_files import MOST_PART_PAYLOAD, FilePart
from bridge.errors import ShopRefused
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.documents import ABSENT
from bridge.shopkit.errors import error_number, refused, server_says
from bridge.shopkit.named_sql import load_sql

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
        try:
            rows = await self._database.rows(
                self._sql["part"], store=self._store, file=file, part=part, most_bytes=MOST_PART_PAYLOAD
            )
        except ShopRefused as error:
            if error_number(error) not in ABSENT:
                raise
            return None
        return FilePart(*rows[0]) if rows else None

    async def push(self, part: FilePart) -> None:
        """Implements `FileShop.push_file_part`."""
        try:
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
        except ShopRefused as error:
            if error_number(error) not in ABSENT:
                raise
            name = f"{self._database.access.prefix}supportbridge_file"
            raise refused(
                f"{self._store}: the shop has no table {name}, or not for this user: {server_says(error)}",
                f"run: bridge store prepare {self._store}; where the bridge's user may not make tables, let the "
                f"database's owner run what this prints: bridge store prepare {self._store} --print",
            ) from error.__cause__

    async def forget(self, files: Sequence[str]) -> None:
        """Implements `FileShop.forget_files`."""
        try:
            for start in range(0, len(files), FILES_A_STATEMENT):
                some = list(files[start : start + FILES_A_STATEMENT])
                await self._database.write(self._sql["forget"], store=self._store, files=some)
        except ShopRefused as error:
            if error_number(error) not in ABSENT:
                raise

    async def erase(self, customer_id: int) -> None:
        """Implements `FileShop.erase_files`."""
        try:
            await self._database.write(self._sql["erase"], store=self._store, customer=customer_id)
        except ShopRefused as error:
            if error_number(error) not in ABSENT:
                raise

    async def old(self, *, hours: int, after: str, limit: int) -> list[str]:
        """Implements `FileShop.old_files`."""
        try:
            rows = await self._database.rows(self._sql["old"], store=self._store, hours=hours, after=after, limit=limit)
        except ShopRefused as error:
            if error_number(error) not in ABSENT:
                raise
            return []
        return [str(row[0]) for row in rows]
