"""A vendor's own table of licences in a real database: read with few rights, shown by `bridge check` (rule L8)."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.contracts.shop import Finding, Level, StoreConnection
from bridge.contracts.shop_licences import LicenceShop, RowDigest
from bridge.domain.mapped_licences import LicenceTable, MappedRow, RowField
from bridge.errors import ShopRefused
from tests.plugins.adapters.conftest import USER, Case, MakeCase

F = RowField
TABLE = LicenceTable(
    name="my_licences",
    id_column="id",
    columns={
        F.KEY: "code",
        F.CUSTOMER_ID: "customer",
        F.STATUS: "state",
        F.SUPPORT_UNTIL: "until",
        F.DOMAINS: "places",
    },
    known=frozenset({"seo"}),
    zone=ZoneInfo("UTC"),
    values={F.PRODUCT: "seo"},
    statuses={"1": "active", "0": "suspended"},
)
KEY = "VENDOR-KEY-0001"
ZEROS = "a date of nothing but zeros says neither when nor never (zero_dates says it for all)"


@pytest.fixture
async def vendor(make_case: MakeCase) -> Case:
    """A shop whose vendor keeps licences of his own; platforms do not matter, his table is none of theirs."""
    case = await make_case("opencart-4.1")
    case.run(
        "CREATE TABLE my_licences (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, code VARCHAR(64), customer INT,"
        " state TINYINT, until DATE, places INT, secret VARCHAR(20) DEFAULT 'hidden') DEFAULT CHARSET=utf8mb4"
    )
    return case


def add(case: Case, code: str | None = KEY, until: str = "'2026-12-31'", state: int = 1) -> None:
    case.run(
        f"SET STATEMENT sql_mode='' FOR INSERT INTO my_licences (code, customer, state, until, places)"
        f" VALUES ({'NULL' if code is None else repr(code)}, 77, {state}, {until}, 2)"
    )


def mapped(case: Case, **different: Any) -> StoreConnection:
    return case.connection(licence_table=replace(TABLE, **different))


def reader(case: Case, connection: StoreConnection | None = None) -> LicenceShop:
    shop = case.connect(connection or mapped(case)).licences_shop
    assert shop is not None
    return shop


async def findings(case: Case, connection: StoreConnection | None = None) -> list[Finding]:
    found = await case.connect(connection or mapped(case)).check()
    return [one for one in found if one.name == "licence table"]


async def test_L8_rows_are_read_as_texts_in_pages_with_what_is_the_same_for_all(vendor: Case) -> None:
    for code, until in (("one", "'2026-12-31'"), ("two", "'0000-00-00'"), (None, "NULL")):
        add(vendor, code, until)
    shop = reader(vendor)
    digests = list(await shop.licence_digests(after=0, limit=2))
    assert [one.id for one in digests] == [1, 2]
    assert [one.id for one in await shop.licence_digests(after=2, limit=2)] == [3]
    one, two = await shop.licence_rows([2, 1, 99])
    assert one == MappedRow(
        1,
        digests[0].digest,
        {
            F.PRODUCT: "seo",
            F.KEY: "one",
            F.CUSTOMER_ID: "77",
            F.STATUS: "1",
            F.SUPPORT_UNTIL: "2026-12-31",
            F.DOMAINS: "2",
        },
    )
    assert (two.said[F.SUPPORT_UNTIL], two.digest) == ("0000-00-00", digests[1].digest)
    [three] = await shop.licence_rows([3])
    assert (three.said[F.KEY], three.said[F.SUPPORT_UNTIL]) == ("", "")
    assert [row.id for row in await shop.newest_licences(2)] == [3, 2]


async def test_L8_a_change_of_what_is_mapped_changes_the_digest_and_nothing_else_does(vendor: Case) -> None:
    add(vendor)
    shop = reader(vendor)
    [before] = await shop.licence_digests(after=0, limit=10)
    vendor.run("UPDATE my_licences SET secret = 'other'")
    assert await shop.licence_digests(after=0, limit=10) == [before]
    for change in ("until = NULL", "until = '2027-12-31'", "places = 22", "code = 'VENDOR-KEY-000'"):
        vendor.run(f"UPDATE my_licences SET {change}")
        [after] = await shop.licence_digests(after=0, limit=10)
        assert after != before, change
        before = after


async def test_L8_two_rows_with_one_number_are_told_as_such(vendor: Case) -> None:
    vendor.run("ALTER TABLE my_licences MODIFY id INT NOT NULL, DROP PRIMARY KEY")
    for code in ("one", "two", "two"):
        vendor.run(f"INSERT INTO my_licences (id, code, customer, state) VALUES (5, '{code}', 77, 1)")
    vendor.run("INSERT INTO my_licences (id, code, customer, state) VALUES (6, 'six', 77, 1)")
    shop = reader(vendor)
    digests = await shop.licence_digests(after=0, limit=10)
    assert [one.id for one in digests] == [5, 6]
    five, six = await shop.licence_rows([5, 6])
    assert five.times > 1
    assert (six.times, RowDigest(six.id, six.digest)) == (1, digests[1])
    vendor.run("DELETE FROM my_licences WHERE id = 5 AND code = 'two' LIMIT 1")
    assert (await shop.licence_digests(after=0, limit=1))[0] != digests[0]
    told = await findings(vendor)
    assert [one.level for one in told if "is no key of its table" in one.text] == [Level.WARNING]


async def test_L8_the_printed_rights_let_the_mapped_columns_be_read_and_no_others(vendor: Case) -> None:
    add(vendor)
    connection = replace(vendor.least(), licence_table=TABLE)
    [denied] = await findings(vendor, connection)
    assert denied.level is Level.WRONG
    assert "my_licences" in denied.text
    assert "bridge store prepare acme --print" in denied.remedy
    with pytest.raises(ShopRefused):
        await reader(vendor, connection).licence_digests(after=0, limit=1)
    script = vendor.connect(mapped(vendor)).preparation_sql(f"{USER}@%")
    grants = [line for line in script.splitlines() if line.startswith("GRANT") and "my_licences" in line]
    assert len(grants) == 1
    vendor.run(grants[0])
    [seen] = await findings(vendor, connection)
    assert seen.level is Level.OK
    assert len(await reader(vendor, connection).licence_rows([1])) == 1
    table = replace(TABLE, columns={**TABLE.columns, F.EMAIL: "secret"})
    with pytest.raises(ShopRefused):
        await reader(vendor, replace(connection, licence_table=table)).licence_rows([1])
    beyond = [one for one in await vendor.connect(connection).check() if one.name == "rights beyond need"]
    assert [one.level for one in beyond] == [Level.OK]


async def test_L8_bridge_check_shows_what_the_newest_five_rows_come_to_without_their_keys(vendor: Case) -> None:
    assert [one.text for one in await findings(vendor)] == ["my_licences has no row yet"]
    for number in range(1, 5):
        add(vendor, f"VENDOR-KEY-000{number}", state=number % 2)
    add(vendor, "VENDOR-KEY-0005", "'0000-00-00'")
    add(vendor, "VENDOR-KEY-0006", state=7)
    told = await findings(vendor)
    assert [(one.level, one.text) for one in told] == [
        (Level.WARNING, 'my_licences row 6: status: must be one of "1", "0", not \'7\''),
        (
            Level.WARNING,
            f"my_licences row 5: support_until: {ZEROS}: '0000-00-00'",
        ),
        (Level.OK, "my_licences row 4: key …--0004, seo, customer 77, suspended, support until 2026-12-31, 2 domains"),
        (Level.OK, "my_licences row 3: key …--0003, seo, customer 77, active, support until 2026-12-31, 2 domains"),
        (Level.OK, "my_licences row 2: key …--0002, seo, customer 77, suspended, support until 2026-12-31, 2 domains"),
    ]
    assert all("VENDOR-KEY" not in one.text for one in told)


@pytest.mark.parametrize(
    ("different", "words"),
    [
        ({"name": "no_such_table"}, "no_such_table"),
        ({"columns": {F.KEY: "code", F.CUSTOMER_ID: "buyer"}}, "buyer"),
        ({"id_column": "code"}, "is varchar, not a column of whole numbers"),
    ],
)
async def test_L8_a_mapping_that_does_not_fit_the_table_is_told_with_the_way_out(
    vendor: Case, different: dict[str, Any], words: str
) -> None:
    [told, *_] = await findings(vendor, mapped(vendor, **different))
    assert told.level is Level.WRONG
    assert words in told.text
    assert "licences.table" in told.remedy


async def test_L8_numbers_that_are_none_are_refused_in_words(vendor: Case) -> None:
    add(vendor)
    with pytest.raises(ShopRefused, match="no whole numbers"):
        await reader(vendor, mapped(vendor, id_column="code")).newest_licences(1)


async def test_without_a_mapping_there_is_nothing_to_read(case: Case) -> None:
    assert case.connect().licences_shop is None
    assert await findings(case, case.connection()) == []
