"""Rows of licences and what they mean: facts, history, and beside them what follows from it.

Whoever reads a licence has it worked out from its history; the columns that follow from it (dates, places, suspension)
are there to be searched by, and are written with every event.
"""

import json
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from bridge.contracts.licences import KeyedEvent
from bridge.desk.licence_tables import licence, licence_event
from bridge.desk.statements import LookUp
from bridge.desk.tables import store
from bridge.desk.values import as_json, from_ms, ms_or_none, to_ms
from bridge.domain.licence_history import KeptLicence, LicenceNow, licence_now
from bridge.domain.licences import Licence, LicenceEvent, LicenceEventKind, LicenceSource, LicenceTerms, Term

FACTS = (
    licence.c.id,
    store.c.name,
    licence.c.made_for,
    licence.c.key,
    licence.c.terms,
    licence.c.starts_ms,
    licence.c.issued_ms,
    licence.c.source,
    licence.c.order_id,
    licence.c.number,
)
FOUND = select(*FACTS).join(store, store.c.id == licence.c.store_id)
OF_STORE = FOUND.where(licence.c.store_id == bindparam("store"))
_EVENT = (
    licence_event.c.licence_id,
    licence_event.c.id,
    licence_event.c.at_ms,
    licence_event.c.kind,
    licence_event.c.detail,
    licence_event.c.staff,
)
_EVENTS = LookUp(select(*_EVENT).order_by(licence_event.c.id), licence_event.c.licence_id)


def kept_from(connection: sqlite3.Connection, rows: Sequence[Any]) -> list[KeptLicence]:
    """The licences of rows of `FACTS`, worked out from their histories, in the same order."""
    if not rows:
        return []
    histories: dict[int, list[LicenceEvent]] = {row[0]: [] for row in rows}
    for row in _EVENTS.rows(connection, histories):
        histories[row[0]].append(_event_from(row))
    found = []
    for row in rows:
        one = _licence_from(row)
        found.append(KeptLicence(one, licence_now(one, histories[one.id]), row[-1]))
    return found


def history_of(connection: sqlite3.Connection, licence_id: int) -> list[LicenceEvent]:
    """All that happened to a licence, in the order it was kept."""
    return [_event_from(row) for row in _EVENTS.rows(connection, [licence_id])]


def derived_from(now: LicenceNow) -> dict[str, Any]:
    """The columns that follow from a licence's history."""
    return {
        "account_id": now.account_id,
        "units": now.units,
        "domains": now.domains,
        "licence_ms": ms_or_none(now.ends[Term.LICENCE]),
        "updates_ms": ms_or_none(now.ends[Term.UPDATES]),
        "support_ms": ms_or_none(now.ends[Term.SUPPORT]),
        "until_ms": ms_or_none(now.counts_until),
        "suspended": now.suspended,
    }


def event_row(one: KeyedEvent) -> dict[str, Any]:
    """What is kept of an event."""
    return {
        "licence_id": one.licence_id,
        "at_ms": to_ms(one.event.at),
        "kind": one.event.kind.value,
        "detail": as_json(one.event.detail),
        "staff": one.event.staff,
        "key": one.key,
    }


def _event_from(row: Sequence[Any]) -> LicenceEvent:
    _, number, at_ms, kind, detail, staff = row
    return LicenceEvent(from_ms(at_ms), LicenceEventKind(kind), json.loads(detail), staff, number)


def _licence_from(row: Sequence[Any]) -> Licence:
    number, name, made_for, key, terms, starts_ms, issued_ms, source, order_id, _ = row
    return Licence(
        id=number,
        store=name,
        account_id=made_for,
        key=key,
        terms=terms_from(terms),
        starts_at=from_ms(starts_ms),
        issued_at=from_ms(issued_ms),
        source=LicenceSource(source),
        order_id=order_id,
    )


@lru_cache(maxsize=1024)
def terms_json(terms: LicenceTerms) -> str:
    """Most licences freeze the same few terms."""
    return as_json({**terms._asdict(), "zone": terms.zone.key, "active": terms.active.value})


@lru_cache(maxsize=1024)
def terms_from(text: str) -> LicenceTerms:
    """A licence's terms as their column has them."""
    found = json.loads(text)
    return LicenceTerms(**{**found, "zone": ZoneInfo(found["zone"]), "active": Term(found["active"])})


def content_of(licence_id: int, kind: str, detail: str) -> str:
    """What an event says apart from when: equal for a repeat, different for an impostor."""
    return f"{kind} of licence {licence_id}: {detail}"
