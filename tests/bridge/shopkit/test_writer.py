"""What the contract suite can't see of writing: odd rows in the shop, races, and tables made by hand."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bridge.contracts.shop import AccountRows
from bridge.contracts.shop_rows import SignedRow, SigningKey, signed_row
from bridge.errors import ForeignDesk, SettingsError, ShopRefused
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.writer import ENTRIES_A_STATEMENT, ShopWriter, table_statements
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.adapters import STORE, database_access

KEY = SigningKey("k1", bytes(32))


@pytest.fixture
async def shop(mariadb: PrivateMariaDB, database: str) -> AsyncIterator[ShopDatabase]:
    opened = ShopDatabase(STORE, database_access(mariadb.parameters(database), prefix="oc_"))
    yield opened
    await opened.close()


@pytest.fixture
async def writer(shop: ShopDatabase) -> ShopWriter:
    made = ShopWriter(shop)
    await made.prepare()
    return made


def account(number: int, *, epoch: int = 1, entries: int = 0, before: int = 0, customer: int = 7) -> AccountRows:
    rows = [
        signed_row(
            KEY, "entry", {"customer": customer, "e": epoch, "number": n}, customer_id=customer, epoch=epoch, number=n
        )
        for n in range(before + 1, before + entries + 1)
    ]
    row = signed_row(KEY, "account", {"n": number}, customer_id=customer, epoch=epoch, number=number)
    return AccountRows(row, rows, before)


def claim(desk: str, epoch: int = 1) -> SignedRow:
    return signed_row(KEY, "meta", {"desk": desk, "epoch": epoch}, customer_id=0, epoch=epoch, number=0)


async def test_the_same_version_is_written_again_so_that_a_new_key_reaches_the_shop(writer: ShopWriter) -> None:
    old = account(3, entries=1)
    await writer.push([old])
    rotated = SigningKey("k2", bytes(range(32)))
    row = signed_row(rotated, "account", {"n": 3}, customer_id=7, epoch=1, number=3)
    entry = signed_row(rotated, "entry", {"e": 1, "n": 1}, customer_id=7, epoch=1, number=1)
    await writer.push([AccountRows(row, [entry], 0)])
    assert await writer.pushed([7]) == ([row], [entry])


async def test_a_late_push_of_the_same_epoch_deletes_no_newer_entry(writer: ShopWriter) -> None:
    newer = account(5, entries=4)
    await writer.push([newer])
    await writer.push([account(3, entries=2)])
    assert await writer.pushed([7]) == ([newer.account], newer.entries)


async def test_accounts_of_many_entries_are_written_and_read_in_parts(writer: ShopWriter) -> None:
    rows = [account(1, entries=ENTRIES_A_STATEMENT + 5, customer=customer) for customer in (7, 8)]
    await writer.push(rows)
    _, entries = await writer.pushed([7, 8])
    assert list(entries) == [entry for row in rows for entry in row.entries]


async def test_pushes_at_the_same_time_end_with_the_newest(writer: ShopWriter) -> None:
    versions = [account(number, entries=number) for number in range(1, 21)]
    await asyncio.gather(*(writer.push([version]) for version in versions))
    accounts, entries = await writer.pushed([7])
    assert list(accounts) == [versions[-1].account]
    assert list(entries) == list(versions[-1].entries)


async def test_another_stores_rows_are_not_ours(writer: ShopWriter, shop: ShopDatabase) -> None:
    await writer.push([account(1, entries=1)])
    neighbour = ShopDatabase("other", shop.access)
    theirs = ShopWriter(neighbour)
    assert await theirs.pushed([7]) == ([], [])
    await theirs.push([account(9, entries=3, epoch=4)])
    await neighbour.close()
    accounts, entries = await writer.pushed([7])
    assert (len(accounts), len(entries)) == (1, 1)


async def test_of_two_desks_that_claim_at_once_only_one_has_the_shop(writer: ShopWriter) -> None:
    results = await asyncio.gather(
        *(writer.claim(claim(desk), [KEY]) for desk in ("one", "two", "three")), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["ForeignDesk", "ForeignDesk", "NoneType"]


async def test_a_foreign_desk_is_named_with_what_differs(writer: ShopWriter) -> None:
    await writer.claim(claim("one", epoch=3), [KEY])
    with pytest.raises(ForeignDesk) as other:
        await writer.claim(claim("two", epoch=9), [KEY])
    with pytest.raises(ForeignDesk) as older:
        await writer.claim(claim("one", epoch=2), [KEY])
    assert str(other.value) == "acme: the shop belongs to the desk one, this is two"
    assert str(older.value) == "acme: the shop has seen epoch 3 of this desk, this one is at 2: it is an older copy"


async def test_writing_without_our_tables_names_the_table(shop: ShopDatabase) -> None:
    with pytest.raises(ShopRefused, match=r"a table is missing: .*oc_supportbridge_entry' doesn't exist"):
        await ShopWriter(shop).push([account(1, entries=1)])


async def test_tables_of_a_newer_version_are_left_alone(
    writer: ShopWriter, mariadb: PrivateMariaDB, database: str
) -> None:
    mariadb.run("UPDATE oc_supportbridge_meta SET payload = '2' WHERE name = 'schema'", database=database)
    with pytest.raises(ShopRefused, match="tables are of version 2, not 1"):
        await writer.prepare()


async def test_one_missing_table_is_made_and_named(writer: ShopWriter, mariadb: PrivateMariaDB, database: str) -> None:
    mariadb.run("DROP TABLE oc_supportbridge_entry", database=database)
    assert await writer.prepare() == ["created the table oc_supportbridge_entry"]


async def test_our_tables_are_innodb_and_byte_exact(writer: ShopWriter, mariadb: PrivateMariaDB, database: str) -> None:
    assert await writer.exists("supportbridge_meta")
    made = mariadb.run(
        "SELECT DISTINCT engine, table_collation FROM information_schema.tables "
        f"WHERE table_schema = '{database}' AND table_name LIKE '%supportbridge%'"
    )
    assert made == [("InnoDB", "utf8mb4_bin")]


def test_an_odd_prefix_never_becomes_a_table() -> None:
    with pytest.raises(SettingsError, match=r"database\.prefix"):
        table_statements("x`; DROP TABLE y; -- ")


async def test_a_forged_row_under_a_number_no_desk_can_keep_is_left_where_it_is(writer: ShopWriter) -> None:
    """The column takes numbers twice as large as the desk's; taking such a row over would fail for ever."""
    for customer in (0, 7, 2**63 - 1, 2**63, 2**64 - 1):
        await writer.push([account(1, customer=customer)])
    assert await writer.left_behind(2) == [7, 2**63 - 1]


async def test_a_forged_claim_signed_with_strange_letters_is_replaced(shop: ShopDatabase, writer: ShopWriter) -> None:
    await writer.claim(claim("someone"), [KEY])
    await shop.write(Statement("forge", "UPDATE oc_supportbridge_meta SET mac = %(mac)s"), mac="é" * 64)
    await writer.claim(claim("ours"), [KEY])
    with pytest.raises(ForeignDesk):
        await writer.claim(claim("another"), [KEY])


# --- rows in the way --------------------------------------------------------------------------------------------


def a_document(number: int, *, epoch: int = 1, key: SigningKey = KEY) -> SignedRow:
    """An account row whose document says its own version, as the desk writes it."""
    document = {"v": 1, "store": STORE, "customer": 7, "epoch": epoch, "number": number}
    return signed_row(key, "account", document, customer_id=7, epoch=epoch, number=number)


async def owned(writer: ShopWriter) -> None:
    await writer.claim(claim("ours"), [KEY])


async def test_C16_rows_of_a_lost_desk_whose_key_is_gone_are_replaced_though_their_epoch_is_higher(
    writer: ShopWriter,
) -> None:
    gone = SigningKey("k0", bytes(range(32)))
    entry = signed_row(gone, "entry", {"n": 1}, customer_id=7, epoch=9, number=1)
    await writer.push([AccountRows(a_document(5, epoch=9, key=gone), [entry], 0)])
    await owned(writer)
    ours = AccountRows(a_document(3), account(3, entries=2).entries, 0)
    await writer.push([ours])
    accounts, entries = await writer.pushed([7])
    assert (list(accounts), list(entries)) == ([ours.account], list(ours.entries))


@pytest.mark.parametrize("version", [(2**64 - 1, 1), (1, 2**64 - 1)], ids=["epoch", "number"])
async def test_C16_a_genuine_row_moved_above_every_version_is_replaced(
    writer: ShopWriter, shop: ShopDatabase, version: tuple[int, int]
) -> None:
    """Who can write to the table could otherwise hide a customer's coins for good."""
    await owned(writer)
    await writer.push([AccountRows(a_document(2), [], 0)])
    forge = Statement("forge", "UPDATE oc_supportbridge_account SET epoch = %(epoch)s, number = %(number)s")
    await shop.write(forge, epoch=version[0], number=version[1])
    await writer.push([AccountRows(a_document(3), [], 0)])
    assert await writer.pushed([7]) == ([a_document(3)], [])


async def test_C16_a_genuine_newer_row_stays_when_an_older_push_comes_late(writer: ShopWriter) -> None:
    await owned(writer)
    newer = AccountRows(a_document(5, epoch=2), account(5, epoch=2, entries=4).entries, 0)
    await writer.push([newer])
    await writer.push([AccountRows(a_document(9), account(9, entries=2).entries, 0)])
    accounts, entries = await writer.pushed([7])
    assert (list(accounts), list(entries)) == ([newer.account], list(newer.entries))


async def test_C16_entries_that_no_desk_wrote_beyond_the_last_are_gone_after_the_account_is_pushed_whole(
    writer: ShopWriter, shop: ShopDatabase
) -> None:
    """They are in our own epoch, so nothing of them is old; with them beside it the account row would not verify."""
    await owned(writer)
    ours, neighbours = AccountRows(a_document(2), account(2, entries=2).entries, 0), account(3, entries=3, customer=8)
    await writer.push([ours, neighbours])
    await shop.write(
        Statement(
            "forge",
            "INSERT INTO oc_supportbridge_entry SELECT store, customer_id, number + 7, epoch, payload, key_id, mac"
            " FROM oc_supportbridge_entry WHERE customer_id = 7",
        )
    )
    await shop.write(
        Statement("forge", "INSERT INTO oc_supportbridge_entry VALUES ('acme', 7, 3, 1, '{}', 'k1', 'none')")
    )
    _, forged = await writer.pushed([7])
    assert [row.number for row in forged] == [1, 2, 3, 8, 9]
    await writer.push([ours, neighbours])
    assert await writer.pushed([7]) == ([ours.account], list(ours.entries))
    assert await writer.pushed([8]) == ([neighbours.account], list(neighbours.entries))


async def test_D3_what_an_earlier_customer_of_a_number_had_goes_when_the_next_one_begins_with_less(
    writer: ShopWriter,
) -> None:
    """All of it is genuine and of our own epoch; beside it the newer account would be found wrong for ever."""
    await owned(writer)
    await writer.push([AccountRows(a_document(5), account(5, entries=4).entries, 0)])
    for number, entries in ((6, 0), (7, 2)):
        newer = AccountRows(a_document(number), account(number, entries=entries).entries, 0)
        await writer.push([newer])
        accounts, left = await writer.pushed([7])
        assert (list(accounts), list(left)) == ([newer.account], list(newer.entries))


async def test_a_late_whole_push_of_the_same_epoch_takes_no_genuine_entry_for_forged(writer: ShopWriter) -> None:
    await owned(writer)
    newer = AccountRows(a_document(5), account(5, entries=4).entries, 0)
    await writer.push([newer])
    await writer.push([AccountRows(a_document(3), account(3, entries=2).entries, 0)])
    assert await writer.pushed([7]) == ([newer.account], list(newer.entries))
