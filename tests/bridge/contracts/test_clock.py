"""The clock gives moments as the desk can keep them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.contracts import clock
from bridge.contracts.clock import SystemClock
from bridge.desk.values import from_ms, to_ms
from bridge.resources import resource
from bridge.testing.clock import FixedClock

UNIT = (resource("systemd") / "bridge.service").read_text(encoding="utf-8")


def test_a_moment_is_in_utc_and_survives_the_desk_unchanged() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert timedelta(milliseconds=-1) < now - before < timedelta(minutes=1)
    assert from_ms(to_ms(now)) == now


def test_a_fixed_clock_moves_only_when_told_also_backwards() -> None:
    fixed = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    fixed.advance(timedelta(hours=-1))
    assert fixed.now() == fixed.now() == datetime(2025, 12, 31, 23, tzinfo=UTC)


def test_W6_a_reading_has_the_counter_that_nobody_sets() -> None:
    first, second = SystemClock().reading(), SystemClock().reading()
    assert first.boot == second.boot != ""
    assert timedelta(0) < first.since_boot <= second.since_boot
    assert first.since_boot % timedelta(milliseconds=1) == timedelta(0)


def test_W6_a_daemon_that_sees_nothing_of_the_kernel_knows_the_machines_start_from_its_unit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Else commands and the daemon would take each other's readings for those of two starts, and go by the clock."""
    seen = SystemClock().reading().boot
    [given] = [line for line in UNIT.splitlines() if line.startswith(f"Environment={clock.BOOT_VARIABLE}=")]
    assert given.endswith("=%b"), "what systemd puts there is the same without dashes"
    seen_by_systemd = clock.BOOT_ID.read_text().strip().replace("-", "")
    monkeypatch.setattr(clock, "BOOT_ID", tmp_path / "hidden")
    monkeypatch.setenv(clock.BOOT_VARIABLE, seen_by_systemd)
    assert SystemClock().reading().boot == seen
