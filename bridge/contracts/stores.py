"""What the desk remembers about a store."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class FirstSync(StrEnum):
    """How far a store's first sync is (rule C2)."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class StoreState:
    """What the desk remembers about a store. `synced_to` is the last order id the first sync has booked.

    `confirmed_units` is the dry-run total staff have confirmed, `booked_units` what the first sync has booked of it.
    `page_terms` is a digest of the settings that account pages show; `statuses` says which statuses the orders were
    last read by, empty where that is not known; `licence_codes` which codes gave licences then, `licences_since` when
    the newest of them came. `lost_since` is when the shop could no longer be read, None while it can.
    """

    id: int
    name: str
    first_sync: FirstSync = FirstSync.PENDING
    confirmed_units: int = 0
    booked_units: int = 0
    synced_to: int = 0
    page_terms: str = ""
    statuses: str = ""
    licence_codes: tuple[str, ...] = ()
    licences_since: datetime | None = None
    lost_since: datetime | None = None


class Stores(Protocol):
    def get(self, name: str) -> StoreState:
        """The store's state; a store seen for the first time is recorded."""
        ...

    def save(self, state: StoreState) -> None: ...
