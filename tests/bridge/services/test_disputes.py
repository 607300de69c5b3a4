"""A chargeback that staff record takes what one of the shop takes, and stands until staff say it is over (rule C14)."""

from collections.abc import Iterator
from typing import Any

import pytest

from bridge.domain.accounts import Account
from bridge.domain.events import CoinsReinstated, CoinsRevoked, QuoteReleased
from bridge.domain.quotes import QuoteState
from bridge.errors import ImpossibleAmount, KeyReused, LedgerError, UnknownAccount, UnknownOrder
from bridge.services import accounts_by_staff, disputes, guests, personal_export, privacy
from bridge.services.disputes import ChargedBack
from bridge.services.purchases import book_orders
from tests.support.books import (
    ACME,
    CHARGED_BACK,
    PAID,
    PENDING,
    REFUNDED,
    a_store,
    an_order,
    customer,
    dump,
    guest,
    rows,
)
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk

STORE = a_store()
TABLES = ("account", "package", "entry", "purchase", "quote", "dispute", "outbox", "audit", "message", "touched")


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    with a_coin_desk() as one:
        yield one
        assert one.right()


def book(coins: CoinDesk, order_id: int = 1, status: int = PAID, **different: Any) -> None:
    coins.later(minutes=1)
    coins.desk.run(book_orders, STORE, [an_order(order_id, status=status, **different)], at=coins.now)


def charged(
    coins: CoinDesk, order_id: int = 1, key: str = "bank-1", *, over: bool = False, **different: Any
) -> ChargedBack:
    act = disputes.charge_back_is_over if over else disputes.charge_back
    facts: dict[str, Any] = {"owner": CUSTOMER, "reason": "the bank wrote", "by": ANNA, **different}
    return coins.desk.run(act, STORE, order_id=order_id, key=key, at=coins.now, **facts)


def account(coins: CoinDesk) -> Account:
    return coins.desk.look(lambda tx: tx.accounts.of_owners(ACME, [CUSTOMER]))[CUSTOMER]


def test_C14_what_staff_record_takes_exactly_what_the_shops_status_takes() -> None:
    """Two desks with one history: one hears of it from the shop, the other from staff."""
    ended = []
    for by_staff in (True, False):
        with a_coin_desk() as coins:
            book(coins)
            book(coins, 2)
            coins.granted(CUSTOMER, 30)
            started = coins.started(coins.approved(coins.offered(CUSTOMER, 600)))
            waiting = coins.approved(coins.offered(CUSTOMER, 40))
            coins.later(minutes=1)
            if by_staff:
                charged(coins)
            else:
                coins.desk.run(book_orders, STORE, [an_order(1, status=CHARGED_BACK)], at=coins.now)
            assert (coins.quote(started.id).held, coins.quote(waiting.id).state) == (50, QuoteState.APPROVED)
            told = coins.told(CoinsRevoked, QuoteReleased)
            tables = dump(coins.desk, ("account", "package", "quote", "problem"), without=("frozen_ms",))
            ended.append((tables, coins.entries(CUSTOMER), told, account(coins).frozen))
            assert coins.right()
    assert ended[0] == ended[1]


def test_C14_it_voids_what_was_not_started_and_freezes_the_account(coins: CoinDesk) -> None:
    book(coins)
    waiting = coins.approved(coins.offered(CUSTOMER, 50))
    done = charged(coins)
    assert (done.changed, done.taken, done.quotes, done.spent) == (True, 550, 1, 0)
    assert done.account.frozen
    assert coins.coins(CUSTOMER) == (0, 0, 0)
    assert coins.quote(waiting.id).state is QuoteState.RELEASED
    assert coins.thread(waiting.ticket_id)[-1].staff == ANNA
    staff = rows(coins.desk, "SELECT kind, staff, reason FROM entry WHERE kind IN ('void', 'revoke')")
    assert staff == [("void", ANNA, "chargeback"), ("revoke", ANNA, "order 1 was charged back")]


@pytest.mark.parametrize("by_staff", [True, False], ids=["by staff", "by the shop"])
def test_C14_plugins_hear_that_it_was_a_chargeback_and_of_a_refund_that_it_was_none(
    coins: CoinDesk, by_staff: bool
) -> None:
    book(coins)
    book(coins, 2)
    if by_staff:
        charged(coins)
    else:
        book(coins, status=CHARGED_BACK)
    book(coins, 2, status=REFUNDED)
    reasons = [(one.order_id, one.reason) for one in coins.told(CoinsRevoked) if isinstance(one, CoinsRevoked)]
    assert reasons == [(1, "chargeback"), (2, "revoked")]


def test_C14_what_was_spent_stays_spent_and_is_a_note_for_staff(coins: CoinDesk) -> None:
    book(coins)
    coins.settled(coins.approved(coins.offered(CUSTOMER, 50)), 50)
    done = charged(coins)
    assert (done.taken, done.spent) == (500, 50)
    (problem,) = coins.desk.look(lambda tx: tx.problems.open(ACME))
    assert problem.kind == "spent_before_revocation"
    assert "after 50 of its 550 coins had been spent" in problem.summary


def test_C14_it_stands_whatever_the_orders_status_says_until_staff_say_it_is_over(coins: CoinDesk) -> None:
    book(coins)
    charged(coins)
    before = dump(coins.desk, TABLES)
    for status in (PAID, PENDING, PAID):
        book(coins, status=status)
        assert dump(coins.desk, TABLES) == before, f"status {status} changed something"
    book(coins, lines=an_order(1, ("BASE-550", 3)).lines)
    book(coins, status=REFUNDED)
    assert coins.coins(CUSTOMER) == (0, 0, 0)
    book(coins)
    coins.later(minutes=1)
    over = charged(coins, key="bank-2", over=True)
    assert (over.changed, over.account.frozen) == (True, True)
    assert coins.coins(CUSTOMER) == (0, 0, 0), "what the order owes now only the shop knows"
    touched = coins.desk.look(lambda tx: tx.sync.due(ACME, coins.now, 10))
    assert [one.order_id for one in touched] == [1]
    book(coins)
    assert coins.coins(CUSTOMER) == (550, 0, 550)
    assert account(coins).frozen, "only staff lift it"
    assert [type(one) for one in coins.told(CoinsRevoked, CoinsReinstated)] == [CoinsRevoked, CoinsReinstated]


def test_C14_what_is_over_comes_back_only_when_the_status_grants(coins: CoinDesk) -> None:
    book(coins)
    charged(coins)
    charged(coins, key="bank-2", over=True)
    for status in (REFUNDED, PENDING):
        book(coins, status=status)
        assert coins.coins(CUSTOMER) == (0, 0, 0)
    book(coins)
    assert coins.coins(CUSTOMER) == (550, 0, 550)


def test_C14_recording_it_twice_or_ending_it_twice_changes_nothing(coins: CoinDesk) -> None:
    book(coins)
    assert not charged(coins, over=True, key="early").changed
    charged(coins, key="one")
    before = dump(coins.desk, TABLES)
    for key in ("one", "another"):
        assert not charged(coins, key=key).changed
    assert dump(coins.desk, TABLES) == before
    charged(coins, key="two", over=True)
    book(coins)
    before = dump(coins.desk, TABLES)
    assert not charged(coins, key="one").changed, "an earlier call that comes again"
    for key in ("two", "three"):
        assert not charged(coins, key=key, over=True).changed
    assert dump(coins.desk, TABLES) == before
    assert charged(coins, key="a second one").changed
    assert coins.coins(CUSTOMER) == (0, 0, 0)


def test_C14_a_key_stands_for_one_order_and_one_word(coins: CoinDesk) -> None:
    book(coins)
    book(coins, 2)
    charged(coins)
    for order, over in ((2, False), (1, True)):
        with pytest.raises(KeyReused, match="recorded as a chargeback of order 1"):
            charged(coins, order, over=over)


def test_C14_the_shops_own_status_later_does_not_freeze_once_more(coins: CoinDesk) -> None:
    """Staff have heard of it first, and have let the customer go on since."""
    book(coins)
    charged(coins)
    coins.desk.run(accounts_by_staff.unfreeze, ACME, CUSTOMER, reason="he pays again", by=ANNA, at=coins.now)
    book(coins, status=CHARGED_BACK)
    assert not account(coins).frozen
    charged(coins, key="over", over=True)
    book(coins, status=CHARGED_BACK)
    assert not account(coins).frozen
    assert coins.coins(CUSTOMER) == (0, 0, 0)


def test_C14_it_can_be_recorded_while_the_order_waits_behind_the_fuse(coins: CoinDesk) -> None:
    store = a_store(fuse_units=1)
    book(coins)
    coins.desk.run(book_orders, store, [an_order(1, ("BASE-550", 4))], at=coins.now)
    charged(coins)
    assert coins.coins(CUSTOMER) == (0, 0, 0)
    (problem,) = [one for one in coins.desk.look(lambda tx: tx.problems.open(ACME)) if one.kind == "fuse"]
    coins.desk.run(lambda tx: tx.problems.release(problem.id))
    coins.desk.run(book_orders, store, [an_order(1, ("BASE-550", 4))], at=coins.now)
    assert coins.coins(CUSTOMER) == (0, 0, 0), "let through, and charged back all the same"


def test_C14_C19_a_guests_order_that_was_linked_is_charged_back_on_his_account(coins: CoinDesk) -> None:
    book(coins, buyer=guest(1), customer_id=0)
    coins.desk.run(guests.link, ACME, 1, CUSTOMER, by=ANNA, at=coins.now)
    with pytest.raises(UnknownOrder, match="are those of customer 77, not of guest"):
        charged(coins, owner=guest(1))
    assert charged(coins).taken == 550
    assert account(coins).frozen


@pytest.mark.parametrize(
    ("different", "error", "words"),
    [
        ({"order_id": 9}, UnknownOrder, "order 9 has granted nothing"),
        ({"owner": customer(78)}, UnknownAccount, "customer 78 has no account"),
        ({"owner": customer(79)}, UnknownOrder, "are those of customer 77, not of customer 79"),
        ({"reason": " "}, ImpossibleAmount, "reason: must say something"),
        ({"by": ""}, ImpossibleAmount, "must name who does it"),
    ],
)
@pytest.mark.parametrize("over", [False, True])
def test_C14_what_fits_no_order_of_the_account_is_refused_and_changes_nothing(
    coins: CoinDesk, different: dict[str, Any], error: type[LedgerError], words: str, over: bool
) -> None:
    book(coins)
    coins.granted(customer(79), 5)
    before = dump(coins.desk, TABLES)
    with pytest.raises(error, match=words):
        charged(coins, **{"over": over, **different})
    assert dump(coins.desk, TABLES) == before


def test_C14_D1_the_trail_keeps_numbers_and_erasing_takes_the_reason(coins: CoinDesk) -> None:
    book(coins)
    charged(coins, reason="Mr Smith's bank, letter of 3 May")
    charged(coins, key="bank-2", over=True, reason="Mr Smith has paid")
    lines = coins.desk.look(lambda tx: tx.audit.lines(subject="order:1"))
    number = account(coins).id
    assert [(one.action, one.staff, one.detail) for one in lines] == [
        ("chargeback_over", ANNA, {"account": number}),
        ("chargeback", ANNA, {"account": number, "coins": 550, "quotes": 0}),
    ]
    shown = coins.desk.look(accounts_by_staff.sheet, ACME, CUSTOMER, at=coins.now).disputes
    assert [one.reason for one in shown] == ["Mr Smith's bank, letter of 3 May", "Mr Smith has paid"]
    exported = coins.desk.look(personal_export.export, ACME, CUSTOMER)
    assert [one["reason"] for one in exported["chargebacks_by_staff"]] == [one.reason for one in shown]
    assert [one["action"] for one in exported["audit"]] == ["chargeback_over", "chargeback"]
    coins.desk.run(privacy.erase, ACME, CUSTOMER, by=ANNA, at=coins.now)
    assert rows(coins.desk, "SELECT reason FROM dispute") == [("",), ("",)]
