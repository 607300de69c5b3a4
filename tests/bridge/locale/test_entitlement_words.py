"""Whether help is free and why, in words (rules L2, L4)."""

from itertools import product as every

import pytest

from bridge.domain.entitlement import Asked, Entitlement, Held, Reason, Way, entitle
from bridge.domain.licences import LicenceBook, LicenceTerms, Product, Status, StatusCode
from bridge.domain.tickets import TicketKind
from bridge.locale.dates import LANGUAGES
from bridge.locale.entitlement_words import entitlement_text, staff_text
from tests.support.books import TEHRAN

NAMES = {"en": "SEO pack", "fa": "بستهٔ سئو"}
BOOK = LicenceBook([Product(LicenceTerms("seo", TEHRAN), ("SEO-1",)), Product(LicenceTerms("menu", TEHRAN), ("M",))])
STANDING = [one for one in StatusCode if one.value in {"active", "expiring", "unverified", "expired", "refunded"}]


def reachable() -> list[Entitlement]:
    """Every decision that there can be about two licences."""
    found = {}
    for kind, asked, first, second, verified, coins, priced in every(
        TicketKind,
        [Asked(), Asked("seo"), Asked("seo", 2), Asked(None, 1)],
        [None, *STANDING, StatusCode.SUSPENDED],
        [None, *STANDING],
        [True, False],
        [True, False],
        [True, False],
    ):
        pairs = ((1, "seo", first), (2, "menu", second))
        mine = [Held(number, product, Status(code)) for number, product, code in pairs if code is not None]
        one = entitle(kind, asked, mine, BOOK, verified=verified, coins=coins, priced=priced)
        found[one.way, one.reason, one.product is None] = one
    return list(found.values())


DECISIONS = reachable()


def test_L2_an_active_licence_is_told_with_what_follows_from_it() -> None:
    assert entitlement_text(Entitlement(Way.LICENCE, Reason.ACTIVE, 7, "seo"), NAMES) == {
        "en": "Your licence of SEO pack is active. Help with it is free of charge until this ticket is closed.",
        "ru": "Ваша лицензия на SEO pack действует. Помощь с этим бесплатна до закрытия обращения.",
        "fa": "لایسنس بستهٔ سئو شما فعال است. کمک برای آن تا بسته شدن این درخواست رایگان است.",
    }


@pytest.mark.parametrize("found", DECISIONS, ids=lambda one: f"{one.way}-{one.reason}-{one.product}")
def test_L4_every_decision_has_its_sentence_in_every_language_and_for_staff(found: Entitlement) -> None:
    texts = entitlement_text(found, NAMES if found.product else {})
    assert list(texts) == list(LANGUAGES)
    assert len(set(texts.values())) == len(LANGUAGES)
    assert all(text.endswith(".") and "{" not in text and "None" not in text for text in texts.values())
    assert "{" not in staff_text(found)
    assert "None" not in staff_text(found)


def test_L4_what_differs_for_the_customer_is_told_differently() -> None:
    ways = {one.way for one in DECISIONS}
    assert ways == set(Way)
    told = [entitlement_text(one, NAMES if one.product else {})["en"] for one in DECISIONS]
    asked = {text for one, text in zip(DECISIONS, told, strict=True) if one.way in {Way.CHOOSE, Way.VERIFY}}
    rest = [text for one, text in zip(DECISIONS, told, strict=True) if one.way not in {Way.CHOOSE, Way.VERIFY}]
    assert len(asked) == 3
    assert len(rest) == len(set(rest))


def test_L2_staff_read_the_licence_and_the_rule() -> None:
    line = staff_text(Entitlement(Way.LICENCE, Reason.EXPIRING, 7, "seo"))
    assert line == "free: licence 7 of seo was expiring at the opening (rules L2, L3)"
    line = staff_text(Entitlement(Way.NO_CLOCK, Reason.EXPIRED, 2, "seo"))
    assert line == "accepted without a clock: the licence of seo had ended, and no package (rule L4)"
