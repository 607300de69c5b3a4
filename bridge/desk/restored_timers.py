"""Timers that ran when a restored backup was made: how long they went on is known to nobody here (rule W6).

They end where the lost desk was last seen at work. What was worked after that is told by the shop's rows and by whoever
worked it, and is entered by hand; a timer that ran on would charge what nobody may have worked.
"""

from datetime import datetime, timedelta

from bridge.contracts.deadlines import DeadlineKind
from bridge.contracts.problems import AFTER_BACKUP
from bridge.desk.transaction import DeskTx
from bridge.domain.agreements import left_of
from bridge.domain.work_time import NO_TIME, Ending, Limit, Reading, Segment, between, ended


def end_timers(tx: DeskTx, store: str, at: datetime) -> None:
    """End what runs at a store, and let staff know whose time it is."""
    last_beat = tx.downtimes.last_beat()
    for segment in tx.work_time.all_running([store]):
        seen = Reading(max(last_beat or segment.started.at, segment.started.at), "", NO_TIME)
        left = _left(tx, segment, between(segment.started, seen))
        done = ended(segment, seen, Limit(left, Ending.RESTORED), Ending.RESTORED)
        tx.work_time.save(done)
        tx.deadlines.clear([DeadlineKind.TIMER], segment.id)
        tx.problems.report(
            store,
            key=f"after-backup:segment:{segment.id}",
            kind=AFTER_BACKUP,
            summary=f"a timer of {segment.agent} ran for {segment.purpose} when the restored backup was made: it ended "
            f"with that, after {done.worked}; what was worked since is entered by hand",
            at=at,
        )


def _left(tx: DeskTx, segment: Segment, passed: timedelta) -> timedelta:
    """What is left of the agreement's cap; all that has passed where there is none (rule W5)."""
    if segment.agreement_id is None:
        return passed
    agreement = tx.agreements.by_ids([segment.agreement_id])[segment.agreement_id]
    return left_of(agreement, tx.work_time.of_agreements([agreement.id])[agreement.id])
