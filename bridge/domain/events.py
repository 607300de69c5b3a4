"""Events: what plugins are told after it has been committed.

Each carries a key that is the same at every delivery, so that a receiver can recognise a repeat.
Amounts are coins; ids are the shop's own.
"""

from dataclasses import dataclass
from datetime import datetime

from bridge.domain.accounts import Owner


@dataclass(frozen=True, slots=True)
class CoinsChanged:
    """One account's coins changed because of one order, or by staff when `order_id` is None."""

    key: str
    store: str
    owner: Owner
    order_id: int | None
    plan: str | None
    coins: int
    at: datetime


class CoinsGranted(CoinsChanged):
    """`coins` were granted as a new package."""

    __slots__ = ()


class CoinsRevoked(CoinsChanged):
    """`coins` (a positive number) were taken back."""

    __slots__ = ()


class CoinsReinstated(CoinsChanged):
    """`coins` of an earlier revocation were given back."""

    __slots__ = ()


class CoinsCorrected(CoinsChanged):
    """Staff corrected the account by `coins`, which may be negative (rule C15)."""

    __slots__ = ()


Event = CoinsGranted | CoinsRevoked | CoinsReinstated | CoinsCorrected
EVENTS: dict[str, type[CoinsChanged]] = {
    "coins_granted": CoinsGranted,
    "coins_revoked": CoinsRevoked,
    "coins_reinstated": CoinsReinstated,
    "coins_corrected": CoinsCorrected,
}
"""Event types by the name they are stored under; the hook is `bridge_` + name."""
