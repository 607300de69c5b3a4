"""Entries and packages in the desk.

Entries are inserted and nothing else; the account's and packages' totals are kept beside them in the same transaction,
and can be worked out again from the entries alone (rule C16).
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, literal_column, or_, select, update

from bridge.contracts.deadlines import DeadlineKind
from bridge.contracts.ledger import NumberedEntry
from bridge.desk.accounts import SqlStores
from bridge.desk.coin_tables import entry, package
from bridge.desk.numbers import next_number
from bridge.desk.statements import LookUp, Statement, any_of, insert_row
from bridge.desk.tables import account, deadline, store
from bridge.desk.values import from_ms, id_list, read_json, to_ms
from bridge.domain import ledger
from bridge.domain.ledger import Entry, EntryKind, Posting
from bridge.domain.packages import Package, Unit
from bridge.errors import KeyReused

_PACKAGE_COLUMNS = [column for column in package.c if column.name != "store_id"]
_OF_ACCOUNTS = LookUp(select(*_PACKAGE_COLUMNS).order_by(package.c.id), package.c.account_id)
_PACKAGES = Statement(select(*_PACKAGE_COLUMNS).where(any_of(package.c.id, "ids")))
_ENDS_MS = func.coalesce(package.c.extended_ms, package.c.usable_until_ms)
_OF_PACKAGES = (DeadlineKind.PACKAGE, DeadlineKind.FORFEIT)
# By way of the deadlines: what has not ended yet has one, and they are found by their time, if not asked for by kind.
_ENDING = Statement(
    select(deadline.c.kind, store.c.name, *_PACKAGE_COLUMNS)
    .select_from(
        store.join(deadline, deadline.c.store_id == store.c.id).join(package, package.c.id == deadline.c.ref),
    )
    .where(
        deadline.c.due_ms <= bindparam("due_until_ms"),
        _ENDS_MS.between(bindparam("since_ms"), bindparam("until_ms")),
    )
    .order_by(package.c.id)
)
_UNITS = Statement(
    select(*_PACKAGE_COLUMNS)
    .where(
        package.c.store_id == bindparam("store"),
        package.c.order_id.is_not(None),
        any_of(package.c.order_id, "ids"),
    )
    .order_by(package.c.id)
)
_NEW_PACKAGE = insert_row(package)
_SAVE_PACKAGE = Statement(
    update(package)
    .where(package.c.id == bindparam("wanted"))
    .values({name: bindparam(name) for name in ("posted", "held", "revoked", "taken", "revocations", "extended_ms")})
)
_TOTALS = LookUp(select(account.c.id, account.c.entries, account.c.posted, account.c.held), account.c.id)
_SAVE_TOTALS = Statement(
    update(account)
    .where(account.c.id == bindparam("wanted"))
    .values(
        {name: bindparam(name) for name in ("entries", "posted", "held")}
        | {"number": account.c.number + literal_column("1")},
    )
)
_COUNT_CHANGE = Statement(
    update(account).where(any_of(account.c.id, "ids")).values(number=account.c.number + literal_column("1"))
)
_NEW_ENTRY = insert_row(entry, without=frozenset({"id"}))
_ENTRY_COLUMNS = (
    entry.c.id,
    entry.c.account_id,
    entry.c.number,
    entry.c.key,
    entry.c.kind,
    entry.c.at_ms,
    entry.c.postings,
    entry.c.reason,
    entry.c.order_id,
    entry.c.staff,
    entry.c.quote_id,
    entry.c.ticket_id,
    entry.c.posted_after,
    entry.c.held_after,
)
_RECORDED = LookUp(select(*_ENTRY_COLUMNS), entry.c.key)
_ENTRIES = Statement(
    select(*_ENTRY_COLUMNS)
    .where(entry.c.account_id == bindparam("account"), entry.c.number > bindparam("after"))
    .order_by(entry.c.number)
    .limit(bindparam("most"))
)
A_SECOND = timedelta(seconds=1)
"""A package's last second counts whole, so its end falls due one later."""
MOST_STRAYS = 1000
_STRAY_PACKAGES = Statement(
    select(package.c.id)
    .outerjoin(account, account.c.id == package.c.account_id)
    .where(
        package.c.store_id == bindparam("store"),
        or_(account.c.id.is_(None), account.c.store_id != package.c.store_id),
    )
    .limit(MOST_STRAYS)
)
_STRAY_ENTRIES = Statement(
    select(entry.c.id)
    .outerjoin(account, account.c.id == entry.c.account_id)
    .where(account.c.id.is_(None))
    .limit(MOST_STRAYS)
)


class SqlLedger:
    """Implements `bridge.contracts.desk.Ledger`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores
        self._next_package = 0

    def packages_of(self, account_ids: Iterable[int]) -> dict[int, list[Package]]:
        found: dict[int, list[Package]] = {}
        for row in _OF_ACCOUNTS.rows(self._connection, account_ids):
            one = package_from(row)
            found.setdefault(one.account_id, []).append(one)
        return found

    def units_of(self, store: str, order_ids: Iterable[int]) -> dict[int, list[Package]]:
        found: dict[int, list[Package]] = {}
        for row in _UNITS.rows(self._connection, store=self._stores.number(store), ids=id_list(order_ids)):
            one = package_from(row)
            if one.unit is not None:
                found.setdefault(one.unit.order_id, []).append(one)
        return found

    def packages(self, package_ids: Iterable[int]) -> dict[int, Package]:
        rows = _PACKAGES.rows(self._connection, ids=id_list(package_ids))
        return {one.id: one for one in map(package_from, rows)}

    def ending_between(self, since: datetime, until: datetime) -> list[tuple[str, Package]]:
        rows = _ENDING.rows(
            self._connection,
            due_until_ms=to_ms(until + A_SECOND),
            since_ms=to_ms(since),
            until_ms=to_ms(until),
        )
        found = [(name, package_from(row)) for kind, name, *row in rows if kind in _OF_PACKAGES]
        return list({one.id: (name, one) for name, one in found}.values())

    def new_package_ids(self, count: int) -> range:
        if not self._next_package:
            self._next_package = next_number(self._connection, package)
        first = self._next_package
        self._next_package += count
        return range(first, first + count)

    def append(
        self, store: str, entries: Sequence[Entry], packages: Mapping[int, Package], new: Iterable[int] = ()
    ) -> int:
        fresh = self._not_recorded(entries)
        booked = {one.key for one in fresh}
        repeated = {p.package_id for one in entries if one.key not in booked for p in one.postings}
        fresh_new = [number for number in new if number not in repeated]
        after = dict(packages)
        totals = {row[0]: list(row[1:]) for row in self._totals(fresh)}
        rows = []
        for one in fresh:
            for moved in ledger.post(after, one):
                after[moved.id] = moved
            mine = totals[one.account_id]
            mine[0] += 1
            mine[1] += one.posted
            mine[2] += one.held
            rows.append(_entry_row(one, *mine))
        self._save_packages(store, after, fresh_new, skip=repeated)
        _NEW_ENTRY.run_many(self._connection, rows)
        _SAVE_TOTALS.run_many(
            self._connection,
            (
                {"wanted": number, "entries": mine[0], "posted": mine[1], "held": mine[2]}
                for number, mine in totals.items()
            ),
        )
        marked = {one.account_id for one in after.values() if one.id not in repeated} - totals.keys()
        if marked:  # revoked with nothing left to take: no entry says so, and the account page must (rules C6, C16)
            _COUNT_CHANGE.run(self._connection, ids=id_list(marked))
        return len(fresh)

    def recorded(self, key: str) -> Entry | None:
        return self.recorded_under([key]).get(key)

    def recorded_under(self, keys: Iterable[str]) -> dict[str, Entry]:
        rows = _RECORDED.rows(self._connection, keys)
        return {row[3]: entry_from(row).entry for row in rows}

    def entries_of(self, account_id: int, *, after: int = 0, limit: int = 1000) -> list[NumberedEntry]:
        rows = _ENTRIES.rows(self._connection, account=account_id, after=after, most=limit)
        return [entry_from(row) for row in rows]

    def strays(self, store: str) -> tuple[list[int], list[int]]:
        packages = _STRAY_PACKAGES.rows(self._connection, store=self._stores.number(store))
        return [row[0] for row in packages], [row[0] for row in _STRAY_ENTRIES.rows(self._connection)]

    def _not_recorded(self, entries: Sequence[Entry]) -> list[Entry]:
        recorded = self.recorded_under(one.key for one in entries)
        fresh: dict[str, Entry] = {}
        for one in entries:
            known = recorded.get(one.key) or fresh.get(one.key)
            if known is None:
                fresh[one.key] = one
            elif known.content != one.content:
                raise KeyReused(one.key, recorded=known.content, offered=one.content)
        return list(fresh.values())

    def _totals(self, entries: Iterable[Entry]) -> Sequence[tuple[int, int, int, int]]:
        return _TOTALS.rows(self._connection, {one.account_id for one in entries})

    def _save_packages(
        self, store: str, packages: Mapping[int, Package], new: Iterable[int], *, skip: set[int]
    ) -> None:
        new = set(new)
        number = self._stores.number(store)
        if new:
            _NEW_PACKAGE.run_many(self._connection, (_package_row(packages[one], number) for one in sorted(new)))
        changed = [p for p in packages.values() if p.id not in new and p.id not in skip]
        _SAVE_PACKAGE.run_many(
            self._connection,
            (
                {
                    "wanted": p.id,
                    "posted": p.posted,
                    "held": p.held,
                    "revoked": int(p.revoked),
                    "taken": p.taken,
                    "revocations": p.revocations,
                    "extended_ms": to_ms(p.extended_to) if p.extended_to else None,
                }
                for p in changed
            ),
        )


def _package_row(one: Package, store: int) -> dict[str, Any]:
    return {
        "id": one.id,
        "store_id": store,
        "account_id": one.account_id,
        "plan": one.plan,
        "coins": one.coins,
        "posted": one.posted,
        "held": one.held,
        "granted_ms": to_ms(one.granted_at),
        "usable_until_ms": to_ms(one.usable_until),
        "order_id": one.unit.order_id if one.unit else None,
        "unit": one.unit.number if one.unit else None,
        "revoked": int(one.revoked),
        "taken": one.taken,
        "revocations": one.revocations,
        "extended_ms": to_ms(one.extended_to) if one.extended_to else None,
    }


def _entry_row(one: Entry, number: int, posted_after: int, held_after: int) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "number": number,
        "key": one.key,
        "kind": one.kind.value,
        "at_ms": to_ms(one.at),
        "posted": one.posted,
        "held": one.held,
        "posted_after": posted_after,
        "held_after": held_after,
        "postings": "[" + ",".join(f"[{p.package_id},{p.posted},{p.held}]" for p in one.postings) + "]",
        "order_id": one.order_id,
        "reason": one.reason,
        "staff": one.staff,
        "quote_id": one.quote_id,
        "ticket_id": one.ticket_id,
    }


def package_from(row: Sequence[Any]) -> Package:
    """A package from its row, store left out."""
    number, account_id, plan, coins, posted, held, granted, until, order_id, unit, revoked, taken, count, extended = row
    return Package(
        id=number,
        account_id=account_id,
        plan=plan,
        coins=coins,
        granted_at=from_ms(granted),
        usable_until=from_ms(until if extended is None else extended),
        unit=Unit(order_id, plan, unit) if order_id is not None else None,
        posted=posted,
        held=held,
        revoked=bool(revoked),
        taken=taken,
        revocations=count,
        extended_to=None if extended is None else from_ms(extended),
    )


def entry_from(row: Sequence[Any]) -> NumberedEntry:
    """A recorded entry from its row."""
    (
        number,
        account_id,
        place,
        key,
        kind,
        at_ms,
        postings,
        reason,
        order_id,
        staff,
        quote_id,
        ticket_id,
        posted_after,
        held_after,
    ) = row
    one = Entry(
        key=key,
        account_id=account_id,
        kind=EntryKind(kind),
        at=from_ms(at_ms),
        postings=tuple(Posting(*posting) for posting in read_json(postings)),
        reason=reason,
        order_id=order_id,
        staff=staff,
        quote_id=quote_id,
        ticket_id=ticket_id,
    )
    return NumberedEntry(number, place, one, posted_after, held_after)
