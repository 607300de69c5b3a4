"""A wall clock that somebody sets, forward or back. The monotonic clock goes on meanwhile, as on a real machine."""

from datetime import datetime, timedelta

from bridge.contracts.clock import SystemClock
from bridge.domain.work_time import Reading


class JumpingClock:
    """The system's time plus what it has jumped by."""

    def __init__(self) -> None:
        self._system = SystemClock()
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """This moment, as the machine believes."""
        return self._system.now() + self.offset

    def reading(self) -> Reading:
        """This moment, and the machine's counter, which nobody sets."""
        return self._system.reading()._replace(at=self.now())

    def jump(self, by: timedelta) -> None:
        """Set the clock forward, or back."""
        self.offset += by

    def set_right(self) -> None:
        """Show the right time again."""
        self.offset = timedelta(0)
