"""How the account block and the customer's own page lie in a real browser: from a phone's width up, in both directions.

It believes: a theme gives the block a column between 300 and 1100 pixels wide; its fonts are not ours to choose.
"""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bridge.storefront import style_sheet
from bridge.testing.mariadb import PrivateMariaDB
from tests.plugins.conftest import MakeShop
from tests.support.customer_page import (
    Customer,
    a_file,
    a_plan,
    agreement,
    answer,
    bill,
    bill_line,
    cover,
    in_three,
    licence,
    message,
    premium_terms,
    price,
    promise,
    push_account,
    push_document,
    push_page,
    quote,
    ticket,
)
from tests.support.storefront import DAY, NOW, Storefront, account, package

Views = Callable[[str], dict[str, str]]
"""What is shown in every view, in a language."""
pytestmark = pytest.mark.xdist_group("layout")

LANGUAGES = {
    "opencart": {"en": "en-gb", "ru": "ru-ru", "fa": "fa-ir"},
    "prestashop": {"en": "en", "ru": "ru", "fa": "fa"},
}
LONG_NAMES = {"en": "Professional", "ru": "Профессиональный", "fa": "حرفه‌ای"}
WIDTHS = (328, 560, 830, 1110)
BROKEN_WORDS = """() => [...document.querySelectorAll('.supportbridge-account dt, .supportbridge-account dd')].flatMap(
    (place) => {
        const found = [];
        const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            for (const word of walker.currentNode.data.matchAll(/\\S+/g)) {
                const range = document.createRange();
                range.setStart(walker.currentNode, word.index);
                range.setEnd(walker.currentNode, word.index + word[0].length);
                const rows = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
                if (rows.size > 1) found.push(word[0]);
            }
        }
        return found;
    })"""
BACKWARDS = """() => {
    const found = [];
    const walker = document.createTreeWalker(document.querySelector('.supportbridge-page'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        for (const word of walker.currentNode.data.matchAll(/[A-Za-z]{2,}/g)) {
            const [first, second] = [0, 1].map((letter) => {
                const range = document.createRange();
                range.setStart(walker.currentNode, word.index + letter);
                range.setEnd(walker.currentNode, word.index + letter + 1);
                return range.getBoundingClientRect();
            });
            if (first.width && second.left < first.left) found.push(word[0]);
        }
    }
    return found;
}"""
HANGS_OVER = """() => {
    const block = document.querySelector('.supportbridge-account, .supportbridge-page');
    return block.scrollWidth > block.clientWidth || document.documentElement.scrollWidth > window.innerWidth;
}"""

FAINT_WORDS = """() => {
    const parts = (color) => color.match(/[0-9.]+/g).map(Number);
    const light = (color) => {
        const [r, g, b] = parts(color).map((part) => {
            const of = part / 255;
            return of <= 0.04045 ? of / 12.92 : ((of + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (place) => {
        for (let at = place; at; at = at.parentElement) {
            const color = getComputedStyle(at).backgroundColor;
            if ((parts(color)[3] ?? 1) === 1) return color;
        }
        return 'rgb(255, 255, 255)';
    };
    const found = [];
    const walker = document.createTreeWalker(document.querySelector('.supportbridge-page'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const place = walker.currentNode.parentElement;
        if (walker.currentNode.data.trim() === '' || place.closest('noscript')) continue;
        const [one, other] = [light(getComputedStyle(place).color), light(behind(place))];
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (contrast < 4.5) found.push(walker.currentNode.data + ' ' + contrast.toFixed(2));
    }
    return found;
}"""
REACHABLE = ".supportbridge-page :is(a[href], button, input:not([type=hidden]), select, textarea, summary)"
FOCUSED = """() => {
    const place = document.activeElement;
    const style = getComputedStyle(place);
    return [place.outerHTML.slice(0, 200), style.outlineStyle !== 'none' && style.outlineWidth !== '0px'];
}"""
NAMELESS = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea')].filter(
    (field) => !field.labels.length || field.labels[0].textContent.trim() === ''
).map((field) => field.outerHTML)"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without its sandbox because tests may run as root."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def show(page: Page, shop: Storefront, language: str) -> None:
    """Open what PHP made of the account page, with the block's own style sheet."""
    lay_out(page, shop.open_page(language=LANGUAGES[shop.platform][language]).result)


def lay_out(page: Page, content: str) -> None:
    page.set_content(content)
    page.add_style_tag(content=style_sheet().decode())
    page.add_style_tag(content="body { margin: 0; font-family: sans-serif; font-size: 16px; }")


@pytest.mark.parametrize("language", ["en", "ru", "fa"])
def test_no_word_is_broken_and_nothing_hangs_over_at_any_usual_width(
    shop: Storefront, page: Page, language: str
) -> None:
    plans = {"base": {"rank": 2, "name": LONG_NAMES}}
    shop.push(account(package(15_500), plans=plans, frozen=True))
    show(page, shop, language)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(BROKEN_WORDS) == [], width
        assert not page.evaluate(HANGS_OVER), width


def test_a_word_wider_than_the_block_is_broken_rather_than_hanging_over(shop: Storefront, page: Page) -> None:
    plans = {"base": {"rank": 2, "name": {"en": "Профессиональный" * 4}}}
    shop.push(account(package(550), plans=plans))
    show(page, shop, "en")
    page.set_viewport_size({"width": 328, "height": 800})
    assert page.evaluate(BROKEN_WORDS) != []
    assert not page.evaluate(HANGS_OVER)


def with_everything(shop: Storefront) -> Storefront:
    """A shop in which every view has something long to show."""
    shop.make_tables()
    shop.make_order_tables()
    shop.place_order(104_200, "Unbroken" * 30)
    shop.pair()
    right = {"key": "font", "kind": "once", "name": in_three("Font " * 12), "plans": ["base"]}
    phone = {"key": "tel", "kind": "telephone", "name": in_three("Telephone"), "plans": ["base"], "value": "+98 21 555"}
    books = [{"kind": "grant", "coins": 15_500, "order": 104_200}, {"kind": "hold", "coins": 0, "held": 12_000}]
    packages = [package(15_500, held=12_000), {**package(300, posted=0), "id": 2}]
    push_account(shop, *packages, books=books, rights=[right, phone], frozen=True)
    plan = a_plan(coins=15_500, name=LONG_NAMES, service=in_three("Every day, all day. " * 8))
    push_page(shop, plan, premium=premium_terms(kinds=[{"name": LONG_NAMES, "rate": in_three("20.00 USD")}]))
    long = "https://shop.example/" + "path" * 40
    push_document(shop, "quote", 12, quote(coins=20_000, subject=long))
    push_document(shop, "quote", 13, quote(13, text=in_three("Unbroken" * 40), state="approved", held=12_000))
    push_document(shop, "quote", 14, quote(14, ticket=9, subject=long))
    said = promise(guaranteed="Tuesday " * 20, best_effort="Unbroken" * 40, due=NOW + DAY)
    ways = [{"code": "renew", "text": in_three("Unbroken" * 20), "url": long}]
    ways.append({"code": "contact", "text": in_three(f"Contact us: {long}"), "url": ""})
    messages = [
        message("Unbroken" * 40, files=[a_file("unbroken" * 12 + ".png")]),
        message(long, by="staff"),
        message(in_three("Offered " * 20), by="bridge"),
    ]
    push_document(
        shop,
        "ticket",
        5,
        ticket(
            5,
            subject=long,
            messages=messages,
            quotes=[12, 13],
            product=long,
            order=104_200,
            urgency="refused",
            promise=said,
            cover=cover("choose", "Unbroken" * 40, ways=ways),
        ),
    )
    push_document(shop, "price", "analytics", price(coins=12_000, about=in_three("With a report. " * 12)))
    domains = [{"domain": f"{'unbroken' * 7}.{end}", "since": NOW} for end in ("example", "unbroken.example")]
    push_document(shop, "licence", 7, licence(name=in_three("Unbroken" * 30), domains=domains, suspended="refunded"))
    push_document(shop, "licence", 8, licence(8, key="Unbroken" * 20, until=NOW - DAY, places=None))
    lines = [bill_line(name=in_three("Unbroken" * 20), reason="Unbroken" * 40, kind="correction"), bill_line()]
    push_document(shop, "agreement", 3, agreement(text=in_three("Unbroken" * 40), name=in_three("Unbroken" * 30)))
    started = {"state": "accepted", "accepted": {"at": NOW, "channel": "page"}, "running_since": NOW}
    push_document(shop, "agreement", 4, agreement(4, worked=in_three("0:47:00"), **started))
    push_document(shop, "bill", 4, bill(lines=lines, disputed="Unbroken" * 40))
    push_document(shop, "bill", 5, bill(5, state="billed", total=in_three("1,234,567,890.00 USD")))
    return shop


def every_view(shop: Storefront, language: str) -> dict[str, str]:
    """Every view of the customer's own page."""
    customer = Customer(shop, language)
    views = ("", "tickets", "thread", "licences", "premium", "statement", "ticket", "claim")
    shown = {view: customer.opens(view, ticket=5).html for view in views}
    form = customer.opens("ticket").form("ticket_open")
    long = {"supportbridge_subject": "Unbroken" * 20, "supportbridge_text": "Hello"}
    uuid = customer.sends(form | long).led_to["sent"]
    shown["waiting"] = customer.opens("answer", sent=uuid).html
    shown["overview, waiting"] = customer.opens().html
    push_document(shop, "answer", uuid, answer(uuid, text=in_three("Unbroken" * 40)))
    shown["answered"] = customer.opens("answer", sent=uuid).html
    return shown


@pytest.fixture(scope="module")
def views(mariadb: PrivateMariaDB, extensions: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Views:
    """Every view in a language; made once, because the tests here only look at them."""

    @cache
    def made(language: str) -> dict[str, str]:
        database = mariadb.create_database()
        shop = Storefront("opencart", mariadb, database, extensions["opencart"], tmp_path_factory.mktemp("views"))
        shown = every_view(with_everything(shop), language)
        mariadb.drop_database(database)
        return shown

    return made


@pytest.mark.parametrize("language", ["en", "ru", "fa"])
def test_nothing_hangs_over_on_the_customers_own_page(views: Views, page: Page, language: str) -> None:
    for view, content in views(language).items():
        lay_out(page, content)
        for width in (*WIDTHS, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert not page.evaluate(HANGS_OVER), (view, width)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_every_word_stands_out_from_what_is_behind_it(views: Views, page: Page, language: str) -> None:
    """As the web's guidelines ask of text (AA): at least 4.5 to 1."""
    for view, content in views(language).items():
        lay_out(page, content)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate(FAINT_WORDS) == [], view


def test_every_way_and_field_is_reached_by_the_keyboard_and_shows_that_it_is(views: Views, page: Page) -> None:
    for view, content in views("en").items():
        lay_out(page, content)
        wanted = page.evaluate(
            f"[...document.querySelectorAll('{REACHABLE}')].filter((one) => one.checkVisibility()).length"
        )
        reached = []
        for _ in range(wanted):
            page.keyboard.press("Tab")
            reached.append(page.evaluate(FOCUSED))
        assert len(reached) == wanted > 3
        assert [what for what, outlined in reached if not outlined] == [], view


def test_every_field_has_a_name_and_every_part_a_heading(views: Views, page: Page) -> None:
    for view, content in views("en").items():
        lay_out(page, content)
        assert page.evaluate(NAMELESS) == [], view
        assert page.locator("nav[aria-label]").count() == 1
        assert page.locator("section.supportbridge-page__part:not(:has(h2))").count() == 0


def test_every_button_of_the_customers_own_page_can_be_hit_with_a_thumb(make_shop: MakeShop, page: Page) -> None:
    shop = make_shop("opencart")
    shop.make_tables()
    shop.pair()
    push_document(shop, "quote", 12, quote())
    lay_out(page, Customer(shop).opens("tickets").html)
    page.set_viewport_size({"width": 328, "height": 800})
    places = ".supportbridge-button, .supportbridge-nav__link"
    heights = page.evaluate(f"[...document.querySelectorAll('{places}')].map((one) => one.offsetHeight)")
    assert len(heights) == 7
    assert min(heights) >= 44


def test_the_bar_of_a_package_grows_from_where_a_line_begins(make_shop: MakeShop, page: Page) -> None:
    shop = make_shop("opencart")
    shop.make_tables()
    shop.pair()
    push_account(shop, package(300, posted=100))
    sides = {}
    for language in ("en", "fa"):
        lay_out(page, Customer(shop, language).opens().html)
        whole, left = (
            page.locator(place).bounding_box() for place in (".supportbridge-bar", ".supportbridge-bar__left")
        )
        assert whole is not None
        assert left is not None
        sides[language] = left["x"] - whole["x"] < 5
        assert 0.3 < left["width"] / whole["width"] < 0.36
    assert sides == {"en": True, "fa": False}


def test_a_persian_page_counts_in_persian_and_starts_on_the_right(make_shop: MakeShop, page: Page) -> None:
    shop = make_shop("opencart")
    shop.make_tables()
    shop.pair()
    push_document(shop, "quote", 12, quote())
    push_document(shop, "price", "analytics", price(about={"en": "Not translated.", "ru": "", "fa": ""}))
    styles = {}
    for language in ("en", "fa"):
        lay_out(page, Customer(shop, language).opens("tickets").html)
        styles[language] = [
            page.evaluate(f"getComputedStyle(document.querySelector('{place}')).{what}")
            for place, what in (
                (".supportbridge-history", "listStyleType"),
                (".supportbridge-price__what p", "textAlign"),
            )
        ]
    assert styles == {"en": ["decimal", "start"], "fa": ["persian", "right"]}


def test_C9_exact_words_that_turn_their_direction_turn_nothing_beside_them(make_shop: MakeShop, page: Page) -> None:
    """What an offer says is shown as it was signed, marks and all; its element is where they end."""
    shop = make_shop("opencart")
    shop.make_tables()
    shop.pair()
    push_account(shop, package(300))
    evil = "\u2069\u202eevil"
    push_document(shop, "quote", 12, quote(subject=evil, text=in_three(evil), history=[]))
    lay_out(page, Customer(shop).opens("tickets").html)
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate(BACKWARDS) == ["evil"]
    page.add_style_tag(content=".supportbridge-page div { display: inline !important; }")
    assert page.evaluate(BACKWARDS) == ["evil"], "whatever a theme does to blocks"
