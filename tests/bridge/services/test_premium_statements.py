"""A statement as the desk knows it: the bill's own lines, the recorded time, and nothing that was erased."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bridge.domain.bill_statements import BillStatement
from bridge.domain.bills import Bill
from bridge.locale.dates import LANGUAGES
from bridge.paper.page import statement_page
from bridge.services.premium_statements import statement_of
from tests.support.premium_time import BORIS, PremiumDesk, a_premium_desk
from tests.support.quoting import CUSTOMER


@pytest.fixture
def desk() -> Iterator[PremiumDesk]:
    with a_premium_desk() as made:
        yield made


def statement(desk: PremiumDesk, bill: Bill) -> BillStatement:
    return desk.coins.desk.look(statement_of, desk.terms, bill)


def test_W6_recorded_time_is_told_beside_what_is_charged(desk: PremiumDesk) -> None:
    agreement = desk.agreed()
    desk.worked(agreement, minutes=30)
    desk.later(hours=1)
    desk.worked(agreement, BORIS, minutes=10)
    desk.later(hours=1)
    desk.add(agreement, desk.now - timedelta(minutes=7), desk.now)
    _, bill = desk.close(agreement)
    assert bill is not None
    found = statement(desk, bill)
    sessions = found.sessions[agreement.id]
    assert [(one.worked, one.by_hand) for one in sessions] == [
        (timedelta(minutes=30), False),
        (timedelta(minutes=10), False),
        (timedelta(minutes=7), True),
    ]
    assert sum((one.worked for one in sessions), timedelta(0)) == found.bill.lines[0].worked
    assert found.customer_number == CUSTOMER.ref
    for language in LANGUAGES:
        page = statement_page(found, language)
        assert "Anna" not in page
        assert BORIS not in page


def test_W2_no_telephone_number_is_on_the_paper(desk: PremiumDesk) -> None:
    bill = desk.billed_time(minutes=16)
    for language in LANGUAGES:
        digits = "".join(one for one in statement_page(statement(desk, bill), language) if one.isdigit())
        for number in desk.terms.premium.numbers:
            assert number.number.lstrip("+") not in digits


def test_who_is_no_customer_goes_by_what_he_calls_himself(desk: PremiumDesk) -> None:
    agreement = desk.agreed(contact=desk.stranger())
    desk.worked(agreement, minutes=3)
    _, bill = desk.close(agreement)
    assert bill is not None
    found = statement(desk, bill)
    assert (found.customer, found.customer_number) == ("Maryam", None)
