"""The end of the process, whatever hangs in it."""

import os
import sys
import threading

import structlog

log = structlog.get_logger()
STOP_LIMIT_S = 9.5
"""The process has ended that long after it was told to stop."""


class Backstop:
    """Ends the process if stopping hangs where the loop can't end it: a name look-up in a thread, a plugin that blocks.

    Nothing is lost: the desk commits before it answers, and what was under way is taken up at the next start.
    """

    def __init__(self, seconds: float = STOP_LIMIT_S) -> None:
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def arm(self) -> None:
        """Start counting. Call once."""
        self._timer.start()

    def disarm(self) -> None:
        """The process ends by itself."""
        self._timer.cancel()

    @staticmethod
    def _end() -> None:
        log.warning("stopping hangs; ended all the same, what was under way will be taken up at the next start")
        sys.stderr.flush()
        os._exit(0)
