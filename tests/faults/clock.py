"""A wall clock that somebody sets, forward or back. The monotonic clock goes on meanwhile, as on a real machine."""

from datetime import datetime, timedelta

from bridge.contracts.clock import SystemClock


class JumpingClock:
    """The system's time plus what it has jumped by."""

    def __init__(self) -> None:
        self._system = SystemClock()
        self.offset = timedelta(0)

    def now(self) -> datetime:
        """This moment, as the machine believes."""
        return self._system.now() + self.offset

    def jump(self, by: timedelta) -> None:
        """Set the clock forward, or back."""
        self.offset += by

    def set_right(self) -> None:
        """Show the right time again."""
        self.offset = timedelta(0)
