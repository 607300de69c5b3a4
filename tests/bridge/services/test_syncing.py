"""What has been read, what is due, and how the first sync is limited (rule C2)."""

from datetime import timedelta

import pytest

from bridge.contracts.shop import TouchedRow
from bridge.contracts.stores import FirstSync
from bridge.contracts.sync import Touched
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.cursor import Cursor, Gap
from bridge.domain.orders import Order, UnreadableOrder
from bridge.services import comparing_accounts, syncing
from bridge.services.booked import Booked
from tests.bridge.services.conftest import Keeper
from tests.support.books import ACME, MONDAY_9AM, REFUNDED, an_order, customer, dump, rows

SETTLE = timedelta(seconds=3)
GAPS = timedelta(minutes=15)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def started(keeper: Keeper, *names: str) -> None:
    """Cursors that have read nothing yet."""
    keeper.desk.run(lambda tx: tx.sync.save_cursors(ACME, dict.fromkeys(names, Cursor())))


def note(keeper: Keeper, *found: tuple[int, int], at: timedelta = timedelta(0), name: str = "history") -> int:
    """Rows (id, order) found by a poll."""
    if name not in keeper.desk.look(lambda tx: tx.sync.cursors(ACME)):
        started(keeper, name)
    return keeper.desk.run(
        syncing.note_touched,
        ACME,
        {name: [TouchedRow(*row) for row in found]},
        at=MONDAY_9AM + at,
        settle=SETTLE,
        remember_gaps=GAPS,
    )


def due(keeper: Keeper, at: timedelta) -> list[int]:
    return [one.order_id for one in touched(keeper, at)]


def touched(keeper: Keeper, at: timedelta) -> tuple[Touched, ...]:
    return keeper.desk.look(syncing.plan, ACME, at=MONDAY_9AM + at, limit=100).due


def cursor(keeper: Keeper, name: str = "history") -> Cursor:
    return keeper.desk.look(syncing.plan, ACME, at=MONDAY_9AM, limit=1).cursors[name]


def book(keeper: Keeper, at: timedelta, *orders: Order, unreadable: tuple[UnreadableOrder, ...] = ()) -> Booked:
    """Read what is due, finding these orders."""
    return keeper.desk.run(
        syncing.book_touched, keeper.store, touched(keeper, at), orders, unreadable, at=MONDAY_9AM + at
    )


# --- touched orders -------------------------------------------------------------------------------------------


def test_C2_an_order_is_due_once_it_has_been_quiet_for_the_settle_time(keeper: Keeper) -> None:
    assert note(keeper, (1, 1042)) == 1
    assert due(keeper, SETTLE - timedelta(milliseconds=1)) == []
    assert due(keeper, SETTLE) == [1042]
    assert keeper.desk.look(syncing.plan, ACME, at=MONDAY_9AM, limit=1).next_due == MONDAY_9AM + SETTLE


def test_C2_each_further_change_waits_again_but_not_for_ever(keeper: Keeper) -> None:
    for step in range(30):
        note(keeper, (step + 1, 1042), at=step * SECOND)
    longest = syncing.MOST_SETTLING * SETTLE
    assert due(keeper, longest - SECOND) == []
    (one,) = touched(keeper, longest)
    assert one.seen_at == MONDAY_9AM, "the first change is the one that payment is counted from"


def test_the_overlap_that_is_read_again_touches_nothing(keeper: Keeper) -> None:
    note(keeper, (1, 1042), (2, 1043))
    book(keeper, SETTLE, an_order(), an_order(1043))
    assert note(keeper, (1, 1042), (2, 1043), at=SETTLE) == 0
    assert due(keeper, timedelta(days=1)) == []


def test_rows_of_several_tables_touch_an_order_once(keeper: Keeper) -> None:
    started(keeper, "history", "slip")
    rows_found = {"history": [TouchedRow(1, 1042)], "slip": [TouchedRow(9, 1042)]}
    keeper.desk.run(syncing.note_touched, ACME, rows_found, at=MONDAY_9AM, settle=SETTLE, remember_gaps=GAPS)
    assert due(keeper, SETTLE) == [1042]
    assert (cursor(keeper).position, cursor(keeper, "slip").position) == (1, 9)


def test_rows_in_hand_when_the_cursors_were_taken_away_start_no_cursor_of_their_own(keeper: Keeper) -> None:
    """A retry after a put-back shop may come between a read and its keeping; all cursors start anew then, not one."""
    rows_found = {"history": [TouchedRow(9, 1042)]}
    new = keeper.desk.run(syncing.note_touched, ACME, rows_found, at=MONDAY_9AM, settle=SETTLE, remember_gaps=GAPS)
    assert (new, keeper.desk.look(lambda tx: tx.sync.cursors(ACME)), due(keeper, SETTLE)) == (0, {}, [])


def test_a_page_in_hand_when_the_store_was_paused_is_not_booked_and_not_forgotten(keeper: Keeper) -> None:
    note(keeper, (1, 1042))
    touched = keeper.desk.look(lambda tx: tx.sync.due(ACME, MONDAY_9AM + SETTLE, 10))
    keeper.desk.run(
        lambda tx: tx.problems.report(
            ACME, key=syncing.IDS_WENT_BACK, kind=syncing.IDS_WENT_BACK, summary="x", at=MONDAY_9AM
        )
    )
    booked = keeper.desk.run(syncing.book_touched, keeper.store, touched, [an_order()], [], at=MONDAY_9AM + SETTLE)
    assert booked == Booked()
    assert keeper.account(customer(77)) is None
    assert list(keeper.desk.look(lambda tx: tx.sync.waiting(ACME, [1042]))) == [1042]


def test_a_gap_is_kept_with_the_cursor_and_closes_when_the_row_comes(keeper: Keeper) -> None:
    note(keeper, (1, 1001), (4, 1004))
    assert cursor(keeper) == Cursor(4, (Gap(2, 3, MONDAY_9AM),))
    assert note(keeper, (1, 1001), (3, 1003), (4, 1004), at=SECOND) == 1
    assert due(keeper, timedelta(minutes=1)) == [1001, 1004, 1003]
    note(keeper, (5, 1005), at=GAPS + SECOND)
    assert cursor(keeper) == Cursor(5)


def test_cursors_start_at_the_tables_end_and_never_jump_afterwards(keeper: Keeper) -> None:
    keeper.desk.run(syncing.start_cursors, ACME, {"history": [98, 100], "slip": []}, at=MONDAY_9AM)
    assert cursor(keeper) == Cursor(100, (Gap(99, 99, MONDAY_9AM),))
    keeper.desk.run(syncing.start_cursors, ACME, {"history": [500], "return": [7]}, at=MONDAY_9AM)
    assert cursor(keeper).position == 100
    assert cursor(keeper, "return").position == 7


def test_an_order_touched_again_while_it_is_read_stays(keeper: Keeper) -> None:
    note(keeper, (1, 1042))
    reading = touched(keeper, SETTLE)
    note(keeper, (2, 1042), at=SETTLE)
    keeper.desk.run(syncing.book_touched, keeper.store, reading, [an_order()], (), at=MONDAY_9AM + SETTLE)
    assert due(keeper, 2 * SETTLE) == [1042]


@pytest.mark.parametrize("back", [timedelta(0), timedelta(hours=-2)])
def test_an_order_touched_again_stays_also_when_the_clock_stands_still_or_jumps_back(
    keeper: Keeper, back: timedelta
) -> None:
    keeper.desk.run(syncing.touch, ACME, [1042], at=MONDAY_9AM, settle=timedelta(0))
    reading = touched(keeper, timedelta(0))
    keeper.desk.run(syncing.touch, ACME, [1042], at=MONDAY_9AM + back, settle=timedelta(0))
    keeper.desk.run(syncing.book_touched, keeper.store, reading, [an_order()], (), at=MONDAY_9AM)
    assert due(keeper, timedelta(0)) == [1042]


def test_booking_and_forgetting_is_one_thing(keeper: Keeper) -> None:
    """A booking that fails leaves its orders due."""
    note(keeper, (1, 1042))
    keeper.book(an_order())
    keeper.desk.run(lambda tx: tx.connection.execute("UPDATE purchase SET terms = 'nonsense'"))
    with pytest.raises(ValueError, match="Expecting value"):
        book(keeper, SETTLE, an_order())
    assert due(keeper, SETTLE) == [1042]


def test_C3_payment_without_a_date_counts_from_when_the_change_was_first_seen(keeper: Keeper) -> None:
    note(keeper, (1, 1042))
    book(keeper, timedelta(days=2), an_order(granting_at=None))
    assert rows(keeper.desk, "SELECT paid_ms FROM purchase") == [(int(MONDAY_9AM.timestamp() * 1000),)]


# --- what can't be booked -------------------------------------------------------------------------------------


def test_D3_an_order_of_somebody_who_has_anothers_number_waits_until_that_ones_account_is_kept_apart(
    keeper: Keeper,
) -> None:
    keeper.book(an_order(1, buyer=customer(7), customer_id=7))
    account = keeper.account(customer(7))
    assert account is not None
    keeper.desk.run(lambda tx: tx.accounts.learn({account.id: 70}))
    strangers = an_order(2, buyer=customer(7), customer_id=7, born=71)
    neighbours = an_order(3, buyer=customer(8), customer_id=8, born=88)
    note(keeper, (1, 2), (2, 3))
    book(keeper, SETTLE, strangers, neighbours)
    assert (keeper.posted(customer(7)), keeper.posted(customer(8))) == (550, 550), (
        "what is not his he does not get, and loses nothing to it"
    )
    assert due(keeper, SETTLE) == []
    set_apart = comparing_accounts.set_apart
    keeper.desk.run(set_apart, ACME, [account], looked_at=9, fuse_units=50, at=MONDAY_9AM + SETTLE)
    assert due(keeper, MINUTE + SETTLE) == [2]
    book(keeper, MINUTE + SETTLE, strangers)
    assert keeper.posted(customer(7)) == 550
    assert due(keeper, 9 * MINUTE) == []
    assert keeper.posted(Owner(OwnerKind.FORMER, account.id)) == 550


@pytest.mark.parametrize(("doubted", "after"), [(True, SETTLE), (False, 60 * MINUTE + SETTLE)])
def test_D3_it_waits_no_longer_where_staff_doubt_the_shops_dates_or_an_hour_has_gone(
    keeper: Keeper, *, doubted: bool, after: timedelta
) -> None:
    keeper.book(an_order(1, buyer=customer(7), customer_id=7))
    account = keeper.account(customer(7))
    assert account is not None
    keeper.desk.run(lambda tx: tx.accounts.learn({account.id: 70}))
    if doubted:
        set_apart = comparing_accounts.set_apart
        keeper.desk.run(set_apart, ACME, [account] * 3, looked_at=3, fuse_units=50, at=MONDAY_9AM)
    note(keeper, (1, 2))
    book(keeper, after, an_order(2, buyer=customer(7), customer_id=7, born=71))
    assert keeper.posted(customer(7)) == 1100


def test_C14_a_deleted_order_revokes_nothing_and_is_told_to_staff(keeper: Keeper) -> None:
    keeper.book(an_order())
    note(keeper, (1, 1042), (2, 9999))
    book(keeper, SETTLE)
    assert keeper.posted(customer(77)) == 550
    (problem,) = keeper.problems()
    assert problem.kind == "order_deleted", "and order 9999, which never granted, is nobody's business"
    assert problem.summary == (
        "order 1042 is not among the shop's orders any more; its coins stay on the account of customer 77"
    )
    assert due(keeper, timedelta(days=1)) == []


def test_C14_a_deleted_order_that_comes_back_ends_its_problem(keeper: Keeper) -> None:
    keeper.book(an_order())
    note(keeper, (1, 1042))
    book(keeper, SETTLE)
    note(keeper, (2, 1042), at=2 * SETTLE)
    book(keeper, timedelta(minutes=1), an_order(status=REFUNDED))
    assert keeper.problems() == []
    assert keeper.posted(customer(77)) == 0


def test_an_unreadable_order_is_set_aside_and_the_rest_goes_on(keeper: Keeper) -> None:
    note(keeper, (1, 1042), (2, 1043))
    booked = book(keeper, SETTLE, an_order(1043), unreadable=(UnreadableOrder(1042, "NULL quantity"),))
    assert (booked.granted_units, booked.set_aside) == (1, 1)
    assert keeper.problem_kinds() == ["unreadable_order"]
    assert due(keeper, timedelta(days=1)) == []


# --- the first sync -------------------------------------------------------------------------------------------


def first(keeper: Keeper, *orders: Order, unreadable: tuple[UnreadableOrder, ...] = ()) -> Booked:
    last = max((order.order_id for order in orders), default=0)
    return keeper.desk.run(syncing.book_first, keeper.store, orders, unreadable, last_id=last, at=keeper.now)


def many(start: int, count: int) -> list[Order]:
    return [an_order(number, buyer=customer(number)) for number in range(start, start + count)]


def confirm(keeper: Keeper, units: int) -> None:
    keeper.desk.run(syncing.confirm_first_sync, ACME, units=units, at=keeper.now)


def test_C2_a_small_first_sync_needs_no_confirmation(keeper: Keeper) -> None:
    total = Booked(orders=100, granted_units=50, granted_coins=27_500)
    assert not keeper.desk.run(syncing.ask_for_confirmation, keeper.store, total, at=keeper.now)
    state = keeper.desk.look(syncing.plan, ACME, at=keeper.now, limit=1).state
    assert (state.first_sync, state.confirmed_units) == (FirstSync.CONFIRMED, 50)


def test_C2_a_first_sync_above_the_fuse_waits_until_its_total_is_confirmed(keeper: Keeper) -> None:
    total = Booked(orders=100, granted_units=51, granted_coins=28_050)
    for _ in range(2):
        assert keeper.desk.run(syncing.ask_for_confirmation, keeper.store, total, at=keeper.now)
    (problem,) = keeper.problems()
    assert problem.count == 2
    assert problem.summary == (
        "the first sync would grant 51 packages with 28050 coins for 100 orders read; "
        "nothing is booked until staff confirm that number"
    )
    confirm(keeper, 51)
    assert keeper.problems() == []


def test_C2_a_confirmed_first_sync_is_exempt_from_the_fuse_and_tells_no_customer(keeper: Keeper) -> None:
    confirm(keeper, 120)
    assert first(keeper, *many(1, 100)).granted_units == 100
    assert first(keeper, *many(101, 20)).granted_units == 20
    state = keeper.desk.look(syncing.plan, ACME, at=keeper.now, limit=1).state
    assert (state.synced_to, state.booked_units) == (120, 120)
    assert rows(keeper.desk, "SELECT COUNT(*) FROM outbox") == [(0,)]


def test_C2_a_first_sync_may_exceed_its_confirmed_total_by_the_fuse_and_no_more(keeper: Keeper) -> None:
    confirm(keeper, 100)
    assert first(keeper, *many(1, 100)).granted_units == 100
    assert first(keeper, *many(101, 50)).granted_units == 50
    beyond = first(keeper, *many(151, 1))
    assert (beyond.granted_units, beyond.set_aside) == (0, 1)
    (problem,) = keeper.problems()
    assert problem.kind == "fuse"
    assert "more than the first sync may book" in problem.summary
    assert "100 confirmed" in problem.summary
    assert keeper.desk.look(syncing.plan, ACME, at=keeper.now, limit=1).state.synced_to == 151


def test_C2_a_page_of_the_first_sync_that_comes_again_after_a_crash_is_booked_once(keeper: Keeper) -> None:
    confirm(keeper, 10)
    first(keeper, *many(1, 10))
    before = dump(keeper.desk, ("account", "package", "entry", "store"))
    assert first(keeper, *many(1, 10)).granted_units == 0
    assert dump(keeper.desk, before) == before


def test_an_unreadable_order_of_the_first_sync_is_set_aside_too(keeper: Keeper) -> None:
    confirm(keeper, 10)
    booked = first(keeper, *many(1, 2), unreadable=(UnreadableOrder(3, "no such currency"),))
    assert (booked.granted_units, booked.set_aside) == (2, 1)
    assert keeper.problem_kinds() == ["unreadable_order"]


def test_a_finished_first_sync_stays_finished(keeper: Keeper) -> None:
    confirm(keeper, 0)
    keeper.desk.run(syncing.finish_first_sync, ACME, at=keeper.now)
    state = keeper.desk.look(syncing.plan, ACME, at=keeper.now, limit=1).state
    assert state.first_sync is FirstSync.DONE
