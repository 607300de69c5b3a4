"""Orders whose dates are as bad as dates get, played in a pretend shop at chosen moments.

It believes: a shop writes the wall clock of its PHP zone, to the second and without a zone; several changes fall into
one second; the clock's hands go over one hour twice and over another never; a date can be missing or zero; a shop's
zone is changed one day and its old rows stay as they are. One seed gives one sequence of changes. Many orders change
at once here, so the rows of a step are written together, in the order in which the shop's code writes one order's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.support.bridges import COINS, platform_of
from tests.support.shop_database import Value
from tests.support.shops import AnyShop

ZERO_DATE = "0000-00-00 00:00:00"
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - what a shop's code writes for no date at all
CUSTOMERS = 9
"""Few enough that everybody buys several times a day."""


class Fault(StrEnum):
    """What is wrong with an order's dates."""

    NONE = "none"
    NO_PAYMENT_DATE = "its history has no date"
    ZERO_PAYMENT_DATE = "its history has the zero date"
    EPOCH_PAYMENT_DATE = "its history has the first date a computer knows"
    NO_ORDER_DATE = "it has no date"
    ZERO_ORDER_DATE = "it has the zero date"
    EPOCH_ORDER_DATE = "it has the first date a computer knows"
    BEFORE_START = "it was placed before the store's start and is paid after it"
    SKIPPED = "its dates lie in the hour that a clock change leaves out"


PAYMENT_DATE: Mapping[Fault, Value] = {
    Fault.NO_PAYMENT_DATE: None,
    Fault.ZERO_PAYMENT_DATE: ZERO_DATE,
    Fault.EPOCH_PAYMENT_DATE: EPOCH,
}
ORDER_DATE: Mapping[Fault, Value] = {
    Fault.NO_ORDER_DATE: None,
    Fault.ZERO_ORDER_DATE: ZERO_DATE,
    Fault.EPOCH_ORDER_DATE: EPOCH,
}
FAR = 12
"""Steps from one change of an order to the next, at most: long enough for a clock to be set back in between."""

NEVER_BOOKED = frozenset({*ORDER_DATE, Fault.BEFORE_START})
WEIGHTS = {Fault.NONE: 10, Fault.SKIPPED: 2}


@dataclass(frozen=True, slots=True)
class World:
    """One shop: its zone, the moments at which things happen in it (UTC), and the zone it is moved to, and when."""

    name: str
    zone: str
    moments: tuple[datetime, ...]
    start: date
    skipped: datetime | None = None
    moved_to: str = ""
    moved_at: datetime | None = None

    def wall_clock(self, moment: datetime) -> datetime:
        """What the shop writes for that moment."""
        moved = self.moved_at is not None and moment >= self.moved_at
        return moment.astimezone(ZoneInfo(self.moved_to if moved else self.zone)).replace(tzinfo=None)

    @property
    def set_back(self) -> frozenset[int]:
        """The first steps of those moments that the shop dates before one that has passed."""
        walls = [self.wall_clock(moment) for moment in self.moments]
        return frozenset(2 * n for n, wall in enumerate(walls) if any(wall < before for before in walls[:n]))


class Act(StrEnum):
    PLACE = "place"
    PAY = "pay"
    TAKE_BACK = "take back"
    EDIT = "edit"


class Event(NamedTuple):
    """One change of one order. `step` counts half moments: two steps fall into the same second."""

    step: int
    act: Act
    lines: tuple[tuple[str, int], ...] = ()
    status: int = 0


@dataclass(slots=True)
class Case:
    """One order and its life."""

    number: int
    customer: int
    fault: Fault
    events: list[Event]


class _Names(NamedTuple):
    """Where a platform keeps what: tables and columns."""

    orders: str
    order: str
    customer: str
    status: str
    placed: str
    changed: str
    lines: str
    line: str
    code: str
    quantity: str
    history_row: str
    history_status: str
    dated: str


NAMES = {
    "opencart": _Names(
        *("order", "order_id", "customer_id", "order_status_id", "date_added", "date_modified"),
        *("order_product", "order_product_id", "model", "quantity"),
        *("order_history_id", "order_status_id", "date_added"),
    ),
    "prestashop": _Names(
        *("orders", "id_order", "id_customer", "current_state", "date_add", "date_upd"),
        *("order_detail", "id_order_detail", "product_reference", "product_quantity"),
        *("id_order_history", "id_order_state", "date_add"),
    ),
}


def drawn_cases(
    world: World, shop: AnyShop, count: int, *, seed: int, first: int, customers: Sequence[int]
) -> list[Case]:
    """The lives of `count` orders, by a seed; most changes fall into a second that has been read before."""
    random = Random(seed)  # noqa: S311 - to be repeatable, not secret
    steps = 2 * len(world.moments)
    faults = [fault for fault in Fault if fault is not Fault.SKIPPED or world.skipped is not None]
    cases = []
    for number in range(first, first + count):
        fault = random.choices(faults, [WEIGHTS.get(one, 1) for one in faults])[0]
        # The first halves come first: what follows in the second half is what a cursor by date has passed.
        step = random.randrange(steps) if random.random() < 0.2 else 2 * random.randrange(steps // 2)
        if world.set_back and random.random() < 0.1:
            cases.append(Case(number, random.choice(customers), fault, _turned(random, world, shop)))
            continue
        events = [Event(step, Act.PLACE, _lines(random))]
        for _ in range(random.choice([1, 1, 2, 3, 4])):
            step = _later(random, step, steps)
            act = random.choice([Act.PAY, Act.PAY, Act.TAKE_BACK, Act.EDIT])
            status = random.choice([shop.canceled_status, shop.refunded_status])
            events.append(Event(step, act, _lines(random), status))
        cases.append(Case(number, random.choice(customers), fault, events))
    return cases


def _turned(random: Random, world: World, shop: AnyShop) -> list[Event]:
    """Paid, and taken back when the shop's clock shows less than it did then."""
    step = random.choice(sorted(world.set_back))
    walls = [world.wall_clock(moment) for moment in world.moments]
    before = random.choice([2 * n for n in range(step // 2) if walls[n] > walls[step // 2]])
    paid = [Event(before, Act.PLACE, _lines(random)), Event(before, Act.PAY)]
    return [*paid, Event(step, Act.TAKE_BACK, status=shop.refunded_status)]


def _later(random: Random, step: int, steps: int) -> int:
    """The same step, the other half of the same second, or a step not much later."""
    kind = random.random()
    if kind < 0.25:
        return step
    if kind < 0.65:
        return step | 1
    return random.randrange(step, min(step + FAR, steps))


def _lines(random: Random) -> tuple[tuple[str, int], ...]:
    codes = random.sample(list(COINS), random.choice([1, 1, 2]))
    return tuple((code, random.randint(1, 3)) for code in codes)


@dataclass(slots=True)
class _Live:
    """An order as the shop has it now."""

    case: Case
    status: int
    lines: tuple[tuple[str, int], ...]


@dataclass
class DatedOrders:
    """Plays the cases in a shop, step by step. `seen` is when a look after each step first finds an order paid."""

    shop: AnyShop
    world: World
    cases: list[Case]
    seen: dict[int, datetime] = field(default_factory=dict)
    _order: dict[str, Value] = field(default_factory=dict, init=False)
    _lines: dict[str, dict[str, Value]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.names = NAMES[platform_of(self.shop)]
        self._live: dict[int, _Live] = {}
        self._steps: defaultdict[int, list[tuple[Case, Event]]] = defaultdict(list)
        for case in self.cases:
            for event in case.events:
                self._steps[event.step].append((case, event))

    @classmethod
    async def open(cls, shop: AnyShop, world: World, count: int, *, seed: int) -> "DatedOrders":
        """Let customers register and an order be placed that the others are copied from; it is never paid."""
        names = NAMES[platform_of(shop)]
        customers = [await shop.add_customer(f"buyer{number}@shop.example") for number in range(CUSTOMERS)]
        at = world.wall_clock(world.moments[0])
        pattern = await shop.place_order(customers[0], [(code, 1) for code in COINS], at=at)
        cases = drawn_cases(world, shop, count, seed=seed, first=pattern + 1, customers=customers)
        orders = cls(shop, world, cases)
        orders._order = await shop.row(names.orders, **{names.order: pattern})
        lines = await shop.fetch(f"SELECT {names.line}, {names.code} FROM {{{names.lines}}} ORDER BY 1")
        orders._lines = {code: await shop.row(names.lines, **{names.line: line}) for line, code in lines}
        return orders

    async def play(self, step: int, moment: datetime) -> None:
        """Let everything happen that belongs to this step; an order's own changes one after the other."""
        rounds: list[list[tuple[Case, Event]]] = []
        turn: defaultdict[int, int] = defaultdict(int)
        for case, event in self._steps[step]:
            place = turn[case.number]
            turn[case.number] += 1
            if place == len(rounds):
                rounds.append([])
            rounds[place].append((case, event))
        for together in rounds:
            await self._write(together, moment)
        for case, _ in self._steps[step]:
            if self._live[case.number].status == self.shop.paid_status and case.fault not in NEVER_BOOKED:
                self.seen.setdefault(case.number, moment)

    async def _write(self, together: Iterable[tuple[Case, Event]], moment: datetime) -> None:
        rows: list[tuple[Case, int]] = []
        placed: list[_Live] = []
        edited: list[_Live] = []
        for case, event in together:
            if event.act is Act.PLACE:
                live = self._live[case.number] = _Live(case, self.shop.pending_status, event.lines)
                placed.append(live)
            live = self._live[case.number]
            if event.act is Act.PAY:
                live.status = self.shop.paid_status
            elif event.act is Act.TAKE_BACK:
                live.status = event.status
            elif event.act is Act.EDIT:
                live.lines = event.lines
                edited.append(live)
            rows.append((case, live.status))
        await self._place(placed, moment)
        await self._rewrite_lines(edited)
        await self._set_statuses(rows, moment)

    async def _place(self, placed: Sequence[_Live], moment: datetime) -> None:
        names = self.names
        rows = []
        for live in placed:
            case = live.case
            changes: dict[str, Value] = {
                names.order: case.number,
                names.customer: case.customer,
                names.placed: self._placed_at(case, moment),
                names.changed: self._changed_at(case, moment),
            }
            rows.append(self._order | changes)
        await insert_rows(self.shop, names.orders, rows)
        await self._add_lines(placed)

    async def _rewrite_lines(self, edited: Sequence[_Live]) -> None:
        if edited:
            numbers = ", ".join(str(live.case.number) for live in edited)
            await self.shop.execute(f"DELETE FROM {{{self.names.lines}}} WHERE {self.names.order} IN ({numbers})")
            await self._add_lines(edited)

    async def _add_lines(self, orders: Sequence[_Live]) -> None:
        names = self.names
        rows = [
            {name: value for name, value in self._lines[code].items() if name != names.line}
            | {names.order: live.case.number, names.quantity: quantity}
            for live in orders
            for code, quantity in live.lines
        ]
        await insert_rows(self.shop, names.lines, rows)

    async def _set_statuses(self, rows: Sequence[tuple[Case, int]], moment: datetime) -> None:
        """The orders first, then their history; every save moves the order's date of change."""
        names = self.names
        alike: defaultdict[tuple[int, Value], list[int]] = defaultdict(list)
        for case, status in rows:
            alike[status, self._changed_at(case, moment)].append(case.number)
        for (status, at), numbers in alike.items():
            await self.shop.execute(
                f"UPDATE {{{names.orders}}} SET {names.status} = %s, {names.changed} = %s"
                f" WHERE {names.order} IN ({', '.join(map(str, numbers))})",
                status,
                at,
            )
        history: list[dict[str, Value]] = [
            {names.order: case.number, names.history_status: status, names.dated: self._dated(case, moment)}
            for case, status in rows
        ]
        await insert_rows(self.shop, "order_history", history)

    def _placed_at(self, case: Case, moment: datetime) -> Value:
        if case.fault is Fault.BEFORE_START:
            return datetime.combine(self.world.start, datetime.min.time()) - timedelta(seconds=1)
        return self._changed_at(case, moment)

    def _changed_at(self, case: Case, moment: datetime) -> Value:
        return self._possible(ORDER_DATE[case.fault]) if case.fault in ORDER_DATE else self._written(case, moment)

    def _dated(self, case: Case, moment: datetime) -> Value:
        if case.fault in PAYMENT_DATE:
            return self._possible(PAYMENT_DATE[case.fault])
        return self._written(case, moment)

    def _written(self, case: Case, moment: datetime) -> Value:
        skipped = self.world.skipped
        if (
            case.fault is Fault.SKIPPED
            and skipped is not None
            and self.world.wall_clock(moment).date() == skipped.date()
        ):
            return skipped
        return self.world.wall_clock(moment)

    def _possible(self, value: Value) -> Value:
        """Where a date may not be NULL, a shop under its own loose rules stores the zero date."""
        columns = self.shop.layout.tables[self.names.orders].columns
        nullable = next(one for one in columns if one.name == self.names.placed).nullable
        return value if value is not None or nullable else ZERO_DATE


async def insert_rows(shop: AnyShop, table: str, rows: Sequence[Mapping[str, Value]]) -> None:
    """Insert rows that name the same columns in one statement, every NOT NULL column supplied."""
    if not rows:
        return
    unnamed = shop._unnamed(table)
    whole = [{**unnamed, **row} for row in rows]
    columns = ", ".join(f"`{name}`" for name in whole[0])
    marks = ", ".join(["(" + ", ".join(["%s"] * len(whole[0])) + ")"] * len(whole))
    values = [value for row in whole for value in row.values()]
    await shop.execute(f"INSERT INTO {{{table}}} ({columns}) VALUES {marks}", *values)


def utc(text: str) -> datetime:
    """A moment written as 2026-03-29T00:59:59."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
