"""What a signed row of the shop's page leads to: done once, answered for good, and refused with nothing half done."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from bridge.contracts.answers import Answer
from bridge.contracts.problems import Problem
from bridge.contracts.shop_documents import MOST_INBOX_BYTES, InboxRow
from bridge.contracts.shop_rows import DESK_TO_SHOP, SHOP_TO_DESK, SigningKey, canonical_json, mac_of
from bridge.desk.numbers import leave_out
from bridge.domain.events import TicketOpened
from bridge.domain.quotes import Quote, QuoteState
from bridge.domain.tickets import Author, MessageKind
from bridge.services import inbox, offering
from bridge.services.inbox import Outcome
from bridge.services.told_before import Told
from bridge.testing.coin_desk import PostedRow, posted_row
from tests.support.books import ACME, customer
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk, desk_terms

KEY, OTHER_KEY = SigningKey("k1", bytes(32)), SigningKey("k2", bytes([7]) * 32)


def as_found(row: PostedRow, number: int = 1, **different: Any) -> InboxRow:
    """A row as the adapter reads it."""
    found = InboxRow(number, row.customer_id, row.uuid, row.payload, row.key_id, row.mac)
    return found._replace(**different)


def signed(document: Mapping[str, Any] | str, *, key: SigningKey = KEY, **row: Any) -> InboxRow:
    """A row with exactly these bytes, signed; its columns are the document's unless they are named."""
    payload = document if isinstance(document, str) else canonical_json(document)
    facts = json.loads(payload) if isinstance(document, Mapping) else {}
    columns = {"customer_id": facts.get("customer", 77), "uuid": facts.get("uuid", str(uuid4())), **row}
    mac = mac_of(key, "inbox", payload, direction=SHOP_TO_DESK)
    return InboxRow(1, columns["customer_id"], columns["uuid"], payload, key.id, mac)


def document(kind: str = "quote_cancel", data: Any = None, **different: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "v": 1,
        "store": ACME,
        "customer": 77,
        "uuid": str(uuid4()),
        "kind": kind,
        "at": 1_772_442_000,
        "language": "en",
        "data": {"quote": 1} if data is None else data,
    }
    return {**facts, **different}


def sent_at(seconds: int, kind: str, data: Mapping[str, Any]) -> InboxRow:
    """A row that the page wrote that many seconds after the desk went off."""
    return signed(document(kind, dict(data), at=1_772_442_000 + seconds))


@dataclass
class Page:
    """The page of customer 77, and the desk behind it."""

    coins: CoinDesk
    rows: list[InboxRow] = field(default_factory=list)

    def posts(
        self, kind: str, data: Mapping[str, Any], *, who: int = 77, uuid: str = "", language: str = "en"
    ) -> InboxRow:
        row = posted_row(KEY, store=ACME, customer=who, kind=kind, data=data, uuid=uuid, language=language)
        self.rows.append(as_found(row, len(self.rows) + 1))
        return self.rows[-1]

    def handled(self, row: InboxRow, *, told: Told | None = None) -> Outcome:
        self.coins.later(seconds=1)
        coins = self.coins
        return coins.desk.run(inbox.handle, coins.terms, row, [KEY], at=coins.now, told=told)

    def answer(self, row: InboxRow) -> Answer:
        found = self.coins.desk.look(lambda tx: tx.answers.get(ACME, row.uuid))
        assert found is not None
        return found

    def does(self, kind: str, data: Mapping[str, Any], *, who: int = 77, language: str = "en") -> Answer:
        row = self.posts(kind, data, who=who, language=language)
        outcome = self.handled(row)
        answer = self.answer(row)
        assert answer.outcome == outcome.value
        return answer

    def approves(self, quote: Quote, **different: Any) -> Answer:
        return self.does("quote_approve", approval(quote) | different)

    def is_answered(self, row: InboxRow) -> bool:
        return bool(self.coins.desk.look(lambda tx: tx.answers.known(ACME, [row.uuid])))

    def problems(self) -> list[Problem]:
        return self.coins.desk.look(lambda tx: tx.problems.open(ACME))


def approval(quote: Quote) -> dict[str, Any]:
    return {"quote": quote.id, "version": quote.offer.version, "text_hash": quote.offer.hashes["fa"]}


def in_english(answer: Answer) -> str:
    return str(answer.document["text"]["en"])


@pytest.fixture
def page() -> Iterator[Page]:
    with a_coin_desk() as coins:
        coins.granted(CUSTOMER, 300, plan="essential")
        yield Page(coins)
        assert coins.right()


# --- what is done ---------------------------------------------------------------------------------------------------


def test_C7_an_approval_holds_the_coins_and_is_answered_in_every_language(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    answer = page.approves(quote)
    assert (answer.outcome, answer.code) == ("accepted", "approved")
    assert answer.document["text"] == {
        "en": "Approved: 50 coins are reserved for this work.",
        "ru": "Одобрено: для этой работы зарезервировано 50 монет.",
        "fa": "تأیید شد: ۵۰ سکه برای این کار رزرو شد.",
    }
    assert page.coins.coins(CUSTOMER) == (300, 50, 250)


def test_C9_the_evidence_is_the_signed_rows_number_and_the_language_that_was_shown(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    page.approves(quote)
    (decision,) = page.coins.desk.look(lambda tx: tx.quotes.decisions(quote.id))
    assert (decision.evidence, decision.language, decision.coins) == (page.rows[-1].uuid, "fa", 50)
    assert decision.at == page.coins.now


def test_C8_the_same_row_is_done_once_however_often_it_is_read(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    row = page.posts("quote_approve", approval(quote))
    assert [page.handled(row) for _ in range(3)] == [Outcome.ACCEPTED, Outcome.KNOWN, Outcome.KNOWN]
    assert page.coins.coins(CUSTOMER) == (300, 50, 250)
    first = page.answer(row)
    page.coins.cancelled(page.coins.quote(quote.id))
    assert page.handled(row) is Outcome.KNOWN
    assert page.answer(row) == first
    assert page.coins.coins(CUSTOMER) == (300, 0, 300)


def test_C8_approving_twice_from_two_tabs_holds_once(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    assert [page.approves(quote).code for _ in range(2)] == ["approved", "approved"]
    assert page.coins.coins(CUSTOMER) == (300, 50, 250)


def test_C7_a_customer_declines_and_another_takes_his_approval_back(page: Page) -> None:
    declined, cancelled = page.coins.offered(CUSTOMER, 20), page.coins.offered(CUSTOMER, 50)
    assert page.does("quote_decline", {"quote": declined.id, "version": 1}).code == "declined"
    page.approves(cancelled)
    assert page.does("quote_cancel", {"quote": cancelled.id}).code == "cancelled"
    assert [page.coins.quote(one.id).state for one in (declined, cancelled)] == [
        QuoteState.DECLINED,
        QuoteState.RELEASED,
    ]
    assert page.coins.coins(CUSTOMER) == (300, 0, 300)


def test_T1_anybody_with_a_shop_account_opens_a_ticket(page: Page) -> None:
    answer = page.does("ticket_open", {"subject": " Slow shop ", "text": "It takes\nages.", "price": None}, who=500)
    (ticket,) = page.coins.desk.look(lambda tx: tx.tickets.latest(ACME, 10))
    assert (ticket.subject, ticket.opened_by, ticket.price) == ("Slow shop", Author.CUSTOMER, None)
    assert [(one.kind, one.text) for one in page.coins.thread(ticket.id)] == [(MessageKind.TEXT, "It takes\nages.")]
    assert in_english(answer) == f"Your ticket has been sent; its number is {ticket.id}."
    (told,) = page.coins.told(TicketOpened)
    assert isinstance(told, TicketOpened)
    assert (told.owner, told.ticket_id) == (customer(500), ticket.id)


def test_C13_a_ticket_from_the_price_list_makes_a_draft_that_staff_send(page: Page) -> None:
    answer = page.does("ticket_open", {"subject": "Google Analytics", "text": "Please.", "price": "analytics"})
    assert answer.code == "price_requested"
    (draft,) = page.coins.quotes(CUSTOMER)
    assert (draft.state, draft.offer.coins) == (QuoteState.DRAFT, 50)
    assert page.approves(draft).code == "unknown_quote"
    sent = page.coins.desk.run(
        offering.revise, page.coins.terms, draft.id, coins=50, words="As usual.", by=ANNA, at=page.coins.now
    )
    assert page.approves(sent).code == "approved"
    assert page.coins.coins(CUSTOMER) == (300, 50, 250)


@pytest.mark.parametrize(("language", "words"), [("fa", "گوگل آنالیتیکس"), ("ru", "Google Analytics")])
def test_C13_the_draft_names_the_work_as_the_customer_has_read_it_on_the_price_list(
    page: Page, language: str, words: str
) -> None:
    page.does("ticket_open", {"subject": "X", "text": "Y", "price": "analytics"}, language=language)
    (draft,) = page.coins.quotes(CUSTOMER)
    assert draft.offer.words == words


def test_P2_a_right_is_redeemed_once_for_a_domain(page: Page) -> None:
    first = page.does("right_redeem", {"right": "font", "domain": "https://www.Example.com/shop"})
    again = page.does("right_redeem", {"right": "font", "domain": "example.com"})
    assert (first.code, again.code) == ("redeemed", "already_redeemed")
    (ticket,) = page.coins.desk.look(lambda tx: tx.tickets.latest(ACME, 10))
    assert ticket.subject == "IRANSans font: example.com"
    assert page.coins.coins(CUSTOMER) == (300, 0, 300)


# --- what is refused, with nothing half done ------------------------------------------------------------------------


def test_C10_without_enough_coins_it_says_how_many_are_missing_and_which_packages_cover_it(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 700)
    answer = page.approves(quote)
    assert (answer.outcome, answer.code) == ("refused", "not_enough_coins")
    assert answer.document["data"] == {
        "missing": 400,
        "available": 300,
        "packages": ["base", "professional"],
    }
    assert in_english(answer) == (
        "400 coins are missing, so nothing was reserved. The offer stays open. "
        "A package that covers it: Base (550 coins), Professional (900 coins)."
    )
    assert page.coins.quote(quote.id).state is QuoteState.OFFERED
    assert page.coins.coins(CUSTOMER) == (300, 0, 300)
    page.coins.granted(CUSTOMER, 400)
    assert page.approves(quote).code == "approved"


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"quote": 9_999}, "unknown_quote"),
        ({"version": 2}, "quote_changed"),
        ({"text_hash": "0" * 64}, "text_differs"),
    ],
)
def test_C8_an_approval_of_something_else_is_refused(page: Page, different: dict[str, Any], code: str) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    answer = page.does("quote_approve", approval(quote) | different)
    assert (answer.outcome, answer.code) == ("refused", code)
    assert page.coins.coins(CUSTOMER) == (300, 0, 300)


def test_C8_an_older_version_and_its_text_are_refused(page: Page) -> None:
    old = page.coins.offered(CUSTOMER, 50)
    page.coins.desk.run(offering.revise, page.coins.terms, old.id, coins=60, words="More.", by=ANNA, at=page.coins.now)
    assert page.approves(old).code == "quote_changed"
    assert page.approves(old, version=2).code == "text_differs"


def test_another_customers_quote_is_unknown(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    page.coins.granted(customer(78), 300)
    assert page.does("quote_approve", approval(quote), who=78).code == "unknown_quote"
    assert page.does("quote_decline", {"quote": quote.id, "version": 1}, who=78).code == "unknown_quote"
    assert page.does("quote_cancel", {"quote": quote.id}, who=79).code == "unknown_quote"
    assert page.coins.quote(quote.id).state is QuoteState.OFFERED


def test_C8_after_its_validity_it_is_refused(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    page.coins.later(days=14, seconds=1)
    answer = page.approves(quote)
    assert (answer.code, page.coins.coins(CUSTOMER)) == ("quote_lapsed", (300, 0, 300))


def test_C15_a_frozen_account_approves_and_redeems_nothing_but_can_write(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    page.coins.desk.run(lambda tx: tx.accounts.freeze(page.coins.account_id(CUSTOMER), page.coins.now))
    assert page.approves(quote).code == "account_frozen"
    assert page.does("right_redeem", {"right": "font", "domain": "example.com"}).code == "account_frozen"
    assert page.does("ticket_open", {"subject": "Why?", "text": "Why?", "price": None}).code == "ticket_opened"
    assert page.coins.coins(CUSTOMER)[1] == 0


def test_C7_started_work_is_not_cancelled(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    page.approves(quote)
    page.coins.started(page.coins.quote(quote.id))
    assert page.does("quote_cancel", {"quote": quote.id}).code == "already_started"
    assert page.coins.coins(CUSTOMER) == (300, 50, 250)


def test_a_price_that_has_gone_opens_nothing(page: Page) -> None:
    assert page.does("ticket_open", {"subject": "X", "text": "Y", "price": "gone"}).code == "unknown_price"
    assert page.coins.desk.look(lambda tx: tx.tickets.latest(ACME, 10)) == []


def test_more_actions_in_a_minute_than_allowed_are_refused_and_the_next_minute_is_free(page: Page) -> None:
    page.coins.terms = desk_terms(actions_per_minute=3)
    codes = [page.does("quote_cancel", {"quote": 1}).code for _ in range(4)]
    assert codes == ["unknown_quote", "unknown_quote", "unknown_quote", "too_many"]
    assert page.does("quote_cancel", {"quote": 1}, who=78).code == "unknown_quote"
    page.coins.later(minutes=1)
    assert page.does("quote_cancel", {"quote": 1}).code == "unknown_quote"


def test_actions_of_before_the_clock_was_put_back_count_for_nothing(page: Page) -> None:
    """Their moments are still to come: whoever was busy then would be refused until the clock has caught up."""
    page.coins.terms = desk_terms(actions_per_minute=3)
    for _ in range(3):
        page.does("quote_cancel", {"quote": 1})
    page.coins.later(days=-1)
    codes = [page.does("quote_cancel", {"quote": 1}).code for _ in range(4)]
    assert codes == ["unknown_quote", "unknown_quote", "unknown_quote", "too_many"]


def test_what_was_done_over_hours_in_which_the_desk_was_off_is_not_too_much_at_once(page: Page) -> None:
    page.coins.terms = desk_terms(actions_per_minute=3)
    sent = [sent_at(60 * number, "quote_cancel", {"quote": 1}) for number in range(8)]
    for row in sent:
        page.coins.desk.run(inbox.handle, page.coins.terms, row, [KEY], at=page.coins.now)
    assert [page.answer(row).code for row in sent] == ["unknown_quote"] * 8
    at_once = [sent_at(60 * 8 + number, "quote_cancel", {"quote": 1}) for number in range(4)]
    for row in at_once:
        page.coins.desk.run(inbox.handle, page.coins.terms, row, [KEY], at=page.coins.now)
    assert [page.answer(row).code for row in at_once] == ["unknown_quote"] * 3 + ["too_many"]


def test_T12_tickets_of_hours_in_which_the_desk_was_off_are_no_flood(page: Page) -> None:
    one = {"subject": "X", "text": "Long words.", "price": None}
    sent = [sent_at(1_200 * number, "ticket_open", one) for number in range(9)]
    outcomes = [page.handled(row) for row in sent]
    assert outcomes == [Outcome.ACCEPTED] * 9
    at_once = [sent_at(20_000 + number, "ticket_open", one) for number in range(6)]
    outcomes = [page.handled(row) for row in at_once]
    assert outcomes == [Outcome.ACCEPTED] * 5 + [Outcome.REFUSED]


def test_T12_five_tickets_an_hour_are_enough(page: Page) -> None:
    one = {"subject": "X", "text": "Y", "price": None}
    codes = []
    for _ in range(6):
        page.coins.later(minutes=5)
        codes.append(page.does("ticket_open", one).code)
    assert codes == ["ticket_opened"] * 5 + ["too_many_tickets"]
    page.coins.later(hours=1)
    assert page.does("ticket_open", one).code == "ticket_opened"


def test_T12_a_gift_for_shop_after_shop_is_a_flood_too(page: Page) -> None:
    codes = [page.does("right_redeem", {"right": "font", "domain": f"shop{n}.example.com"}).code for n in range(6)]
    assert codes == ["redeemed"] * 5 + ["too_many_tickets"]


# --- rows that are ours and not as agreed on ------------------------------------------------------------------------

HASH = "a" * 64
NOT_AS_AGREED = {
    "an unknown version": document(v=2),
    "an unknown language": document(language="de"),
    "a moment that is no number": document(at="now"),
    "a kind with blanks": document(kind="quote cancel"),
    "data that is a list": document(data=[1]),
    "an unknown name in it": document(extra=1),
    "a quote that is text": document(data={"quote": "1"}),
    "a quote that is true": document(data={"quote": True}),
    "quote 0": document(data={"quote": 0}),
    "a quote beyond every number": document(data={"quote": 10**30}),
    "an unknown name in the data": document(data={"quote": 1, "coins": 5}),
    "a name left out": document(data={}),
    "a hash in capitals": document("quote_approve", {"quote": 1, "version": 1, "text_hash": "A" * 64}),
    "a hash with a line break": document("quote_approve", {"quote": 1, "version": 1, "text_hash": HASH + "\n"}),
    "an empty subject": document("ticket_open", {"subject": "  ", "text": "x", "price": None}),
    "a subject of two lines": document("ticket_open", {"subject": "a\nb", "text": "x", "price": None}),
    "a long subject": document("ticket_open", {"subject": "x" * 201, "text": "x", "price": None}),
    "a long text": document("ticket_open", {"subject": "x", "text": "x" * 4001, "price": None}),
    "a text with a NUL": document("ticket_open", {"subject": "x", "text": "a\0b", "price": None}),
    "half a character": document("ticket_open", {"subject": "x", "text": "\ud83d", "price": None}),
    "a price that is a number": document("ticket_open", {"subject": "x", "text": "x", "price": 5}),
    "an empty reply": document("ticket_reply", {"ticket": 1, "text": " \n"}),
    "a long reply": document("ticket_reply", {"ticket": 1, "text": "x" * 4001}),
    "a reply with a NUL": document("ticket_reply", {"ticket": 1, "text": "a\0b"}),
    "a reply to a text": document("ticket_reply", {"ticket": "1", "text": "x"}),
    "a reply with an author": document("ticket_reply", {"ticket": 1, "text": "x", "by": "staff"}),
    "a right without a domain": document("right_redeem", {"right": "font"}),
}


@pytest.mark.parametrize("case", NOT_AS_AGREED)
def test_a_row_of_ours_that_is_not_as_agreed_on_is_refused(page: Page, case: str) -> None:
    row = signed(NOT_AS_AGREED[case])
    assert page.handled(row) is Outcome.REFUSED
    assert page.answer(row).code == "invalid"
    assert page.problems() == []


def test_an_unknown_kind_is_refused(page: Page) -> None:
    row = signed(document("coins_grant", {"coins": 900}))
    assert page.handled(row) is Outcome.REFUSED
    assert page.answer(row).code == "unknown_kind"
    assert page.coins.coins(CUSTOMER) == (300, 0, 300)


def test_the_longest_subject_and_text_are_taken_in_any_script(page: Page) -> None:
    answer = page.does("ticket_open", {"subject": "ش" * 200, "text": "😀" * 4000, "price": None})
    assert answer.code == "ticket_opened"


# --- rows that are not ours -----------------------------------------------------------------------------------------


def test_T11_whoever_can_write_to_the_database_approves_nothing(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    row = page.posts("quote_approve", approval(quote))
    forged = {
        "no signature": row._replace(mac=""),
        "another signature": row._replace(mac="0" * 64),
        "the signature of another key": as_found(
            posted_row(OTHER_KEY, store=ACME, customer=77, kind="quote_approve", data=approval(quote))
        ),
        "another key's name": row._replace(key_id="k2"),
        "the other direction": row._replace(mac=mac_of(KEY, "inbox", row.payload, direction=DESK_TO_SHOP)),
        "another table": row._replace(mac=mac_of(KEY, "answer", row.payload, direction=SHOP_TO_DESK)),
        "one byte more": row._replace(payload=row.payload + " "),
        "no ASCII": row._replace(payload=row.payload.replace("acme", "ácme")),
        "a row put under another customer": row._replace(customer_id=78),
        "a row put under another number": row._replace(uuid=str(uuid4())),
        "a row of another store": signed(document(store="other")),
        "a customer that is text": signed(document(customer="77"), customer_id=77),
        "nobody": signed(document(customer=0), customer_id=0),
        "a UUID in capitals": signed(document(uuid=str(uuid4()).upper())),
        "a UUID of another kind": signed(document(uuid="00000000-0000-1000-8000-000000000000")),
        "an oversized row": row._replace(payload=""),
        "broken JSON": signed('{"v":1,'),
        "no object": signed("[1,2]"),
        "a name twice": signed('{"v":1,"v":1}'),
        "a number that is none": signed('{"v":NaN}'),
        "a fraction": signed('{"v":1.0}'),
        "a deep hole": signed('{"a":' + "[" * 30_000 + "]" * 30_000 + "}"),
        "a number of 5,000 digits": signed('{"v":' + "1" * 5_000 + "}"),
    }
    for case, one in forged.items():
        assert page.handled(one) is Outcome.DOUBTED, case
        assert not page.is_answered(one), case
    assert page.coins.coins(CUSTOMER) == (300, 0, 300)
    (problem,) = page.problems()
    assert (problem.kind, problem.count) == ("inbox_refused", len(forged))
    assert "customer" not in problem.summary
    assert page.handled(row) is Outcome.ACCEPTED, "the genuine row is still good"


def test_forged_rows_are_one_problem_a_day(page: Page) -> None:
    row = page.posts("quote_cancel", {"quote": 1})._replace(mac="")
    for _ in range(3):
        page.handled(row)
    page.coins.later(days=1)
    page.handled(row)
    assert [problem.count for problem in sorted(page.problems(), key=lambda one: one.id)] == [3, 1]


def test_a_row_signed_with_the_older_of_two_keys_is_good(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    row = page.posts("quote_approve", approval(quote))
    coins = page.coins
    assert coins.desk.run(inbox.handle, coins.terms, row, [OTHER_KEY, KEY], at=coins.now) is Outcome.ACCEPTED


def test_no_row_of_a_page_is_too_long() -> None:
    row = posted_row(
        KEY,
        store=ACME,
        customer=77,
        kind="ticket_open",
        data={"subject": "ش" * 200, "text": "😀" * 4000, "price": None},
    )
    assert len(row.payload) < MOST_INBOX_BYTES


# --- rows that fail -------------------------------------------------------------------------------------------------


def test_what_fails_is_refused_and_told_to_staff(page: Page) -> None:
    row = page.posts("quote_cancel", {"quote": 1})
    coins = page.coins
    assert coins.desk.run(inbox.give_up, coins.terms, row, [KEY], at=coins.now) is Outcome.REFUSED
    assert page.answer(row).code == "failed"
    assert [problem.kind for problem in page.problems()] == ["inbox_failed"]
    assert page.handled(row) is Outcome.KNOWN


# --- after a restore ------------------------------------------------------------------------------------------------


def told(code: str, outcome: str, page: Page, **data: Any) -> Told:
    return Told(outcome, code, {"en": "As before."}, data, page.coins.now - timedelta(hours=2))


def test_what_an_earlier_desk_accepted_is_done_again_as_of_then(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    row = page.posts("quote_approve", approval(quote))
    before = told("approved", "accepted", page, quote=quote.id)
    assert page.handled(row, told=before) is Outcome.ACCEPTED
    assert page.answer(row).received_at == before.received_at
    assert page.coins.quote(quote.id).approved_at == before.received_at
    assert page.coins.coins(CUSTOMER) == (300, 50, 250)


def test_W9_a_code_for_a_chat_that_an_earlier_desk_gave_is_over(page: Page) -> None:
    row = page.posts("chat_code", {})
    assert page.handled(row, told=told("chat_code", "accepted", page)) is Outcome.ACCEPTED
    assert not page.coins.desk.look(lambda tx: tx.chat_contacts.codes_wait(ACME, page.coins.now - timedelta(hours=2)))


def test_C8_an_approval_that_was_in_time_then_is_in_time_after_a_restore(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    page.coins.later(days=14, hours=1)
    row = page.posts("quote_approve", approval(quote))
    assert page.handled(row, told=told("approved", "accepted", page)) is Outcome.ACCEPTED


def test_what_was_refused_stays_refused(page: Page) -> None:
    quote = page.coins.offered(CUSTOMER, 50)
    row = page.posts("quote_approve", approval(quote))
    assert page.handled(row, told=told("not_enough_coins", "refused", page)) is Outcome.REFUSED
    answer = page.answer(row)
    assert (answer.code, in_english(answer)) == ("not_enough_coins", "As before.")
    assert page.coins.coins(CUSTOMER) == (300, 0, 300)


def test_an_acceptance_that_can_not_be_repeated_stays_and_staff_decide(page: Page) -> None:
    row = page.posts("quote_approve", {"quote": 12, "version": 1, "text_hash": HASH})
    assert page.handled(row, told=told("approved", "accepted", page, quote=12, coins=50)) is Outcome.ACCEPTED
    answer = page.answer(row)
    assert (answer.outcome, answer.code, in_english(answer)) == ("accepted", "approved", "As before.")
    (problem,) = page.problems()
    assert problem.kind == "after_backup"
    assert problem.summary.startswith("customer 77 was told at 2026-11-23 ")
    assert "approved (coins 50, quote 12). This desk can't do it again: there is no quote 12" in problem.summary


def restored(page: Page) -> None:
    """As a restore does, without a file."""
    page.coins.desk.run(lambda tx: leave_out(tx.connection, {}))


def test_a_ticket_that_is_opened_again_has_the_number_that_its_owner_was_told(page: Page) -> None:
    page.coins.ticket(CUSTOMER)
    restored(page)
    row = page.posts("ticket_open", {"subject": "X", "text": "Y", "price": None})
    page.handled(row, told=told("ticket_opened", "accepted", page, ticket=7))
    gift = page.posts("right_redeem", {"right": "font", "domain": "example.com"})
    page.handled(gift, told=told("redeemed", "accepted", page, ticket=8))
    assert [page.answer(one).document["data"] for one in (row, gift)] == [{"ticket": 7}, {"ticket": 8}]
    assert [event.key for event in page.coins.told(TicketOpened)] == [
        "acme:ticket:7:opened",
        "acme:ticket:8:opened",
    ]


@pytest.mark.parametrize("number", [1, 20_000, None])
def test_a_number_that_is_taken_or_was_never_given_out_is_not_given_again(page: Page, number: int | None) -> None:
    page.coins.ticket(CUSTOMER)
    restored(page)
    row = page.posts("ticket_open", {"subject": "X", "text": "Y", "price": None})
    page.handled(row, told=told("ticket_opened", "accepted", page, ticket=number))
    assert page.answer(row).document["data"] == {"ticket": 10_002}


def test_limits_of_pace_do_not_count_for_what_is_done_again(page: Page) -> None:
    one = {"subject": "X", "text": "Y", "price": None}
    page.coins.terms = desk_terms(actions_per_minute=1)
    rows = [page.posts("ticket_open", one) for _ in range(7)]
    before = told("ticket_opened", "accepted", page, ticket=1)
    assert {page.handled(row, told=before) for row in rows} == {Outcome.ACCEPTED}
