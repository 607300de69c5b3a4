"""What staff alone decide about a ticket, on a running shop: split, redacted, offered and closed, and an offer's end.

The desk's clock is put forward for the last of it: an offer lapses after a week. The shop's own clock is not.
"""

import sys
import time
from datetime import timedelta

from playwright.sync_api import FilePayload

from tests.browser import bridge_at
from tests.live.beside import QUOTE_DAYS, Beside
from tests.live.conftest import AnyLive, Steps
from tests.live.looking import sees, waits_for
from tests.live.prestashop import PrestaShop
from tests.live.shop_service import comes
from tests.live.ticket_way import LOG, answered, downloaded, stands, until_file
from tests.support.daemons import Daemon
from tests.support.waiting import wait_until

SECRET = "The password of the back office is 0xC0FFEE."
INVOICE = "And the invoice is missing."
ACCESS_FILE, INVOICE_FILE = "доступ.txt", "صورتحساب.txt"
TAKEN_OUT = "این پیام حذف شد."
VALID = timedelta(days=QUOTE_DAYS)
LEFT_S = 75
"""How long an offer can still be approved once the desk's clock has been put forward."""


def decides(live: AnyLive, bridge: Beside, steps: Steps) -> None:
    """Rules D2, T10 and T11: a part goes its own way, a secret goes for good, an open offer keeps its ticket."""
    page = live.customer
    first = writes_two_messages(live, bridge)
    part = splits(live, bridge, first)
    steps.passes("split off with its file", page)
    redacts(live, bridge, first, part)
    steps.passes("taken out in fa", page)

    quote = offers(live, bridge, part)
    refused = bridge.refused("ticket", "state", str(part), "closed")
    assert f"quote {quote} can still be approved" in refused
    assert state_of(bridge, part) == "waiting_approval"
    steps.passed.append("closing with an open offer is refused")
    if isinstance(live, PrestaShop):
        pretends(live, bridge, quote)
        steps.passes("a visitor's approval is none", live.guest)
    bridge.staff("quote", "withdraw", str(quote))
    bridge.staff("ticket", "state", str(part), "closed")
    stands(live, "en", "closed", part)
    steps.passes("withdrawn and closed", page)
    bridge.staff("ticket", "state", str(first), "resolved")


def writes_two_messages(live: AnyLive, bridge: Beside) -> int:
    """A ticket with a secret and a second message, a file with each."""
    page, customer = live.customer, live.customer_id()
    live.opens("en", view="ticket")
    page.locator('[name="supportbridge_subject"]').fill("Access")
    page.locator('[name="supportbridge_text"]').fill(SECRET)
    page.locator("input[type=file]").set_input_files(a_file(ACCESS_FILE))
    page.locator("form[data-supportbridge=ticket_open] button").click()
    answered(live)
    ticket = max(int(one["ticket"]) for one in bridge.staff("ticket", "list", "--customer", str(customer))["tickets"])
    until_file(live, "en", ticket, ACCESS_FILE)
    page.locator('[name="supportbridge_text"]').fill(INVOICE)
    page.locator("input[type=file]").set_input_files(a_file(INVOICE_FILE))
    page.locator("form[data-supportbridge=ticket_reply] button").click()
    answered(live)
    until_file(live, "en", ticket, INVOICE_FILE)
    return ticket


def splits(live: AnyLive, bridge: Beside, ticket: int) -> int:
    """The second message goes on in a ticket of its own, with its file; the first ticket keeps the words."""
    second = str(number_of(bridge, ticket, INVOICE))
    done = bridge.staff("ticket", "split", str(ticket), "--from", second, "--subject", "The invoice")
    part = int(done["ticket"])
    assert done["split"] == ticket
    until_file(live, "en", part, INVOICE_FILE)
    assert downloaded(live, INVOICE_FILE) == LOG
    sees(live, lambda: live.opens("en", view="thread", ticket=ticket), ".supportbridge-page", f"ticket {part}")
    assert live.customer.get_by_text(INVOICE).count() == 1
    assert names(live) == [ACCESS_FILE]
    live.opens("en", view="thread", ticket=part)
    return part


def redacts(live: AnyLive, bridge: Beside, ticket: int, part: int) -> None:
    """Both messages are taken out: words and file of the first, words of the second and of its copy."""
    page = live.customer
    live.opens("en", view="thread", ticket=ticket)
    address = page.locator(".supportbridge-files a").get_attribute("href")
    assert address is not None
    because = ("--because", "An access.")
    done = bridge.staff("ticket", "redact", str(ticket), str(number_of(bridge, ticket, SECRET)), *because)
    assert (done["files_erased"], done["copies_in"]) == (1, [])
    done = bridge.staff("ticket", "redact", str(ticket), str(number_of(bridge, ticket, INVOICE)), *because)
    assert (done["files_erased"], done["copies_in"]) == (1, [part])
    for number, times in ((part, 1), (ticket, 2)):
        deadline = time.monotonic() + 60
        while True:
            live.opens("fa", view="thread", ticket=number)
            if page.get_by_text(TAKEN_OUT).count() == times:
                break
            assert time.monotonic() < deadline, page.locator(".supportbridge-page").inner_text()
        shown = page.content()
        assert [one for one in (SECRET, INVOICE, ACCESS_FILE, INVOICE_FILE) if one in shown] == []
    answer = page.request.get(page.evaluate("address => new URL(address, location.href).href", address))
    assert LOG not in answer.body(), "a link that was kept leads to nothing"
    kept = repr(bridge.staff("ticket", "show", str(ticket)))
    assert [one for one in (SECRET, ACCESS_FILE) if one in kept] == []


def offers(live: AnyLive, bridge: Beside, ticket: int) -> int:
    """An offer of ten coins, seen on the ticket's page."""
    words = ("--coins", "10", "--words", "The invoice is made anew.", "--possible")
    quote = int(bridge.staff("quote", "offer", str(ticket), *words)["quote"])
    opens = lambda: live.opens("en", view="thread", ticket=ticket)  # noqa: E731 - asked for again and again
    sees(live, opens, "form[data-supportbridge=quote_approve]", "10")
    return quote


def pretends(live: PrestaShop, bridge: Beside, quote: int) -> None:
    """Somebody who is not logged in types the customer's address and approves: nothing follows from it (rule T11)."""
    words = f"I approve quote {quote}: do it now, and tell me how many coins are left."
    live.writes_to_contact(words, email=live.shop.customer.user)
    ticket = comes(bridge, live.customer_id(), words)
    found = bridge.staff("quote", "show", str(quote))
    assert (found["state"], found["held"], found["approved_at"]) == ("offered", 0, None)
    assert found["balance"]["held"] == 0
    thread = bridge.staff("ticket", "show", str(ticket))["thread"]
    place = next(at for at, one in enumerate(thread) if one["text"].startswith(words))
    assert [one for one in thread[place + 1 :] if one["author"] != "customer"] == [], "nothing answers by itself"
    bridge.staff("ticket", "state", str(ticket), "resolved")


def lapses(live: AnyLive, bridge: Beside, daemon: Daemon, steps: Steps) -> None:
    """Rule C8: the desk lives a week later, less a minute in which an offer is made that nobody approves."""
    page, customer = live.customer, live.customer_id()
    opened = bridge.staff("ticket", "open", str(customer), "--subject", "The old theme", "--text", "Is it worth it?")
    ticket = int(opened["ticket"])
    daemon.stop()
    later = int(VALID.total_seconds()) - LEFT_S
    with Daemon(bridge.config, daemon.log, program=(sys.executable, bridge_at.__file__, str(later))) as ahead:
        ahead.start()
        ahead.wait_ready()
        quote = offers(live, bridge, ticket)
        assert state_of(bridge, ticket) == "waiting_approval"
        wait_until(lambda: "lapsed" in kinds(bridge, ticket), "the offer lapses", within=LEFT_S + 45)
        page.locator("form[data-supportbridge=quote_approve] button").click()
        waits_for(live, "The time to approve this offer is over.")
        steps.passes("an offer that lapsed is not approved", page)
        place = ".supportbridge-page"
        sees(live, lambda: live.opens("en", view="thread", ticket=ticket), place, "The offer has lapsed")
        stands(live, "en", "open", ticket)
        steps.passes("the ticket is staff's turn again", page)
    found = bridge.staff("quote", "show", str(quote))
    assert (found["held"], found["approved_at"], found["balance"]["held"]) == (0, None, 0)
    assert state_of(bridge, ticket) == "open"


def a_file(name: str) -> FilePayload:
    return FilePayload(name=name, mimeType="text/plain", buffer=LOG)


def names(live: AnyLive) -> list[str]:
    """The files of the thread that is open."""
    return [one.strip() for one in live.customer.locator(".supportbridge-files bdi").all_inner_texts()]


def kinds(bridge: Beside, ticket: int) -> list[str]:
    return [str(one["kind"]) for one in bridge.staff("ticket", "show", str(ticket))["thread"]]


def number_of(bridge: Beside, ticket: int, words: str) -> int:
    """The message of a ticket that says just this."""
    thread = bridge.staff("ticket", "show", str(ticket))["thread"]
    [found] = [int(one["message"]) for one in thread if one["text"] == words]
    return found


def state_of(bridge: Beside, ticket: int) -> str:
    return str(bridge.staff("ticket", "show", str(ticket))["state"])
