"""Who is helped free of charge: one decision of licences, product, writer and coins (rules L2, L3, L4, T1, T11)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.entitlement import (
    NOTHING_NAMED,
    Asked,
    Entitlement,
    Held,
    Reason,
    Way,
    entitle,
)
from bridge.domain.licences import LicenceBook, LicenceTerms, Product, Status, StatusCode
from bridge.domain.tickets import TicketKind
from tests.support.books import TEHRAN

BOOK = LicenceBook(
    [
        Product(LicenceTerms("seo", TEHRAN), ("SEO-1",), names={"en": "SEO Module", "fa": "ماژول سئو"}),
        Product(LicenceTerms("menu", TEHRAN), ("MENU-1",), names={"en": "Mega Menu"}),
        Product(LicenceTerms("suite", TEHRAN), ("SUITE-1",), names={"en": "Suite"}, covers=frozenset({"menu"})),
    ]
)
LATER, EARLIER = datetime(2027, 6, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
SUPPORT, WORK, PRE_SALES = TicketKind.SUPPORT, TicketKind.WORK, TicketKind.PRE_SALES


def held(number: int, product: str, code: StatusCode, until: datetime | None = LATER) -> Held:
    return Held(number, product, Status(code, until))


ACTIVE = held(1, "seo", StatusCode.ACTIVE)
EXPIRED = held(2, "seo", StatusCode.EXPIRED, EARLIER)
REFUNDED = held(3, "seo", StatusCode.REFUNDED, None)
MENU = held(4, "menu", StatusCode.ACTIVE)
SUITE = held(5, "suite", StatusCode.ACTIVE)
UNSURE = held(6, "seo", StatusCode.UNVERIFIED, None)
SEO = Asked("seo")


def decided(
    asked: Asked, *licences: Held, kind: TicketKind = SUPPORT, verified: bool = True, coins: bool = False
) -> tuple[Way, Reason, int | None]:
    found = entitle(kind, asked, licences, BOOK, verified=verified, coins=coins)
    return found.way, found.reason, found.licence_id


@pytest.mark.parametrize(
    ("asked", "licences", "expected"),
    [
        (SEO, [ACTIVE], (Way.LICENCE, Reason.ACTIVE, 1)),
        (SEO, [held(1, "seo", StatusCode.EXPIRING)], (Way.LICENCE, Reason.EXPIRING, 1)),
        (SEO, [UNSURE], (Way.LICENCE, Reason.UNVERIFIED, 6)),
        (SEO, [EXPIRED, ACTIVE], (Way.LICENCE, Reason.ACTIVE, 1)),
        (SEO, [UNSURE, ACTIVE], (Way.LICENCE, Reason.ACTIVE, 1)),
        (Asked("menu"), [SUITE], (Way.LICENCE, Reason.ACTIVE, 5)),
        (Asked("suite"), [MENU], (Way.NO_CLOCK, Reason.NO_LICENCE, None)),
        (Asked(licence_id=4), [ACTIVE, MENU], (Way.LICENCE, Reason.ACTIVE, 4)),
        (Asked("menu", 5), [SUITE], (Way.LICENCE, Reason.ACTIVE, 5)),
        (SEO, [EXPIRED], (Way.NO_CLOCK, Reason.EXPIRED, 2)),
        (SEO, [REFUNDED], (Way.NO_CLOCK, Reason.REFUNDED, 3)),
        (SEO, [held(7, "seo", StatusCode.SUSPENDED)], (Way.NO_CLOCK, Reason.SUSPENDED, 7)),
        (SEO, [], (Way.NO_CLOCK, Reason.NO_LICENCE, None)),
        (SEO, [MENU], (Way.NO_CLOCK, Reason.NO_LICENCE, None)),
        (Asked(licence_id=2), [EXPIRED, MENU], (Way.NO_CLOCK, Reason.EXPIRED, 2)),
        (Asked(licence_id=2), [EXPIRED, ACTIVE], (Way.LICENCE, Reason.ACTIVE, 1)),
        (Asked(licence_id=2), [REFUNDED, EXPIRED], (Way.NO_CLOCK, Reason.EXPIRED, 2)),
        (SEO, [held(9, "seo", StatusCode.ACTIVE), ACTIVE], (Way.LICENCE, Reason.ACTIVE, 1)),
        (Asked("gone"), [held(8, "gone", StatusCode.ACTIVE)], (Way.LICENCE, Reason.ACTIVE, 8)),
    ],
)
def test_L2_help_is_free_exactly_with_an_active_licence_that_covers_the_product(
    asked: Asked, licences: list[Held], expected: tuple[Way, Reason, int | None]
) -> None:
    assert decided(asked, *licences) == expected


@pytest.mark.parametrize(
    ("asked", "licences", "expected"),
    [
        (NOTHING_NAMED, [ACTIVE], (Way.CHOOSE, Reason.UNKNOWN_PRODUCT, None)),
        (NOTHING_NAMED, [ACTIVE, MENU], (Way.CHOOSE, Reason.UNKNOWN_PRODUCT, None)),
        (Asked(licence_id=999), [ACTIVE], (Way.CHOOSE, Reason.UNKNOWN_PRODUCT, None)),
        (Asked("menu", 1), [ACTIVE], (Way.CHOOSE, Reason.WRONG_PRODUCT, None)),
        (NOTHING_NAMED, [EXPIRED], (Way.NO_CLOCK, Reason.EXPIRED, 2)),
        (NOTHING_NAMED, [], (Way.NO_CLOCK, Reason.NO_LICENCE, None)),
    ],
)
def test_L2_an_unknown_product_is_to_be_chosen_and_never_free_by_default(
    asked: Asked, licences: list[Held], expected: tuple[Way, Reason, int | None]
) -> None:
    assert decided(asked, *licences) == expected


def test_L2_T11_a_writer_who_has_not_proven_who_he_is_is_to_do_that_whatever_licences_there_are() -> None:
    assert decided(SEO, ACTIVE, verified=False, coins=True) == (Way.VERIFY, Reason.UNPROVEN, None)


def test_T1_a_question_before_a_purchase_is_free_for_everybody() -> None:
    for verified in (True, False):
        assert decided(SEO, kind=PRE_SALES, verified=verified) == (Way.BEFORE_SALE, Reason.BEFORE_SALE, None)


def test_L4_without_an_active_licence_coins_can_pay_where_there_are_any() -> None:
    assert decided(SEO, EXPIRED, coins=True) == (Way.COINS, Reason.EXPIRED, 2)
    assert decided(SEO, coins=True) == (Way.COINS, Reason.NO_LICENCE, None)
    assert decided(SEO, ACTIVE, coins=True) == (Way.LICENCE, Reason.ACTIVE, 1), "a licence comes before coins"


def test_L2_work_with_a_licensed_product_is_covered_too_but_not_what_the_price_list_sells() -> None:
    assert decided(SEO, ACTIVE, kind=WORK) == (Way.LICENCE, Reason.ACTIVE, 1)
    found = entitle(WORK, SEO, [ACTIVE], BOOK, verified=True, coins=True, priced=True)
    assert (found.way, found.reason, found.leads_on) == (Way.COINS, Reason.PRICE_LIST, False)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("seo", "seo"),
        (" SEO  module ", "seo"),
        ("ماژول سئو", "seo"),
        ("MENU-1", "menu"),
        ("SEO Module 3.1", None),
        ("", None),
        ("  ", None),
    ],
)
def test_L2_a_product_is_known_by_the_whole_of_its_name_key_or_code(text: str, product: str | None) -> None:
    assert BOOK.named(text) == product


def test_L2_a_name_of_two_products_names_neither() -> None:
    book = LicenceBook([Product(LicenceTerms(key, TEHRAN), (key,), names={"en": "Menu"}) for key in ("one", "two")])
    assert book.named("Menu") is None


@given(
    st.sampled_from(TicketKind),
    st.builds(Asked, st.sampled_from([None, "seo", "menu", "gone"]), st.sampled_from([None, 0, 1, 2])),
    st.lists(
        st.builds(
            held,
            st.integers(0, 3),
            st.sampled_from(["seo", "menu", "suite", "gone"]),
            st.sampled_from(
                [one for one in StatusCode if one.value in {reason.value for reason in Reason} - {"wrong_product"}]
            ),
            st.sampled_from([None, EARLIER, LATER]),
        ),
        max_size=4,
        unique_by=lambda one: one.licence_id,
    ),
    st.booleans(),
    st.booleans(),
)
def test_L2_a_licence_is_given_as_the_reason_only_where_it_counts_and_covers_and_nothing_is_lost_in_keeping(
    kind: TicketKind, asked: Asked, licences: list[Held], verified: bool, coins: bool
) -> None:
    found = entitle(kind, asked, licences, BOOK, verified=verified, coins=coins)
    assert Entitlement.of(found.detail) == found
    if found.way is Way.LICENCE:
        (one,) = [one for one in licences if one.licence_id == found.licence_id]
        assert verified
        assert one.status.accepted
        chosen = [one for one in licences if one.licence_id == asked.licence_id]
        named = asked.product or chosen[0].product
        assert one.product == named or one.product in BOOK.covering(named)


def test_L2_a_licence_covers_further_products_by_key_or_by_name() -> None:
    old = Product(LicenceTerms("new", TEHRAN), ("NEW-1",), covers=frozenset({"Old menu", "Mega  MENU"}))
    book = LicenceBook([*BOOK.products.values(), old])
    assert book.named("old menu") == "Old menu"
    assert [sorted(book.covering(key)) for key in ("Old menu", "menu", "seo", "nobody knows")] == [
        ["new"],
        ["menu", "new", "suite"],
        ["seo"],
        [],
    ]
