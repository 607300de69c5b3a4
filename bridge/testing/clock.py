"""A clock that stands still until it is moved."""

from datetime import datetime, timedelta

from bridge.domain.work_time import Reading


class FixedClock:
    """Starts at a given moment (aware, UTC) and moves only when told to.

    Its counter passes with it, but not when its hands are `set`; `restart` begins another counter.
    """

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self._boot = 1
        self._booted, self._set_by = moment, timedelta(0)

    def now(self) -> datetime:
        return self.moment

    def reading(self) -> Reading:
        return Reading(self.moment, f"boot {self._boot}", self.moment - self._booted - self._set_by)

    def advance(self, step: timedelta) -> None:
        """Move by `step`; a negative step is a clock that jumped back."""
        self.moment += step
        if step < timedelta(0):
            self._set_by += step

    def set_hands(self, by: timedelta) -> None:
        """Set the clock ahead or back while no time passes."""
        self.moment += by
        self._set_by += by

    def restart(self, after: timedelta = timedelta(0)) -> None:
        """Start the machine anew; `after` passes meanwhile."""
        self.moment += after
        self._boot += 1
        self._booted, self._set_by = self.moment, timedelta(0)
