"""`bridge check` on a shop's database: each finding says how it is and what to do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.contracts.shop import Finding, Level
from bridge.testing.clock import FixedClock
from bridge_opencart.adapter import OpenCartAdapter
from bridge_prestashop.adapter import PrestaShopAdapter
from tests.plugins.adapters.conftest import Case


async def finding(case: Case, name: str, **changes: Any) -> Finding:
    [found] = [found for found in await case.connect(**changes).check() if found.name == name]
    return found


async def test_a_prepared_shop_gets_a_line_for_everything_that_was_looked_at(case: Case) -> None:
    adapter = case.connect()
    await adapter.prepare()
    findings = await adapter.check()
    assert [found.name for found in findings] == [
        "connection",
        "tls",
        "layout",
        "statuses",
        "rights",
        "rights beyond need",
        "tables",
        "coin desk",
        "addresses",
        *(["customer service"] if case.tables.service else []),
        *["changes"] * (len(case.tables.watched) + 1),
        "hints",
        "engine",
        "charset",
        "clock",
        "zone",
        "product codes",
    ]
    assert {found.name for found in findings if found.level is not Level.OK} == {"rights beyond need"}


async def test_tables_that_are_not_there_are_wrong_and_the_remedy_makes_them(case: Case) -> None:
    found = await finding(case, "tables")
    assert found.level is Level.WRONG
    assert f"{case.prefix}supportbridge_account" in found.text
    assert found.remedy == "run: bridge store prepare acme"


async def test_tables_of_a_newer_version_are_wrong(case: Case) -> None:
    await case.connect().prepare()
    case.run(f"UPDATE `{case.prefix}supportbridge_meta` SET payload = '9' WHERE name = 'schema'")
    found = await finding(case, "tables")
    assert (found.level, found.text) == (
        Level.WRONG,
        "the supportbridge tables are of version 9, this program writes 1",
    )


async def test_a_product_code_that_no_product_carries_is_a_warning(case: Case) -> None:
    for code in ("essential", 'a & "b" <c>', "Pro"):
        await case.shop.add_product(code)
    well = await finding(case, "product codes", product_codes=frozenset({"essential", 'a & "b" <c>'}))
    assert well.level is Level.OK
    missing = await finding(case, "product codes", product_codes=frozenset({"essential", "base", "pro"}))
    assert missing.level is Level.WARNING
    assert missing.text == "no product of the shop carries 'base', 'pro' (there is 'Pro')"


async def test_a_clock_that_is_apart_is_a_warning(case: Case) -> None:
    made = OpenCartAdapter if case.platform == "opencart" else PrestaShopAdapter
    adapter = made(case.connection(), clock=FixedClock(datetime.now(UTC) - timedelta(minutes=2)))
    [found] = [found for found in await adapter.check() if found.name == "clock"]
    await adapter.close()
    assert found.level is Level.WARNING
    assert found.text in {f"the database server's clock is {seconds} s ahead" for seconds in (119, 120, 121, 122)}
    assert found.remedy == "set both machines' clocks by NTP"


@pytest.mark.parametrize(
    ("zone", "level", "text"),
    [
        ("UTC", Level.OK, "UTC, in the shop too"),
        ("Etc/GMT", Level.OK, "UTC, in the shop too"),
        (
            "Europe/London",
            Level.WARNING,
            "the shop's time zone is UTC, the store's is Europe/London: times of payments are misread",
        ),
    ],
)
async def test_C3_a_zone_that_is_not_the_shops_is_a_warning(case: Case, zone: str, level: Level, text: str) -> None:
    found = await finding(case, "zone", zone=ZoneInfo(zone))
    assert (found.level, found.text) == (level, text)


async def test_C3_a_shop_whose_zone_is_no_zone_or_that_has_none_stops_no_check(case: Case) -> None:
    name, column, of = {
        "opencart": ("config_timezone", "key", "value"),
        "prestashop": ("PS_TIMEZONE", "name", "value"),
    }[case.platform]
    where = f"`{case.prefix}{case.settings}` %s WHERE `{column}` = '{name}'"
    case.run("UPDATE " + where % f"SET `{of}` = '../etc/passwd'")
    assert (await finding(case, "zone")).level is Level.WARNING
    case.run("DELETE FROM " + where % "")
    assert (await finding(case, "zone")).text == "UTC; the shop's own can't be asked for"


async def test_a_wrong_layout_is_one_wrong_line_among_the_others(case: Case) -> None:
    case.run(f"DROP TABLE `{case.prefix}order_history`")
    found = await finding(case, "layout")
    assert found.level is Level.WRONG
    assert f"no table {case.prefix}order_history" in found.text


async def test_statuses_that_cannot_be_known_are_wrong(case: Case) -> None:
    case.run(f"DROP TABLE `{case.prefix}{case.settings}`")
    found = await finding(case, "statuses")
    assert found.level is Level.WRONG
    assert "the shop's settings can't be read, neither by the view" in found.text
    assert found.remedy == (
        "have the database's owner make the settings view that this prints: bridge store prepare acme --print; "
        "or set coins.statuses (granting, revoking, chargeback) in the store's file"
    )


async def test_statuses_are_told_by_number_and_by_name_where_names_may_be_read(case: Case) -> None:
    expected, names = {
        "opencart": ("granting 3, 5; revoking 7", "granting 3 (Shipped), 5 (Complete); revoking 7 (Canceled), "),
        "prestashop": ("granting 2", "granting 2 (Payment accepted)"),
    }[case.platform]
    assert (await finding(case, "statuses")).text.startswith(names)
    [least] = [one for one in await case.connect(case.least()).check() if one.name == "statuses"]
    assert (least.level, least.text.startswith(expected)) == (Level.OK, True)


async def test_a_user_who_may_not_make_tables_is_told_who_does(case: Case) -> None:
    connection = case.least()
    case.run("DROP TABLE `{p}supportbridge_account`")
    [found] = [one for one in await case.connect(connection).check() if one.name == "tables"]
    assert found.remedy == "let the database's owner run what this prints: bridge store prepare acme --print"


async def test_on_the_own_machine_tls_is_not_asked_for(case: Case) -> None:
    found = await finding(case, "tls")
    assert found.text == "not needed on a Unix socket"


async def test_a_wrong_password_is_the_only_finding(case: Case) -> None:
    case.server.create_user("bridge_check", "right", [f"SELECT ON `{case.database}`.*"])
    connection = case.connection()
    access = replace(connection.database, user="bridge_check", password="wrong")
    [found] = await case.connect(replace(connection, database=access)).check()
    assert (found.name, found.level) == ("connection", Level.WRONG)
    assert found.remedy.startswith("put the right password where database.password points")
