"""How tickets stand, kept beside them: the queue, what is behind the policy, the policies themselves."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bridge.contracts.desk import Tx
from bridge.contracts.tickets import QueuedTicket, QueueKey
from bridge.desk.desk import Desk
from bridge.desk.statements import Statement
from bridge.desk.ticket_standing import _BEHIND, _NEXT_STANDING, _QUEUE
from bridge.desk.tickets import SqlTickets
from bridge.domain.tickets import Author, Channel, Ticket, TicketKind, TicketNow, TicketState, Urgency
from tests.support.books import ACME, MONDAY_9AM, a_quick_desk, customer

HOUR = timedelta(hours=1)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with a_quick_desk() as one:
        one.run(lambda tx: tx.accounts.open(ACME, [customer(77)]))
        yield one


def opened(desk: Desk, **facts: object) -> Ticket:
    def open_one(tickets: SqlTickets, account: int) -> Ticket:
        wanted = {"subject": "Help", "at": MONDAY_9AM, "by": Author.CUSTOMER, **facts}
        return tickets.open(ACME, account, **wanted)  # type: ignore[arg-type]  # a test's facts

    return desk.run(lambda tx: open_one(tx.tickets, tx.accounts.of_owners(ACME, [customer(77)])[customer(77)].id))


def standing(desk: Desk, **facts: object) -> int:
    """A ticket of plan base that stands as these say."""
    ticket = opened(desk)
    now = TicketNow(TicketState.OPEN, MONDAY_9AM, TicketKind.SUPPORT, standing="base", opened_standing="base", policy=1)
    desk.run(lambda tx: tx.tickets.save_now(ticket.id, replace(now, **facts)))  # type: ignore[arg-type]
    return ticket.id


def queued(desk: Desk, after: QueueKey | None = None, limit: int = 50, plan: str = "base") -> list[int]:
    return [one.ticket.id for one in desk.look(lambda tx: tx.tickets.queue(ACME, plan, after, limit))]


def test_a_ticket_is_what_it_was_opened_as(desk: Desk) -> None:
    first = opened(desk)
    second = opened(
        desk, kind=TicketKind.PRE_SALES, channel=Channel.SHOP, order_id=1042, product="PRO", continues=first.id,
        language="fa", staff="Anna", price="seo", by=Author.STAFF,
    )  # fmt: skip
    assert desk.look(lambda tx: [tx.tickets.get(ACME, number) for number in (1, 2)]) == [first, second]
    assert desk.look(lambda tx: (tx.tickets.continued_by(1), tx.tickets.continued_by(2))) == (2, None)


def test_a_new_ticket_is_open_and_under_no_policy_yet(desk: Desk) -> None:
    ticket = opened(desk, kind=TicketKind.WORK)
    now = desk.look(lambda tx: tx.tickets.now([ticket.id, 99]))
    assert now == {ticket.id: TicketNow(TicketState.OPEN, MONDAY_9AM, TicketKind.WORK)}


def test_how_a_ticket_stands_is_kept_and_shown_anew_only_where_its_customer_sees_a_change(desk: Desk) -> None:
    ticket = opened(desk)
    now = TicketNow(
        TicketState.IN_WORK, MONDAY_9AM + HOUR, TicketKind.WORK, Urgency.CONFIRMED, "Anna", "base", "essential", 3,
        MONDAY_9AM + 4 * HOUR, guaranteed=True,
    )  # fmt: skip

    def saved(wanted: TicketNow) -> int:
        desk.run(lambda tx: tx.tickets.save_now(ticket.id, wanted))
        assert desk.look(lambda tx: tx.tickets.now([ticket.id])) == {ticket.id: wanted}
        found = desk.look(lambda tx: tx.tickets.get(ACME, ticket.id))
        assert found is not None
        assert found.kind is TicketKind.SUPPORT, "as it was opened"
        return found.number

    assert [saved(now), saved(now)] == [2, 2]
    assert saved(replace(now, assignee="Boris", standing="licence", policy=4, opened_standing="base")) == 2
    assert saved(replace(now, due=None, guaranteed=False)) == 3
    assert saved(replace(now, due=None, guaranteed=False, state=TicketState.RESOLVED)) == 4


def test_T2_the_queue_is_urgent_first_then_due_then_waiting(desk: Desk) -> None:
    late, soon = MONDAY_9AM + 30 * HOUR, MONDAY_9AM + HOUR
    never = standing(desk)
    waiting_longer = standing(desk, due=late, since=MONDAY_9AM - HOUR)
    alike, alike_too = standing(desk, due=late), standing(desk, due=late)
    first_due = standing(desk, due=soon)
    urgent = standing(desk, due=late, urgency=Urgency.CONFIRMED, state=TicketState.IN_WORK)
    standing(desk, due=late, urgency=Urgency.CONFIRMED, state=TicketState.WAITING_CUSTOMER)
    standing(desk, due=soon, standing="essential")
    asked = standing(desk, due=soon + HOUR, urgency=Urgency.ASKED)
    everybody = [urgent, first_due, asked, waiting_longer, alike, alike_too, never]
    assert queued(desk) == everybody
    assert queued(desk, plan="licence") == []
    by_pages: list[int] = []
    after: QueueKey | None = None
    while page := desk.look(partial(queue_page, after=after)):
        by_pages += [one.ticket.id for one in page]
        after = page[-1].key
    assert by_pages == everybody


def queue_page(tx: Tx, after: QueueKey | None) -> list[QueuedTicket]:
    return tx.tickets.queue(ACME, "base", after, 2)


def plan_of(desk: Desk, statement: Statement, **values: object) -> list[str]:
    with closing(sqlite3.connect(desk.path)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", statement.values(values)).fetchall()
    return [row[3] for row in rows]


def test_a_page_of_the_queue_is_read_off_its_index(desk: Desk) -> None:
    """So that fifty rows cost the same with a million open tickets: nothing is sorted, nothing is passed over."""
    plan = plan_of(desk, _QUEUE, store=1, standing="base", most=50, rank=1, due=5, since=5, number=5)
    place = "store_id=? AND standing=? AND (urgency_rank,due_sort_ms,since_ms)>(?,?,?)"
    assert sorted(plan) == [
        "SEARCH store USING INTEGER PRIMARY KEY (rowid=?)",
        f"SEARCH ticket USING INDEX ix_ticket_queue ({place})",
    ]
    standings = plan_of(desk, _NEXT_STANDING, store=1, after="base")
    assert standings == ["SEARCH ticket USING COVERING INDEX ix_ticket_queue (store_id=? AND standing>?)"]
    behind = plan_of(desk, _BEHIND, store=1, wanted=2, after_policy=1, after_id=5, most=50)
    assert behind == ["SEARCH ticket USING INDEX ix_ticket_policy (store_id=? AND policy>? AND policy<?)"]


def test_T9_tickets_that_were_not_worked_out_with_the_newest_policy_are_found(desk: Desk) -> None:
    fresh = opened(desk).id
    older, resolved = standing(desk), standing(desk, state=TicketState.RESOLVED)
    standing(desk, policy=2)
    standing(desk, state=TicketState.CLOSED)

    def behind(limit: int) -> list[int]:
        return [one.id for one in desk.look(lambda tx: tx.tickets.behind_policy(ACME, 2, limit))]

    assert behind(9) == [fresh, older, resolved]
    assert behind(1) == [fresh]
    first = desk.look(lambda tx: tx.tickets.behind_policy(ACME, 2, 1))[0]
    assert [one.id for one in desk.look(lambda tx: tx.tickets.behind_policy(ACME, 2, 9, first))] == [older, resolved]
    account = desk.look(lambda tx: tx.accounts.of_owners(ACME, [customer(77)]))[customer(77)].id
    assert [one.id for one in desk.look(lambda tx: tx.tickets.open_of_account(account))] == [1, 2, 3, 4]


def test_T9_each_policy_a_store_had_stays_known(desk: Desk) -> None:
    assert desk.look(lambda tx: (tx.policies.current(ACME), tx.policies.all(ACME))) == (None, [])
    first = desk.run(lambda tx: tx.policies.add(ACME, '{"first_answer":24}', at=MONDAY_9AM))
    second = desk.run(lambda tx: tx.policies.add(ACME, '{"first_answer":8}', at=MONDAY_9AM + HOUR))
    assert first == (1, MONDAY_9AM, '{"first_answer":24}')
    assert second == (2, MONDAY_9AM + HOUR, '{"first_answer":8}')
    assert desk.look(lambda tx: (tx.policies.current(ACME), tx.policies.all(ACME))) == (second, [first, second])
