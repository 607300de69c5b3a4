"""What the desk shows in a numbered table of the shop, a row each: which wait, which are there, which are kept back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)
ABOVE_ALL = 2**62
"""Above every number that is given out."""


class Numbered(Protocol):
    """What has a row under its `id`; `number` counts its changes and is the row's version."""

    @property
    def id(self) -> int: ...

    @property
    def number(self) -> int: ...


class ShownRows(Protocol[T_co]):
    """Rows of one kind, over one open transaction: tickets, quotes, licences, agreements or bills."""

    def waiting(self, store: str, limit: int) -> Sequence[T_co]:
        """Those whose newest state the shop does not have; not those that are kept back or held up."""
        ...

    def shown(self, store: str, *, after: int, limit: int) -> Sequence[T_co]:
        """Those with a number above `after` of which the shop has the newest state, ascending."""
        ...

    def pushed(self, numbers: Mapping[int, int]) -> None:
        """The shop has these in these versions of the row."""
        ...

    def touch(self, ids: Iterable[int]) -> None:
        """Show these anew."""
        ...

    def again(self, store: str) -> None:
        """Show everything of the store once more, but nothing that is kept back."""
        ...

    def not_shown(self, ids: Iterable[int]) -> frozenset[int]:
        """Those of which the shop has had nothing in this epoch."""
        ...

    def keep_back(self, ids: Iterable[int]) -> None:
        """Don't show these, whatever happens to them, until they are erased."""
        ...

    def hold_up(self, ids: Iterable[int]) -> None:
        """Don't show these until they are taken up: what the shop has of them can't be checked yet."""
        ...

    def take_up(self, store: str) -> int:
        """Show what was held up, as not shown yet. Returns how many."""
        ...

    def any_held_up(self, store: str) -> bool:
        """Whether any is held up."""
        ...

    def last_known(self) -> int:
        """The last number given out before the last restore, or at all where there was none, over all stores.

        What a lost desk gave out comes next.
        """
        ...
