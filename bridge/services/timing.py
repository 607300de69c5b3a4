"""Worked time: timers that agents start and stop, and time that they enter by hand (rules W1, W5, W6).

An agent runs one timer at a time, whichever store it is for. What it has measured counts by the machine's own counter;
the clock only says when. However late anybody looks, a segment is never longer than its limit.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bridge.contracts.desk import Tx
from bridge.domain.agreements import Agreement, AgreementState, left_of, require_state
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.quotes import HOLDING
from bridge.domain.tickets import MessageKind
from bridge.domain.work_time import (
    Ending,
    Reading,
    Segment,
    SegmentSource,
    Worker,
    between,
    require_apart,
    worked_in,
)
from bridge.errors import AgreementRefused, TimeRefused
from bridge.services.coin_moves import note
from bridge.services.premium_parts import agreement_of, contact_of, segments_of
from bridge.services.staff_words import require_text
from bridge.services.timers import arm, end, end_if_over, limit_now

MOST_WORDS = 500
"""Characters of why time was entered by hand."""


def start(tx: Tx, terms: DeskTerms, agreement_id: int, *, agent: str, now: Reading) -> Segment:
    """Start a timer for an agreement, or go on where it waits; pressed once more it changes nothing (rules W5, W6).

    Raises `TimeRefused` for who is not listed for a premium number, without an accepted agreement or when nothing is
    left of its cap, while its ticket's work holds coins (rule W7), and while he, or somebody for it, runs another.
    """
    agreement = agreement_of(tx, terms.store, agreement_id)
    require_listed(terms, agent)
    _require_binding(agreement)
    _require_no_coins(tx, agreement)
    running = _running(tx, terms, agent, now)
    if running is not None and running.agreement_id == agreement.id:
        return _go_on(tx, terms, running, agent, now)
    for one in segments_of(tx, agreement):
        if one.runs:
            end_if_over(tx, terms, one, now)
    left = left_of(agreement, segments_of(tx, agreement))
    if not left:
        raise TimeRefused("cap_reached", f"agreement {agreement.id} is used up: more time needs another one (rule W5)")
    return _started(tx, terms, agreement.contact_id, agreement.id, agent, now)


def start_unbilled(tx: Tx, terms: DeskTerms, contact_id: int, *, agent: str, now: Reading) -> Segment:
    """Start a timer that is never charged, whatever is agreed on later (rule W5). Raises `TimeRefused` as `start`."""
    contact = contact_of(tx, terms.store, contact_id)
    require_listed(terms, agent)
    running = _running(tx, terms, agent, now)
    if running is not None and (running.agreement_id, running.contact_id) == (None, contact.id):
        return _go_on(tx, terms, running, agent, now)
    return _started(tx, terms, contact.id, None, agent, now)


def wait(tx: Tx, terms: DeskTerms, *, agent: str, now: Reading) -> Segment:
    """Mark that the agent waits for the contact: some minutes later the segment ends; they still count (rule W6).

    Marked again it changes nothing. Returns the segment, ended where its limit has passed meanwhile. Raises
    `TimeRefused` where no timer of his runs.
    """
    running = _required(tx, terms, agent)
    over = end_if_over(tx, terms, running, now)
    if over is not None:
        return over
    if running.waiting_since is not None:
        return running
    waiting = replace(running, waiting_since=now)
    tx.work_time.save(waiting)
    note(tx, terms.store, agent, "premium_waiting", f"segment:{running.id}", now.at)
    arm(tx, terms, waiting, now)
    return waiting


def stop(tx: Tx, terms: DeskTerms, *, agent: str, now: Reading) -> Segment:
    """Stop the agent's timer; it may have ended by itself before. Raises `TimeRefused` where none of his runs."""
    running = _required(tx, terms, agent)
    done = end(tx, terms, running, now, Ending.STOPPED)
    note(tx, terms.store, agent, "premium_stop", f"segment:{done.id}", now.at, seconds=_seconds(done))
    return done


def add(
    tx: Tx,
    terms: DeskTerms,
    agreement_id: int,
    *,
    since: datetime,
    until: datetime,
    reason: str,
    agent: str,
    now: Reading,
) -> Segment:
    """Enter time by hand that `agent` has worked for an agreement (rules W6, W11).

    It lies between the acceptance and now, apart from all else that he has worked, within the cap, and not where coins
    paid for the same ticket's work (rule W7). Raises `TimeRefused` where it does not, `ImpossibleAmount` for a reason
    that says nothing.
    """
    agreement = agreement_of(tx, terms.store, agreement_id)
    require_listed(terms, agent)
    _require_binding(agreement)
    _require_no_coins(tx, agreement)
    require_text(reason, what="reason", longest=MOST_WORDS)
    since, until = since.replace(microsecond=0), until.replace(microsecond=0)
    _require_in_time(agreement, since, until, now, terms.zone)
    _require_not_paid_in_coins(tx, agreement, since, until, terms.zone)
    worked = until - since
    segments = segments_of(tx, agreement)
    _require_within_cap(tx, terms, agreement, segments, worked, now)
    made = Segment(
        id=0,
        store=terms.store,
        agent=agent,
        contact_id=agreement.contact_id,
        agreement_id=agreement.id,
        started=Reading(since, "", timedelta(0)),
        source=SegmentSource.MANUAL,
        ended_at=until,
        worked=worked,
        ending=Ending.STOPPED,
        reason=terms.premium.hide_numbers(reason.strip()),
        person=terms.premium.person(agent),
    )
    require_apart(made, tx.work_time.of_worker(made.worker, since, until))
    kept = tx.work_time.add(made)
    note(tx, terms.store, agent, "premium_add", f"segment:{kept.id}", now.at, seconds=_seconds(kept))
    for running in (one for one in segments if one.runs):
        arm(tx, terms, running, now)
    return kept


def end_of_contact(tx: Tx, terms: DeskTerms, contact_id: int, *, now: Reading) -> list[Segment]:
    """End what runs for a contact, because his conversation became a ticket (rule W7)."""
    return [end(tx, terms, one, now, Ending.MOVED) for one in tx.work_time.running_of(contact_id)]


def require_listed(terms: DeskTerms, agent: str) -> None:
    """Raises `TimeRefused` for who is not listed for a premium number (rule W1)."""
    if agent not in terms.premium.agents:
        raise TimeRefused("not_listed", f"{agent} is not listed for a premium number of {terms.store} (rule W1)")


def require_no_timer(tx: Tx, terms: DeskTerms, agreement: Agreement, now: Reading) -> None:
    """End the timer of an agreement if its limit has passed. Raises `TimeRefused` while it runs on."""
    for one in segments_of(tx, agreement):
        if one.runs and end_if_over(tx, terms, one, now) is None:
            raise TimeRefused("timer_runs", f"{one.agent} works for agreement {agreement.id}: stop the timer first")


def _worker(terms: DeskTerms, agent: str) -> Worker:
    return Worker(terms.premium.person(agent), terms.store, agent)


def _running(tx: Tx, terms: DeskTerms, agent: str, now: Reading) -> Segment | None:
    """The timer that the agent runs here, unless its limit has passed, and then it is ended.

    One at another store ends with that store's settings, by its own deadline.
    """
    running = tx.work_time.running(_worker(terms, agent))
    if running is None or running.store != terms.store:
        return running
    return None if end_if_over(tx, terms, running, now) is not None else running


def _required(tx: Tx, terms: DeskTerms, agent: str) -> Segment:
    running = tx.work_time.running(_worker(terms, agent))
    if running is None:
        raise TimeRefused("no_timer", f"no timer of {agent} runs")
    if running.store != terms.store:
        raise TimeRefused("another_store", f"the timer of {agent} runs at {running.store}, not at {terms.store}")
    return running


def _go_on(tx: Tx, terms: DeskTerms, running: Segment, agent: str, now: Reading) -> Segment:
    if running.waiting_since is None:
        return running
    going = replace(running, waiting_since=None)
    tx.work_time.save(going)
    note(tx, terms.store, agent, "premium_goes_on", f"segment:{running.id}", now.at)
    arm(tx, terms, going, now)
    return going


def _started(tx: Tx, terms: DeskTerms, contact_id: int, agreement_id: int | None, agent: str, now: Reading) -> Segment:
    made = Segment(
        id=0,
        store=terms.store,
        agent=agent,
        contact_id=contact_id,
        agreement_id=agreement_id,
        started=now,
        person=terms.premium.person(agent),
    )
    kept = tx.work_time.add(made)
    note(tx, terms.store, agent, "premium_start", f"segment:{kept.id}", now.at, agreement=agreement_id or 0)
    arm(tx, terms, kept, now)
    return kept


def _require_binding(agreement: Agreement) -> None:
    try:
        require_state(agreement, AgreementState.ACCEPTED, doing="working for it")
    except AgreementRefused as error:
        raise TimeRefused("no_agreement", f"{error}; before it no minute can be charged (rule W5)") from None


def _require_no_coins(tx: Tx, agreement: Agreement) -> None:
    if agreement.ticket_id is None:
        return
    holding = [quote.id for quote in tx.quotes.of_ticket(agreement.ticket_id) if quote.state in HOLDING]
    if holding:
        raise TimeRefused(
            "coins_held",
            f"quote {holding[0]} holds coins for ticket {agreement.ticket_id}: the same work is never "
            "charged as premium time besides (rule W7)",
        )


def _require_not_paid_in_coins(tx: Tx, agreement: Agreement, since: datetime, until: datetime, zone: ZoneInfo) -> None:
    """While a quote held coins that were spent then, its ticket's work was theirs."""
    if agreement.ticket_id is None:
        return
    spent_at = {
        one.detail["quote"]: one.at
        for one in tx.tickets.about_quotes(agreement.ticket_id)
        if one.kind is MessageKind.DEDUCTED
    }
    for quote in tx.quotes.of_ticket(agreement.ticket_id):
        begun, ended = quote.approved_at, spent_at.get(quote.id)
        if begun is not None and ended is not None and begun < until and since < ended:
            raise TimeRefused(
                "coins_paid",
                f"from {begun.astimezone(zone):%Y-%m-%d %H:%M:%S} to "
                f"{ended.astimezone(zone):%Y-%m-%d %H:%M:%S} ({zone.key}) the work for ticket "
                f"{agreement.ticket_id} was paid in coins, by quote {quote.id}: the same minutes are never charged "
                "as premium time besides (rule W7)",
            )


def _require_in_time(agreement: Agreement, since: datetime, until: datetime, now: Reading, zone: ZoneInfo) -> None:
    assert agreement.acceptance is not None
    if since >= until:
        raise TimeRefused("no_time", "the time must begin before it ends, by a second at least")
    if since < agreement.acceptance.at:
        raise TimeRefused(
            "before_agreement",
            f"agreement {agreement.id} was accepted at {agreement.acceptance.at.astimezone(zone):%Y-%m-%d %H:%M:%S}, "
            f"by the clock of {zone.key}: no minute before can be charged (rule W5)",
        )
    if until > now.at:
        raise TimeRefused("future", "time that is still to come can't have been worked")


def _require_within_cap(
    tx: Tx, terms: DeskTerms, agreement: Agreement, segments: list[Segment], worked: timedelta, now: Reading
) -> None:
    runs = sum(
        (min(between(one.started, now), limit_now(tx, terms, one).after) for one in segments if one.runs), timedelta(0)
    )
    left = agreement.offer.cap - worked_in(segments) - runs
    if worked > left:
        raise TimeRefused(
            "cap",
            f"of agreement {agreement.id} {max(left, timedelta(0))} are left: {worked} need another one (rule W5)",
        )


def _seconds(segment: Segment) -> int:
    return 0 if segment.worked is None else segment.worked // timedelta(seconds=1)
