"""Coins, their packages, and guests' orders that somebody claims. Amounts are coins."""

from dataclasses import dataclass
from datetime import datetime

from bridge.domain.events.event import CustomerEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinsChanged(CustomerEvent):
    """One account's coins changed because of one order, or by staff when `order_id` is None.

    `usable_until` is the last second of the package it is about, where it is about one.
    """

    order_id: int | None
    plan: str | None
    coins: int
    usable_until: datetime | None = None


class CoinsGranted(CoinsChanged):
    """`coins` were granted as a new package."""

    __slots__ = ()


REVOKED, CHARGEBACK = "revoked", "chargeback"
"""Why coins were taken back: the order owes less, or the bank took its payment back, which pauses the account too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinsRevoked(CoinsChanged):
    """`coins` (a positive number) were taken back; `reason` is a stable word, `REVOKED` or `CHARGEBACK` (rule C14)."""

    reason: str = REVOKED


class CoinsReinstated(CoinsChanged):
    """`coins` of an earlier revocation were given back."""

    __slots__ = ()


class CoinsCorrected(CoinsChanged):
    """Staff corrected the account by `coins`, which may be negative (rule C15)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageExpiring(CustomerEvent):
    """`coins` of a package can be used only until `usable_until`, `days` days after `at`.

    `instead_of` are earlier reminders, in days, that were due while nobody could send them.
    """

    package_id: int
    coins: int
    days: int
    usable_until: datetime
    instead_of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageExpired(CustomerEvent):
    """`coins` of a package were forfeited at its end; `instead_of` as with `PackageExpiring`."""

    package_id: int
    coins: int
    available: int
    usable_until: datetime
    instead_of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceLow(CustomerEvent):
    """Less than a part of the newest package, of `of` coins, is available (rule C17)."""

    available: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestClaimed(CustomerEvent):
    """Somebody who is logged in claims a guest's order: its code goes to the order's address (rule C19).

    `owner` is the guest order. The code itself is no part of the event; the office gives it to whoever mails it.
    """

    claim_id: int
    order_id: int
    language: str
