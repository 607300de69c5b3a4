"""Does the shop show what the desk says? The rows found there, compared with the rows that should be there (rule C16).

Pure over its inputs. A row that no key of the store has signed says nothing, so its content is not looked at; a row of
an older version is behind and not wrong, and is named as such.

This is what a person asks for (`bridge ledger verify`): every byte of every row. What the daemon looks at in each
round, versions and numbers of rows alone, is `comparing_accounts.unlike_pushed`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.shop_rows import SignedRow, SigningKey, canonical_json, chain, verifies
from bridge.domain.accounts import Account, OwnerKind
from bridge.services.account_pages import PageTerms, account_document, entry_document
from bridge.services.entries import entries_after
from bridge.services.findings import Difference
from bridge.services.rights import redeemed_by


@dataclass(frozen=True, slots=True)
class ExpectedAccount:
    """What the shop should have of one customer: the account row's document and version, and each entry's payload."""

    customer_id: int
    epoch: int
    number: int
    document: Mapping[str, Any]
    entries: tuple[str, ...]


def expected_accounts(tx: Tx, terms: PageTerms, accounts: Iterable[Account], *, at: datetime) -> list[ExpectedAccount]:
    """What should be in the shop of these accounts. Guests have no rows, nor has an account that never changed.

    Raises `DeskDamaged` where the desk has lost entries.
    """
    shown = [one for one in accounts if one.owner.kind is OwnerKind.CUSTOMER and one.number]
    packages = tx.ledger.packages_of(account.id for account in shown)
    redeemed = redeemed_by(tx, terms.rights, shown)
    expected = []
    for account in shown:
        customer = account.owner.ref
        payloads = tuple(
            canonical_json(entry_document(terms.store, customer, one)) for one in entries_after(tx, account)
        )
        digest = _digest(payloads)
        document = account_document(
            terms, account, packages.get(account.id, ()), redeemed.get(account.id, ()), digest=digest, at=at
        )
        expected.append(ExpectedAccount(customer, terms.epoch, account.number, document, payloads))
    return expected


def compare_rows(
    keys: Sequence[SigningKey],
    expected: Iterable[ExpectedAccount],
    accounts: Iterable[SignedRow],
    entries: Iterable[SignedRow],
    *,
    at: datetime,
) -> tuple[Difference, ...]:
    """Where the rows found in the shop differ from what should be there.

    `at` decides which packages have ended: one that ended empty may be shown or left out.
    """
    found = {row.customer_id: row for row in accounts}
    of_customer: dict[int, list[SignedRow]] = {}
    for row in entries:
        of_customer.setdefault(row.customer_id, []).append(row)
    differences: list[Difference] = []
    for one in expected:
        mine = sorted(of_customer.pop(one.customer_id, []), key=lambda row: row.number)
        differences += _compare_customer(keys, one, found.pop(one.customer_id, None), mine, at)
    for row in found.values():
        differences.append(Difference(f"customer {row.customer_id}: account row", "no row", version(row)))
    for customer, rows in of_customer.items():
        differences.append(Difference(f"customer {customer}: entry rows", "no row", f"{len(rows)} rows"))
    return tuple(differences)


def _compare_customer(
    keys: Sequence[SigningKey],
    expected: ExpectedAccount,
    account: SignedRow | None,
    entries: Sequence[SignedRow],
    at: datetime,
) -> list[Difference]:
    where = f"customer {expected.customer_id}: account row"
    wanted = f"epoch {expected.epoch}, number {expected.number}"
    if account is None:
        return [Difference(where, wanted, "no row"), *_compare_entries(keys, expected, entries, len(entries))]
    doubted = unsigned(keys, "account", where, account)
    if doubted:
        return [*doubted, *_compare_entries(keys, expected, entries, len(expected.entries))]
    shown = json.loads(account.payload)
    if (account.epoch, account.number) != (expected.epoch, expected.number):
        count = min(int(shown["entries"]["count"]), len(expected.entries))
        return [
            Difference(f"{where}: version", wanted, version(account)),
            *_compare_entries(keys, expected, entries, count),
        ]
    return [
        *compare_documents(where, _without_ended(expected.document, at), _without_ended(shown, at)),
        *_compare_entries(keys, expected, entries, len(expected.entries)),
        *_compare_digest(where, shown, entries),
    ]


def _compare_entries(
    keys: Sequence[SigningKey], expected: ExpectedAccount, rows: Sequence[SignedRow], count: int
) -> list[Difference]:
    """Compare entry rows with the first `count` payloads."""
    differences = []
    by_number = {row.number: row for row in rows}
    for number, payload in enumerate(expected.entries[:count], 1):
        where = f"customer {expected.customer_id}: entry row {number}"
        row = by_number.pop(number, None)
        if row is None:
            differences.append(Difference(where, "a row", "no row"))
        else:
            doubted = unsigned(keys, "entry", where, row)
            differences += doubted or compare_documents(where, json.loads(payload), json.loads(row.payload))
    for number in sorted(by_number):
        where = f"customer {expected.customer_id}: entry row {number}"
        differences.append(Difference(where, "no row", version(by_number[number])))
    return differences


def _compare_digest(where: str, shown: Mapping[str, Any], entries: Sequence[SignedRow]) -> list[Difference]:
    """The account row must fit the entry rows beside it, or the page shows neither."""
    digest = _digest(row.payload for row in entries)
    if digest == shown["entries"]["digest"]:
        return []
    return [Difference(f"{where}: digest of the entry rows", str(shown["entries"]["digest"]), digest)]


def compare_documents(where: str, expected: Any, found: Any) -> list[Difference]:
    """The innermost places where two documents differ."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            difference
            for key in sorted(expected.keys() | found.keys())
            for difference in compare_documents(
                f"{where}: {key}", expected.get(key, _NOTHING), found.get(key, _NOTHING)
            )
        ]
    return [] if expected == found else [Difference(where, _words(expected), _words(found))]


_NOTHING = object()


def _words(value: Any) -> str:
    return "nothing" if value is _NOTHING else canonical_json(value)


def _without_ended(document: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """The document with its packages by id, but for those that ended empty."""
    packages = [one for one in document["packages"] if one["posted"] or one["usable_until"] >= int(at.timestamp())]
    plans = {one["plan"] for one in packages}
    return {
        **document,
        "packages": {f"package {one['id']}": one for one in packages},
        "plans": {key: plan for key, plan in document["plans"].items() if key in plans},
    }


def unsigned(keys: Sequence[SigningKey], table: str, where: str, row: SignedRow) -> list[Difference]:
    """Why a row is not believed: no key of the store signed it, or it stands in another place than it names."""
    if not verifies(keys, table, row.payload, row.key_id, row.mac):
        known = ", ".join(key.id for key in keys) or "none"
        found = f"a signature of key {row.key_id!r} that does not verify"
        return [Difference(f"{where}: signature", f"one of the store's keys ({known})", found)]
    said = json.loads(row.payload)
    columns = {"customer": row.customer_id, "version" if table == "message" else "number": row.number}
    if table != "entry":
        columns["epoch"] = row.epoch
    if table == "price":  # which is for nobody
        del columns["customer"]
    wrong = {name: value for name, value in columns.items() if said.get(name) != value}
    return [
        Difference(f"{where}: column {name}", _words(said.get(name, _NOTHING)), str(value))
        for name, value in wrong.items()
    ]


def version(row: SignedRow) -> str:
    """A row's version in words."""
    return f"epoch {row.epoch}, number {row.number}"


def _digest(payloads: Iterable[str]) -> str:
    digest = ""
    for payload in payloads:
        digest = chain(digest, payload)
    return digest
