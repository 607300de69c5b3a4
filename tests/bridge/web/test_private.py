"""The listener of the private pages: where it listens, whom it answers, and what it says beside the page."""

import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bridge.errors import ListenerError
from bridge.settings.listening import PrivateWebSettings
from bridge.web.private import PrivatePages, serve_private
from tests.bridge.web.conftest import Daemon

ANYWHERE = PrivateWebSettings(listen="127.0.0.1:0")
ROUTES = ("/livez", "/health", "/metrics")


@asynccontextmanager
async def served(
    daemon: Daemon, settings: PrivateWebSettings = ANYWHERE
) -> AsyncIterator[tuple[aiohttp.ClientSession, PrivatePages]]:
    """The pages, and a client whose URLs need only a path."""
    pages = await serve_private(daemon.observed, settings)
    path = settings.unix_path
    connector = aiohttp.UnixConnector(str(path)) if path else aiohttp.TCPConnector()
    base = "http://localhost" if path else pages.address
    try:
        async with aiohttp.ClientSession(base, connector=connector) as client:
            yield client, pages
    finally:
        await pages.close()


@pytest.mark.parametrize("route", ROUTES)
async def test_the_pages_answer_on_tcp_and_tell_the_port_they_got(daemon: Daemon, route: str) -> None:
    async with served(daemon) as (client, pages):
        assert pages.address.startswith("http://127.0.0.1:")
        assert not pages.address.endswith(":0")
        async with client.get(route) as answer:
            assert answer.status == 200


async def test_the_pages_answer_on_ipv6(daemon: Daemon) -> None:
    async with served(daemon, PrivateWebSettings(listen="[::1]:0")) as (client, pages):
        assert pages.address.startswith("http://[::1]:")
        async with client.get("/livez") as answer:
            assert await answer.text() == "ok\n"


async def test_the_pages_answer_on_a_unix_socket_for_owner_and_group_only(daemon: Daemon, tmp_path: Path) -> None:
    path = tmp_path / "private.sock"
    async with served(daemon, PrivateWebSettings(listen=f"unix:{path}")) as (client, pages):
        assert pages.address == f"unix:{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        async with client.get("/livez") as answer:
            assert answer.status == 200
    assert not path.exists()


async def test_a_socket_that_a_crash_left_behind_is_replaced(daemon: Daemon, tmp_path: Path) -> None:
    path = tmp_path / "private.sock"
    with socket.socket(socket.AF_UNIX) as crashed:
        crashed.bind(str(path))
    settings = PrivateWebSettings(listen=f"unix:{path}")
    async with served(daemon, settings) as (client, _), client.get("/livez") as answer:
        assert answer.status == 200


async def test_a_socket_that_somebody_listens_on_is_left_alone(daemon: Daemon, tmp_path: Path) -> None:
    path = tmp_path / "private.sock"
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        with pytest.raises(ListenerError, match=f"unix:{path} can't be had: Address already in use"):
            await serve_private(daemon.observed, PrivateWebSettings(listen=f"unix:{path}"))
        assert path.exists()


async def test_a_file_that_is_no_socket_is_never_removed(daemon: Daemon, tmp_path: Path) -> None:
    path = tmp_path / "precious.txt"
    path.write_text("mine")
    with pytest.raises(ListenerError, match="there is a file that is not a socket"):
        await serve_private(daemon.observed, PrivateWebSettings(listen=f"unix:{path}"))
    assert path.read_text() == "mine"


async def test_a_missing_folder_is_named(daemon: Daemon, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "private.sock"
    with pytest.raises(ListenerError, match=f"unix:{path} can't be had: No such file or directory"):
        await serve_private(daemon.observed, PrivateWebSettings(listen=f"unix:{path}"))


async def test_a_port_in_use_is_named(daemon: Daemon) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(ListenerError, match=f"{listen} can't be had: Address already in use"):
            await serve_private(daemon.observed, PrivateWebSettings(listen=listen))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_the_pages_can_only_be_read(daemon: Daemon, method: str) -> None:
    async with served(daemon) as (client, _), client.request(method, "/health") as answer:
        assert answer.status == 405


async def test_head_is_answered_without_a_body(daemon: Daemon) -> None:
    async with served(daemon) as (client, _), client.head("/health") as answer:
        assert answer.status == 200
        assert await answer.read() == b""


@pytest.mark.parametrize("path", ["/", "/health/", "/livez/../etc/passwd", "/metrics.json"])
async def test_what_is_not_a_page_is_not_found(daemon: Daemon, path: str) -> None:
    async with served(daemon) as (client, _), client.get(path) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("path", [*ROUTES, "/nothing"])
async def test_every_answer_carries_the_security_headers_and_none_names_the_server(daemon: Daemon, path: str) -> None:
    async with served(daemon) as (client, _), client.get(path) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Server" not in answer.headers


@pytest.mark.parametrize("host", ["shop.example", "127.0.0.1.shop.example", "10.0.0.5:8377", "[2001:db8::1]", ""])
async def test_a_browser_lured_here_under_a_strangers_name_is_turned_away(daemon: Daemon, host: str) -> None:
    async with served(daemon) as (client, _), client.get("/health", headers={"Host": host}) as answer:
        assert answer.status == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9000", "[::1]:8377", "127.1.2.3:80"])
async def test_this_machines_own_names_are_answered(daemon: Daemon, host: str) -> None:
    async with served(daemon) as (client, _), client.get("/livez", headers={"Host": host}) as answer:
        assert answer.status == 200


async def test_livez_fails_while_a_part_is_stuck_and_names_it(daemon: Daemon) -> None:
    daemon.beats["writer"] -= 60
    async with served(daemon) as (client, _):
        async with client.get("/livez") as answer:
            assert (answer.status, await answer.text()) == (503, "stuck: writer\n")
        async with client.get("/health") as answer:
            assert answer.status == 503


async def test_closing_is_quick_though_a_client_keeps_its_connection(daemon: Daemon) -> None:
    pages = await serve_private(daemon.observed, ANYWHERE)
    with socket.create_connection(("127.0.0.1", int(pages.address.rpartition(":")[2]))) as idle:
        idle.send(b"GET /livez HTTP/1.1\r\n")
        await pages.close()
        assert os.fstat(idle.fileno())
