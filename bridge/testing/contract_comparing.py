"""The contract's comparing part: digests that tell every change of an order, also one that no row tells of."""
# ruff: noqa: N802 - a test's name begins with the number of its rule

from datetime import timedelta

from bridge.contracts.shop import ShopAdapter, StoreConnection
from bridge.contracts.shop_threads import MESSAGE_IDS
from bridge.domain.slices import SliceSum, slice_of, sum_of
from bridge.testing.contract_base import MORNING, ContractBase, ShopActor


class ComparingContract(ContractBase):
    """What an adapter compares."""

    async def test_an_order_has_one_digest_however_it_is_read(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        orders = await self._some_orders(actor, 5)
        async with self.connected(connection) as adapter:
            read, _ = await adapter.read_orders(orders)
            [page] = [page async for page in adapter.all_orders(after=0, page=10)]
            digests = await adapter.order_digests(slice_of(orders[0]))
            sums = await self._sums(adapter)
        assert {order.order_id: order.digest for order in read} == digests
        assert {order.order_id: order.digest for order in page.orders} == digests
        assert sums == {slice_of(orders[0]): sum_of(digests)}
        assert len(set(digests.values())) == len(orders), "orders that are alike have digests of their own"
        assert all(0 <= digest < 2**32 for digest in digests.values()), "the desk keeps 32 bits of each"

    async def test_C14_every_silent_change_of_an_order_changes_its_digest(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        first, second, third = await self._some_orders(actor, 3)
        async with self.connected(connection) as adapter:
            before = await adapter.order_digests(slice_of(first))
            await actor.silent_status(first, actor.paid_status)
            await actor.silent_line_edit(second, "base", 7)
            after = await adapter.order_digests(slice_of(first))
        assert before[first] != after[first]
        assert before[second] != after[second]
        assert before[third] == after[third]

    async def test_C14_equal_changes_of_several_orders_do_not_cancel(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        """A sum of plain checksums stays the same where an even number of rows changes in the same way."""
        orders = await self._some_orders(actor, 4)
        async with self.connected(connection) as adapter:
            seen = [await self._sums(adapter)]
            for pair in (orders[:2], orders[2:]):
                for order in pair:
                    await actor.silent_status(order, actor.paid_status)
                seen.append(await self._sums(adapter))
            for order in orders:
                await actor.silent_line_edit(order, "base", 2)
            seen.append(await self._sums(adapter))
        assert all(one != other for number, one in enumerate(seen) for other in seen[:number])

    async def test_C14_a_deleted_order_is_missing_from_its_slice(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        kept, deleted = await self._some_orders(actor, 2)
        async with self.connected(connection) as adapter:
            await actor.delete_order(deleted)
            assert set(await adapter.order_digests(slice_of(kept))) == {kept}
            assert (await self._sums(adapter))[slice_of(kept)].orders == 1

    async def test_only_the_selected_shops_orders_are_compared(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        [first] = await self._some_orders(actor, 1)
        customer = await actor.add_customer("eve@shop.example")
        shop = await actor.add_store("Second")
        second = await actor.place_order(customer, [("base", 1)], at=MORNING, store=shop)
        async with self.connected(connection, shop_ids=(shop,)) as adapter:
            assert set(await adapter.order_digests(slice_of(first))) == {second}
            [order], _ = await adapter.read_orders([second])
            assert await self._sums(adapter) == {slice_of(second): SliceSum(1, order.digest)}

    async def test_a_shop_without_orders_has_no_slices(self, connection: StoreConnection) -> None:
        async with self.connected(connection) as adapter:
            page = await adapter.slices(after=-1)
        assert not page.slices
        assert not page.more

    async def test_the_next_ids_lie_beyond_the_newest_and_a_deletion_does_not_take_them_back(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        orders = await self._some_orders(actor, 2)
        async with self.connected(connection) as adapter:
            newest, before = await adapter.newest(), await adapter.next_ids()
            threads = {MESSAGE_IDS} if adapter.threads_shop else set()
            assert before.keys() == {*newest, "customer", *threads} == adapter.tables().keys()
            assert len(set(adapter.tables().values())) == len(before), "each is a table of its own"
            assert all(before[name] > max(ids, default=0) for name, ids in newest.items())
            await actor.delete_order(orders[-1])
            after = await adapter.next_ids()
        assert all(after[name] >= before[name] for name in before)

    async def test_D3_customers_who_are_there_are_named_with_what_tells_them_apart(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        ada, eve = [await actor.add_customer(f"{name}@shop.example") for name in ("ada", "eve")]
        async with self.connected(connection) as adapter:
            before = await adapter.customers([ada, eve])
            assert before.keys() == {ada, eve}
            assert all(0 <= born < 2**32 for born in before.values())
            await actor.delete_customer(ada)
            assert await adapter.customers([eve, ada, eve + 1000]) == {eve: before[eve]}
            assert await adapter.customers([]) == {}

    async def test_D3_an_order_tells_its_buyer_apart_as_the_customers_do(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        await actor.add_product("base")
        ada = await actor.add_customer("ada@shop.example")
        order = await actor.place_order(ada, [("base", 1)], at=MORNING)
        guests = await actor.place_order(None, [("base", 1)], at=MORNING, guest="eve@shop.example")
        async with self.connected(connection) as adapter:
            known = await adapter.customers([ada])
            (read, another), _ = await adapter.read_orders([order, guests])
        assert read.born in {None, known[ada]}
        assert another.born is None

    async def test_asking_for_a_hint_is_harmless_wherever_there_is_none(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        async with self.connected(connection) as adapter:
            assert isinstance(await adapter.hint(), str)
            await adapter.prepare()
            await self._some_orders(actor, 1)
            assert isinstance(await adapter.hint(), str)

    async def _some_orders(self, actor: ShopActor, count: int) -> list[int]:
        """Unpaid orders of one unit of `base` each, alike but for their numbers and dates."""
        await actor.add_product("base")
        customer = await actor.add_customer("ada@shop.example")
        return [
            await actor.place_order(customer, [("base", 1)], at=MORNING + timedelta(hours=number // 2))
            for number in range(count)
        ]

    @staticmethod
    async def _sums(adapter: ShopAdapter) -> dict[int, SliceSum]:
        found: dict[int, SliceSum] = {}
        after, more = -1, True
        while more:
            page = await adapter.slices(after=after)
            found |= page.slices
            assert page.until > after
            after, more = page.until, page.more
        return found
