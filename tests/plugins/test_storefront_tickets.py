"""Tickets on the customer's page: the list, a thread with its offers, and replies; never somebody else's."""

import re
from typing import Any

import pytest

from bridge.contracts.shop_rows import SHOP_TO_DESK, canonical_json, mac_of
from tests.plugins.conftest import MakeShop, paired
from tests.support.customer_page import (
    Customer,
    CustomerPage,
    answer,
    in_three,
    inbox,
    message,
    price,
    push_account,
    push_document,
    push_documents,
    push_page,
    quote,
    ticket,
)
from tests.support.storefront import CUSTOMER, DAY, KEY, NOW, OTHER_KEY, Storefront, package

EVIL = """<script>alert("1")</script>'&<img src=x onerror=y>"""
ALREADY = "You can write to us and decide on offers already."


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    """What the shared classes do is tried in one layout."""
    return paired(make_shop("opencart"))


def listed(page: CustomerPage) -> list[int]:
    """The numbers of the tickets in the list, in its order."""
    return [int(number) for number in re.findall(r'data-supportbridge="ticket-([0-9]+)"', page.html)]


# --- the list ---------------------------------------------------------------------------------------------


def test_T10_the_newest_ticket_stands_first_and_says_how_it_stands(shop: Storefront) -> None:
    cases: dict[int, tuple[dict[str, Any], str]] = {
        1: ({"state": "open"}, "Waiting for our answer"),
        2: ({"state": "waiting_customer"}, "Waiting for your answer"),
        3: ({"state": "waiting_approval", "quotes": [12]}, "Waiting for your approval"),
        4: ({"state": "in_work"}, "In work"),
        5: ({"state": "resolved"}, "Resolved"),
        6: ({"state": "closed"}, "Closed"),
        7: ({"messages": []}, "Waiting for our answer"),
    }
    push_document(shop, "quote", 12, quote(ticket=3))
    push_documents(shop, "ticket", {number: ticket(number, **changes) for number, (changes, _) in cases.items()})
    page = Customer(shop).opens("tickets")
    assert listed(page) == [3, 7, 6, 5, 4, 2, 1], "what waits for the customer stands at the head"
    for number, (_, state) in cases.items():
        assert f">{state}</span>" in page.within(f"ticket-{number}")
    assert page.log == []


def test_T3_the_list_says_kind_urgency_and_the_last_change(shop: Storefront) -> None:
    messages = [message("Please", at=NOW - 2 * DAY), message("Yes", by="staff", at=NOW - 3600)]
    asked, confirmed, refused = ({"urgency": word} for word in ("asked", "confirmed", "refused"))
    push_document(shop, "ticket", 5, ticket(5, kind="pre_sales", messages=messages, **asked))
    push_document(shop, "ticket", 6, ticket(6, kind="work", messages=[], **confirmed))
    push_document(shop, "ticket", 7, ticket(7, **refused))
    page = Customer(shop).opens("tickets")
    texts = {number: " ".join(re.sub(r"<[^>]*>", " ", page.within(f"ticket-{number}")).split()) for number in (5, 6, 7)}
    assert texts[5].endswith(
        "Ticket 5 · Question before buying · Waiting for our answer · Urgency asked for · 15 January 2027, 07:00"
    )
    assert texts[6].endswith("Ticket 6 · Work for my shop · Waiting for our answer · Urgent · 13 January 2027, 08:00")
    assert "Not urgent, as our support has decided" in texts[7]


def test_those_that_have_ended_can_be_left_out(shop: Storefront) -> None:
    states = {5: "open", 6: "resolved", 7: "waiting_customer", 8: "closed"}
    subject = '"state":"closed"'
    push_documents(shop, "ticket", {number: ticket(number, state=state) for number, state in states.items()})
    push_document(shop, "ticket", 9, ticket(9, subject=subject))
    customer = Customer(shop)
    assert listed(customer.opens("tickets")) == [9, 8, 7, 6, 5]
    narrowed = customer.opens("tickets", show="open")
    assert listed(narrowed) == [9, 7, 5], "nobody's words can pass for a state"
    choices = re.findall(
        r'<a href="([^"]*)" class="supportbridge-choice"( aria-current="true")?>(.*?)</a>', narrowed.html
    )
    assert [(text, bool(current)) for _, current, text in choices] == [("All", False), ("Open", True)]
    push_documents(shop, "ticket", {number: ticket(number, state="closed") for number in range(5, 10)})
    assert "You have no open tickets." in customer.opens("tickets", show="open").text


def test_C7_the_number_of_waiting_offers_stands_on_every_view_and_beside_its_ticket(shop: Storefront) -> None:
    push_account(shop, package(300))
    push_document(shop, "ticket", 5, ticket(5, quotes=[12, 13, 14]))
    push_document(shop, "quote", 12, quote(12, ticket=5))
    push_document(shop, "quote", 13, quote(13, ticket=5))
    push_document(shop, "quote", 14, quote(14, ticket=5, valid_until=NOW - 1))
    customer = Customer(shop)
    views = {view: customer.opens(view, ticket=5) for view in ("", "tickets", "thread", "ticket", "statement")}
    assert all("offers waiting for your decision: 2" in page.text for page in views.values())
    assert "offers waiting for your decision: 2" in views["tickets"].within("ticket-5")
    assert "Offers are waiting for your decision: 2" in views[""].text
    customer.sends(views["thread"].form("quote_approve", within="quote-12"))
    assert "offers waiting for your decision: 1" in customer.opens("statement").text
    assert "offers waiting" not in customer.opens("claim", now=NOW + 2 * DAY).text


@pytest.mark.parametrize("view", ["", "tickets", "statement", "claim"])
def test_the_navigation_marks_where_one_is(shop: Storefront, view: str) -> None:
    page = Customer(shop).opens(view)
    links = re.findall(r'<a href="([^"]*)" class="supportbridge-nav__link"( aria-current="page")?>', page.html)
    assert len(links) == 4
    [marked] = [address for address, current in links if current]
    assert marked.endswith(f"view={view}") or (view == "" and "view=" not in marked)


def test_many_tickets_stand_on_several_pages(shop: Storefront) -> None:
    push_documents(shop, "ticket", {number: ticket(number) for number in range(1, 46)})
    push_document(shop, "quote", 12, quote(12, ticket=2))
    customer = Customer(shop)
    first, second, last = (customer.opens("tickets", page=number) for number in (1, 2, 3))
    assert listed(first) == [2, *range(45, 26, -1)]
    assert listed(second) == list(range(26, 6, -1))
    assert listed(last) == [6, 5, 4, 3, 1]
    assert ["Newer tickets" in page.text for page in (first, second, last)] == [False, True, True]
    assert ["Older tickets" in page.text for page in (first, second, last)] == [True, True, False]
    for odd in ("0", "-1", "x", "99999999999999999999", "4"):
        assert customer.opens("tickets", page=odd).log == []


def test_an_offer_is_never_out_of_reach(shop: Storefront) -> None:
    """One whose ticket cannot be shown stands in the list itself."""
    push_document(shop, "ticket", 5, ticket(5))
    push_document(shop, "ticket", 6, ticket(6), mac="0" * 64)
    for number, of in ((12, 5), (13, 6), (14, 7)):
        push_document(shop, "quote", number, quote(number, ticket=of))
    page = Customer(shop).opens("tickets")
    assert re.findall(r'"quote-(\d+)"', page.html) == ["14", "13"]
    assert listed(page) == [5]
    assert "Some tickets cannot be shown at the moment." in page.text
    assert page.has_form("quote_approve", within="quote-14")
    assert len(page.log) == 1
    assert "signature of a row of ticket does not verify" in page.log[0]


# --- a thread ---------------------------------------------------------------------------------------------


def test_T1_a_thread_is_shown_in_order_with_who_wrote_and_when(each_shop: Storefront) -> None:
    messages = [
        message("Line one\n  line <two>", at=NOW - 3 * DAY),
        message("We look.", by="staff", at=NOW - 2 * DAY),
        message(in_three("Offered: 50 coins."), by="bridge", at=NOW - DAY, quote=12),
        message("By mail", verified=False, at=NOW),
    ]
    push_document(each_shop, "ticket", 5, ticket(5, subject="A <slider>", messages=messages))
    page = Customer(each_shop, zone="Asia/Tehran").opens("thread", ticket=5)
    assert page.parts == ["thread", "reply"]
    assert "<bdi>A &lt;slider&gt;</bdi></h2>" in page.html
    assert "Ticket 5, opened on 13 January 2027, 11:30" in page.text
    words = ("Line one\n  line &lt;two&gt;", "We look.", "Offered: 50 coins.", "By mail")
    assert sorted(words, key=page.html.index) == list(words)
    assert re.findall(r"<strong>(.*?)</strong>", page.html) == ["You", "Support", "What has happened", "You"]
    assert page.text.count("not written on this page") == 1
    assert page.log == []


def test_the_desks_own_sentences_are_in_the_readers_language_and_peoples_words_as_typed(shop: Storefront) -> None:
    messages = [message("Bitte"), message(in_three("Offered"), by="bridge")]
    push_document(shop, "ticket", 5, ticket(5, messages=messages))
    html = Customer(shop, "fa").opens("thread", ticket=5).html
    assert '<div class="supportbridge-words" dir="auto">Bitte</div>' in html
    assert '<div class="supportbridge-words" lang="fa" dir="auto">Offered به فارسی</div>' in html


def test_C7_a_thread_has_its_offers_and_those_alone(shop: Storefront) -> None:
    push_account(shop, package(300))
    push_document(shop, "ticket", 5, ticket(5, quotes=[11, 12, 13]))
    push_document(shop, "quote", 11, quote(11, ticket=5, state="settled", spent=45))
    push_document(shop, "quote", 12, quote(12, ticket=5))
    push_document(shop, "quote", 13, quote(13, ticket=6))
    push_document(shop, "quote", 14, quote(14, ticket=5))
    page = Customer(shop).opens("thread", ticket=5)
    assert re.findall(r'"quote-(\d+)"', page.html) == ["12", "11"]
    assert page.parts == ["offers", "thread", "reply"], "what waits for the customer stands at the head"
    assert "What has happened</summary>" not in page.html, "the thread tells it"
    push_document(shop, "quote", 12, quote(12, ticket=5, state="started", held=50))
    assert Customer(shop).opens("thread", ticket=5).parts == ["thread", "offers", "reply"]


def test_a_decision_that_is_refused_at_once_shows_its_thread_again(shop: Storefront) -> None:
    push_document(shop, "ticket", 5, ticket(5, quotes=[12]))
    push_document(shop, "quote", 12, quote(12, ticket=5))
    customer = Customer(shop)
    form = customer.opens("thread", ticket=5).form("quote_approve")
    push_document(shop, "quote", 12, quote(12, ticket=5, version=3))
    page = customer.sends(form)
    assert "This offer was changed after your page was made." in page.text
    assert page.parts == ["offers", "thread", "reply"]
    push_document(shop, "ticket", 5, ticket(5), mac="0" * 64)
    assert customer.sends(form).parts == ["offers", "tickets"]


def test_C9_what_was_decided_leads_back_to_its_ticket(shop: Storefront) -> None:
    push_document(shop, "ticket", 5, ticket(5, quotes=[12]))
    push_document(shop, "quote", 12, quote(12, ticket=5))
    customer = Customer(shop)
    uuid = customer.sends(customer.opens("thread", ticket=5).form("quote_decline")).led_to["sent"]
    push_document(shop, "answer", uuid, answer(uuid))
    assert "view=thread&amp;ticket=5" in customer.opens("answer", sent=uuid).html
    shop.run("DROP TABLE {p}ticket")
    older = customer.opens("answer", sent=uuid)
    assert "view=thread" not in older.html
    assert "To your tickets and offers" in older.text


def test_an_offer_older_than_the_newest_two_hundred_can_be_approved_in_its_thread(shop: Storefront) -> None:
    push_document(shop, "quote", 1, quote(1, ticket=5))
    push_document(shop, "ticket", 5, ticket(5, quotes=[1]))
    newer = {number: quote(number, ticket=6, state="settled", spent=1) for number in range(2, 203)}
    push_documents(shop, "quote", newer)
    assert Customer(shop).opens("thread", ticket=5).has_form("quote_approve", within="quote-1")


def test_another_customers_ticket_is_as_good_as_none(each_shop: Storefront) -> None:
    push_document(each_shop, "ticket", 5, ticket(5, customer=78, subject="Private"), customer=78)
    push_document(each_shop, "ticket", 6, ticket(6, customer=78, subject="Private"))
    push_document(each_shop, "ticket", 7, ticket(7, store="umbrella", subject="Private"))
    for number in ("5", "6", "7", "8", "0", "-1", "5 OR 1=1", "", "9" * 30):
        page = Customer(each_shop).opens("thread", ticket=number)
        assert "There is no such ticket on your account" in page.text, number
        assert "Private" not in page.html
        assert "<form" not in page.html
    assert listed(Customer(each_shop).opens("tickets")) == []


def test_T11_a_ticket_that_is_not_what_its_row_says_is_not_shown(shop: Storefront) -> None:
    mac = mac_of(KEY, "ticket", canonical_json(ticket(5)), direction=SHOP_TO_DESK)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"mac": "0" * 64}, "does not verify"),
        ({"mac": mac}, "does not verify"),
        ({"signed_as": "quote"}, "does not verify"),
        ({"signer": OTHER_KEY}, "does not verify"),
        ({"key": 6}, 'differ in "ticket"'),
        ({"epoch": 2}, 'differ in "epoch"'),
        ({"number": 2}, 'differ in "number"'),
    ]
    for row, because in cases:
        shop.run("DELETE FROM {p}ticket")
        key = row.pop("key", 5)
        push_document(shop, "ticket", key, ticket(5), **row)
        for view in ("thread", "tickets"):
            page = Customer(shop).opens(view, ticket=key)
            assert "Please set it up." not in page.html
            assert listed(page) == []
            assert because in page.log[0]
            assert str(CUSTOMER) not in page.log[0]


def test_a_signed_ticket_that_makes_no_sense_keeps_no_other_back(shop: Storefront) -> None:
    push_document(shop, "ticket", 6, ticket(6))
    cases: list[tuple[dict[str, Any], str]] = [
        ({"subject": None}, "subject"),
        ({"opened_at": "now"}, "opened_at"),
        ({"quotes": [-1]}, "quotes"),
        ({"quotes": ["1) OR (1=1"]}, "quotes"),
        ({"quotes": None}, "quotes"),
        ({"messages": -1}, "messages"),
        ({"messages": "x"}, "messages"),
        ({"kind": "gossip"}, "kind"),
        ({"state": "lost"}, "state"),
        ({"urgency": True}, "urgency"),
        ({"order": -1}, "order"),
        ({"continues": "5"}, "continues"),
        ({"promise": {"guaranteed": {"at": NOW}}}, "text"),
        ({"promise": {"due": "soon"}}, "due"),
    ]
    for changes, field in cases:
        push_document(shop, "ticket", 5, ticket(5, **changes))
        page = Customer(shop).opens("tickets")
        assert listed(page) == [6], field
        assert [f'the ticket document has no usable "{field}"' in line for line in page.log] == [True]


def test_what_a_desk_that_was_put_back_does_not_know_is_not_shown(shop: Storefront) -> None:
    push_account(shop, package(300), epoch=2)
    push_document(shop, "ticket", 5, ticket(5, epoch=1))
    push_document(shop, "ticket", 6, ticket(6, epoch=2))
    assert listed(Customer(shop).opens("tickets")) == [6]
    assert "There is no such ticket" in Customer(shop).opens("thread", ticket=5).text


def test_D2_an_erased_ticket_leaves_its_number(shop: Storefront) -> None:
    push_document(shop, "ticket", 5, ticket(5, subject="", messages=[]))
    page = Customer(shop).opens("tickets")
    assert "<bdi>Ticket 5</bdi>" in page.within("ticket-5")
    assert "<bdi>Ticket 5</bdi></h2>" in Customer(shop).opens("thread", ticket=5).html


def test_script_in_every_field_is_shown_as_text(each_shop: Storefront) -> None:
    messages = [message(EVIL), message(EVIL, by="staff"), message({"en": EVIL, '"><i>': EVIL}, by="bridge")]
    push_document(each_shop, "ticket", 5, ticket(5, subject=EVIL, messages=messages, quotes=[12]))
    push_document(each_shop, "quote", 12, quote(12, ticket=5, subject=EVIL, text={"en": EVIL}))
    customer = Customer(each_shop)
    form = customer.opens("thread", ticket=5).form("ticket_reply")
    pages = [
        customer.opens("tickets"),
        customer.opens("thread", ticket=5),
        customer.sends(form | {"supportbridge_token": "x", "supportbridge_text": EVIL}),
        customer.opens("thread", ticket=EVIL),
        customer.opens("statement", kind=EVIL, package=EVIL, before=EVIL),
        customer.opens("answer", sent=EVIL),
    ]
    for page in pages:
        assert not re.search(r"<script|<img|<i>|onerror=y>", page.html)
        assert page.log == []


# --- replies ----------------------------------------------------------------------------------------------


def test_T1_a_reply_is_written_as_it_was_typed(each_shop: Storefront) -> None:
    push_document(each_shop, "ticket", 5, ticket(5))
    customer = Customer(each_shop)
    text = 'It\'s "so" <b>&amp; 100% \\ привет سلام \N{GRINNING FACE}\n  indented'
    form = customer.opens("thread", ticket=5).form("ticket_reply")
    sent = customer.sends(form | {"supportbridge_text": text.replace("\n", "\r\n")})
    [posted] = inbox(each_shop)
    assert (posted.kind, posted.data) == ("ticket_reply", {"ticket": 5, "text": text, "files": []})
    assert sent.led_to["sent"] == posted.uuid
    waiting = customer.opens("answer", sent=posted.uuid)
    assert "Reply to ticket 5" in waiting.text
    push_document(each_shop, "answer", posted.uuid, answer(posted.uuid, text=in_three("Sent.")))
    answered = customer.opens("answer", sent=posted.uuid)
    assert "view=thread&amp;ticket=5" in answered.html


def test_C15_a_frozen_account_can_write(shop: Storefront) -> None:
    push_account(shop, package(300), frozen=True)
    push_document(shop, "ticket", 5, ticket(5))
    customer = Customer(shop)
    form = customer.opens("thread", ticket=5).form("ticket_reply")
    customer.sends(form | {"supportbridge_text": "Why?"})
    assert [posted.kind for posted in inbox(shop)] == ["ticket_reply"]


def test_a_reply_of_a_wrong_length_is_not_sent_and_not_lost(shop: Storefront) -> None:
    push_document(shop, "ticket", 5, ticket(5))
    customer = Customer(shop)
    form = customer.opens("thread", ticket=5).form("ticket_reply")
    cases = {
        " \r\n": "Please type a message.",
        "\N{GRINNING FACE}" * 4001: "The message is too long: 4,001 characters. At most 4,000 are possible.",
        "x" * 1_048_576: "The message is too long: 1,048,576 characters. At most 4,000 are possible.",
    }
    for typed, words in cases.items():
        page = customer.sends(form | {"supportbridge_text": typed})
        assert words in page.text
        assert page.parts == ["thread", "reply"]
        assert page.form("ticket_reply")["supportbridge_text"] == typed.strip()
    assert inbox(shop) == []


def test_a_text_of_blanks_between_letters_holds_nothing_up(shop: Storefront) -> None:
    """A PHP without a compiler for patterns is not rare, and whoever is logged in can send such a text."""
    shop.php_settings["pcre.jit"] = "0"
    push_document(shop, "ticket", 5, ticket(5))
    customer = Customer(shop)
    form = customer.opens("thread", ticket=5).form("ticket_reply")
    inside = "a" + " \N{NO-BREAK SPACE}" * 25_000 + "b"
    for typed in (inside, f"{inside}\N{IDEOGRAPHIC SPACE}\n", " " * 1_500_000 + "x" * 4001):
        page = customer.sends(form | {"supportbridge_text": typed})
        for _ in range(8):  # a machine that is busy may have held it up
            if page.played.seconds >= 2:
                page = customer.sends(form | {"supportbridge_text": typed})
        assert "The message is too long" in page.text
        assert page.played.seconds < 2
        assert page.form("ticket_reply")["supportbridge_text"] == typed.strip()
    blanks = "\N{NO-BREAK SPACE}\n\t\N{IDEOGRAPHIC SPACE}"
    assert "Please type a message." in customer.sends(form | {"supportbridge_text": blanks * 10_000}).text
    customer.sends(form | {"supportbridge_text": f"{blanks * 10_000}two  words{blanks * 10_000}"})
    assert [posted.data["text"] for posted in inbox(shop)] == ["two  words"]


def test_a_forged_or_foreign_reply_is_not_sent(shop: Storefront) -> None:
    push_document(shop, "ticket", 5, ticket(5))
    push_document(shop, "ticket", 9, ticket(9, customer=78), customer=78)
    customer = Customer(shop)
    good = customer.opens("thread", ticket=5).form("ticket_reply") | {"supportbridge_text": "Hello"}
    opening = customer.opens("ticket").form("ticket_open")
    no_ticket = "There is no such ticket on your account."
    no_form = "This form is no longer valid"
    cases: list[tuple[dict[str, str], dict[str, Any], str]] = [
        ({"supportbridge_ticket": "9"}, {}, no_ticket),
        ({"supportbridge_ticket": "4"}, {}, no_ticket),
        ({"supportbridge_ticket": "5 OR 1=1"}, {}, no_form),
        ({"supportbridge_ticket": ""}, {}, no_form),
        ({"supportbridge_token": ""}, {}, no_form),
        ({"supportbridge_token": "0" * 64}, {}, no_form),
        ({"supportbridge_token": opening["supportbridge_token"]}, {}, no_form),
        ({"supportbridge_kind": "ticket_open"}, {}, no_form),
        ({"supportbridge_uuid": opening["supportbridge_uuid"]}, {}, no_form),
        ({}, {"session": "another session"}, no_form),
        ({}, {"session": ""}, no_form),
        ({}, {"customer": 78}, no_form),
    ]
    for changes, orders, words in cases:
        page = customer.sends(good | changes, **orders)
        assert page.led_to == {}, changes
        assert words in page.text, changes
    assert inbox(shop) == []


def test_a_reply_sent_twice_is_one_row_and_one_replayed_with_other_words_is_said(shop: Storefront) -> None:
    push_document(shop, "ticket", 5, ticket(5))
    customer = Customer(shop)
    form = customer.opens("thread", ticket=5).form("ticket_reply") | {"supportbridge_text": "Hello"}
    first, second = customer.sends(form), customer.sends(form)
    assert first.led_to == second.led_to
    assert "This form was sent already" in customer.sends(form | {"supportbridge_text": "Other words"}).text
    assert [posted.data["text"] for posted in inbox(shop)] == ["Hello"]


# --- other versions ---------------------------------------------------------------------------------------


def test_the_list_says_on_which_side_it_is_missing_and_offers_can_be_decided(shop: Storefront) -> None:
    push_account(shop, package(300))
    push_document(shop, "quote", 12, quote())
    for drop, words in ((False, "the vendor’s desk has been updated"), (True, "the shop has been set up for it")):
        if drop:
            shop.run("DROP TABLE {p}ticket")
        page = Customer(shop).opens("tickets")
        assert f"Your tickets are listed here once {words}." in page.text
        assert ALREADY in page.text
        assert page.has_form("quote_approve", within="quote-12")
        assert page.log == []
    push_page(shop)
    shop.make_tables()
    assert "You have not written to us yet." in Customer(shop).opens("tickets").text


@pytest.mark.parametrize("table", ["ticket", "quote", "price"])
def test_a_document_of_a_newer_version_is_said_in_words(shop: Storefront, table: str) -> None:
    push_account(shop, package(300))
    document = {"ticket": ticket(5), "quote": quote(12), "price": price("analytics")}[table] | {"v": 2}
    keys: dict[str, int | str] = {"ticket": 5, "quote": 12, "price": "analytics"}
    push_document(shop, table, keys[table], document)
    page = Customer(shop).opens("tickets")
    assert "It is shown once the shop’s extension has been updated." in page.text
    assert "is of a version that this extension does not know; update it" in page.log[0]
    if table == "ticket":
        assert "has been updated" in Customer(shop).opens("thread", ticket=5).text


def test_an_answer_of_a_newer_version_ends_the_waiting(shop: Storefront) -> None:
    customer = Customer(shop)
    form = customer.opens("ticket").form("ticket_open")
    uuid = customer.sends(form | {"supportbridge_subject": "a", "supportbridge_text": "b"}).led_to["sent"]
    push_document(shop, "answer", uuid, answer(uuid, v=2))
    assert "It is shown once the shop’s extension has been updated." in customer.opens("answer", sent=uuid).text


def test_a_version_below_ours_or_none_is_no_newer_one(shop: Storefront) -> None:
    for version in (0, -1, "2", None, 1.0, [2]):
        push_document(shop, "ticket", 5, ticket(5, v=version))
        page = Customer(shop).opens("tickets")
        assert "has been updated" not in page.text.replace("desk has been updated", "")
        assert len(page.log) == 1
