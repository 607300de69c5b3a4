"""A ticket's own page: how it stands, what is promised, its messages a page at a time, files, and where it goes on."""

import base64
import hashlib
import re
from typing import Any

import pytest

from bridge.contracts.shop_rows import DESK_TO_SHOP, SHOP_TO_DESK, canonical_json, mac_of
from tests.plugins.conftest import MakeShop, paired
from tests.support.customer_page import (
    TURNING,
    Customer,
    CustomerPage,
    a_file,
    answer,
    in_three,
    inbox,
    message,
    promise,
    push_account,
    push_document,
    push_message,
    ticket,
)
from tests.support.storefront import CUSTOMER, DAY, KEY, NOW, OTHER_KEY, STORE, Storefront, package

UUID = "0b3e7c1a-4f2d-4c55-9a1e-2f6d8c7b9a10"
EVIL = """<script>alert("1")</script>'&<img src=x onerror=y>"""


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    """What the shared classes do is tried in one layout."""
    return paired(make_shop("opencart"))


def thread(shop: Storefront, number: int = 5, language: str = "en", **query: Any) -> CustomerPage:
    return Customer(shop, language).opens("thread", ticket=number, **query)


# --- how it stands ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "state", "kind", "urgent"),
    [
        ("en", "In work", "Work for my shop", "Urgent"),
        ("ru", "В работе", "Работа для моего магазина", "Срочно"),
        ("fa", "در حال انجام", "کار برای فروشگاهم", "فوری"),
    ],
)
def test_T10_a_thread_says_state_kind_and_urgency(
    shop: Storefront, language: str, state: str, kind: str, urgent: str
) -> None:
    push_document(shop, "ticket", 5, ticket(5, state="in_work", kind="work", urgency="confirmed"))
    page = thread(shop, language=language)
    for said in (state, kind, urgent):
        assert f">{said}</span>" in page.within("thread")
    assert page.log == []


def test_a_thread_says_which_order_and_product_it_is_about(each_shop: Storefront) -> None:
    each_shop.place_order(1042)
    push_document(each_shop, "ticket", 5, ticket(5, order=1042, product="Slider <Pro>"))
    push_document(each_shop, "ticket", 6, ticket(6, order=1043))
    known = "XKBK1042" if each_shop.platform == "prestashop" else "1042"
    assert f"Order \N{FIRST STRONG ISOLATE}{known}\N{POP DIRECTIONAL ISOLATE} · Slider <Pro>" in thread(each_shop).text
    assert "Order \N{FIRST STRONG ISOLATE}1043" in thread(each_shop, 6).text, "one that is gone is known by its number"


def test_T10_a_change_of_state_is_a_line_in_the_readers_language(shop: Storefront) -> None:
    told = {"en": "Resolved.", "ru": "Решено.", "fa": "حل شد."}
    push_document(shop, "ticket", 5, ticket(5, messages=[message("Please"), message(told, by="bridge")]))
    for language, words in told.items():
        page = thread(shop, language=language)
        assert f'lang="{language}" dir="auto">{words}</div>' in page.html
        assert page.html.count("supportbridge-message--bridge") == 1


def test_T11_what_was_not_written_on_this_page_is_said_to_be_so(each_shop: Storefront) -> None:
    messages = [message("By the contact form", verified=False), message("Here"), message("Yes", by="staff")]
    push_document(each_shop, "ticket", 5, ticket(5, messages=messages))
    page = thread(each_shop)
    assert page.text.count("not written on this page") == 1
    assert "not written on this page By the contact form" in page.text


# --- the promise ------------------------------------------------------------------------------------------


def test_T8_guaranteed_and_best_effort_stand_apart_and_the_next_answer_beside_them(each_shop: Storefront) -> None:
    said = promise(guaranteed="Saturday, 18:00", best_effort="Thursday, 18:00", due=NOW + DAY)
    push_document(each_shop, "ticket", 5, ticket(5, promise=said))
    page = thread(each_shop)
    assert page.parts == ["promise", "thread", "reply"]
    assert page.fact("guaranteed", within="promise") == "Saturday, 18:00"
    assert page.fact("best-effort", within="promise") == "Thursday, 18:00"
    assert page.fact("due", within="promise") == "16 January 2027, 08:00"
    assert "Guaranteed at its opening Saturday, 18:00 What we aim at Thursday, 18:00" in page.text
    assert "It moves when you write, when we answer, and while we wait for you." in page.text
    in_persian = Customer(each_shop, "fa").opens("thread", ticket=5)
    assert in_persian.fact("guaranteed", within="promise") == "Saturday, 18:00 به فارسی"


@pytest.mark.parametrize(
    ("state", "said", "shown"),
    [
        ("open", {"best_effort": "Thursday"}, {"best-effort"}),
        ("open", {}, set()),
        ("in_work", {"due": NOW}, {"due"}),
        ("waiting_customer", {"guaranteed": "Friday", "due": NOW}, {"guaranteed"}),
        ("resolved", {"guaranteed": "Friday", "due": NOW}, set()),
        ("closed", {"guaranteed": "Friday", "best_effort": "Friday", "due": NOW}, set()),
    ],
)
def test_T6_a_promise_is_shown_while_it_says_something(
    shop: Storefront, state: str, said: dict[str, Any], shown: set[str]
) -> None:
    push_document(shop, "ticket", 5, ticket(5, state=state, promise=promise(**said)))
    page = thread(shop)
    assert set(re.findall(r'<dd data-supportbridge="(guaranteed|best-effort|due)"', page.html)) == shown
    assert ("promise" in page.parts) == bool(shown)


def test_T8_the_promise_is_shown_with_the_answer_to_what_was_sent(each_shop: Storefront) -> None:
    customer = Customer(each_shop)
    form = customer.opens("ticket").form("ticket_open")
    sent = customer.sends(form | {"supportbridge_subject": "Slow", "supportbridge_text": "Why?"}).led_to["sent"]
    push_document(each_shop, "answer", sent, answer(sent, code="ticket_opened", data={"ticket": 5}))
    assert customer.opens("answer", sent=sent).parts == ["answer"], "the ticket is not in the shop yet"
    push_document(each_shop, "ticket", 5, ticket(5, promise=promise(guaranteed="Saturday, 18:00")))
    page = customer.opens("answer", sent=sent)
    assert page.parts == ["answer", "promise"]
    assert page.fact("guaranteed", within="promise") == "Saturday, 18:00"
    if each_shop.platform != "prestashop":  # there the request ends itself
        assert "Saturday, 18:00" in customer.opens("answer", **{"sent": sent, "as": "json"}).html


# --- messages ---------------------------------------------------------------------------------------------


def shown_messages(page: CustomerPage) -> list[str]:
    return re.findall(r'dir="auto">message ([0-9]+)</div>', page.html)


def test_T1_a_long_thread_begins_with_its_newest_fifty_and_leads_to_the_older_ones(shop: Storefront) -> None:
    messages = [message(f"message {number}") for number in range(1, 121)]
    push_document(shop, "ticket", 5, ticket(5, messages=messages))
    pages = [thread(shop, page=number) for number in (1, 2, 3)]
    numbers = [[int(number) for number in shown_messages(page)] for page in pages]
    assert numbers == [list(range(71, 121)), list(range(21, 71)), list(range(1, 21))]
    assert ["Older messages" in page.text for page in pages] == [True, True, False]
    assert ["Newer messages" in page.text for page in pages] == [False, True, True]
    assert all(page.has_form("ticket_reply") for page in pages)
    for odd in ("4", "0", "-1", "x", "9" * 14, "9" * 40):
        page = thread(shop, page=odd)
        assert page.log == []
        assert "cannot be shown" not in page.text


def test_T11_messages_that_do_not_verify_are_left_out_and_said(shop: Storefront) -> None:
    push_document(shop, "ticket", 5, ticket(5, messages=[message(f"message {number}") for number in range(1, 13)]))
    signed_by_a_page = mac_of(KEY, "message", canonical_json({}), direction=SHOP_TO_DESK)
    cases: list[dict[str, Any]] = [
        {"mac": "0" * 64},
        {"mac": signed_by_a_page},
        {"signer": OTHER_KEY},
        {"signed_as": "ticket"},
    ]
    for number, row in enumerate(cases, start=1):
        push_message(shop, 5, number, message("message forged"), **row)
    push_message(shop, 5, 5, message("message forged") | {"customer": 78})
    push_message(shop, 5, 6, message("message forged") | {"ticket": 6})
    push_message(shop, 5, 7, message("message forged") | {"number": 8})
    push_message(shop, 5, 8, message("message forged") | {"version": 2})
    push_message(shop, 5, 9, message("message forged") | {"by": "boss"})
    push_message(shop, 5, 10, message("message forged") | {"store": "umbrella"})
    push_message(shop, 5, 11, message("message forged"), customer=78)
    page = thread(shop)
    assert shown_messages(page) == ["12"]
    assert "forged" not in page.html
    assert "Messages that cannot be shown at the moment: 11" in page.text
    assert "rows are not shown (10)" in page.log[0]


def test_T1_messages_stand_in_the_order_of_their_time_whatever_their_numbers(shop: Storefront) -> None:
    """After a restore the desk gives what was lost higher numbers than what came after it."""
    messages = [
        message("word first", at=NOW - DAY, ms=0),
        message("word fourth", at=NOW, ms=5),
        message("word third", at=NOW - DAY, ms=999),
        message("word second", at=NOW - DAY, ms=0),
    ]
    push_document(shop, "ticket", 5, ticket(5, messages=messages))
    shown = re.findall(r"word (\w+)", thread(shop).html)
    assert shown == ["first", "second", "third", "fourth"]


def test_messages_beyond_those_that_the_ticket_counts_are_not_shown(shop: Storefront) -> None:
    push_document(shop, "ticket", 5, ticket(5, messages=[message("message 1")]))
    push_message(shop, 5, 2, message("message 2"))
    page = thread(shop)
    assert shown_messages(page) == ["1"]
    assert "cannot be shown" not in page.text


def test_messages_of_a_desk_that_was_put_back_are_not_shown(shop: Storefront) -> None:
    push_account(shop, package(300), epoch=2)
    push_document(shop, "ticket", 5, ticket(5, epoch=2, messages=[message("message 1"), message("message 2")]))
    push_message(shop, 5, 1, message("message 1"), epoch=1)
    page = thread(shop)
    assert shown_messages(page) == ["2"]
    assert "Messages that cannot be shown at the moment: 1" in page.text


def test_D2_a_redacted_message_leaves_its_place(shop: Storefront) -> None:
    push_document(shop, "ticket", 5, ticket(5, messages=[message("message 1"), message("Secret")]))
    words = {"en": "This message was taken out.", "ru": "Это сообщение удалено.", "fa": "این پیام حذف شد."}
    push_message(shop, 5, 2, message("") | {"text": words}, version=2)
    page = thread(shop)
    assert "Secret" not in page.html
    assert words["en"] in page.text
    assert words["ru"] not in page.text
    assert page.html.count('class="supportbridge-message ') == 2
    assert page.log == []


@pytest.mark.parametrize("wrong", ["DROP TABLE {p}message", "LOCK TABLES {p}message WRITE"])
def test_a_table_of_messages_that_cannot_be_read_costs_the_thread_alone(shop: Storefront, wrong: str) -> None:
    push_document(shop, "ticket", 5, ticket(5))
    with shop.another_connection(wrong):
        page = thread(shop)
        listed = Customer(shop).opens("tickets")
    assert page.has_form("ticket_reply")
    assert "cannot be shown at the moment" in page.text
    assert page.played.seconds < 4
    assert "13 January 2027, 08:00" in listed.within("ticket-5"), "when it was opened"


# --- files ------------------------------------------------------------------------------------------------


def store_file(shop: Storefront, content: bytes, *, own: bool, uuid: str = UUID, **changes: Any) -> None:
    """A file in one part, as the customer's page or the desk leaves it."""
    document = {
        "v": 1,
        "store": STORE,
        "file": uuid,
        "part": 0,
        "parts": 1,
        "customer": CUSTOMER,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "data": base64.b64encode(content).decode(),
    } | changes
    payload = canonical_json(document)
    mac = mac_of(KEY, "file", payload, direction=SHOP_TO_DESK if own else DESK_TO_SHOP)
    shop.run(
        "REPLACE INTO {p}file (store, uuid, part, customer_id, payload, key_id, mac) VALUES"
        f" ('{STORE}', '{uuid}', 0, {CUSTOMER}, 0x{payload.encode().hex()}, '{KEY.id}', '{mac}')"
    )


def download_address(page: CustomerPage) -> dict[str, str]:
    [found] = re.findall(r"view=file&amp;ticket=(\d+)&amp;message=(\d+)&amp;file=([0-9a-f-]+)", page.html)
    return dict(zip(("ticket", "message", "file"), found, strict=True))


@pytest.mark.parametrize("by", ["customer", "staff"])
def test_a_file_of_a_message_is_saved_under_its_name(each_shop: Storefront, by: str) -> None:
    content = b"what the log says\n"
    file = a_file("error log.txt", size=len(content), type="text/plain")
    push_document(each_shop, "ticket", 5, ticket(5, messages=[message("See the log", by=by, files=[file])]))
    store_file(each_shop, content, own=by == "customer")
    page = thread(each_shop)
    assert "error log.txt 1 KB" in page.text
    saved = Customer(each_shop).shop.play(
        {"what": "support", "query": {"view": "file", **download_address(page)}, "language": "en"}
    )
    assert saved.complaints == []
    if each_shop.platform == "prestashop":
        assert saved.printed == content.decode()
    else:
        assert saved.result["output"] == content.decode()
        headers = saved.result["headers"]
        assert 'Content-Disposition: attachment; filename="error log.txt"' in "\n".join(headers)
        assert "X-Content-Type-Options: nosniff" in headers
        assert "Cache-Control: no-store, private" in headers


def test_a_file_that_is_not_his_or_not_whole_is_not_sent(shop: Storefront) -> None:
    content = b"what the log says\n"
    file = a_file("log.txt", size=len(content), type="text/plain")
    push_document(shop, "ticket", 5, ticket(5, messages=[message("See", files=[file])]))
    push_document(shop, "ticket", 6, ticket(6, customer=78, messages=[]), customer=78)
    whole = {"ticket": 5, "message": 1, "file": UUID}
    customer = Customer(shop)

    def opens(**changes: Any) -> CustomerPage:
        return customer.opens("file", **{**whole, **changes})

    store_file(shop, content, own=True)
    assert opens().html == content.decode()
    for changes in ({"ticket": 6}, {"message": 2}, {"message": 0}, {"file": UUID[:-1] + "1"}, {"file": EVIL}):
        assert "This file is not there" in opens(**changes).text
    assert "what the log says" not in opens(customer=78).html
    for wrong in ({"customer": 78}, {"size": 3}, {"file": UUID[:-1] + "1"}, {"parts": 2}, {"data": "AAAA"}):
        store_file(shop, content, own=True, **wrong)
        page = opens()
        assert "This file is not there" in page.text, wrong
        assert len(page.log) == 1
    store_file(shop, content, own=False)
    assert "This file is not there" in opens().text, "signed for the other direction"


# --- where it goes on -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("open", ""),
        ("waiting_customer", ""),
        ("resolved", "a reply opens it again."),
        ("closed", "A reply makes a new ticket that is linked with it."),
    ],
)
def test_T10_what_a_reply_does_is_said_beside_the_form(shop: Storefront, state: str, said: str) -> None:
    push_document(shop, "ticket", 5, ticket(5, state=state))
    page = thread(shop)
    assert page.has_form("ticket_reply")
    assert said in page.within("reply")
    assert ("This ticket is" in page.within("reply")) == bool(said)


def test_T10_a_reply_to_a_closed_ticket_leads_to_the_one_that_goes_on_with_it(each_shop: Storefront) -> None:
    push_document(each_shop, "ticket", 5, ticket(5, state="closed"))
    customer = Customer(each_shop)
    form = customer.opens("thread", ticket=5).form("ticket_reply") | {"supportbridge_text": "Again"}
    sent = customer.sends(form).led_to["sent"]
    push_document(each_shop, "ticket", 5, ticket(5, state="closed", continued_by=9))
    push_document(each_shop, "ticket", 9, ticket(9, continues=5))
    push_document(each_shop, "answer", sent, answer(sent, data={"ticket": 9}))
    assert "view=thread&amp;ticket=9" in customer.opens("answer", sent=sent).html
    assert "Goes on in ticket 9" in thread(each_shop, 5).text
    assert "Goes on from ticket 5" in thread(each_shop, 9).text


def test_a_reply_to_a_ticket_that_has_vanished_is_refused_and_what_was_typed_stays(shop: Storefront) -> None:
    push_document(shop, "ticket", 5, ticket(5))
    customer = Customer(shop)
    form = customer.opens("thread", ticket=5).form("ticket_reply") | {"supportbridge_text": "Hello"}
    shop.run("DELETE FROM {p}ticket")
    page = customer.sends(form)
    assert "There is no such ticket on your account." in page.text
    assert inbox(shop) == []


def test_T12_what_was_too_much_is_refused_in_words_and_what_was_typed_is_not_lost(shop: Storefront) -> None:
    push_document(shop, "ticket", 5, ticket(5))
    customer = Customer(shop)
    form = customer.opens("thread", ticket=5).form("ticket_reply") | {"supportbridge_text": "My <31st>\nmessage"}
    sent = customer.sends(form).led_to["sent"]
    words = in_three("At most 30 messages an hour are possible.")
    push_document(shop, "answer", sent, answer(sent, outcome="refused", code="too_many_messages", text=words))
    page = customer.opens("answer", sent=sent)
    assert "At most 30 messages an hour are possible." in page.text
    assert "What you wrote" in page.text
    assert 'dir="auto">My &lt;31st&gt;\nmessage</div>' in page.html


# --- what somebody may have written -----------------------------------------------------------------------


def test_script_and_marks_of_direction_in_every_field_of_a_thread_stay_text(each_shop: Storefront) -> None:
    odd = EVIL + TURNING
    files = [a_file(odd + ".png", file='"><script>')]
    messages = [
        message(EVIL, files=files),
        message({"en": EVIL, '"><i>': EVIL}, by="bridge"),
        message(EVIL, by="staff", files=[a_file(odd)]),
    ]
    said = {
        "guaranteed": {"at": NOW, "text": {"en": odd}},
        "best_effort": {"at": NOW, "text": {'"><i>': odd}},
        "due": 1,
    }
    about: dict[str, Any] = {"product": odd, "promise": said, "quotes": [12]}
    push_document(each_shop, "ticket", 5, ticket(5, subject=odd, messages=messages, **about))
    for page in (thread(each_shop), Customer(each_shop).opens("tickets"), thread(each_shop, page=EVIL)):
        assert not re.search(r"<script|<img|<i>|onerror=y>", page.html)
        assert not any(mark in page.html for mark in TURNING)
        assert page.log == []
