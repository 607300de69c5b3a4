"""Licences in a vendor's own table: what one of its rows says, in our words (rule L8).

Believes: the table is somebody else's. It says what it says in words, dates and numbers of its own, which the store's
file translates; what can't be translated is a fault of that row alone, and is never guessed at. Of a row that is at
fault nothing new is believed, and nothing that was believed before is taken back.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bridge.domain.licence_keys import normal
from bridge.domain.licences import LicenceTerms, Term
from bridge.domain.moments import to_ms
from bridge.domain.packages import end_of_day

LONGEST_KEY = 191
MOST_DOMAINS = 10_000
VENDOR = "vendor"
"""Why a licence is suspended that the vendor's table says is."""
_FIRST, _NEVER = 1970, 9000
"""Years between which a date is meant; tables write the last as one that never comes."""
_SQL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}:\d{2}(\.\d+)?)?", re.ASCII)


class RowField(StrEnum):
    """What a row may say of a licence; the names are those of the settings."""

    KEY = "key"
    PRODUCT = "product"
    CUSTOMER_ID = "customer_id"
    EMAIL = "email"
    STATUS = "status"
    STARTS = "starts"
    LICENCE_UNTIL = "licence_until"
    UPDATES_UNTIL = "updates_until"
    SUPPORT_UNTIL = "support_until"
    DOMAINS = "domains"
    ORDER_ID = "order_id"


UNTIL = {
    Term.LICENCE: RowField.LICENCE_UNTIL,
    Term.UPDATES: RowField.UPDATES_UNTIL,
    Term.SUPPORT: RowField.SUPPORT_UNTIL,
}


class RowStatus(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    SUSPENDED = "suspended"


class MappedRow(NamedTuple):
    """A row as it was read: the texts of what is mapped, empty for NULL; what is not mapped is not there.

    `digest` tells it from itself with other content. `times` is how many rows have this id, which should be one.
    """

    id: int
    digest: int
    said: Mapping[RowField, str]
    times: int = 1


@dataclass(frozen=True, slots=True)
class LicenceTable:
    """How a vendor's table is read: where each thing stands, or what it is for all rows, and what its words mean.

    `columns` has the column of each thing, `values` what holds for every row, `known` are the keys of the store's
    products. Rows of others are at fault, unless it `ignores_others`. Without `zero_dates` a date of nothing but
    zeros is a fault, with it one that never comes.
    """

    name: str
    id_column: str
    columns: Mapping[RowField, str]
    known: frozenset[str]
    zone: ZoneInfo
    values: Mapping[RowField, str] = field(default_factory=dict)
    products: Mapping[str, str] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)
    date_format: str = "sql"
    zero_dates: bool = False
    ignores_others: bool = False

    @property
    def shape(self) -> str:
        """A text that is another when a row may mean something else."""
        parts: list[Any] = [self.name, self.id_column, self.zone.key, self.date_format]
        parts += [self.zero_dates, self.ignores_others, sorted(self.known)]
        parts += [sorted(one.items()) for one in (self.columns, self.values, self.products, self.statuses)]
        return sha256(repr(parts).encode()).hexdigest()


class Fault(StrEnum):
    """Why a row is not believed. The value is stable: problems are kept under it."""

    ID_TWICE = "id_twice"
    NO_KEY = "no_key"
    KEY_TWICE = "key_twice"
    PRODUCT = "product"
    OTHER_PRODUCT = "other_product"
    PRODUCT_CHANGED = "product_changed"
    CUSTOMER = "customer"
    EMAIL = "email"
    STATUS = "status"
    DATE = "date"
    DOMAINS = "domains"
    ORDER = "order"
    GONE = "gone"


class RowFault(NamedTuple):
    """What is wrong with a row: the setting whose column says it, and the rule with the value that broke it."""

    kind: Fault
    text: str


class MappedLicence(NamedTuple):
    """What a row says of a licence. `domains` is None where it does not say, 0 for any number."""

    row: int
    key: str
    product: str
    customer_id: int | None
    email: str
    status: RowStatus
    starts: datetime | None
    ends: Mapping[Term, datetime | None]
    domains: int | None
    order_id: int | None


class _Wrong(Exception):
    """A row can't be read; carries its fault."""

    def __init__(self, kind: Fault, rule: str, value: str | None = None) -> None:
        super().__init__(rule)
        self.fault = RowFault(kind, rule if value is None else f"{rule}, not {_shown(value)}")


def read_row(row: MappedRow, table: LicenceTable) -> MappedLicence | RowFault:
    """What a row says; its first fault where it can't be believed."""
    try:
        return _read(row, table)
    except _Wrong as wrong:
        return wrong.fault


def told(one: MappedLicence, terms: LicenceTerms, *, before: Mapping[str, Any] | None, at: datetime) -> dict[str, Any]:
    """What is kept of a row in a licence's history: the detail of its event of kind DATES.

    One that the table calls expired has ended by now, whatever its dates say; `before` is what was kept last, whose end
    stands where it has come already.
    """
    detail: dict[str, Any] = {term.value: _ms(one.ends[term]) for term in Term}
    if one.status is RowStatus.EXPIRED:
        now, end = _ms(at), detail[terms.active.value]
        if now is not None and (end is None or end > now):
            earlier = before.get(terms.active.value) if before else None
            detail[terms.active.value] = earlier if earlier is not None and earlier <= now else now
    domains = terms.domains if one.domains is None else one.domains
    detail["domains"] = domains or None
    detail["suspended"] = VENDOR if one.status is RowStatus.SUSPENDED else None
    return detail


def kept_key(text: str) -> str:
    """A key as it is kept and looked up: in the one spelling of ours, else as it stands, for one of the vendor's."""
    return normal(text) or text.strip()


def address_mark(email: str) -> int:
    """A number by which equal addresses are known without being kept; spelling with small or large letters is one."""
    return int.from_bytes(sha256(email.strip().casefold().encode()).digest()[:8]) >> 1


def _read(row: MappedRow, table: LicenceTable) -> MappedLicence:
    said = row.said
    if row.times > 1:
        raise _Wrong(Fault.ID_TWICE, f"{row.times} rows have this {table.id_column}; it must be of one alone")
    key = kept_key(said.get(RowField.KEY, ""))
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        raise _Wrong(Fault.NO_KEY, f"key: must be a text of 1 to {LONGEST_KEY} characters; it has {len(key)}")
    word = said[RowField.PRODUCT].strip()
    product = table.products.get(word, word)
    if product not in table.known and table.ignores_others:
        raise _Wrong(Fault.OTHER_PRODUCT, "product: is another one, which is left out")
    if product not in table.known:
        raise _Wrong(Fault.PRODUCT, f"product: must be {_one_of([*table.products, *sorted(table.known)])}", word)
    return MappedLicence(
        row=row.id,
        key=key,
        product=product,
        customer_id=_customer(said),
        email=_email(said),
        status=_status(said, table),
        starts=_starts(said, table),
        ends={term: _until(said, table, name) for term, name in UNTIL.items()},
        domains=_domains(said),
        order_id=_order(said),
    )


def _customer(said: Mapping[RowField, str]) -> int | None:
    text = said.get(RowField.CUSTOMER_ID)
    if text is None:
        return None
    number = _whole(text)
    if not number:
        raise _Wrong(Fault.CUSTOMER, "customer_id: must be the shop's number of a customer", text)
    return number


def _email(said: Mapping[RowField, str]) -> str:
    text = said.get(RowField.EMAIL)
    if text is None:
        return ""
    name, at, host = text.strip().rpartition("@")
    if not (name and at and host) or len(text) > 254:
        raise _Wrong(Fault.EMAIL, "email: must be an e-mail address")  # whose text is personal, and not told
    return text.strip()


def _status(said: Mapping[RowField, str], table: LicenceTable) -> RowStatus:
    text = said.get(RowField.STATUS)
    if text is None:
        return RowStatus.ACTIVE
    words = {word.casefold(): meant for word, meant in table.statuses.items()} or {one: one for one in RowStatus}
    meant = words.get(text.strip().casefold())
    if meant is None:
        raise _Wrong(Fault.STATUS, f"status: must be {_one_of(table.statuses or RowStatus)}", text)
    return RowStatus(meant)


def _domains(said: Mapping[RowField, str]) -> int | None:
    text = said.get(RowField.DOMAINS)
    if text is None or not text.strip():
        return None
    number = _whole(text)
    if number is None or number > MOST_DOMAINS:
        raise _Wrong(Fault.DOMAINS, f"domains: must be a whole number from 0 to {MOST_DOMAINS}", text)
    return number


def _order(said: Mapping[RowField, str]) -> int | None:
    text = said.get(RowField.ORDER_ID)
    if text is None or text.strip() in {"", "0"}:
        return None
    number = _whole(text)
    if number is None:
        raise _Wrong(Fault.ORDER, "order_id: must be the shop's number of an order", text)
    return number


def _starts(said: Mapping[RowField, str], table: LicenceTable) -> datetime | None:
    found = _moment(said, table, RowField.STARTS)
    return None if found is None else found.replace(tzinfo=table.zone).astimezone(UTC)


def _until(said: Mapping[RowField, str], table: LicenceTable, name: RowField) -> datetime | None:
    """A licence counts to the end of the day that is named, in the store's zone, as a package does (rule C3)."""
    found = _moment(said, table, name)
    return None if found is None else end_of_day(found.date(), table.zone)


def _moment(said: Mapping[RowField, str], table: LicenceTable, name: RowField) -> datetime | None:
    """A date on the shop's wall clock; None where it says none, or one that never comes."""
    text = said.get(name, "").strip()
    if not text:
        return None
    if not text.strip("0-: .T"):
        if table.zero_dates:
            return None
        rule = f"{name}: a date of nothing but zeros says neither when nor never (zero_dates says it for all)"
        raise _Wrong(Fault.DATE, f"{rule}: {_shown(text)}")
    found = _parsed(text, table)
    if found is None or found.year < _FIRST:
        how = {"sql": "2026-12-31", "unix": "seconds since 1970"}.get(table.date_format, table.date_format)
        raise _Wrong(Fault.DATE, f"{name}: must be a date from {_FIRST} on, written as {how}", text)
    return None if found.year >= _NEVER else found


def _parsed(text: str, table: LicenceTable) -> datetime | None:
    try:
        if table.date_format == "unix":
            seconds = _whole(text)
            return None if seconds is None else datetime.fromtimestamp(seconds, table.zone).replace(tzinfo=None)
        if table.date_format == "sql":
            if _SQL_DATE.fullmatch(text) is None:
                return None
            return datetime.fromisoformat(text.partition(".")[0])
        return datetime.strptime(text, table.date_format).replace(tzinfo=None)  # noqa: DTZ007  # a shop's wall clock
    except (ValueError, OverflowError, OSError):
        return None


def _whole(text: str) -> int | None:
    """A whole number that a column of numbers can hold, not below 0; as text it may have zeros before and behind."""
    digits = re.fullmatch(r"0*(\d{1,18})(?:\.0*)?", text.strip(), re.ASCII)
    return int(digits[1]) if digits else None


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment.replace(microsecond=0))


def _one_of(words: Iterable[str]) -> str:
    shown = [f'"{word}"' for word in words]
    return f"one of {', '.join(shown)}" if len(shown) > 1 else "".join(shown)


def _shown(text: str) -> str:
    return repr(text[:40] + ("…" if len(text) > 40 else ""))


def starts_later(one: MappedLicence, at: datetime) -> bool:
    """Whether a licence is not valid yet."""
    return one.starts is not None and one.starts > at
