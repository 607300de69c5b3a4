"""What the desk remembers of a vendor's own table of licences (`bridge.contracts.licence_rows`)."""

import sqlite3
from collections.abc import Iterable

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.contracts.licence_rows import UNLIKE_ANY, Faults, LicenceRow, TableState
from bridge.desk.accounts import SqlStores
from bridge.desk.licence_tables import LICENCE_ROW_AT_FAULT, licence, licence_row, licence_table
from bridge.desk.statements import LookUp, Statement
from bridge.desk.tables import account
from bridge.desk.values import from_ms, to_ms
from bridge.domain.accounts import OwnerKind

BELOW_ANY = -(2**63)
_THIS_STORE = licence_row.c.store_id == bindparam("store")
_STATE = Statement(
    select(licence_table.c.shape, licence_table.c.read_ms).where(licence_table.c.store_id == bindparam("store"))
)
_INSERT_STATE = upsert(licence_table).values({column.name: bindparam(column.name) for column in licence_table.c})
_SAVE_STATE = Statement(
    _INSERT_STATE.on_conflict_do_update(
        index_elements=[licence_table.c.store_id],
        set_={name: _INSERT_STATE.excluded[name] for name in ("shape", "read_ms")},
    )
)
_DIGESTS = Statement(
    select(licence_row.c.row_id, licence_row.c.digest).where(
        _THIS_STORE, licence_row.c.row_id > bindparam("after"), licence_row.c.row_id <= bindparam("until")
    )
)
_NEAR_THE_END = Statement(
    select(licence_row.c.row_id)
    .where(_THIS_STORE)
    .order_by(licence_row.c.row_id.desc())
    .limit(1)
    .offset(bindparam("back"))
)
_ROW = (
    licence_row.c.row_id,
    licence_row.c.digest,
    licence_row.c.licence_id,
    licence_row.c.whose,
    licence_row.c.fault,
    licence_row.c.text,
)
_ROWS = select(*_ROW).where(_THIS_STORE)
_OF_ROWS = LookUp(_ROWS, licence_row.c.row_id)
_OF_LICENCE = LookUp(_ROWS, licence_row.c.licence_id)
_UNLINKED = Statement(
    select(licence_row.c.whose, licence_row.c.licence_id)
    .join(licence, licence.c.id == licence_row.c.licence_id)
    .join(account, account.c.id == licence.c.account_id)
    .where(_THIS_STORE, account.c.owner_kind == OwnerKind.HOLDER.value)
)
_INSERT = upsert(licence_row).values({column.name: bindparam(column.name) for column in licence_row.c})
_SAVE = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=[licence_row.c.store_id, licence_row.c.row_id],
        set_={name: _INSERT.excluded[name] for name in ("digest", "licence_id", "whose", "fault", "text")},
    )
)
_FORGET = Statement(delete(licence_row).where(_THIS_STORE, licence_row.c.row_id == bindparam("wanted")))
_READ_AGAIN = Statement(update(licence_row).where(_THIS_STORE).values(digest=UNLIKE_ANY))
_KINDS = Statement(
    select(licence_row.c.fault, func.count()).where(_THIS_STORE, LICENCE_ROW_AT_FAULT).group_by(licence_row.c.fault)
)
_FIRST = Statement(
    select(*_ROW)
    .where(_THIS_STORE, LICENCE_ROW_AT_FAULT, licence_row.c.fault == bindparam("kind"))
    .order_by(licence_row.c.row_id)
    .limit(bindparam("most"))
)


class SqlLicenceRows:
    """Implements `bridge.contracts.licence_rows.LicenceRows`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def state(self, store: str) -> TableState:
        row = _STATE.one(self._connection, store=self._stores.number(store))
        return TableState() if row is None else TableState(row[0], None if row[1] is None else from_ms(row[1]))

    def save_state(self, store: str, state: TableState) -> None:
        read_ms = None if state.read_at is None else to_ms(state.read_at)
        _SAVE_STATE.run(self._connection, store_id=self._stores.number(store), shape=state.shape, read_ms=read_ms)

    def digests(self, store: str, *, after: int, until: int) -> dict[int, int]:
        rows = _DIGESTS.rows(self._connection, store=self._stores.number(store), after=after, until=until)
        return dict(tuple(row) for row in rows)

    def near_the_end(self, store: str, rows: int) -> int:
        row = _NEAR_THE_END.one(self._connection, store=self._stores.number(store), back=rows)
        return BELOW_ANY if row is None else int(row[0])

    def of_rows(self, store: str, row_ids: Iterable[int]) -> dict[int, LicenceRow]:
        rows = _OF_ROWS.rows(self._connection, row_ids, store=self._stores.number(store))
        return {row[0]: LicenceRow(*row) for row in rows}

    def of_licence(self, store: str, licence_id: int) -> LicenceRow | None:
        rows = _OF_LICENCE.rows(self._connection, [licence_id], store=self._stores.number(store))
        return LicenceRow(*rows[0]) if rows else None

    def unlinked(self, store: str) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for mark, number in _UNLINKED.rows(self._connection, store=self._stores.number(store)):
            found.setdefault(mark, []).append(number)
        return found

    def save(self, store: str, rows: Iterable[LicenceRow]) -> None:
        number = self._stores.number(store)
        _SAVE.run_many(
            self._connection,
            (
                {
                    "store_id": number,
                    "row_id": one.id,
                    "digest": one.digest,
                    "licence_id": one.licence_id,
                    "whose": one.whose,
                    "fault": one.fault,
                    "text": one.text,
                }
                for one in rows
            ),
        )

    def forget(self, store: str, row_ids: Iterable[int]) -> None:
        number = self._stores.number(store)
        _FORGET.run_many(self._connection, ({"store": number, "wanted": one} for one in row_ids))

    def read_again(self, store: str) -> None:
        _READ_AGAIN.run(self._connection, store=self._stores.number(store))

    def faults(self, store: str, limit: int) -> dict[str, Faults]:
        number = self._stores.number(store)
        found: dict[str, Faults] = {}
        for kind, count in _KINDS.rows(self._connection, store=number):
            rows = _FIRST.rows(self._connection, store=number, kind=kind, most=limit)
            found[kind] = Faults(count, tuple(LicenceRow(*row) for row in rows))
        return found
