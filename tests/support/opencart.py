"""OpenCart shops of three versions as their own code behaves, row by row.

Seen in their code: text is escaped for HTML on input; nothing runs in a transaction, so a reader can see half an
order; a status change updates the order first, then adds the history row; an edit takes the order's status away,
writes its lines anew under new ids, and then sets the status again, all within a second; a deleted order takes its
lines and history with it; deleting a customer doesn't touch his orders.

| | 4.1 | 4.0 | 3.0 |
|---|---|---|---|
| a status change touches `date_modified` | no | yes | yes |
| the status an edit or a deletion sets first | 16 Voided | 0 | 0 |
| ... and a history row of it | stays | stays | goes at the edit's end: a gap in the ids |
| ... for a checkout that was never confirmed, too | no | yes | yes |
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.support.opencart_rows import (
    LANGUAGE,
    ORDER,
    ORDER_30,
    SETTINGS,
    SETTINGS_30,
    SETTINGS_40,
    STATUSES,
    Product,
    bulk_customer,
    bulk_history,
    bulk_line,
    bulk_order,
    escaped,
    total_of,
)
from tests.support.shop import BulkFrame, BulkRows, OrderColumns, Shop
from tests.support.shop_database import OPENING_DAY, PRICE, Line, Value

BUYER = ("customer_id", "language_id", "firstname", "lastname", "email", "telephone")
"""What an order takes over from its buyer."""


class OpenCartShop(Shop):
    """OpenCart 4.1.0.4."""

    platform = "opencart"
    layout_name = "opencart-4.1.0.4"
    sql_mode = "NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION"
    columns = OrderColumns(
        orders="order",
        order_id="order_id",
        customer_id="customer_id",
        status="order_status_id",
        lines="order_product",
        line_id="order_product_id",
        code="model",
        quantity="quantity",
        history_id="order_history_id",
    )

    unconfirmed_status = 0
    pending_status = 1
    processing_status = 2
    paid_status = 5
    canceled_status = 7
    refunded_status = 11
    chargeback_status = 13
    voided_status = 16

    edit_status = voided_status
    """What an edit or a deletion sets first."""
    status_change_is_dated = False
    """Whether `date_modified` moves with the status."""
    settings = SETTINGS
    order_row = ORDER

    async def install(self) -> None:
        """Create the tables, one language, the order statuses and the settings that the bridge reads."""
        await self.create_tables()
        await self.insert("language", self.known("language", LANGUAGE))
        for status, name in STATUSES.items():
            await self.insert("order_status", {"order_status_id": status, "language_id": 1, "name": name})
        for key, value in {**self.settings, "config_timezone": self.timezone}.items():
            await self.set_setting(key, value, serialized=value.startswith("["))

    async def set_setting(self, key: str, value: str, *, store: int = 0, serialized: bool = False) -> None:
        """Write one row of `setting`, replacing the one that was there."""
        await self.delete("setting", store_id=store, code="config", key=key)
        row: dict[str, Value] = {"store_id": store, "code": "config", "key": key, "value": value}
        await self.insert("setting", row | {"serialized": int(serialized)})

    def stored(self, text: str) -> str:
        return super().stored(escaped(text))

    async def add_store(self, name: str) -> int:
        """A further store; the default store 0 has no row."""
        return await self.insert("store", {"name": self.stored(name), "url": "https://second.example/"})

    async def add_product(self, code: str, name: str = "", *, price: Decimal = PRICE) -> int:
        return await self.insert(
            "product",
            {
                "model": self.stored(code),
                "location": self.stored(name or code),  # the name's own table is not part of the layout
                "quantity": 1000,
                "price": price,
                "status": 1,
                "date_added": OPENING_DAY,
                "date_modified": OPENING_DAY,
            },
        )

    async def add_language(self, code: str) -> int:
        row = {**LANGUAGE, "name": code, "code": code, "locale": code, "image": "", "directory": code}
        return await self.insert("language", self.known("language", row))

    async def add_customer(
        self,
        email: str,
        *,
        firstname: str = "Ada",
        lastname: str = "Byron",
        phone: str = "",
        language: str = "en",
        store: int | None = None,
    ) -> int:
        [(spoken,)] = await self.fetch("SELECT language_id FROM {language} WHERE LEFT(code, 2) = %s", language)
        return await self.insert(
            "customer",
            {
                "customer_group_id": 1,
                "store_id": store or 0,
                "language_id": spoken,
                "firstname": self.stored(firstname),
                "lastname": self.stored(lastname),
                "email": self.stored(email).lower(),
                "telephone": self.stored(phone),
                "password": "$2y$10$notarealhash",
                "custom_field": "",
                "newsletter": 0,
                "ip": "192.0.2.7",
                "status": 1,
                "date_added": OPENING_DAY,
            },
        )

    async def place_order(
        self,
        customer: int | None,
        lines: Sequence[Line],
        *,
        at: datetime,
        guest: str = "",
        store: int | None = None,
        total: Decimal | None = None,
        status: int | None = None,
    ) -> int:
        """Check out; status 0 leaves the checkout unconfirmed (no history row), None means Pending."""
        who = await self._buyer(customer, guest)
        products = [(await self._product(code), quantity) for code, quantity in lines]
        amount = total_of(products) if total is None else total
        order = await self.insert(
            "order",
            {**self.order_row, **who, "store_id": store or 0, "total": amount, "date_added": at, "date_modified": at},
        )
        await self._add_lines(order, products)
        await self._add_totals(order, amount)
        if status != self.unconfirmed_status:
            await self.set_status(order, status or self.pending_status, at)
        return order

    async def set_status(self, order: int, status: int, at: datetime, *, notify: bool = False) -> None:
        """Update the order, then add the history row."""
        change: dict[str, Value] = {"order_status_id": status}
        if self.status_change_is_dated:
            change["date_modified"] = at
        await self.update("order", change, order_id=order)
        history: dict[str, Value] = {
            "order_id": order,
            "order_status_id": status,
            "notify": int(notify),
            "comment": "",
            "date_added": at,
        }
        await self.insert("order_history", history)

    async def edit_order(self, order: int, lines: Sequence[Line], at: datetime, *, status: int | None = None) -> None:
        """Void, write the lines anew, then set the status again (or `status`) within the same second."""
        before = int((await self.row("order", order_id=order))["order_status_id"])
        await self._void(order, at)
        products = [(await self._product(code), quantity) for code, quantity in lines]
        amount = total_of(products)
        await self.update("order", {"total": amount, "date_modified": at}, order_id=order)
        await self.delete("order_product", order_id=order)
        await self._add_lines(order, products)
        await self.delete("order_total", order_id=order)
        await self._add_totals(order, amount)
        if before or status:
            await self.set_status(order, status or before, at)

    async def delete_order(self, order: int) -> None:
        """Void it, then remove order, lines, totals and history: the history ids leave a gap."""
        at = (await self.row("order", order_id=order))["date_modified"]
        await self.set_status(order, self.edit_status, at)
        for table in ("order", "order_product", "order_total", "order_history"):
            await self.delete(table, order_id=order)

    async def delete_customer(self, customer: int) -> None:
        for table in ("customer", "customer_transaction"):
            await self.delete(table, customer_id=customer)

    async def bulk_rows(self, codes: Sequence[str], frame: BulkFrame) -> BulkRows:
        products = [await self._product(code) for code in codes]
        return BulkRows(
            customer=bulk_customer(frame.customer),
            order=bulk_order(self.order_row, frame.customer, self.paid_status, frame.moment_of("seq")),
            line=bulk_line(products),
            history=bulk_history((self.pending_status, self.processing_status, self.paid_status), frame.moment_of),
        )

    async def _void(self, order: int, at: datetime) -> None:
        if (await self.row("order", order_id=order))["order_status_id"]:
            await self.set_status(order, self.edit_status, at, notify=True)

    async def _buyer(self, customer: int | None, guest: str) -> dict[str, Value]:
        if not customer:
            return {"firstname": "Guest", "lastname": "Buyer", "email": self.stored(guest)}
        row = await self.row("customer", customer_id=customer)
        return {name: row[name] for name in BUYER}

    async def _product(self, code: str) -> Product:
        rows = await self.fetch(
            "SELECT product_id, model, location, price FROM {product} WHERE BINARY model = %s LIMIT 1",
            self.stored(code),
        )
        if not rows:
            raise LookupError(f"the shop sells nothing with the code {code}; add_product first")
        return Product(*rows[0])

    async def _add_lines(self, order: int, products: Sequence[tuple[Product, int]]) -> None:
        for product, quantity in products:
            row: dict[str, Value] = {
                "order_id": order,
                "product_id": product.id,
                "master_id": 0,
                "name": product.name,
                "model": product.model,
                "quantity": quantity,
                "price": product.price,
                "total": product.price * quantity,
                "tax": Decimal(0),
                "reward": 0,
            }
            await self.insert("order_product", self.known("order_product", row))

    async def _add_totals(self, order: int, amount: Decimal) -> None:
        for position, (code, title) in enumerate((("sub_total", "Sub-Total"), ("total", "Total"))):
            row: dict[str, Any] = {"order_id": order, "extension": "opencart", "code": code, "title": title}
            row |= {"value": amount, "sort_order": 1 + 8 * position}
            await self.insert("order_total", self.known("order_total", row))


class OpenCart40Shop(OpenCartShop):
    """OpenCart 4.0.2.3."""

    layout_name = "opencart-4.0.2.3"
    edit_status = OpenCartShop.unconfirmed_status
    status_change_is_dated = True
    settings = SETTINGS_40

    async def _void(self, order: int, at: datetime) -> None:
        await self.set_status(order, self.edit_status, at)


class OpenCart30Shop(OpenCart40Shop):
    """OpenCart 3.0.5.1: tables in MyISAM, a connection of 3-byte letters."""

    layout_name = "opencart-3.0.5.1"
    charset = "utf8mb3"
    settings = SETTINGS_30
    order_row = ORDER_30

    async def edit_order(self, order: int, lines: Sequence[Line], at: datetime, *, status: int | None = None) -> None:
        await super().edit_order(order, lines, at, status=status)
        if (await self.row("order", order_id=order))["order_status_id"]:
            await self.delete("order_history", order_id=order, order_status_id=self.edit_status)
