"""A daemon's observable parts, without the daemon: a real desk, stores that run only as far as a test says."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge.contracts.shop_rows import SigningKey
from bridge.desk.desk import Desk
from bridge.engine.health import StoreHealth
from bridge.engine.setup import StoreSetup
from bridge.engine.store_runner import StoreRunner
from bridge.engine.systemd import Notifier
from bridge.engine.watchdog import Watchdog
from bridge.testing.clock import FixedClock
from bridge.testing.desks import a_desk
from bridge.testing.shop import FakeShop
from bridge.web.private import Observed
from bridge.web.public_traffic import PublicTraffic
from tests.support.fake_platform import read_settings, write_bridge

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = SigningKey("k1", b"k" * 32)


@dataclass
class Daemon:
    """What the pages look at."""

    desk: Desk
    folder: Path
    runners: dict[str, StoreRunner] = field(default_factory=dict)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOON))
    traffic: PublicTraffic | None = None
    beats: dict[str, float] = field(default_factory=lambda: {"writer": time.monotonic()})

    @property
    def observed(self) -> Observed:
        beats: dict[str, Callable[[], float]] = {"writer": lambda: self.beats["writer"]}
        watchdog = Watchdog(beats, Notifier(None), asyncio.Event())
        return Observed(self.desk, self.runners, watchdog, self.clock, self.traffic)

    def add_store(self, name: str, *, keys: tuple[SigningKey, ...] = (KEY,), stale_after: str = "60") -> StoreHealth:
        """A store that has just been started, and its health to be changed."""
        config = write_bridge(self.folder, stores={name: {"stale_after_seconds": stale_after}})
        setup = StoreSetup.of(read_settings(config).stores[name])
        self.runners[name] = StoreRunner(setup, lambda: FakeShop(name), self.desk, self.clock, keys=lambda: keys)
        return self.runners[name].health


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with a_desk(tmp_path, created=NOON) as desk:
        yield Daemon(desk, tmp_path)
