"""The clock: the only way time enters the house."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from bridge.domain.work_time import Reading

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
BOOT_VARIABLE = "SUPPORTBRIDGE_BOOT_ID"
"""Where the service's unit gives the same to a daemon that may see nothing of the kernel's."""


class Clock(Protocol):
    def now(self) -> datetime:
        """This moment in UTC, to the millisecond, as the desk stores it."""
        ...

    def reading(self) -> Reading:
        """This moment by the clock, and by the machine's counter, which nobody sets and which counts its sleep too."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        moment = datetime.now(UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def reading(self) -> Reading:
        passed = timedelta(milliseconds=time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000)
        return Reading(self.now(), _boot(), passed)


def _boot() -> str:
    """What names this start of the machine; empty where nothing says it, and then the clock alone counts."""
    try:
        found = BOOT_ID.read_text("ascii")
    except OSError:
        found = os.environ.get(BOOT_VARIABLE, "")
    return found.strip().replace("-", "").lower()
