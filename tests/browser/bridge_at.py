"""`bridge`, with its clock set: the first argument is by how many seconds it goes wrong.

    python tests/browser/bridge_at.py 86400 run --config FOLDER

It believes: everything of the program that needs a moment of its own asks `SystemClock`.
"""

import sys
from datetime import datetime, timedelta

from bridge.cli.entry import main
from bridge.contracts.clock import SystemClock

RIGHT = SystemClock.now


def set_clock(offset: timedelta) -> None:
    """From now on the program lives that much later."""

    def now(self: SystemClock) -> datetime:
        return RIGHT(self) + offset

    SystemClock.now = now  # type: ignore[method-assign]  # this process is a machine whose clock is set


if __name__ == "__main__":
    set_clock(timedelta(seconds=int(sys.argv.pop(1))))
    sys.exit(main())
