"""What the desk remembers of a shop's own customer service."""

from collections.abc import Iterator

import pytest

from bridge.contracts.desk import Tx
from bridge.contracts.shop_threads import NativeStatus
from bridge.contracts.threads import GONE, KnownMessage, KnownThread, Phase, ThreadSync, WantedStatus
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.cursor import Cursor
from bridge.domain.tickets import Author, Message, MessageKind, TicketState
from tests.support.books import ACME, customer
from tests.support.quoting import CoinDesk, a_coin_desk

CUSTOMER = customer(77)
THREAD = 5


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    with a_coin_desk() as one:
        yield one


def a_thread(coins: CoinDesk, *, status: str = "open") -> int:
    """A thread with a ticket; returns the ticket's number."""
    ticket = coins.ticket(CUSTOMER)
    known = KnownThread(THREAD, ticket.account_id, "ada@shop.example", "en", status, ticket.id, coins.now)
    coins.desk.run(lambda tx: tx.threads.save(ACME, [known]))
    return ticket.id


def answer(tx: Tx, coins: CoinDesk, number: int, text: str) -> None:
    said = tx.tickets.say(number, Message(coins.now, Author.STAFF, MessageKind.TEXT, text, staff="Anna"))
    tx.threads.add_reply(ACME, said.id, THREAD, f"uuid-{text}", native_id=None)


def wanted(coins: CoinDesk) -> list[WantedStatus]:
    return coins.desk.look(lambda tx: tx.threads.wanted(ACME, 10))


def test_a_thread_comes_with_how_its_ticket_stands(coins: CoinDesk) -> None:
    number = a_thread(coins)
    known = coins.desk.look(lambda tx: tx.threads.of(ACME, [THREAD, 6]))
    assert known.keys() == {THREAD}
    assert (known[THREAD].ticket_id, known[THREAD].state) == (number, TicketState.OPEN)
    assert coins.desk.look(lambda tx: tx.threads.page(ACME, after=0, until=9, limit=9)) == [known[THREAD]]
    assert coins.desk.look(lambda tx: tx.threads.page(ACME, after=THREAD, until=9, limit=9)) == []
    assert coins.desk.look(lambda tx: tx.threads.of_ticket(ACME, number)) == known[THREAD]


def test_T10_a_status_is_wanted_only_where_the_shop_says_another(coins: CoinDesk) -> None:
    number = a_thread(coins)
    coins.desk.run(lambda tx: tx.threads.want(number, NativeStatus.PENDING1))
    assert wanted(coins) == [WantedStatus(THREAD, NativeStatus.PENDING1, "open")]
    assert coins.desk.look(lambda tx: tx.threads.wanted(ACME, 10, skip=[THREAD])) == []
    coins.desk.run(lambda tx: tx.threads.want(number, NativeStatus.OPEN))
    assert wanted(coins) == []
    coins.desk.run(lambda tx: tx.threads.want(number, NativeStatus.CLOSED))
    coins.desk.run(lambda tx: tx.threads.seen(ACME, THREAD, "closed"))
    assert wanted(coins) == []


def test_nothing_is_wanted_of_a_thread_that_is_gone(coins: CoinDesk) -> None:
    number = a_thread(coins, status=GONE)
    coins.desk.run(lambda tx: tx.threads.want(number, NativeStatus.CLOSED))
    assert wanted(coins) == []


def test_a_message_is_known_by_the_shops_id(coins: CoinDesk) -> None:
    known = KnownMessage(31, 4_000_000_000, ours=False, message_id=7)
    coins.desk.run(lambda tx: tx.threads.note(ACME, [known]))
    assert coins.desk.look(lambda tx: tx.threads.known(ACME, [31, 32])) == {31: known}
    again = known._replace(digest=1, ours=True)
    coins.desk.run(lambda tx: tx.threads.note(ACME, [again]))
    assert coins.desk.look(lambda tx: tx.threads.known(ACME, [31])) == {31: again}


def test_T1_replies_wait_in_their_order_until_they_are_written_or_erased(coins: CoinDesk) -> None:
    number = a_thread(coins)
    for text in ("first", "second", "third", "fourth"):
        coins.desk.run(answer, coins, number, text)
    found = coins.desk.look(lambda tx: tx.threads.replies(ACME, 10))
    assert [(one.text, one.staff, one.thread_id, one.ticket_id) for one in found] == [
        (text, "Anna", THREAD, number) for text in ("first", "second", "third", "fourth")
    ]
    assert coins.desk.look(lambda tx: tx.threads.reply_under(ACME, ["uuid-second"])) == {
        "uuid-second": found[1].message_id
    }
    coins.desk.run(lambda tx: tx.threads.reply_done(ACME, found[0].message_id, 90))
    coins.desk.run(lambda tx: tx.threads.reply_failed(ACME, found[1].message_id))
    assert [one.text for one in coins.desk.look(lambda tx: tx.threads.replies(ACME, 10))] == ["third", "fourth"]
    account = coins.account_id(CUSTOMER)
    coins.desk.run(lambda tx: tx.tickets.erase(account))
    assert coins.desk.look(lambda tx: tx.threads.replies(ACME, 10)) == []


def test_the_readings_place_is_kept_apart_from_the_orders_cursors(coins: CoinDesk) -> None:
    assert coins.desk.look(lambda tx: tx.threads.sync(ACME)) is None
    coins.desk.run(lambda tx: tx.threads.save_sync(ACME, ThreadSync(Phase.MESSAGES, 200)))
    coins.desk.run(lambda tx: tx.threads.save_cursor(ACME, Cursor(12)))
    assert coins.desk.look(lambda tx: tx.threads.sync(ACME)) == ThreadSync(Phase.MESSAGES, 200, 0)
    assert coins.desk.look(lambda tx: tx.threads.cursor(ACME)) == Cursor(12)
    assert coins.desk.look(lambda tx: tx.sync.cursors(ACME)) == {}
    coins.desk.run(lambda tx: tx.sync.forget_cursors(ACME))
    assert coins.desk.look(lambda tx: tx.threads.cursor(ACME)) == Cursor()
    assert coins.desk.look(lambda tx: tx.threads.sync(ACME)) == ThreadSync(Phase.MESSAGES, 200, 0)


def test_a_visitor_has_an_account_that_is_never_shown(coins: CoinDesk) -> None:
    visitor = Owner(OwnerKind.VISITOR, THREAD)
    account = coins.desk.run(lambda tx: tx.accounts.open(ACME, [visitor])[visitor])
    coins.desk.run(lambda tx: tx.accounts.touch([account.id]))
    assert coins.desk.look(lambda tx: tx.push.waiting(ACME, 10)) == []
    assert str(visitor) == "visitor of thread 5"
