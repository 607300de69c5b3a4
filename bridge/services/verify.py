"""Are the books right? Everything that is kept beside the entries is worked out from them again (rule C16).

Entries are the truth: they are written once and never changed. Packages and accounts are their sums. One account is
looked at after the other, its entries a page at a time, so a desk of any size is verified in the same memory.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from bridge.contracts.desk import NumberedEntry, Tx
from bridge.domain.accounts import Account
from bridge.domain.ledger import EntryKind
from bridge.domain.packages import Package
from bridge.domain.purchases import Purchase, unit_key
from bridge.services.entries import ENTRY_PAGE

ACCOUNT_PAGE = 200
MOST_LISTED = 1000
"""Differences that are listed; of a desk that is wrong everywhere the rest is only counted."""


class Difference(NamedTuple):
    """One thing that is not as it must be: where, what was to be expected, what was found."""

    where: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, in numbers, and what is wrong. `coins` and `held` are those on the accounts themselves."""

    accounts: int = 0
    entries: int = 0
    packages: int = 0
    coins: int = 0
    held: int = 0
    differences: tuple[Difference, ...] = ()
    unlisted: int = 0

    @property
    def right(self) -> bool:
        """Whether nothing differs."""
        return not self.differences

    def plus(self, other: "Verified") -> "Verified":
        """Two parts together; no more than `MOST_LISTED` differences stay listed."""
        differences = self.differences + other.differences
        return Verified(
            self.accounts + other.accounts,
            self.entries + other.entries,
            self.packages + other.packages,
            self.coins + other.coins,
            self.held + other.held,
            differences[:MOST_LISTED],
            self.unlisted + other.unlisted + len(differences[MOST_LISTED:]),
        )


def verify(tx: Tx, store: str) -> Verified:
    """Work the store's packages and accounts out from their entries again, and list what differs."""
    whole, last = Verified(), 0
    while page := tx.accounts.page(store, after=last, limit=ACCOUNT_PAGE):
        whole = whole.plus(verify_accounts(tx, store, page))
        last = page[-1].id
    return whole.plus(verify_nothing_is_left_over(tx, store))


def verify_accounts(tx: Tx, store: str, accounts: Sequence[Account]) -> Verified:
    """Verify some accounts of a store, as they are in this transaction."""
    packages = tx.ledger.packages_of(account.id for account in accounts)
    units = [one.unit.order_id for mine in packages.values() for one in mine if one.unit]
    purchases = tx.purchases.of_orders(store, units)
    findings = _Findings()
    entries = 0
    for account in accounts:
        mine = {package.id: package for package in packages.get(account.id, ())}
        entries += _verify_account(tx, store, account, mine, purchases, findings)
    return Verified(
        accounts=len(accounts),
        entries=entries,
        packages=sum(map(len, packages.values())),
        coins=sum(account.posted for account in accounts),
        held=sum(account.held for account in accounts),
        differences=tuple(findings.listed),
        unlisted=findings.unlisted,
    )


def verify_nothing_is_left_over(tx: Tx, store: str) -> Verified:
    """Find packages and entries that no account is responsible for."""
    packages, entries = tx.ledger.strays(store)
    findings = _Findings()
    for what, strays in (("package", packages), ("entry", entries)):
        for number in strays:
            findings.expect(f"{what} {number}", "an account of the store", "no such account")
    return Verified(differences=tuple(findings.listed), unlisted=findings.unlisted)


@dataclass(slots=True)
class _Findings:
    """Differences as they are found."""

    listed: list[Difference] = field(default_factory=list)
    unlisted: int = 0

    def expect(self, where: str, expected: object, found: object) -> None:
        if expected == found:
            return
        if len(self.listed) < MOST_LISTED:
            self.listed.append(Difference(where, str(expected), str(found)))
        else:
            self.unlisted += 1


@dataclass(slots=True)
class _Sums:
    """What the entries of one account say about one of its packages, in coins."""

    posted: int = 0
    held: int = 0
    granted: int = 0
    revoked: int = 0
    grant_key: str = ""

    def add(self, key: str, kind: EntryKind, posted: int, held: int) -> None:
        if not self.grant_key:
            self.granted, self.grant_key = posted, key
        self.posted += posted
        self.held += held
        if kind in {EntryKind.REVOKE, EntryKind.REINSTATE}:
            self.revoked -= posted


def _verify_account(
    tx: Tx,
    store: str,
    account: Account,
    packages: Mapping[int, Package],
    purchases: Mapping[int, Purchase],
    findings: _Findings,
) -> int:
    """Compare one account; returns how many entries it has."""
    sums, count = _replay(_entries(tx, account), account, packages, findings)
    where = str(account.owner)
    findings.expect(f"{where}: number of entries", count, account.entries)
    posted, held = sum(one.posted for one in sums.values()), sum(one.held for one in sums.values())
    findings.expect(f"{where}: balance", _coins(posted, held), _coins(account.posted, account.held))
    in_packages = _coins(sum(one.posted for one in packages.values()), sum(one.held for one in packages.values()))
    findings.expect(f"{where}: sum of its packages", _coins(account.posted, account.held), in_packages)
    for package in packages.values():
        _verify_package(store, where, package, sums.get(package.id, _Sums()), purchases, findings)
    return count


def _entries(tx: Tx, account: Account) -> Iterator[NumberedEntry]:
    """All that are there, also where numbers are missing."""
    last = 0
    while page := tx.ledger.entries_of(account.id, after=last, limit=ENTRY_PAGE):
        yield from page
        last = page[-1].number


def _replay(
    entries: Iterable[NumberedEntry], account: Account, packages: Mapping[int, Package], findings: _Findings
) -> tuple[dict[int, _Sums], int]:
    """Add the entries up one by one; after each, no package may be overdrawn (rule C4)."""
    sums: dict[int, _Sums] = {}
    count = posted = held = 0
    for one in entries:
        count += 1
        where = f"{account.owner}: entry {one.number}"
        findings.expect(f"{where}: place in its account", count, one.number)
        posted, held = posted + one.entry.posted, held + one.entry.held
        findings.expect(f"{where}: balance after it", _coins(posted, held), _coins(one.posted_after, one.held_after))
        for posting in one.entry.postings:
            if posting.package_id not in packages:
                findings.expect(where, "packages of the account alone", f"package {posting.package_id}")
            mine = sums.setdefault(posting.package_id, _Sums())
            mine.add(one.entry.key, one.entry.kind, posting.posted, posting.held)
            if not 0 <= mine.held <= mine.posted:
                overdrawn = f"package {posting.package_id} with {_coins(mine.posted, mine.held)}"
                findings.expect(where, "0 <= held <= posted in every package", overdrawn)
    return sums, count


def _verify_package(
    store: str,
    account: str,
    package: Package,
    sums: _Sums,
    purchases: Mapping[int, Purchase],
    findings: _Findings,
) -> None:
    where = f"{account}: package {package.id}"
    findings.expect(f"{where}: coins", _coins(sums.posted, sums.held), _coins(package.posted, package.held))
    findings.expect(f"{where}: size when granted", sums.granted, package.coins)
    taken = sums.revoked if package.revoked else 0
    findings.expect(f"{where}: taken by its last revocation", taken, package.taken)
    if package.revoked:
        findings.expect(f"{where}: unheld coins of a revoked package", 0, package.unheld)
    else:
        findings.expect(f"{where}: revoked and not given back", 0, sums.revoked)
    if package.unit is not None:
        findings.expect(f"{where}: key of its grant", unit_key(store, package.unit), sums.grant_key)
        purchase = purchases.get(package.unit.order_id)
        bought_for = purchase.account_id if purchase else "no order that is remembered"
        findings.expect(f"{where}: account of order {package.unit.order_id}", package.account_id, bought_for)


def _coins(posted: int, held: int) -> str:
    return f"{posted} coins posted, {held} held"
