"""What ended while the desk was down ends a day after its return (rule C5)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bridge.domain.downtime import Gap
from bridge.domain.events import PackageExpired, PackageExpiring, QuoteLapsing
from bridge.domain.quotes import QuoteState
from bridge.domain.ticket_terms import TicketTerms
from bridge.domain.tickets import MessageKind, TicketState
from bridge.errors import QuoteRefused
from bridge.services import firing, heartbeat, staff_coins, ticket_decisions
from bridge.services.purchases import book_orders
from bridge.services.standing import plan_of
from tests.support.books import ACME, BASE, MONDAY_9AM, REFUNDED, a_store, an_order, customer, dump, rows
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk

LAST_DAY = date(2027, 3, 31)
END = datetime(2027, 3, 31, 20, 29, 59, tzinfo=UTC)
A_SECOND, A_MINUTE, AN_HOUR, A_DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86400))
TABLES = ("account", "package", "entry", "outbox", "deadline", "quote", "quote_version", "message", "downtime")


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    with a_coin_desk() as one:
        yield one
        assert one.right()


def beat(coins: CoinDesk, at: datetime) -> Gap | None:
    coins.now = at
    return coins.desk.run(heartbeat.beat, at)


def fire(coins: CoinDesk) -> None:
    coins.desk.run(firing.fire_due, {ACME: coins.terms}, at=coins.now, limit=1000)


def off(coins: CoinDesk, since: datetime, until: datetime) -> Gap | None:
    """The desk beats for the last time, is off, and comes back."""
    beat(coins, since)
    return beat(coins, until)


def test_a_desk_that_has_never_run_was_not_down(coins: CoinDesk) -> None:
    assert beat(coins, MONDAY_9AM) is None
    assert coins.desk.look(lambda tx: tx.downtimes.last_beat()) == MONDAY_9AM


def test_beats_twice_a_minute_and_a_quick_restart_are_no_gap(coins: CoinDesk) -> None:
    beat(coins, MONDAY_9AM)
    for seconds in (30, 60, 180):
        assert beat(coins, MONDAY_9AM + timedelta(seconds=seconds)) is None
    assert rows(coins.desk, "SELECT * FROM downtime") == []


def test_C5_a_package_that_ended_while_the_desk_was_down_ends_a_day_after_its_return(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    since, until = END - A_MINUTE, END + 3 * AN_HOUR + timedelta(milliseconds=250)
    assert off(coins, since, until) == Gap(since, until)
    (package,) = coins.packages(CUSTOMER)
    assert package.usable_until == END + 3 * AN_HOUR + A_DAY
    assert coins.entries(CUSTOMER)[-1] == ("extend", 0, 0)
    fire(coins)
    assert coins.coins(CUSTOMER) == (300, 0, 300)
    coins.now = package.usable_until
    fire(coins)
    assert coins.coins(CUSTOMER) == (300, 0, 300)
    coins.now += A_SECOND
    fire(coins)
    assert coins.coins(CUSTOMER) == (0, 0, 0)
    assert len(coins.told(PackageExpired)) == 1


@pytest.mark.parametrize(
    ("since", "until", "extended"),
    [
        (END - A_DAY, END - A_SECOND, False),
        (END - A_DAY, END, True),
        (END, END + A_DAY, True),
        (END + timedelta(milliseconds=999), END + A_DAY, True),
        (END + A_SECOND, END + A_DAY, False),
    ],
)
def test_C5_the_last_second_counts_whole_at_both_ends_of_the_gap(
    coins: CoinDesk, since: datetime, until: datetime, extended: bool
) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    off(coins, since, until)
    assert (coins.packages(CUSTOMER)[0].usable_until > END) is extended


def test_C5_the_entry_is_pushed_to_the_page_and_says_why(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    ((before,),) = rows(coins.desk, "SELECT number FROM account")
    off(coins, END - A_MINUTE, END + AN_HOUR)
    ((after,),) = rows(coins.desk, "SELECT number FROM account")
    assert after == before + 1
    said = rows(coins.desk, "SELECT key, reason FROM entry WHERE kind = 'extend'")
    assert said == [(f"acme:package:1:extend:{int((END + AN_HOUR).timestamp())}", heartbeat.REASON)]


def test_C5_a_beat_that_comes_twice_extends_once(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    off(coins, END - A_MINUTE, END + AN_HOUR)
    before = dump(coins.desk, TABLES)
    assert beat(coins, END + AN_HOUR) is None
    assert dump(coins.desk, TABLES) == before


def test_C5_a_desk_that_is_down_across_the_new_end_too_moves_it_again(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    off(coins, END - A_MINUTE, END + AN_HOUR)
    second = coins.packages(CUSTOMER)[0].usable_until + AN_HOUR
    off(coins, second - 2 * AN_HOUR, second)
    assert coins.packages(CUSTOMER)[0].usable_until == second + A_DAY
    assert [kind for kind, _, _ in coins.entries(CUSTOMER)] == ["grant", "extend", "extend"]


def test_C5_nothing_is_extended_that_has_nothing_to_spend() -> None:
    """An empty one without a plan, and one that was revoked."""
    with a_coin_desk() as coins:
        coins.granted(customer(1), 10, last_day=LAST_DAY)
        coins.desk.run(
            staff_coins.correct, ACME, customer(1), coins=-10, reason="w", staff=ANNA, key="k",
            zone=coins.terms.zone, at=coins.now,
        )  # fmt: skip
        off(coins, END - A_MINUTE, END + AN_HOUR)
        assert rows(coins.desk, "SELECT key FROM entry WHERE kind = 'extend'") == []
    with a_coin_desk() as coins:
        coins.desk.run(book_orders, a_store(), [an_order(1042, (BASE, 2))], at=coins.now)
        coins.desk.run(book_orders, a_store(), [an_order(1042, (BASE, 2), status=REFUNDED)], at=coins.now)
        end = coins.packages(CUSTOMER)[0].usable_until
        off(coins, end - A_MINUTE, end + AN_HOUR)
        assert rows(coins.desk, "SELECT key FROM entry WHERE kind = 'extend'") == []


def test_C5_held_coins_stay_held_and_only_the_rest_is_useful_longer(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    coins.now = END - AN_HOUR
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    off(coins, END - A_MINUTE, END + AN_HOUR)
    assert coins.coins(CUSTOMER) == (300, 50, 250)
    coins.released(quote)
    assert coins.coins(CUSTOMER) == (300, 0, 300), "what returns to a package that can still be used is not lost"


def test_C5_whose_coins_are_all_held_can_still_take_them_back_after_a_down_time(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 50, last_day=LAST_DAY)
    coins.now = END - AN_HOUR
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    off(coins, END - A_MINUTE, END + AN_HOUR)
    coins.cancelled(quote)
    assert coins.coins(CUSTOMER) == (50, 0, 50)


def test_C5_a_plan_whose_coins_are_used_up_is_in_force_for_a_day_after_a_down_time(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 50, last_day=LAST_DAY, plan="base")
    coins.settled(coins.approved(coins.offered(CUSTOMER, 50)), 50)
    account = coins.account_id(CUSTOMER)
    off(coins, END - A_MINUTE, END + AN_HOUR)
    assert coins.desk.look(plan_of, coins.terms, account, coins.now) == "base"
    assert coins.desk.look(plan_of, coins.terms, account, coins.now + A_DAY + A_SECOND) is None


def test_C5_packages_of_every_store_are_extended_also_of_one_that_is_disabled(coins: CoinDesk) -> None:
    for store in ("umbrella", ACME):
        coins.desk.run(
            staff_coins.grant, store, CUSTOMER, coins=10, reason="w", staff=ANNA, key="k", zone=coins.terms.zone,
            at=coins.now, last_day=LAST_DAY,
        )  # fmt: skip
    off(coins, END - A_MINUTE, END + AN_HOUR)
    keys = rows(coins.desk, "SELECT key FROM entry WHERE kind = 'extend' ORDER BY key")
    assert [key.split(":")[0] for (key,) in keys] == [ACME, "umbrella"]


def test_C5_after_a_week_off_the_owner_is_told_once_how_long_his_coins_last(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    off(coins, END - 31 * A_DAY, END + 3 * A_DAY)
    fire(coins)
    (told,) = coins.told(PackageExpiring)
    assert isinstance(told, PackageExpiring)
    assert (told.days, told.coins, told.instead_of) == (1, 300, (30, 7))
    assert told.usable_until == END + 4 * A_DAY
    assert coins.told(PackageExpired) == []


# --- quotes -------------------------------------------------------------------------------------------------------


def test_C5_an_offer_that_lapsed_while_the_desk_was_down_can_be_approved_for_a_day(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.offered(CUSTOMER, 50)
    until = quote.offer.valid_until
    off(coins, until - A_MINUTE, until + 5 * AN_HOUR)
    extended = coins.quote(quote.id)
    assert extended.offer.valid_until == until + 5 * AN_HOUR + A_DAY
    message = coins.thread(quote.ticket_id)[-1]
    assert (message.kind, message.detail["valid_until"]) == (
        MessageKind.EXTENDED,
        int(extended.offer.valid_until.timestamp()),
    )
    assert extended.number > quote.number, "the page shows the new end"
    coins.now = extended.offer.valid_until
    assert coins.approved(quote).state is QuoteState.APPROVED


def test_C5_T10_who_can_approve_for_longer_has_his_days_anew_before_the_ticket_is_resolved(coins: CoinDesk) -> None:
    coins.terms = replace(coins.terms, tickets=TicketTerms(waiting=30 * A_DAY))
    quote = coins.offered(CUSTOMER, 50)
    back_at = quote.offer.valid_until + 5 * AN_HOUR
    off(coins, quote.offer.valid_until - A_MINUTE, back_at)
    fire(coins)
    stands = coins.desk.look(lambda tx: tx.tickets.now([quote.ticket_id]))[quote.ticket_id]
    assert (stands.state, stands.since) == (TicketState.WAITING_APPROVAL, back_at)
    due = coins.desk.look(lambda tx: tx.deadlines.of(["ticket"], quote.ticket_id))
    assert [one.due_at for one in due] == [back_at + 30 * A_DAY]


def test_C5_an_offer_that_is_extended_is_said_to_be_about_to_lapse_with_its_new_end(coins: CoinDesk) -> None:
    quote = coins.offered(CUSTOMER, 50)
    until = quote.offer.valid_until
    off(coins, until - 10 * A_DAY, until + 5 * AN_HOUR)
    fire(coins)
    (told,) = coins.told(QuoteLapsing)
    assert isinstance(told, QuoteLapsing)
    assert told.valid_until == until + 5 * AN_HOUR + A_DAY


def test_C8_an_offer_that_lapsed_before_the_desk_went_down_has_lapsed(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.offered(CUSTOMER, 50)
    off(coins, quote.offer.valid_until + A_SECOND, quote.offer.valid_until + A_DAY)
    with pytest.raises(QuoteRefused) as refusal:
        coins.approved(quote)
    assert refusal.value.reason == "quote_lapsed"


def test_C5_T10_an_offer_in_a_ticket_that_staff_closed_meanwhile_is_not_extended(coins: CoinDesk) -> None:
    """An approval would hold coins in a closed ticket; when it lapsed, nothing was left to withdraw."""
    quote = coins.offered(CUSTOMER, 50)
    lapsed = quote.offer.valid_until
    beat(coins, lapsed - A_MINUTE)
    coins.now = lapsed + A_MINUTE
    closed = TicketState.CLOSED
    coins.desk.run(ticket_decisions.set_state, coins.terms, quote.ticket_id, closed, by=ANNA, at=coins.now)
    beat(coins, lapsed + AN_HOUR)
    assert coins.quote(quote.id).offer.valid_until == lapsed


def test_C5_an_offer_that_was_declined_is_not_extended(coins: CoinDesk) -> None:
    quote = coins.declined(coins.offered(CUSTOMER, 50))
    off(coins, quote.offer.valid_until - A_MINUTE, quote.offer.valid_until + AN_HOUR)
    assert coins.quote(quote.id).offer.valid_until == quote.offer.valid_until


# --- clocks -------------------------------------------------------------------------------------------------------


def test_a_clock_put_forward_is_a_gap_in_the_customers_favour(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    off(coins, MONDAY_9AM, END + 300 * A_DAY)
    fire(coins)
    assert coins.coins(CUSTOMER) == (300, 0, 300)
    assert coins.packages(CUSTOMER)[0].usable_until == END + 301 * A_DAY


def test_a_clock_put_back_is_no_gap_and_the_beat_follows_it(coins: CoinDesk) -> None:
    beat(coins, MONDAY_9AM + 300 * A_DAY)
    assert beat(coins, MONDAY_9AM) is None
    assert beat(coins, MONDAY_9AM + timedelta(seconds=30)) is None
    assert rows(coins.desk, "SELECT * FROM downtime") == []
    assert beat(coins, MONDAY_9AM + AN_HOUR) == Gap(MONDAY_9AM + timedelta(seconds=30), MONDAY_9AM + AN_HOUR)


def test_a_command_of_staff_while_the_daemon_is_off_is_no_beat(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    beat(coins, END - A_MINUTE)
    coins.now = END + A_MINUTE
    coins.granted(customer(2), 10)
    assert beat(coins, END + 5 * A_MINUTE) == Gap(END - A_MINUTE, END + 5 * A_MINUTE)
    assert coins.coins(CUSTOMER) == (300, 0, 300)


def test_C5_what_staff_give_back_while_the_daemon_is_off_is_as_of_its_last_beat(coins: CoinDesk) -> None:
    """The package ended in the gap: its owner could do nothing, and has a day from the daemon's return."""
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    coins.granted(customer(2), 300, last_day=LAST_DAY - timedelta(days=1))
    settled, released = (coins.approved(coins.offered(CUSTOMER, 50)) for _ in range(2))
    ended_before = coins.approved(coins.offered(customer(2), 50))
    beat(coins, END - A_MINUTE)
    coins.now = END + AN_HOUR
    coins.settled(settled, 20)
    coins.released(released)
    coins.released(ended_before)
    assert coins.coins(CUSTOMER) == (280, 0, 0), "the clock decides what can be spent meanwhile"
    assert coins.coins(customer(2)) == (250, 0, 0)
    beat(coins, END + 2 * AN_HOUR)
    assert coins.coins(CUSTOMER) == (280, 0, 280)
    fire(coins)
    assert coins.coins(customer(2)) == (0, 0, 0)
