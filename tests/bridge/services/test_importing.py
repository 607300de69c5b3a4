"""Balances kept by hand are imported whole or not at all, once however often, and nobody is told (rules C2, C15)."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from bridge.domain.importing import ImportLine
from bridge.errors import ImportRefused
from bridge.services import heartbeat, importing, privacy, staff_coins
from bridge.services.importing import Customer, Imported
from tests.support.books import ACME, customer, rows
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk

CUSTOMERS = {"77": Customer(77, 7), "ada@shop.example": Customer(77, 7), "78": Customer(78, 8)}


@pytest.fixture
def desk() -> Iterator[CoinDesk]:
    with a_coin_desk() as desk:
        yield desk


def imported(desk: CoinDesk, *lines: ImportLine) -> Imported:
    return desk.desk.run(importing.book, desk.terms, lines, CUSTOMERS, by=ANNA, at=desk.now)


def refused(desk: CoinDesk, *lines: ImportLine) -> list[str]:
    before = rows(desk.desk, "SELECT * FROM entry")
    with pytest.raises(ImportRefused) as error:
        imported(desk, *lines)
    assert rows(desk.desk, "SELECT * FROM entry") == before
    return [str(one) for one in error.value.wrong]


def test_C15_each_line_becomes_a_package_with_its_end_and_its_note(desk: CoinDesk) -> None:
    done = imported(
        desk,
        ImportLine(2, "77", 300, date(2027, 3, 5), "notebook", "base"),
        ImportLine(3, "ada@shop.example", 20),
        ImportLine(4, "78", 7),
    )
    assert (done.new, done.coins, done.customers) == (3, 327, 2)
    first, second = desk.packages(CUSTOMER)
    assert (first.plan, first.coins, f"{first.usable_until:%Y-%m-%d %H:%M:%S}") == ("base", 300, "2027-03-05 20:29:59")
    assert (second.plan, second.coins, f"{second.usable_until:%Y-%m-%d}") == (None, 20, "2027-11-23")
    assert desk.coins(customer(78)) == (7, 0, 7)
    found = desk.desk.look(staff_coins.statement, ACME, CUSTOMER)
    assert [(one.entry.kind, one.entry.reason, one.entry.staff) for one in found] == [
        ("grant", "notebook", ANNA),
        ("grant", "imported", ANNA),
    ]
    assert desk.right()


def test_C2_nobody_is_told_and_only_future_reminders_are_armed(desk: CoinDesk) -> None:
    imported(desk, ImportLine(2, "77", 300, (desk.now + timedelta(days=10)).date()))
    assert desk.told() == []
    [package] = desk.packages(CUSTOMER)
    [(due,)] = rows(desk.desk, "SELECT due_ms FROM deadline WHERE ref = ?", [package.id])
    assert due == int((package.usable_until - timedelta(days=7)).timestamp() * 1000)


def test_C15_the_same_table_again_books_nothing_and_a_longer_one_only_what_is_new(desk: CoinDesk) -> None:
    lines = [ImportLine(2, "77", 300), ImportLine(3, "78", 7, key="n-1")]
    imported(desk, *lines)
    desk.later(days=40)
    again = imported(desk, *lines, ImportLine(4, "77", 1))
    assert [one.new for one in again.lines] == [False, False, True]
    assert desk.coins(CUSTOMER) == (301, 0, 301)
    assert len(desk.desk.look(lambda tx: tx.audit.lines())) == 2


def test_C15_a_table_whose_days_are_past_by_now_can_be_read_again(desk: CoinDesk) -> None:
    line = ImportLine(2, "77", 300, (desk.now + timedelta(days=1)).date())
    imported(desk, line)
    desk.later(days=9)
    assert imported(desk, line).new == 0


def test_C15_equal_lines_and_equal_keys_are_refused(desk: CoinDesk) -> None:
    assert refused(
        desk,
        ImportLine(2, "77", 5),
        ImportLine(3, "ada@shop.example", 5),
        ImportLine(4, "77", 5, key="a"),
        ImportLine(5, "78", 9, key="a"),
    ) == [
        "line 3: says the same as line 2; if both are meant, tell them apart by a column key",
        "line 5: key: must be another than that of line 4, not 'a'",
    ]


def test_C15_a_day_that_is_past_is_refused_and_nothing_of_the_table_is_booked(desk: CoinDesk) -> None:
    past = ImportLine(3, "78", 5, (desk.now - timedelta(days=1)).date())
    assert refused(desk, ImportLine(2, "77", 5), past) == [
        "line 3: expiry: must be a day to come, within 100 years, not '2026-11-22'"
    ]


@pytest.mark.parametrize(
    ("different", "told"),
    [
        ({"coins": 6}, ["coins: key a was imported before, with 5, not '6'"]),
        ({"customer": "78"}, ["customer: key a was imported before, with customer 77, not '78'"]),
        ({"expiry": date(2027, 6, 2)}, ["expiry: key a was imported before, with 2027-06-01, not '2027-06-02'"]),
        ({"plan": "base"}, ["plan: key a was imported before, with essential, not 'base'"]),
        ({"plan": None}, ["plan: key a was imported before, with essential, not 'none'"]),
        ({"note": "by fax"}, ["note: key a was imported before, with by telephone, not 'by fax'"]),
        (
            {"coins": 6, "note": ""},
            [
                "coins: key a was imported before, with 5, not '6'",
                "note: key a was imported before, with by telephone, not 'imported'",
            ],
        ),
    ],
)
def test_C15_a_line_that_says_something_else_under_its_key_is_refused(
    desk: CoinDesk, different: dict[str, Any], told: list[str]
) -> None:
    """It was passed over, and whoever had corrected the day in his table believed that it was booked."""
    first = ImportLine(2, "77", 5, date(2027, 6, 1), "by telephone", "essential", "a")
    imported(desk, first)
    assert imported(desk, first).new == 0
    assert refused(desk, first._replace(**different)) == [f"line 2: {one}" for one in told]


def test_D2_a_line_of_somebody_who_was_erased_is_not_imported_again_by_itself(desk: CoinDesk) -> None:
    line = ImportLine(2, "77", 5)
    imported(desk, line)
    account = desk.account_id(CUSTOMER)
    desk.desk.run(privacy.erase, ACME, CUSTOMER, by=ANNA, at=desk.now)
    [told] = refused(desk, line)
    assert told == (
        f"line 2: customer: the same line was imported before, for former customer's account {account}; "
        "if it is meant once more, give it a key of its own, not '77'"
    )
    assert imported(desk, line._replace(key="again")).new == 1


def test_C5_a_line_whose_package_ends_later_after_a_down_time_is_still_the_same(desk: CoinDesk) -> None:
    line = ImportLine(2, "77", 5, desk.now.date(), key="a")
    imported(desk, line)
    desk.desk.run(heartbeat.beat, desk.now)
    desk.desk.run(heartbeat.beat, desk.later(days=1))
    assert imported(desk, line).new == 0
    assert imported(desk, line._replace(expiry=None)).new == 0


def test_D3_coins_are_not_imported_onto_an_earlier_customers_account(desk: CoinDesk) -> None:
    imported(desk, ImportLine(2, "77", 5))
    account = desk.account_id(CUSTOMER)
    desk.desk.run(lambda tx: tx.accounts.learn({account: 1}))
    [error] = refused(desk, ImportLine(2, "77", 6))
    assert "customer 77 is not who had this number before" in error


def test_C15_a_large_table_is_booked_in_pages_and_planned_without_writing(desk: CoinDesk) -> None:
    lines = [ImportLine(number, "77", number) for number in range(2, 2_502)]
    planned = desk.desk.look(importing.plan, desk.terms, lines, CUSTOMERS, at=desk.now)
    assert (planned.new, rows(desk.desk, "SELECT COUNT(*) FROM entry")) == (2_500, [(0,)])
    assert imported(desk, *lines).new == 2_500
    assert desk.right()
