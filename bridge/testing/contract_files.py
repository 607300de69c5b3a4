"""The contract's files: parts cross byte by byte, one at a time, and nothing is left of what is forgotten."""
# ruff: noqa: N802 - a test's name begins with the number of its rule

import pytest

from bridge.contracts.shop import StoreConnection
from bridge.contracts.shop_files import MOST_PART_PAYLOAD, PART_BYTES
from bridge.contracts.shop_rows import DESK_TO_SHOP
from bridge.errors import ShopRefused
from bridge.testing.contract_base import ContractBase, ShopActor
from bridge.testing.contract_writing import KEY
from bridge.testing.files import file_parts

CONTENT = bytes(range(256)) * (PART_BYTES // 256) + b"and a little more"


class FilesContract(ContractBase):
    """How an adapter carries files."""

    async def test_a_files_parts_are_read_byte_by_byte_one_at_a_time(self, connection: StoreConnection) -> None:
        first, last = file_parts(KEY, store=connection.store, customer=77, content=CONTENT, direction=DESK_TO_SHOP)
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            for part in (first, last, first):
                await adapter.push_file_part(part)
            assert await adapter.file_part(first.file, 0) == first
            assert await adapter.file_part(first.file, 1) == last
            assert await adapter.file_part(first.file, 2) is None
            assert await adapter.file_part("0b0f2c5e-6a53-4d3b-9f0e-2f1f1b0c7a11", 0) is None

    async def test_a_part_that_nobody_of_ours_can_have_written_comes_empty(self, connection: StoreConnection) -> None:
        [part] = file_parts(KEY, store=connection.store, customer=77, content=b"small")
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push_file_part(part._replace(payload="x" * (MOST_PART_PAYLOAD + 1)))
            assert await adapter.file_part(part.file, 0) == part._replace(payload="")

    async def test_forgotten_files_are_gone_and_others_stay(self, connection: StoreConnection) -> None:
        gone, other = [file_parts(KEY, store=connection.store, customer=77, content=CONTENT) for _ in range(2)]
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            for part in (*gone, *other):
                await adapter.push_file_part(part)
            await adapter.forget_files([gone[0].file])
            await adapter.forget_files([])
            assert [await adapter.file_part(part.file, part.part) for part in gone] == [None, None]
            assert [await adapter.file_part(part.file, part.part) for part in other] == other

    async def test_D2_a_customers_files_are_erased_and_those_of_others_stay(self, connection: StoreConnection) -> None:
        [his] = file_parts(KEY, store=connection.store, customer=77, content=b"his")
        [hers] = file_parts(KEY, store=connection.store, customer=78, content=b"hers")
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push_file_part(his)
            await adapter.push_file_part(hers)
            await adapter.erase_files(77)
            assert await adapter.file_part(his.file, 0) is None
            assert await adapter.file_part(hers.file, 0) == hers

    async def test_old_files_are_found_once_each_by_the_servers_clock(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        old = [file_parts(KEY, store=connection.store, customer=77, content=CONTENT) for _ in range(3)]
        [new] = file_parts(KEY, store=connection.store, customer=77, content=b"new")
        names = sorted(parts[0].file for parts in old)
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            for parts in old:
                for part in parts:
                    await adapter.push_file_part(part)
            await actor.age_files(2)
            await adapter.push_file_part(new)
            assert list(await adapter.old_files(hours=24, after="", limit=2)) == names[:2]
            assert list(await adapter.old_files(hours=24, after=names[1], limit=2)) == names[2:]
            assert list(await adapter.old_files(hours=72, after="", limit=2)) == []

    async def test_a_shop_without_the_table_has_no_files_and_says_how_to_get_it(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        [part] = file_parts(KEY, store=connection.store, customer=77, content=b"a file")
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await actor.drop_coin_desk()
            assert await adapter.file_part(part.file, 0) is None
            assert list(await adapter.old_files(hours=1, after="", limit=1)) == []
            await adapter.forget_files([part.file])
            await adapter.erase_files(77)
            with pytest.raises(ShopRefused) as refusal:
                await adapter.push_file_part(part)
        assert "bridge store prepare" in refusal.value.hint
