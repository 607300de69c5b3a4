"""What is promised of a ticket and stays promised, whatever becomes of plans, urgency and settings (rule T9)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bridge.domain.events import (
    TicketOpened,
    UrgencyDecided,
)
from bridge.domain.histories import History
from bridge.domain.plans import Plan, PlanBook
from bridge.domain.service_hours import ServiceCalendar, Week
from bridge.domain.ticket_history import history_of
from bridge.domain.ticket_terms import TicketTerms
from bridge.domain.tickets import Message, MessageKind, Ticket, Urgency
from bridge.errors import ImpossibleAmount, TicketRefused
from bridge.services import firing, staff_coins, ticket_decisions, ticket_standing, tickets
from bridge.services.account_pages import PageTerms
from bridge.services.promises import promise_of
from bridge.services.ticket_documents import ticket_document
from bridge.services.ticket_standing import CaughtUp, catch_up
from tests.support.books import ACME, TEHRAN
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk
from tests.support.tickets import (
    BORIS,
    DAY,
    HOUR,
    KEY,
    OFFICE_HOURS,
    PUBLISHED,
    SATURDAY_6PM,
    SUNDAY_0AM,
    TERMS,
    THURSDAY_10AM,
    WEDNESDAY_6PM,
    a_desk_in_tehran,
    answers,
    now_of,
    opens,
    posts,
    state,
    stored_is_what_follows,
    time_passes,
)


@pytest.fixture(name="coins")
def _coins() -> Iterator[CoinDesk]:
    with a_desk_in_tehran(WEDNESDAY_6PM) as desk:
        yield desk


@pytest.mark.parametrize(
    ("plan", "opened", "due"),
    [
        ("essential", WEDNESDAY_6PM, SATURDAY_6PM),
        ("essential", THURSDAY_10AM, SUNDAY_0AM),
        ("base", THURSDAY_10AM, THURSDAY_10AM + DAY),
    ],
)
def test_T4_T8_the_promise_at_the_opening_is_service_time_and_the_best_effort_is_apart(
    coins: CoinDesk, plan: str, opened: datetime, due: datetime
) -> None:
    coins.now = opened
    coins.granted(CUSTOMER, 300, plan=plan)
    number = opens(coins)
    ticket = coins.desk.look(lambda tx: tx.tickets.get(ACME, number))
    assert ticket is not None
    promise = coins.desk.look(promise_of, ticket)
    assert (promise.opening.guaranteed, promise.opening.best_effort, promise.due) == (due, opened + DAY, due)
    (event,) = coins.told(TicketOpened)
    assert isinstance(event, TicketOpened)
    assert (event.guaranteed_until, event.best_effort_until) == (due, opened + DAY)
    stored_is_what_follows(coins)


@pytest.mark.parametrize(("closed", "due_day"), [((), 30), ((date(2026, 11, 29), date(2026, 11, 30)), 32)])
def test_T5_hours_and_holidays_of_a_plan_move_the_due_time_and_each_can_be_switched_off(
    closed: tuple[date, ...], due_day: int
) -> None:
    """Twelve hours are promised, of eight a day: opened on Saturday at 14:00, they are over two service days later."""
    week: Week = (OFFICE_HOURS, OFFICE_HOURS, OFFICE_HOURS, (), (), OFFICE_HOURS, OFFICE_HOURS)
    office = ServiceCalendar(TEHRAN, week, frozenset(closed))
    plans = PlanBook([Plan("office", 1, 300, 12, ("O",), service=office)])
    with a_coin_desk(plans=plans, tickets=TicketTerms(first_answer=12 * HOUR)) as coins:
        coins.now = datetime(2026, 11, 28, 14, tzinfo=TEHRAN).astimezone(UTC)
        coins.granted(CUSTOMER, 300, plan="office")
        promised = datetime(2026, 11, 1, 10, tzinfo=TEHRAN) + timedelta(days=due_day - 1)
        assert now_of(coins, opens(coins)).due == promised.astimezone(UTC)
        stored_is_what_follows(coins)


def test_T3_urgency_is_asked_confirmed_and_refused_with_a_reason_and_never_changes_a_price(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins, urgent=True)
    (opened,) = coins.told(TicketOpened)
    assert isinstance(opened, TicketOpened)
    assert opened.urgent
    assert (now_of(coins, ticket).urgency, now_of(coins, ticket).due) == (Urgency.ASKED, coins.now + DAY)
    asked_at = coins.now
    coins.later(hours=1)
    coins.desk.run(ticket_decisions.confirm_urgent, coins.terms, ticket, by=ANNA, at=coins.now)
    assert (now_of(coins, ticket).urgency, now_of(coins, ticket).due) == (Urgency.CONFIRMED, coins.now + 4 * HOUR)
    with pytest.raises(TicketRefused, match="is urgent already"):
        coins.desk.run(ticket_decisions.confirm_urgent, coins.terms, ticket, by=ANNA, at=coins.now)
    coins.later(hours=1)
    with pytest.raises(ImpossibleAmount, match="reason: must say something"):
        coins.desk.run(ticket_decisions.refuse_urgent, coins.terms, ticket, reason=" ", by=ANNA, at=coins.now)
    coins.desk.run(ticket_decisions.refuse_urgent, coins.terms, ticket, reason="It is cosmetic.", by=ANNA, at=coins.now)
    assert (now_of(coins, ticket).urgency, now_of(coins, ticket).due) == (Urgency.REFUSED, asked_at + DAY)
    assert [one.urgent for one in coins.told(UrgencyDecided) if isinstance(one, UrgencyDecided)] == [True, False]
    assert coins.thread(ticket)[-1].text == "It is cosmetic."
    assert coins.coins(CUSTOMER) == (550, 0, 550)
    stored_is_what_follows(coins)


def test_T3_an_urgent_time_is_never_later_than_the_general_one(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins, urgent=True)
    coins.later(hours=22)
    coins.desk.run(ticket_decisions.confirm_urgent, coins.terms, ticket, by=ANNA, at=coins.now)
    assert now_of(coins, ticket).due == WEDNESDAY_6PM + DAY


def test_T6_only_a_public_text_answers(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    due = now_of(coins, ticket).due
    coins.desk.run(tickets.write_note, coins.terms, ticket, text="Ask Boris.", by=ANNA, at=coins.later(minutes=1))
    coins.desk.run(tickets.log_call, coins.terms, ticket, text="He called.", by=ANNA, at=coins.later(minutes=1))
    coins.desk.run(ticket_decisions.assign, coins.terms, ticket, to=BORIS, by=ANNA, at=coins.later(minutes=1))
    assert (state(coins, ticket), now_of(coins, ticket).due) == ("open", due)
    answers(coins, ticket)
    assert (state(coins, ticket), now_of(coins, ticket).due) == ("waiting_customer", None)
    stored_is_what_follows(coins)


def test_T6_an_upgrade_amid_the_clock_helps_and_an_end_never_hurts(coins: CoinDesk) -> None:
    coins.now = THURSDAY_10AM
    coins.granted(CUSTOMER, 300, plan="essential", last_day=THURSDAY_10AM.date() + DAY)
    ticket = opens(coins)
    assert now_of(coins, ticket).due == SUNDAY_0AM
    coins.later(hours=1)
    coins.granted(CUSTOMER, 550, plan="base", last_day=THURSDAY_10AM.date())
    time_passes(coins, coins.now)
    assert (now_of(coins, ticket).standing, now_of(coins, ticket).due) == ("base", THURSDAY_10AM + DAY)
    stored_is_what_follows(coins)
    time_passes(coins, THURSDAY_10AM + 20 * HOUR)
    assert now_of(coins, ticket).standing == "essential", "the better plan has ended by now"
    assert now_of(coins, ticket).due == SUNDAY_0AM, "what came and went between gives no promise of its own"
    time_passes(coins, SUNDAY_0AM - HOUR)
    assert (now_of(coins, ticket).standing, now_of(coins, ticket).due) == ("none", SUNDAY_0AM)
    stored_is_what_follows(coins)


def test_T6_a_grant_alone_says_nothing_in_a_ticket_unless_the_best_plan_is_another(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    coins.granted(CUSTOMER, 300, plan="essential")
    time_passes(coins, coins.now)
    coins.granted(CUSTOMER, 900, plan="professional")
    time_passes(coins, coins.now)
    thread = coins.desk.look(lambda tx: tx.tickets.thread(ticket))
    said = [one.detail["standing"] for one in thread if one.kind is MessageKind.STANDING]
    assert said == ["base", "professional"]


def test_T9_a_change_of_the_settings_is_a_version_of_its_own_and_a_promise_made_before_is_kept(
    coins: CoinDesk,
) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    coins.later(hours=1)
    with a_coin_desk(plans=PUBLISHED, tickets=TicketTerms(first_answer=48 * HOUR)) as slower:
        terms = slower.terms
    assert coins.desk.run(catch_up, terms, at=coins.now).count == 1
    assert coins.desk.run(catch_up, terms, at=coins.now).count == 0, "nothing is left to work out"
    assert (now_of(coins, ticket).policy, now_of(coins, ticket).due) == (2, WEDNESDAY_6PM + DAY)
    later = opens(coins)
    assert now_of(coins, later).due == coins.now + 2 * DAY, "of the version that is in force"
    versions = coins.desk.look(lambda tx: tx.policies.all(ACME))
    assert [(one.version, one.at) for one in versions] == [(1, WEDNESDAY_6PM), (2, WEDNESDAY_6PM + HOUR)]


def test_T6_what_the_customer_asks_during_the_work_is_still_owed_after_it_is_settled(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    quote = coins.offered(CUSTOMER, 50, ticket=coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket)))
    coins.approved(quote, at=coins.later(seconds=1))
    coins.started(quote)
    coins.later(hours=1)
    assert posts(coins, "ticket_reply", ticket=ticket, text="Does it work on a telephone, too?").code == "replied"
    coins.later(minutes=5)
    coins.settled(quote, 45)
    assert (state(coins, ticket), now_of(coins, ticket).due is not None) == ("open", True)
    answers(coins, ticket)
    assert state(coins, ticket) == "waiting_customer"
    stored_is_what_follows(coins)


def test_tickets_of_before_are_worked_out_when_the_daemon_starts(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    old = coins.ticket(CUSTOMER).id
    assert now_of(coins, old).policy == 0
    assert coins.desk.run(catch_up, coins.terms, at=coins.later(hours=1)).count == 1
    assert (state(coins, old), now_of(coins, old).standing) == ("open", "base")
    stored_is_what_follows(coins)


def test_a_correction_of_coins_alone_changes_nothing(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    before = coins.thread(ticket)
    coins.desk.run(
        staff_coins.correct,
        ACME,
        CUSTOMER,
        coins=-50,
        reason="slip",
        staff=ANNA,
        key="c1",
        zone=TEHRAN,
        at=coins.now,
    )
    time_passes(coins, coins.now)
    assert coins.thread(ticket) == before


def test_T8_the_tickets_row_has_both_times_with_their_meaning_in_every_language(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, plan="essential")
    number = opens(coins)
    ticket = coins.desk.look(lambda tx: tx.tickets.get(ACME, number))
    assert ticket is not None
    terms = PageTerms(ACME, TEHRAN, PUBLISHED, KEY, 1)
    promise = coins.desk.look(ticket_document, terms, ticket, 77, 1)["promise"]
    assert (promise["guaranteed"]["at"], promise["due"]) == (int(SATURDAY_6PM.timestamp()),) * 2
    assert promise["best_effort"]["at"] == int((WEDNESDAY_6PM + DAY).timestamp())
    assert promise["guaranteed"]["text"]["en"].startswith("Answer guaranteed by Saturday, 28 November 2026, 18:00")
    assert promise["best_effort"]["text"]["en"].endswith("This is not guaranteed.")
    assert {*promise["guaranteed"]["text"]} == {*promise["best_effort"]["text"]} == {"en", "ru", "fa"}
    without_plan = opens(coins, 901)
    nothing = coins.desk.look(lambda tx: tx.tickets.get(ACME, without_plan))
    assert nothing is not None
    assert coins.desk.look(ticket_document, terms, nothing, 901, 1)["promise"] == dict.fromkeys(promise)


def test_T9_a_ticket_that_can_t_be_worked_out_keeps_no_other_behind_and_staff_hear_of_it(
    coins: CoinDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner in (77, 78, 79):
        opens(coins, owner)

    def unless_first(ticket: Ticket, messages: Iterable[Message]) -> History:
        if ticket.id == 1:
            raise ValueError("unheard of")
        return history_of(ticket, messages)

    monkeypatch.setattr(ticket_standing, "history_of", unless_first)
    terms = replace(coins.terms, tickets=replace(TERMS, next_answer=5 * HOUR))
    page, count = None, 0
    failed: list[int] = []
    while page is None or page.last is not None:
        page = coins.desk.run(catch_up, terms, at=coins.now, after=page.last if page else None, limit=1)
        count += page.count
        failed += [number for number, _ in page.failures]
    assert (count, failed) == (2, [1])
    coins.desk.run(firing.fire_due, {ACME: terms}, at=coins.now)
    (problem,) = coins.desk.look(lambda tx: tx.problems.open(ACME))
    assert (problem.kind, "ticket 1" in problem.summary) == ("deadline_failed", True)
    monkeypatch.undo()
    coins.desk.run(firing.fire_due, {ACME: terms}, at=coins.later(hours=1))
    assert coins.desk.look(lambda tx: tx.problems.open(ACME)) == []
    assert coins.desk.run(catch_up, terms, at=coins.now) == CaughtUp()
