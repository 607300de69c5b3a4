"""What stands in a message's row becomes plain text, however hostile, and a reply becomes what a shop may print."""

import time

import pytest

from bridge.contracts.shop_threads import MOST_CHARACTERS
from bridge_prestashop.texts import CUT, is_forwarding, plain, storable


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("Tom &amp; Jerry: 3 &lt; 4 &quot;yes&quot;", 'Tom & Jerry: 3 < 4 "yes"'),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("<p>one</p><p>two<br />three</p>", "one\n\ntwo\nthree"),
        ("<ul><li>one</li><li>two</li></ul>", "one\n\ntwo"),
        ('see <a href="https://shop.example/?a=1&amp;b=2" onclick="steal()">here</a>', "see here"),
        ("before<script>steal('<b>')</script>after", "beforeafter"),
        ("<style>p { color: red }</style>text", "text"),
        ("<script>never closed", ""),
        ("</script>text", "text"),
        ("<!-- note --><!DOCTYPE html>text", "text"),
        ("I <3 you, 5 > 4 <", "I <3 you, 5 > 4 <"),
        ("<img src=x onerror=alert(1)>picture", "picture"),
        ("&#x202e;desrever&#0;&#27;", "desrever\ufffd"),
        ("سلام\u200cها &mdash; 👋", "سلام\u200cها — 👋"),
    ],
)
def test_markup_becomes_text(stored: str, text: str) -> None:
    assert plain(stored.encode(), markup=True) == text


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        (b"use <IfModule mod_php.c> &amp; restart", "use <IfModule mod_php.c> &amp; restart"),
        (b"from a mail<br />\nsecond line<BR>third", "from a mail\nsecond line\nthird"),
        (b"\xff\xfe broken \xe2\x82", "\ufffd\ufffd broken \ufffd"),
        ("a\u202eb\u2066c\u2069\x00\x1b[31m\x7f\x9b\ufeff".encode(), "abc[31m"),
        ("one\r\ntwo\rthree\u2028four\u0085five\tsix".encode(), "one\ntwo\nthree\nfour\nfive\tsix"),
        ("می\u200cخواهم \u200f".encode(), "می\u200cخواهم \u200f"),
        ("hidden \U000e0041\U000e0042 tags".encode(), "hidden  tags"),
        (b"  \n ", ""),
        (None, ""),
    ],
)
def test_what_was_typed_stays_but_for_what_nobody_can_see(stored: bytes | None, text: str) -> None:
    assert plain(stored, markup=False) == text


@pytest.mark.parametrize("markup", [False, True])
def test_a_long_text_ends_with_words_that_say_so(markup: bool) -> None:
    whole = "é" * MOST_CHARACTERS
    assert plain(whole.encode(), markup=markup) == whole
    assert plain((whole + "é").encode(), markup=markup) == whole + CUT


@pytest.mark.parametrize("piece", ["<", "<a ", "<!--", "<a b='", "</", "<?", "<script>", "&", "&#", "<br "])
def test_no_text_takes_longer_than_its_length(piece: str) -> None:
    """The standard library's parser takes minutes over some of these."""
    stored = (piece * MOST_CHARACTERS)[:MOST_CHARACTERS].encode()
    for markup in (False, True):
        began = time.process_time()
        plain(stored, markup=markup)
        assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "text",
    [
        "Message forwarded to maker@printers.example\nComment: please look",
        "Message forwarded to maker@printers.example \n Comment: please look",
        "Message transféré à maker@printers.example\nCommentaire : voir ci-dessous",
        "Сообщение переслано maker@printers.example\nКомментарий: посмотрите",
        "پیام فرستاده شد به maker@printers.example\nنظر: لطفا ببینید",
    ],
)
def test_the_note_of_a_forwarding_is_known(text: str) -> None:
    assert is_forwarding(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please write to maker@printers.example\nThey know: it is their printer",
        "maker@printers.example\nComment: he asked this",
        "Restart it\nComment: it helps",
        "Please write to maker@printers.example",
        "",
    ],
)
def test_an_answer_that_names_an_address_is_an_answer(text: str) -> None:
    assert not is_forwarding(text)


def test_a_reply_loses_its_brackets_and_nothing_else() -> None:
    typed = "Set <b>x</b> & y > 3\r\n\u202eagain\x00 👋 "
    assert storable(typed, basic_plane=False) == "Set ‹b›x‹/b› & y › 3\nagain 👋"


def test_a_letter_that_a_table_has_no_place_for_is_named() -> None:
    assert storable("done 👋 سلام €", basic_plane=True) == "done [waving hand sign] سلام €"


@pytest.mark.parametrize(
    "number", [0, 8, 0x0B, 0x1F, 0x7F, 0x84, 0x9F, 0x202A, 0x202E, 0x2066, 0x2069, 0xFEFF, 0xE0000, 0xE007F]
)
def test_what_nobody_sees_is_taken_out_also_where_it_stands_alone(number: int) -> None:
    assert plain(f"a{chr(number)}b".encode(), markup=False) == "ab"


@pytest.mark.parametrize("number", [0x0D, 0x85, 0x2028, 0x2029])
def test_every_end_of_a_line_is_one(number: int) -> None:
    assert plain(f"a{chr(number)}b".encode(), markup=False) == "a\nb"


@pytest.mark.parametrize("number", [0x09, 0x0A, 0xAD, 0x200B, 0x200C, 0x200F, 0x206A, 0xFF00, 0xE0080, 0x1F986])
def test_signs_of_writing_stay(number: int) -> None:
    assert plain(f"a{chr(number)}b".encode(), markup=False) == f"a{chr(number)}b"
