"""Plan rights are data: nothing asks for a plan or a right by its name."""

import pytest

from bridge.domain.rights import Price, Right, RightBook, RightKind

BOOK = RightBook(
    [
        Right("seo", RightKind.WORK, frozenset({"base", "professional"})),
        Right("font", RightKind.ONCE, frozenset({"essential", "base", "professional"})),
        Right("phone", RightKind.TELEPHONE, frozenset({"professional"})),
    ],
    [Price("analytics", 50, 1), Price("speed", 80, 2)],
)


@pytest.mark.parametrize(
    ("plan", "rights"),
    [
        ("essential", ["font"]),
        ("base", ["seo", "font"]),
        ("professional", ["seo", "font", "phone"]),
        ("other", []),
        (None, []),
    ],
)
def test_P1_a_plan_carries_its_rights_in_the_order_of_the_file(plan: str | None, rights: list[str]) -> None:
    assert [right.key for right in BOOK.of_plan(plan)] == rights
    assert [key for key in BOOK.rights if BOOK.allows(key, plan)] == rights


def test_P1_nobody_has_a_right_that_there_is_not() -> None:
    assert not BOOK.allows("no-such", "professional")


def test_P1_a_store_may_call_its_plans_and_rights_what_it_likes() -> None:
    book = RightBook([Right("чай", RightKind.STANDING, frozenset({"золото"}))])
    assert book.allows("чай", "золото")
    assert not book.allows("чай", "Золото")


def test_C13_the_price_list_is_known_by_its_codes() -> None:
    assert {code: price.coins for code, price in BOOK.prices.items()} == {"analytics": 50, "speed": 80}
    assert RightBook().prices == {}
