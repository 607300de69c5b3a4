"""How the account block and the customer's own page lie in a real browser: from a phone's width up, in both directions.

It believes: a theme gives the block a column between 300 and 1100 pixels wide; its fonts are not ours to choose.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bridge.storefront import style_sheet
from tests.plugins.conftest import MakeShop
from tests.support.customer_page import Customer, in_three, price, push_account, push_document, quote
from tests.support.storefront import Storefront, account, package

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
HANGS_OVER = """() => {
    const block = document.querySelector('.supportbridge-account, .supportbridge-page');
    return block.scrollWidth > block.clientWidth || document.documentElement.scrollWidth > window.innerWidth;
}"""


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


@pytest.mark.parametrize("language", ["en", "ru", "fa"])
def test_nothing_hangs_over_on_the_customers_own_page(make_shop: MakeShop, page: Page, language: str) -> None:
    shop = make_shop("opencart")
    shop.make_tables()
    shop.pair()
    right = {"key": "font", "kind": "once", "name": in_three("Font " * 12), "plans": ["base"]}
    phone = {"key": "tel", "kind": "telephone", "name": in_three("Telephone"), "plans": ["base"], "value": "+98 21 555"}
    books = [{"kind": "grant", "coins": 15_500, "order": 104_200}, {"kind": "hold", "coins": 0, "held": 12_000}]
    push_account(shop, package(15_500, held=12_000), books=books, rights=[right, phone], frozen=True)
    push_document(shop, "quote", 12, quote(coins=20_000, subject="https://shop.example/" + "path" * 40))
    push_document(shop, "quote", 13, quote(13, text=in_three("Unbroken" * 40), state="approved", held=12_000))
    push_document(shop, "price", "analytics", price(coins=12_000, about=in_three("With a report. " * 12)))
    customer = Customer(shop, language)
    for view in ("", "statement", "request", "claim"):
        lay_out(page, customer.opens(view).html)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert not page.evaluate(HANGS_OVER), (view, width)


def test_every_button_of_the_customers_own_page_can_be_hit_with_a_thumb(make_shop: MakeShop, page: Page) -> None:
    shop = make_shop("opencart")
    shop.make_tables()
    shop.pair()
    push_document(shop, "quote", 12, quote())
    lay_out(page, Customer(shop).opens().html)
    page.set_viewport_size({"width": 328, "height": 800})
    heights = page.evaluate("[...document.querySelectorAll('.supportbridge-button')].map((one) => one.offsetHeight)")
    assert len(heights) == 4
    assert min(heights) >= 44


def test_a_persian_page_counts_in_persian_and_starts_on_the_right(make_shop: MakeShop, page: Page) -> None:
    shop = make_shop("opencart")
    shop.make_tables()
    shop.pair()
    push_document(shop, "quote", 12, quote())
    push_document(shop, "price", "analytics", price(about={"en": "Not translated.", "ru": "", "fa": ""}))
    styles = {}
    for language in ("en", "fa"):
        lay_out(page, Customer(shop, language).opens().html)
        styles[language] = [
            page.evaluate(f"getComputedStyle(document.querySelector('{place}')).{what}")
            for place, what in (
                (".supportbridge-history", "listStyleType"),
                (".supportbridge-price__what p", "textAlign"),
            )
        ]
    assert styles == {"en": ["decimal", "start"], "fa": ["persian", "right"]}
