"""A shop in memory: a `ShopAdapter` without a database, for tests of the engine and for plugin authors.

It believes what a real shop does: history rows only grow, an order is as it is now whenever it is read, a pushed row
never replaces a newer one, and another desk's verified claim is refused. It can fail, hang and hide rows on demand.

Example::

    shop = FakeShop()
    order = shop.add_order(customer=77, lines={"SUPPORT-BASE": 1}, status=shop.PAID)
    shop.change_status(order, shop.REFUNDED)
    shop.fail("touched", ShopUnavailable("acme: gone"), times=2)
"""

import asyncio
import json
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zlib import crc32

from bridge.contracts.shop import AccountRows, Finding, Level, OrderPage, ShopFacts, Shown, SlicePage, TouchedRow
from bridge.contracts.shop_documents import Note
from bridge.contracts.shop_rows import SignedRow, SigningKey, claim_name, foreign_claim, verifies
from bridge.contracts.shop_threads import MESSAGE_IDS
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.cursor import Cursor
from bridge.domain.orders import Order, OrderLine, Standing, StatusSets, UnreadableOrder
from bridge.domain.slices import LAST_SLICE, by_slice, sum_of
from bridge.errors import ForeignDesk, ShopError
from bridge.testing.coin_desk import FakeCoinDesk
from bridge.testing.files import FakeFiles
from bridge.testing.licences import FakeLicences
from bridge.testing.threads import FakeThreads

CURSOR = "history"
RECENT_ROWS = 500


class FakeShop(FakeCoinDesk, FakeFiles):
    """One shop with one cursor, `history`. `calls` counts the adapter's calls by name, `closed` the closings.

    `clock` is the shop's own wall clock, without a zone; every change moves it on by a second. With `threads` it has a
    customer service of its own, `threads_shop`, with `licences` a vendor's table of them, `licences_shop`.
    """

    WAITING, PAID, REFUNDED, CHARGED_BACK = 1, 5, 11, 13

    def __init__(
        self,
        store: str = "acme",
        *,
        page: int = 500,
        clock: datetime | None = None,
        threads: bool = False,
        licences: bool = False,
    ) -> None:
        FakeCoinDesk.__init__(self)
        FakeFiles.__init__(self)
        self.threads_shop = FakeThreads(store, self._called, page=page) if threads else None
        self.licences_shop = FakeLicences(self._called) if licences else None
        self.store, self.page = store, page
        self.clock = clock or datetime.now().replace(microsecond=0)  # noqa: DTZ005  # a shop's wall clock has no zone
        self.statuses = StatusSets.of({self.PAID}, {self.REFUNDED}, {self.CHARGED_BACK})
        self.orders: dict[int, Order] = {}
        self.history: list[TouchedRow] = []
        self.hidden: set[int] = set()
        self.unreadable: dict[int, str] = {}
        self.accounts: dict[int, SignedRow] = {}
        self.entries: dict[tuple[int, int], SignedRow] = {}
        self.deleted_customers: set[int] = set()
        self.born: dict[int, int] = {}
        self.next_customer = 1_000_000
        self.hints = ""
        self.desk: SignedRow | None = None
        self.calls: Counter[str] = Counter()
        self.closed = 0
        self._failures: dict[str, deque[BaseException]] = {}
        self._broken: dict[str, BaseException] = {}
        self._held: dict[str, asyncio.Event] = {}

    # --- what people do in the shop ---

    def add_order(
        self,
        *,
        customer: int | None,
        lines: Mapping[str, int],
        status: int = PAID,
        shop_id: int = 0,
        total: Decimal = Decimal("49.00"),
        ordered_at: datetime | None = None,
    ) -> int:
        """Place an order; `customer` None is a guest. Returns the order's id."""
        number = max(self.orders, default=0) + 1
        owner = Owner(OwnerKind.CUSTOMER, customer) if customer is not None else Owner(OwnerKind.GUEST, number)
        self.orders[number] = Order(
            order_id=number,
            shop_id=shop_id,
            buyer=owner,
            status=0,
            ordered_at=ordered_at or self.clock,
            granting_at=None,
            total=total,
            lines=_lines(lines),
            customer_id=customer or 0,
        )
        self.change_status(number, status)
        return number

    def change_status(self, order_id: int, status: int) -> int:
        """Give an order another status, with its history row. Returns that row's id."""
        self.clock += timedelta(seconds=1)
        order = self.orders[order_id]
        first = order.granting_at
        if first is None and self.statuses.standing(status) is Standing.GRANTING:
            first = self.clock
        self.orders[order_id] = order._replace(status=status, granting_at=first)
        return self._note(order_id)

    def edit(self, order_id: int, lines: Mapping[str, int]) -> int:
        """Give an order other lines, with its history row. Returns that row's id."""
        self.clock += timedelta(seconds=1)
        self.orders[order_id] = self.orders[order_id]._replace(lines=_lines(lines))
        return self._note(order_id)

    def delete(self, order_id: int) -> None:
        """Delete an order; its history rows stay, as some shops leave them."""
        del self.orders[order_id]

    def change_quietly(
        self, order_id: int, *, status: int | None = None, lines: Mapping[str, int] | None = None
    ) -> None:
        """Change an order without a history row, as some payment modules and back offices do."""
        order = self.orders[order_id]
        if status is not None:
            order = order._replace(status=status)
        if lines is not None:
            order = order._replace(lines=_lines(lines))
        self.orders[order_id] = order

    def delete_customer(self, customer: int) -> None:
        """Delete a customer; the orders stay."""
        self.deleted_customers.add(customer)

    def give_number_away(self, customer: int) -> None:
        """Somebody else registers and gets the number of a customer who was deleted."""
        self.deleted_customers.discard(customer)
        self.born[customer] = self.born.get(customer, customer) + 1_000_000

    def as_dumped(self) -> tuple[dict[int, Order], list[TouchedRow]]:
        """The shop as it is now, for `restore`."""
        return dict(self.orders), list(self.history)

    def restore(self, dump: tuple[dict[int, Order], list[TouchedRow]]) -> None:
        """Put the shop back to an earlier state, its ids with it."""
        self.orders, self.history = dict(dump[0]), list(dump[1])

    def make_unreadable(self, order_id: int, reason: str) -> int:
        """Let an order's rows be odd from now on. Returns the id of the history row that makes it noticed."""
        self.unreadable[order_id] = reason
        return self._note(order_id)

    # --- what goes wrong ---

    def fail(self, call: str, error: BaseException, *, times: int | None = None) -> None:
        """Let a call (`touched`, `push`, ...) raise: that many times, or until `recover`."""
        if times is None:
            self._broken[call] = error
        else:
            self._failures.setdefault(call, deque()).extend([error] * times)

    def recover(self, call: str) -> None:
        """Let a call work again."""
        self._broken.pop(call, None)
        self._failures.pop(call, None)

    def hold(self, call: str) -> None:
        """Let a call wait, as a slow server does, until `let_go`."""
        self._held[call] = asyncio.Event()

    def let_go(self, call: str) -> None:
        """Let a waiting call go on."""
        self._held.pop(call).set()

    # --- what the account page would show ---

    def posted(self, customer: int) -> int:
        """The coins on a customer's pushed row; 0 where there is none."""
        row = self.accounts.get(customer)
        return int(json.loads(row.payload)["posted"]) if row else 0

    # --- the adapter ---

    async def probe(self) -> ShopFacts:
        await self._called("probe")
        return ShopFacts("fake-1", "memory", self.statuses)

    async def newest(self) -> Mapping[str, Sequence[int]]:
        await self._called("newest")
        return {CURSOR: [row.id for row in reversed(self._rows())][:RECENT_ROWS]}

    async def touched(self, cursors: Mapping[str, Cursor]) -> Mapping[str, Sequence[TouchedRow]]:
        await self._called("touched")
        return {name: self._touched(cursor) for name, cursor in cursors.items()}

    async def read_orders(self, order_ids: Sequence[int]) -> tuple[Sequence[Order], Sequence[UnreadableOrder]]:
        await self._called("read_orders")
        return self._read(order_ids)

    async def all_orders(self, *, after: int, page: int) -> AsyncIterator[OrderPage]:
        while True:
            await self._called("all_orders")
            wanted = sorted(number for number in self.orders if number > after)[:page]
            if not wanted:
                return
            after = wanted[-1]
            yield OrderPage(*self._read(wanted), after)

    async def slices(self, *, after: int) -> SlicePage:
        await self._called("slices")
        wanted = {number: ids for number, ids in by_slice(self.orders).items() if number > after}
        if not wanted:
            return SlicePage({}, LAST_SLICE, more=False)
        first = min(wanted)
        return SlicePage({first: sum_of({i: self._digest(i) for i in wanted[first]})}, first, more=True)

    async def order_digests(self, number: int) -> Mapping[int, int]:
        await self._called("order_digests")
        return {i: self._digest(i) for i in by_slice(self.orders).get(number, [])}

    async def next_ids(self) -> Mapping[str, int]:
        await self._called("next_ids")
        threads = {MESSAGE_IDS: self.threads_shop.next_message} if self.threads_shop else {}
        return {CURSOR: len(self.history) + 1, "customer": self.next_customer, **threads}

    def tables(self) -> Mapping[str, str]:
        threads = {MESSAGE_IDS: "fake_message"} if self.threads_shop else {}
        return {CURSOR: "fake_history", "customer": "fake_customer", **threads}

    async def customers(self, customer_ids: Sequence[int]) -> Mapping[int, int]:
        await self._called("customers")
        return {i: self.born.get(i, i) for i in customer_ids if i not in self.deleted_customers}

    async def hint(self) -> str:
        await self._called("hint")
        return self.hints

    async def push(self, rows: Sequence[AccountRows]) -> None:
        await self._called("push")
        for one in rows:
            self._push(one)

    async def claim(self, row: SignedRow, keys: Sequence[SigningKey]) -> None:
        await self._called("claim")
        seen = self.desk
        if seen is not None and verifies(keys, "meta", seen.payload, seen.key_id, seen.mac):
            ours = json.loads(row.payload)
            if (foreign := foreign_claim(seen.payload, ours["desk"], ours["epoch"])) is not None:
                raise ForeignDesk(f"{self.store}: {foreign}")
        self.desk = row

    async def note(self, name: str) -> Note | None:
        if self.desk is not None and name == claim_name(self.store):
            await self._called("note")
            return Note(self.desk.payload, self.desk.key_id, self.desk.mac)
        return await super().note(name)

    async def pushed(self, customer_ids: Sequence[int]) -> tuple[Sequence[SignedRow], Sequence[SignedRow]]:
        await self._called("pushed")
        wanted = set(customer_ids)
        accounts = [self.accounts[number] for number in sorted(wanted & self.accounts.keys())]
        return accounts, [row for (customer, _), row in sorted(self.entries.items()) if customer in wanted]

    async def shown(self, customer_ids: Sequence[int]) -> Mapping[int, Shown]:
        await self._called("shown")
        entries = Counter(customer for customer, _ in self.entries)
        return {
            i: Shown(self.accounts[i].epoch, self.accounts[i].number, entries[i])
            for i in customer_ids
            if i in self.accounts
        }

    async def left_behind(self, epoch: int) -> Sequence[int]:
        await self._called("left_behind")
        return sorted(number for number, row in self.accounts.items() if row.epoch < epoch)

    async def check(self) -> Sequence[Finding]:
        try:
            await self._called("check")
        except ShopError as error:
            return [Finding("connection", Level.WRONG, str(error), error.hint)]
        return [Finding("connection", Level.OK, "a shop in memory")]

    async def prepare(self) -> Sequence[str]:
        await self._called("prepare")
        return ["a shop in memory needs no tables"]

    def preparation_sql(self, database_user: str) -> str:
        return f"-- A shop in memory needs no tables, and {database_user} no rights.\n"

    async def close(self) -> None:
        self.closed += 1

    # --- inside ---

    async def _called(self, call: str) -> None:
        self.calls[call] += 1
        await asyncio.sleep(0)
        if call in self._held:
            await self._held[call].wait()
        if self._failures.get(call):
            raise self._failures[call].popleft()
        if call in self._broken:
            raise self._broken[call]

    def _note(self, order_id: int) -> int:
        self.history.append(TouchedRow(len(self.history) + 1, order_id))
        return len(self.history)

    def _rows(self) -> list[TouchedRow]:
        """History rows that have been committed: `hidden` are the ids of those that are still to come."""
        return [row for row in self.history if row.id not in self.hidden]

    def _touched(self, cursor: Cursor) -> list[TouchedRow]:
        rows = self._rows()
        older = [row for row in rows if any(gap.first <= row.id <= gap.last for gap in cursor.older_gaps)]
        seen = [row for row in rows if cursor.read_after < row.id <= cursor.position]
        return [*older, *seen, *[row for row in rows if row.id > cursor.position][: self.page]]

    def _read(self, order_ids: Sequence[int]) -> tuple[list[Order], list[UnreadableOrder]]:
        there = [number for number in sorted(set(order_ids)) if number in self.orders]
        odd = [UnreadableOrder(i, self.unreadable[i], self._digest(i)) for i in there if i in self.unreadable]
        good = [self.orders[i]._replace(digest=self._digest(i)) for i in there if i not in self.unreadable]
        return good, odd

    def _digest(self, order_id: int) -> int:
        order = self.orders[order_id]
        return crc32(repr((order.order_id, order.status, order.customer_id, order.lines, order.ordered_at)).encode())

    def _push(self, one: AccountRows) -> None:
        row = one.account
        for entry in one.entries:
            kept = self.entries.get((entry.customer_id, entry.number))
            if kept is None or kept.epoch <= entry.epoch:
                self.entries[entry.customer_id, entry.number] = entry
        last = one.entries_before + len(one.entries)
        for (customer, number), entry in list(self.entries.items()):
            if customer == row.customer_id and number > last and entry.epoch < row.epoch:
                del self.entries[customer, number]
        kept = self.accounts.get(row.customer_id)
        if kept is None or (kept.epoch, kept.number) <= (row.epoch, row.number):
            self.accounts[row.customer_id] = row


def _lines(lines: Mapping[str, int]) -> tuple[OrderLine, ...]:
    return tuple(OrderLine(code, quantity) for code, quantity in lines.items())
