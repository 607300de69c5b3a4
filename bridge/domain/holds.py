"""Holds: coins reserved by an approved quote, until they are spent or given back (rules C4, C5, C7).

A hold names amounts by package, in the order in which packages pay. Settling takes them in that order, the rest returns
to the packages it came from; what returns to a package that has ended meanwhile, or was revoked, is gone at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bridge.domain.ledger import Entry, EntryKind, Posting
from bridge.domain.packages import Package, available, burn_down_order
from bridge.errors import ImpossibleAmount, NotEnoughCoins


class Part(NamedTuple):
    """Coins held in one package."""

    package_id: int
    coins: int


FOR_GOOD = ":for_good"
"""The end of such a revocation's key, see `is_for_good`."""
Hold = tuple[Part, ...]
"""What is held for one quote, in the order in which it is spent."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What an entry about a hold belongs to. `key` begins the keys of its entries; it names the quote's version.

    `up_at` is when the desk was last up, where staff act while it is down: what ended since is not over yet (rule C5).
    """

    key: str
    account_id: int
    quote_id: int
    ticket_id: int
    at: datetime
    staff: str | None = None
    up_at: datetime | None = None

    def entry(self, what: str, kind: EntryKind, postings: Iterable[Posting], reason: str) -> Entry:
        """One entry of that cause."""
        return Entry(
            key=f"{self.key}:{what}",
            account_id=self.account_id,
            kind=kind,
            at=self.at,
            postings=tuple(postings),
            reason=reason,
            staff=self.staff,
            quote_id=self.quote_id,
            ticket_id=self.ticket_id,
        )


@dataclass(frozen=True, slots=True)
class Movement:
    """Entries to be booked together, and the packages that a rule marked besides their coins, by id."""

    entries: tuple[Entry, ...]
    packages: Mapping[int, Package]


def total(hold: Hold) -> int:
    """Coins held."""
    return sum(part.coins for part in hold)


def reserve(packages: Iterable[Package], coins: int, cause: Cause, *, reason: str) -> tuple[Entry, Hold]:
    """Hold `coins` in burn-down order out of what can be spent at that moment (rules C4, C5).

    Raises `NotEnoughCoins` where fewer are available; nothing is held then (rule C10).
    """
    usable = [package for package in burn_down_order(packages) if package.usable(cause.at)]
    if available(usable, cause.at) < coins:
        raise NotEnoughCoins(f"account {cause.account_id}", needed=coins, available=available(usable, cause.at))
    hold, missing = [], coins
    for package in usable:
        part = min(package.unheld, missing)
        if part > 0:
            hold.append(Part(package.id, part))
            missing -= part
    postings = (Posting(part.package_id, 0, part.coins) for part in hold)
    return cause.entry("hold", EntryKind.HOLD, postings, reason), tuple(hold)


def spend(
    packages: Mapping[int, Package], hold: Hold, spent: int, cause: Cause, *, reason: str, released: str
) -> Movement:
    """Settle `spent` coins of a hold and give the rest back (rule C7); `reason` and `released` say why of each.

    Raises `ImpossibleAmount` for more than is held, or fewer than none.
    """
    if not 0 <= spent <= total(hold):
        raise ImpossibleAmount(f"spent: must be between 0 and the {total(hold)} coins held, not {spent}")
    taken, rest = _split(hold, spent)
    entries = []
    if taken:
        postings = (Posting(part.package_id, -part.coins, -part.coins) for part in taken)
        entries.append(cause.entry("settle", EntryKind.SETTLE, postings, reason))
    given_back = give_back(packages, rest, cause, kind=EntryKind.RELEASE, reason=released)
    return Movement((*entries, *given_back.entries), given_back.packages)


def give_back(
    packages: Mapping[int, Package], hold: Hold, cause: Cause, *, kind: EntryKind, reason: str, anew: bool = False
) -> Movement:
    """Release a hold, or void it: its coins return to their packages.

    What returns to a package past its end is forfeited, to a revoked one revoked, at once (rule C5). Where such coins
    are granted `anew`, a revoked package loses them for good: a reinstatement would give them a second time.
    """
    if not hold:
        return Movement((), {})
    postings = (Posting(part.package_id, 0, -part.coins) for part in hold)
    entries = [cause.entry(str(kind), kind, postings, reason)]
    marked: dict[int, Package] = {}
    for part in hold:
        package = packages[part.package_id]
        lost = Posting(part.package_id, -part.coins)
        if package.revoked:
            if not anew:
                marked[package.id] = package._replace(taken=package.taken + part.coins)
            what = f"{kind}:revoke:{package.id}" + FOR_GOOD * anew
            entries.append(cause.entry(what, EntryKind.REVOKE, [lost], f"package {package.id} had been revoked"))
        elif not package.usable(cause.up_at or cause.at):
            what = f"{kind}:forfeit:{package.id}"
            entries.append(cause.entry(what, EntryKind.FORFEIT, [lost], f"package {package.id} had ended"))
    return Movement(tuple(entries), marked)


def is_for_good(key: str) -> bool:
    """Whether this is the key of a revocation that no reinstatement gives back, because its coins were granted anew."""
    return key.endswith(FOR_GOOD)


def lost(movement: Movement) -> int:
    """Coins that came free in a movement and were gone at once: their packages had ended or were revoked (rule C5)."""
    return -sum(entry.posted for entry in movement.entries if entry.kind in (EntryKind.FORFEIT, EntryKind.REVOKE))


def without(hold: Hold, package_ids: Iterable[int]) -> tuple[Hold, Hold]:
    """A hold parted in two: what it has in other packages, and what it has in these (rule C14)."""
    those = frozenset(package_ids)
    kept = tuple(part for part in hold if part.package_id not in those)
    return kept, tuple(part for part in hold if part.package_id in those)


def _split(hold: Sequence[Part], coins: int) -> tuple[Hold, Hold]:
    """The first `coins` coins of a hold, and the rest."""
    taken, rest = [], []
    for part in hold:
        now = min(part.coins, coins)
        coins -= now
        if now:
            taken.append(Part(part.package_id, now))
        if part.coins > now:
            rest.append(Part(part.package_id, part.coins - now))
    return tuple(taken), tuple(rest)
