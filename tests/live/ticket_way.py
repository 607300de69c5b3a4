"""A ticket's whole way on a running shop: opened with a file, answered with one, resolved and reopened.

It goes by marked places and not by words, because each step is done in another language.
"""

import re
import time
from pathlib import Path

from playwright.sync_api import FilePayload

from tests.live.beside import Beside
from tests.live.conftest import AnyLive, Steps
from tests.live.looking import reads_well

LOG = b"2026-12-01 10:30:00 product page: 4.1 s\n"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738"
    "550000000049454e44ae426082"
)
SUBJECT = "Медленные страницы · صفحه‌های کند"


def walks(live: AnyLive, bridge: Beside, steps: Steps, folder: Path, *, order: int) -> None:
    """Rules T1, T3, T8 and T10, in Russian, Persian and English; nothing of it costs a coin."""
    page, customer = live.customer, live.customer_id()
    live.opens("ru", view="ticket")
    page.locator('[name="supportbridge_subject"]').fill(SUBJECT)
    page.locator('[name="supportbridge_text"]').fill("They take four seconds.\n<b>All</b> of them.")
    page.locator('[name="supportbridge_order"]').select_option(value=str(order))
    page.locator('[name="supportbridge_product"]').select_option(index=1)
    page.locator('[name="supportbridge_urgent"]').check()
    page.locator("input[type=file]").set_input_files(
        FilePayload(name="slow pages سرعت.txt", mimeType="text/plain", buffer=LOG)
    )
    steps.passes("ticket form filled in ru", page)
    page.locator("form[data-supportbridge=ticket_open] button").click()
    answered(live)
    steps.passes("ticket with a file sent in ru", page)
    listed = bridge.staff("ticket", "list", "--customer", str(customer))["tickets"]
    ticket = max(int(one["ticket"]) for one in listed)
    stands(live, "ru", "open", ticket)
    for promised in ("guaranteed", "best-effort", "due"):
        assert page.locator(f'[data-supportbridge="{promised}"]').inner_text().strip() != ""
    assert page.get_by_text("<b>All</b> of them.").count() == 1
    steps.passes("promise on the ticket's page", page)
    assert downloaded(live, "slow pages سرعت.txt") == LOG
    steps.passed.append("the customer's own file downloaded")
    live.opens_customer(customer)
    panel_lists(live, "waits for our answer", "urgency asked for", "answer due")
    steps.passes("panel with a ticket's state and due time", live.admin)

    [queue] = bridge.staff("queue")["stores"]
    assert [one["ticket"] for one in queue["tickets"]] == [ticket]
    bridge.staff("ticket", "urgent", str(ticket))
    sees_in_panel(live, customer, " · urgent · ")
    steps.passes("panel says urgent", live.admin)
    picture = folder / "ответ.png"
    picture.write_bytes(PICTURE)
    words = "Please look at the picture: is it this?"
    bridge.staff("ticket", "reply", str(ticket), "--text", words, "--file", str(picture))
    stands(live, "fa", "waiting_customer", ticket)
    until_file(live, "fa", ticket, "ответ.png")
    steps.passes("answer with a file in fa", page)
    assert downloaded(live, "ответ.png") == PICTURE
    steps.passed.append("staff's file downloaded")
    reads_well(live, steps, [{"view": "thread", "ticket": ticket}])
    live.opens_order(order)
    panel_lists(live, "waits for the customer")
    steps.passes("panel beside the order with a ticket", live.admin)
    live.opens("fa", view="thread", ticket=ticket)
    page.locator('[name="supportbridge_text"]').fill("بله، همین است.")
    page.locator("input[type=file]").set_input_files(
        [
            FilePayload(name="one.log", mimeType="text/plain", buffer=LOG),
            FilePayload(name="two.png", mimeType="image/png", buffer=PICTURE),
        ]
    )
    page.locator("form[data-supportbridge=ticket_reply] button").click()
    answered(live)
    steps.passes("reply with two files in fa", page)
    stands(live, "fa", "open", ticket)

    bridge.staff("ticket", "state", str(ticket), "resolved")
    stands(live, "en", "resolved", ticket)
    assert page.get_by_text("a reply opens it again").count() == 1
    steps.passes("resolved", page)
    page.locator('[name="supportbridge_text"]').fill("One of them is slow again.")
    page.locator("form[data-supportbridge=ticket_reply] button").click()
    answered(live)
    stands(live, "en", "open", ticket)
    assert bridge.staff("ticket", "show", str(ticket))["state"] == "open"
    assert [one.strip() for one in page.locator(".supportbridge-thread bdi").all_inner_texts()] == [
        "slow pages سرعت.txt",
        "ответ.png",
        "one.log",
        "two.png",
    ]
    steps.passes("reopened by a reply", page)
    live.opens("en", view="tickets")
    steps.passes("list of tickets", page)
    bridge.staff("ticket", "state", str(ticket), "resolved")
    stands(live, "en", "resolved", ticket)


def answered(live: AnyLive) -> None:
    """The desk's answer leads to the ticket, without the page's being loaded again."""
    page = live.customer
    page.wait_for_url(re.compile("view=answer"))
    page.evaluate("window.neverReloaded = true")
    page.locator('.supportbridge-page__part a[href*="view=thread"]').wait_for()
    assert page.evaluate("window.neverReloaded") is True


def stands(live: AnyLive, language: str, state: str, ticket: int) -> None:
    """Look at a ticket until it stands so."""
    until_shown(live, language, ticket, f".supportbridge-state--{state}")


def until_file(live: AnyLive, language: str, ticket: int, name: str) -> None:
    until_shown(live, language, ticket, f'.supportbridge-files a:has-text("{name}")')


def until_shown(live: AnyLive, language: str, ticket: int, place: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        live.opens(language, view="thread", ticket=ticket)
        if live.customer.locator(place).count():
            return
        assert time.monotonic() < deadline, (place, live.customer.locator(".supportbridge-page").inner_text())


def downloaded(live: AnyLive, name: str) -> bytes:
    """Save a file of the thread as the customer does: under its name, as a download."""
    with live.customer.expect_download() as download:
        live.customer.locator(f'.supportbridge-files a:has-text("{name}")').click()
    assert download.value.suggested_filename == name
    return download.value.path().read_bytes()


def panel_lists(live: AnyLive, *words: str) -> None:
    """The panel that the administrator has open says these words of a ticket."""
    panel = live.admin.locator(".supportbridge-panel")
    panel.wait_for(state="visible")
    panel.scroll_into_view_if_needed()
    said = panel.inner_text()
    assert SUBJECT in said
    assert [one for one in words if one not in said] == [], said


def sees_in_panel(live: AnyLive, customer: int, words: str) -> None:
    """Look beside the customer until the panel says so."""
    deadline = time.monotonic() + 60
    while True:
        live.opens_customer(customer)
        said = live.admin.locator(".supportbridge-panel").inner_text()
        if words in said:
            return
        assert time.monotonic() < deadline, said
