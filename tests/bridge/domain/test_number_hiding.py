"""A premium number is taken out of a text however it is written, and nothing else is (rule W2)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.number_hiding import HIDDEN, names_number, without_numbers

NUMBER, MOBILE = "+982155550102", "+12025550102"


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("call +98 21 5555 0102!", f"call {HIDDEN}!"),
        ("call 021-5555-0102", f"call {HIDDEN}"),
        ("(021) 5555.01.02 or mail", f"({HIDDEN} or mail"),
        ("۰۲۱۵۵۵۵۰۱۰۲ است", f"{HIDDEN} است"),
        ("\u200e+98\u00a021\u2011555\u200f50102", f"\u200e{HIDDEN}"),
        ("wa.me/982155550102?text=x", f"wa.me/{HIDDEN}?text=x"),
        ("0098 21 55550102 and 021 55550102", f"{HIDDEN} and {HIDDEN}"),
        ("55550102", HIDDEN),
    ],
)
def test_W2_a_number_is_hidden_in_any_spelling(written: str, left: str) -> None:
    assert without_numbers(written, [NUMBER]) == left
    assert names_number(written, [NUMBER])


@pytest.mark.parametrize(
    "text",
    ["", "no number", "order 1042 of 2026-11-22", "+98 21 5555 0103", "5555 010", "1.5 h × 20.00 USD", "٪ ½ ² 55 50"],
)
def test_W2_what_is_not_that_number_stays(text: str) -> None:
    assert without_numbers(text, [NUMBER]) == text


def test_W2_without_numbers_to_hide_nothing_is_hidden() -> None:
    assert without_numbers(NUMBER, []) == NUMBER
    assert without_numbers("12345", ["12345"]) == "12345", "too short to be told from others"


@given(
    before=st.text(max_size=20),
    between=st.lists(st.sampled_from(["", " ", "-", "\u200f", "\u00a0", ". ", "("]), min_size=11, max_size=11),
    after=st.text(max_size=20),
    zero=st.sampled_from("0٠۰०"),
)
def test_W2_no_spelling_leaves_its_digits(before: str, between: list[str], after: str, zero: str) -> None:
    digits = [chr(ord(zero) + int(one)) for one in NUMBER[1:]]
    written = "".join(one for pair in zip(digits, [*between, ""], strict=True) for one in pair)
    left = without_numbers(f"{before}{written}{after}", [NUMBER])
    said = "".join(str(unicodedata.decimal(one)) for one in left if one.isdecimal())
    own = "".join(str(unicodedata.decimal(one)) for one in before + after if one.isdecimal())
    assert NUMBER[-8:] not in said or NUMBER[-8:] in own


@pytest.mark.parametrize(
    "written",
    [
        "+12025550102",
        "001 202 555 0102",
        "+1 (202) 555-01-02",
        "202.555.0102",
        "+1\u00a0202\u200f555\u206901\u206402",
        "۱۲۰۲۵۵۵۰۱۰۲",
        "+1 202\n555 0102",
        "2025\r\n550102",
        "".join(f"{digit}\ufe0f\u20e3" for digit in "12025550102"),
        "1_2_0_2_5_5_5_0_1_0_2",
        "１２０２５５５０１０２",
    ],
)
def test_W2_the_number_is_taken_out_however_it_is_written(written: str) -> None:
    assert names_number(written, [MOBILE])
    hidden = without_numbers(f"Ring {written}, please", [MOBILE])
    assert hidden.startswith("Ring •••")
    assert not any(sign.isdecimal() for sign in hidden)


def test_W2_what_stands_beside_it_stays() -> None:
    text = "Order 1042, 2026-11-22:\n+1 202 555 0102\n3 of 17 files"
    assert without_numbers(text, [MOBILE]) == "Order 1042, 2026-11-22:\n•••\n3 of 17 files"


def test_W2_it_is_taken_out_as_often_as_it_stands_there_and_with_it_every_other() -> None:
    text = "+12025550102 +12025550102, +98 21 5555 0103"
    assert without_numbers(text, [MOBILE, "+982155550103"]) == "••• •••, •••"


def test_a_text_with_fewer_digits_than_any_number_is_compared_with_none() -> None:
    numbers = iter([MOBILE])
    assert without_numbers("Order 1042: 20.00 USD for 17 files", numbers) == "Order 1042: 20.00 USD for 17 files"
    assert next(numbers) == MOBILE, "settings of many stores have many texts and many numbers"
