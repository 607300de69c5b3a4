"""Tickets as the shop's pages show them: what is in a thread, and what never is."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey, verifies
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.tickets import Author, Message, MessageKind, Ticket
from bridge.services import comparing_accounts, offering, privacy, rights, tickets
from bridge.services.account_pages import PageTerms
from bridge.services.documents import documents_pushed, waiting_documents
from bridge.services.opening import open_ticket
from tests.support.books import ACME, PLANS, TEHRAN, customer, guest
from tests.support.quoting import ANNA, CUSTOMER, RIGHTS, CoinDesk, a_coin_desk

KEY = SigningKey("k1", bytes(32))
TERMS = PageTerms(ACME, TEHRAN, PLANS, KEY, epoch=3, rights=RIGHTS)


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    with a_coin_desk() as one:
        one.granted(CUSTOMER, 300, plan="essential")
        yield one


def rows(coins: CoinDesk) -> list[DocumentRow]:
    batches = coins.desk.look(waiting_documents, TERMS, limit=100)
    return [row for batch in batches if batch.table is DocumentTable.TICKET for row in batch.rows]


def document(coins: CoinDesk) -> dict[str, Any]:
    (row,) = rows(coins)
    found: dict[str, Any] = json.loads(row.row.payload)
    return found


def written(coins: CoinDesk, text: str = "Please set it up.", *, price: str | None = None) -> Ticket:
    """A ticket that the customer opened himself."""

    def opened(tx: Tx) -> Ticket:
        account = tx.accounts.open(ACME, [CUSTOMER])[CUSTOMER]
        return open_ticket(tx, coins.terms, account, subject="Analytics", text=text, at=coins.now, price=price)

    return coins.desk.run(opened)


def pushed(coins: CoinDesk) -> None:
    for batch in coins.desk.look(waiting_documents, TERMS, limit=100):
        coins.desk.run(documents_pushed, ACME, batch)


def test_a_tickets_row_says_who_wrote_what_when(coins: CoinDesk) -> None:
    ticket = written(coins)
    coins.later(minutes=5)
    coins.desk.run(tickets.reply, coins.terms, ticket.id, text="سلام, it is done.", by=ANNA, at=coins.now)
    (found,) = rows(coins)
    assert (found.key, found.row.customer_id, found.row.epoch, found.row.number) == (ticket.id, 77, 3, 3)
    assert verifies([KEY], "ticket", found.row.payload, found.row.key_id, found.row.mac)
    opened = int(ticket.opened_at.timestamp())
    assert document(coins) == {
        "v": 1,
        "store": ACME,
        "customer": 77,
        "epoch": 3,
        "number": 3,
        "ticket": ticket.id,
        "subject": "Analytics",
        "opened_at": opened,
        "price": None,
        "quotes": [],
        "earlier": 0,
        "messages": [
            {"at": opened, "by": "customer", "quote": None, "verified": True, "text": {"": "Please set it up."}},
            {"at": opened + 300, "by": "staff", "quote": None, "verified": True, "text": {"": "سلام, it is done."}},
        ],
    }


def test_P4_calls_notes_and_the_names_of_staff_are_never_in_it(coins: CoinDesk) -> None:
    ticket = written(coins)
    coins.desk.run(tickets.reply, coins.terms, ticket.id, text="Soon.", by=ANNA, at=coins.now)
    coins.desk.run(tickets.log_call, coins.terms, ticket.id, text="He shouted.", by=ANNA, at=coins.now)
    note = Message(coins.now, Author.STAFF, MessageKind.NOTE, "Careful with him.", staff=ANNA)
    coins.desk.run(lambda tx: tx.tickets.say(ticket.id, note))
    (row,) = rows(coins)
    assert len(document(coins)["messages"]) == 2
    for secret in (ANNA, "shouted", "Careful"):
        assert secret not in row.row.payload


def test_C7_offer_decision_consumption_and_what_remains_are_in_the_thread_in_three_languages(coins: CoinDesk) -> None:
    ticket = written(coins)
    quote = coins.approved(coins.offered(CUSTOMER, 50, ticket=ticket))
    coins.settled(coins.started(quote), 45)
    shown = document(coins)
    assert shown["quotes"] == [quote.id]
    told = shown["messages"][1:]
    assert [one["text"]["en"] for one in told] == [
        "Offered for 50 coins.",
        "You approved; 50 coins are reserved. You have 250 coins left to spend.",
        "The work has begun.",
        "Done: 45 coins were deducted. 5 coins were returned. You have 255 coins left to spend.",
    ]
    assert {(one["by"], one["quote"], one["verified"]) for one in told} == {("bridge", quote.id, True)}
    assert all(set(one["text"]) == {"en", "ru", "fa"} for one in told)


def test_C13_a_draft_that_nobody_was_told_of_is_no_quote_of_the_page(coins: CoinDesk) -> None:
    ticket = written(coins, price="analytics")
    shown = document(coins)
    assert (shown["price"], shown["quotes"], len(shown["messages"])) == ("analytics", [], 1)
    (draft,) = coins.desk.look(lambda tx: tx.quotes.of_ticket(ticket.id))
    pushed(coins)
    coins.desk.run(offering.reissue, coins.terms, draft.id, by=ANNA, at=coins.now)
    assert document(coins)["quotes"] == [draft.id]


def test_P2_a_redeemed_right_says_so_and_its_domain_stands_in_the_subject(coins: CoinDesk) -> None:
    account = coins.desk.look(lambda tx: tx.accounts.of_owners(ACME, [CUSTOMER]))[CUSTOMER]
    coins.desk.run(rights.redeem, coins.terms, account, right="font", domain="https://www.shop.com/", at=coins.now)
    shown = document(coins)
    assert shown["subject"] == "IRANSans font: shop.com"
    assert [one["text"]["en"] for one in shown["messages"]] == ["A right of the plan was redeemed; it costs no coins."]


def test_only_the_last_messages_are_shown_and_the_others_counted(coins: CoinDesk) -> None:
    ticket = written(coins, "0")

    def said(tx: Tx) -> None:
        for number in range(1, 53):
            tx.tickets.say(ticket.id, Message(coins.now, Author.CUSTOMER, MessageKind.TEXT, str(number)))

    coins.desk.run(said)
    shown = document(coins)
    assert shown["earlier"] == 3
    assert [one["text"][""] for one in shown["messages"]] == [str(number) for number in range(3, 53)]


def test_very_long_messages_are_fewer_so_that_the_row_can_be_read(coins: CoinDesk) -> None:
    ticket = written(coins, "first")
    for _ in range(20):
        coins.desk.run(tickets.reply, coins.terms, ticket.id, text="پ" * 4_000, by=ANNA, at=coins.now)
    (row,) = rows(coins)
    shown = document(coins)
    assert len(row.row.payload) < 210_000
    assert (len(shown["messages"]), shown["earlier"]) == (8, 13)


def test_a_ticket_that_the_shop_has_waits_no_more_until_something_is_said(coins: CoinDesk) -> None:
    ticket = written(coins)
    pushed(coins)
    assert rows(coins) == []
    coins.desk.run(tickets.log_call, coins.terms, ticket.id, text="He called.", by=ANNA, at=coins.now)
    assert rows(coins) == []
    coins.desk.run(tickets.reply, coins.terms, ticket.id, text="Soon.", by=ANNA, at=coins.now)
    assert document(coins)["number"] == 3


def taken_away(coins: CoinDesk) -> bool:
    """Whether nothing of the one ticket that waits is left but numbers."""
    (row,) = rows(coins)
    return row.row.customer_id == 0 and set(document(coins)) == {
        "v",
        "store",
        "customer",
        "epoch",
        "number",
        "ticket",
    }


def test_D2_of_an_erased_ticket_nothing_is_left_but_its_number(coins: CoinDesk) -> None:
    written(coins, "My telephone number is 5550100.")
    pushed(coins)
    coins.desk.run(privacy.erase, ACME, CUSTOMER, by=ANNA, at=coins.now)
    assert taken_away(coins)


def test_D4_a_ticket_whose_texts_have_come_to_their_end_is_taken_off_the_page(coins: CoinDesk) -> None:
    written(coins)
    pushed(coins)
    assert coins.desk.run(lambda tx: tx.personal.forget_old_texts(ACME, coins.now + timedelta(days=1))) == 1
    assert taken_away(coins)


def test_D3_a_new_customer_under_an_old_number_sees_nothing_of_the_former_ones_tickets(coins: CoinDesk) -> None:
    written(coins)
    pushed(coins)
    account = coins.desk.look(lambda tx: tx.accounts.of_owners(ACME, [CUSTOMER]))[CUSTOMER]
    coins.desk.run(comparing_accounts._set_apart, ACME, account, coins.now)
    assert taken_away(coins)


def test_a_guests_ticket_is_on_nobodys_page(coins: CoinDesk) -> None:
    coins.ticket(guest(1042))
    assert rows(coins) == []
    pushed(coins)
    assert coins.desk.look(waiting_documents, TERMS, limit=100) == ()


def test_D1_what_staff_wrote_down_for_themselves_is_no_customers_business(coins: CoinDesk) -> None:
    """Not its subject either: a note, a call or a draft is nothing that he is shown."""
    ticket = coins.ticket(CUSTOMER, "The nuisance, again")
    coins.desk.run(tickets.log_call, coins.terms, ticket.id, text="He was loud.", by=ANNA, at=coins.now)
    coins.desk.run(offering.draft_from_price, coins.terms, ticket, "analytics", at=coins.now, language="en")
    assert rows(coins) == []
    pushed(coins)
    assert coins.desk.look(waiting_documents, TERMS, limit=100) == ()


@pytest.mark.parametrize("shown", ["words", "offer"])
def test_what_staff_opened_is_shown_from_the_first_thing_in_it_that_is_for_the_customer(
    coins: CoinDesk, shown: str
) -> None:
    ticket = coins.ticket(CUSTOMER, "Analytics")
    pushed(coins)
    if shown == "words":
        coins.desk.run(tickets.reply, coins.terms, ticket.id, text="You rang.", by=ANNA, at=coins.now)
    else:
        coins.offered(CUSTOMER, 50, ticket=ticket)
    assert document(coins)["subject"] == "Analytics"


def test_what_the_customer_opened_is_shown_though_no_word_stands_in_it(coins: CoinDesk) -> None:
    written(coins, "")
    assert document(coins)["messages"] == []


def test_one_customers_thread_is_under_his_own_number(coins: CoinDesk) -> None:
    terms: DeskTerms = coins.terms
    written(coins)
    coins.desk.run(
        tickets.open_for, terms, customer(78), subject="Other", text="As told.", by=ANNA, at=coins.now, in_shop=True
    )
    assert sorted(row.row.customer_id for row in rows(coins)) == [77, 78]


def test_many_tickets_are_pushed_a_few_at_a_time_because_answers_wait_behind_them(coins: CoinDesk) -> None:
    for number in range(60):
        ticket = coins.ticket(customer(100 + number))
        coins.desk.run(tickets.reply, coins.terms, ticket.id, text="Done.", by=ANNA, at=coins.now)
    assert len(rows(coins)) == 50
    pushed(coins)
    assert len(rows(coins)) == 10
