"""What is said in a ticket, and how the ticket stands after it: the one place where both are kept (rules T6, T9, T10).

Every message goes through `tell`, and whatever else can change how a ticket stands ends in `settle`: state, urgency,
due time and the one moment at which something is to be done next are worked out from the history and saved beside it.
Who changes an account's plan `stir`s its tickets: they are worked out anew as soon as what is due is fired.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bridge.contracts.deadlines import Deadline, DeadlineKind
from bridge.contracts.desk import Tx
from bridge.contracts.tickets import BehindKey
from bridge.domain.accounts import Owner
from bridge.domain.clocks import Clock, owed, running_clocks
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import TicketStateChanged
from bridge.domain.histories import History
from bridge.domain.packages import Package, plan_in_force
from bridge.domain.policies import Policies
from bridge.domain.ticket_history import history_of
from bridge.domain.ticket_terms import NONE, PACKAGE
from bridge.domain.tickets import ENDED, WAITING, Author, Message, MessageKind, Ticket, TicketNow, TicketState
from bridge.errors import DeskUnusable
from bridge.services.coin_moves import packages_of
from bridge.services.native_parts import STATUS_OF
from bridge.services.policies import follow_settings, policies_of
from bridge.services.ticket_alerts import leave_out_past, next_alert

PAGE = 200
"""Tickets that are worked out anew in one transaction after the settings have changed."""


def tell(
    tx: Tx, terms: DeskTerms, ticket_id: int, message: Message, *, packages: Iterable[Package] | None = None
) -> Message:
    """Say something in a ticket, and work out how it stands then; returns the message as it stands there.

    What staff write is said without a premium number (rule W2). `packages` as with `settle`.
    """
    if message.author is Author.STAFF:
        message = replace(message, text=terms.premium.hide_numbers(message.text))
    said = tx.tickets.say(ticket_id, message)
    settle(tx, terms, ticket_id, at=said.at, packages=packages)
    return said


def settle(
    tx: Tx, terms: DeskTerms, ticket_id: int, *, at: datetime, packages: Iterable[Package] | None = None
) -> TicketNow:
    """Work out from its history how a ticket stands, and remember when something is to be done about it next.

    `packages` are all of its account as they are now, where they are at hand. Raises `LookupError` where there is no
    such ticket.
    """
    found = tx.tickets.standing(terms.store, ticket_id)
    if found is None:
        raise LookupError(f"{terms.store}: there is no ticket {ticket_id}")
    ticket, owner, before = found
    course = read_course(tx, terms, ticket, at=at, packages=packages)
    now = course.now
    if now != before:
        tx.tickets.save_now(ticket_id, now)
    _arm(tx, terms, course)
    if before is not None and before.state is not now.state:
        tx.threads.want(ticket_id, STATUS_OF[now.state])
        _tell_state(tx, ticket, owner, before.state, now, max((one.id for one in course.messages), default=0))
    return now


def settle_silently(tx: Tx, terms: DeskTerms, ticket_id: int, *, at: datetime) -> None:
    """Work out how a ticket stands that is older than the desk's knowledge of it: only from now on is told of it (C2).

    What its clocks have come to before is left out, which its history says. Raises `LookupError` as `settle`.
    """
    ticket = tx.tickets.get(terms.store, ticket_id)
    if ticket is None:
        raise LookupError(f"{terms.store}: there is no ticket {ticket_id}")
    course = read_course(tx, terms, ticket, at=at)
    if leave_out_past(tx, ticket, course.policies.current.policy, course.clocks, course.history, at=course.at):
        course = read_course(tx, terms, ticket, at=at)
    tx.tickets.save_now(ticket_id, course.now)
    _arm(tx, terms, course)


def stir(tx: Tx, store: str, account_ids: Iterable[int], *, at: datetime) -> None:
    """Let the open tickets of these accounts be worked out anew at once, by whoever fires what is due.

    For what may have changed the plan that they run under (rule T6).
    """
    look_at(tx, store, tx.tickets.open_of_accounts(account_ids), at=at)


def look_at(tx: Tx, store: str, ticket_ids: Iterable[int], *, at: datetime) -> None:
    """Let these tickets be worked out anew at once: for who says something in one without the store's terms."""
    tx.deadlines.set([Deadline(DeadlineKind.TICKET, number, store, at) for number in ticket_ids])


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """How many tickets were worked out anew, and what those that could not be raised, by their numbers.

    `last` is where the page ends, None where there was none.
    """

    count: int = 0
    failures: tuple[tuple[int, Exception], ...] = ()
    last: BehindKey | None = None


def catch_up(tx: Tx, terms: DeskTerms, *, at: datetime, after: BehindKey | None = None, limit: int = PAGE) -> CaughtUp:
    """Follow the settings, and work out a page of tickets after `after` that have not been by them.

    For the daemon, at its start and when the settings change, page after page to the last. One that can't be worked out
    is due at once: whoever fires what is due tells staff of it and tries it again. Raises `DeskUnusable` where the desk
    can't be written.
    """
    follow_settings(tx, terms, at=at)
    current = policies_of(tx, terms, at=at).current
    done, failures = 0, []
    behind = tx.tickets.behind_policy(terms.store, current.version, limit, after)
    for ticket in behind:
        try:
            with tx.attempt():
                settle(tx, terms, ticket.id, at=at)
        except DeskUnusable:
            raise
        except Exception as error:  # one ticket's fault must not keep the others from being worked out
            failures.append((ticket.id, error))
            look_at(tx, terms.store, [ticket.id], at=at)
        else:
            done += 1
    return CaughtUp(done, tuple(failures), behind[-1] if behind else None)


@dataclass(frozen=True, slots=True)
class Course:
    """A ticket's messages without their texts, and what follows from them at a moment; `clocks` are those that run."""

    ticket: Ticket
    messages: tuple[Message, ...]
    history: History
    clocks: tuple[Clock, ...]
    policies: Policies
    now: TicketNow
    at: datetime


def read_course(
    tx: Tx, terms: DeskTerms, ticket: Ticket, *, at: datetime, packages: Iterable[Package] | None = None
) -> Course:
    """What follows from a ticket's history at a moment, or at its newest message where that is later.

    Of a ticket that is not at an end it says in the history, too, what plan it runs under from now on (rule T6).
    """
    messages = tx.tickets.history(ticket.id)
    at = max([at, *(one.at for one in messages[-1:])])
    history = history_of(ticket, messages)
    if new := unsaid_standings(tx, terms, ticket, history, at, packages):
        with tx.tickets.as_of_then():
            messages += [tx.tickets.say(ticket.id, one) for one in new]
        history = history_of(ticket, messages)
    policies = policies_of(tx, terms, at=at)
    clocks = running_clocks(ticket, history, policies, at)
    next_one = owed(clocks)
    now = TicketNow(
        state=history.state,
        since=history.since,
        kind=history.kind,
        urgency=history.urgency,
        assignee=history.assignee,
        standing=history.standings[-1][1],
        opened_standing=history.standings[0][1],
        policy=policies.current.version,
        due=next_one.due if next_one else None,
        guaranteed=next_one is not None and next_one.guaranteed,
    )
    return Course(ticket, tuple(messages), history, clocks, policies, now, at)


def standing_of(packages: Iterable[Package], terms: DeskTerms, at: datetime) -> str:
    """What a customer's tickets run under at a moment: his plan, a package without one, or nothing (rules T2, T3)."""
    mine = [one for one in packages if one.granted_at <= at and not one.revoked and one.usable(at)]
    return plan_in_force(mine, terms.plans, at) or (PACKAGE if mine else NONE)


def unsaid_standings(
    tx: Tx,
    terms: DeskTerms,
    ticket: Ticket,
    history: History,
    at: datetime,
    packages: Iterable[Package] | None = None,
) -> list[Message]:
    """Messages that say what the ticket ran under at its opening, and what it runs under now, where that is new."""
    known = [name for _, name in history.standings]
    if known and history.state in ENDED:
        return []
    mine = list(packages_of(tx, ticket.account_id).values() if packages is None else packages)
    moments = [at] if known else [ticket.opened_at, at]
    new = []
    for moment in moments:
        standing = history.standing_at(moment, standing_of(mine, terms, moment))
        if [standing] != known[-1:]:
            detail = {"standing": standing}
            new.append(Message(moment, Author.BRIDGE, MessageKind.STANDING, detail=detail))
            known.append(standing)
    return new


def _arm(tx: Tx, terms: DeskTerms, course: Course) -> None:
    """Keep the one moment at which something is to be done about a ticket, or that there is none."""
    policy = course.policies.current.policy
    alerted = next_alert(policy, course.clocks, course.history, course.messages)
    moments = [moment for moment in (ending_at(terms, course), alerted) if moment is not None]
    if moments:
        tx.deadlines.set([Deadline(DeadlineKind.TICKET, course.ticket.id, terms.store, min(moments))])
    else:
        tx.deadlines.clear([DeadlineKind.TICKET], course.ticket.id)


def ending_at(terms: DeskTerms, course: Course) -> datetime | None:
    """When a ticket that waits for its customer is resolved, a resolved one closed (rule T10); else None."""
    history = course.history
    if history.state in WAITING:
        return history.since + terms.tickets.waiting
    return history.since + terms.tickets.closing if history.state is TicketState.RESOLVED else None


def _tell_state(tx: Tx, ticket: Ticket, owner: Owner, was: TicketState, now: TicketNow, last_id: int) -> None:
    event = TicketStateChanged(
        key=f"{ticket.store}:ticket:{ticket.id}:state:{last_id}:{now.state}",
        store=ticket.store,
        at=now.since,
        owner=owner,
        ticket_id=ticket.id,
        state=now.state.value,
        was=was.value,
    )
    tx.outbox.add([event])
