"""What a customer does on his page becomes one signed row for the desk, exactly as he meant it, or nothing at all."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bridge.contracts.shop_rows import SHOP_TO_DESK, mac_of
from tests.plugins.conftest import MakeShop, paired
from tests.support.customer_page import (
    TURNING,
    Customer,
    CustomerPage,
    answer,
    hashes,
    in_three,
    inbox,
    price,
    push_account,
    push_document,
    quote,
    right,
    ticket,
)
from tests.support.storefront import CUSTOMER, KEY, NOW, OTHER_KEY, SOON_S, STORE, Storefront, package

NOTHING_MORE: dict[str, Any] = {"kind": "support", "order": None, "product": None, "urgent": False, "files": []}
"""What a form says of a ticket unless something is chosen in it."""
UUID_4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    """What the shared classes do is tried in one layout."""
    return paired(make_shop("opencart"))


def a_ticket(customer: Customer, **typed: str) -> dict[str, str]:
    """The form of a new ticket, filled in."""
    return customer.opens("ticket").form("ticket_open") | typed_into(**{"subject": "Help", "text": "Hello", **typed})


def typed_into(**typed: str) -> dict[str, str]:
    return {f"supportbridge_{name}": value for name, value in typed.items()}


# --- each kind of deed ------------------------------------------------------------------------------------


def test_C9_an_approval_names_the_quote_its_version_and_the_hash_of_what_was_shown(each_shop: Storefront) -> None:
    push_account(each_shop, package(300))
    push_document(each_shop, "quote", 12, quote())
    customer = Customer(each_shop, "ru")
    sent = customer.sends(customer.opens("tickets").form("quote_approve"))
    [posted] = inbox(each_shop)
    assert re.fullmatch(UUID_4, posted.uuid)
    assert sent.led_to["sent"] == posted.uuid
    assert sent.led_to["view"] == "answer"
    assert posted.document == {
        "v": 1,
        "store": STORE,
        "customer": CUSTOMER,
        "uuid": posted.uuid,
        "kind": "quote_approve",
        "at": NOW,
        "language": "ru",
        "data": {"quote": 12, "version": 2, "text_hash": hashes(quote()["text"])["ru"]},
    }


def test_declining_and_cancelling_name_the_quote(shop: Storefront) -> None:
    push_document(shop, "quote", 12, quote())
    push_document(shop, "quote", 13, quote(13, state="approved", held=50))
    customer = Customer(shop)
    page = customer.opens("tickets")
    customer.sends(page.form("quote_decline"))
    customer.sends(page.form("quote_cancel"))
    assert [(posted.kind, posted.data) for posted in inbox(shop)] == [
        ("quote_decline", {"quote": 12, "version": 2}),
        ("quote_cancel", {"quote": 13}),
    ]


def test_a_ticket_is_written_as_it_was_typed(each_shop: Storefront) -> None:
    """No shop's escaping of what comes in changes a character of it, and no charset does."""
    text = "It's \"so\" <b>&amp; 100% \\ \\' $1 {x}\n  indented\nпривет سلام \N{GRINNING FACE} \u2028 /slash/"
    customer = Customer(each_shop)
    sent = customer.sends(a_ticket(customer, subject="  Café & <Co>  ", text=text.replace("\n", "\r\n") + "\r\n "))
    assert sent.led_to["view"] == "answer"
    [posted] = inbox(each_shop)
    assert posted.data == {**NOTHING_MORE, "subject": "Café & <Co>", "text": text, "price": None}


def test_C13_a_ticket_from_the_price_list_names_its_code(shop: Storefront) -> None:
    push_document(shop, "price", "analytics", price())
    customer = Customer(shop)
    form = customer.opens("ticket", price="analytics").form("ticket_open")
    customer.sends(form | typed_into(text="Please"))
    [posted] = inbox(shop)
    assert posted.data == {
        **NOTHING_MORE,
        "kind": "work",
        "subject": "Google Analytics",
        "text": "Please",
        "price": "analytics",
    }


# --- what a new ticket is about ---------------------------------------------------------------------------


def options(page: CustomerPage, name: str) -> list[str]:
    """What can be chosen in a list of the form, without the first, which chooses nothing."""
    found = re.findall(rf'<select name="supportbridge_{name}".*?</select>', page.html)
    return [html.unescape(text) for text in re.findall(r"<option[^>]*>(.*?)</option>", "".join(found))][1:]


def test_T1_T3_a_ticket_names_its_kind_order_product_and_urgency(each_shop: Storefront) -> None:
    each_shop.place_order(1042, "Slider <Pro> & more", "Menu")
    each_shop.place_order(1043, "Slider <Pro> & more")
    customer = Customer(each_shop)
    page = customer.opens("ticket")
    assert page.log == []
    known = "XKBK1042" if each_shop.platform == "prestashop" else "1042"
    assert options(page, "order")[1] == f"\N{FIRST STRONG ISOLATE}{known}\N{POP DIRECTIONAL ISOLATE}, 14 January 2027"
    assert options(page, "product") == ["Slider <Pro> & more", "Menu"]
    in_persian = options(Customer(each_shop, "fa").opens("ticket"), "order")[1]
    assert "۱۰۴۲" in in_persian, "as in the ticket's thread and the statement"
    chosen = typed_into(about="pre_sales", order="1042", product="Slider <Pro> & more", urgent="1")
    assert customer.sends(a_ticket(customer) | chosen).led_to["view"] == "answer"
    [posted] = inbox(each_shop)
    about = {name: posted.data[name] for name in ("kind", "order", "product", "urgent", "files")}
    assert about == {
        "kind": "pre_sales", "order": 1042, "product": "Slider <Pro> & more", "urgent": True, "files": []
    }  # fmt: skip


def test_opencart_keeps_names_escaped_and_they_are_shown_as_they_are(shop: Storefront) -> None:
    shop.place_order(1042, "Slider &lt;Pro&gt; &amp; more &quot;so&quot;")
    assert options(Customer(shop).opens("ticket"), "product") == ['Slider <Pro> & more "so"']


def test_only_his_own_newest_twenty_orders_of_this_shop_can_be_chosen(each_shop: Storefront) -> None:
    for number in range(1, 23):
        each_shop.place_order(number)
    each_shop.place_order(30, "Private", customer=78)
    each_shop.place_order(31, "Private", shop_id=5)
    page = Customer(each_shop).opens("ticket")
    form = re.findall(r'<option value="(\d+)"', page.html)
    assert form == [str(number) for number in range(22, 2, -1)]
    assert "Private" not in page.html


def test_of_very_long_orders_the_newest_ones_products_can_be_chosen(each_shop: Storefront) -> None:
    each_shop.place_order(1, *[f"Old {number}" for number in range(205)])
    each_shop.place_order(2, "Newest", "Menu")
    shown = options(Customer(each_shop).opens("ticket"), "product")
    assert (shown[:3], len(shown)) == (["Newest", "Menu", "Old 0"], 200)


def test_a_customer_without_orders_names_the_product_himself(each_shop: Storefront) -> None:
    customer = Customer(each_shop)
    page = customer.opens("ticket")
    assert "supportbridge_order" not in page.form("ticket_open")
    assert '<input type="text" value="" name="supportbridge_product"' in page.html
    customer.sends(a_ticket(customer, product=" My\ttheme "))
    assert [posted.data["product"] for posted in inbox(each_shop)] == ["My theme"]


def test_somebody_elses_order_is_refused_like_one_that_does_not_exist(each_shop: Storefront) -> None:
    each_shop.place_order(1042, customer=78)
    each_shop.place_order(1043, shop_id=5)
    each_shop.place_order(1044)
    customer = Customer(each_shop)
    for order in ("1042", "1043", "9999", "0"):
        page = customer.sends(a_ticket(customer, text="Kept") | typed_into(order=order))
        assert "There is no such order on your account." in page.text, order
        assert page.form("ticket_open")["supportbridge_text"] == "Kept"
    for order in ("1044 OR 1=1", "-1", "x"):
        assert "This form is no longer valid" in customer.sends(a_ticket(customer) | typed_into(order=order)).text
    assert inbox(each_shop) == []


def test_orders_that_cannot_be_read_keep_nobody_from_writing(each_shop: Storefront) -> None:
    each_shop.run(f"DROP TABLE {each_shop.prefix}{'orders' if each_shop.platform == 'prestashop' else 'order'}")
    customer = Customer(each_shop)
    page = customer.opens("ticket")
    assert len(page.log) == 1
    assert "the orders to choose from are not shown" in page.log[0]
    assert customer.sends(page.form("ticket_open") | typed_into(subject="Slow", text="Why?")).led_to != {}
    [posted] = inbox(each_shop)
    assert posted.data == {**NOTHING_MORE, "subject": "Slow", "text": "Why?", "price": None}


def test_a_kind_or_product_that_cannot_be_is_refused_in_words(shop: Storefront) -> None:
    customer = Customer(shop)
    cases = {
        "Please choose what it is about.": typed_into(about="gossip"),
        "The name of the product is too long: 201 characters.": typed_into(product="x" * 201),
    }
    for words, changes in cases.items():
        page = customer.sends(a_ticket(customer, text="Kept") | changes)
        assert words in page.text
        assert page.form("ticket_open")["supportbridge_text"] == "Kept"
    chosen = customer.sends(a_ticket(customer, text="") | typed_into(about="work", urgent="1"))
    kept = chosen.form("ticket_open")
    assert (kept["supportbridge_about"], kept["supportbridge_urgent"]) == ("work", "1")
    assert inbox(shop) == []


def test_T3_urgency_says_what_it_means_and_each_kind_what_it_is(shop: Storefront) -> None:
    page = Customer(shop).opens("ticket")
    assert "our support confirms it or says why not. It never changes what something costs." in page.text
    assert "It is free and needs no plan and no licence." in page.text
    assert page.form("ticket_open")["supportbridge_about"] == "support"
    assert 'enctype="multipart/form-data"' in page.html


def test_a_shop_without_a_place_for_files_takes_messages_all_the_same(shop: Storefront) -> None:
    shop.run("DROP TABLE {p}file")
    customer = Customer(shop)
    page = customer.opens("ticket")
    assert 'type="file"' not in page.html
    assert page.log == []
    assert customer.sends(a_ticket(customer)).led_to["view"] == "answer"


def test_sixteen_megabytes_of_text_are_refused_in_words(each_shop: Storefront) -> None:
    customer = Customer(each_shop)
    page = customer.sends(a_ticket(customer, text="x" * 16_777_216))
    assert "The message is too long: 16,777,216 characters. At most 4,000 are possible." in page.text
    assert page.played.seconds < SOON_S
    assert inbox(each_shop) == []


def test_P2_redeeming_names_the_right_and_the_domain(shop: Storefront) -> None:
    push_account(shop, package(300), rights=[right("font", kind="once")])
    customer = Customer(shop)
    customer.sends(customer.opens().form("right_redeem") | typed_into(domain=" https://Shop.Example/a?b "))
    [posted] = inbox(shop)
    assert (posted.kind, posted.data) == ("right_redeem", {"right": "font", "domain": "Shop.Example"})


def test_C19_a_guests_order_is_named_by_its_number(shop: Storefront) -> None:
    customer = Customer(shop)
    ways = ("1042", " #1042 ", "№ 1042", "۱۰۴۲", "١٠٤٢")
    for typed in ways:
        customer.sends(customer.opens("claim").form("guest_claim") | typed_into(order=typed))
    assert [(posted.kind, posted.data) for posted in inbox(shop)] == [("guest_claim", {"order": 1042})] * len(ways)


def test_C19_prestashops_customers_know_an_order_by_its_reference(make_shop: MakeShop) -> None:
    shop = paired(make_shop("prestashop"))
    shop.run("INSERT INTO ps_orders (id_order, reference) VALUES (8, 'XKBKNABJK'), (7, 'XKBKNABJK'), (9, '1')")
    customer = Customer(shop)
    form = customer.opens("claim").form("guest_claim")
    refused = customer.sends(form | typed_into(order="AAAAAAAAA"))
    assert "Please type the number of the order" in refused.text
    customer.sends(form | typed_into(order="xkbknabjk"))
    assert [posted.data for posted in inbox(shop)] == [{"order": 7}]


def test_C19_the_code_is_asked_for_once_it_has_been_mailed(shop: Storefront) -> None:
    customer = Customer(shop)
    claimed = customer.sends(customer.opens("claim").form("guest_claim") | typed_into(order="1042"))
    uuid = claimed.led_to["sent"]
    assert not customer.opens("answer", sent=uuid).has_form("guest_code")
    push_document(shop, "answer", uuid, answer(uuid, code="claim_sent"))
    form = customer.opens("answer", sent=uuid).form("guest_code")
    customer.sends(form | typed_into(code=" AB 12-۳۴ "))
    posted = inbox(shop)[-1]
    assert (posted.kind, posted.data) == ("guest_code", {"order": 1042, "code": "AB12-34"})


def test_C19_a_claim_that_was_refused_can_be_tried_again(shop: Storefront) -> None:
    customer = Customer(shop)
    claimed = customer.sends(customer.opens("claim").form("guest_claim") | typed_into(order="1042"))
    uuid = claimed.led_to["sent"]
    push_document(shop, "answer", uuid, answer(uuid, outcome="refused", code="claim_unknown"))
    page = customer.opens("answer", sent=uuid)
    assert not page.has_form("guest_code")
    assert "Try again" in page.text


# --- once, however often it is sent -----------------------------------------------------------------------


def test_a_form_sent_twice_is_one_row_and_leads_to_the_same_answer(shop: Storefront) -> None:
    customer = Customer(shop)
    form = a_ticket(customer)
    first, second = customer.sends(form), customer.sends(form)
    assert first.led_to == second.led_to
    assert len(inbox(shop)) == 1


def test_a_double_click_is_one_row(shop: Storefront) -> None:
    customer = Customer(shop)
    form = a_ticket(customer)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: customer.sends(form).led_to["sent"], range(4)))
    assert len(set(answers)) == 1
    assert len(inbox(shop)) == 1


def test_a_form_sent_again_with_something_else_in_it_is_not_lost_silently(shop: Storefront) -> None:
    customer = Customer(shop)
    form = a_ticket(customer, text="One")
    customer.sends(form)
    again = customer.sends(form | typed_into(text="Two & <b>"))
    assert again.led_to == {}
    assert "This form was sent already" in again.text
    fresh = again.form("ticket_open")
    assert fresh["supportbridge_text"] == "Two & <b>"
    customer.sends(fresh)
    assert [posted.data["text"] for posted in inbox(shop)] == ["One", "Two & <b>"]


def test_each_form_has_a_number_of_its_own(shop: Storefront) -> None:
    customer = Customer(shop)
    numbers = {customer.opens("ticket").form("ticket_open")["supportbridge_uuid"] for _ in range(3)}
    assert len(numbers) == 3
    assert all(re.fullmatch(UUID_4, number) for number in numbers)


# --- only our own forms -----------------------------------------------------------------------------------


def test_a_form_that_we_have_not_made_is_not_sent(each_shop: Storefront) -> None:
    push_document(each_shop, "quote", 12, quote(state="approved", held=50))
    customer = Customer(each_shop)
    form = a_ticket(customer)
    for forged in (
        {"token": ""},
        {"token": "0" * 64},
        {"uuid": "0b3e7c1a-4f2d-4c55-9a1e-2f6d8c7b9a10"},
        {"uuid": "' OR 1=1 -- "},
        {"kind": "quote_cancel", "quote": "12"},
    ):
        page = customer.sends(form | typed_into(**forged))
        assert page.led_to == {}, forged
        assert "This form is no longer valid" in page.text, forged
    assert inbox(each_shop) == []


def test_a_form_of_another_session_or_customer_is_not_sent(each_shop: Storefront) -> None:
    customer = Customer(each_shop)
    form = a_ticket(customer)
    for another in ({"session": "another"}, {"customer": 78}):
        assert "This form is no longer valid" in customer.sends(form, **another).text
    assert inbox(each_shop) == []


def test_what_was_typed_survives_a_form_that_is_no_longer_valid(shop: Storefront) -> None:
    customer = Customer(shop)
    page = customer.sends(a_ticket(customer, text="Long & <typed>"), session="logged in again")
    assert page.form("ticket_open")["supportbridge_text"] == "Long & <typed>"


def test_a_form_outlives_the_change_of_a_key_and_is_signed_with_the_newest(shop: Storefront) -> None:
    customer = Customer(shop)
    form = a_ticket(customer)
    shop.pair(KEY, OTHER_KEY)
    assert customer.sends(form).led_to["view"] == "answer"
    assert shop.run("SELECT key_id FROM {p}inbox") == [("k2",)]


def test_a_shop_without_a_session_shows_no_forms(shop: Storefront) -> None:
    push_document(shop, "quote", 12, quote())
    page = Customer(shop, session="").opens("tickets")
    assert "<form" not in page.html
    assert "offers" in page.parts


def test_looking_never_sends_anything(shop: Storefront) -> None:
    customer = Customer(shop)
    form = a_ticket(customer)
    customer.opens("", **form)
    assert inbox(shop) == []


# --- what is refused at once ------------------------------------------------------------------------------


def test_a_request_of_a_wrong_length_is_not_sent_and_not_lost(shop: Storefront) -> None:
    customer = Customer(shop)
    face = "\N{GRINNING FACE}"
    cases: list[tuple[dict[str, str], str]] = [
        ({"subject": "  "}, "Please type a subject."),
        ({"subject": "x" * 201}, "The subject is too long: 201 characters. At most 200 are possible."),
        ({"text": "\r\n \t"}, "Please type a message."),
        ({"text": "\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}\u2028"}, "Please type a message."),
        ({"text": face * 4001}, "The message is too long: 4,001 characters. At most 4,000 are possible."),
    ]
    for typed, words in cases:
        page = customer.sends(a_ticket(customer, **typed))
        assert words in page.text
        given = {"subject": "Help", "text": "Hello", **typed}
        assert page.form("ticket_open")["supportbridge_subject"] == given["subject"].strip()
        assert page.form("ticket_open")["supportbridge_text"] == given["text"].strip()
    assert inbox(shop) == []


def test_the_longest_ticket_in_the_widest_letters_fits(each_shop: Storefront) -> None:
    customer = Customer(each_shop)
    sent = customer.sends(a_ticket(customer, subject="\N{GRINNING FACE}" * 200, text="\N{GRINNING FACE}" * 4000))
    assert sent.led_to["view"] == "answer"
    [posted] = inbox(each_shop)
    assert len(posted.data["text"]) == 4000


def test_control_characters_and_bytes_that_are_no_text_are_left_out(shop: Storefront) -> None:
    customer = Customer(shop)
    customer.sends(a_ticket(customer, subject="a\x00b\x1b\tc\x85", text="one\x00\x08\r\ntwo\x9b\ttab"))
    [posted] = inbox(shop)
    assert (posted.data["subject"], posted.data["text"]) == ("ab c", "one\ntwo\ttab")


def test_a_domain_that_is_none_is_not_sent(shop: Storefront) -> None:
    push_account(shop, package(300), rights=[right("font", kind="once")])
    customer = Customer(shop)
    form = customer.opens().form("right_redeem")
    for domain in ("", "localhost", "no domain.com", "a" * 260 + ".com", "."):
        assert "Please type the domain of your shop" in customer.sends(form | typed_into(domain=domain)).text, domain
    assert inbox(shop) == []


def test_an_order_number_that_is_none_is_not_sent(shop: Storefront) -> None:
    customer = Customer(shop)
    form = customer.opens("claim").form("guest_claim")
    for order in ("", "0", "-1", "abc!", "1.5", "99999999999", "4294967296"):
        assert "Please type the number of the order" in customer.sends(form | typed_into(order=order)).text, order
    assert inbox(shop) == []


def test_a_code_that_is_none_is_not_sent(shop: Storefront) -> None:
    customer = Customer(shop)
    form = customer.opens("claim").form("guest_code")
    for code in ("", "' OR 1=1", "x" * 33, "код"):
        page = customer.sends(form | typed_into(order="7", code=code))
        assert "Please type the code as it stands in the mail." in page.text, code
        assert page.form("guest_code")["supportbridge_order"] == "7"
    assert inbox(shop) == []


def test_a_megabyte_in_any_field_is_refused_in_words(each_shop: Storefront) -> None:
    push_account(each_shop, package(300), rights=[right("font", kind="once")])
    push_document(each_shop, "quote", 12, quote(ticket=9))
    push_document(each_shop, "ticket", 5, ticket(5))
    customer = Customer(each_shop)
    overview, listed, claim = customer.opens(), customer.opens("tickets"), customer.opens("claim")
    thread, opening = customer.opens("thread", ticket=5), customer.opens("ticket")
    forms = {
        "right_redeem": overview,
        "quote_approve": listed,
        "quote_decline": listed,
        "ticket_reply": thread,
        "ticket_open": opening,
        "guest_claim": claim,
        "guest_code": claim,
    }
    for kind, page in forms.items():
        form = page.form(kind)
        filled = form | {name: value or "7" for name, value in form.items()}
        for name in sorted(form.keys() | typed_into(price="")):
            if (name == "supportbridge_price" and kind != "ticket_open") or name == "supportbridge_urgent":
                continue
            refused = customer.sends(filled | {name: "x" * 1_048_576})
            assert refused.led_to == {}, (kind, name)
            assert '<p class="supportbridge-notice" role="status">' in refused.html, (kind, name)
            assert refused.log == []
    assert inbox(each_shop) == []


def test_a_megabyte_in_the_address_shows_an_ordinary_page(shop: Storefront) -> None:
    long = "x" * 1_048_576
    for view in ("", "tickets", "thread", "ticket", "statement", "answer", long):
        page = Customer(shop).opens(view, ticket=long, price=long, page=long, kind=long, package=long, sent=long)
        assert "supportbridge-nav" in page.html
        assert page.log == []


@pytest.mark.parametrize(
    ("now", "changes", "words"),
    [
        (NOW, {"version": 3}, "This offer was changed after your page was made."),
        (NOW, {"text": in_three("Other words")}, "This offer was changed after your page was made."),
        (NOW, {"state": "withdrawn"}, "This offer has changed in the meantime."),
        (NOW, {"customer": 78}, "This offer has changed in the meantime."),
        (NOW + 86_401, {}, "This offer has lapsed and can no longer be approved."),
    ],
)
def test_C8_an_offer_that_is_another_by_now_is_not_approved(
    shop: Storefront, now: int, changes: dict[str, Any], words: str
) -> None:
    push_document(shop, "quote", 12, quote())
    customer = Customer(shop)
    form = customer.opens("tickets").form("quote_approve")
    push_document(shop, "quote", 12, quote(**changes))
    page = customer.sends(form, now=now)
    assert words in page.text
    assert inbox(shop) == []


def test_C15_a_frozen_account_approves_nothing(shop: Storefront) -> None:
    push_account(shop, package(300))
    push_document(shop, "quote", 12, quote())
    customer = Customer(shop)
    form = customer.opens("tickets").form("quote_approve")
    push_account(shop, package(300), frozen=True)
    assert "nothing can be approved or redeemed" in customer.sends(form).text
    assert inbox(shop) == []


def test_a_price_that_has_left_the_list_is_said_before_anything_is_sent(shop: Storefront) -> None:
    push_document(shop, "price", "analytics", price())
    customer = Customer(shop)
    form = customer.opens("ticket", price="analytics").form("ticket_open") | typed_into(text="Please")
    push_document(shop, "price", "analytics", price(listed=False))
    page = customer.sends(form)
    assert "This is no longer on the price list." in page.text
    assert "supportbridge_price" not in page.form("ticket_open")
    customer.sends(page.form("ticket_open"))
    assert [posted.data["price"] for posted in inbox(shop)] == [None]


def test_T12_more_than_ten_in_a_minute_are_too_many(shop: Storefront) -> None:
    customer = Customer(shop)
    form = a_ticket(customer)
    for number in range(10):
        shop.run(
            "INSERT INTO {p}inbox (store, uuid, customer_id, payload, key_id, mac)"
            f" VALUES ('{STORE}', 'u{number}', {CUSTOMER}, '{{}}', 'k1', '')"
        )
    page = customer.sends(form)
    assert "You have sent a lot within a minute." in page.text
    assert page.form("ticket_open")["supportbridge_text"] == "Hello"
    shop.run("UPDATE {p}inbox SET created = created - INTERVAL 61 SECOND LIMIT 1")
    assert customer.sends(form).led_to["view"] == "answer"


def test_T12_others_and_other_stores_do_not_count(shop: Storefront) -> None:
    for number in range(20):
        shop.run(
            "INSERT INTO {p}inbox (store, uuid, customer_id, payload, key_id, mac) VALUES"
            f" ('{STORE}', 'u{number}', 78, '{{}}', 'k1', ''), ('umbrella', 'u{number}', {CUSTOMER}, '{{}}', 'k1', '')"
        )
    customer = Customer(shop)
    assert customer.sends(a_ticket(customer)).led_to["view"] == "answer"


# --- the desk is woken, and the shop never disturbed ------------------------------------------------------


def test_a_row_wakes_the_desk_by_a_hint_of_its_own_kind(each_shop: Storefront) -> None:
    customer = Customer(each_shop)
    for count in (1, 2):
        customer.sends(a_ticket(customer))
        assert each_shop.run("SELECT store, kind, number FROM {p}hint") == [(STORE, "inbox", count)]


def test_a_shop_without_hints_still_takes_the_row(shop: Storefront) -> None:
    shop.run("DROP TABLE {p}hint")
    customer = Customer(shop)
    page = customer.sends(a_ticket(customer))
    assert page.led_to["view"] == "answer"
    assert page.log == []
    assert len(inbox(shop)) == 1


def test_a_row_that_cannot_be_written_is_said_and_what_was_typed_stays(each_shop: Storefront) -> None:
    customer = Customer(each_shop)
    form = a_ticket(customer, text="Long & typed")
    each_shop.run("DROP TABLE {p}inbox")
    page = customer.sends(form)
    assert page.led_to == {}
    assert "It could not be sent because of a fault in the shop. Nothing was changed." in page.text
    assert page.form("ticket_open")["supportbridge_text"] == "Long & typed"
    assert len(page.log) == 1
    assert "what a customer sent was not written: the tables are missing" in page.log[0]
    assert "Long" not in page.log[0]


def test_a_locked_inbox_costs_the_customer_a_second_at_most(shop: Storefront) -> None:
    customer = Customer(shop)
    form = a_ticket(customer)
    with shop.another_connection("LOCK TABLES {p}inbox WRITE"):
        page = customer.sends(form)
    assert "It could not be sent" in page.text
    assert page.played.seconds < SOON_S
    assert inbox(shop) == []


# --- waiting for the answer -------------------------------------------------------------------------------


def refresh(page: CustomerPage) -> str:
    """After how many seconds a browser without scripts looks again by itself; empty for never."""
    found = re.findall(r'<noscript><meta http-equiv="refresh" content="(\d+)"/></noscript>', page.html)
    return found[0] if found else ""


def test_what_was_sent_is_shown_as_being_processed_and_looks_again_less_and_less_often(shop: Storefront) -> None:
    customer = Customer(shop)
    uuid = customer.sends(a_ticket(customer, subject="Help <me>")).led_to["sent"]
    pages = {age: customer.opens("answer", sent=uuid, now=NOW + age) for age in (0, 10, 60, 300)}
    assert all("New ticket: Help <me>" in page.text for page in pages.values())
    assert {age: refresh(page) for age, page in pages.items()} == {0: "2", 10: "5", 60: "15", 300: ""}
    assert "takes longer than usual" in pages[300].text
    push_document(shop, "answer", uuid, answer(uuid))
    answered = customer.opens("answer", sent=uuid)
    assert "50 coins are held." in answered.text
    assert refresh(answered) == ""


def test_marks_of_direction_in_a_subject_reach_the_desk_and_turn_nothing_on_the_page(shop: Storefront) -> None:
    customer = Customer(shop)
    sent = customer.sends(a_ticket(customer, subject=f"a{TURNING}b"))
    for page in (customer.opens(), customer.opens("answer", sent=sent.led_to["sent"])):
        assert "New ticket: ab" in page.text
        assert not set(page.html) & set(TURNING)
    (posted,) = inbox(shop)
    assert posted.data["subject"] == f"a{TURNING}b"


def test_somebody_elses_row_is_not_shown(shop: Storefront) -> None:
    customer = Customer(shop)
    uuid = customer.sends(a_ticket(customer, subject="Private")).led_to["sent"]
    push_document(shop, "answer", uuid, answer(uuid))
    page = Customer(shop, customer=78).opens("answer", sent=uuid)
    assert "Nothing found" in page.text
    assert "Private" not in page.text


def test_what_waits_is_listed_until_it_is_answered(shop: Storefront) -> None:
    push_account(shop, package(300))
    push_document(shop, "quote", 12, quote())
    customer = Customer(shop)
    uuid = customer.sends(customer.opens("tickets").form("quote_approve")).led_to["sent"]
    page = customer.opens("tickets")
    assert "Approval of offer 12" in page.within("waiting")
    assert "What you decided is being processed." in page.within("quote-12")
    assert not page.has_form("quote_approve")
    push_document(shop, "answer", uuid, answer(uuid, outcome="refused"))
    page = customer.opens("tickets")
    assert "waiting" not in page.parts
    assert page.has_form("quote_approve")


def test_T11_a_forged_row_of_the_inbox_is_not_listed(shop: Storefront) -> None:
    customer = Customer(shop)
    customer.sends(a_ticket(customer, subject="Mine"))
    assert "New ticket: Mine" in customer.opens("tickets").within("waiting")
    [payload] = shop.run("SELECT payload FROM {p}inbox")[0]
    shop.run(f"UPDATE {{p}}inbox SET mac = '{mac_of(KEY, 'inbox', payload)}'")  # as if the desk had signed it
    assert "waiting" not in customer.opens("tickets").parts
    shop.run(f"UPDATE {{p}}inbox SET mac = '{mac_of(KEY, 'inbox', payload, direction=SHOP_TO_DESK)}'")
    assert "waiting" in customer.opens("tickets").parts
    shop.run("UPDATE {p}inbox SET payload = REPLACE(payload, 'Mine', 'Fake')")
    page = customer.opens("tickets")
    assert "waiting" not in page.parts
    assert "Fake" not in page.text
