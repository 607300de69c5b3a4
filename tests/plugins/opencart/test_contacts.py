"""How OpenCart's customers are addressed: what its tables hold otherwise than it was typed, or do not hold at all."""

from datetime import datetime

import pytest

from bridge.contracts.shop_documents import Contact
from bridge_opencart.adapter import OpenCartAdapter
from tests.support.adapters import store_connection
from tests.support.fixtures import ShopFactory
from tests.support.shops import OpenCartShop

AT = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone


async def test_what_is_escaped_in_the_shop_is_addressed_as_it_was_typed(
    opencart: OpenCartShop, adapter: OpenCartAdapter
) -> None:
    customer = await opencart.add_customer("r&d@shop.example", firstname="Smith & <Co>", lastname='"Ed"')
    assert await adapter.contacts([customer]) == {
        customer: Contact(customer, "r&d@shop.example", 'Smith & <Co> "Ed"', "en")
    }
    assert list(await adapter.find_customers(email="R&D@shop.example")) == [customer]


async def test_columns_that_are_null_since_41_are_empty(opencart: OpenCartShop, adapter: OpenCartAdapter) -> None:
    customer = await opencart.add_customer("ada@shop.example")
    await opencart.execute(
        "UPDATE {customer} SET email = NULL, firstname = NULL, lastname = NULL, telephone = NULL, language_id = NULL,"
        " store_id = NULL"
    )
    assert await adapter.contacts([customer]) == {customer: Contact(customer, "", "")}
    assert list(await adapter.find_customers(email="ada@shop.example", phone="1234567")) == []


async def test_a_language_that_was_removed_is_none(opencart: OpenCartShop, adapter: OpenCartAdapter) -> None:
    await opencart.add_language("ru-ru")
    customer = await opencart.add_customer("ada@shop.example", language="ru")
    await opencart.execute("DELETE FROM {language} WHERE code = 'ru-ru'")
    assert (await adapter.contacts([customer]))[customer].language == ""


async def test_an_order_keeps_the_address_it_was_placed_with(opencart: OpenCartShop, adapter: OpenCartAdapter) -> None:
    await opencart.add_product("base")
    await opencart.add_language("fa-ir")
    customer = await opencart.add_customer("old@shop.example", phone="555 0100", language="fa")
    order = await opencart.place_order(customer, [("base", 1)], at=AT)
    await opencart.update("customer", {"email": "new@shop.example"}, customer_id=customer)
    assert await adapter.order_contact(order) == Contact(customer, "old@shop.example", "Ada Byron", "fa", "555 0100")
    await opencart.delete_customer(customer)
    contact = await adapter.order_contact(order)
    assert contact is not None
    assert contact.customer_id == customer


async def test_a_checkout_that_was_never_confirmed_is_no_order(
    opencart: OpenCartShop, adapter: OpenCartAdapter
) -> None:
    await opencart.add_product("base")
    status = opencart.unconfirmed_status
    order = await opencart.place_order(None, [("base", 1)], at=AT, guest="guest@shop.example", status=status)
    assert await adapter.order_contact(order) is None


async def test_an_order_without_an_address_leads_nowhere(opencart: OpenCartShop, adapter: OpenCartAdapter) -> None:
    await opencart.add_product("base")
    order = await opencart.place_order(None, [("base", 1)], at=AT, guest="guest@shop.example")
    await opencart.execute("UPDATE {order} SET email = NULL")
    assert await adapter.order_contact(order) is None


@pytest.mark.parametrize("email", ["жук@почта.example", "🎁@shop.example", "josé@shop.example"])
async def test_an_address_of_other_letters_is_found_where_the_shop_can_hold_them(
    any_shop: ShopFactory, email: str
) -> None:
    for layout in ("opencart-3.0", "opencart-4.1"):
        shop = await any_shop(layout, prefix=layout.replace("-", "").replace(".", "") + "_")
        adapter = OpenCartAdapter(store_connection(shop, "opencart"))
        customer = await shop.add_customer(email)
        found = list(await adapter.find_customers(email=email))
        await adapter.close()
        assert found == ([customer] if shop.stored(email) == email else [])
