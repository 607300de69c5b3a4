"""What comparing a shop's orders with the books comes to: orders read again, and doubts about the shop."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from bridge.contracts.accounts import PushState
from bridge.contracts.shop import SlicePage
from bridge.contracts.stores import FirstSync
from bridge.contracts.sync import Comparison
from bridge.domain.accounts import Account
from bridge.domain.cursor import Cursor, Gap
from bridge.domain.slices import SLICE_IDS, sum_of
from bridge.services import problems, reconciling, syncing
from tests.bridge.services.conftest import Keeper
from tests.support.books import ACME, MONDAY_9AM, an_order, customer

EPOCH = 3
SETTLE = timedelta(seconds=3)
TABLES = {"history": "oc_order_history", "order": "oc_order", "customer": "oc_customer"}


def positions(keeper: Keeper, **cursors: int) -> None:
    """Let the cursors have read that far."""
    keeper.desk.run(lambda tx: tx.sync.save_cursors(ACME, {name: Cursor(at) for name, at in cursors.items()}))


def account_of(keeper: Keeper, number: int) -> Account:
    found = keeper.account(customer(number))
    assert found is not None
    return found


def granted(keeper: Keeper, *customers: int) -> list[Account]:
    """Accounts of customers with a package of Base each; the order has the customer's number."""
    keeper.book(*(an_order(number, buyer=customer(number), customer_id=number) for number in customers), fuse=False)
    return [account_of(keeper, number) for number in customers]


def move(keeper: Keeper, before: Comparison, after: Comparison) -> bool:
    return keeper.desk.run(reconciling.move_on, ACME, before, after)


# --- where comparing stands ---


def test_a_store_that_is_new_has_compared_nothing(keeper: Keeper) -> None:
    start = keeper.desk.run(reconciling.start, ACME)
    assert start == (FirstSync.PENDING, {}, False, Comparison(), -1, 0)


def test_a_bell_finds_how_far_everything_is(keeper: Keeper) -> None:
    positions(keeper, history=17, order=4)
    keeper.desk.run(lambda tx: tx.slices.note(ACME, {4: 1, 5 * SLICE_IDS: 2}))
    keeper.desk.run(syncing.touch, ACME, [4, 5], at=MONDAY_9AM, settle=SETTLE)
    move(keeper, Comparison(), Comparison(2))
    start = keeper.desk.look(lambda tx: reconciling.start(tx, ACME))
    assert (start.positions, start.newest, start.touched) == ({"history": 17, "order": 4}, 5, 2)
    assert start.comparison.slice == 2
    assert not start.paused


def test_a_round_that_is_over_begins_with_the_first_slice_and_remembers_when(keeper: Keeper) -> None:
    assert move(keeper, Comparison(), Comparison(7))
    assert move(keeper, Comparison(7), Comparison(finished_at=MONDAY_9AM))
    assert keeper.desk.look(lambda tx: tx.slices.comparison(ACME)) == Comparison(-1, MONDAY_9AM)
    assert move(keeper, Comparison(-1, MONDAY_9AM), Comparison(2, MONDAY_9AM))
    assert keeper.desk.look(lambda tx: tx.slices.comparison(ACME)) == Comparison(2, MONDAY_9AM)


def test_a_round_that_was_begun_anew_meanwhile_is_not_ended_by_the_one_before(keeper: Keeper) -> None:
    move(keeper, Comparison(), Comparison(7))
    keeper.desk.run(lambda tx: tx.slices.save_comparison(ACME, Comparison()))
    assert not move(keeper, Comparison(7), Comparison(finished_at=MONDAY_9AM))
    assert keeper.desk.look(lambda tx: tx.slices.comparison(ACME)) == Comparison()


def test_C14_at_a_rounds_end_orders_with_slips_of_money_alone_are_read_again(keeper: Keeper) -> None:
    """Digests know nothing of slips; what a slip turns out to be is found by reading its order alone."""
    for _ in range(2):
        keeper.book(an_order(1042, amount_only_slips=(8, 9)), an_order(1043))
    keeper.desk.run(lambda tx: tx.sync.settle(ACME, tx.sync.waiting(ACME, [1042]).values()))
    assert move(keeper, Comparison(), Comparison(7))
    assert keeper.desk.look(lambda tx: tx.sync.next_due(ACME)) is None
    assert move(keeper, Comparison(7), Comparison(finished_at=keeper.now))
    (again,) = keeper.desk.look(lambda tx: tx.sync.due(ACME, keeper.now, 10))
    assert again.order_id == 1042


# --- orders ---


def test_slices_that_differ_are_those_of_the_page_alone(keeper: Keeper) -> None:
    known = {number * SLICE_IDS: 10 + number for number in range(5)}
    keeper.desk.run(lambda tx: tx.slices.note(ACME, known))
    page = SlicePage({2: sum_of({0: 12}), 3: sum_of({0: 99})}, 3, more=True)
    found = keeper.desk.look(lambda tx: reconciling.differing_slices(tx, ACME, page, after=0))
    assert found == [1, 3], "slice 1 has lost its orders, 3 has others; 0 and 4 were not asked for"


def test_orders_that_differ_are_touched_and_counted_when_they_are_found(keeper: Keeper) -> None:
    keeper.desk.run(lambda tx: tx.slices.note(ACME, {1: 11, 2: 22, 3: 33}))
    shop: Mapping[int, int] = {1: 11, 2: 99, 4: 44}

    def touch() -> list[int]:
        return keeper.desk.run(reconciling.touch_differing, ACME, 0, shop, at=MONDAY_9AM, settle=SETTLE)

    assert touch() == [2, 3, 4]
    assert touch() == [], "they wait to be read already"
    due = keeper.desk.look(lambda tx: tx.sync.due(ACME, MONDAY_9AM + SETTLE, 10))
    assert [one.order_id for one in due] == [2, 3, 4]
    assert {one.due_at for one in due} == {MONDAY_9AM + SETTLE}, "finding them again does not put off their reading"


def test_C14_what_is_booked_after_it_was_found_does_not_differ_any_more(keeper: Keeper) -> None:
    granted(keeper, 1, 2)
    keeper.desk.run(lambda tx: tx.slices.note(ACME, {1: 11, 2: 22}))
    shop = {2: 99}
    for expected in ([1, 2], []):
        found = keeper.desk.run(reconciling.touch_differing, ACME, 0, shop, at=MONDAY_9AM, settle=timedelta(0))
        assert found == expected
        due = keeper.desk.look(lambda tx: tx.sync.due(ACME, MONDAY_9AM, 10))
        order = an_order(2, buyer=customer(2), customer_id=2, digest=99)
        keeper.desk.run(syncing.book_touched, keeper.store, due, [order], [], at=MONDAY_9AM)
    assert keeper.problem_kinds() == ["order_deleted"]


# --- ids that went back ---


@pytest.mark.parametrize(
    ("next_id", "back"),
    [
        (18, {}),  # the cursor is at the table's end
        (17, {"history": (17, 17)}),  # the newest row will be given out a second time
        (1, {"history": (17, 1)}),  # the table was emptied
        (10**9, {}),
    ],
)
def test_ids_have_gone_back_where_one_that_was_read_comes_again(
    next_id: int, back: Mapping[str, tuple[int, int]]
) -> None:
    assert reconciling.ids_gone_back({"history": 17, "order": 4}, {"history": next_id, "order": 5}) == back


def test_a_table_that_does_not_say_its_next_id_raises_no_alarm() -> None:
    assert reconciling.ids_gone_back({"history": 17}, {}) == {}


def test_a_cursor_that_has_not_been_started_raises_no_alarm() -> None:
    assert reconciling.ids_gone_back({}, {"history": 1}) == {}


def test_an_order_that_comes_while_the_shop_is_asked_raises_no_alarm(keeper: Keeper) -> None:
    """The positions are looked up first: a cursor that moves on meanwhile is not measured by the older answer."""
    positions(keeper, history=17)
    before = keeper.desk.look(lambda tx: reconciling.start(tx, ACME)).positions
    answer = {"history": 18}
    positions(keeper, history=18)
    assert reconciling.ids_gone_back(before, answer) == {}
    after = keeper.desk.look(lambda tx: reconciling.start(tx, ACME)).positions
    assert reconciling.ids_gone_back(after, answer), "the other way round it would be one"


def report(keeper: Keeper, *, next_customer: int | None = None, **back: tuple[int, int]) -> bool:
    return keeper.desk.run(
        reconciling.report_ids_gone_back, ACME, back, tables=TABLES, next_customer=next_customer, at=keeper.now
    )


def test_D3_the_lowest_number_that_the_shop_gave_a_customer_decides_who_is_kept_apart(keeper: Keeper) -> None:
    """Between the alarm and the retry others register, and the shop's next number grows again."""
    granted(keeper, 7, 8, 9)
    positions(keeper, history=17)
    for next_customer in (9, 8, 12, None):
        report(keeper, next_customer=next_customer, history=(17, 9))
    keeper.desk.run(problems.retry, keeper.problems()[0].id, by="Anna", at=keeper.now)
    assert [account_of(keeper, number).posted for number in (7, 8, 9)] == [550, 0, 0]
    assert keeper.problem_kinds() == ["customer_replaced", "customer_replaced"]


def test_ids_that_went_back_pause_the_store_and_are_told_once(keeper: Keeper) -> None:
    positions(keeper, history=17, order=4)
    assert report(keeper, order=(4, 2), history=(17, 9))
    assert not report(keeper, history=(17, 10))
    (problem,) = keeper.problems()
    assert (problem.kind, problem.count) == ("ids_went_back", 2)
    assert "oc_order_history (had reached 17, next is 10)" in problem.summary, "the words are those of the last look"
    plan = keeper.desk.look(lambda tx: syncing.plan(tx, ACME, at=keeper.now, limit=10))
    assert plan.paused
    assert keeper.desk.look(lambda tx: reconciling.start(tx, ACME)).paused


def test_both_tables_that_went_back_are_named(keeper: Keeper) -> None:
    positions(keeper, history=17, order=4)
    report(keeper, order=(4, 2), history=(17, 9))
    (problem,) = keeper.problems()
    assert "oc_order_history (had reached 17, next is 9), oc_order (had reached 4, next is 2)" in problem.summary


def test_an_alarm_that_comes_after_staff_have_looked_says_nothing(keeper: Keeper) -> None:
    """The shop was asked before the retry, its answer comes after it."""
    positions(keeper, history=17)
    report(keeper, history=(17, 9))
    (problem,) = keeper.problems()
    keeper.desk.run(problems.retry, problem.id, by="Anna", at=keeper.now)
    assert not report(keeper, history=(17, 9)), "the cursors have not been started again yet"
    positions(keeper, history=8)
    assert not report(keeper, history=(17, 9)), "they have, from where the table ends now"
    assert keeper.problems() == []
    assert not keeper.desk.look(lambda tx: syncing.plan(tx, ACME, at=keeper.now, limit=10)).paused


def test_ids_that_go_back_a_second_time_pause_the_store_a_second_time(keeper: Keeper) -> None:
    positions(keeper, history=17)
    report(keeper, history=(17, 9))
    keeper.desk.run(problems.retry, keeper.problems()[0].id, by="Anna", at=keeper.now)
    positions(keeper, history=8)
    assert report(keeper, history=(8, 5))
    assert keeper.problem_kinds() == ["ids_went_back"]


def test_starting_over_reads_from_the_end_compares_everything_and_pushes_every_account_anew(keeper: Keeper) -> None:
    (account,) = granted(keeper, 7)
    keeper.desk.run(lambda tx: tx.push.done({account.id: PushState(account.number, 1, "d")}))
    positions(keeper, history=17)
    keeper.desk.run(lambda tx: tx.slices.note(ACME, {7: 1}))
    move(keeper, Comparison(), Comparison(5))
    report(keeper, history=(17, 9))
    (problem,) = keeper.problems()
    keeper.desk.run(problems.retry, problem.id, by="Anna", at=keeper.now)
    start = keeper.desk.look(lambda tx: reconciling.start(tx, ACME))
    assert (start.positions, start.comparison) == ({}, Comparison()), "a round is due at once"
    assert start.newest == 0, "what was read is still known, so that what is gone is missed"
    (waiting,) = keeper.desk.look(lambda tx: tx.push.waiting(ACME, 10))
    assert (waiting.id, waiting.number) == (account.id, account.number + 1), "newer than whatever the shop was given"
    assert keeper.desk.look(lambda tx: tx.push.states([account.id])) == {account.id: PushState()}
    keeper.desk.run(syncing.start_cursors, ACME, {"history": [8, 6]}, at=MONDAY_9AM)
    assert keeper.desk.look(lambda tx: tx.sync.cursors(ACME)) == {"history": Cursor(8, (Gap(7, 7, MONDAY_9AM),))}


# --- numbers that are given a second time ---


@pytest.mark.parametrize(
    ("next_ids", "found"),
    [
        ({"order": 10, "customer": 10, "history": 1}, []),  # beyond what the books know
        ({"order": 9, "customer": 10}, ["ALTER TABLE `oc_order` AUTO_INCREMENT = 10;"]),
        ({"order": 10, "customer": 3}, ["ALTER TABLE `oc_customer` AUTO_INCREMENT = 10;"]),
        ({}, []),  # the server does not say
    ],
)
def test_C2_numbers_that_the_books_know_are_given_again_where_the_next_one_is_not_beyond_them(
    keeper: Keeper, next_ids: Mapping[str, int], found: list[str]
) -> None:
    granted(keeper, 4, 9)
    again = keeper.desk.look(reconciling.given_again, ACME, next_ids, TABLES)
    assert [one.statement for one in again] == found


def test_D3_a_customers_number_stays_known_when_his_account_is_kept_apart(keeper: Keeper) -> None:
    """After the retry nobody inherits, but the number would still be somebody else's."""
    granted(keeper, 4, 9)
    positions(keeper, history=17)
    report(keeper, next_customer=5, history=(17, 9))
    keeper.desk.run(problems.retry, keeper.problems()[0].id, by="Anna", at=keeper.now)
    (again,) = keeper.desk.look(reconciling.given_again, ACME, {"order": 10, "customer": 5}, TABLES)
    assert (again.table, again.next, again.highest) == ("oc_customer", 5, 9)


def test_a_desk_without_books_knows_no_number(keeper: Keeper) -> None:
    assert keeper.desk.look(reconciling.given_again, ACME, {"order": 1, "customer": 1}, TABLES) == []
