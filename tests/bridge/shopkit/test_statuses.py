"""Whose list of statuses is in force."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.contracts.shop import DatabaseAccess, StoreConnection
from bridge.domain.orders import StatusSets
from bridge.errors import ShopRefused
from bridge.shopkit.statuses import PlatformStatuses, statuses_in_force

PLATFORM = PlatformStatuses(frozenset({3, 5, 7}), frozenset({7, 8}), frozenset({13}))


def store(**statuses: Any) -> StoreConnection:
    return StoreConnection("acme", "opencart", ZoneInfo("UTC"), DatabaseAccess("shop", "bridge", "oc_"), **statuses)


def sets(granting: set[int], revoking: set[int], chargeback: set[int]) -> StatusSets:
    return StatusSets(frozenset(granting), frozenset(revoking), frozenset(chargeback))


@pytest.mark.parametrize(
    ("own", "in_force"),
    [
        ({}, sets({3, 5}, {7, 8}, {13})),
        ({"granting": frozenset({2})}, sets({2}, {7, 8}, {13})),
        ({"revoking": frozenset({9})}, sets({3, 5}, {9}, {13})),
        ({"chargeback": frozenset[int]()}, sets({3, 5}, {7, 8}, set())),
        ({"granting": frozenset({7}), "revoking": frozenset[int]()}, sets({7}, set(), {13})),
        ({"granting": frozenset[int]()}, sets(set(), {7, 8}, {13})),
    ],
)
def test_C14_what_the_store_leaves_out_comes_from_the_platform(own: dict[str, Any], in_force: StatusSets) -> None:
    assert statuses_in_force(store(**own), PLATFORM) == in_force


@pytest.mark.parametrize(
    "own", [{"granting": frozenset({8})}, {"granting": frozenset({13})}, {"revoking": frozenset({3})}]
)
def test_C14_a_status_in_both_sets_is_refused_unless_the_platform_alone_put_it_there(own: dict[str, Any]) -> None:
    with pytest.raises(ShopRefused, match="is both granting and revoking"):
        statuses_in_force(store(**own), PLATFORM)


def test_a_platform_in_which_nothing_grants_is_refused_with_the_setting_to_make() -> None:
    with pytest.raises(ShopRefused, match="no status that means paid") as refusal:
        statuses_in_force(store(), PlatformStatuses(frozenset({7}), frozenset({7})))
    assert refusal.value.hint == "set coins.statuses.granting in the store's file"
