"""One store in Tehran with the published plans, at a desk of its own, and what happens to its tickets.

Time passes only where a test lets it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.contracts.answers import Answer
from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import InboxRow
from bridge.contracts.shop_rows import SigningKey
from bridge.domain.clocks import clocks_of
from bridge.domain.events import ClockEvent
from bridge.domain.plans import Plan, PlanBook
from bridge.domain.service_hours import WHOLE_DAY, ServiceCalendar, Week
from bridge.domain.ticket_history import history_of
from bridge.domain.ticket_terms import AlertTimes, Escalation, StaffHours, TicketTerms
from bridge.domain.tickets import Message, TicketNow
from bridge.services import firing, inbox, tickets
from bridge.services.policies import policies_of
from bridge.services.told_before import Told
from bridge.testing.coin_desk import posted_row
from tests.support.books import ACME, TEHRAN
from tests.support.quoting import ANNA, CoinDesk, a_coin_desk

KEY = SigningKey("k1", bytes(32))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEDNESDAY_6PM = datetime(2026, 11, 25, 18, tzinfo=TEHRAN).astimezone(UTC)
THURSDAY_10AM = datetime(2026, 11, 26, 10, tzinfo=TEHRAN).astimezone(UTC)
SATURDAY_6PM = datetime(2026, 11, 28, 18, tzinfo=TEHRAN).astimezone(UTC)
SUNDAY_0AM = datetime(2026, 11, 29, tzinfo=TEHRAN).astimezone(UTC)
FIVE_DAYS: Week = (WHOLE_DAY, WHOLE_DAY, WHOLE_DAY, (), (), WHOLE_DAY, WHOLE_DAY)
PUBLISHED = PlanBook(
    [
        Plan("essential", 1, 300, 12, ("E",), service=ServiceCalendar(TEHRAN, FIVE_DAYS)),
        Plan("base", 2, 550, 12, ("B",), service=ServiceCalendar(TEHRAN)),
        Plan("professional", 3, 900, 12, ("P",), service=ServiceCalendar(TEHRAN)),
    ]
)
BORIS = "Boris"
OFFICE_HOURS = ((8 * 3600, 16 * 3600),)
TERMS = TicketTerms(escalation=(Escalation(2 * HOUR, (BORIS,)),), staff={ANNA: StaffHours(), BORIS: StaffHours()})


@contextmanager
def a_desk_in_tehran(at: datetime) -> Iterator[CoinDesk]:
    """The desk at that moment, with nothing in it."""
    with a_coin_desk(plans=PUBLISHED, tickets=TERMS) as desk:
        desk.now = at
        yield desk


def in_office_hours(alerts: AlertTimes) -> TicketTerms:
    """Boris works from 8 to 16 on every day but Friday."""
    week: Week = (OFFICE_HOURS, OFFICE_HOURS, OFFICE_HOURS, OFFICE_HOURS, (), OFFICE_HOURS, OFFICE_HOURS)
    return TicketTerms(staff={ANNA: StaffHours(), BORIS: StaffHours(ServiceCalendar(TEHRAN, week), alerts)})


def posts(coins: CoinDesk, action: str, owner: int = 77, /, **data: Any) -> Answer:
    """What the customer's page is answered to something that he does there, at most every ten seconds."""
    coins.later(seconds=10)
    return posted(coins, action, owner, **data)


def posted(coins: CoinDesk, action: str, owner: int = 77, /, *, told: Told | None = None, **data: Any) -> Answer:
    """The same at once; `told` is what a desk before a restore has answered to it."""
    row = posted_row(KEY, store=ACME, customer=owner, kind=action, data=data, at=int(coins.now.timestamp()))
    found = InboxRow(1, row.customer_id, row.uuid, row.payload, row.key_id, row.mac)
    coins.desk.run(inbox.handle, coins.terms, found, [KEY], at=coins.now, told=told)
    answer = coins.desk.look(lambda tx: tx.answers.get(ACME, row.uuid))
    assert answer is not None
    return answer


def opens(coins: CoinDesk, owner: int = 77, **different: Any) -> int:
    """The number of a ticket that a customer opens on his page now."""
    data = {"subject": "Slider", "text": "It does not slide.", "price": None, **different}
    answer = posted(coins, "ticket_open", owner, **data)
    assert answer.accepted, answer.code
    return int(answer.document["data"]["ticket"])


def now_of(coins: CoinDesk, ticket: int) -> TicketNow:
    return coins.desk.look(lambda tx: tx.tickets.now([ticket]))[ticket]


def state(coins: CoinDesk, ticket: int) -> str:
    return str(now_of(coins, ticket).state)


def answers(coins: CoinDesk, ticket: int, text: str = "Look now.", **how: Any) -> None:
    coins.later(seconds=1)
    coins.desk.run(tickets.reply, coins.terms, ticket, text=text, by=ANNA, at=coins.now, **how)


def time_passes(coins: CoinDesk, until: datetime) -> list[ClockEvent]:
    """Fire what is due, moment by moment; what was told of clocks meanwhile."""
    before = len(clock_events(coins))
    while True:
        due = coins.desk.look(lambda tx: tx.deadlines.first_due([ACME])).get(ACME)
        if due is None or due > until:
            break
        coins.now = max(coins.now, due)
        fired = coins.desk.run(firing.fire_due, {ACME: coins.terms}, at=coins.now)
        assert fired.failures == ()
    coins.now = until
    return clock_events(coins)[before:]


def clock_events(coins: CoinDesk) -> list[ClockEvent]:
    return [one for one in coins.told() if isinstance(one, ClockEvent)]


def histories(tx: Tx, ticket: int) -> list[Message]:
    return tx.tickets.history(ticket)


def stored_is_what_follows(coins: CoinDesk) -> None:
    """Everything that is kept of how tickets stand follows from their histories alone (rule T9)."""
    for ticket in coins.desk.look(lambda tx: tx.tickets.latest(ACME, 1_000)):
        kept = now_of(coins, ticket.id)
        history = history_of(ticket, coins.desk.look(histories, ticket.id))
        policies = coins.desk.run(policies_of, coins.terms, at=coins.now)
        running = [one for one in clocks_of(ticket, history, policies, coins.now) if one.running]
        dues = [one.due for one in running if one.due is not None]
        assert (kept.state, kept.since, kept.kind) == (history.state, history.since, history.kind)
        assert (kept.urgency, kept.assignee) == (history.urgency, history.assignee)
        assert (kept.opened_standing, kept.standing) == (history.standings[0][1], history.standings[-1][1])
        assert kept.due == min(dues, default=None)
