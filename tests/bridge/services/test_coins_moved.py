"""What an action moved is told in exact numbers, also where coins were lost on the way (rules C5, C17)."""

from datetime import timedelta

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account
from bridge.services.coins_moved import Moved, moved_since
from tests.support.books import ACME, TEHRAN
from tests.support.quoting import CUSTOMER, CoinDesk, a_coin_desk


def account(desk: CoinDesk) -> Account:
    return desk.desk.look(lambda tx: tx.accounts.of_owners(ACME, [CUSTOMER]))[CUSTOMER]


def moved(desk: CoinDesk, before: Account) -> Moved:
    def read(tx: Tx) -> Moved:
        return moved_since(tx, before)

    return desk.desk.look(read)


def test_C7_a_hold_and_a_settlement_are_told_apart() -> None:
    with a_coin_desk() as desk:
        desk.granted(CUSTOMER, 300)
        quote, before = desk.offered(CUSTOMER, 50), account(desk)
        desk.approved(quote)
        assert moved(desk, before) == Moved(held=50)
        before = account(desk)
        desk.settled(quote, 45)
        assert moved(desk, before) == Moved(deducted=45, released=5)


def test_nothing_moved_is_nothing() -> None:
    with a_coin_desk() as desk:
        desk.granted(CUSTOMER, 300)
        before = account(desk)
        desk.offered(CUSTOMER, 50)
        assert moved(desk, before) == Moved()


def test_C5_what_comes_back_too_late_is_forfeited_and_granted_anew_where_the_vendor_caused_it() -> None:
    for vendor, granted in ((False, 0), (True, 30)):
        with a_coin_desk() as desk:
            tomorrow = (desk.now + timedelta(days=1)).astimezone(TEHRAN).date()
            desk.granted(CUSTOMER, 30, last_day=tomorrow)
            desk.granted(CUSTOMER, 300)
            quote = desk.approved(desk.offered(CUSTOMER, 50))
            desk.later(days=5)
            before = account(desk)
            desk.released(quote, vendor=vendor)
            assert moved(desk, before) == Moved(released=50, forfeited=30, granted=granted)
