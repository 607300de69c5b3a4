"""The counter that OpenCart's own order event raises: it wakes the desk, and never costs the shop an order."""

import pytest

from tests.plugins.conftest import MakeShop
from tests.support.storefront import OTHER_KEY, SOON_S, Storefront


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    shop = make_shop("opencart")
    shop.make_tables()
    shop.pair()
    shop.run("CREATE TABLE oc_order (order_id INT PRIMARY KEY, store_id INT)", "INSERT INTO oc_order VALUES (1042, 0)")
    return shop


def test_a_changed_order_raises_the_counter_and_it_never_becomes_more_rows(shop: Storefront) -> None:
    assert shop.change_orders(1042).log == []
    assert shop.hints() == {"acme": 1}
    shop.change_orders(1042)
    assert shop.hints() == {"acme": 2}


def test_many_orders_in_one_ticket_are_told_once(shop: Storefront) -> None:
    shop.change_orders(1042, 1042, 1042)
    assert shop.hints() == {"acme": 1}


def test_only_the_stores_of_the_orders_own_shop_are_told(shop: Storefront) -> None:
    """The administration changes a second shop's orders in a ticket of the first."""
    shop.pair(shop_ids=(0,))
    shop.pair(OTHER_KEY, store="second", shop_ids=(2,))
    shop.run("INSERT INTO oc_order VALUES (1043, 2)")
    shop.change_orders(1043, shop_id=0)
    assert shop.hints() == {"second": 1}


def test_an_order_that_is_gone_is_told_to_every_store(shop: Storefront) -> None:
    shop.pair(OTHER_KEY, store="second", shop_ids=(2,))
    shop.change_orders(7)
    assert shop.hints() == {"acme": 1, "second": 1}


def test_a_broken_key_file_keeps_no_other_store_from_being_told(shop: Storefront) -> None:
    shop.write_key_file("<?php return [", "supportbridge-second.php")
    shop.change_orders(1042)
    assert shop.hints() == {"acme": 1}


def test_a_shop_without_key_files_or_counters_is_left_alone(make_shop: MakeShop) -> None:
    """A shop prepared by an older version has no table for hints; the desk then looks at its own pace."""
    shop = make_shop("opencart")
    assert shop.change_orders(1042).log == []
    shop.pair()
    assert shop.change_orders(1042).log == []


def test_a_user_without_the_right_to_write_costs_a_line_in_the_log(shop: Storefront) -> None:
    shop.server.create_user("visitor", "secret", [f"SELECT ON `{shop.database}`.*"])
    changed = shop.change_orders(1042, 1042, user="visitor", password="secret")
    assert changed.log == ["Support Bridge: the desk was not told of a changed order (database error 1142)"]
    assert shop.hints() == {}


def test_a_counter_locked_by_others_costs_the_ticket_a_second_at_most(shop: Storefront) -> None:
    shop.change_orders(1042)
    with shop.another_connection("BEGIN", "UPDATE {p}hint SET number = number + 1"):
        changed = shop.change_orders(1042)
    assert changed.log == ["Support Bridge: the desk was not told of a changed order (database error 1969)"]
    assert changed.seconds < SOON_S


def test_a_log_that_cannot_be_written_changes_nothing(shop: Storefront) -> None:
    shop.server.create_user("visitor", "secret", [f"SELECT ON `{shop.database}`.*"])
    shop.change_orders(1042, user="visitor", password="secret", log_broken=True)


def test_a_half_removed_extension_leaves_the_order_alone(shop: Storefront) -> None:
    shared = shop.extensions / "supportbridge/system/library/shared/all.php"
    kept = shared.read_bytes()
    shared.unlink()
    try:
        assert shop.change_orders(1042).log == []
    finally:
        shared.write_bytes(kept)


def test_opening_the_events_address_directly_does_nothing(shop: Storefront) -> None:
    shop.change_orders(directly=True)
    assert shop.hints() == {}


def test_installing_saving_and_removing_keep_the_events_once(make_shop: MakeShop) -> None:
    """Whoever had the version without hints gets them by saving the module's page once."""
    shop = make_shop("opencart")
    fits = ["catalog/model/checkout/order?addHistory/after", "catalog/model/checkout/order?deleteOrder/after"]
    for steps in (["save"], ["install", "save"], ["install", "uninstall", "install"]):
        events = [event for event in shop.administer(*steps).result["events"] if event["code"] == "supportbridge_order"]
        assert [event["trigger"] for event in events] == fits
        assert {event["action"] for event in events} == {"extension/supportbridge/event/order.changed"}
    assert shop.administer("install", "uninstall").result["events"] == []
    assert shop.hints() == {}


def test_the_administrations_page_says_whether_the_desk_is_woken(shop: Storefront) -> None:
    assert "A changed order is told to the desk at once." in shop.administer("index").result["output"]
    shop.run("DROP TABLE {p}hint")
    assert "the table supportbridge_hint is missing" in shop.administer("index").result["output"]
    assert "A changed order is told to the desk at once." in shop.administer("save", "index").result["output"]
