"""The contract's coin desk, the other half: what customers do on the shop's pages is read whole, once and in time."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

from bridge.contracts.shop import ShopAdapter, StoreConnection
from bridge.contracts.shop_documents import MOST_INBOX_BYTES, DocumentRow, DocumentTable, InboxRow
from bridge.contracts.shop_rows import SHOP_TO_DESK, signed_row, verifies
from bridge.domain.cursor import Cursor
from bridge.testing.coin_desk import PostedRow, posted_row
from bridge.testing.contract_base import NOW, ContractBase, ShopActor
from bridge.testing.contract_writing import KEY

REMEMBER = timedelta(minutes=15)


class InboxContract(ContractBase):
    """What an adapter reads of the inbox."""

    async def test_a_posted_row_is_read_byte_by_byte(self, actor: ShopActor, connection: StoreConnection) -> None:
        posted = _post(connection, text="Настроить Google Analytics · تنظیم 🪙 'quoted' \\ \"and\" %s")
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await actor.post(posted)
            [row] = await adapter.inbox(Cursor())
        assert (row.uuid, row.customer_id, row.payload) == (posted.uuid, posted.customer_id, posted.payload)
        assert verifies([KEY], "inbox", row.payload, row.key_id, row.mac, direction=SHOP_TO_DESK)

    async def test_what_has_been_read_is_not_read_again_and_what_is_new_is(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            cursor = Cursor()
            for _ in range(3):
                posted = _post(connection)
                await actor.post(posted)
                rows = await adapter.inbox(cursor)
                assert [row.uuid for row in rows] == [posted.uuid]
                cursor = _advanced(cursor, rows)
            assert list(await adapter.inbox(cursor)) == []

    async def test_a_row_posted_twice_is_one(self, actor: ShopActor, connection: StoreConnection) -> None:
        posted, later = _post(connection), _post(connection)
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await actor.post(posted, posted._replace(payload="{}"), later)
            found = await adapter.inbox(Cursor())
        assert [(row.uuid, row.payload) for row in found] == [(p.uuid, p.payload) for p in (posted, later)]

    async def test_rows_that_commit_late_and_out_of_order_are_all_read(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        first, second, third = [_post(connection) for _ in range(3)]
        async with self.connected(connection) as adapter, AsyncExitStack() as later:
            await adapter.prepare()
            await actor.post(_post(connection))
            cursor = await self._read_on(adapter, Cursor(), count=1)
            async with AsyncExitStack() as sooner:
                await later.enter_async_context(actor.posting(first))
                await sooner.enter_async_context(actor.posting(second))
                await actor.post(third)
                rows = await adapter.inbox(cursor)
                assert [row.uuid for row in rows] == [third.uuid]
                cursor = _advanced(cursor, rows)
            rows = await adapter.inbox(cursor)
            assert second.uuid in {row.uuid for row in rows}
            cursor = _advanced(cursor, rows)
            await later.aclose()
            assert first.uuid in {row.uuid for row in await adapter.inbox(cursor)}

    async def test_a_row_missing_far_below_the_cursor_is_found_when_it_turns_up(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        late = _post(connection)
        async with self.connected(connection) as adapter, AsyncExitStack() as stack:
            await adapter.prepare()
            await stack.enter_async_context(actor.posting(late))
            await actor.post(*(_post(connection) for _ in range(130)))
            cursor = await self._read_on(adapter, Cursor(), count=130)
            assert list(await adapter.inbox(cursor)) == [] or cursor.read_after < cursor.position
            await stack.aclose()
            assert late.uuid in {row.uuid for row in await adapter.inbox(cursor)}

    async def test_many_rows_are_read_in_pages_and_none_is_left_out(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            posted = [_post(connection) for _ in range(230)]
            await actor.post(*posted)
            seen: list[str] = []
            cursor = Cursor()
            while rows := await adapter.inbox(cursor):
                assert len(rows) <= 200
                seen += [row.uuid for row in rows]
                cursor = _advanced(cursor, rows)
        assert seen == [row.uuid for row in posted]

    async def test_a_row_that_is_too_long_comes_empty_and_holds_nothing_up(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        longest = _post(connection)._replace(payload="x" * MOST_INBOX_BYTES)
        longer = _post(connection)._replace(payload="x" * (MOST_INBOX_BYTES + 1))
        wider = _post(connection)._replace(payload="я" * (MOST_INBOX_BYTES // 2 + 1))
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await actor.post(longest, longer, wider, _post(connection))
            found = await adapter.inbox(Cursor())
        assert [len(row.payload) for row in found[:3]] == [MOST_INBOX_BYTES, 0, 0]
        assert found[3].payload

    async def test_a_row_of_nonsense_is_read_as_it_is(self, actor: ShopActor, connection: StoreConnection) -> None:
        odd = PostedRow(connection.store, "no-uuid", 0, '{"v":', "", "мак")
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await actor.post(odd)
            [row] = await adapter.inbox(Cursor())
        assert row[1:] == (0, "no-uuid", '{"v":', "", "мак")

    async def test_another_stores_rows_are_never_seen(self, actor: ShopActor, connection: StoreConnection) -> None:
        ours, theirs = _post(connection), _post(connection)._replace(store="other")
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await actor.post(theirs, ours, theirs._replace(uuid=ours.uuid))
            found = await adapter.inbox(Cursor())
            assert [row.uuid for row in found] == [ours.uuid]
            assert found[0].payload == ours.payload
            await actor.age_posts(91)
            assert await adapter.forget_inbox(90) == 1
        async with self.connected(connection, store="other") as other:
            assert {row.uuid for row in await other.inbox(Cursor())} == {theirs.uuid, ours.uuid}

    async def test_rows_are_given_whatever_their_ids_once_the_ids_have_begun_anew(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        """An older dump was put back, or a server forgot the ids of a table that was empty when it restarted."""
        before = Cursor(1_000_000)
        posted = [_post(connection) for _ in range(3)]
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            assert list(await adapter.inbox(before)) == []
            await actor.post(*posted)
            assert [row.uuid for row in await adapter.inbox(before)] == [row.uuid for row in posted]

    async def test_old_rows_are_forgotten_with_their_answers_and_younger_ones_stay(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        old, young = _post(connection), _post(connection)
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await actor.post(old)
            await adapter.push_documents(DocumentTable.ANSWER, [_answer(old), _answer(young)])
            await actor.age_posts(89)
            assert await adapter.forget_inbox(90) == 0
            await actor.age_posts(2)
            await actor.post(young)
            assert await adapter.forget_inbox(90) == 1
            assert await adapter.forget_inbox(90) == 0
            assert [row.uuid for row in await adapter.inbox(Cursor())] == [young.uuid]
            answers = await adapter.documents(DocumentTable.ANSWER, [old.uuid, young.uuid])
        assert list(answers) == [_answer(young)]

    async def test_thousands_of_old_rows_are_forgotten_at_once(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await actor.post(*(_post(connection) for _ in range(1_100)))
            await actor.age_posts(91)
            assert await adapter.forget_inbox(90) == 1_100
            assert list(await adapter.inbox(Cursor())) == []

    async def test_what_one_customer_sent_is_erased_with_its_answers_and_no_other(
        self, actor: ShopActor, connection: StoreConnection
    ) -> None:
        his, hers = _post(connection), _post(connection, customer=78)
        async with self.connected(connection) as adapter:
            await adapter.prepare()
            await actor.post(his, hers)
            await adapter.push_documents(DocumentTable.ANSWER, [_answer(his), _answer(hers)])
            assert await adapter.erase_inbox(77) == 1
            assert await adapter.erase_inbox(77) == 0
            assert [row.uuid for row in await adapter.inbox(Cursor())] == [hers.uuid]
            assert await adapter.documents(DocumentTable.ANSWER, [his.uuid, hers.uuid]) == [_answer(hers)]

    async def _read_on(self, adapter: ShopAdapter, cursor: Cursor, *, count: int) -> Cursor:
        rows = await adapter.inbox(cursor)
        assert len(rows) == count
        return _advanced(cursor, rows)


def _post(connection: StoreConnection, text: str = "", *, customer: int = 77) -> PostedRow:
    data = {"subject": "Google Analytics", "text": text, "price": None}
    return posted_row(KEY, store=connection.store, customer=customer, kind="ticket_open", data=data)


def _answer(post: PostedRow) -> DocumentRow:
    row = signed_row(KEY, "answer", {"v": 1, "uuid": post.uuid}, customer_id=post.customer_id, epoch=1, number=1)
    return DocumentRow(post.uuid, row)


def _advanced(cursor: Cursor, rows: Sequence[InboxRow]) -> Cursor:
    return cursor.advance([row.id for row in rows], at=NOW, remember=REMEMBER)
