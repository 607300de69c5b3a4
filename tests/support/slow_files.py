"""Tells at the end of a run which test files took longest, set-up and tear-down included."""

from collections import defaultdict
from operator import itemgetter

import pytest

SHOWN = 12


class SlowFiles:
    """Adds up the seconds of every phase of every test, by file.

    Under xdist too, where reports come to the controller.
    """

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid.partition("::")[0]] += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("slowest files")
        slowest = sorted(self.seconds.items(), key=itemgetter(1), reverse=True)
        for file, seconds in slowest[:SHOWN]:
            terminalreporter.write_line(f"{seconds:7.2f} s  {file}")
