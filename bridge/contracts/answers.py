"""What became of inbox rows, as customers are answered."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one inbox row, as the customer is answered. `document` has the text by language and data.

    `posted_at` is when it was sent by the page's clock, None where the row did not say so as agreed on.
    """

    uuid: str
    customer_id: int
    received_at: datetime
    kind: str
    outcome: str
    code: str
    document: Mapping[str, Any]
    number: int = 1
    posted_at: datetime | None = None

    @property
    def accepted(self) -> bool:
        """Whether what the customer asked for was done."""
        return self.outcome == "accepted"


class Answers(Protocol):
    """What was done with inbox rows; a UUID is done once."""

    def known(self, store: str, uuids: Iterable[str]) -> frozenset[str]: ...

    def add(self, store: str, answer: Answer) -> None: ...

    def get(self, store: str, uuid: str) -> Answer | None: ...

    def pace(
        self,
        store: str,
        customer_id: int,
        window: timedelta,
        *,
        received_at: datetime,
        posted_at: datetime,
        kinds: Collection[str] = (),
        codes: Collection[str] = (),
    ) -> int:
        """How many actions of a customer were received in the `window` up to then, and sent in that up to `posted_at`.

        Both count: what was sent over hours in which the desk was off is received at once, and the page's clock may
        stand still. The ends matter: a clock that was put back leaves some that are still to come. With `kinds` or
        `codes` only accepted ones count that are of these kinds, or that were answered so.
        """
        ...

    def waiting(self, store: str, limit: int) -> list[Answer]: ...

    def shown(self, store: str, since: datetime, *, after: str, limit: int) -> list[Answer]:
        """Answers received since then, with a UUID above `after`, of which the shop has the newest state, ascending."""
        ...

    def pushed(self, store: str, numbers: Mapping[str, int]) -> None: ...

    def again(self, store: str, since: datetime) -> None:
        """Push the answers received since then once more."""
        ...

    def forget(self, store: str, before: datetime) -> int:
        """Forget those received before; the shop has forgotten their rows by then (rule D4)."""
        ...
