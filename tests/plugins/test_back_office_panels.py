"""What staff see beside an order and a customer in the shop's back office, on every platform, played by PHP."""

from typing import Any

import pytest

from tests.plugins.conftest import MakeShop
from tests.support.back_office import PLATFORMS, BackOffice, push_meta, status
from tests.support.customer_page import licence, promise, push_document, push_documents, quote, ticket
from tests.support.storefront import CUSTOMER, DAY, NOW, OTHER_KEY, STORE, Storefront, account, package

ON_ONE = pytest.mark.parametrize("empty_shop", ["opencart"], indirect=True)
"""What the platform has no part in."""
HTML = "<script>alert(1)</script>\"'&"


@pytest.fixture(params=PLATFORMS)
def empty_shop(request: pytest.FixtureRequest, make_shop: MakeShop) -> Storefront:
    return make_shop(request.param)


@pytest.fixture
def coins(shop: Storefront) -> Storefront:
    """A customer with 550 coins, 50 of them held, whose desk is well."""
    shop.push(account(package(550, held=50)))
    push_meta(shop, "status", status())
    return shop


def test_the_coins_and_the_plan_stand_beside_an_order_and_a_customer(coins: Storefront) -> None:
    for panels in (BackOffice(coins).order(), BackOffice(coins).customer()):
        assert panels.facts == {
            "available": "500",
            "held": "50",
            "plan": "Base",
            "expiry": "14 February 2027",
            "offers": "0",
            "tickets": "0",
        }
        assert panels.count == 1
        assert panels.leaves_the_page_alone
        assert panels.log == []
        assert "Only to read." in panels.text


def test_nothing_in_a_panel_can_be_changed(coins: Storefront) -> None:
    push_document(coins, "quote", 12, quote())
    for panels in (BackOffice(coins).order(), BackOffice(coins).customer()):
        for element in ("<form", "<input", "<button", "<select", "<textarea"):
            assert element not in panels.html


@ON_ONE
def test_offers_that_wait_and_open_tickets_are_counted_and_named(coins: Storefront) -> None:
    push_document(coins, "quote", 12, quote(ticket=5))
    push_document(coins, "quote", 13, quote(13, ticket=6, state="declined"))
    stands: dict[int, dict[str, Any]] = {
        5: {"state": "waiting_approval", "kind": "work", "quotes": [12]},
        6: {"state": "resolved", "quotes": [13]},
        7: {"state": "closed"},
        8: {"state": "in_work", "subject": "Work in hand", "urgency": "confirmed", "promise": promise(due=NOW + DAY)},
        9: {"state": "waiting_customer", "urgency": "refused", "promise": promise(due=NOW + DAY)},
        10: {"kind": "pre_sales", "urgency": "asked", "promise": promise(due=NOW - 60), "subject": "Does it work?"},
    }
    push_documents(coins, "ticket", {number: ticket(number, **changes) for number, changes in stands.items()})
    panels = BackOffice(coins).customer()
    assert (panels.facts["offers"], panels.facts["tickets"]) == ("1", "4")
    assert "Offer 12, coins: 50, until 16 January 2027: Google Analytics" in panels.text
    assert "Ticket 5: Google Analytics (work · waits for the approval)" in panels.text
    assert "Ticket 8: Work in hand (support · in work · urgent · answer due 16 January 2027, 08:00)" in panels.text
    assert "Ticket 9: Google Analytics (support · waits for the customer)" in panels.text
    assert (
        "Ticket 10: Does it work? (question before buying · waits for our answer · urgency asked for ·"
        " answer overdue since 15 January 2027, 07:59)"
    ) in panels.text
    assert "Ticket 6" not in panels.text
    assert panels.log == []


@ON_ONE
def test_an_open_ticket_is_counted_however_many_newer_ones_are_closed(coins: Storefront) -> None:
    push_document(coins, "ticket", 5, ticket(5))
    push_documents(coins, "ticket", {number: ticket(number, state="resolved") for number in range(6, 45)})
    panels = BackOffice(coins).customer()
    assert panels.facts["tickets"] == "1"
    assert "Open tickets: 1" in panels.text


def test_the_licences_stand_beside_an_order_and_a_customer(coins: Storefront) -> None:
    push_document(coins, "licence", 7, licence())
    push_document(coins, "licence", 8, licence(8, suspended="refunded", until=None))
    for panels in (BackOffice(coins).order(), BackOffice(coins).customer()):
        assert panels.facts["licences"] == "2"
        assert "Licence 7: SEO extension (active · until 15 April 2027)" in panels.text
        assert "Licence 8: SEO extension (suspended, the payment was returned)" in panels.text
        assert licence()["key"] not in panels.html
        assert panels.log == []
    persian = BackOffice(coins, "fa").customer().text
    assert "لایسنس ۷: افزونهٔ سئو (فعال · تا ۲۶ فروردین ۱۴۰۶)" in persian


@ON_ONE
def test_a_customer_with_licences_alone_and_a_shop_without_their_table_have_a_panel(shop: Storefront) -> None:
    push_document(shop, "licence", 7, licence())
    assert "Licence 7" in BackOffice(shop).customer().text
    shop.run("DROP TABLE {p}licence")
    assert "This customer has no support coins and no tickets." in BackOffice(shop).customer().text


@ON_ONE
def test_a_number_that_is_not_of_all_tickets_says_so(coins: Storefront) -> None:
    """One whose offer goes on is looked at all the same."""
    push_document(coins, "quote", 12, quote(ticket=3))
    push_document(coins, "ticket", 3, ticket(3, quotes=[12]))
    push_documents(coins, "ticket", {number: ticket(number) for number in range(4, 36)})
    cut = "among 30: the newest, and those with an offer that goes on"
    for language, words in (
        ("en", f"Open tickets {cut}: 30"), ("ru", "Открытые обращения из 30:"), ("fa", "درخواست‌های باز از میان ۳۰:")
    ):  # fmt: skip
        panels = BackOffice(coins, language).order()
        assert words in panels.text
        assert "{" not in panels.text
    assert "Ticket 3: Google Analytics" in BackOffice(coins).order().text


@ON_ONE
def test_the_newest_two_hundred_offers_are_read_and_those_that_go_on(coins: Storefront) -> None:
    push_document(coins, "quote", 1, quote(1))
    push_documents(coins, "quote", {number: quote(number, state="settled", spent=1) for number in range(2, 250)})
    newest = {number: quote(number, state="declined") for number in range(250, 351)}
    push_documents(coins, "quote", newest, mac="0" * 64)
    panels = BackOffice(coins).order()
    assert panels.facts["offers"] == "1"
    assert "rows are not shown (101)" in panels.log[0]
    push_documents(coins, "quote", {number: quote(number, state="declined") for number in range(2, 351)}, mac="0" * 64)
    assert "rows are not shown (199)" in BackOffice(coins).customer().log[0]
    page = coins.open_page()
    assert "offers waiting for your decision: 1" in str(page.result)
    assert "rows are not shown (199)" in page.log[0]


@ON_ONE
def test_D2_an_erased_ticket_is_none_to_be_answered(coins: Storefront) -> None:
    push_document(coins, "ticket", 5, ticket(5, messages=[], subject=""))
    assert BackOffice(coins).customer().facts["tickets"] == "0"


@ON_ONE
def test_a_long_list_is_cut_and_its_number_is_not(coins: Storefront) -> None:
    for number in range(20, 28):
        push_document(coins, "quote", number, quote(number))
    panels = BackOffice(coins).order()
    assert panels.facts["offers"] == "8"
    assert panels.html.count("<li>") == 5


def test_staff_read_it_in_their_own_language(shop: Storefront) -> None:
    shop.push(account(package(1500)))
    push_document(shop, "quote", 12, quote())
    for language, direction, heading, plan, available in (
        ("en", "ltr", "Coins available", "Base", "1,500"),
        ("ru", "ltr", "Доступно монет", "Базовый", "1\N{NO-BREAK SPACE}500"),
        ("fa", "rtl", "سکه‌های در دسترس", "پایه", "۱٬۵۰۰"),
    ):
        panels = BackOffice(shop, language).order()
        assert f'lang="{language}" dir="{direction}"' in panels.html
        assert heading in panels.text
        assert (panels.facts["plan"], panels.facts["available"]) == (plan, available)
        assert "{" not in panels.text
        assert "panel_" not in panels.text


def test_a_language_that_we_do_not_have_is_answered_in_english(coins: Storefront) -> None:
    language = "de" if coins.platform == "prestashop" else "de-de"
    assert "Coins available" in BackOffice(coins).order(language=language).text


def test_script_in_every_text_is_shown_as_it_was_typed(shop: Storefront) -> None:
    texts = {"en": HTML}
    plans = {"base": {"rank": 2, "name": texts}}
    shop.push(account(package(550, until_text=texts), plans=plans))
    push_document(shop, "quote", 12, quote(subject=HTML, text=texts, valid_until_text=texts))
    push_document(shop, "ticket", 5, ticket(5, subject=HTML))
    panels = BackOffice(shop).customer()
    assert "<script" not in panels.html
    assert panels.text.count(HTML) == 5
    assert panels.facts["plan"] == HTML


# --- what cannot be relied on -----------------------------------------------------------------------------


def test_an_account_with_a_wrong_signature_is_not_shown(shop: Storefront) -> None:
    shop.push(account(package()), key=OTHER_KEY)
    for panels in (BackOffice(shop).order(), BackOffice(shop).customer()):
        assert "available" not in panels.facts
        assert "The coins cannot be shown: the signature of the account row does not verify" in panels.text
        assert "the signature of the account row does not verify" in panels.log[0]
        assert str(CUSTOMER) not in panels.log[0]


@ON_ONE
def test_a_forged_offer_or_ticket_is_left_out_and_the_coins_are_shown(coins: Storefront) -> None:
    push_document(coins, "quote", 12, quote(), signer=OTHER_KEY)
    push_document(coins, "ticket", 5, ticket(), signer=OTHER_KEY)
    panels = BackOffice(coins).order()
    assert panels.facts["available"] == "500"
    assert (panels.facts["offers"], panels.facts["tickets"]) == ("0", "0")
    assert "does not verify" in panels.log[0]


@ON_ONE
def test_another_customers_rows_are_not_shown(coins: Storefront) -> None:
    """A row that says one customer and whose document says another was copied by somebody."""
    push_document(coins, "quote", 12, quote(customer=78))
    coins.run("UPDATE {p}account SET customer_id = 78")
    assert BackOffice(coins).order(customer=78).facts == {}
    assert BackOffice(coins).customer().facts.get("offers", "0") == "0"


@ON_ONE
def test_a_document_of_a_newer_version_says_so(shop: Storefront) -> None:
    shop.push(account(package(), v=2))
    assert "of a version that this extension does not know; update it" in BackOffice(shop).order().text


def test_missing_tables_never_break_the_page(shop: Storefront) -> None:
    shop.run("DROP TABLE {p}account", "DROP TABLE {p}meta")
    for panels in (BackOffice(shop).order(), BackOffice(shop).customer()):
        assert panels.leaves_the_page_alone
        assert "The coins cannot be shown: the tables are missing" in panels.text
        if shop.platform == "opencart30":
            assert 'class="alert' not in panels.html, "the shop's own scripts take such elements away"


@ON_ONE
@pytest.mark.parametrize("table", ["meta", "account", "quote", "ticket"])
def test_a_missing_table_costs_only_what_is_in_it(coins: Storefront, table: str) -> None:
    coins.run(f"DROP TABLE {{p}}{table}")
    for panels in (BackOffice(coins).order(), BackOffice(coins).customer()):
        assert panels.leaves_the_page_alone
        assert panels.count == 1
        if table in {"meta", "account"}:
            assert "The coins cannot be shown: the tables are missing" in panels.text
        else:
            assert panels.facts["available"] == "500"
        if table == "ticket":
            assert "Tickets are shown once this shop has the table for them: run bridge store prepare" in panels.text
            assert "once the desk has been updated" not in panels.text
            assert "tickets" not in panels.facts


@ON_ONE
def test_a_locked_table_holds_the_page_up_for_a_second_at_most(coins: Storefront) -> None:
    with coins.another_connection("LOCK TABLES {p}account WRITE"):
        panels = BackOffice(coins).customer()
    assert panels.leaves_the_page_alone
    assert panels.played.seconds < 3
    assert "did not answer within a second" in panels.text


def test_a_missing_order_or_page_without_a_place_is_left_alone(coins: Storefront) -> None:
    if coins.platform == "prestashop":
        panels = BackOffice(coins).customer(data={})
        assert panels.count == 0
        assert panels.leaves_the_page_alone
    else:
        assert (
            BackOffice(coins).customer(page="<body>another theme</body>").played.result == "<body>another theme</body>"
        )
        assert BackOffice(coins).customer(data={}).count == 0
        assert BackOffice(coins).order(data={"order_id": ""}).count == 0
        assert BackOffice(coins).order(directly=True).count == 1


def test_a_log_that_cannot_be_written_is_no_reason_to_lose_the_page(shop: Storefront) -> None:
    shop.run("DROP TABLE {p}account")
    panels = BackOffice(shop).order(log_broken=True)
    assert panels.leaves_the_page_alone


def test_a_half_removed_extension_leaves_the_page_alone(coins: Storefront) -> None:
    place = {
        "opencart": "supportbridge/system/library/shared/AdminPanel.php",
        "opencart30": "upload/system/library/supportbridge/shared/admin.php",
    }
    if coins.platform not in place:
        return  # PrestaShop copies a module's files as a whole
    file = coins.extensions / place[coins.platform]
    kept = file.read_bytes()
    file.write_text("<?php throw new RuntimeException('cut off');", "utf-8")
    try:
        panels = BackOffice(coins).order()
    finally:
        file.write_bytes(kept)
    assert panels.count == 0
    assert panels.leaves_the_page_alone
    assert "the panel is not shown: RuntimeException" in panels.log[0]


# --- whose panel --------------------------------------------------------------------------------------------


def test_a_guests_order_has_no_panel(coins: Storefront) -> None:
    panels = BackOffice(coins).order(customer=0)
    assert (panels.count, panels.log) == (0, [])


@ON_ONE
def test_a_customer_without_coins_is_said_to_have_none(shop: Storefront) -> None:
    panels = BackOffice(shop).customer()
    assert "This customer has no support coins and no tickets." in panels.text
    assert panels.facts == {}


@ON_ONE
def test_a_customer_without_coins_who_asks_is_shown_with_his_ticket(shop: Storefront) -> None:
    push_document(shop, "ticket", 5, ticket(5))
    panels = BackOffice(shop).customer()
    assert panels.facts == {"offers": "0", "tickets": "1"}


def test_a_shop_without_a_key_file_says_so(empty_shop: Storefront) -> None:
    empty_shop.make_tables()
    for panels in (BackOffice(empty_shop).order(), BackOffice(empty_shop).customer()):
        assert "The coins cannot be shown: there is no key file" in panels.text
        assert panels.leaves_the_page_alone


@ON_ONE
def test_a_broken_key_file_says_so(empty_shop: Storefront) -> None:
    empty_shop.make_tables()
    empty_shop.write_key_file("<?php return 5;")
    for panels in (BackOffice(empty_shop).order(), BackOffice(empty_shop).customer()):
        assert "does not return what a key file returns" in panels.text


def test_an_order_of_a_shop_that_no_desk_serves_has_no_panel(empty_shop: Storefront) -> None:
    empty_shop.make_tables()
    empty_shop.pair(shop_ids=(1,))
    empty_shop.push(account(package()))
    assert BackOffice(empty_shop).order(store=2).count == 0
    assert BackOffice(empty_shop).order(store=1).facts["available"] == "550"


@ON_ONE
def test_a_customer_of_two_stores_has_a_panel_for_each_with_coins(shop: Storefront) -> None:
    shop.pair(store="second", shop_ids=(2,))
    shop.push(account(package()))
    panels = BackOffice(shop).customer()
    assert panels.count == 1
    assert f"Support coins · {STORE}" in panels.text


@pytest.mark.parametrize("empty_shop", ["prestashop"], indirect=True)
def test_staff_see_the_stores_of_those_shops_that_are_before_them_and_open_to_them(empty_shop: Storefront) -> None:
    """In OpenCart nobody is limited to a store."""
    empty_shop.make_tables()
    empty_shop.pair(shop_ids=(1,))
    empty_shop.pair(OTHER_KEY, store="second", shop_ids=(2,))
    empty_shop.push(account(package()))
    empty_shop.push(account(package(300), store="second"), key=OTHER_KEY, store="second")
    first, second = f"Support coins · {STORE}", "Support coins · second"
    cases: tuple[tuple[dict[str, Any], set[str]], ...] = (
        ({"open_shops": [1]}, {first, second}),
        ({"open_shops": [1, 2], "may_see": [1, 2]}, {first, second}),
        ({"open_shops": [1, 2], "may_see": [1]}, {"550"}),
        ({"looks_at": [2]}, {"300"}),
        ({"looks_at": [1, 2], "may_see": [2]}, {"300"}),
        ({"looks_at": [3]}, set()),
        ({"open_shops": [1, 2], "may_see": []}, set()),
    )
    for orders, seen in cases:
        panels = BackOffice(empty_shop).customer(**orders)
        words = {first, second, "550", "300"}
        wanted = words if len(seen) == 2 else seen
        assert {one for one in words if one in panels.text} == wanted, orders
        assert panels.log == []
        assert panels.leaves_the_page_alone
    empty_shop.run("DELETE FROM {p}account WHERE store = 'second'")
    text = BackOffice(empty_shop).customer(looks_at=[2]).text
    assert "no support coins and no tickets in the shops that you can see." in text


# --- the desk -------------------------------------------------------------------------------------------------


@ON_ONE
def test_C15_a_frozen_account_says_so(shop: Storefront) -> None:
    shop.push(account(package(), frozen=True))
    assert "This account is frozen" in BackOffice(shop).order().text


@ON_ONE
def test_a_desk_that_is_away_is_said_to_be(coins: Storefront) -> None:
    assert "may be out of date" not in BackOffice(coins).order().text
    panels = BackOffice(coins).order(now=NOW + 3 * 3600)
    assert "The desk last reported 3 hours ago: what stands here may be out of date." in panels.text


@ON_ONE
def test_a_report_that_is_forged_costs_the_coins_nothing(coins: Storefront) -> None:
    push_meta(coins, "status", status(), signer=OTHER_KEY)
    panels = BackOffice(coins).order(now=NOW + DAY)
    assert panels.facts["available"] == "500"
    assert "out of date" not in panels.text
    assert "does not verify" in panels.log[0]


@ON_ONE
def test_an_older_desk_is_said_to_show_no_tickets(shop: Storefront) -> None:
    shop.push(account(package()))
    assert "Tickets are shown once the desk has been updated." in BackOffice(shop).order().text
