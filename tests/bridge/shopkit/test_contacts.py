"""Telephone numbers and languages as people and shops write them."""

import pytest

from bridge.shopkit.contacts import digits_of, language_of, same_number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+989123456789", "0912 345-67-89"),
        ("0098 912 345 67 89", "+98 (912) 345-67-89"),
        ("۰۹۱۲۳۴۵۶۷۸۹", "09123456789"),
        ("٠٩١٢٣٤٥٦٧٨٩", "+98 912 345 6789"),
        ("555-0100", "5550100"),
        ("12345", "1 23 45"),
    ],
)
def test_two_spellings_of_one_number_are_the_same(one: str, other: str) -> None:
    assert same_number(one, other)
    assert same_number(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+98 912 345 67 89", "+98 912 345 67 80"),
        ("345678", "+98 912 345678"),
        ("", ""),
        ("0000", "00000000"),
        ("1234", "1234"),
        ("9123456789", "91234567890"),
        ("+7 912 345 67 89", "+98 912 345 67 89"),
    ],
)
def test_other_numbers_and_what_is_none_are_not(one: str, other: str) -> None:
    assert not same_number(one, other)
    assert not same_number(other, one)


def test_digits_are_read_in_any_script() -> None:
    assert digits_of("+۹۸ (912) ٣٤٥") == "98912345"
    assert digits_of("x²½") == "2"


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("en-gb", "en"),
        ("ru", "ru"),
        ("pt_BR", "pt"),
        ("FA-IR", "fa"),
        ("fil-PH", "fil"),
        ("", ""),
        ("-", ""),
        ("english", ""),
        ("e", ""),
        ("ру", ""),
    ],
)
def test_a_language_is_what_stands_before_the_country(code: str, language: str) -> None:
    assert language_of(code) == language
