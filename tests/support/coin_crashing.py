"""Daemon and staff are killed again and again while customers approve, work is settled and packages end.

Afterwards no coin may be lost, nothing charged twice, and nothing told twice with different numbers. What the receiver
of the events heard, what the customers were answered and what the entries say is compared by plain SQL and JSON.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Self

from aiohttp import web

from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.desk.key_files import load_keys
from bridge.services.verify import verify
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.bridges import BASE, AnyShop, Bridge, StoreFile, shop_now, stock
from tests.support.daemons import TIED_TO_US, Daemon
from tests.support.shops import OpenCartShop, PrestaShopShop
from tests.support.waiting import until

CUSTOMERS = 5
QUIET_S = 60.0
WAITS = {
    "ended": (
        "deadline JOIN package ON package.id = ref"
        " WHERE kind IN ('package', 'forfeit') AND due_ms < unixepoch() * 1000 + 10000"
    ),
    "told": "outbox WHERE done = 0",
    "delivered": "delivery WHERE state = 'waiting'",
    "shown": "quote WHERE pushed_number < number AND state <> 'draft'",
    "answered": "handled WHERE pushed_number < number",
}


@dataclass(slots=True)
class CoinAftermath:
    """What was found when all was quiet again; `faults` must be empty."""

    kills: int = 0
    kills_at_work: int = 0
    clicks: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    settled: int = 0
    ended: int = 0
    posts: int = 0
    repeated_posts: int = 0
    seconds_to_quiet: float = 0.0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


class Receiver:
    """Takes the events that the webhook posts, and remembers every body by the event's key."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.heard: defaultdict[str, list[str]] = defaultdict(list)

    async def take(self, request: web.Request) -> web.Response:
        self.heard[request.headers["X-Supportbridge-Event-Key"]].append(await request.text())
        await asyncio.sleep(self._random.uniform(0.0, 0.01))  # a kill may come before the answer does
        return web.Response()


@dataclass(slots=True)
class Clicker:
    """The customers of one store: they look at their pages and click."""

    name: str
    shop: AnyShop
    key: SigningKey
    random: Random
    clicks: dict[str, tuple[str, int, int]] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        decided: set[tuple[int, int]] = set()
        while not stop.is_set():
            rows = await self.shop.fetch(
                f"SELECT customer_id, payload FROM `{self.shop.prefix}supportbridge_quote` WHERE store = %s", self.name
            )
            for customer, payload in rows:
                await self._look_at(customer, json.loads(payload), decided)
            await asyncio.sleep(self.random.uniform(0.0, 0.05))

    async def _look_at(self, customer: int, shown: dict[str, Any], decided: set[tuple[int, int]]) -> None:
        about = (shown["quote"], shown["version"])
        if shown["state"] == "offered" and about not in decided and self.random.random() < 0.5:
            decided.add(about)
            data = {"quote": shown["quote"], "version": shown["version"]}
            if self.random.random() < 0.9:
                language = self.random.choice(["en", "ru", "fa"])
                data["text_hash"] = shown["text_hash"][language]
                await self._click(customer, "quote_approve", data, about)
                if self.random.random() < 0.2:  # in the other window, too
                    await self._click(customer, "quote_approve", data, about)
            else:
                await self._click(customer, "quote_decline", data, about)
        elif shown["state"] == "approved" and self.random.random() < 0.005:
            await self._click(customer, "quote_cancel", {"quote": shown["quote"]}, about)

    async def _click(self, customer: int, kind: str, data: dict[str, Any], about: tuple[int, int]) -> None:
        uuid = await self.shop.customer_posts(self.key, customer, kind, data, store=self.name)
        self.clicks[uuid] = (kind, *about)


@dataclass(slots=True)
class CoinStory:
    """Two shops, a bridge that is ready to be started, and who hears of what happens."""

    bridge: Bridge
    receiver: Receiver
    clickers: list[Clicker]


@asynccontextmanager
async def a_coin_story(folder: Path, server: PrivateMariaDB, seed: int) -> AsyncIterator[CoinStory]:
    """A shop of each platform whose customers have bought coins."""
    random = Random(seed)  # noqa: S311 - to be repeatable, not secret
    async with AsyncExitStack() as stack:
        receiver = Receiver(random)
        port = await _listening(stack, receiver)
        secret = folder / "webhook-secret"
        secret.write_text("a secret of the receiver's", encoding="utf-8")
        secret.chmod(0o600)
        sections = (
            "[quotes]\nactions_per_minute = 1000\n"
            f'[plugin.webhook]\nurl = "http://127.0.0.1:{port}/"\nsecret = {{ file = "{secret}" }}\n'
        )
        stores = {}
        for name, kind in (("opencart", OpenCartShop), ("prestashop", PrestaShopShop)):
            database = server.create_database()
            stack.callback(server.drop_database, database)
            shop: AnyShop = await stack.enter_async_context(kind(server.parameters(database)))
            await shop.install()
            await stock(shop)
            for number in range(CUSTOMERS):
                customer = await shop.add_customer(f"buyer{number}@shop.example")
                await shop.place_paid_order(customer, [(BASE, 4)], at=shop_now(shop) - timedelta(hours=1))
            stores[name] = StoreFile(shop, settle_seconds=0.3, fuse_units=100_000, sections=sections)
        bridge = Bridge(folder, stores)
        text = (bridge.config / "bridge.toml").read_text("utf-8")
        plugins = '[plugins]\nenabled = ["opencart", "prestashop", "webhook"]\n'
        (bridge.config / "bridge.toml").write_text(text + plugins, encoding="utf-8")
        await bridge.prepare()
        clickers = [
            Clicker(name, store.shop, load_keys(bridge.state, name).signing_first[0], random)
            for name, store in stores.items()
        ]
        yield CoinStory(bridge, receiver, clickers)


async def crash_coins(story: CoinStory, *, kills: int, seed: int) -> CoinAftermath:
    """Kill daemon and staff `kills` times at moments that the seed chooses, wait until all is quiet, and compare."""
    began, random = time.monotonic(), Random(seed)  # noqa: S311 - to be repeatable, not secret
    stop, found = asyncio.Event(), CoinAftermath(kills=kills)
    bridge = story.bridge
    daemon = Daemon(bridge.config, bridge.config.parent / "daemon.log")
    try:
        daemon.start()
        await daemon.ready()
        await bridge.quiet()
        async with asyncio.TaskGroup() as tasks:
            for clicker in story.clickers:
                tasks.create_task(clicker.run(stop))
            for number in range(kills):
                with _Staff(bridge.config, seed + number) as staff:
                    at_work = random.random() > 1 / 3 or number == 0
                    if at_work:
                        await daemon.ready()
                        await _work_goes_on(bridge)
                    await asyncio.sleep(random.uniform(0.2, 1.2))
                    found.kills_at_work += at_work
                    staff.kill()  # a power cut takes all that runs
                    daemon.kill()
                daemon.start()
            stop.set()
        quiet_began = time.monotonic()
        await daemon.ready()
        await _all_quiet(story)
        found.seconds_to_quiet = time.monotonic() - quiet_began
        daemon.stop()
    finally:
        daemon.kill()
    await _compare(story, found)
    found.seconds = time.monotonic() - began
    return found


async def _work_goes_on(bridge: Bridge) -> None:
    """Staff, daemon and customers all have done something since: a busy machine takes longer to start than to work."""
    before = {kind: _entries(bridge, kind) for kind in ("hold", "settle")}
    for kind, more in (("hold", 4), ("settle", 2)):
        await until(lambda: _entries(bridge, kind) >= before[kind] + more, f"{more} times more: {kind}")  # noqa: B023


def _entries(bridge: Bridge, kind: str) -> int:
    [(number,)] = bridge.desk.ask("SELECT COUNT(*) FROM entry WHERE kind = ?", kind)
    return int(number)


class _Staff:
    """The staff's process while it lives."""

    def __init__(self, config: Path, seed: int) -> None:
        words = [sys.executable, "-m", "tests.support.coin_staff", str(config), str(seed)]
        self._process = subprocess.Popen([*TIED_TO_US, *words], cwd=Path(__file__).parents[2], start_new_session=True)

    def kill(self) -> None:
        code = self._process.poll()
        assert code is None, f"the staff's process ended by itself with {code}"
        self._process.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


async def _listening(stack: AsyncExitStack, receiver: Receiver) -> int:
    app = web.Application()
    app.router.add_post("/", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port: int = runner.addresses[0][1]
    return port


async def _all_quiet(story: CoinStory) -> None:
    """Every click is answered, every deadline of a package has fired, everything is pushed and told."""
    bridge = story.bridge
    await bridge.quiet()
    for clicker in story.clickers:
        await until(partial(_all_answered, bridge, clicker), "every click is answered", within=QUIET_S)
    for what, rows in WAITS.items():
        await until(partial(_none, bridge, rows), f"nothing waits to be {what}", within=QUIET_S)
    await bridge.quiet()


def _none(bridge: Bridge, rows: str) -> bool:
    return bridge.desk.ask(f"SELECT COUNT(*) FROM {rows}") == [(0,)]


def _all_answered(bridge: Bridge, clicker: Clicker) -> bool:
    return clicker.clicks.keys() <= _answers(bridge, clicker.name).keys()


def _answers(bridge: Bridge, store: str) -> dict[str, tuple[str, str]]:
    rows = bridge.desk.ask(
        "SELECT uuid, outcome, code FROM handled JOIN store ON store.id = store_id WHERE store.name = ?", store
    )
    return {uuid: (outcome, code) for uuid, outcome, code in rows}


async def _compare(story: CoinStory, found: CoinAftermath) -> None:
    bridge, faults = story.bridge, found.faults
    faults += await bridge.disagreements()
    with Desk.open(bridge.desk.path) as desk:
        for name in bridge.stores:
            faults += [f"{name}: {line}" for line in desk.look(verify, name).differences]
    for name in bridge.stores:
        faults += [f"{name}: open problem: {problem.summary}" for problem in bridge.desk.problems(name)]
    for clicker in story.clickers:
        faults += await _click_faults(bridge, clicker, found)
    faults += _quote_faults(bridge, found)
    faults += _end_faults(bridge, found)
    faults += _telling_faults(story, found)


async def _click_faults(bridge: Bridge, clicker: Clicker, found: CoinAftermath) -> list[str]:
    """Each click has one answer, the same in the desk and in the shop; what was accepted was done, once."""
    answers = _answers(bridge, clicker.name)
    shown = {}
    for (payload,) in await clicker.shop.fetch(
        f"SELECT payload FROM `{clicker.shop.prefix}supportbridge_answer` WHERE store = %s", clicker.name
    ):
        document = json.loads(payload)
        shown[document["uuid"]] = (document["outcome"], document["code"])
    faults = [
        f"{clicker.name}: {uuid} is answered {answers.get(uuid)}, shown {shown.get(uuid)}"
        for uuid in clicker.clicks
        if answers.get(uuid) != shown.get(uuid) or uuid not in answers
    ]
    holds = {
        key
        for (key,) in bridge.desk.ask("SELECT key FROM entry WHERE kind = 'hold'")
        if key.startswith(f"{clicker.name}:")
    }
    approved = set()
    for uuid, (kind, quote, version) in clicker.clicks.items():
        found.clicks += 1
        outcome, code = answers.get(uuid, ("none", "none"))
        found.answers[code] += 1
        if kind == "quote_approve" and outcome == "accepted":
            approved.add(f"{clicker.name}:quote:{quote}:v{version}:hold")
    faults += [f"{key}: accepted, and nothing was held" for key in approved - holds]
    faults += [f"{key}: held, and nobody was told that it was approved" for key in holds - approved]
    return faults


def _quote_faults(bridge: Bridge, found: CoinAftermath) -> list[str]:
    """By the entries' keys: a version holds once, costs once, and no more than was held."""
    faults = []
    moved: defaultdict[str, Counter[str]] = defaultdict(Counter)
    times: Counter[tuple[str, str]] = Counter()
    for key, kind, posted, held in bridge.desk.ask(
        "SELECT key, kind, posted, held FROM entry WHERE quote_id IS NOT NULL AND kind IN ('hold', 'settle', 'release')"
    ):
        version = ":".join(key.split(":")[:4])
        moved[version][kind] += held
        moved[version]["spent"] -= posted
        times[version, kind] += 1
    faults += [f"{version}: {count} entries of kind {kind}" for (version, kind), count in times.items() if count != 1]
    for quote, version, store, held, spent in bridge.desk.ask(
        "SELECT quote.id, version, store.name, held, spent FROM quote JOIN store ON store.id = store_id"
    ):
        mine = moved[f"{store}:quote:{quote}:v{version}"]
        if mine["hold"] + mine["settle"] + mine["release"] != held or mine["spent"] != (spent or 0):
            faults.append(f"{store}: quote {quote} holds {held} and cost {spent}, its entries say {dict(mine)}")
        found.settled += spent is not None
    return faults


def _end_faults(bridge: Bridge, found: CoinAftermath) -> list[str]:
    """A package that has ended has nothing left but what is held, and was ended once."""
    faults = []
    ends = Counter(
        key.rpartition(":expire")[0] for (key,) in bridge.desk.ask("SELECT key FROM entry WHERE key LIKE '%:expire%'")
    )
    faults += [f"{package}: ended {count} times" for package, count in ends.items() if count != 1]
    for number, left in bridge.desk.ask(
        "SELECT id, posted - held FROM package WHERE coalesce(extended_ms, usable_until_ms) < unixepoch() * 1000"
    ):
        found.ended += 1
        if left:
            faults.append(f"package {number} has ended and still has {left} coins")
    return faults


def _telling_faults(story: CoinStory, found: CoinAftermath) -> list[str]:
    """An event may come twice, with the same numbers; those of the coins are the entries'."""
    faults, told = [], story.bridge.desk.ask("SELECT key, kind, event FROM outbox")
    heard = story.receiver.heard
    for key, bodies in heard.items():
        found.posts += len(bodies)
        found.repeated_posts += len(bodies) > 1
        if len(set(bodies)) > 1:
            faults.append(f"{key} was told with different numbers: {sorted(set(bodies))}")
    faults += [f"{key} was never told" for key, *_ in told if key not in heard]
    deducted = {
        key.removesuffix(":settle"): -posted
        for key, posted in story.bridge.desk.ask("SELECT key, posted FROM entry WHERE kind = 'settle'")
    }
    said = {
        key.rsplit(":", 3)[0]: json.loads(event)["spent"]  # after the version: its words, what happened, how many coins
        for key, kind, event in told
        if kind == "coins_deducted"
    }
    if said != deducted:
        faults.append(f"deducted and told differ: {sorted(said.items() ^ deducted.items())[:5]}")
    ended = dict(story.bridge.desk.ask("SELECT key, -posted FROM entry WHERE key LIKE '%:expire%'"))
    said = {key: json.loads(event)["coins"] for key, kind, event in told if kind == "package_expired"}
    if said != ended:
        faults.append(f"ended and told differ: {sorted(said.items() ^ ended.items())[:5]}")
    return faults
