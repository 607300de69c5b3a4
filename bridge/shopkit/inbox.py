"""What customers did on the shop's pages, read by id: nothing of it is believed here.

The table is the pages'; we read it and delete what is old. Its ids are given out before a row commits, so it is read
with a cursor that remembers gaps. A server up to MySQL 5.7 forgets at its restart which ids an emptied table has given
out, and a shop can be put back to an older dump: then ids begin anew below the cursor. So where the table's last id
lies below the cursor, the newest rows are given whatever their ids: what is done already is known by its UUID.
"""

from collections.abc import Sequence
from time import monotonic

from bridge.contracts.shop_documents import MOST_INBOX_BYTES, InboxRow
from bridge.domain.cursor import Cursor
from bridge.errors import ShopRefused
from bridge.shopkit.absent import ABSENT, may_be_absent
from bridge.shopkit.cursors import rows_of_cursor
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.errors import NO_SUCH_COLUMN, error_number
from bridge.shopkit.named_sql import load_sql

ROWS_A_PAGE = 200
FORGOTTEN_A_STATEMENT = 500

ABSENT_SECONDS = 60.0
"""How long a shop without the table is not asked again: each refusal costs the connection."""


class ShopInbox:
    """One store's inbox."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database
        self._store = database.store
        self._sql = load_sql("bridge.shopkit", "coin_desk.sql", database.access.prefix)
        self._absent_until = 0.0

    def look_again(self) -> None:
        """Ask anew whether the table is there: it may have been made meanwhile."""
        self._absent_until = 0.0

    async def read(self, cursor: Cursor) -> Sequence[InboxRow]:
        """A page of rows, ascending by id; none where the shop has no such table, or none for us."""
        if monotonic() < self._absent_until:
            return ()
        last_id = 0

        async def between(after: int, until: int, limit: int) -> list[InboxRow]:
            nonlocal last_id
            rows, last_id = await self._between(after, until, limit)
            return rows

        try:
            rows = await rows_of_cursor(cursor, between, page=ROWS_A_PAGE)
            if 0 < last_id < cursor.position:  # ids have begun anew
                return await self._newest()
        except ShopRefused as error:
            if error_number(error) not in ABSENT:
                raise
            self._absent_until = monotonic() + ABSENT_SECONDS
            return ()
        return rows

    async def forget(self, days: int) -> int:
        """Delete rows that are older, and the answers to them; how many rows. Answers go first: it can be repeated."""
        forgotten = 0
        try:
            while True:
                rows = await self._database.rows(
                    self._sql["old_inbox"], store=self._store, days=days, limit=FORGOTTEN_A_STATEMENT
                )
                if not rows:
                    return forgotten
                ids, uuids = zip(*rows, strict=True)
                await self._database.write(self._sql["forget_answers"], store=self._store, uuids=list(uuids))
                forgotten += await self._database.write(self._sql["forget_inbox"], store=self._store, ids=list(ids))
        except ShopRefused as error:
            if error_number(error) not in {*ABSENT, NO_SUCH_COLUMN}:
                raise
            return forgotten

    async def erase(self, customer_id: int) -> int:
        """Delete all of a customer's rows and the answers to them; how many rows. None where there is no such table."""
        customer, erased = {"store": self._store, "customer": customer_id}, 0
        with may_be_absent():
            await self._database.write(self._sql["erase_answers"], **customer)
            erased += await self._database.write(self._sql["erase_inbox"], **customer)
        return erased

    async def _between(self, after: int, until: int, limit: int) -> tuple[list[InboxRow], int]:
        """The rows in that range, and the table's last id; 0 where the table is empty."""
        found = await self._database.rows(
            self._sql["inbox_between"],
            store=self._store,
            after=after,
            until=until,
            limit=limit,
            most_bytes=MOST_INBOX_BYTES,
        )
        rows = [InboxRow(number, customer, uuid, *rest) for number, customer, uuid, *rest in found if uuid is not None]
        return rows, max((number for number, _, uuid, *_ in found if uuid is None), default=0)

    async def _newest(self) -> list[InboxRow]:
        rows = await self._database.rows(
            self._sql["newest_inbox"], store=self._store, limit=ROWS_A_PAGE, most_bytes=MOST_INBOX_BYTES
        )
        return [InboxRow(*row) for row in reversed(rows)]
