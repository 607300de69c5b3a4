"""What came from outside for a plugin: kept as it came until the plugin is done with it, and some days longer."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, delete, func, literal_column, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.contracts.chats import Receipt
from bridge.desk.outbox_tables import receipt
from bridge.desk.statements import Statement
from bridge.desk.values import from_ms, to_ms

AFTER_ALL_MS = 2**62
LONGEST_WAIT = timedelta(days=8)
"""No receipt is due further ahead; one that is was set before the machine's clock was put back, and is due."""


class ReceiptState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """A receipt in its line."""

    id: int
    receipt: Receipt


_IS_WAITING = receipt.c.state == text("'waiting'")
_OF_PLUGIN = receipt.c.plugin == bindparam("wanted")
_INSERT = upsert(receipt).values({column.name: bindparam(column.name) for column in receipt.c if column.name != "id"})
_ADD = Statement(_INSERT.on_conflict_do_nothing(index_elements=[receipt.c.plugin, receipt.c.key]))
_COLUMNS = (
    receipt.c.id,
    receipt.c.key,
    receipt.c.kind,
    receipt.c.body,
    receipt.c.arrived_ms,
    receipt.c.attempts,
)
_DUE = Statement(
    select(*_COLUMNS)
    .where(
        _IS_WAITING,
        _OF_PLUGIN,
        or_(receipt.c.due_ms <= bindparam("at_ms"), receipt.c.due_ms > bindparam("impossible_ms")),
    )
    .order_by(receipt.c.due_ms, receipt.c.id)
    .limit(bindparam("most"))
)
_NEXT = Statement(select(func.min(receipt.c.due_ms)).where(_IS_WAITING, _OF_PLUGIN))
_LATER = Statement(
    update(receipt)
    .where(receipt.c.id == bindparam("wanted"))
    .values(due_ms=bindparam("due_ms"), attempts=receipt.c.attempts + literal_column("1"))
)
_END = Statement(update(receipt).where(receipt.c.id == bindparam("wanted")).values(state=bindparam("becomes")))
_WAITING = Statement(select(receipt.c.plugin, func.count()).where(_IS_WAITING).group_by(receipt.c.plugin))
_AGAIN = Statement(
    update(receipt)
    .where(_OF_PLUGIN, ~_IS_WAITING, receipt.c.arrived_ms >= bindparam("since_ms"), receipt.c.body != text("x''"))
    .values(state=text("'waiting'"), due_ms=text("0"), attempts=text("0"))
)
_PRUNE = Statement(delete(receipt).where(~_IS_WAITING, receipt.c.arrived_ms < bindparam("before_ms")))
_FORGET = Statement(
    update(receipt)
    .where(
        ~_IS_WAITING,
        receipt.c.arrived_ms < bindparam("before_ms"),
        func.instr(receipt.c.body, bindparam("what")) > text("0"),
    )
    .values(body=text("x''"))
)


class SqlReceipts:
    """The lines behind `bridge.contracts.office.Office.keep`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, plugin: str, receipts: Iterable[Receipt]) -> int:
        """Keep a plugin's receipts; one whose key it has used is left alone. Returns how many are new."""
        rows = [
            {
                "plugin": plugin,
                "key": one.key,
                "kind": one.kind,
                "body": one.body,
                "arrived_ms": to_ms(one.arrived_at),
                "due_ms": 0,
                "attempts": 0,
                "state": ReceiptState.WAITING.value,
            }
            for one in receipts
        ]
        before = self._connection.total_changes
        _ADD.run_many(self._connection, rows)
        return self._connection.total_changes - before

    def due(self, plugin: str, at: datetime, limit: int) -> list[KeptReceipt]:
        """A plugin's receipts to be handled now, in the order in which they came."""
        rows = _DUE.rows(
            self._connection, wanted=plugin, at_ms=to_ms(at), impossible_ms=to_ms(at + LONGEST_WAIT), most=limit
        )
        return [
            KeptReceipt(number, Receipt(key, kind, body, from_ms(arrived_ms), attempts))
            for number, key, kind, body, arrived_ms, attempts in rows
        ]

    def next_due(self, plugin: str) -> datetime | None:
        """When a plugin's next receipt is due, None when none waits."""
        row = _NEXT.one(self._connection, wanted=plugin)
        return from_ms(row[0]) if row is not None and row[0] is not None else None

    def later(self, kept: KeptReceipt, due: datetime) -> None:
        """Handle it again at `due`."""
        _LATER.run(self._connection, wanted=kept.id, due_ms=to_ms(due))

    def end(self, kept: Iterable[KeptReceipt], *, state: ReceiptState = ReceiptState.DONE) -> None:
        """These are done with."""
        _END.run_many(self._connection, ({"wanted": one.id, "becomes": state.value} for one in kept))

    def again(self, plugin: str, since: datetime) -> int:
        """Hand a plugin's receipts that came since then over once more, but for what was emptied; how many."""
        return _AGAIN.run(self._connection, wanted=plugin, since_ms=to_ms(since)).rowcount

    def waiting(self) -> dict[str, int]:
        """How many receipts wait, by plugin."""
        return dict(_WAITING.rows(self._connection))

    def prune(self, before: datetime) -> int:
        """Forget what came before then and is done with; how many (rule D4)."""
        return _PRUNE.run(self._connection, before_ms=to_ms(before)).rowcount

    def forget(self, what: Iterable[str], *, before: datetime | None = None) -> None:
        """Empty what is done with and has one of these words, such as a telephone number (rule D2)."""
        before_ms = AFTER_ALL_MS if before is None else to_ms(before)
        words = (one.encode() for one in what if one)
        _FORGET.run_many(self._connection, ({"what": one, "before_ms": before_ms} for one in words))
