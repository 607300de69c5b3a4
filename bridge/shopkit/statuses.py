"""Which status ids grant and which revoke: the store's own list where it has one, else the platform's (rule C14).

Platforms put an id into both of their own lists (OpenCart's complete statuses can be configured freely); revoking wins
there. What a person wrote is never corrected silently: it must not contradict the rest.
"""

from dataclasses import dataclass

from bridge.contracts.shop import StoreConnection
from bridge.domain.orders import StatusSets
from bridge.shopkit.errors import refused


@dataclass(frozen=True, slots=True)
class PlatformStatuses:
    """What the platform itself would say."""

    granting: frozenset[int]
    revoking: frozenset[int]
    chargeback: frozenset[int] = frozenset()


def statuses_in_force(store: StoreConnection, platform: PlatformStatuses) -> StatusSets:
    """The sets in force. Raises `ShopRefused` for an id in both, and where nothing grants."""
    revoking = platform.revoking if store.revoking is None else store.revoking
    chargeback = platform.chargeback if store.chargeback is None else store.chargeback
    granting = store.granting
    if granting is None:
        granting = platform.granting - platform.revoking - platform.chargeback
        if not granting:
            raise refused(
                f"{store.store}: the shop names no status that means paid",
                "set coins.statuses.granting in the store's file",
            )
    try:
        return StatusSets.of(granting, revoking, chargeback)
    except ValueError as error:
        raise refused(
            f"{store.store}: coins.statuses: {error}; what the store's file leaves out comes from the shop",
            "name the status in only one of coins.statuses.granting, revoking and chargeback",
        ) from error


def unreadable_settings(store: StoreConnection) -> str:
    """The remedy where the shop's settings can't be read: the view, because the table behind it holds secrets."""
    return (
        f"have the database's owner make the settings view that this prints: bridge store prepare {store.store} "
        "--print; or set coins.statuses (granting, revoking, chargeback) in the store's file"
    )
