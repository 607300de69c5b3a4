"""Worked time in the desk: segments, of which one runs a person, and one an agreement."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, text, update

from bridge.desk import agreements
from bridge.desk.accounts import SqlStores
from bridge.desk.numbers import next_number
from bridge.desk.premium_tables import RUNS, time_segment
from bridge.desk.statements import LookUp, Statement, any_of, insert_row
from bridge.desk.tables import store
from bridge.desk.values import as_json, from_ms, id_list, moment_or_none, ms_or_none, to_ms
from bridge.domain.work_time import Ending, Reading, Segment, SegmentSource, Worker
from bridge.errors import TimeRefused

_MS = timedelta(milliseconds=1)
_COLUMNS = [column for column in time_segment.c if column.name != "store_id"]
_FOUND = select(store.c.name, *_COLUMNS).join(store, store.c.id == time_segment.c.store_id)
_NEW = insert_row(time_segment)
_GET = Statement(_FOUND.where(time_segment.c.id == bindparam("wanted"), time_segment.c.store_id == bindparam("store")))
_OF_WORKER = or_(
    time_segment.c.person == bindparam("person"),
    and_(time_segment.c.store_id == bindparam("store"), time_segment.c.agent == bindparam("named")),
)
_RUNNING = Statement(_FOUND.where(RUNS, _OF_WORKER))
_RUNNING_ON = Statement(_FOUND.where(RUNS, time_segment.c.agreement_id == bindparam("agreement")))
_RUNNING_OF = Statement(
    _FOUND.where(RUNS, time_segment.c.contact_id == bindparam("contact")).order_by(time_segment.c.id)
)
_ALL_RUNNING = Statement(_FOUND.where(RUNS, any_of(store.c.name, "names")).order_by(time_segment.c.id))
_IN_ORDER = _FOUND.order_by(time_segment.c.started_ms, time_segment.c.id)
_OF_AGREEMENTS = LookUp(_IN_ORDER, time_segment.c.agreement_id)
_OF_CONTACT = Statement(_IN_ORDER.where(time_segment.c.contact_id == bindparam("contact")))
_BY_WORKER = Statement(
    _IN_ORDER.where(
        _OF_WORKER,
        time_segment.c.started_ms < bindparam("until_ms"),
        or_(time_segment.c.ended_ms > bindparam("since_ms"), RUNS),
    )
)
_BETWEEN = Statement(
    _IN_ORDER.where(
        time_segment.c.store_id == bindparam("store"),
        time_segment.c.ended_ms >= bindparam("since_ms"),
        time_segment.c.ended_ms < bindparam("until_ms"),
    )
)
_SAVE = Statement(
    update(time_segment)
    .where(time_segment.c.id == bindparam("wanted"), RUNS)
    .values(
        {
            name: bindparam(name)
            for name in ("waiting_ms", "waiting_boot", "waiting_counter_ms", "ended_ms", "worked_s", "ending")
        }
    )
)
ERASE = Statement(update(time_segment).where(any_of(time_segment.c.contact_id, "contacts")).values(reason=text("''")))
"""Why time with contacts was entered by hand."""


class SqlWorkTime:
    """Implements `bridge.contracts.premium.WorkTime`."""

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        self._connection, self._stores = connection, stores

    def add(self, segment: Segment) -> Segment:
        if segment.runs:
            self._require_free(segment)
        number = next_number(self._connection, time_segment)
        _NEW.run(
            self._connection,
            id=number,
            store_id=self._stores.number(segment.store),
            contact_id=segment.contact_id,
            agreement_id=segment.agreement_id,
            agent=segment.agent,
            person=segment.person,
            source=segment.source.value,
            started_ms=to_ms(segment.started.at),
            boot=segment.started.boot,
            counter_ms=segment.started.since_boot // _MS,
            reason=segment.reason,
            **_changing(segment),
        )
        self._show_agreement(segment)
        return replace(segment, id=number)

    def save(self, segment: Segment) -> None:
        _SAVE.run(self._connection, wanted=segment.id, **_changing(segment))
        self._show_agreement(segment)

    def get(self, store: str, segment_id: int) -> Segment | None:
        row = _GET.one(self._connection, wanted=segment_id, store=self._stores.number(store))
        return None if row is None else _segment_from(row)

    def running(self, worker: Worker) -> Segment | None:
        row = _RUNNING.one(self._connection, **self._by(worker))
        return None if row is None else _segment_from(row)

    def running_of(self, contact_id: int) -> list[Segment]:
        return [_segment_from(row) for row in _RUNNING_OF.rows(self._connection, contact=contact_id)]

    def all_running(self, stores: Iterable[str]) -> list[Segment]:
        return [_segment_from(row) for row in _ALL_RUNNING.rows(self._connection, names=as_json(list(stores)))]

    def of_agreements(self, agreement_ids: Iterable[int]) -> dict[int, list[Segment]]:
        found: dict[int, list[Segment]] = {}
        for row in _OF_AGREEMENTS.rows(self._connection, agreement_ids):
            one = _segment_from(row)
            assert one.agreement_id is not None
            found.setdefault(one.agreement_id, []).append(one)
        return found

    def of_contact(self, contact_id: int) -> list[Segment]:
        return [_segment_from(row) for row in _OF_CONTACT.rows(self._connection, contact=contact_id)]

    def of_worker(self, worker: Worker, since: datetime, until: datetime) -> list[Segment]:
        between = {"since_ms": to_ms(since), "until_ms": to_ms(until)}
        rows = _BY_WORKER.rows(self._connection, **self._by(worker), **between)
        return [_segment_from(row) for row in rows]

    def between(self, store: str, since: datetime, until: datetime) -> list[Segment]:
        number = self._stores.number(store)
        rows = _BETWEEN.rows(self._connection, store=number, since_ms=to_ms(since), until_ms=to_ms(until))
        return [_segment_from(row) for row in rows]

    def _show_agreement(self, segment: Segment) -> None:
        """The customer reads on his agreement how much was worked, and that a timer runs."""
        if segment.agreement_id is not None:
            agreements.SHOWS.touch.run(self._connection, ids=id_list([segment.agreement_id]))

    def _by(self, worker: Worker) -> dict[str, Any]:
        return {"person": worker.person, "store": self._stores.number(worker.store), "named": worker.agent}

    def _require_free(self, segment: Segment) -> None:
        other = self.running(segment.worker)
        if other is not None:
            what = f"{segment.agent} has a timer that runs, for {other.purpose} of store {other.store} (rule W6)"
            raise TimeRefused("timer_runs", what)
        if segment.agreement_id is None:
            return
        row = _RUNNING_ON.one(self._connection, agreement=segment.agreement_id)
        if row is not None:
            other = _segment_from(row)
            raise TimeRefused("timer_runs", f"{other.agent} works for agreement {segment.agreement_id} already")


def _changing(segment: Segment) -> dict[str, Any]:
    waits = segment.waiting_since
    return {
        "waiting_ms": None if waits is None else to_ms(waits.at),
        "waiting_boot": "" if waits is None else waits.boot,
        "waiting_counter_ms": 0 if waits is None else waits.since_boot // _MS,
        "ended_ms": ms_or_none(segment.ended_at),
        "worked_s": None if segment.worked is None else segment.worked // timedelta(seconds=1),
        "ending": None if segment.ending is None else segment.ending.value,
    }


def _segment_from(row: Sequence[Any]) -> Segment:
    (store_name, number, contact_id, agreement_id, agent, person, source, started_ms, boot, counter_ms, *rest) = row
    waiting_ms, waiting_boot, waiting_counter_ms, ended_ms, worked_s, ending, reason = rest
    waiting = None if waiting_ms is None else Reading(from_ms(waiting_ms), waiting_boot, waiting_counter_ms * _MS)
    return Segment(
        id=number,
        store=store_name,
        agent=agent,
        contact_id=contact_id,
        agreement_id=agreement_id,
        started=Reading(from_ms(started_ms), boot, counter_ms * _MS),
        source=SegmentSource(source),
        waiting_since=waiting,
        ended_at=moment_or_none(ended_ms),
        worked=None if worked_s is None else timedelta(seconds=worked_s),
        ending=None if ending is None else Ending(ending),
        reason=reason,
        person=person,
    )
