"""The ledger: entries that are written once and never changed, and the packages and accounts they add up to.

An entry says what happened (`kind`), why (`reason`, `order_id`, `staff`) and what it moved, split by package into
posted coins (owned) and held coins (reserved). Holding, settling and forfeiting are entries of the same shape.
Nothing here reads a clock: times are handed in. After every entry, per package and per account,
posted ≥ held ≥ 0 and the sum of the entries is the balance (rule C16).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from bridge.domain.packages import Package, available, burn_down_order
from bridge.errors import ImpossibleAmount, NotEnoughCoins


class EntryKind(StrEnum):
    GRANT = "grant"
    REVOKE = "revoke"
    REINSTATE = "reinstate"
    CORRECT = "correct"
    HOLD = "hold"
    SETTLE = "settle"
    RELEASE = "release"
    VOID = "void"
    FORFEIT = "forfeit"
    EXTEND = "extend"
    TRANSFER = "transfer"


class Posting(NamedTuple):
    """What one entry moves in one package, in coins: change of the posted and of the held amount."""

    package_id: int
    posted: int
    held: int = 0


class Entry(NamedTuple):
    """One entry. `key` is made of shop facts (or chosen by the caller), so that a repeat is recognised.

    `quote_id` and `ticket_id` say what coins were held, spent or given back for.
    """

    key: str
    account_id: int
    kind: EntryKind
    at: datetime
    postings: tuple[Posting, ...]
    reason: str = ""
    order_id: int | None = None
    staff: str | None = None
    quote_id: int | None = None
    ticket_id: int | None = None

    @property
    def posted(self) -> int:
        """Change of the account's posted coins."""
        return sum(posting.posted for posting in self.postings)

    @property
    def held(self) -> int:
        """Change of the account's held coins."""
        return sum(posting.held for posting in self.postings)

    @property
    def content(self) -> str:
        """What the entry says apart from when and in which package: equal for a repeat, different for an impostor."""
        order = f" for order {self.order_id}" if self.order_id is not None else ""
        quote = f" for quote {self.quote_id}" if self.quote_id is not None else ""
        moved = f"{self.posted:+d} coins ({self.held:+d} held)"
        return f"{self.kind} of {moved} on account {self.account_id}{order}{quote}"


def grant(
    package: Package,
    *,
    key: str,
    at: datetime,
    kind: EntryKind = EntryKind.GRANT,
    reason: str = "",
    staff: str | None = None,
) -> Entry:
    """Put a new package's coins on its account. Raises `ImpossibleAmount` for a package that already has coins."""
    if package.posted or package.held or package.coins < 1:
        raise ImpossibleAmount(f"package {package.id}: must be new and hold at least 1 coin to be granted")
    return Entry(
        key=key,
        account_id=package.account_id,
        kind=kind,
        at=at,
        postings=(Posting(package.id, package.coins),),
        reason=reason,
        order_id=package.unit.order_id if package.unit else None,
        staff=staff,
    )


def revoke(
    package: Package, *, key: str, at: datetime, reason: str, revocation: int | None = None, staff: str | None = None
) -> tuple[Entry | None, Package]:
    """Take a package's unheld rest; spent coins are not clawed back (rule C14).

    `revocation` is its number among its order's, by default the package's next. Returns the entry (None where nothing
    was left to take) and the package marked revoked, its coins not yet moved.
    """
    rest = package.unheld
    marked = package._replace(revoked=True, taken=rest, revocations=revocation or package.revocations + 1)
    entry = _moving(package, key=key, kind=EntryKind.REVOKE, at=at, posted=-rest, reason=reason, staff=staff)
    return entry, marked


def reinstate(package: Package, *, key: str, at: datetime, reason: str) -> tuple[Entry | None, Package]:
    """Give back what the last revocation took, with the old end (rule C14)."""
    marked = package._replace(revoked=False, taken=0)
    entry = _moving(package, key=key, kind=EntryKind.REINSTATE, at=at, posted=package.taken, reason=reason)
    return entry, marked


def forfeit(package: Package, *, key: str, at: datetime, reason: str) -> Entry | None:
    """Take the unheld rest of a package that has ended; held coins outlive it (rule C5). None where nothing is left.

    Raises `ImpossibleAmount` for a package that can still be used.
    """
    if package.usable(at):
        raise ImpossibleAmount(f"package {package.id}: can be used until {package.usable_until}, not forfeited at {at}")
    return _moving(package, key=key, kind=EntryKind.FORFEIT, at=at, posted=-package.unheld, reason=reason)


def extend(package: Package, until: datetime, *, key: str, at: datetime, reason: str) -> tuple[Entry, Package]:
    """Let a package be used until later: it moves no coins and says why (rule C5)."""
    entry = Entry(key, package.account_id, EntryKind.EXTEND, at, (Posting(package.id, 0),), reason)
    later = max(until, package.usable_until)
    return entry, package._replace(usable_until=later, extended_to=later)


def take(
    packages: Iterable[Package],
    coins: int,
    *,
    account_id: int,
    key: str,
    at: datetime,
    reason: str,
    staff: str,
) -> Entry:
    """Correct an account downwards by `coins`, from its packages in burn-down order (rules C4, C15).

    Raises `NotEnoughCoins` where fewer are available; nothing is taken then.
    """
    mine = [package for package in burn_down_order(packages) if package.usable(at)]
    if available(mine, at) < coins:
        raise NotEnoughCoins(f"account {account_id}", needed=coins, available=available(mine, at))
    postings, missing = [], coins
    for package in mine:
        part = min(package.unheld, missing)
        if part:
            postings.append(Posting(package.id, -part))
            missing -= part
    return Entry(
        key=key,
        account_id=account_id,
        kind=EntryKind.CORRECT,
        at=at,
        postings=tuple(postings),
        reason=reason,
        staff=staff,
    )


def post(packages: Mapping[int, Package], entry: Entry) -> list[Package]:
    """The packages an entry touches, after it.

    Raises `ImpossibleAmount` if one would break 0 ≤ held ≤ posted, or belongs to another account (rules C4, C16).
    """
    after = []
    for posting in entry.postings:
        package = packages[posting.package_id]
        posted, held = package.posted + posting.posted, package.held + posting.held
        if not 0 <= held <= posted or package.account_id != entry.account_id:
            raise ImpossibleAmount(
                f"entry {entry.key}: package {package.id} of account {package.account_id} "
                f"would have {posted} coins posted and {held} held"
            )
        after.append(package._replace(posted=posted, held=held))
    return after


def _moving(
    package: Package, *, key: str, kind: EntryKind, at: datetime, posted: int, reason: str, staff: str | None = None
) -> Entry | None:
    if posted == 0:
        return None
    return Entry(
        key=key,
        account_id=package.account_id,
        kind=kind,
        at=at,
        postings=(Posting(package.id, posted),),
        reason=reason,
        order_id=package.unit.order_id if package.unit else None,
        staff=staff,
    )
