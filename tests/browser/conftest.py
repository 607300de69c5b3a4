"""One pair of shops, one daemon and one browser for a module, and visitors who each have the pages to themselves."""

import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from bridge.testing.mariadb import PrivateMariaDB
from tests.support.pretend_web import ACCOUNTS, PAGES, SITE, PretendWeb, pretend_web
from tests.support.waiting import PATIENCE_S

PICTURES = os.environ.get("BRIDGE_PICTURES", "")
"""The folder that pictures of the pages go to; without it none is taken."""
MARK = "window.neverReloaded = true"
_SESSIONS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A customer before his browser, logged in."""

    page: Page
    platform: str
    language: str

    def opens(self, view: str = "", **query: Any) -> None:
        """Go to a view of the page by its address."""
        named = {"view": view} if view else {}
        asked = "".join(f"&{name}={value}" for name, value in (named | query).items())
        self.page.goto(SITE + PAGES[self.platform] + asked)

    def opens_account(self) -> None:
        """Go to the account page, where the shop itself leads him."""
        self.page.goto(SITE + ACCOUNTS[self.platform])

    def follows(self, link: Locator) -> None:
        """Click a link, and have the page it leads to: what is asked next is asked of that one."""
        with self.page.expect_navigation():
            link.click()

    def part(self, name: str) -> Locator:
        """A marked place on the page."""
        return self.page.locator(f'[data-supportbridge="{name}"]')

    def form(self, kind: str) -> Locator:
        return self.page.locator(f'form[data-supportbridge="{kind}"]')

    def field(self, name: str) -> Locator:
        return self.page.locator(f'[name="supportbridge_{name}"]')

    def stands(self, state: str, ticket: int) -> None:
        """Look at a ticket again and again until it stands so."""
        shown = self.page.locator(f".supportbridge-state--{state}")
        for _ in range(int(PATIENCE_S / 0.25)):
            self.opens("thread", ticket=ticket)
            if shown.count() > 0:
                return
            self.page.wait_for_timeout(250)
        raise AssertionError(f"not within {PATIENCE_S:g} s: {state!r} in {self.text}")

    def sees(self, words: str, *, view: str = "", **query: Any) -> None:
        """Look at a view again and again until it says these words."""
        self.opens(view, **query)
        deadline = self.page.evaluate("performance.timeOrigin + performance.now()") + PATIENCE_S * 1000
        while words not in self.text:
            now = self.page.evaluate("performance.timeOrigin + performance.now()")
            assert now < deadline, f"not within {PATIENCE_S:g} s: {words!r} in {self.text}"
            self.opens(view, **query)

    def waits_for(self, words: str) -> None:
        """The words come to the page that is open, without its being loaded again."""
        self.page.wait_for_url("**view=answer**")
        self.page.evaluate(MARK)
        self.page.get_by_text(words).first.wait_for()
        assert self.page.evaluate("window.neverReloaded"), "the page was loaded again"

    @property
    def text(self) -> str:
        """What a reader reads."""
        return " ".join(self.page.locator("main").inner_text().split())

    def picture(self, name: str) -> None:
        """A picture for the documentation, where pictures are asked for."""
        if PICTURES:
            self.page.mouse.move(0, 0)
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True, animations="disabled")


NewVisitor = Callable[..., Visitor]


@pytest.fixture(scope="module")
def web(mariadb: PrivateMariaDB, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PretendWeb]:
    """Both shops with their pages and one running daemon; nothing in them may have had a complaint at the end."""
    database = mariadb.create_database()
    with pretend_web(mariadb, database, tmp_path_factory.mktemp("web")) as shops:
        yield shops
        assert shops.complaints() == []
        assert shops.agreed() == []
    mariadb.drop_database(database)


@pytest.fixture(scope="module")
def browser(web: PretendWeb) -> Iterator[Browser]:
    """The system's Chromium, which takes our server for shop.example; no other address leads anywhere."""
    arguments = ["--no-sandbox", f"--host-resolver-rules=MAP shop.example 127.0.0.1:{web.port}, MAP * ~NOTFOUND"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[NewVisitor]:
    """Log a customer in, in a language and a window of that width."""
    contexts = []
    broken: list[str] = []

    def log_in(
        platform: str, customer: int, language: str = "en", *, width: int = 1280, scripts: bool = True
    ) -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts)
        contexts.append(context)
        said = {"customer": str(customer), "session": f"session-{next(_SESSIONS)}", "language": language}
        context.add_cookies([{"name": name, "value": value, "url": SITE} for name, value in said.items()])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda line: broken.append(line.text) if line.type == "error" else None)
        page.on("requestfailed", lambda request: broken.append(f"{request.url}: {request.failure}"))
        return Visitor(page, platform, language)

    yield log_in
    for context in contexts:
        context.close()
    assert [line for line in broken if "ERR_ABORTED" not in line] == []
