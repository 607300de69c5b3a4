"""Who did what: lines that are written once (a trigger refuses anything else)."""

import json
import sqlite3
from collections.abc import Sequence

from sqlalchemy import bindparam, or_, select

from bridge.contracts.audit import AuditLine
from bridge.desk.accounts import SqlStores
from bridge.desk.statements import Statement, insert_row
from bridge.desk.tables import audit, store
from bridge.desk.values import as_json, from_ms, to_ms

_NEW = insert_row(audit, without=frozenset({"id"}))
_LINES = Statement(
    select(audit.c.id, store.c.name, audit.c.at_ms, audit.c.staff, audit.c.action, audit.c.subject, audit.c.detail)
    .outerjoin(store, store.c.id == audit.c.store_id)
    .where(
        or_(bindparam("of_store").is_(None), store.c.name == bindparam("of_store")),
        or_(bindparam("of_subject").is_(None), audit.c.subject.in_([bindparam("of_subject"), bindparam("of_older")])),
        or_(bindparam("of_staff").is_(None), audit.c.staff == bindparam("of_staff")),
    )
    .order_by(audit.c.id.desc())
    .limit(bindparam("most"))
)
TICKET, OLDER = "ticket:", "request:"
"""What tickets were called before 0.5.0; lines from then keep that name, because no line is ever changed."""


class SqlAudit:
    """Implements `bridge.contracts.coin_desk.Audit`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def note(self, line: AuditLine) -> None:
        _NEW.run(
            self._connection,
            store_id=self._stores.number(line.store) if line.store else None,
            at_ms=to_ms(line.at),
            staff=line.staff,
            action=line.action,
            subject=line.subject,
            detail=as_json(dict(line.detail)),
        )

    def lines(
        self, *, store: str | None = None, subject: str | None = None, staff: str | None = None, limit: int = 200
    ) -> Sequence[AuditLine]:
        older = f"{OLDER}{subject.removeprefix(TICKET)}" if subject and subject.startswith(TICKET) else subject
        rows = _LINES.rows(
            self._connection, of_store=store, of_subject=subject, of_older=older, of_staff=staff, most=limit
        )
        return [
            AuditLine(from_ms(at_ms), who, action, about, json.loads(detail), name or "", number)
            for number, name, at_ms, who, action, about, detail in rows
        ]
