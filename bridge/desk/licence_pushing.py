"""Which licences the shop has in their newest state, which wait to be pushed, and which are kept back."""

import sqlite3
from collections.abc import Iterable, Mapping

from sqlalchemy import and_, bindparam, func, literal_column, select, text, update

from bridge.desk.accounts import SqlStores
from bridge.desk.licence_tables import LICENCE_WAITS, licence
from bridge.desk.licence_values import OF_STORE, kept_from
from bridge.desk.numbers import last_known
from bridge.desk.statements import Statement, any_of
from bridge.desk.tables import HELD_UP, KEPT_BACK
from bridge.desk.values import id_list
from bridge.domain.licence_history import KeptLicence

_WAITING = Statement(
    OF_STORE.where(LICENCE_WAITS, licence.c.pushed_number >= literal_column("0"))
    .order_by(licence.c.id)
    .limit(bindparam("most"))
)
_SHOWN = Statement(
    OF_STORE.where(licence.c.id > bindparam("after"), licence.c.pushed_number == licence.c.number)
    .order_by(licence.c.id)
    .limit(bindparam("most"))
)
_PUSHED = Statement(
    update(licence)
    .where(licence.c.id == bindparam("wanted"), licence.c.pushed_number < bindparam("shown"))
    .values(pushed_number=bindparam("shown"))
)
_NEXT = licence.c.number + literal_column("1")
_ANEW = {"number": _NEXT, "pushed_number": func.min(licence.c.pushed_number, literal_column("0"))}
"""Not what is kept back."""
_AGAIN = Statement(update(licence).where(licence.c.store_id == bindparam("store")).values(_ANEW))
_TOUCH = Statement(
    update(licence)
    .where(licence.c.account_id == bindparam("account"))
    .values(number=_NEXT, pushed_number=func.max(licence.c.pushed_number, literal_column("0")))
)
"""Also what was kept back: what its row would have shown is nobody's any more."""
_NOT_SHOWN = Statement(select(licence.c.id).where(any_of(licence.c.id, "ids"), licence.c.pushed_number == text("0")))
_KEEP_BACK = Statement(update(licence).where(any_of(licence.c.id, "ids")).values(pushed_number=text(KEPT_BACK)))
_HOLD_UP = Statement(update(licence).where(any_of(licence.c.id, "ids")).values(pushed_number=text(HELD_UP)))
_IS_HELD_UP = and_(licence.c.store_id == bindparam("store"), licence.c.pushed_number == literal_column(HELD_UP))
_TAKE_UP = Statement(update(licence).where(_IS_HELD_UP).values(pushed_number=text("0")))
_ANY_HELD_UP = Statement(select(licence.c.id).where(_IS_HELD_UP).limit(1))


class SqlLicencePushing:
    """The part of `bridge.contracts.licences.Licences` that pushing needs."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def waiting(self, store: str, limit: int) -> list[KeptLicence]:
        return kept_from(
            self._connection, _WAITING.rows(self._connection, store=self._stores.number(store), most=limit)
        )

    def pushed(self, numbers: Mapping[int, int]) -> None:
        _PUSHED.run_many(self._connection, ({"wanted": one, "shown": number} for one, number in numbers.items()))

    def again(self, store: str) -> None:
        _AGAIN.run(self._connection, store=self._stores.number(store))

    def touch(self, account_id: int) -> None:
        _TOUCH.run(self._connection, account=account_id)

    def shown(self, store: str, *, after: int, limit: int) -> list[KeptLicence]:
        return kept_from(
            self._connection, _SHOWN.rows(self._connection, store=self._stores.number(store), after=after, most=limit)
        )

    def last_known(self) -> int:
        return last_known(self._connection, licence)

    def not_shown(self, licence_ids: Iterable[int]) -> frozenset[int]:
        return frozenset(row[0] for row in _NOT_SHOWN.rows(self._connection, ids=id_list(licence_ids)))

    def keep_back(self, licence_ids: Iterable[int]) -> None:
        _KEEP_BACK.run(self._connection, ids=id_list(licence_ids))

    def hold_up(self, licence_ids: Iterable[int]) -> None:
        _HOLD_UP.run(self._connection, ids=id_list(licence_ids))

    def take_up(self, store: str) -> int:
        return _TAKE_UP.run(self._connection, store=self._stores.number(store)).rowcount

    def any_held_up(self, store: str) -> bool:
        return _ANY_HELD_UP.one(self._connection, store=self._stores.number(store)) is not None
