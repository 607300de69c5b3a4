"""Bills of premium time, from the statement to the payment, and what is kept of them (rules W2, W6, W8, D2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest

from bridge.desk.transaction import DeskTx
from bridge.domain.bills import BillState
from bridge.domain.events import BillChanged, BillSent
from bridge.errors import BillRefused, ErasureRefused
from bridge.services import billing, personal_export, privacy
from bridge.services.verify import verify
from tests.support.books import ACME, rows
from tests.support.premium_time import PremiumDesk, a_premium_desk, dollars, refused
from tests.support.quoting import ANNA, CUSTOMER


@pytest.fixture
def desk() -> Iterator[PremiumDesk]:
    with a_premium_desk() as made:
        yield made


def execute(tx: DeskTx, sql: str) -> None:
    """Past all of our own code."""
    tx.connection.execute(sql)


def test_W8_the_customer_has_the_statement_before_the_bill(desk: PremiumDesk) -> None:
    bill = desk.billed_time(minutes=47)
    refused(BillRefused, "bill_state", desk.due, bill)
    desk.sent(bill)
    due = desk.due(bill)
    assert due.state is BillState.BILLED
    paid = desk.do(billing.paid, bill.id, how="Bank transfer", by=ANNA, at=desk.now)
    assert (paid.state, paid.paid_by) == (BillState.PAID, "staff:Anna")
    [sent] = desk.told(BillSent)
    assert (sent.amount, sent.currency, sent.owner) == ("20.00", "USD", CUSTOMER)
    assert [(one.was, one.state) for one in desk.told(BillChanged)] == [("sent", "billed"), ("billed", "paid")]


def test_W8_a_disputed_statement_is_not_billed_until_that_is_settled(desk: PremiumDesk) -> None:
    bill = desk.sent(desk.billed_time(minutes=47))
    who = desk.decider(bill)
    desk.do(billing.dispute, bill.id, who, words="It was half an hour.", at=desk.now)
    refused(BillRefused, "bill_state", desk.due, bill)
    corrected = desk.do(
        billing.correct, bill.id, agreement_id=bill.lines[0].agreement_id, steps=-2, reason="Half of it", by=ANNA,
        at=desk.now,
    )  # fmt: skip
    assert corrected.total == dollars("10.00")
    assert corrected.lines[0] == bill.lines[0]
    again = desk.sent(bill)
    refused(BillRefused, "text_differs", desk.do, billing.accept, bill.id, who, text_hash=bill.hash, at=desk.now)
    accepted = desk.do(billing.accept, bill.id, who, text_hash=again.hash, at=desk.now)
    assert accepted.state is BillState.ACCEPTED
    assert desk.do(billing.accept, bill.id, who, text_hash=again.hash, at=desk.now).number == accepted.number
    assert desk.due(bill).total == dollars("10.00")


@pytest.mark.parametrize("billed", [False, True])
def test_W8_what_is_corrected_upwards_is_a_statement_again_before_it_is_billed(
    desk: PremiumDesk, *, billed: bool
) -> None:
    """He agreed to less, or was billed for less, than is charged now."""
    bill = desk.billed_time(minutes=47)
    facts = {"agreement_id": bill.lines[0].agreement_id, "reason": "Miscounted", "by": ANNA}
    desk.do(billing.correct, bill.id, steps=-2, at=desk.now, **facts)
    shown = desk.sent(bill)
    desk.do(billing.accept, bill.id, desk.decider(bill), text_hash=shown.hash, at=desk.now)
    if billed:
        desk.due(bill)
    desk.later(days=1)
    down = desk.do(billing.correct, bill.id, steps=-1, at=desk.now, **facts)
    assert (down.state, down.sent_at) == (BillState.BILLED if billed else BillState.ACCEPTED, shown.sent_at)
    up = desk.do(billing.correct, bill.id, steps=2, at=desk.now, **facts)
    assert (up.state, up.total, up.sent_at, up.billed_at) == (BillState.SENT, dollars("15.00"), desk.now, None)
    accepted = desk.do(billing.accept, bill.id, desk.decider(bill), text_hash=up.hash, at=desk.now)
    assert (accepted.state, desk.due(bill).total) == (BillState.ACCEPTED, dollars("15.00"))


@pytest.mark.parametrize("steps", [0, 1, -5])
def test_W8_a_correction_leaves_no_less_than_nothing_and_no_more_than_was_worked(desk: PremiumDesk, steps: int) -> None:
    bill = desk.billed_time(minutes=47)
    facts = {"agreement_id": bill.lines[0].agreement_id, "steps": steps, "by": ANNA, "at": desk.now}
    correct = partial(desk.do, billing.correct, bill.id, reason="Miscounted", **facts)
    refused(BillRefused, "correction", correct)


def test_W8_what_was_billed_is_frozen_in_the_books_themselves(desk: PremiumDesk) -> None:
    bill = desk.due(desk.sent(desk.billed_time(minutes=47)))
    for change in (
        "UPDATE bill_line SET steps = 1",
        "UPDATE bill_line SET bill_id = 9",
        "DELETE FROM bill_line",
        "UPDATE time_segment SET worked_s = 1",
        "DELETE FROM time_segment",
        "UPDATE agreement_version SET rate = '1.00'",
        "UPDATE agreement_decision SET text_hash = ''",
        "DELETE FROM agreement_decision",
    ):
        with pytest.raises(Exception, match="never changed or deleted"):
            desk.coins.desk.run(execute, change)
    assert desk.bill(bill) == bill


def test_W8_a_months_bill_has_what_was_closed_in_that_month_of_the_stores_zone(desk: PremiumDesk) -> None:
    first = desk.billed_time(minutes=47)
    second = desk.billed_time("urgent", minutes=16)
    desk.clock.moment = datetime(2026, 11, 30, 20, 0, tzinfo=UTC)
    late_agreement = desk.agreed()
    desk.worked(late_agreement, minutes=45)  # 23:30 to 00:15 in Tehran: closed in December
    _, december = desk.close(late_agreement)
    assert december is not None
    [bill] = desk.gathered(date(2026, 11, 17))
    assert (bill.month, bill.total) == ("2026-11-01", dollars("35.00"))
    assert [line.position for line in bill.lines] == [1, 2]
    assert {desk.bill(one).state for one in (first, second)} == {BillState.GATHERED}
    assert desk.bill(december).state is BillState.DRAFT
    refused(BillRefused, "nothing", desk.gathered, date(2026, 11, 1))
    [next_bill] = desk.gathered(date(2026, 12, 1))
    assert next_bill.total == dollars("15.00")
    assert rows(desk.coins.desk, "SELECT count(*) FROM bill_line") == [(3,)]


def test_D2_nobody_is_erased_while_premium_time_is_open(desk: PremiumDesk) -> None:
    agreement = desk.agreed(words="About his shop in Shiraz")

    def erase() -> None:
        desk.coins.desk.run(privacy.erase, ACME, CUSTOMER, by=ANNA, at=desk.now)

    desk.start(agreement)
    with pytest.raises(ErasureRefused, match="a timer runs"):
        erase()
    desk.later(minutes=5)
    desk.stop()
    with pytest.raises(ErasureRefused, match="agreed on"):
        erase()
    _, bill = desk.close(agreement)
    assert bill is not None
    with pytest.raises(ErasureRefused, match="a bill is open"):
        erase()
    desk.due(desk.sent(bill))
    desk.do(billing.paid, bill.id, how="In cash, on the way to Shiraz", by=ANNA, at=desk.now)
    document = desk.coins.desk.look(personal_export.export, ACME, CUSTOMER)
    assert "Shiraz" in str(document["premium"])
    assert document["premium"]["bills"][0]["total"] == "5.00 USD"
    kept = desk.bill(bill)
    erase()
    assert desk.bill(bill) == replace(kept, number=kept.number + 1)
    assert desk.agreement(agreement).offer.hashes == agreement.offer.hashes
    tables = ("contact", "agreement_version", "agreement_decision", "time_segment", "bill_line", "bill_decision")
    assert not [table for table in tables if "Shiraz" in str(rows(desk.coins.desk, f"SELECT * FROM {table}"))]


def test_W6_verifying_the_books_finds_a_charge_that_nobody_worked(desk: PremiumDesk) -> None:
    desk.due(desk.sent(desk.billed_time(minutes=47)))
    assert desk.coins.right()
    for sql in ("DROP TRIGGER bill_line_is_never_changed", "UPDATE bill_line SET steps = 5"):
        desk.coins.desk.run(execute, sql)
    found = desk.coins.desk.look(verify, ACME).differences
    assert [str(one) for one in found] == [
        "agreement 1: quarter hours in bills: expected 4, found 5",
        "agreement 1: quarter hours after corrections: expected 0 to 4, found 5",
    ]


def test_W5_verifying_the_books_finds_time_beyond_what_was_agreed(desk: PremiumDesk) -> None:
    desk.worked(desk.agreed(steps=2), minutes=20)
    assert desk.coins.right()
    for sql in ("DROP TRIGGER time_segment_is_never_changed", "UPDATE time_segment SET worked_s = 1801"):
        desk.coins.desk.run(execute, sql)
    found = desk.coins.desk.look(verify, ACME).differences
    assert [str(one) for one in found] == ["agreement 1: worked: expected at most 0:30:00, found 0:30:01"]


def test_W2_words_that_go_to_the_page_never_have_the_premium_number(desk: PremiumDesk) -> None:
    number = "call +1 (202) 555-0102"
    agreement = desk.agreed(words=number)
    assert "•••" in agreement.offer.texts["en"]
    desk.worked(agreement, minutes=47)
    _, bill = desk.close(agreement)
    assert bill is not None
    desk.sent(bill)
    facts = {"agreement_id": agreement.id, "steps": -1, "by": ANNA, "at": desk.now}
    desk.do(billing.correct, bill.id, reason=number, **facts)
    desk.do(billing.dispute, bill.id, desk.decider(bill), words=number, at=desk.now)
    for table in ("agreement_version", "bill_line", "bill_decision"):
        kept = str(rows(desk.coins.desk, f"SELECT * FROM {table}"))
        assert "•••" in kept, table
        assert "0102" not in kept, table
