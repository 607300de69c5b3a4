"""Prices as the shop was told of them, and rights that were redeemed (rules C13 and P2)."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, Protocol

from bridge.domain.rights import Redemption


class PriceRow(NamedTuple):
    """A price as the shop was last told of it; `terms` is the JSON of what is shown."""

    code: str
    terms: str
    listed: bool
    number: int


class Prices(Protocol):
    def all(self, store: str) -> dict[str, PriceRow]: ...

    def save(self, store: str, code: str, *, terms: str, listed: bool) -> None: ...

    def waiting(self, store: str, limit: int) -> list[PriceRow]: ...

    def pushed(self, store: str, numbers: Mapping[str, int]) -> None: ...

    def again(self, store: str) -> None: ...


class Redemptions(Protocol):
    def add(self, store: str, redemption: Redemption, *, at: datetime) -> None: ...

    def find(self, store: str, right: str, domain: str) -> Redemption | None: ...

    def of_account(self, account_id: int) -> list[tuple[Redemption, datetime]]: ...

    def licence(self, store: str, right: str, domain: str, reference: str) -> None:
        """Record the licence's reference (rule P2)."""
        ...
