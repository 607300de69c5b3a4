"""The contract's writing half: our own tables, versions that never go back, whose shop it is, and its check."""
# ruff: noqa: N802 - a test's name begins with the number of its rule

import pytest

from bridge.contracts.shop import AccountRows, Level, Shown, StoreConnection
from bridge.contracts.shop_rows import SignedRow, SigningKey, signed_row
from bridge.errors import ForeignDesk
from bridge.testing.contract_base import ContractBase

KEY = SigningKey("k1", bytes(range(32)))
OTHER_KEY = SigningKey("k2", bytes(32))


class WritingContract(ContractBase):
    """What an adapter writes."""

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

    async def test_what_a_lost_desk_left_behind_can_be_found(self, connection: StoreConnection) -> None:
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push([_account(customer, number=9, entries=2, epoch=1) for customer in (9, 7, 8)])
            await adapter.push([_account(8, number=1, entries=1, epoch=2)])
            assert list(await adapter.left_behind(1)) == []
            assert list(await adapter.left_behind(2)) == [7, 9]

    async def test_C16_what_the_shop_shows_of_an_account_is_its_version_and_its_number_of_entries(
        self, connection: StoreConnection
    ) -> None:
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            assert dict(await adapter.shown([7, 8])) == {}
            await adapter.push([_account(7, number=5, entries=3, epoch=2), _account(8, number=1, entries=0)])
            shown = dict(await adapter.shown([9, 8, 7, 2**40]))
            assert shown == {7: Shown(2, 5, 3), 8: Shown(1, 1, 0)}
            later = _account(7, number=6, entries=4, epoch=2)
            await adapter.push([AccountRows(later.account, later.entries[3:], entries_before=3)])
            assert dict(await adapter.shown([7])) == {7: Shown(2, 6, 4)}
            assert dict(await adapter.shown([])) == {}

    async def test_what_the_shop_shows_of_many_accounts_is_told_at_once(self, connection: StoreConnection) -> None:
        rows = [_account(customer, number=1, entries=1) for customer in range(1, 1_002)]
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push(rows)
            shown = await adapter.shown(range(1, 1_002))
        assert dict(shown) == dict.fromkeys(range(1, 1_002), Shown(1, 1, 1))

    async def test_many_accounts_are_pushed_at_once(self, connection: StoreConnection) -> None:
        rows = [_account(customer, number=1, entries=3) for customer in range(1, 502)]
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await adapter.push(rows)
            accounts, entries = await adapter.pushed(range(1, 502))
            await adapter.push([])
        assert len(accounts) == 501
        assert len(entries) == 1503

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
