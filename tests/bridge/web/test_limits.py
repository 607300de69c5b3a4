"""How often one asker may ask, and that a flood of askers fills no memory."""

import pytest

from bridge.web.askers import asker_of
from bridge.web.limits import Limiter


def test_an_asker_may_ask_a_minutes_worth_at_once_and_then_as_time_goes_by() -> None:
    limiter = Limiter(60)
    assert [limiter.wait("a", 0.0) for _ in range(60)] == [0.0] * 60
    assert limiter.wait("a", 0.0) == pytest.approx(1.0)
    assert limiter.wait("a", 0.25) == pytest.approx(0.75)
    assert limiter.wait("a", 1.0) == 0.0
    assert limiter.wait("b", 1.0) == 0.0
    assert [limiter.wait("a", 1_000.0) for _ in range(61)].count(0.0) == 60


def test_being_refused_costs_nothing_more() -> None:
    limiter = Limiter(1)
    assert limiter.wait("a", 0.0) == 0.0
    for second in range(1, 60):
        assert limiter.wait("a", float(second)) == pytest.approx(60 - second)
    assert limiter.wait("a", 60.0) == 0.0


def test_a_flood_of_askers_keeps_the_newest_and_no_more() -> None:
    limiter = Limiter(1, most=100)
    allowed = 0
    for number in range(10_000):
        assert limiter.wait(number, 0.0) == 0.0
        allowed += limiter.wait("who keeps asking", 0.0) == 0.0
    assert len(limiter) == 100
    assert allowed == 1, "who keeps asking is remembered"
    assert limiter.wait(9_999, 0.0) > 0


@pytest.mark.parametrize(
    ("address", "asker"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1%eth0", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
        ("not:an:address", "not:an:address"),
    ],
)
def test_one_asker_of_ipv6_is_a_whole_network(address: str, asker: str) -> None:
    assert asker_of(address) == asker
