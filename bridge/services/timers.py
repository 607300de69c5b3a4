"""When running timers end by themselves: the deadline, the warning before it, and the end (rule W6).

The deadline is a moment of the clock; whether it has come is asked of the counter. One that rings early, because the
clock was put forward, is set anew; after the clock was put back all are (`arm_all`). What ends late has not lasted
longer for it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bridge.contracts.deadlines import Deadline, DeadlineKind
from bridge.contracts.desk import Tx
from bridge.domain.agreements import left_of
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import TimerEnded, TimerWarning
from bridge.domain.work_time import Ending, Limit, Reading, Segment, between, ended, limit_of
from bridge.services.premium_parts import owner_of, segments_of

TOLD = frozenset({Ending.CAP, Ending.FORGOTTEN, Ending.WAITED, Ending.MOVED})
"""Ends that the agent has not made himself: he hears of them."""
MINUTE, MILLISECOND = timedelta(minutes=1), timedelta(milliseconds=1)


def limit_now(tx: Tx, terms: DeskTerms, segment: Segment) -> Limit:
    """When a running segment ends by itself, by what its agreement has left."""
    left = None
    if segment.agreement_id is not None:
        agreement = tx.agreements.by_ids([segment.agreement_id])[segment.agreement_id]
        left = left_of(agreement, segments_of(tx, agreement))
    premium = terms.premium
    return limit_of(segment, left=left, longest=premium.longest_timer, waiting_counts=premium.waiting_counts)


def arm(tx: Tx, terms: DeskTerms, segment: Segment, now: Reading) -> None:
    """Remember when a running timer is to be looked at next: at its warning, after that at its end."""
    limit = limit_now(tx, terms, segment)
    passed = between(segment.started, now)
    warning = _warning_of(terms, limit)
    next_one = warning if warning is not None and passed < warning else limit.after
    due = now.at + max(next_one - passed, MILLISECOND)
    tx.deadlines.set([Deadline(DeadlineKind.TIMER, segment.id, segment.store, due)])


def arm_all(tx: Tx, terms: Mapping[str, DeskTerms], now: Reading) -> None:
    """Set the deadlines of all running timers of these stores by the counter, wherever the clock has gone."""
    for segment in tx.work_time.all_running(terms):
        arm(tx, terms[segment.store], segment, now)


def timer_due(tx: Tx, terms: DeskTerms, segment_id: int, now: Reading) -> None:
    """Warn once before a timer ends by itself, or end it, or wait on where the clock was put forward."""
    segment = tx.work_time.get(terms.store, segment_id)
    if segment is None or not segment.runs:
        tx.deadlines.clear([DeadlineKind.TIMER], segment_id)
        return
    if end_if_over(tx, terms, segment, now) is not None:
        return
    limit = limit_now(tx, terms, segment)
    warning, passed = _warning_of(terms, limit), between(segment.started, now)
    if warning is not None and passed >= warning:
        facts = _about(tx, segment, now, "warning", limit.ending)
        if tx.notices.first(terms.store, facts["key"], now.at):
            tx.outbox.add([TimerWarning(**facts, minutes=-((passed - limit.after) // MINUTE))])
    arm(tx, terms, segment, now)


def end_if_over(tx: Tx, terms: DeskTerms, segment: Segment, now: Reading) -> Segment | None:
    """The segment once it has ended, where its limit has passed; None while it runs on."""
    limit = limit_now(tx, terms, segment)
    return end(tx, terms, segment, now, limit.ending) if between(segment.started, now) >= limit.after else None


def standing(tx: Tx, terms: DeskTerms, segment: Segment, now: Reading) -> Segment:
    """A segment as it stands: one whose limit has passed has ended there, though nobody has booked that yet."""
    if not segment.runs:
        return segment
    limit = limit_now(tx, terms, segment)
    over = between(segment.started, now) >= limit.after
    return ended(segment, now, limit, limit.ending) if over else segment


def end(tx: Tx, terms: DeskTerms, segment: Segment, now: Reading, ending: Ending) -> Segment:
    """End a running timer now, or at its limit where that has passed (rule W6)."""
    done = ended(segment, now, limit_now(tx, terms, segment), ending)
    tx.work_time.save(done)
    tx.deadlines.clear([DeadlineKind.TIMER], segment.id)
    assert done.ending is not None
    assert done.worked is not None
    if done.ending in TOLD:
        facts = _about(tx, done, now, "ended", done.ending)
        tx.outbox.add([TimerEnded(**facts, seconds=done.worked // timedelta(seconds=1), flagged=done.flagged)])
    return done


def _warning_of(terms: DeskTerms, limit: Limit) -> timedelta | None:
    """How long a segment has run when it is warned of; None where there is no time for that, or he said it himself."""
    before = limit.after - terms.premium.warn_before
    return before if before > timedelta(0) and limit.ending is not Ending.WAITED else None


def _about(tx: Tx, segment: Segment, now: Reading, what: str, ending: Ending) -> dict[str, Any]:
    return {
        "key": f"{segment.store}:segment:{segment.id}:{what}",
        "store": segment.store,
        "at": now.at,
        "contact_id": segment.contact_id,
        "owner": owner_of(tx, segment.contact_id),
        "segment_id": segment.id,
        "agent": segment.agent,
        "agreement_id": segment.agreement_id,
        "ending": ending.value,
    }
