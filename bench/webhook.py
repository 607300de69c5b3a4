"""How fast WhatsApp's deliveries are taken: signed, over HTTP, stored durably before the answer, by one process.

Against a bare aiohttp server that reads the same bytes and answers at once, in turns in one run, with as many clients.
Nothing is skipped: every delivery is another one, its signature is checked over the raw bytes, and it is on the disk,
in the desk's own file with synchronous=FULL, when it is answered. Clients and both servers share the machine, so the
ratio of answers a second in the same turns is what counts.

    .venv/bin/python bench/webhook.py [--quick] [--rounds N] [--deliveries N] [--clients N]
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # the other benches are found from the checkout

from aiohttp import web

from bench.support import conclude, machine, median, only_warnings, table
from bridge.contracts.clock import SystemClock
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.upgrade import upgrade
from bridge.engine.collector import collect_seldom
from bridge.engine.office import PluginOffice, Surroundings
from bridge.settings.listening import PublicWebSettings
from bridge.web.plugin_routes import served
from bridge.web.public import serve_public
from bridge.web.public_traffic import PublicTraffic
from bridge_whatsapp.webhook import PATH, PER_MINUTE, Webhook
from tests.support.whatsapp_deliveries import change, delivery, encoded, message, signed

GOAL = 0.15
CLIENTS = 50
SECRETS = {"app_secret": "an app secret of thirty-two bytes", "verify_token": "a word"}
KINDS = ("bare aiohttp", "the webhook")
NOW = datetime.now(UTC)


class Turn(NamedTuple):
    """One turn: answers a second by the wall clock, and microseconds of the serving process for each."""

    a_second: float
    cpu_us: float


# --- the process that serves ---


def serve(kind: str, folder: Path, tell: Connection) -> None:
    """Serve until told to stop; answers each other word with its processor time and how many are kept."""
    only_warnings()
    asyncio.run(_serve_bare(tell) if kind == KINDS[0] else _serve_webhook(folder, tell))


async def _serve_bare(tell: Connection) -> None:
    async def at_once(request: web.Request) -> web.Response:
        await request.read()
        return web.Response()

    application = web.Application(client_max_size=4 * 1_048_576)
    application.router.add_post(PATH, at_once)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await _until_told(tell, runner.addresses[0][1], None)
    await runner.cleanup()


async def _serve_webhook(folder: Path, tell: Connection) -> None:
    path = folder / FILE_NAME
    upgrade(path, now=NOW)
    with Desk.open(path) as desk:
        desk.start()
        around = Surroundings(settings=_not_asked, plugins=_not_asked, adapter_of=_not_asked, wake=lambda: None)
        office = PluginOffice("whatsapp", desk, SystemClock(), around)
        webhook = Webhook(SECRETS.__getitem__, office.keep, office.now)
        settings = PublicWebSettings(listen="127.0.0.1:0", per_address=120, trusted_proxies=("127.0.0.1",))
        routes = [served(one) for one in webhook.routes()]
        pages = await serve_public(settings, routes, PublicTraffic(), per_minute={PATH: PER_MINUTE})
        collect_seldom()
        await _until_told(tell, int(pages.address.rpartition(":")[2]), desk)
        await pages.close()


def _not_asked(*_: object) -> Any:
    raise AssertionError("no settings are needed to keep a delivery")


async def _until_told(tell: Connection, port: int, desk: Desk | None) -> None:
    tell.send(port)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, tell.recv) != "stop":
        kept = (await desk.read(lambda tx: tx.receipts.waiting())).get("whatsapp", 0) if desk is not None else 0
        tell.send((time.process_time(), kept))


# --- the clients ---


class Client(asyncio.Protocol):
    """One connection that delivers, waits for the whole answer, and delivers the next, while the turn has some left."""

    def __init__(self, deliveries: Iterator[bytes], done: "asyncio.Future[None]") -> None:
        self._deliveries, self._done = deliveries, done
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._post()

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._got.endswith(b"\r\n\r\n"):  # both answer without a body
            return
        assert self._got.startswith(b"HTTP/1.1 200"), self._got
        self._got = b""
        self._post()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("closed before the end"))

    def _post(self) -> None:
        one = next(self._deliveries, None)
        if one is None:
            self._done.set_result(None)
            self._transport.close()
        else:
            self._transport.write(one)


def deliveries() -> Iterator[bytes]:
    """Deliveries without end, each of one message in Persian with an emoji, signed."""
    while True:
        body = encoded(delivery(change([message("text", "سلام، افزونه پس از به‌روزرسانی کار نمی‌کند 😟" * 3)])))
        head = "".join(f"{name}: {value}\r\n" for name, value in signed(body, SECRETS["app_secret"]).items())
        yield (
            f"POST {PATH} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n{head}"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )


async def deliver(port: int, made: Iterator[bytes], clients: int) -> float:
    """Seconds that these deliveries take over so many connections."""
    loop = asyncio.get_running_loop()
    ends = []
    began = time.perf_counter()
    for _ in range(clients):
        done: asyncio.Future[None] = loop.create_future()
        ends.append(done)
        await loop.create_connection(lambda done=done: Client(made, done), "127.0.0.1", port)  # type: ignore[misc]  # a default binds it
    await asyncio.gather(*ends)
    return time.perf_counter() - began


def turn(process: tuple[Connection, int], made: list[bytes], clients: int, *, keeps: bool) -> Turn:
    """One turn against one process; what it says it has kept is counted."""
    tell, port = process
    tell.send("time")
    cpu, kept = tell.recv()
    took = asyncio.run(deliver(port, iter(made), clients))
    tell.send("time")
    cpu_after, kept_after = tell.recv()
    assert kept_after - kept == (len(made) if keeps else 0), "every answered delivery is kept"
    return Turn(len(made) / took, (cpu_after - cpu) / len(made) * 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer deliveries")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--deliveries", type=int, help="in each turn")
    parser.add_argument("--clients", type=int, default=CLIENTS)
    given = parser.parse_args()
    count = given.deliveries or (1_500 if given.quick else 5_000)
    folder = Path(tempfile.mkdtemp(prefix="bench-webhook-"))
    context = get_context("spawn")
    turns: dict[str, list[Turn]] = {kind: [] for kind in KINDS}
    try:
        processes: dict[str, tuple[Connection, int]] = {}
        for kind in KINDS:
            ours, theirs = context.Pipe()
            context.Process(target=serve, args=(kind, folder, theirs), daemon=True).start()
            processes[kind] = (ours, ours.recv())
        made = deliveries()
        for kind in KINDS:  # what is loaded at first
            turn(processes[kind], list(islice(made, count // 4)), given.clients, keeps=kind == KINDS[1])
        for _ in range(given.rounds):
            for kind in KINDS:
                some = list(islice(made, count))
                turns[kind].append(turn(processes[kind], some, given.clients, keeps=kind == KINDS[1]))
        for tell, _ in processes.values():
            tell.send("stop")
    finally:
        shutil.rmtree(folder)
    report(turns, count, given.clients)


def report(turns: dict[str, list[Turn]], count: int, clients: int) -> None:
    bare, ours = (turns[kind] for kind in KINDS)
    share = median(one.a_second / other.a_second for one, other in zip(ours, bare, strict=True))
    print(f"medians of {len(bare)} turns of {count:,} deliveries by {clients} clients")
    table(
        ("", "answers/s", "µs of processor each"),
        [
            (
                kind,
                f"{median(one.a_second for one in turns[kind]):,.0f}",
                f"{median(one.cpu_us for one in turns[kind]):.0f}",
            )
            for kind in KINDS
        ],
    )
    print(f"signed deliveries, stored before the answer, beside the bare server: {share:.2f} (goal {GOAL})")
    print(f"machine: {machine()}")
    conclude("webhook", share, "of the bare server's answers a second", goal=GOAL, met=share >= GOAL)


if __name__ == "__main__":
    main()
