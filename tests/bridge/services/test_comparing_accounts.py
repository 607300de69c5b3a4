"""Comparing accounts with the shop: customers who are gone, and pages that do not show what was pushed."""

from collections.abc import Mapping

import pytest

from bridge.contracts.desk import PushState
from bridge.contracts.shop import Shown
from bridge.domain.accounts import Account
from bridge.services import comparing_accounts, problems
from bridge.services.comparing_accounts import Gone
from tests.bridge.services.conftest import Keeper
from tests.support.books import ACME, BASE, an_order, customer, guest

EPOCH = 3


def account_of(keeper: Keeper, number: int) -> Account:
    found = keeper.account(customer(number))
    assert found is not None
    return found


def granted(keeper: Keeper, *customers: int) -> list[Account]:
    """Accounts of customers with a package of Base each; the order has the customer's number."""
    keeper.book(*(an_order(number, buyer=customer(number), customer_id=number) for number in customers), fuse=False)
    return [account_of(keeper, number) for number in customers]


def report_gone(keeper: Keeper, new: list[Gone], all_gone: list[int], *, fuse_units: int = 50) -> None:
    keeper.desk.run(comparing_accounts.report_gone, ACME, new, all_gone, fuse_units=fuse_units, at=keeper.now)


def frozen(keeper: Keeper, *customers: int) -> list[bool]:
    return [account_of(keeper, number).frozen for number in customers]


def test_D3_a_customer_who_is_gone_has_his_account_frozen_and_staff_are_told_what_it_has(keeper: Keeper) -> None:
    seven, _ = granted(keeper, 7, 8)
    report_gone(keeper, [Gone(seven)], [7])
    (problem,) = keeper.problems()
    assert problem.summary == "customer 7 is not in the shop any more; the account is frozen with 550 coins"
    assert frozen(keeper, 7, 8) == [True, False]


def test_D3_whoever_has_the_orders_now_is_named(keeper: Keeper) -> None:
    seven, eight = granted(keeper, 7, 8)
    report_gone(keeper, [Gone(seven, (9,)), Gone(eight, (9, 12))], [7, 8])
    told = {problem.key: problem.summary for problem in keeper.problems()}
    assert told["customer:7:customer_deleted"].endswith("now belong to customer 9: were the two merged?")
    assert told["customer:8:customer_deleted"].endswith("now belong to customers 9, 12: were the two merged?")


def test_D3_exactly_as_many_as_the_fuse_allows_are_gone_one_more_is_a_doubt_about_the_shop(keeper: Keeper) -> None:
    accounts = granted(keeper, 1, 2, 3)
    report_gone(keeper, [Gone(one) for one in accounts], [1, 2, 3], fuse_units=2)
    (problem,) = keeper.problems()
    assert problem.kind == "customers_missing"
    assert problem.summary.startswith("3 customers with an account are missing in the shop at once, more than")
    assert frozen(keeper, 1, 2, 3) == [False, False, False]
    report_gone(keeper, [Gone(one) for one in accounts[:2]], [1, 2], fuse_units=2)
    assert sorted(keeper.problem_kinds()) == ["customer_deleted", "customer_deleted"], "the doubt has gone"
    assert frozen(keeper, 1, 2, 3) == [True, True, False]


def test_D3_a_customer_who_is_back_is_no_problem_any_more_and_stays_frozen(keeper: Keeper) -> None:
    seven, eight = granted(keeper, 7, 8)
    report_gone(keeper, [Gone(seven), Gone(eight)], [7, 8])
    report_gone(keeper, [], [8])
    assert [problem.key for problem in keeper.problems()] == ["customer:8:customer_deleted"]
    assert frozen(keeper, 7) == [True], "only staff lift it (rule C15)"


def test_other_problems_stay_open_whoever_is_back(keeper: Keeper) -> None:
    keeper.desk.run(
        lambda tx: tx.problems.report(
            ACME, key="order:7:order_deleted", kind="order_deleted", summary="x", at=keeper.now
        )
    )
    report_gone(keeper, [], [])
    assert keeper.problem_kinds() == ["order_deleted"]


def test_D3_staff_who_have_dismissed_it_are_not_told_again(keeper: Keeper) -> None:
    accounts = granted(keeper, 7, 8)
    report_gone(keeper, [Gone(accounts[0])], [7])
    (problem,) = keeper.problems()
    keeper.desk.run(problems.dismiss, problem.id, by="Anna", at=keeper.now)
    assert keeper.desk.look(lambda tx: comparing_accounts.not_told(tx, ACME, accounts)) == [accounts[1]]


def test_D3_a_customer_who_came_back_and_goes_again_is_told_again(keeper: Keeper) -> None:
    accounts = granted(keeper, 7)
    report_gone(keeper, [Gone(accounts[0])], [7])
    report_gone(keeper, [], [])
    assert keeper.problems() == []
    assert keeper.desk.look(lambda tx: comparing_accounts.not_told(tx, ACME, accounts)) == accounts


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
