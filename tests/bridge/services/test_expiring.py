"""What falls due: packages end by an entry, reminders go out once, nothing is skipped or told twice (C5, C7, C17)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge.contracts.deadlines import Deadline, DeadlineKind
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.events import BalanceLow, HoldOld, PackageExpired, PackageExpiring, QuoteLapsing
from bridge.domain.tickets import Author, Message, MessageKind
from bridge.errors import DeskError, KeyReused
from bridge.services import firing, heartbeat, staff_coins
from bridge.services.firing import Fired
from bridge.services.purchases import book_orders
from tests.support.books import (
    ACME,
    BASE,
    BERLIN,
    MONDAY_9AM,
    NEW_YORK,
    REFUNDED,
    a_quick_desk,
    a_store,
    an_order,
    customer,
    dump,
    rows,
)
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk, desk_terms

LAST_DAY = date(2027, 3, 31)
END = datetime(2027, 3, 31, 20, 29, 59, tzinfo=UTC)
A_SECOND, A_DAY = timedelta(seconds=1), timedelta(days=1)
TABLES = ("account", "package", "entry", "outbox", "deadline", "notice", "problem")


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    with a_coin_desk() as one:
        yield one
        assert one.right()


def fire(coins: CoinDesk, at: datetime | None = None) -> Fired:
    """Let everything that is due by then fire."""
    coins.now = at or coins.now
    return coins.desk.run(firing.fire_due, {ACME: coins.terms}, at=coins.now, limit=1000)


def fire_each_day(coins: CoinDesk, until: datetime) -> None:
    while coins.now < until:
        fire(coins, min(coins.now + A_DAY / 4, until))


def deadlines(desk: Desk) -> list[tuple[str, int, datetime]]:
    found = rows(desk, "SELECT kind, ref, due_ms FROM deadline WHERE kind <> 'ticket' ORDER BY kind, ref")
    return [(kind, ref, datetime.fromtimestamp(due / 1000, UTC)) for kind, ref, due in found]


def reminders(coins: CoinDesk) -> list[tuple[int, int, tuple[int, ...]]]:
    """Days, coins and what each reminder stands for."""
    told = coins.told(PackageExpiring)
    return [(one.days, one.coins, one.instead_of) for one in told if isinstance(one, PackageExpiring)]


def expired(coins: CoinDesk) -> list[tuple[int, int, int, tuple[int, ...]]]:
    """Package, coins, what is available after, and what each message of an end stands for."""
    told = coins.told(PackageExpired)
    return [
        (one.package_id, one.coins, one.available, one.instead_of) for one in told if isinstance(one, PackageExpired)
    ]


# --- arming -------------------------------------------------------------------------------------------------------


def test_C3_a_package_that_is_granted_has_one_deadline_at_its_first_reminder(coins: CoinDesk) -> None:
    package = coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    assert package.usable_until == END
    assert deadlines(coins.desk) == [(DeadlineKind.PACKAGE, package.id, END - 30 * A_DAY)]


def test_C2_each_unit_of_an_order_has_its_deadline_however_often_the_order_is_booked() -> None:
    with a_quick_desk() as desk:
        for _ in range(2):
            desk.run(book_orders, a_store(), [an_order(1042, (BASE, 2))], at=MONDAY_9AM)
        end = datetime(2027, 11, 20, 20, 29, 59, tzinfo=UTC)
        assert deadlines(desk) == [("package", 1, end - 30 * A_DAY), ("package", 2, end - 30 * A_DAY)]


def test_C2_what_had_ended_before_it_was_first_seen_is_forfeited_and_nobody_is_told() -> None:
    with a_coin_desk() as coins:
        old = datetime(2025, 6, 1, 12, 0)  # noqa: DTZ001  # a shop's wall clock
        store = a_store(start=date(2025, 1, 1))
        order = an_order(ordered_at=old, granting_at=old)
        coins.desk.run(book_orders, store, [order], at=coins.now, tell=False)
        assert coins.coins(CUSTOMER) == (550, 0, 0), "the clock has decided already"
        fire(coins)
        assert coins.entries(CUSTOMER) == [("grant", 550, 0), ("forfeit", -550, 0)]
        assert (coins.told(), deadlines(coins.desk), coins.right()) == ([], [], True)


def test_C2_a_first_sync_arms_only_reminders_that_are_to_come() -> None:
    """Of a package that ends in 20 days the 30th has passed; the first word of it is the reminder of 7 days."""
    with a_coin_desk() as coins:
        paid = datetime(2025, 12, 13, 12, 0)  # noqa: DTZ001  # a shop's wall clock
        store = a_store(start=date(2025, 1, 1))
        coins.desk.run(book_orders, store, [an_order(ordered_at=paid, granting_at=paid)], at=coins.now, tell=False)
        fire_each_day(coins, MONDAY_9AM + 30 * A_DAY)
        assert reminders(coins) == [(7, 550, ()), (1, 550, ())]
        assert expired(coins) == [(1, 550, 0, ())]


def test_C14_coins_given_back_to_a_package_that_has_ended_are_forfeited_at_once_and_not_told(coins: CoinDesk) -> None:
    store, order = a_store(), an_order()
    coins.desk.run(book_orders, store, [order], at=coins.now)
    coins.desk.run(book_orders, store, [order._replace(status=REFUNDED)], at=coins.later(days=1))
    fire(coins, MONDAY_9AM + 400 * A_DAY)
    coins.desk.run(book_orders, store, [order], at=coins.later(minutes=1))
    fire(coins)
    assert coins.entries(CUSTOMER)[2:] == [("reinstate", 550, 0), ("forfeit", -550, 0)]
    assert (expired(coins), deadlines(coins.desk)) == ([], [])


def test_C14_a_package_can_end_a_second_time_with_what_a_hold_kept_from_the_first(coins: CoinDesk) -> None:
    store, order = a_store(), an_order()
    coins.desk.run(book_orders, store, [order], at=coins.now)
    coins.now = coins.packages(CUSTOMER)[0].usable_until
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    fire(coins, coins.now + A_SECOND)
    coins.desk.run(book_orders, store, [order._replace(status=REFUNDED)], at=coins.later(minutes=1))
    coins.released(quote)
    coins.desk.run(book_orders, store, [order], at=coins.later(minutes=1))
    assert coins.coins(CUSTOMER) == (50, 0, 0)
    fire(coins)
    assert coins.coins(CUSTOMER) == (0, 0, 0)
    found = rows(coins.desk, "SELECT key, posted FROM entry WHERE kind = 'forfeit' ORDER BY id")
    assert found == [("acme:package:1:expire", -500), ("acme:package:1:expire:2", -50)]


def test_C15_a_grant_by_hand_names_its_own_reminders(coins: CoinDesk) -> None:
    coins.desk.run(
        staff_coins.grant,
        ACME,
        CUSTOMER,
        coins=10,
        reason="a gift",
        staff=ANNA,
        key="k",
        zone=coins.terms.zone,
        at=coins.now,
        last_day=LAST_DAY,
        reminder_days=(60,),
    )
    assert deadlines(coins.desk) == [("package", 1, END - 60 * A_DAY)]


# --- reminders ----------------------------------------------------------------------------------------------------


def test_C17_reminders_come_30_7_and_1_days_before_the_end_each_once(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    for days in (30, 7, 1):
        fire(coins, END - days * A_DAY - A_SECOND)
        told = reminders(coins)
        assert days not in [one[0] for one in told], "not a second early"
        for _ in range(2):
            fire(coins, END - days * A_DAY)
            assert reminders(coins) == [*told, (days, 300, ())]
    keys = [event.key for event in coins.told(PackageExpiring)]
    assert keys == [f"acme:package:1:remind:{days}" for days in (30, 7, 1)]


def test_C17_late_reminders_become_the_most_urgent_one_which_says_for_which_it_stands(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    fire(coins, END - 5 * A_DAY)
    assert reminders(coins) == [(5, 300, (30,))]
    fire_each_day(coins, END)
    assert reminders(coins) == [(5, 300, (30,)), (1, 300, ())]


def test_C17_after_a_week_off_across_the_last_reminders_and_the_end_only_the_end_is_told(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    fire(coins, END - 30 * A_DAY)
    fire(coins, END + 2 * A_DAY)
    assert [one[0] for one in reminders(coins)] == [30]
    assert expired(coins) == [(1, 300, 0, (7, 1))]


def test_C17_an_empty_package_is_not_reminded_of_and_its_end_is_not_told(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    coins.desk.run(
        staff_coins.correct, ACME, CUSTOMER, coins=-300, reason="w", staff=ANNA, key="k", zone=coins.terms.zone,
        at=coins.now,
    )  # fmt: skip
    before = rows(coins.desk, "SELECT number FROM account")
    fire_each_day(coins, END + A_DAY)
    assert (reminders(coins), expired(coins), deadlines(coins.desk)) == ([], [], [])
    assert rows(coins.desk, "SELECT number FROM account") > before, "the page hears that the plan has ended (rule C6)"


def test_C17_a_package_whose_coins_are_all_held_is_empty_to_its_owner(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 100, last_day=LAST_DAY)
    fire(coins, END - 31 * A_DAY)
    coins.approved(coins.offered(CUSTOMER, 100))
    fire_each_day(coins, END + A_DAY)
    assert (reminders(coins), expired(coins)) == ([], [])


def test_C17_a_revoked_package_is_not_reminded_of() -> None:
    with a_coin_desk() as coins:
        coins.desk.run(book_orders, a_store(), [an_order()], at=coins.now)
        coins.desk.run(book_orders, a_store(), [an_order(status=REFUNDED)], at=coins.later(minutes=1))
        fire_each_day(coins, MONDAY_9AM + 400 * A_DAY)
        assert (reminders(coins), expired(coins)) == ([], [])


def test_C17_other_days_in_the_settings_count_from_the_next_look(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    fire(coins, END - 30 * A_DAY)
    coins.terms = desk_terms(reminder_days=(14, 3))
    fire_each_day(coins, END)
    assert [one[0] for one in reminders(coins)] == [30, 7, 3], "the look that had been set was the one of 7 days"


@pytest.mark.parametrize(
    ("zone", "last_day", "end"),
    [
        (NEW_YORK, date(2027, 3, 14), datetime(2027, 3, 15, 3, 59, 59, tzinfo=UTC)),
        (NEW_YORK, date(2027, 11, 7), datetime(2027, 11, 8, 4, 59, 59, tzinfo=UTC)),
        (BERLIN, date(2028, 2, 29), datetime(2028, 2, 29, 22, 59, 59, tzinfo=UTC)),
    ],
)
def test_C3_a_last_day_of_23_or_25_hours_and_a_leap_day_end_at_their_own_midnight(
    zone: ZoneInfo, last_day: date, end: datetime
) -> None:
    with a_coin_desk(zone=zone) as coins:
        coins.granted(CUSTOMER, 300, last_day=last_day)
        fire(coins, end - A_DAY)
        assert [one[0] for one in reminders(coins)] == [1], "24 hours before the last second"
        fire(coins, end)
        assert coins.coins(CUSTOMER) == (300, 0, 300)
        fire(coins, end + A_SECOND)
        assert coins.coins(CUSTOMER) == (0, 0, 0)


# --- the end ------------------------------------------------------------------------------------------------------


def test_C5_the_unheld_rest_is_forfeited_a_second_after_the_last_one(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    fire(coins, END + timedelta(milliseconds=999))
    assert coins.coins(CUSTOMER) == (300, 0, 300), "the last second counts whole"
    coins.now = END + A_SECOND
    assert coins.coins(CUSTOMER) == (300, 0, 0), "the clock decides, not the job"
    fire(coins)
    assert coins.coins(CUSTOMER) == (0, 0, 0)
    assert coins.entries(CUSTOMER)[1:] == [("forfeit", -300, 0)]
    assert [one[:3] for one in expired(coins)] == [(1, 300, 0)]


def test_C5_held_coins_outlive_the_end_until_they_are_settled(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    coins.now = END - A_DAY
    quote = coins.started(coins.approved(coins.offered(CUSTOMER, 50)))
    fire(coins, END + A_SECOND)
    assert coins.coins(CUSTOMER) == (50, 50, 0)
    assert [one[:3] for one in expired(coins)] == [(1, 250, 0)]
    coins.settled(quote, 45)
    assert coins.coins(CUSTOMER) == (0, 0, 0), "the 5 that returned had ended"
    fire(coins, END + 100 * A_DAY)
    assert coins.coins(CUSTOMER) == (0, 0, 0)


def test_C5_firing_again_changes_nothing(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    coins.granted(CUSTOMER, 100)
    fire(coins, END + A_SECOND)
    before = dump(coins.desk, TABLES)
    assert fire(coins, END + A_DAY) == Fired()
    assert dump(coins.desk, TABLES) == before


def test_C6_another_package_goes_on(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    coins.granted(CUSTOMER, 100)
    fire(coins, END + A_SECOND)
    assert coins.coins(CUSTOMER) == (100, 0, 100)
    assert expired(coins) == [(1, 300, 100, (30, 7, 1))]


def test_C5_a_regrant_by_the_vendor_ends_after_its_30_days(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    coins.now = END - A_DAY
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    fire(coins, END + A_DAY)
    coins.released(quote, vendor=True)
    assert coins.coins(CUSTOMER) == (50, 0, 50)
    fire(coins, coins.now + 31 * A_DAY)
    assert coins.coins(CUSTOMER) == (0, 0, 0)


# --- low balance --------------------------------------------------------------------------------------------------


def spend(coins: CoinDesk, coins_spent: int, key: str) -> None:
    coins.desk.run(
        staff_coins.correct, ACME, CUSTOMER, coins=-coins_spent, reason="w", staff=ANNA, key=key,
        zone=coins.terms.zone, at=coins.now,
    )  # fmt: skip


def low(coins: CoinDesk) -> list[tuple[int, int]]:
    return [(one.available, one.of) for one in coins.told(BalanceLow) if isinstance(one, BalanceLow)]


def test_C17_less_than_a_fifth_of_the_newest_package_is_told_once_a_package(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 100)
    spend(coins, 80, "1")
    assert low(coins) == [], "exactly a fifth is not below it"
    spend(coins, 1, "2")
    spend(coins, 1, "3")
    assert low(coins) == [(19, 100)]
    coins.later(days=1)
    coins.granted(CUSTOMER, 1000)
    spend(coins, 900, "4")
    assert low(coins) == [(19, 100), (118, 1000)]


def test_C17_a_hold_makes_a_balance_low_and_its_settlement_is_no_second_word(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 100)
    quote = coins.started(coins.approved(coins.offered(CUSTOMER, 90)))
    coins.settled(quote, 90)
    assert low(coins) == [(10, 100)]


def test_C17_the_end_of_an_old_package_can_leave_little_of_the_newest(coins: CoinDesk) -> None:
    coins.terms = desk_terms(low_percent=0)
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    coins.later(days=1)
    coins.granted(CUSTOMER, 100)
    first = coins.approved(coins.offered(CUSTOMER, 300))
    coins.approved(coins.offered(CUSTOMER, 90))
    coins.released(first)
    coins.terms = desk_terms()
    assert (coins.coins(CUSTOMER), low(coins)) == ((400, 90, 310), [])
    fire(coins, END + A_SECOND)
    assert low(coins) == [(10, 100)]


def test_C17_of_a_newest_package_that_has_ended_only_the_end_is_told(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    fire(coins, END + A_SECOND)
    assert (len(expired(coins)), low(coins)) == (1, [])


# --- quotes -------------------------------------------------------------------------------------------------------


def test_C8_an_offer_about_to_lapse_is_told_two_days_before_once_and_only_while_it_is_open(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    quote = coins.offered(CUSTOMER, 50)
    declined = coins.offered(CUSTOMER, 60)
    coins.declined(declined)
    fire(coins, quote.offer.valid_until - 2 * A_DAY - A_SECOND)
    assert coins.told(QuoteLapsing) == []
    for _ in range(2):
        fire(coins, quote.offer.valid_until - 2 * A_DAY)
    (told,) = coins.told(QuoteLapsing)
    assert isinstance(told, QuoteLapsing)
    assert (told.quote_id, told.coins, told.valid_until) == (quote.id, 50, quote.offer.valid_until)


def test_C8_an_offer_that_has_lapsed_is_not_said_to_be_about_to(coins: CoinDesk) -> None:
    quote = coins.offered(CUSTOMER, 50)
    fire(coins, quote.offer.valid_until + A_SECOND)
    assert (coins.told(QuoteLapsing), deadlines(coins.desk)) == ([], [])


def test_C7_staff_hear_once_of_coins_held_for_60_days(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    approved_at = coins.later(days=1)
    quote = coins.started(coins.approved(coins.offered(CUSTOMER, 50)))
    released = coins.approved(coins.offered(CUSTOMER, 10))
    coins.released(released)
    fire(coins, approved_at + 60 * A_DAY - A_SECOND)
    assert coins.told(HoldOld) == []
    for _ in range(2):
        fire(coins, approved_at + 60 * A_DAY)
    (told,) = coins.told(HoldOld)
    assert isinstance(told, HoldOld)
    assert (told.quote_id, told.coins) == (quote.id, 50)


# --- many stores, and faults --------------------------------------------------------------------------------------


def test_a_page_is_bounded_and_the_next_one_goes_on(coins: CoinDesk) -> None:
    for number in range(7):
        coins.granted(customer(number + 1), 10, last_day=LAST_DAY)
    coins.now = END + A_SECOND
    counts = [coins.desk.run(firing.fire_due, {ACME: coins.terms}, at=coins.now, limit=3).count for _ in range(4)]
    assert counts == [3, 3, 1, 0]
    assert len(expired(coins)) == 7


def test_C5_a_ticket_that_cannot_be_worked_out_keeps_no_package_from_ending(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    ticket = coins.ticket(CUSTOMER)
    nobody_knows = Message(coins.now, Author.BRIDGE, MessageKind.STATE, detail={"state": "lost"})
    coins.desk.run(lambda tx: tx.tickets.say(ticket.id, nobody_knows))
    fired = fire(coins, END + A_SECOND)
    assert (len(expired(coins)), coins.coins(CUSTOMER)) == (1, (0, 0, 0))
    assert [one.kind for one, _ in fired.failures] == ["ticket"], "fired at once, by itself"


def test_the_deadlines_of_a_store_that_is_disabled_wait_and_hold_up_no_other(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    other = desk_terms(store="umbrella")
    coins.now = END + A_SECOND
    assert coins.desk.run(firing.fire_due, {"umbrella": other}, at=coins.now) == Fired()
    assert coins.coins(CUSTOMER) == (300, 0, 0), "the clock decides all the same (rule C5)"
    coins.later(days=30)
    assert coins.desk.run(firing.fire_due, {"umbrella": other, ACME: coins.terms}, at=coins.now).count == 1
    assert expired(coins) == [(1, 300, 0, (30, 7, 1))]


def refuse_entries(coins: CoinDesk, account: int) -> None:
    """Let the desk refuse every entry of an account, as a fault in its row would."""
    trigger = (
        f"CREATE TRIGGER refusal BEFORE INSERT ON entry WHEN new.account_id = {account}"
        " BEGIN SELECT RAISE(ABORT, 'refused'); END"
    )
    coins.desk.run(execute, trigger)


def execute(tx: DeskTx, sql: str) -> None:
    tx.connection.execute(sql)


def test_a_deadline_that_cannot_be_fired_holds_up_no_other_and_is_told_to_staff() -> None:
    with a_coin_desk() as coins:
        for number in (1, 2, 3):
            coins.granted(customer(number), 10, last_day=LAST_DAY)
        refuse_entries(coins, coins.account_id(customer(1)))
        fired = fire(coins, END + A_SECOND)
        assert (fired.count, [(one.ref, type(error).__name__) for one, error in fired.failures]) == (
            2,
            [(1, "DeskError")],
        )
        assert [one[0] for one in expired(coins)] == [2, 3]
        (problem,) = coins.desk.look(lambda tx: tx.problems.open(ACME))
        assert (problem.kind, problem.key) == ("deadline_failed", "deadline:package:1")
        assert fire(coins, coins.now + timedelta(minutes=59)) == Fired()
        assert coins.entries(customer(1)) == [("grant", 10, 0)], "nothing of it was booked"

        coins.desk.run(execute, "DROP TRIGGER refusal")
        assert fire(coins, coins.now + timedelta(minutes=2)).count == 1
        assert coins.desk.look(lambda tx: tx.problems.open(ACME)) == []
        assert len(expired(coins)) == 3


def test_an_attempt_that_fails_leaves_nothing_and_the_transaction_goes_on(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300)
    before = dump(coins.desk, TABLES)

    def tried(tx: DeskTx) -> list[str]:
        said = []
        for error in (KeyReused("k", recorded="a", offered="b"), KeyError("k")):
            try:
                with tx.attempt():
                    tx.accounts.touch([1])
                    tx.stores.get("a new store")
                    raise error
            except (KeyReused, KeyError) as failure:
                said.append(type(failure).__name__)
        try:
            with tx.attempt():
                tx.connection.execute("INSERT INTO notice VALUES (99, 'k', NULL)")
        except DeskError as failure:
            said.append(type(failure).__name__)
        return said

    assert coins.desk.run(tried) == ["KeyReused", "KeyError", "DeskError"]
    assert dump(coins.desk, TABLES) == before
    assert rows(coins.desk, "SELECT name FROM store") == [(ACME,)]


def test_a_deadline_of_a_kind_that_nobody_knows_is_told_and_the_others_fire(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    coins.desk.run(lambda tx: tx.deadlines.set([Deadline("moon", 5, ACME, MONDAY_9AM)]))
    fired = fire(coins, END + A_SECOND)
    assert (fired.count, [one.kind for one, _ in fired.failures]) == (1, ["moon"])


def test_C5_what_ends_beside_a_beat_of_the_heart_is_not_extended(coins: CoinDesk) -> None:
    """Two beats without a gap: the package ends as its last day says."""
    coins.granted(CUSTOMER, 300, last_day=LAST_DAY)
    for at in (END - timedelta(seconds=20), END + timedelta(seconds=10)):
        coins.desk.run(heartbeat.beat, at)
        fire(coins, at)
    assert coins.coins(CUSTOMER) == (0, 0, 0)
