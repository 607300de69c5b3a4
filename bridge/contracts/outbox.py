"""What waits to be told: events for plugins, and the plugins' own messages."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from bridge.domain.accounts import Owner
from bridge.domain.events import Event


class Outbox(Protocol):
    def add(self, events: Iterable[Event]) -> None:
        """Tell plugins after the commit, at least once."""
        ...

    def follow(self, store: str, was: Owner, now: Owner) -> None:
        """An account has another owner now: what has not been told of it is told of that one (rule D3)."""
        ...

    def told_under(self, prefix: str) -> Mapping[str, datetime]:
        """The keys that begin so, of events of the last thirty days, each with when it happened."""
        ...

    def release(self, store: str) -> int:
        """Tell what was held after a restore. Returns how many events that are."""
        ...

    def drop(self, store: str) -> int:
        """Never tell what was held after a restore. Returns how many events that are."""
        ...


class Deliveries(Protocol):
    """The plugins' messages, as far as others than their plugins decide about them."""

    def follow(self, store_name: str, was: Owner, now: Owner) -> None:
        """An account has another owner now: messages on their way to the former one are for that one (rule D3)."""
        ...

    def release(self, store_name: str) -> int:
        """Deliver what was held after a restore. Returns how many messages that are."""
        ...

    def drop(self, store_name: str) -> int:
        """Never deliver what was held after a restore. Returns how many messages that are."""
        ...
