"""Importing balances that were kept by hand: all of a table or nothing, and once however often it is read (rule C15).

Nobody is told: the customer hears of these coins when they are about to end (rule C2). What a line is recorded under is
made of what it says, or of its own key; a line that is recorded already is passed over, and one that says something
else under a key that is recorded is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from bridge.contracts.desk import Tx
from bridge.domain import ledger
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.importing import ImportLine
from bridge.domain.ledger import Entry
from bridge.domain.packages import Package
from bridge.errors import ImportRefused, ImpossibleAmount, WrongLine
from bridge.services import expiring
from bridge.services.coin_moves import note
from bridge.services.staff_coins import last_second
from bridge.services.staff_words import require_staff
from bridge.services.ticket_standing import stir

PAGE = 1_000
Item = TypeVar("Item")


class Customer(NamedTuple):
    """Whom the shop has under the name that a line gives: `born` tells him from a later customer of that number."""

    id: int
    born: int


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one line; `usable_until` is None for one that is recorded already."""

    line: ImportLine
    customer_id: int
    usable_until: datetime | None

    @property
    def new(self) -> bool:
        """Whether it will be, or was, booked now."""
        return self.usable_until is not None


@dataclass(frozen=True, slots=True)
class Imported:
    """A whole table: its lines in order."""

    lines: tuple[Planned, ...]

    @property
    def new(self) -> int:
        """How many lines are booked now; the others were before."""
        return sum(one.new for one in self.lines)

    @property
    def coins(self) -> int:
        """The coins of the lines that are booked now."""
        return sum(one.line.coins for one in self.lines if one.new)

    @property
    def customers(self) -> int:
        """How many customers get them."""
        return len({one.customer_id for one in self.lines if one.new})


def plan(
    tx: Tx, terms: DeskTerms, lines: Sequence[ImportLine], customers: Mapping[str, Customer], *, at: datetime
) -> Imported:
    """What would be booked. `customers` says whom each line's name means.

    Raises `ImportRefused` naming every line that can't be: equal ones, a day that is past, something else under a key
    that is recorded, a customer whose number had another's account.
    """
    wrong: list[WrongLine] = list(_twice(lines, customers))
    planned: list[Planned] = []
    for page in _pages(lines):
        found, refused = _planned(tx, terms, page, customers, at)
        planned += found
        wrong += refused
    if wrong:
        raise ImportRefused(tuple(sorted(wrong)))
    return Imported(tuple(planned))


def book(
    tx: Tx,
    terms: DeskTerms,
    lines: Sequence[ImportLine],
    customers: Mapping[str, Customer],
    *,
    by: str,
    at: datetime,
) -> Imported:
    """Book what is not recorded yet, each line as a package of its own; nobody is told. Raises as `plan`."""
    require_staff(by)
    whole = plan(tx, terms, lines, customers, at=at)
    for page in _pages([one for one in whole.lines if one.new]):
        _book_page(tx, terms, page, by=by, at=at)
    if whole.new:
        note(tx, terms.store, by, "import", "import", at, lines=whole.new, coins=whole.coins, customers=whole.customers)
    return whole


def _book_page(tx: Tx, terms: DeskTerms, page: Sequence[Planned], *, by: str, at: datetime) -> None:
    owners = [Owner(OwnerKind.CUSTOMER, one.customer_id) for one in page]
    accounts = tx.accounts.open(terms.store, owners)
    packages: dict[int, Package] = {}
    entries: list[Entry] = []
    for one, owner, number in zip(page, owners, tx.ledger.new_package_ids(len(page)), strict=True):
        assert one.usable_until is not None
        line = one.line
        package = Package(number, accounts[owner].id, line.plan, line.coins, at, one.usable_until)
        key = import_key(terms.store, line, one.customer_id)
        entries.append(ledger.grant(package, key=key, at=at, reason=line.reason, staff=by))
        packages[number] = package
    tx.ledger.append(terms.store, entries, packages, list(packages))
    expiring.arm_packages(tx, terms.store, packages.values(), at=at, reminder_days=terms.reminder_days)
    stir(tx, terms.store, {one.id for one in accounts.values()}, at=at)


def import_key(store: str, line: ImportLine, customer_id: int) -> str:
    """The idempotency key of a line's entry."""
    return f"{store}:import:{line.known_by(customer_id)}"


def _planned(
    tx: Tx, terms: DeskTerms, page: Sequence[ImportLine], customers: Mapping[str, Customer], at: datetime
) -> tuple[list[Planned], list[WrongLine]]:
    keys = [import_key(terms.store, line, customers[line.customer].id) for line in page]
    recorded = tx.ledger.recorded_under(keys)
    owners = {line.line: Owner(OwnerKind.CUSTOMER, customers[line.customer].id) for line in page}
    accounts = tx.accounts.of_owners(terms.store, owners.values())
    packages = tx.ledger.packages(one.postings[0].package_id for one in recorded.values())
    holders = tx.accounts.by_ids({one.account_id for one in recorded.values()})
    planned: list[Planned] = []
    wrong: list[WrongLine] = []
    for line, key in zip(page, keys, strict=True):
        customer, account = customers[line.customer], accounts.get(owners[line.line])
        until: datetime | None = None
        if key in recorded:
            wrong += _changed(line, customer.id, recorded[key], packages, holders, terms.zone)
        elif account is not None and account.born not in {None, customer.born}:
            rule = (
                f"customer {customer.id} is not who had this number before; let the daemon compare the customers first"
            )
            wrong.append(WrongLine(line.line, "customer", rule))
        else:
            try:
                until = last_second(line.expiry, zone=terms.zone, at=at)
            except ImpossibleAmount:
                rule = "must be a day to come, within 100 years"
                wrong.append(WrongLine(line.line, "expiry", rule, str(line.expiry)))
        planned.append(Planned(line, customer.id, until))
    return planned, wrong


def _changed(
    line: ImportLine,
    customer_id: int,
    entry: Entry,
    packages: Mapping[int, Package],
    holders: Mapping[int, Account],
    zone: ZoneInfo,
) -> Iterator[WrongLine]:
    """Where a line says something else than what is recorded under its key: nothing of it would be booked."""
    package, owner = packages[entry.postings[0].package_id], holders[entry.account_id].owner
    if not line.key and owner != Owner(OwnerKind.CUSTOMER, customer_id):
        rule = f"the same line was imported before, for {owner}; if it is meant once more, give it a key of its own"
        yield WrongLine(line.line, "customer", rule, line.customer)
        return
    recorded = {"coins": str(entry.posted), "note": entry.reason, "plan": package.plan or ""}
    said = {"coins": str(line.coins), "note": line.reason, "plan": line.plan or ""}
    if owner != Owner(OwnerKind.CUSTOMER, customer_id):
        recorded["customer"], said["customer"] = str(owner), line.customer
    if line.expiry is not None and package.extended_to is None:  # where its end was moved, the first is not kept
        recorded["expiry"] = str(package.usable_until.astimezone(zone).date())
        said["expiry"] = str(line.expiry)
    for column, value in said.items():
        if value != recorded[column]:
            rule = f"key {line.key} was imported before, with {recorded[column] or 'none'}"
            yield WrongLine(line.line, column, rule, value or "none")


def _twice(lines: Sequence[ImportLine], customers: Mapping[str, Customer]) -> Iterator[WrongLine]:
    first: dict[str, int] = {}
    for line in lines:
        known_by = line.known_by(customers[line.customer].id)
        before = first.setdefault(known_by, line.line)
        if before != line.line and line.key:
            yield WrongLine(line.line, "key", f"must be another than that of line {before}", line.key)
        elif before != line.line:
            yield WrongLine(
                line.line, "", f"says the same as line {before}; if both are meant, tell them apart by a column key"
            )


def _pages(items: Sequence[Item]) -> Iterator[list[Item]]:
    remaining = iter(items)
    while page := list(islice(remaining, PAGE)):
        yield page
