"""What a server says of its version, and whether it is new enough.

MariaDB says "5.5.5-10.11.19-MariaDB" up to 10, with a number in front that only old copies of MySQL needed; MySQL and
those made from it say "8.0.36" or "5.7.44-48-log". What can't be understood is let in: it may be newer than this.
"""

import re
from typing import NamedTuple

MARIADB, MYSQL = "MariaDB", "MySQL"

OLDEST = {MARIADB: (10, 1, 1), MYSQL: (5, 7, 8)}
"""The first versions that end a statement of ours by themselves when we no longer wait for it."""

_FOR_OLD_COPIES = re.compile(r"5\.5\.5-(?=\d)")
_NUMBERS = re.compile(r"\d+(?:\.\d+){1,2}")


class ServerVersion(NamedTuple):
    kind: str
    numbers: tuple[int, ...]

    @property
    def too_old(self) -> bool:
        """Whether it can't bound a statement's time; a number that it leaves out counts as new enough."""
        return self.numbers < OLDEST[self.kind][: len(self.numbers)]

    def __str__(self) -> str:
        return f"{self.kind} {_dotted(self.numbers)}"


def parsed_version(text: str) -> ServerVersion | None:
    """The version in a server's greeting, None where it can't be understood."""
    stripped = _FOR_OLD_COPIES.sub("", text, count=1)
    found = _NUMBERS.match(stripped)
    if found is None:
        return None
    mariadb = stripped != text or MARIADB.lower() in text.lower()
    return ServerVersion(MARIADB if mariadb else MYSQL, tuple(map(int, found[0].split("."))))


def oldest_words() -> str:
    """What is needed, in words."""
    return " or ".join(f"{kind} {_dotted(numbers)}" for kind, numbers in OLDEST.items())


def _dotted(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))
