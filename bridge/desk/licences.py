"""Licences in the desk: kept, found, and searched by the columns that follow from their histories.

What those columns are and how a row is read is in `licence_values`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, func, literal_column, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.contracts.licences import Derived, KeyedEvent, Wanted
from bridge.desk.licence_tables import LICENCE_WAITS, licence, licence_domain, licence_event, renewal
from bridge.desk.licence_values import (
    FOUND,
    OF_STORE,
    content_of,
    derived_from,
    event_row,
    history_of,
    kept_from,
    terms_json,
)
from bridge.desk.numbers import next_number
from bridge.desk.shown_rows import ZERO, ShownStatements, SqlShownRows
from bridge.desk.statements import LookUp, Statement, any_of, insert_row
from bridge.desk.tables import desk
from bridge.desk.values import as_json, from_ms, id_list, ms_or_none, to_ms
from bridge.domain.licence_history import KeptLicence, licence_now
from bridge.domain.licence_keys import drawn_from, new_key
from bridge.domain.licence_orders import OrderRenewal
from bridge.domain.licences import Licence, LicenceEvent, LicenceEventKind
from bridge.errors import KeyReused

_BY_IDS = LookUp(OF_STORE, licence.c.id)
_SEED = Statement(select(desk.c.key_seed))
_TOUCHED = LookUp(FOUND, licence.c.id)
_BY_KEY = Statement(OF_STORE.where(licence.c.key == bindparam("wanted")))
_OF_ORDERS = LookUp(OF_STORE.where(licence.c.source == literal_column("'order'")), licence.c.order_id)
_OF_ACCOUNTS = LookUp(FOUND.order_by(licence.c.id), licence.c.account_id)
_PAGE = Statement(OF_STORE.where(licence.c.id > bindparam("after")).order_by(licence.c.id).limit(bindparam("most")))
_LATEST = Statement(
    OF_STORE.where(
        licence.c.id < bindparam("before"),
        or_(bindparam("product").is_(None), licence.c.product == bindparam("product")),
        or_(bindparam("suspended").is_(None), licence.c.suspended.is_not(None) == bindparam("suspended")),
        or_(bindparam("ended_ms").is_(None), licence.c.until_ms < bindparam("ended_ms")),
        or_(
            bindparam("not_ended_ms").is_(None),
            licence.c.until_ms.is_(None),
            licence.c.until_ms >= bindparam("not_ended_ms"),
        ),
    )
    .order_by(licence.c.id.desc())
    .limit(bindparam("most"))
)
_NEW = insert_row(licence, without=frozenset({"pushed_number"}))
_SAVED = (
    "account_id",
    "units",
    "domains",
    "licence_ms",
    "updates_ms",
    "support_ms",
    "until_ms",
    "suspended",
    "number",
)
_SAVE = Statement(
    update(licence).where(licence.c.id == bindparam("wanted")).values({name: bindparam(name) for name in _SAVED})
)
_COLUMNS = LookUp(select(licence.c.id, *(licence.c[name] for name in _SAVED)), licence.c.id)
_DOMAINS = LookUp(select(licence_domain.c.licence_id, licence_domain.c.domain), licence_domain.c.licence_id)
_NEW_EVENT = insert_row(licence_event, without=frozenset({"id"}))
_RECORDED = Statement(
    select(licence_event.c.key, licence_event.c.licence_id, licence_event.c.kind, licence_event.c.detail).where(
        any_of(licence_event.c.key, "keys")
    )
)
_NO_DOMAINS = Statement(delete(licence_domain).where(licence_domain.c.licence_id == bindparam("wanted")))
_NEW_DOMAIN = insert_row(licence_domain)
_RENEWALS = Statement(
    select(
        renewal.c.order_id,
        renewal.c.code,
        renewal.c.unit,
        renewal.c.licence_id,
        renewal.c.months,
        renewal.c.paid_ms,
        renewal.c.stands,
        renewal.c.turns,
    ).where(renewal.c.store_id == bindparam("store"), any_of(renewal.c.order_id, "ids"))
)
_INSERT_RENEWAL = upsert(renewal).values({column.name: bindparam(column.name) for column in renewal.c})
_SAVE_RENEWAL = Statement(
    _INSERT_RENEWAL.on_conflict_do_update(
        index_elements=list(renewal.primary_key),
        set_={name: _INSERT_RENEWAL.excluded[name] for name in ("licence_id", "stands", "turns")},
    )
)
_SHOW_ANEW = Statement(
    update(licence)
    .where(licence.c.account_id == bindparam("account"))
    .values(number=licence.c.number + literal_column("1"), pushed_number=func.max(licence.c.pushed_number, ZERO))
)
"""Also what was kept back: what its row would have shown is nobody's any more."""
_OF_DOMAINS = frozenset({LicenceEventKind.ACTIVATED, LicenceEventKind.RELEASED})


class SqlLicences(SqlShownRows[KeptLicence]):
    """Implements `bridge.contracts.licences.Licences`."""

    _shows = ShownStatements(licence, FOUND, LICENCE_WAITS)

    def new_ids(self, count: int) -> range:
        first = next_number(self._connection, licence)
        return range(first, first + count)

    def key_of_order(self, store: str, order_id: int, product: str) -> str:
        ((seed,),) = _SEED.rows(self._connection)
        return new_key(drawn_from(bytes.fromhex(seed), f"{store}:order:{order_id}:{product}"))

    def record(self, events: Sequence[KeyedEvent], new: Sequence[Licence] = ()) -> dict[int, KeptLicence]:
        fresh = self._not_recorded(events)
        made = {one.id: one for one in new}
        of_new: dict[int, list[LicenceEvent]] = {number: [] for number in made}
        more: dict[int, int] = {}
        for one in fresh:
            if one.licence_id in of_new:
                of_new[one.licence_id].append(one.event)
            else:
                more[one.licence_id] = more.get(one.licence_id, 0) + 1
        kept = {
            number: KeptLicence(one, licence_now(one, of_new[number]), len(of_new[number]))
            for number, one in made.items()
            if of_new[number]  # the event of one that there is already has been recorded under its key
        }
        _NEW.run_many(self._connection, (self._new_row(one) for one in kept.values()))
        _NEW_EVENT.run_many(self._connection, map(event_row, fresh))
        changed = self._read(_TOUCHED.rows(self._connection, more)) if more else []
        for before in changed:
            after = before._replace(number=before.number + more[before.licence.id])
            kept[before.licence.id] = after
            _SAVE.run(self._connection, wanted=after.licence.id, number=after.number, **derived_from(after.now))
        self._save_domains(kept, {one.licence_id for one in fresh if one.event.kind in _OF_DOMAINS})
        return kept

    def get(self, store: str, licence_id: int) -> KeptLicence | None:
        return self.by_ids(store, [licence_id]).get(licence_id)

    def by_ids(self, store: str, licence_ids: Iterable[int]) -> dict[int, KeptLicence]:
        rows = _BY_IDS.rows(self._connection, licence_ids, store=self._stores.number(store))
        return {one.licence.id: one for one in self._read(rows)}

    def by_key(self, store: str, key: str) -> KeptLicence | None:
        found = self._read(_BY_KEY.rows(self._connection, store=self._stores.number(store), wanted=key))
        return found[0] if found else None

    def of_orders(self, store: str, order_ids: Iterable[int]) -> dict[int, list[KeptLicence]]:
        found: dict[int, list[KeptLicence]] = {}
        for one in self._read(_OF_ORDERS.rows(self._connection, order_ids, store=self._stores.number(store))):
            found.setdefault(one.licence.order_id or 0, []).append(one)
        return found

    def of_accounts(self, account_ids: Iterable[int]) -> dict[int, list[KeptLicence]]:
        found: dict[int, list[KeptLicence]] = {}
        for one in self._read(_OF_ACCOUNTS.rows(self._connection, account_ids)):
            found.setdefault(one.now.account_id, []).append(one)
        return found

    def page(self, store: str, *, after: int, limit: int) -> list[KeptLicence]:
        number = self._stores.number(store)
        return self._read(_PAGE.rows(self._connection, store=number, after=after, most=limit))

    def latest(self, store: str, wanted: Wanted, *, before: int, limit: int) -> list[KeptLicence]:
        rows = _LATEST.rows(
            self._connection,
            store=self._stores.number(store),
            before=before,
            most=limit,
            product=wanted.product,
            suspended=None if wanted.suspended is None else int(wanted.suspended),
            ended_ms=ms_or_none(wanted.ended_before),
            not_ended_ms=ms_or_none(wanted.not_ended_before),
        )
        return self._read(rows)

    def events(self, licence_id: int) -> list[LicenceEvent]:
        return history_of(self._connection, licence_id)

    def derived(self, account_ids: Iterable[int]) -> dict[int, Derived]:
        licences = {one.licence.id: one for mine in self.of_accounts(account_ids).values() for one in mine}
        if not licences:
            return {}
        domains: dict[int, list[str]] = {number: [] for number in licences}
        for number, domain in _DOMAINS.rows(self._connection, licences):
            domains[number].append(domain)
        found = {}
        for number, *row in _COLUMNS.rows(self._connection, licences):
            now = licences[number].now
            follows = {**derived_from(now), "used on": sorted(now.activations)}
            kept = {**dict(zip(_SAVED, row, strict=True)), "used on": sorted(domains[number])}
            found[number] = Derived(follows, kept)
        return found

    def renewals_of(self, store: str, order_ids: Iterable[int]) -> dict[int, list[OrderRenewal]]:
        found: dict[int, list[OrderRenewal]] = {}
        rows = _RENEWALS.rows(self._connection, store=self._stores.number(store), ids=id_list(order_ids))
        for order_id, code, unit, licence_id, months, paid_ms, stands, turns in rows:
            one = OrderRenewal(order_id, code, unit, licence_id, months, from_ms(paid_ms), bool(stands), turns)
            found.setdefault(order_id, []).append(one)
        return found

    def save_renewals(self, store: str, renewals: Iterable[OrderRenewal]) -> None:
        number = self._stores.number(store)
        _SAVE_RENEWAL.run_many(
            self._connection,
            (
                {
                    "store_id": number,
                    "order_id": one.order_id,
                    "code": one.code,
                    "unit": one.unit,
                    "licence_id": one.licence_id,
                    "months": one.months,
                    "paid_ms": to_ms(one.paid_at),
                    "stands": int(one.stands),
                    "turns": one.turns,
                }
                for one in renewals
            ),
        )

    def _not_recorded(self, events: Sequence[KeyedEvent]) -> list[KeyedEvent]:
        if not events:
            return []
        rows = _RECORDED.rows(self._connection, keys=as_json([one.key for one in events]))
        known = {key: content_of(number, kind, detail) for key, number, kind, detail in rows}
        fresh: dict[str, KeyedEvent] = {}
        for one in events:
            offered = content_of(one.licence_id, one.event.kind, as_json(one.event.detail))
            recorded = known.setdefault(one.key, offered)
            if recorded != offered:
                raise KeyReused(one.key, recorded=recorded, offered=offered)
            fresh.setdefault(one.key, one)
        already = {row[0] for row in rows}
        return [one for key, one in fresh.items() if key not in already]

    def show_anew(self, account_id: int) -> None:
        _SHOW_ANEW.run(self._connection, account=account_id)

    def _read(self, rows: Sequence[Any]) -> list[KeptLicence]:
        return kept_from(self._connection, rows)

    def _new_row(self, kept: KeptLicence) -> dict[str, Any]:
        one = kept.licence
        return {
            "id": one.id,
            "store_id": self._stores.number(one.store),
            "made_for": one.account_id,
            "product": one.product,
            "key": one.key,
            "order_id": one.order_id,
            "source": one.source.value,
            "terms": terms_json(one.terms),
            "starts_ms": to_ms(one.starts_at),
            "issued_ms": to_ms(one.issued_at),
            "number": kept.number,
            **derived_from(kept.now),
        }

    def _save_domains(self, kept: Mapping[int, KeptLicence], changed: Iterable[int]) -> None:
        for number in changed:
            _NO_DOMAINS.run(self._connection, wanted=number)
            rows = (
                {
                    "licence_id": number,
                    "domain": domain,
                    "token_hash": one.token_hash,
                    "since_ms": to_ms(one.since),
                }
                for domain, one in kept[number].now.activations.items()
            )
            _NEW_DOMAIN.run_many(self._connection, rows)
