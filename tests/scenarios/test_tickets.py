"""Tickets from their opening to their end: who may write, whose turn it is, what is promised and who hears of it.

One store in Tehran with the published plans, at a desk of its own; time passes only where a test lets it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bridge.contracts.coin_desk import Answer
from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import InboxRow
from bridge.contracts.shop_rows import SigningKey
from bridge.domain.clocks import clocks_of
from bridge.domain.events import (
    ClockBreached,
    ClockEscalated,
    ClockEvent,
    ClockWarning,
    TicketOpened,
    TicketStateChanged,
    UrgencyDecided,
)
from bridge.domain.plans import Plan, PlanBook
from bridge.domain.policies import OpeningPromise
from bridge.domain.queue import QueueRow, Tier
from bridge.domain.service_hours import WHOLE_DAY, ServiceCalendar, Week
from bridge.domain.ticket_history import History, history_of
from bridge.domain.ticket_terms import AlertTimes, Escalation, StaffHours, TicketTerms
from bridge.domain.tickets import Message, MessageKind, Ticket, TicketKind, TicketNow, TicketState, Urgency
from bridge.errors import ImpossibleAmount, TicketRefused
from bridge.services import firing, inbox, staff_coins, ticket_decisions, ticket_links, ticket_standing, tickets
from bridge.services.account_pages import PageTerms
from bridge.services.macros import macro_text
from bridge.services.policies import policies_of
from bridge.services.promises import Promise, promise_of
from bridge.services.queue import QueueCursor, queue_page
from bridge.services.ticket_documents import ticket_document
from bridge.services.ticket_standing import CaughtUp, catch_up
from bridge.testing.coin_desk import posted_row
from tests.support.books import ACME, TEHRAN, customer
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk

KEY = SigningKey("k1", bytes(32))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEDNESDAY_6PM = datetime(2026, 11, 25, 18, tzinfo=TEHRAN).astimezone(UTC)
THURSDAY_10AM = datetime(2026, 11, 26, 10, tzinfo=TEHRAN).astimezone(UTC)
SATURDAY_6PM = datetime(2026, 11, 28, 18, tzinfo=TEHRAN).astimezone(UTC)
SUNDAY_0AM = datetime(2026, 11, 29, tzinfo=TEHRAN).astimezone(UTC)
FIVE_DAYS: Week = (WHOLE_DAY, WHOLE_DAY, WHOLE_DAY, (), (), WHOLE_DAY, WHOLE_DAY)
PUBLISHED = PlanBook(
    [
        Plan("essential", 1, 300, 12, ("E",), service=ServiceCalendar(TEHRAN, FIVE_DAYS)),
        Plan("base", 2, 550, 12, ("B",), service=ServiceCalendar(TEHRAN)),
        Plan("professional", 3, 900, 12, ("P",), service=ServiceCalendar(TEHRAN)),
    ]
)
BORIS = "Boris"
OFFICE_HOURS = ((8 * 3600, 16 * 3600),)
TERMS = TicketTerms(escalation=(Escalation(2 * HOUR, (BORIS,)),), staff={ANNA: StaffHours(), BORIS: StaffHours()})


@pytest.fixture(name="coins")
def _coins() -> Iterator[CoinDesk]:
    with a_coin_desk(plans=PUBLISHED, tickets=TERMS) as desk:
        desk.now = WEDNESDAY_6PM
        yield desk


def posts(coins: CoinDesk, action: str, owner: int = 77, /, **data: Any) -> Answer:
    """What the customer's page is answered to something that he does there, at most every ten seconds."""
    coins.later(seconds=10)
    return posted(coins, action, owner, **data)


def posted(coins: CoinDesk, action: str, owner: int = 77, /, **data: Any) -> Answer:
    row = posted_row(KEY, store=ACME, customer=owner, kind=action, data=data, at=int(coins.now.timestamp()))
    found = InboxRow(1, row.customer_id, row.uuid, row.payload, row.key_id, row.mac)
    coins.desk.run(inbox.handle, coins.terms, found, [KEY], at=coins.now)
    answer = coins.desk.look(lambda tx: tx.answers.get(ACME, row.uuid))
    assert answer is not None
    return answer


def opens(coins: CoinDesk, owner: int = 77, **different: Any) -> int:
    """The number of a ticket that a customer opens on his page now."""
    data = {"subject": "Slider", "text": "It does not slide.", "price": None, **different}
    answer = posted(coins, "ticket_open", owner, **data)
    assert answer.accepted, answer.code
    return int(answer.document["data"]["ticket"])


def now_of(coins: CoinDesk, ticket: int) -> TicketNow:
    return coins.desk.look(lambda tx: tx.tickets.now([ticket]))[ticket]


def state(coins: CoinDesk, ticket: int) -> str:
    return str(now_of(coins, ticket).state)


def answers(coins: CoinDesk, ticket: int, text: str = "Look now.", **how: Any) -> None:
    coins.later(seconds=1)
    coins.desk.run(tickets.reply, coins.terms, ticket, text=text, by=ANNA, at=coins.now, **how)


def time_passes(coins: CoinDesk, until: datetime) -> list[ClockEvent]:
    """Fire what is due, moment by moment; what was told of clocks meanwhile."""
    before = len(clock_events(coins))
    while True:
        due = coins.desk.look(lambda tx: tx.deadlines.first_due([ACME])).get(ACME)
        if due is None or due > until:
            break
        coins.now = max(coins.now, due)
        fired = coins.desk.run(firing.fire_due, {ACME: coins.terms}, at=coins.now)
        assert fired.failures == ()
    coins.now = until
    return clock_events(coins)[before:]


def clock_events(coins: CoinDesk) -> list[ClockEvent]:
    return [one for one in coins.told() if isinstance(one, ClockEvent)]


def histories(tx: Tx, ticket: int) -> list[Message]:
    return tx.tickets.history(ticket)


def stored_is_what_follows(coins: CoinDesk) -> None:
    """Everything that is kept of how tickets stand follows from their histories alone (rule T9)."""
    for ticket in coins.desk.look(lambda tx: tx.tickets.latest(ACME, 1_000)):
        kept = now_of(coins, ticket.id)
        history = history_of(ticket, coins.desk.look(histories, ticket.id))
        policies = coins.desk.run(policies_of, coins.terms, at=coins.now)
        running = [one for one in clocks_of(ticket, history, policies, coins.now) if one.running]
        dues = [one.due for one in running if one.due is not None]
        assert (kept.state, kept.since, kept.kind) == (history.state, history.since, history.kind)
        assert (kept.urgency, kept.assignee) == (history.urgency, history.assignee)
        assert (kept.opened_standing, kept.standing) == (history.standings[0][1], history.standings[-1][1])
        assert kept.due == min(dues, default=None)


# --- T1, T12: who may write ---------------------------------------------------------------------------------


def test_T1_anybody_with_a_shop_account_can_ask_before_he_buys_and_nothing_is_promised(coins: CoinDesk) -> None:
    ticket = opens(coins, owner=901, kind="pre_sales", subject="Does it work with 9?")
    found = coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket))
    assert found is not None
    assert (found.kind, found.language, found.channel) == (TicketKind.PRE_SALES, "en", "page")
    assert now_of(coins, ticket).due is None
    assert coins.desk.look(promise_of, found) == Promise(OpeningPromise(), None)
    answers(coins, ticket)
    assert [one.text for one in coins.thread(ticket)] == ["It does not slide.", "Look now."]
    assert coins.coins(customer(901)) == (0, 0, 0)


def test_T1_what_the_customer_says_that_it_is_about_is_kept_as_his_words(coins: CoinDesk) -> None:
    ticket = opens(coins, order=1042, product="Slider Pro", kind="work")
    found = coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket))
    assert found is not None
    assert (found.order_id, found.product, found.kind) == (1042, "Slider Pro", TicketKind.WORK)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "gift"},
        {"order": 0},
        {"product": "two\nlines"},
        {"urgent": "yes"},
        {"unknown": 1},
        {"product": "x" * 201},
    ],
)
def test_a_form_that_is_not_as_agreed_on_opens_nothing(coins: CoinDesk, wrong: dict[str, Any]) -> None:
    data = {"subject": "Slider", "text": "Help.", "price": None, **wrong}
    answer = posts(coins, "ticket_open", **data)
    assert (answer.outcome, answer.code) == ("refused", "invalid")
    assert coins.desk.look(lambda tx: tx.tickets.latest(ACME, 10)) == []


def test_pages_of_the_version_before_go_on_opening_and_writing(coins: CoinDesk) -> None:
    opened = posts(coins, "request_open", subject="Slider", text="Help.", price=None)
    ticket = opened.document["data"]["ticket"]
    written = posts(coins, "request_reply", request=ticket, text="Please.")
    assert (opened.code, written.code) == ("ticket_opened", "replied")
    assert [one.text for one in coins.thread(ticket)] == ["Help.", "Please."]


def test_T12_five_tickets_an_hour_and_thirty_messages_are_taken_and_no_more(coins: CoinDesk) -> None:
    data = {"subject": "Slider", "text": "Help.", "price": None}
    codes = [posts(coins, "ticket_open", **data).code for _ in range(6)]
    assert codes == ["ticket_opened"] * 5 + ["too_many_tickets"]
    written = [posts(coins, "ticket_reply", ticket=1, text="And this.").code for _ in range(26)]
    assert written == ["replied"] * 25 + ["too_many_messages"]
    coins.later(hours=1)
    assert posts(coins, "ticket_open", **data).code == "ticket_opened"


def test_T12_the_numbers_are_the_stores() -> None:
    with a_coin_desk(tickets=TicketTerms(tickets_per_hour=1, messages_per_hour=2)) as few:
        assert opens(few) == 1
        assert posts(few, "ticket_open", subject="Slider", text="Help.", price=None).code == "too_many_tickets"
        codes = [posts(few, "ticket_reply", ticket=1, text="And this.").code for _ in range(2)]
        assert codes == ["replied", "too_many_messages"]


# --- T3, T4, T8: what is promised ---------------------------------------------------------------------------


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


# --- T6: answers, pauses, plans that come and go ------------------------------------------------------------


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


# --- T7: who hears of it ------------------------------------------------------------------------------------


def test_T7_warnings_breach_and_escalation_are_told_each_once(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    opens(coins)
    told = time_passes(coins, WEDNESDAY_6PM + 3 * DAY)
    assert [(type(one), one.at - WEDNESDAY_6PM, one.to) for one in told] == [
        (ClockWarning, 12 * HOUR, (ANNA, BORIS)),
        (ClockWarning, 19 * HOUR + timedelta(minutes=12), (ANNA, BORIS)),
        (ClockBreached, 24 * HOUR, (ANNA, BORIS)),
        (ClockEscalated, 26 * HOUR, (BORIS,)),
    ]
    assert {one.due for one in told} == {WEDNESDAY_6PM + DAY}
    assert [one.percent for one in told if isinstance(one, ClockWarning)] == [50, 80]
    assert [one.hours for one in told if isinstance(one, ClockEscalated)] == [2.0]
    assert len({one.key for one in told}) == 4
    stored_is_what_follows(coins)


def test_T7_whoever_has_taken_the_ticket_is_told_alone(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    coins.desk.run(ticket_decisions.assign, coins.terms, ticket, to=ANNA, by=ANNA, at=coins.now)
    assert [one.to for one in time_passes(coins, WEDNESDAY_6PM + DAY)] == [(ANNA,)] * 3


def test_T7_a_clock_that_was_met_warns_of_nothing(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    answers(coins, opens(coins))
    assert time_passes(coins, WEDNESDAY_6PM + 3 * DAY) == []


def test_T7_after_the_daemon_was_off_only_the_highest_step_is_told(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    coins.now = WEDNESDAY_6PM + 25 * HOUR
    coins.desk.run(firing.fire_due, {ACME: coins.terms}, at=coins.now)
    (told,) = clock_events(coins)
    assert isinstance(told, ClockBreached)
    assert (told.at, told.instead_of) == (coins.now, ("warning_50", "warning_80"))
    assert now_of(coins, ticket).due == WEDNESDAY_6PM + DAY, "an outage of our own makes no promise longer"
    coins.desk.run(firing.fire_due, {ACME: coins.terms}, at=coins.now)
    assert len(clock_events(coins)) == 1


def test_T7_essential_cannot_breach_on_thursday_and_friday(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, plan="essential")
    opens(coins)
    told = time_passes(coins, SATURDAY_6PM)
    assert [(type(one), one.at) for one in told] == [
        (ClockWarning, datetime(2026, 11, 28, 6, tzinfo=TEHRAN)),
        (ClockWarning, datetime(2026, 11, 28, 13, 12, tzinfo=TEHRAN)),
        (ClockBreached, SATURDAY_6PM),
    ]


def in_office_hours(alerts: AlertTimes) -> TicketTerms:
    """Boris works from 8 to 16 on every day but Friday."""
    week: Week = (OFFICE_HOURS, OFFICE_HOURS, OFFICE_HOURS, OFFICE_HOURS, (), OFFICE_HOURS, OFFICE_HOURS)
    return TicketTerms(staff={ANNA: StaffHours(), BORIS: StaffHours(ServiceCalendar(TEHRAN, week), alerts)})


@pytest.mark.parametrize(
    ("alerts", "breach_at"),
    [
        (AlertTimes.IN_HOURS, datetime(2026, 11, 28, 8, tzinfo=TEHRAN)),
        (AlertTimes.BREACH_AT_ONCE, datetime(2026, 11, 26, 18, tzinfo=TEHRAN)),
    ],
)
def test_T7_people_are_told_in_their_own_hours_where_they_want_that(alerts: AlertTimes, breach_at: datetime) -> None:
    with a_coin_desk(plans=PUBLISHED, tickets=in_office_hours(alerts)) as coins:
        coins.now = WEDNESDAY_6PM
        coins.granted(CUSTOMER, 550, plan="base")
        opens(coins)
        told = time_passes(coins, WEDNESDAY_6PM + 5 * DAY)
        annas = [(type(one), one.at) for one in told if ANNA in one.to]
        boris = [(type(one), one.at) for one in told if BORIS in one.to]
        assert annas == [
            (ClockWarning, datetime(2026, 11, 26, 6, tzinfo=TEHRAN)),
            (ClockWarning, datetime(2026, 11, 26, 13, 12, tzinfo=TEHRAN)),
            (ClockBreached, datetime(2026, 11, 26, 18, tzinfo=TEHRAN)),
        ]
        assert boris == [
            (ClockWarning, datetime(2026, 11, 26, 8, tzinfo=TEHRAN)),
            (ClockWarning, datetime(2026, 11, 26, 13, 12, tzinfo=TEHRAN)),
            (ClockBreached, breach_at),
        ]
        assert time_passes(coins, WEDNESDAY_6PM + 9 * DAY) == []


def test_T7_what_was_answered_before_somebodys_hours_begin_he_is_not_told() -> None:
    with a_coin_desk(plans=PUBLISHED, tickets=in_office_hours(AlertTimes.IN_HOURS)) as late:
        late.now = WEDNESDAY_6PM
        late.granted(CUSTOMER, 550, plan="base")
        ticket = opens(late)
        time_passes(late, datetime(2026, 11, 26, 7, tzinfo=TEHRAN).astimezone(UTC))
        answers(late, ticket)
        assert time_passes(late, WEDNESDAY_6PM + 9 * DAY) == []


# --- T10: whose turn it is ----------------------------------------------------------------------------------


def test_T10_a_tickets_way_from_open_to_closed_and_on_in_a_new_one(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    answers(coins, ticket)
    assert state(coins, ticket) == "waiting_customer"
    assert posts(coins, "ticket_reply", ticket=ticket, text="Still not.").code == "replied"
    assert state(coins, ticket) == "open"
    answers(coins, ticket, state=TicketState.RESOLVED)
    assert state(coins, ticket) == "resolved"
    assert posts(coins, "ticket_reply", ticket=ticket, text="It came back.").code == "replied"
    assert state(coins, ticket) == "open", "a reply reopens"
    answers(coins, ticket)
    time_passes(coins, coins.now + 14 * DAY)
    assert state(coins, ticket) == "resolved"
    time_passes(coins, coins.now + 14 * DAY)
    assert state(coins, ticket) == "closed"
    answer = posts(coins, "ticket_reply", ticket=ticket, text="And again.")
    assert (answer.code, answer.document["data"]) == ("continued", {"ticket": ticket + 1, "continues": ticket})
    assert answer.document["text"]["en"] == (
        f"Ticket {ticket} is closed, so your message has been sent as a new ticket; its number is {ticket + 1}."
    )
    following = coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket + 1))
    assert following is not None
    assert (following.continues, following.subject) == (ticket, "Slider")
    assert coins.thread(ticket)[-1].detail == {"continued_by": ticket + 1}
    assert state(coins, ticket) == "closed"
    changes = [(one.was, one.state) for one in coins.told(TicketStateChanged) if isinstance(one, TicketStateChanged)]
    assert changes == [
        ("open", "waiting_customer"),
        ("waiting_customer", "open"),
        ("open", "resolved"),
        ("resolved", "open"),
        ("open", "waiting_customer"),
        ("waiting_customer", "resolved"),
        ("resolved", "closed"),
    ]
    stored_is_what_follows(coins)


def test_T10_offers_and_work_say_whose_turn_it_is(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    found = coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket))
    quote = coins.offered(CUSTOMER, 50, ticket=found)
    assert state(coins, ticket) == "waiting_approval"
    coins.approved(quote, at=coins.later(seconds=1))
    assert state(coins, ticket) == "open"
    coins.later(seconds=1)
    coins.started(quote)
    assert state(coins, ticket) == "in_work"
    answers(coins, ticket, progress=True)
    assert posts(coins, "ticket_reply", ticket=ticket, text="Good.").code == "replied"
    assert state(coins, ticket) == "in_work"
    coins.desk.run(ticket_decisions.no_answer_needed, coins.terms, ticket, by=ANNA, at=coins.later(seconds=1))
    assert state(coins, ticket) == "in_work"
    coins.later(seconds=1)
    coins.settled(quote, 45)
    assert state(coins, ticket) == "resolved"
    stored_is_what_follows(coins)


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


def test_T10_thanks_need_no_answer(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    answers(coins, ticket, state=TicketState.RESOLVED)
    posts(coins, "ticket_reply", ticket=ticket, text="Thank you!")
    assert (state(coins, ticket), now_of(coins, ticket).due) == ("open", coins.now + DAY)
    coins.desk.run(ticket_decisions.no_answer_needed, coins.terms, ticket, by=ANNA, at=coins.later(minutes=5))
    assert (state(coins, ticket), now_of(coins, ticket).due) == ("resolved", None)
    assert time_passes(coins, coins.now + 3 * DAY) == []
    with pytest.raises(TicketRefused, match="nobody waits for an answer"):
        coins.desk.run(ticket_decisions.no_answer_needed, coins.terms, ticket, by=ANNA, at=coins.now)


def test_T10_staff_name_a_state_and_a_closed_ticket_takes_no_answer(coins: CoinDesk) -> None:
    ticket = opens(coins)
    answers(coins, ticket, progress=True)
    for new in (TicketState.IN_WORK, TicketState.WAITING_CUSTOMER, TicketState.CLOSED):
        coins.desk.run(ticket_decisions.set_state, coins.terms, ticket, new, by=ANNA, at=coins.later(minutes=1))
        assert state(coins, ticket) == str(new)
    with pytest.raises(TicketRefused, match="is closed: reopen it first"):
        answers(coins, ticket)
    with pytest.raises(TicketRefused, match="is closed already"):
        coins.desk.run(ticket_decisions.set_state, coins.terms, ticket, TicketState.CLOSED, by=ANNA, at=coins.now)
    with pytest.raises(TicketRefused, match="waits for approval once something is offered"):
        coins.desk.run(
            ticket_decisions.set_state, coins.terms, ticket, TicketState.WAITING_APPROVAL, by=ANNA, at=coins.now
        )
    coins.desk.run(ticket_decisions.set_state, coins.terms, ticket, TicketState.OPEN, by=ANNA, at=coins.now)
    assert state(coins, ticket) == "open"


def test_C7_T10_no_ticket_ends_while_coins_are_held_for_it(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    quote = coins.offered(CUSTOMER, 50, ticket=coins.desk.look(lambda tx: tx.tickets.get(ACME, ticket)))
    coins.approved(quote, at=coins.later(seconds=1))
    with pytest.raises(TicketRefused, match=f"quote {quote.id} holds coins"):
        coins.desk.run(ticket_decisions.set_state, coins.terms, ticket, TicketState.RESOLVED, by=ANNA, at=coins.now)
    answers(coins, ticket, state=TicketState.WAITING_CUSTOMER)
    time_passes(coins, coins.now + 20 * DAY)
    assert state(coins, ticket) == "waiting_customer", "coins can't be forgotten in a ticket that is over"
    coins.released(quote)
    time_passes(coins, coins.now + 2 * DAY)
    assert state(coins, ticket) == "resolved"


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


# --- T2: the queue ------------------------------------------------------------------------------------------


def places(coins: CoinDesk, *, limit: int = 50) -> list[int]:
    """The customers whose tickets wait, in the order of the queue, read a page at a time."""
    found: list[QueueRow] = []
    cursor: QueueCursor | None = None
    while True:
        rows, cursor = coins.desk.look(queue_page, coins.terms, at=coins.now, after=cursor, limit=limit)
        found += rows
        if cursor is None:
            break
    assert [row.place for row in found] == list(range(1, len(found) + 1))
    accounts = coins.desk.look(lambda tx: tx.accounts.by_ids(row.ticket.account_id for row in found))
    return [accounts[row.ticket.account_id].owner.ref for row in found]


def test_T2_any_package_comes_first_and_on_essentials_days_all_plans_are_equal(coins: CoinDesk) -> None:
    for number, plan in ((1, "essential"), (2, "base"), (3, "professional"), (4, None)):
        coins.granted(customer(number), 300, plan=plan)
    for number in (5, 4, 3, 2, 1):
        opens(coins, number)
        coins.later(minutes=1)
    assert places(coins) == [4, 3, 2, 1, 5], "on a Wednesday: by due time, then who has no plan"
    coins.now = THURSDAY_10AM
    assert places(coins) == [4, 3, 2, 1, 5]
    rows, _ = coins.desk.look(queue_page, coins.terms, at=coins.now)
    assert [(row.reason.tier, row.reason.standing) for row in rows] == [
        (Tier.SERVED, "package"),
        (Tier.SERVED, "professional"),
        (Tier.SERVED, "base"),
        (Tier.OFF_TODAY, "essential"),
        (Tier.NONE, "none"),
    ]
    assert [row.reason.guaranteed for row in rows] == [True, True, True, True, False]


def test_T2_essential_waits_behind_on_its_days_off_however_long_it_has_waited(coins: CoinDesk) -> None:
    coins.granted(customer(1), 300, plan="essential")
    coins.granted(customer(2), 550, plan="base")
    opens(coins, 1)
    coins.now = THURSDAY_10AM
    opens(coins, 2)
    assert places(coins) == [2, 1]
    coins.now = SATURDAY_6PM - 2 * HOUR
    assert places(coins) == [2, 1], "by due time: base's was on Friday"


def test_T2_confirmed_urgent_comes_first_in_its_class_and_whoever_waits_for_the_customer_is_not_in_it(
    coins: CoinDesk,
) -> None:
    for number in (1, 2, 3):
        coins.granted(customer(number), 550, plan="base")
    tickets_of = {number: opens(coins, number, urgent=True) for number in (1, 2, 3, 9)}
    assert places(coins) == [1, 2, 3, 9], "to ask for urgency moves nobody"
    for number in (3, 9):
        coins.later(minutes=1)
        coins.desk.run(ticket_decisions.confirm_urgent, coins.terms, tickets_of[number], by=ANNA, at=coins.now)
    assert places(coins) == [3, 1, 2, 9], "and nobody leaves his class"
    answers(coins, tickets_of[3])
    assert places(coins) == [1, 2, 9]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_T2_the_queue_is_the_same_in_pages_of_any_size(coins: CoinDesk, limit: int) -> None:
    for number in range(1, 13):
        plan = ("essential", "base", "professional", None)[number % 4]
        if number % 5:
            coins.granted(customer(number), 300, plan=plan)
    for number in (5, 3, 12, 8, 1, 10, 2, 11, 7, 4, 6, 9):
        opens(coins, number)
        if number % 3 == 0:
            coins.later(minutes=7)
    coins.now = THURSDAY_10AM
    assert places(coins, limit=limit) == places(coins, limit=1_000)
    assert len(places(coins, limit=limit)) == 12


# --- tickets that belong together ---------------------------------------------------------------------------


def test_T10_a_joined_ticket_is_closed_and_the_other_owes_what_was_asked_in_it(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    first = opens(coins)
    answers(coins, first)
    coins.later(hours=1)
    second = opens(coins, text="And the footer?")
    asked_at = coins.now
    coins.later(hours=1)
    coins.desk.run(ticket_links.merge, coins.terms, second, into=first, by=ANNA, at=coins.now)
    assert (state(coins, first), now_of(coins, first).due) == ("open", asked_at + DAY)
    assert (state(coins, second), now_of(coins, second).due) == ("closed", None)
    assert posts(coins, "ticket_reply", ticket=second, text="Any news?").document["data"] == {"ticket": first}
    assert [one.text for one in coins.thread(first) if one.text] == ["It does not slide.", "Look now.", "Any news?"]
    with pytest.raises(TicketRefused, match=f"was merged into ticket {first}"):
        coins.desk.run(ticket_decisions.set_state, coins.terms, second, TicketState.OPEN, by=ANNA, at=coins.now)
    stored_is_what_follows(coins)


def test_T10_what_would_lose_something_is_not_joined(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    coins.granted(customer(78), 550, plan="base")
    first, theirs = opens(coins), opens(coins, 78)
    coins.later(hours=1)
    second, closed = opens(coins), opens(coins)
    coins.desk.run(ticket_decisions.set_state, coins.terms, closed, TicketState.CLOSED, by=ANNA, at=coins.now)
    with_quote = coins.offered(CUSTOMER, 50).ticket_id
    for one, into, why in (
        (first, first, "can't be joined to itself"),
        (theirs, first, "is customer 77's, not that of customer 78"),
        (first, second, f"ticket {first} is due earlier than ticket {second}"),
        (closed, first, f"ticket {closed} is closed"),
        (first, closed, f"ticket {closed} is closed"),
        (with_quote, first, "has the open quote"),
    ):
        with pytest.raises(TicketRefused, match=why):
            coins.desk.run(ticket_links.merge, coins.terms, one, into=into, by=ANNA, at=coins.now)
    coins.desk.run(ticket_links.merge, coins.terms, second, into=first, by=ANNA, at=coins.now)
    assert now_of(coins, first).due == WEDNESDAY_6PM + DAY


def test_T10_a_part_goes_on_by_itself_with_the_promise_of_then(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    ticket = opens(coins)
    answers(coins, ticket)
    posts(coins, "ticket_reply", ticket=ticket, text="Another thing: the invoice is wrong.")
    asked_at = coins.now
    coins.desk.run(tickets.write_note, coins.terms, ticket, text="Tax rate?", by=ANNA, at=coins.later(minutes=1))
    wanted = next(one.id for one in coins.thread(ticket) if one.text.startswith("Another"))
    coins.later(hours=1)
    split = ticket_links.split
    part = coins.desk.run(split, coins.terms, ticket, from_message=wanted, subject="Invoice", by=ANNA, at=coins.now)
    assert [(one.kind, one.text) for one in coins.thread(part.id)] == [
        (MessageKind.TEXT, "Another thing: the invoice is wrong."),
        (MessageKind.NOTE, "Tax rate?"),
        (MessageKind.SPLIT, ""),
    ]
    assert (state(coins, part.id), now_of(coins, part.id).due) == ("open", asked_at + DAY)
    assert (state(coins, ticket), now_of(coins, ticket).due) == ("waiting_customer", None)
    assert [one.text for one in coins.thread(ticket) if one.kind is MessageKind.TEXT][-1].startswith("Another")
    stored_is_what_follows(coins)
    begins = coins.thread(ticket)[0].id
    for message, why in ((begins, "begins ticket"), (10_000, "has no message 10000")):
        with pytest.raises(TicketRefused, match=why):
            coins.desk.run(split, coins.terms, ticket, from_message=message, subject="Part", by=ANNA, at=coins.now)


# --- whose ticket, and what is said in it -------------------------------------------------------------------


def test_a_ticket_is_taken_handed_over_and_given_back_and_the_audit_says_by_whom(coins: CoinDesk) -> None:
    ticket = opens(coins)
    for to in (ANNA, BORIS, None):
        coins.desk.run(ticket_decisions.assign, coins.terms, ticket, to=to, by=ANNA, at=coins.later(minutes=1))
        assert now_of(coins, ticket).assignee == to
    for to, why in (("Mallory", r"none of the store's staff \(Anna, Boris\)"), (None, "is nobody’s already")):
        with pytest.raises(TicketRefused, match=why):
            coins.desk.run(ticket_decisions.assign, coins.terms, ticket, to=to, by=ANNA, at=coins.now)
    lines = coins.desk.look(lambda tx: tx.audit.lines(store=ACME, subject=f"ticket:{ticket}"))
    assert [(one.staff, one.action, one.detail) for one in lines][::-1] == [
        (ANNA, "assign", {"to": ANNA}),
        (ANNA, "assign", {"to": BORIS}),
        (ANNA, "assign", {"to": None}),
    ]


def test_C12_nothing_that_is_done_with_a_ticket_books_anything(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 550, plan="base")
    before = coins.entries(CUSTOMER)
    ticket, other = opens(coins, urgent=True), opens(coins)
    decisions: list[tuple[Callable[..., object], dict[str, Any]]] = [
        (ticket_decisions.confirm_urgent, {}),
        (ticket_decisions.assign, {"to": ANNA}),
        (ticket_decisions.set_kind, {"kind": TicketKind.WORK}),
        (tickets.write_note, {"text": "Hm."}),
        (tickets.log_call, {"text": "He called."}),
        (tickets.reply, {"text": "Done."}),
    ]
    for decide, how in decisions:
        coins.desk.run(decide, coins.terms, ticket, by=ANNA, at=coins.later(minutes=1), **how)
    coins.desk.run(ticket_decisions.set_state, coins.terms, other, TicketState.CLOSED, by=ANNA, at=coins.now)
    assert coins.entries(CUSTOMER) == before


def test_a_canned_answer_names_what_it_is_about_in_the_customers_language() -> None:
    texts = {
        "en": "{store}: ticket {ticket} ({subject}) is answered {due}; you have {coins} coins. {{}}",
        "fa": "{ticket}: {coins}",
    }
    with a_coin_desk(plans=PUBLISHED, title="Acme", tickets=TicketTerms(macros={"seen": texts})) as coins:
        coins.now = WEDNESDAY_6PM
        coins.granted(CUSTOMER, 1550, plan="base")
        ticket = opens(coins, subject="Slider {coins}")
        text = coins.desk.look(macro_text, coins.terms, ticket, "seen", at=coins.now)
        assert text == (
            f"Acme: ticket {ticket} (Slider {{coins}}) is answered Thursday, 26 November 2026, 18:00 (Tehran time); "
            "you have 1,550 coins. {}"
        )
        assert coins.desk.look(macro_text, coins.terms, ticket, "seen", at=coins.now, language="fa") == "۱: ۱٬۵۵۰"
        assert coins.desk.look(macro_text, coins.terms, ticket, "seen", at=coins.now, language="ru") == text
        answers(coins, ticket)
        assert "answered as soon as we can;" in coins.desk.look(macro_text, coins.terms, ticket, "seen", at=coins.now)
        with pytest.raises(TicketRefused, match=r"has no canned answer bye \(there are: seen\)"):
            coins.desk.look(macro_text, coins.terms, ticket, "bye", at=coins.now)


def test_T7_who_waits_for_his_hours_is_told_of_each_clock_and_no_warning_hides_a_breach() -> None:
    """The first answer is late at 20:00, the solution is warned of at night: at nine Anna hears of both."""
    office = ServiceCalendar(TEHRAN, (((9 * 3600, 17 * 3600),),) * 7)
    terms = TicketTerms(resolution=60 * HOUR, staff={ANNA: StaffHours(office, AlertTimes.IN_HOURS)})
    with a_coin_desk(plans=PUBLISHED, tickets=terms) as coins:
        coins.now = datetime(2026, 11, 24, 20, tzinfo=TEHRAN).astimezone(UTC)
        coins.granted(CUSTOMER, 550, plan="base")
        opens(coins)
        nine = datetime(2026, 11, 26, 9, tzinfo=TEHRAN)
        told = [one for one in time_passes(coins, nine.astimezone(UTC)) if one.at == nine and one.to == (ANNA,)]
        assert sorted((type(one).__name__, one.clock) for one in told) == [
            ("ClockBreached", "first_answer"),
            ("ClockWarning", "resolution"),
        ]


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
