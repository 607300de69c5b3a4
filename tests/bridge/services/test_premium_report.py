"""The report about premium time: hours and money by kind, agent, customer and month, exact to the cent."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bridge.domain.premium_report import Dimension, PremiumReport
from bridge.services import billing, timing
from bridge.services.premium_report import premium_report
from tests.support.premium_time import BORIS, PremiumDesk, a_premium_desk, dollars
from tests.support.quoting import ANNA

EVER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)


@pytest.fixture
def desk() -> Iterator[PremiumDesk]:
    with a_premium_desk() as made:
        yield made


def report(desk: PremiumDesk, begin: datetime = EVER[0], end: datetime = EVER[1]) -> PremiumReport:
    return desk.coins.desk.look(premium_report, desk.terms, begin, end)


def by(found: PremiumReport, dimension: Dimension) -> dict[str, tuple[int, int, str, str]]:
    """Minutes worked and charged, money and what of it is paid."""
    minute = timedelta(minutes=1)
    return {
        name: (sums.worked // minute, sums.charged // minute, str(sums.amount.amount), str(sums.paid.amount))
        for name, sums in found.by(dimension)
    }


def test_W4_hours_and_money_add_up_by_kind_agent_customer_and_month(desk: PremiumDesk) -> None:
    technical = desk.billed_time("technical", minutes=47)
    desk.later(days=40)
    urgent = desk.agreed("urgent", contact=desk.stranger())
    desk.worked(urgent, BORIS, minutes=16)
    desk.close(urgent)
    found = report(desk)
    first = f"{technical.lines[0].at.astimezone(found.zone):%Y-%m}"
    assert by(found, Dimension.WORK) == {"technical": (47, 60, "20.00", "0.00"), "urgent": (16, 30, "15.00", "0.00")}
    assert by(found, Dimension.AGENT) == {ANNA: (47, 60, "20.00", "0.00"), BORIS: (16, 30, "15.00", "0.00")}
    customers = by(found, Dimension.CUSTOMER)
    assert sorted(customers.values()) == [(16, 30, "15.00", "0.00"), (47, 60, "20.00", "0.00")]
    assert sorted(name.split()[0] for name in customers) == ["contact", "customer"]
    months = by(found, Dimension.MONTH)
    assert months[first] == (47, 60, "20.00", "0.00")
    assert len(months) == 2
    (total,) = found.totals()
    assert (total.amount, total.charged) == (dollars("35.00"), timedelta(minutes=90))


def test_W6_agents_of_one_agreement_share_what_it_charges_by_their_seconds(desk: PremiumDesk) -> None:
    agreement = desk.agreed()
    desk.worked(agreement, minutes=20)
    desk.worked(agreement, BORIS, minutes=10)
    desk.close(agreement)
    assert by(report(desk), Dimension.AGENT) == {ANNA: (20, 20, "6.67", "0.00"), BORIS: (10, 10, "3.33", "0.00")}


def test_W8_a_correction_counts_and_what_is_paid_is_told_apart(desk: PremiumDesk) -> None:
    bill = desk.due(desk.sent(desk.billed_time(minutes=47)))
    agreement = bill.lines[0].agreement_id
    desk.do(billing.correct, bill.id, agreement_id=agreement, steps=-1, reason="A pause", by=ANNA, at=desk.now)
    desk.do(billing.paid, bill.id, how="By bank", by=ANNA, at=desk.now)
    desk.billed_time("urgent", minutes=16)
    assert by(report(desk), Dimension.WORK) == {
        "technical": (47, 45, "15.00", "15.00"),
        "urgent": (16, 30, "15.00", "0.00"),
    }


def test_W8_a_months_bill_counts_once(desk: PremiumDesk) -> None:
    bill = desk.billed_time(minutes=47)
    desk.gathered(bill.lines[0].at.date().replace(day=1))
    assert by(report(desk), Dimension.WORK) == {"technical": (47, 60, "20.00", "0.00")}


def test_W5_time_that_is_never_charged_is_counted_without_money(desk: PremiumDesk) -> None:
    desk.do(timing.start_unbilled, desk.contact().id, agent=ANNA, now=desk.clock.reading())
    assert report(desk).rows == []
    desk.later(minutes=30)
    desk.stop()
    assert by(report(desk), Dimension.WORK) == {"": (30, 0, "0.00", "0.00")}


def test_only_the_period_counts_its_end_left_out(desk: PremiumDesk) -> None:
    at = desk.billed_time(minutes=47).lines[0].at
    millisecond = timedelta(milliseconds=1)
    assert report(desk, at, at + millisecond).rows
    assert report(desk, at - millisecond, at).rows == []
    assert report(desk, at + millisecond, at + timedelta(days=1)).rows == []
