"""What a MariaDB server does to its clients, made to happen: kills, a full house, locks and deadlocks.

The bridge is told apart from everybody else on the server by its user name: only its connections are hit.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager

import aiomysql
import pymysql

from bridge.testing.connection import ConnectionParameters
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.waiting import PATIENCE_S

FEWEST_CONNECTIONS = 10
"""A server takes no lower limit than this."""
WEIGHT_ROWS = 200
"""Rows that a rival changes first: of two in a deadlock the one that has written less is the victim."""
LOOK_EVERY_S = 0.15
"""A server keeps its list of transactions for 0.1 s after somebody has looked: who looks more often sees no news."""


class ServerTrouble:
    """Trouble on a private server for the connections of `user`."""

    def __init__(self, server: PrivateMariaDB, user: str) -> None:
        self.server, self.user = server, user

    def connections(self) -> list[int]:
        """The user's connections by their number at the server."""
        rows = self.server.run(
            f"SELECT id FROM information_schema.processlist WHERE user = '{self.user}' AND command <> 'Killed'"
        )
        return [int(number) for (number,) in rows]

    def kill_connections(self) -> int:
        """KILL every connection of the user; how many there were."""
        return self._kill("CONNECTION")

    def kill_queries(self) -> int:
        """KILL whatever the user's connections are doing now; how many there were."""
        return self._kill("QUERY")

    @contextmanager
    def full_house(self) -> Iterator[None]:
        """Nobody gets in any more: error 1040."""
        [(most,)] = self.server.run("SELECT @@GLOBAL.max_connections")
        self.server.run(f"SET GLOBAL max_connections = {FEWEST_CONNECTIONS}")
        taken = []
        try:
            while True:
                taken.append(pymysql.connect(unix_socket=str(self.server.socket), user="root", ssl_disabled=True))
        except pymysql.OperationalError as error:
            if error.args[0] != 1040:
                raise
        try:
            yield
        finally:
            for connection in taken[1:]:
                connection.close()
            with closing(taken[0]) as connection, connection.cursor() as cursor:
                cursor.execute(f"SET GLOBAL max_connections = {most}")

    @asynccontextmanager
    async def short_patience(self, seconds: int = 1) -> AsyncIterator[None]:
        """Sessions that begin now wait that long for a lock, then get error 1205."""
        [(before,)] = self.server.run("SELECT @@GLOBAL.innodb_lock_wait_timeout")
        self.server.run(f"SET GLOBAL innodb_lock_wait_timeout = {seconds}")
        try:
            yield
        finally:
            self.server.run(f"SET GLOBAL innodb_lock_wait_timeout = {before}")

    def _kill(self, what: str) -> int:
        hit = 0
        for number in self.connections():
            try:
                self.server.run(f"KILL {what} {number}")
            except pymysql.MySQLError as error:
                if error.args[0] != 1094:  # it has just gone by itself
                    raise
            else:
                hit += 1
        return hit


class Rival:
    """Somebody else's transaction on the same rows, with a connection of its own."""

    def __init__(self, connection: aiomysql.Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def on(cls, database: ConnectionParameters) -> AsyncIterator["Rival"]:
        """A rival whose transaction is taken back at the end."""
        connection = await aiomysql.connect(**database.for_driver(autocommit=False))
        try:
            yield cls(connection)
        finally:
            await connection.rollback()
            await connection.ensure_closed()

    async def take(self, statement: str, values: Sequence[object] = ()) -> None:
        """Run a statement that locks rows, and keep the locks."""
        async with self._connection.cursor() as cursor:
            await cursor.execute(statement, values or None)

    async def grow_heavy(self) -> None:
        """Write so much that the other one is the victim of a deadlock."""
        async with self._connection.cursor() as cursor:
            await cursor.execute("CREATE TABLE IF NOT EXISTS rival_weight (number INT PRIMARY KEY) ENGINE=InnoDB")
            await cursor.execute(f"INSERT INTO rival_weight SELECT seq FROM seq_1_to_{WEIGHT_ROWS}")

    async def let_go(self) -> None:
        """Give up the locks."""
        await self._connection.rollback()


async def waiting_for_a_lock(server: PrivateMariaDB) -> None:
    """Return as soon as a transaction on the server waits for a lock."""
    waiting = "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
    async with asyncio.timeout(PATIENCE_S):
        while server.run(waiting) == [(0,)]:  # noqa: ASYNC110 - a server gives no signal
            await asyncio.sleep(LOOK_EVERY_S)
