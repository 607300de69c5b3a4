"""The customer service in memory keeps the contract of a real one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.contracts.shop import DatabaseAccess, ShopAdapter, StoreConnection
from bridge.contracts.shop_threads import NativeStatus
from bridge.testing.contract_base import NOW
from bridge.testing.contract_threads import AT, ThreadsContract
from bridge.testing.shop import FakeShop
from bridge.testing.threads import FakeThreads


class FakeActor:
    """What people do in a shop in memory."""

    def __init__(self) -> None:
        self.shop = FakeShop(threads=True)
        assert self.shop.threads_shop is not None
        self.threads: FakeThreads = self.shop.threads_shop
        self.threads.clock = NOW
        self._customers = 0

    async def add_customer(self, email: str) -> int:
        assert email
        self._customers += 1
        return self._customers

    async def lose_customer(self, customer: int) -> None:
        for number, thread in self.threads.thread_rows.items():
            if thread.customer_id == customer:
                self.threads.thread_rows[number] = thread._replace(customer_id=0)

    async def add_employee(self, *, active: bool = True) -> int:
        number = len(self.threads.staff) + 1
        self.threads.staff[number] = active
        return number

    async def remove_employee(self, employee: int) -> None:
        del self.threads.staff[employee]

    async def open_thread(self, *, email: str, customer: int = 0, order: int | None = None) -> int:
        return self.threads.open_thread(email=email, customer=customer, order=order)

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
        utc = at.replace(tzinfo=NOW.tzinfo)
        plain = text.replace("\r\n", "\n")
        return self.threads.write(thread, plain, at=utc, employee=employee, private=private, file_name=file_name)

    @asynccontextmanager
    async def writing(self, thread: int, text: str) -> AsyncIterator[int]:
        number = self.threads.write(thread, text)
        self.threads.hidden.add(number)
        yield number
        self.threads.hidden.discard(number)

    async def forward(self, thread: int, *, employee: int, address: str) -> int:
        return self.threads.write(thread, f"Message forwarded to {address}", employee=employee, forwarded=True)

    async def change_thread(self, thread: int, status: str) -> None:
        self.threads.change_status(thread, NativeStatus(status))

    async def thread_status(self, thread: int) -> str:
        return self.threads.thread_rows[thread].status

    async def delete_thread(self, thread: int) -> None:
        self.threads.delete_thread(thread)

    async def shown(self, thread: int) -> list[str]:
        return [row.text for row in self.threads.rows.values() if row.thread_id == thread and not row.private]


class TestFakeThreads(ThreadsContract):
    @pytest.fixture
    def actor(self) -> FakeActor:
        return FakeActor()

    @pytest.fixture
    def connection(self, actor: FakeActor) -> StoreConnection:
        self.shop = actor.shop
        access = DatabaseAccess(name="shop", user="bridge", prefix="", socket=Path("/nowhere"))
        return StoreConnection(store="acme", platform="fake", zone=ZoneInfo("UTC"), database=access)

    def connect(self, connection: StoreConnection) -> ShopAdapter:
        assert self.shop.threads_shop is not None
        self.shop.threads_shop.page = connection.page_orders
        return self.shop


def test_a_shop_in_memory_has_no_customer_service_unless_it_is_asked_for() -> None:
    assert FakeShop().threads_shop is None
