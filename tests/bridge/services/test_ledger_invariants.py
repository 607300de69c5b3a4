"""Rule C16 after every step of random histories: shops that change their orders, staff, settings, clocks and repeats.

The model beside it is deliberately simple: it knows what each order owes, not how that is booked.
`BRIDGE_LEDGER_EXAMPLES` and `BRIDGE_LEDGER_STEPS` ask for more than the everyday run.
"""

import json
import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Owner
from bridge.domain.ledger import Entry, EntryKind, Posting
from bridge.domain.orders import Order, OrderLine
from bridge.domain.plans import Plan, PlanBook
from bridge.domain.purchases import StoreTerms
from bridge.errors import KeyReused, LedgerError, NotEnoughCoins
from bridge.services import staff_coins
from bridge.services.purchases import book_orders
from bridge.services.verify import verify
from bridge.testing.clock import FixedClock
from tests.support.books import (
    ACME,
    BASE,
    BASE_TOO,
    CHARGED_BACK,
    MONDAY_9AM,
    PAID,
    PENDING,
    PRO,
    REFUNDED,
    TEHRAN,
    a_quick_desk,
    a_store,
    an_order,
    customer,
    guest,
)
from tests.support.memory_desk import MemoryDesk

CODES = (BASE, BASE_TOO, PRO, "ESSENTIAL-300", "FONT")
PLAN_KEYS = ("essential", "base", "professional")
START = date(2026, 1, 1)
MOST_UNITS = 10
EXAMPLES = int(os.environ.get("BRIDGE_LEDGER_EXAMPLES", "100"))
STEPS = int(os.environ.get("BRIDGE_LEDGER_STEPS", "30"))

lines = st.lists(
    st.builds(
        OrderLine,
        st.sampled_from(CODES),
        st.sampled_from([1, 1, 2, 3, 4, 0, -1]),
        st.sampled_from([0, 0, 0, 1, 2]),
        st.sampled_from([0, 0, 0, 1]),
    ),
    min_size=0,
    max_size=3,
).map(tuple)
statuses = st.sampled_from([PAID, PAID, 3, PENDING, 7, REFUNDED, CHARGED_BACK])
order_ids = st.integers(1, 4)
people = st.sampled_from([customer(1), customer(2)])
amounts = st.integers(1, 700)


@dataclass
class Owes:
    """What the orders owe, worked out from what was shown of them and nothing else."""

    terms: dict[int, dict[str, tuple[str, int]]] = field(default_factory=dict)
    units: dict[int, Counter[str]] = field(default_factory=dict)
    owners: dict[int, Owner] = field(default_factory=dict)
    frozen: set[Owner] = field(default_factory=set)

    def see(self, order: Order, store: StoreTerms) -> None:
        number, frozen = order.order_id, self.terms.get(order.order_id)
        if order.status in (7, REFUNDED, CHARGED_BACK):
            if frozen is not None:
                self.units[number] = Counter()
                if order.status == CHARGED_BACK:
                    self.frozen.add(self.owners[number])
        elif order.status in (PAID, 3):
            assert order.ordered_at is not None
            if frozen is None and order.ordered_at.date() < START:
                return
            terms = self._with_new_codes(order, frozen or {}, store)
            mine = [line for line in order.lines if line.code in terms]
            owed: Counter[str] = Counter()
            for line in mine:
                owed[terms[line.code][0]] += line.owed
            if any(line.quantity < 0 or line.owed < 0 for line in mine) or any(n > MOST_UNITS for n in owed.values()):
                return
            if frozen is not None or owed.total():
                assert order.buyer is not None
                self.terms[number], self.units[number] = terms, owed
                self.owners.setdefault(number, order.buyer)

    def _with_new_codes(
        self, order: Order, frozen: dict[str, tuple[str, int]], store: StoreTerms
    ) -> dict[str, tuple[str, int]]:
        terms, sizes = dict(frozen), dict(frozen.values())
        for line in order.lines:
            for plan in store.plans.plans.values():
                if line.code in plan.product_codes and line.code not in frozen:
                    terms[line.code] = (plan.key, sizes.get(plan.key, plan.coins))
        return terms

    def coins(self, owner: Owner) -> int:
        """Coins that the orders alone put on an account."""
        return sum(
            dict(self.terms[number].values())[plan] * count
            for number, owed in self.units.items()
            if self.owners[number] == owner
            for plan, count in owed.items()
        )


class Books(RuleBasedStateMachine):
    """A shop, its staff and its settings do what they like; the books must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = MemoryDesk()
        self.clock = FixedClock(MONDAY_9AM)
        self.store = a_store(fuse_units=10_000, units_per_order=MOST_UNITS, start=START)
        self.shop: dict[int, Order] = {}
        self.shown: list[Order] = []
        self.owes = Owes()
        self.by_hand: dict[str, tuple[str, Owner, int]] = {}
        self.granted: Counter[Owner] = Counter()
        self.spent: set[Owner] = set()
        self.written: dict[int, tuple[Any, ...]] = {}
        self.pages: dict[int, tuple[int, list[Any]]] = {}

    def teardown(self) -> None:
        self.desk.close()

    # --- the shop ---

    @initialize(first=lines, second=lines)
    def two_orders_are_paid(self, first: tuple[OrderLine, ...], second: tuple[OrderLine, ...]) -> None:
        self.place(1, (*first, OrderLine(BASE, 2)), customer(1), days=0)
        self.place(2, second, customer(2), days=0)

    @rule(number=order_ids, new=lines, days=st.sampled_from([0, -30, -400]), buyer=people)
    def place(self, number: int, new: tuple[OrderLine, ...], buyer: Owner, days: int) -> None:
        if number not in self.shop:
            ordered = datetime(2026, 11, 20, 12, 0) + timedelta(days=days)  # noqa: DTZ001  # a shop's wall clock
            owner = guest(number) if number == 4 else buyer
            self.shop[number] = an_order(
                number, buyer=owner, customer_id=owner.ref, ordered_at=ordered, granting_at=ordered, lines=new
            )
            self.book(number)

    @rule(number=order_ids, status=statuses)
    def the_status_changes(self, number: int, status: int) -> None:
        if number in self.shop:
            self.shop[number] = self.shop[number]._replace(status=status)
            self.book(number)

    @rule(number=order_ids, new=lines)
    def the_order_is_edited(self, number: int, new: tuple[OrderLine, ...]) -> None:
        if number in self.shop:
            self.shop[number] = self.shop[number]._replace(lines=new)
            self.book(number)

    @rule(number=order_ids)
    def another_code_takes_over(self, number: int) -> None:
        """An edit that replaces a product by another of the same plan, quantity and all."""
        if number in self.shop:
            swapped = {BASE: BASE_TOO, BASE_TOO: BASE}
            new = tuple(line._replace(code=swapped.get(line.code, line.code)) for line in self.shop[number].lines)
            self.the_order_is_edited(number, new)

    @precondition(lambda self: self.shop)
    @rule(flips=st.integers(1, 10), number=order_ids)
    def the_paid_status_flips(self, number: int, flips: int) -> None:
        if number in self.shop:
            self.the_status_changes(number, PAID)
            if any(line.owed < 0 for line in self.shop[number].lines):
                return  # an order that can't be booked stays revoked until a person has looked
            before = self.balances()
            for _ in range(flips):
                self.the_status_changes(number, REFUNDED)
                self.the_status_changes(number, PAID)
            assert self.balances() == before, f"{flips} flips gave other coins than none"

    @precondition(lambda self: self.shown)
    @rule(data=st.data())
    def an_old_view_of_an_order_comes_again(self, data: st.DataObject) -> None:
        stale = data.draw(st.sampled_from(self.shown))
        self.show([stale])
        self.book(stale.order_id)

    @precondition(lambda self: self.shop)
    @rule()
    def everything_is_read_again(self) -> None:
        self.show(list(self.shop.values()))

    def book(self, number: int) -> None:
        self.show([self.shop[number]])

    def show(self, orders: list[Order]) -> None:
        now = self.clock.now()
        self.desk.run(book_orders, self.store, orders, at=now)
        for order in orders:
            self.owes.see(order, self.store)
        self.shown = [*self.shown, *orders][-20:]
        after = self.everything()
        repeat = self.desk.run(book_orders, self.store, orders, at=now + timedelta(seconds=5))
        assert repeat.units == 0, "the same orders were booked twice"
        assert self.everything() == after, "a repeat changed the books"

    # --- staff ---

    @rule(owner=people, coins=amounts, up=st.booleans(), new=st.booleans(), key=st.integers(1, 3))
    def staff_grant_or_correct(self, owner: Owner, coins: int, up: bool, new: bool, key: int) -> None:
        name, change = f"k{key}", coins if up else -coins
        what = ("grant" if new and up else "correct", owner, change)
        known = self.by_hand.get(name)
        before = self.everything()
        try:
            self.by_hand_again(name, what)
        except KeyReused:
            assert known is not None
            assert known != what
            assert self.everything() == before
        except LedgerError:
            assert known != what
            assert self.everything() == before
        else:
            assert known in (None, what), "a key with other content was taken"
            if known is None:
                self.by_hand[name] = what
                self.granted[owner] += change
            else:
                assert self.everything() == before, "a repeat moved coins"

    def by_hand_again(self, name: str, what: tuple[str, Owner, int]) -> None:
        kind, owner, coins = what
        act = staff_coins.grant if kind == "grant" else staff_coins.correct
        if coins < 0:
            self.spent.add(owner)
        self.desk.run(
            act, ACME, owner, coins=coins, reason="said so", staff="Anna", key=name, zone=TEHRAN, at=self.clock.now()
        )

    @rule(data=st.data(), part=st.floats(0.1, 1))
    def coins_are_held_or_settled(self, data: st.DataObject, part: float) -> None:
        """Entries of the kind that quotes will write: a hold, and later its settlement."""
        found = self.desk.rows("SELECT id, account_id, posted, held FROM package WHERE posted > 0")
        if not found:
            return
        package, account, posted, held = data.draw(st.sampled_from(found))
        amount = max(1, int((held or posted) * part))
        posting = Posting(package, -amount, -amount) if held else Posting(package, 0, amount)
        key = f"work:{len(self.written)}:{self.clock.now()}:{amount}"

        def append(tx: Tx) -> None:
            one = next(p for p in tx.ledger.packages_of([account])[account] if p.id == package)
            entry = Entry(key, account, EntryKind.CORRECT, self.clock.now(), (posting,), "work", None, "Anna")
            tx.ledger.append(ACME, [entry], {package: one})

        self.desk.run(append)
        ((kind, ref),) = self.desk.rows("SELECT owner_kind, owner_ref FROM account WHERE id = ?", [account])
        self.spent.add(Owner(kind, ref))

    # --- settings and time ---

    @rule(plan=st.sampled_from(PLAN_KEYS), coins=st.sampled_from([1, 100, 550, 900]))
    def a_plan_changes_its_size(self, plan: str, coins: int) -> None:
        plans = self.store.plans.plans
        if plan in plans:
            old = plans[plan]
            changed = Plan(plan, old.rank, coins, old.valid_months, old.product_codes)
            self.plans_become([changed if one.key == plan else one for one in plans.values()])

    @rule(code=st.sampled_from(CODES[:4]), to=st.sampled_from([*PLAN_KEYS, None]))
    def a_code_moves(self, code: str, to: str | None) -> None:
        self.plans_become(
            [
                Plan(
                    one.key,
                    one.rank,
                    one.coins,
                    one.valid_months,
                    tuple(c for c in one.product_codes if c != code) + ((code,) if one.key == to else ()),
                )
                for one in self.store.plans.plans.values()
            ]
        )

    def plans_become(self, plans: list[Plan]) -> None:
        self.store = a_store(fuse_units=10_000, units_per_order=MOST_UNITS, start=START, plans=PlanBook(plans))

    @rule(step=st.sampled_from([timedelta(seconds=7), timedelta(days=40), timedelta(days=370), timedelta(hours=-2)]))
    def time_passes(self, step: timedelta) -> None:
        self.clock.advance(step)

    # --- what must hold ---

    def everything(self) -> list[Any]:
        return [
            self.desk.rows(f"SELECT * FROM {table} ORDER BY 1, 2")
            for table in ("account", "package", "entry", "purchase", "outbox")
        ]

    def balances(self) -> dict[int, tuple[int, int]]:
        return {a: (posted, held) for a, posted, held in self.desk.rows("SELECT id, posted, held FROM account")}

    @invariant()
    def entries_add_up_to_packages_and_accounts(self) -> None:
        by_package: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        by_account: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        keys = set()
        found = self.desk.rows(
            "SELECT id, account_id, number, key, postings, posted, held, posted_after, held_after"
            " FROM entry ORDER BY id",
        )
        for number, account, place, key, postings, posted, held, posted_after, held_after in found:
            mine = by_account[account]
            for package, *moved in json.loads(postings):
                by_package[package][0] += moved[0]
                by_package[package][1] += moved[1]
            mine[0] += sum(moved[1] for moved in json.loads(postings))
            mine[1] += sum(moved[2] for moved in json.loads(postings))
            mine[2] += 1
            assert mine == [posted_after, held_after, place], f"entry {number} does not continue its account"
            assert (posted, held) == tuple(sum(m[i] for m in json.loads(postings)) for i in (1, 2))
            keys.add(key)
            assert by_package
        assert len(keys) == len(found)
        for package, coins, posted, held in self.desk.rows("SELECT id, coins, posted, held FROM package"):
            assert 0 <= held <= posted <= coins, f"package {package}"
            assert by_package[package] == [posted, held], f"package {package} differs from its entries"
        for account, posted, held, entries in self.desk.rows("SELECT id, posted, held, entries FROM account"):
            assert by_account[account] == [posted, held, entries], f"account {account} differs from its entries"
            sums = self.desk.rows(
                "SELECT coalesce(sum(posted), 0), coalesce(sum(held), 0) FROM package WHERE account_id = ?",
                [account],
            )
            assert sums == [(posted, held)], f"account {account} differs from its packages"

    @invariant()
    def no_written_entry_changes(self) -> None:
        found = {row[0]: row for row in self.desk.rows("SELECT * FROM entry")}
        assert {number: found.get(number) for number in self.written} == self.written
        self.written = found

    @invariant()
    def what_an_account_page_shows_never_changes_without_a_new_version(self) -> None:
        for account, number, *rest in self.desk.rows("SELECT id, number, posted, held, frozen_ms FROM account"):
            packages = self.desk.rows("SELECT * FROM package WHERE account_id = ? ORDER BY id", [account])
            before, shown = self.pages.get(account, (-1, []))
            assert number >= before
            assert number > before or [rest, packages] == shown, f"account {account} is never pushed again"
            self.pages[account] = (number, [rest, packages])

    @invariant()
    def the_books_verify(self) -> None:
        """But for the quotes that coins are held for: here they are held for none."""
        found = self.desk.look(verify, ACME).differences
        assert [one for one in found if not one.where.endswith(": held by its quotes")] == []

    @invariant()
    def units_are_what_the_orders_owe(self) -> None:
        found = Counter(self.desk.rows("SELECT order_id, plan FROM package WHERE order_id IS NOT NULL AND NOT revoked"))
        owed = {(number, plan): n for number, units in self.owes.units.items() for plan, n in units.items() if n}
        assert dict(found) == owed

    @invariant()
    def each_unit_was_granted_once_and_never_holds_more(self) -> None:
        moved: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for kind, postings in self.desk.rows("SELECT kind, postings FROM entry WHERE order_id IS NOT NULL"):
            for package, posted, _ in json.loads(postings):
                moved[package][kind] += posted
        for package, coins in self.desk.rows("SELECT id, coins FROM package WHERE order_id IS NOT NULL"):
            assert moved[package]["grant"] == coins
            assert 0 <= -moved[package]["revoke"] - moved[package]["reinstate"] <= coins

    @invariant()
    def an_account_without_corrections_has_what_its_orders_and_grants_say(self) -> None:
        for kind, ref, posted in self.desk.rows("SELECT owner_kind, owner_ref, posted FROM account"):
            owner = Owner(kind, ref)
            if owner not in self.spent:
                assert posted == self.owes.coins(owner) + self.granted[owner]

    @invariant()
    def a_chargeback_freezes_for_good(self) -> None:
        found = self.desk.rows("SELECT owner_kind, owner_ref FROM account WHERE frozen_ms IS NOT NULL")
        assert {Owner(*row) for row in found} == self.owes.frozen


@pytest.mark.timeout(300 + EXAMPLES)
def test_C16_the_books_hold_after_every_step_of_a_random_history() -> None:
    profile = settings(
        settings.get_profile("house"),
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Books, settings=profile)


def test_C14_ten_flips_of_the_paid_status_give_the_same_coins_as_one() -> None:
    """Also told to the customer no more often than it happened, and with the same end."""
    balances = []
    for flips in (1, 10):
        with a_quick_desk() as desk:
            store = a_store()
            for _ in range(flips):
                for status in (PAID, REFUNDED, PAID):
                    desk.run(book_orders, store, [an_order(1042, (BASE, 3), status=status)], at=MONDAY_9AM)
            balances.append(desk.run(staff_coins.balance, ACME, customer(77), at=MONDAY_9AM))
    assert balances[0].available == balances[1].available == 3 * 550
    assert [p.usable_until for p in balances[0].packages] == [p.usable_until for p in balances[1].packages]


def test_C10_a_correction_below_zero_takes_nothing() -> None:
    with a_quick_desk() as desk:
        desk.run(book_orders, a_store(), [an_order()], at=MONDAY_9AM)
        with pytest.raises(NotEnoughCoins) as refusal:
            desk.run(
                staff_coins.correct, ACME, customer(77), coins=-551, reason="typo", staff="Anna", key="1",
                zone=TEHRAN, at=MONDAY_9AM,
            )  # fmt: skip
        assert (refusal.value.needed, refusal.value.available) == (551, 550)
        assert desk.run(staff_coins.balance, ACME, customer(77), at=MONDAY_9AM).available == 550
