"""The customer service with few rights or none: what `bridge check` says of it, and that orders never need it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import uuid4

import pymysql
import pytest

from bridge.contracts.shop import Finding, Level
from bridge.contracts.shop_threads import MESSAGE_IDS, NativeStatus
from bridge.domain.cursor import Cursor
from bridge.errors import ShopRefused
from bridge.shopkit.adapter import DatabaseAdapter
from bridge.testing.mariadb import PrivateMariaDB
from tests.plugins.adapters.conftest import USER, Case
from tests.support.fixtures import ShopFactory
from tests.support.shops import PrestaShopShop

SERVICE = ("ps_customer_message`", "ps_customer_thread`", "ps_employee`", "ps_contact`")
"""What only the grants of the customer service speak of."""
PRINTED = "give the user exactly the rights that this prints: bridge store prepare acme --print"


@pytest.fixture
async def case(mariadb: PrivateMariaDB, any_shop: ShopFactory) -> AsyncIterator[Case]:
    async with AsyncExitStack() as closing:
        shop = await any_shop("prestashop-8")
        await shop.add_product("base")
        yield Case(shop, mariadb, closing)


@pytest.fixture
def shop(case: Case) -> PrestaShopShop:
    assert isinstance(case.shop, PrestaShopShop)
    return case.shop


async def the_findings(adapter: DatabaseAdapter) -> list[Finding]:
    return [found for found in await adapter.check() if found.name == "customer service"]


async def test_everything_the_customer_service_needs_works_with_exactly_the_printed_rights(
    case: Case, shop: PrestaShopShop
) -> None:
    ada, employee = await shop.add_customer("ada@shop.example"), await shop.add_employee()
    thread = await shop.open_thread(email="ada@shop.example", customer=ada)
    theirs = await shop.write(thread, "x" * 20_000)
    adapter = case.connect(case.least())
    service = adapter.threads_shop
    assert service is not None
    assert [message.id for message in await service.messages(Cursor())] == [theirs]
    assert (await service.threads([thread]))[thread].customer_id == ada
    uuid = str(uuid4())
    number = await service.write_reply(uuid, thread_id=thread, employee_id=employee, text="Restart it")
    assert await service.written([theirs, number]) == {number: uuid}
    assert await service.set_status(thread, NativeStatus.PENDING1, expected=NativeStatus.OPEN)
    assert [one.status for one in await service.thread_statuses(after=0, page=10)] == [NativeStatus.PENDING1]
    assert await service.employees([employee]) == {employee: True}
    assert (await adapter.next_ids())[MESSAGE_IDS] == number + 1
    [finding] = await the_findings(adapter)
    assert finding.level is Level.OK
    assert [one for one in await adapter.check() if one.level is not Level.OK] == []


async def test_no_message_can_be_changed_and_nothing_of_the_staff_be_read(case: Case) -> None:
    case.least()
    user = pymysql.connect(
        unix_socket=str(case.server.socket), user=USER, password="secret", database=case.database, charset="utf8mb4"
    )
    with user, user.cursor() as cursor:
        for statement in (
            "UPDATE ps_customer_message SET message = ''",
            "DELETE FROM ps_customer_message",
            "UPDATE ps_customer_thread SET email = ''",
            "DELETE FROM ps_customer_thread",
            "SELECT passwd FROM ps_employee",
            "SELECT email FROM ps_employee",
            "SELECT email FROM ps_contact",
            "DELETE FROM ps_supportbridge_link",
        ):
            with pytest.raises(pymysql.OperationalError) as refusal:
                cursor.execute(statement)
            assert refusal.value.args[0] in {1142, 1143}, statement


async def test_a_user_without_these_rights_goes_on_with_orders_and_the_check_says_what_is_missing(case: Case) -> None:
    adapter = case.connect(case.least(without=SERVICE))
    await adapter.probe()
    assert MESSAGE_IDS not in await adapter.next_ids()
    assert adapter.threads_shop is not None
    with pytest.raises(ShopRefused, match="a right is missing"):
        await adapter.threads_shop.messages(Cursor())
    others = [found for found in await adapter.check() if found.level is not Level.OK]
    [finding] = await the_findings(adapter)
    assert others == [finding]
    assert (finding.level, finding.remedy) == (Level.WARNING, PRINTED)
    for table in ("ps_customer_message", "ps_customer_thread", "ps_employee", "ps_contact"):
        assert table in finding.text


@pytest.mark.parametrize(
    ("right", "table"), [("INSERT", "customer_message"), ("UPDATE (`status`, `date_upd`)", "customer_thread")]
)
async def test_a_right_to_write_that_is_missing_is_named(case: Case, right: str, table: str) -> None:
    adapter = case.connect(case.least())
    case.run(f"REVOKE {right} ON `{case.database}`.`{{p}}{table}` FROM '{USER}'@'%'")
    [finding] = await the_findings(adapter)
    assert finding.level is Level.WARNING
    assert f"{right.partition(' ')[0]} command denied" in finding.text


async def test_a_right_to_change_more_of_a_thread_is_too_much(case: Case) -> None:
    adapter = case.connect(case.least())
    case.run(f"GRANT UPDATE, DELETE ON `{case.database}`.`{{p}}customer_thread` TO '{USER}'@'%'")
    [finding] = [found for found in await adapter.check() if found.name == "rights beyond need"]
    assert f"DELETE, UPDATE on {case.database}.ps_customer_thread" in finding.text


async def test_tables_without_transactions_are_a_warning(case: Case, shop: PrestaShopShop) -> None:
    adapter = case.connect()
    await adapter.prepare()
    await shop.execute("ALTER TABLE {customer_message} ENGINE=MyISAM")
    [finding] = await the_findings(adapter)
    assert finding.level is Level.WARNING
    assert finding.text.startswith("ps_customer_message is MyISAM, which keeps no transactions")
    await shop.execute(finding.remedy.replace("`ps_customer_message`", "{customer_message}"))
    assert [found.level for found in await the_findings(adapter)] == [Level.OK]


async def test_contacts_that_keep_nothing_are_a_warning(case: Case, shop: PrestaShopShop) -> None:
    adapter = case.connect()
    await adapter.prepare()
    await shop.execute("UPDATE {contact} SET customer_service = 0")
    [finding] = await the_findings(adapter)
    assert finding.level is Level.WARNING
    assert finding.text.startswith("no contact of the shop keeps what its contact form is sent")


async def test_a_shop_prepared_before_there_was_a_link_table_is_read_and_prepared_again(
    case: Case, shop: PrestaShopShop
) -> None:
    adapter = case.connect()
    await adapter.prepare()
    case.run("DROP TABLE {p}supportbridge_link")
    await shop.write(await shop.open_thread(email="ada@shop.example"), "Help")
    assert adapter.threads_shop is not None
    assert [message.text for message in await adapter.threads_shop.messages(Cursor())] == ["Help"]
    [finding] = await the_findings(adapter)
    assert finding.text == "no reply can be written: not there, or not to be read: ps_supportbridge_link"
    assert await adapter.prepare() == ["created the table ps_supportbridge_link"]
    assert [found.level for found in await the_findings(adapter)] == [Level.OK]
