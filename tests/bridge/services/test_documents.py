"""Quotes, prices and answers as the shop's pages show them."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest

from bridge.contracts.answers import Answer
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey, canonical_json, verifies
from bridge.domain.quotes import Cause, Quote
from bridge.domain.rights import Price, RightBook
from bridge.domain.tickets import Author, Message, MessageKind
from bridge.services import comparing_accounts, offering, prices, privacy, working
from bridge.services.account_pages import PageTerms, waiting_batch
from bridge.services.document_comparison import expected_documents
from bridge.services.documents import DocumentBatch, documents_pushed, waiting_documents
from bridge.services.opening import open_ticket
from bridge.services.told_before import told_before
from tests.support.books import ACME, PLANS, TEHRAN, customer, guest
from tests.support.quoting import ANNA, CUSTOMER, RIGHTS, CoinDesk, a_coin_desk, desk_terms

KEY = SigningKey("k1", bytes(32))
TERMS = PageTerms(ACME, TEHRAN, PLANS, KEY, epoch=3, rights=RIGHTS, telephone="+98 21 5555 0100")
QUOTE, PRICE, ANSWER, TICKET = DocumentTable.QUOTE, DocumentTable.PRICE, DocumentTable.ANSWER, DocumentTable.TICKET
MESSAGE = DocumentTable.MESSAGE


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    with a_coin_desk() as one:
        one.granted(CUSTOMER, 300, plan="essential")
        yield one


def waiting(coins: CoinDesk, table: DocumentTable = QUOTE, *, limit: int = 100) -> DocumentBatch | None:
    batches = coins.desk.look(waiting_documents, TERMS, limit=limit)
    return next((batch for batch in batches if batch.table is table), None)


def rows(coins: CoinDesk, table: DocumentTable = QUOTE) -> list[DocumentRow]:
    batch = waiting(coins, table)
    return list(batch.rows) if batch else []


def pushed(coins: CoinDesk) -> None:
    for batch in coins.desk.look(waiting_documents, TERMS, limit=100):
        coins.desk.run(documents_pushed, ACME, batch)


def document(coins: CoinDesk, table: DocumentTable = QUOTE) -> dict[str, Any]:
    (row,) = rows(coins, table)
    found: dict[str, Any] = json.loads(row.row.payload)
    return found


def history(coins: CoinDesk) -> list[str]:
    return [event["text"]["en"] for event in document(coins)["history"]]


# --- quotes ---------------------------------------------------------------------------------------------------------


def test_C9_a_quotes_row_says_the_exact_text_and_its_hash(coins: CoinDesk) -> None:
    quote = coins.offered(CUSTOMER, 50)
    (found,) = rows(coins)
    assert (found.key, found.row.customer_id, found.row.epoch) == (quote.id, 77, 3)
    assert verifies([KEY], "quote", found.row.payload, found.row.key_id, found.row.mac)
    shown = document(coins)
    assert {name: shown[name] for name in ("quote", "ticket", "subject", "kind", "state", "version", "coins")} == {
        "quote": quote.id,
        "ticket": quote.ticket_id,
        "subject": "Google Analytics",
        "kind": "work",
        "state": "offered",
        "version": 1,
        "coins": 50,
    }
    for language in ("en", "ru", "fa"):
        assert sha256(shown["text"][language].encode()).hexdigest() == shown["text_hash"][language]
    assert "Set it up." in shown["text"]["fa"]
    assert shown["valid_until"] - shown["offered_at"] == 14 * 86_400
    assert shown["valid_until_text"]["fa"] == "۱۶ آذر ۱۴۰۵"
    assert (shown["held"], shown["spent"]) == (0, None)


OLDER_NEED = {
    "epoch": int, "quote": int, "request": int, "subject": str, "kind": str, "state": str, "version": int,
    "coins": int, "text": dict, "text_hash": dict, "offered_at": int, "valid_until": int, "valid_until_text": dict,
    "held": int, "spent": type(None), "history": list,
}  # fmt: skip
"""What the extensions before 0.5.0 read of a quote: where one field is not of its type, they show no offer at all."""


def test_a_quote_can_be_read_by_extensions_from_before_tickets_had_their_name(coins: CoinDesk) -> None:
    quote = coins.offered(CUSTOMER, 50)
    shown = document(coins)
    assert {name: type(shown.get(name)) for name in OLDER_NEED} == OLDER_NEED
    assert shown["request"] == shown["ticket"] == quote.ticket_id


def test_a_quote_that_the_shop_has_waits_no_more_until_it_changes(coins: CoinDesk) -> None:
    quote = coins.offered(CUSTOMER, 50)
    first = document(coins)["number"]
    pushed(coins)
    assert waiting(coins) is None
    coins.approved(quote)
    assert document(coins)["number"] > first
    assert (document(coins)["state"], document(coins)["held"]) == ("approved", 50)


def test_C7_the_history_says_offer_decision_consumption_and_what_remains(coins: CoinDesk) -> None:
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    coins.started(quote)
    coins.settled(quote, 45)
    assert history(coins) == [
        "Offered for 50 coins.",
        "You approved; 50 coins are reserved. You have 250 coins left to spend.",
        "The work has begun.",
        "Done: 45 coins were deducted. 5 coins were returned. You have 255 coins left to spend.",
    ]
    assert document(coins)["spent"] == 45


def test_C11_the_history_of_an_inspection_says_why_and_what_it_cost(coins: CoinDesk) -> None:
    quote = coins.approved(coins.inspection(coins.ticket(CUSTOMER)))
    coins.desk.run(
        working.infeasible, coins.terms, quote.id, cause=Cause.THEME, by=ANNA, at=coins.now, words="It has no header."
    )
    assert history(coins)[2:] == [
        "It can't be done because of the theme. It has no header.",
        "15 coins were deducted. You have 285 coins left to spend.",
    ]


def test_the_history_of_a_quote_leaves_out_notes_and_other_quotes_of_its_ticket(coins: CoinDesk) -> None:
    ticket = coins.ticket(CUSTOMER)
    first = coins.offered(CUSTOMER, 20, ticket=ticket)
    coins.declined(first)
    pushed(coins)
    second = coins.offered(CUSTOMER, 30, ticket=ticket)
    note = Message(coins.now, Author.STAFF, MessageKind.NOTE, "difficult customer", {"quote": second.id}, ANNA)
    coins.desk.run(lambda tx: tx.tickets.say(ticket.id, note))
    assert history(coins) == ["Offered for 30 coins."]


def a_draft(coins: CoinDesk) -> Quote:
    """What a ticket from the price list leads to: nothing that the customer has been told of yet."""

    def opened(tx: Any) -> None:
        account = tx.accounts.open(ACME, [CUSTOMER])[CUSTOMER]
        open_ticket(tx, coins.terms, account, subject="x", text="y", at=coins.now, price="analytics")

    coins.desk.run(opened)
    (quote,) = coins.quotes(CUSTOMER)
    return quote


def withdrawn(coins: CoinDesk, quote: Quote) -> Quote:
    return coins.desk.run(offering.withdraw, coins.terms, quote.id, by=ANNA, at=coins.now)


def test_a_draft_is_not_shown(coins: CoinDesk) -> None:
    a_draft(coins)
    assert waiting(coins) is None


def test_a_draft_that_staff_take_back_was_never_there(coins: CoinDesk) -> None:
    withdrawn(coins, a_draft(coins))
    assert rows(coins) == []
    pushed(coins)
    assert waiting(coins) is None
    assert coins.desk.look(expected_documents, TERMS, QUOTE, after=0, limit=10) == ([], None)


def test_a_draft_of_somebody_who_was_erased_leaves_no_row(coins: CoinDesk) -> None:
    a_draft(coins)
    coins.desk.run(privacy.erase, ACME, CUSTOMER, by=ANNA, at=coins.now)
    assert rows(coins) == []


def test_what_was_offered_is_shown_as_withdrawn_although_it_began_as_a_draft(coins: CoinDesk) -> None:
    draft = a_draft(coins)
    sent = coins.desk.run(offering.revise, coins.terms, draft.id, coins=40, words="As usual", by=ANNA, at=coins.now)
    withdrawn(coins, sent)
    assert document(coins)["state"] == "withdrawn"
    pushed(coins)
    coins.desk.run(offering.reissue, coins.terms, draft.id, by=ANNA, at=coins.now)
    assert document(coins)["state"] == "offered"


def test_a_draft_that_was_taken_back_can_still_be_offered(coins: CoinDesk) -> None:
    draft = withdrawn(coins, a_draft(coins))
    pushed(coins)
    coins.desk.run(offering.reissue, coins.terms, draft.id, by=ANNA, at=coins.now)
    assert (document(coins)["state"], document(coins)["version"]) == ("offered", 2)


def test_D3_an_heir_of_a_customers_number_does_not_see_his_quotes(coins: CoinDesk) -> None:
    coins.offered(CUSTOMER, 50)
    pushed(coins)
    account = coins.account_id(CUSTOMER)
    coins.desk.run(
        lambda tx: comparing_accounts._set_apart(tx, ACME, tx.accounts.by_ids([account])[account], coins.now)
    )
    (found,) = rows(coins)
    assert found.row.customer_id == 0
    assert set(json.loads(found.row.payload)) == {"v", "store", "customer", "epoch", "number", "quote"}


def test_a_guests_quote_is_on_nobodys_page(coins: CoinDesk) -> None:
    coins.granted(guest(1042), 300)
    coins.offered(guest(1042), 50)
    batch = waiting(coins)
    assert batch is not None
    assert (batch.rows, len(batch.numbers)) == ((), 1)
    pushed(coins)
    assert waiting(coins) is None


def test_D2_of_an_erased_quote_nothing_is_left_in_the_shop(coins: CoinDesk) -> None:
    quote = coins.declined(coins.offered(CUSTOMER, 50))
    pushed(coins)
    coins.desk.run(lambda tx: tx.quotes.erase(quote.account_id))
    coins.desk.run(lambda tx: tx.tickets.erase(quote.account_id))
    (found,) = rows(coins)
    assert found.row.customer_id == 0
    assert set(json.loads(found.row.payload)) == {"v", "store", "customer", "epoch", "number", "quote"}


# --- prices ---------------------------------------------------------------------------------------------------------


def follow(coins: CoinDesk, *listed: Price) -> int:
    return coins.desk.run(prices.follow_settings, desk_terms(rights=RightBook([], listed)))


def test_C13_a_price_is_shown_with_its_coins_names_and_place(coins: CoinDesk) -> None:
    assert follow(coins, Price("analytics", 50, 1, {"en": "Google Analytics"}, {"en": "In the usual case."})) == 1
    assert document(coins, PRICE) == {
        "v": 1,
        "store": ACME,
        "epoch": 3,
        "number": 1,
        "code": "analytics",
        "coins": 50,
        "name": {"en": "Google Analytics"},
        "about": {"en": "In the usual case."},
        "rank": 1,
        "listed": True,
    }


def test_C13_only_what_has_changed_is_shown_anew_and_what_has_gone_is_unlisted(coins: CoinDesk) -> None:
    one, two = Price("one", 50, 1, {"en": "One"}), Price("two", 20, 2, {"en": "Two"})
    assert follow(coins, one, two) == 2
    pushed(coins)
    assert follow(coins, one, two) == 0
    assert waiting(coins, PRICE) is None
    assert follow(coins, Price("one", 60, 1, {"en": "One"})) == 2
    shown = [json.loads(found.row.payload) for found in rows(coins, PRICE)]
    assert [(price["code"], price["coins"], price["listed"], price["number"]) for price in shown] == [
        ("one", 60, True, 2),
        ("two", 20, False, 2),
    ]
    pushed(coins)
    assert follow(coins, Price("one", 60, 1, {"en": "One"})) == 0
    assert follow(coins, Price("one", 60, 1, {"en": "One"}), two) == 1
    assert document(coins, PRICE)["listed"] is True


# --- answers --------------------------------------------------------------------------------------------------------


def an_answer(coins: CoinDesk) -> Answer:
    words = {"text": {"en": "You have declined."}, "data": {"quote": 12}}
    return Answer(str(uuid4()), 77, coins.now, "quote_decline", "accepted", "declined", words)


def answered(coins: CoinDesk) -> Answer:
    answer = an_answer(coins)
    coins.desk.run(lambda tx: tx.answers.add(ACME, answer))
    return answer


def test_an_answer_says_when_it_was_received_and_what_came_of_it(coins: CoinDesk) -> None:
    answer = answered(coins)
    assert document(coins, ANSWER) == {
        "v": 1,
        "store": ACME,
        "customer": 77,
        "uuid": answer.uuid,
        "epoch": 3,
        "number": 1,
        "received": int(coins.now.timestamp()),
        "outcome": "accepted",
        "code": "declined",
        "text": {"en": "You have declined."},
        "data": {"quote": 12},
    }


@pytest.mark.parametrize("said", ["ticket", "request"])
def test_an_answer_leads_to_its_ticket_in_older_extensions_too_and_is_read_after_a_restore(
    coins: CoinDesk, said: str
) -> None:
    one = Answer(
        str(uuid4()), 77, coins.now, "ticket_open", "accepted", "ticket_opened", {"data": {said: 7}, "text": {}}
    )
    coins.desk.run(lambda tx: tx.answers.add(ACME, one))
    assert document(coins, ANSWER)["data"]["request"] == 7
    assert told_before(rows(coins, ANSWER), ACME, [KEY])[one.uuid].data == {"ticket": 7}


def test_answers_come_first_and_a_page_at_a_time(coins: CoinDesk) -> None:
    coins.offered(CUSTOMER, 50)
    follow(coins, Price("one", 50, 1, {"en": "One"}))
    for _ in range(3):
        answered(coins)
    batches = coins.desk.look(waiting_documents, TERMS, limit=2)
    assert [(batch.table, len(batch.rows)) for batch in batches] == [
        (ANSWER, 2), (QUOTE, 1), (MESSAGE, 1), (TICKET, 1), (PRICE, 1),
    ]  # fmt: skip


def test_D4_an_answer_that_the_shop_has_forgotten_is_not_written_there_anew(coins: CoinDesk) -> None:
    """A restored desk pushes everything once more; nothing would ever take that row away."""
    old = answered(coins)
    coins.later(days=90)
    new = answered(coins)
    (batch,) = coins.desk.look(waiting_documents, TERMS, limit=9, answered_since=coins.now)
    assert ([row.key for row in batch.rows], set(batch.numbers)) == ([new.uuid], {old.uuid, new.uuid})
    coins.desk.run(documents_pushed, ACME, batch)
    assert waiting(coins, ANSWER) is None


def test_a_restored_desk_shows_everything_anew(coins: CoinDesk) -> None:
    coins.offered(CUSTOMER, 50)
    follow(coins, Price("one", 50, 1, {"en": "One"}))
    answered(coins)
    pushed(coins)
    assert coins.desk.look(waiting_documents, TERMS, limit=100) == ()
    coins.desk.run(lambda tx: tx.push.again(ACME))
    again = coins.desk.look(waiting_documents, TERMS, limit=100)
    assert [batch.table for batch in again] == [ANSWER, QUOTE, MESSAGE, TICKET, PRICE]


# --- the account's row and its entries ------------------------------------------------------------------------------


def account(coins: CoinDesk) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    (found,) = coins.desk.look(waiting_batch, TERMS, at=coins.now, limit=10).rows
    return json.loads(found.account.payload), [json.loads(entry.payload) for entry in found.entries]


def test_C18_only_entries_of_a_quote_name_one(coins: CoinDesk) -> None:
    quote = coins.approved(coins.offered(CUSTOMER, 50))
    _, (granted, held) = account(coins)
    assert {"quote", "ticket"}.isdisjoint(granted)
    assert (held["quote"], held["ticket"], held["held"]) == (quote.id, quote.ticket_id, 50)
    assert canonical_json(granted) == (
        '{"at":1795424400,"coins":300,"customer":77,"held":0,"held_after":0,"kind":"grant","number":1,"order":null,'
        '"packages":[{"coins":300,"held":0,"id":1}],"posted_after":300,"reason":"test","store":"acme","v":1}'
    )


def test_P1_the_account_names_the_rights_of_any_of_its_plans(coins: CoinDesk) -> None:
    shown, _ = account(coins)
    assert [right["key"] for right in shown["rights"]] == ["font"]
    coins.granted(CUSTOMER, 900, plan="professional")
    shown, _ = account(coins)
    assert [right["key"] for right in shown["rights"]] == ["seo", "font", "phone"]


def test_an_account_without_rights_is_spelt_as_before(coins: CoinDesk) -> None:
    coins.granted(customer(78), 50)
    found = coins.desk.look(waiting_batch, TERMS, at=coins.now, limit=10).rows
    assert ["rights" in json.loads(one.account.payload) for one in found] == [True, False]
