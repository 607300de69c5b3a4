"""Are the books right? Everything that is kept beside the entries is worked out from them again (rule C16).

Entries are the truth: they are written once and never changed. Packages and accounts are their sums. How a licence
stands follows from its history in the same way, and what premium time costs from what was worked. One
account is looked at after the other, its entries a page at a time, so a desk of any size is verified in the same
memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bridge.contracts.desk import Tx
from bridge.contracts.ledger import NumberedEntry
from bridge.domain.accounts import Account
from bridge.domain.holds import is_for_good
from bridge.domain.ledger import Entry, EntryKind, Posting
from bridge.domain.packages import Package
from bridge.domain.purchases import Purchase, unit_key
from bridge.domain.quotes import Quote
from bridge.services.entries import ENTRY_PAGE
from bridge.services.findings import MOST_LISTED, Difference, Findings
from bridge.services.guests import is_way_out, way_in, way_out
from bridge.services.verify_premium import verify_premium
from bridge.services.verify_quotes import QuoteSums, verify_quotes

ACCOUNT_PAGE = 200


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
    return whole.plus(verify_contacts(tx, store)).plus(verify_nothing_is_left_over(tx, store))


def verify_accounts(tx: Tx, store: str, accounts: Sequence[Account]) -> Verified:
    """Verify some accounts of a store, as they are in this transaction."""
    packages = tx.ledger.packages_of(account.id for account in accounts)
    quotes = tx.quotes.of_accounts(account.id for account in accounts)
    units = [one.unit.order_id for mine in packages.values() for one in mine if one.unit]
    purchases = tx.purchases.of_orders(store, units)
    findings = Findings()
    entries = 0
    for account in accounts:
        mine = {package.id: package for package in packages.get(account.id, ())}
        entries += _verify_account(tx, store, account, mine, quotes.get(account.id, ()), purchases, findings)
    _verify_licences(tx, accounts, findings)
    return Verified(
        accounts=len(accounts),
        entries=entries,
        packages=sum(map(len, packages.values())),
        coins=sum(account.posted for account in accounts),
        held=sum(account.held for account in accounts),
        differences=tuple(findings.listed),
        unlisted=findings.unlisted,
    )


def verify_contacts(tx: Tx, store: str) -> Verified:
    """What the store's contacts are charged for premium time follows from what was worked and agreed on (W5 to W8)."""
    findings, last = Findings(), 0
    while page := tx.contacts.page(store, after=last, limit=ACCOUNT_PAGE):
        verify_premium(tx, page, findings)
        last = page[-1].id
    return Verified(differences=tuple(findings.listed), unlisted=findings.unlisted)


def _verify_licences(tx: Tx, accounts: Sequence[Account], findings: Findings) -> None:
    """What is kept beside the histories of these accounts' licences follows from them."""
    for number, (follows, kept) in tx.licences.derived(account.id for account in accounts).items():
        for name, value in follows.items():
            findings.expect(f"licence {number}: {name}", value, kept[name])


def verify_nothing_is_left_over(tx: Tx, store: str) -> Verified:
    """Find packages and entries that no account is responsible for."""
    packages, entries = tx.ledger.strays(store)
    findings = Findings()
    for what, strays in (("package", packages), ("entry", entries)):
        for number in strays:
            findings.expect(f"{what} {number}", "an account of the store", "no such account")
    return Verified(differences=tuple(findings.listed), unlisted=findings.unlisted)


@dataclass(slots=True)
class _Sums:
    """What the entries say about one package, in coins; also those of the guest's account it came from.

    `moved` is the key of the entry by which it left the account, empty where it is still there (rule C19).
    """

    posted: int = 0
    held: int = 0
    granted: int = 0
    revoked: int = 0
    grant_key: str = ""
    extended: bool = False
    moved: str = ""

    def add(self, key: str, kind: EntryKind, posted: int, held: int) -> None:
        if not self.grant_key:
            self.granted, self.grant_key = posted, key
        self.posted += posted
        self.held += held
        self.extended = self.extended or kind is EntryKind.EXTEND
        self.moved = key if kind is EntryKind.TRANSFER and is_way_out(key) else ""
        if kind in {EntryKind.REVOKE, EntryKind.REINSTATE} and not is_for_good(key):
            self.revoked -= posted


@dataclass(slots=True)
class _Books:
    """What the entries of one account add up to: by package, by quote, and their number."""

    packages: dict[int, _Sums] = field(default_factory=dict)
    quotes: dict[int, QuoteSums] = field(default_factory=dict)
    count: int = 0


def _verify_account(
    tx: Tx,
    store: str,
    account: Account,
    packages: Mapping[int, Package],
    quotes: Sequence[Quote],
    purchases: Mapping[int, Purchase],
    findings: Findings,
) -> int:
    """Compare one account; returns how many entries it has."""
    books = _replay(tx, account, packages, findings)
    where = str(account.owner)
    findings.expect(f"{where}: number of entries", books.count, account.entries)
    sums = books.packages.values()
    posted, held = sum(one.posted for one in sums), sum(one.held for one in sums)
    findings.expect(f"{where}: balance", _coins(posted, held), _coins(account.posted, account.held))
    in_packages = _coins(sum(one.posted for one in packages.values()), sum(one.held for one in packages.values()))
    findings.expect(f"{where}: sum of its packages", _coins(account.posted, account.held), in_packages)
    for package in packages.values():
        _verify_package(store, where, package, books.packages.get(package.id, _Sums()), purchases, findings)
    verify_quotes(tx, where, packages, quotes, books.quotes, findings)
    return books.count


def _entries(tx: Tx, account_id: int) -> Iterator[NumberedEntry]:
    """All that are there, also where numbers are missing."""
    last = 0
    while page := tx.ledger.entries_of(account_id, after=last, limit=ENTRY_PAGE):
        yield from page
        last = page[-1].number


def _replay(tx: Tx, account: Account, packages: Mapping[int, Package], findings: Findings) -> _Books:
    """Add the entries up one by one; after each, no package may be overdrawn (rule C4)."""
    books = _Books()
    gone: dict[int, str] = {}
    posted = held = 0
    for one in _entries(tx, account.id):
        books.count += 1
        where = f"{account.owner}: entry {one.number}"
        findings.expect(f"{where}: place in its account", books.count, one.number)
        posted, held = posted + one.entry.posted, held + one.entry.held
        findings.expect(f"{where}: balance after it", _coins(posted, held), _coins(one.posted_after, one.held_after))
        if one.entry.kind is EntryKind.TRANSFER and not is_way_out(one.entry.key):
            _came(tx, one.entry, where, books, findings)
            continue
        if one.entry.quote_id is not None:
            books.quotes.setdefault(one.entry.quote_id, QuoteSums()).add(one.entry)
        for posting in one.entry.postings:
            if posting.package_id not in packages:
                gone.setdefault(posting.package_id, where)
            mine = books.packages.setdefault(posting.package_id, _Sums())
            mine.add(one.entry.key, one.entry.kind, posting.posted, posting.held)
            if not 0 <= mine.held <= mine.posted:
                overdrawn = f"package {posting.package_id} with {_coins(mine.posted, mine.held)}"
                findings.expect(where, "0 <= held <= posted in every package", overdrawn)
    for number, where in gone.items():
        mine = books.packages[number]
        if not (mine.moved and tx.ledger.recorded(way_in(mine.moved))):
            findings.expect(where, "packages of the account alone", f"package {number}")
    return books


def _came(tx: Tx, entry: Entry, where: str, books: _Books, findings: Findings) -> None:
    """A package that came from a guest's account with all that it had been through there (rule C19)."""
    left = tx.ledger.recorded(way_out(entry.key))
    findings.expect(f"{where}: counterpart", _mirrored(entry), _moves(left) if left else "no such entry")
    if left is None:
        return
    there = _Books()
    for one in _entries(tx, left.account_id):
        if one.entry.quote_id is not None:
            there.quotes.setdefault(one.entry.quote_id, QuoteSums()).add(one.entry)
        for posting in one.entry.postings:
            before = there.packages.setdefault(posting.package_id, _Sums())
            before.add(one.entry.key, one.entry.kind, posting.posted, posting.held)
    books.quotes = there.quotes | books.quotes
    for posting in entry.postings:
        mine = there.packages.get(posting.package_id, _Sums())
        mine.posted, mine.held, mine.moved = posting.posted, posting.held, ""
        books.packages[posting.package_id] = mine


def _moves(entry: Entry) -> str:
    return ", ".join(f"package {one.package_id}: {_coins(one.posted, one.held)}" for one in entry.postings)


def _mirrored(entry: Entry) -> str:
    return _moves(entry._replace(postings=tuple(Posting(one[0], -one[1], -one[2]) for one in entry.postings)))


def _verify_package(
    store: str,
    account: str,
    package: Package,
    sums: _Sums,
    purchases: Mapping[int, Purchase],
    findings: Findings,
) -> None:
    where = f"{account}: package {package.id}"
    findings.expect(f"{where}: coins", _coins(sums.posted, sums.held), _coins(package.posted, package.held))
    findings.expect(f"{where}: size when granted", sums.granted, package.coins)
    findings.expect(f"{where}: extended", "yes" if sums.extended else "no", "yes" if package.extended_to else "no")
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
