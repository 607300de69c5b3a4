"""What stands in a message's row, as plain text, and plain text as it may stand there.

It believes: PrestaShop 9 stores markup that it has cleaned, with entities; the others store what somebody typed, so
that an angle bracket there is an angle bracket. Everywhere the back office turns the line ends of an imported mail into
`<br />`. Nothing here has to be safe as markup: what comes out is text and is escaped wherever it is shown.

The standard library's parser takes minutes over 100,000 characters of `<a <a <a`, and customers may write that. So tags
are found by one expression that looks at every character once.
"""

import re
import unicodedata
from collections.abc import Iterator
from html import unescape

from bridge.contracts.shop_threads import MOST_CHARACTERS

CUT = "\n[…] the rest of this message stands in the shop only"

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)[^<>]*>|<[!?][^<>]*>")
_BREAK = re.compile(r"<br\s{0,9}/?\s{0,9}>\r?\n?", re.IGNORECASE)
_UNSHOWN = frozenset({"script", "style", "head", "title", "template"})
_LINES = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol"})
_LEFT_OUT = (
    range(0x09),
    range(0x0B, 0x20),
    range(0x7F, 0xA0),
    range(0x202A, 0x202F),  # overrides of direction; marks (200E, 200F) and joiners (200C, 200D) are writing
    range(0x2066, 0x206A),
    range(0xFEFF, 0xFF00),
    range(0xE0000, 0xE0080),  # a second alphabet that nobody sees
)
_LINE_ENDS = (0x0D, 0x85, 0x2028, 0x2029)
_SEEN: dict[int, str | None] = dict.fromkeys(number for part in _LEFT_OUT for number in part)
_SEEN |= dict.fromkeys(_LINE_ENDS, "\n")
_ODD = re.compile("[{}{}]".format("".join(f"{chr(one[0])}-{chr(one[-1])}" for one in _LEFT_OUT), "\u2028\u2029"))
_BRACKETS = str.maketrans({"<": "‹", ">": "›"})
_BASIC_PLANE = 0xFFFF

_FORWARDED = re.compile(r"[^\n]{1,120} [^\s@<>]{1,64}@[^\s@<>]{1,255}\s{0,4}\n\s{0,4}([^\W\d_]{1,20})\s?[:\uff1a]")
_COMMENT = frozenset(
    (
        "comment",
        "comments",
        "commentaire",
        "kommentar",
        "comentario",
        "comentário",
        "commento",
        "комментарий",
        "коментар",
        "коментарий",
        "komentarz",
        "komentář",
        "opmerking",
        "reactie",
        "yorum",
        "σχόλιο",
        "megjegyzés",
        "kommentti",
        "komentar",
        "komentár",
        "comentariu",
        "تعليق",
        "توضیح",
        "توضیحات",
        "نظر",
        "یادداشت",
    )
)
"""What the back office calls the comment, in the languages that shops in our vendors' markets work in."""


def plain(stored: bytes | None, *, markup: bool) -> str:
    """The text of a row; `markup` where the shop stores HTML. What is not UTF-8 becomes replacement characters."""
    text = (stored or b"").decode("utf-8", "replace")
    if markup:
        text = _without_markup(text)
    elif "<" in text:
        text = _BREAK.sub("\n", text)
    text = _visible(text)
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS].rstrip() + CUT


def cut(text: str) -> str:
    """The text with the words that say that it goes on, unless they stand there."""
    return text if text.endswith(CUT) else text + CUT


def is_forwarding(text: str) -> bool:
    """Whether staff's text is the back office's own note that it sent the thread to an address outside.

    The note's first line ends with that address, its second begins with the word for a comment.
    """
    note = _FORWARDED.match(text) if "@" in text else None
    return note is not None and note[1].casefold() in _COMMENT


def storable(text: str, *, basic_plane: bool) -> str:
    """A reply as a shop may hold and print it: no markup, and only letters of the basic plane where it has no others.

    One theme prints staff's messages as markup. A letter that a 3-byte table has no place for is named instead.
    """
    text = _visible(text).translate(_BRACKETS)
    return "".join(_named(letter) for letter in text) if basic_plane else text


def _visible(text: str) -> str:
    # To replace letter by letter costs more than the rest of the reading; and what is not printable to Python, such as
    # the joiners of every Persian text, is mostly to stay.
    if not text.replace("\n", " ").isprintable():
        text = text.replace("\r\n", "\n")
        if _ODD.search(text):
            text = text.translate(_SEEN)
    return text.strip()


def _named(letter: str) -> str:
    if ord(letter) <= _BASIC_PLANE:
        return letter
    return f"[{unicodedata.name(letter, 'a sign').lower()}]"


def _without_markup(text: str) -> str:
    return unescape("".join(_shown(text)) if "<" in text else text)


def _shown(text: str) -> Iterator[str]:
    hidden, at = "", 0
    for tag in _TAG.finditer(text):
        name = (tag[2] or "").lower()
        if not hidden:
            yield text[at : tag.start()]
            if name in _LINES:
                yield "\n"
        at = tag.end()
        if name in _UNSHOWN:
            if not hidden and not tag[1]:
                hidden = name
            elif tag[1] and name == hidden:
                hidden = ""
    if not hidden:
        yield text[at:]
