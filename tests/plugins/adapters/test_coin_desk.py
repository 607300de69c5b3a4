"""The coin desk's half of a shop with few rights or none: it works with what is printed, and orders never need it."""

from datetime import datetime

import pytest

from bridge.contracts.shop import Finding, Level
from bridge.contracts.shop_documents import DocumentKey, DocumentRow, DocumentTable, Note
from bridge.contracts.shop_rows import SigningKey, signed_row
from bridge.contracts.tickets import MessageKey
from bridge.domain.cursor import Cursor
from bridge.errors import ShopRefused
from bridge.shopkit.adapter import DatabaseAdapter
from bridge.shopkit.rights import COIN_DESK_TABLES
from tests.plugins.adapters.conftest import USER, Case

KEY = SigningKey("k1", bytes(32))
PAID_AT = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone
ADDRESSES = ("email", "_language`", "_lang`", "_address`", "id_address_invoice")
"""What only the grants of addresses speak of."""
OWNER = "let the database's owner run what this prints: bridge store prepare acme --print"
PRINTED = "give the user exactly the rights that this prints: bridge store prepare acme --print"


def a_document(table: DocumentTable, key: DocumentKey, customer: int) -> DocumentRow:
    return DocumentRow(key, signed_row(KEY, table, {"v": 1}, customer_id=customer, epoch=1, number=1))


async def the_findings(adapter: DatabaseAdapter) -> dict[str, Finding]:
    return {found.name: found for found in await adapter.check()}


def customer_service(case: Case) -> list[str]:
    """What else `bridge check` misses without the grants of addresses: a thread's language."""
    return ["customer service"] if case.tables.service else []


async def test_everything_the_coin_desk_does_works_with_exactly_the_printed_rights(case: Case) -> None:
    await case.shop.add_product("base")
    ada = await case.shop.add_customer("ada@shop.example", phone="+1 555 0100 200")
    order = await case.shop.place_order(ada, [("base", 1)], at=PAID_AT)
    adapter = case.connect(case.least())
    uuid = await case.shop.customer_posts(KEY, ada, "quote_decline", {"quote": 12, "version": 1})
    quote, price = a_document(DocumentTable.QUOTE, 12, ada), a_document(DocumentTable.PRICE, "analytics", 0)
    answer, ticket = a_document(DocumentTable.ANSWER, uuid, ada), a_document(DocumentTable.TICKET, 5, ada)
    message = a_document(DocumentTable.MESSAGE, MessageKey(5, 1), ada)
    licence = a_document(DocumentTable.LICENCE, 7, ada)
    agreement, bill = a_document(DocumentTable.AGREEMENT, 3, ada), a_document(DocumentTable.BILL, 4, ada)
    rows = (quote, price, answer, ticket, message, licence, agreement, bill)
    for table, row in zip(DocumentTable, rows, strict=True):
        await adapter.push_documents(table, [row])
        assert await adapter.documents(table, [row.key]) == [row]
    await adapter.push_note("status:acme", Note("{}", "k1", "0" * 64))
    assert await adapter.note("status:acme") == Note("{}", "k1", "0" * 64)
    assert [row.uuid for row in await adapter.inbox(Cursor())] == [uuid]
    assert (await adapter.contacts([ada]))[ada].email == "ada@shop.example"
    assert list(await adapter.find_customers(email="ada@shop.example")) == [ada]
    assert list(await adapter.find_customers(phone="+1 555-0100-200")) == [ada]
    contact = await adapter.order_contact(order)
    assert contact is not None
    assert contact.customer_id == ada
    await case.shop.age_posts(91)
    assert await adapter.forget_inbox(90) == 1
    assert await adapter.documents(DocumentTable.ANSWER, [uuid]) == []


async def test_a_user_with_the_rights_of_the_last_release_goes_on_with_orders(case: Case) -> None:
    await case.shop.add_product("base")
    ada = await case.shop.add_customer("ada@shop.example")
    order = await case.shop.place_paid_order(ada, [("base", 1)], at=PAID_AT)
    adapter = case.connect(case.least(without=[*COIN_DESK_TABLES, *ADDRESSES]))
    await adapter.probe()
    [read], _ = await adapter.read_orders([order])
    assert read.granting_at == PAID_AT
    assert list(await adapter.inbox(Cursor())) == []
    assert await adapter.forget_inbox(90) == 0
    assert await adapter.documents(DocumentTable.QUOTE, [1]) == []
    with pytest.raises(ShopRefused, match=r"has no table .*supportbridge_quote, or not for this user") as refusal:
        await adapter.push_documents(DocumentTable.QUOTE, [a_document(DocumentTable.QUOTE, 1, ada)])
    assert refusal.value.hint.startswith("run: bridge store prepare acme; where the bridge's user may not make tables")
    for asking in (adapter.contacts([ada]), adapter.order_contact(order), adapter.find_customers(email="a@b.example")):
        with pytest.raises(ShopRefused, match="a right is missing"):
            await asking
    found = await the_findings(adapter)
    assert {name for name, one in found.items() if one.level is not Level.OK} == {
        "coin desk",
        "addresses",
        *customer_service(case),
    }
    assert (found["coin desk"].level, found["coin desk"].remedy) == (Level.WARNING, OWNER)
    names = ", ".join(f"{case.prefix}{table}" for table in COIN_DESK_TABLES)
    assert found["coin desk"].text == (
        f"no quotes, prices and tickets in this shop: not there, or not to be read: {names}"
    )
    assert (found["addresses"].level, found["addresses"].remedy) == (Level.WARNING, PRINTED)
    assert found["addresses"].text.startswith(
        "customers can't be addressed (mail, guests' orders, imports by e-mail): not to be read are "
    )


async def test_a_user_who_may_not_read_addresses_has_quotes_all_the_same(case: Case) -> None:
    await case.shop.add_product("base")
    adapter = case.connect(case.least(without=ADDRESSES))
    await case.shop.customer_posts(KEY, 77, "quote_cancel", {"quote": 1})
    assert len(await adapter.inbox(Cursor())) == 1
    found = await the_findings(adapter)
    assert [name for name, one in found.items() if one.level is not Level.OK] == [
        "addresses",
        *customer_service(case),
    ]
    for table, columns in case.tables.contact_columns.items():
        unknown = [column for column in columns if column not in case.tables.columns.get(table, ())]
        assert f"{case.prefix}{table} ({', '.join(unknown)})" in found["addresses"].text


@pytest.mark.parametrize("right", ["INSERT", "UPDATE", "DELETE"])
async def test_half_the_rights_on_the_coin_desks_tables_are_wrong(case: Case, right: str) -> None:
    await case.shop.add_product("base")
    adapter = case.connect(case.least())
    table = "supportbridge_inbox" if right == "DELETE" else "supportbridge_answer"
    case.run(f"REVOKE {right} ON `{case.database}`.`{{p}}{table}` FROM '{USER}'@'%'")
    found = await the_findings(adapter)
    assert [name for name, one in found.items() if one.level is not Level.OK] == ["coin desk"]
    assert (found["coin desk"].level, found["coin desk"].remedy) == (Level.WRONG, PRINTED)
    assert f"{right} command denied" in found["coin desk"].text


async def test_a_shop_prepared_by_the_last_release_is_prepared_again_without_touching_what_is_there(case: Case) -> None:
    await case.shop.add_product("base")
    adapter = case.connect(product_codes=frozenset({"base"}))
    await adapter.prepare()
    await case.shop.drop_coin_desk()
    found = await the_findings(adapter)
    assert found["tables"].level is Level.OK
    assert (found["coin desk"].level, found["coin desk"].remedy) == (Level.WARNING, "run: bridge store prepare acme")
    assert await adapter.prepare() == [f"created the table {case.prefix}{table}" for table in COIN_DESK_TABLES]
    assert (await the_findings(adapter))["coin desk"].level is Level.OK


async def test_a_shop_prepared_before_there_were_threads_has_quotes_and_answers_all_the_same(case: Case) -> None:
    await case.shop.add_product("base")
    adapter = case.connect(product_codes=frozenset({"base"}))
    await adapter.prepare()
    case.run("DROP TABLE {p}supportbridge_ticket")
    found = (await the_findings(adapter))["coin desk"]
    assert (found.level, found.remedy) == (Level.WARNING, "run: bridge store prepare acme")
    assert found.text == (
        f"no threads of tickets in this shop: not there, or not to be read: {case.prefix}supportbridge_ticket"
    )
    row = a_document(DocumentTable.QUOTE, 1, 77)
    await adapter.push_documents(DocumentTable.QUOTE, [row])
    assert await adapter.documents(DocumentTable.QUOTE, [1]) == [row]
    assert await adapter.documents(DocumentTable.TICKET, [1]) == []
    with pytest.raises(ShopRefused, match=r"has no table .*supportbridge_ticket"):
        await adapter.push_documents(DocumentTable.TICKET, [a_document(DocumentTable.TICKET, 1, 77)])
    assert await adapter.prepare() == [f"created the table {case.prefix}supportbridge_ticket"]


async def test_W7_a_shop_prepared_before_there_was_premium_time_has_all_else(case: Case) -> None:
    await case.shop.add_product("base")
    adapter = case.connect(product_codes=frozenset({"base"}))
    await adapter.prepare()
    case.run("DROP TABLE {p}supportbridge_agreement, {p}supportbridge_bill")
    found = (await the_findings(adapter))["coin desk"]
    assert found.text.startswith("no premium time in this shop: ")
    for table in (DocumentTable.AGREEMENT, DocumentTable.BILL):
        assert await adapter.documents(table, [7]) == []
        with pytest.raises(ShopRefused, match=f"has no table .*supportbridge_{table}"):
            await adapter.push_documents(table, [a_document(table, 7, 77)])
    assert len(await adapter.prepare()) == 2


async def test_a_shop_prepared_before_there_were_licences_has_all_else(case: Case) -> None:
    await case.shop.add_product("base")
    adapter = case.connect(product_codes=frozenset({"base"}))
    await adapter.prepare()
    case.run("DROP TABLE {p}supportbridge_licence, {p}supportbridge_file")
    found = (await the_findings(adapter))["coin desk"]
    assert found.text.startswith("no files of tickets and no licences in this shop: ")
    assert await adapter.documents(DocumentTable.LICENCE, [7]) == []
    assert await adapter.documents_left_behind(DocumentTable.LICENCE, epoch=2, after=0, until=9) == []
    with pytest.raises(ShopRefused, match=r"has no table .*supportbridge_licence"):
        await adapter.push_documents(DocumentTable.LICENCE, [a_document(DocumentTable.LICENCE, 7, 77)])
    tables = ("file", "licence")
    assert await adapter.prepare() == [f"created the table {case.prefix}supportbridge_{table}" for table in tables]


async def test_a_customers_deed_wakes_the_desk_as_an_order_does(case: Case) -> None:
    adapter = case.connect()
    await adapter.prepare()
    before = await adapter.hint()
    await case.shop.customer_posts(KEY, 77, "quote_cancel", {"quote": 1})
    first = await adapter.hint()
    await case.shop.customer_posts(KEY, 77, "quote_cancel", {"quote": 2})
    assert len({before, first, await adapter.hint()}) == 3


async def test_of_two_accounts_with_one_address_that_of_the_selected_shop_is_found(case: Case) -> None:
    second_shop = await case.shop.add_store("Second")
    first = await case.shop.add_customer("ada@shop.example", phone="+1 555 0100 200")
    second = await case.shop.add_customer("ada@shop.example", phone="+1 555 0100 200", store=second_shop)
    alone = await case.shop.add_customer("eve@shop.example")
    everywhere, selected = case.connect(), case.connect(shop_ids=(second_shop,))
    for wanted in ({"email": "ada@shop.example"}, {"phone": "15550100200"}):
        assert list(await everywhere.find_customers(**wanted)) == [first, second]
        assert list(await selected.find_customers(**wanted)) == [second]
    assert list(await selected.find_customers(email="eve@shop.example")) == [alone]
