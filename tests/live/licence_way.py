"""A licence's whole way on a running shop: bought, free help by it, used on domains, renewed, refunded and paid again.

It goes by marked places and not by words where it can. The extension in the field is the shipped PHP class, run by PHP
against the bridge's own public listener.
"""

import json
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.live.beside import Beside
from tests.live.conftest import AnyLive, Steps
from tests.live.looking import reads_well, waits_for
from tests.live.ticket_way import answered, stands
from tests.support.waiting import wait_until

PLAYER = Path(__file__).parents[1] / "support/php/licence_client.php"
HOST, DOMAIN = "https://WWW.Bücher.example.com:443/shop/", "bücher.example.com"
SECOND, THIRD = "магазин.example.com", "third.example.com"
IN_ASCII = "xn--80aairftm.example.com"
KEY = re.compile(r"[0-9A-Z]{5}(-[0-9A-Z]{5}){4}")
DAY = 86_400
TERMS = ("licence", "updates", "support")


@dataclass(frozen=True, slots=True)
class Extension:
    """What somebody has installed in his own shop: the PHP client with its settings, and what it keeps."""

    address: str
    keys: Mapping[str, str]
    kept: Path

    def asks(self, *calls: Sequence[str], keeps: bool = False, later: int = 0) -> list[dict[str, Any]]:
        """What each call (method, key, host) returned, `later` seconds from now by the clock of the shop there.

        Without `keeps` what it knows is forgotten before, so that the bridge itself is asked.
        """
        if not keeps:
            self.kept.unlink(missing_ok=True)
        options = {
            "url": self.address,
            "store": "live",
            "product": "checkout",
            "version": "1.0.0",
            "public_keys": self.keys,
            "cache": str(self.kept),
        }
        given = [json.dumps(options), json.dumps([(*call, int(time.time()) + later) for call in calls])]
        done = subprocess.run(["php", str(PLAYER), *given], capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        returned: list[dict[str, Any]] = json.loads(done.stdout)
        assert isinstance(returned, list), returned
        return returned

    def one(self, method: str, key: str, host: str, *, keeps: bool = False, later: int = 0) -> dict[str, Any]:
        """What one call returned."""
        [returned] = self.asks((method, key, host), keeps=keeps, later=later)
        return returned


@dataclass(frozen=True, slots=True)
class Bought:
    """A licence, and what it came from."""

    licence: int
    key: str
    order: int
    ticket: int
    customer: int


def holds(live: AnyLive, bridge: Beside, steps: Steps, extension: Extension) -> Bought:
    """Rules L1 to L6, of an extension that the customer buys."""
    bought = buys(live, bridge, steps)
    is_used(live, steps, extension, bought.key)
    releases(live, steps, extension, bought)
    bought = asks_for_help(live, bridge, steps, bought)
    renews(live, bridge, steps, extension, bought)
    reads_well(live, steps, [{"view": "licences"}, {"view": "ticket"}, {"view": "thread", "ticket": bought.ticket}])
    is_refunded(live, bridge, steps, extension, bought)
    is_paid_again(live, bridge, steps, extension, bought)
    return bought


def buys(live: AnyLive, bridge: Beside, steps: Steps) -> Bought:
    """A paid order gives a licence: on the page with its key, three dates and its places (rule L1)."""
    page = live.customer
    order = live.buys(live.shop.extension)
    steps.passes("extension ordered", page)
    live.pays(order)
    began = time.monotonic()
    live.opens(view="licences")
    while not page.locator("article[data-supportbridge^=licence-]").count():
        assert time.monotonic() < began + 60, page.locator(".supportbridge-page").inner_text()
        live.opens(view="licences")
    steps.passes(f"licence on the page {time.monotonic() - began:.0f} s after the payment", page)
    customer = live.customer_id()
    [listed] = bridge.staff("licence", "list", "--customer", str(customer))["licences"]
    known = bridge.staff("licence", "show", str(listed["licence"]), "--with-key")
    [card] = page.locator("article[data-supportbridge^=licence-]").all()
    key = card.locator(".supportbridge-key").inner_text()
    assert KEY.fullmatch(key), key
    assert (key, known["order"], known["places"]) == (known["key"], order, 2)
    assert card.locator(".supportbridge-state--active").count() == 1
    found = dates(live)
    assert found["licence"] == "", "it may be used for good"
    assert [found[term] for term in ("updates", "support")] == [known["updates_until"], known["support_until"]]
    assert card.locator("[data-supportbridge=domains] li").count() == 0
    assert page.locator(".supportbridge-nav a[href*='view=licences']").count() == 1
    steps.passed.append("key, state and three dates as in the desk")
    live.opens_customer(customer)
    panel = live.admin.locator(".supportbridge-panel")
    panel.wait_for(state="visible")
    assert "Quick checkout" in panel.inner_text()
    assert key not in live.admin.content(), "the key is the customer's"
    panel.scroll_into_view_if_needed()
    steps.passes("panel beside the customer with a licence", live.admin)
    return Bought(int(listed["licence"]), key, order, 0, customer)


def is_used(live: AnyLive, steps: Steps, extension: Extension, key: str) -> None:
    """Extensions activate it on two domains; there is no third place, and none is needed where shops are tried."""
    before = extension.one("check", key, HOST)
    assert said(before) == ("inactive", "wrong_domain"), before
    first, again, second, third, tried, unknown = extension.asks(
        ("activate", key, HOST),
        ("check", key.lower().replace("-", " "), HOST),
        ("activate", key, SECOND),
        ("activate", key, THIRD),
        ("check", key, "staging.third.example.com"),
        ("check", key[:-1] + ("2" if key[-1] != "2" else "3"), HOST),
    )
    for one in (first, again, second, tried):
        assert (one["works"], one["source"], one["problem"], *said(one)) == (True, "server", "", "active", "active")
    assert (first["activated"], second["activated"]) == (True, True)
    assert (said(third), said(unknown)) == (("inactive", "domain_limit"), ("unknown", "unknown"))
    assert first["licence_until"] is None
    steps.passed.append("activated on two domains by the PHP client, and on no third")
    began = time.monotonic()
    shows_domains(live, DOMAIN, SECOND)
    found = dates(live)
    assert [found[term] for term in TERMS] == [moment(first[f"{term}_until"]) for term in TERMS]
    steps.passes(f"domains on the page {time.monotonic() - began:.0f} s later", live.customer)
    kept = extension.one("activate", key, HOST, keeps=True)
    assert kept["activated"] is True, "asked again for the same domain it changes nothing"


def releases(live: AnyLive, steps: Steps, extension: Extension, bought: Bought) -> None:
    """The customer releases a domain on his page; its place is free for another (rule L6)."""
    page = live.customer
    place = page.locator("[data-supportbridge=domains] li", has_text=SECOND)
    assert place.locator("bdi").get_attribute("title") == IN_ASCII, "letters of two languages can look alike"
    place.locator("summary").click()
    steps.passes("release offered", page)
    place.locator("form[data-supportbridge=licence_release] button").click()
    waits_for(live, "The domain has been released.")
    steps.passes("domain released", page)
    shows_domains(live, DOMAIN)
    assert said(extension.one("check", bought.key, SECOND)) == ("inactive", "wrong_domain")
    assert extension.one("activate", bought.key, THIRD)["activated"] is True
    shows_domains(live, DOMAIN, THIRD)
    steps.passed.append("its place is taken by another domain")


def asks_for_help(live: AnyLive, bridge: Beside, steps: Steps, bought: Bought) -> Bought:
    """A ticket about it is free, and says so on its page and to staff (rule L2)."""
    page = live.customer
    live.opens(view="ticket")
    page.locator('[name="supportbridge_subject"]').fill("The checkout stays empty")
    page.locator('[name="supportbridge_text"]').fill("Since today.")
    page.locator('[name="supportbridge_licence"]').select_option(value=str(bought.licence))
    steps.passes("licence chosen in the form", page)
    page.locator("form[data-supportbridge=ticket_open] button").click()
    answered(live)
    found = bridge.staff("ticket", "list", "--customer", str(bought.customer))["tickets"]
    ticket = max(int(one["ticket"]) for one in found)
    stands(live, "en", "open", ticket)
    is_free(live, bridge, ticket)
    steps.passes("help in the ticket is free", page)
    return replace(bought, ticket=ticket)


def renews(live: AnyLive, bridge: Beside, steps: Steps, extension: Extension, bought: Bought) -> None:
    """A bought renewal adds twelve months to what ends (rule L5)."""
    live.opens(view="licences")
    before = dates(live)
    live.pays(live.buys(live.shop.renewal))
    wait_until(lambda: bridge.staff("licence", "show", str(bought.licence))["renewals"], "the renewal", within=60)
    until_shown(live, lambda: dates(live) != before)
    after = dates(live)
    for term in ("updates", "support"):
        assert after[term] == f"{int(before[term][:4]) + 1}{before[term][4:]}", (before, after)
    told = extension.one("check", bought.key, HOST)
    assert (said(told), moment(told["support_until"])) == (("active", "active"), after["support"])
    steps.passes("renewed by twelve months on the page and for extensions", live.customer)


def is_refunded(live: AnyLive, bridge: Beside, steps: Steps, extension: Extension, bought: Bought) -> None:
    """Refunded in the back office: suspended everywhere; the open ticket stays free, and staff are told (L3, L5)."""
    live.refunds(bought.order)
    steps.passes("refunded in the back office", live.admin)
    began = time.monotonic()
    shows_state(live, "refunded")
    steps.passes(f"suspended on the page {time.monotonic() - began:.0f} s after the refund", live.customer)
    told = extension.one("check", bought.key, HOST)
    assert (told["works"], *said(told)) == (False, "inactive", "refunded")
    assert said(extension.one("activate", bought.key, "fourth.example.com")) == ("inactive", "refunded")
    assert bridge.staff("licence", "show", str(bought.licence))["suspended"] == "refunded"
    steps.passed.append("suspended for extensions and for staff")
    is_free(live, bridge, bought.ticket)
    kinds = [one["kind"] for one in bridge.staff("problems", "list")["problems"]]
    assert kinds.count("licence_refunded_mid_ticket") == 1, kinds
    steps.passes("the open ticket stays free", live.customer)
    live.opens("fa", view="licences")
    live.customer.set_viewport_size({"width": 360, "height": 800})
    steps.passes("suspended in fa 360", live.customer)
    live.customer.set_viewport_size({"width": 1280, "height": 900})


def is_paid_again(live: AnyLive, bridge: Beside, steps: Steps, extension: Extension, bought: Bought) -> None:
    """Paid again, the same licence is back: key, dates, renewal and domains (rule L5)."""
    before = bridge.staff("licence", "show", str(bought.licence))
    live.pays(bought.order)
    shows_state(live, "active")
    after = bridge.staff("licence", "show", str(bought.licence), "--with-key")
    unchanged = ("order", "places", "domains", "renewals", *(f"{term}_until" for term in TERMS))
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}
    assert (after["suspended"], after["key"]) == (None, bought.key)
    shows_domains(live, DOMAIN, THIRD)
    told = extension.one("check", bought.key, HOST)
    assert (told["works"], *said(told)) == (True, "active", "active")
    steps.passes("paid again and reinstated on the page and for extensions", live.customer)


def goes_on_alone(steps: Steps, extension: Extension, bought: Bought) -> None:
    """Nobody answers any more: what was signed holds for two weeks, then a week of grace, then no longer (rule L7)."""
    found = [extension.one("check", bought.key, HOST, keeps=True, later=days * DAY) for days in (2, 18, 30)]
    assert [(one["works"], one["source"]) for one in found] == [(True, "kept"), (True, "grace"), (False, "none")], found
    steps.passed.append("the PHP client goes on without the bridge for three weeks")


def is_free(live: AnyLive, bridge: Beside, ticket: int) -> None:
    """The ticket's page and staff's view of it say that help is free by the licence."""
    live.opens(view="thread", ticket=ticket)
    shown = live.customer.locator("[data-supportbridge=cover]").inner_text()
    assert "free of charge" in shown, shown
    cover = bridge.staff("ticket", "show", str(ticket))["cover"]
    assert (cover["way"], cover["reason"]) == ("licence", "active"), cover


def shows_state(live: AnyLive, state: str) -> None:
    """Look at the licences until the only one stands so."""
    until_shown(live, lambda: live.customer.locator(f".supportbridge-card .supportbridge-state--{state}").count() == 1)


def shows_domains(live: AnyLive, *domains: str) -> None:
    """Look at the licences until the only one is used on just these domains."""
    places = live.customer.locator("[data-supportbridge=domains] li bdi")
    until_shown(live, lambda: sorted(plain(one) for one in places.all_inner_texts()) == sorted(domains))


def until_shown(live: AnyLive, stands_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while True:
        live.opens(view="licences")
        if stands_so():
            return
        assert time.monotonic() < deadline, live.customer.locator(".supportbridge-page").inner_text()


def dates(live: AnyLive) -> dict[str, str]:
    """The last moments of the licence that the page shows, by term; empty for good."""
    found = {}
    for term in TERMS:
        times = live.customer.locator(f"[data-supportbridge={term}-until] time")
        shown = times.first.get_attribute("datetime") if times.count() else None
        found[term] = moment(datetime.fromisoformat(shown).timestamp()) if shown else ""
    return found


def moment(seconds: float | None) -> str:
    """As commands write a moment for programs; empty for good."""
    return "" if seconds is None else time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def plain(text: str) -> str:
    """Without the marks that keep a word from being turned round or hyphenated."""
    return re.sub(r"[^\w.-]", "", text)


def said(returned: Mapping[str, Any]) -> tuple[str, str]:
    """How a licence stands, by what an extension was told."""
    return returned["status"], returned["reason"]
