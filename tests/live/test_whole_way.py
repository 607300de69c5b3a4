"""On a running shop, by its own pages alone: from the upload of the extension to the deduction and to a guest's coins.

Skipped unless a shop is named. It installs, orders and pays there, and leaves it so.
"""

import csv
import io
import re
import time
from pathlib import Path

import pytest

from bridge import VERSION
from tests.live.beside import COINS, beside, zips
from tests.live.conftest import AnyLive, Steps
from tests.live.looking import panel_says, reads_well, sees, waits_for
from tests.live.mailbox import a_mailbox, code_for, letters_to, told
from tests.live.prestashop import PrestaShop
from tests.live.shop_service import serves
from tests.live.staff_way import decides, lapses
from tests.live.ticket_way import walks
from tests.support.mail_server import MailServer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(1200)
GUEST = "guest@shop.example"


def test_C7_from_the_upload_to_the_deduction(live: AnyLive, steps: Steps, tmp_path: Path) -> None:
    shop, page = live.shop, live.customer
    with (
        a_mailbox() as mailbox,
        beside(shop, tmp_path / "bridge", page=live.page_address(), mail_port=mailbox.port) as (bridge, daemon),
    ):
        live.log_in_admin()
        live.install(zips(tmp_path / "zips")[live.zips])
        bridge.tables()
        bridge.pair()
        daemon.start()
        daemon.wait_ready()
        live.opens_status()
        steps.passes("installed by upload", live.admin)
        found = bridge.staff("check")
        assert [line for line in found["findings"] if line["level"] == "wrong"] == []
        steps.passed.append("bridge check finds nothing wrong")

        live.log_in_customer()
        steps.passes("logged in", page)
        order = live.buys()
        steps.passes("ordered", page)
        live.pays(order)
        began = time.monotonic()
        shown = sees(live, live.opens_account, ".supportbridge-account:visible", f"{COINS}")
        steps.passes(f"coins on the account page {time.monotonic() - began:.0f} s after the payment", page)
        assert "Base" in shown

        live.opens(view="ticket", price="google-analytics")
        page.get_by_label("Your message").fill('For the new shop.\n<script>alert(1)</script> "quotes" & café سلام')
        page.get_by_role("button", name="Send", exact=True).click()
        waits_for(live, "Your ticket has been sent")
        steps.passes("ticket sent", page)
        customer = live.customer_id()
        [ticket] = [one["ticket"] for one in bridge.staff("ticket", "list", "--customer", str(customer))["tickets"]]
        [draft] = [one["quote"] for one in bridge.staff("quote", "list")["quotes"]]
        bridge.staff("ticket", "reply", str(ticket), "--text", "We have looked at it: no problem.")
        bridge.staff("quote", "reissue", str(draft))
        sees(live, lambda: live.opens(view="thread", ticket=ticket), "form[data-supportbridge=quote_approve]", "50")
        assert "<script>alert(1)</script>" in page.locator(".supportbridge-page").inner_text()
        steps.passes("offer on the page", page)
        reads_well(live, steps, [{}, {"view": "tickets"}, {"view": "thread", "ticket": ticket}])
        live.opens_customer(customer)
        panel_says(live, available=f"{COINS}", held="0", plan="Base", offers="1", tickets="1")
        steps.passes("panel beside the customer with an offer", live.admin)

        live.opens(view="thread", ticket=ticket)
        page.locator("form[data-supportbridge=quote_approve] button").click()
        waits_for(live, "Approved: 50 coins are reserved for this work.")
        steps.passes("approved", page)
        bridge.staff("quote", "start", str(draft))
        bridge.staff("quote", "settle", str(draft), "--spent", "45")
        sees(live, lambda: live.opens(view="statement"), ".supportbridge-page", "Deducted")
        steps.passes("deducted", page)
        assert bridge.staff("quote", "show", str(draft))["state"] == "settled"
        assert [one["state"] for one in bridge.staff("ticket", "show", str(ticket))["quotes"]] == ["settled"]
        reads_well(live, steps, [{"view": "statement"}, {"view": "ticket"}, {"view": "claim"}])
        live.opens_account()
        assert f"{COINS - 45}" in page.locator(".supportbridge-account:visible").inner_text()
        for language in ("ru", "fa"):
            live.opens_account(language)
            steps.passes(f"account page {language}", page)

        live.opens_order(order)
        panel_says(live, available=f"{COINS - 45}", held="0", plan="Base", offers="0", tickets="0")
        steps.passes("panel beside the order", live.admin)
        live.opens_customer(customer)
        panel_says(live, available=f"{COINS - 45}", held="0", plan="Base", offers="0", tickets="0")
        steps.passes("panel beside the customer", live.admin)

        walks(live, bridge, steps, tmp_path, order=order)
        if isinstance(live, PrestaShop):
            serves(live, bridge, steps, order)
        decides(live, bridge, steps)

        bought = live.buys_as_guest(GUEST)
        steps.passes("ordered as a guest", live.guest)
        live.pays(bought)
        wait_until(lambda: bridge.staff("guest", "list", "--no-shop")["orders"], "the guest's coins", within=60)
        live.opens(view="claim")
        claim, code = (
            page.locator("form[data-supportbridge=guest_claim]"),
            page.locator("form[data-supportbridge=guest_code]"),
        )
        claim.get_by_label("Order number").fill(str(bought))
        claim.get_by_role("button").click()
        page.wait_for_url(re.compile("view=answer"))
        code.get_by_label("Code").fill(code_for(mailbox, GUEST))
        steps.passes("code mailed to the guest", page)
        code.get_by_role("button").click()
        waits_for(live, f"Order {bought} now belongs to your account.")
        steps.passes("guest order claimed", page)
        sees(live, live.opens_account, ".supportbridge-account:visible", f"{2 * COINS - 45:,}")
        live.opens(view="statement")
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV").click()
        assert balances(Path(download.value.path())) == [COINS, COINS, COINS - 45, COINS - 45, 2 * COINS - 45]
        steps.passes("statement downloaded", page)
        live.opens_status()
        steps.passes("status page", live.admin)
        assert VERSION in live.admin.content()
        bridge.staff("ledger", "verify")
        steps.passed.append("pages equal the ledger")
        lapses(live, bridge, daemon, steps)
        steps.keeps("letters", [told(one) for one in mailbox.taken])
        mailed(mailbox, shop.customer.user)
        steps.passed.append("letters, each once")


def balances(file: Path) -> list[int]:
    """The coins after each entry of a downloaded statement, by its column for programs."""
    return [int(line["balance"]) for line in csv.DictReader(io.StringIO(file.read_text("utf-8-sig")))]


def mailed(mailbox: MailServer, address: str) -> None:
    """What the customer was written while his page was English: exact numbers, each letter once (rule C17)."""
    letters = [told(one) for one in letters_to(mailbox, address)]
    assert len(set(letters)) == len(letters)
    for subject, facts in {
        f"{COINS} coins were added to your account": [f"Coins: {COINS}", "Package: Base"],
        "We have received your ticket – Set up Google Analytics": ["Answer guaranteed by:"],
        "An offer for your ticket: 50 coins": ["Coins: 50", f"Available now: {COINS}"],
        "45 coins were deducted": ["Deducted: 45", f"Available now: {COINS - 45}"],
        "An offer waits for your decision until": ["Coins: 10", f"Available now: {2 * COINS - 45:,}"],
    }.items():
        [letter] = [one for one in letters if one.startswith(subject)]
        assert [one for one in facts if one not in letter] == [], letter
