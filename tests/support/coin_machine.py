"""A store whose shop, staff, customers and clock do what they like; after each step its books must hold (rule C16).

Every action is predicted by the naive model beside it, done, and done once more; any earlier one may come again with
the very same arguments. `BRIDGE_COIN_EXAMPLES` and `BRIDGE_COIN_STEPS` ask for other runs than the everyday one.
"""

import json
import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bridge.contracts.quotes import Channel
from bridge.desk.transaction import DeskTx
from bridge.desk.values import from_ms
from bridge.domain.orders import Order, OrderLine
from bridge.domain.quotes import Cause, Quote, QuoteKind
from bridge.domain.tickets import Author
from bridge.errors import LedgerError
from bridge.services import deciding, disputes, firing, heartbeat, offering, staff_coins, working
from bridge.services.purchases import book_orders
from bridge.services.verify import verify
from tests.support.books import (
    ACME,
    BASE,
    CHARGED_BACK,
    MONDAY_9AM,
    PAID,
    PENDING,
    PRO,
    REFUNDED,
    SMALL,
    TEHRAN,
    a_store,
    an_order,
    customer,
)
from tests.support.coin_model import HOLDING, Bought, CoinModel, Pile, Promise
from tests.support.memory_desk import MemoryDesk
from tests.support.quoting import ANNA, desk_terms

EXAMPLES = int(os.environ.get("BRIDGE_COIN_EXAMPLES", "500"))
STEPS = int(os.environ.get("BRIDGE_COIN_STEPS", "50"))
COINS_OF = {SMALL: 300, BASE: 550, PRO: 900}
TOLD_ANEW = ("problem",)
"""A note to staff is counted again each time its order is seen."""

MEANWHILE = (
    "",
    "",
    "refunded",
    "charged back",
    "charged back by staff",
    "weeks",
    "weeks, and nobody looked",
    "down",
    "too late",
)
OUTCOMES = ("", "", "settled", "spent", "released", "ours", "feasible", "infeasible", "cancelled", "revised")


class Story(NamedTuple):
    """Something a customer wants: what is offered, for the last ticket or a new one, and what becomes of it."""

    coins: int
    inspection: bool
    same: bool
    started: bool
    meanwhile: str
    outcome: str


owners = st.sampled_from([1, 2])
numbers = st.integers(0, 40)
some_coins = st.sampled_from([1, 7, 15, 40, 120, 300, 700])
steps = st.sampled_from(
    [
        timedelta(milliseconds=1),
        timedelta(seconds=30),
        timedelta(hours=20),
        timedelta(days=3),
        timedelta(days=14),
        timedelta(days=31),
        timedelta(days=200),
        timedelta(hours=-2),
        timedelta(days=-5),
    ]
)
stories = st.builds(
    Story,
    some_coins,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(MEANWHILE),
    st.sampled_from(OUTCOMES),
)
looks = st.builds(
    Story,
    coins=st.just(15),
    inspection=st.sampled_from([True]),
    same=st.sampled_from([False]),
    started=st.booleans(),
    meanwhile=st.sampled_from(("", "", "charged back", "weeks")),
    outcome=st.sampled_from(("", "feasible", "feasible", "feasible", "infeasible", "cancelled", "ours", "revised")),
)
lives = st.sampled_from([0, 0, 2, 20, 45])
"""In how many days a package that staff give ends; 0 for the usual year."""


@dataclass(frozen=True)
class Call:
    """Something that was done: the service with its arguments, and of which version of which quote."""

    service: Callable[..., Any]
    arguments: tuple[Any, ...]
    named: dict[str, Any]
    quote: int = 0
    version: int = 0

    def __call__(self, tx: DeskTx) -> Any:
        return self.service(tx, *self.arguments, **self.named)


class CoinStore(RuleBasedStateMachine):
    """One store."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = MemoryDesk()
        self.terms = desk_terms()
        self.store = a_store(fuse_units=10_000)
        self.now = MONDAY_9AM
        self.model = CoinModel()
        self.shop: dict[int, Order] = {}
        self.accounts: dict[int, int] = {}
        self.tickets: list[tuple[int, int]] = []
        self.calls: list[Call] = []
        self.keys = 0
        self.entries = 0
        self.sums: dict[int, list[int]] = {}
        self.events: dict[str, str] = {}
        self.shown: dict[str, dict[int, tuple[int, Any]]] = {"account": {}, "quote": {}}

    def teardown(self) -> None:
        self.desk.close()

    # --- doing things ---

    def do(self, service: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Do what must be possible, and do it once more."""
        return self.act(Call(service, arguments, named), allowed=True)

    def act(self, call: Call, *, allowed: bool, again: bool = True) -> Any:
        """Do it; what the model says can't be done must be refused, and change nothing."""
        before = self.desk.image()
        if not allowed:
            with pytest.raises(LedgerError):
                self.desk.run(call)
            assert not self.desk.differs(before), f"it was refused, and yet something changed: {call}"
            return None
        result = self.desk.run(call)
        if again:
            self.once_more(call)
        return result

    def once_more(self, call: Call) -> None:
        """A repeat is refused or answered; it changes nothing."""
        before = self.desk.image()
        with suppress(LedgerError):
            self.desk.run(call)
        assert not self.desk.differs(before, without=TOLD_ANEW), f"a repeat changed something: {call}"

    def on_quote(
        self,
        promise: Promise,
        service: Callable[..., Any],
        *arguments: Any,
        allowed: bool,
        **named: Any,
    ) -> bool:
        """Do something to a version of a quote that can be done to it once. Whether it was done."""
        call = Call(service, (self.terms, *arguments), {**named, "at": self.now}, promise.id, promise.version)
        self.act(call, allowed=allowed)
        if allowed:
            self.calls.append(call)
        return allowed

    def account(self, owner: int) -> int:
        if owner not in self.accounts:

            def opened(tx: DeskTx) -> int:
                return tx.accounts.open(ACME, [customer(owner)])[customer(owner)].id

            self.accounts[owner] = self.desk.run(opened)
        return self.accounts[owner]

    def promise(self, number: int, *states: str) -> Promise:
        """One of the quotes; three times out of four one in these states, where there is one."""
        found, fitting = list(self.model.promises.values()), self.in_state(*states)
        if fitting and number % 4:
            found = fitting
        return found[-1 - number // 4 % len(found)]

    def in_state(self, *states: str) -> list[Promise]:
        return [promise for promise in self.model.promises.values() if promise.state in states]

    # --- the shop ---

    @initialize(first=some_coins, second=some_coins)
    def two_customers_come(self, first: int, second: int) -> None:
        self.desk_beats()
        self.account(1)
        self.account(2)
        self.an_order_is_placed(1, BASE, 1)
        self.staff_give(1, first, 20)
        self.staff_give(2, second, 0)

    @rule(owner=owners, code=st.sampled_from([SMALL, BASE, PRO]), quantity=st.integers(1, 3))
    def an_order_is_placed(self, owner: int, code: str, quantity: int) -> None:
        number = len(self.shop) + 1
        if number > 4:
            return
        self.shop[number] = an_order(
            number, OrderLine(code, quantity), buyer=customer(owner), customer_id=owner, granting_at=None
        )
        self.book(number)

    @precondition(lambda self: self.shop)
    @rule(number=numbers, status=st.sampled_from([PAID, PAID, PENDING, REFUNDED, CHARGED_BACK]))
    def its_status_changes(self, number: int, status: int) -> None:
        number = number % len(self.shop) + 1
        self.shop[number] = self.shop[number]._replace(status=status)
        self.book(number)

    @precondition(lambda self: self.shop)
    @rule(number=numbers, quantity=st.integers(0, 3))
    def it_is_edited(self, number: int, quantity: int) -> None:
        number = number % len(self.shop) + 1
        (line,) = self.shop[number].lines
        self.shop[number] = self.shop[number]._replace(lines=(line._replace(quantity=quantity),))
        self.book(number)

    def book(self, number: int) -> None:
        order = self.shop[number]
        (line,) = order.lines
        self.do(book_orders, self.store, [order], at=self.now)
        if number not in self.model.orders:
            end = self.a_year_on(self.now)
            self.model.orders[number] = Bought(order.customer_id, COINS_OF[line.code], end)
        bought = self.model.orders[number]
        if order.status == PAID:
            if not bought.granted:
                bought.end = self.a_year_on(self.now)
            self.model.owes(number, line.quantity, self.now)
        elif order.status == REFUNDED and bought.granted:
            self.model.revoke(number, [pile for pile in self.model.units(number) if not pile.revoked])
            bought.charged_back = False
        elif order.status == CHARGED_BACK and bought.granted:
            self.model.charge_back(number, self.now)

    @precondition(lambda self: self.shop)
    @rule(number=numbers, over=st.sampled_from([False, False, True, True]))
    def staff_charge_back_or_end_it(self, number: int, over: bool) -> None:
        """They tell the desk what the shop does not know; what is over is read again."""
        number = number % len(self.shop) + 1
        bought = self.model.orders[number]
        self.keys += 1
        call = Call(
            disputes.charge_back_is_over if over else disputes.charge_back,
            (self.store, customer(bought.owner), number),
            {"reason": "the bank wrote", "key": f"k{self.keys}", **self.by()},
        )
        self.act(call, allowed=bought.granted)
        if not bought.granted or bought.disputed is not over:
            return
        self.calls.append(call)
        if over:
            bought.disputed = False
            self.book(number)
        else:
            self.model.dispute(number, self.now)

    def a_year_on(self, at: datetime) -> datetime:
        day = at.astimezone(TEHRAN).date()
        try:
            last = day.replace(year=day.year + 1)
        except ValueError:
            last = day.replace(year=day.year + 1, day=28)
        return self.end_of(last)

    def end_of(self, day: Any) -> datetime:
        return datetime.combine(day, time(23, 59, 59), TEHRAN).astimezone(self.now.tzinfo)

    # --- staff and coins ---

    def staff_give(self, owner: int, coins: int, days: int) -> None:
        last_day = self.now.astimezone(TEHRAN).date() + timedelta(days=days) if days else None
        self.by_hand(staff_coins.grant, owner, coins, allowed=True, last_day=last_day)
        end = self.end_of(last_day) if last_day else self.a_year_on(self.now)
        self.model.give(owner, coins, end, self.now)

    @rule(owner=owners, coins=some_coins, days=lives, up=st.booleans())
    def staff_correct(self, owner: int, coins: int, days: int, up: bool) -> None:
        if up:
            self.staff_give(owner, coins, days)
        else:
            self.staff_take(owner, coins)

    def staff_take(self, owner: int, coins: int) -> None:
        allowed = self.model.available(owner, self.now) >= coins
        if self.by_hand(staff_coins.correct, owner, -coins, allowed=allowed):
            self.model.take(owner, coins, self.now)

    def by_hand(self, act: Callable[..., Any], owner: int, coins: int, *, allowed: bool, **named: Any) -> bool:
        self.keys += 1
        facts = {"coins": coins, "reason": "said so", "staff": ANNA, "key": f"k{self.keys}", "zone": TEHRAN}
        call = Call(act, (ACME, customer(owner)), {**facts, **named, "at": self.now})
        self.act(call, allowed=allowed)
        if allowed:
            self.calls.append(call)
        return allowed

    # --- staff and quotes ---

    @rule(story=stories)
    def the_first_customer_wants_something(self, story: Story) -> None:
        self.work_goes_its_way(1, story)

    @rule(story=stories)
    def the_second_customer_wants_something(self, story: Story) -> None:
        self.work_goes_its_way(2, story)

    @rule(owner=owners, look=looks, work=stories)
    def one_wants_a_look_and_then_the_work(self, owner: int, look: Story, work: Story) -> None:
        self.work_goes_its_way(owner, look)
        self.work_goes_its_way(owner, work._replace(inspection=False, same=True))

    def work_goes_its_way(self, owner: int, story: Story) -> None:
        """A whole story, told in one step so that random histories have many of them."""
        if owner in self.model.frozen and story.same:
            self.staff_freeze_or_unfreeze(owner, lift=True)
        if not self.offer(owner, story.coins, inspection=story.inspection, same=story.same):
            return
        promise = self.promise(1, "offered")
        if story.meanwhile == "too late":
            self.time_passes(timedelta(days=14, seconds=1))
        self.the_customer_approves(1, "right", 0, Channel.PAGE)
        if story.started and promise.state == "approved":
            self.staff_start_or_withdraw(1, "start")
        self.the_books_hold()
        self.something_happens(promise, story.meanwhile)
        self.the_books_hold()
        if promise.state in HOLDING:
            self.it_ends(promise, story.outcome)

    def something_happens(self, promise: Promise, what: str) -> None:
        bought = [pile.unit[0] for pile, _ in promise.parts if pile.unit is not None]
        if what in ("refunded", "charged back") and bought:
            self.its_status_changes(bought[-1] - 1, REFUNDED if what == "refunded" else CHARGED_BACK)
        elif what == "charged back by staff" and bought:
            self.staff_charge_back_or_end_it(bought[-1] - 1, over=False)
        elif what == "weeks":
            self.time_passes(timedelta(days=46))
            self.what_is_due_is_done()
        elif what == "weeks, and nobody looked":
            self.time_passes(timedelta(days=46))
        elif what == "down":
            self.the_desk_is_down(timedelta(days=21))

    def it_ends(self, promise: Promise, outcome: str) -> None:
        place = 4 * (len(self.in_state(*HOLDING)) - 1 - self.in_state(*HOLDING).index(promise)) + 1
        match outcome:
            case "settled":
                self.staff_settle(place, 50)
            case "spent":
                self.staff_settle(place, 100)
            case "released" | "feasible" | "ours":
                self.staff_release(place, outcome)
            case "infeasible":
                self.staff_find_it_infeasible(place, Cause.THEME)
            case "cancelled" if promise.state == "approved":
                self.the_customer_cancels(4 * self.in_state("approved")[::-1].index(promise) + 1)
            case "revised" if promise.state == "approved":
                self.staff_revise(4 * self.in_state("offered", "approved")[::-1].index(promise) + 1, 40)
                self.the_customer_approves(1, "right", 1, Channel.STAFF)

    @rule(owner=owners, coins=some_coins, inspection=st.sampled_from([False, False, True]), same=st.booleans())
    def staff_offer(self, owner: int, coins: int, inspection: bool, same: bool) -> None:
        self.offer(owner, coins, inspection=inspection, same=same)

    def offer(self, owner: int, coins: int, *, inspection: bool, same: bool) -> bool:
        known = [number for number, whose in self.tickets if whose == owner]
        ticket = known[-1] if known and same else self.ticket(owner)
        available = self.model.available(owner, self.now)
        allowed = owner not in self.model.frozen
        if inspection:
            allowed = allowed and available >= self.terms.inspection_coins
            made = self.act(
                Call(offering.offer_inspection, (self.terms, ticket), {"words": "A look.", **self.by()}),
                allowed=allowed,
                again=False,
            )
        else:
            facts = {"coins": coins, "words": "The work.", "possible": True, **self.by()}
            made = self.act(Call(offering.offer, (self.terms, ticket), facts), allowed=allowed, again=False)
        if made is not None:
            self.model.promises[made.id] = Promise(
                made.id, owner, ticket, inspection, "offered", 1, made.offer.coins, self.now, []
            )
            self.offered(made)
        return made is not None

    def offered(self, quote: Quote) -> None:
        promise = self.model.promises[quote.id]
        promise.state, promise.version, promise.coins = "offered", quote.offer.version, quote.offer.coins
        promise.until = self.now.replace(microsecond=0) + timedelta(days=14)
        promise.hashes, promise.agreed, promise.spent = tuple(quote.offer.hashes.values()), False, None

    def ticket(self, owner: int) -> int:
        account = self.account(owner)

        def opened(tx: DeskTx) -> int:
            return tx.tickets.open(ACME, account, subject="x", at=self.now, by=Author.STAFF, staff=ANNA).id

        self.tickets.append((self.desk.run(opened), owner))
        return self.tickets[-1][0]

    def by(self) -> dict[str, Any]:
        return {"by": ANNA, "at": self.now}

    @precondition(lambda self: self.model.promises)
    @rule(number=numbers, coins=some_coins)
    def staff_revise(self, number: int, coins: int) -> None:
        promise = self.promise(number, "offered", "approved")
        allowed = promise.state in ("offered", "approved") and promise.owner not in self.model.frozen
        if promise.inspection:
            allowed = allowed and self.model.after_a_revision(promise, self.now) >= coins
        facts = {"coins": coins, "words": "Other work.", **self.by()}
        made = self.act(Call(offering.revise, (self.terms, promise.id), facts), allowed=allowed, again=False)
        if made is not None:
            self.returned(promise, vendor=True)
            self.offered(made)

    @precondition(lambda self: self.model.promises)
    @rule(number=numbers)
    def staff_reissue(self, number: int) -> None:
        promise = self.promise(number, "declined", "withdrawn", "released")
        lapsed = promise.state == "offered" and self.now.replace(microsecond=0) > promise.until
        allowed = lapsed or promise.state in ("declined", "withdrawn", "released")
        allowed = allowed and promise.owner not in self.model.frozen
        if promise.inspection:
            allowed = allowed and self.model.available(promise.owner, self.now) >= promise.coins
        made = self.act(Call(offering.reissue, (self.terms, promise.id), self.by()), allowed=allowed, again=False)
        if made is not None:
            self.offered(made)

    @precondition(lambda self: self.model.promises)
    @rule(number=numbers, what=st.sampled_from(["start", "start", "withdraw"]))
    def staff_start_or_withdraw(self, number: int, what: str) -> None:
        promise = self.promise(number, "approved" if what == "start" else "offered")
        if what == "start":
            if self.on_quote(promise, working.start, promise.id, by=ANNA, allowed=promise.state == "approved"):
                promise.state = "started"
        elif self.on_quote(promise, offering.withdraw, promise.id, by=ANNA, allowed=promise.state == "offered"):
            promise.state = "withdrawn"

    @precondition(lambda self: self.in_state(*HOLDING))
    @rule(number=numbers, share=st.sampled_from([0, 1, 30, 50, 90, 100, 100, 101]))
    def staff_settle(self, number: int, share: int) -> None:
        promise = self.promise(number, *HOLDING)
        spent = promise.held + 1 if share > 100 else promise.held * share // 100
        allowed = promise.state in HOLDING and 1 <= spent <= promise.held
        if self.on_quote(promise, working.settle, promise.id, spent=spent, by=ANNA, allowed=allowed):
            self.model.settle(promise, spent, self.now)
            self.the_customer_is_told_the_numbers(promise, spent)

    @precondition(lambda self: self.in_state(*HOLDING))
    @rule(number=numbers, why=st.sampled_from(["ours", "yours", "feasible"]))
    def staff_release(self, number: int, why: str) -> None:
        if why == "feasible":
            self.staff_find_it_feasible(number)
            return
        vendor = why == "ours"
        promise = self.promise(number, *HOLDING)
        allowed = promise.state in HOLDING
        if self.on_quote(promise, working.release, promise.id, reason="no", by=ANNA, vendor=vendor, allowed=allowed):
            self.returned(promise, vendor=vendor)

    def staff_find_it_feasible(self, number: int) -> None:
        promise = self.promise(number, *HOLDING)
        allowed = promise.inspection and promise.state in HOLDING
        if self.on_quote(promise, working.feasible, promise.id, by=ANNA, allowed=allowed):
            self.returned(promise, vendor=False)

    @precondition(lambda self: self.in_state(*HOLDING))
    @rule(number=numbers, cause=st.sampled_from([Cause.HOST, Cause.THEME, Cause.VENDOR]))
    def staff_find_it_infeasible(self, number: int, cause: Cause) -> None:
        promise = self.promise(number, *HOLDING)
        vendor = cause is Cause.VENDOR
        cost, cited = self.model.cost_of_infeasible(promise, vendor=vendor)
        if not self.on_quote(
            promise, working.infeasible, promise.id, cause=cause, by=ANNA, allowed=promise.state in HOLDING
        ):
            return
        if cited is not None and cost:
            cited.charged = True
        if cost:
            self.model.settle(promise, cost, self.now)
            self.the_customer_is_told_the_numbers(promise, cost)
        else:
            self.returned(promise, vendor=vendor)

    def returned(self, promise: Promise, *, vendor: bool) -> None:
        lost = self.model.let_go(promise, self.now, anew=vendor)
        promise.state, promise.agreed = "released", promise.agreed and not vendor
        if vendor and lost:
            self.model.give(
                promise.owner, lost, self.now.replace(microsecond=0) + timedelta(days=self.terms.regrant_days), self.now
            )

    def the_customer_is_told_the_numbers(self, promise: Promise, spent: int) -> None:
        """Exactly what was deducted, for which ticket, and what remains (rule C17)."""
        key = f"{ACME}:quote:{promise.id}:v{promise.version}:%:settled:{spent}"
        ((event,),) = self.desk.rows("SELECT event FROM outbox WHERE key LIKE ?", [key])
        told = json.loads(event)
        left = self.model.available(promise.owner, self.now)
        assert (told["spent"], told["ticket_id"], told["available"]) == (spent, promise.ticket, left)

    # --- the customer ---

    @precondition(lambda self: self.model.promises)
    @rule(
        number=numbers,
        how=st.sampled_from(["right"] * 6 + ["older", "newer", "other words", "another customer"]),
        language=st.integers(0, 2),
        channel=st.sampled_from(Channel),
    )
    def the_customer_approves(self, number: int, how: str, language: int, channel: Channel) -> None:
        promise = self.promise(number, "offered")
        version = promise.version + {"older": -1, "newer": 1}.get(how, 0)
        text_hash = "0" * 64 if how == "other words" else promise.hashes[language]
        owner = 3 - promise.owner if how == "another customer" else promise.owner
        call = Call(
            deciding.approve,
            (self.terms, self.account(owner), promise.id),
            {"version": version, "text_hash": text_hash, "channel": channel, "at": self.now},
            promise.id,
            promise.version,
        )
        if promise.state in HOLDING and how == "right":
            self.once_more(call)  # on whatever channel, in whatever language it comes the second time (rule C8)
            return
        allowed = (
            how == "right"
            and promise.state == "offered"
            and self.now.replace(microsecond=0) <= promise.until
            and promise.owner not in self.model.frozen
            and self.model.available(promise.owner, self.now) >= promise.coins
        )
        self.act(call, allowed=allowed)
        if allowed:
            self.model.hold(promise, self.now)
            self.calls.append(call)

    @precondition(lambda self: self.model.promises)
    @rule(number=numbers, cancel=st.booleans())
    def the_customer_declines_or_cancels(self, number: int, cancel: bool) -> None:
        if cancel:
            self.the_customer_cancels(number)
        else:
            self.the_customer_declines(number)

    def the_customer_declines(self, number: int) -> None:
        promise = self.promise(number, "offered")
        if promise.state == "declined":
            return
        account, version = self.account(promise.owner), promise.version
        allowed = promise.state == "offered"
        if self.on_quote(promise, deciding.decline, account, promise.id, version=version, allowed=allowed):
            promise.state = "declined"

    def the_customer_cancels(self, number: int) -> None:
        promise = self.promise(number, "approved")
        if promise.state == "released":
            return
        account = self.account(promise.owner)
        if self.on_quote(promise, deciding.cancel, account, promise.id, allowed=promise.state == "approved"):
            self.returned(promise, vendor=False)
            promise.agreed = False

    # --- repeats ---

    @precondition(lambda self: self.calls)
    @rule(number=numbers)
    def an_earlier_call_comes_again(self, number: int) -> None:
        """With the very same arguments. What staff do to a newer version of a quote is no repeat."""
        call = self.calls[-1 - number % len(self.calls)]
        if not call.quote or self.model.promises[call.quote].version == call.version:
            self.once_more(call)

    # --- time ---

    @rule(step=steps)
    def time_passes(self, step: timedelta) -> None:
        self.now += step
        self.desk_beats()

    @rule(step=steps)
    def the_desk_is_down(self, step: timedelta) -> None:
        self.now += step
        self.do(heartbeat.beat, self.now)
        self.model.beat(self.now)

    def desk_beats(self) -> None:
        """It has been up all the while."""

        def beaten(tx: DeskTx) -> None:
            tx.downtimes.beat(self.now)

        self.desk.run(beaten)
        self.model.beat_at = self.now

    @rule()
    def what_is_due_is_done(self) -> None:
        self.do(firing.fire_due, {ACME: self.terms}, at=self.now, limit=1000)
        self.model.ends(self.now)

    @rule(owner=owners, lift=st.sampled_from([True, True, False]))
    def staff_freeze_or_unfreeze(self, owner: int, lift: bool) -> None:
        account = self.account(owner)
        if owner in self.model.frozen:
            self.desk.rows("UPDATE account SET frozen_ms = NULL, number = number + 1 WHERE id = ?", [account])
            self.model.frozen.discard(owner)
        elif not lift:
            self.do(lambda tx: tx.accounts.freeze(account, self.now))
            self.model.frozen.add(owner)

    # --- what must hold ---

    @invariant()
    def the_books_hold(self) -> None:
        fresh = self.entries_add_up()
        packages = self.desk.rows(
            "SELECT package.id, owner_ref, package.coins, package.posted, package.held, revoked, taken, order_id, unit,"
            " coalesce(extended_ms, usable_until_ms), account.id"
            " FROM package JOIN account ON account.id = account_id ORDER BY package.id"
        )
        self.packages_are_as_the_model_has_them(packages)
        totals: Counter[tuple[int, int]] = Counter()
        for number, _, _, posted, held, *_, account in packages:
            assert 0 <= held <= posted
            assert self.sums.get(number, [0, 0]) == [posted, held], f"package {number} differs from its entries"
            totals[account, 0] += posted
            totals[account, 1] += held
        accounts = self.desk.rows("SELECT id, number, posted, held, frozen_ms, owner_ref FROM account")
        for account, _, posted, held, frozen, owner in accounts:
            assert (posted, held) == (totals[account, 0], totals[account, 1]), f"account {account}"
            assert (frozen is not None) == (owner in self.model.frozen)
        self.quotes_are_as_the_model_has_them()
        self.pages_are_pushed_again("account", {row[0]: (row[1], row[2:]) for row in accounts})
        if fresh:
            assert self.desk.look(verify, ACME).differences == ()
        self.no_event_changes()

    def entries_add_up(self) -> int:
        """Fold what was written since the last step into the sums; entries that are there never change (a trigger)."""
        fresh = self.desk.rows(
            "SELECT id, key, kind, postings, posted, held FROM entry WHERE id > ? ORDER BY id", [self.entries]
        )
        for number, key, kind, postings, posted, held in fresh:
            parts = json.loads(postings)
            assert (posted, held) == (sum(part[1] for part in parts), sum(part[2] for part in parts))
            for package, *moved in parts:
                mine = self.sums.setdefault(package, [0, 0])
                mine[0] += moved[0]
                mine[1] += moved[1]
                assert 0 <= mine[1] <= mine[0], f"package {package} is overdrawn by entry {number}"
            if kind in ("hold", "settle"):
                self.there_is_an_approval_of_it(key, kind, abs(held))
            self.entries = number
        return len(fresh)

    def there_is_an_approval_of_it(self, key: str, kind: str, coins: int) -> None:
        """Nothing is held or deducted without evidence of that version of the quote, nor more than it says (C7, C9)."""
        _, _, quote, version, *_ = key.split(":")
        found = self.desk.rows(
            "SELECT coins, text_hash FROM decision WHERE what = 'approve' AND quote_id = ? AND version = ?",
            [int(quote), int(version[1:])],
        )
        assert len(found) == 1, f"{key}: approved {len(found)} times"
        approved, text_hash = found[0]
        assert text_hash in self.model.promises[int(quote)].hashes
        assert coins == approved if kind == "hold" else coins <= approved, f"{key}: {coins}, approved: {approved}"

    def packages_are_as_the_model_has_them(self, packages: list[tuple[Any, ...]]) -> None:
        unknown = [pile for pile in self.model.piles if not pile.id]
        known = {pile.id: pile for pile in self.model.piles if pile.id}
        for number, owner, coins, posted, held, revoked, taken, order, unit, end, _ in packages:
            if number not in known:
                known[number] = unknown.pop(0)
                known[number].id = number
            pile = known[number]
            expected = (pile.owner, pile.coins, pile.free + sum(pile.held.values()), sum(pile.held.values()))
            assert (owner, coins, posted, held) == expected, f"package {number}"
            assert (bool(revoked), taken, from_ms(end)) == (pile.revoked, pile.taken, pile.end), f"package {number}"
            assert pile.unit == (None if order is None else (order, unit))
        assert not unknown, "packages that were to be there are not"

    def quotes_are_as_the_model_has_them(self) -> None:
        quotes = self.desk.rows(
            "SELECT quote.id, number, state, quote.version, held, hold, spent, valid_until_ms FROM quote"
            " JOIN quote_version ON quote_version.quote_id = quote.id AND quote_version.version = quote.version"
        )
        for number, shown, state, version, held, hold, spent, until in quotes:
            promise = self.model.promises[number]
            assert (state, version, held, spent) == (promise.state, promise.version, promise.held, promise.spent)
            if shown == self.shown["quote"].get(number, (-1,))[0]:
                continue  # as it was, see below
            assert json.loads(hold) == [[pile.id, coins] for pile, coins in promise.parts], f"quote {number}"
            assert from_ms(until) == promise.until
        self.pages_are_pushed_again("quote", {row[0]: (row[1], row[2:]) for row in quotes})

    def pages_are_pushed_again(self, what: str, now: dict[int, tuple[int, Any]]) -> None:
        """What the shop shows never changes without a new version of its row."""
        for number, (version, content) in now.items():
            before, shown = self.shown[what].get(number, (-1, None))
            assert version >= before
            assert version > before or content == shown, f"{what} {number} is never pushed again"
        self.shown[what] = now

    def no_event_changes(self) -> None:
        """What plugins are told has one key and one content for good."""
        found = dict(self.desk.rows("SELECT key, event FROM outbox"))
        assert self.events.items() <= found.items()
        self.events = found


def run_machine(
    machine: type[RuleBasedStateMachine] = CoinStore,
    *,
    examples: int = EXAMPLES,
    stateful_steps: int = STEPS,
    seeking: bool = False,
) -> None:
    """Run it; `seeking` stops at the first fault without making it small, and always takes the same way."""
    profile = settings(
        settings.get_profile("house"),
        max_examples=examples,
        stateful_step_count=stateful_steps,
        suppress_health_check=list(HealthCheck),
    )
    if seeking:
        profile = settings(profile, phases=[Phase.generate], derandomize=True, database=None)
    run_state_machine_as_test(machine, settings=profile)


__all__ = ["EXAMPLES", "CoinStore", "Pile", "QuoteKind", "run_machine"]
