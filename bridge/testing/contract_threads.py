"""The contract of a shop's own customer service: what every platform that has one must pass.

A plugin's tests subclass `ThreadsContract` and give what `bridge.testing.contract` asks for, with an `actor` that can
do what `ThreadActor` says.
"""
# ruff: noqa: N802 - a test's name begins with the number of its rule

import random
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import uuid4

import pytest

from bridge.contracts.shop import StoreConnection
from bridge.contracts.shop_threads import (
    MESSAGE_IDS,
    NativeMessage,
    NativeStatus,
    ThreadShop,
    ThreadStatus,
)
from bridge.domain.cursor import Cursor
from bridge.errors import EmployeeGone, ThreadGone
from bridge.testing.contract_base import NOW, ContractBase

AT = NOW.replace(tzinfo=None)
REMEMBER = timedelta(minutes=15)
_BEGINNING = Cursor()


class ThreadActor(Protocol):
    """What the suite asks of a shop's customer service: to do what its own code does. Its clock runs in UTC."""

    async def add_customer(self, email: str) -> int: ...

    async def lose_customer(self, customer: int) -> None:
        """Take away the customer's own row, and leave his threads."""

    async def add_employee(self, *, active: bool = True) -> int: ...

    async def remove_employee(self, employee: int) -> None: ...

    async def open_thread(self, *, email: str, customer: int = 0, order: int | None = None) -> int:
        """A new open thread; `customer` 0 is a visitor's."""

    async def write(
        self,
        thread: int,
        text: str,
        *,
        at: datetime = AT,
        employee: int = 0,
        private: bool = False,
        file_name: str = "",
    ) -> int:
        """Write a message; the customer's opens the thread again."""

    def writing(self, thread: int, text: str) -> AbstractAsyncContextManager[int]:
        """Write a customer's message that has its id at once, and can be seen when the block ends.

        Tables without transactions show it at once.
        """

    async def forward(self, thread: int, *, employee: int, address: str) -> int:
        """What the back office notes when it sends a thread to an address outside."""

    async def change_thread(self, thread: int, status: str) -> None:
        """Change the status and nothing else."""

    async def thread_status(self, thread: int) -> str: ...

    async def delete_thread(self, thread: int) -> None: ...

    async def shown(self, thread: int) -> list[str]:
        """The public messages as the shop's own pages would find them, oldest first."""


class ThreadsContract(ContractBase):
    """What a shop's customer service promises."""

    @asynccontextmanager
    async def service(self, connection: StoreConnection) -> AsyncIterator[ThreadShop]:
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            assert adapter.threads_shop is not None
            yield adapter.threads_shop

    # --- reading ---

    async def test_T11_a_message_comes_with_all_that_the_shop_knows_of_it(
        self, actor: ThreadActor, connection: StoreConnection
    ) -> None:
        ada = await actor.add_customer("ada@shop.example")
        thread = await actor.open_thread(email="ada@shop.example", customer=ada)
        number = await actor.write(thread, "It does not\r\nprint", file_name="4f2a.png")
        async with self.service(connection) as service:
            [read] = await service.messages(Cursor())
            assert type(read.thread_id) is type(read.employee_id) is int
            assert [read] == [
                NativeMessage(
                    id=number,
                    thread_id=thread,
                    at=NOW,
                    employee_id=0,
                    text="It does not\nprint",
                    private=False,
                    forwarded=False,
                    file_name="4f2a.png",
                    order_id=None,
                    product_id=None,
                )
            ]
            found = await service.threads([thread, thread + 1])
            assert found.keys() == {thread}
            assert found[thread].customer_id == ada
            assert type(found[thread].customer_id) is int
            assert found[thread].email == "ada@shop.example"
            assert found[thread].language == "en"
            assert found[thread].status is NativeStatus.OPEN

    async def test_a_shop_where_nobody_wrote_has_nothing_to_read(self, connection: StoreConnection) -> None:
        async with self.service(connection) as service:
            assert not await service.messages(Cursor())
            assert not await service.threads([])
            assert not await service.thread_statuses(after=0, page=10)
            assert not await service.written([])
            assert not await service.employees([])

    async def test_T11_visitors_and_customers_who_are_gone_are_nobody(
        self, actor: ThreadActor, connection: StoreConnection
    ) -> None:
        eve = await actor.add_customer("eve@shop.example")
        visitors = await actor.open_thread(email="guest@shop.example")
        left = await actor.open_thread(email="eve@shop.example", customer=eve)
        await actor.lose_customer(eve)
        async with self.service(connection) as service:
            found = await service.threads([visitors, left])
        assert [found[thread].customer_id for thread in (visitors, left)] == [0, 0]

    async def test_notes_answers_and_forwardings_are_told_apart(
        self, actor: ThreadActor, connection: StoreConnection
    ) -> None:
        employee = await actor.add_employee()
        thread = await actor.open_thread(email="ada@shop.example")
        await actor.write(thread, "Help")
        await actor.write(thread, "He means the printer", employee=employee, private=True)
        await actor.write(thread, "Please restart it", employee=employee)
        await actor.forward(thread, employee=employee, address="maker@printers.example")
        async with self.service(connection) as service:
            read = await service.messages(Cursor())
        assert [(one.employee_id, one.private, one.forwarded) for one in read] == [
            (0, False, False),
            (employee, True, False),
            (employee, False, False),
            (employee, False, True),
        ]

    async def test_pages_leave_nothing_out_and_bring_nothing_twice(
        self, actor: ThreadActor, connection: StoreConnection
    ) -> None:
        thread = await actor.open_thread(email="ada@shop.example")
        ids = [await actor.write(thread, f"message {number}") for number in range(12)]
        async with self.connected(connection, page_orders=5) as adapter:
            await adapter.prepare()
            assert adapter.threads_shop is not None
            read, _ = await self._read_all(adapter.threads_shop)
        assert [one.id for one in read] == ids
        assert [one.text for one in read] == [f"message {number}" for number in range(12)]

    async def test_messages_that_are_seen_late_come_once_and_equal_ones_are_two(
        self, actor: ThreadActor, connection: StoreConnection
    ) -> None:
        dice = random.Random(12)  # noqa: S311 - the same unrest each time
        thread = await actor.open_thread(email="ada@shop.example")
        written: list[int] = []
        read: list[NativeMessage] = []
        cursor = Cursor()
        async with self.service(connection) as service, AsyncExitStack() as last:
            for _ in range(6):
                async with AsyncExitStack() as closing:
                    for _ in range(5):
                        stack = dice.choice((closing, closing, last))
                        written.append(await stack.enter_async_context(actor.writing(thread, "Any news?")))
                    more, cursor = await self._read_all(service, cursor)
                    read += more
                more, cursor = await self._read_all(service, cursor)
                read += more
            await last.aclose()
            more, cursor = await self._read_all(service, cursor)
        read += more
        assert sorted(one.id for one in read) == sorted(written)
        assert {one.text for one in read} == {"Any news?"}

    async def test_a_message_whose_thread_is_gone_only_lets_the_cursor_pass(
        self, actor: ThreadActor, connection: StoreConnection
    ) -> None:
        kept, deleted = [await actor.open_thread(email=f"{name}@shop.example") for name in ("ada", "eve")]
        await actor.write(deleted, "secret")
        after = await actor.write(kept, "still here")
        await actor.delete_thread(deleted)
        async with self.service(connection) as service:
            read = await service.messages(Cursor())
            statuses = await service.thread_statuses(after=0, page=10)
        assert [one.text for one in read if one.thread_id] == ["still here"]
        assert read[-1].id == after
        assert list(statuses) == [ThreadStatus(kept, NativeStatus.OPEN)]

    async def test_the_next_message_id_tells_of_a_restored_dump(
        self, actor: ThreadActor, connection: StoreConnection
    ) -> None:
        thread = await actor.open_thread(email="ada@shop.example")
        number = await actor.write(thread, "Help")
        async with self.connected(connection) as adapter:
            assert (await adapter.next_ids())[MESSAGE_IDS] == number + 1
            assert MESSAGE_IDS in adapter.tables()

    async def test_T10_statuses_are_read_in_windows_whatever_changed_them(
        self, actor: ThreadActor, connection: StoreConnection
    ) -> None:
        threads = [await actor.open_thread(email=f"{number}@shop.example") for number in range(4)]
        for thread, status in zip(threads, ("closed", "pending1", "pending2", "open"), strict=True):
            await actor.change_thread(thread, status)
        async with self.service(connection) as service:
            first = await service.thread_statuses(after=0, page=3)
            rest = await service.thread_statuses(after=first[-1].id, page=3)
            assert not await service.thread_statuses(after=rest[-1].id, page=3)
        assert [*first, *rest] == [
            ThreadStatus(thread, NativeStatus(status))
            for thread, status in zip(threads, ("closed", "pending1", "pending2", "open"), strict=True)
        ]

    # --- writing ---

    async def test_T1_a_reply_stands_in_the_thread_once_and_is_known_again(
        self, actor: ThreadActor, connection: StoreConnection
    ) -> None:
        employee = await actor.add_employee()
        thread = await actor.open_thread(email="ada@shop.example")
        theirs = await actor.write(thread, "Help")
        uuid = str(uuid4())
        async with self.service(connection) as service:
            number = await service.write_reply(uuid, thread_id=thread, employee_id=employee, text="Restart it")
            again = await service.write_reply(uuid, thread_id=thread, employee_id=employee, text="Restart it")
            same_words = await service.write_reply(
                str(uuid4()), thread_id=thread, employee_id=employee, text="Restart it"
            )
            assert again == number
            assert number < same_words
            assert (await service.written([theirs, number, number + 1000])) == {number: uuid}
            read = {one.id: one for one in await service.messages(Cursor())}
        assert await actor.shown(thread) == ["Help", "Restart it", "Restart it"]
        assert (read[number].employee_id, read[number].private, read[number].text) == (employee, False, "Restart it")

    async def test_a_reply_carries_no_markup(self, actor: ThreadActor, connection: StoreConnection) -> None:
        employee = await actor.add_employee()
        thread = await actor.open_thread(email="ada@shop.example")
        async with self.service(connection) as service:
            await service.write_reply(
                str(uuid4()), thread_id=thread, employee_id=employee, text="Set <b>x</b> > 3\nand \u202eagain"
            )
        [text] = await actor.shown(thread)
        assert "<" not in text
        assert ">" not in text

    async def test_nothing_is_written_into_a_thread_that_is_gone(
        self, actor: ThreadActor, connection: StoreConnection
    ) -> None:
        employee = await actor.add_employee()
        thread = await actor.open_thread(email="ada@shop.example")
        await actor.delete_thread(thread)
        uuid = str(uuid4())
        async with self.service(connection) as service:
            with pytest.raises(ThreadGone):
                await service.write_reply(uuid, thread_id=thread, employee_id=employee, text="Restart it")
            assert not await service.set_status(thread, NativeStatus.CLOSED, expected=NativeStatus.OPEN)
        assert await actor.shown(thread) == []

    async def test_nobody_writes_in_the_name_of_an_employee_who_is_gone_or_not_active(
        self, actor: ThreadActor, connection: StoreConnection
    ) -> None:
        idle, gone = await actor.add_employee(active=False), await actor.add_employee()
        await actor.remove_employee(gone)
        thread = await actor.open_thread(email="ada@shop.example")
        async with self.service(connection) as service:
            assert await service.employees([idle, gone]) == {idle: False}
            for employee in (idle, gone):
                with pytest.raises(EmployeeGone):
                    await service.write_reply(str(uuid4()), thread_id=thread, employee_id=employee, text="Hello")
        assert await actor.shown(thread) == []

    async def test_T10_a_status_is_changed_only_from_what_was_expected(
        self, actor: ThreadActor, connection: StoreConnection
    ) -> None:
        thread = await actor.open_thread(email="ada@shop.example")
        async with self.service(connection) as service:
            assert await service.set_status(thread, NativeStatus.PENDING1, expected=NativeStatus.OPEN)
            assert await service.set_status(thread, NativeStatus.PENDING1, expected=NativeStatus.OPEN)
            await actor.change_thread(thread, "closed")
            assert not await service.set_status(thread, NativeStatus.OPEN, expected=NativeStatus.PENDING1)
        assert await actor.thread_status(thread) == "closed"

    async def test_T1_both_directions_at_once_lose_and_double_nothing(
        self, actor: ThreadActor, connection: StoreConnection
    ) -> None:
        employee = await actor.add_employee()
        threads = [await actor.open_thread(email=f"{number}@shop.example") for number in range(3)]
        ours: dict[int, str] = {}
        theirs: list[int] = []
        async with self.service(connection) as service:
            for number in range(30):
                thread = threads[number % 3]
                theirs.append(await actor.write(thread, f"question {number}"))
                uuid = str(uuid4())
                for _ in range(1 + number % 2):
                    written = await service.write_reply(
                        uuid, thread_id=thread, employee_id=employee, text=f"answer {number}"
                    )
                    ours[written] = uuid
            read, _ = await self._read_all(service)
            known = await service.written([one.id for one in read])
        assert known == ours
        assert [one.id for one in read if one.id not in known] == theirs
        assert await actor.shown(threads[0]) == [
            text for number in range(0, 30, 3) for text in (f"question {number}", f"answer {number}")
        ]

    @staticmethod
    async def _read_all(service: ThreadShop, cursor: Cursor = _BEGINNING) -> tuple[list[NativeMessage], Cursor]:
        read: list[NativeMessage] = []
        while page := await service.messages(cursor):
            read += page
            cursor = cursor.advance([one.id for one in page], at=NOW.astimezone(UTC), remember=REMEMBER)
        return read, cursor
