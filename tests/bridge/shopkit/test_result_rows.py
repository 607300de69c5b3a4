"""Rows taken in bulk: each value as the driver gives it, whatever its length, and nothing but rows taken for rows."""

from asyncio import StreamReader
from collections.abc import AsyncIterator
from types import SimpleNamespace

import aiomysql
import pymysql
import pytest

from bridge.errors import ShopError
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.result_rows import TAKEN_BYTES, Arrived, ResultRows
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.adapters import STORE, database_access

VALUES = (
    "NULL, '', 0, -7, 18446744073709551615, 1.50, -0.001, 1e300, TRUE",
    "DATE '2026-02-28', TIME '-25:06:17', TIMESTAMP '2026-02-28 23:59:59', TIMESTAMP '2026-02-28 23:59:59.5'",
    "CAST('2026-02-28 23:59:59.000007' AS DATETIME(6)), CAST('9999-12-31' AS DATETIME), YEAR('2026-01-01'), b'101'",
    "'plain', 'سلام – привет – 🦆', CAST('سلام' AS BINARY), CAST(x'ff00fe' AS BINARY), JSON_OBJECT('a', 1)",
    "moment, day, kind, bits FROM odd ORDER BY id",
)
LENGTHS = (1, 250, 251, 252, 255, 256, 65_534, 65_535, 65_536, TAKEN_BYTES, 3 * TAKEN_BYTES)


@pytest.fixture
async def shop(mariadb: PrivateMariaDB, database: str) -> AsyncIterator[ShopDatabase]:
    opened = ShopDatabase(STORE, database_access(mariadb.parameters(database), prefix="oc_"))
    yield opened
    await opened.close()


async def test_every_value_is_the_one_that_the_driver_gives(
    shop: ShopDatabase, mariadb: PrivateMariaDB, database: str
) -> None:
    plain = await aiomysql.connect(**mariadb.parameters(database).for_driver())
    async with plain.cursor() as cursor:
        await cursor.execute("SET SESSION sql_mode = 'ALLOW_INVALID_DATES'")
        await cursor.execute(
            "CREATE TABLE odd (id INT AUTO_INCREMENT PRIMARY KEY, moment DATETIME, day DATE, kind ENUM('a', 'b'),"
            " bits BIT(9))"
        )
        await cursor.execute(
            "INSERT INTO odd (moment, day, kind, bits) VALUES (NULL, NULL, NULL, NULL),"
            " ('0000-00-00 00:00:00', '0000-00-00', 'b', 257), ('2026-02-31 10:00:00', '2026-02-31', 'a', 0)"
        )
        for values in VALUES:
            await cursor.execute(f"SELECT {values}")
            expected = await cursor.fetchall()
            found = await shop.rows(Statement("values", f"SELECT {values}"))
            assert [[(type(one), one) for one in row] for row in found] == [
                [(type(one), one) for one in row] for row in expected
            ]
    await plain.ensure_closed()


async def test_values_of_any_length_come_whole(shop: ShopDatabase) -> None:
    columns = ", ".join(f"REPEAT('x', {length})" for length in LENGTHS)
    [row] = await shop.rows(Statement("lengths", f"SELECT {columns}"))
    assert [len(one) for one in row] == list(LENGTHS)
    rows = await shop.rows(Statement("many", "SELECT seq, REPEAT('y', seq MOD 300) FROM seq_1_to_5000"))
    assert [(number, len(text)) for number, text in rows] == [(number, number % 300) for number in range(1, 5_001)]


@pytest.mark.parametrize("length", [16_777_210, 16_777_211, 16_777_212])
async def test_a_row_around_the_longest_packet_comes_whole(shop: ShopDatabase, length: int) -> None:
    rows = await shop.rows(Statement("long", f"SELECT REPEAT('x', {length}) UNION ALL SELECT 'after'"))
    assert [(len(text), text[-5:]) for (text,) in rows] == [(length, "xxxxx"), (5, "after")]


async def test_an_error_after_the_first_rows_is_one_and_the_next_statement_works(shop: ShopDatabase) -> None:
    failing = "SELECT IF(seq < 3, seq, (SELECT 1 UNION SELECT 2)) FROM seq_1_to_5"
    with pytest.raises(ShopError, match="failing"):
        await shop.rows(Statement("failing", failing))
    assert await shop.rows(Statement("next", "SELECT 1")) == ((1,),)


def packet(number: int, content: bytes) -> bytes:
    return len(content).to_bytes(3, "little") + bytes([number]) + content


ROW, END = packet(7, b"\x01a"), b"\xfe\x00\x00\x02\x00"


async def rows_of(*arrived: bytes) -> tuple[tuple[str, ...], ...]:
    """What is made of an answer of one column whose rows begin with packet 7."""
    reader = StreamReader()
    reader.feed_data(b"".join(arrived))
    reader.feed_eof()
    result = ResultRows(SimpleNamespace(arrived=lambda: Arrived(reader, 7), encoding="utf8"))
    result.converters = [("utf8", None)]
    await result._read_rowdata_packet()
    rows: tuple[tuple[str, ...], ...] = result.rows
    return rows


async def test_an_answer_ends_with_its_end() -> None:
    assert await rows_of(ROW, packet(8, b"\x02bc"), packet(9, END)) == (("a",), ("bc",))
    assert await rows_of(packet(7, END)) == ()


@pytest.mark.parametrize(
    ("arrived", "error"),
    [
        ((ROW, packet(8, END), b"\x00"), "goes on after the end"),
        ((ROW, packet(10, END)), "packet 10 of an answer came where 8 was due"),
        ((ROW, packet(8, b"")), "an empty packet"),
        ((packet(7, b"\x01ab"), packet(8, END)), "another length than its values"),
        ((packet(7, b"\x05ab"), packet(8, END)), "another length than its values"),
        ((packet(7, b"\xfc"), packet(8, END)), "another length than its values"),
        ((ROW,), "Lost connection"),
        ((ROW, packet(8, END)[:-1]), "Lost connection"),
        ((ROW, packet(0, b"\xff\x1d\x04#08S01bye")), "Lost connection"),
        ((ROW, packet(8, b"\xff\x48\x04#HY000gone")), "gone"),
    ],
)
async def test_what_is_no_answer_is_an_error(arrived: tuple[bytes, ...], error: str) -> None:
    with pytest.raises(pymysql.MySQLError, match=error):
        await rows_of(*arrived)
