"""A clock that stands still until it is moved."""

from datetime import datetime, timedelta


class FixedClock:
    """Starts at a given moment (aware, UTC) and moves only when told to."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def advance(self, step: timedelta) -> None:
        """Move by `step`; a negative step is a clock that jumped back."""
        self.moment += step
