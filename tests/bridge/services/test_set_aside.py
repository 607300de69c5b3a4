"""Orders that were set aside: what still reaches them, and what staff's word about them holds for."""

from decimal import Decimal

from bridge.domain.orders import Order, OrderLine, UnreadableOrder
from bridge.services import problems, syncing
from bridge.services.staff_coins import balance
from tests.bridge.services.conftest import Keeper
from tests.support.books import (
    ACME,
    BASE,
    CHARGED_BACK,
    MONDAY_9AM,
    PENDING,
    PRO,
    REFUNDED,
    an_order,
    customer,
    guest,
    rows,
)

FREE = Decimal("0.00")
ANNA = "Anna"
NOT_ENOUGH_ROOM = 51


def posted(keeper: Keeper, number: int = 77) -> int:
    return keeper.desk.look(balance, ACME, customer(number), at=keeper.now).account.posted


def open_kinds(keeper: Keeper) -> list[str]:
    return [one.kind for one in keeper.desk.look(lambda tx: tx.problems.open(ACME))]


def dismiss_all(keeper: Keeper) -> None:
    for one in keeper.desk.look(lambda tx: tx.problems.open(ACME)):
        keeper.desk.run(problems.dismiss, one.id, by=ANNA, at=keeper.now)


def retry_all(keeper: Keeper) -> None:
    for one in keeper.desk.look(lambda tx: tx.problems.open(ACME)):
        keeper.desk.run(problems.retry, one.id, by=ANNA, at=keeper.now)


def many(count: int = NOT_ENOUGH_ROOM, **different: object) -> list[Order]:
    return [an_order(number, buyer=customer(number), customer_id=number, **different) for number in range(1, count + 1)]


def test_C14_a_refund_goes_through_while_a_zero_total_waits(keeper: Keeper) -> None:
    keeper.book(an_order())
    keeper.book(an_order(1042, (BASE, 2), total=FREE))
    assert (posted(keeper), open_kinds(keeper)) == (550, ["zero_total"])

    keeper.book(an_order(1042, (BASE, 2), total=FREE, status=REFUNDED))

    assert posted(keeper) == 0
    assert open_kinds(keeper) == [], "what waited has ended with its cause"


def test_C14_a_chargeback_freezes_an_account_whose_order_waits_behind_the_fuse(keeper: Keeper) -> None:
    keeper.book(*many(50))
    keeper.book(*many(50, lines=(OrderLine(BASE, 3),)))
    assert open_kinds(keeper) == ["fuse"]

    keeper.book(*many(1, status=CHARGED_BACK))

    found = keeper.desk.look(balance, ACME, customer(1), at=keeper.now).account
    assert found.frozen
    assert found.posted == 550, "nothing else of a waiting order moves"


def test_C2_what_staff_have_left_is_decided_anew_when_the_order_changes_again(keeper: Keeper) -> None:
    keeper.book(*many(50))
    keeper.book(*many(50), an_order(51, buyer=customer(51), customer_id=51))
    keeper.book(*[order._replace(status=REFUNDED) for order in many()])
    dismiss_all(keeper)
    assert posted(keeper, 7) == 550

    keeper.book(*many(7, status=REFUNDED)[6:])

    assert posted(keeper, 7) == 0
    assert posted(keeper, 8) == 550


def test_C2_an_order_left_once_waits_under_the_next_blown_fuse(keeper: Keeper) -> None:
    keeper.book(*many())
    dismiss_all(keeper)
    keeper.book(*many(lines=(OrderLine(PRO, 1),)))
    retry_all(keeper)

    assert keeper.book(*many(lines=(OrderLine(PRO, 1),))).granted_units == NOT_ENOUGH_ROOM


def test_C2_releasing_a_fuse_does_not_release_a_zero_total(keeper: Keeper) -> None:
    keeper.book(*many())
    retry_all(keeper)

    booked = keeper.book(*many(total=FREE))

    assert booked.granted_units == 0
    assert set(open_kinds(keeper)) == {"zero_total"}


def test_C2_a_zero_total_that_staff_have_left_is_not_asked_again(keeper: Keeper) -> None:
    keeper.book(an_order(total=FREE))
    dismiss_all(keeper)

    assert keeper.book(an_order(total=FREE)).granted_units == 0
    assert open_kinds(keeper) == []


def test_C14_a_released_gift_comes_back_by_itself_after_it_was_voided(keeper: Keeper) -> None:
    keeper.book(an_order(total=FREE))
    retry_all(keeper)
    keeper.book(an_order(total=FREE))
    keeper.book(an_order(total=FREE, status=REFUNDED))

    keeper.book(an_order(total=FREE))

    assert (posted(keeper), open_kinds(keeper)) == (550, [])


def test_C14_an_order_that_changed_its_owner_gets_its_own_units_back_where_they_were(keeper: Keeper) -> None:
    order = an_order(buyer=guest(1042), customer_id=0)
    keeper.book(order)
    keeper.book(order._replace(status=REFUNDED))

    keeper.book(order._replace(buyer=customer(77), customer_id=77))

    assert keeper.desk.look(balance, ACME, guest(1042), at=keeper.now).account.posted == 550
    assert open_kinds(keeper) == ["owner_changed"]


def test_C14_a_swap_of_plans_under_a_new_owner_still_takes_back_what_is_not_owed(keeper: Keeper) -> None:
    keeper.book(an_order(1042, (BASE, 1)))

    keeper.book(an_order(1042, (PRO, 1), buyer=customer(78), customer_id=78))

    assert posted(keeper) == 0
    assert open_kinds(keeper) == ["owner_changed"]
    assert rows(keeper.desk, "SELECT count(*) FROM account") == [(1,)]


def test_C2_what_a_first_sync_set_aside_is_told_to_nobody_when_it_is_released(keeper: Keeper) -> None:
    keeper.desk.run(syncing.confirm_first_sync, ACME, units=1, at=MONDAY_9AM)
    keeper.desk.run(syncing.book_first, keeper.store, many(60), [], last_id=60, at=MONDAY_9AM)
    retry_all(keeper)

    booked = keeper.book(*many(60))

    assert (booked.granted_units, booked.events) == (60, ())
    assert rows(keeper.desk, "SELECT count(*) FROM outbox") == [(0,)]


def test_C2_a_pass_in_many_pages_has_one_fuse(keeper: Keeper) -> None:
    first = keeper.book(*many(30))
    second = many(60)[30:]

    booked = keeper.desk.run(
        syncing.book_touched, keeper.store, [], second, [], at=keeper.now, units_before=first.fused_units
    )

    assert (booked.granted_units, booked.set_aside) == (0, 30)


def test_C2_when_the_fuse_has_blown_the_rest_of_the_pass_waits_too(keeper: Keeper) -> None:
    first = keeper.book(*many(60))

    booked = keeper.desk.run(
        syncing.book_touched, keeper.store, [], many(61)[60:], [], at=keeper.now, units_before=first.fused_units
    )

    assert (booked.granted_units, booked.set_aside) == (0, 1)


def test_C2_orders_that_staff_have_released_leave_the_fuse_to_the_others(keeper: Keeper) -> None:
    keeper.book(*many(60))
    retry_all(keeper)
    first = keeper.book(*many(60))
    assert first.granted_units == 60

    booked = keeper.desk.run(
        syncing.book_touched, keeper.store, [], many(61)[60:], [], at=keeper.now, units_before=first.fused_units
    )

    assert booked.granted_units == 1


def test_C2_gifts_that_staff_have_released_one_by_one_are_booked_however_many_they_are(keeper: Keeper) -> None:
    keeper.book(*many(total=FREE))
    retry_all(keeper)

    assert keeper.book(*many(total=FREE)).granted_units == NOT_ENOUGH_ROOM
    assert open_kinds(keeper) == []


def test_C2_a_gift_that_a_first_sync_set_aside_is_told_to_nobody_when_it_is_released(keeper: Keeper) -> None:
    keeper.desk.run(syncing.book_first, keeper.store, [an_order(total=FREE)], [], last_id=1042, at=MONDAY_9AM)
    retry_all(keeper)

    assert keeper.book(an_order(total=FREE)).events == ()
    assert [event.coins for event in keeper.book(an_order(1042, (BASE, 2))).events] == [550]


def test_C2_a_gift_of_a_first_sync_that_is_paid_for_later_is_told(keeper: Keeper) -> None:
    keeper.desk.run(syncing.book_first, keeper.store, [an_order(total=FREE)], [], last_id=1042, at=MONDAY_9AM)

    assert [event.coins for event in keeper.book(an_order()).events] == [550]


def test_a_pending_order_stays_nobodys_matter(keeper: Keeper) -> None:
    assert keeper.book(an_order(status=PENDING, total=FREE)).set_aside == 0


def test_C2_an_unreadable_order_of_a_first_sync_is_told_to_nobody_once_it_is_repaired(keeper: Keeper) -> None:
    keeper.desk.run(syncing.confirm_first_sync, ACME, units=1, at=MONDAY_9AM)
    broken = [UnreadableOrder(1042, "NULL quantity")]
    gone = an_order(1043, buyer=None, customer_id=78)
    keeper.desk.run(syncing.book_first, keeper.store, [gone], broken, last_id=1043, at=MONDAY_9AM)
    retry_all(keeper)

    booked = keeper.book(an_order(), an_order(1043, buyer=customer(78), customer_id=78))

    assert (booked.granted_units, booked.events) == (2, ())
    assert open_kinds(keeper) == []
    later = keeper.book(an_order(status=REFUNDED))
    assert len(later.events) == 1, "what happens afterwards is told"


def test_C1_a_plan_that_waits_for_a_new_owner_freezes_no_terms(keeper: Keeper) -> None:
    keeper.book(an_order(1042, (BASE, 1)))
    keeper.book(an_order(1042, (BASE, 1), (PRO, 1), buyer=customer(78), customer_id=78))

    frozen = keeper.desk.look(lambda tx: tx.purchases.of_orders(ACME, [1042]))[1042].terms

    assert set(frozen) == {BASE}
