"""Who hears of a promise that is about to be broken, or is: each once, in his hours (rule T7)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bridge.domain.events import (
    ClockBreached,
    ClockEscalated,
    ClockWarning,
)
from bridge.domain.service_hours import ServiceCalendar
from bridge.domain.ticket_terms import AlertTimes, StaffHours, TicketTerms
from bridge.services import firing, ticket_decisions
from tests.support.books import ACME, TEHRAN
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk
from tests.support.tickets import (
    BORIS,
    DAY,
    HOUR,
    PUBLISHED,
    SATURDAY_6PM,
    WEDNESDAY_6PM,
    a_desk_in_tehran,
    answers,
    clock_events,
    in_office_hours,
    now_of,
    opens,
    stored_is_what_follows,
    time_passes,
)


@pytest.fixture(name="coins")
def _coins() -> Iterator[CoinDesk]:
    with a_desk_in_tehran(WEDNESDAY_6PM) as desk:
        yield desk


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
