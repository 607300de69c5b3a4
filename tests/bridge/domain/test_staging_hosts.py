"""Hosts on which a shop is only tried (rule L6): the list's edges."""

import pytest

from bridge.domain.staging_hosts import PRIVATE_ENDINGS, STAGING_ENDINGS, STAGING_WORDS, is_private, is_staging


@pytest.mark.parametrize("name", ["localhost", "shop", "shop.localhost", "a.b.test", "nas.home.arpa", "shop.local"])
def test_L6_a_name_nobody_else_can_reach_is_private(name: str) -> None:
    assert is_private(name)


@pytest.mark.parametrize("name", ["example.com", "localhost.example.com", "nothome.arpa", "mylocal", "a.contest"])
def test_L6_a_name_that_only_looks_like_a_private_one_is_public(name: str) -> None:
    assert is_private(name) == ("." not in name)


@pytest.mark.parametrize(
    "name",
    ["staging.example.com", "dev2.example.com", "test-3.shop.example.com", "abc.ngrok-free.app", "x.app.github.dev"],
)
def test_L6_a_shop_that_is_tried_stands_on_a_staging_host(name: str) -> None:
    assert is_staging(name)


@pytest.mark.parametrize(
    "name",
    ["dev.to", "test.com", "staging-shop.com", "devices.example.com", "shop.dev.example.com", "notngrok.io", "2.a.com"],
)
def test_L6_a_name_that_merely_contains_such_a_word_is_a_shops_own(name: str) -> None:
    assert not is_staging(name)


def test_each_entry_of_the_list_can_match_a_normalised_name() -> None:
    for entry in PRIVATE_ENDINGS | STAGING_ENDINGS | STAGING_WORDS:
        assert entry == entry.lower().strip(".")
        assert entry.count(".") <= 2
    assert all("." in entry for entry in STAGING_ENDINGS)
