"""Orders become coins (rules C1, C2, C3, C14): what a page of orders changes in the books."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner
from bridge.domain.events import CoinsChanged
from bridge.domain.orders import Order, OrderLine, UnreadableOrder
from bridge.domain.plans import Plan, PlanBook
from bridge.errors import KeyReused
from bridge.services import problems, telling
from bridge.services.purchases import book_orders, totals
from bridge.services.telling import set_unreadable_aside
from tests.bridge.services.conftest import Keeper
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
    SMALL,
    a_quick_desk,
    a_store,
    an_order,
    customer,
    dump,
    guest,
    rows,
)

ANNA = "Anna"


def many(count: int, *, first: int = 1, each: int = 1) -> list[Order]:
    """Orders of as many customers."""
    return [an_order(number, (BASE, each), buyer=customer(number)) for number in range(first, first + count)]


def said(desk: Desk) -> list[CoinsChanged]:
    due = desk.look(lambda tx: tx.outbox.due(MONDAY_9AM, 1000))
    return [one.event for one in due if isinstance(one.event, CoinsChanged)]


# --- granting -------------------------------------------------------------------------------------------------


def test_C2_quantity_three_is_three_packages_and_one_event(keeper: Keeper) -> None:
    booked = keeper.book(an_order(1042, (BASE, 3)))
    assert (booked.orders, booked.granted_units, booked.granted_coins) == (1, 3, 1650)
    assert [package.coins for package in keeper.units()] == [550, 550, 550]
    (event,) = said(keeper.desk)
    assert (event.key, event.coins, event.owner) == ("acme:order:1042:base:unit:1", 1650, customer(77))
    assert event.usable_until == keeper.units()[0].usable_until, "C17: until when they can be used"


def test_C3_every_unit_ends_a_year_after_the_first_payment(keeper: Keeper) -> None:
    keeper.book(an_order())
    keeper.now = datetime(2027, 3, 1, tzinfo=UTC)
    keeper.book(an_order(1042, (BASE, 2)))
    assert {package.usable_until for package in keeper.units()} == {datetime(2027, 11, 20, 20, 29, 59, tzinfo=UTC)}


def test_C2_an_order_edited_down_and_up_again_has_the_same_units(keeper: Keeper) -> None:
    keeper.book(an_order(1042, (BASE, 3)))
    keeper.book(an_order(1042, (BASE, 1)))
    assert [package.revoked for package in keeper.units()] == [False, True, True]
    assert keeper.posted(customer(77)) == 550
    booked = keeper.book(an_order(1042, (BASE, 4)))
    assert (booked.reinstated_units, booked.granted_units) == (2, 1)
    assert keeper.posted(customer(77)) == 4 * 550
    assert [package.id for package in keeper.units()] == [1, 2, 3, 4]


def test_C14_a_refund_taken_back_undoes_itself_and_not_an_earlier_edit(keeper: Keeper) -> None:
    keeper.book(an_order(1042, (BASE, 2)))
    keeper.correct(customer(77), -50)  # from the first unit, so the second is edited away
    keeper.book(an_order(1042, (BASE, 1)))
    keeper.correct(customer(77), -500, key="rest")
    keeper.book(an_order(1042, (BASE, 1), status=REFUNDED))
    keeper.book(an_order(1042, (BASE, 1)))
    assert [package.revoked for package in keeper.units()] == [False, True]
    assert keeper.posted(customer(77)) == 0


def test_C2_two_codes_of_one_plan_are_counted_together(keeper: Keeper) -> None:
    keeper.book(an_order(1042, (BASE, 1), (BASE_TOO, 2)))
    booked = keeper.book(an_order(1042, (BASE_TOO, 3)))
    assert booked.units == 0
    assert len(keeper.units()) == 3


def test_C1_a_changed_plan_leaves_old_packages_alone(keeper: Keeper) -> None:
    keeper.book(an_order())
    keeper.store = a_store(plans=PlanBook([Plan("base", 1, 100, 1, (BASE,))]))
    assert keeper.book(an_order()).units == 0
    keeper.book(an_order(1042, (BASE, 2)), an_order(1043))
    assert [package.coins for package in keeper.units()] == [550, 550]
    assert [package.coins for package in keeper.units(1043)] == [100]


def test_C2_a_plan_that_left_the_settings_is_still_revoked_and_reinstated(keeper: Keeper) -> None:
    keeper.book(an_order())
    keeper.store = a_store(plans=PlanBook([Plan("other", 1, 10, 12, (PRO,))]))
    keeper.book(an_order(status=REFUNDED))
    assert keeper.posted(customer(77)) == 0
    keeper.book(an_order())
    assert keeper.posted(customer(77)) == 550


def test_C19_each_guest_order_has_an_account_of_its_own(keeper: Keeper) -> None:
    keeper.book(an_order(1, buyer=guest(1), customer_id=0), an_order(2, buyer=guest(2), customer_id=0), an_order(3))
    assert [keeper.posted(owner) for owner in (guest(1), guest(2), customer(77), customer(1))] == [550, 550, 550, 0]
    assert keeper.desk.look(lambda tx: tx.push.count(ACME)) == 1, "guests have no page to push to"


def test_C2_coins_start_decides_by_the_orders_own_date(keeper: Keeper) -> None:
    """Paid after the start, placed before it: left to the import."""
    old = an_order(1, ordered_at=datetime(2025, 12, 31, 23, 59))  # noqa: DTZ001  # a shop's wall clock
    new = an_order(2, ordered_at=datetime(2026, 1, 1), granting_at=datetime(2026, 1, 1))  # noqa: DTZ001
    booked = keeper.book(old, new)
    assert (booked.granted_units, booked.set_aside) == (1, 0)
    assert keeper.units(1) == []
    assert keeper.problems() == []


def test_C2_a_first_sync_tells_no_customer(keeper: Keeper) -> None:
    keeper.book(an_order(), tell=False)
    assert said(keeper.desk) == []


# --- replays and pages ----------------------------------------------------------------------------------------


def test_C2_the_same_orders_again_change_nothing(keeper: Keeper) -> None:
    orders = [*many(3, each=2), an_order(9, (SMALL, 1), status=REFUNDED), an_order(10, status=PENDING)]
    keeper.book(*orders)
    tables = ("account", "package", "entry", "purchase", "outbox", "problem")
    before = dump(keeper.desk, tables)
    assert keeper.book(*orders).units == 0
    assert dump(keeper.desk, tables) == before


def test_C16_another_amount_under_a_recorded_key_is_an_error_that_names_both(keeper: Keeper) -> None:
    """As after a desk was put back to an older copy by hand: the entry is there, the order is not remembered."""
    keeper.book(an_order())
    keeper.desk.run(lambda tx: tx.connection.execute("DELETE FROM purchase"))
    keeper.store = a_store(plans=PlanBook([Plan("base", 1, 900, 12, (BASE,))]))
    with pytest.raises(KeyReused) as refusal:
        keeper.book(an_order())
    assert refusal.value.key == "acme:order:1042:base:unit:1"
    assert "+550 coins" in refusal.value.recorded
    assert "+900 coins" in refusal.value.offered
    assert keeper.posted(customer(77)) == 550


def test_C2_a_page_of_a_thousand_orders_books_what_a_thousand_orders_book_singly() -> None:
    def order(number: int, round_two: bool) -> Order:
        buyer = None if number % 97 == 0 else guest(number) if number % 5 == 0 else customer(number % 300)
        status = PAID if not round_two else (PAID, REFUNDED, PENDING, CHARGED_BACK)[number % 4]
        lines = [(BASE, number % 3 + round_two), (PRO, number % 2), ("FONT", 7), ("base-550", number % 41 == 0)]
        return an_order(
            number,
            *((code, int(quantity)) for code, quantity in lines if quantity),
            buyer=buyer,
            status=status,
            total=Decimal(0 if number % 89 == 0 else 10),
        )

    tables = ("account", "package", "entry", "purchase", "outbox", "problem", "set_aside")
    found = []
    for page in (1000, 1):
        with a_quick_desk() as desk:
            for round_two in (False, True):
                orders = [order(number, round_two) for number in range(1, 1001)]
                for start in range(0, 1000, page):
                    desk.run(book_orders, a_store(fuse_units=10_000), orders[start : start + page], at=MONDAY_9AM)
            content = dump(desk, tables)
            # An account's version counts changes as they are committed; nothing else tells a page from singles.
            content["account"] = rows(desk, "SELECT id, owner_kind, owner_ref, entries, posted FROM account")
            found.append(content)
    in_pages, singly = found
    assert len(singly["entry"]) > 2000
    for table in tables:
        assert in_pages[table] == singly[table], table


# --- the fuse -------------------------------------------------------------------------------------------------


def test_C2_fifty_units_in_one_pass_go_through(keeper: Keeper) -> None:
    assert keeper.book(*many(25, each=2)).granted_units == 50
    assert keeper.problems() == []


def test_C2_fifty_one_units_in_one_pass_wait_all_of_them(keeper: Keeper) -> None:
    booked = keeper.book(*many(51))
    assert (booked.granted_units, booked.set_aside) == (0, 51)
    (problem,) = keeper.problems()
    assert problem.kind == "fuse"
    assert problem.summary.startswith("51 grants or revocations of 51 orders came at once, more than coins.fuse_units")
    assert rows(keeper.desk, "SELECT COUNT(*) FROM entry") == [(0,)]


def test_C2_revocations_count_for_the_fuse_too(keeper: Keeper) -> None:
    keeper.book(*many(60), fuse=False)
    booked = keeper.book(*(order._replace(status=REFUNDED) for order in many(60)))
    assert (booked.revoked_units, booked.set_aside) == (0, 60)
    assert sum(keeper.posted(customer(number)) for number in range(1, 61)) == 60 * 550


def test_C2_orders_that_change_nothing_do_not_count_for_the_fuse(keeper: Keeper) -> None:
    keeper.book(*many(60), fuse=False)
    booked = keeper.book(*many(60), *many(5, first=100))
    assert (booked.granted_units, booked.set_aside) == (5, 0)


def test_C2_an_order_that_waits_stays_waiting_when_it_is_touched_again(keeper: Keeper) -> None:
    keeper.book(*many(51))
    booked = keeper.book(*many(3), *many(1, first=200))
    assert (booked.granted_units, booked.set_aside) == (1, 3)
    (problem,) = keeper.problems()
    assert problem.count == 1


def test_C2_more_that_comes_while_the_fuse_is_blown_joins_the_same_problem(keeper: Keeper) -> None:
    keeper.book(*many(51))
    keeper.book(*many(60, first=100))
    (problem,) = keeper.problems()
    assert problem.summary.startswith("111 grants or revocations of 111 orders came at once")
    assert problem.count == 2
    _, released = keeper.desk.run(problems.retry, problem.id, by=ANNA, at=keeper.now)
    assert len(released) == 111


def test_C2_released_orders_go_through_whatever_their_number(keeper: Keeper) -> None:
    keeper.book(*many(51))
    (problem,) = keeper.problems()
    keeper.desk.run(problems.retry, problem.id, by=ANNA, at=keeper.now)
    assert keeper.problems() == []
    assert keeper.book(*many(51)).granted_units == 51
    assert rows(keeper.desk, "SELECT COUNT(*) FROM set_aside") == [(0,)]


def test_C2_a_release_is_for_once(keeper: Keeper) -> None:
    keeper.book(*many(51))
    (problem,) = keeper.problems()
    keeper.desk.run(problems.retry, problem.id, by=ANNA, at=keeper.now)
    keeper.book(*many(51))
    booked = keeper.book(*(order._replace(status=REFUNDED) for order in many(51)))
    assert (booked.revoked_units, booked.set_aside) == (0, 51)


def test_C2_a_released_order_does_not_open_the_fuse_for_others(keeper: Keeper) -> None:
    keeper.book(*many(51))
    (problem,) = keeper.problems()
    keeper.desk.run(problems.retry, problem.id, by=ANNA, at=keeper.now)
    booked = keeper.book(*many(51), *many(51, first=100))
    assert (booked.granted_units, booked.set_aside) == (51, 51)


# --- zero totals ----------------------------------------------------------------------------------------------


def test_C2_an_order_without_a_price_waits_and_goes_when_it_is_released(keeper: Keeper) -> None:
    free = an_order(total=Decimal(0))
    assert keeper.book(free, *many(2)).granted_units == 2
    (problem,) = keeper.problems()
    assert (problem.kind, problem.summary) == ("zero_total", "order 1042 grants coins and its total is 0")
    assert keeper.book(free).set_aside == 1
    _, released = keeper.desk.run(problems.retry, problem.id, by=ANNA, at=keeper.now)
    assert released == [1042]
    assert keeper.book(free).granted_units == 1
    assert keeper.problems() == []


def test_C2_an_order_without_a_price_stays_out_when_staff_dismiss_it(keeper: Keeper) -> None:
    free = an_order(total=Decimal(0))
    keeper.book(free)
    (problem,) = keeper.problems()
    keeper.desk.run(problems.dismiss, problem.id, by=ANNA, at=keeper.now)
    assert keeper.book(free).granted_units == 0
    assert keeper.problems() == []
    keeper.desk.run(problems.retry, problem.id, by=ANNA, at=keeper.now)
    assert keeper.book(free).granted_units == 1


# --- chargebacks, notes, problems -----------------------------------------------------------------------------


def test_C14_a_chargeback_revokes_freezes_and_only_staff_lift_it(keeper: Keeper) -> None:
    keeper.book(an_order(), an_order(1043))
    keeper.book(an_order(status=CHARGED_BACK))
    account = keeper.account(customer(77))
    assert account is not None
    assert account.frozen
    assert account.posted == 550, "the other order's coins stay"
    keeper.book(an_order())
    account = keeper.account(customer(77))
    assert account is not None
    assert account.frozen
    assert account.posted == 1100, "grants go on (rule C15)"


def test_C14_a_chargeback_of_an_order_that_was_refunded_before_freezes_too(keeper: Keeper) -> None:
    keeper.book(an_order())
    keeper.book(an_order(status=REFUNDED))
    before = keeper.account(customer(77))
    keeper.book(an_order(status=CHARGED_BACK))
    after = keeper.account(customer(77))
    assert before is not None
    assert after is not None
    assert (before.frozen, after.frozen) == (False, True)
    assert after.number > before.number, "the page must hear of it"


def test_C14_a_neutral_status_does_not_end_a_chargeback(keeper: Keeper) -> None:
    """Else coming back from it would freeze an account again that staff have lifted the freeze of."""
    keeper.book(an_order())
    keeper.book(an_order(status=CHARGED_BACK))
    before = dump(keeper.desk, ("account", "package", "entry", "purchase"))
    keeper.book(an_order(status=PENDING))
    assert dump(keeper.desk, before) == before
    keeper.desk.run(lambda tx: tx.connection.execute("UPDATE account SET frozen_ms = NULL"))
    keeper.book(an_order(status=CHARGED_BACK))
    account = keeper.account(customer(77))
    assert account is not None
    assert not account.frozen


def test_C14_what_was_spent_before_the_refund_is_told_to_staff_once(keeper: Keeper) -> None:
    keeper.book(an_order())
    keeper.correct(customer(77), -50)
    keeper.book(an_order(status=REFUNDED))
    assert keeper.posted(customer(77)) == 0
    (problem,) = keeper.problems()
    assert problem.kind == "spent_before_revocation"
    assert "after 50 of its 550 coins had been spent" in problem.summary
    keeper.book(an_order(status=REFUNDED))
    keeper.book(an_order())
    assert keeper.posted(customer(77)) == 500, "what the revocation took, no more"
    assert len(keeper.problems()) == 1, "it happened, so it stays until staff close it"


def test_C14_a_slip_over_an_amount_alone_is_told_once_and_not_again_after_staff_closed_it(keeper: Keeper) -> None:
    order = an_order(amount_only_slips=(8,))
    for _ in range(3):
        keeper.book(order)
    (problem,) = keeper.problems()
    assert (problem.kind, problem.count) == ("amount_only_slip", 1)
    keeper.desk.run(problems.dismiss, problem.id, by=ANNA, at=keeper.now)
    keeper.book(order)
    assert keeper.problems() == []
    for _ in range(2):
        keeper.book(an_order(amount_only_slips=(8, 9)))
    assert [one.key for one in keeper.problems()] == ["order:1042:amount_only_slip:9"]


def test_C14_a_slip_whose_units_come_a_moment_after_it_is_never_told(keeper: Keeper) -> None:
    """A shop writes a slip in several rows; an order that is read between them seems to have one of money alone."""
    booked = keeper.book(an_order(amount_only_slips=(8,)))
    assert keeper.problems() == []
    assert booked.set_aside == 0
    (again,) = keeper.desk.look(lambda tx: tx.sync.due(ACME, keeper.now + telling.SECOND_LOOK, 10))
    assert (again.order_id, again.due_at) == (1042, keeper.now + telling.SECOND_LOOK)
    keeper.book(an_order(1042, OrderLine(BASE, 1, refunded=1)))
    assert keeper.problems() == []


@pytest.mark.parametrize("status", [PAID, REFUNDED, PENDING])
def test_C14_a_slip_told_as_one_of_money_alone_ends_its_problem_once_units_are_found_on_it(
    keeper: Keeper, status: int
) -> None:
    for _ in range(2):
        keeper.book(an_order(amount_only_slips=(8, 9)))
    keeper.book(an_order(status=status, amount_only_slips=(9,)))
    assert [one.key for one in keeper.problems()] == ["order:1042:amount_only_slip:9"]


@pytest.mark.parametrize("status", [REFUNDED, PENDING])
def test_C14_a_slip_of_money_alone_stays_told_whatever_status_its_order_has_now(keeper: Keeper, status: int) -> None:
    for _ in range(2):
        keeper.book(an_order(amount_only_slips=(8,)))
    keeper.book(an_order(status=status, amount_only_slips=(8,)), an_order(1043))
    assert keeper.problem_kinds() == ["amount_only_slip"]


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (an_order(buyer=None), "customer_gone"),
        (an_order(1042, (BASE, -1)), "odd_order"),
        (an_order(1042, ("base-550", 1)), "unknown_code"),
        (an_order(ordered_at=None), "odd_order"),
    ],
)
def test_C2_a_problem_ends_with_its_cause(keeper: Keeper, wrong: Order, kind: str) -> None:
    booked = keeper.book(wrong, *many(2))
    assert (booked.granted_units, booked.set_aside) == (2, 1), "the rest goes on"
    keeper.book(wrong)
    (problem,) = keeper.problems()
    assert (problem.kind, problem.count) == (kind, 2)
    keeper.book(an_order())
    assert keeper.problems() == []
    assert keeper.posted(customer(77)) == 550


def test_C2_an_order_that_changed_hands_keeps_its_coins_where_they_are(keeper: Keeper) -> None:
    keeper.book(an_order())
    booked = keeper.book(an_order(1042, (BASE, 2), buyer=customer(78), customer_id=78))
    assert booked.set_aside == 1
    assert (keeper.posted(customer(77)), keeper.posted(customer(78))) == (550, 0)
    assert keeper.problem_kinds() == ["owner_changed"]
    keeper.book(an_order(1042, (BASE, 1), buyer=customer(78), customer_id=78))
    assert keeper.problem_kinds() == ["owner_changed"], "it belongs to somebody else all the same"
    keeper.book(an_order())
    assert keeper.problems() == []


def test_C14_an_order_of_a_customer_deleted_since_can_still_be_refunded(keeper: Keeper) -> None:
    keeper.book(an_order())
    keeper.book(an_order(status=REFUNDED, buyer=None))
    assert keeper.posted(customer(77)) == 0


def test_an_unreadable_order_is_set_aside_with_its_reason_and_solved_when_it_can_be_read(keeper: Keeper) -> None:
    broken = [UnreadableOrder(1042, "product code is not UTF-8: b'\\xff'")]
    for _ in range(2):
        assert keeper.desk.run(set_unreadable_aside, ACME, broken, at=keeper.now) == 1
    (problem,) = keeper.problems()
    assert (problem.kind, problem.count) == ("unreadable_order", 2)
    assert problem.summary == "order 1042: product code is not UTF-8: b'\\xff'"
    keeper.book(an_order(status=PENDING))
    assert keeper.problems() == []


# --- the dry run ----------------------------------------------------------------------------------------------


def test_C2_a_dry_run_counts_what_would_be_booked_and_writes_nothing(keeper: Keeper) -> None:
    keeper.book(*many(5))
    before = dump(keeper.desk, ("store", "account", "package", "entry", "purchase", "problem", "set_aside", "outbox"))
    page = [
        *(order._replace(status=REFUNDED) for order in many(5)),
        *many(60, first=100, each=2),
        an_order(900, total=Decimal(0)),
    ]
    counted = keeper.desk.look(totals, keeper.store, page, at=keeper.now)
    assert (counted.orders, counted.granted_units, counted.granted_coins) == (66, 120, 66_000)
    assert (counted.revoked_units, counted.revoked_coins, counted.set_aside) == (5, 2750, 1)
    assert dump(keeper.desk, before) == before


def test_C2_a_dry_run_works_on_a_store_the_desk_has_never_seen() -> None:
    with a_quick_desk() as desk:
        assert desk.look(totals, a_store(name="unseen"), many(3), at=MONDAY_9AM).granted_units == 3


@pytest.mark.parametrize("owner", [customer(1), guest(1)])
def test_C2_two_stores_keep_their_books_apart(keeper: Keeper, owner: Owner) -> None:
    keeper.book(an_order(1, buyer=owner))
    keeper.store = a_store(name="other")
    keeper.book(an_order(1, buyer=owner))
    assert rows(keeper.desk, "SELECT store_id, posted FROM account") == [(1, 550), (2, 550)]
    assert rows(keeper.desk, "SELECT key FROM entry ORDER BY 1") == [
        ("acme:order:1:base:unit:1",),
        ("other:order:1:base:unit:1",),
    ]
