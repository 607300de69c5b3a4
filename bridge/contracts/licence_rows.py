"""What the desk remembers of a vendor's own table of licences: each row as it was last read, and whose licence it is.

Nothing of it is personal: an address is a number by which an equal one is known (`address_mark`).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

UNLIKE_ANY = -1
"""The digest of a row that is to be read again, though it may not have changed."""
NOT_THERE = -2
"""The digest of a row that has gone, and whose licence goes on."""


class LicenceRow(NamedTuple):
    """A row of the table. `whose` is the customer it named, or the mark of the address, 0 before it was believed.

    `fault` is the kind of fault that it has now, empty for none, and `text` what is told of it.
    """

    id: int
    digest: int
    licence_id: int | None = None
    whose: int = 0
    fault: str = ""
    text: str = ""


class TableState(NamedTuple):
    """How far the table is known: the shape it was read by, and since when all of it has been read once."""

    shape: str = ""
    read_at: datetime | None = None


class Faults(NamedTuple):
    """The rows with one kind of fault: how many, and the first of them."""

    total: int
    first: tuple[LicenceRow, ...]


class LicenceRows(Protocol):
    def state(self, store: str) -> TableState: ...

    def save_state(self, store: str, state: TableState) -> None: ...

    def digests(self, store: str, *, after: int, until: int) -> dict[int, int]:
        """What is remembered of the rows above `after`, up to and with `until`."""
        ...

    def near_the_end(self, store: str, rows: int) -> int:
        """The id before the last so many rows that are known; what is below any id where there are fewer."""
        ...

    def of_rows(self, store: str, row_ids: Iterable[int]) -> dict[int, LicenceRow]: ...

    def of_licence(self, store: str, licence_id: int) -> LicenceRow | None:
        """The row that a licence comes from."""
        ...

    def unlinked(self, store: str) -> dict[int, list[int]]:
        """The licences that are nobody's yet, by the mark of the address that their rows name."""
        ...

    def save(self, store: str, rows: Iterable[LicenceRow]) -> None:
        """Remember these rows as they are, new or known."""
        ...

    def forget(self, store: str, row_ids: Iterable[int]) -> None: ...

    def read_again(self, store: str) -> None:
        """Let every row differ, so that each is read again."""
        ...

    def faults(self, store: str, limit: int) -> Mapping[str, Faults]:
        """The rows with a fault, by its kind, of each kind the first so many."""
        ...
