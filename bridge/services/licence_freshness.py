"""Since when a store's shop could not be read, and whether what it last said may be held against anybody (rule L7).

Believes: what a customer has paid meanwhile is in the shop and not here. For three days the last known state serves;
after that an end that is known here may have been moved there, so a licence that seems to have ended is unverified and
accepted. While the desk itself was down nothing was read either: then its last heartbeat counts.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bridge.contracts.desk import Tx

SERVES = timedelta(hours=72)
"""So long the last known state is as good as the shop's word."""


def begin(tx: Tx, stores: Iterable[str]) -> None:
    """The daemon starts: until a shop is read, it counts as lost since the last heartbeat."""
    beat = tx.downtimes.last_beat()
    for name in stores:
        if beat is not None:
            shop_lost(tx, name, at=beat)


def shop_lost(tx: Tx, store: str, *, at: datetime) -> None:
    """The shop can't be read; since when that is so only its first failure says."""
    state = tx.stores.get(store)
    if state.lost_since is None:
        tx.stores.save(replace(state, lost_since=at))


def shop_found(tx: Tx, store: str) -> None:
    """The shop has been read."""
    state = tx.stores.get(store)
    if state.lost_since is not None:
        tx.stores.save(replace(state, lost_since=None))


def serves(lost_since: datetime | None, at: datetime) -> bool:
    """Whether the last known state of a shop that was lost then still serves."""
    return lost_since is None or at - lost_since <= SERVES


def is_fresh(tx: Tx, store: str, *, at: datetime) -> bool:
    """Whether what the store's shop last said still serves."""
    return serves(tx.stores.get(store).lost_since, at)
