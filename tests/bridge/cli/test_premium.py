"""Premium time on the command line: agreed on, timed, closed, stated, billed and paid (rules W4 to W8, W11)."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.cli.premium_shown import exact, hours, money
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.money import Currency, Money
from bridge.testing.clock import FixedClock
from bridge.testing.desks import a_desk
from tests.bridge.cli.conftest import BY, COUNTER_STORE, CounterPlace, ShopPlace
from tests.support.commands import a_workplace
from tests.support.settings_files import load_plain

PREMIUM = """
[premium.kinds.technical]
name = { en = "Technical support", ru = "Техническая поддержка", fa = "پشتیبانی فنی" }
rate = "20.00"
[premium.kinds.urgent]
name = { en = "Urgent critical work" }
rate = "30.00"
[[premium.numbers]]
name = "developer"
role = "premium"
number = "+91 22 5555 0199"
agents = ["Anna"]
"""
EVIDENCE = ("--evidence", "He wrote yes at 10:12.")


@pytest.fixture(name="counter")
def _counter(folder: Path, capsys: pytest.CaptureFixture[str], clock: FixedClock) -> Iterator[CounterPlace]:
    assert clock is not None
    place = a_workplace(folder / "premium", capsys, stores={"acme.toml": COUNTER_STORE + PREMIUM})
    with a_desk(place.state) as desk:
        desk.run(lambda tx: tx.accounts.open("acme", [Owner(OwnerKind.CUSTOMER, 77)]))
        yield CounterPlace(place, desk)


def offered(counter: CounterPlace, kind: str = "technical", limit: str = "60") -> str:
    words = ("premium", "offer", "--customer", "77", "--kind", kind, "--limit", limit)
    return str(counter.document(*words, "--words", "Move the shop.", *BY)["agreement"])


def accepted(counter: CounterPlace, kind: str = "technical", limit: str = "60") -> str:
    number = offered(counter, kind, limit)
    counter.well("premium", "accept", number, *EVIDENCE, *BY)
    return number


def worked(counter: CounterPlace, clock: FixedClock, minutes: int, kind: str = "technical") -> str:
    """The number of the bill for so many minutes of timed work."""
    number = accepted(counter, kind)
    counter.well("premium", "start", number, *BY)
    clock.advance(timedelta(minutes=minutes))
    counter.well("premium", "stop", *BY)
    return str(counter.document("premium", "close", number, *BY)["bill"])


@pytest.mark.parametrize(
    ("kind", "minutes", "charged", "total"), [("technical", 47, 60, "20.00"), ("urgent", 16, 30, "15.00")]
)
def test_W6_what_was_worked_is_rounded_up_once_and_hours_times_rate_is_the_total(
    counter: CounterPlace, clock: FixedClock, kind: str, minutes: int, charged: int, total: str
) -> None:
    bill = counter.document("premium", "statement", worked(counter, clock, minutes, kind))
    (line,) = bill["lines"]
    assert (line["worked_seconds"], line["minutes"], line["amount"]) == (minutes * 60, charged, total)
    assert (bill["total"], bill["currency"], bill["state"]) == (total, "USD", "draft")


def test_W5_without_an_accepted_agreement_no_timer_runs(counter: CounterPlace) -> None:
    number = offered(counter)
    error, *_ = counter.refused("premium", "start", number, *BY)
    assert "before it no minute can be charged (rule W5)" in error
    answer = counter.place.cli("premium", "start", *BY)
    assert "Time is charged only by an agreement" in answer.err
    assert "--unbilled --contact CONTACT" in answer.err


def test_W5_time_without_an_agreement_is_never_charged(counter: CounterPlace, clock: FixedClock) -> None:
    number = offered(counter)
    out = counter.well("premium", "start", "--unbilled", "--contact", "1", *BY).out
    assert "time that is not charged" in out
    clock.advance(timedelta(minutes=30))
    counter.well("premium", "stop", *BY)
    counter.well("premium", "accept", number, *EVIDENCE, *BY)
    closed = counter.document("premium", "close", number, *BY)
    assert (closed["worked_seconds"], closed["bill"]) == (0, None)


def test_W5_the_limit_is_whole_quarters_of_an_hour(counter: CounterPlace) -> None:
    answer = counter.place.cli("premium", "offer", "--customer", "77", "--kind", "technical", "--limit", "50", *BY)
    assert answer.code != 0
    assert "--limit must be whole quarters of an hour: 15, 30, 45, 60 ..., not 50" in answer.err


def test_W5_an_agreement_is_shown_with_its_words_and_evidence(counter: CounterPlace) -> None:
    out = counter.well("premium", "show", accepted(counter)).out
    assert "technical, 20.00 USD an hour" in out
    assert "1 h, 20.00 USD" in out
    assert "Move the shop." in out
    assert "He wrote yes at 10:12." in out
    listed = counter.well("premium", "list").out
    assert "customer 77 (contact 1)" in listed
    assert "1 agreement. More about one: bridge premium show AGREEMENT" in listed
    assert counter.well("premium", "list", "--customer", "78").out == "No agreements.\n"


async def test_W5_an_offer_to_a_customer_whom_the_desk_does_not_know_is_looked_up_in_the_shop(acme: ShopPlace) -> None:
    acme.change_store(sections=PREMIUM)
    await acme.join()
    offer = ("premium", "offer", "--kind", "technical", "--limit", "60", *BY, "--customer")
    nobody = await acme.cli(*offer, "4711")
    assert (nobody.code, nobody.out) == (1, "")
    assert nobody.err.splitlines() == [
        "Error: acme: the shop has no customer 4711",
        "Try: look the customer up: bridge account find E-MAIL --store acme",
    ]
    customer = str(await acme.shop.add_customer("new@shop.example"))
    assert (await acme.cli(*offer, customer)).code == 0
    acme.change_store(sections=PREMIUM, socket="/nowhere/shop.sock")
    assert (await acme.cli(*offer, customer)).code == 0, "whom the desk knows the shop is not asked for"
    listed = (await acme.cli("premium", "list", "--json")).document["agreements"]
    assert [one["customer"]["id"] for one in listed] == [int(customer)] * 2


def test_W5_while_the_shop_is_down_nothing_is_offered_to_whom_nobody_knows(counter: CounterPlace) -> None:
    offer = ("premium", "offer", "--customer", "4711", "--kind", "technical", "--limit", "60")
    error, *_ = counter.refused(*offer, *BY)
    assert "mysqld.sock" in error


def test_W5_an_offer_can_be_revised_withdrawn_and_declined(counter: CounterPlace) -> None:
    number = offered(counter)
    revised = counter.document("premium", "revise", number, "--kind", "urgent", "--limit", "30", *BY)
    assert (revised["version"], revised["rate"], revised["limit_money"]) == (2, "30.00", "15.00")
    assert counter.document("premium", "decline", number, *EVIDENCE, *BY)["state"] == "declined"
    counter.well("premium", "revise", number, "--kind", "urgent", "--limit", "15", *BY)
    assert counter.document("premium", "withdraw", number, *BY)["state"] == "withdrawn"
    (error, _) = counter.refused("premium", "accept", number, *EVIDENCE, *BY)
    assert "withdrawn" in error


def test_W6_waiting_counts_for_ten_minutes_and_a_timer_ends_at_the_limit(
    counter: CounterPlace, clock: FixedClock
) -> None:
    number = accepted(counter)
    counter.well("premium", "start", number, *BY)
    clock.advance(timedelta(minutes=5))
    out = counter.well("premium", "waiting", *BY).out
    assert "Anna waits: agreement 1, 0:05:00. It ends 10 min after the waiting was marked." in out
    assert "Anna waits" in counter.well("premium", "timers").out
    assert "customer 77 (contact 1)" in counter.well("premium", "timers").out
    clock.advance(timedelta(hours=3))
    out = counter.well("premium", "stop", *BY).out
    assert "Anna stopped: agreement 1, 0:15:00." in out
    counter.well("premium", "start", number, *BY)
    clock.advance(timedelta(hours=3))
    shown = counter.document("premium", "show", number)
    assert (shown["worked_seconds"], shown["runs"]) == (3_600, None), "also where no daemon has booked the end"
    assert counter.well("premium", "timers").out == "No timer runs.\n"
    out = counter.well("premium", "stop", *BY).out
    assert "0:45:00" in out
    assert "at the agreement's limit." in out
    assert "at the limit, by itself" in counter.well("premium", "show", number).out
    assert counter.well("premium", "timers").out == "No timer runs.\n"


def test_W11_time_is_entered_by_hand_with_a_reason(counter: CounterPlace, clock: FixedClock) -> None:
    number = accepted(counter)
    begun = clock.now()
    clock.advance(timedelta(hours=1))
    since = f"{begun.astimezone(_zone(counter)):%Y-%m-%d %H:%M:%S}"
    words = ("premium", "add", number, "--from", since, "--minutes", "20", "--reason", "On the phone")
    assert "0:20:00" in counter.well(*words, *BY).out
    error, *_ = counter.refused(*words, *BY)
    assert "has worked then already, for agreement 1: segment 1" in error
    early = ("premium", "add", number, "--from", "2020-01-01 09:00", *words[5:])
    error, *_ = counter.refused(*early, *BY)
    assert f"was accepted at {since}, by the clock of {_zone(counter).key}" in error, "by the clock that --from goes by"
    answer = counter.place.cli("premium", "add", number, "--from", "soon", "--minutes", "20", "--reason", "x", *BY)
    assert "--from must be a moment by the store's clock" in answer.err


def test_W8_the_statement_comes_before_the_bill_and_corrections_are_lines(
    counter: CounterPlace, clock: FixedClock
) -> None:
    bill = worked(counter, clock, 47)
    error, *_ = counter.refused("premium", "bill", bill, *BY)
    assert "(rule W8)" in error
    counter.well("premium", "statement", bill, "--send", *BY)
    counter.well("premium", "dispute", bill, *EVIDENCE, *BY)
    error, *_ = counter.refused("premium", "bill", bill, *BY)
    assert "disputed" in error
    words = ("premium", "correct", bill, "--agreement", "1", "--reason", "Our own fault")
    corrected = counter.document(*words, "--minutes", "-15", *BY)
    assert [line["amount"] for line in corrected["lines"]] == ["20.00", "-5.00"]
    counter.well("premium", "agree", bill, *EVIDENCE, *BY)
    assert counter.document("premium", "bill", bill, *BY)["state"] == "billed"
    paid = counter.document("premium", "paid", bill, "--how", "Bank transfer 17", *BY)
    assert (paid["state"], paid["total"], paid["paid_by"]) == ("paid", "15.00", "staff:Anna")
    out = counter.well("premium", "statement", bill).out
    assert "Bank transfer 17" in out
    assert "technical, correction" in out
    assert "Paid by         hand, recorded by Anna" in out
    assert counter.well("premium", "bills").out == "No bills.\n"
    assert "paid" in counter.well("premium", "bills", "--all").out


def test_W8_a_months_drafts_are_gathered_into_one_bill(counter: CounterPlace, clock: FixedClock) -> None:
    worked(counter, clock, 47)
    worked(counter, clock, 16, "urgent")
    month = f"{clock.now().astimezone(_zone(counter)):%Y-%m}"
    (bill,) = counter.document("premium", "gather", "--month", month, "--customer", "77", *BY)["bills"]
    assert (bill["total"], bill["month"], len(bill["lines"])) == ("35.00", month, 2)
    error, *_ = counter.refused("premium", "gather", "--month", month, "--customer", "77", *BY)
    assert "waits for a bill" in error
    answer = counter.place.cli("premium", "gather", "--month", "2026-13", "--customer", "77", *BY)
    assert "--month must be a month written YYYY-MM, not 2026-13" in answer.err


def test_W8_a_statement_is_written_as_a_page_a_pdf_and_a_table(
    counter: CounterPlace, clock: FixedClock, folder: Path
) -> None:
    bill = worked(counter, clock, 47)
    html, pdf = folder / "bill.html", folder / "bill.pdf"
    written = ("premium", "statement", bill, "--html", str(html), "--pdf", str(pdf), "--language", "fa")
    assert counter.document(*written)["files"] == [str(pdf), str(html)]
    assert 'dir="rtl"' in html.read_text()
    assert pdf.read_bytes().startswith(b"%PDF-")
    table = list(csv.DictReader(io.StringIO(counter.well("premium", "statement", bill, "--csv").out.lstrip("\ufeff"))))
    assert [(row["worked_seconds"], row["amount"]) for row in table] == [("2820", "20.00")]
    answer = counter.place.cli("premium", "statement", bill, "--send", "--html", str(folder / "x.html"), *BY)
    assert "sending and writing are two steps; nothing was done" in answer.err
    answer = counter.place.cli("premium", "statement", bill, "--send", "--language", "fa", *BY)
    assert "--language is for what you write: a statement is sent in its reader's own; nothing was done" in answer.err
    assert f"bridge premium statement {bill} --send" in answer.err
    assert counter.document("premium", "statement", bill)["state"] == "draft"
    answer = counter.place.cli("premium", "statement", bill, "--language", "de")
    assert "--language must be one of en, ru, fa, not de" in answer.err


def test_W4_a_report_adds_up_hours_and_money_by_kind_agent_customer_and_month(
    counter: CounterPlace, clock: FixedClock
) -> None:
    worked(counter, clock, 47)
    worked(counter, clock, 16, "urgent")
    day = clock.now().astimezone(_zone(counter)).date()
    asked = ("premium", "report", "--from", str(day - timedelta(days=1)), "--to", str(day))
    lines = [line.split() for line in counter.well(*asked).lines()]
    assert ["Technical", "support", "0:47:00", "1:00:00", "20.00", "USD", "0.00", "USD"] in lines
    assert ["Urgent", "critical", "work", "0:16:00", "0:30:00", "15.00", "USD", "0.00", "USD"] in lines
    total = ["1:03:00", "1:30:00", "35.00", "USD", "0.00", "USD"]
    for name in (["Anna"], ["customer", "77"], [f"{day:%Y-%m}"], ["Total"]):
        assert [*name, *total] in lines
    (store,) = counter.document(*asked)["stores"]
    assert store["totals"] == [
        {"worked_seconds": 3_780, "charged_seconds": 5_400, "amount": "35.00", "paid": "0.00", "currency": "USD"}
    ]
    assert [row["kind"] for row in store["by_kind"]] == ["technical", "urgent"]
    rows = list(csv.DictReader(io.StringIO(counter.well(*asked, "--csv").out, newline="")))
    assert [(row["kind"], row["agent"], row["customer"], row["amount"]) for row in rows] == [
        ("technical", "Anna", "customer 77", "20.00"),
        ("urgent", "Anna", "customer 77", "15.00"),
    ]


def test_W8_a_correction_alone_in_its_month_is_a_number_of_the_reports_table(
    counter: CounterPlace, clock: FixedClock
) -> None:
    bill = worked(counter, clock, 47)
    clock.advance(timedelta(days=40))
    counter.well("premium", "correct", bill, "--agreement", "1", "--minutes", "-15", "--reason", "A pause", *BY)
    day = str(clock.now().astimezone(_zone(counter)).date())
    asked = ("premium", "report", "--from", day, "--to", day)
    (row,) = csv.DictReader(io.StringIO(counter.well(*asked, "--csv").out, newline=""))
    assert [Decimal(row[name]) for name in ("charged_seconds", "amount", "paid")] == [-900, -5, 0]
    assert ["Total", "0:00:00", "−0:15:00", "−5.00", "USD", "0.00", "USD"] in [
        line.split() for line in counter.well(*asked).lines()
    ]


def test_a_report_of_a_time_without_work_says_so(counter: CounterPlace) -> None:
    asked = ("premium", "report", "--from", "2001-01-01", "--to", "2001-01-31")
    assert "Nothing was charged then" in counter.well(*asked).out
    answer = counter.place.cli("--json", *asked, "--csv")
    assert "--csv and --json" in answer.out + answer.err
    assert "--to must not be before --from" in counter.place.cli(*asked[:-1], "2000-12-31").err


def test_what_is_not_there_is_refused_with_the_way_to_the_list(counter: CounterPlace) -> None:
    assert counter.refused("premium", "show", "9")[1].endswith("bridge premium list --all")
    assert counter.refused("premium", "statement", "9")[1].endswith("bridge premium bills --all")


def test_what_is_refused_names_the_command_that_helps(counter: CounterPlace, clock: FixedClock) -> None:
    def way(*words: str) -> str:
        return counter.refused("premium", *words, *BY)[1]

    bill, open_one = worked(counter, clock, 16), accepted(counter)
    offer = ("offer", "--limit", "60", "--kind")
    assert way(*offer, "technical", "--contact", "9") == "Try: bridge chat list"
    assert "[premium.kinds] of the store's file" in way(*offer, "design", "--contact", "1")
    assert "bridge premium offer" in way("start", "1")
    assert "bridge premium statement BILL --send" in way("bill", bill)
    assert "bridge premium bills" in way("gather", "--month", "2001-01", "--contact", "1")
    counter.well("premium", "start", open_one, *BY)
    assert "bridge premium stop" in way("close", open_one)
    assert counter.refused("chat", "erase", "1", *BY)[1] == "Try: bridge privacy erase CUSTOMER"
    error, *_ = counter.refused("premium", "offer", "--limit", "495", "--kind", "technical", "--contact", "1", *BY)
    assert "the limit must be 15 to 480 minutes, in whole quarters of an hour, not 495 (rule W5)" in error
    counter.well("chat", "block", "1", *BY)
    assert way(*offer, "technical", "--contact", "1") == "Try: bridge chat block CONTACT --undo"


@pytest.mark.parametrize(
    ("seconds", "said", "told"),
    [(0, "0 s", "0:00:00"), (59, "59 s", "0:00:59"), (4_500, "1 h 15 min", "1:15:00"), (7_200, "2 h", "2:00:00")],
)
def test_durations_are_told_in_hours_and_minutes(seconds: int, said: str, told: str) -> None:
    assert (hours(timedelta(seconds=seconds)), exact(timedelta(seconds=seconds))) == (said, told)


def test_what_is_taken_off_has_a_sign() -> None:
    assert hours(timedelta(minutes=-15)) == "−15 min"
    assert money(Money(Decimal("-5.00"), Currency("USD"))) == "−5.00 USD"


def _zone(counter: CounterPlace) -> ZoneInfo:
    return load_plain(counter.place.config).stores["acme"].zone_info
