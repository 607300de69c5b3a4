"""Reports in staff's hands: a table, a file for spreadsheets and JSON, all of the same histories (rules T3, T9)."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.engine.setup import StoreSetup
from bridge.services import staff_coins
from bridge.services.opening import open_ticket
from bridge.services.tickets import reply
from tests.bridge.cli.conftest import CounterPlace
from tests.support.settings_files import load_plain

MONDAY = datetime(2025, 11, 24, 8, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOVEMBER = ("report", "sla", "--from", "2025-11-01", "--to", "2025-11-30")


def terms_of(counter: CounterPlace) -> DeskTerms:
    return StoreSetup.of(load_plain(counter.place.config).stores["acme"]).desk_terms


@pytest.fixture(name="kept")
def _kept(counter: CounterPlace) -> CounterPlace:
    """A customer of the base plan asked three times on a Monday: answered after 2 h, after 3 days, and never."""
    terms, owner = terms_of(counter), Owner(OwnerKind.CUSTOMER, 77)
    facts: dict[str, Any] = {
        "coins": 300,
        "reason": "Test",
        "staff": "Anna",
        "key": "k",
        "zone": terms.zone,
        "plan": "base",
    }
    counter.desk.run(staff_coins.grant, "acme", owner, at=MONDAY - 24 * HOUR, **facts)
    account = counter.desk.look(lambda tx: tx.accounts.of_owners("acme", [owner]))[owner]
    for took in (2 * HOUR, 72 * HOUR, None):
        ticket = counter.desk.run(open_ticket, terms, account, subject="Slider", text="Help.", at=MONDAY)
        if took is not None:
            counter.desk.run(reply, terms, ticket.id, text="Look.", by="Anna", at=MONDAY + took)
    return counter


def test_T3_the_table_says_per_plan_how_promises_were_kept(kept: CounterPlace) -> None:
    lines = [line.split() for line in kept.well(*NOVEMBER).lines()]
    heading = next(line for line in lines if line[:1] == ["Plan"])
    assert heading == ["Plan", "Answer", "Owed", "In", "time", "Breached", "Late", "Open", "Median", "p90"]
    assert ["base", "first", "3", "1", "2", "0", "0", "2:00", "72:00"] in lines
    assert ["Hour", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] in lines
    assert ["11:00", "3", "(2)"] in lines, "11:35 in Tehran"


def test_the_file_for_spreadsheets_has_a_line_for_all_hours_and_one_for_each(kept: CounterPlace) -> None:
    out = kept.well(*NOVEMBER, "--csv").out
    assert out.count("\r\n") == 3
    total, hour = csv.DictReader(io.StringIO(out))
    assert (total["standing"], total["clock"], total["weekday"], total["hour"]) == ("base", "first_answer", "", "")
    assert (hour["weekday"], hour["hour"]) == ("monday", "11")
    figures = {name: total[name] for name in ("owed", "met", "breached", "answered", "median_seconds", "p90_seconds")}
    assert figures == {
        "owed": "3",
        "met": "1",
        "breached": "2",
        "answered": "2",
        "median_seconds": "7200",
        "p90_seconds": "259200",
    }
    assert all(hour[name] == value for name, value in figures.items())


def test_programs_get_the_same(kept: CounterPlace) -> None:
    (store,) = kept.document(*NOVEMBER)["stores"]
    assert (store["store"], store["zone"]) == ("acme", "Asia/Tehran")
    assert (store["begin"], store["end"]) == ("2025-10-31T20:30:00Z", "2025-11-30T20:30:00Z")
    (total,) = store["totals"]
    assert (total["standing"], total["owed"], total["median_seconds"]) == ("base", 3, 7200)
    assert [(one["weekday"], one["hour"], one["breached"]) for one in store["hours"]] == [("monday", 11, 2)]


def test_a_time_without_tickets_says_so(kept: CounterPlace) -> None:
    lines = kept.well("report", "sla", "--from", "2025-10-01", "--to", "2025-10-31").lines()
    assert lines == [
        "Store acme: answers asked for from 2025-10-01 to 2025-10-31, by the clock of Asia/Tehran",
        "No answer was owed that began then.",
    ]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--from", "1 May", "--to", "2025-11-30"), "--from must be a day written YYYY-MM-DD, not 1 May"),
        (("--from", "2025-11-01", "--to", "9999-12-31"), "--to must be a day written YYYY-MM-DD, not 9999-12-31"),
        (
            ("--from", "2025-11-02", "--to", "2025-11-01"),
            "--to must not be before --from, but 2025-11-01 is before 2025-11-02",
        ),
    ],
)
def test_a_time_that_is_none_is_refused(counter: CounterPlace, words: tuple[str, ...], error: str) -> None:
    answer = counter.place.cli("report", "sla", *words)
    assert (answer.code, answer.out) == (2, "")
    assert error in answer.err


def test_a_table_and_json_cannot_both_be_had(counter: CounterPlace) -> None:
    answer = counter.place.cli(*NOVEMBER, "--csv", "--json")
    assert (answer.code, answer.document["message"]) == (2, "--csv and --json can't both be had")
