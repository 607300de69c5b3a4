"""Licences: what becomes of one, and its end."""

from dataclasses import dataclass
from datetime import datetime

from bridge.domain.events.event import CustomerEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutLicence(CustomerEvent):
    """Something about one licence of a product, which counts until the end of a day; None for good.

    `goes_on` says that the extension may be used beyond that day: then it is help with it that ends. The licence's own
    key is no part of the event: whoever needs it asks the desk.
    """

    licence_id: int
    product: str
    until: datetime | None
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceChanged(AboutLicence):
    """It was issued, suspended, reinstated, renewed, assigned or released, which is `change` (rules L1, L5).

    `reason` is a stable word for why it was suspended (refunded, chargeback, ...), empty for all else.
    """

    change: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceExpiring(AboutLicence):
    """It ends in `days` days. `instead_of` as with `PackageExpiring`."""

    days: int
    instead_of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceExpired(AboutLicence):
    """It has ended, days of grace included. `instead_of` as with `PackageExpiring`."""

    instead_of: tuple[int, ...] = ()
