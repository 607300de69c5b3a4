"""Quotes in the desk: how each stands, every version that was offered, and the evidence of what was decided."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, literal_column, select, update

from bridge.contracts.quotes import Channel, Decision
from bridge.desk.accounts import SqlStores
from bridge.desk.coin_tables import QUOTE_WAITS, decision, quote, quote_version
from bridge.desk.numbers import next_number
from bridge.desk.shown_rows import ShownStatements, SqlShownRows
from bridge.desk.statements import Statement, any_of, insert_row
from bridge.desk.tables import store
from bridge.desk.values import as_json, from_ms, id_list, moment_or_none, ms_or_none, read_json, to_ms
from bridge.domain.holds import Part
from bridge.domain.quotes import ENDED, Offer, Quote, QuoteKind, QuoteState

_OFFER_COLUMNS = [column for column in quote_version.c if column.name != "quote_id"]
_COLUMNS = (
    quote.c.id,
    store.c.name,
    quote.c.ticket_id,
    quote.c.account_id,
    quote.c.kind,
    quote.c.state,
    quote.c.hold,
    quote.c.spent,
    quote.c.approved_ms,
    quote.c.number,
    *_OFFER_COLUMNS,
)
_FOUND = (
    select(*_COLUMNS)
    .join(store, store.c.id == quote.c.store_id)
    .join(quote_version, and_(quote_version.c.quote_id == quote.c.id, quote_version.c.version == quote.c.version))
)
_NEW = insert_row(quote, without=frozenset({"pushed_number"}))
_NEW_VERSION = insert_row(quote_version)
_GET = Statement(_FOUND.where(quote.c.id == bindparam("wanted"), quote.c.store_id == bindparam("store")))
_OF_REQUEST = Statement(_FOUND.where(quote.c.ticket_id == bindparam("ticket")).order_by(quote.c.id))
_OF_ACCOUNT = Statement(_FOUND.where(quote.c.account_id == bindparam("account")).order_by(quote.c.id))
_OF_ACCOUNTS = Statement(_FOUND.where(any_of(quote.c.account_id, "ids")).order_by(quote.c.id))
_HOLDING = Statement(
    _FOUND.where(quote.c.account_id == bindparam("account"), quote.c.held > literal_column("0")).order_by(quote.c.id)
)
_OPEN = Statement(
    _FOUND.where(
        quote.c.store_id == bindparam("store"), quote.c.state.not_in([literal_column(f"'{one}'") for one in ENDED])
    )
    .order_by(quote.c.id.desc())
    .limit(bindparam("most"))
)
_SAVE = Statement(
    update(quote)
    .where(quote.c.id == bindparam("wanted"))
    .values(
        {name: bindparam(name) for name in ("state", "version", "held", "hold", "spent", "approved_ms")}
        | {"number": quote.c.number + literal_column("1")}
    )
    .returning(quote.c.number)
)
_OFFER = Statement(
    select(*_OFFER_COLUMNS).where(
        quote_version.c.quote_id == bindparam("wanted"), quote_version.c.version == bindparam("version")
    )
)
_LAST_VERSION = Statement(
    select(func.max(quote_version.c.version)).where(quote_version.c.quote_id == bindparam("wanted"))
)
_EXTEND = Statement(
    update(quote_version)
    .where(quote_version.c.quote_id == bindparam("wanted"), quote_version.c.version == bindparam("newest"))
    .values(valid_until_ms=bindparam("until_ms"))
)
_LAPSED_IN = Statement(
    select(store.c.name, quote.c.id)
    .join(store, store.c.id == quote.c.store_id)
    .join(quote_version, and_(quote_version.c.quote_id == quote.c.id, quote_version.c.version == quote.c.version))
    .where(
        quote.c.state == literal_column(f"'{QuoteState.OFFERED}'"),
        quote_version.c.valid_until_ms >= bindparam("since_ms"),
        quote_version.c.valid_until_ms <= bindparam("until_ms"),
    )
    .order_by(quote.c.id)
)
_DECIDE = insert_row(decision, without=frozenset({"id"}))
_DECISIONS = Statement(select(decision).where(decision.c.quote_id == bindparam("quote")).order_by(decision.c.id))
_MINE = select(quote.c.id).where(quote.c.account_id == bindparam("account")).scalar_subquery()
_ERASE = Statement(update(quote_version).where(quote_version.c.quote_id.in_(_MINE)).values(words="", texts="{}"))


class SqlQuotes(SqlShownRows[Quote]):
    """Implements `bridge.contracts.coin_desk.Quotes`."""

    _shows = ShownStatements(quote, _FOUND, QUOTE_WAITS, quote.c.state != literal_column(f"'{QuoteState.DRAFT}'"))

    def __init__(self, connection: sqlite3.Connection, stores: SqlStores) -> None:
        super().__init__(connection, stores)
        self._newest_seen: dict[int, int] = {}

    def draft(
        self, store: str, ticket_id: int, account_id: int, kind: QuoteKind, offer: Offer, *, offered: bool
    ) -> Quote:
        state = QuoteState.OFFERED if offered else QuoteState.DRAFT
        number = next_number(self._connection, quote)
        _NEW.run(
            self._connection,
            id=number,
            store_id=self._stores.number(store),
            ticket_id=ticket_id,
            account_id=account_id,
            kind=kind.value,
            state=state.value,
            version=offer.version,
            held=0,
            hold="[]",
            spent=None,
            approved_ms=None,
            number=1,
        )
        self._keep(number, offer)
        return Quote(number, store, ticket_id, account_id, kind, state, offer, number=1)

    def get(self, store: str, quote_id: int) -> Quote | None:
        row = _GET.one(self._connection, wanted=quote_id, store=self._stores.number(store))
        if row is None:
            return None
        found = _quote_from(row)
        self._newest_seen[found.id] = found.offer.version
        return found

    def of_ticket(self, ticket_id: int) -> list[Quote]:
        return self._read(_OF_REQUEST.rows(self._connection, ticket=ticket_id))

    def of_account(self, account_id: int, *, holding: bool = False) -> list[Quote]:
        rows = (_HOLDING if holding else _OF_ACCOUNT).rows(self._connection, account=account_id)
        return self._read(rows)

    def of_accounts(self, account_ids: Iterable[int]) -> dict[int, list[Quote]]:
        found: dict[int, list[Quote]] = {}
        for row in _OF_ACCOUNTS.rows(self._connection, ids=id_list(account_ids)):
            one = _quote_from(row)
            found.setdefault(one.account_id, []).append(one)
        return found

    def open(self, store: str, limit: int) -> list[Quote]:
        rows = _OPEN.rows(self._connection, store=self._stores.number(store), most=limit)
        return self._read(rows)

    def save(self, quote: Quote) -> Quote:
        if quote.offer.version != self._newest_seen.get(quote.id) and self._newest(quote.id) < quote.offer.version:
            self._keep(quote.id, quote.offer)
        [(number,)] = _SAVE.rows(
            self._connection,
            wanted=quote.id,
            state=quote.state.value,
            version=quote.offer.version,
            held=quote.held,
            hold=as_json([list(part) for part in quote.hold]),
            spent=quote.spent,
            approved_ms=ms_or_none(quote.approved_at),
        )
        return replace(quote, number=number)

    def forget(self) -> None:
        """Look the versions up anew: one that was kept may have been taken back."""
        self._newest_seen.clear()

    def offer_of(self, quote_id: int, version: int) -> Offer | None:
        row = _OFFER.one(self._connection, wanted=quote_id, version=version)
        return None if row is None else _offer_from(row)

    def extend(self, quote_id: int, valid_until: datetime) -> None:
        newest = self._newest(quote_id)
        _EXTEND.run(self._connection, wanted=quote_id, newest=newest, until_ms=to_ms(valid_until))
        self.touch([quote_id])

    def offered_between(self, since: datetime, until: datetime) -> list[tuple[str, int]]:
        return [tuple(row) for row in _LAPSED_IN.rows(self._connection, since_ms=to_ms(since), until_ms=to_ms(until))]

    def decide(self, decision: Decision) -> None:
        _DECIDE.run(
            self._connection,
            quote_id=decision.quote_id,
            version=decision.version,
            what=decision.what,
            at_ms=to_ms(decision.at),
            account_id=decision.account_id,
            channel=decision.channel.value,
            coins=decision.coins,
            text_hash=decision.text_hash,
            language=decision.language,
            evidence=decision.evidence,
        )

    def decisions(self, quote_id: int) -> list[Decision]:
        return [_decision_from(row) for row in _DECISIONS.rows(self._connection, quote=quote_id)]

    def erase(self, account_id: int) -> None:
        _ERASE.run(self._connection, account=account_id)
        self.touch(quote.id for quote in self.of_account(account_id))

    def _read(self, rows: Sequence[Any]) -> list[Quote]:
        return [_quote_from(row) for row in rows]

    def _newest(self, quote_id: int) -> int:
        row = _LAST_VERSION.one(self._connection, wanted=quote_id)
        return int(row[0]) if row and row[0] is not None else 0

    def _keep(self, quote_id: int, offer: Offer) -> None:
        _NEW_VERSION.run(
            self._connection,
            quote_id=quote_id,
            version=offer.version,
            coins=offer.coins,
            words=offer.words,
            texts=as_json(dict(offer.texts)),
            hashes=as_json(dict(offer.hashes)),
            offered_ms=to_ms(offer.offered_at),
            valid_until_ms=to_ms(offer.valid_until),
            staff=offer.staff,
        )


def _quote_from(row: Sequence[Any]) -> Quote:
    number, store_name, ticket_id, account_id, kind, state, hold, spent, approved_ms, shown, *offer = row
    return Quote(
        id=number,
        store=store_name,
        ticket_id=ticket_id,
        account_id=account_id,
        kind=QuoteKind(kind),
        state=QuoteState(state),
        offer=_offer_from(offer),
        hold=tuple(Part(*part) for part in read_json(hold)),
        spent=spent,
        approved_at=moment_or_none(approved_ms),
        number=shown,
    )


def _offer_from(row: Sequence[Any]) -> Offer:
    version, coins, words, texts, hashes, offered, until, staff = row
    return Offer(version, coins, words, read_json(texts), read_json(hashes), from_ms(offered), from_ms(until), staff)


def _decision_from(row: Sequence[Any]) -> Decision:
    _, quote_id, version, what, at_ms, account_id, channel, coins, text_hash, language, evidence = row
    return Decision(
        quote_id, version, what, from_ms(at_ms), account_id, Channel(channel), coins, text_hash, language, evidence
    )
