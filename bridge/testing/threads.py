"""A shop's own customer service in memory: a `ThreadShop` without a database.

Example::

    shop = FakeShop(threads=True)
    thread = shop.threads_shop.open_thread(email="ada@shop.example", customer=77)
    shop.threads_shop.write(thread, "It does not print", at=NOON)
    shop.fail("write_reply", ShopUnavailable("acme: gone"), times=1)
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime

from bridge.contracts.shop_threads import NativeMessage, NativeStatus, NativeThread, ThreadStatus
from bridge.domain.cursor import Cursor
from bridge.errors import EmployeeGone, ThreadGone


class FakeThreads:
    """Threads and messages of one shop.

    `staff` are the employees, each with whether he is active; `hidden` are the ids of messages that have not been
    committed yet; `links` are the messages that the desk wrote, by the UUID of the reply.
    """

    def __init__(self, store: str, called: Callable[[str], Awaitable[None]], *, page: int = 500) -> None:
        self._store, self._called, self.page = store, called, page
        self.rows: dict[int, NativeMessage] = {}
        self.thread_rows: dict[int, NativeThread] = {}
        self.staff: dict[int, bool] = {}
        self.hidden: set[int] = set()
        self.links: dict[str, int] = {}
        self.next_message = 1
        self.clock: datetime | None = None

    # --- what people do in the shop ---

    def open_thread(
        self,
        *,
        email: str,
        customer: int = 0,
        order: int | None = None,
        product: int | None = None,
        language: str = "en",
        shop_id: int = 1,
    ) -> int:
        """A new open thread; `customer` 0 is a visitor. Returns its id."""
        number = max(self.thread_rows, default=0) + 1
        self.thread_rows[number] = NativeThread(
            number, shop_id, customer, email, language, order, product, NativeStatus.OPEN
        )
        return number

    def write(
        self,
        thread: int,
        text: str,
        *,
        at: datetime | None = None,
        employee: int = 0,
        private: bool = False,
        forwarded: bool = False,
        file_name: str = "",
    ) -> int:
        """Write a message as the shop does: a customer's opens his thread again. Returns its id."""
        number, self.next_message = self.next_message, self.next_message + 1
        order, product = None, None
        if thread in self.thread_rows:
            row = self.thread_rows[thread]
            order, product = row.order_id, row.product_id
            if not employee:
                self.thread_rows[thread] = row._replace(status=NativeStatus.OPEN)
        self.rows[number] = NativeMessage(
            number, thread, at or self.clock, employee, text, private, forwarded, file_name, order, product
        )
        return number

    def change_status(self, thread: int, status: NativeStatus) -> None:
        """What a button of the back office does: nothing but the status changes."""
        self.thread_rows[thread] = self.thread_rows[thread]._replace(status=status)

    def delete_thread(self, thread: int) -> None:
        """Delete a thread with its messages."""
        del self.thread_rows[thread]
        self.rows = {number: row for number, row in self.rows.items() if row.thread_id != thread}

    # --- the adapter ---

    async def messages(self, cursor: Cursor) -> Sequence[NativeMessage]:
        await self._called("messages")
        unseen = cursor.unseen(self.rows.keys() - self.hidden)
        late = [number for number in unseen if number <= cursor.position]
        new = [number for number in unseen if number > cursor.position]
        found = [self.rows[number] for number in (*late, *new[: self.page])]
        return [row if row.thread_id in self.thread_rows else row._replace(thread_id=0, text="") for row in found]

    async def threads(self, thread_ids: Collection[int]) -> Mapping[int, NativeThread]:
        await self._called("threads")
        return {number: self.thread_rows[number] for number in sorted(set(thread_ids) & self.thread_rows.keys())}

    async def thread_statuses(self, *, after: int, page: int) -> Sequence[ThreadStatus]:
        await self._called("thread_statuses")
        numbers = sorted(number for number in self.thread_rows if number > after)[:page]
        return [ThreadStatus(number, self.thread_rows[number].status) for number in numbers]

    async def write_reply(self, uuid: str, *, thread_id: int, employee_id: int, text: str) -> int:
        await self._called("write_reply")
        if uuid in self.links:
            return self.links[uuid]
        if thread_id not in self.thread_rows:
            raise ThreadGone(f"{self._store}: the shop has no thread {thread_id} any more")
        if not self.staff.get(employee_id):
            raise EmployeeGone(f"{self._store}: the shop's employee {employee_id} is not there or not active")
        plain = text.replace("<", "‹").replace(">", "›").strip()
        self.links[uuid] = self.write(thread_id, plain, employee=employee_id)
        return self.links[uuid]

    async def written(self, message_ids: Collection[int]) -> Mapping[int, str]:
        await self._called("written")
        return {number: uuid for uuid, number in self.links.items() if number in set(message_ids)}

    async def set_status(self, thread_id: int, status: NativeStatus, *, expected: NativeStatus) -> bool:
        await self._called("set_status")
        row = self.thread_rows.get(thread_id)
        if row is None or row.status not in {expected, status}:
            return False
        self.change_status(thread_id, status)
        return True

    async def employees(self, employee_ids: Collection[int]) -> Mapping[int, bool]:
        await self._called("employees")
        return {number: self.staff[number] for number in sorted(set(employee_ids) & self.staff.keys())}
