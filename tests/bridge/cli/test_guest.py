"""Guests' orders at the command line: listed with suggestions, linked by staff, refused where it is not clear (C19)."""

from bridge.domain.accounts import Owner, OwnerKind
from tests.bridge.cli.conftest import ShopPlace
from tests.support.bridges import BASE, shop_now


async def guest_paid(acme: ShopPlace, email: str = "ada@shop.example") -> int:
    """A guest buys and pays; the order's number."""
    at = shop_now(acme.shop)
    order = await acme.shop.place_order(None, [(BASE, 1)], at=at, guest=email)
    await acme.shop.set_status(order, acme.shop.paid_status, at)
    return order


async def test_C19_an_equal_address_is_a_suggestion_and_staff_link_the_order(acme: ShopPlace) -> None:
    await acme.join()
    order = await guest_paid(acme)
    customer = await acme.shop.add_customer("Ada@Shop.example")
    await acme.cli("sync", "--once")
    listed = (await acme.cli("guest", "list", "--json")).document
    assert listed["orders"] == [{"order": order, "coins": 550, "licences": 0, "customers": [customer]}]
    assert f"customer {customer}" in (await acme.cli("guest", "list")).out
    assert "not asked" in (await acme.cli("guest", "list", "--no-shop")).out
    linked = await acme.cli("guest", "link", str(order), "ada@shop.example", "--by", "Anna", "--json")
    assert linked.code == 0, linked.err
    assert linked.document["owner"] == {"kind": "customer", "id": customer}
    assert (linked.document["available"], linked.document["changed"]) == (550, True)
    again = await acme.cli("guest", "link", str(order), str(customer), "--by", "Anna")
    assert "was linked to" in again.out
    assert "nothing was changed" in again.out
    assert (await acme.cli("guest", "list")).out == "No guest's order of store acme has coins or licences.\n"
    verified = await acme.cli("ledger", "verify")
    assert verified.code == 0, verified.out
    await acme.shop.set_status(order, acme.shop.refunded_status, shop_now(acme.shop))
    await acme.cli("sync", "--once")
    balance = (await acme.cli("coins", "balance", str(customer), "--json")).document
    assert balance["available"] == 0


async def test_C19_an_address_with_several_accounts_is_refused_naming_them(acme: ShopPlace) -> None:
    await acme.join()
    order = await guest_paid(acme)
    first, second = [await acme.shop.add_customer("ada@shop.example") for _ in range(2)]
    await acme.cli("sync", "--once")
    refused = await acme.cli("guest", "link", str(order), "ada@shop.example", "--by", "Anna")
    assert refused.code != 0
    assert refused.err.splitlines() == [
        f"Error: ada@shop.example has several accounts in store acme: customers {first}, {second}",
        "Try: name one of them by its number",
    ]
    assert f"several: customers {first}, {second}" in (await acme.cli("guest", "list")).out


async def test_C19_what_is_no_guests_order_or_no_customer_is_refused(acme: ShopPlace) -> None:
    await acme.join()
    customer = await acme.paid()
    await acme.cli("sync", "--once")
    [(order,)] = await acme.shop.fetch("SELECT MAX(order_id) FROM {order}")
    guests = await guest_paid(acme, "eve@shop.example")
    for words, error in (
        ((str(order), str(customer)), f"order {order} of store acme is no guest's: it is of customer {customer}"),
        (("99999", str(customer)), "the shop of store acme has no order 99999 with an address"),
        ((str(guests), "99999"), "the shop of store acme has no customer 99999"),
        ((str(guests), "nobody@shop.example"), "the shop of store acme has no account with the address"),
        ((str(guests), "guest:5"), "guest:5 names no customer"),
    ):
        refused = await acme.cli("guest", "link", *words, "--by", "Anna")
        assert refused.code != 0
        assert refused.err.startswith(f"Error: {error}")
    assert Owner(OwnerKind.GUEST, guests).ref == guests


async def test_P4_staff_find_a_customer_by_his_telephone_and_by_his_address(acme: ShopPlace) -> None:
    await acme.join()
    customer = await acme.shop.add_customer("leyla@shop.example", phone="+98 912 345 6789")
    await acme.cli("coins", "grant", str(customer), "40", "--reason", "Sorry", "--by", "Anna", "--plan", "base")
    for caller in ("0912 3456789", "leyla@shop.example"):
        found = (await acme.cli("account", "find", caller, "--json")).document["customers"]
        assert [(one["customer"], one["available"], one["plan"]) for one in found] == [(customer, 40, "base")]
    shown = await acme.cli("account", "find", "0912 3456789")
    assert str(customer) in shown.out
    assert "No customer has that number" in (await acme.cli("account", "find", "0912 000 0000")).out
    assert (await acme.cli("account", "find", "912")).err.startswith("Error: 912 is neither")
