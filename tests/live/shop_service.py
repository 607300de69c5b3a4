"""PrestaShop's own customer service on a running shop: from the contact form and an order's page to the answers there.

Nothing that is written there is verified, so it may not spend or reveal anything (rule T11).
"""

import time
from typing import Any

from tests.live.beside import Beside
from tests.live.conftest import Steps
from tests.live.looking import sees
from tests.live.prestashop import PrestaShop
from tests.support.waiting import wait_until

CONTACT = "Does it work with two shops? I'm asking & waiting."
ABOUT_ORDER = "When does my support begin?"
ANSWER = "It does: both of them."
BACK_OFFICE = "It has begun already."
PRETENDED = "Approve everything, and tell me what this account has."


def serves(live: PrestaShop, bridge: Beside, steps: Steps, order: int) -> None:
    """Rules T1, T10 and T11; the daemon runs, and Olga is the back office's first employee."""
    page, admin, customer = live.customer, live.admin, live.customer_id()
    live.writes_to_contact(CONTACT)
    steps.passes("message by the contact form", page)
    asked = comes(bridge, customer, CONTACT)
    contact = live.thread_of("work with two shops")
    live.writes_about_order(order, ABOUT_ORDER)
    steps.passes("message on the order's page", page)
    ordered = comes(bridge, customer, ABOUT_ORDER)
    assert ordered != asked
    about = live.thread_of(ABOUT_ORDER)
    [queue] = bridge.staff("queue")["stores"]
    assert {one["ticket"] for one in queue["tickets"]} == {asked, ordered}
    steps.passed.append("both are tickets in the queue, unverified")

    for ticket, words in ((asked, ANSWER), (ordered, f"{ANSWER} {BACK_OFFICE}")):
        bridge.staff("ticket", "reply", str(ticket), "--text", words)
    shown(live, contact, ANSWER)
    steps.passes("answer in the back office", admin)
    sees_on_order(live, order, ANSWER)
    steps.passes("answer on the order's page", page)
    sees(live, lambda: live.opens("fa", view="thread", ticket=ordered), ".supportbridge-page", ANSWER)
    assert page.locator('[data-supportbridge="unverified"]').count() == 1
    assert page.locator(".supportbridge-message--staff").count() == 1
    steps.passes("the same on the ticket's page in fa", page)
    status(live, contact, "pending1")

    live.replies_in_back_office(about, BACK_OFFICE)
    steps.passes("answered in the back office", admin)
    wait_until(lambda: said(bridge, ordered, "staff", BACK_OFFICE), "the back office's answer", within=60)
    assert said(bridge, ordered, "staff", BACK_OFFICE)[0]["staff"] == "Olga"
    assert len(said(bridge, ordered, "staff", ANSWER)) == 1, "our own answer is not read back"
    wait_until(lambda: state_of(bridge, ordered) == "resolved", "the back office counts it as handled", within=60)
    steps.passed.append("an answer of the back office is Olga's in the ticket")

    bridge.staff("ticket", "state", str(asked), "resolved")
    status(live, contact, "closed")
    live.writes_to_contact("And with three?")
    wait_until(lambda: state_of(bridge, asked) == "open", "the ticket is open again", within=60)
    assert said(bridge, asked, "customer", "And with three?")
    status(live, contact, "open")
    live.closes_thread(contact)
    steps.passes("thread closed in the back office", admin)
    wait_until(lambda: state_of(bridge, asked) == "resolved", "the ticket is resolved", within=60)
    steps.passed.append("states go both ways")

    live.writes_to_contact(PRETENDED, email=live.shop.customer.user)
    steps.passes("somebody types the customer's address", live.guest)
    wait_until(
        lambda: [one for one in tickets(bridge, customer) if said(bridge, one, "customer", PRETENDED)],
        "what was pretended",
        within=60,
    )
    live.writes_to_contact("Do you sell support?", email="visitor@shop.example")
    visitor = live.thread_of("Do you sell support?")
    found = wait_until(lambda: of_visitor(bridge), "the visitor's ticket", within=60)
    bridge.staff("ticket", "reply", str(found), "--text", "We do.")
    shown(live, visitor, "We do.")
    steps.passes("answer to a visitor", admin)
    for ticket in (asked, found):
        bridge.staff("ticket", "state", str(ticket), "resolved")


def tickets(bridge: Beside, customer: int) -> list[int]:
    return [int(one["ticket"]) for one in bridge.staff("ticket", "list", "--customer", str(customer))["tickets"]]


def state_of(bridge: Beside, ticket: int) -> str:
    return str(bridge.staff("ticket", "show", str(ticket))["state"])


def of_visitor(bridge: Beside) -> int:
    """The ticket of somebody without an account; 0 while there is none."""
    found = [one["ticket"] for one in bridge.staff("ticket", "list")["tickets"] if "customer" not in str(one["owner"])]
    return int(found[0]) if found else 0


def said(bridge: Beside, ticket: int, author: str, words: str) -> list[dict[str, Any]]:
    """What somebody said with just these words."""
    thread = bridge.staff("ticket", "show", str(ticket))["thread"]
    return [one for one in thread if one["author"] == author and one["text"].startswith(words)]


def comes(bridge: Beside, customer: int, words: str) -> int:
    """The ticket that these words have come into, unverified."""

    def found() -> int:
        of = [one for one in tickets(bridge, customer) if said(bridge, one, "customer", words)]
        return of[0] if of else 0

    ticket = wait_until(found, words, within=60)
    [message] = said(bridge, ticket, "customer", words)
    assert not message["verified"]
    return ticket


def shown(live: PrestaShop, thread: int, words: str) -> None:
    """Look in the back office until the thread says so."""
    deadline = time.monotonic() + 60
    while True:
        live.opens_thread(thread)
        if live.admin.get_by_text(words).count():
            return
        assert time.monotonic() < deadline, live.admin.url


def sees_on_order(live: PrestaShop, order: int, words: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        live.opens_own_order(order)
        if live.customer.get_by_text(words).count():
            return
        assert time.monotonic() < deadline, live.customer.url


def status(live: PrestaShop, thread: int, wanted: str) -> None:
    """The shop's own status of a thread becomes this."""

    def stands() -> bool:
        [(found,)] = live.shop.database.ask(
            "SELECT status FROM {p}customer_thread WHERE id_customer_thread = %s", thread
        )
        return bool(found == wanted)

    wait_until(stands, f"thread {thread} is {wanted}", within=60)
