"""Premium time's whole way on a running shop: agreed on the page, worked, stated, disputed, corrected, billed and paid.

It goes by marked places and by numbers. What the page shows is added up here once more: hours × rate must be what is
shown, to the cent.
"""

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.browser.reading import RUNS_FROM_THE_LEFT
from tests.live.beside import PAYS, PREMIUM_NUMBER, Beside
from tests.live.conftest import AnyLive, Steps
from tests.live.looking import reads_well
from tests.support.waiting import wait_until

WORDS = 'Move the shop <b>now</b> & "here" · перенос · انتقال'
DISPUTED = "It was <i>not</i> a quarter of an hour. نه!"
REASON = "Our own fault <s>."
CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
HIDDEN = "•••"
"""What stands where somebody of the staff has written the premium number."""
WORKED_S = 2
"""A timer's seconds, of which a quarter of an hour is made at the end."""
VIEWS: list[dict[str, str | int]] = [{"view": "premium"}]


def is_sold(live: AnyLive, bridge: Beside, steps: Steps) -> None:
    """Rules W5 to W8, from the first offer to the bill that is paid, taken back and paid again."""
    customer = live.customer_id()
    technical = agrees(live, bridge, steps, customer)
    consultation = agrees_in_persian(live, bridge, steps, customer)
    declines(live, bridge, steps, customer)
    is_worked(live, bridge, steps, technical)
    bill = is_stated(live, bridge, steps, customer, technical, consultation)
    is_disputed(live, bridge, steps, bill, consultation)
    is_accepted(live, bridge, steps, bill)
    is_paid(live, bridge, steps, bill)


def agrees(live: AnyLive, bridge: Beside, steps: Steps, customer: int) -> int:
    """An offer's exact words are read and accepted by the button; before that no timer runs (rule W5)."""
    page = live.customer
    number = offered(bridge, customer, "technical", 60, "--words", f"{WORDS} Ring {PREMIUM_NUMBER}.")
    began = time.monotonic()
    opens_until(live, lambda: card(live, number).count() == 1)
    steps.passes(f"agreement on the page {time.monotonic() - began:.0f} s later", page)
    [version] = known(bridge, number)["versions"]
    assert words(live, number) == version["texts"]["en"]
    assert f"{WORDS} Ring {HIDDEN}." in words(live, number), "what staff let slip (rule W2)"
    assert (fact(live, number, "rate"), fact(live, number, "cap")) == ("20.00 USD an hour", "1 h = 20.00 USD")
    assert "agreement" in bridge.refused("premium", "start", str(number))
    reads_well(live, steps, VIEWS)
    live.opens(view="premium")
    decides(live, card(live, number), "agreement_accept", "You have accepted agreement")
    steps.passes("accepted by the button", page)
    is_evident(bridge, number, "en", version)
    opens_until(live, lambda: not card(live, number).locator("form").count())
    assert "Accepted on this page" in card(live, number).inner_text()
    return number


def agrees_in_persian(live: AnyLive, bridge: Beside, steps: Steps, customer: int) -> int:
    """What a Persian reader accepts are the Persian words (rule C9)."""
    number = offered(bridge, customer, "consultation", 15)
    [version] = known(bridge, number)["versions"]
    opens_until(live, lambda: card(live, number).count() == 1, "fa")
    assert words(live, number) == version["texts"]["fa"]
    steps.passes("agreement in fa", live.customer)
    decides(live, card(live, number), "agreement_accept", "")
    is_evident(bridge, number, "fa", version)
    steps.passes("accepted in fa by its own words", live.customer)
    return number


def declines(live: AnyLive, bridge: Beside, steps: Steps, customer: int) -> None:
    """What is declined is no ground for any minute."""
    number = offered(bridge, customer, "technical", 120)
    opens_until(live, lambda: card(live, number).count() == 1)
    decides(live, card(live, number), "agreement_decline", "You have declined agreement")
    assert known(bridge, number)["state"] == "declined"
    bridge.refused("premium", "start", str(number))
    steps.passes("another one declined", live.customer)


def is_worked(live: AnyLive, bridge: Beside, steps: Steps, number: int) -> None:
    """The page says that a timer runs, that it waits, and at its end how long it was (rule W6)."""
    running = card(live, number).locator("[data-supportbridge=running]")
    bridge.staff("premium", "start", str(number))
    [timer] = bridge.staff("premium", "timers")["timers"]
    assert (timer["agreement"], timer["agent"], timer["waiting"]) == (number, "Olga", False)
    opens_until(live, lambda: running.count() == 1)
    assert "Work is being done now" in running.inner_text()
    steps.passes("timer on the page", live.customer)
    bridge.staff("premium", "waiting")
    opens_until(live, lambda: "waits for you" in running.inner_text())
    reads_well(live, steps, VIEWS)
    bridge.staff("premium", "start", str(number))
    stops(bridge)
    opens_until(live, lambda: not running.count())
    worked = known(bridge, number)["worked_seconds"]
    assert WORKED_S <= worked < 900, worked
    assert fact(live, number, "worked") == f"{worked // 3600}:{worked // 60 % 60:02}:{worked % 60:02}"
    steps.passes("timer waited, went on and was stopped", live.customer)


def is_stated(live: AnyLive, bridge: Beside, steps: Steps, customer: int, technical: int, consultation: int) -> int:
    """Both are closed, each rounded up once; one statement of the month, which nobody sees before it is sent (W8)."""
    bridge.staff("premium", "start", str(consultation))
    stops(bridge)
    drafts = [int(bridge.staff("premium", "close", str(one))["bill"]) for one in (technical, consultation)]
    opens_until(live, lambda: fact(live, technical, "charged") == "0.25 h = 5.00 USD")
    assert live.customer.locator("[data-supportbridge^=bill-]").count() == 0
    month = datetime.now(ZoneInfo(live.shop.zone)).strftime("%Y-%m")
    gathered = bridge.staff("premium", "gather", "--month", month, "--customer", str(customer))["bills"]
    [bill] = [int(one["bill"]) for one in gathered]
    assert bill not in drafts
    assert f"bill {bill}" in bridge.refused("premium", "bill", str(bill))
    bridge.staff("premium", "statement", str(bill), "--send")
    began = time.monotonic()
    opens_until(live, lambda: card(live, bill, "bill").count() == 1)
    steps.passes(f"statement on the page {time.monotonic() - began:.0f} s later", live.customer)
    assert adds_up(live, bill) == [Decimal("5.00"), Decimal("3.75")]
    assert total_of(bridge, bill) == "8.75"
    steps.passed.append("hours × rate are the shown total")
    return bill


def is_disputed(live: AnyLive, bridge: Beside, steps: Steps, bill: int, consultation: int) -> None:
    """The customer says what is wrong; a line of its own puts it right, and what was sent stays (rule W8)."""
    page = live.customer
    dispute = card(live, bill, "bill").locator("form[data-supportbridge=bill_dispute]")
    card(live, bill, "bill").locator("details:has(form) > summary").click()
    dispute.locator("textarea").fill(DISPUTED)
    steps.passes("dispute written", page)
    dispute.locator("button").click()
    is_answered(live, "What you wrote about statement")
    found = known_bill(bridge, bill)
    assert found["state"] == "disputed"
    assert "disputed" in bridge.refused("premium", "bill", str(bill))
    opens_until(live, lambda: state(live, bill) == "Disputed; we look at it")
    assert card(live, bill, "bill").locator("details .supportbridge-words").text_content() == DISPUTED
    bridge.staff(
        *("premium", "correct", str(bill), "--agreement", str(consultation)), "--minutes", "-15", "--reason", REASON
    )
    back = ("--minutes", "15", "--reason", f"No: {PREMIUM_NUMBER}")
    bridge.staff("premium", "correct", str(bill), "--agreement", str(consultation), *back)
    technical = int(found["lines"][0]["agreement"])
    bridge.staff("premium", "correct", str(bill), "--agreement", str(technical), "--minutes", "-15", "--reason", REASON)
    opens_until(live, lambda: card(live, bill, "bill").locator("tbody tr").count() == 6)
    amounts = [Decimal(one) for one in ("5.00", "3.75", "-3.75", "3.75", "-5.00")]
    assert adds_up(live, bill) == amounts
    assert [one["amount"] for one in known_bill(bridge, bill)["lines"]] == [str(one) for one in amounts]
    shown = card(live, bill, "bill").inner_text()
    assert REASON in shown
    assert f"No: {HIDDEN}" in shown
    steps.passes("corrected by lines of their own", page)
    reads_well(live, steps, VIEWS)
    live.opens("fa", view="premium")
    for written in (REASON, "No:"):
        assert page.evaluate(RUNS_FROM_THE_LEFT, written), written


def is_accepted(live: AnyLive, bridge: Beside, steps: Steps, bill: int) -> None:
    """What was corrected is accepted on the page, as it was shown (rule C9)."""
    live.opens(view="premium")
    decides(live, card(live, bill, "bill"), "bill_accept", "You have accepted statement")
    assert known_bill(bridge, bill)["state"] == "accepted"
    opens_until(live, lambda: state(live, bill) == "Accepted")
    steps.passes("statement accepted", live.customer)


def is_paid(live: AnyLive, bridge: Beside, steps: Steps, bill: int) -> None:
    """An order of just its amount pays it; refunded it is due again, and staff hear of it (rule W8)."""
    bridge.staff("premium", "bill", str(bill))
    opens_until(live, lambda: state(live, bill) == "To be paid")
    way = plain(card(live, bill, "bill").locator("[data-supportbridge=pay]").inner_text())
    assert f"{live.shop.renewal}, quantity 1." in way
    steps.passes("billed, with the way to pay it", live.customer)
    assert total_of(bridge, bill) == PAYS
    order = live.buys(live.shop.renewal)
    steps.passes("payment ordered", live.customer)
    live.pays(order)
    began = time.monotonic()
    opens_until(live, lambda: state(live, bill) == "Paid")
    steps.passes(f"paid on the page {time.monotonic() - began:.0f} s after the payment", live.customer)
    assert f"Paid by order {order}." in card(live, bill, "bill").inner_text()
    assert known_bill(bridge, bill)["paid_by"] == f"order:{order}"
    live.refunds(order)
    opens_until(live, lambda: state(live, bill) == "To be paid")
    kinds = [one["kind"] for one in bridge.staff("problems", "list")["problems"]]
    assert kinds.count("premium_payment_back") == 1, kinds
    steps.passes("refunded and due again", live.customer)
    live.pays(order)
    opens_until(live, lambda: state(live, bill) == "Paid")
    assert bridge.staff("problems", "list")["problems"] == []
    steps.passes("paid again", live.customer)


def gets_a_code(live: AnyLive, steps: Steps) -> None:
    """The code that links a chat is asked for on the page and comes by the signed answer alone (rule W9)."""
    page = live.customer
    live.opens(view="premium")
    codes = []
    for _ in range(2):
        live.opens(view="premium")
        page.locator("form[data-supportbridge=chat_code] button").click()
        is_answered(live, "Here is your code.")
        codes.append(page.locator("[data-supportbridge=chat-code] .supportbridge-key").inner_text())
    assert all(CODE.fullmatch(one) for one in codes), codes
    assert len(set(codes)) == 2, "each time it is another one"
    steps.passes("code for the chat", page)
    live.opens(view="premium")
    assert [one for one in codes if one in page.content()] == []


# --- what is looked at ---


def offered(bridge: Beside, customer: int, kind: str, minutes: int, *more: str) -> int:
    """The number of an agreement that staff offer."""
    asked = ("--customer", str(customer), "--kind", kind, "--limit", str(minutes), *more)
    return int(bridge.staff("premium", "offer", *asked)["agreement"])


def known(bridge: Beside, number: int) -> dict[str, Any]:
    return bridge.staff("premium", "show", str(number))


def known_bill(bridge: Beside, bill: int) -> dict[str, Any]:
    return bridge.staff("premium", "statement", str(bill))


def total_of(bridge: Beside, bill: int) -> str:
    return str(known_bill(bridge, bill)["total"])


def stops(bridge: Beside) -> None:
    """Stop the timer that runs, once it has run for some seconds."""
    wait_until(
        lambda: bridge.staff("premium", "timers")["timers"][0]["seconds"] >= WORKED_S, "seconds worked", within=30
    )
    assert bridge.staff("premium", "stop")["runs"] is False


def is_evident(bridge: Beside, number: int, language: str, version: dict[str, Any]) -> None:
    """How an acceptance is kept: on the page, in that language, of the text that was shown."""
    found = known(bridge, number)
    [said] = found["decisions"]
    assert (found["state"], said["what"], said["version"]) == ("accepted", "accept", version["version"])
    assert (said["channel"], said["language"]) == ("page", language)
    assert said["text_hash"] == hashlib.sha256(version["texts"][language].encode()).hexdigest()


def decides(live: AnyLive, place: Any, form: str, says: str) -> None:
    """Press the button of a card, and wait for the desk's answer."""
    place.locator(f"form[data-supportbridge={form}] button").click()
    is_answered(live, says)


def is_answered(live: AnyLive, says: str) -> None:
    """The answer comes to the page that is open, and leads back to premium time."""
    page = live.customer
    page.wait_for_url(re.compile("view=answer"))
    page.evaluate("window.neverReloaded = true")
    answer = page.locator("[data-supportbridge=answer]", has=page.locator("a[href*='view=premium']"))
    answer.wait_for()
    assert says in answer.inner_text()
    assert page.evaluate("window.neverReloaded") is True


def card(live: AnyLive, number: int, what: str = "agreement") -> Any:
    return live.customer.locator(f"article[data-supportbridge={what}-{number}]")


def fact(live: AnyLive, number: int, name: str, what: str = "agreement") -> str:
    """What a card says of this, with plain spaces; empty where it says nothing."""
    found = card(live, number, what).locator(f"[data-supportbridge={name}]")
    return plain(found.inner_text()) if found.count() else ""


def state(live: AnyLive, bill: int) -> str:
    return fact(live, bill, "state", "bill")


def words(live: AnyLive, number: int) -> str:
    """The text of an agreement, sign by sign."""
    return str(card(live, number).locator(".supportbridge-words").text_content())


def adds_up(live: AnyLive, bill: int) -> list[Decimal]:
    """The amounts of a statement's lines; each is its hours × its rate, and together they are the total."""
    *lines, sum_ = card(live, bill, "bill").locator("tbody tr").all()
    amounts, all_hours = [], Decimal(0)
    for one in lines:
        _, _, hours, rate, amount = (plain(cell) for cell in one.locator("td").all_inner_texts())
        assert numbers(hours) * numbers(rate) == numbers(amount), (hours, rate, amount)
        amounts.append(numbers(amount))
        all_hours += numbers(hours)
    cells: Sequence[str] = [plain(cell) for cell in sum_.locator("td").all_inner_texts()]
    assert (numbers(cells[2]), numbers(cells[4])) == (all_hours, sum(amounts)), cells
    assert numbers(fact(live, bill, "total", "bill")) == sum(amounts)
    return amounts


def numbers(text: str) -> Decimal:
    """The one number in `0.25 h` or `−5.00 USD`."""
    [found] = re.findall(r"[−-]?[0-9.]+", text)
    return Decimal(found.replace("−", "-"))


def plain(text: str) -> str:
    """Without the marks that keep numbers together, in one line."""
    return re.sub(r"\s+", " ", re.sub("[\u2066-\u2069\u200e\u200f]", "", text)).strip()


def opens_until(live: AnyLive, stands_so: Callable[[], bool], language: str = "en") -> None:
    deadline = time.monotonic() + 60
    while True:
        live.opens(language, view="premium")
        if stands_so():
            return
        assert time.monotonic() < deadline, live.customer.locator(".supportbridge-page").inner_text()
