"""What `bridge check` says of the shop's tables and ours: how changes are noticed, engines, charsets, hints, rights."""

from typing import Any

import pytest

from bridge.contracts.shop import AccountRows, Finding, Level
from bridge.contracts.shop_rows import SigningKey, signed_row
from bridge.errors import ShopRefused
from tests.plugins.adapters.conftest import USER, Case, MakeCase

EMOJI = "SUPPORT-🎁"
CHANGES = {
    "opencart": [
        "oc_order_history: new rows by primary key",
        "oc_order: new rows by primary key, changes by window checksums",
        "oc_order_product: window checksums",
        "oc_customer: looked up one by one, for those who have an account",
        "a restored older dump is noticed by AUTO_INCREMENT of oc_order, oc_order_history",
    ],
    "prestashop": [
        "ps_order_history: new rows by primary key",
        "ps_order_slip: new rows by primary key",
        "ps_orders: new rows by primary key, changes by window checksums",
        "ps_order_detail: window checksums",
        "ps_customer: looked up one by one, for those who have an account",
        "a restored older dump is noticed by AUTO_INCREMENT of ps_order_history, ps_order_slip, ps_orders",
    ],
}


async def findings(case: Case, name: str, **changes: Any) -> list[Finding]:
    return [found for found in await case.connect(**changes).check() if found.name == name]


async def only(case: Case, name: str, level: Level, **changes: Any) -> Finding:
    """The one finding of that name and level."""
    [found] = [found for found in await findings(case, name, **changes) if found.level is level]
    return found


# --- changes ---


async def test_for_each_table_is_said_how_its_changes_are_noticed(case: Case) -> None:
    found = await findings(case, "changes")
    assert [one.text for one in found] == CHANGES[case.platform]
    assert {one.level for one in found} == {Level.OK}


async def test_ids_that_are_no_primary_key_are_a_warning(case: Case) -> None:
    key = case.shop.columns.history_id
    case.run(f"ALTER TABLE `{{p}}order_history` MODIFY `{key}` INT NOT NULL, DROP PRIMARY KEY")
    by_id, by_next = [one for one in await findings(case, "changes") if one.level is Level.WARNING]
    assert by_id.text == (
        f"{case.prefix}order_history.{key} is no primary key: each look for new rows walks the whole table, and rows "
        "that have one id twice are missed"
    )
    assert by_id.remedy.startswith("make it the primary key again, with AUTO_INCREMENT")
    assert by_next.text == (
        f"AUTO_INCREMENT of {case.prefix}order_history can't be seen: a restored older dump is noticed late"
    )


async def test_lines_without_an_index_on_their_order_are_a_warning(case: Case) -> None:
    at = case.shop.columns
    for (key,) in case.run(
        "SELECT index_name FROM information_schema.statistics WHERE table_schema = DATABASE()"
        f" AND table_name = '{{p}}{at.lines}' AND column_name = '{at.order_id}' AND index_name <> 'PRIMARY'"
    ):
        case.run(f"DROP INDEX `{key}` ON `{{p}}{at.lines}`")
    found = await only(case, "changes", Level.WARNING)
    name = f"{case.prefix}{at.lines}"
    assert found.text == f"{name}.{at.order_id} has no index: each comparison walks the whole table"
    assert found.remedy == f"add an index: CREATE INDEX ... ON {name} ({at.order_id})"


# --- hints ---


async def test_the_hints_that_wake_the_bridge_are_named(case: Case) -> None:
    await case.connect().prepare()
    customer = await case.shop.add_customer("ada@shop.example")
    assert customer
    found = await only(case, "hints", Level.OK)
    assert found.text.startswith(f"{case.prefix}supportbridge_hint rows (no event counted yet)")
    case.run("INSERT INTO `{p}supportbridge_hint` VALUES ('acme', 'order', 1)")
    found = await only(case, "hints", Level.OK)
    assert found.text.startswith(f"{case.prefix}supportbridge_hint rows, ")


async def test_a_shop_prepared_before_there_were_hints_lacks_nothing_but_time(case: Case) -> None:
    await case.shop.add_product("base")
    connection = case.least()
    case.run("DROP TABLE `{p}supportbridge_hint`")
    adapter = case.connect(connection)
    [found] = [one for one in await adapter.check() if one.level is not Level.OK]
    assert (found.name, found.level) == ("hints", Level.WARNING)
    assert found.text.startswith(
        f"{case.prefix}supportbridge_hint is not there, or not to be read, so the shop can't wake the bridge; "
    )
    assert found.remedy == "let the database's owner run what this prints: bridge store prepare acme --print"
    assert await case.connect().prepare() == [f"created the table {case.prefix}supportbridge_hint"]
    case.run(f"GRANT SELECT ON `{case.database}`.`{{p}}supportbridge_hint` TO '{USER}'@'%'")
    assert [one for one in await adapter.check() if one.level is not Level.OK] == []


# --- engines ---


async def test_tables_turned_myisam_are_a_warning_where_they_are_not_usual(case: Case) -> None:
    case.run("ALTER TABLE `{p}order_history` ENGINE=MyISAM")
    found = await only(case, "engine", Level.WARNING)
    assert found.text == f"{case.prefix}order_history is MyISAM"
    assert found.remedy == "convert the shop's tables to InnoDB"


async def test_myisam_is_how_opencart_3_makes_its_tables_and_what_follows_is_said(make_case: MakeCase) -> None:
    case = await make_case("opencart-3.0")
    found = await only(case, "engine", Level.OK)
    assert found.text.startswith("MyISAM, as OpenCart 3.0 makes its tables: a write waits for our reads")
    case.run("ALTER TABLE `{p}order_history` ENGINE=Aria")
    assert (await only(case, "engine", Level.WARNING)).text == "oc_order_history is Aria"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("ENGINE=MyISAM", "is MyISAM with utf8mb4_bin"),
        ("CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "is InnoDB with utf8mb4_general_ci"),
    ],
)
async def test_our_own_tables_in_another_engine_or_collation_are_wrong_and_the_remedy_mends_them(
    case: Case, change: str, words: str
) -> None:
    await case.connect().prepare()
    case.run(f"ALTER TABLE `{{p}}supportbridge_entry` {change}")
    found = await only(case, "engine", Level.WRONG)
    assert found.text == f"{case.prefix}supportbridge_entry {words}, not InnoDB with utf8mb4_bin"
    case.run(found.remedy)
    assert {one.level for one in await findings(case, "engine")} == {Level.OK}


# --- charsets ---


async def test_another_charset_is_a_warning(case: Case) -> None:
    table, column = case.tables.code_columns[0]
    case.run(f"ALTER TABLE `{{p}}{table}` MODIFY `{column}` VARCHAR(64) CHARACTER SET latin1")
    found = await only(case, "charset", Level.WARNING)
    assert found.text.startswith(f"{case.prefix}{table}.{column} is latin1")


async def test_a_code_that_a_table_of_three_bytes_cannot_hold_is_wrong_with_column_and_code(case: Case) -> None:
    table, column = case.tables.code_columns[0]
    case.run(f"ALTER TABLE `{{p}}{table}` MODIFY `{column}` VARCHAR(64) CHARACTER SET utf8mb3")
    assert {one.level for one in await findings(case, "charset", product_codes=frozenset({"base"}))} == {Level.OK}
    found = await only(case, "charset", Level.WRONG, product_codes=frozenset({"base", EMOJI}))
    assert found.text == (
        f"{case.prefix}{table}.{column} is utf8mb3, which can't hold the product code 'SUPPORT-🎁': no order will "
        "match it"
    )
    assert found.remedy.startswith("choose another code in the shop and in the store's file")


async def test_a_code_with_an_emoji_is_well_where_four_bytes_are_kept(case: Case) -> None:
    await case.shop.add_product(EMOJI)
    found = await findings(case, "product codes", product_codes=frozenset({EMOJI}))
    assert [one.text for one in found] == ["1 codes, each on a product of the shop"]
    assert {one.level for one in await findings(case, "charset", product_codes=frozenset({EMOJI}))} == {Level.OK}


COLLATIONS = ["latin1_swedish_ci", "utf8mb3_bin", "utf8mb4_unicode_ci", "cp1251_general_ci"]


async def test_mixed_collations_are_said_and_stop_no_question(case: Case) -> None:
    """Text is never compared across tables; a code is asked for in whatever charset its column has."""
    codes = frozenset({"base", "кофе", EMOJI})
    await case.shop.add_product("base")
    for number, (table, column) in enumerate(case.tables.code_columns[1:]):
        for collation in COLLATIONS[number:] + COLLATIONS[:number]:
            charset = collation.partition("_")[0]
            case.run(f"ALTER TABLE `{{p}}{table}` MODIFY `{column}` VARCHAR(64) CHARACTER SET {charset}")
            [found] = await findings(case, "product codes", product_codes=codes)
            assert found.text == f"no product of the shop carries '{EMOJI}', 'кофе'"
    case.run("ALTER TABLE `{p}order_history` COLLATE utf8mb4_bin")
    found = next(one for one in await findings(case, "charset") if "mixed" in one.text)
    assert found.level is Level.OK
    assert "utf8mb4_bin" in found.text
    assert found.text.endswith("): nothing is joined on text, so none matters")


# --- rights ---


async def test_a_read_only_account_is_found_by_check_and_by_the_push_and_goes_on_reading(case: Case) -> None:
    await case.shop.add_product("base")
    connection = case.least()
    for table in ("meta", "account", "entry"):
        case.run(f"REVOKE ALL ON `{case.database}`.`{{p}}supportbridge_{table}` FROM '{USER}'@'%'")
        case.run(f"GRANT SELECT ON `{case.database}`.`{{p}}supportbridge_{table}` TO '{USER}'@'%'")
    adapter = case.connect(connection)
    [found] = [one for one in await adapter.check() if one.level is not Level.OK]
    assert (found.name, found.level) == ("rights", Level.WRONG)
    for table in ("meta", "account", "entry"):
        assert f"supportbridge_{table}" in found.text
    assert "INSERT" in found.text
    assert "UPDATE" in found.text
    assert found.remedy.endswith("bridge store prepare acme --print")

    account = signed_row(SigningKey("k1", bytes(32)), "account", {"v": 1}, customer_id=7, epoch=1, number=1)
    with pytest.raises(ShopRefused) as refusal:
        await adapter.push([AccountRows(account, [], 0)])
    assert "a right is missing: INSERT" in str(refusal.value)
    assert f"{case.prefix}supportbridge_account" in str(refusal.value)
    assert refusal.value.hint == "bridge store prepare acme --print shows the rights that are needed"
    assert (await adapter.probe()).layout
    assert await adapter.read_orders([1]) == ([], [])
