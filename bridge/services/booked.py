"""What booking did or would do, counted for people and for the fuse."""

from collections.abc import Iterable
from dataclasses import dataclass

from bridge.domain import licence_orders
from bridge.domain.events import CoinsChanged
from bridge.domain.purchases import Change, GrantUnit, ReinstateUnit, RevokeUnit


@dataclass(frozen=True, slots=True)
class Booked:
    """What a page did. Units are packages; coins are those that entries moved; `licences` are changes of licences.

    `payments` are orders that pay for premium time otherwise than before.
    `fused_units` are those that no person had let through before, booked or held back by the fuse: a pass in many pages
    adds them up (rule C2).
    """

    orders: int = 0
    granted_units: int = 0
    granted_coins: int = 0
    revoked_units: int = 0
    revoked_coins: int = 0
    reinstated_units: int = 0
    reinstated_coins: int = 0
    licences: int = 0
    issued_licences: int = 0
    payments: int = 0
    set_aside: int = 0
    fused_units: int = 0
    events: tuple[CoinsChanged, ...] = ()

    @property
    def units(self) -> int:
        """Grants, reinstatements and revocations together, of packages and licences."""
        return self.granted_units + self.revoked_units + self.reinstated_units + self.licences

    def plus(self, other: "Booked") -> "Booked":
        """Two pages together."""
        return Booked(
            self.orders + other.orders,
            self.granted_units + other.granted_units,
            self.granted_coins + other.granted_coins,
            self.revoked_units + other.revoked_units,
            self.revoked_coins + other.revoked_coins,
            self.reinstated_units + other.reinstated_units,
            self.reinstated_coins + other.reinstated_coins,
            self.licences + other.licences,
            self.issued_licences + other.issued_licences,
            self.payments + other.payments,
            self.set_aside + other.set_aside,
            self.fused_units + other.fused_units,
            self.events + other.events,
        )


def counted_up(changes: Iterable[Change]) -> Booked:
    """What these changes would move. Added up in plain integers: a first sync counts a page at a time."""
    units = {GrantUnit: 0, RevokeUnit: 0, ReinstateUnit: 0}
    coins = {GrantUnit: 0, RevokeUnit: 0, ReinstateUnit: 0}
    licences = issued = 0
    for change in changes:
        if type(change) in units:
            units[type(change)] += 1
        else:
            licences += 1
            issued += isinstance(change, licence_orders.IssueLicence)
        match change:
            case GrantUnit(terms=terms):
                coins[GrantUnit] += terms.coins
            case RevokeUnit(package=package):
                coins[RevokeUnit] += package.unheld
            case ReinstateUnit(package=package):
                coins[ReinstateUnit] += package.taken
    return Booked(
        granted_units=units[GrantUnit],
        granted_coins=coins[GrantUnit],
        revoked_units=units[RevokeUnit],
        revoked_coins=coins[RevokeUnit],
        reinstated_units=units[ReinstateUnit],
        reinstated_coins=coins[ReinstateUnit],
        licences=licences,
        issued_licences=issued,
    )
