"""Licences of a vendor's own table, booked as his rows say (rule L8): one licence a row, in the history of all others.

Believes: the table is the vendor's word, and a row that says something else now is an event. But nobody loses a licence
by a slip: a row that can't be believed changes nothing, one that is gone leaves its licence as it is, and where many
licences would end at once, staff look first. A customer's number proves whose a licence is, as the shop itself says it;
an address only suggests it, so that such a licence is nobody's until staff link it (rule C19).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bridge.contracts.desk import Tx
from bridge.contracts.licence_rows import NOT_THERE, UNLIKE_ANY, LicenceRow, TableState
from bridge.contracts.licences import KeyedEvent
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.licence_history import KeptLicence, continued, ends_by, licence_now
from bridge.domain.licences import Licence, LicenceEvent, LicenceEventKind, LicenceSource
from bridge.domain.mapped_licences import (
    Fault,
    LicenceTable,
    MappedLicence,
    MappedRow,
    RowFault,
    address_mark,
    read_row,
    starts_later,
    told,
)
from bridge.services.licence_faults import may_end, report_faults, report_fuse
from bridge.services.licence_moves import changed_events, next_event, record

A_SECOND = timedelta(seconds=1)
REPLACED = "replaced"
"""Why a licence is suspended whose row has another key now."""


class Differing(NamedTuple):
    """Rows of a page that are to be read, and those that are there no more."""

    read: list[int]
    gone: list[int]


class Taken(NamedTuple):
    """What came of some rows: licences made, changed, of these such as count no more; and how many wait to be so."""

    issued: int = 0
    changed: int = 0
    ended: int = 0
    waiting: int = 0


def begin(tx: Tx, store: str, table: LicenceTable) -> TableState:
    """How far the table is known; where the store's file reads it otherwise now, every row is read again."""
    state = tx.licence_rows.state(store)
    if state.shape == table.shape:
        return state
    tx.licence_rows.read_again(store)
    tx.licence_rows.save_state(store, TableState(table.shape))
    return TableState(table.shape)


def all_read(tx: Tx, store: str, *, at: datetime) -> None:
    """Every row has been read: from now on customers hear of what changes."""
    state = tx.licence_rows.state(store)
    if state.read_at is None:
        tx.licence_rows.save_state(store, state._replace(read_at=at))


def differing(tx: Tx, store: str, digests: Mapping[int, int], *, after: int, until: int) -> Differing:
    """Which rows of a page are not as they were last read."""
    known = tx.licence_rows.digests(store, after=after, until=until)
    read = [row for row, digest in digests.items() if known.get(row) != digest]
    return Differing(read, [row for row, digest in known.items() if row not in digests and digest != NOT_THERE])


def customers_of(rows: Iterable[MappedRow], table: LicenceTable) -> set[int]:
    """The customers whom rows name, of whom the shop is asked whether it has them."""
    found = (read_row(row, table) for row in rows)
    return {one.customer_id for one in found if isinstance(one, MappedLicence) and one.customer_id is not None}


def take(
    tx: Tx,
    terms: DeskTerms,
    table: LicenceTable,
    rows: Sequence[MappedRow],
    *,
    gone: Collection[int] = (),
    present: Mapping[int, int],
    fuse_units: int,
    ended_before: int = 0,
    at: datetime,
) -> Taken:
    """Book rows as they are now, and those that are `gone`. `present` are the customers of theirs whom the shop has.

    `ended_before` is how many licences have ended or been suspended in this round already. Raises `KeyReused` where an
    event's key is recorded with other content.
    """
    page = _Page(tx, terms, table, present, at)
    page.load([row.id for row in rows], gone)
    for row in rows:
        page.take(row)
    return page.book(fuse_units, ended_before)


@dataclass(slots=True)
class _Staged:
    """What came of one row, before it is kept. `ends` says that by it a licence has ended or is suspended.

    `instead_of` is a row that is gone, whose licence this one has taken over.
    """

    row: LicenceRow
    events: list[KeyedEvent] = field(default_factory=list)
    ends: bool = False
    instead_of: int | None = None


class _Page:
    """Rows of the table, decided in memory one after another, then kept together."""

    def __init__(self, tx: Tx, terms: DeskTerms, table: LicenceTable, present: Mapping[int, int], at: datetime) -> None:
        self._tx, self._terms, self._table, self._present, self._at = tx, terms, table, present, at
        self._telling = tx.licence_rows.state(terms.store).read_at is not None
        self._known: dict[int, LicenceRow] = {}
        self._licences: dict[int, KeptLicence] = {}
        self._new: dict[str, Licence] = {}
        self._staged: list[_Staged] = []
        self._accounts: dict[Owner, Account] = {}
        self._nothing_left: set[int] = set()
        """Rows that are gone and gave no licence."""

    def load(self, row_ids: Iterable[int], gone: Iterable[int]) -> None:
        """What is remembered of the rows; those that are gone are so from now on."""
        store = self._terms.store
        self._known = self._tx.licence_rows.of_rows(store, {*row_ids, *gone})
        ids = [one.licence_id for one in self._known.values() if one.licence_id is not None]
        self._licences = self._tx.licences.by_ids(store, ids)
        for number in gone:
            before = self._known[number]
            if before.licence_id is None:
                self._nothing_left.add(number)
                continue
            after = before._replace(digest=NOT_THERE, fault=Fault.GONE.value, text="")
            self._known[number] = after
            self._staged.append(_Staged(after))

    def take(self, row: MappedRow) -> None:
        """Decide about one row."""
        before = self._known.get(row.id, LicenceRow(row.id, UNLIKE_ANY))
        one = read_row(row, self._table)
        staged = _Staged(before._replace(digest=row.digest, fault="", text=""))
        fault = one if isinstance(one, RowFault) else self._believe(staged, before, one)
        if fault is not None and fault.kind is not Fault.OTHER_PRODUCT:
            # What is wrong with the row itself is as it is until the row changes; the rest may be right tomorrow.
            digest = row.digest if isinstance(one, RowFault) else UNLIKE_ANY
            staged = _Staged(before._replace(digest=digest, fault=fault.kind.value, text=fault.text))
        self._staged.append(staged)

    def book(self, fuse_units: int, ended_before: int) -> Taken:
        """Keep what was decided, but for licences that would end with too many others (rule C2)."""
        store, rows = self._terms.store, self._tx.licence_rows
        ending = sum(one.ends for one in self._staged)
        waits = ending > 0 and not may_end(self._tx, store, ended_before + ending, fuse_units=fuse_units)
        if waits:
            report_fuse(self._tx, store, self._table.name, ending, at=self._at)
        kept = [one for one in self._staged if not (waits and one.ends)]
        forgotten = self._nothing_left | {one.instead_of for one in kept if one.instead_of is not None}
        events = [event for one in kept for event in one.events]
        before = dict(self._tx.licences.by_ids(store, {one.licence_id for one in events}))
        after = record(self._tx, store, self._terms.licences, events, list(self._new.values()), at=self._at)
        rows.forget(store, forgotten)
        rows.save(store, (one.row for one in kept if one.row.id not in forgotten))
        if self._telling:
            self._tell(events, before, after)
        if any(_is_news(self._known.get(one.row.id), one.row) for one in kept) or forgotten:
            report_faults(self._tx, store, self._table.name, at=self._at)
        ended, waiting = (0, ending) if waits else (ending, 0)
        issued = sum(one.id in after for one in self._new.values())
        return Taken(issued, len(after) - issued, ended, waiting)

    def _believe(self, staged: _Staged, before: LicenceRow, one: MappedLicence) -> RowFault | None:
        """Decide what a row's word changes; why it changes nothing, where it is not believed."""
        kept = self._licences.get(before.licence_id or 0)
        old = kept if kept is not None and kept.licence.key != one.key else None
        whose = one.customer_id if one.customer_id is not None else address_mark(one.email)
        owner = Owner(OwnerKind.CUSTOMER, one.customer_id) if one.customer_id else Owner(OwnerKind.HOLDER, one.row)
        if kept is None or old is not None:
            found = self._under_key(one)
            if isinstance(found, RowFault):
                return found
            kept, left = found if found is not None else (None, None)
        else:
            left = before
        if kept is None and starts_later(one, self._at):
            staged.row = staged.row._replace(digest=UNLIKE_ANY)
            return None
        if kept is not None and kept.now.product != one.product:
            rule = f"product: licence {kept.licence.id} is of {kept.now.product} and stays so"
            return RowFault(Fault.PRODUCT_CHANGED, f"{rule}: give {one.product} a row of its own")
        account = self._account(owner) if kept is None or left is None or whose != left.whose else None
        if isinstance(account, RowFault):
            return account
        if kept is None:
            assert account is not None
            kept = self._issue(staged, one, account)
        elif account is not None and kept.now.account_id != account.id:
            self._happened(staged, kept, LicenceEventKind.ASSIGNED, {"account": account.id})
        self._say_dates(staged, self._licences[kept.licence.id], one)
        if old is not None and old.now.told is not None:
            replaced = self._happened(staged, old, LicenceEventKind.DATES, {**old.now.told, "suspended": REPLACED})
            staged.ends = staged.ends or ends_by(old.now, replaced.now, self._at)
        if left is not None and left.id != before.id:
            staged.instead_of = left.id
        staged.row = staged.row._replace(licence_id=kept.licence.id, whose=whose)
        return None

    def _under_key(self, one: MappedLicence) -> tuple[KeptLicence, LicenceRow | None] | RowFault | None:
        """A licence that has the row's key already, and the row that it comes from: which must have gone."""
        store = self._terms.store
        if (new := self._new.get(one.key)) is not None:
            kept: KeptLicence | None = self._licences[new.id]
        else:
            kept = self._tx.licences.by_key(store, one.key)
        if kept is None:
            return None
        number = kept.licence.id
        staged = [one.row for one in self._staged if one.row.licence_id == number]
        taken = (one for one in staged if one.fault != Fault.GONE)  # by a row of this page, in the place of one gone
        row = next(taken, None) or next(iter(staged), None) or self._tx.licence_rows.of_licence(store, number)
        is_free = row is None or row.fault == Fault.GONE
        if kept.licence.source is not LicenceSource.TABLE or not is_free:
            where = f"row {row.id} has" if row is not None else f"licence {number} has"
            return RowFault(Fault.KEY_TWICE, f"key: {where} it already, and a key is one licence's alone")
        return self._licences.setdefault(number, kept), row

    def _account(self, owner: Owner) -> Account | RowFault:
        """The account of a row's owner, opened where there is none. Numbers are somebody's only by the shop's word."""
        if owner not in self._accounts:
            born = self._present.get(owner.ref) if owner.kind is OwnerKind.CUSTOMER else None
            if owner.kind is OwnerKind.CUSTOMER and born is None:
                return RowFault(Fault.CUSTOMER, f"customer_id: the shop has no customer {owner.ref}")
            account = self._tx.accounts.open(self._terms.store, [owner])[owner]
            if account.born is not None and account.born != born:
                return RowFault(Fault.CUSTOMER, f"customer_id: customer {owner.ref} is not who had that number before")
            if account.born is None and born is not None:
                self._tx.accounts.learn({account.id: born})
            self._accounts[owner] = account
        return self._accounts[owner]

    def _issue(self, staged: _Staged, one: MappedLicence, account: Account) -> KeptLicence:
        (number,) = self._tx.licences.new_ids(1)
        licence = Licence(
            id=number + len(self._new),
            store=self._terms.store,
            account_id=account.id,
            key=one.key,
            terms=self._terms.licences.products[one.product].terms,
            starts_at=one.starts or self._at,
            issued_at=self._at,
            source=LicenceSource.TABLE,
            order_id=one.order_id,
        )
        self._new[one.key] = licence
        kept = KeptLicence(licence, licence_now(licence, ()), 0)
        return self._happened(staged, kept, LicenceEventKind.ISSUED, {"units": 1})

    def _say_dates(self, staged: _Staged, kept: KeptLicence, one: MappedLicence) -> None:
        # Nobody is told of what had ended before the table was known.
        at = self._at if self._telling else self._at - A_SECOND
        detail = told(one, kept.licence.terms, before=kept.now.told, at=at)
        if detail == kept.now.told:
            return
        after = self._happened(staged, kept, LicenceEventKind.DATES, detail)
        staged.ends = kept.now.told is not None and ends_by(kept.now, after.now, self._at)

    def _happened(
        self, staged: _Staged, kept: KeptLicence, kind: LicenceEventKind, detail: Mapping[str, Any]
    ) -> KeptLicence:
        licence, event = kept.licence, LicenceEvent(self._at, kind, detail)
        staged.events.append(next_event(kept, event))
        after = KeptLicence(licence, continued(licence, kept.now, [event]), kept.number + 1)
        self._licences[licence.id] = after
        return after

    def _tell(
        self, events: Iterable[KeyedEvent], before: Mapping[int, KeptLicence], after: Mapping[int, KeptLicence]
    ) -> None:
        """Plugins hear what becomes of a customer's licence; what has no customer yet is nobody's news."""
        accounts = self._tx.accounts.by_ids({one.now.account_id for one in after.values()})
        customers = {number for number, account in accounts.items() if account.owner.kind is OwnerKind.CUSTOMER}
        heard = [one for one in events if after[one.licence_id].now.account_id in customers]
        self._tx.outbox.add(changed_events(self._tx, self._terms.store, heard, after, before))


def _is_news(before: LicenceRow | None, after: LicenceRow) -> bool:
    faults = ("", "") if before is None else (before.fault, before.text)
    return faults != (after.fault, after.text) or after.fault == Fault.GONE
