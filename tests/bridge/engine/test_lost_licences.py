"""Licences that a lost desk has left in the shop are looked at before they are replaced, and before they go."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bridge.contracts.shop_documents import DocumentTable
from bridge.contracts.shop_rows import SigningKey, signed_row
from bridge.contracts.stores import FirstSync
from bridge.contracts.sync import Touched
from bridge.desk.transaction import DeskTx
from bridge.domain.cursor import Cursor
from bridge.domain.licences import LicenceBook
from bridge.domain.mapped_licences import LicenceTable, MappedRow, RowField
from bridge.domain.tickets import Author, Message, MessageKind
from bridge.engine.setup import StoreSetup
from bridge.services import mapped_licences, purchases
from bridge.services.telling import FUSE
from bridge.services.unproven import let_go
from bridge.testing.desks import a_desk
from tests.bridge.engine.test_lost_desk import LOST_KEY, Restored
from tests.bridge.engine.test_notes import KEY, MONDAY
from tests.support.books import ACME, TEHRAN, an_order
from tests.support.licences import MENU, PRODUCTS, a_licence_store

HERE = "shop.example"
NEW_KEY = "7K3QX-M2R9D-W8HPA-V5TNC-4JEGB"
BY_ADDRESS = {RowField.KEY: "VENDOR-1", RowField.PRODUCT: "menu", RowField.EMAIL: "ada@example.com"}
ROWS = LicenceTable("my_licences", "id", {one: str(one) for one in BY_ADDRESS}, frozenset({"menu"}), TEHRAN)


class WithLicences(Restored):
    """A restored desk that knows the licence of order 1042."""

    async def bought(self) -> tuple[int, str]:
        """The licence's number and key."""
        await self.desk.transact(
            "book", purchases.book_orders, a_licence_store(), [an_order(1042, (MENU, 1))], at=MONDAY
        )
        found = await self.desk.read(lambda tx: tx.licences.of_orders(ACME, [1042]))
        licence = found[1042][0].licence
        return licence.id, licence.key

    async def read_from_table(self) -> int:
        """The number of a licence that the vendor's own table has, for an address alone."""
        rows = [MappedRow(1, 1, BY_ADDRESS)]
        await self.desk.transact(
            "take", mapped_licences.take, self.setup.desk_terms, ROWS, rows, present={}, fuse_units=50, at=MONDAY
        )
        found = await self.desk.read(lambda tx: tx.licences.by_key(ACME, "VENDOR-1"))
        assert found is not None
        return found.licence.id

    async def orders_read(self, *, waiting: int = 0) -> None:
        """The orders have been read since the start; so many are not booked yet."""
        self.health.last_good_read = 0.0

        def read(tx: DeskTx) -> None:
            tx.stores.save(replace(tx.stores.get(ACME), first_sync=FirstSync.DONE))
            tx.sync.save_cursors(ACME, {"order": Cursor(9)})
            tx.sync.note_touched(ACME, [Touched(2001 + place, MONDAY, MONDAY, MONDAY) for place in range(waiting)])

        await self.desk.transact("orders read", read)

    def left_licence(self, number: int, *, signer: SigningKey = KEY, customer: int = 77, **said: Any) -> None:
        """What the lost desk has left in the shop: a licence that is used on one domain; nothing of an erased one."""
        head = {"v": 1, "store": ACME, "customer": customer, "epoch": 1, "number": 9, "licence": number}
        facts = {"product": "menu", "order": 1042, "domains": [{"domain": HERE, "since": 1_700_000_000}]}
        document = head | facts | said if customer else head
        row = signed_row(signer, "licence", document, customer_id=customer, epoch=1, number=9)
        self.shop.document_rows[DocumentTable.LICENCE][number] = row

    def on_page(self, number: int) -> dict[str, Any]:
        """What the page has of a licence now."""
        row = self.shop.document_rows[DocumentTable.LICENCE][number]
        document: dict[str, Any] = json.loads(row.payload)
        return document


@pytest.fixture
async def restored(tmp_path: Path) -> AsyncIterator[WithLicences]:
    with a_desk(tmp_path) as desk:
        desk.start()
        yield WithLicences(desk, tmp_path, PRODUCTS)


async def test_L6_a_domain_that_came_into_use_after_the_backup_is_on_the_page_and_in_the_desk(
    restored: WithLicences,
) -> None:
    number, key = await restored.bought()
    restored.left_licence(number, key=key)
    await restored.passes()
    shown = restored.on_page(number)
    assert (shown["key"], [one["domain"] for one in shown["domains"]]) == (key, [HERE])
    assert shown["epoch"] > 1
    assert await restored.problems() == []


async def test_a_licence_that_staff_suspended_after_the_backup_is_brought_back_to_them(restored: WithLicences) -> None:
    number, key = await restored.bought()
    restored.left_licence(number, key=key, suspended="suspended")
    await restored.passes()
    (told,) = await restored.problems()
    assert f"bridge licence suspend {number}" in told
    assert restored.on_page(number)["suspended"] is None, "as this desk knows it"


async def test_a_shop_without_the_table_gets_all_else_and_its_licences_once_it_has_it(restored: WithLicences) -> None:
    number, key = await restored.bought()
    restored.shop.lacking = {DocumentTable.LICENCE}
    (ticket,) = await restored.opened(1)
    await restored.asked()
    assert restored.shop.shown_document(DocumentTable.LICENCE, number) is None
    assert restored.shop.shown_document(DocumentTable.TICKET, ticket) is not None
    assert await restored.desk.read(lambda tx: [one.licence.id for one in tx.licences.waiting(ACME, 9)]) == [number]
    restored.shop.lacking = set()
    restored.pusher._refused.clear()  # as after its rest
    await restored.passes()
    assert restored.on_page(number)["key"] == key


async def test_a_licence_that_only_the_lost_desk_knew_goes_once_the_orders_are_booked(restored: WithLicences) -> None:
    number, _ = await restored.bought()
    restored.left_licence(number + 3, key=NEW_KEY)
    await restored.passes()
    assert restored.on_page(number + 3)["key"] == NEW_KEY, "the orders were not read yet"
    await restored.orders_read(waiting=1)
    await restored.passes()
    assert restored.on_page(number + 3)["key"] == NEW_KEY, "one is not booked"
    await restored.desk.transact(
        "blow the fuse", lambda tx: tx.problems.report(ACME, key=FUSE, kind=FUSE, summary="many", at=MONDAY)
    )
    await restored.desk.transact("booked", lambda tx: tx.sync.settle(ACME, [Touched(2001, MONDAY, MONDAY, MONDAY)]))
    await restored.passes()
    assert restored.on_page(number + 3)["key"] == NEW_KEY, "others wait under the fuse"
    assert await restored.problems() == []
    await restored.desk.transact("let through", lambda tx: tx.problems.solve(ACME, [FUSE], MONDAY))
    await restored.passes()
    assert restored.on_page(number + 3)["customer"] == 0
    assert "key" not in restored.on_page(number + 3)
    (told,) = await restored.problems()
    assert "…-4JEGB" in told


async def test_a_licence_is_compared_with_its_row_once_the_orders_are_booked(restored: WithLicences) -> None:
    number, key = await restored.bought()
    restored.left_licence(number, key=key, support_until={"at": 4_000_000_000, "text": {"en": "2 October 2096"}})
    await restored.passes()
    assert restored.on_page(number)["epoch"] == 1, "a renewal may still come with an order"
    assert not restored.health.all_replaced
    await restored.orders_read()
    await restored.passes()
    assert restored.on_page(number)["epoch"] > 1
    (told,) = await restored.problems()
    assert "support until 2 October 2096" in told
    assert f"bridge licence renew {number} --months MONTHS" in told


async def test_a_store_that_sells_licences_no_more_still_comes_to_an_end_with_what_was_left(
    restored: WithLicences, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, key = await restored.bought()
    monkeypatch.setattr(StoreSetup, "licences", LicenceBook())
    restored.left_licence(number, key=key, suspended="refunded")
    await restored.orders_read()
    await restored.passes()
    assert restored.on_page(number)["epoch"] > 1
    assert restored.health.all_replaced


async def test_keys_that_only_a_lost_desk_knew_are_one_problem_where_their_numbers_are_others_now(
    restored: WithLicences,
) -> None:
    number, _ = await restored.bought()
    restored.left_licence(number, key=NEW_KEY)
    await restored.passes()
    assert restored.on_page(number)["key"] == NEW_KEY
    await restored.orders_read()
    await restored.passes()
    assert restored.on_page(number)["key"] != NEW_KEY
    (told,) = await restored.problems()
    assert "Keys live in the desk's file alone" in told


async def test_L8_licences_of_the_vendors_own_table_wait_until_it_was_read(
    restored: WithLicences, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, _ = await restored.bought()
    await restored.orders_read()
    monkeypatch.setattr(StoreSetup, "licence_table", ROWS)
    restored.left_licence(number + 3, key=NEW_KEY)
    await restored.passes()
    assert restored.on_page(number + 3)["key"] == NEW_KEY
    restored.health.licences_read = True
    await restored.passes()
    assert restored.on_page(number + 3)["customer"] == 0


async def test_L8_C19_what_staff_did_to_a_licence_of_the_vendors_own_table_is_told_once_that_was_read(
    restored: WithLicences, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await restored.read_from_table()
    await restored.orders_read()
    monkeypatch.setattr(StoreSetup, "licence_table", ROWS)
    restored.left_licence(number, key="VENDOR-1", suspended="suspended", order=None)
    await restored.passes()
    assert (restored.on_page(number)["epoch"], await restored.problems()) == (1, [])
    restored.health.licences_read = True
    await restored.passes()
    assert restored.on_page(number)["customer"] == 0, "it is nobody's until staff link it again"
    told = sorted(await restored.problems())
    assert [f"bridge licence {deed} {number}" in one for deed, one in zip(("assign", "suspend"), told, strict=True)]
    now = await restored.desk.read(lambda tx: tx.licences.by_ids(ACME, [number]))
    assert list(now[number].now.activations) == [HERE], "no shop stands still because of a restore"
    assert restored.health.all_replaced


async def test_L3_a_ticket_is_covered_as_its_row_says_not_as_licences_stand_now(restored: WithLicences) -> None:
    licence, _ = await restored.bought()
    (ticket,) = await restored.opened(1)
    ended = Message(MONDAY, Author.BRIDGE, MessageKind.COVERED, detail={"way": "no_clock", "reason": "expired"})
    await restored.desk.transact("cover", lambda tx: tx.tickets.say(ticket, ended))
    restored.left(ticket, cover={"code": "licence", "reason": "active", "licence": licence, "product": "menu"})
    await restored.passes()
    shown = restored.shop.shown_document(DocumentTable.TICKET, ticket)
    assert shown is not None
    assert (shown["epoch"] > 1, shown["cover"]["code"], shown["cover"]["licence"]) == (True, "licence", licence)


async def test_D2_a_licence_whose_customer_was_erased_after_the_backup_stays_off_the_page(
    restored: WithLicences,
) -> None:
    number, _ = await restored.bought()
    restored.left_licence(number, customer=0)
    await restored.passes()
    assert "key" not in restored.on_page(number)
    (told,) = await restored.problems()
    assert "bridge privacy erase 77" in told


async def test_what_nobody_can_check_stays_until_staff_let_go_of_it(restored: WithLicences) -> None:
    number, key = await restored.bought()
    restored.left_licence(number, key=key, signer=LOST_KEY)
    await restored.passes()
    assert restored.on_page(number)["epoch"] == 1
    epoch = restored.desk.identity.epoch
    await restored.desk.transact("let go", let_go, ACME, epoch=epoch, at=MONDAY)
    await restored.passes()
    assert restored.on_page(number)["epoch"] == epoch
