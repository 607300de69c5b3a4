"""What every event carries."""

from dataclasses import dataclass
from datetime import datetime

from bridge.domain.accounts import Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a store at a moment."""

    key: str
    store: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEvent(Event):
    """Something that happened to one customer's account."""

    owner: Owner
