"""A file's name is shown and believed in nothing; its content says what it is."""

import pytest

from bridge.domain.files import LONGEST_NAME, promised_type, shown_name

RIGHT_TO_LEFT_OVERRIDE = "\u202e"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("shot.png", "shot.png"),
        ("../../etc/passwd", "passwd"),
        ("/etc/shadow.txt", "shadow.txt"),
        ("C:\\Users\\ada\\shot.png", "shot.png"),
        ("a\0b.png", "ab.png"),
        (f"exe.{RIGHT_TO_LEFT_OVERRIDE}gnp.exe", "exe.gnp.exe"),
        ("line\r\nSet-Cookie: a.txt", "lineSet-Cookie: a.txt"),
        (".htaccess", "htaccess"),
        ("..", "file"),
        ("", "file"),
        ("\ud800.txt", "txt"),
        ("گزارش\u200cها.pdf", "گزارش\u200cها.pdf"),
        ("a   b .zip ", "a b .zip"),
    ],
)
def test_a_name_is_shown_without_paths_and_without_what_is_not_seen(typed: str, shown: str) -> None:
    assert shown_name(typed) == shown


def test_a_long_name_is_cut_before_its_ending() -> None:
    shown = shown_name("я" * 300 + ".pdf")
    assert (len(shown), shown[-5:]) == (LONGEST_NAME, "я.pdf")
    assert shown_name("x" * 101) == "x" * LONGEST_NAME


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SHOT.PNG", "image/png"),
        ("a.b.jpeg", "image/jpeg"),
        ("error.log", "text/plain"),
        ("shop.zip", "application/zip"),
        ("page.html", None),
        ("shot.png.exe", None),
        ("png", None),
        ("drawing.svg", None),
    ],
)
def test_a_names_ending_promises_a_type_or_none_that_is_taken(name: str, kind: str | None) -> None:
    assert promised_type(name) == kind
