"""What the account block promises on every platform: right figures, and a page that nothing can break."""

import html
import json
import re
import threading
from typing import Any

import pytest

from bridge.contracts.shop_rows import SignedRow, canonical_json, mac_of, signed_row
from tests.support.customer_page import push_document, quote
from tests.support.storefront import (
    CUSTOMER,
    DAY,
    KEY,
    NOW,
    OTHER_KEY,
    PAGES,
    SOON_S,
    STORE,
    Played,
    Storefront,
    account,
    package,
)


def assert_page_survives(page: Played, shop: Storefront, *, because: str) -> None:
    """The page is the shop's own, untouched, and the shop's log has one line with the reason and no secrets."""
    assert page.result == PAGES[shop.platform].replace("{hook}", "")
    assert len(page.log) == 1
    assert because in page.log[0]
    assert str(CUSTOMER) not in page.log[0]
    assert KEY.secret.hex() not in page.log[0]
    assert "SELECT" not in page.log[0]


# --- what a customer sees ---------------------------------------------------------------------------------


def test_a_customer_sees_coins_plan_and_next_expiry(shop: Storefront) -> None:
    shop.push(account(package(1550, held=50)))
    page = shop.open_page()
    assert page.shown == {
        "available": "1,500",
        "held": "50",
        "plan": "Base",
        "next-expiry": "14 February 2027",
    }
    assert page.result.count("<section") == 1
    assert 'lang="en" dir="ltr"' in page.result
    assert [line for line in page.log if "web root" not in line] == []


def test_a_russian_reader_sees_russian(shop: Storefront) -> None:
    shop.push(account(package(1550)))
    page = shop.open_page(language="ru-ru" if shop.platform == "opencart" else "ru")
    assert page.shown == {
        "available": "1\N{NO-BREAK SPACE}550",
        "held": "0",
        "plan": "Базовый",
        "next-expiry": "14 февраля 2027 г.",
    }
    assert "Доступно монет" in page.result


def test_a_persian_reader_reads_from_the_right_in_persian_digits(shop: Storefront) -> None:
    shop.push(account(package(1550, held=50)))
    page = shop.open_page(language="fa-ir" if shop.platform == "opencart" else "fa")
    assert page.shown == {"available": "۱٬۵۰۰", "held": "۵۰", "plan": "پایه", "next-expiry": "۲۵ بهمن ۱۴۰۵"}
    assert 'lang="fa" dir="rtl"' in page.result
    assert "سکه‌های پشتیبانی" in page.result


def test_another_language_falls_back_to_english_and_says_so(shop: Storefront) -> None:
    shop.push(account(package()))
    page = shop.open_page(language="de-de" if shop.platform == "opencart" else "de")
    assert page.shown["plan"] == "Base"
    assert 'lang="en" dir="ltr"' in page.result


def test_a_name_without_the_readers_language_is_marked_with_its_own(shop: Storefront) -> None:
    plans = {"base": {"rank": 1, "name": {"en": "Base"}}}
    shop.push(account(package(), plans=plans))
    page = shop.open_page(language="fa-ir" if shop.platform == "opencart" else "fa")
    assert '<bdi lang="en">Base</bdi>' in page.result


def test_C5_a_package_past_its_last_second_is_not_counted_before_the_desk_says_so(shop: Storefront) -> None:
    ends_now = package(300, plan="essential", until=NOW)
    later = package(550, plan="base", until=NOW + DAY, until_text={"en": "16 January 2027", "fa": "۲۶ دی ۱۴۰۵"})
    shop.push(account(ends_now, later))
    assert shop.open_page(now=NOW).shown["available"] == "850"
    a_second_later = shop.open_page(now=NOW + 1).shown
    assert a_second_later["available"] == "550"
    assert a_second_later["next-expiry"] == "16 January 2027"
    all_over = shop.open_page(now=NOW + DAY + 1).shown
    assert all_over == {
        "available": "0",
        "held": "0",
        "plan": "No active plan",
        "next-expiry": "No coins will expire",
    }


def test_C5_coins_held_outlive_their_package(shop: Storefront) -> None:
    shop.push(account(package(300, held=40, until=NOW - 1)))
    shown = shop.open_page().shown
    assert (shown["available"], shown["held"]) == ("0", "40")


def test_C6_a_plan_stays_when_its_coins_are_used_up(shop: Storefront) -> None:
    shop.push(account(package(550, posted=0)))
    assert shop.open_page().shown == {
        "available": "0",
        "held": "0",
        "plan": "Base",
        "next-expiry": "No coins will expire",
    }


def test_C6_the_best_unexpired_unrevoked_plan_counts(shop: Storefront) -> None:
    best_revoked = package(0, plan="base", revoked=True)
    granted_without_plan = package(10, plan=None)
    shop.push(account(best_revoked, package(20, plan="essential"), granted_without_plan))
    shown = shop.open_page().shown
    assert (shown["plan"], shown["available"]) == ("Essential", "30")


def test_C15_a_frozen_account_says_so(shop: Storefront) -> None:
    shop.push(account(package(), frozen=True))
    page = shop.open_page()
    assert page.shown["available"] == "550"
    assert "This account is paused" in page.result


def test_a_customer_without_coins_is_only_shown_the_way_to_his_own_page(shop: Storefront) -> None:
    page = shop.open_page()
    assert page.shown == {}
    assert "Packages, rights and statement" in page.result
    assert [line for line in page.log if "web root" not in line] == []


@pytest.mark.parametrize("table", ["quote", "price", "inbox", "answer"])
def test_a_customer_without_coins_sees_the_page_as_it_was_in_a_shop_prepared_earlier(
    shop: Storefront, table: str
) -> None:
    shop.run(f"DROP TABLE {{p}}{table}")
    page = shop.open_page()
    assert page.result == PAGES[shop.platform].replace("{hook}", "")
    assert [line for line in page.log if "web root" not in line] == []


def test_the_block_leads_to_the_customers_own_page_and_his_tickets(shop: Storefront) -> None:
    shop.push(account(package()))
    links = re.findall(r'<a href="([^"]+)" class="supportbridge-link">', shop.open_page().result)
    place = {"opencart": "route=extension/supportbridge/account/support", "prestashop": "controller=support"}
    assert [place[shop.platform] in html.unescape(link) for link in links] == [True, True]
    assert ["view=tickets" in html.unescape(link) for link in links] == [True, False]
    assert not [link for link in links if "&amp;amp;" in link]


def test_C7_the_block_counts_the_offers_that_wait(shop: Storefront) -> None:
    shop.push(account(package()))
    push_document(shop, "quote", 11, quote(11, state="settled", spent=45))
    assert "supportbridge-badge" not in shop.open_page().result
    push_document(shop, "quote", 12, quote(valid_until=NOW))
    push_document(shop, "quote", 13, quote(13))
    push_document(shop, "quote", 14, quote(14, customer=78))
    assert 'data-supportbridge="waiting">2<' in shop.open_page().result
    assert 'data-supportbridge="waiting">1<' in shop.open_page(now=NOW + 1).result
    persian = shop.open_page(language="fa" if shop.platform == "prestashop" else "fa-ir").result
    assert 'data-supportbridge="waiting">۲<' in persian


def test_offers_that_cannot_be_read_keep_the_coins_of_the_block_not_back(shop: Storefront) -> None:
    shop.push(account(package()))
    shop.run("ALTER TABLE {p}quote DROP COLUMN payload")
    page = shop.open_page()
    assert page.shown["available"] == "550"
    assert [line for line in page.log if "waiting offers are not counted" in line]


def test_a_visitor_who_is_not_logged_in_sees_nothing(shop: Storefront) -> None:
    shop.push(account(package(), customer=0), customer=0)
    assert shop.open_page(customer=0).shown == {}


def test_script_in_a_plans_name_is_shown_as_text(shop: Storefront) -> None:
    evil = """<script>alert("1")</script>'&<b>"""
    plans = {"base": {"rank": 1, "name": {"en": evil, '"><i>': "x"}}}
    shop.push(account(package(until_text={"en": evil}), plans=plans))
    page = shop.open_page()
    assert page.shown["plan"] == evil
    assert page.shown["next-expiry"] == evil
    assert "<script" not in page.result
    assert "<b>" not in page.result


def test_script_in_the_name_of_a_language_is_shown_as_text(shop: Storefront) -> None:
    shop.push(account(package(until_text={'"><script>': "tomorrow"})))
    page = shop.open_page()
    assert page.shown["next-expiry"] == "tomorrow"
    assert "<script" not in page.result


# --- forged and strange rows ------------------------------------------------------------------------------


def test_T11_a_row_without_a_valid_signature_is_not_shown(shop: Storefront) -> None:
    row = shop.push(account(package(10)))
    more = row.payload.replace('"posted":10', '"posted":99')
    shop.store_row(row._replace(payload=more))
    assert_page_survives(shop.open_page(), shop, because="signature of the account row does not verify")


def test_a_row_signed_with_a_key_that_the_shop_does_not_have_is_not_shown(shop: Storefront) -> None:
    shop.push(account(package()), key=OTHER_KEY)
    assert_page_survives(shop.open_page(), shop, because="signature of the account row does not verify")


def test_a_row_that_names_a_key_but_is_signed_with_another_is_not_shown(shop: Storefront) -> None:
    shop.store_row(shop.push(account(package()), key=OTHER_KEY)._replace(key_id=KEY.id))
    assert_page_survives(shop.open_page(), shop, because="signature of the account row does not verify")


def test_both_of_two_keys_are_valid(shop: Storefront) -> None:
    shop.pair(KEY, OTHER_KEY)
    for key in (KEY, OTHER_KEY):
        shop.push(account(package()), key=key)
        assert shop.open_page().shown["available"] == "550"


def test_an_entrys_signature_does_not_pass_for_an_accounts(shop: Storefront) -> None:
    shop.push(account(package()), table="entry")
    assert_page_survives(shop.open_page(), shop, because="signature of the account row does not verify")


def test_a_row_copied_from_another_customer_is_not_shown(shop: Storefront) -> None:
    row = signed_row(KEY, "account", account(package(900), customer=78), customer_id=78, epoch=1, number=1)
    shop.store_row(row._replace(customer_id=CUSTOMER))
    assert_page_survives(shop.open_page(), shop, because="belongs to another customer")


def test_a_row_copied_from_another_store_is_not_shown(shop: Storefront) -> None:
    shop.push(account(package(900), store="umbrella"))
    assert_page_survives(shop.open_page(), shop, because="belongs to another store")


def test_an_older_document_under_the_newest_version_is_not_shown(shop: Storefront) -> None:
    """Signed it is, and of this customer: written back by somebody, under the version of the one it replaces."""
    older = shop.push(account(package(900), number=6))
    for epoch, number in ((1, 7), (2, 6)):
        shop.store_row(older._replace(epoch=epoch, number=number))
        assert shop.open_page().shown == {}
    assert_page_survives(shop.open_page(), shop, because="of another version than its row")


def test_a_document_that_tells_no_version_of_its_own_is_not_shown(shop: Storefront) -> None:
    document = account(package())
    del document["number"]
    shop.push(document)
    assert_page_survives(shop.open_page(), shop, because='the account document has no usable "number"')


def test_a_document_of_a_newer_version_is_not_shown(shop: Storefront) -> None:
    shop.push(account(package(), v=2))
    assert_page_survives(shop.open_page(), shop, because="version that this extension does not know")


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"packages": [{**package(), "posted": -1}]}, '"posted"'),
        ({"packages": [{**package(), "posted": "550"}]}, '"posted"'),
        ({"packages": [{**package(), "posted": 1.5}]}, '"posted"'),
        ({"packages": [{**package(), "held": 551}]}, '"held"'),
        ({"packages": [{**package(), "held": 10**30}]}, '"held"'),
        ({"packages": [{**package(), "plan": "gold"}]}, '"plan"'),
        ({"packages": [{**package(), "revoked": None}]}, '"revoked"'),
        ({"packages": [{**package(), "usable_until_text": {}}]}, '"usable_until_text"'),
        ({"packages": "none"}, '"packages"'),
        ({"packages": [7]}, '"packages"'),
        ({"plans": {"base": 2}}, '"plans"'),
        ({"plans": {"base": {"rank": 1, "name": {"en": ""}}}}, '"name"'),
        ({"frozen": 0}, '"frozen"'),
        ({"held": None}, '"held"'),
    ],
)
def test_a_signed_document_that_makes_no_sense_is_not_shown(
    make_shop: Any, changes: dict[str, Any], because: str
) -> None:
    shop = make_shop("opencart")
    shop.make_tables()
    shop.pair()
    shop.push({**account(), **changes})
    assert_page_survives(shop.open_page(), shop, because=f"the account document has no usable {because}")


@pytest.mark.parametrize("payload", ["", "{", "[]", "null", "7", '"text"'])
def test_a_payload_that_is_no_document_is_not_shown(shop: Storefront, payload: str) -> None:
    signed = signed_row(KEY, "account", {}, customer_id=CUSTOMER, epoch=1, number=1)
    shop.store_row(_signed_bytes(signed, payload))
    assert_page_survives(shop.open_page(), shop, because="the account document is")


def _signed_bytes(row: SignedRow, payload: str) -> SignedRow:
    return row._replace(payload=payload, mac=mac_of(KEY, "account", payload))


# --- tables -----------------------------------------------------------------------------------------------


def test_missing_tables_leave_the_page_alone(empty_shop: Storefront) -> None:
    empty_shop.pair()
    assert_page_survives(empty_shop.open_page(), empty_shop, because="the tables are missing")


def test_a_missing_account_table_leaves_the_page_alone(shop: Storefront) -> None:
    shop.run("DROP TABLE {p}account")
    assert_page_survives(shop.open_page(), shop, because="the tables are missing")


def test_tables_of_a_newer_version_leave_the_page_alone(shop: Storefront) -> None:
    shop.push(account(package()))
    shop.run("UPDATE {p}meta SET payload = '2' WHERE name = 'schema'")
    assert_page_survives(shop.open_page(), shop, because="the tables are of version 2, this extension reads 1")


def test_tables_that_state_nonsense_as_their_version_leave_the_page_alone(shop: Storefront) -> None:
    shop.run("UPDATE {p}meta SET payload = '<script>' WHERE name = 'schema'")
    assert_page_survives(shop.open_page(), shop, because="the tables are of version unknown")


def test_tables_without_a_version_leave_the_page_alone(shop: Storefront) -> None:
    shop.push(account(package()))
    shop.run("DELETE FROM {p}meta")
    assert_page_survives(shop.open_page(), shop, because="the tables do not say their version")


def test_tables_of_an_older_version_without_a_column_leave_the_page_alone(shop: Storefront) -> None:
    shop.run("ALTER TABLE {p}account DROP COLUMN mac")
    assert_page_survives(shop.open_page(), shop, because="a column is missing")


def test_a_shop_user_without_the_right_to_read_leaves_the_page_alone(shop: Storefront) -> None:
    shop.server.create_user("visitor", "secret", [f"SELECT ON `{shop.database}`.`{shop.prefix}supportbridge_meta`"])
    page = shop.open_page(user="visitor", password="secret")
    assert_page_survives(page, shop, because="the shop may not read the tables (database error 1142)")


# --- a slow or locked database ----------------------------------------------------------------------------


def test_a_table_locked_by_others_costs_the_page_a_second_at_most(shop: Storefront) -> None:
    shop.push(account(package()))
    with shop.another_connection("LOCK TABLES {p}account WRITE"):
        page = shop.open_page()
    assert_page_survives(page, shop, because="the database did not answer within a second")
    assert page.seconds < SOON_S


def test_a_change_of_the_table_in_progress_costs_the_page_a_second_at_most(shop: Storefront) -> None:
    shop.push(account(package()))
    with shop.another_connection("BEGIN", "SELECT * FROM {p}account"):
        altering = threading.Thread(target=shop.run, args=("ALTER TABLE {p}account ADD COLUMN extra INT",), daemon=True)
        altering.start()
        while not shop.run(
            "SELECT 1 FROM information_schema.processlist WHERE state LIKE '%metadata lock%' AND info LIKE 'ALTER%'"
        ):
            pass
        page = shop.open_page()
    altering.join()
    assert_page_survives(page, shop, because="the database did not answer within a second")
    assert page.seconds < SOON_S


def test_a_slow_database_costs_the_page_a_second_at_most(shop: Storefront) -> None:
    shop.run(
        "RENAME TABLE {p}account TO {p}account_rows",
        "CREATE VIEW {p}account AS SELECT store, customer_id, epoch, number, payload, key_id,"
        " CONCAT(mac, SLEEP(20)) AS mac"
        " FROM {p}account_rows",
    )
    shop.run(f"INSERT INTO {{p}}account_rows VALUES ('{STORE}', {CUSTOMER}, 1, 1, '{{}}', 'k1', 'x')")
    page = shop.open_page()
    assert_page_survives(page, shop, because="the database did not answer within a second")
    assert page.seconds < SOON_S


def test_a_row_locked_by_the_desk_holds_nobody_up(shop: Storefront) -> None:
    shop.push(account(package()))
    with shop.another_connection("BEGIN", "UPDATE {p}account SET number = 9", "SELECT * FROM {p}account FOR UPDATE"):
        page = shop.open_page()
    assert page.shown["available"] == "550", "who waits for the row has no answer within a second"
    assert page.seconds < SOON_S


# --- key files --------------------------------------------------------------------------------------------


def test_a_missing_key_file_leaves_the_page_alone(empty_shop: Storefront) -> None:
    empty_shop.make_tables()
    empty_shop.push(account(package()))
    assert_page_survives(empty_shop.open_page(), empty_shop, because="there is no key file for shop")


def test_a_missing_key_folder_leaves_the_page_alone(shop: Storefront) -> None:
    next(shop.key_folder.iterdir()).unlink()
    shop.key_folder.rmdir()
    assert_page_survives(shop.open_page(), shop, because="there is no key file for shop")


GOOD_KEYS = f"'keys' => ['k1' => '{KEY.secret.hex()}']"


@pytest.mark.parametrize(
    ("content", "because"),
    [
        ("<?php return [", "is not valid PHP"),
        ("<?php throw new Exception('boom');", "is not valid PHP"),
        ("<?php return missing();", "is not valid PHP"),
        ("", "does not return what a key file returns"),
        ("not PHP at all", "does not return what a key file returns"),
        ("<?php return ['version' => 1];", "does not return what a key file returns"),
        (
            f"<?php return ['version' => 2, 'store' => 'acme', 'shop_ids' => [], {GOOD_KEYS}];",
            "version that this extension",
        ),
        (
            f"<?php return ['version' => 1, 'store' => 'umbrella', 'shop_ids' => [], {GOOD_KEYS}];",
            "another store",
        ),
        (
            f"<?php return ['version' => 1, 'store' => \"x' OR 1\", 'shop_ids' => [], {GOOD_KEYS}];",
            "another store",
        ),
        (f"<?php return ['version' => 1, 'store' => 'acme', 'shop_ids' => ['0'], {GOOD_KEYS}];", "shop ids"),
        (
            "<?php return ['version' => 1, 'store' => 'acme', 'shop_ids' => [], 'keys' => []];",
            "one or two keys",
        ),
        (
            "<?php return ['version' => 1, 'store' => 'acme', 'shop_ids' => [], 'keys' => ['k1' => 'short']];",
            "64 hexadecimal digits",
        ),
    ],
)
def test_a_broken_key_file_leaves_the_page_alone(shop: Storefront, content: str, because: str) -> None:
    shop.push(account(package()))
    shop.write_key_file(content)
    assert_page_survives(shop.open_page(), shop, because=because)


def test_what_a_key_file_prints_never_reaches_the_page(shop: Storefront) -> None:
    shop.push(account(package()))
    path = shop.pair()
    path.write_text("\n\ufeff" + path.read_text("utf-8") + "?>\n\ntrailing", "utf-8")
    page = shop.open_page()
    assert page.shown["available"] == "550"
    assert "trailing" not in page.result


def test_a_shop_that_no_key_file_names_shows_nothing(shop: Storefront) -> None:
    shop.pair(shop_ids=(5, 6))
    shop.push(account(package()))
    assert shop.open_page(shop_id=5).shown["available"] == "550"
    assert_page_survives(shop.open_page(shop_id=7), shop, because="there is no key file for shop 7")


def test_each_shop_of_a_database_uses_its_own_key_file(shop: Storefront) -> None:
    shop.pair()
    shop.pair(OTHER_KEY, store="second", shop_ids=(2,))
    shop.push(account(package(100)))
    shop.push(account(package(200), store="second"), key=OTHER_KEY, store="second")
    assert shop.open_page(shop_id=1).shown["available"] == "100"
    assert shop.open_page(shop_id=2).shown["available"] == "200"


def test_two_key_files_for_one_shop_leave_the_page_alone(shop: Storefront) -> None:
    shop.pair(OTHER_KEY, store="second")
    shop.push(account(package()))
    page = shop.open_page(shop_id=1)
    assert_page_survives(page, shop, because="more than one key file is for shop 1")


def test_a_broken_key_file_of_another_store_disturbs_nobody(shop: Storefront) -> None:
    shop.write_key_file("<?php return [", "supportbridge-second.php")
    shop.push(account(package()))
    assert shop.open_page().shown["available"] == "550"


def test_a_key_folder_inside_the_web_root_is_warned_of_once(shop: Storefront) -> None:
    shop.push(account(package()))
    # Only OpenCart's storage folder can lie elsewhere.
    served = {"document_root": str(shop.folder), "shop_root": str(shop.folder / "shop")}
    first = shop.open_page(**served)
    assert first.shown["available"] == "550"
    assert len(first.log) == 1
    assert "web root" in first.log[0]
    assert shop.open_page(**served).log == []


# --- the log ----------------------------------------------------------------------------------------------


def test_a_reason_is_logged_once_a_ticket(shop: Storefront) -> None:
    shop.run("DROP TABLE {p}meta")
    assert len(shop.open_page(times=3).log) == 1


def test_a_template_that_fails_leaves_the_page_alone(shop: Storefront) -> None:
    shop.push(account(package()))
    name = "account.twig" if shop.platform == "opencart" else "account.tpl"
    template = next(shop.extensions.rglob(name))
    kept = template.read_text("utf-8")
    try:
        template.write_text("{% if %}{if}{/foreach}", "utf-8")
        page = shop.open_page()
    finally:
        template.write_text(kept, "utf-8")
    failures = [line for line in page.log if "web root" not in line]
    assert_page_survives(
        Played(page.result, "", failures, [], page.seconds), shop, because="the account block is not shown"
    )


def test_the_pages_read_the_rows_that_the_desk_writes(shop: Storefront) -> None:
    """The payload is stored and checked byte for byte, whatever it holds."""
    document = account(package(until_text={"en": "a \\ ' \" \N{GRINNING FACE} \n end"}))
    row = shop.push(document)
    assert json.loads(row.payload) == document
    assert row.payload == canonical_json(document)
    assert shop.open_page().shown["next-expiry"] == "a \\ ' \" \N{GRINNING FACE} \n end"
