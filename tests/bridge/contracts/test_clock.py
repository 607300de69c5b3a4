"""The clock gives moments as the desk can keep them."""

from datetime import UTC, datetime, timedelta

from bridge.contracts.clock import SystemClock
from bridge.desk.values import from_ms, to_ms
from bridge.testing.clock import FixedClock


def test_a_moment_is_in_utc_and_survives_the_desk_unchanged() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert timedelta(milliseconds=-1) < now - before < timedelta(minutes=1)
    assert from_ms(to_ms(now)) == now


def test_a_fixed_clock_moves_only_when_told_also_backwards() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(timedelta(hours=-1))
    assert clock.now() == clock.now() == datetime(2025, 12, 31, 23, tzinfo=UTC)
