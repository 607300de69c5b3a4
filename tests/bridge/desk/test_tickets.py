"""What the desk remembers of a ticket's thread, and of what of it the shop has."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bridge.contracts.desk import Tx
from bridge.contracts.tickets import MessageKey
from bridge.domain.tickets import Author, Message, MessageKind
from bridge.services import comparing_accounts
from tests.support.books import ACME, MONDAY_9AM, customer
from tests.support.quoting import CoinDesk, a_coin_desk

CUSTOMER = customer(77)


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    with a_coin_desk() as one:
        yield one


def waiting(coins: CoinDesk) -> dict[int, int]:
    return {one.id: one.number for one in coins.desk.look(lambda tx: tx.tickets.waiting(ACME, 100))}


def say(
    coins: CoinDesk,
    number: int,
    kind: MessageKind = MessageKind.TEXT,
    author: Author = Author.CUSTOMER,
    text: str = "Any news?",
) -> None:
    coins.desk.run(lambda tx: tx.tickets.say(number, Message(coins.now, author, kind, text)))


def test_a_ticket_waits_until_the_shop_has_its_newest_message(coins: CoinDesk) -> None:
    number = coins.ticket(CUSTOMER).id
    assert waiting(coins) == {number: 1}
    say(coins, number)
    coins.desk.run(lambda tx: tx.tickets.pushed({number: 1}))
    assert waiting(coins) == {number: 2}
    coins.desk.run(lambda tx: tx.tickets.pushed({number: 2}))
    assert waiting(coins) == {}
    assert [one.id for one in coins.desk.look(lambda tx: tx.tickets.shown(ACME, after=0, limit=5))] == [number]
    assert coins.desk.look(lambda tx: tx.tickets.shown(ACME, after=number, limit=5)) == []


def test_a_push_that_ends_late_takes_nothing_back(coins: CoinDesk) -> None:
    number = coins.ticket(CUSTOMER).id
    say(coins, number)
    coins.desk.run(lambda tx: tx.tickets.pushed({number: 2}))
    coins.desk.run(lambda tx: tx.tickets.pushed({number: 1}))
    assert waiting(coins) == {}


@pytest.mark.parametrize("kind", [MessageKind.NOTE, MessageKind.CALL])
def test_P4_what_is_for_staff_alone_changes_nothing_in_the_shop(coins: CoinDesk, kind: MessageKind) -> None:
    number = coins.ticket(CUSTOMER).id
    say(coins, number, kind, Author.STAFF)
    assert waiting(coins) == {number: 1}
    assert (coins.desk.look(lambda tx: tx.tickets.counts([number])), unseen(coins, number)) == ({number: 0}, {})


def test_T1_what_is_said_again_later_stands_where_it_belongs_in_time(coins: CoinDesk) -> None:
    """After a restore the inbox and the shop's rows give things back in any order, and know whole seconds only."""
    number = coins.ticket(CUSTOMER).id
    second = MONDAY_9AM

    def said(ms: int, text: str) -> None:
        message = Message(second + timedelta(milliseconds=ms), Author.CUSTOMER, MessageKind.TEXT, text)

        def again(tx: Tx) -> None:
            with tx.tickets.as_of_then():
                tx.tickets.say(number, message)

        coins.desk.run(again)

    said(700, "first")
    said(5_000, "last")
    said(999, "third")
    said(0, "second")
    said(0, "second too")
    said(4_000, "fourth")
    ordered = ["first", "second", "second too", "third", "fourth", "last"]
    assert [one.text for one in coins.desk.look(lambda tx: tx.tickets.thread(number))] == ordered


def test_T9_what_is_said_now_comes_after_all_that_was_said_whatever_the_clock_shows(coins: CoinDesk) -> None:
    number = coins.ticket(CUSTOMER).id
    say(coins, number, text="first")
    coins.later(minutes=-5)
    said = coins.desk.run(
        lambda tx: tx.tickets.say(number, Message(coins.now, Author.STAFF, MessageKind.TEXT, "second"))
    )
    assert said.at == MONDAY_9AM
    assert [one.text for one in coins.desk.look(lambda tx: tx.tickets.thread(number))] == ["first", "second"]


def test_D2_what_is_kept_back_waits_for_nothing_but_its_erasure_also_when_all_is_shown_again(coins: CoinDesk) -> None:
    quote = coins.offered(CUSTOMER, 10)
    number = quote.ticket_id
    assert coins.desk.look(lambda tx: tx.tickets.not_shown([number, 99])) == {number}
    coins.desk.run(lambda tx: tx.tickets.keep_back([number]))
    coins.desk.run(lambda tx: tx.quotes.keep_back([quote.id]))
    say(coins, number, author=Author.STAFF)
    coins.desk.run(lambda tx: tx.quotes.touch([quote.id]))
    assert (waiting(coins), coins.desk.look(lambda tx: tx.quotes.waiting(ACME, 5))) == ({}, [])
    assert coins.desk.look(lambda tx: tx.tickets.not_shown([number])) == frozenset()
    assert not coins.desk.look(lambda tx: tx.tickets.answers_wait(ACME)), "nobody waits for what is not to be shown"
    coins.desk.run(lambda tx: tx.push.again(ACME))
    assert (waiting(coins), coins.desk.look(lambda tx: tx.quotes.waiting(ACME, 5))) == ({}, [])

    account = coins.account_id(CUSTOMER)
    coins.desk.run(lambda tx: tx.personal.forget(ACME, account, CUSTOMER))
    assert list(waiting(coins)) == [number]
    assert [one.id for one in coins.desk.look(lambda tx: tx.quotes.waiting(ACME, 5))] == [quote.id]


def test_D3_a_ticket_is_shown_anew_when_its_customers_number_becomes_somebody_elses(coins: CoinDesk) -> None:
    number = coins.ticket(CUSTOMER).id
    coins.desk.run(lambda tx: tx.tickets.pushed({number: 1}))
    account = coins.desk.look(lambda tx: tx.accounts.of_owners(ACME, [CUSTOMER]))[CUSTOMER]
    coins.desk.run(comparing_accounts._set_apart, ACME, account, coins.now)
    assert waiting(coins) == {number: 2}


def test_D2_a_ticket_is_shown_anew_when_it_was_erased(coins: CoinDesk) -> None:
    number = coins.ticket(CUSTOMER).id
    coins.desk.run(lambda tx: tx.tickets.pushed({number: 1}))
    account = coins.account_id(CUSTOMER)
    coins.desk.run(lambda tx: tx.personal.forget(ACME, account, CUSTOMER))
    assert waiting(coins) == {number: 2}


def test_C19_a_ticket_that_changes_hands_is_shown_anew_with_all_that_was_said_in_it(coins: CoinDesk) -> None:
    number = coins.ticket(CUSTOMER).id
    say(coins, number)
    coins.desk.run(lambda tx: tx.tickets.pushed({number: 2}))
    pushed(coins, {MessageKey(number, 1): 1})
    account = coins.account_id(CUSTOMER)
    heir = coins.desk.run(lambda tx: tx.accounts.open(ACME, [customer(78)]))[customer(78)].id
    coins.desk.run(lambda tx: tx.guests.hand_over(ACME, 1042, account, heir))
    assert (waiting(coins), unseen(coins, number)) == ({number: 3}, {MessageKey(number, 1): 2})


def test_every_ticket_is_shown_once_more(coins: CoinDesk) -> None:
    number = coins.ticket(CUSTOMER).id
    coins.desk.run(lambda tx: tx.tickets.pushed({number: 1}))
    coins.desk.run(lambda tx: tx.push.again(ACME))
    assert waiting(coins) == {number: 2}
    coins.desk.run(lambda tx: tx.tickets.pushed({number: 1}))
    assert waiting(coins) == {number: 2}


def test_what_the_customer_is_shown_is_counted_without_a_gap(coins: CoinDesk) -> None:
    number = coins.ticket(CUSTOMER).id

    def said(kind: MessageKind) -> tuple[int | None, int]:
        message = Message(coins.now, Author.STAFF, kind, "words", staff="Anna")
        one = coins.desk.run(lambda tx: tx.tickets.say(number, message))
        return one.number, one.id

    kinds = (MessageKind.TEXT, MessageKind.NOTE, MessageKind.ASSIGNED, MessageKind.STATE)
    told = [said(kind) for kind in kinds]
    assert [shown for shown, _ in told] == [1, None, None, 2]
    history = coins.desk.look(lambda tx: tx.tickets.history(number))
    assert [(one.number, one.id, one.kind, one.text) for one in history] == [
        (shown, one, kind, "") for (shown, one), kind in zip(told, kinds, strict=True)
    ]
    assert coins.desk.look(lambda tx: tx.tickets.thread(number))[0].text == "words"
    assert coins.desk.look(lambda tx: tx.tickets.counts([number, 99])) == {number: 2}


FIRST = MessageKey(0, 0)


def unseen(coins: CoinDesk, *numbers: int) -> dict[MessageKey, int]:
    found = coins.desk.look(lambda tx: tx.tickets.messages_waiting(numbers, 9))
    return {one.key: one.message.version for one in found}


def pushed(coins: CoinDesk, versions: dict[MessageKey, int]) -> None:
    coins.desk.run(lambda tx: tx.tickets.messages_pushed(versions))


def shown(coins: CoinDesk, after: MessageKey = FIRST, limit: int = 9) -> list[MessageKey]:
    found = coins.desk.look(lambda tx: tx.tickets.messages_shown(ACME, after=after, limit=limit))
    return [one.key for one in found]


def test_each_message_waits_until_the_shop_has_it(coins: CoinDesk) -> None:
    first, second = coins.ticket(CUSTOMER).id, coins.ticket(CUSTOMER).id
    for number in (second, first, first):
        say(coins, number)
    say(coins, first, MessageKind.NOTE, Author.STAFF)
    keys = [MessageKey(first, 1), MessageKey(first, 2), MessageKey(second, 1)]
    assert list(unseen(coins, second, first)) == keys
    assert list(unseen(coins, second)) == keys[2:]
    pushed(coins, {keys[0]: 1, keys[2]: 1})
    assert unseen(coins, first, second) == {keys[1]: 1}
    assert shown(coins) == [keys[0], keys[2]]
    assert shown(coins, after=keys[0]) == [keys[2]]
    assert shown(coins, limit=1) == keys[:1]
    assert str(keys[1]) == f"{first}:2"


def test_what_is_shown_anew_does_not_count_a_push_that_was_under_way(coins: CoinDesk) -> None:
    number = coins.ticket(CUSTOMER).id
    say(coins, number)
    key = MessageKey(number, 1)
    account = coins.account_id(CUSTOMER)
    ways: list[Callable[[Tx], None]] = [
        lambda tx: tx.tickets.show_anew([number]),
        lambda tx: tx.push.again(ACME),
        lambda tx: tx.personal.forget(ACME, account, CUSTOMER),
    ]
    for show_anew in ways:
        before = unseen(coins, number)
        coins.desk.run(show_anew)
        pushed(coins, before)
        assert unseen(coins, number) == {key: before[key] + 1}
        assert shown(coins) == []
    assert coins.desk.look(lambda tx: tx.tickets.thread(number))[0].text == ""
