"""How fast licences are checked: over HTTP, found in the desk, judged and signed, by one process.

Against the same listener that reads the question and answers a constant as long as a true answer, in turns in one run;
what counts is the processor time that each answer takes in the process that serves, because clients and neighbours
share the machine. Then a desk of 1,000,000 licences against one of 1,000. Everybody asks about another licence from
another address, as through a web server in front.

    .venv/bin/python bench/licence_api.py [--quick] [--rounds N] [--checks N] [--licences N]
"""

import argparse
import asyncio
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))  # the other benches are found from the checkout

from aiohttp import web

from bench.support import conclude, machine, median, only_warnings, table
from bridge.contracts.clock import SystemClock
from bridge.contracts.licences import KeyedEvent
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.statement_keys import StatementKeys, new_statement_key
from bridge.desk.transaction import DeskTx
from bridge.desk.upgrade import upgrade
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.licence_keys import new_key
from bridge.domain.licences import Licence, LicenceBook, LicenceEvent, LicenceEventKind, LicenceTerms
from bridge.engine.collector import collect_seldom
from bridge.services.licence_checks import token_hash
from bridge.settings.listening import PublicWebSettings
from bridge.web.licence_api import LicenceApi
from bridge.web.licence_desk import DeskLicences
from bridge.web.public import serve_public

GOAL, GOAL_GROWTH = 0.25, 1.3
STORE, PRODUCT, HOST = "acme", "seo", "www.shop.example.com"
DOMAIN = "shop.example.com"
NOW = datetime.now(UTC)
CONNECTIONS = 16
ASKED = 5_000
"""Different licences that are asked about."""
ROUTE = "/api/v1/licences/check"
CONSTANT = b'{"status":"active","padding":"' + b"x" * 830 + b'"}'
KINDS = ("a constant", "few licences", "many licences")


class Turn(NamedTuple):
    """One turn: answers a second by the wall clock, and microseconds of the serving process for each."""

    a_second: float
    cpu_us: float


# --- the desk ---


def make_desk(folder: Path, licences: int) -> list[str]:
    """A desk of so many licences, each in use on one domain. Gives the keys of some of them."""
    folder.mkdir()
    path = folder / FILE_NAME
    upgrade(path, now=NOW)
    new_statement_key(folder)
    chance = random.Random(7)
    asked = [new_key(chance.choice) for _ in range(min(licences, ASKED))]
    with Desk.open(path) as desk:
        desk._connection.execute("PRAGMA synchronous=OFF")
        desk.run(_first, asked[0])
        desk.run(_copies, list(islice(_keys(asked, licences, chance), 1, licences)))
        desk._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return asked


def _first(tx: DeskTx, key: str) -> None:
    tx.stores.get(STORE)
    owner = Owner(OwnerKind.CUSTOMER, 77)
    account = tx.accounts.open(STORE, [owner])[owner]
    terms = LicenceTerms(PRODUCT, ZoneInfo("Asia/Tehran"))
    events = (
        LicenceEvent(NOW, LicenceEventKind.ISSUED, {"units": 1}),
        LicenceEvent(NOW, LicenceEventKind.ACTIVATED, {"domain": DOMAIN, "token_hash": token_hash("x")}),
    )
    keyed = [KeyedEvent(1, f"bench:{at}", event) for at, event in enumerate(events)]
    tx.licences.record(keyed, [Licence(1, STORE, account.id, key, terms, NOW, NOW)])


def _copies(tx: DeskTx, keys: Sequence[str]) -> None:
    """The first licence, its history and its domain, once more for each of these keys."""
    for name, own in (
        ("licence", ("id", "key")),
        ("licence_event", ("id", "licence_id", "key")),
        ("licence_domain", ("licence_id",)),
    ):
        found = tx.connection.execute(
            f"SELECT * FROM {name} WHERE rowid = 1" if name != "licence_domain" else f"SELECT * FROM {name}"
        )
        columns = [column[0] for column in found.description]
        first = dict(zip(columns, found.fetchone(), strict=True))
        marks = ", ".join("?" for _ in columns)
        rows = (tuple({**first, **_own(own, number, key)}.values()) for number, key in enumerate(keys, start=2))
        tx.connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)


def _own(columns: Sequence[str], number: int, key: str) -> dict[str, int | str]:
    values: dict[str, int | str] = {"id": number + 1, "licence_id": number, "key": key}
    if columns[0] == "id" and len(columns) == 2:
        values["id"] = number
    return {name: values[name] for name in columns}


def _keys(asked: Sequence[str], licences: int, chance: random.Random) -> Iterator[str]:
    """The keys that are asked about, spread evenly among others that only look like keys."""
    every = licences // len(asked)
    for number in range(licences):
        yield (
            asked[number // every]
            if number % every == 0 and number // every < len(asked)
            else f"{chance.getrandbits(120):030d}"
        )


# --- the process that serves ---


def serve(folder: Path, tell: Connection) -> None:
    """Serve the constant or a desk's licences until told to stop; answers each other word with its processor time."""
    only_warnings()
    asyncio.run(_serve(folder, tell))


async def _serve(folder: Path, tell: Connection) -> None:
    settings = PublicWebSettings(
        listen="127.0.0.1:0", trusted_proxies=("127.0.0.1",), per_address=100_000, per_key=100_000
    )
    path, desk = folder / FILE_NAME, None
    routes = [web.post(ROUTE, _constant)]
    if path.exists():
        desk = Desk.open(path)
        books = {STORE: LicenceBook()}
        licences = DeskLicences(desk, SystemClock(), book_of=books.get)
        routes = LicenceApi(licences, StatementKeys(folder).signing, SystemClock(), per_key=settings.per_key).routes
    pages = await serve_public(settings, routes)
    collect_seldom()
    tell.send(int(pages.address.rpartition(":")[2]))
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, tell.recv) != "stop":
        tell.send(time.process_time())
    await pages.close()
    if desk is not None:
        desk.close()


async def _constant(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(body=CONSTANT, content_type="application/json")


# --- the clients ---


class Client(asyncio.Protocol):
    """One connection that asks, waits for the whole answer, and asks the next, as long as the turn has checks left."""

    def __init__(self, questions: Iterator[bytes], done: "asyncio.Future[None]") -> None:
        self._questions, self._done = questions, done
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found:
            return
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        if len(body) < int(length.partition(b":")[2]):
            return
        assert head.startswith(b"HTTP/1.1 200"), self._got
        assert b'"status":"active"' in body, self._got
        self._got = b""
        self._ask()

    def _ask(self) -> None:
        question = next(self._questions, None)
        if question is None:
            self._transport.close()
            self._done.set_result(None)
        else:
            self._transport.write(question)


def questions(keys: Sequence[str]) -> Iterator[bytes]:
    """Requests without end, each about the next key from the next address."""
    chance = random.Random(11)
    made = []
    for key in keys:
        asked = {"store": STORE, "key": key, "domain": HOST, "product": PRODUCT, "version": "1.4.2"}
        body = json.dumps(asked).encode()
        address = ".".join(str(chance.randrange(1, 255)) for _ in range(4))
        made.append(
            f"POST {ROUTE} HTTP/1.1\r\nHost: bench\r\nX-Forwarded-For: {address}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
    chance.shuffle(made)
    return cycle(made)


async def ask(port: int, asked: Iterator[bytes], checks: int) -> float:
    """Seconds that so many checks take over several connections."""
    loop = asyncio.get_running_loop()
    shared, ends = islice(asked, checks), []
    began = time.perf_counter()
    for _ in range(CONNECTIONS):
        done: asyncio.Future[None] = loop.create_future()
        ends.append(done)
        await loop.create_connection(lambda done=done: Client(shared, done), "127.0.0.1", port)  # type: ignore[misc]  # a default binds it
    await asyncio.gather(*ends)
    return time.perf_counter() - began


def turn(process: tuple[Connection, int], asked: Iterator[bytes], checks: int) -> Turn:
    """One turn against one process."""
    tell, port = process
    tell.send("time")
    before = tell.recv()
    took = asyncio.run(ask(port, asked, checks))
    tell.send("time")
    return Turn(checks / took, (tell.recv() - before) / checks * 1e6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="20,000 licences and fewer checks")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--checks", type=int, help="in each turn")
    parser.add_argument("--licences", type=int, help="in the large desk")
    given = parser.parse_args()
    checks = given.checks or (2_000 if given.quick else 10_000)
    licences = given.licences or (20_000 if given.quick else 1_000_000)
    folder = Path(tempfile.mkdtemp(prefix="bench-licences-"))
    context = get_context("spawn")
    try:
        keys = {KINDS[1]: make_desk(folder / "1", 1_000), KINDS[2]: make_desk(folder / "2", licences)}
        processes: dict[str, tuple[Connection, int]] = {}
        for number, kind in enumerate(KINDS):
            ours, theirs = context.Pipe()
            context.Process(target=serve, args=(folder / str(number), theirs), daemon=True).start()
            processes[kind] = (ours, ours.recv())
        asked = {kind: questions(keys.get(kind, keys[KINDS[1]])) for kind in KINDS}
        turns: dict[str, list[Turn]] = {kind: [] for kind in KINDS}
        for kind in KINDS:
            turn(processes[kind], asked[kind], checks // 4)  # what is loaded at first
        for _ in range(given.rounds):
            for kind in KINDS:
                turns[kind].append(turn(processes[kind], asked[kind], checks))
        for tell, _ in processes.values():
            tell.send("stop")
    finally:
        shutil.rmtree(folder)
    report(turns, licences, checks)


def report(turns: dict[str, list[Turn]], licences: int, checks: int) -> None:
    constant, few, many = (turns[kind] for kind in KINDS)
    share = median(bare.cpu_us / check.cpu_us for bare, check in zip(constant, few, strict=True))
    growth = median(large.cpu_us / small.cpu_us for large, small in zip(many, few, strict=True))
    print(f"medians of {len(few)} turns of {checks:,} answers; 1,000 and {licences:,} licences")
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
    print(f"signed checks beside the constant: {share:.2f} (goal {GOAL})")
    print(f"many licences beside few, time of a check: {growth:.2f} (goal {GOAL_GROWTH})")
    print(f"machine: {machine()}")
    conclude(
        "licence_api",
        share,
        "of the constant's answers a second",
        goal=GOAL,
        met=share >= GOAL and growth <= GOAL_GROWTH,
    )


if __name__ == "__main__":
    main()
