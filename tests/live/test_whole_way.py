"""On a running shop, by its own pages alone: from the upload of the extension to the deduction of coins.

Skipped unless a shop is named. It installs, orders and pays there, and leaves it so.
"""

import re
import time
from pathlib import Path

import pytest

from bridge import VERSION
from tests.browser.reading import FAULTS
from tests.live.beside import COINS, beside, zips
from tests.live.conftest import AnyLive, Steps

pytestmark = pytest.mark.timeout(600)
WIDTHS = (1280, 360)


def test_C7_from_the_upload_to_the_deduction(live: AnyLive, steps: Steps, tmp_path: Path) -> None:
    shop, page = live.shop, live.customer
    with beside(shop, tmp_path / "bridge", page=live.page_address()) as (bridge, daemon):
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
        shown = sees(live, live.opens_account, ".supportbridge-account", f"{COINS}")
        steps.passes(f"coins on the account page {time.monotonic() - began:.0f} s after the payment", page)
        assert "Base" in shown

        live.opens(view="request", price="google-analytics")
        page.get_by_label("Your message").fill('For the new shop.\n<script>alert(1)</script> "quotes" & café سلام')
        page.get_by_role("button", name="Send", exact=True).click()
        waits_for(live, "Your request has been sent")
        steps.passes("request sent", page)
        customer = live.customer_id()
        [request] = [one["request"] for one in bridge.staff("request", "list", "--customer", str(customer))["requests"]]
        [draft] = [one["quote"] for one in bridge.staff("quote", "list")["quotes"]]
        bridge.staff("request", "reply", str(request), "--text", "We have looked at it: no problem.")
        bridge.staff("quote", "reissue", str(draft))
        sees(live, lambda: live.opens(view="thread", request=request), "form[data-supportbridge=quote_approve]", "50")
        assert "<script>alert(1)</script>" in page.locator(".supportbridge-page").inner_text()
        steps.passes("offer on the page", page)
        reads_well(live, steps, [{}, {"view": "requests"}, {"view": "thread", "request": request}])

        live.opens(view="thread", request=request)
        page.locator("form[data-supportbridge=quote_approve] button").click()
        waits_for(live, "Approved: 50 coins are reserved for this work.")
        steps.passes("approved", page)
        bridge.staff("quote", "start", str(draft))
        bridge.staff("quote", "settle", str(draft), "--spent", "45")
        sees(live, lambda: live.opens(view="statement"), ".supportbridge-page", "Deducted")
        steps.passes("deducted", page)
        reads_well(live, steps, [{"view": "statement"}, {"view": "request"}, {"view": "claim"}])
        live.opens_account()
        assert f"{COINS - 45}" in page.locator(".supportbridge-account").inner_text()
        for language in ("ru", "fa"):
            live.opens_account(language)
            steps.passes(f"account page {language}", page)

        live.opens_order(order)
        panel = live.admin.locator(".supportbridge-panel, [data-supportbridge=panel]").first
        panel.wait_for(state="attached")
        steps.passes("panel beside the order", live.admin)
        live.opens_status()
        steps.passes("status page", live.admin)
        assert VERSION in live.admin.content()
        bridge.staff("ledger", "verify")
        steps.passed.append("pages equal the ledger")


def waits_for(live: AnyLive, words: str) -> None:
    """The answer comes to the page that is open, without its being loaded again."""
    live.customer.wait_for_url(re.compile("view=answer"))
    live.customer.evaluate("window.neverReloaded = true")
    live.customer.get_by_text(words).first.wait_for()
    assert live.customer.evaluate("window.neverReloaded") is True


def sees(live: AnyLive, opens: object, place: str, words: str) -> str:
    """Open a page again and again until the place says these words; what it says."""
    assert callable(opens)
    deadline = time.monotonic() + 60
    while True:
        opens()
        found = live.customer.locator(place)
        said = found.first.inner_text() if found.count() else ""
        if words in said:
            return said
        assert time.monotonic() < deadline, f"not within a minute: {words!r} in {said!r}"


def reads_well(live: AnyLive, steps: Steps, views: list[dict[str, str | int]]) -> None:
    """Each view in three languages, at a desk's width and a phone's; the theme's own faults are not ours."""
    for language in ("en", "ru", "fa"):
        for view in views:
            live.opens(language, **view)
            for width in WIDTHS:
                live.customer.set_viewport_size({"width": width, "height": 800})
                faults = [one for one in live.customer.evaluate(FAULTS) if not one.startswith(THEMES)]
                assert faults == [], (language, view, width)
                name = view.get("view", "overview")
                live.customer.screenshot(path=steps.folder / f"{name}-{language}-{width}.png", full_page=True)
            live.customer.set_viewport_size({"width": 1280, "height": 900})
        steps.passed.append(f"{len(views)} views in {language}")


THEMES = ("no label", "no name", "heading out of order", "twice", "leads nowhere")
"""What a theme's own parts may do outside of ours."""
