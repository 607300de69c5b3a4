"""Tickets, quotes and prices that are not as pushed are told apart, to the field (rule C16)."""

import json
from collections.abc import Iterator

import pytest

from bridge.contracts.answers import Answer
from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey, signed_row
from bridge.contracts.tickets import MessageKey
from bridge.services.account_pages import PageTerms
from bridge.services.document_comparison import (
    compare_document_rows,
    expected_answers,
    expected_documents,
    expected_messages,
    expected_prices,
)
from bridge.services.documents import documents_pushed, waiting_documents
from bridge.services.findings import Difference
from tests.support.books import ACME, PLANS, TEHRAN
from tests.support.quoting import CUSTOMER, CoinDesk, a_coin_desk

KEY, STRANGER = SigningKey("k1", bytes(32)), SigningKey("k1", b"3" * 32)
PAGE = PageTerms(ACME, TEHRAN, PLANS, KEY, 1)
PRICE = '{"coins":50,"name":{"en":"Google Analytics"},"about":{},"rank":1}'


@pytest.fixture
def desk() -> Iterator[CoinDesk]:
    """A customer with two quotes, a price, and a shop that has all of it."""
    with a_coin_desk() as desk:
        desk.granted(CUSTOMER, 100)
        desk.approved(desk.offered(CUSTOMER, 30))
        desk.offered(CUSTOMER, 5)
        desk.desk.run(lambda tx: tx.prices.save(ACME, "analytics", terms=PRICE, listed=True))
        yield desk


def pushed(desk: CoinDesk) -> dict[DocumentTable, list[DocumentRow]]:
    """Push what waits; the rows that were written."""
    batches = desk.desk.look(lambda tx: waiting_documents(tx, PAGE, limit=99))
    for batch in batches:
        desk.desk.run(documents_pushed, ACME, batch)
    return {batch.table: list(batch.rows) for batch in batches}


def compared(desk: CoinDesk, table: DocumentTable, found: list[DocumentRow]) -> list[Difference]:
    if table is DocumentTable.PRICE:
        expected = desk.desk.look(expected_prices, PAGE)
    elif table is DocumentTable.ANSWER:
        expected, _ = answers(desk)
    elif table is DocumentTable.MESSAGE:
        expected, _ = desk.desk.look(expected_messages, PAGE, after=MessageKey(0, 0), limit=99)
    else:
        expected, _ = desk.desk.look(expected_documents, PAGE, table, after=0, limit=99)
    return compare_document_rows([KEY], table, expected, found)


def answers(desk: CoinDesk, *, after: str = "", limit: int = 99) -> tuple[list[DocumentRow], str | None]:
    return desk.desk.look(expected_answers, PAGE, kept_days=90, at=desk.now, after=after, limit=limit)


def keep(tx: Tx, answer: Answer) -> None:
    tx.answers.add(ACME, answer)


def answered(desk: CoinDesk, *uuids: str) -> None:
    words = {"text": {"en": "You have declined."}, "data": {"quote": 12}}
    for uuid in uuids:
        one = Answer(uuid, 77, desk.now, "quote_decline", "accepted", "declined", words)
        desk.desk.run(keep, one)


def signed(row: DocumentRow, table: DocumentTable, *, key: SigningKey = KEY, **different: object) -> DocumentRow:
    """The row with something else in its document, signed."""
    document = {**json.loads(row.row.payload), **different}
    old = row.row
    made = signed_row(key, table, document, customer_id=old.customer_id, epoch=old.epoch, number=document["number"])
    return DocumentRow(row.key, made)


def test_C16_what_was_pushed_is_right(desk: CoinDesk) -> None:
    shop = pushed(desk)
    assert {table: len(rows) for table, rows in shop.items()} == {
        DocumentTable.QUOTE: 2,
        DocumentTable.MESSAGE: 3,
        DocumentTable.TICKET: 2,
        DocumentTable.PRICE: 1,
    }
    for table, rows in shop.items():
        assert compared(desk, table, rows) == []


def test_C16_what_has_yet_to_be_pushed_is_not_expected(desk: CoinDesk) -> None:
    assert compared(desk, DocumentTable.QUOTE, []) == []
    assert compared(desk, DocumentTable.TICKET, []) == []
    assert compared(desk, DocumentTable.MESSAGE, []) == []
    assert compared(desk, DocumentTable.PRICE, []) == []


def test_C16_quotes_come_a_page_at_a_time(desk: CoinDesk) -> None:
    pushed(desk)
    first, last = desk.desk.look(expected_documents, PAGE, DocumentTable.QUOTE, after=0, limit=1)
    assert ([one.key for one in first], last) == ([1], 1)
    second, last = desk.desk.look(expected_documents, PAGE, DocumentTable.QUOTE, after=1, limit=1)
    assert ([one.key for one in second], last) == ([2], 2)
    assert desk.desk.look(expected_documents, PAGE, DocumentTable.QUOTE, after=2, limit=1) == ([], None)


def test_C16_a_changed_a_forged_an_older_and_a_missing_row_are_named(desk: CoinDesk) -> None:
    rows = pushed(desk)[DocumentTable.QUOTE]
    changed = [signed(rows[0], DocumentTable.QUOTE, coins=1), rows[1]]
    assert compared(desk, DocumentTable.QUOTE, changed) == [Difference("quote 1: row: coins", "30", "1")]
    forged = [signed(rows[0], DocumentTable.QUOTE, key=STRANGER), rows[1]]
    [difference] = compared(desk, DocumentTable.QUOTE, forged)
    assert difference.where == "quote 1: row: signature"
    older = [rows[0], signed(rows[1], DocumentTable.QUOTE, number=0)]
    assert compared(desk, DocumentTable.QUOTE, older) == [
        Difference("quote 2: row: version", "epoch 1, number 1", "epoch 1, number 0")
    ]
    assert compared(desk, DocumentTable.QUOTE, rows[:1]) == [Difference("quote 2: row", "epoch 1, number 1", "no row")]


def test_C16_tickets_come_a_page_at_a_time(desk: CoinDesk) -> None:
    pushed(desk)
    first, last = desk.desk.look(expected_documents, PAGE, DocumentTable.TICKET, after=0, limit=1)
    assert ([one.key for one in first], last) == ([1], 1)
    assert desk.desk.look(expected_documents, PAGE, DocumentTable.TICKET, after=2, limit=1) == ([], None)


def test_C16_a_changed_and_a_missing_thread_are_named(desk: CoinDesk) -> None:
    rows = pushed(desk)[DocumentTable.TICKET]
    changed = [signed(rows[0], DocumentTable.TICKET, subject="Free work"), rows[1]]
    assert compared(desk, DocumentTable.TICKET, changed) == [
        Difference("ticket 1: row: subject", '"Google Analytics"', '"Free work"')
    ]
    assert compared(desk, DocumentTable.TICKET, rows[:1]) == [
        Difference("ticket 2: row", "epoch 1, number 3", "no row")
    ]


def test_C16_messages_come_a_page_at_a_time(desk: CoinDesk) -> None:
    pushed(desk)
    first, last = desk.desk.look(expected_messages, PAGE, after=MessageKey(0, 0), limit=2)
    assert ([one.key for one in first], last) == ([(1, 1), (1, 2)], (1, 2))
    second, last = desk.desk.look(expected_messages, PAGE, after=MessageKey(1, 2), limit=2)
    assert ([one.key for one in second], last) == ([(2, 1)], None)


def test_C16_a_changed_a_moved_an_older_and_a_missing_message_are_named(desk: CoinDesk) -> None:
    table = DocumentTable.MESSAGE
    rows = pushed(desk)[table]
    first, others = rows[0], rows[1:]
    assert compared(desk, table, [signed(first, table, by="staff"), *others]) == [
        Difference("message 1:1: row: by", '"bridge"', '"staff"')
    ]
    [moved] = compared(desk, table, [first._replace(row=first.row._replace(number=7)), *others])
    assert moved.where == "message 1:1: row: column version"
    older = DocumentRow(first.key, signed(first, table, version=0).row._replace(number=0))
    assert compared(desk, table, [older, *others]) == [
        Difference("message 1:1: row: version", "epoch 1, number 1", "epoch 1, number 0")
    ]
    assert compared(desk, table, others) == [Difference("message 1:1: row", "epoch 1, number 1", "no row")]


def test_C16_a_changed_price_is_named(desk: CoinDesk) -> None:
    [row] = pushed(desk)[DocumentTable.PRICE]
    changed = signed(row, DocumentTable.PRICE, coins=49)
    assert compared(desk, DocumentTable.PRICE, [changed]) == [Difference("price analytics: row: coins", "50", "49")]


def test_C16_a_changed_an_older_and_a_missing_answer_are_named(desk: CoinDesk) -> None:
    answered(desk, "a", "b")
    assert answers(desk) == ([], None), "what has yet to be pushed is not expected"
    rows = pushed(desk)[DocumentTable.ANSWER]
    assert compared(desk, DocumentTable.ANSWER, rows) == []
    changed = [signed(rows[0], DocumentTable.ANSWER, outcome="refused"), rows[1]]
    assert compared(desk, DocumentTable.ANSWER, changed) == [
        Difference("answer a: row: outcome", '"accepted"', '"refused"')
    ]
    moved = [rows[0], DocumentRow("b", rows[1].row._replace(customer_id=78))]
    assert compared(desk, DocumentTable.ANSWER, moved) == [Difference("answer b: row: column customer", "77", "78")]
    older = [signed(rows[0], DocumentTable.ANSWER, number=0)]
    assert compared(desk, DocumentTable.ANSWER, older) == [
        Difference("answer a: row: version", "epoch 1, number 1", "epoch 1, number 0"),
        Difference("answer b: row", "epoch 1, number 1", "no row"),
    ]


def test_D4_an_answer_that_the_shop_may_have_forgotten_is_not_missed(desk: CoinDesk) -> None:
    answered(desk, "a")
    pushed(desk)
    desk.later(days=46)
    assert answers(desk) == ([], None)


def test_C16_answers_come_a_page_at_a_time(desk: CoinDesk) -> None:
    answered(desk, "b", "a", "c")
    pushed(desk)
    first, last = answers(desk, limit=2)
    assert ([one.key for one in first], last) == (["a", "b"], "b")
    second, last = answers(desk, after="b", limit=2)
    assert ([one.key for one in second], last) == (["c"], None)
