"""What a customer reads, in his language: gettext catalogs beside the code, the message itself being English.

A message is a whole sentence with named blanks, so that a translation may order them as its language does. Numbers in
the blanks appear in the language's own digits; those that count something have their thousands apart besides.
"""

from collections.abc import Iterable
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bridge.locale.numbers import Amount, grouped, in_digits

OURS = Path(__file__).parent / "catalogs"


class Catalog:
    """The translations in one folder, `ru.po` and `fa.po`; English needs none."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, GNUTranslations] = {}

    def say(self, language: str, message: str, **values: object) -> str:
        """The message in that language with its blanks filled in; English where it has no translation."""
        return _filled(language, message if language == "en" else self._of(language).gettext(message), values)

    def say_n(self, language: str, one: str, many: str, count: int, **values: object) -> str:
        """The message for `count` things, in the language's own plural form; `{count}` is among its blanks."""
        english = one if count == 1 else many
        form = english if language == "en" else self._of(language).ngettext(one, many, count)
        return _filled(language, form, {"count": Amount(count), **values})

    def missing(self, language: str, messages: Iterable[str]) -> list[str]:
        """Those of the messages that say the same in that language as in English: they have no translation."""
        return [one for one in messages if self._of(language).gettext(one) == one]

    def _of(self, language: str) -> GNUTranslations:
        if language not in self._read:
            compiled = BytesIO()
            with (self._folder / f"{language}.po").open("rb") as file:
                write_mo(compiled, read_po(file, locale=language, abort_invalid=True))
            compiled.seek(0)
            self._read[language] = GNUTranslations(compiled)
        return self._read[language]


@cache
def _ours() -> Catalog:
    return Catalog(OURS)


def say(language: str, message: str, **values: object) -> str:
    """One of the bridge's own messages, see `Catalog.say`."""
    return _ours().say(language, message, **values)


def say_n(language: str, one: str, many: str, count: int, **values: object) -> str:
    """One of the bridge's own messages about a number of things, see `Catalog.say_n`."""
    return _ours().say_n(language, one, many, count, **values)


def _filled(language: str, form: str, values: dict[str, object]) -> str:
    return form.format(**{name: _shown(language, value) for name, value in values.items()})


def _shown(language: str, value: object) -> str:
    """A value in a blank: an `Amount` as one, another number, which is a name, in digits alone, the rest as it is."""
    if isinstance(value, Amount):
        return grouped(language, value)
    return in_digits(language, str(value)) if isinstance(value, int) else str(value)
