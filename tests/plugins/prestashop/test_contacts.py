"""How PrestaShop's customers are addressed: numbers stand with addresses, guests and the deleted have rows too."""

from datetime import datetime

import pytest

from bridge.contracts.shop_documents import Contact
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.support.adapters import store_connection
from tests.support.fixtures import ShopFactory
from tests.support.shops import PrestaShopShop

AT = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone


async def test_the_number_is_that_of_the_newest_address_that_has_one_and_a_mobile_one_comes_first(
    prestashop: PrestaShopShop, adapter: PrestaShopAdapter
) -> None:
    ada = await prestashop.add_customer("ada@shop.example")
    await prestashop.add_address(ada, phone="555 0101")
    await prestashop.add_address(ada, phone="555 0102", mobile="555 0103")
    await prestashop.add_address(ada)
    gone = await prestashop.add_address(ada, phone="555 0104")
    await prestashop.update("address", {"deleted": 1}, id_address=gone)
    assert (await adapter.contacts([ada]))[ada].phone == "555 0103"
    for number in ("555 0101", "555 0102", "555-0103"):
        assert list(await adapter.find_customers(phone=number)) == [ada]
    assert list(await adapter.find_customers(phone="555 0104")) == []


async def test_a_customer_marked_deleted_is_gone(prestashop: PrestaShopShop, adapter: PrestaShopAdapter) -> None:
    await prestashop.add_product("base")
    ada = await prestashop.add_customer("ada@shop.example", phone="555 0101")
    order = await prestashop.place_order(ada, [("base", 1)], at=AT)
    await prestashop.mark_customer_deleted(ada)
    assert await adapter.contacts([ada]) == {}
    assert list(await adapter.find_customers(email="ada@shop.example", phone="555 0101")) == []
    assert await adapter.order_contact(order) is None


async def test_C19_a_guest_with_a_registered_address_is_found_by_his_order_alone(
    prestashop: PrestaShopShop, adapter: PrestaShopAdapter
) -> None:
    await prestashop.add_product("base")
    ada = await prestashop.add_customer("ada@shop.example")
    order = await prestashop.place_order(None, [("base", 1)], at=AT, guest="ada@shop.example")
    assert list(await adapter.find_customers(email="ada@shop.example")) == [ada]
    assert await adapter.order_contact(order) == Contact(0, "ada@shop.example", "Guest Byron", "en")


async def test_an_order_is_addressed_in_the_language_it_was_placed_in(
    prestashop: PrestaShopShop, adapter: PrestaShopAdapter
) -> None:
    await prestashop.add_product("base")
    await prestashop.add_language("fa-ir")
    ada = await prestashop.add_customer("ada@shop.example", phone="555 0101", language="fa")
    order = await prestashop.place_order(ada, [("base", 1)], at=AT)
    await prestashop.update("customer", {"id_lang": 1}, id_customer=ada)
    assert await adapter.order_contact(order) == Contact(ada, "ada@shop.example", "Ada Byron", "fa", "555 0101")
    assert (await adapter.contacts([ada]))[ada].language == "en"


@pytest.mark.parametrize(
    ("iso_code", "language_code", "language"), [("gb", "en-gb", "en"), ("mx", "es-mx", "es"), ("ru", "", "ru")]
)
async def test_a_language_is_what_its_code_says_and_not_the_country(
    prestashop: PrestaShopShop, adapter: PrestaShopAdapter, iso_code: str, language_code: str, language: str
) -> None:
    ada = await prestashop.add_customer("ada@shop.example")
    await prestashop.update("lang", {"iso_code": iso_code, "language_code": language_code}, id_lang=1)
    assert (await adapter.contacts([ada]))[ada].language == language


async def test_a_customer_without_a_language_is_addressed_all_the_same(
    prestashop: PrestaShopShop, adapter: PrestaShopAdapter
) -> None:
    ada = await prestashop.add_customer("ada@shop.example")
    await prestashop.update("customer", {"id_lang": None}, id_customer=ada)
    assert await adapter.contacts([ada]) == {ada: Contact(ada, "ada@shop.example", "Ada Byron")}


@pytest.mark.parametrize("email", ["жук@почта.example", "🎁@shop.example", "josé@shop.example"])
async def test_an_address_of_other_letters_is_found_where_the_shop_can_hold_them(
    any_shop: ShopFactory, email: str
) -> None:
    for layout in ("prestashop-1.6", "prestashop-8"):
        shop = await any_shop(layout, prefix=layout.replace("-", "").replace(".", "") + "_")
        adapter = PrestaShopAdapter(store_connection(shop, "prestashop"))
        customer = await shop.add_customer(email)
        found = list(await adapter.find_customers(email=email))
        await adapter.close()
        assert found == ([customer] if shop.stored(email) == email else [])
