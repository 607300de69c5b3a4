"""Fixtures for the storefront extensions: the zips unpacked once, and a fresh shop a test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.storefront import Storefront, unpacked

MakeShop = Callable[[str], Storefront]
LAYOUTS = ("opencart", "opencart30", "prestashop")
"""Every layout that has templates of its own."""


def paired(shop: Storefront) -> Storefront:
    """The shop with our tables and those of its orders, and with a key file."""
    shop.make_tables()
    shop.make_order_tables()
    shop.pair()
    return shop


@pytest.fixture(scope="session")
def extensions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return unpacked(tmp_path_factory.mktemp("extensions"))


@pytest.fixture
def make_shop(mariadb: PrivateMariaDB, database: str, extensions: dict[str, Path], tmp_path: Path) -> MakeShop:
    """A shop of the named platform with nothing of ours in it but the extension's files."""
    return lambda platform: Storefront(platform, mariadb, database, extensions[platform], tmp_path)


@pytest.fixture(params=["opencart", "prestashop"])
def empty_shop(request: pytest.FixtureRequest, make_shop: MakeShop) -> Storefront:
    """A shop without our tables and without a key file."""
    return make_shop(request.param)


@pytest.fixture
def shop(empty_shop: Storefront) -> Storefront:
    """A shop with our tables, paired with the desk; no customer has an account yet."""
    empty_shop.make_tables()
    empty_shop.pair()
    return empty_shop


@pytest.fixture(params=LAYOUTS)
def each_shop(request: pytest.FixtureRequest, make_shop: MakeShop) -> Storefront:
    """A paired shop of each layout."""
    return paired(make_shop(request.param))
