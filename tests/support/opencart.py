"""An OpenCart 4.1 shop as its own code behaves, row by row.

Seen in its code: text is escaped for HTML on input; nothing runs in a transaction, so a reader can see half
an order; a status change updates the order first, then adds the history row, and leaves `date_modified`
alone; an edit voids the order (16), writes its lines anew under new ids, and then sets the status again, all
within a second; a deleted order takes its lines and history with it.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.support.opencart_rows import ORDER, STATUSES, Product, bulk_customer, bulk_line, escaped, total_of
from tests.support.shop_database import (
    OPENING_DAY,
    PRICE,
    BulkOrders,
    Line,
    ShopDatabase,
    Sql,
    Value,
    moment,
    one_of,
)


class OpenCartShop(ShopDatabase):
    """OpenCart 4.1.0.4; the interface is `tests.support.shops.Shop`."""

    layout_name = "opencart-4.1.0.4"
    sql_mode = "NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION"

    unconfirmed_status = 0
    pending_status = 1
    processing_status = 2
    paid_status = 5
    canceled_status = 7
    refunded_status = 11
    chargeback_status = 13
    voided_status = 16

    async def install(self) -> None:
        """Create the tables, one language, the order statuses and the settings that the bridge reads."""
        await self.create_tables()
        await self.insert(
            "language",
            {
                "name": "English",
                "code": "en-gb",
                "locale": "en-gb,en",
                "extension": "",
                "sort_order": 1,
                "status": 1,
            },
        )
        for status, name in STATUSES.items():
            await self.insert("order_status", {"order_status_id": status, "language_id": 1, "name": name})
        await self.set_setting("config_name", "Your Store")
        await self.set_setting("config_timezone", self.timezone)
        await self.set_setting("config_language_catalog", "en-gb")
        await self.set_setting("config_language_admin", "en-gb")
        await self.set_setting("config_currency", "USD")
        await self.set_setting("config_order_status_id", "1")
        await self.set_setting("config_void_status_id", "16")
        await self.set_setting("config_fraud_status_id", "8")
        await self.set_setting("config_processing_status", '["5","1","2","12","3"]', serialized=True)
        await self.set_setting("config_complete_status", '["5","3"]', serialized=True)

    async def set_setting(self, key: str, value: str, *, store: int = 0, serialized: bool = False) -> None:
        """Write one row of `setting`, replacing the one that was there."""
        await self.delete("setting", store_id=store, code="config", key=key)
        row: dict[str, Value] = {"store_id": store, "code": "config", "key": key, "value": value}
        await self.insert("setting", row | {"serialized": int(serialized)})

    async def add_store(self, name: str) -> int:
        """A further store; the default store 0 has no row."""
        return await self.insert("store", {"name": escaped(name), "url": "https://second.example/"})

    async def add_product(self, code: str, name: str = "", *, price: Decimal = PRICE) -> int:
        return await self.insert(
            "product",
            {
                "model": escaped(code),
                "location": escaped(name or code),  # the name's own table is not part of the layout
                "quantity": 1000,
                "price": price,
                "status": 1,
                "date_added": OPENING_DAY,
                "date_modified": OPENING_DAY,
            },
        )

    async def add_customer(
        self, email: str, *, firstname: str = "Ada", lastname: str = "Byron", store: int | None = None
    ) -> int:
        return await self.insert(
            "customer",
            {
                "customer_group_id": 1,
                "store_id": store or 0,
                "language_id": 1,
                "firstname": escaped(firstname),
                "lastname": escaped(lastname),
                "email": escaped(email).lower(),
                "telephone": "",
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
            ORDER | who | {"store_id": store or 0, "total": amount, "date_added": at, "date_modified": at},
        )
        await self._add_lines(order, products)
        await self._add_totals(order, amount)
        if status != self.unconfirmed_status:
            await self.set_status(order, status or self.pending_status, at)
        return order

    async def place_paid_order(
        self,
        customer: int | None,
        lines: Sequence[Line],
        *,
        at: datetime,
        guest: str = "",
        store: int | None = None,
    ) -> int:
        """`place_order`, complete in the same moment."""
        order = await self.place_order(customer, lines, at=at, guest=guest, store=store)
        await self.set_status(order, self.paid_status, at)
        return order

    async def set_status(self, order: int, status: int, at: datetime, *, notify: bool = False) -> None:
        """Update the order, then add the history row; `date_modified` stays as it was (4.1)."""
        await self.update("order", {"order_status_id": status}, order_id=order)
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
        if before:
            await self.set_status(order, self.voided_status, at, notify=True)
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
        await self.set_status(order, self.voided_status, at)
        for table in ("order", "order_product", "order_total", "order_history"):
            await self.delete(table, order_id=order)

    async def delete_customer(self, customer: int) -> None:
        """The customer's orders stay, with an id that leads nowhere."""
        await self.delete("customer", customer_id=customer)

    async def bulk_orders(
        self,
        orders: int,
        codes: Sequence[str],
        *,
        customers: int = 1000,
        first_at: datetime = OPENING_DAY,
        seconds_apart: int = 60,
    ) -> BulkOrders:
        """Write complete orders by the thousand.

        Alternately 2 lines and 1, of `codes` in turn, 3 history rows each.
        """
        products = [await self._product(code) for code in codes]
        first_customer = await self.next_id("customer", "customer_id")
        first_order = await self.next_id("order", "order_id")
        first_history = await self.next_id("order_history", "order_history_id")
        lines = orders // 2 * 3 + orders % 2 * 2
        await self.insert_sequence("customer", customers, bulk_customer(first_customer))
        await self.insert_sequence("order_product", lines, bulk_line(first_order, products))
        buyer = f"({first_customer} + seq MOD {customers})"
        row: dict[str, Value | Sql] = {
            **ORDER,
            "order_id": Sql(f"{first_order} + seq"),
            "customer_id": Sql(buyer),
            "firstname": "Ada",
            "lastname": "Byron",
            "email": Sql(f"CONCAT('buyer', {buyer}, '@shop.example')"),
            "total": PRICE,
            "order_status_id": self.paid_status,
            "date_added": moment(first_at, "seq", seconds_apart),
            "date_modified": moment(first_at, "seq", seconds_apart),
        }
        await self.insert_sequence("order", orders, row)
        await self.insert_sequence(
            "order_history",
            orders * 3,
            {
                "order_history_id": Sql(f"{first_history} + seq"),
                "order_id": Sql(f"{first_order} + seq DIV 3"),
                "order_status_id": one_of("seq", (1, 2, self.paid_status)),
                "notify": 0,
                "comment": "",
                "date_added": moment(first_at, "seq DIV 3", seconds_apart),
            },
        )
        return BulkOrders(first_order, orders, lines, orders * 3, first_customer, customers)

    async def _buyer(self, customer: int | None, guest: str) -> dict[str, Value]:
        if not customer:
            return {"firstname": "Guest", "lastname": "Buyer", "email": escaped(guest)}
        row = await self.row("customer", customer_id=customer)
        return {name: row[name] for name in ("customer_id", "firstname", "lastname", "email", "telephone")}

    async def _product(self, code: str) -> Product:
        rows = await self.fetch(
            "SELECT product_id, model, location, price FROM {product} WHERE BINARY model = %s LIMIT 1",
            escaped(code),
        )
        if not rows:
            raise LookupError(f"the shop sells nothing with the code {code}; add_product first")
        return Product(*rows[0])

    async def _add_lines(self, order: int, products: Sequence[tuple[Product, int]]) -> None:
        for product, quantity in products:
            await self.insert(
                "order_product",
                {
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
                },
            )

    async def _add_totals(self, order: int, amount: Decimal) -> None:
        for position, (code, title) in enumerate((("sub_total", "Sub-Total"), ("total", "Total"))):
            row: dict[str, Any] = {"order_id": order, "extension": "opencart", "code": code, "title": title}
            await self.insert("order_total", row | {"value": amount, "sort_order": 1 + 8 * position})
