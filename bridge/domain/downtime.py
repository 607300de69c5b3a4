"""Down-times: when the desk itself was off, customers could do nothing and were told nothing.

A deadline that fell into such a gap is moved to a day after the desk's return (rule C5). Gaps are found by a heartbeat;
a clock that was put forward looks like one, and errs in the customer's favour.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

GRACE = timedelta(hours=24)
"""How long after its return a deadline lies that the desk was down across."""
MOST_SILENCE = timedelta(minutes=2)
"""A heartbeat later than that is a gap."""

AFTER_RESTORE = timedelta(minutes=15)
"""So long after a restore nothing falls due about a ticket: what was said in it since the backup comes back first."""


class Gap(NamedTuple):
    """The desk was down from its last heartbeat to its return."""

    since: datetime
    until: datetime

    @property
    def extended_to(self) -> datetime:
        """Where a deadline moves that fell into the gap, to the whole second."""
        return (self.until + GRACE).replace(microsecond=0)


def gap_between(last_beat: datetime | None, now: datetime) -> Gap | None:
    """The gap that ends now; None while the heart has beaten, and for a desk that has never run."""
    if last_beat is None or now - last_beat <= MOST_SILENCE:
        return None
    return Gap(last_beat, now)
