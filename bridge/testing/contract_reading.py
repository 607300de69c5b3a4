"""The contract's reading half: recognising a shop, noticing what changes, reading orders as they are now."""
# ruff: noqa: N802 - a test's name begins with the number of its rule

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from bridge.contracts.shop import ShopAdapter, StoreConnection, TouchedRow
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.cursor import OVERLAP, Cursor, Gap
from bridge.domain.orders import Order, OrderLine, Standing
from bridge.testing.contract_base import MORNING, NOW, ContractBase, ShopActor

REMEMBER = timedelta(minutes=15)


class ReadingContract(ContractBase):
    """What an adapter reads."""

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
            order = await self.order(actor, [("base", 1)])
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
        await self.order(actor, [("base", 1)])
        async with self.connected(connection) as adapter:
            cursors = {name: Cursor.starting(ids, at=NOW) for name, ids in (await adapter.newest()).items()}
            later = await self.order(actor, [("base", 1)])
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
        order = await self.order(actor, [("base", 1)])
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
        order = await self.order(actor, [("base", 3)])
        await actor.edit_order(order, [("base", 1), ("extra", 2)], MORNING)
        async with self.connected(connection) as adapter:
            [read], _ = await adapter.read_orders([order])
        assert sorted(read.lines) == [OrderLine("base", 1), OrderLine("extra", 2)]

    async def test_C3_payment_is_the_first_granting_row_of_the_history(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        order = await self.order(actor, [("base", 1)])
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
        kept, deleted = [await self.order(actor, [("base", 1)]) for _ in range(2)]
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

    async def test_hundreds_of_cancelled_reads_leave_the_adapter_usable(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        order = await self.order(actor, [("base", 2)])
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
            async with asyncio.timeout(60):
                [read], _ = await adapter.read_orders([order])
        assert read.lines == (OrderLine("base", 2),)

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


def _advanced(cursors: dict[str, Cursor], found: Mapping[str, Sequence[TouchedRow]]) -> dict[str, Cursor]:
    return {
        name: cursor.advance([row.id for row in found[name]], at=NOW, remember=REMEMBER)
        for name, cursor in cursors.items()
    }
