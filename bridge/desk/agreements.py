"""Agreements in the desk: how each stands, every version that was offered, and the evidence of what was decided."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnClause, and_, bindparam, literal_column, select, text, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.contracts.premium import Said
from bridge.desk.numbers import next_number
from bridge.desk.premium_pushing import PremiumStatements
from bridge.desk.premium_tables import AGREEMENT_WAITS, agreement, agreement_decision, agreement_version, contact
from bridge.desk.shown_rows import SqlShownRows
from bridge.desk.statements import LookUp, Statement, any_of, insert_row
from bridge.desk.tables import store
from bridge.desk.values import as_json, from_ms, moment_or_none, ms_or_none, read_json, to_ms
from bridge.domain.agreements import Acceptance, Agreement, AgreementChannel, AgreementOffer, AgreementState
from bridge.domain.money import Currency, HourlyRate, Money

ACCEPT = "accept"
_OFFER_COLUMNS = [column for column in agreement_version.c if column.name != "agreement_id"]
_SAID_COLUMNS = [column for column in agreement_decision.c if column.name not in {"id", "agreement_id", "what"}]
_OPEN: list[ColumnClause[Any]] = [
    literal_column(f"'{state}'") for state in (AgreementState.ACCEPTED, AgreementState.OFFERED)
]
_FOUND = (
    select(
        agreement.c.id,
        store.c.name,
        agreement.c.contact_id,
        agreement.c.state,
        agreement.c.ticket_id,
        agreement.c.closed_ms,
        agreement.c.billed_steps,
        agreement.c.number,
        *_OFFER_COLUMNS,
        *_SAID_COLUMNS,
    )
    .join(store, store.c.id == agreement.c.store_id)
    .join(contact, contact.c.id == agreement.c.contact_id)
    .join(
        agreement_version,
        and_(agreement_version.c.agreement_id == agreement.c.id, agreement_version.c.version == agreement.c.version),
    )
    .outerjoin(
        agreement_decision,
        and_(
            agreement_decision.c.agreement_id == agreement.c.id,
            agreement_decision.c.version == agreement.c.version,
            agreement_decision.c.what == literal_column(f"'{ACCEPT}'"),
        ),
    )
)
SHOWS = PremiumStatements(agreement, _FOUND, AGREEMENT_WAITS)
_NEW = insert_row(agreement, without=frozenset({"pushed_number"}))
_NEW_VERSION = Statement(
    upsert(agreement_version)
    .values({column.name: bindparam(column.name) for column in agreement_version.c})
    .on_conflict_do_nothing(index_elements=[agreement_version.c.agreement_id, agreement_version.c.version])
)
_BY_ID = LookUp(_FOUND, agreement.c.id)
_OF_CONTACTS = LookUp(_FOUND.order_by(agreement.c.id), agreement.c.contact_id)
_OF_TICKET = Statement(_FOUND.where(agreement.c.ticket_id == bindparam("ticket")).order_by(agreement.c.id))
_LATEST = (
    _FOUND.where(agreement.c.store_id == bindparam("store"), agreement.c.id < bindparam("before"))
    .order_by(agreement.c.id.desc())
    .limit(bindparam("most"))
)
_LATEST_OF_ANY = Statement(_LATEST)
_LATEST_OPEN = Statement(_LATEST.where(agreement.c.state.in_(_OPEN)))
_SAVE = Statement(
    update(agreement)
    .where(agreement.c.id == bindparam("wanted"))
    .values(
        {name: bindparam(name) for name in ("ticket_id", "state", "version", "closed_ms", "billed_steps")}
        | {"number": agreement.c.number + literal_column("1")}
    )
    .returning(agreement.c.number)
)
_OFFER = Statement(
    select(*_OFFER_COLUMNS).where(
        agreement_version.c.agreement_id == bindparam("wanted"), agreement_version.c.version == bindparam("version")
    )
)
_DECIDE = Statement(
    upsert(agreement_decision)
    .values({column.name: bindparam(column.name) for column in agreement_decision.c if column.name != "id"})
    .on_conflict_do_nothing(
        index_elements=[
            agreement_decision.c.agreement_id,
            agreement_decision.c.version,
            agreement_decision.c.what,
        ]
    )
)
_SAID = Statement(
    select(agreement_decision.c.what, *_SAID_COLUMNS)
    .where(agreement_decision.c.agreement_id == bindparam("wanted"))
    .order_by(agreement_decision.c.id)
)
_THEIRS = select(agreement.c.id).where(any_of(agreement.c.contact_id, "contacts")).scalar_subquery()
ERASE = (
    Statement(
        update(agreement_version).where(agreement_version.c.agreement_id.in_(_THEIRS)).values(texts=text("'{}'"))
    ),
    Statement(
        update(agreement_decision).where(agreement_decision.c.agreement_id.in_(_THEIRS)).values(words=text("''"))
    ),
)
"""Of contacts' agreements: what was shown, and what staff said an acceptance rests on."""


class SqlAgreements(SqlShownRows[Agreement]):
    """Implements `bridge.contracts.premium.Agreements`."""

    _shows = SHOWS

    def add(self, store: str, contact_id: int, offer: AgreementOffer, *, ticket_id: int | None = None) -> Agreement:
        number = next_number(self._connection, agreement)
        _NEW.run(
            self._connection,
            id=number,
            store_id=self._stores.number(store),
            contact_id=contact_id,
            ticket_id=ticket_id,
            state=AgreementState.OFFERED.value,
            version=offer.version,
            closed_ms=None,
            billed_steps=None,
            number=1,
        )
        self._keep(number, offer)
        return Agreement(number, store, contact_id, AgreementState.OFFERED, offer, ticket_id, number=1)

    def get(self, store: str, agreement_id: int) -> Agreement | None:
        found = self.by_ids([agreement_id]).get(agreement_id)
        return found if found is not None and found.store == store else None

    def by_ids(self, agreement_ids: Iterable[int]) -> dict[int, Agreement]:
        return {one.id: one for one in self._read(_BY_ID.rows(self._connection, agreement_ids))}

    def of_contacts(self, contact_ids: Iterable[int]) -> list[Agreement]:
        return self._read(_OF_CONTACTS.rows(self._connection, contact_ids))

    def of_ticket(self, ticket_id: int) -> list[Agreement]:
        return self._read(_OF_TICKET.rows(self._connection, ticket=ticket_id))

    def latest(self, store: str, *, before: int, limit: int, open_only: bool = False) -> list[Agreement]:
        statement = _LATEST_OPEN if open_only else _LATEST_OF_ANY
        number = self._stores.number(store)
        return self._read(statement.rows(self._connection, store=number, before=before, most=limit))

    def save(self, agreement: Agreement) -> Agreement:
        self._keep(agreement.id, agreement.offer)
        [(number,)] = _SAVE.rows(
            self._connection,
            wanted=agreement.id,
            ticket_id=agreement.ticket_id,
            state=agreement.state.value,
            version=agreement.offer.version,
            closed_ms=ms_or_none(agreement.closed_at),
            billed_steps=agreement.billed_steps,
        )
        return replace(agreement, number=number)

    def offer_of(self, agreement_id: int, version: int) -> AgreementOffer | None:
        row = _OFFER.one(self._connection, wanted=agreement_id, version=version)
        return None if row is None else _offer_from(row)

    def decide(self, agreement_id: int, what: str, evidence: Acceptance) -> None:
        _DECIDE.run(
            self._connection,
            agreement_id=agreement_id,
            version=evidence.version,
            what=what,
            at_ms=to_ms(evidence.at),
            channel=evidence.channel.value,
            text_hash=evidence.text_hash,
            language=evidence.language,
            evidence=evidence.evidence,
            staff=evidence.staff,
            words=evidence.words,
        )

    def said(self, agreement_id: int) -> list[Said]:
        rows = _SAID.rows(self._connection, wanted=agreement_id)
        return [Said(what, _acceptance_from(row)) for what, *row in rows]

    def _read(self, rows: Sequence[Any]) -> list[Agreement]:
        return [_agreement_from(row) for row in rows]

    def _keep(self, number: int, offer: AgreementOffer) -> None:
        currency = offer.rate.money.currency
        _NEW_VERSION.run(
            self._connection,
            agreement_id=number,
            version=offer.version,
            kind=offer.kind,
            rate=str(offer.rate.money.amount),
            currency=currency.code,
            digits=currency.digits,
            cap_steps=offer.cap_steps,
            texts=as_json(dict(offer.texts)),
            hashes=as_json(dict(offer.hashes)),
            offered_ms=to_ms(offer.offered_at),
            valid_until_ms=to_ms(offer.valid_until),
            staff=offer.staff,
        )


def _agreement_from(row: Sequence[Any]) -> Agreement:
    number, store_name, contact_id, state, ticket_id, closed_ms, steps, shown, *rest = row
    offer, said = rest[: len(_OFFER_COLUMNS)], rest[len(_OFFER_COLUMNS) :]
    return Agreement(
        id=number,
        store=store_name,
        contact_id=contact_id,
        state=AgreementState(state),
        offer=_offer_from(offer),
        ticket_id=ticket_id,
        acceptance=None if said[0] is None else _acceptance_from(said),
        closed_at=moment_or_none(closed_ms),
        billed_steps=steps,
        number=shown,
    )


def _offer_from(row: Sequence[Any]) -> AgreementOffer:
    version, kind, rate, code, digits, cap_steps, texts, hashes, offered, until, staff = row
    money = Money(Decimal(rate), Currency(code, digits))
    texts, hashes = read_json(texts), read_json(hashes)
    at, until = from_ms(offered), from_ms(until)
    return AgreementOffer(version, kind, HourlyRate(money), cap_steps, texts, hashes, at, until, staff)


def _acceptance_from(row: Sequence[Any]) -> Acceptance:
    version, at_ms, channel, text_hash, language, evidence, staff, words = row
    at, through = from_ms(at_ms), AgreementChannel(channel)
    return Acceptance(version, at, through, text_hash, language, evidence, staff, words)
