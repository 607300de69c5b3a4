"""What the contract suite can't see of the coin desk's rows: forged ones in the way, odd dates, and servers' habits."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from bridge.contracts.shop_documents import DocumentKey, DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey, signed_row
from bridge.contracts.tickets import MessageKey
from bridge.domain.cursor import Cursor
from bridge.errors import ShopUnavailable
from bridge.shopkit import inbox as inbox_module
from bridge.shopkit.database import Row, ShopDatabase
from bridge.shopkit.documents import ShopDocuments
from bridge.shopkit.inbox import ShopInbox
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.writer import ShopWriter
from bridge.testing.coin_desk import PostedRow, posted_row
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.adapters import STORE, database_access

KEY, FORGER = SigningKey("k1", bytes(32)), SigningKey("k1", bytes(range(32)))
NAMES = {
    DocumentTable.QUOTE: "quote",
    DocumentTable.PRICE: "code",
    DocumentTable.ANSWER: "uuid",
    DocumentTable.TICKET: "ticket",
    DocumentTable.MESSAGE: "ticket",
    DocumentTable.LICENCE: "licence",
    DocumentTable.AGREEMENT: "agreement",
    DocumentTable.BILL: "bill",
}
KEYS: dict[DocumentTable, DocumentKey] = {
    DocumentTable.QUOTE: 12,
    DocumentTable.PRICE: "analytics",
    DocumentTable.ANSWER: "0b0f2c5e-6a53-4d3b-9f0e-2f1f1b0c7a11",
    DocumentTable.TICKET: 5,
    DocumentTable.MESSAGE: MessageKey(5, 2),
    DocumentTable.LICENCE: 7,
    DocumentTable.AGREEMENT: 3,
    DocumentTable.BILL: 4,
}
TABLES = pytest.mark.parametrize("table", list(DocumentTable))


@pytest.fixture
async def shop(mariadb: PrivateMariaDB, database: str) -> AsyncIterator[ShopDatabase]:
    opened = ShopDatabase(STORE, database_access(mariadb.parameters(database), prefix="oc_"))
    await ShopWriter(opened).prepare()
    yield opened
    await opened.close()


@pytest.fixture
def documents(shop: ShopDatabase) -> ShopDocuments:
    made = ShopDocuments(shop)
    made.keys = [KEY]
    return made


def document(
    table: DocumentTable,
    *,
    epoch: int = 1,
    number: int = 1,
    customer: int = 77,
    key: SigningKey = KEY,
    said: Mapping[str, Any] = MappingProxyType({}),
) -> DocumentRow:
    """A document that says of itself what its row says, but for `said`."""
    customer = 0 if table is DocumentTable.PRICE else customer
    key_said: dict[str, Any] = {NAMES[table]: KEYS[table], "number": number}
    if table is DocumentTable.MESSAGE:
        key_said = {"ticket": 5, "number": 2, "version": number}
    text = {"v": 1, "store": STORE, "epoch": epoch, **key_said}
    text |= {"customer": customer} if customer else {}
    row = signed_row(key, table, {**text, **said}, customer_id=customer, epoch=epoch, number=number)
    return DocumentRow(KEYS[table], row)


async def run(shop: ShopDatabase, text: str, **values: object) -> None:
    await shop.write(Statement("test", text), **values)


async def post(shop: ShopDatabase, row: PostedRow) -> None:
    await run(
        shop,
        "INSERT INTO oc_supportbridge_inbox (store, uuid, customer_id, payload, key_id, mac)"
        " VALUES (%(store)s, %(uuid)s, %(customer_id)s, %(payload)s, %(key_id)s, %(mac)s)",
        **row._asdict(),
    )


def a_post() -> PostedRow:
    return posted_row(KEY, store=STORE, customer=77, kind="quote_cancel", data={"quote": 1})


# --- rows in the way ---


@TABLES
async def test_a_forged_row_of_a_high_version_does_not_keep_ours_out(
    documents: ShopDocuments, table: DocumentTable
) -> None:
    await documents.push(table, [document(table, epoch=99, number=2**60, key=FORGER)])
    ours = document(table, number=2)
    await documents.push(table, [ours])
    assert await documents.read(table, [KEYS[table]]) == [ours]


@TABLES
@pytest.mark.parametrize("said", [{"number": 3}, {"store": "other"}, {"epoch": 1}])
async def test_an_old_document_under_a_high_version_is_cleared(
    documents: ShopDocuments, table: DocumentTable, said: dict[str, Any]
) -> None:
    await documents.push(table, [document(table, epoch=99, number=7, said=said)])
    ours = document(table, number=4)
    await documents.push(table, [ours])
    assert await documents.read(table, [KEYS[table]]) == [ours]


@TABLES
async def test_a_newer_row_of_our_own_stays(documents: ShopDocuments, table: DocumentTable) -> None:
    newer = document(table, epoch=2, number=3)
    await documents.push(table, [newer])
    await documents.push(table, [document(table, epoch=1, number=9)])
    assert await documents.read(table, [KEYS[table]]) == [newer]


async def test_before_the_keys_are_known_nothing_is_cleared(shop: ShopDatabase) -> None:
    table = DocumentTable.QUOTE
    forged = document(table, epoch=99, key=FORGER)
    unaware = ShopDocuments(shop)
    await unaware.push(table, [forged])
    await unaware.push(table, [document(table)])
    assert await unaware.read(table, [12]) == [forged]


async def test_another_customers_document_under_a_high_version_is_cleared(documents: ShopDocuments) -> None:
    table = DocumentTable.QUOTE
    await documents.push(table, [document(table, epoch=99, said={"customer": 78})])
    ours = document(table)
    await documents.push(table, [ours])
    assert await documents.read(table, [12]) == [ours]


async def test_a_quote_that_moves_to_another_account_moves_in_the_shop_too(documents: ShopDocuments) -> None:
    table = DocumentTable.QUOTE
    await documents.push(table, [document(table, number=1)])
    moved = document(table, number=2, customer=78)
    await documents.push(table, [moved])
    assert await documents.read(table, [12]) == [moved]
    await documents.push(table, [document(table, number=1)])
    assert await documents.read(table, [12]) == [moved]


async def test_a_document_as_long_as_a_statement_is_written_whole(documents: ShopDocuments) -> None:
    table = DocumentTable.QUOTE
    rows = [document(table, number=1, said={"text": "я" * 100_000})._replace(key=key) for key in (1, 2, 3)]
    await documents.push(table, rows)
    assert await documents.read(table, [1, 2, 3]) == rows


# --- what tickets were in before they had messages ---

OLD = """
CREATE TABLE oc_supportbridge_request (store VARCHAR(64), request_id INT, customer_id INT, payload TEXT, key_id TEXT,
mac TEXT, PRIMARY KEY (store, request_id))
"""
REQUEST = "INSERT INTO oc_supportbridge_request VALUES (%(store)s, 5, 77, 'words', 'k1', 'mac')"
TICKET = DocumentTable.TICKET


async def requests(shop: ShopDatabase) -> list[Row]:
    found = await shop.rows(Statement("test", "SELECT * FROM oc_supportbridge_request ORDER BY store"))
    return list(found)


async def test_what_an_earlier_release_showed_of_tickets_goes_with_the_first_that_is_pushed(
    shop: ShopDatabase, documents: ShopDocuments
) -> None:
    await run(shop, OLD)
    for store in (STORE, "other"):
        await run(shop, REQUEST, store=store)
    await documents.push(DocumentTable.QUOTE, [document(DocumentTable.QUOTE)])
    await documents.push(TICKET, [])
    assert len(await requests(shop)) == 2, "no ticket has been shown yet"
    await documents.push(TICKET, [document(TICKET)])
    assert [row[0] for row in await requests(shop)] == ["other"]
    await run(shop, REQUEST, store=STORE)
    await documents.push(TICKET, [document(TICKET, number=2)])
    assert len(await requests(shop)) == 2, "looked at once, not at every push"


async def test_a_user_who_may_not_delete_what_an_earlier_release_showed_empties_it(
    shop: ShopDatabase, mariadb: PrivateMariaDB, database: str
) -> None:
    """That is all that the printed rights of that release let him do."""
    await run(shop, OLD)
    await run(shop, REQUEST, store=STORE)
    user = f"old_{database[-12:]}"
    await run(shop, f"CREATE USER '{user}'@'%' IDENTIFIED BY 'secret'")
    for table in ("ticket", "request"):
        await run(shop, f"GRANT SELECT, INSERT, UPDATE ON `{database}`.oc_supportbridge_{table} TO '{user}'@'%'")
    access = replace(database_access(mariadb.parameters(database), prefix="oc_"), user=user, password="secret")
    limited = ShopDatabase(STORE, access)
    try:
        await ShopDocuments(limited).push(TICKET, [document(TICKET)])
    finally:
        await limited.close()
        await run(shop, f"DROP USER '{user}'@'%'")
    assert await requests(shop) == [(STORE, 5, 0, "", "", "")]


# --- the inbox ---


async def test_a_shop_without_the_table_is_not_asked_at_every_look(
    shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal costs the connection, and the fast lane looks twice a second."""
    now = 1000.0
    monkeypatch.setattr(inbox_module, "monotonic", lambda: now)
    await run(shop, "RENAME TABLE oc_supportbridge_inbox TO elsewhere")
    inbox = ShopInbox(shop)
    assert list(await inbox.read(Cursor())) == []
    await run(shop, "RENAME TABLE elsewhere TO oc_supportbridge_inbox")
    await post(shop, a_post())
    assert list(await inbox.read(Cursor())) == []
    now += inbox_module.ABSENT_SECONDS
    assert len(await inbox.read(Cursor())) == 1


async def test_after_preparing_it_is_asked_at_once(shop: ShopDatabase) -> None:
    await run(shop, "RENAME TABLE oc_supportbridge_inbox TO elsewhere")
    inbox = ShopInbox(shop)
    assert list(await inbox.read(Cursor())) == []
    await run(shop, "RENAME TABLE elsewhere TO oc_supportbridge_inbox")
    await post(shop, a_post())
    inbox.look_again()
    assert len(await inbox.read(Cursor())) == 1


async def test_what_is_no_refusal_is_told(shop: ShopDatabase) -> None:
    await shop.close()
    with pytest.raises(ShopUnavailable):
        await ShopInbox(shop).read(Cursor())


async def test_a_row_without_a_date_is_one_of_today(shop: ShopDatabase) -> None:
    await post(shop, a_post())
    await run(shop, "UPDATE oc_supportbridge_inbox SET created = '0000-00-00'")
    assert await ShopInbox(shop).forget(90) == 0
    await run(shop, "ALTER TABLE oc_supportbridge_inbox DROP COLUMN created")
    assert await ShopInbox(shop).forget(90) == 0
    assert len(await ShopInbox(shop).read(Cursor())) == 1


async def test_a_shop_without_answers_forgets_no_rows_but_says_nothing(shop: ShopDatabase) -> None:
    """Rows go after their answers, so that a row whose answer could not go is tried again."""
    await post(shop, a_post())
    await run(shop, "UPDATE oc_supportbridge_inbox SET created = created - INTERVAL 91 DAY")
    await run(shop, "DROP TABLE oc_supportbridge_answer")
    assert await ShopInbox(shop).forget(90) == 0
    assert len(await ShopInbox(shop).read(Cursor())) == 1


async def test_a_look_at_an_inbox_in_which_nothing_is_new_asks_one_question(
    shop: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where customers have left rows, which is what a shop looks like nearly always."""
    asked: list[str] = []
    usual = ShopDatabase.rows

    async def counted(database: ShopDatabase, statement: Statement, **values: object) -> Sequence[Row]:
        asked.append(statement.name)
        return await usual(database, statement, **values)

    monkeypatch.setattr(ShopDatabase, "rows", counted)
    inbox = ShopInbox(shop)
    assert list(await inbox.read(Cursor())) == []
    await post(shop, a_post())
    assert [row.id for row in await inbox.read(Cursor())] == [1]
    assert list(await inbox.read(Cursor(1))) == []
    assert len(asked) == 3


async def test_ids_of_other_stores_are_no_new_beginning(shop: ShopDatabase) -> None:
    posts = [a_post() for _ in range(3)]
    for row in (posts[0], posts[1]._replace(store="other"), posts[2]):
        await post(shop, row)
    inbox = ShopInbox(shop)
    assert [row.id for row in await inbox.read(Cursor())] == [1, 3]
    assert list(await inbox.read(Cursor(3))) == []
    await run(shop, "DELETE FROM oc_supportbridge_inbox WHERE id = 3")
    assert list(await inbox.read(Cursor(2))) == []


async def test_the_table_does_not_date_a_row_anew_when_it_changes(shop: ShopDatabase) -> None:
    await post(shop, a_post())
    await run(shop, "UPDATE oc_supportbridge_inbox SET created = '2026-01-02 03:04:05'")
    await run(shop, "UPDATE oc_supportbridge_inbox SET payload = ''")
    rows = await shop.rows(Statement("test", "SELECT CAST(created AS CHAR) FROM oc_supportbridge_inbox"))
    assert [text for (text,) in rows] == ["2026-01-02 03:04:05"]
