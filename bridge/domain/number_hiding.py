"""Taking telephone numbers out of texts: the premium number is shown in the automatic reply alone (rule W2).

It believes: people write a number with and without its country, with blanks, dashes, brackets, marks that nobody sees,
over two lines and in their own digits. So digits are compared, and what stands between two of them does not count.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

HIDDEN = "•••"
_BETWEEN = frozenset(" \t\n\r\v\f\u0085\u00a0\u202f()[]-./\\·*_,~|‐‑‒–—−+")
_UNSEEN = frozenset({"Cf", "Mn", "Me", "Zs", "Zl", "Zp", "Pd"})
_ALONE = 8
"""So many last digits of a number are it, whatever stands before them: nobody writes others' numbers that end alike."""
_DIALLED_BEFORE = 2
"""Noughts at most: `00` before a country's code, `0` before a town's."""


class _Run(NamedTuple):
    """Digits that stand together, and the place of each in the text."""

    digits: str
    places: Sequence[int]


def without_numbers(text: str, numbers: Iterable[str]) -> str:
    """The text with each of these numbers replaced, however it is written; what stands beside it stays."""
    runs = [run for run in _runs(text) if len(run.digits) >= _ALONE]
    wanted = [digits for digits in map(_digits, numbers) if len(digits) >= _ALONE] if runs else []
    if not wanted:
        return text
    shown, done = [], 0
    for run in runs:
        for first, last in _found(run, wanted):
            shown += [text[done : _with_sign(text, run.places[first])], HIDDEN]
            done = run.places[last] + 1
    return "".join((*shown, text[done:]))


def names_number(text: str, numbers: Iterable[str]) -> bool:
    """Whether one of these numbers stands in the text."""
    return without_numbers(text, numbers) != text


def _found(run: _Run, wanted: Iterable[str]) -> Iterator[tuple[int, int]]:
    """The first and last digit of each number in the run, one after the other."""
    begin = 0
    while True:
        places = [(run.digits.find(one[-_ALONE:], begin), one) for one in wanted]
        place, number = min((one for one in places if one[0] >= 0), default=(-1, ""))
        if place < 0:
            return
        first, before = place, number[:-_ALONE]
        while before and first > begin and run.digits[first - 1] == before[-1]:
            first, before = first - 1, before[:-1]
        for _ in range(_DIALLED_BEFORE):
            if first > begin and run.digits[first - 1] == "0":
                first -= 1
        yield first, place + _ALONE - 1
        begin = place + _ALONE


def _with_sign(text: str, place: int) -> int:
    return place - 1 if place and text[place - 1] == "+" else place


def _runs(text: str) -> Iterator[_Run]:
    digits, places = "", list[int]()
    for place, sign in enumerate(text):
        if sign.isdecimal():
            digits += str(unicodedata.decimal(sign))
            places.append(place)
        elif places and not (sign in _BETWEEN or unicodedata.category(sign) in _UNSEEN):
            yield _Run(digits, places)
            digits, places = "", []
    if places:
        yield _Run(digits, places)


def _digits(number: str) -> str:
    return "".join(str(unicodedata.decimal(sign)) for sign in number if sign.isdecimal())
