"""One connection to a shop's database, as careful as the bridge needs it.

The driver has habits that a guest in somebody's shop can't take over: it goes on unencrypted when the server offers no
TLS, it accepts several statements in one, and it leaves an object behind when it is cancelled while connecting. All of
that is put right here, and nowhere else is the driver's class touched.
"""

import asyncio
import ssl
from typing import Any

import aiomysql
import pymysql
from pymysql.constants import CLIENT

from bridge.contracts.shop import DatabaseAccess
from bridge.shopkit.errors import TLS_FAILED

FAREWELL_SECONDS = 1.0
"""How long saying goodbye to the server may take."""


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

    async def _request_authentication(self) -> None:
        if self._tls_required and not self.server_capabilities & CLIENT.SSL:
            raise pymysql.OperationalError(TLS_FAILED, "the server offers no TLS")
        await super()._request_authentication()

    async def open(self) -> None:
        """Connect and log in."""
        await self._connect()

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
    connection = ShopConnection(access)
    try:
        async with asyncio.timeout(access.connect_timeout_seconds):
            await connection.open()
    except BaseException:  # also a cancellation: a half-open connection is of no use to anybody
        connection.close()
        raise
    return connection


def _session(statement_seconds: float) -> str:
    """What holds in our sessions; the server ends a statement by itself a second after we stopped waiting for it.

    MariaDB reads the first kind of comment, MySQL from 5.7.8 on the second; each ignores the other's.
    """
    seconds = statement_seconds + 1
    return (
        "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone='+00:00'"
        f" /*M!100101 , max_statement_time={seconds:.3f} */ /*!50708 , max_execution_time={seconds * 1000:.0f} */"
    )


def _tls_context(access: DatabaseAccess) -> Any:
    return ssl.create_default_context(cafile=str(access.tls_ca) if access.tls_ca else None)
