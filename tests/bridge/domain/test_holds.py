"""Holds by package: reserved in burn-down order, spent in it, and given back to where they came from."""

from datetime import timedelta
from typing import Any

import pytest

from bridge.domain import holds, ledger
from bridge.domain.holds import Cause, Movement, Part
from bridge.domain.ledger import EntryKind
from bridge.domain.packages import Package
from bridge.errors import ImpossibleAmount, NotEnoughCoins
from tests.support.books import MONDAY_9AM, a_package

SOON, LATER = MONDAY_9AM + timedelta(days=10), MONDAY_9AM + timedelta(days=300)


def cause(**different: Any) -> Cause:
    facts: dict[str, Any] = {
        "key": "acme:quote:7:v1",
        "account_id": 1,
        "quote_id": 7,
        "ticket_id": 3,
        "at": MONDAY_9AM,
    }
    return Cause(**{**facts, **different})


def after(packages: dict[int, Package], movement: Movement) -> dict[int, Package]:
    """The packages once a movement is booked."""
    now = packages | dict(movement.packages)
    for entry in movement.entries:
        now |= {one.id: one for one in ledger.post(now, entry)}
    return now


def numbered(*packages: Package) -> dict[int, Package]:
    return {package.id: package for package in packages}


def amounts(packages: dict[int, Package]) -> dict[int, tuple[int, int]]:
    return {package.id: (package.posted, package.held) for package in packages.values()}


def test_C4_a_hold_draws_on_what_ends_first_then_on_what_is_oldest_then_on_the_lowest_number() -> None:
    packages = [
        a_package(1, coins=10, usable_until=LATER),
        a_package(5, coins=10, usable_until=SOON),
        a_package(4, coins=10, usable_until=SOON),
        a_package(6, coins=10, usable_until=SOON, granted_at=MONDAY_9AM - timedelta(days=1)),
    ]
    entry, hold = holds.reserve(packages, 35, cause(), reason="")
    assert hold == (Part(6, 10), Part(4, 10), Part(5, 10), Part(1, 5))
    assert [(p.package_id, p.posted, p.held) for p in entry.postings] == [(6, 0, 10), (4, 0, 10), (5, 0, 10), (1, 0, 5)]
    assert (entry.kind, entry.key, entry.quote_id, entry.ticket_id) == (EntryKind.HOLD, "acme:quote:7:v1:hold", 7, 3)


def test_C7_what_one_quote_holds_another_can_not() -> None:
    packages = numbered(a_package(1, coins=40))
    entry, _ = holds.reserve(packages.values(), 30, cause(), reason="")
    packages = after(packages, Movement((entry,), {}))
    with pytest.raises(NotEnoughCoins) as refusal:
        holds.reserve(packages.values(), 15, cause(key="acme:quote:8:v1"), reason="")
    assert (refusal.value.needed, refusal.value.available) == (15, 10)


def test_C5_a_package_that_has_ended_pays_for_nothing_though_no_entry_says_so() -> None:
    package = a_package(1, coins=40, usable_until=SOON)
    holds.reserve([package], 40, cause(at=SOON), reason="")
    with pytest.raises(NotEnoughCoins):
        holds.reserve([package], 1, cause(at=SOON + timedelta(seconds=1)), reason="")


def test_C4_settling_takes_the_first_parts_and_the_rest_returns_to_its_own_packages() -> None:
    packages = numbered(a_package(1, posted=30, held=30), a_package(2, posted=50, held=20))
    hold = (Part(1, 30), Part(2, 20))
    movement = holds.spend(packages, hold, 40, cause(), reason="", released="not needed")
    assert [entry.kind for entry in movement.entries] == [EntryKind.SETTLE, EntryKind.RELEASE]
    assert amounts(after(packages, movement)) == {1: (0, 0), 2: (40, 0)}
    assert hold == (Part(1, 30), Part(2, 20)), "a hold is a value"


@pytest.mark.parametrize("spent", [0, 1, 29, 30, 31, 50])
def test_C7_whatever_is_spent_the_entries_end_the_whole_hold(spent: int) -> None:
    packages = numbered(a_package(1, posted=30, held=30), a_package(2, posted=50, held=20))
    moved = after(packages, holds.spend(packages, (Part(1, 30), Part(2, 20)), spent, cause(), reason="", released="x"))
    assert sum(one.held for one in moved.values()) == 0
    assert sum(one.posted for one in moved.values()) == 80 - spent


@pytest.mark.parametrize("spent", [-1, 51])
def test_C7_no_more_is_settled_than_is_held(spent: int) -> None:
    packages = numbered(a_package(1, posted=30, held=30), a_package(2, posted=50, held=20))
    with pytest.raises(ImpossibleAmount, match="between 0 and the 50 coins held"):
        holds.spend(packages, (Part(1, 30), Part(2, 20)), spent, cause(), reason="", released="")


def test_C5_what_returns_after_the_end_is_forfeited_at_once() -> None:
    packages = numbered(a_package(1, posted=30, held=30, usable_until=SOON), a_package(2, posted=20, held=20))
    late = cause(at=SOON + timedelta(days=1))
    movement = holds.give_back(packages, (Part(1, 30), Part(2, 20)), late, kind=EntryKind.RELEASE, reason="cancelled")
    assert [(entry.kind, entry.posted, entry.held) for entry in movement.entries] == [
        (EntryKind.RELEASE, 0, -50),
        (EntryKind.FORFEIT, -30, 0),
    ]
    assert holds.lost(movement) == 30
    assert amounts(after(packages, movement)) == {1: (0, 0), 2: (20, 0)}


def test_C14_what_returns_to_a_revoked_package_is_revoked_and_remembered_for_its_reinstatement() -> None:
    package = a_package(1, coins=550, posted=30, held=30, revoked=True, taken=520, revocations=1)
    movement = holds.give_back({1: package}, (Part(1, 30),), cause(), kind=EntryKind.RELEASE, reason="cancelled")
    (now,) = after({1: package}, movement).values()
    assert (now.posted, now.held, now.taken) == (0, 0, 550)
    _, back = ledger.reinstate(now, key="k", at=MONDAY_9AM, reason="paid again")
    assert not back.revoked


def test_C5_what_is_granted_anew_instead_leaves_a_revoked_package_for_good() -> None:
    package = a_package(1, coins=550, posted=30, held=30, revoked=True, taken=520, revocations=1)
    movement = holds.give_back(
        {1: package}, (Part(1, 30),), cause(), kind=EntryKind.RELEASE, reason="released", anew=True
    )
    assert [entry.kind for entry in movement.entries] == [EntryKind.RELEASE, EntryKind.REVOKE]
    assert [holds.is_for_good(entry.key) for entry in movement.entries] == [False, True]
    assert holds.lost(movement) == 30
    (now,) = after({1: package}, movement).values()
    assert (now.posted, now.held, now.taken) == (0, 0, 520), "a reinstatement does not give them a second time"


def test_C14_what_returns_to_a_revoked_package_that_has_ended_too_is_revoked_once() -> None:
    package = a_package(1, posted=30, held=30, revoked=True, usable_until=SOON)
    movement = holds.give_back({1: package}, (Part(1, 30),), cause(at=LATER), kind=EntryKind.VOID, reason="chargeback")
    assert [entry.kind for entry in movement.entries] == [EntryKind.VOID, EntryKind.REVOKE]


def test_C14_a_hold_parts_into_what_a_chargeback_leaves_and_what_it_drops() -> None:
    hold = (Part(1, 10), Part(2, 20), Part(3, 30))
    assert holds.without(hold, [2]) == ((Part(1, 10), Part(3, 30)), (Part(2, 20),))
    assert holds.without(hold, []) == (hold, ())


def test_C7_nothing_held_is_nothing_to_give_back() -> None:
    assert holds.give_back({}, (), cause(), kind=EntryKind.RELEASE, reason="") == Movement((), {})


def test_C16_the_entries_of_a_hold_have_keys_of_their_own_for_every_package() -> None:
    """Two packages that ended, two that were revoked: all in one release, which is known again by its keys."""
    ended = [a_package(number, posted=5, held=5, usable_until=SOON) for number in (1, 2)]
    revoked = [a_package(number, posted=5, held=5, revoked=True) for number in (3, 4)]
    hold = tuple(Part(number, 5) for number in (1, 2, 3, 4))
    movement = holds.give_back(
        numbered(*ended, *revoked), hold, cause(at=LATER), kind=EntryKind.RELEASE, reason="cancelled"
    )
    keys = [entry.key for entry in movement.entries]
    assert len(set(keys)) == len(keys) == 5
