"""In which language somebody is answered, by what he writes (rule W2)."""

import pytest

from bridge.domain.languages import language_of
from bridge.domain.stored_text import storable

ALL = ("en", "ru", "fa")


@pytest.mark.parametrize(
    ("text", "known", "language"),
    [
        ("Hello", "", "en"),
        ("Привет, checkout не работает", "", "ru"),
        ("سلام، checkout کار نمی‌کند", "", "fa"),
        ("checkout error: сломалось", "fa", "en"),
        ("", "", "en"),
        ("12 👍 ?", "fa", "fa"),
        ("你好", "ru", "ru"),
        ("你好", "de", "en"),
        ("\u202e\u200f", "", "en"),
    ],
)
def test_W2_the_letters_decide_else_what_is_known_else_the_stores_first(text: str, known: str, language: str) -> None:
    assert language_of(text, ALL, known=known) == language


def test_W2_a_language_that_the_store_does_not_speak_is_never_chosen() -> None:
    assert language_of("Привет", ("fa", "en"), known="ru") == "fa"
    assert language_of("Привет", ("fa", "en"), known="en") == "en"


@pytest.mark.parametrize(
    ("text", "kept"), [("abc", "abc"), ("a\0b", "ab"), ("\ud83d!", "?!"), ("😀😀😀😀", "😀😀😀"), ("سلام\u200c", "سلا")]
)
def test_what_strangers_write_can_be_stored(text: str, kept: str) -> None:
    assert storable(text, 3) == kept
