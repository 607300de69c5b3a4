"""Rights that plans carry: shown by the plan, redeemed once for each shop domain."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from bridge.domain.accounts import Owner
from bridge.domain.events import TicketOpened
from bridge.domain.rights import Redemption, Right, RightBook, RightKind
from bridge.errors import RightRefused
from bridge.services import rights
from bridge.services.rights import normalised_domain, rights_document
from tests.support.books import ACME, MONDAY_9AM, TEHRAN, customer, rows
from tests.support.quoting import ANNA, CUSTOMER, RIGHTS, CoinDesk, a_coin_desk


@pytest.fixture
def coins() -> Iterator[CoinDesk]:
    with a_coin_desk() as one:
        yield one


def redeemed(coins: CoinDesk, domain: str = "example.com", *, owner: Owner = CUSTOMER, **different: Any) -> Redemption:
    def redeem(tx: Any) -> Redemption:
        account = tx.accounts.open(ACME, [owner])[owner]
        facts = {"right": "font", "domain": domain, "at": coins.now, **different}
        redemption, _ = rights.redeem(tx, coins.terms, account, **facts)
        return redemption

    return coins.desk.run(redeem)


def refusal(coins: CoinDesk, domain: str = "example.com", **different: Any) -> str:
    with pytest.raises(RightRefused) as refused:
        redeemed(coins, domain, **different)
    return refused.value.reason


def test_P2_redeeming_opens_a_ticket_without_coins(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, plan="essential")
    done = redeemed(coins)
    assert coins.coins(CUSTOMER) == (300, 0, 300)
    ticket = coins.desk.look(lambda tx: tx.tickets.get(ACME, done.ticket_id))
    assert ticket is not None
    assert ticket.subject == "IRANSans font: example.com"
    assert len(coins.told(TicketOpened)) == 1


def test_P2_a_second_package_gives_no_second_one_for_that_domain(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, plan="essential")
    redeemed(coins, "example.com")
    coins.granted(CUSTOMER, 900, plan="professional")
    assert refusal(coins, "http://WWW.example.com:8080/shop?x=1#top") == "already_redeemed"
    coins.granted(customer(78), 300, plan="essential")
    assert refusal(coins, "example.com.", owner=customer(78)) == "already_redeemed"
    assert redeemed(coins, "other.example.com").domain == "other.example.com"


def test_P1_without_a_plan_that_carries_it_nothing_is_redeemed(coins: CoinDesk) -> None:
    assert refusal(coins) == "right_not_in_plan"
    coins.granted(CUSTOMER, 300)
    assert refusal(coins) == "right_not_in_plan"
    coins.granted(CUSTOMER, 300, plan="essential", last_day=date(2026, 12, 31))
    coins.later(days=60)
    assert refusal(coins) == "right_not_in_plan", "the plan has ended"


def test_C6_a_plan_with_no_coins_left_still_carries_its_rights(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, plan="essential")
    quote = coins.approved(coins.offered(CUSTOMER, 300))
    coins.settled(quote, 300)
    assert redeemed(coins).right == "font"


def test_C15_a_frozen_account_redeems_nothing(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, plan="essential")
    coins.desk.run(lambda tx: tx.accounts.freeze(coins.account_id(CUSTOMER), coins.now))
    assert refusal(coins) == "account_frozen"


@pytest.mark.parametrize("right", ["seo", "phone", "nothing"])
def test_only_rights_to_be_had_once_are_redeemed(coins: CoinDesk, right: str) -> None:
    coins.granted(CUSTOMER, 900, plan="professional")
    assert refusal(coins, right=right) == "unknown_right"


def test_P2_the_licence_is_recorded_by_staff(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, plan="essential")
    redeemed(coins, by=ANNA)
    assert coins.told(TicketOpened) == [], "staff know what they did"

    def record(domain: str) -> None:
        coins.desk.run(
            rights.record_licence,
            coins.terms,
            right="font",
            domain=domain,
            reference="FONT-1234",
            by=ANNA,
            at=coins.now,
        )

    record("www.example.com")
    assert rows(coins.desk, "SELECT licence FROM redemption") == [("FONT-1234",)]
    actions = coins.desk.look(lambda tx: [(line.staff, line.action) for line in tx.audit.lines(limit=2)])
    assert actions == [(ANNA, "licence"), (ANNA, "redeem")]
    with pytest.raises(RightRefused):
        record("never.example.com")


def test_a_refused_redemption_leaves_nothing(coins: CoinDesk) -> None:
    coins.granted(CUSTOMER, 300, plan="essential")
    assert refusal(coins, "localhost") == "private_domain"
    assert rows(coins.desk, "SELECT count(*) FROM ticket") == [(0,)]


# --- domains --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("example.com", "example.com"),
        ("  EXAMPLE.com. ", "example.com"),
        ("www.example.com", "example.com"),
        ("https://www.example.com:443/shop/index.php?a=b#c", "example.com"),
        ("example.com:8080", "example.com"),
        ("example.com?x", "example.com"),
        ("bücher.example.com", "xn--bcher-kva.example.com"),
        ("مثال.ایران", "xn--mgbh0fb.xn--mgba3a4f16a"),
        ("МАГАЗИН.рф", "xn--80aairftm.xn--p1ai"),
        ("xn--bcher-kva.example.com", "xn--bcher-kva.example.com"),
        ("example。com", "example.com"),
        ("example.com\N{IDEOGRAPHIC FULL STOP}", "example.com"),
        ("www\N{FULLWIDTH FULL STOP}example\N{FULLWIDTH FULL STOP}com\N{FULLWIDTH FULL STOP}", "example.com"),
    ],
)
def test_L6_one_shop_is_one_domain_however_it_is_written(written: str, domain: str) -> None:
    assert normalised_domain(written) == domain


@pytest.mark.parametrize(
    "written",
    [
        "localhost",
        "shop.localhost",
        "shop.local",
        "shop.test",
        "nas.home.arpa",
        "127.0.0.1",
        "http://192.168.1.10/shop",
        "10.1",
        "2130706433",
        "shop.localhost\N{IDEOGRAPHIC FULL STOP}",
        "127.0.0.1\N{IDEOGRAPHIC FULL STOP}",
    ],
)
def test_L6_a_private_host_is_no_shop_on_the_internet(written: str) -> None:
    with pytest.raises(RightRefused) as refused:
        normalised_domain(written)
    assert refused.value.reason == "private_domain"


@pytest.mark.parametrize(
    "written",
    ["", " ", "shop", "a b.com", "a..com", "-a.com", "a=b.com", "user@example.com", "x" * 64 + ".com", "[::1]", "://"],
)
def test_what_is_no_domain_is_refused(written: str) -> None:
    with pytest.raises(RightRefused) as refused:
        normalised_domain(written)
    assert refused.value.reason in {"bad_domain", "private_domain"}


# --- what the page is told ------------------------------------------------------------------------------------------


def shown(
    plans: set[str], redeemed: list[rights.Redeemed] | None = None, book: RightBook = RIGHTS
) -> list[dict[str, Any]]:
    return rights_document(book, plans, redeemed or [], zone=TEHRAN, telephone="+98 21 5555 0100")


def test_P1_the_page_is_told_of_rights_by_plan() -> None:
    assert shown(set()) == []
    assert [one["key"] for one in shown({"essential"})] == ["font"]
    assert [one["key"] for one in shown({"base"})] == ["seo", "font"]
    assert shown({"base"})[0] == {
        "key": "seo",
        "kind": "work",
        "name": {"en": "SEO review"},
        "plans": ["base", "professional"],
        "redeemed": None,
        "value": None,
    }


def test_P4_the_telephone_number_goes_to_no_page_without_the_right() -> None:
    assert "5555" not in repr(shown({"essential", "base"}))
    assert shown({"professional"})[-1]["value"] == "+98 21 5555 0100"


def test_P2_the_page_is_told_for_what_and_when_a_right_was_redeemed() -> None:
    older = (Redemption("font", "old.example.com", 1, 1), MONDAY_9AM - timedelta(days=30))
    newer = (Redemption("font", "example.com", 1, 2), MONDAY_9AM)
    (font,) = shown({"essential"}, [newer, older])
    assert font["redeemed"] == {
        "domain": "example.com",
        "at_text": {"en": "23 November 2026", "ru": "23 ноября 2026 г.", "fa": "۲ آذر ۱۴۰۵"},
    }


def test_P1_a_plan_nobody_has_thought_of_carries_rights_all_the_same() -> None:
    book = RightBook([Right("boat", RightKind.STANDING, frozenset({"captain"}), {"en": "A boat"})])
    assert [one["key"] for one in shown({"captain"}, book=book)] == ["boat"]
