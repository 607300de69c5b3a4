"""How the account block lies on the page, in a real browser: from a phone's width up, left and right to left.

It believes: a theme gives the block a column between 300 and 1100 pixels wide; its fonts are not ours to choose.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bridge.resources import resource
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
    const block = document.querySelector('.supportbridge-account');
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
    played = shop.open_page(language=LANGUAGES[shop.platform][language])
    page.set_content(played.result)
    page.add_style_tag(content=resource("bridge/shopkit/storefront/account.css").read_text("utf-8"))
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
