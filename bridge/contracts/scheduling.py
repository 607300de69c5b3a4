"""What a plugin uses to register recurring jobs."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol


class JobRegistry(Protocol):
    """Collects jobs at start. A job that is overdue after a restart runs at once; two runs of one job never overlap."""

    def every(self, name: str, interval: timedelta, job: Callable[[], Awaitable[None]]) -> None:
        """Run `job` every `interval`. `name` is unique and is what the desk remembers the last run by."""
        ...
