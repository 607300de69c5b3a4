"""Connections to the public pages, over real sockets: how many there may be, of whom, and for how long (rule L6)."""

import asyncio
import socket
from contextlib import suppress
from functools import partial

from aiohttp import web

from bridge.web.public import serve_public
from bridge.web.public_connections import AMPLE, PublicConnections, Room
from bridge.web.public_traffic import PublicTraffic
from tests.support.licence_field import ANYWHERE, Field, the_field
from tests.support.waiting import PATIENCE_S, until

ELSEWHERE = "127.0.0.2"
"""Another address than that of the field's own client."""
ASKS = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
WITHIN_S = 0.5
"""Far longer than our own client takes from connecting to asking, also where the machine is busy."""
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connected(field: Field, address: str = ELSEWHERE) -> Connection:
    """A connection from an address of this machine."""
    host, _, port = field.pages.address.removeprefix("http://").partition(":")
    return await asyncio.open_connection(host, int(port), local_addr=(address, 0))


async def is_served(connection: Connection) -> bool:
    """Whether a question over it is answered; it is closed then."""
    reader, writer = connection
    answer = b""
    with suppress(ConnectionError):  # turned away without an answer, in one way or the other
        writer.write(ASKS)
        answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
    writer.close()
    return answer.startswith(b"HTTP/1.1 200 ")


async def test_one_address_holds_so_many_connections_and_no_more_while_others_are_served() -> None:
    async with the_field(room=Room(of_one=2)) as field:
        idle = [await connected(field) for _ in range(2)]
        assert not await is_served(await connected(field))
        assert field.traffic.turned_away == 1
        assert (await field.ask())[0] == 200
        assert await is_served(await connected(field, "127.0.0.3"))
        idle[0][1].close()
        await until(lambda: field.traffic.connections == 2, "there is room again")  # the other's, and the client's
        assert await is_served(await connected(field))
        idle[1][1].close()


async def test_who_holds_many_connections_that_do_ask_has_no_more_of_them() -> None:
    async with the_field(room=Room(of_one=1)) as field:
        assert (await field.ask())[0] == 200
        assert not await is_served(await connected(field, "127.0.0.1")), "the first is kept for the next question"
        assert (await field.ask())[0] == 200


async def test_a_web_server_in_front_holds_as_many_as_there_is_room_for() -> None:
    behind = ANYWHERE.model_copy(update={"trusted_proxies": (ELSEWHERE,)})
    async with the_field(behind, room=Room(connections=4, of_one=1)) as field:
        idle = [await connected(field) for _ in range(3)]
        assert await is_served(await connected(field))
        for _, writer in idle:
            writer.close()


async def test_of_askers_who_have_gone_nothing_is_remembered() -> None:
    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response()

    connections = PublicConnections((), PublicTraffic(), AMPLE)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(partial(connections.protocol, web.Server(answer)), "127.0.0.1", 0)
    try:
        there = server.sockets[0].getsockname()
        askers = [await asyncio.open_connection(*there, local_addr=(f"127.0.1.{at}", 0)) for at in range(1, 51)]
        await until(lambda: len(connections) == 50, "each has a place")
        for _, writer in askers:
            writer.close()
        await until(lambda: len(connections) == 0, "all are forgotten")
    finally:
        server.close()


async def test_a_connection_too_many_is_closed_and_the_others_are_served() -> None:
    async with the_field(room=Room(connections=2)) as field:
        idle = [await connected(field, f"127.0.0.{at}") for at in (2, 3)]
        assert not await is_served(await connected(field, "127.0.0.4"))
        for _, one in idle:
            one.close()
            await one.wait_closed()
        assert (await field.ask())[0] == 200


async def test_connections_that_never_ask_make_room_for_those_that_do() -> None:
    async with the_field(room=Room(connections=2, within_s=WITHIN_S)) as field:
        for half in (b"", b"POST /api/v1/licences/check HTTP/1.1\r\nHost: x\r\nX-Slow: "):
            reader, writer = await connected(field)
            writer.write(half)
            with suppress(ConnectionResetError):
                assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
            writer.close()
        assert (await field.ask())[0] == 200
        await asyncio.sleep(2 * WITHIN_S)
        assert (await field.ask())[0] == 200, "who has asked may keep his connection"
        assert len(field.client.connector._conns) == 1 if field.client.connector else False


async def test_connections_that_do_not_read_their_answers_make_room_for_those_that_do() -> None:
    async def long_answer(_: web.Request) -> web.Response:
        return web.Response(body=bytes(20_000_000))

    pages = await serve_public(ANYWHERE, [web.get("/", long_answer)], room=Room(connections=1, within_s=WITHIN_S))
    loop = asyncio.get_running_loop()
    try:
        host, _, port = pages.address.removeprefix("http://").partition(":")
        for _ in range(2):
            with socket.create_connection((host, int(port))) as asker:
                asker.settimeout(0)
                await loop.sock_sendall(asker, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                assert await loop.sock_recv(asker, 1) == b"H", "there was room for it"
                await asyncio.sleep(2 * WITHIN_S)  # it reads nothing of the rest
                got = 1
                with suppress(ConnectionResetError):
                    while part := await asyncio.wait_for(loop.sock_recv(asker, 1_000_000), PATIENCE_S):
                        got += len(part)
                assert got < 20_000_000
    finally:
        await pages.close()
