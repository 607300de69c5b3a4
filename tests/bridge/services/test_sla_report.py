"""What is told of tickets' histories, read from a desk in which nothing is written for it (rules T3, T9)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bridge.domain.accounts import Account
from bridge.domain.explaining import Result
from bridge.domain.policies import ClockKind
from bridge.domain.sla_report import MEDIAN, Kept, ReportKey
from bridge.domain.tickets import Author, Ticket, TicketState
from bridge.services import sla_report as services
from bridge.services.opening import open_ticket
from bridge.services.sla_report import sla_report
from bridge.services.ticket_decisions import set_state
from bridge.services.ticket_explained import explain_ticket
from bridge.services.tickets import reply
from tests.support.books import ACME
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = ReportKey("base", ClockKind.FIRST_ANSWER)


@pytest.fixture(name="coins")
def _coins() -> Iterator[CoinDesk]:
    with a_coin_desk() as desk:
        desk.now = MONDAY
        desk.granted(CUSTOMER, 300, plan="base")
        yield desk


def the_account(coins: CoinDesk) -> Account:
    return coins.desk.look(lambda tx: tx.accounts.of_owners(ACME, [CUSTOMER]))[CUSTOMER]


def asked(coins: CoinDesk) -> Ticket:
    """A ticket that the customer opens now."""
    account = the_account(coins)
    return coins.desk.run(open_ticket, coins.terms, account, subject="Slider", text="Does not slide.", at=coins.now)


def answered(coins: CoinDesk, ticket: Ticket, **later: float) -> None:
    coins.desk.run(reply, coins.terms, ticket.id, text="Look.", by=ANNA, at=coins.now + timedelta(**later))


def kept(coins: CoinDesk, begin: datetime, end: datetime) -> dict[ReportKey, Kept]:
    report = coins.desk.look(lambda tx: sla_report(tx, coins.terms, begin, end, at=coins.now + 30 * DAY))
    return dict(report.totals(["base"]))


def test_every_ticket_is_counted_however_many_pages_they_fill(coins: CoinDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "PAGE", 2)
    for took in (1, 2, 3, 4, 5):
        answered(coins, asked(coins), hours=took)
    found = kept(coins, MONDAY, MONDAY + DAY)[FIRST]
    assert (found.met, found.within(MEDIAN)) == (5, [3 * HOUR])


def test_a_ticket_that_was_closed_before_the_time_is_not_even_read_and_one_that_goes_on_is(coins: CoinDesk) -> None:
    closed, going_on = asked(coins), asked(coins)
    answered(coins, closed, hours=1)
    coins.desk.run(set_state, coins.terms, closed.id, TicketState.CLOSED, by=ANNA, at=MONDAY + 2 * HOUR)
    lasting = coins.desk.look(lambda tx: tx.tickets.lasting(ACME, MONDAY + DAY, MONDAY + 2 * DAY, after=0, limit=9))
    assert [one.id for one in lasting] == [going_on.id]
    assert kept(coins, MONDAY + DAY, MONDAY + 2 * DAY) == {}, "no clock of its started then"
    assert kept(coins, MONDAY - DAY, MONDAY) == {}


def test_histories_are_the_threads_without_their_texts(coins: CoinDesk) -> None:
    first, second = asked(coins), asked(coins)
    answered(coins, first, hours=1)
    found, alone = coins.desk.look(
        lambda tx: (
            tx.tickets.histories([second.id, first.id, 99]),
            {number: tx.tickets.history(number) for number in (first.id, second.id)},
        )
    )
    assert found == alone
    assert {one.text for messages in found.values() for one in messages} == {""}


def test_T9_an_explanation_is_worked_out_without_writing_anything(coins: CoinDesk) -> None:
    ticket = asked(coins)
    found = coins.desk.look(lambda tx: explain_ticket(tx, coins.terms, ticket, at=MONDAY + 25 * HOUR))
    assert [(one.clock.due, one.result) for one in found.clocks] == [(MONDAY + DAY, Result.BREACHED)]
    assert found.standing == "base"


def test_T9_what_the_desk_has_yet_to_write_down_is_explained_as_it_will_be(coins: CoinDesk) -> None:
    account = the_account(coins).id
    ticket = coins.desk.run(lambda tx: tx.tickets.open(ACME, account, subject="Old", at=MONDAY, by=Author.CUSTOMER))
    assert coins.desk.look(lambda tx: tx.policies.all(ACME)) == []
    found = coins.desk.look(lambda tx: explain_ticket(tx, coins.terms, ticket, at=MONDAY + HOUR))
    assert [(one.clock.due, one.clock.promise.standing) for one in found.clocks] == [(MONDAY + DAY, "base")]
    assert coins.desk.look(lambda tx: (tx.policies.all(ACME), tx.tickets.history(ticket.id))) == ([], [])
