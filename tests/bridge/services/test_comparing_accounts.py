"""Comparing accounts with the shop: customers who are gone, and pages that do not show what was pushed."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from bridge.contracts.accounts import PushState
from bridge.contracts.answers import Answer
from bridge.contracts.office import Delivery
from bridge.contracts.shop import Shown
from bridge.desk.deliveries import Lanes
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.events import CustomerEvent
from bridge.services import comparing_accounts, guests, personal_export, problems
from bridge.services.comparing_accounts import Gone
from tests.bridge.services.conftest import Keeper
from tests.support.books import ACME, BASE, REFUNDED, an_order, customer, guest
from tests.support.quoting import desk_terms

EPOCH = 3


def account_of(keeper: Keeper, number: int) -> Account:
    found = keeper.account(customer(number))
    assert found is not None
    return found


def granted(keeper: Keeper, *customers: int) -> list[Account]:
    """Accounts of customers with a package of Base each; the order has the customer's number."""
    keeper.book(*(an_order(number, buyer=customer(number), customer_id=number) for number in customers), fuse=False)
    return [account_of(keeper, number) for number in customers]


def look(keeper: Keeper, present: Mapping[int, int], *, minutes: int = 5) -> tuple[list[Account], list[Account]]:
    """Look at every account some minutes later; `present` are the shop's customers, with what tells each apart."""
    keeper.now += timedelta(minutes=minutes)
    accounts, _ = keeper.desk.look(lambda tx: comparing_accounts.customers(tx, ACME, 0, limit=1_000))
    return keeper.desk.run(comparing_accounts.note_customers, accounts, present, at=keeper.now)


def gone_for_good(keeper: Keeper, present: Mapping[int, int]) -> list[Account]:
    """Two looks: who is missing in both is gone."""
    look(keeper, present)
    return look(keeper, present)[0]


def report_gone(
    keeper: Keeper, new: list[Gone], gone: list[Account], *, fuse_units: int = 50, looked_at: int = 100
) -> None:
    facts = {"looked_at": looked_at, "fuse_units": fuse_units}
    keeper.desk.run(comparing_accounts.report_gone, ACME, new, gone, at=keeper.now, **facts)


def frozen(keeper: Keeper, *customers: int) -> list[bool]:
    return [account_of(keeper, number).frozen for number in customers]


def test_D3_a_customer_who_is_gone_has_his_account_frozen_and_staff_are_told_what_it_has(keeper: Keeper) -> None:
    granted(keeper, 7, 8)
    gone = gone_for_good(keeper, {8: 88})
    report_gone(keeper, [Gone(one) for one in gone], gone)
    (problem,) = keeper.problems()
    assert problem.summary == "customer 7 is not in the shop any more; the account is frozen with 550 coins"
    assert frozen(keeper, 7, 8) == [True, False]


def test_D3_a_customer_who_is_missing_for_a_moment_is_not_gone(keeper: Keeper) -> None:
    """A table that is loaded anew is empty for a moment."""
    granted(keeper, 7, 8)
    assert look(keeper, {}) == ([], [])
    assert look(keeper, {7: 77, 8: 88}) == ([], [])
    assert look(keeper, {}) == ([], []), "and is missing anew the next time"
    assert [account_of(keeper, number).missed_at for number in (7, 8)] == [keeper.now, keeper.now]


def test_D3_two_looks_in_one_minute_are_one(keeper: Keeper) -> None:
    granted(keeper, 7)
    look(keeper, {})
    assert look(keeper, {}, minutes=0) == ([], [])
    assert [account.owner.ref for account in look(keeper, {}, minutes=1)[0]] == [7]


def test_D3_whoever_has_the_orders_now_is_named(keeper: Keeper) -> None:
    granted(keeper, 7, 8)
    seven, eight = gone_for_good(keeper, {})
    report_gone(keeper, [Gone(seven, (9,)), Gone(eight, (9, 12))], [seven, eight])
    told = sorted(problem.summary for problem in keeper.problems())
    assert told[0].endswith("now belong to customer 9: were the two merged?")
    assert told[1].endswith("now belong to customers 9, 12: were the two merged?")


@pytest.mark.parametrize(
    ("count", "looked_at", "fuse_units", "doubtful"),
    [(2, 100, 2, False), (3, 100, 2, True), (2, 2, 50, False), (3, 5, 50, True), (3, 6, 50, False), (0, 0, 50, False)],
)
def test_D3_more_than_the_fuse_allows_or_most_of_all_are_a_doubt_about_the_shop(
    count: int, looked_at: int, fuse_units: int, doubtful: bool
) -> None:
    assert comparing_accounts.too_many(count, looked_at=looked_at, fuse_units=fuse_units) is doubtful


def test_D3_a_doubt_about_the_shop_freezes_nobody_and_ends_with_its_cause(keeper: Keeper) -> None:
    granted(keeper, 1, 2, 3)
    gone = gone_for_good(keeper, {})
    report_gone(keeper, [Gone(one) for one in gone], gone, fuse_units=2)
    (problem,) = keeper.problems()
    assert problem.kind == "customers_missing"
    assert problem.summary.startswith("3 customers with an account are missing in the shop at once")
    assert frozen(keeper, 1, 2, 3) == [False, False, False]
    report_gone(keeper, [Gone(one) for one in gone[:2]], gone[:2], fuse_units=2)
    assert sorted(keeper.problem_kinds()) == ["customer_deleted", "customer_deleted"], "the doubt has gone"
    assert frozen(keeper, 1, 2, 3) == [True, True, False]


def test_D3_a_customer_who_is_back_is_no_problem_any_more_and_stays_frozen(keeper: Keeper) -> None:
    granted(keeper, 7, 8)
    seven, eight = gone_for_good(keeper, {})
    report_gone(keeper, [Gone(seven), Gone(eight)], [seven, eight])
    report_gone(keeper, [], [eight])
    (problem,) = keeper.problems()
    assert problem.summary.startswith("customer 8 ")
    assert frozen(keeper, 7) == [True], "only staff lift it (rule C15)"


def test_other_problems_stay_open_whoever_is_back(keeper: Keeper) -> None:
    keeper.desk.run(
        lambda tx: tx.problems.report(
            ACME, key="order:7:order_deleted", kind="order_deleted", summary="x", at=keeper.now
        )
    )
    report_gone(keeper, [], [])
    assert keeper.problem_kinds() == ["order_deleted"]


@pytest.mark.parametrize("dismissed", [False, True])
def test_D3_each_time_a_customer_goes_is_told_once(keeper: Keeper, *, dismissed: bool) -> None:
    granted(keeper, 7)

    def told() -> int:
        gone = look(keeper, {})[0]
        new = keeper.desk.look(lambda tx: comparing_accounts.not_told(tx, ACME, gone))
        report_gone(keeper, [Gone(one) for one in new], gone)
        return len(new)

    assert [told() for _ in range(4)] == [0, 1, 0, 0]
    if dismissed:
        (problem,) = keeper.problems()
        keeper.desk.run(problems.dismiss, problem.id, by="Anna", at=keeper.now)
        assert told() == 0
    look(keeper, {7: 77})
    report_gone(keeper, [], [])
    assert [told() for _ in range(3)] == [0, 1, 0]


# --- numbers that are somebody else's now ---


def test_D3_letters_to_a_customer_do_not_go_to_who_has_his_number_now(keeper: Keeper) -> None:
    """Events that nobody was told of, and messages that could not be delivered until then."""
    (seven,) = granted(keeper, 7)
    waiting = Delivery("a", ACME, "coins_granted", {}, to=seven.owner)
    keeper.desk.run(lambda tx: tx.deliveries.add("mail", [waiting], keeper.now))
    look(keeper, {7: 70})
    _, others = look(keeper, {7: 71})
    keeper.desk.run(comparing_accounts.set_apart, ACME, others, looked_at=1, fuse_units=50, at=keeper.now)
    events = keeper.desk.look(lambda tx: tx.outbox.due(keeper.now, 10))
    (letter,) = keeper.desk.look(lambda tx: tx.deliveries.due("mail", Lanes.all(ACME), keeper.now, 10))
    former = Owner(OwnerKind.FORMER, seven.id)
    assert [one.event.owner for one in events if isinstance(one.event, CustomerEvent)] == [former]
    assert letter.delivery.to == former


def test_D3_whoever_gets_a_customers_number_does_not_inherit(keeper: Keeper) -> None:
    seven, _ = granted(keeper, 7, 8)
    look(keeper, {7: 70, 8: 88})
    gone, others = look(keeper, {7: 71, 8: 88})
    assert (gone, [one.owner.ref for one in others]) == ([], [7])
    keeper.desk.run(comparing_accounts.set_apart, ACME, others, looked_at=2, fuse_units=50, at=keeper.now)
    heir = account_of(keeper, 7)
    assert (heir.posted, heir.entries, heir.frozen, heir.born) == (0, 0, False, None)
    assert heir.number > seven.number, "the empty page replaces what the shop shows"
    former = keeper.account(Owner(OwnerKind.FORMER, seven.id))
    assert former is not None
    assert (former.id, former.posted, former.frozen) == (seven.id, 550, True)
    (problem,) = keeper.problems()
    assert problem.kind == "customer_replaced"
    assert f"kept apart as former:{seven.id}, frozen with 550 coins" in problem.summary


def test_D3_whoever_gets_a_customers_number_finds_neither_his_claims_nor_his_answers(keeper: Keeper) -> None:
    """Both are kept under the shop's number alone."""
    (seven,) = granted(keeper, 7)
    keeper.desk.run(guests.claim, desk_terms(), seven, 1050, "en", keeper.now)
    words = {"text": {"en": "Your ticket has been sent; its number is 1."}, "data": {"ticket": 1}}
    answer = Answer("u", 7, keeper.now, "ticket_open", "accepted", "ticket_opened", words)
    keeper.desk.run(lambda tx: tx.answers.add(ACME, answer))
    keeper.desk.run(lambda tx: tx.answers.pushed(ACME, {"u": 1}))
    look(keeper, {7: 70})
    _, others = look(keeper, {7: 71})
    keeper.desk.run(comparing_accounts.set_apart, ACME, others, looked_at=1, fuse_units=50, at=keeper.now)
    document = keeper.desk.look(personal_export.export, ACME, customer(7))
    assert (document["claims"], document["actions"], document["messages_sent"]) == ([], [], [])
    assert keeper.desk.look(lambda tx: tx.guests.open_claim(ACME, 1050, 7)) is None
    assert keeper.desk.look(lambda tx: tx.answers.known(ACME, ["u"])) == {"u"}, "it is not done once more"
    (emptied,) = keeper.desk.look(lambda tx: tx.answers.waiting(ACME, 10))
    assert (emptied.customer_id, emptied.document) == (0, {"text": {}, "data": {}})


def test_D3_the_earlier_ones_orders_stay_with_the_earlier_ones_account(keeper: Keeper) -> None:
    (seven,) = granted(keeper, 7)
    keeper.desk.run(comparing_accounts.set_apart, ACME, [seven], looked_at=9, fuse_units=50, at=keeper.now)
    keeper.book(an_order(7, (BASE, 2), buyer=customer(7), customer_id=7))
    keeper.book(an_order(1000, buyer=customer(7), customer_id=7))
    former = keeper.account(Owner(OwnerKind.FORMER, seven.id))
    assert former is not None
    assert (former.posted, account_of(keeper, 7).posted) == (550, 550), "a new order is the new one's"
    assert "owner_changed" in keeper.problem_kinds()
    keeper.book(an_order(7, status=REFUNDED, buyer=customer(7), customer_id=7))
    former = keeper.account(Owner(OwnerKind.FORMER, seven.id))
    assert former is not None
    assert former.posted == 0


def test_D3_a_shop_whose_dates_were_rewritten_is_believed_only_after_staff_have_looked(keeper: Keeper) -> None:
    granted(keeper, 1, 2, 3)
    look(keeper, {1: 11, 2: 22, 3: 33})
    rewritten = {1: 12, 2: 23, 3: 34}
    _, others = look(keeper, rewritten)
    keeper.desk.run(comparing_accounts.set_apart, ACME, others, looked_at=3, fuse_units=50, at=keeper.now)
    (problem,) = keeper.problems()
    assert problem.kind == "customers_changed"
    assert [account_of(keeper, number).posted for number in (1, 2, 3)] == [550, 550, 550]
    keeper.desk.run(problems.retry, problem.id, by="Anna", at=keeper.now)
    assert look(keeper, rewritten) == ([], [])
    assert look(keeper, rewritten) == ([], [])
    assert [account_of(keeper, number).born for number in (1, 2, 3)] == [12, 23, 34]


def test_D3_customers_whom_a_put_back_shop_does_not_know_are_kept_apart_at_once(keeper: Keeper) -> None:
    granted(keeper, 7, 8, 9)
    keeper.desk.run(comparing_accounts.set_lost_apart, ACME, 8, at=keeper.now)
    assert [account_of(keeper, number).posted for number in (7, 8, 9)] == [550, 0, 0]
    assert frozen(keeper, 7) == [False]
    assert keeper.problem_kinds() == ["customer_replaced", "customer_replaced"]


def test_D3_who_is_there_again_after_a_newer_dump_was_put_back_keeps_his_account(keeper: Keeper) -> None:
    granted(keeper, 7, 8, 9, 10)
    look(keeper, {7: 70, 8: 80, 9: 90})
    there = {7: 70, 8: 80, 9: 91, 10: 100}
    keeper.desk.run(comparing_accounts.set_lost_apart, ACME, 8, at=keeper.now, present=there)
    assert [account_of(keeper, number).posted for number in (7, 8, 9, 10)] == [550, 550, 0, 0], (
        "9 is somebody else by now, and of 10 nobody knows who he was"
    )


def test_guests_are_nobody_the_shop_could_delete_and_accounts_come_in_pages(keeper: Keeper) -> None:
    keeper.book(
        an_order(1, buyer=customer(7)), an_order(2, buyer=guest(2), customer_id=0), an_order(3, buyer=customer(8))
    )

    def page(after: int, limit: int) -> tuple[list[int], int | None]:
        accounts, more = keeper.desk.look(lambda tx: comparing_accounts.customers(tx, ACME, after, limit=limit))
        return [account.owner.ref for account in accounts], more

    assert page(0, 10) == ([7, 8], None)
    seven, third = account_of(keeper, 7).id, account_of(keeper, 8).id
    assert page(0, 2) == ([7], third - 1)
    assert page(third - 1, 2) == ([8], None)
    assert page(0, 1) == ([7], seven)
    assert page(third, 2) == ([], None)


def test_the_orders_of_an_account_are_those_that_granted_its_packages(keeper: Keeper) -> None:
    keeper.book(an_order(12, (BASE, 2)), an_order(9))
    keeper.correct(customer(77), 30)
    account = account_of(keeper, 77)
    assert keeper.desk.look(lambda tx: comparing_accounts.orders_of(tx, account.id)) == [9, 12]


# --- account pages ---


def given(keeper: Keeper, *accounts: Account) -> None:
    """The shop has been given these accounts, each with one entry."""
    states = {account.id: PushState(account.number, 1, "d") for account in accounts}
    keeper.desk.run(lambda tx: tx.push.done(states))


def unlike(keeper: Keeper, accounts: list[Account], shown: Mapping[int, Shown]) -> list[int]:
    """Customers whose page is not as it was pushed."""
    found = keeper.desk.look(lambda tx: comparing_accounts.unlike_pushed(tx, accounts, shown, epoch=EPOCH))
    by_id = {account.id: account.owner.ref for account in accounts}
    return [by_id[number] for number in found]


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (None, "its row was taken away, and its entries"),
        (Shown(EPOCH, 0, 1), "an older row was put back"),
        (Shown(EPOCH, 1, 0), "an entry was taken away"),
        (Shown(EPOCH, 1, 2), "an entry was added"),
        (Shown(EPOCH - 1, 1, 1), "it is a row of an older epoch"),
        (Shown(EPOCH + 1, 1, 1), "it is a row of another desk"),
        (Shown(0, 0, 1), "its row was taken away, the entries were left"),
    ],
)
def test_C16_a_page_that_is_not_as_it_was_pushed_is_found(keeper: Keeper, shown: Shown | None, words: str) -> None:
    seven, eight = granted(keeper, 7, 8)
    given(keeper, seven, eight)
    as_pushed = Shown(EPOCH, eight.number, 1)
    assert unlike(keeper, [seven, eight], {7: as_pushed, 8: as_pushed}) == []
    pages = {8: as_pushed} if shown is None else {7: shown, 8: as_pushed}
    assert unlike(keeper, [seven, eight], pages) == [7], words


def test_C16_an_account_that_was_never_pushed_is_not_missed_in_the_shop(keeper: Keeper) -> None:
    accounts = granted(keeper, 7, 8)
    given(keeper, accounts[1])
    assert keeper.desk.look(lambda tx: comparing_accounts.pushed(tx, accounts)) == [accounts[1]]
    assert unlike(keeper, accounts, {8: Shown(EPOCH, accounts[1].number, 1)}) == []


def test_C16_an_account_on_its_way_to_the_shop_is_not_measured(keeper: Keeper) -> None:
    """What the shop shows of it changes at any moment; it is pushed in any case."""
    (before,) = granted(keeper, 7)
    given(keeper, before)
    keeper.correct(customer(7), 30)
    now = account_of(keeper, 7)
    assert now.number > before.number
    for shown in (before.number, now.number):
        assert unlike(keeper, [now], {7: Shown(EPOCH, shown, shown)}) == []
    assert keeper.desk.look(lambda tx: comparing_accounts.pushed(tx, [now])) == []


def test_C16_an_account_that_was_pushed_while_the_shop_was_asked_is_not_measured(keeper: Keeper) -> None:
    (before,) = granted(keeper, 7)
    given(keeper, before)
    asked = keeper.desk.look(lambda tx: comparing_accounts.pushed(tx, [before]))
    keeper.correct(customer(7), 30)
    given(keeper, account_of(keeper, 7))
    assert unlike(keeper, asked, {7: Shown(EPOCH, before.number, 1)}) == []
