"""A shop's database for short, bounded statements.

The shop is a guest's house: at most `connections` at a time, a limit on every wait, autocommit, no transaction that
spans two calls. The driver's own pool is not used: it can hang for ever when waiting tasks are cancelled, and it makes
everybody wait while one connects. Here a semaphore hands out the places and a list keeps the idle connections. One that
met an error, a timeout or a cancellation is closed, never handed on: its next user would read the previous answer. The
idle ones share a road with one that was lost, so they are closed too: an outage is met once, not once a connection.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Any, NamedTuple, Protocol, TypeVar

import pymysql

from bridge.contracts.shop import DatabaseAccess
from bridge.errors import ShopUnavailable
from bridge.shopkit.driver import ShopConnection, open_connection
from bridge.shopkit.errors import lost, translated
from bridge.shopkit.named_sql import Statement

IDLE_SECONDS = 25.0
"""An idle connection is not used after this: shared hosts close theirs after 30 seconds."""

Row = tuple[Any, ...]


class Statements(Protocol):
    """What runs named statements: a shop's database, or one transaction in it."""

    async def rows(self, statement: Statement, **values: object) -> Sequence[Row]: ...

    async def write(self, statement: Statement, **values: object) -> int: ...

    async def insert(self, statement: Statement, **values: object) -> int: ...


_Result = TypeVar("_Result")


class _Idle(NamedTuple):
    connection: ShopConnection
    since: float


class Transaction:
    """Statements on one connection; they are a transaction where one was begun there."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    async def rows(self, statement: Statement, **values: object) -> Sequence[Row]:
        await self._cursor.execute(*statement.bound(values))
        found: Sequence[Row] = await self._cursor.fetchall()
        return found

    async def write(self, statement: Statement, **values: object) -> int:
        return int(await self._cursor.execute(*statement.bound(values)))

    async def insert(self, statement: Statement, **values: object) -> int:
        await self._cursor.execute(*statement.bound(values))
        return int(self._cursor.lastrowid)


class ShopDatabase:
    """Runs named statements. Every method raises `ShopUnavailable` or `ShopRefused`, nothing else of the driver."""

    def __init__(self, store: str, access: DatabaseAccess) -> None:
        self.store = store
        self.access = access
        self._places = asyncio.Semaphore(access.connections)
        self._idle: list[_Idle] = []
        self._closed = False

    async def rows(self, statement: Statement, **values: object) -> Sequence[Row]:
        """The rows of one query."""
        return await self._run(statement.name, lambda cursor: Transaction(cursor).rows(statement, **values))

    async def write(self, statement: Statement, **values: object) -> int:
        """Run one statement on our own tables; the number of rows it touched."""
        return await self._run(statement.name, lambda cursor: Transaction(cursor).write(statement, **values))

    async def insert(self, statement: Statement, **values: object) -> int:
        """Insert one row; the id that its table gave it."""
        return await self._run(statement.name, lambda cursor: Transaction(cursor).insert(statement, **values))

    async def together(self, doing: str, work: Callable[[Statements], Awaitable[_Result]]) -> _Result:
        """Run statements as one transaction, within the limit of one statement: all of them or, if `work` raises, none.

        Only tables that keep transactions keep this.
        """

        async def all_of_it(cursor: Any) -> _Result:
            await cursor.execute("START TRANSACTION")
            result = await work(Transaction(cursor))
            await cursor.execute("COMMIT")
            return result

        return await self._run(doing, all_of_it)

    async def write_many(self, statement: Statement, rows: Sequence[Row]) -> None:
        """Run `INSERT ... VALUES (%s, ...)` with all the rows in as few statements as fit."""
        if not rows:
            return

        async def insert(cursor: Any) -> None:
            await cursor.executemany(statement.text, rows)

        await self._run(statement.name, insert)

    async def close(self) -> None:
        """Close what is idle now and the rest as soon as it is done. Never raises."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*(one.connection.say_goodbye() for one in idle))
        await asyncio.sleep(0)  # a closed transport lets go of its socket in the loop's next round

    async def _run(self, doing: str, work: Callable[[Any], Awaitable[_Result]]) -> _Result:
        try:
            await self._take_place()
            try:
                return await self._run_connected(work)
            finally:
                self._places.release()
        except (pymysql.MySQLError, OSError) as error:  # TimeoutError is an OSError
            raise translated(error, self.store, self.access, doing) from error

    async def _run_connected(self, work: Callable[[Any], Awaitable[_Result]]) -> _Result:
        connection = await self._idle_connection() or await self._new_connection()
        try:
            async with asyncio.timeout(self.access.statement_timeout_seconds), connection.cursor() as cursor:
                result = await work(cursor)
        except BaseException as error:  # whatever happened, its answer may still be on the way
            connection.close()
            if lost(error):
                self._close_idle()
            raise
        if self._closed:
            await connection.say_goodbye()
        else:
            self._idle.append(_Idle(connection, monotonic()))
        return result

    async def _take_place(self) -> None:
        if self._closed:
            raise ShopUnavailable(f"{self.store}: its connections are closed")
        if self._places.locked():  # mostly there is a place, and a limit on no wait has its price too
            async with asyncio.timeout(self.access.connect_timeout_seconds + self.access.statement_timeout_seconds):
                await self._places.acquire()
        else:
            await self._places.acquire()  # does not wait

    async def _new_connection(self) -> ShopConnection:
        try:
            return await open_connection(self.access)
        except (pymysql.MySQLError, OSError) as error:
            raise translated(error, self.store, self.access, "connecting") from error

    async def _idle_connection(self) -> ShopConnection | None:
        while self._idle:
            connection, since = self._idle.pop()
            if connection.hung_up:
                connection.close()
            elif monotonic() - since < IDLE_SECONDS:
                return connection
            else:
                await connection.say_goodbye()
        return None

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().connection.close()
