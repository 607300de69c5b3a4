"""What is not as it must be, found one by one: where, what was to be expected, what was found instead."""

from dataclasses import dataclass, field
from typing import NamedTuple

MOST_LISTED = 1000
"""Differences that are listed; of a desk that is wrong everywhere the rest is only counted."""


class Difference(NamedTuple):
    """One thing that is not as it must be: where, what was to be expected, what was found."""

    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, found {self.found}"


@dataclass(slots=True)
class Findings:
    """Differences as they are found."""

    listed: list[Difference] = field(default_factory=list)
    unlisted: int = 0

    def expect(self, where: str, expected: object, found: object) -> None:
        """Note a difference where the two are not equal."""
        if expected == found:
            return
        if len(self.listed) < MOST_LISTED:
            self.listed.append(Difference(where, str(expected), str(found)))
        else:
            self.unlisted += 1
