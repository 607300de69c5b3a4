"""The customer's pages in a real browser, from the ticket to the deduction, and how they read for everybody.

It believes: what a theme lays around them is not ours; everything that bears our class is.
"""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NewVisitor
from tests.browser.reading import FAULTS, FOCUS, RUNS_FROM_THE_LEFT
from tests.support.pretend_web import EXTENSION, SITE, STORES, PretendWeb, add_customer

pytestmark = pytest.mark.xdist_group("customers-pages")
PLATFORMS = tuple(STORES)
WIDTHS = (360, 1280)
SUBJECT = "Faster product pages, please."
REASON = "Our own fault."
WORDS = "Find out what slows the product pages down, and mend it."
DOMAIN = "books.example.com"
LOG = b"2026-12-01 10:30:00 product page: 4.1 s\n"
PICTURED = {("", "fa", 360), ("thread", "fa", 360), ("", "en", 1280), ("tickets", "en", 360)}
PICTURED |= {("licences", "fa", 360), ("licences", "en", 1280)}
"""What the documentation has pictures of: view, language and width."""


@pytest.fixture(scope="module", params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def an_offer(web: PretendWeb, platform: str, name: str) -> tuple[int, int, int]:
    """A customer with a package and an offer that waits for him: his number, the ticket's and the quote's."""
    customer = add_customer(web, platform, name)
    web.buys(platform, customer, "base")
    opened = web.staff(
        platform, "ticket", "open", str(customer),
        "--subject", SUBJECT,
        "--text", "They take four seconds since the last update.",
    )  # fmt: skip
    ticket = int(opened["ticket"])
    offered = web.staff(
        platform, "quote", "offer", str(ticket), "--coins", "120", "--possible",
        "--words", WORDS,
    )  # fmt: skip
    return customer, ticket, int(offered["quote"])


def test_C7_C13_from_a_ticket_to_its_deduction_in_the_browser(
    web: PretendWeb, visitor: NewVisitor, platform: str
) -> None:
    customer = add_customer(web, platform, "ada")
    web.buys(platform, customer, "base")
    ada = visitor(platform, customer)
    ada.opens_account()
    ada.follows(ada.page.get_by_role("link", name="Packages, rights and statement"))
    assert ada.part("available").inner_text() == "550"
    ada.follows(ada.page.get_by_role("navigation").get_by_role("link", name="Tickets and offers"))
    ada.follows(ada.page.get_by_role("link", name="Request this"))
    ada.page.get_by_label("Your message").fill("For the new shop as well, please.\n<b>Thank you!</b>")
    ada.page.get_by_role("button", name="Send").click()
    ada.waits_for("Your ticket has been sent")

    [ticket] = [one["ticket"] for one in web.staff(platform, "ticket", "list", "--customer", str(customer))["tickets"]]
    [quote] = [one["quote"] for one in web.staff(platform, "quote", "list")["quotes"] if one["ticket"] == ticket]
    web.staff(platform, "ticket", "reply", str(ticket), "--text", "Of course: both shops, with consent.")
    web.staff(platform, "quote", "reissue", str(quote))
    ada.sees("Of course: both shops, with consent.", view="thread", ticket=ticket)
    ada.sees("Approve and reserve coins: 50", view="thread", ticket=ticket)
    assert "<b>Thank you!</b>" in ada.text
    if platform == "opencart":
        ada.picture("offer-en-1280")
    ada.form("quote_approve").get_by_role("button").click()
    ada.waits_for("Approved: 50 coins are reserved for this work.")

    web.staff(platform, "quote", "start", str(quote))
    web.staff(platform, "quote", "settle", str(quote), "--spent", "45")
    ada.sees("Deducted", view="statement")
    ada.sees("505")
    ada.follows(ada.page.get_by_role("navigation").get_by_role("link", name="Statement"))
    if platform == "opencart":
        ada.picture("statement-en-1280")
    ada.follows(ada.page.get_by_role("link", name="Deducted", exact=True))
    assert "Granted" not in ada.page.locator("table").inner_text()
    with ada.page.expect_download() as download:
        ada.page.get_by_role("link", name="Download for a spreadsheet (CSV)").click()
    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(("grant", "hold", "settle", "release"))


def test_every_view_fits_and_can_be_read_by_everybody_in_three_languages(
    web: PretendWeb, visitor: NewVisitor, platform: str
) -> None:
    customer, ticket, _ = an_offer(web, platform, "boris")
    views: list[tuple[str, dict[str, int]]] = [
        ("", {}), ("tickets", {}), ("thread", {"ticket": ticket}), ("ticket", {}), ("statement", {}), ("claim", {}),
    ]  # fmt: skip
    web.staff(platform, "coins", "correct", str(customer), "--add", "5", "--reason", REASON)
    visitor(platform, customer).sees("Approve and reserve coins: 120", view="thread", ticket=ticket)
    visitor(platform, customer).sees(REASON, view="statement")
    words_in = {"thread": (SUBJECT, WORDS), "statement": (REASON,)}
    for language in ("en", "ru", "fa"):
        boris = visitor(platform, customer, language)
        for view, query in views:
            boris.opens(view, **query)
            for width in WIDTHS:
                boris.page.set_viewport_size({"width": width, "height": 800})
                assert boris.page.evaluate(FAULTS) == [], (language, width, view)
                if platform == "prestashop" and (view, language, width) in PICTURED:
                    boris.picture(f"{view or 'overview'}-{language}-{width}")
            if view in words_in:
                boris.page.set_viewport_size({"width": 1280, "height": 800})
                for words in words_in[view]:
                    assert boris.page.evaluate(RUNS_FROM_THE_LEFT, words), (language, words)
        boris.opens_account()
        assert boris.page.evaluate(FAULTS) == [], (language, "account")
        direction = boris.page.locator(".supportbridge-account").evaluate("one => getComputedStyle(one).direction")
        assert direction == ("rtl" if language == "fa" else "ltr")


def test_T1_T3_T10_a_ticket_with_a_file_is_opened_resolved_and_reopened(
    web: PretendWeb, visitor: NewVisitor, platform: str
) -> None:
    """In Persian on a telephone and in Russian on a wide screen, so nothing here goes by its words."""
    language, width = {"opencart": ("fa", 360), "prestashop": ("ru", 1280)}[platform]
    customer = add_customer(web, platform, "emil")
    order = web.buys(platform, customer, "base")
    emil = visitor(platform, customer, language, width=width)
    emil.opens("ticket")
    fill = {"subject": "Faster product pages", "text": "They take four seconds."}
    for name, typed in fill.items():
        emil.field(name).fill(typed)
    emil.page.locator('[name="supportbridge_about"][value="work"]').check()
    emil.field("order").select_option(value=str(order))
    emil.field("product").select_option(index=1)
    emil.field("urgent").check()
    files = emil.page.locator("input[type=file]")
    files.set_input_files({"name": "slow pages.png", "mimeType": "image/png", "buffer": LOG})
    emil.form("ticket_open").locator("button").click()
    emil.page.locator(".supportbridge-notice").wait_for()
    assert "slow pages.png" in emil.text, "a file that is not what its name says is refused"
    kept = [emil.field(name).input_value() for name in ("subject", "text", "order")]
    assert kept == [*fill.values(), str(order)], "and nothing that was typed or chosen is lost"
    assert emil.field("urgent").is_checked()
    files.set_input_files({"name": "slow pages.txt", "mimeType": "text/plain", "buffer": LOG})
    assert emil.page.evaluate(FAULTS) == []
    emil.form("ticket_open").locator("button").click()
    emil.follows(emil.page.locator('.supportbridge-page__part a[href*="view=thread"]'))

    ticket = int(parse_qs(urlsplit(emil.page.url).query)["ticket"][0])
    emil.stands("open", ticket)
    assert emil.page.evaluate(FAULTS) == []
    for promised in ("guaranteed", "best-effort"):
        assert emil.part(promised).inner_text() != ""
    with emil.page.expect_download() as download:
        emil.page.locator('a[href*="view=file"]').click()
    assert (download.value.suggested_filename, download.value.path().read_bytes()) == ("slow pages.txt", LOG)
    offered = web.staff(platform, "quote", "offer", str(ticket), "--coins", "120", "--possible", "--words", WORDS)
    emil.stands("waiting_approval", ticket)
    emil.form("quote_approve").get_by_role("button").click()
    emil.page.locator('.supportbridge-page__part a[href*="view=thread"]').wait_for()
    web.staff(platform, "quote", "start", str(offered["quote"]))
    emil.stands("in_work", ticket)
    web.staff(platform, "quote", "settle", str(offered["quote"]), "--spent", "100")
    emil.stands("resolved", ticket)
    assert emil.part("reply").locator("p").first.inner_text() != "", "what a reply does is said"
    emil.field("text").fill("One of them is slow again.")
    emil.form("ticket_reply").locator("button").click()
    emil.page.locator('.supportbridge-page__part a[href*="view=thread"]').wait_for()
    emil.stands("open", ticket)
    assert emil.page.evaluate(FAULTS) == []


def test_L1_L6_a_licence_is_bought_used_on_a_domain_released_and_paid_back(
    web: PretendWeb, visitor: NewVisitor, platform: str
) -> None:
    customer = add_customer(web, platform, "gita")
    order = web.orders(platform, customer, EXTENSION)
    gita = visitor(platform, customer)
    gita.sees("Domains in use: 0 of 2", view="licences")
    key = gita.page.locator(".supportbridge-key").inner_text()
    assert web.extension("activate", platform, key, f"https://www.{DOMAIN}/")["activated"] is True
    gita.sees("Domains in use: 1 of 2", view="licences")
    for language in ("en", "ru", "fa"):
        reader = visitor(platform, customer, language)
        reader.opens()
        reader.follows(reader.page.locator('nav a[href*="view=licences"]'))
        for width in WIDTHS:
            reader.page.set_viewport_size({"width": width, "height": 800})
            reader.page.locator("details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
            assert reader.page.evaluate(FAULTS) == [], (language, width)
            for words in (key, DOMAIN):
                assert reader.page.evaluate(RUNS_FROM_THE_LEFT, words), (language, width, words)
            if platform == "prestashop" and ("licences", language, width) in PICTURED:
                reader.picture(f"licences-{language}-{width}")

    gita.page.get_by_text("Release", exact=True).click()
    gita.form("licence_release").get_by_role("button").click()
    gita.waits_for("has been released")
    gita.follows(gita.page.get_by_role("link", name="To your licences"))
    assert "Domains in use: 0 of 2" in gita.text
    assert not gita.form("licence_release").is_visible()
    assert web.extension("check", platform, key, DOMAIN)["reason"] == "wrong_domain"
    assert gita.page.get_by_role("link", name="Renew").get_attribute("href") == f"{SITE}index.php?buy=checkout"
    web.refunds(platform, order)
    gita.sees("Suspended: the payment was returned", view="licences")
    assert gita.page.get_by_role("link", name="Renew").count() == 0
    assert web.extension("check", platform, key, DOMAIN)["reason"] == "refunded"


def test_keys_alone_lead_to_an_offer_and_approve_it_and_the_focus_is_always_seen(
    web: PretendWeb, visitor: NewVisitor
) -> None:
    customer, ticket, _ = an_offer(web, "prestashop", "clara")
    clara = visitor("prestashop", customer)
    clara.sees("Faster product pages", view="tickets")
    clara.opens()
    tabs_to(clara.page, words="Tickets and offers")
    clara.page.keyboard.press("Enter")
    clara.page.wait_for_url("**view=tickets")
    tabs_to(clara.page, words="Faster product pages")
    clara.page.keyboard.press("Enter")
    clara.page.wait_for_url(f"**ticket={ticket}")
    tabs_to(clara.page, field="supportbridge_text")
    clara.page.keyboard.type("By Friday?")
    tabs_to(clara.page, words="Send reply")
    clara.page.keyboard.press("Enter")
    clara.waits_for("Done")
    tabs_to(clara.page, words="To the ticket")
    clara.page.keyboard.press("Enter")
    clara.page.wait_for_url(f"**ticket={ticket}")
    clara.sees("By Friday?", view="thread", ticket=ticket)
    tabs_to(clara.page, words="Approve and reserve coins: 120")
    clara.page.keyboard.press("Enter")
    clara.waits_for("Approved: 120 coins are reserved for this work.")


def test_without_scripts_the_page_looks_for_the_answer_by_itself(web: PretendWeb, visitor: NewVisitor) -> None:
    customer, ticket, _ = an_offer(web, "opencart", "dora")
    dora = visitor("opencart", customer, scripts=False)
    dora.sees("Approve and reserve coins: 120", view="thread", ticket=ticket)
    dora.page.get_by_role("button", name="Decline").click()
    dora.page.get_by_text("You have declined the offer.").wait_for()
    dora.sees("You declined.", view="thread", ticket=ticket)
    assert not dora.form("quote_decline").is_visible()


def tabs_to(page: Page, *, words: str = "", field: str = "") -> None:
    """Press Tab until the place with these words, or the field of that name, has the focus; each stop must show it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at is None:
            continue
        assert at["shown"], f"the focus is not seen: {at}"
        assert at["seen"], f"the focus is on something that is not shown: {at}"
        if (field and at["field"] == field) or (words and words in at["words"]):
            return
    raise AssertionError(f"Tab does not lead to {words or field!r}")
