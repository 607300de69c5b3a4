"""What every package and quote must have, worked out anew and naively beside the books.

It shares no rule with the bridge: packages are piles of coins in a list, a hold is a note on each pile it draws on.
Where the bridge refuses, the model says so beforehand.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
HOLDING = ("approved", "started")


@dataclass
class Pile:
    """One package: coins that are free, held by quote, and taken by a revocation. `looked_after` until it has ended."""

    owner: int
    coins: int
    end: datetime
    granted_at: datetime
    unit: tuple[int, int] | None = None
    free: int = 0
    held: dict[int, int] = field(default_factory=dict)
    taken: int = 0
    revoked: bool = False
    revocation: int = 0
    looked_after: bool = True
    id: int = 0

    def usable(self, at: datetime) -> bool:
        return at.replace(microsecond=0) <= self.end

    def gets_back(self, coins: int, at: datetime, *, anew: bool = False) -> int:
        """Coins return out of a hold; how many of them are gone for good.

        The package has ended, or was revoked and its owner gets them `anew`.
        """
        if self.revoked and anew:
            return coins
        if self.revoked:
            self.taken += coins
        elif self.usable(at):
            self.free += coins
        else:
            return coins
        return 0

    @property
    def used(self) -> int:
        return self.coins - self.taken - self.free


@dataclass
class Promise:
    """One quote. `parts` are what it holds, in the order in which it is spent."""

    id: int
    owner: int
    ticket: int
    inspection: bool
    state: str
    version: int
    coins: int
    until: datetime
    parts: list[tuple[Pile, int]] = field(default_factory=list)
    spent: int | None = None
    agreed: bool = False
    charged: bool = False
    hashes: tuple[str, ...] = ()

    @property
    def held(self) -> int:
        return sum(coins for _, coins in self.parts)


@dataclass
class Bought:
    """One order: its plan's packages are units 1..n. `granted` once it has been paid.

    `charged_back` is what its status says, `disputed` what staff say besides.
    """

    owner: int
    coins: int
    end: datetime
    granted: bool = False
    charged_back: bool = False
    disputed: bool = False


class CoinModel:
    """The whole store."""

    def __init__(self) -> None:
        self.piles: list[Pile] = []
        self.promises: dict[int, Promise] = {}
        self.orders: dict[int, Bought] = {}
        self.frozen: set[int] = set()
        self.beat_at: datetime | None = None

    # --- coins ---

    def of(self, owner: int) -> list[Pile]:
        return [pile for pile in self.piles if pile.owner == owner]

    def available(self, owner: int, at: datetime) -> int:
        return sum(pile.free for pile in self.of(owner) if pile.usable(at))

    def give(self, owner: int, coins: int, end: datetime, at: datetime, unit: tuple[int, int] | None = None) -> None:
        self.piles.append(Pile(owner, coins, end, at, unit, free=coins))

    def take(self, owner: int, coins: int, at: datetime) -> list[tuple[Pile, int]]:
        """Take free coins: from what ends first, then what is oldest, then what came first."""
        parts = []
        mine = [(pile.end, pile.granted_at, number, pile) for number, pile in enumerate(self.of(owner))]
        for *_, pile in sorted(mine):
            now = min(pile.free, coins) if pile.usable(at) else 0
            if now:
                pile.free -= now
                coins -= now
                parts.append((pile, now))
        assert coins == 0
        return parts

    # --- quotes ---

    def hold(self, promise: Promise, at: datetime) -> None:
        promise.parts = self.take(promise.owner, promise.coins, at)
        for pile, coins in promise.parts:
            pile.held[promise.id] = coins
        promise.state, promise.agreed = "approved", True

    def let_go(self, promise: Promise, at: datetime, *, only: Iterable[Pile] | None = None, anew: bool = False) -> int:
        """Return what is held, or what is held in some packages; how many coins are gone for good."""
        wanted = None if only is None else [id(pile) for pile in only]
        kept, lost = [], 0
        for pile, coins in promise.parts:
            if wanted is not None and id(pile) not in wanted:
                kept.append((pile, coins))
                continue
            del pile.held[promise.id]
            lost += pile.gets_back(coins, at, anew=anew)
        promise.parts = kept
        return lost

    def settle(self, promise: Promise, spent: int, at: datetime) -> None:
        rest = spent
        parts, promise.parts = promise.parts, []
        for pile, coins in parts:
            del pile.held[promise.id]
            now = min(coins, rest)
            rest -= now
            pile.gets_back(coins - now, at)
        assert rest == 0
        promise.state, promise.spent = "settled", spent

    def cost_of_infeasible(self, promise: Promise, *, vendor: bool) -> tuple[int, Promise | None]:
        """What it costs, and the inspection of the same ticket that this rests on."""
        if vendor:
            return 0, None
        if promise.inspection:
            return min(promise.held, promise.coins), None
        for other in self.promises.values():
            stands = other.agreed and not other.charged and other.spent is None and other.state not in HOLDING
            if other.inspection and other.ticket == promise.ticket and stands:
                return min(promise.held, other.coins), other
        return 0, None

    def after_a_revision(self, promise: Promise, at: datetime) -> int:
        """What its owner can spend once nothing is held for it: what ended or was revoked meanwhile is given anew."""
        return self.available(promise.owner, at) + promise.held

    # --- orders ---

    def owes(self, number: int, units: int, at: datetime) -> None:
        """A paid order owes so many units: the last revoked come back first, the least used go first.

        One that staff have recorded as charged back owes nothing, whatever its status says.
        """
        order = self.orders[number]
        order.charged_back = False if order.granted else order.charged_back
        if order.disputed:
            return
        mine = self.units(number)
        active = [pile for pile in mine if not pile.revoked]
        if units > len(active):
            gone = sorted((p for p in mine if p.revoked), key=lambda pile: (-pile.revocation, pile.unit))
            for pile in gone[: units - len(active)]:
                pile.free += pile.taken
                pile.taken, pile.revoked, pile.looked_after = 0, False, True
            for unit in range(len(mine) + 1, units + 1 if len(mine) < units else 0):
                order.granted = True
                self.give(order.owner, order.coins, order.end, at, (number, unit))
        elif units < len(active):
            least_used = sorted(active, key=lambda pile: (pile.used, -(pile.unit or (0, 0))[1]))
            self.revoke(number, least_used[: len(active) - units])

    def revoke(self, number: int, piles: Iterable[Pile]) -> None:
        revocation = max((pile.revocation for pile in self.units(number)), default=0) + 1
        for pile in piles:
            pile.taken, pile.free = pile.free, 0
            pile.revoked, pile.revocation = True, revocation

    def charge_back(self, number: int, at: datetime) -> None:
        """The shop says that the bank took the money back; staff who had said so before have frozen it then."""
        self.take_back(number, at)
        order = self.orders[number]
        if not order.charged_back and not order.disputed:
            self.frozen.add(order.owner)
        order.charged_back = True

    def dispute(self, number: int, at: datetime) -> None:
        """Staff say that the bank took the money back."""
        self.take_back(number, at)
        order = self.orders[number]
        self.frozen.add(order.owner)
        order.disputed = True

    def take_back(self, number: int, at: datetime) -> None:
        """What is held in these packages is dropped, what is not started ends."""
        mine = self.units(number)
        for promise in self.promises.values():
            if any(pile is one for pile, _ in promise.parts for one in mine):
                started = promise.state == "started"
                self.let_go(promise, at, only=mine if started else None)
                if not started:
                    promise.state, promise.agreed = "released", False
        self.revoke(number, [pile for pile in mine if not pile.revoked])

    def units(self, number: int) -> list[Pile]:
        return [pile for pile in self.piles if pile.unit is not None and pile.unit[0] == number]

    # --- time ---

    def ends(self, at: datetime) -> None:
        """Whatever has ended by now loses what nobody holds."""
        for pile in self.piles:
            if pile.looked_after and not pile.usable(at):
                pile.free, pile.looked_after = 0, False

    def beat(self, at: datetime) -> None:
        """The desk is alive; what ended while it was silent for longer than two minutes ends a day from now."""
        since, self.beat_at = self.beat_at, at
        if since is None or at - since <= timedelta(minutes=2):
            return
        later = (at + DAY).replace(microsecond=0)
        for pile in self.piles:
            in_gap = since.replace(microsecond=0) <= pile.end <= at
            of_use = pile.free or pile.held or pile.unit is not None
            if in_gap and pile.looked_after and of_use and not pile.revoked:
                pile.end = later
        for promise in self.promises.values():
            if promise.state == "offered" and since.replace(microsecond=0) <= promise.until <= at:
                promise.until = later
