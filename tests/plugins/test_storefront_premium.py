"""Premium time on the customer's page: agreements, statements, and the code that links a chat (rules W4 to W9)."""

from typing import Any

import pytest

from bridge.contracts.shop_rows import SigningKey
from tests.plugins.conftest import MakeShop, paired
from tests.support.customer_page import (
    Customer,
    CustomerPage,
    agreement,
    answer,
    bill,
    bill_line,
    hashes,
    in_three,
    inbox,
    premium_terms,
    push_document,
    push_page,
    ticket,
)
from tests.support.storefront import CUSTOMER, DAY, NOW, OTHER_KEY, Storefront

PREMIUM_NUMBER = "+98 21 5555 0199"


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    """What the shared classes do is tried in one layout."""
    return paired(make_shop("opencart"))


def offered(shop: Storefront, number: int = 3, **changes: Any) -> None:
    push_document(shop, "agreement", number, agreement(number, **changes))


def sent(shop: Storefront, number: int = 4, **changes: Any) -> None:
    push_document(shop, "bill", number, bill(number, **changes))


def opened(shop: Storefront, language: str = "en", **orders: Any) -> CustomerPage:
    page = Customer(shop, language).opens("premium", **orders)
    assert page.log == []
    return page


def test_W5_an_agreement_shows_its_kind_rate_cap_and_exact_words(each_shop: Storefront) -> None:
    offered(each_shop)
    page = opened(each_shop)
    assert page.parts == ["agreements", "bills"]
    card = "agreement-3"
    assert "Technical support" in page.within(card)
    assert page.fact("rate", within=card) == "20.00 USD an hour"
    assert page.fact("cap", within=card) == "2 h = 40.00 USD"
    assert page.fact("valid-until", within=card) == "16 January 2027"
    assert page.fact("state", within=card) == "Waiting for your decision"
    assert "At most 2 hours." in page.text
    assert "Agreement 3 · Ticket 5" in page.text
    assert "agreements waiting for your decision: 1" in page.text, "as the badge on the way to it says"
    overview = Customer(each_shop).opens().text
    assert "Agreements are waiting for your decision:" in overview


def test_W5_C9_an_acceptance_names_the_version_and_the_very_text_that_was_shown(each_shop: Storefront) -> None:
    offered(each_shop)
    customer = Customer(each_shop)
    page = opened(each_shop)
    assert "Accept, at most \u206840.00 USD\u2069" in page.text
    posted = customer.sends(page.form("agreement_accept"))
    (row,) = inbox(each_shop)
    text = agreement()["text"]["en"]
    assert (row.kind, row.data) == (
        "agreement_accept",
        {"agreement": 3, "version": 2, "text_hash": hashes({"en": text})["en"]},
    )
    assert posted.led_to["view"] == "answer"
    waiting = opened(each_shop)
    assert not waiting.has_form("agreement_accept"), "nobody sends it twice"
    assert not waiting.has_form("agreement_decline")
    assert "Agreement 3 accepted" in waiting.text
    assert "Agreements are waiting" not in customer.opens().text
    push_document(each_shop, "answer", row.uuid, answer(row.uuid, text=in_three("It binds.")))
    answered = customer.opens("answer", sent=row.uuid)
    assert "It binds." in answered.text
    assert "view=premium" in answered.html.split('data-supportbridge="answer"')[1]


def test_W5_a_text_in_another_language_is_accepted_by_its_own_hash(shop: Storefront) -> None:
    offered(shop)
    Customer(shop, "fa").sends(opened(shop, "fa").form("agreement_accept"))
    (row,) = inbox(shop)
    assert row.data["text_hash"] == agreement()["text_hash"]["fa"]
    assert row.document["language"] == "fa"


def test_W5_an_agreement_is_declined(shop: Storefront) -> None:
    offered(shop)
    Customer(shop).sends(opened(shop).form("agreement_decline"))
    (row,) = inbox(shop)
    assert (row.kind, row.data) == ("agreement_decline", {"agreement": 3, "version": 2})


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"valid_until": NOW - 1}, "Lapsed"),
        ({"state": "declined"}, "Declined"),
        ({"state": "withdrawn"}, "Withdrawn"),
        ({"state": "accepted", "accepted": {"at": NOW, "channel": "chat"}}, "Accepted"),
        ({"state": "closed", "accepted": {"at": NOW, "channel": "staff"}}, "Closed"),
        ({"text": {}, "text_hash": {}}, "Lapsed"),
    ],
)
def test_W5_what_is_not_offered_now_has_no_button(shop: Storefront, changes: dict[str, Any], state: str) -> None:
    offered(shop, **changes)
    page = opened(shop)
    assert page.fact("state", within="agreement-3") == state
    assert not page.has_form("agreement_accept")
    assert not page.has_form("agreement_decline")


def test_W5_the_last_second_of_an_offer_counts_whole(shop: Storefront) -> None:
    offered(shop, valid_until=NOW)
    assert opened(shop).has_form("agreement_accept")


def test_W5_what_changed_since_the_page_was_made_is_not_sent(shop: Storefront) -> None:
    offered(shop)
    fields = opened(shop).form("agreement_accept")
    offered(shop, version=3)
    assert "Nothing was accepted. Please read it again." in Customer(shop).sends(fields).text
    offered(shop, text=in_three("Another text."))
    assert "Nothing was accepted. Please read it again." in Customer(shop).sends(fields).text
    offered(shop, valid_until=NOW - 1)
    assert "This agreement has lapsed" in Customer(shop).sends(fields).text
    offered(shop, state="withdrawn")
    refused = Customer(shop).sends(fields)
    assert "This agreement has changed in the meantime." in refused.text
    assert refused.parts == ["agreements", "bills"]
    assert inbox(shop) == []


def test_W7_the_tickets_page_has_what_is_agreed_on_about_it_and_nothing_else(shop: Storefront) -> None:
    push_document(shop, "ticket", 5, ticket(5))
    push_document(shop, "ticket", 6, ticket(6))
    offered(shop, 3)
    offered(shop, 4, state="withdrawn")
    customer = Customer(shop)
    page = customer.opens("thread", ticket=5)
    assert page.parts.count("agreements") == 1
    assert "agreement-4" not in page.html
    customer.sends(page.form("agreement_accept"))
    assert not customer.opens("thread", ticket=5).has_form("agreement_accept")
    assert "agreements" not in customer.opens("thread", ticket=6).parts
    push_document(shop, "agreement", 3, agreement(3), signer=OTHER_KEY)
    assert "Please set it up." in customer.opens("thread", ticket=5).text, "the thread is shown all the same"


def test_W6_the_page_says_that_a_timer_runs_how_much_was_worked_and_what_is_charged(shop: Storefront) -> None:
    accepted: dict[str, Any] = {"state": "accepted", "accepted": {"at": NOW - DAY, "channel": "page"}}
    worked = {"en": "0:47:05", "ru": "0:47:05", "fa": "۰:۴۷:۰۵"}
    offered(shop, worked=worked, running_since=NOW - 60, **accepted)
    page = opened(shop)
    assert page.fact("worked", within="agreement-3") == "0:47:05"
    assert "Worked so far" in page.text
    assert "Work is being done now: a timer has been running since" in page.text
    assert "Accepted on this page on" in page.text
    offered(shop, worked=worked, running_since=NOW - 60, waits=True, **accepted)
    assert "waits for you and ends by itself soon" in opened(shop).text
    closed = {"hours": in_three("1 h"), "amount": in_three("20.00 USD")}
    offered(shop, worked=worked, closed_at=NOW, charged=closed, **(accepted | {"state": "closed"}))
    page = opened(shop)
    assert page.fact("charged", within="agreement-3") == "1 h = 20.00 USD"
    assert "Worked so far" not in page.text, "there comes no more"
    assert "timer" not in page.text


def test_W8_a_statement_shows_each_line_as_hours_times_rate_and_the_total(each_shop: Storefront) -> None:
    correction = bill_line(
        kind="correction", worked={}, hours=in_three("−0.25 h"), amount=in_three("−5.00 USD"), reason="We talked <b>"
    )
    sent(each_shop, lines=[bill_line(), correction], total=in_three("15.00 USD"))
    page = opened(each_shop)
    first, second = page.within("line-1"), page.within("line-2")
    for words in ("Technical support", "Agreement 3", "0:47:00", "1 h", "20.00 USD an hour", "20.00 USD"):
        assert words in first
    assert "Correction of: Agreement 3" in second
    assert "We talked &lt;b&gt;" in second
    assert "−5.00 USD" in second
    assert page.fact("total", within="bill-4") == "15.00 USD"
    assert page.fact("state", within="bill-4") == "Sent for you to check"
    assert "15.00 USD" in page.within("sum")


def test_W8_a_month_is_shown_by_its_days_and_a_payment_by_its_order(shop: Storefront) -> None:
    period = {"from": {"en": "1 November 2026", "fa": "۱۰ آبان ۱۴۰۵"}, "until": {"en": "30 November 2026"}}
    sent(shop, period=period, state="paid", billed_at=NOW - DAY, paid_at=NOW, order=1042)
    page = opened(shop)
    assert "1 November 2026 – 30 November 2026" in page.text
    assert page.fact("state", within="bill-4") == "Paid"
    assert page.fact("paid", within="bill-4") == page.fact("billed", within="bill-4").replace("14", "15", 1)
    assert "Paid by order 1042." in page.text
    assert not page.has_form("bill_accept")
    assert not page.has_form("bill_dispute")


def test_W8_a_bill_that_is_due_says_how_it_is_paid_in_the_shop(each_shop: Storefront) -> None:
    pay = {"code": "PREMIUM-<1>", "units": 16, "url": "https://shop.example/premium"}
    sent(each_shop, state="billed", billed_at=NOW, pay=pay)
    page = opened(each_shop)
    assert "order exactly this in our shop: \u2068PREMIUM-<1>\u2069, quantity 16." in page.text
    assert 'href="https://shop.example/premium"' in page.html
    sent(each_shop, state="billed", billed_at=NOW, pay={**pay, "url": "javascript:alert(1)"})
    assert "javascript" not in opened(each_shop).html
    assert "تعداد ۱۶" in opened(each_shop, "fa").text


@pytest.mark.parametrize("state", ["billed", "paid"])
def test_W8_of_a_bill_that_comes_to_nothing_nothing_is_to_be_paid(shop: Storefront, state: str) -> None:
    sent(shop, state=state, billed_at=NOW, paid_at=NOW if state == "paid" else None, costs_nothing=True)
    page = opened(shop)
    assert page.fact("state", within="bill-4") == "Nothing to pay"
    assert "Paid" not in page.text


@pytest.mark.parametrize(
    ("changes", "waits"),
    [
        ({"state": "sent"}, True),
        ({"state": "billed"}, True),
        ({"state": "billed", "costs_nothing": True}, False),
        ({"state": "accepted"}, False),
        ({"state": "disputed"}, False),
        ({"state": "paid"}, False),
    ],
)
def test_W8_the_overview_says_that_a_statement_is_to_be_checked_or_paid(
    shop: Storefront, changes: dict[str, Any], waits: bool
) -> None:
    sent(shop, **changes)
    customer = Customer(shop)
    assert ("Statements of premium time are to be checked or paid:" in customer.opens().text) is waits
    if opened(shop).has_form("bill_accept"):
        customer.sends(opened(shop).form("bill_accept"))
        assert "are to be checked" not in customer.opens().text, "he has said it"


@pytest.mark.parametrize(
    ("state", "words", "ways"),
    [
        ("sent", "Sent for you to check", (True, True)),
        ("accepted", "Accepted", (False, True)),
        ("disputed", "Disputed; we look at it", (True, False)),
        ("billed", "To be paid", (False, True)),
    ],
)
def test_W8_what_can_be_said_to_a_statement_follows_from_how_it_stands(
    shop: Storefront, state: str, words: str, ways: tuple[bool, bool]
) -> None:
    sent(shop, state=state)
    page = opened(shop)
    assert page.fact("state", within="bill-4") == words
    assert (page.has_form("bill_accept"), page.has_form("bill_dispute")) == ways


def test_W8_a_statement_is_accepted_by_what_it_says(each_shop: Storefront) -> None:
    sent(each_shop)
    Customer(each_shop).sends(opened(each_shop).form("bill_accept"))
    (row,) = inbox(each_shop)
    assert (row.kind, row.data) == ("bill_accept", {"bill": 4, "text_hash": "a" * 64})
    assert not opened(each_shop).has_form("bill_accept")


def test_W8_a_dispute_needs_words_and_loses_none(shop: Storefront) -> None:
    sent(shop)
    customer = Customer(shop)
    fields = opened(shop).form("bill_dispute")
    empty = customer.sends(fields)
    assert "Please type a message." in empty.text
    long = customer.sends(fields | {"supportbridge_text": "x" * 2_001})
    assert "2,001 characters" in long.text
    assert "x" * 2_001 in long.html, "what was typed is still in its field"
    assert inbox(shop) == []
    customer.sends(fields | {"supportbridge_text": "It was 20 minutes <b>only</b> 🙂"})
    (row,) = inbox(shop)
    assert (row.kind, row.data) == (
        "bill_dispute",
        {"bill": 4, "text_hash": "a" * 64, "text": "It was 20 minutes <b>only</b> 🙂"},
    )
    sent(shop, state="disputed", disputed="It was 20 minutes <b>only</b>")
    assert "&lt;b&gt;only" in opened(shop).html


def test_W8_a_statement_that_changed_since_the_page_was_made_is_not_accepted(shop: Storefront) -> None:
    sent(shop)
    fields = opened(shop).form("bill_accept")
    sent(shop, text_hash="b" * 64)
    assert "This statement has changed in the meantime." in Customer(shop).sends(fields).text
    sent(shop, state="paid")
    assert "This statement has changed in the meantime." in Customer(shop).sends(fields).text
    assert inbox(shop) == []


@pytest.mark.parametrize("typed", [{"agreement": "9"}, {"agreement": "x"}, {"version": "1"}, {"text_hash": "A" * 64}])
def test_W5_what_is_not_his_or_not_as_shown_is_not_sent(shop: Storefront, typed: dict[str, str]) -> None:
    offered(shop)
    other = CUSTOMER + 1
    push_document(shop, "agreement", 9, agreement(9, customer=other), customer=other)
    fields = opened(shop).form("agreement_accept") | {f"supportbridge_{name}": text for name, text in typed.items()}
    assert Customer(shop).sends(fields).led_to == {}
    assert inbox(shop) == []


def test_W9_a_code_for_the_chat_is_asked_for_and_shown_by_the_signed_answer(each_shop: Storefront) -> None:
    push_page(each_shop, premium=premium_terms())
    customer = Customer(each_shop)
    page = opened(each_shop)
    assert page.parts == ["agreements", "bills", "rates", "chat"]
    assert "20.00 USD an hour" in page.within("rates")
    assert "+98 21 5555 0100" in page.within("numbers")
    customer.sends(page.form("chat_code"))
    (row,) = inbox(each_shop)
    assert (row.kind, row.data) == ("chat_code", {})
    data = {"chat_code": "7K3Q-XM2R"}
    push_document(each_shop, "answer", row.uuid, answer(row.uuid, text=in_three("Send it alone."), data=data))
    answered = customer.opens("answer", sent=row.uuid)
    assert "Send it alone." in answered.text
    assert '<code class="supportbridge-key" dir="ltr">7K3Q-XM2R</code>' in answered.html
    assert "view=premium" in answered.html.split('data-supportbridge="answer"')[1]


def test_W9_without_a_chat_no_code_is_offered(shop: Storefront) -> None:
    push_page(shop, premium=premium_terms(chat=False, numbers=[]))
    page = opened(shop)
    assert page.parts == ["agreements", "bills", "rates"]
    assert not page.has_form("chat_code")
    push_page(shop, premium=premium_terms(numbers=[]))
    assert "numbers" not in opened(shop).html
    assert opened(shop).has_form("chat_code")


def test_the_way_to_premium_time_is_there_where_it_leads_to_something(shop: Storefront) -> None:
    assert "view=premium" not in Customer(shop).opens().html
    assert "There are no agreements about premium time yet." in opened(shop).text
    shop.run("DROP TABLE {p}agreement", "DROP TABLE {p}bill")
    assert "There are no statements yet." in opened(shop).text
    push_page(shop, premium=premium_terms())
    assert "view=premium" in Customer(shop).opens().html
    push_page(shop)
    shop.make_tables()
    sent(shop)
    assert "view=premium" in Customer(shop).opens().html


def test_a_persian_reader_has_his_words_digits_and_days_from_the_right(each_shop: Storefront) -> None:
    offered(each_shop)
    sent(each_shop)
    page = opened(each_shop, "fa")
    assert 'dir="rtl"' in page.html
    assert page.fact("cap", within="agreement-3") == "۲ ساعت = ۴۰٫۰۰ USD"
    assert page.fact("valid-until", within="agreement-3") == "۲۶ دی ۱۴۰۵"
    assert "توافق ۳ · درخواست ۵" in page.text
    assert "صورت‌حساب ۴" in page.text
    assert page.fact("sent", within="bill-4") == "۲۴ دی ۱۴۰۵"
    assert "Принять, не больше" in opened(each_shop, "ru").text


@pytest.mark.parametrize(
    "forged",
    [
        {"signer": OTHER_KEY},
        {"signer": SigningKey("k1", b"7" * 32)},
        {"signed_as": "quote"},
        {"number": 2},
        {"epoch": 2},
    ],
)
def test_a_row_that_does_not_verify_is_not_shown(shop: Storefront, forged: dict[str, Any]) -> None:
    push_document(shop, "agreement", 3, agreement(), **forged)
    push_document(shop, "bill", 4, bill(), **forged)
    page = Customer(shop).opens("premium")
    assert "Technical support" not in page.text
    assert "Some agreements cannot be shown at the moment." in page.text
    assert "Some statements cannot be shown at the moment." in page.text
    assert page.log != []
    assert all("rows are not shown (1)" in line for line in page.log)


def test_C9_a_text_that_is_not_the_one_its_hash_was_signed_for_is_not_shown(shop: Storefront) -> None:
    offered(shop, text_hash=hashes(in_three("Another text.")))
    assert "At most 2 hours." not in Customer(shop).opens("premium").text


def test_somebody_elses_rows_copied_under_this_customer_are_not_shown(shop: Storefront) -> None:
    offered(shop, customer=CUSTOMER + 1)
    sent(shop, customer=CUSTOMER + 1)
    assert "Technical support" not in Customer(shop).opens("premium").text


def test_what_a_lost_desk_left_is_not_shown(shop: Storefront) -> None:
    offered(shop, 3)
    offered(shop, 8, epoch=2, name=in_three("Consultation"))
    page = Customer(shop).opens("premium").html
    assert 'data-supportbridge="agreement-8"' in page
    assert 'data-supportbridge="agreement-3"' not in page


def test_names_turn_no_direction_and_are_no_html(shop: Storefront) -> None:
    evil = "<script>\u202e evil"
    offered(shop, name={"en": evil}, text=in_three(evil), rate={"en": evil}, cap={"en": evil})
    sent(shop, lines=[bill_line(name={"en": evil}, reason=evil)], disputed=evil)
    push_page(shop, premium=premium_terms(kinds=[{"name": {"en": evil}, "rate": {"en": evil}}], numbers=[evil]))
    page = opened(shop)
    assert "<script>" not in page.html.replace("<script src", "")
    exact = ("supportbridge-words", "supportbridge_text")
    turned = [line for line in page.html.split("<div") if "\u202e" in line and not any(one in line for one in exact)]
    assert turned == []


def test_very_many_come_a_page_at_a_time_the_newest_first(shop: Storefront) -> None:
    for number in range(1, 12):
        offered(shop, number)
    first = opened(shop)
    assert 'data-supportbridge="agreement-11"' in first.html
    assert 'data-supportbridge="agreement-1"' not in first.html
    second = opened(shop, page=2)
    assert 'data-supportbridge="agreement-1"' in second.html
    assert "Newer agreements and statements" in second.text
    assert "There are no" in second.text, "statements there are none"
