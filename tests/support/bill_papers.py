"""A statement with a line of each published rate and a correction, for those who show it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bridge.domain.bill_statements import BillStatement, Session
from bridge.domain.bills import Bill, BillLine, BillState, LineKind
from bridge.domain.money import Currency, HourlyRate, Money

DOLLAR, TEHRAN = Currency("USD"), ZoneInfo("Asia/Tehran")
BEGUN = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
AGAIN = BEGUN + timedelta(hours=2)
WORK = {
    "technical": {"en": "Technical support", "ru": "Техническая поддержка", "fa": "پشتیبانی فنی"},
    "urgent": {"en": "Urgent critical work"},
}


def a_rate(amount: int) -> HourlyRate:
    return HourlyRate(Money(Decimal(amount), DOLLAR))


LINES = (
    BillLine(1, LineKind.TIME, 7, "technical", a_rate(20), 4, BEGUN, timedelta(minutes=47)),
    BillLine(2, LineKind.TIME, 8, "urgent", a_rate(30), 2, BEGUN + timedelta(days=1), timedelta(minutes=16)),
    BillLine(3, LineKind.CORRECTION, 7, "technical", a_rate(20), -1, BEGUN, reason="a pause", staff="Anna"),
)
SESSIONS = {
    7: (
        Session(BEGUN, BEGUN + timedelta(minutes=30), timedelta(minutes=30)),
        Session(
            BEGUN + timedelta(hours=2), BEGUN + timedelta(hours=2, minutes=17), timedelta(minutes=17), by_hand=True
        ),
    ),
    8: (Session(BEGUN, BEGUN + timedelta(minutes=16), timedelta(minutes=16)),),
}


def a_statement(
    *lines: BillLine, state: BillState = BillState.SENT, customer: str = "Sara", vendor: str = "Acme", month: str = ""
) -> BillStatement:
    """One of those lines, or of the usual ones: 47 minutes technical, 16 urgent, a quarter of an hour taken back."""
    bill = Bill(31, "acme", 1, state, DOLLAR, lines or LINES, month=month, sent_at=BEGUN + timedelta(days=9))
    return BillStatement(
        bill,
        vendor,
        TEHRAN,
        customer=customer,
        customer_number=1042,
        work=WORK,
        sessions=SESSIONS,
        tickets={8: 815},
    )
