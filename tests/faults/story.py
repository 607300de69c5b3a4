"""Two busy shops behind bad networks, on a server with moods, under a clock that jumps; afterwards everything agrees.

Each store has its own seed and meets one ordeal after the other, both stores at the same time. An ordeal lasts until
the store has noticed it, then it ends, and the store must be well again within one pause of its retries.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import structlog

from bridge.app import App
from bridge.engine import retrying
from bridge.engine.health import StoreHealth
from bridge.testing.mariadb import PrivateMariaDB
from tests.faults.clock import JumpingClock
from tests.faults.proxy import FaultyProxy, drawn
from tests.faults.server import Rival, ServerTrouble
from tests.support.bridges import BASE, AnyShop, Bridge, StoreFile, shop_now
from tests.support.crashing import SETTLE_S, faults, two_shops
from tests.support.unrest import Unrest
from tests.support.waiting import until

PASSWORD = "secret"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
"""The pauses between retries: the first, doubled each time, and that much more by chance; never more than the last."""
TIMEOUT_S = 0.7
SLACK_S = 2.0
"""What a pass may take on a busy machine."""
NOTICED_WITHIN_S = 0.4
"""An ordeal that nothing has come of by then ends: a reset at byte 500 needs 500 bytes."""
HARMLESS_FOR_S = 0.1
LONGEST_JUMP_H = 30.0
WELL_AGAIN = "shop well again"


@dataclass(frozen=True, slots=True)
class ThroughProxy(StoreFile):
    """A store that is reached by TCP at a port of this machine."""

    port: int = 0

    def text(self) -> str:
        kept = [line for line in StoreFile.text(self).splitlines() if not line.startswith("socket = ")]
        reached = [
            "[database]",
            'host = "127.0.0.1"',
            f"port = {self.port}",
            'tls = "off"',
            f"connect_timeout_seconds = {TIMEOUT_S}",
        ]
        at = kept.index("[database]")
        return "\n".join([*kept[:at], *reached, *kept[at + 1 :], ""])


@dataclass(slots=True)
class Aftermath:
    """What was found when all was quiet again; `wrong` must be empty."""

    seed: int
    ordeals: int = 0
    noticed: int = 0
    restarts: int = 0
    first_pause_seconds: float = FIRST_PAUSE_S
    down_lines: int = 0
    changes: int = 0
    entries: int = 0
    seconds: float = 0.0
    slowest_recovery_seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Stage:
    """Everything that can be made to fail."""

    bridge: Bridge
    server: PrivateMariaDB
    proxies: Mapping[str, FaultyProxy]
    clock: JumpingClock = field(default_factory=JumpingClock)

    def trouble(self, name: str) -> ServerTrouble:
        """The server's moods towards one store."""
        return ServerTrouble(self.server, user_of(name))


def user_of(name: str) -> str:
    """The database user of a store's bridge."""
    return f"bridge_{name}"


@asynccontextmanager
async def stage(folder: Path, server: PrivateMariaDB) -> AsyncIterator[Stage]:
    """Two prepared shops, each behind a proxy and with a database user of its own."""
    async with AsyncExitStack() as stack:
        bridge = await stack.enter_async_context(two_shops(folder, server))
        proxies = {}
        for name, store in bridge.stores.items():
            database = store.shop.parameters.database
            server.create_user(user_of(name), PASSWORD, [f"ALL ON `{database}`.*"])
            proxies[name] = await stack.enter_async_context(FaultyProxy(server.parameters()))
            bridge.write_store(name, behind(proxies[name], store.shop, name, folder))
        yield Stage(bridge, server, proxies)


def behind(proxy: FaultyProxy, shop: AnyShop, name: str, folder: Path) -> StoreFile:
    """The store's file for a shop that is reached through the proxy."""
    secret = folder / f"{name}.password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    return ThroughProxy(
        shop,
        user=user_of(name),
        password_file=secret,
        settle_seconds=SETTLE_S,
        fuse_units=100_000,
        statement_timeout_seconds=TIMEOUT_S,
        port=proxy.port,
    )


async def play(
    on: Stage, *, seed: int, ordeals: int, restarts: int = 0, first_pause: float = FIRST_PAUSE_S
) -> Aftermath:
    """Let so many ordeals befall the stores while customers keep buying, then wait for quiet and compare.

    A shorter `first_pause` between retries makes every recovery, and the story, shorter.
    """
    began, found = time.monotonic(), Aftermath(seed, first_pause_seconds=first_pause)
    unrests = [
        Unrest(store.shop, seed + number, settle_seconds=SETTLE_S)
        for number, store in enumerate(on.bridge.stores.values(), start=1)
    ]
    for unrest in unrests:
        await unrest.prepare()
    parts = max(restarts, 1)
    with structlog.testing.capture_logs() as lines, pausing(first_pause):
        async with running(on) as app:
            await on.bridge.quiet()
            sufferers = [Sufferer(on, name, app.runners[name].health, found) for name in on.bridge.stores]
            for _ in range(parts):
                async with busy(unrests):
                    each = ordeals // len(sufferers) // parts
                    await asyncio.gather(*(sufferer.suffer(each) for sufferer in sufferers))
                if restarts:
                    retries = {one: one.retries for one in sufferers}
                    await restart(on)
                    found.restarts += 1
                    await asyncio.gather(*(one.recovered("a restart of the server", retries[one]) for one in sufferers))
            on.clock.set_right()
            await on.bridge.quiet()
            await until_well(app)
    found.wrong += [*await faults(on.bridge), *told_wrongly(lines, on.bridge.stores)]
    found.down_lines = sum(is_down(line) for line in lines)
    found.changes = sum(unrest.changes for unrest in unrests)
    found.entries = sum(len(account.entries) for name in on.bridge.stores for account in on.bridge.desk.accounts(name))
    found.seconds = time.monotonic() - began
    return found


@asynccontextmanager
async def running(on: Stage) -> AsyncIterator[App]:
    """The daemon's own App under the stage's clock."""
    async with App(on.bridge.settings(), on.bridge.settings, on.clock) as app:
        app.start_stores()
        yield app


@contextmanager
def pausing(first: float) -> Iterator[None]:
    """The bridge's retries begin with this pause inside the block."""
    usual = retrying.retrying
    retrying.retrying = partial(usual, first_pause=first)
    try:
        yield
    finally:
        retrying.retrying = usual


class Sufferer:
    """One store that meets one ordeal after the other."""

    def __init__(self, on: Stage, name: str, health: StoreHealth, found: Aftermath) -> None:
        self._stage, self._name, self._health, self._found = on, name, health, found
        self._random = Random(f"{found.seed}/{name}")  # noqa: S311 - to be repeatable, not secret
        self._proxy, self._trouble = on.proxies[name], on.trouble(name)

    @property
    def retries(self) -> int:
        """How often it has failed since the start."""
        return self._health.counters.retries

    async def suffer(self, ordeals: int) -> None:
        """Meet so many of them; each must be over soon after its cause is."""
        ways: list[tuple[int, Callable[[], Awaitable[str]]]] = [
            (8, self._network),
            (1, self._killed),
            (1, self._locked_out),
            (1, self._clock_jumps),
        ]
        weights, meet = zip(*ways, strict=True)
        for _ in range(ordeals):
            retries = self.retries
            [ordeal] = self._random.choices(meet, weights)
            what, _ = await asyncio.gather(ordeal(), self._somebody_buys())
            self._found.ordeals += 1
            await self.recovered(what, retries)

    async def _somebody_buys(self) -> None:
        """An order that is never touched again: what is missed of it now stays missed."""
        shop = self._stage.bridge.stores[self._name].shop
        await asyncio.sleep(self._random.uniform(0.0, NOTICED_WITHIN_S / 2))
        await shop.place_paid_order(None, [(BASE, 1)], at=shop_now(shop), guest="once@shop.example")

    async def _network(self) -> str:
        fault = drawn(self._random)
        self._proxy.strike(fault)
        await self._noticed(HARMLESS_FOR_S if fault.harmless else NOTICED_WITHIN_S)
        self._proxy.heal()
        return str(fault)

    async def _killed(self) -> str:
        """KILL CONNECTION, or KILL of what runs at the moment."""
        if self._random.random() < 0.5:
            self._trouble.kill_connections()
            return "killed connections"
        for _ in range(5):
            self._trouble.kill_queries()
            await asyncio.sleep(0.01)
        return "killed queries"

    async def _locked_out(self) -> str:
        """Somebody else holds the rows that are pushed."""
        shop = self._stage.bridge.stores[self._name].shop
        assert shop.parameters.database is not None
        async with Rival.on(self._stage.server.parameters(shop.parameters.database)) as rival:
            await rival.take(f"SELECT * FROM `{shop.prefix}supportbridge_account` FOR UPDATE")
            await self._noticed(self._random.uniform(0.1, 2 * TIMEOUT_S))
        return "locked out"

    async def _clock_jumps(self) -> str:
        by = timedelta(hours=self._random.uniform(-LONGEST_JUMP_H, LONGEST_JUMP_H))
        self._stage.clock.jump(by)
        return f"clock set by {by}"

    async def _noticed(self, within: float) -> None:
        """Wait until the store has noticed that something is wrong, but not for ever: much passes unnoticed."""
        with suppress(AssertionError):
            await until(lambda: self._health.cause, "it was noticed", within=within)
            self._found.noticed += 1

    async def recovered(self, what: str, retries_before: int) -> None:
        """Wait until the store is well again, as long as one pause of its retries takes."""
        began = time.monotonic()

        def over() -> bool:
            within = longest_recovery(self.retries - retries_before, self._found.first_pause_seconds)
            return not self._health.cause or time.monotonic() - began > within

        await until(over, "", within=2 * LONGEST_PAUSE_S)
        took = time.monotonic() - began
        self._found.slowest_recovery_seconds = max(self._found.slowest_recovery_seconds, took)
        if self._health.cause:
            self._found.wrong.append(f"{self._name}: not well {took:.1f} s after {what}: {self._health.cause}")


def longest_recovery(failures: int, first_pause: float) -> float:
    """Seconds within which a store that has failed so often must be well: one pause, and one pass."""
    pause = min(first_pause * (1 << max(failures - 1, 0)) + first_pause, LONGEST_PAUSE_S)
    return pause + 2 * TIMEOUT_S + SLACK_S


@asynccontextmanager
async def busy(unrests: Iterable[Unrest]) -> AsyncIterator[None]:
    """The shops change all the time inside the block."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as buying:
        for unrest in unrests:
            buying.create_task(unrest.run(stop, most_pause_seconds=0.1))
        try:
            yield
        finally:
            stop.set()


async def restart(on: Stage) -> None:
    """Restart the server when the shops have just changed; the bridge is in the middle of whatever it does."""
    shops = [store.shop for store in on.bridge.stores.values()]
    for shop in shops:
        await shop.close()
    await asyncio.to_thread(on.server.stop)
    on.server.start()  # here, because the server ends with the thread that has started it
    for shop in shops:
        await shop.open()


async def until_well(app: App) -> None:
    """Wait until every store is well."""
    healths = [runner.health for runner in app.runners.values()]
    await until(lambda: not any(health.cause for health in healths), "all are well", within=LONGEST_PAUSE_S)


Line = MutableMapping[str, Any]


def is_down(line: Line) -> bool:
    """Whether the line tells that a shop fails."""
    return line["event"] in retrying.TOLD.values() or line["event"] in (
        "shop work failed",
        "store failed, starting it again",
    )


def told_wrongly(lines: list[Line], stores: Mapping[str, StoreFile]) -> list[str]:
    """Where a store's story is not: down, up, down, up; and every line that tells of a fault of our own."""
    wrong = []
    for name in stores:
        story = [line for line in lines if line.get("store") == name and (is_down(line) or line["event"] == WELL_AGAIN)]
        turns = ["down" if is_down(line) else "up" for line in story]
        if turns != ["down", "up"] * (len(turns) // 2):
            wrong.append(f"{name}: the log tells {turns}")
    return wrong + [f"the log tells {line}" for line in lines if line["log_level"] in ("error", "critical")]
