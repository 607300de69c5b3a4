"""The contract suite: what every platform plugin must pass.

A plugin's tests subclass `ShopAdapterContract` and give three things: an `actor` that behaves as the shop's own code
does, the `connection` to that shop's empty database with every right, and `connect`, which builds the adapter. The
suite knows nothing of any platform; what only one platform can do wrong is the plugin's own business to test. Tests
run under pytest-asyncio.

    class TestContract(ShopAdapterContract):
        @pytest.fixture
        def actor(self, myshop): return myshop
        @pytest.fixture
        def connection(self, myshop): return StoreConnection(...)
        def connect(self, connection): return MyAdapter(connection)
"""
# ruff: noqa: N802 - a test's name begins with the number of its rule

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

import pytest

from bridge.contracts.shop import AccountRows, Level, ShopAdapter, StoreConnection
from bridge.contracts.shop_rows import SignedRow, SigningKey, signed_row
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.cursor import OVERLAP, Cursor, Gap
from bridge.domain.orders import Order, OrderLine, Standing
from bridge.errors import ForeignDesk

MORNING = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone
NOW = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
KEY = SigningKey("k1", bytes(range(32)))
OTHER_KEY = SigningKey("k2", bytes(32))

Line = tuple[str, int]


class ShopActor(Protocol):
    """What the suite asks of a shop: to do what its own code does. `at` is the shop's wall clock, without a zone."""

    pending_status: int
    paid_status: int
    canceled_status: int

    async def add_store(self, name: str) -> int:
        """A second shop in the same database; its id."""

    async def add_product(self, code: str) -> int: ...

    async def add_customer(self, email: str) -> int: ...

    async def place_order(
        self,
        customer: int | None,
        lines: Sequence[Line],
        *,
        at: datetime,
        guest: str = "",
        store: int | None = None,
        total: Decimal | None = None,
    ) -> int:
        """Check out without paying; without `customer` it is a guest's, whose e-mail is `guest`."""

    async def set_status(self, order: int, status: int, at: datetime) -> None:
        """Change the order's status as the back office does, with its history row."""

    async def edit_order(self, order: int, lines: Sequence[Line], at: datetime) -> None:
        """Give the order these lines instead."""

    async def delete_order(self, order: int) -> None: ...

    async def delete_customer(self, customer: int) -> None: ...


class ShopAdapterContract:
    """The suite; see the module's docstring for how to use it."""

    pytestmark = pytest.mark.asyncio

    @pytest.fixture
    def actor(self) -> Any:
        """A fresh shop without products, customers and orders, as a `ShopActor`."""
        raise NotImplementedError("give the fixture actor in your subclass")

    @pytest.fixture
    def connection(self) -> StoreConnection:
        """How to reach it, with every right on its database."""
        raise NotImplementedError("give the fixture connection in your subclass")

    def connect(self, connection: StoreConnection) -> ShopAdapter:
        """The adapter under test."""
        raise NotImplementedError("give the method connect in your subclass")

    @asynccontextmanager
    async def connected(self, connection: StoreConnection, **changes: Any) -> AsyncIterator[ShopAdapter]:
        """The adapter, closed afterwards; `changes` are fields of the connection."""
        adapter = self.connect(replace(connection, **changes))
        try:
            yield adapter
        finally:
            await adapter.close()

    # --- recognising --------------------------------------------------------------------------------------

    async def test_probing_tells_the_layout_and_what_the_statuses_mean(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        async with self.connected(connection) as adapter:
            facts = await adapter.probe()
        assert facts.layout
        assert facts.server
        assert facts.statuses.standing(actor.paid_status) is Standing.GRANTING
        assert facts.statuses.standing(actor.canceled_status) is Standing.REVOKING
        assert facts.statuses.standing(actor.pending_status) is Standing.NEUTRAL

    async def test_C14_the_stores_own_statuses_take_the_place_of_the_platforms(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        own: dict[str, frozenset[int]] = {
            "granting": frozenset({actor.pending_status}),
            "revoking": frozenset({actor.paid_status}),
            "chargeback": frozenset(),
        }
        async with self.connected(connection, **own) as adapter:
            facts = await adapter.probe()
        assert facts.statuses.granting == own["granting"]
        assert facts.statuses.revoking == own["revoking"]

    # --- noticing -----------------------------------------------------------------------------------------

    async def test_a_fresh_shop_has_nothing_new(self, connection: StoreConnection) -> None:
        async with self.connected(connection) as adapter:
            newest = await adapter.newest()
            assert newest
            assert not any(newest.values())
            assert not any((await adapter.touched({name: Cursor() for name in newest})).values())

    async def test_a_new_order_and_a_status_change_are_noticed(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        async with self.connected(connection) as adapter:
            cursors = {name: Cursor() for name in await adapter.newest()}
            order = await self._order(actor, [("base", 1)])
            cursors = await self._advance(adapter, cursors, expect={order})
            await actor.set_status(order, actor.paid_status, MORNING)
            found = await adapter.touched(cursors)
            new = {
                row.order_id
                for name, rows in found.items()
                for row in rows
                if row.id in cursors[name].unseen(seen.id for seen in rows)
            }
        assert new == {order}

    async def test_cursors_at_the_newest_ids_see_only_what_comes_later(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        await self._order(actor, [("base", 1)])
        async with self.connected(connection) as adapter:
            cursors = {name: Cursor.starting(ids, at=NOW) for name, ids in (await adapter.newest()).items()}
            later = await self._order(actor, [("base", 1)])
            await self._advance(adapter, cursors, expect={later})

    async def test_reading_in_small_pages_leaves_nothing_out(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        customer = await actor.add_customer("ada@shop.example")
        orders = {await actor.place_order(customer, [("base", 1)], at=MORNING) for _ in range(7)}
        async with self.connected(connection, page_orders=2) as adapter:
            cursors = {name: Cursor() for name in await adapter.newest()}
            seen: set[int] = set()
            for _ in range(20):
                found = await adapter.touched(cursors)
                assert all(len(rows) <= 2 + OVERLAP for rows in found.values())
                seen |= {row.order_id for rows in found.values() for row in rows}
                cursors = _advanced(cursors, found)
        assert seen == orders

    async def test_an_id_that_was_missing_is_found_when_it_turns_up(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        order = await self._order(actor, [("base", 1)])
        async with self.connected(connection) as adapter:
            newest = await adapter.newest()
            beyond = {
                name: Cursor(max(ids) + 10 * OVERLAP, (Gap(min(ids), max(ids), NOW),) if ids else ())
                for name, ids in newest.items()
                if ids
            }
            found = await adapter.touched(beyond)
        assert beyond
        for name, rows in found.items():
            assert [row.id for row in rows] == sorted(newest[name])
            assert {row.order_id for row in rows} == {order}

    # --- reading ------------------------------------------------------------------------------------------

    async def test_an_order_is_read_as_it_is_now(self, actor: ShopActor, connection: StoreConnection) -> None:
        await actor.add_product("base")
        await actor.add_product("extra")
        customer = await actor.add_customer("ada@shop.example")
        order = await actor.place_order(customer, [("base", 2), ("extra", 1)], at=MORNING, total=Decimal("312.50"))
        async with self.connected(connection) as adapter:
            [read], unreadable = await adapter.read_orders([order])
        assert not unreadable
        assert read.order_id == order
        assert read.buyer == Owner(OwnerKind.CUSTOMER, customer)
        assert read.customer_id == customer
        assert read.status == actor.pending_status
        assert read.ordered_at == MORNING
        assert read.granting_at is None
        assert read.total == Decimal("312.50")
        assert read.lines == (OrderLine("base", 2), OrderLine("extra", 1))
        assert read.amount_only_slips == ()

    async def test_C2_an_edited_order_shows_its_new_lines_only(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        await actor.add_product("extra")
        order = await self._order(actor, [("base", 3)])
        await actor.edit_order(order, [("base", 1), ("extra", 2)], MORNING)
        async with self.connected(connection) as adapter:
            [read], _ = await adapter.read_orders([order])
        assert sorted(read.lines) == [OrderLine("base", 1), OrderLine("extra", 2)]

    async def test_C3_payment_is_the_first_granting_row_of_the_history(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        order = await self._order(actor, [("base", 1)])
        paid_at = MORNING + timedelta(days=1)
        await actor.set_status(order, actor.paid_status, paid_at)
        await actor.set_status(order, actor.canceled_status, paid_at + timedelta(days=1))
        async with self.connected(connection) as adapter:
            [canceled], _ = await adapter.read_orders([order])
            await actor.set_status(order, actor.paid_status, paid_at + timedelta(days=2))
            [again], _ = await adapter.read_orders([order])
            [page] = [page async for page in adapter.all_orders(after=0, page=10)]
        assert canceled.granting_at is None
        assert again.granting_at == paid_at
        assert list(page.orders) == [again]

    async def test_a_guests_order_belongs_to_the_order_alone(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        order = await actor.place_order(None, [("base", 1)], at=MORNING, guest="guest@shop.example")
        async with self.connected(connection) as adapter:
            [read], _ = await adapter.read_orders([order])
        assert read.buyer == Owner(OwnerKind.GUEST, order)

    async def test_an_order_of_a_deleted_customer_has_no_buyer(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        customer = await actor.add_customer("ada@shop.example")
        order = await actor.place_order(customer, [("base", 1)], at=MORNING)
        await actor.delete_customer(customer)
        async with self.connected(connection) as adapter:
            [read], unreadable = await adapter.read_orders([order])
        assert not unreadable
        assert read.buyer is None
        assert read.customer_id == customer

    async def test_an_order_that_is_not_there_is_left_out(self, actor: ShopActor, connection: StoreConnection) -> None:
        await actor.add_product("base")
        kept, deleted = [await self._order(actor, [("base", 1)]) for _ in range(2)]
        await actor.delete_order(deleted)
        async with self.connected(connection) as adapter:
            orders, unreadable = await adapter.read_orders([kept, deleted, deleted + 1000])
            assert [order.order_id for order in orders] == [kept]
            assert not unreadable
            assert await adapter.read_orders([]) == ([], [])

    async def test_only_the_selected_shops_orders_are_read(self, actor: ShopActor, connection: StoreConnection) -> None:
        await actor.add_product("base")
        customer = await actor.add_customer("ada@shop.example")
        first = await actor.place_order(customer, [("base", 1)], at=MORNING)
        second_shop = await actor.add_store("Second")
        second = await actor.place_order(customer, [("base", 1)], at=MORNING, store=second_shop)
        async with self.connected(connection) as adapter:
            everything, _ = await adapter.read_orders([first, second])
        assert [order.order_id for order in everything] == [first, second]
        async with self.connected(connection, shop_ids=(second_shop,)) as adapter:
            selected, _ = await adapter.read_orders([first, second])
            pages = [page async for page in adapter.all_orders(after=0, page=1)]
        assert [(order.order_id, order.shop_id) for order in selected] == [(second, second_shop)]
        assert [order.order_id for page in pages for order in page.orders] == [second]

    async def test_a_full_read_equals_reading_one_by_one(self, actor: ShopActor, connection: StoreConnection) -> None:
        for code in ("base", "extra"):
            await actor.add_product(code)
        customer = await actor.add_customer("ada@shop.example")
        ids = []
        for number in range(11):
            lines = [("base", number + 1), ("extra", 1)][: 1 + number % 2]
            order = await actor.place_order(customer, lines, at=MORNING + timedelta(hours=number))
            if number % 3:
                await actor.set_status(order, actor.paid_status, MORNING + timedelta(hours=number + 1))
            ids.append(order)
        async with self.connected(connection) as adapter:
            singly = [order for id_ in ids for order in (await adapter.read_orders([id_]))[0]]
            for page_size in (1, 4, 11, 100):
                pages = [page async for page in adapter.all_orders(after=0, page=page_size)]
                read: list[Order] = [order for page in pages for order in page.orders]
                assert read == singly
                assert all(len(page.orders) <= page_size for page in pages)
                assert all(page.last_id >= max(order.order_id for order in page.orders) for page in pages)
            [rest] = [page async for page in adapter.all_orders(after=ids[-2], page=100)]
        assert [order.order_id for order in rest.orders] == [ids[-1]]

    # --- writing ------------------------------------------------------------------------------------------

    async def test_our_tables_are_made_once_and_making_them_again_is_harmless(
        self, connection: StoreConnection
    ) -> None:
        async with self.connected(connection) as adapter:
            assert await adapter.prepare()
            await adapter.push([_account(7, number=1, entries=1)])
            assert await adapter.prepare()
            accounts, entries = await adapter.pushed([7])
        assert len(accounts) == 1
        assert len(entries) == 1

    async def test_what_is_pushed_is_there_byte_by_byte(self, connection: StoreConnection) -> None:
        rows = [_account(customer, number=3, entries=3) for customer in (7, 8, 2**40)]
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push(rows)
            await adapter.push(rows)
            accounts, entries = await adapter.pushed([8, 7, 2**40, 9])
        assert list(accounts) == [row.account for row in rows]
        assert list(entries) == [entry for row in rows for entry in row.entries]

    async def test_an_older_version_never_replaces_a_newer_one(self, connection: StoreConnection) -> None:
        newer = _account(7, number=5, entries=2, epoch=2)
        older = [_account(7, number=4, entries=2, epoch=2), _account(7, number=9, entries=2, epoch=1)]
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push([newer])
            for row in older:
                await adapter.push([row])
            accounts, entries = await adapter.pushed([7])
        assert list(accounts) == [newer.account]
        assert list(entries) == list(newer.entries)

    async def test_a_later_push_adds_to_the_entries_that_are_there(self, connection: StoreConnection) -> None:
        first = _account(7, number=1, entries=2)
        later = _account(7, number=2, entries=4)
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push([first])
            await adapter.push([AccountRows(later.account, later.entries[2:], entries_before=2)])
            accounts, entries = await adapter.pushed([7])
        assert list(accounts) == [later.account]
        assert list(entries) == list(later.entries)

    async def test_a_desk_after_a_restore_replaces_what_it_has_forgotten(self, connection: StoreConnection) -> None:
        before = _account(7, number=9, entries=5, epoch=1)
        neighbour = _account(8, number=9, entries=5, epoch=1)
        restored = _account(7, number=4, entries=2, epoch=2)
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push([before, neighbour])
            await adapter.push([restored])
            accounts, entries = await adapter.pushed([7, 8])
        assert list(accounts) == [restored.account, neighbour.account]
        assert list(entries) == [*restored.entries, *neighbour.entries]

    async def test_many_accounts_are_pushed_at_once(self, connection: StoreConnection) -> None:
        rows = [_account(customer, number=1, entries=3) for customer in range(1, 502)]
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push(rows)
            accounts, entries = await adapter.pushed(range(1, 502))
            await adapter.push([])
        assert len(accounts) == 501
        assert len(entries) == 1503

    # --- claiming -----------------------------------------------------------------------------------------

    async def test_a_desk_claims_the_shop_and_may_do_so_again(self, connection: StoreConnection) -> None:
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            for epoch in (1, 1, 2):
                await adapter.claim(_claim(connection, epoch=epoch), [KEY])

    async def test_another_desk_is_refused(self, connection: StoreConnection) -> None:
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.claim(_claim(connection, desk="first", epoch=1), [KEY])
            with pytest.raises(ForeignDesk):
                await adapter.claim(_claim(connection, desk="second", epoch=9), [KEY])

    async def test_an_older_copy_of_the_desk_is_refused(self, connection: StoreConnection) -> None:
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.claim(_claim(connection, epoch=3), [KEY])
            with pytest.raises(ForeignDesk):
                await adapter.claim(_claim(connection, epoch=2), [KEY])

    async def test_a_claim_that_does_not_verify_is_nobodys(self, connection: StoreConnection) -> None:
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.claim(_claim(connection, desk="forged", epoch=99, key=OTHER_KEY), [OTHER_KEY])
            await adapter.claim(_claim(connection, desk="ours", epoch=1), [KEY])
            with pytest.raises(ForeignDesk):
                await adapter.claim(_claim(connection, desk="forged", epoch=99, key=KEY), [KEY])

    # --- looking after itself -----------------------------------------------------------------------------

    async def test_a_prepared_shop_is_found_well(self, connection: StoreConnection) -> None:
        async with self.connected(connection) as adapter:
            before = await adapter.check()
            await adapter.prepare()
            after = await adapter.check()
        assert any(finding.level is Level.WRONG for finding in before)
        assert not [finding for finding in after if finding.level is Level.WRONG]
        assert all(finding.remedy for finding in [*before, *after] if finding.level is not Level.OK)

    async def test_the_sql_to_run_by_hand_makes_the_tables_and_names_the_user(
        self, connection: StoreConnection
    ) -> None:
        async with self.connected(connection) as adapter:
            text = adapter.preparation_sql("bridge_reader")
        assert "CREATE TABLE" in text
        assert "GRANT SELECT" in text
        assert "bridge_reader" in text
        assert "ALL PRIVILEGES" not in text

    async def test_closing_twice_is_harmless(self, connection: StoreConnection) -> None:
        adapter = self.connect(connection)
        await adapter.newest()
        await adapter.close()
        await adapter.close()

    async def test_hundreds_of_cancelled_reads_leave_the_adapter_usable(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        order = await self._order(actor, [("base", 2)])
        chance = random.Random(20260302)  # noqa: S311 - a repeatable order of cancellations
        async with self.connected(connection) as adapter:
            for _ in range(60):
                tasks = [asyncio.create_task(adapter.read_orders([order])) for _ in range(6)]
                await asyncio.sleep(chance.random() * 0.004)
                for task in chance.sample(tasks, 4):
                    task.cancel()
                for result in await asyncio.gather(*tasks, return_exceptions=True):
                    if isinstance(result, tuple):
                        assert [read.order_id for read in result[0]] == [order]
                    else:
                        assert isinstance(result, asyncio.CancelledError)
            async with asyncio.timeout(10):
                [read], _ = await adapter.read_orders([order])
        assert read.lines == (OrderLine("base", 2),)

    # --- helpers ------------------------------------------------------------------------------------------

    async def _order(self, actor: ShopActor, lines: Sequence[Line]) -> int:
        customer = await actor.add_customer("ada@shop.example")
        return await actor.place_order(customer, lines, at=MORNING)

    async def _advance(
        self, adapter: ShopAdapter, cursors: dict[str, Cursor], *, expect: set[int]
    ) -> dict[str, Cursor]:
        found = await adapter.touched(cursors)
        new = {
            row.order_id
            for name, rows in found.items()
            for row in rows
            if row.id in cursors[name].unseen(seen.id for seen in rows)
        }
        assert new == expect
        return _advanced(cursors, found)


def _advanced(cursors: dict[str, Cursor], found: Any) -> dict[str, Cursor]:
    remember = timedelta(minutes=15)
    return {
        name: cursor.advance([row.id for row in found[name]], at=NOW, remember=remember)
        for name, cursor in cursors.items()
    }


def _account(customer: int, *, number: int, entries: int, epoch: int = 1) -> AccountRows:
    """A whole account, its payloads marked with the version that wrote them."""
    document = {"v": 1, "customer": customer, "epoch": epoch, "number": number, "name": "Базовый · پایه 🪙"}
    account = signed_row(KEY, "account", document, customer_id=customer, epoch=epoch, number=number)
    rows = [
        signed_row(
            KEY,
            "entry",
            {"v": 1, "customer": customer, "epoch": epoch, "number": n},
            customer_id=customer,
            epoch=epoch,
            number=n,
        )
        for n in range(1, entries + 1)
    ]
    return AccountRows(account, rows, entries_before=0)


def _claim(connection: StoreConnection, *, epoch: int, desk: str = "first", key: SigningKey = KEY) -> SignedRow:
    document = {"v": 1, "store": connection.store, "desk": desk, "epoch": epoch}
    return signed_row(key, "meta", document, customer_id=0, epoch=epoch, number=0)
