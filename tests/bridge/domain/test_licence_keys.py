"""Licence keys: drawn by lot, read by people, and every usual slip of a typing hand is found."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.licence_keys import ALPHABET, GROUPS, drawn_from, masked, new_key, normal, wrong_groups

KEYS = st.integers(0, 2**64).map(lambda seed: new_key(random.Random(seed).choice))  # noqa: S311  # a test's lots
KEY = new_key(random.Random(7).choice)  # noqa: S311  # a test's lots


def places(key: str) -> list[int]:
    return [at for at, sign in enumerate(key) if sign != "-"]


def group_at(place: int) -> int:
    return place // 6 + 1


def test_L1_a_key_is_five_groups_of_five_without_look_alikes() -> None:
    assert [len(group) for group in KEY.split("-")] == [5] * GROUPS
    assert set(KEY) <= set(ALPHABET) | {"-"}
    assert not set("01ILO") & set(ALPHABET)
    assert len(ALPHABET) == 31, "the checks count on a prime"


def test_L1_twenty_characters_are_drawn_by_lot() -> None:
    drawn: list[str] = []

    def choose(signs: str) -> str:
        drawn.append(signs)
        return signs[len(drawn) % len(signs)]

    new_key(choose)
    assert drawn == [ALPHABET] * 20


def test_L1_the_same_desk_draws_the_same_key_for_the_same_order_and_no_other_does() -> None:
    secret = bytes(range(32))
    key = new_key(drawn_from(secret, "acme:order:1042:seo"))
    assert key == new_key(drawn_from(secret, "acme:order:1042:seo"))
    others = [(secret, "acme:order:1043:seo"), (secret, "acme:order:1042:menu"), (bytes(32), "acme:order:1042:seo")]
    assert key not in {new_key(drawn_from(*other)) for other in others}


def test_L1_what_is_drawn_has_every_character_equally_often() -> None:
    choose = drawn_from(b"k" * 32, "acme")
    counts = Counter(choose(ALPHABET) for _ in range(31_000))
    assert set(counts) == set(ALPHABET)
    assert all(850 < count < 1_150 for count in counts.values())


@given(KEYS)
@settings(max_examples=50)
def test_L1_a_new_key_is_right_and_has_one_spelling(key: str) -> None:
    assert wrong_groups(key) == ()
    for written in (key, key.lower(), key.replace("-", ""), f"  {key.replace('-', ' – ')}\n", f"\u200f{key}\ufeff"):
        assert normal(written) == key


def test_L1_digits_of_other_scripts_are_digits() -> None:
    assert normal(KEY.translate({ord(str(n)): "۰۱۲۳۴۵۶۷۸۹"[n] for n in range(10)})) == KEY
    assert normal("".join(chr(ord(sign) + 0xFEE0) if sign != "-" else sign for sign in KEY)) == KEY


@given(KEYS)
@settings(max_examples=10)
def test_every_single_wrong_character_is_found_with_its_group(key: str) -> None:
    for at in places(key):
        for sign in set(ALPHABET) - {key[at]}:
            typed = key[:at] + sign + key[at + 1 :]
            assert normal(typed) is None
            assert wrong_groups(typed) == (group_at(at),)


@given(KEYS)
@settings(max_examples=50)
def test_every_two_neighbours_changed_over_are_found(key: str) -> None:
    for first, second in zip(places(key), places(key)[1:], strict=False):
        if key[first] == key[second]:
            continue
        signs = list(key)
        signs[first], signs[second] = signs[second], signs[first]
        assert normal("".join(signs)) is None
        assert wrong_groups("".join(signs)) == tuple(sorted({group_at(first), group_at(second)}))


@given(KEYS)
@settings(max_examples=50)
def test_every_two_groups_changed_over_are_found(key: str) -> None:
    for first in range(GROUPS):
        for second in range(first + 1, GROUPS):
            groups = key.split("-")
            groups[first], groups[second] = groups[second], groups[first]
            if groups != key.split("-"):
                assert wrong_groups("-".join(groups)) == (first + 1, second + 1)


@given(KEYS)
@settings(max_examples=50)
def test_a_look_alike_is_refused_and_not_guessed_at(key: str) -> None:
    for sign in "01ILOilo":
        typed = sign + key[1:]
        assert normal(typed) is None
        assert wrong_groups(typed) == (1,)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("", (1, 2, 3, 4, 5)),
        (KEY[:17], (4, 5)),
        (KEY[1:], (1,)),
        (KEY.replace("-", "")[:20], (5,)),
        (KEY + "-22222", (6,)),
        ("x" * 1000, (1, 2, 3, 4, 5)),
        ("'; DROP TABLE licence; --", (1, 2, 3, 4, 5)),
        ("\x00" * 25, (1, 2, 3, 4, 5)),
    ],
)
def test_staff_are_told_which_groups_are_wrong(typed: str, wrong: tuple[int, ...]) -> None:
    assert normal(typed) is None
    assert wrong_groups(typed) == wrong


@given(st.text(max_size=300))
def test_no_text_is_a_key_by_accident(typed: str) -> None:
    assert normal(typed) is None
    assert wrong_groups(typed)


def test_only_the_last_group_is_ever_shown() -> None:
    assert masked(KEY) == f"…-{KEY[-5:]}"
    assert masked("ABC-2222") == "…22"
    assert masked("abc") == "…"
