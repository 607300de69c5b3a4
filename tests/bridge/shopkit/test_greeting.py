"""What answers where a database server should: each is told apart before a password is sent."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from bridge.contracts.shop import DatabaseAccess
from bridge.errors import ShopError, ShopRefused, ShopUnavailable
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.named_sql import Statement
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.adapters import STORE, database_access

ECHO = Statement("echo", "SELECT 1")
ACCESS = DatabaseAccess("shop", "bridge", "oc_", password="secret", tls=False, connect_timeout_seconds=2.0)


@dataclass
class Talker:
    """Something that speaks first where a database server should; `heard` is what it was told."""

    first: bytes
    port: int = 0
    heard: bytes = b""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.first)
        self.heard += await reader.read()
        writer.close()
        await writer.wait_closed()
        self.done.set()

    def __post_init__(self) -> None:
        self.done = asyncio.Event()


@asynccontextmanager
async def talking(first: bytes) -> AsyncIterator[Talker]:
    """A talker until its one guest has gone."""
    talker = Talker(first)
    server = await asyncio.start_server(talker.answer, "127.0.0.1", 0)
    async with server:
        talker.port = server.sockets[0].getsockname()[1]
        yield talker
        await talker.done.wait()


async def refusal(access: DatabaseAccess, kind: type[ShopError] = ShopRefused) -> ShopError:
    with pytest.raises(kind) as refused:
        await ShopDatabase(STORE, access).rows(ECHO)
    return refused.value


def greeting(version: str, *, protocol: int = 10) -> bytes:
    """A server's first packet."""
    text = bytes([protocol]) + version.encode() + b"\0"
    rest = struct.pack("<I8sxHBHHB10x", 7, b"saltsalt", 0xF7FF, 45, 2, 0x81FF, 21) + b"saltsaltsalt\0"
    packet = text + rest + b"mysql_native_password\0"
    return struct.pack("<I", len(packet))[:3] + b"\0" + packet


FIRST_WORDS = {
    "a web server": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "a mail server": b"220 mail.example ESMTP\r\n",
    "the server's other port": bytes.fromhex("05000000 0b 08 05 1a 00"),
    "a greeting that ends": b"\x02\0\0\0\x0a8",
    "another protocol": greeting("3.20.1", protocol=9),
}


@pytest.mark.parametrize("who", FIRST_WORDS)
async def test_what_is_no_database_server_is_told_so_and_gets_no_password(who: str) -> None:
    async with talking(FIRST_WORDS[who]) as talker:
        error = await refusal(replace(ACCESS, port=talker.port))
    assert str(error).startswith(
        f"acme: database shop at 127.0.0.1:{talker.port}: what answers there is no MariaDB or MySQL server"
    )
    assert error.hint.startswith("correct database.host and database.port in the store's file: perhaps a web server")
    assert talker.heard == b""


async def test_what_takes_connections_and_says_nothing_is_told_with_how_long_it_was_waited_for() -> None:
    """So does a database server that hangs, and a web server: it waits for the ticket."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        error = await refusal(replace(ACCESS, port=port), ShopUnavailable)
    assert str(error) == (
        f"acme: database shop at 127.0.0.1:{port}: no answer in time (connecting): it took the connection and "
        f"answered nothing for {ACCESS.connect_timeout_seconds:g} s"
    )


@pytest.mark.parametrize(
    ("version", "shown"),
    [
        ("5.6.51-log", "it is MySQL 5.6.51"),
        ("5.5.5-10.0.38-MariaDB", "it is MariaDB 10.0.38"),
    ],
)
async def test_a_server_that_is_too_old_is_refused_with_its_version_and_the_least(version: str, shown: str) -> None:
    async with talking(greeting(version)) as talker:
        error = await refusal(replace(ACCESS, port=talker.port))
    assert str(error) == (
        f"acme: database shop at 127.0.0.1:{talker.port}: the database server is too old: {shown}, needed is "
        "MariaDB 10.1.1 or MySQL 5.7.8 (connecting)"
    )
    assert error.hint.startswith("move the shop to a newer server; if a proxy answers in its place")
    assert talker.heard == b""


async def test_a_real_server_that_greets_with_another_version_in_front_is_let_in(
    mariadb: PrivateMariaDB, database: str
) -> None:
    shop = ShopDatabase(STORE, database_access(mariadb.parameters(database), prefix="oc_"))
    assert await shop.rows(ECHO) == ((1,),)
    [(version,)] = await shop.rows(Statement("server", "SELECT VERSION()"))
    assert not version.startswith("5.5.5-")
    await shop.close()
