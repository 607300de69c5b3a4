"""Two stores of one database must share no shop: each order grants its coins once (rule C2)."""

from pathlib import Path

import pytest

from tests.support.settings_files import changed, messages, of_database, write_config

ZONE = 'zone = "Asia/Tehran"'
SOCKET = 'socket = "/run/mysqld/mysqld.sock"'
LOCAL = 'host = "localhost"\ntls = "off"'


def of_shops(shop_ids: str, text: str) -> str:
    return changed(ZONE, f"{ZONE}\nshop_ids = {shop_ids}", text)


@pytest.mark.parametrize(
    ("first", "second", "shown"), [("[]", "[]", "every shop"), ("[]", "[2]", "[2]"), ("[1, 2]", "[3, 2]", "[3, 2]")]
)
def test_C2_two_stores_that_read_the_same_orders_are_refused(
    tmp_path: Path, first: str, second: str, shown: str
) -> None:
    stores = {"acme.toml": of_shops(first, of_database("shop2")), "twin.toml": of_shops(second, of_database("shop2"))}
    [message] = messages(write_config(tmp_path, stores=stores))
    assert message == (
        "stores/twin.toml: shop_ids: must name shops that stores/acme.toml leaves out: it reads the same database, "
        f"and an order would grant its coins in both stores, not {shown}"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("localhost", "127.0.0.1"),
        ("localhost", "::1"),
        ("db.shop.example", "DB.Shop.Example"),
        ("db.example", "db.example."),
    ],
)
def test_C2_one_server_under_two_spellings_is_one(tmp_path: Path, one: str, other: str) -> None:
    there = changed(SOCKET, LOCAL).replace('tls = "off"', 'tls = "required"')
    stores = {"acme.toml": there.replace("localhost", one), "twin.toml": there.replace("localhost", other)}
    assert len(messages(write_config(tmp_path, stores=stores))) == 1


def test_C2_of_three_stores_each_two_that_share_a_shop_are_named(tmp_path: Path) -> None:
    shops = {"acme.toml": "[0, 1]", "bravo.toml": "[1, 2]", "coda.toml": "[2, 0]"}
    stores = {name: of_shops(ids, of_database("s")) for name, ids in shops.items()}
    told = [message.partition(": it reads")[0] for message in messages(write_config(tmp_path, stores=stores))]
    assert told == [
        "stores/bravo.toml: shop_ids: must name shops that stores/acme.toml leaves out",
        "stores/coda.toml: shop_ids: must name shops that stores/acme.toml leaves out",
        "stores/coda.toml: shop_ids: must name shops that stores/bravo.toml leaves out",
    ]


@pytest.mark.parametrize(
    "twin",
    [
        of_database("another"),
        changed('prefix = "oc_"', 'prefix = "oc2_"'),
        changed(SOCKET, LOCAL),
        changed(ZONE, f"enabled = false\n{ZONE}"),
    ],
)
def test_C2_another_database_prefix_or_server_and_a_store_switched_off_are_no_twin(tmp_path: Path, twin: str) -> None:
    stores = {"acme.toml": changed(ZONE, ZONE), "twin.toml": twin}
    assert messages(write_config(tmp_path, stores=stores)) == []


def test_C2_stores_of_one_database_may_divide_its_shops(tmp_path: Path) -> None:
    stores = {"acme.toml": of_shops("[0, 1]", of_database("s")), "twin.toml": of_shops("[2]", of_database("s"))}
    assert messages(write_config(tmp_path, stores=stores)) == []
