"""The contract's coin desk, one half: documents that the desk shows in the shop, and how customers are addressed."""
# ruff: noqa: N802 - a test's name begins with the number of its rule

import pytest

from bridge.contracts.shop import ShopAdapter, StoreConnection
from bridge.contracts.shop_documents import Contact, DocumentKey, DocumentRow, DocumentTable, Note
from bridge.contracts.shop_rows import SigningKey, signed_row
from bridge.contracts.tickets import MessageKey
from bridge.domain.cursor import Cursor
from bridge.errors import ShopRefused
from bridge.testing.contract_base import MORNING, ContractBase, ShopActor
from bridge.testing.contract_writing import KEY, OTHER_KEY

QUOTE, PRICE, ANSWER, TICKET = DocumentTable.QUOTE, DocumentTable.PRICE, DocumentTable.ANSWER, DocumentTable.TICKET
MESSAGE, LICENCE = DocumentTable.MESSAGE, DocumentTable.LICENCE
AGREEMENT, BILL = DocumentTable.AGREEMENT, DocumentTable.BILL
KEYS: dict[DocumentTable, tuple[DocumentKey, DocumentKey]] = {
    QUOTE: (12, 2**40),
    PRICE: ("google-analytics", "Ёлка"),
    TICKET: (5, 2**40),
    MESSAGE: (MessageKey(5, 9), MessageKey(2**40, 2)),
    LICENCE: (7, 2**40),
    AGREEMENT: (3, 2**40),
    BILL: (4, 2**40),
    ANSWER: ("0b0f2c5e-6a53-4d3b-9f0e-2f1f1b0c7a11", "f3a9d6de-12f4-4f5e-8a34-9a2f54f0c001"),
}
"""Two keys of each table, the first below the second."""

TABLES = pytest.mark.parametrize("table", list(DocumentTable))


class DocumentsContract(ContractBase):
    """What an adapter shows of the coin desk, and how it says to whom."""

    @TABLES
    async def test_documents_are_there_byte_by_byte(self, connection: StoreConnection, table: DocumentTable) -> None:
        rows = [_document(table, key) for key in KEYS[table]]
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push_documents(table, rows)
            await adapter.push_documents(table, rows)
            await adapter.push_documents(table, [])
            assert await _read(adapter, table, *reversed(KEYS[table])) == rows
            assert await _read(adapter, table, KEYS[table][1]) == rows[1:]
            assert await _read(adapter, table) == []
            others = [await _read(adapter, other, *KEYS[other]) for other in DocumentTable if other is not table]
        assert others == [[]] * (len(DocumentTable) - 1)

    @TABLES
    async def test_an_older_document_never_replaces_a_newer_one(
        self, connection: StoreConnection, table: DocumentTable
    ) -> None:
        key = KEYS[table][0]
        newer = _document(table, key, epoch=2, number=5)
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push_documents(table, [newer])
            for epoch, number in ((2, 4), (1, 9)):
                await adapter.push_documents(table, [_document(table, key, epoch=epoch, number=number)])
            assert await _read(adapter, table, key) == [newer]
            for epoch, number in ((2, 6), (3, 1)):
                latest = _document(table, key, epoch=epoch, number=number)
                await adapter.push_documents(table, [latest])
                assert await _read(adapter, table, key) == [latest]

    @TABLES
    async def test_one_push_replaces_what_is_older_and_leaves_what_is_newer(
        self, connection: StoreConnection, table: DocumentTable
    ) -> None:
        first, second = KEYS[table]
        newer, older = _document(table, first, number=7), _document(table, second, number=3)
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push_documents(table, [newer, older])
            later = _document(table, second, number=4)
            await adapter.push_documents(table, [_document(table, first, number=6), later])
            assert await _read(adapter, table, first, second) == [newer, later]

    @TABLES
    async def test_the_same_version_signed_with_a_new_key_replaces_the_old(
        self, connection: StoreConnection, table: DocumentTable
    ) -> None:
        key = KEYS[table][0]
        signed_anew = _document(table, key, signed_with=OTHER_KEY)
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push_documents(table, [_document(table, key)])
            await adapter.push_documents(table, [signed_anew])
            assert await _read(adapter, table, key) == [signed_anew]

    async def test_hundreds_of_documents_are_pushed_at_once(self, connection: StoreConnection) -> None:
        rows = [_document(QUOTE, number) for number in range(1, 502)]
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push_documents(QUOTE, rows)
            assert await _read(adapter, QUOTE, *range(1, 600)) == rows

    async def test_messages_are_told_apart_by_both_their_numbers(self, connection: StoreConnection) -> None:
        keys = [MessageKey(5, 2), MessageKey(5, 10), MessageKey(6, 2), MessageKey(6, 3)]
        rows = [_document(MESSAGE, key) for key in keys]
        async with self.connected(connection) as adapter, self.connected(connection, store="other") as other:
            await adapter.prepare()
            await adapter.push_documents(MESSAGE, rows)
            await other.push_documents(MESSAGE, [_document(MESSAGE, MessageKey(5, 3))])
            assert await _read(adapter, MESSAGE, keys[2], keys[1]) == rows[1:3]
            assert await _read(adapter, MESSAGE, MessageKey(5, 3), MessageKey(7, 2)) == []
            assert list(await adapter.message_keys([6, 5])) == keys
            assert list(await adapter.message_keys([6, 7])) == keys[2:]
            assert list(await adapter.message_keys([])) == []
            assert list(await adapter.messages_left_behind(epoch=1, after=MessageKey(0, 0))) == []
            assert list(await adapter.messages_left_behind(epoch=2, after=keys[0])) == rows[1:]
            gone = _document(MESSAGE, keys[2], epoch=1, number=2, customer=0)
            await adapter.push_documents(MESSAGE, [gone, _document(MESSAGE, keys[3], epoch=2)])
            assert list(await adapter.messages_left_behind(epoch=2, after=keys[0])) == rows[1:2]
            later = _document(MESSAGE, keys[1], number=2)
            await adapter.push_documents(MESSAGE, [later])
            assert await _read(adapter, MESSAGE, *keys[:2]) == [rows[0], later]

    async def test_one_stores_documents_are_not_anothers(self, connection: StoreConnection) -> None:
        ours, theirs = _document(QUOTE, 12, number=3), _document(QUOTE, 12, number=1)
        async with self.connected(connection) as adapter, self.connected(connection, store="other") as other:
            await adapter.prepare()
            await adapter.push_documents(QUOTE, [ours])
            await other.push_documents(QUOTE, [theirs])
            assert await _read(adapter, QUOTE, 12) == [ours]
            assert await _read(other, QUOTE, 12) == [theirs]

    @pytest.mark.parametrize("table", [QUOTE, TICKET, LICENCE, AGREEMENT, BILL])
    async def test_what_a_lost_desk_left_of_numbered_documents_is_found_by_its_epoch(
        self, connection: StoreConnection, table: DocumentTable
    ) -> None:
        old = [_document(table, number) for number in (3, 5, *range(1_000, 1_201))]
        async with self.connected(connection) as adapter, self.connected(connection, store="other") as other:
            await adapter.prepare()
            assert list(await adapter.documents_left_behind(table, epoch=2, after=0, until=9_999)) == []
            await adapter.push_documents(table, [*old, _document(table, 4, epoch=2), _document(table, 6, epoch=3)])
            await other.push_documents(table, [_document(table, 4)])
            assert list(await adapter.documents_left_behind(table, epoch=1, after=0, until=9_999)) == []
            assert list(await adapter.documents_left_behind(table, epoch=2, after=3, until=999)) == [old[1]]
            assert list(await adapter.documents_left_behind(table, epoch=2, after=0, until=5)) == old[:2]
            assert list(await adapter.documents_left_behind(table, epoch=2, after=0, until=9_999)) == old[:200]
            assert list(await adapter.documents_left_behind(table, epoch=2, after=1_197, until=9_999)) == old[200:]

    async def test_a_note_takes_the_place_of_the_one_before(self, connection: StoreConnection) -> None:
        first, second = Note('{"v":1}', "k1", "a" * 64), Note('{"v":1,"text":"\\u067e"}', "k2", "b" * 64)
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            assert await adapter.note("status:acme") is None
            for note in (first, second, second):
                await adapter.push_note("status:acme", note)
                assert await adapter.note("status:acme") == note
            await adapter.push_note("status:other", first)
            assert await adapter.note("status:acme") == second

    async def test_a_shop_prepared_before_there_was_a_coin_desk_goes_on_and_can_be_prepared_again(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        row = _document(QUOTE, 12)
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await actor.drop_coin_desk()
            for table in DocumentTable:
                with pytest.raises(ShopRefused) as refusal:
                    await adapter.push_documents(table, [_document(table, KEYS[table][0])])
                assert "prepare" in refusal.value.hint
                assert await _read(adapter, table, *KEYS[table]) == []
            for table in (QUOTE, TICKET):
                assert list(await adapter.documents_left_behind(table, epoch=2, after=0, until=99)) == []
            assert list(await adapter.messages_left_behind(epoch=2, after=MessageKey(0, 0))) == []
            assert list(await adapter.message_keys([5])) == []
            assert list(await adapter.inbox(Cursor())) == []
            assert await adapter.forget_inbox(90) == 0
            await actor.add_product("base")
            order = await self.order(actor, [("base", 1)])
            [read], _ = await adapter.read_orders([order])
            assert read.order_id == order
            assert await adapter.prepare()
            await adapter.push_documents(QUOTE, [row])
            assert await _read(adapter, QUOTE, 12) == [row]

    async def test_customers_are_addressed_in_their_own_language(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_language("ru-ru")
        await actor.add_language("fa-ir")
        ada = await actor.add_customer("ada@shop.example", phone="+44 20 7946 0958")
        rus = await actor.add_customer("rus@shop.example", firstname="Анна", lastname='О"Брайен & Ко', language="ru")
        far = await actor.add_customer("far@shop.example", firstname="شیرین", lastname="", language="fa")
        gone = await actor.add_customer("gone@shop.example")
        await actor.delete_customer(gone)
        async with self.connected(connection) as adapter:
            contacts = await adapter.contacts([far, rus, ada, gone, gone + 1000])
            assert await adapter.contacts([]) == {}
        assert contacts == {
            ada: Contact(ada, "ada@shop.example", "Ada Byron", "en", "+44 20 7946 0958"),
            rus: Contact(rus, "rus@shop.example", 'Анна О"Брайен & Ко', "ru"),
            far: Contact(far, "far@shop.example", "شیرین", "fa"),
        }

    async def test_a_customer_is_found_by_his_address_whatever_its_case_and_nobody_else(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        ada = await actor.add_customer("ada.byron@shop.example")
        twins = [await actor.add_customer("twin@shop.example") for _ in range(2)]
        await actor.add_customer("jose@shop.example")
        async with self.connected(connection) as adapter:
            for spelling in ("ada.byron@shop.example", " Ada.Byron@SHOP.example "):
                assert list(await adapter.find_customers(email=spelling)) == [ada]
            assert list(await adapter.find_customers(email="twin@shop.example")) == twins
            for nobody in ("", " ", "%", "josé@shop.example", "🎁@shop.example", "ada_byron@shop.example"):
                assert list(await adapter.find_customers(email=nobody)) == []
            await actor.delete_customer(ada)
            assert list(await adapter.find_customers(email="ada.byron@shop.example")) == []

    async def test_P4_a_customer_is_found_by_his_number_however_it_is_written(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        ada = await actor.add_customer("ada@shop.example", phone="+98 (912) 345-67-89")
        eve = await actor.add_customer("eve@shop.example", phone="0912 345 67 80")
        await actor.add_customer("none@shop.example")
        async with self.connected(connection) as adapter:
            for spelling in ("+989123456789", "0098 912 345 6789", "0912-345-67-89", "۰۹۱۲۳۴۵۶۷۸۹"):
                assert list(await adapter.find_customers(phone=spelling)) == [ada]
            assert list(await adapter.find_customers(phone="+98 912 3456780")) == [eve]
            for nobody in ("", "+", "912", "6789", "+98 912 345 67 81", "%%%%%%%"):
                assert list(await adapter.find_customers(phone=nobody)) == []
            assert list(await adapter.find_customers(email="eve@shop.example", phone="09123456789")) == [ada, eve]

    async def test_C19_a_guest_has_no_account_to_be_found_and_is_addressed_by_his_order(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        ada = await actor.add_customer("ada@shop.example")
        await actor.add_customer("guest@elsewhere.example")
        order = await actor.place_order(None, [("base", 1)], at=MORNING, guest="guest@shop.example")
        own = await actor.place_order(ada, [("base", 1)], at=MORNING)
        async with self.connected(connection) as adapter:
            assert list(await adapter.find_customers(email="guest@shop.example")) == []
            guest, customer = await adapter.order_contact(order), await adapter.order_contact(own)
            assert await adapter.order_contact(own + 1000) is None
            await actor.delete_order(order)
            assert await adapter.order_contact(order) is None
        assert guest is not None
        assert (guest.customer_id, guest.email, guest.language) == (0, "guest@shop.example", "en")
        assert customer is not None
        assert (customer.customer_id, customer.email, customer.name) == (ada, "ada@shop.example", "Ada Byron")

    async def test_C19_an_order_of_another_shop_tells_no_address(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        second_shop = await actor.add_store("Second")
        orders = [
            await actor.place_order(None, [("base", 1)], at=MORNING, guest="guest@shop.example", store=store)
            for store in (None, second_shop)
        ]
        async with self.connected(connection, shop_ids=(second_shop,)) as adapter:
            contacts = [await adapter.order_contact(order) for order in orders]
        assert contacts[0] is None
        assert contacts[1] is not None


async def _read(adapter: ShopAdapter, table: DocumentTable, *keys: DocumentKey) -> list[DocumentRow]:
    return list(await adapter.documents(table, keys))


def _document(
    table: DocumentTable,
    key: DocumentKey,
    *,
    epoch: int = 1,
    number: int = 1,
    signed_with: SigningKey = KEY,
    customer: int = 77,
) -> DocumentRow:
    """A document whose bytes tell its version."""
    customer = 0 if table is PRICE else customer
    document = {"v": 1, "key": key, "epoch": epoch, "number": number, "text": {"ru": "Базовый", "fa": "پایه 🪙"}}
    row = signed_row(signed_with, table, document, customer_id=customer, epoch=epoch, number=number)
    return DocumentRow(key, row)
