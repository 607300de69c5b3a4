"""A PrestaShop 8.1 shop as its own code behaves, row by row; the other versions are beside it.

Seen in its code: an order is added without a state, gets its lines, then its state and the history row; dates come
from PHP, so `date_upd` moves with every save; an edit of lines updates or deletes their rows and leaves no history; a
credit slip is written before the line's refunded quantity, and never touches the order's state; a deleted customer is
a missing row or, if he may not register again, one marked deleted.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.support.prestashop_rows import (
    CONFIGURATION,
    LANGUAGE,
    ORDER,
    STATES,
    Product,
    State,
    bulk_customer,
    bulk_history,
    bulk_line,
    bulk_order,
    line_amounts,
    order_amounts,
    reference,
    total_of,
)
from tests.support.prestashop_threads import PrestaShopThreads
from tests.support.shop import BulkFrame, BulkRows, OrderColumns
from tests.support.shop_database import OPENING_DAY, PRICE, Line, Sql, Value


class PrestaShopShop(PrestaShopThreads):
    """PrestaShop 8.1.2."""

    platform = "prestashop"
    layout_name = "prestashop-8.1.2"
    sql_mode = ""
    columns = OrderColumns(
        orders="orders",
        order_id="id_order",
        customer_id="id_customer",
        status="current_state",
        lines="order_detail",
        line_id="id_order_detail",
        code="product_reference",
        quantity="product_quantity",
        history_id="id_order_history",
    )

    pending_status = 10
    paid_status = 2
    delivered_status = 5
    canceled_status = 6
    refunded_status = 7
    payment_error_status = 8
    backorder_paid_status = 9

    states: Mapping[int, State] = STATES
    configuration: Mapping[str, str] = CONFIGURATION
    order_row = ORDER
    slip_comes_first = True
    """Whether a credit slip is written before the line's refunded quantity, or after it."""

    async def install(self) -> None:
        """Create the tables, one shop and language, the order states and the configuration a bridge reads."""
        await self.create_tables()
        await self.insert("lang", self.known("lang", LANGUAGE))
        group: dict[str, Value] = {"id_shop_group": 1, "name": "Default", "color": "", "active": 1}
        await self.insert("shop_group", self.known("shop_group", group))
        await self.add_store("Your Store")
        for number, state in self.states.items():
            await self._add_state(number, state)
        for name, value in {**self.configuration, "PS_TIMEZONE": self.timezone}.items():
            await self.set_configuration(name, value)
        await self.insert("contact", {"id_contact": 1, "email": "staff@shop.example", "customer_service": 1})
        await self.insert("contact_lang", {"id_contact": 1, "id_lang": 1, "name": "Customer service"})

    async def set_configuration(self, name: str, value: str, *, store: int | None = None) -> None:
        """Write one row of `configuration`, for all shops or for one, replacing the one that was there."""
        await self.execute("DELETE FROM {configuration} WHERE name = %s AND id_shop <=> %s", name, store)
        group = None if store is None else 1
        row: dict[str, Value] = {"id_shop_group": group, "id_shop": store, "name": name, "value": value}
        await self.insert("configuration", row | {"date_add": OPENING_DAY, "date_upd": OPENING_DAY})

    async def add_language(self, code: str) -> int:
        row = {**LANGUAGE, "name": code, "iso_code": code[:2], "language_code": code, "locale": code}
        return await self.insert("lang", self.known("lang", {k: v for k, v in row.items() if k != "id_lang"}))

    async def add_store(self, name: str) -> int:
        row: dict[str, Value] = {"id_shop_group": 1, "name": self.stored(name), "id_category": 2, "active": 1}
        theme: dict[str, Value] = {"color": "", "theme_name": "classic", "id_theme": 1}
        return await self.insert("shop", row | self.known("shop", theme))

    async def add_product(self, code: str, name: str = "", *, price: Decimal = PRICE) -> int:
        row: dict[str, Value] = {
            "reference": self.stored(code),
            "location": self.stored(name),  # the name's own table is not part of the layout
            "price": price,
            "active": 1,
            "product_type": "virtual",
            "is_virtual": 1,
            "date_add": OPENING_DAY,
            "date_upd": OPENING_DAY,
        }
        return await self.insert("product", self.known("product", row))

    async def add_combination(self, product: int, code: str) -> int:
        """A combination of the product with a reference of its own, to be ordered by that code."""
        return await self.insert("product_attribute", {"id_product": product, "reference": self.stored(code)})

    async def add_customer(
        self,
        email: str,
        *,
        firstname: str = "Ada",
        lastname: str = "Byron",
        phone: str = "",
        language: str = "en",
        store: int | None = None,
        is_guest: bool = False,
    ) -> int:
        [(spoken,)] = await self.fetch("SELECT id_lang FROM {lang} WHERE iso_code = %s", language)
        number = await self.next_id("customer")
        customer = await self.insert(
            "customer",
            {
                "id_shop": store or 1,
                "id_lang": spoken,
                "firstname": self.stored(firstname),
                "lastname": self.stored(lastname),
                "email": self.stored(email),
                "passwd": "$2y$10$notarealhash",
                "secure_key": f"{number:032x}",
                "active": 1,
                "is_guest": int(is_guest),
                "date_add": OPENING_DAY,
                "date_upd": OPENING_DAY,
            },
        )
        if phone:
            await self.add_address(customer, phone=phone)
        return customer

    async def add_address(self, customer: int, *, phone: str = "", mobile: str = "") -> int:
        """An address of the customer's; PrestaShop keeps telephone numbers with these."""
        row = await self.row("customer", id_customer=customer)
        address: dict[str, Value] = {"id_customer": customer, "phone": phone, "phone_mobile": mobile, "active": 1}
        address |= {name: row[name] for name in ("firstname", "lastname")}
        return await self.insert("address", address | {"date_add": OPENING_DAY, "date_upd": OPENING_DAY})

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
        """Check out, awaiting the bank wire unless `status` is given.

        A guest gets a customer row of his own.
        """
        buyer = customer or await self.add_customer(guest, firstname="Guest", store=store, is_guest=True)
        products = [(await self._product(code), quantity) for code, quantity in lines]
        amount = total_of(products) if total is None else total
        number = await self.next_id("orders")
        row = self.order_row | order_amounts(amount) | {"id_customer": buyer, "reference": self.reference(number)}
        row |= {"secure_key": f"{buyer:032x}", "date_add": at, "date_upd": at}
        row |= await self._buyer(buyer)
        order = await self.insert("orders", row | ({"id_shop": store} if store else {}))
        for product, quantity in products:
            await self._add_line(order, product, quantity, store or 1)
        await self.set_status(order, status or self.pending_status, at)
        return order

    async def set_status(self, order: int, status: int, at: datetime) -> None:
        """Update the order (`valid` follows the state's logable flag), then add the history row."""
        state = await self.row("order_state", id_order_state=status)
        before = await self.row("orders", id_order=order)
        change: dict[str, Value] = {"current_state": status, "valid": state["logable"], "date_upd": at}
        if state["invoice"] and not before["invoice_number"]:
            change |= {"invoice_number": order, "invoice_date": at}
        if state["paid"]:
            change |= {"total_paid_real": before["total_paid"]}
        await self.update("orders", change, id_order=order)
        await self.insert(
            "order_history", {"id_employee": 1, "id_order": order, "id_order_state": status, "date_add": at}
        )

    async def edit_order(self, order: int, lines: Sequence[Line], at: datetime) -> None:
        """Update, add or delete the lines' rows; no history row tells of it."""
        present: dict[str, list[int]] = {}
        for line, code in await self.fetch(
            "SELECT id_order_detail, product_reference FROM {order_detail} WHERE id_order = %s ORDER BY 1",
            order,
        ):
            present.setdefault(code, []).append(line)
        store = int((await self.row("orders", id_order=order))["id_shop"])
        products = [(await self._product(code), quantity) for code, quantity in lines]
        for product, quantity in products:
            if rows := present.get(product.reference):
                change: dict[str, Value] = {"product_quantity": quantity, **line_amounts(product, quantity)}
                await self.update("order_detail", change, id_order_detail=rows.pop(0))
            else:
                await self._add_line(order, product, quantity, store)
        for line in (line for rows in present.values() for line in rows):
            await self.delete("order_detail", id_order_detail=line)
        await self.update("orders", order_amounts(total_of(products)) | {"date_upd": at}, id_order=order)

    async def refund_by_slip(
        self, order: int, code: str, quantity: int, at: datetime, *, returned: bool = False
    ) -> int:
        """Write a credit slip for units of a line and count them on the line as refunded (or returned)."""
        [(line, price)] = await self.fetch(
            "SELECT id_order_detail, unit_price_tax_incl FROM {order_detail} "
            "WHERE id_order = %s AND product_reference = %s ORDER BY 1 LIMIT 1",
            order,
            self.stored(code),
        )
        amount = price * quantity
        if not self.slip_comes_first:
            await self._count_refunded(line, quantity, amount, returned=returned)
        slip = await self._add_slip(order, amount, at, slip_type=0)
        detail: dict[str, Value] = {
            "id_order_slip": slip,
            "id_order_detail": line,
            "product_quantity": quantity,
        }
        for tax in ("excl", "incl"):
            detail |= {
                f"unit_price_tax_{tax}": price,
                f"total_price_tax_{tax}": amount,
                f"amount_tax_{tax}": amount,
            }
        await self.insert("order_slip_detail", detail)
        if self.slip_comes_first:
            await self._count_refunded(line, quantity, amount, returned=returned)
        return slip

    async def amount_slip(self, order: int, amount: Decimal, at: datetime) -> int:
        """Write a credit slip that names money and no unit."""
        return await self._add_slip(order, amount, at, slip_type=2)

    async def delete_order(self, order: int) -> None:
        """Remove the order with everything that belongs to it, as the modules for this purpose do."""
        await self.execute(
            "DELETE FROM {order_slip_detail} WHERE id_order_slip IN "
            "(SELECT id_order_slip FROM {order_slip} WHERE id_order = %s)",
            order,
        )
        for table in ("order_slip", "order_history", "order_detail", "orders"):
            await self.delete(table, id_order=order)

    async def delete_customer(self, customer: int) -> None:
        """The customer's orders stay, with an id that leads nowhere; threads and messages go."""
        await self.execute(
            "DELETE FROM {customer_message} WHERE id_customer_thread IN "
            "(SELECT id_customer_thread FROM {customer_thread} WHERE id_customer = %s)",
            customer,
        )
        for table in ("customer_thread", "customer"):
            await self.delete(table, id_customer=customer)

    async def mark_customer_deleted(self, customer: int) -> None:
        """What the back office does if the customer may not register again: his row stays, marked."""
        await self.update("customer", {"deleted": 1}, id_customer=customer)

    async def bulk_rows(self, codes: Sequence[str], frame: BulkFrame) -> BulkRows:
        products = [await self._product(code) for code in codes]
        order = {**self.order_row, "reference": self.bulk_reference(frame.order)}
        return BulkRows(
            customer=bulk_customer(frame.customer),
            order=bulk_order(order, frame.order, self.delivered_status, frame.moment_of("seq")),
            line=bulk_line(products),
            history=bulk_history((self.pending_status, self.paid_status, self.delivered_status), frame.moment_of),
        )

    def reference(self, number: int) -> str:
        """An order's reference."""
        return reference(number)

    def bulk_reference(self, number: Sql) -> Sql:
        """SQL for another reference for every number."""
        return Sql(f"LPAD(CONV({number}, 10, 36), 9, 'A')")

    async def _add_state(self, number: int, state: State) -> None:
        flags: dict[str, Value] = {
            "invoice": int(state.invoice),
            "module_name": state.module,
            "color": "#34209E",
            "unremovable": 1,
            "logable": int(state.logable),
            "shipped": int(state.shipped),
            "paid": int(state.paid),
        }
        await self.insert("order_state", {"id_order_state": number, **flags})
        name: dict[str, Value] = {"id_order_state": number, "id_lang": 1, "name": state.name, "template": ""}
        await self.insert("order_state_lang", name)

    async def _buyer(self, customer: int) -> dict[str, Value]:
        """What an order takes over: the buyer's language, and the address he gave last."""
        [(address,)] = await self.fetch("SELECT MAX(id_address) FROM {address} WHERE id_customer = %s", customer)
        spoken = (await self.row("customer", id_customer=customer))["id_lang"]
        return {"id_lang": spoken} | ({"id_address_invoice": address} if address else {})

    async def _product(self, code: str) -> Product:
        rows = await self.fetch(
            "SELECT a.id_product, a.id_product_attribute, a.reference, p.price FROM {product_attribute} a "
            "JOIN {product} p ON p.id_product = a.id_product WHERE BINARY a.reference = %s UNION ALL "
            "SELECT id_product, 0, reference, price FROM {product} WHERE BINARY reference = %s LIMIT 1",
            self.stored(code),
            self.stored(code),
        )
        if not rows:
            raise LookupError(f"the shop sells nothing with the reference {code}; add_product first")
        return Product(*rows[0])

    async def _add_line(self, order: int, product: Product, quantity: int, store: int) -> None:
        row: dict[str, Value] = {
            "id_order": order,
            "id_shop": store,
            "product_id": product.id,
            "product_attribute_id": product.combination,
            "product_name": product.reference,
            "product_reference": product.reference,
            "product_quantity": quantity,
            "product_quantity_in_stock": quantity,
            "product_price": product.price,
            "unit_price_tax_incl": product.price,
            "unit_price_tax_excl": product.price,
            "original_product_price": product.price,
            "download_hash": "",
        }
        await self.insert("order_detail", row | line_amounts(product, quantity))

    async def _count_refunded(self, line: int, quantity: int, amount: Decimal, *, returned: bool) -> None:
        counted = "product_quantity_return" if returned else "product_quantity_refunded"
        more: dict[str, Value] = {counted: quantity}
        more |= self.known("order_detail", {f"total_refunded_tax_{tax}": amount for tax in ("excl", "incl")})
        changes = ", ".join(f"{column} = {column} + %s" for column in more)
        await self.execute(f"UPDATE {{order_detail}} SET {changes} WHERE id_order_detail = %s", *more.values(), line)

    async def _add_slip(self, order: int, amount: Decimal, at: datetime, *, slip_type: int) -> int:
        customer = (await self.row("orders", id_order=order))["id_customer"]
        products = amount if slip_type == 0 else Decimal(0)
        row: dict[str, Any] = {
            "id_customer": customer,
            "id_order": order,
            "amount": amount,
            "order_slip_type": slip_type,
        }
        row |= {f"total_products_tax_{tax}": products for tax in ("excl", "incl")}
        row |= {f"total_shipping_tax_{tax}": Decimal(0) for tax in ("excl", "incl")}
        return await self.insert("order_slip", row | {"partial": 0, "date_add": at, "date_upd": at})
