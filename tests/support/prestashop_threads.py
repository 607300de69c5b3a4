"""A PrestaShop shop's customer service as its own code behaves, row by row.

Seen in its code: a thread is found or made before its message, both commit by themselves; a customer's message opens
the thread again; a reply of the back office closes it once its mail is sent; a status button changes nothing but the
status; the back office notes that it sent a thread to an address outside as a public message of the employee's; 9
cleans and escapes what is typed, 8 stores it as it is, thirty bees and 1.6 take tags out.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from html import escape, unescape

from tests.support.shop import Shop
from tests.support.shop_database import OPENING_DAY, Value

AT = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone


class PrestaShopThreads(Shop):
    """The customer service of a pretend shop."""

    escapes_messages = False
    """Whether messages are stored as markup."""

    async def add_employee(self, *, active: bool = True) -> int:
        row: dict[str, Value] = {"firstname": "Anna", "lastname": "Ivanova", "email": "anna@shop.example"}
        return await self.insert("employee", row | {"passwd": "$2y$10$notarealhash", "active": int(active)})

    async def remove_employee(self, employee: int) -> None:
        await self.delete("employee", id_employee=employee)

    async def lose_customer(self, customer: int) -> None:
        """Take away the customer's row and leave everything else, as careless modules do."""
        await self.delete("customer", id_customer=customer)

    async def open_thread(
        self, *, email: str, customer: int = 0, order: int | None = None, product: int = 0, store: int = 1
    ) -> int:
        row: dict[str, Value] = {
            "id_shop": store,
            "id_lang": 1,
            "id_contact": 1,
            "id_customer": customer,
            "id_order": order or 0,
            "id_product": product,
            "status": "open",
            "email": self.stored(email),
            "token": "A1b2C3d4E5f6",
            "date_add": OPENING_DAY,
            "date_upd": OPENING_DAY,
        }
        return await self.insert("customer_thread", row)

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
        if not employee:
            await self.update("customer_thread", {"status": "open", "date_upd": at}, id_customer_thread=thread)
        row = self._message(thread, text, at)
        return await self.insert(
            "customer_message", row | {"id_employee": employee, "private": int(private), "file_name": file_name}
        )

    @asynccontextmanager
    async def writing(self, thread: int, text: str) -> AsyncIterator[int]:
        row = self._unnamed("customer_message") | self._message(thread, text, AT)
        columns, marks = ", ".join(f"`{name}`" for name in row), ", ".join(["%s"] * len(row))
        async with self._cursor() as cursor:
            await cursor.execute(
                f"INSERT INTO `{self.prefix}customer_message` ({columns}) VALUES ({marks})", tuple(row.values())
            )
            yield int(cursor.lastrowid)

    async def forward(self, thread: int, *, employee: int, address: str) -> int:
        return await self.write(thread, f"Message forwarded to {address} \n Comment: please look", employee=employee)

    async def change_thread(self, thread: int, status: str) -> None:
        await self.update("customer_thread", {"status": status}, id_customer_thread=thread)

    async def thread_status(self, thread: int) -> str:
        return str((await self.row("customer_thread", id_customer_thread=thread))["status"])

    async def delete_thread(self, thread: int) -> None:
        """The messages first, as the shop's own class does."""
        for table in ("customer_message", "customer_thread"):
            await self.delete(table, id_customer_thread=thread)

    async def shown(self, thread: int) -> list[str]:
        rows = await self.fetch(
            "SELECT message FROM {customer_message} WHERE id_customer_thread = %s AND private = 0"
            " ORDER BY id_customer_message",
            thread,
        )
        return [unescape(text) if self.escapes_messages else text for (text,) in rows]

    def _message(self, thread: int, text: str, at: datetime) -> dict[str, Value]:
        typed = self.stored(text)
        return {
            "id_customer_thread": thread,
            "id_employee": 0,
            "message": escape(typed, quote=False) if self.escapes_messages else typed,
            "file_name": "",
            "ip_address": "2130706433",
            "user_agent": "Mozilla/5.0",
            "private": 0,
            "read": 0,
            "date_add": at,
            "date_upd": at,
        }
