"""A package can be revoked and reinstated with nothing to move: no entry says so, and the account page must."""

from bridge.domain.accounts import Owner
from tests.bridge.services.conftest import Keeper
from tests.support.books import REFUNDED, an_order, customer, guest


def test_C6_an_empty_package_that_is_revoked_or_reinstated_has_its_account_pushed(keeper: Keeper) -> None:
    """Its plan counts for the page until the page is told otherwise, with no coin left to take as with all of them."""
    keeper.book(an_order())
    keeper.correct(customer(77), -550)
    before = number(keeper, customer(77))
    keeper.book(an_order(status=REFUNDED))
    assert [unit.revoked for unit in keeper.units()] == [True]
    assert number(keeper, customer(77)) == before + 1
    keeper.book(an_order())
    assert [unit.revoked for unit in keeper.units()] == [False]
    assert number(keeper, customer(77)) == before + 2


def test_C16_a_change_with_an_entry_is_counted_once_and_one_without_change_not_at_all(keeper: Keeper) -> None:
    keeper.book(an_order(1, buyer=guest(1)), an_order(2))
    keeper.book(an_order(2, status=REFUNDED))
    keeper.book(an_order(2, status=REFUNDED))
    assert (number(keeper, guest(1)), number(keeper, customer(77))) == (1, 2)


def number(keeper: Keeper, owner: Owner) -> int:
    account = keeper.account(owner)
    assert account is not None
    return account.number
