"""The daemon as an operator runs it: `bridge run`, a process of its own, spoken to by signals and heard by its log."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.waiting import until, wait_until

PROGRAM = Path(sys.executable).with_name("bridge")
START_S = 60.0
TIED_TO_US = [setpriv, "--pdeathsig", "TERM", "--"] if (setpriv := shutil.which("setpriv")) else []
"""Has the kernel end the daemon when we die without a word."""
STOP_S = 10.0
"""SIGTERM ends the daemon within this time, whatever it is doing."""


def bridge_command(config: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one command of `bridge` to its end; its exit code and what it said."""
    command = [str(PROGRAM), *words, "--config", str(config)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=_environment(),
        start_new_session=True,  # the terminal's Ctrl-C is for whoever started us
    )


class Daemon:
    """`bridge run` on one configuration; its log is kept in `log` through all its lives."""

    def __init__(self, config: Path, log: Path, *, program: Sequence[str] = (str(PROGRAM),)) -> None:
        self.config, self.log, self._program = config, log, program
        self.process: subprocess.Popen[bytes] | None = None
        self._heard_to = 0

    def start(self) -> None:
        """Start it; `ready` waits until it serves."""
        assert self.process is None, "it runs already"
        self._heard_to = len(self.lines())
        with self.log.open("ab") as sink:
            self.process = subprocess.Popen(
                [*TIED_TO_US, *self._program, "run", "--config", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,  # the terminal's Ctrl-C is for whoever started us
                env=_environment(),
            )

    async def ready(self) -> str:
        """Wait until it serves; the address of its private pages."""
        line = await until(lambda: self._alive().heard("ready"), "the daemon is ready", within=START_S)
        return str(line["listen"])

    def wait_ready(self) -> str:
        """`ready` where there is no loop."""
        line = wait_until(lambda: self._alive().heard("ready"), "the daemon is ready", within=START_S)
        return str(line["listen"])

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None, "it does not run"
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it as a power cut would."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.wait()

    def stop(self, *, within: float = STOP_S) -> int:
        """SIGTERM; its exit code. Fails if it has not gone in time."""
        process, self.process = self.process, None
        if process is None:
            return 0
        process.terminate()
        try:
            return process.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the daemon did not end within {within:g} s of SIGTERM") from None
        finally:  # also when an impatient Ctrl-C comes: no process is left behind
            if process.poll() is None:
                process.kill()
                process.wait()

    def lines(self) -> list[dict[str, Any]]:
        """Every line it has logged, over all its lives; text that is no JSON comes as the event of a line."""
        return list(_parsed(self.log))

    def heard(self, event: str, **facts: Any) -> dict[str, Any] | None:
        """The first line of this life about `event` with these facts; None where there is none yet."""
        for line in self.lines()[self._heard_to :]:
            if line.get("event") == event and all(line.get(name) == fact for name, fact in facts.items()):
                return line
        return None

    def _alive(self) -> Self:
        assert self.process is not None, "it does not run"
        code = self.process.poll()
        assert code is None, f"the daemon ended with {code}: {self.lines()[self._heard_to :][-3:]}"
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.stop()
        else:
            self.kill()


def fetched(address: str, path: str) -> tuple[int, str]:
    """Status and body of one of the private pages."""
    try:
        with urllib.request.urlopen(address + path, timeout=60) as answer:  # noqa: S310 - our own listener
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def _parsed(log: Path) -> Iterator[dict[str, Any]]:
    if not log.exists():
        return
    text = log.read_text("utf-8", "replace")
    for line in text[: text.rfind("\n") + 1].splitlines():
        try:
            read = json.loads(line)
        except ValueError:
            read = {"event": line}
        yield read if isinstance(read, dict) else {"event": line}


def _environment() -> Mapping[str, str]:
    """Ours without what a service manager or a shell may have put there for another bridge."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("BRIDGE_", "NOTIFY_", "PYTHON"))}
