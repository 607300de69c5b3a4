"""Tickets as the shop's pages show them: what is in a thread, and what never is."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey, verifies
from bridge.contracts.tickets import MessageKey
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.files import NamedFile
from bridge.domain.tickets import (
    Author,
    Message,
    MessageKind,
    Ticket,
    TicketKind,
    TicketNow,
    TicketState,
    Urgency,
)
from bridge.services import comparing_accounts, offering, privacy, rights, ticket_links, tickets
from bridge.services.account_pages import PageTerms
from bridge.services.documents import documents_pushed, waiting_documents
from bridge.services.opening import open_ticket
from bridge.services.ticket_standing import tell
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


def messages(coins: CoinDesk) -> list[DocumentRow]:
    batches = coins.desk.look(waiting_documents, TERMS, limit=100)
    return [row for batch in batches if batch.table is DocumentTable.MESSAGE for row in batch.rows]


def told(coins: CoinDesk) -> list[dict[str, Any]]:
    """What the rows of messages that wait say."""
    return [json.loads(row.row.payload) for row in messages(coins)]


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


NOTHING_PROMISED = {"guaranteed": None, "best_effort": None, "due": None}


def test_a_tickets_row_says_how_it_stands_and_how_many_messages_belong_to_it(coins: CoinDesk) -> None:
    ticket = written(coins)
    coins.later(minutes=5)
    coins.desk.run(tickets.reply, coins.terms, ticket.id, text="سلام, it is done.", by=ANNA, at=coins.now)
    (found,) = rows(coins)
    assert (found.key, found.row.customer_id, found.row.epoch, found.row.number) == (ticket.id, 77, 3, 5)
    assert verifies([KEY], "ticket", found.row.payload, found.row.key_id, found.row.mac)
    opened = int(ticket.opened_at.timestamp())
    assert {**document(coins), "promise": NOTHING_PROMISED} == {
        "v": 1,
        "store": ACME,
        "customer": 77,
        "epoch": 3,
        "number": 5,
        "ticket": ticket.id,
        "subject": "Analytics",
        "opened_at": opened,
        "kind": "support",
        "channel": "page",
        "state": "waiting_customer",
        "urgency": "none",
        "order": None,
        "product": "",
        "price": None,
        "quotes": [],
        "continues": None,
        "continued_by": None,
        "messages": 2,
        "promise": NOTHING_PROMISED,
    }


def test_each_message_is_a_row_of_its_own_that_says_who_wrote_it_when(coins: CoinDesk) -> None:
    ticket = written(coins)
    coins.later(minutes=5)
    coins.desk.run(tickets.reply, coins.terms, ticket.id, text="سلام, it is done.", by=ANNA, at=coins.now)
    rows = messages(coins)
    keys = [MessageKey(ticket.id, 1), MessageKey(ticket.id, 2)]
    assert [(row.key, row.row.customer_id, row.row.epoch, row.row.number) for row in rows] == [
        (key, 77, 3, 1) for key in keys
    ]
    assert all(verifies([KEY], "message", row.row.payload, row.row.key_id, row.row.mac) for row in rows)
    opened = int(ticket.opened_at.timestamp())
    head = {"v": 1, "store": ACME, "customer": 77, "epoch": 3, "version": 1, "ticket": ticket.id}
    common: dict[str, Any] = {"ms": 0, "quote": None, "verified": True, "files": []}
    assert told(coins) == [
        {**head, **common, "number": 1, "at": opened, "by": "customer", "text": {"": "Please set it up."}},
        {**head, **common, "number": 2, "at": opened + 300, "by": "staff", "text": {"": "سلام, it is done."}},
    ]


def test_T8_what_was_promised_at_the_opening_stands_apart_in_three_languages_and_when_an_answer_is_due(
    coins: CoinDesk,
) -> None:
    ticket = written(coins)
    promise = document(coins)["promise"]
    due = int(ticket.opened_at.timestamp()) + 24 * 3600
    assert (promise["guaranteed"]["at"], promise["best_effort"]["at"], promise["due"]) == (due, due, due)
    assert promise["guaranteed"]["text"]["en"].startswith(
        "Answer guaranteed by Tuesday, 24 November 2026, 12:30 (Tehran"
    )
    assert promise["best_effort"]["text"]["en"] == "We aim to answer sooner. This is not guaranteed."
    assert all(set(promise[name]["text"]) == {"en", "ru", "fa"} for name in ("guaranteed", "best_effort"))
    coins.desk.run(tickets.reply, coins.terms, ticket.id, text="Done.", by=ANNA, at=coins.now)
    assert document(coins)["promise"] == {**promise, "due": None}


def test_T8_nothing_is_promised_for_what_staff_opened(coins: CoinDesk) -> None:
    ticket = coins.ticket(CUSTOMER)
    coins.desk.run(tickets.reply, coins.terms, ticket.id, text="You rang.", by=ANNA, at=coins.now)
    assert document(coins)["promise"] == NOTHING_PROMISED


def test_T2_T10_a_tickets_row_says_how_it_stands_and_what_it_goes_on_with(coins: CoinDesk) -> None:
    first = written(coins)

    def stands(tx: Tx) -> None:
        account = tx.accounts.of_owners(ACME, [CUSTOMER])[CUSTOMER].id
        facts = {"order_id": 1042, "product": "PRO", "continues": first.id, "kind": TicketKind.PRE_SALES}
        tx.tickets.open(ACME, account, subject="More", at=coins.now, by=Author.CUSTOMER, **facts)  # type: ignore[arg-type]
        now = TicketNow(TicketState.CLOSED, coins.now, TicketKind.WORK, Urgency.CONFIRMED, policy=1)
        tx.tickets.save_now(first.id, now)

    coins.desk.run(stands)
    older, newer = (json.loads(row.row.payload) for row in rows(coins))
    assert {name: older[name] for name in ("state", "kind", "urgency", "continued_by")} == {
        "state": "closed", "kind": "work", "urgency": "confirmed", "continued_by": newer["ticket"],
    }  # fmt: skip
    assert {name: newer[name] for name in ("state", "kind", "order", "product", "continues", "continued_by")} == {
        "state": "open", "kind": "pre_sales", "order": 1042, "product": "PRO", "continues": first.id,
        "continued_by": None,
    }  # fmt: skip


def test_P4_calls_notes_and_the_names_of_staff_are_never_in_it(coins: CoinDesk) -> None:
    ticket = written(coins)
    coins.desk.run(tickets.reply, coins.terms, ticket.id, text="Soon.", by=ANNA, at=coins.now)
    coins.desk.run(tickets.log_call, coins.terms, ticket.id, text="He shouted.", by=ANNA, at=coins.now)
    note = Message(coins.now, Author.STAFF, MessageKind.NOTE, "Careful with him.", staff=ANNA)
    coins.desk.run(lambda tx: tx.tickets.say(ticket.id, note))
    shown = messages(coins)
    assert len(shown) == document(coins)["messages"] == 2
    for row in [*rows(coins), *shown]:
        for secret in (ANNA, "shouted", "Careful"):
            assert secret not in row.row.payload


def test_C7_offer_decision_consumption_and_what_remains_are_in_the_thread_in_three_languages(coins: CoinDesk) -> None:
    ticket = written(coins)
    quote = coins.approved(coins.offered(CUSTOMER, 50, ticket=ticket))
    coins.settled(coins.started(quote), 45)
    assert document(coins)["quotes"] == [quote.id]
    shown = told(coins)[1:]
    assert [one["text"]["en"] for one in shown] == [
        "Offered for 50 coins.",
        "You approved; 50 coins are reserved. You have 250 coins left to spend.",
        "The work has begun.",
        "Done: 45 coins were deducted. 5 coins were returned. You have 255 coins left to spend.",
    ]
    assert {(one["by"], one["quote"], one["verified"]) for one in shown} == {("bridge", quote.id, True)}
    assert all(set(one["text"]) == {"en", "ru", "fa"} for one in shown)


def test_C13_a_draft_that_nobody_was_told_of_is_no_quote_of_the_page(coins: CoinDesk) -> None:
    ticket = written(coins, price="analytics")
    shown = document(coins)
    assert (shown["price"], shown["quotes"], shown["messages"]) == ("analytics", [], 1)
    (draft,) = coins.desk.look(lambda tx: tx.quotes.of_ticket(ticket.id))
    pushed(coins)
    coins.desk.run(offering.reissue, coins.terms, draft.id, by=ANNA, at=coins.now)
    assert document(coins)["quotes"] == [draft.id]


def test_P2_a_redeemed_right_says_so_and_its_domain_stands_in_the_subject(coins: CoinDesk) -> None:
    account = coins.desk.look(lambda tx: tx.accounts.of_owners(ACME, [CUSTOMER]))[CUSTOMER]
    coins.desk.run(rights.redeem, coins.terms, account, right="font", domain="https://www.shop.com/", at=coins.now)
    assert document(coins)["subject"] == "IRANSans font: shop.com"
    assert [one["text"]["en"] for one in told(coins)] == ["A right of the plan was redeemed; it costs no coins."]


def all_pushed(coins: CoinDesk) -> list[tuple[list[int], int]]:
    """Push until nothing waits: of each batch the numbers of its messages, and how many tickets followed."""
    batches = []
    while waiting := coins.desk.look(waiting_documents, TERMS, limit=20):
        by_table = {batch.table: batch for batch in waiting}
        said = by_table.get(DocumentTable.MESSAGE)
        followed = by_table.get(DocumentTable.TICKET)
        batches.append(([key.number for key in said.numbers] if said else [], len(followed.rows) if followed else 0))
        for batch in waiting:
            coins.desk.run(documents_pushed, ACME, batch)
    return batches


def test_every_message_is_pushed_once_and_the_ticket_after_the_last_of_them(coins: CoinDesk) -> None:
    """So that a page never counts messages that it cannot show."""
    ticket = written(coins, "0")

    def said(tx: Tx) -> None:
        for number in range(1, 53):
            tx.tickets.say(ticket.id, Message(coins.now, Author.CUSTOMER, MessageKind.TEXT, str(number)))

    coins.desk.run(said)
    assert all_pushed(coins) == [
        (list(range(1, 21)), 0),
        (list(range(21, 41)), 0),
        (list(range(41, 54)), 1),
    ]
    coins.desk.run(tickets.reply, coins.terms, ticket.id, text="Done.", by=ANNA, at=coins.now)
    assert all_pushed(coins) == [([54], 1)]


def test_a_ticket_waits_for_no_other_ones_messages(coins: CoinDesk) -> None:
    quiet, busy = written(coins, "one"), written(coins, "0")
    for _ in range(20):
        coins.desk.run(tickets.reply, coins.terms, busy.id, text="more", by=ANNA, at=coins.now)
    assert all_pushed(coins) == [([1, *range(1, 20)], 1), ([20, 21], 1)]
    assert coins.desk.look(lambda tx: tx.tickets.is_pushed(ACME, quiet.id))


def test_of_very_long_messages_fewer_go_at_once(coins: CoinDesk) -> None:
    ticket = written(coins, "first")
    for _ in range(20):
        coins.desk.run(tickets.reply, coins.terms, ticket.id, text="پ" * 4_000, by=ANNA, at=coins.now)
    coins.desk.run(tickets.reply, coins.terms, ticket.id, text="last", by=ANNA, at=coins.now)
    sizes = [len(row.row.payload) for row in messages(coins)]
    assert sum(sizes) < 210_000
    assert all_pushed(coins) == [(list(range(1, 10)), 0), (list(range(10, 18)), 0), (list(range(18, 23)), 1)]


def test_a_ticket_that_the_shop_has_waits_no_more_until_something_is_said(coins: CoinDesk) -> None:
    ticket = written(coins)
    pushed(coins)
    assert rows(coins) == []
    coins.desk.run(tickets.log_call, coins.terms, ticket.id, text="He called.", by=ANNA, at=coins.now)
    assert rows(coins) == []
    coins.desk.run(tickets.reply, coins.terms, ticket.id, text="Soon.", by=ANNA, at=coins.now)
    assert document(coins)["number"] == 5


def taken_away(coins: CoinDesk) -> bool:
    """Whether nothing of the one ticket that waits, and of its messages, is left but numbers."""
    (row,), (said, *more) = rows(coins), messages(coins)
    head = {"v", "store", "customer", "epoch", "number", "ticket"}
    assert (said.row.customer_id, said.row.number) == (0, 2), "a version higher than what was shown"
    assert [one.row.customer_id for one in (row, *more)] == [0] * (1 + len(more))
    return set(document(coins)) == head and all(set(one) == head | {"version"} for one in told(coins))


def test_D2_of_an_erased_ticket_nothing_is_left_but_its_number(coins: CoinDesk) -> None:
    written(coins, "My telephone number is 5550100.")
    pushed(coins)
    coins.desk.run(privacy.erase, ACME, CUSTOMER, by=ANNA, at=coins.now)
    assert taken_away(coins)


def test_D4_a_ticket_whose_texts_have_come_to_their_end_is_taken_off_the_page(coins: CoinDesk) -> None:
    ticket = written(coins)
    resolved = Message(coins.now, Author.STAFF, MessageKind.STATE, detail={"state": "resolved"})
    coins.desk.run(tell, coins.terms, ticket.id, resolved)
    pushed(coins)
    assert coins.desk.run(lambda tx: tx.personal.forget_old_texts(ACME, coins.now + timedelta(days=1))) == 1
    assert taken_away(coins)


def test_D4_what_the_bridge_notes_by_itself_keeps_no_words_longer(coins: CoinDesk) -> None:
    """A ticket that nobody writes in any more is resolved and closed by time: that is nothing new about it."""
    ticket = written(coins)
    much_later = coins.now + timedelta(days=400)
    other = written(coins)

    for one, author in ((ticket, Author.BRIDGE), (other, Author.STAFF)):
        closed = Message(much_later, author, MessageKind.STATE, detail={"state": "closed"})
        coins.desk.run(tell, coins.terms, one.id, closed)
    assert coins.desk.run(lambda tx: tx.personal.forget_old_texts(ACME, much_later)) == 1
    left = coins.desk.look(lambda tx: [one.id for one in tx.tickets.latest(ACME, 9) if one.subject])
    assert left == [other.id], "staff have done something about this one"


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
    assert (document(coins)["messages"], messages(coins)) == (0, [])


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


def test_T10_files_of_what_goes_on_by_itself_go_along(coins: CoinDesk) -> None:
    owner, ticket = coins.account_id(CUSTOMER), coins.ticket(CUSTOMER)

    def writes(text: str, author: Author, *files: str) -> int:
        message = Message(coins.later(minutes=1), author, MessageKind.TEXT, text)
        how: dict[str, Any] = {"author": author, "kind": "image/png", "lost": False, "at": coins.now}

        def said(tx: Tx) -> int:
            number = tell(tx, coins.terms, ticket.id, message).id
            for name in files:
                tx.files.add(ACME, owner, ticket.id, NamedFile(name, f"{name}.png", 100, "0" * 64, 1), **how)
            return number

        return coins.desk.run(said)

    def shown() -> dict[tuple[int, str], list[str]]:
        """The names of files by ticket and text, as the shop is told them now."""
        found = {(one["ticket"], one["text"][""]): one["files"] for one in told(coins) if "" in one["text"]}
        pushed(coins)
        return {said: [file["name"] for file in files] for said, files in found.items()}

    writes("It is broken.", Author.CUSTOMER, "screen")
    wanted = writes("Another thing: the invoice.", Author.CUSTOMER, "invoice", "order")
    writes("Is it this one?", Author.STAFF, "tax")
    assert [len(files) for files in shown().values()] == [1, 2, 1]
    split, at = ticket_links.split, coins.later(minutes=1)
    part = coins.desk.run(split, coins.terms, ticket.id, from_message=wanted, subject="Tax", by=ANNA, at=at).id
    assert shown() == {
        (part, "Another thing: the invoice."): ["invoice.png", "order.png"],
        (part, "Is it this one?"): ["tax.png"],
        (ticket.id, "Another thing: the invoice."): [],
        (ticket.id, "Is it this one?"): [],
    }
    assert [one.file for one in coins.desk.look(lambda tx: tx.files.of_ticket(ticket.id))] == ["screen"]
