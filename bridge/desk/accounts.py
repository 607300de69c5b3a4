"""Stores and accounts in the desk."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, func, null, select, update

from bridge.contracts.stores import FirstSync, StoreState
from bridge.desk.lasting import Lasting
from bridge.desk.statements import LookUp, Statement, any_of, insert_row
from bridge.desk.tables import account, store
from bridge.desk.values import as_json, from_ms, id_list, to_ms
from bridge.domain.accounts import Account, Owner, OwnerKind

ACCOUNT_COLUMNS = (
    account.c.id,
    account.c.owner_kind,
    account.c.owner_ref,
    account.c.number,
    account.c.entries,
    account.c.posted,
    account.c.held,
    account.c.frozen_ms,
    account.c.born,
    account.c.missed_ms,
)
_STORE = Statement(select(store).where(store.c.name == bindparam("wanted")))
_STORE_ID = Statement(select(store.c.id).where(store.c.name == bindparam("wanted")))
_NEW_STORE = insert_row(store, without=frozenset({"id"}))
_SAVE_STORE = Statement(
    update(store)
    .where(store.c.id == bindparam("store"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "first_sync",
                "confirmed_units",
                "booked_units",
                "synced_to",
                "page_terms",
                "statuses",
                "licence_codes",
                "licences_ms",
                "lost_ms",
            )
        }
    )
)
_OF_OWNERS = Statement(
    select(*ACCOUNT_COLUMNS).where(
        account.c.store_id == bindparam("store"),
        account.c.owner_kind == bindparam("kind"),
        any_of(account.c.owner_ref, "refs"),
    )
)
_BY_IDS = LookUp(select(*ACCOUNT_COLUMNS), account.c.id)
_HIGHEST_CUSTOMER = Statement(
    select(func.max(account.c.owner_ref)).where(
        account.c.store_id == bindparam("store"), account.c.owner_kind == OwnerKind.CUSTOMER.value
    )
)
_PAGE = Statement(
    select(*ACCOUNT_COLUMNS)
    .where(account.c.store_id == bindparam("store"), account.c.id > bindparam("after"))
    .order_by(account.c.id)
    .limit(bindparam("most"))
)
_NEW_ACCOUNT = insert_row(account, without=frozenset({"id", "pushed_number", "pushed_entries", "pushed_digest"}))
_FREEZE = Statement(
    update(account)
    .where(account.c.id == bindparam("account"), account.c.frozen_ms.is_(None))
    .values(frozen_ms=bindparam("at_ms"), number=account.c.number + 1)
)
_UNFREEZE = Statement(
    update(account)
    .where(account.c.id == bindparam("account"), account.c.frozen_ms.is_not(None))
    .values(frozen_ms=null(), number=account.c.number + 1)
)
_LEARN = Statement(
    update(account)
    .where(account.c.id == bindparam("account"), account.c.born.is_(None))
    .values(born=bindparam("born_as"))
)
_UNLEARN = Statement(update(account).where(account.c.store_id == bindparam("store")).values(born=null()))
_MISS = Statement(
    update(account)
    .where(any_of(account.c.id, "ids"), account.c.missed_ms.is_(None))
    .values(missed_ms=bindparam("at_ms"))
)
_FOUND = Statement(
    update(account).where(any_of(account.c.id, "ids"), account.c.missed_ms.is_not(None)).values(missed_ms=null())
)
_DETACH = Statement(
    update(account)
    .where(account.c.id == bindparam("account"))
    .values(owner_kind=OwnerKind.FORMER.value, owner_ref=account.c.id, number=account.c.number + 1)
)
_NUMBER = Statement(update(account).where(account.c.id == bindparam("account")).values(number=bindparam("newer")))
_TOUCH = Statement(update(account).where(any_of(account.c.id, "ids")).values(number=account.c.number + 1))

NOT_RECORDED = 0
"""The id of a store that has been asked for by a reader before anything was written about it: it owns no row."""


class SqlStores:
    """Implements `bridge.contracts.desk.Stores`. `changed` says whether a store was recorded or its state saved."""

    def __init__(self, connection: sqlite3.Connection, lasting: Lasting) -> None:
        self._connection, self._known = connection, lasting.stores
        self.changed = False

    def get(self, name: str) -> StoreState:
        row = _STORE.one(self._connection, wanted=name)
        if row is None and self._only_reads():
            return StoreState(NOT_RECORDED, name)
        if row is None:
            _NEW_STORE.run(
                self._connection,
                name=name,
                first_sync=FirstSync.PENDING.value,
                confirmed_units=0,
                booked_units=0,
                synced_to=0,
                page_terms="",
                statuses="",
                licence_codes="[]",
                licences_ms=None,
                lost_ms=None,
            )
            self.changed = True
            row = _STORE.one(self._connection, wanted=name)
            assert row is not None
        (number, name, first_sync, confirmed, booked, synced_to, page_terms, statuses, codes, licences_ms,
         lost_ms) = row  # fmt: skip
        return StoreState(
            number,
            name,
            FirstSync(first_sync),
            confirmed,
            booked,
            synced_to,
            page_terms,
            statuses,
            licence_codes=tuple(json.loads(codes)),
            licences_since=None if licences_ms is None else from_ms(licences_ms),
            lost_since=None if lost_ms is None else from_ms(lost_ms),
        )

    def save(self, state: StoreState) -> None:
        _SAVE_STORE.run(
            self._connection,
            store=state.id,
            first_sync=state.first_sync.value,
            confirmed_units=state.confirmed_units,
            booked_units=state.booked_units,
            synced_to=state.synced_to,
            page_terms=state.page_terms,
            statuses=state.statuses,
            licence_codes=as_json(state.licence_codes),
            licences_ms=None if state.licences_since is None else to_ms(state.licences_since),
            lost_ms=None if state.lost_since is None else to_ms(state.lost_since),
        )
        self.changed = True

    def number(self, name: str) -> int:
        """The store's id in the desk."""
        number = self._known.get(name)
        if number is None:
            row = _STORE_ID.one(self._connection, wanted=name)
            if row is None:
                return self.get(name).id
            number = self._known[name] = int(row[0])
        return number

    def _only_reads(self) -> bool:
        return bool(self._connection.execute("PRAGMA query_only").fetchone()[0])


class SqlAccounts:
    """Implements `bridge.contracts.desk.Accounts`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def of_owners(self, store: str, owners: Iterable[Owner]) -> dict[Owner, Account]:
        refs: dict[OwnerKind, list[int]] = {}
        for owner in owners:
            refs.setdefault(owner.kind, []).append(owner.ref)
        found = {}
        for kind, wanted in refs.items():
            rows = _OF_OWNERS.rows(
                self._connection, store=self._stores.number(store), kind=kind.value, refs=id_list(wanted)
            )
            for row in rows:
                one = account_from(row)
                found[one.owner] = one
        return found

    def open(self, store: str, owners: Iterable[Owner]) -> dict[Owner, Account]:
        wanted = list(dict.fromkeys(owners))
        found = self.of_owners(store, wanted)
        missing = [owner for owner in wanted if owner not in found]
        if missing:
            number = self._stores.number(store)
            _NEW_ACCOUNT.run_many(
                self._connection,
                (
                    {
                        "store_id": number,
                        "owner_kind": owner.kind.value,
                        "owner_ref": owner.ref,
                        "number": 0,
                        "entries": 0,
                        "posted": 0,
                        "held": 0,
                        "frozen_ms": None,
                        "born": None,
                        "missed_ms": None,
                    }
                    for owner in missing
                ),
            )
            found |= self.of_owners(store, missing)
        return found

    def by_ids(self, ids: Iterable[int]) -> dict[int, Account]:
        return {row[0]: account_from(row) for row in _BY_IDS.rows(self._connection, ids)}

    def highest_customer(self, store: str) -> int:
        row = _HIGHEST_CUSTOMER.one(self._connection, store=self._stores.number(store))
        return int(row[0] or 0) if row else 0

    def page(self, store: str, *, after: int, limit: int) -> list[Account]:
        rows = _PAGE.rows(self._connection, store=self._stores.number(store), after=after, most=limit)
        return [account_from(row) for row in rows]

    def freeze(self, account_id: int, at: datetime) -> None:
        _FREEZE.run(self._connection, account=account_id, at_ms=to_ms(at))

    def unfreeze(self, account_id: int) -> None:
        _UNFREEZE.run(self._connection, account=account_id)

    def learn(self, born: Mapping[int, int]) -> None:
        _LEARN.run_many(self._connection, ({"account": number, "born_as": value} for number, value in born.items()))

    def unlearn(self, store: str) -> None:
        _UNLEARN.run(self._connection, store=self._stores.number(store))

    def miss(self, ids: Iterable[int], at: datetime) -> None:
        _MISS.run(self._connection, ids=id_list(ids), at_ms=to_ms(at))

    def found(self, ids: Iterable[int]) -> None:
        _FOUND.run(self._connection, ids=id_list(ids))

    def detach(self, store: str, account_id: int) -> Account:
        before = self.by_ids([account_id])[account_id]
        _DETACH.run(self._connection, account=account_id)
        fresh = self.open(store, [before.owner])[before.owner]
        _NUMBER.run(self._connection, account=fresh.id, newer=before.number + 1)
        return self.by_ids([fresh.id])[fresh.id]

    def touch(self, ids: Iterable[int]) -> None:
        _TOUCH.run(self._connection, ids=id_list(ids))


def account_from(row: tuple[int, str, int, int, int, int, int, int | None, int | None, int | None]) -> Account:
    """An account from `ACCOUNT_COLUMNS`."""
    number, kind, ref, version, entries, posted, held, frozen_ms, born, missed_ms = row
    frozen_at = from_ms(frozen_ms) if frozen_ms is not None else None
    missed_at = from_ms(missed_ms) if missed_ms is not None else None
    return Account(number, Owner(OwnerKind(kind), ref), version, entries, posted, held, frozen_at, born, missed_at)
