"""Licence keys: unguessable, fit to be read out on the telephone, and checked before anything is looked up.

A key is five groups of five characters. Four of each group are drawn, about 99 bits in all; the fifth is worked out
from the four and the group's place. The alphabet has 31 characters, a prime, and no two that look alike, so that a
single wrong character, two neighbours changed over and two groups changed over always leave a group that is not right.

What is drawn follows from a secret of the desk and from what the key is for: nobody without the secret can foresee it,
and a desk that was put back from its backup gives the orders that came after it the keys that their customers have.
"""

import hmac
import itertools
import unicodedata
from collections.abc import Callable, Iterator

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0, 1, I, L and O, which look like others."""
GROUPS, IN_GROUP = 5, 5
LONGEST = 200
"""Characters of what can be a key at all, with whatever was pasted around it."""

_PLACES = (2, 3, 4, 5, 1)
"""What each place of a group counts: all differ, so that no two can be changed over. The last is the check's."""
_GROUP = 6
"""What the number of the group counts, as if it were a character of it."""
_VALUES = {sign: value for value, sign in enumerate(ALPHABET)} | {
    sign.lower(): value for value, sign in enumerate(ALPHABET) if sign.isalpha()
}
_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Pd"})
"""Categories of what people and programs put between characters: blanks, dashes, marks that nobody sees."""


def new_key(choose: Callable[[str], str]) -> str:
    """A new key; `choose` picks one of these characters, as nobody can foresee: `secrets.choice`, or `drawn_from`."""
    return "-".join(_with_check("".join(choose(ALPHABET) for _ in _PLACES[1:]), n) for n in range(1, GROUPS + 1))


def drawn_from(secret: bytes, what: str) -> Callable[[str], str]:
    """Picks that are the same again for the same secret and `what`, and as good as by lot for who lacks the secret."""

    def drawn() -> Iterator[int]:
        for number in itertools.count():
            yield from hmac.digest(secret, f"{number}:{what}".encode(), "sha256")

    numbers = drawn()

    def choose(signs: str) -> str:
        whole = 256 - 256 % len(signs)  # what is above would make some of the signs likelier than others
        return signs[next(number for number in numbers if number < whole) % len(signs)]

    return choose


def normal(text: str) -> str | None:
    """The key in its one spelling; None for what is none: another length, another character, a wrong check.

    Case, blanks and dashes do not matter, nor whose digits were typed. Look-alikes are not guessed at.
    """
    groups = _groups(text)
    if groups is None or _wrong(groups):
        return None
    return "-".join(groups)


def wrong_groups(text: str) -> tuple[int, ...]:
    """Which groups are not right, counted from 1; those missing or too many count too. For staff alone."""
    groups = _groups(text, by_separator=True)
    return _wrong(groups) if groups is not None else tuple(range(1, GROUPS + 1))


def masked(key: str) -> str:
    """What of a key may stand in logs, events and lists of staff: its last characters.

    Of a short one, which only a vendor's own table has, it is a quarter.
    """
    if len(key) > 2 * IN_GROUP:
        return f"…-{key[-IN_GROUP:]}"
    return f"…{key[len(key) - len(key) // 4 :]}"


def _with_check(drawn: str, number: int) -> str:
    rest = _sum(drawn, number)
    return drawn + ALPHABET[-rest % len(ALPHABET)]


def _sum(signs: str, number: int) -> int:
    """What a group and its number come to; a multiple of 31 where all of it is right."""
    return _GROUP * number + sum(
        weight * _VALUES[sign] for weight, sign in zip(_PLACES, signs, strict=False) if sign in _VALUES
    )


def _wrong(groups: list[str]) -> tuple[int, ...]:
    missing = range(len(groups) + 1, GROUPS + 1)
    found = [number for number, group in enumerate(groups, start=1) if not _right(group, number)]
    return (*found, *missing)


def _right(group: str, number: int) -> bool:
    return (
        number <= GROUPS
        and len(group) == IN_GROUP
        and all(sign in ALPHABET for sign in group)
        and _sum(group, number) % len(ALPHABET) == 0
    )


def _groups(text: str, *, by_separator: bool = False) -> list[str] | None:
    """What was typed, in groups of five characters; None where it is far too long.

    `by_separator` takes the groups as they were written, where they were: what is missing in one shifts no other.
    """
    if len(text) > LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text)
    parts = "".join(" " if unicodedata.category(sign) in _UNSEEN else _typed(sign) for sign in plain).split()
    whole = "".join(parts)
    if by_separator and len(parts) > 1:
        return parts
    return [whole[start : start + IN_GROUP] for start in range(0, len(whole), IN_GROUP)]


def _typed(sign: str) -> str:
    """A character as keys have it: a capital, anybody's digits as ours. One that no key has stays as it is."""
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    return ALPHABET[_VALUES[sign]] if sign in _VALUES else sign
