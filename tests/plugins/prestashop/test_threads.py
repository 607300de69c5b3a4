"""PrestaShop's customer service with odd rows, broken-off writing, and a long shop's life."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from bridge.contracts.shop_threads import MOST_CHARACTERS, NativeStatus
from bridge.domain.cursor import Cursor
from bridge.errors import ShopError, ThreadGone
from bridge.testing.clock import FixedClock
from bridge.testing.mariadb import PrivateMariaDB
from bridge_prestashop import threads
from bridge_prestashop.adapter import PrestaShopAdapter
from bridge_prestashop.texts import CUT
from bridge_prestashop.threads import PrestaShopThreads
from tests.support.adapters import store_connection
from tests.support.fixtures import ShopFactory
from tests.support.shops import PrestaShopShop
from tests.support.waiting import until

NOON = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)


Connect = Callable[..., PrestaShopAdapter]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Makes adapters, at noon, that close with the test; changes are those of the store's connection."""
    async with AsyncExitStack() as closing:

        def made(shop: PrestaShopShop, **changes: Any) -> PrestaShopAdapter:
            adapter = PrestaShopAdapter(store_connection(shop, "prestashop", **changes), clock=FixedClock(NOON))
            closing.push_async_callback(adapter.close)
            return adapter

        yield made


@pytest.fixture
async def service(prestashop: PrestaShopShop, connect: Connect) -> PrestaShopThreads:
    adapter = connect(prestashop)
    await adapter.prepare()
    return adapter.threads_shop


async def texts(service: PrestaShopThreads) -> list[str]:
    return [message.text for message in await service.messages(Cursor())]


# --- texts ---


async def test_what_9_stores_as_markup_is_read_as_it_was_typed_and_8s_is_left_alone(
    any_shop: ShopFactory, connect: Connect
) -> None:
    typed = "Tom & <b>Jerry</b>: 3 < 4"
    for layout in ("prestashop-8", "prestashop-9"):
        shop = await any_shop(layout, prefix=layout.replace("-", "") + "_")
        assert isinstance(shop, PrestaShopShop)
        adapter = connect(shop)
        await shop.write(await shop.open_thread(email="ada@shop.example"), typed)
        assert await texts(adapter.threads_shop) == [typed]


async def test_a_message_of_16_mb_is_cut_and_does_not_cross_the_wire(
    prestashop: PrestaShopShop, service: PrestaShopThreads
) -> None:
    thread = await prestashop.open_thread(email="ada@shop.example")
    number = await prestashop.write(thread, "x")
    await prestashop.execute(
        "UPDATE {customer_message} SET message = REPEAT('x', 16777215) WHERE id_customer_message = %s", number
    )
    await prestashop.write(thread, "short")
    assert await texts(service) == ["x" * MOST_CHARACTERS + CUT, "short"]


async def test_a_page_of_long_messages_is_a_short_page(
    prestashop: PrestaShopShop, service: PrestaShopThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "MOST_LONG_CHARACTERS", 40_000)
    thread = await prestashop.open_thread(email="ada@shop.example")
    for letter in "abcde":
        await prestashop.write(thread, letter * 20_000)
    cursor, pages = Cursor(), []
    while page := await service.messages(cursor):
        pages.append("".join(message.text[0] for message in page))
        cursor = cursor.advance([message.id for message in page], at=NOON, remember=NOON - NOON)
    assert pages == ["ab", "cd", "e"]


async def test_bytes_that_are_no_utf8_fail_nobody_elses_message(
    prestashop: PrestaShopShop, service: PrestaShopThreads
) -> None:
    thread = await prestashop.open_thread(email="ada@shop.example")
    broken = await prestashop.write(thread, "x")
    await prestashop.write(thread, "sound")
    await prestashop.execute("ALTER TABLE {customer_message} MODIFY message MEDIUMBLOB NOT NULL")
    await prestashop.execute(
        "UPDATE {customer_message} SET message = X'68C3FF690A' WHERE id_customer_message = %s", broken
    )
    found, sound = await texts(service)
    assert found.startswith("h")
    assert sound == "sound"


async def test_a_latin1_shop_is_read_in_its_own_letters(prestashop: PrestaShopShop, service: PrestaShopThreads) -> None:
    thread = await prestashop.open_thread(email="ada@shop.example")
    await prestashop.execute("ALTER TABLE {customer_message} CONVERT TO CHARACTER SET latin1")
    await prestashop.write(thread, "café")
    assert await texts(service) == ["café"]


async def test_an_emoji_is_named_where_the_shop_has_no_place_for_it(any_shop: ShopFactory, connect: Connect) -> None:
    shop = await any_shop("prestashop-1.6")
    assert isinstance(shop, PrestaShopShop)
    adapter = connect(shop)
    await adapter.prepare()
    thread, employee = await shop.open_thread(email="ada@shop.example"), await shop.add_employee()
    uuid = str(uuid4())
    number = await adapter.threads_shop.write_reply(uuid, thread_id=thread, employee_id=employee, text="Done 👋 سلام")
    assert await shop.shown(thread) == ["Done [waving hand sign] سلام"]
    assert await adapter.threads_shop.written([number]) == {number: uuid}


# --- rows ---


async def test_dates_are_the_shops_own_and_a_zero_date_is_none(
    prestashop: PrestaShopShop, service: PrestaShopThreads
) -> None:
    await prestashop.set_configuration("PS_TIMEZONE", "Asia/Tehran")
    thread = await prestashop.open_thread(email="ada@shop.example")
    await prestashop.write(thread, "first", at=datetime(2026, 11, 25, 15, 30))  # noqa: DTZ001 - a shop's wall clock
    await prestashop.write(thread, "second")
    await prestashop.execute("UPDATE {customer_message} SET date_add = 0 WHERE message = 'second'")
    assert [message.at for message in await service.messages(Cursor())] == [NOON, None]


async def test_a_reply_is_dated_by_the_shops_clock_and_names_every_column(
    prestashop: PrestaShopShop, service: PrestaShopThreads
) -> None:
    await prestashop.set_configuration("PS_TIMEZONE", "Asia/Tehran")
    thread, employee = await prestashop.open_thread(email="ada@shop.example"), await prestashop.add_employee()
    number = await service.write_reply(str(uuid4()), thread_id=thread, employee_id=employee, text="Restart it")
    row = await prestashop.row("customer_message", id_customer_message=number)
    local = datetime(2026, 11, 25, 15, 30)  # noqa: DTZ001 - a shop's wall clock has no zone
    assert (row["date_add"], row["date_upd"], row["private"], row["read"]) == (local, local, 0, 0)
    assert await service.set_status(thread, NativeStatus.PENDING1, expected=NativeStatus.OPEN)
    assert (await prestashop.row("customer_thread", id_customer_thread=thread))["date_upd"] == local


async def test_another_shops_threads_are_only_ids(prestashop: PrestaShopShop, connect: Connect) -> None:
    second = await prestashop.add_store("Second")
    employee = await prestashop.add_employee()
    ours = await prestashop.open_thread(email="ada@shop.example", store=second)
    theirs = await prestashop.open_thread(email="ada@shop.example")
    written = [await prestashop.write(thread, "Help") for thread in (ours, theirs)]
    adapter = connect(prestashop, shop_ids=(second,))
    await adapter.prepare()
    service = adapter.threads_shop
    read = await service.messages(Cursor())
    assert [(message.id, message.thread_id, message.text) for message in read] == [
        (written[0], ours, "Help"),
        (written[1], 0, ""),
    ]
    assert (await service.threads([ours, theirs])).keys() == {ours}
    assert [one.id for one in await service.thread_statuses(after=0, page=10)] == [ours]
    with pytest.raises(ThreadGone):
        await service.write_reply(str(uuid4()), thread_id=theirs, employee_id=employee, text="Hello")
    assert not await service.set_status(theirs, NativeStatus.CLOSED, expected=NativeStatus.OPEN)


async def test_orders_and_products_stay_with_their_messages(any_shop: ShopFactory, connect: Connect) -> None:
    shop = await any_shop("prestashop-9")
    assert isinstance(shop, PrestaShopShop)
    adapter = connect(shop)
    thread = await shop.open_thread(email="ada@shop.example", order=7, product=3)
    await shop.write(thread, "about the thread's product")
    other = await shop.write(thread, "about another")
    await shop.update("customer_message", {"id_product": 5}, id_customer_message=other)
    read = await adapter.threads_shop.messages(Cursor())
    assert [(message.order_id, message.product_id) for message in read] == [(7, 3), (7, 5)]


async def test_T11_a_guests_own_row_makes_him_no_customer(
    prestashop: PrestaShopShop, service: PrestaShopThreads
) -> None:
    guest = await prestashop.add_customer("guest@shop.example", is_guest=True)
    marked = await prestashop.add_customer("ada@shop.example")
    await prestashop.mark_customer_deleted(marked)
    found = [await prestashop.open_thread(email="x@shop.example", customer=one) for one in (guest, marked)]
    assert [thread.customer_id for thread in (await service.threads(found)).values()] == [0, 0]
    await prestashop.execute("ALTER TABLE {customer_thread} MODIFY status VARCHAR(16) NOT NULL")
    await prestashop.execute("UPDATE {customer_thread} SET id_customer = NULL, id_order = NULL, status = ''")
    odd = (await service.threads(found[:1]))[found[0]]
    assert (odd.customer_id, odd.order_id, odd.status) == (0, None, NativeStatus.OPEN)


# --- writing that was broken off ---


async def test_T1_a_reply_that_was_cut_off_before_its_end_is_written_once(
    prestashop: PrestaShopShop, service: PrestaShopThreads, mariadb: PrivateMariaDB, database: str
) -> None:
    thread, employee = await prestashop.open_thread(email="ada@shop.example"), await prestashop.add_employee()
    uuid = str(uuid4())
    async with prestashop._cursor() as other:  # a backup of the shop, say
        await other.execute(f"LOCK TABLES `{prestashop.prefix}customer_message` READ")
        writing = asyncio.create_task(
            service.write_reply(uuid, thread_id=thread, employee_id=employee, text="Restart it")
        )
        await until(lambda: a_write_waits(mariadb), "the reply's row waits for the table")
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        await other.execute("UNLOCK TABLES")
    await until(lambda: nobody_writes(mariadb, database), "the server takes the broken-off reply back")
    assert await prestashop.shown(thread) == []
    assert await prestashop.fetch("SELECT COUNT(*) FROM {customer_message}") == [(0,)]
    assert await prestashop.fetch(f"SELECT COUNT(*) FROM `{prestashop.prefix}supportbridge_link`") == [(0,)]
    number = await service.write_reply(uuid, thread_id=thread, employee_id=employee, text="Restart it")
    assert await prestashop.shown(thread) == ["Restart it"]
    assert await service.written([number]) == {number: uuid}


async def test_T1_two_at_once_write_one_reply(prestashop: PrestaShopShop, connect: Connect) -> None:
    thread, employee = await prestashop.open_thread(email="ada@shop.example"), await prestashop.add_employee()
    adapters = [connect(prestashop) for _ in range(2)]
    await adapters[0].prepare()
    uuid = str(uuid4())
    numbers = await asyncio.gather(
        *(
            adapter.threads_shop.write_reply(uuid, thread_id=thread, employee_id=employee, text="Restart it")
            for adapter in adapters
            for _ in range(3)
        )
    )
    assert len(set(numbers)) == 1
    assert await prestashop.shown(thread) == ["Restart it"]


@pytest.mark.parametrize("message_is_there", [True, False], ids=["after the message", "before the message"])
async def test_T1_a_crash_between_the_rows_of_tables_without_transactions_doubles_and_loses_nothing(
    prestashop: PrestaShopShop, service: PrestaShopThreads, *, message_is_there: bool
) -> None:
    await prestashop.execute("ALTER TABLE {customer_message} ENGINE=MyISAM")
    thread, employee = await prestashop.open_thread(email="ada@shop.example"), await prestashop.add_employee()
    earlier = await prestashop.write(thread, "Restart it", employee=employee)
    uuid, reply = str(uuid4()), {"thread_id": thread, "employee_id": employee}
    first = await service.write_reply(uuid, thread_id=thread, employee_id=employee, text="Restart it")
    link = f"`{prestashop.prefix}supportbridge_link`"
    await prestashop.execute(f"UPDATE {link} SET native_id = NULL")
    if not message_is_there:
        await prestashop.delete("customer_message", id_customer_message=first)
    known = await service.written([earlier, first])
    assert known == ({first: uuid} if message_is_there else {}), "known by what was meant, before anybody tries again"
    again = await service.write_reply(uuid, **reply, text="Restart it")
    assert (again == first) is message_is_there
    assert await prestashop.shown(thread) == ["Restart it", "Restart it"]
    assert await service.written([earlier, again]) == {again: uuid}


async def test_a_uuid_is_never_used_for_two_threads(prestashop: PrestaShopShop, service: PrestaShopThreads) -> None:
    one, other = [await prestashop.open_thread(email=f"{name}@shop.example") for name in ("ada", "eve")]
    employee, uuid = await prestashop.add_employee(), str(uuid4())
    await service.write_reply(uuid, thread_id=one, employee_id=employee, text="Restart it")
    await prestashop.execute(f"UPDATE `{prestashop.prefix}supportbridge_link` SET native_id = NULL")
    with pytest.raises(ShopError, match=f"was meant for thread {one}, not {other}"):
        await service.write_reply(uuid, thread_id=other, employee_id=employee, text="Restart it")
    assert await prestashop.shown(other) == []


def a_write_waits(server: PrivateMariaDB) -> bool:
    waiting = (
        "SELECT 1 FROM information_schema.processlist WHERE state LIKE '%metadata lock%' AND info LIKE 'INSERT INTO%'"
    )
    return bool(server.run(waiting))


def nobody_writes(server: PrivateMariaDB, database: str) -> bool:
    """Whether no transaction is open in the shop; other tests' shops on the same server may have some."""
    open_there = (
        "SELECT 1 FROM information_schema.innodb_trx JOIN information_schema.processlist"
        f" ON id = trx_mysql_thread_id WHERE db = '{database}'"
    )
    return not server.run(open_there)
