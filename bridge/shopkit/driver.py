"""One connection to a shop's database, as careful as the bridge needs it.

The driver has habits that a guest in somebody's shop can't take over: it goes on unencrypted when the server offers no
TLS, it accepts several statements in one, it takes whatever answers for a server of any age, and it leaves an object
behind when it is cancelled while connecting. All of that is put right here, and nowhere else is the driver's class
touched.
"""

import asyncio
import ssl
import struct
from typing import Any

import aiomysql
import pymysql
from pymysql.constants import CLIENT

from bridge.contracts.shop import DatabaseAccess
from bridge.shopkit.errors import NO_DATABASE_SERVER, SERVER_TOO_OLD, TLS_FAILED
from bridge.shopkit.result_rows import Arrived, ResultRows
from bridge.shopkit.server_version import oldest_words, parsed_version

FAREWELL_SECONDS = 1.0
"""How long saying goodbye to the server may take."""

PROTOCOL = 10
"""The protocol that every server has greeted with since the last century."""

_NO_GREETING = (pymysql.InternalError, struct.error, IndexError, ValueError)
"""What the driver stumbles into when it reads a web server's answer as a greeting."""


class QuietCursor(aiomysql.Cursor):  # type: ignore[misc]  # the driver ships no types
    """A plain tuple cursor that does not ask the server for its warnings.

    The driver would print each of them, at the price of one more question to the server.
    """

    async def _show_warnings(self, conn: object) -> None:
        del conn


class ShopConnection(aiomysql.Connection):  # type: ignore[misc]  # the driver ships no types
    """A driver's connection that never sends a password unencrypted where TLS is asked for."""

    def __init__(self, access: DatabaseAccess) -> None:
        self._tls_required = access.tls and access.socket is None
        self.waits_for_greeting = False
        super().__init__(
            host=access.host,
            port=access.port,
            unix_socket=str(access.socket) if access.socket else None,
            user=access.user,
            # The driver encodes a password as latin-1, servers keep the hash of its UTF-8 bytes.
            password=(access.password or "").encode().decode("latin-1"),
            db=access.name,
            charset="utf8mb4",
            autocommit=True,
            init_command=_session(access.statement_timeout_seconds),
            cursorclass=QuietCursor,
            ssl=_tls_context(access) if self._tls_required else None,
        )
        self.client_flag &= ~CLIENT.MULTI_STATEMENTS

    async def _get_server_information(self) -> None:
        """Read the greeting, before anything of ours is sent."""
        self.waits_for_greeting = True
        try:
            await super()._get_server_information()
        except _NO_GREETING as error:
            raise pymysql.OperationalError(NO_DATABASE_SERVER, "its first words are no greeting") from error
        self.waits_for_greeting = False
        if self.protocol_version != PROTOCOL:
            raise pymysql.OperationalError(NO_DATABASE_SERVER, "it greets in another protocol")
        version = parsed_version(self.server_version)
        if version is not None and version.too_old:
            raise pymysql.OperationalError(SERVER_TOO_OLD, f"it is {version}, needed is {oldest_words()}")

    async def _request_authentication(self) -> None:
        if self._tls_required and not self.server_capabilities & CLIENT.SSL:
            raise pymysql.OperationalError(TLS_FAILED, "the server offers no TLS")
        await super()._request_authentication()

    async def _read_query_result(self, unbuffered: bool = False) -> None:
        """Read an answer, its rows in bulk."""
        assert not unbuffered, "answers are read whole"
        self._result = None
        result = ResultRows(self)
        await result.read()
        self._result, self._affected_rows = result, result.affected_rows
        if result.server_status is not None:
            self.server_status = result.server_status

    def arrived(self) -> Arrived:
        """What arrives from now on of the answer that is being read."""
        return Arrived(self._reader, self._next_seq_id)

    async def open(self) -> None:
        """Connect and log in."""
        await self._connect()

    @property
    def hung_up(self) -> bool:
        """Whether the other end has ended the connection while nobody used it; asks nobody."""
        reader = self._reader
        return self.closed or reader is None or reader.at_eof() or reader.exception() is not None

    async def say_goodbye(self) -> None:
        """Close politely, so that the server does not count an aborted connection. Never raises but on cancellation.

        Encrypted connections take a few more words to end; who does not wait for them leaves a socket behind.
        """
        writer = self._writer
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self.ensure_closed()
                if writer is not None:
                    await writer.wait_closed()
        except (OSError, TimeoutError, pymysql.MySQLError):
            pass  # it is closed either way
        finally:
            self.close()
            if writer is not None:
                writer.transport.abort()


async def open_connection(access: DatabaseAccess) -> ShopConnection:
    """A connection that is logged in. Raises the driver's errors, and `TimeoutError`."""
    connection, seconds = ShopConnection(access), access.connect_timeout_seconds
    try:
        async with asyncio.timeout(seconds):
            await connection.open()
    except TimeoutError as error:
        connection.close()
        if connection.waits_for_greeting:
            raise TimeoutError(f"it took the connection and answered nothing for {seconds:g} s") from error
        raise
    except BaseException:  # also a cancellation: a half-open connection is of no use to anybody
        connection.close()
        raise
    return connection


def _session(statement_seconds: float) -> str:
    """What holds in our sessions; the server ends a statement by itself a second after we stopped waiting for it.

    MariaDB reads the first kind of comment, MySQL from 5.7.8 on the second; each ignores the other's. MySQL 8 would
    answer for a day with the next ids and times of change that it has looked up once: it is told to look each time.
    """
    seconds = statement_seconds + 1
    return (
        "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone='+00:00'"
        f" /*M!100101 , max_statement_time={seconds:.3f} */ /*!50708 , max_execution_time={seconds * 1000:.0f} */"
        " /*!80003 , information_schema_stats_expiry=0 */"
    )


def _tls_context(access: DatabaseAccess) -> Any:
    return ssl.create_default_context(cafile=str(access.tls_ca) if access.tls_ca else None)
