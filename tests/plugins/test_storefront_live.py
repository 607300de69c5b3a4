"""The answer comes onto the page by itself: by our script where it runs, and by looking again where it does not."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from bridge.storefront import SCRIPT, style_sheet
from tests.plugins.conftest import MakeShop, paired
from tests.support.customer_page import Customer, answer, in_three, inbox, push_document, quote
from tests.support.storefront import NOW, Storefront
from tests.support.waiting import PATIENCE_S

pytestmark = pytest.mark.xdist_group("live")
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
FRAME = """<!DOCTYPE html><html><head><link rel="stylesheet" href="/account.css">
<script src="/supportbridge.js"></script></head><body>{page}</body></html>"""


@pytest.fixture
def shop(make_shop: MakeShop) -> Storefront:
    """What the shared classes do is tried in one layout."""
    return paired(make_shop("opencart"))


def approved(customer: Customer) -> str:
    """The number of an approval that was just sent."""
    push_document(customer.shop, "quote", 12, quote())
    return customer.sends(customer.opens("tickets").form("quote_approve")).led_to["sent"]


def asked(customer: Customer, uuid: str, **orders: Any) -> tuple[dict[str, Any], list[str]]:
    """What the script is told, and with which headers."""
    if customer.shop.platform == "prestashop":  # it sends its headers by PHP itself, and ends the request
        query = {"view": "answer", "sent": uuid, "as": "json"}
        played = customer.shop.play({"what": "support", **customer.orders, "query": query, **orders})
        assert played.complaints == []
        return json.loads(played.printed), []
    page = customer.opens("answer", sent=uuid, **{"as": "json"}, **orders)
    return json.loads(page.html), page.played.result["headers"]


# --- what the script is told ------------------------------------------------------------------------------


def test_the_script_is_told_the_same_as_the_page(each_shop: Storefront) -> None:
    customer = Customer(each_shop)
    uuid = approved(customer)
    waiting, headers = asked(customer, uuid)
    assert waiting["done"] is False
    assert "Being processed" in waiting["html"]
    if headers:
        assert headers == [
            "Cache-Control: no-store, private",
            "X-Frame-Options: DENY",
            "Content-Type: application/json",
            "X-Content-Type-Options: nosniff",
        ]
    push_document(each_shop, "answer", uuid, answer(uuid))
    done, _ = asked(customer, uuid)
    assert done["done"] is True
    assert done["html"] in customer.opens("answer", sent=uuid).html
    assert "50 coins are held." in done["html"]


def test_the_script_is_told_nothing_of_another_customers_row(each_shop: Storefront) -> None:
    uuid = approved(Customer(each_shop))
    push_document(each_shop, "answer", uuid, answer(uuid))
    for customer, sent in ((78, uuid), (77, "x"), (77, "' OR 1=1 -- ")):
        told, _ = asked(Customer(each_shop, customer=customer), sent)
        assert told["done"] is True
        assert "Nothing found" in told["html"]
        assert "50 coins" not in told["html"]


def test_script_in_an_answer_stays_text_for_the_script_too(shop: Storefront) -> None:
    customer = Customer(shop)
    uuid = approved(customer)
    push_document(shop, "answer", uuid, answer(uuid, text={"en": "<script>alert(1)</script>"}))
    raw = customer.opens("answer", sent=uuid, **{"as": "json"}).html
    assert "<" not in raw
    assert "&lt;script&gt;" in json.loads(raw)["html"]


def test_a_fault_keeps_the_script_waiting(shop: Storefront) -> None:
    customer = Customer(shop)
    uuid = approved(customer)
    shop.run("DROP TABLE {p}inbox")
    told, _ = asked(customer, uuid)
    assert told == {"done": False, "html": ""}


def test_only_the_answer_is_told_to_a_script(shop: Storefront) -> None:
    for view in ("", "tickets", "statement"):
        assert "supportbridge-page" in Customer(shop).opens(view, **{"as": "json"}).html


# --- in a browser -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without its sandbox because tests may run as root."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Serving:
    """The shop's web server: every page is played by PHP; nothing but our own files may be loaded."""

    def __init__(self, customer: Customer, context: BrowserContext) -> None:
        self.customer = customer
        self.now = NOW
        self.asked: list[dict[str, str]] = []
        context.route("**/*", self._serve)

    def _serve(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.path.endswith(".js"):
            route.fulfill(body=SCRIPT.read_bytes(), content_type="text/javascript")
        elif address.path.endswith(".css"):
            route.fulfill(body=style_sheet(), content_type="text/css")
        else:
            query = dict(parse_qsl(address.query))
            self.asked.append(dict(query))
            page = self.customer.opens(query.pop("view", ""), now=self.now, **query)
            bare = query.get("as") == "json"
            route.fulfill(
                body=page.html if bare else FRAME.replace("{page}", page.html),
                content_type="application/json" if bare else "text/html; charset=utf-8",
                headers={"Content-Security-Policy": STRICT},
            )


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context()
    expect.set_options(timeout=PATIENCE_S * 1000)
    yield made
    made.close()


def waiting(
    shop: Storefront, context: BrowserContext, prepare: Callable[[Page], None] | None = None
) -> tuple[Serving, Page, str]:
    """A page that waits for the answer to an approval: what serves it, the page, and the approval's number.

    `prepare` is done to the page before it is opened.
    """
    customer = Customer(shop)
    uuid = approved(customer)
    serving, page = Serving(customer, context), context.new_page()
    if prepare is not None:
        prepare(page)
    page.goto(f"http://shop.example/index.php?view=answer&sent={uuid}")
    expect(page.get_by_role("heading", name="Being processed")).to_be_visible()
    assert serving.asked[0] == {"view": "answer", "sent": uuid}
    return serving, page, uuid


def test_the_answer_appears_without_a_reload_under_a_strict_content_security_policy(
    shop: Storefront, context: BrowserContext
) -> None:
    faults: list[str] = []

    def overhear(page: Page) -> None:
        page.on("console", lambda message: faults.append(message.text))

    serving, page, uuid = waiting(shop, context, overhear)
    page.evaluate("window.stillTheSame = true")
    page.get_by_role("link", name="Look again").focus()
    push_document(shop, "answer", uuid, answer(uuid, text=in_three("50 coins are <held>.")))
    expect(page.get_by_text("50 coins are <held>.")).to_be_visible()
    assert page.evaluate("window.stillTheSame") is True
    assert page.evaluate("document.activeElement.getAttribute('aria-live')") == "polite", "the focus is not lost"
    count = len(serving.asked)
    page.wait_for_timeout(1200)
    assert len(serving.asked) == count, "nothing is asked once it is answered"
    assert faults == []


def show_tab(page: Page, *, shown: bool) -> None:
    """Let the page believe that its tab was covered, or uncovered, as the browser tells it."""
    page.evaluate(
        "shown => { Object.defineProperty(document, 'hidden', { configurable: true, get: () => !shown });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        shown,
    )


COUNTED = """
    window.sent = window.ended = 0;
    const send = XMLHttpRequest.prototype.send;
    XMLHttpRequest.prototype.send = function () {
        window.sent += 1;
        this.addEventListener('loadend', () => { window.ended += 1; });
        send.call(this);
    };"""


def stop_time(page: Page) -> None:
    """The page's own clock stands still until it is told to go on; its questions are counted."""
    page.add_init_script(COUNTED)
    page.clock.install(time=NOW)
    page.clock.pause_at(NOW + 3600)


def after(page: Page, seconds: float) -> int:
    """How often was asked until so much later by the page's own clock; the page has taken every answer up."""
    page.clock.fast_forward(round(seconds * 1000))
    sent = int(page.evaluate("window.sent"))
    while page.evaluate("window.ended") < sent:
        pass
    return sent


def asks(page: Page, seconds: int) -> None:
    """Let the page's own clock go on, in which it asks once; how long that really takes does not count."""
    before = after(page, 0)
    assert after(page, seconds) == before + 1


def test_whoever_comes_back_to_the_page_is_told_the_answer(shop: Storefront, context: BrowserContext) -> None:
    serving, page, uuid = waiting(shop, context, stop_time)
    show_tab(page, shown=False)
    for _ in range(20):
        page.clock.fast_forward(20_000)
    assert len(serving.asked) == 1, "nobody looks at it"
    push_document(shop, "answer", uuid, answer(uuid))
    show_tab(page, shown=True)
    expect(page.get_by_text("50 coins are held.")).to_be_visible()
    count = len(serving.asked)
    show_tab(page, shown=False)
    show_tab(page, shown=True)
    page.clock.run_for(5000)
    assert len(serving.asked) == count, "nothing is asked once it is answered"


def test_a_machine_that_was_asleep_goes_on_asking(shop: Storefront, context: BrowserContext) -> None:
    _, page, uuid = waiting(shop, context, stop_time)
    asks(page, 3600)
    push_document(shop, "answer", uuid, answer(uuid))
    asks(page, 1)
    expect(page.get_by_text("50 coins are held.")).to_be_visible()


def test_a_page_that_has_stopped_asking_says_so_and_begins_anew_for_whoever_comes_back(
    shop: Storefront, context: BrowserContext
) -> None:
    serving, page, uuid = waiting(shop, context, stop_time)
    asks(page, 25)
    serving.now = NOW + 400
    for _ in range(13):
        asks(page, 25)
        expect(page.get_by_text("the answer takes longer than usual")).to_be_visible()
    asks(page, 25)
    stopped = page.get_by_text("This page no longer looks for the answer by itself.")
    expect(stopped).to_be_visible()
    expect(page.get_by_text("the answer takes longer than usual")).to_be_hidden()
    count = len(serving.asked)
    page.clock.run_for(60_000)
    assert len(serving.asked) == count
    show_tab(page, shown=False)
    show_tab(page, shown=True)
    expect(stopped).to_be_hidden()
    push_document(shop, "answer", uuid, answer(uuid))
    asks(page, 1)
    expect(page.get_by_text("50 coins are held.")).to_be_visible()


def test_a_login_that_has_ended_ends_the_asking(shop: Storefront, context: BrowserContext) -> None:
    _, page, _ = waiting(shop, context, stop_time)
    answers: list[str] = []

    def login(route: Route) -> None:
        answers.append(route.request.url)
        route.fulfill(body="<html>Log in</html>", content_type="text/html")

    context.route("**/*", login)
    asks(page, 1)
    assert after(page, 2500) == 1
    assert len(answers) == 1
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    expect(page.get_by_text("look again, and log in if you are asked to.")).to_be_visible()


class Asked:
    """A page whose questions are counted, and its own clock; its server answers as told, and then that it waits."""

    def __init__(self, shop: Storefront, context: BrowserContext, *answers: tuple[int, dict[str, str]]) -> None:
        self._answers = list(answers)
        _, self.page, _ = waiting(shop, context, stop_time)
        context.route("**as=json**", self._answer)

    def after(self, seconds: float) -> int:
        """How often was asked until so much later."""
        return after(self.page, seconds)

    def _answer(self, route: Route) -> None:
        status, headers = self._answers.pop(0) if self._answers else (200, {})
        route.fulfill(status=status, headers=headers, body='{"done": false, "html": ""}')


def test_a_server_that_is_asked_too_often_is_asked_more_slowly_and_not_given_up(
    shop: Storefront, context: BrowserContext
) -> None:
    asked = Asked(shop, context, (429, {}), (403, {}), (429, {"Retry-After": "7"}), (503, {}))
    assert asked.after(0.25) == 1
    assert (asked.after(0.9), asked.after(0.1)) == (1, 2)
    assert (asked.after(1.9), asked.after(0.1)) == (2, 3)
    assert (asked.after(6.9), asked.after(0.1)) == (3, 4), "it says itself how long to wait"
    assert (asked.after(13.9), asked.after(0.1)) == (4, 5)
    assert (asked.after(0.9), asked.after(0.1)) == (5, 6), "as usual once it has answered"


def test_going_to_and_fro_between_two_windows_asks_no_more_than_staying(
    shop: Storefront, context: BrowserContext
) -> None:
    asked = Asked(shop, context)
    before = [asked.after(25) for _ in range(3)][-1]
    for _ in range(10):
        show_tab(asked.page, shown=False)
        asked.after(1)
        show_tab(asked.page, shown=True)
        asked.after(1)
    between = asked.after(0)
    assert between - before in (3, 4), "each five seconds, as far as somebody looks"
    show_tab(asked.page, shown=False)
    asked.after(31)
    show_tab(asked.page, shown=True)
    assert (asked.after(0), asked.after(0.25)) == (between + 1, between + 2), "after a while it begins anew"


def test_the_answer_is_first_asked_for_after_a_quarter_of_a_second(shop: Storefront, context: BrowserContext) -> None:
    _, page, _ = waiting(shop, context, stop_time)
    with page.expect_request("**as=json**"):
        page.clock.run_for(250)


def test_without_scripts_the_browser_looks_again_by_itself(shop: Storefront, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    _, page, uuid = waiting(shop, context)
    push_document(shop, "answer", uuid, answer(uuid))
    expect(page.get_by_text("50 coins are held.")).to_be_visible()
    assert [posted.kind for posted in inbox(shop)] == ["quote_approve"]
    context.close()
