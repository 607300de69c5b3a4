"""Least privilege for real: a user with exactly the printed rights can do all that is needed, and nothing else."""

from dataclasses import replace
from datetime import datetime

import pymysql
import pytest

from bridge.contracts.shop import AccountRows, Level
from bridge.contracts.shop_rows import SigningKey, signed_row
from bridge.domain.cursor import Cursor
from bridge.errors import ShopRefused
from tests.plugins.adapters.conftest import USER, Case

PAID_AT = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone
KEY = SigningKey("k1", bytes(32))


async def test_everything_the_bridge_does_works_with_exactly_the_printed_rights(case: Case) -> None:
    await case.shop.add_product("base")
    customer = await case.shop.add_customer("ada@shop.example")
    order = await case.shop.place_paid_order(customer, [("base", 2)], at=PAID_AT)
    adapter = case.connect(case.least())
    facts = await adapter.probe()
    assert case.shop.paid_status in facts.statuses.granting
    assert facts.zone == "UTC"
    newest = await adapter.newest()
    touched = await adapter.touched({name: Cursor() for name in newest})
    assert touched["order"]
    assert touched["history"]
    [read], unreadable = await adapter.read_orders([order])
    assert not unreadable
    assert read.granting_at == PAID_AT
    assert [page.last_id async for page in adapter.all_orders(after=0, page=10)] == [order]
    account = signed_row(KEY, "account", {"v": 1}, customer_id=customer, epoch=2, number=1)
    entry = signed_row(KEY, "entry", {"v": 1}, customer_id=customer, epoch=2, number=1)
    old = signed_row(KEY, "entry", {"v": 1}, customer_id=customer, epoch=1, number=2)
    await adapter.push([AccountRows(account, [old], 1)])
    await adapter.push([AccountRows(account, [entry], 0)])
    assert await adapter.pushed([customer]) == ([account], [entry])
    await adapter.claim(signed_row(KEY, "meta", {"desk": "d", "epoch": 1}, customer_id=0, epoch=1, number=0), [KEY])
    assert "were there already" in (await adapter.prepare())[0]


async def test_the_printed_rights_are_found_neither_too_few_nor_too_many_and_can_be_given_again(case: Case) -> None:
    await case.shop.add_product("base")
    case.least()
    findings = await case.connect(case.least()).check()
    assert [finding for finding in findings if finding.level is not Level.OK] == []
    assert {"rights", "rights beyond need"} <= {finding.name for finding in findings}


DENIED = [
    "UPDATE `{p}{orders}` SET {total} = 0",
    "INSERT INTO `{p}{history}` () VALUES ()",
    "DELETE FROM `{p}{orders}`",
    "SELECT {password} FROM `{p}customer`",
    "SELECT {private} FROM `{p}customer`",
    "SELECT `value` FROM `{p}{settings}`",
    "DROP TABLE `{p}supportbridge_account`",
    "DELETE FROM `{p}supportbridge_account`",
    "INSERT INTO `{p}supportbridge_inbox` (uuid) VALUES ('x')",
    "UPDATE `{p}supportbridge_inbox` SET payload = ''",
    "CREATE TABLE `{p}supportbridge_new` (a INT)",
    "UPDATE `{p}supportbridge_settings` SET `value` = '[]'",
]


async def test_what_is_not_needed_is_denied(case: Case) -> None:
    case.least()
    names = {
        "p": case.prefix,
        "orders": case.orders,
        "total": "total" if case.platform == "opencart" else "total_paid",
        "history": "order_history",
        "password": "password" if case.platform == "opencart" else "passwd",
        "private": "ip" if case.platform == "opencart" else "birthday",
        "settings": case.settings,
    }
    user = pymysql.connect(
        unix_socket=str(case.server.socket), user=USER, password="secret", database=case.database, charset="utf8mb4"
    )
    with user, user.cursor() as cursor:
        for statement in DENIED:
            with pytest.raises(pymysql.OperationalError) as refusal:
                cursor.execute(statement.format_map(names))
            assert refusal.value.args[0] in {1142, 1143}, statement


async def test_a_missing_right_is_named_with_its_table_and_the_way_out(case: Case) -> None:
    connection = case.least()
    case.run(f"REVOKE ALL PRIVILEGES ON `{case.database}`.`{case.prefix}order_history` FROM '{USER}'@'%'")
    adapter = case.connect(connection)
    with pytest.raises(ShopRefused) as refusal:
        await adapter.probe()
    assert "a right is missing" in str(refusal.value)
    assert f"denied to user '{USER}'" in str(refusal.value)
    assert f"{case.prefix}order_history" in str(refusal.value)
    assert refusal.value.hint == "bridge store prepare acme --print shows the rights that are needed"
    [finding] = [finding for finding in await adapter.check() if finding.name == "rights"]
    assert finding.level is Level.WRONG
    assert f"{case.prefix}order_history" in finding.text


async def test_a_missing_right_on_our_own_table_is_found(case: Case) -> None:
    connection = case.least()
    case.run(f"REVOKE UPDATE ON `{case.database}`.`{case.prefix}supportbridge_account` FROM '{USER}'@'%'")
    [finding] = [finding for finding in await case.connect(connection).check() if finding.name == "rights"]
    assert finding.level is Level.WRONG
    assert "UPDATE command denied" in finding.text


BEYOND_NEED = [
    ("ALL PRIVILEGES ON `{db}`.*", "ALL PRIVILEGES on {db}.*"),
    ("SELECT ON `{db}`.*", "SELECT on {db}.* with its secrets"),
    ("SELECT ON `{db}`.`{p}customer`", "SELECT on {db}.{p}customer with its secrets"),
    ("UPDATE ON `{db}`.`{p}order_history`", "UPDATE on {db}.{p}order_history"),
    ("PROCESS ON *.*", "PROCESS on every database"),
    ("SELECT ON `mysql`.`user`", "SELECT on mysql.user, another database"),
]


async def test_each_right_beyond_need_is_a_warning_with_the_way_out(case: Case) -> None:
    adapter = case.connect(case.least())
    for grant, words in BEYOND_NEED:
        text = grant.format(db=case.database, p=case.prefix)
        case.server.run(f"GRANT {text} TO '{USER}'@'%'")
        [finding] = [found for found in await adapter.check() if found.name == "rights beyond need"]
        assert finding.level is Level.WARNING
        assert words.format(db=case.database, p=case.prefix) in finding.text
        assert finding.remedy == "give the user exactly the rights that this prints: bridge store prepare acme --print"
        case.server.run(f"REVOKE {text} FROM '{USER}'@'%'")


async def test_preparing_without_the_right_says_how_to_do_it_by_hand(case: Case) -> None:
    connection = case.least()
    case.run(f"DROP TABLE `{case.prefix}supportbridge_entry`")
    with pytest.raises(ShopRefused) as refusal:
        await case.connect(connection).prepare()
    assert refusal.value.hint == "run what this prints as the database's owner: bridge store prepare acme --print"


async def test_settings_come_through_the_view_where_it_is_and_else_from_the_table(case: Case) -> None:
    connection = case.least()
    case.run(f"DROP VIEW `{case.prefix}supportbridge_settings`")
    adapter = case.connect(connection)
    with pytest.raises(ShopRefused) as refusal:
        await adapter.probe()
    view, table = f"{case.prefix}supportbridge_settings", f"{case.prefix}{case.settings}"
    assert str(refusal.value).startswith(f"acme: the shop's settings can't be read, neither by the view {view}, which ")
    assert table in str(refusal.value)
    assert refusal.value.hint.startswith("have the database's owner make the settings view that this prints: bridge")
    case.run(f"GRANT SELECT ON `{case.database}`.`{case.prefix}{case.settings}` TO '{USER}'@'%'")
    assert case.shop.paid_status in (await case.connect(connection).probe()).statuses.granting


async def test_without_any_right_to_settings_the_stores_own_statuses_are_enough(case: Case) -> None:
    connection = case.least()
    case.run(f"DROP VIEW `{case.prefix}supportbridge_settings`")
    own = replace(connection, granting=frozenset({2}), revoking=frozenset({7}), chargeback=frozenset())
    facts = await case.connect(own).probe()
    assert facts.statuses.granting == {2}
    assert facts.zone is None


async def test_a_view_whose_maker_is_gone_says_so(case: Case) -> None:
    connection = case.least()
    case.server.create_user("maker", "secret", [f"ALL PRIVILEGES ON `{case.database}`.*"])
    query = case.tables.settings.replace("{settings}", f"`{case.prefix}{case.settings}`")
    case.run(f"CREATE OR REPLACE DEFINER='maker'@'%' VIEW `{case.prefix}supportbridge_settings` AS {query}")
    case.server.run("DROP USER 'maker'@'%'")
    with pytest.raises(ShopRefused, match=r"the view .*supportbridge_settings can't be used any more"):
        await case.connect(connection).probe()
