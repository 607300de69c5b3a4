"""Bills in the desk: how each stands, its lines, and what was said to it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, literal_column, select, text, update

from bridge.desk.numbers import next_number
from bridge.desk.premium_pushing import PremiumStatements
from bridge.desk.premium_tables import BILL_SHOWS, BILL_WAITS, bill, bill_decision, bill_line, contact
from bridge.desk.shown_rows import SqlShownRows
from bridge.desk.statements import LookUp, Statement, any_of, insert_row
from bridge.desk.tables import store
from bridge.desk.values import from_ms, id_list, moment_or_none, ms_or_none, to_ms
from bridge.domain.agreements import AgreementChannel
from bridge.domain.bills import ENDED, Bill, BillDecision, BillLine, BillState, LineKind
from bridge.domain.money import Currency, HourlyRate, Money
from bridge.errors import BillRefused

_FOUND = (
    select(
        bill.c.id,
        store.c.name,
        bill.c.contact_id,
        bill.c.state,
        bill.c.currency,
        bill.c.digits,
        bill.c.month,
        bill.c.sent_ms,
        bill.c.billed_ms,
        bill.c.paid_ms,
        bill.c.paid_by,
        bill.c.number,
    )
    .join(store, store.c.id == bill.c.store_id)
    .join(contact, contact.c.id == bill.c.contact_id)
)
SHOWS = PremiumStatements(bill, _FOUND, BILL_WAITS, text(f"bill.{BILL_SHOWS}"))
_NEW = insert_row(bill, without=frozenset({"pushed_number"}))
_BY_ID = LookUp(_FOUND, bill.c.id)
_OF_CONTACTS = LookUp(_FOUND.order_by(bill.c.id), bill.c.contact_id)
_LATEST = (
    _FOUND.where(bill.c.store_id == bindparam("store"), bill.c.id < bindparam("before"))
    .order_by(bill.c.id.desc())
    .limit(bindparam("most"))
)
_LATEST_OF_ANY = Statement(_LATEST)
_LATEST_OPEN = Statement(_LATEST.where(bill.c.state.not_in([literal_column(f"'{state}'") for state in sorted(ENDED)])))
_SAVE = Statement(
    update(bill)
    .where(bill.c.id == bindparam("wanted"))
    .values(
        {name: bindparam(name) for name in ("state", "sent_ms", "billed_ms", "paid_ms", "paid_by")}
        | {"number": bill.c.number + literal_column("1")}
    )
    .returning(bill.c.number)
)
_LINE_COLUMNS = [column for column in bill_line.c if column.name not in {"id", "bill_id"}]
_NEW_LINE = insert_row(bill_line, without=frozenset({"id"}))
_LINES = Statement(
    select(bill_line.c.bill_id, *_LINE_COLUMNS)
    .where(any_of(bill_line.c.bill_id, "ids"))
    .order_by(bill_line.c.bill_id, bill_line.c.position)
)
_WHOSE = Statement(
    select(bill_line.c.bill_id).where(
        bill_line.c.agreement_id == bindparam("agreement"), bill_line.c.kind == literal_column(f"'{LineKind.TIME}'")
    )
)
_LINES_BETWEEN = Statement(
    select(bill_line.c.bill_id, *_LINE_COLUMNS)
    .join(bill, bill.c.id == bill_line.c.bill_id)
    .where(
        bill.c.store_id == bindparam("store"),
        bill_line.c.at_ms >= bindparam("since_ms"),
        bill_line.c.at_ms < bindparam("until_ms"),
    )
    .order_by(bill_line.c.at_ms, bill_line.c.id)
)
_MOVE = Statement(
    update(bill_line)
    .where(bill_line.c.bill_id == bindparam("was"), bill_line.c.position == bindparam("was_position"))
    .values(bill_id=bindparam("becomes"), position=bindparam("becomes_position"))
)
_DECIDE = insert_row(bill_decision, without=frozenset({"id"}))
_DECISIONS = Statement(
    select(*[column for column in bill_decision.c if column.name not in {"id", "bill_id"}])
    .where(bill_decision.c.bill_id == bindparam("wanted"))
    .order_by(bill_decision.c.id)
)
_THEIRS = select(bill.c.id).where(any_of(bill.c.contact_id, "contacts")).scalar_subquery()
ERASE = (
    Statement(update(bill_line).where(bill_line.c.bill_id.in_(_THEIRS)).values(reason=text("''"))),
    Statement(update(bill_decision).where(bill_decision.c.bill_id.in_(_THEIRS)).values(words=text("''"))),
)
"""Of contacts' bills: why lines were corrected, what was disputed, how staff say that it was paid."""


class SqlBills(SqlShownRows[Bill]):
    """Implements `bridge.contracts.premium.Bills`."""

    _shows = SHOWS

    def add(
        self, store: str, contact_id: int, currency: Currency, lines: Sequence[BillLine], *, month: str = ""
    ) -> Bill:
        number = next_number(self._connection, bill)
        _NEW.run(
            self._connection,
            id=number,
            store_id=self._stores.number(store),
            contact_id=contact_id,
            state=BillState.DRAFT.value,
            currency=currency.code,
            digits=currency.digits,
            month=month,
            sent_ms=None,
            billed_ms=None,
            paid_ms=None,
            paid_by="",
            number=1,
        )
        self._keep(number, lines)
        return Bill(number, store, contact_id, BillState.DRAFT, currency, tuple(lines), month, number=1)

    def get(self, store: str, bill_id: int) -> Bill | None:
        found = self.by_ids([bill_id]).get(bill_id)
        return found if found is not None and found.store == store else None

    def by_ids(self, bill_ids: Iterable[int]) -> dict[int, Bill]:
        return {one.id: one for one in self._read(_BY_ID.rows(self._connection, bill_ids))}

    def of_contacts(self, contact_ids: Iterable[int]) -> list[Bill]:
        return self._read(_OF_CONTACTS.rows(self._connection, contact_ids))

    def of_agreement(self, agreement_id: int) -> Bill | None:
        row = _WHOSE.one(self._connection, agreement=agreement_id)
        return None if row is None else self.by_ids([row[0]])[row[0]]

    def latest(self, store: str, *, before: int, limit: int, open_only: bool = False) -> list[Bill]:
        statement = _LATEST_OPEN if open_only else _LATEST_OF_ANY
        rows = statement.rows(self._connection, store=self._stores.number(store), before=before, most=limit)
        return self._read(rows)

    def lines_between(self, store: str, since: datetime, until: datetime) -> list[tuple[Bill, BillLine]]:
        rows = _LINES_BETWEEN.rows(
            self._connection, store=self._stores.number(store), since_ms=to_ms(since), until_ms=to_ms(until)
        )
        bills = self.by_ids({row[0] for row in rows})
        by_place = {(one.id, line.position): line for one in bills.values() for line in one.lines}
        return [(bills[number], by_place[number, position]) for number, position, *_ in rows]

    def save(self, bill: Bill) -> Bill:
        known = len(self._lines([bill.id]).get(bill.id, ()))
        self._keep(bill.id, bill.lines[known:])
        [(number,)] = _SAVE.rows(
            self._connection,
            wanted=bill.id,
            state=bill.state.value,
            sent_ms=ms_or_none(bill.sent_at),
            billed_ms=ms_or_none(bill.billed_at),
            paid_ms=ms_or_none(bill.paid_at),
            paid_by=bill.paid_by,
        )
        return replace(bill, number=number)

    def gather(self, into: Bill, drafts: Iterable[Bill]) -> Bill:
        lines = list(into.lines)
        for one in drafts:
            for line in one.lines:
                place = len(lines) + 1
                moved = {"was": one.id, "was_position": line.position, "becomes": into.id, "becomes_position": place}
                _MOVE.run(self._connection, **moved)
                lines.append(line._replace(position=place))
            self.save(replace(one, state=BillState.GATHERED, lines=()))
        return self.save(replace(into, lines=tuple(lines)))

    def decide(self, bill_id: int, decision: BillDecision) -> None:
        _DECIDE.run(
            self._connection,
            bill_id=bill_id,
            what=decision.what.value,
            at_ms=to_ms(decision.at),
            channel=decision.channel.value,
            text_hash=decision.text_hash,
            language=decision.language,
            evidence=decision.evidence,
            staff=decision.staff,
            words=decision.words,
        )

    def decisions(self, bill_id: int) -> list[BillDecision]:
        return [
            BillDecision(BillState(what), from_ms(at_ms), AgreementChannel(channel), *rest)
            for what, at_ms, channel, *rest in _DECISIONS.rows(self._connection, wanted=bill_id)
        ]

    def _keep(self, number: int, lines: Iterable[BillLine]) -> None:
        for line in lines:
            if line.kind is LineKind.TIME and (other := _WHOSE.one(self._connection, agreement=line.agreement_id)):
                raise BillRefused("billed_before", f"agreement {line.agreement_id} stands in bill {other[0]} already")
            _NEW_LINE.run(
                self._connection,
                bill_id=number,
                position=line.position,
                kind=line.kind.value,
                agreement_id=line.agreement_id,
                work=line.work,
                rate=str(line.rate.money.amount),
                steps=line.steps,
                at_ms=to_ms(line.at),
                worked_s=line.worked // timedelta(seconds=1),
                reason=line.reason,
                staff=line.staff,
            )

    def _read(self, rows: Sequence[Any]) -> list[Bill]:
        lines = self._lines(row[0] for row in rows)
        return [_bill_from(row, lines.get(row[0], ())) for row in rows]

    def _lines(self, bill_ids: Iterable[int]) -> dict[int, list[Sequence[Any]]]:
        found: dict[int, list[Sequence[Any]]] = {}
        for number, *line in _LINES.rows(self._connection, ids=id_list(bill_ids)):
            found.setdefault(number, []).append(line)
        return found


def _bill_from(row: Sequence[Any], lines: Iterable[Sequence[Any]]) -> Bill:
    number, store_name, contact_id, state, code, digits, month, sent_ms, billed_ms, paid_ms, paid_by, shown = row
    currency = Currency(code, digits)
    return Bill(
        id=number,
        store=store_name,
        contact_id=contact_id,
        state=BillState(state),
        currency=currency,
        lines=tuple(_line_from(line, currency) for line in lines),
        month=month,
        sent_at=moment_or_none(sent_ms),
        billed_at=moment_or_none(billed_ms),
        paid_at=moment_or_none(paid_ms),
        paid_by=paid_by,
        number=shown,
    )


def _line_from(row: Sequence[Any], currency: Currency) -> BillLine:
    position, kind, agreement_id, work, rate, steps, at_ms, worked_s, reason, staff = row
    hourly = HourlyRate(Money(Decimal(rate), currency))
    worked = timedelta(seconds=worked_s)
    return BillLine(position, LineKind(kind), agreement_id, work, hourly, steps, from_ms(at_ms), worked, reason, staff)
