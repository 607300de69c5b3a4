"""The shop in memory keeps what a real one promises of the coin desk; a test signs as the shop's pages do."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bridge.contracts.shop_documents import MOST_INBOX_BYTES, Contact, DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SHOP_TO_DESK, SigningKey, signed_row, verifies
from bridge.domain.cursor import Cursor
from bridge.errors import ShopRefused
from bridge.testing.coin_desk import PostedRow, posted_row, signed_post
from bridge.testing.shop import FakeShop

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = SigningKey("k1", b"k" * 32)


def a_post(store: str = "acme") -> PostedRow:
    return posted_row(KEY, store=store, customer=77, kind="quote_decline", data={"quote": 12, "version": 1})


def a_quote(number: int, *, epoch: int = 1) -> DocumentRow:
    row = signed_row(KEY, "quote", {"quote": 12, "number": number}, customer_id=77, epoch=epoch, number=number)
    return DocumentRow(12, row)


def test_a_posted_row_is_signed_in_the_shops_direction_and_says_what_was_done() -> None:
    row = posted_row(KEY, store="acme", customer=77, kind="quote_cancel", data={"quote": 12}, at=5, language="fa")
    assert verifies([KEY], "inbox", row.payload, row.key_id, row.mac, direction=SHOP_TO_DESK)
    assert not verifies([KEY], "inbox", row.payload, row.key_id, row.mac)
    assert json.loads(row.payload) == {
        "v": 1,
        "store": "acme",
        "customer": 77,
        "uuid": row.uuid,
        "kind": "quote_cancel",
        "at": 5,
        "language": "fa",
        "data": {"quote": 12},
    }
    assert row.payload.isascii()
    assert len({a_post().uuid for _ in range(3)}) == 3


def test_any_document_can_be_signed_for_tests_of_what_no_page_writes() -> None:
    row = signed_post(KEY, {"store": "acme", "uuid": "u", "customer": 7, "kind": "no_such_deed"})
    assert (row.store, row.uuid, row.customer_id) == ("acme", "u", 7)
    assert verifies([KEY], "inbox", row.payload, row.key_id, row.mac, direction=SHOP_TO_DESK)


async def test_an_older_document_never_replaces_a_newer_one() -> None:
    shop = FakeShop()
    for row in (a_quote(3, epoch=2), a_quote(2, epoch=2), a_quote(9)):
        await shop.push_documents(DocumentTable.QUOTE, [row])
    assert await shop.documents(DocumentTable.QUOTE, [12, 13]) == [a_quote(3, epoch=2)]
    assert shop.shown_document(DocumentTable.QUOTE, 12) == {"quote": 12, "number": 3}
    assert shop.shown_document(DocumentTable.PRICE, "analytics") is None


async def test_rows_are_read_once_also_those_that_commit_late() -> None:
    shop = FakeShop()
    first, second = a_post(), a_post()
    late = shop.post(first)
    shop.hidden_posts = {late}
    shop.post(second)
    rows = await shop.inbox(Cursor())
    assert [row.uuid for row in rows] == [second.uuid]
    cursor = Cursor().advance([row.id for row in rows], at=NOON, remember=timedelta(minutes=15))
    shop.hidden_posts = set()
    assert first.uuid in {row.uuid for row in await shop.inbox(cursor)}
    assert shop.post(first) == late


async def test_too_long_rows_come_empty_and_other_stores_rows_not_at_all() -> None:
    shop = FakeShop()
    shop.post(a_post(store="other"))
    shop.post(a_post()._replace(payload="x" * (MOST_INBOX_BYTES + 1)))
    [row] = await shop.inbox(Cursor())
    assert row.payload == ""


async def test_ids_that_begin_anew_hide_no_row() -> None:
    shop = FakeShop()
    shop.post(a_post())
    assert len(await shop.inbox(Cursor(500))) == 1
    assert len(await shop.inbox(Cursor(1))) == 0


async def test_old_rows_go_with_their_answers() -> None:
    shop = FakeShop()
    old, young = a_post(), a_post()
    shop.post(old)
    shop.age_posts(91)
    shop.post(young)
    answer = DocumentRow(old.uuid, signed_row(KEY, "answer", {}, customer_id=77, epoch=1, number=1))
    await shop.push_documents(DocumentTable.ANSWER, [answer])
    assert await shop.forget_inbox(90) == 1
    assert [row.uuid for row in await shop.inbox(Cursor())] == [young.uuid]
    assert await shop.documents(DocumentTable.ANSWER, [old.uuid]) == []


async def test_a_shop_prepared_before_there_was_a_coin_desk() -> None:
    shop = FakeShop()
    shop.has_coin_desk = False
    shop.post(a_post())
    assert list(await shop.inbox(Cursor())) == []
    with pytest.raises(ShopRefused) as refusal:
        await shop.push_documents(DocumentTable.QUOTE, [a_quote(1)])
    assert "prepare" in refusal.value.hint


async def test_people_are_addressed_and_found() -> None:
    shop = FakeShop()
    ada = shop.people[77] = Contact(77, "ada@shop.example", "Ada Byron", "en", "+1 555 0100")
    guest = shop.order_people[5] = Contact(0, "guest@shop.example", "Guest", "fa")
    assert await shop.contacts([77, 78]) == {77: ada}
    assert list(await shop.find_customers(email="ADA@shop.example")) == [77]
    assert list(await shop.find_customers(phone="+1 (555) 0100")) == [77]
    assert list(await shop.find_customers(email="", phone="")) == []
    assert await shop.order_contact(5) == guest
    assert await shop.order_contact(6) is None
    shop.fail("contacts", ShopRefused("acme: a right is missing"), times=1)
    with pytest.raises(ShopRefused):
        await shop.contacts([77])
