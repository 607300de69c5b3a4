"""Premium time under whatever staff, contacts, clocks and restarts do; after each step its books must hold (W5 to W8).

A naive model beside it has the time that has truly passed, which no clock of the desk shows. Any earlier call of a
contact may come again with the very same arguments. `BRIDGE_PREMIUM_EXAMPLES` and `BRIDGE_PREMIUM_STEPS` ask for other
runs than the everyday one.
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from bridge.desk.desk import Desk
from bridge.domain.agreements import Agreement, AgreementState
from bridge.domain.bills import Bill, BillState, LineKind
from bridge.domain.premium import STEP
from bridge.domain.work_time import Segment, SegmentSource
from bridge.errors import PremiumError
from bridge.services import accepting, agreements, billing, timing
from bridge.services.findings import Findings
from bridge.services.verify_premium import verify_premium
from tests.support.books import TEHRAN
from tests.support.memory_desk import MemoryDesk
from tests.support.premium_time import BORIS, HOUR, KINDS, PremiumDesk, premium_terms
from tests.support.quoting import ANNA, CoinDesk, desk_terms

EXAMPLES = int(os.environ.get("BRIDGE_PREMIUM_EXAMPLES", "200"))
STEPS = int(os.environ.get("BRIDGE_PREMIUM_STEPS", "40"))
NOTHING, SECOND, MINUTE = timedelta(0), timedelta(seconds=1), timedelta(minutes=1)
LONGEST, WAITING = 2 * HOUR, 10 * MINUTE
CHARGED = frozenset({BillState.SENT, BillState.ACCEPTED, BillState.DISPUTED, BillState.BILLED, BillState.PAID})

numbers = st.integers(0, 9)
agents = st.sampled_from([ANNA, ANNA, BORIS])
steps = st.sampled_from(
    [
        timedelta(milliseconds=1),
        SECOND,
        59 * SECOND,
        5 * MINUTE,
        WAITING - SECOND,
        WAITING,
        47 * MINUTE,
        LONGEST - MINUTE,
        LONGEST,
        timedelta(hours=20),
        timedelta(days=15),
    ]
)
shorts = st.sampled_from([SECOND, 59 * SECOND, 5 * MINUTE, WAITING, 47 * MINUTE])
jumps = st.sampled_from([timedelta(hours=-30), timedelta(hours=-1), -MINUTE, MINUTE, HOUR, timedelta(days=3)])


@dataclass
class Run:
    """A timer as the model has it: by true time, and `sure` as long as the machine has not been started anew."""

    id: int
    agreement: int | None
    person: str
    since: timedelta
    left: timedelta | None
    waits: timedelta | None = None
    sure: bool = True


class PremiumStore(RuleBasedStateMachine):
    """One store, two contacts, two agents."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = MemoryDesk()
        terms = desk_terms(zone=TEHRAN, premium=premium_terms(most_steps=12))
        self.desk = PremiumDesk(CoinDesk(cast(Desk, self.memory), terms))
        self.contacts = [self.desk.contact(77), self.desk.stranger()]
        self.true = NOTHING
        self.runs: dict[str, Run] = {}
        self.done: dict[int, tuple[Run | None, Segment]] = {}
        self.lines: dict[int, tuple[Any, ...]] = {}
        self.replays: list[Callable[[], object]] = []

    def teardown(self) -> None:
        self.memory.close()

    # --- what there is ---

    def look(self, service: Callable[..., Any], *args: Any) -> Any:
        return self.memory.look(service, *args)

    @property
    def agreements(self) -> list[Agreement]:
        return cast(list[Agreement], self.look(lambda tx: tx.agreements.of_contacts([one.id for one in self.contacts])))

    @property
    def bills(self) -> list[Bill]:
        return cast(list[Bill], self.look(lambda tx: tx.bills.of_contacts([one.id for one in self.contacts])))

    def segments(self) -> list[Segment]:
        found = (self.look(lambda tx, who: tx.work_time.of_contact(who), one.id) for one in self.contacts)
        return [segment for segments in found for segment in segments]

    def an_agreement(self, number: int, *states: AgreementState) -> Agreement | None:
        found = [one for one in self.agreements if not states or one.state in states]
        return found[-1 - number % len(found)] if found else None

    def tried(self, action: Callable[[], Any]) -> Any:
        """What it returns, None where it is refused; then nothing of it is kept."""
        try:
            return action()
        except PremiumError:
            return None

    # --- agreements ---

    @rule(who=st.sampled_from([0, 0, 1]), kind=st.sampled_from(sorted(KINDS)), cap=st.sampled_from([1, 2, 4, 12]))
    def staff_offer(self, who: int, kind: str, cap: int) -> None:
        offered = self.desk.offered(kind, cap, self.contacts[who])
        if cap > 1:  # most are accepted at once
            self.contact_accepts(offered)

    def contact_accepts(self, agreement: Agreement) -> None:
        offer = agreement.offer
        who = self.desk.decider(agreement)
        words = {"version": offer.version, "text_hash": offer.hashes["en"]}

        def accept() -> object:
            return self.desk.do(accepting.accept, agreement.id, who, **words, at=self.desk.now)

        self.replays.append(accept)
        self.tried(accept)

    @rule(number=numbers)
    def an_offer_is_accepted(self, number: int) -> None:
        if (agreement := self.an_agreement(number)) is not None:
            self.contact_accepts(agreement)

    @rule(number=numbers, what=st.sampled_from(["anew", "withdraw", "decline"]))
    def an_offer_changes(self, number: int, what: str) -> None:
        agreement = self.an_agreement(number)
        if agreement is None:
            return
        who, at = self.desk.decider(agreement), self.desk.now
        version = agreement.offer.version
        actions: dict[str, Callable[[], Any]] = {
            "anew": partial(
                self.desk.do, agreements.offer_anew, agreement.id, kind="urgent", cap_steps=3, by=ANNA, at=at
            ),
            "withdraw": partial(self.desk.do, agreements.withdraw, agreement.id, by=ANNA, at=at),
            "decline": partial(self.desk.do, accepting.decline, agreement.id, who, version=version, at=at),
        }
        self.tried(actions[what])

    # --- time ---

    @rule(number=numbers, agent=agents)
    def a_timer_is_started(self, number: int, agent: str) -> None:
        bound = self.an_agreement(number, AgreementState.ACCEPTED) if number else None
        agreement = bound or self.an_agreement(number)
        if agreement is None:
            return
        before = self.running(agent)
        started = self.tried(partial(self.desk.start, agreement, agent))
        if started is None:
            return
        assert agreement.state is AgreementState.ACCEPTED, "time for what nobody accepted"
        if before is not None and started.id == before.id:
            before.waits = None
            return
        self.settle_over()
        worked = self.worked_for(agreement.id)
        left = agreement.offer.cap - worked
        assert left > NOTHING
        self.runs[started.person] = Run(started.id, agreement.id, started.person, self.true, left)

    @rule(who=st.sampled_from([0, 1]), agent=agents)
    def a_timer_is_started_that_is_not_charged(self, who: int, agent: str) -> None:
        now = self.desk.clock.reading()
        before = self.running(agent)
        contact = self.contacts[who].id
        started = self.tried(partial(self.desk.do, timing.start_unbilled, contact, agent=agent, now=now))
        if started is None:
            return
        if before is not None and started.id == before.id:
            before.waits = None
            return
        self.settle_over()
        self.runs[started.person] = Run(started.id, None, started.person, self.true, None)

    @precondition(lambda self: self.runs)
    @rule(agent=agents)
    def an_agent_waits(self, agent: str) -> None:
        before = self.running(agent)
        waiting = self.tried(partial(self.desk.wait, agent))
        assert (waiting is None) == (before is None)
        if before is not None and waiting.runs and before.waits is None:
            before.waits = self.true

    @precondition(lambda self: self.runs)
    @rule(agent=agents)
    def a_timer_is_stopped(self, agent: str) -> None:
        before = self.running(agent)
        stopped = self.tried(partial(self.desk.stop, agent))
        assert (stopped is None) == (before is None)

    @rule(number=numbers, agent=agents, back=steps, length=steps)
    def time_is_entered_by_hand(self, number: int, agent: str, back: timedelta, length: timedelta) -> None:
        agreement = self.an_agreement(number, AgreementState.ACCEPTED)
        if agreement is None:
            return
        since = self.desk.now - back
        others = [one for one in self.segments() if one.person == agent.casefold()]
        added = self.tried(partial(self.desk.add, agreement, since, since + length, agent))
        if added is None:
            return
        assert agreement.acceptance is not None
        assert agreement.acceptance.at <= added.started.at
        assert added.ended_at is not None
        assert added.ended_at <= self.desk.now
        for one in others:
            until = one.ended_at
            apart = added.ended_at <= one.started.at or (until is not None and until <= added.started.at)
            assert apart, f"segment {added.id} overlaps {one.id}"

    @rule(step=steps)
    def time_passes(self, step: timedelta) -> None:
        self.desk.clock.advance(step)
        self.true += step

    @rule(jump=jumps)
    def the_clock_is_set(self, jump: timedelta) -> None:
        self.desk.clock.set_hands(jump)

    @rule(after=steps)
    def the_machine_is_started_anew(self, after: timedelta) -> None:
        self.desk.clock.restart(after)
        self.true += after
        for run in self.runs.values():
            run.sure = False

    @rule(beats=st.booleans())
    def what_is_due_is_done(self, beats: bool) -> None:
        if beats:
            self.desk.beat()
        self.desk.fire()

    @rule(
        agent=agents,
        cap=st.sampled_from([1, 4, 12]),
        pauses=st.tuples(shorts, shorts, shorts),
        between=st.sampled_from(("", "waits", "waits", "clock", "by hand")),
        then=st.sampled_from(("", "stop", "by hand", "close", "send", "correct", "correct", "bill")),
    )
    def somebody_is_served(self, agent: str, cap: int, pauses: tuple[timedelta, ...], between: str, then: str) -> None:
        """From the offer on, as far as it goes."""
        self.staff_offer(0, "technical", cap)
        if cap == 1:
            self.contact_accepts(self.agreements[-1])
        self.a_timer_is_started(0, agent)
        for pause in pauses:
            self.time_passes(pause)
            self.meanwhile(between, agent, HOUR if cap == 1 else -MINUTE)
        if not then:
            return
        self.a_timer_is_stopped(agent)
        if then == "by hand":
            self.time_is_entered_by_hand(0, agent, MINUTE, SECOND)
        if then in {"stop", "by hand"}:
            return
        self.an_agreement_is_closed(0)
        for what in ("send", *(("correct",) if then == "correct" else ()), *(("bill",) if then == "bill" else ())):
            if then != "close":
                self.a_bill_moves(0, what)

    def meanwhile(self, what: str, agent: str, jump: timedelta) -> None:
        if what == "waits":
            self.an_agent_waits(agent)
            self.time_passes(SECOND)
            self.a_timer_is_started(0, agent)
        elif what == "clock":
            self.the_clock_is_set(jump)
        elif what == "by hand":
            self.time_is_entered_by_hand(0, agent, MINUTE, SECOND)

    # --- bills ---

    @rule(number=numbers)
    def an_agreement_is_closed(self, number: int) -> None:
        agreement = self.an_agreement(number, AgreementState.ACCEPTED)
        if agreement is None:
            return
        closed = self.tried(partial(self.desk.close, agreement))
        if closed is None:
            assert any(run.agreement == agreement.id for run in self.runs.values())
            return
        worked = self.worked_for(agreement.id)
        quarters = -(-worked // STEP)
        assert closed[0].billed_steps == min(quarters, agreement.offer.cap_steps)
        assert (closed[1] is None) == (quarters == 0)

    @rule(who=st.sampled_from([0, 1]))
    def a_month_is_gathered(self, who: int) -> None:
        month = self.desk.now.astimezone(TEHRAN).date()
        self.tried(partial(self.desk.gathered, month, self.contacts[who]))

    @rule(number=numbers, what=st.sampled_from(["send", "send", "bill", "paid", "accept", "dispute", "correct"]))
    def a_bill_moves(self, number: int, what: str) -> None:
        bills = self.bills
        if not bills:
            return
        bill = bills[-1 - number % len(bills)]
        who, do, at = self.desk.decider(bill), self.desk.do, self.desk.now
        line = bill.lines[number % len(bill.lines)] if bill.lines else None
        actions: dict[str, Callable[[], Any]] = {
            "send": partial(self.desk.sent, bill),
            "bill": partial(self.desk.due, bill),
            "paid": partial(do, billing.paid, bill.id, how="Cash", by=ANNA, at=at),
            "accept": partial(do, billing.accept, bill.id, who, text_hash=bill.hash, at=at),
            "dispute": partial(do, billing.dispute, bill.id, who, words="No.", at=at),
            "correct": partial(
                do,
                billing.correct,
                bill.id,
                agreement_id=line.agreement_id if line else 0,
                steps=(-1, 1, -2)[(number + len(bill.lines)) % 3],
                reason="Miscounted",
                by=ANNA,
                at=at,
            ),
        }
        if what in {"accept", "dispute"}:
            self.replays.append(actions[what])
        self.tried(actions[what])

    @precondition(lambda self: self.replays)
    @rule(number=st.integers(0, 40))
    def an_earlier_call_comes_again(self, number: int) -> None:
        self.tried(self.replays[-1 - number % len(self.replays)])

    # --- what must hold ---

    @invariant()
    def the_books_hold(self) -> None:
        self.settle_over()
        segments, agreements, bills = self.segments(), self.agreements, self.bills
        running = [one for one in segments if one.runs]
        assert max(Counter(one.person for one in running).values(), default=0) <= 1
        assert max(Counter(one.agreement_id for one in running if one.agreement_id).values(), default=0) <= 1
        worked: Counter[int] = Counter()
        for one in segments:
            if one.agreement_id is not None and one.worked is not None:
                worked[one.agreement_id] += one.worked // SECOND
        self.charged_is_what_was_worked_within_the_cap(agreements, bills, worked)
        self.what_was_sent_is_frozen(bills)
        found = Findings()
        self.look(verify_premium, self.contacts, found)
        assert not found.listed

    def charged_is_what_was_worked_within_the_cap(
        self, agreements: list[Agreement], bills: list[Bill], worked: Counter[int]
    ) -> None:
        charged: Counter[int] = Counter()
        for bill in bills:
            for line in bill.lines:
                charged[line.agreement_id] += line.steps
            if bill.state in CHARGED:
                assert bill.sent_at is not None
            assert (bill.state is BillState.PAID) == (bill.paid_at is not None), "what is paid falls due once more"
            assert bill.total.amount == sum(line.amount.amount for line in bill.lines)
            assert bill.total.amount >= 0
        for one in agreements:
            assert worked[one.id] * SECOND <= one.offer.cap
            if one.acceptance is None:
                assert not worked[one.id]
                assert not charged[one.id]
            quarters = -(-worked[one.id] * SECOND // STEP)
            assert 0 <= charged[one.id] <= (one.billed_steps or 0) <= min(quarters, one.offer.cap_steps)
            assert charged[one.id] * STEP <= one.offer.cap

    def what_was_sent_is_frozen(self, bills: list[Bill]) -> None:
        for bill in bills:
            if bill.state is BillState.GATHERED:
                assert not bill.lines
                continue
            before = self.lines.get(bill.id, ())
            if bill.state is not BillState.DRAFT:
                assert bill.lines[: len(before)] == before, f"bill {bill.id} has changed"
                assert all(one.kind is LineKind.CORRECTION for one in bill.lines[len(before) :] if before)
                self.lines[bill.id] = bill.lines

    def settle_over(self) -> None:
        """Compare segments that have ended since with what the model says of each; ended ones never change."""
        for one in self.segments():
            if one.id in self.done:
                assert self.done[one.id][1] == one, f"segment {one.id} has changed"
            elif not one.runs:
                run = self.runs.get(one.person)
                if one.source is SegmentSource.TIMER:
                    assert run is not None
                    assert run.id == one.id
                    self.as_long_as_it_ran(run, one)
                    del self.runs[one.person]
                    self.done[one.id] = (run, one)
                else:
                    self.done[one.id] = (None, one)

    def as_long_as_it_ran(self, run: Run, one: Segment) -> None:
        assert one.worked is not None
        assert one.worked <= LONGEST
        passed = self.true - run.since
        if not run.sure:
            return
        assert one.worked <= passed
        limits = [passed, LONGEST]
        if run.waits is not None:
            limits.append(run.waits - run.since + WAITING)
        if one.agreement_id is not None:
            others = self.worked_for(one.agreement_id, without=one.id)
            agreement = next(found for found in self.agreements if found.id == one.agreement_id)
            limits.append(agreement.offer.cap - others)
        assert one.worked == min(limits) // SECOND * SECOND, f"segment {one.id}"

    # --- the model ---

    def running(self, agent: str) -> Run | None:
        self.settle_over()
        return self.runs.get(agent.casefold())

    def worked_for(self, agreement_id: int, without: int = 0) -> timedelta:
        mine = [one for one in self.segments() if one.agreement_id == agreement_id and one.id != without]
        return sum((one.worked for one in mine if one.worked is not None), NOTHING)


def run_premium_machine(*, examples: int = EXAMPLES, stateful_steps: int = STEPS, seeking: bool = False) -> None:
    """Run it; `seeking` stops at the first fault without making it small, and always takes the same way."""
    profile = settings(
        settings.get_profile("house"),
        max_examples=examples,
        stateful_step_count=stateful_steps,
        suppress_health_check=list(HealthCheck),
    )
    if seeking:
        profile = settings(profile, phases=[Phase.generate], derandomize=True, database=None)
    run_state_machine_as_test(PremiumStore, settings=profile)
