"""What a row of a vendor's own table of licences says, and which rows are not believed (rule L8)."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.licence_history import LicenceNow, licence_now, status_at
from bridge.domain.licence_keys import new_key
from bridge.domain.licences import Licence, LicenceEvent, LicenceEventKind, LicenceSource, LicenceTerms, Term
from bridge.domain.mapped_licences import (
    Fault,
    LicenceTable,
    MappedLicence,
    MappedRow,
    RowFault,
    RowField,
    RowStatus,
    address_mark,
    kept_key,
    read_row,
    starts_later,
    told,
)
from tests.support.books import TEHRAN

UTC_ZONE = ZoneInfo("UTC")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TABLE = LicenceTable(
    name="my_licences",
    id_column="id",
    columns={field: str(field) for field in RowField},
    known=frozenset({"seo", "menu"}),
    zone=TEHRAN,
    products={"17": "seo"},
    statuses={"1": "active", "Gone": "expired", "blocked": "suspended"},
)
TERMS = LicenceTerms("seo", TEHRAN, domains=3)


def a_row(**said: str) -> MappedRow:
    full = {"key": "VENDOR-1", "product": "17", "customer_id": "77", "status": "1", **said}
    return MappedRow(5, 1, {RowField(name): text for name, text in full.items()})


def read(table: LicenceTable = TABLE, /, **said: str) -> MappedLicence:
    one = read_row(a_row(**said), table)
    assert isinstance(one, MappedLicence), one
    return one


def fault(table: LicenceTable = TABLE, /, **said: str) -> RowFault:
    one = read_row(a_row(**said), table)
    assert isinstance(one, RowFault), one
    return one


def last_second(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, 59, tzinfo=TEHRAN)


def test_L8_a_row_says_whose_licence_of_what_it_is_and_until_when() -> None:
    one = read(support_until="2026-12-31", updates_until="2027-01-31 10:30:00", starts="2026-01-01", order_id="1042")
    assert (one.row, one.key, one.product, one.customer_id, one.status) == (5, "VENDOR-1", "seo", 77, RowStatus.ACTIVE)
    assert one.ends == {
        Term.LICENCE: None,
        Term.UPDATES: last_second(2027, 1, 31),
        Term.SUPPORT: last_second(2026, 12, 31),
    }
    assert (one.starts, one.order_id) == (datetime(2026, 1, 1, tzinfo=TEHRAN), 1042)


def test_L8_a_key_of_ours_is_kept_in_its_one_spelling_and_the_vendors_as_it_stands() -> None:
    key = new_key(lambda alphabet: alphabet[7])
    assert read(key=f" {key.lower()} ").key == key == kept_key(key.lower())
    assert read(key=" aB-1 ").key == "aB-1"


DATES = [
    ("sql", "2026-12-31", last_second(2026, 12, 31)),
    ("sql", "2026-12-31T08:00:00.5", last_second(2026, 12, 31)),
    ("sql", "", None),
    ("sql", "9999-12-31", None),
    ("unix", "1798733700", last_second(2026, 12, 31)),  # 19:45 in Tehran
    ("unix", "1798749000", last_second(2027, 1, 1)),  # 20:30 UTC is the next day there
    ("%d.%m.%Y", "31.12.2026", last_second(2026, 12, 31)),
    ("%d.%m.%Y %H:%M", "31.12.2026 08:00", last_second(2026, 12, 31)),
]


@pytest.mark.parametrize(("written", "text", "end"), DATES)
def test_L8_dates_are_days_of_the_store_however_the_table_writes_them(
    written: str, text: str, end: datetime | None
) -> None:
    assert read(replace(TABLE, date_format=written), support_until=text).ends[Term.SUPPORT] == end


FAULTS: list[tuple[dict[str, str], Fault, str]] = [
    ({"key": "  "}, Fault.NO_KEY, "key: must be a text of 1 to 191 characters; it has 0"),
    ({"key": "x" * 192}, Fault.NO_KEY, "it has 192"),
    ({"key": "a\nb"}, Fault.NO_KEY, "key: must be"),
    ({"product": "18"}, Fault.PRODUCT, 'product: must be one of "17", "menu", "seo", not \'18\''),
    ({"customer_id": ""}, Fault.CUSTOMER, "customer_id: must be the shop's number of a customer, not ''"),
    ({"customer_id": "0"}, Fault.CUSTOMER, "not '0'"),
    ({"customer_id": "-7"}, Fault.CUSTOMER, "not '-7'"),
    ({"email": "nobody"}, Fault.EMAIL, "email: must be an e-mail address"),
    ({"status": "7"}, Fault.STATUS, 'status: must be one of "1", "Gone", "blocked", not \'7\''),
    ({"status": ""}, Fault.STATUS, "not ''"),
    ({"support_until": "31.12.2026"}, Fault.DATE, "support_until: must be a date from 1970 on, written as 2026-12-31"),
    ({"support_until": "20261231"}, Fault.DATE, "not '20261231'"),
    ({"support_until": "2026-W49-1"}, Fault.DATE, "not '2026-W49-1'"),
    ({"support_until": "2026-02-30"}, Fault.DATE, "not '2026-02-30'"),
    ({"support_until": "1066-10-14"}, Fault.DATE, "not '1066-10-14'"),
    ({"support_until": "2026-12-00"}, Fault.DATE, "not '2026-12-00'"),
    ({"starts": "soon"}, Fault.DATE, "starts: must be a date"),
    ({"domains": "many"}, Fault.DOMAINS, "domains: must be a whole number from 0 to 10000, not 'many'"),
    ({"domains": "-1"}, Fault.DOMAINS, "not '-1'"),
    ({"domains": "10001"}, Fault.DOMAINS, "not '10001'"),
    ({"email": "a" * 243 + "@shop.example"}, Fault.EMAIL, "email: must be an e-mail address"),
    ({"order_id": "A7"}, Fault.ORDER, "order_id: must be the shop's number of an order, not 'A7'"),
]


@pytest.mark.parametrize(("said", "kind", "words"), FAULTS)
def test_L8_what_cannot_be_translated_is_a_fault_that_names_the_setting_the_rule_and_the_value(
    said: dict[str, str], kind: Fault, words: str
) -> None:
    found = fault(**said)
    assert found.kind is kind
    assert words in found.text


@pytest.mark.parametrize("zeros", ["0000-00-00", "0000-00-00 00:00:00", "0"])
def test_L8_a_date_of_nothing_but_zeros_is_a_fault_unless_the_file_says_that_it_never_comes(zeros: str) -> None:
    written = "unix" if zeros == "0" else "sql"
    found = fault(replace(TABLE, date_format=written), support_until=zeros)
    assert (found.kind, repr(zeros) in found.text) == (Fault.DATE, True)
    never = replace(TABLE, date_format=written, zero_dates=True)
    assert read(never, support_until=zeros, starts=zeros).ends[Term.SUPPORT] is None


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"id_column": "nr"},
        {"columns": {RowField.KEY: "code"}},
        {"known": frozenset({"seo"})},
        {"zone": UTC_ZONE},
        {"values": {RowField.DOMAINS: "3"}},
        {"products": {"18": "seo"}},
        {"statuses": {"1": "suspended"}},
        {"date_format": "unix"},
        {"zero_dates": True},
        {"ignores_others": True},
    ],
)
def test_L8_whatever_gives_rows_another_meaning_has_them_read_again(change: dict[str, Any]) -> None:
    assert {field.name for field in fields(TABLE)} >= change.keys()
    assert replace(TABLE, **change).shape != TABLE.shape
    assert replace(TABLE, statuses=dict(reversed(list(TABLE.statuses.items())))).shape == TABLE.shape


def test_D1_a_fault_does_not_repeat_an_address() -> None:
    assert "ada" not in fault(email="ada at shop.example").text


def test_L8_two_rows_with_one_number_are_no_row_to_believe() -> None:
    found = read_row(a_row()._replace(times=2), TABLE)
    assert isinstance(found, RowFault)
    assert found.kind is Fault.ID_TWICE


def test_L8_without_a_translation_the_tables_words_are_ours() -> None:
    plain = replace(TABLE, products={}, statuses={})
    assert read(plain, product="menu", status="Suspended").status is RowStatus.SUSPENDED
    assert fault(plain, product="menu", status="1").kind is Fault.STATUS
    assert fault(plain, product="17").kind is Fault.PRODUCT


def kept(said: dict[str, str], before: dict[str, Any] | None = None, at: datetime = NOON) -> dict[str, Any]:
    return told(read(**said), TERMS, before=before, at=at)


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


def test_L8_a_licence_is_valid_from_its_first_moment_on() -> None:
    one, first = read(starts="2026-11-20"), datetime(2026, 11, 20, tzinfo=TEHRAN)
    assert [starts_later(one, first - timedelta(seconds=1)), starts_later(one, first)] == [True, False]
    assert not starts_later(read(), first)


@pytest.mark.parametrize(("said", "order"), [("1042", 1042), ("0", None), ("", None)])
def test_L8_a_row_without_an_order_says_0_or_nothing(said: str, order: int | None) -> None:
    assert read(order_id=said).order_id == order


def test_L8_domains_are_the_rows_or_else_the_products_and_0_is_any_number() -> None:
    assert [kept({"domains": text})["domains"] for text in ("", "5", "0")] == [3, 5, None]


def test_L8_what_the_table_calls_expired_has_ended_and_what_it_calls_suspended_is() -> None:
    ends = {"support_until": "2026-12-31"}
    gone = {"status": "gone", **ends}
    assert kept(ends)["support"] == milliseconds(last_second(2026, 12, 31))
    first = kept(gone)
    assert first["support"] == milliseconds(NOON)
    assert kept(gone, first, NOON.replace(day=25)) == first, "and stays as it was"
    earlier = kept({"status": "Gone", "support_until": "2026-11-01"})
    assert earlier["support"] == milliseconds(last_second(2026, 11, 1))
    assert kept(gone)["licence"] is None
    assert (kept({"status": "blocked", **ends})["suspended"], kept(ends)["suspended"]) == ("vendor", None)


@pytest.mark.parametrize(("grace", "until"), [(0, NOON), (7, last_second(2026, 11, 27))])
def test_L8_days_of_grace_follow_when_the_table_says_expired_and_none_when_it_says_suspended(
    grace: int, until: datetime
) -> None:
    def standing(status: str) -> LicenceNow:
        terms = TERMS._replace(grace_days=grace)
        licence = Licence(1, "acme", 1, "VENDOR-1", terms, starts_at=NOON, issued_at=NOON, source=LicenceSource.TABLE)
        detail = kept({"status": status, "support_until": "2026-12-31"})
        return licence_now(licence, [LicenceEvent(NOON, LicenceEventKind.DATES, detail)])

    assert standing("gone").counts_until == until
    assert status_at(standing("blocked"), NOON, expiring_days=()).code == "suspended"


def test_C19_equal_addresses_have_one_mark_and_it_tells_no_address() -> None:
    assert address_mark(" Ada@Shop.example") == address_mark("ada@shop.EXAMPLE") != address_mark("bob@shop.example")
    assert 0 <= address_mark("ada@shop.example") < 2**63


@settings(max_examples=50)
@given(
    st.dictionaries(st.sampled_from(list(RowField)), st.text(max_size=30)),
    st.sampled_from(["sql", "unix", "%d.%m.%Y"]),
)
def test_L8_no_row_whatever_it_holds_is_more_than_a_fault(said: dict[RowField, str], written: str) -> None:
    row = MappedRow(5, 1, {RowField.KEY: "k", RowField.PRODUCT: "seo", **said})
    one = read_row(row, replace(TABLE, date_format=written))
    assert isinstance(one, MappedLicence | RowFault)
    if isinstance(one, MappedLicence):
        told(one, TERMS, before=None, at=NOON)
