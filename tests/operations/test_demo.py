"""The demonstration plays, agrees with itself, and leaves nothing behind however it ends."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.waiting import PATIENCE_S, wait_until

ROOT = Path(__file__).parents[2]
LONGEST_S = 240.0


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files of the demo's own, its path short enough for a socket in it."""
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


def left_behind(temporary: Path) -> list[str]:
    """Files of the demo, and processes that know its folder."""
    found = [str(path) for path in temporary.iterdir()]
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                command = (process / "cmdline").read_bytes()
                environment = (process / "environ").read_bytes()
            except OSError:  # another user's, or gone meanwhile
                continue
            if bytes(temporary) in command + environment:
                found.append(command.replace(b"\0", b" ").decode())
    return found


def test_the_day_is_played_to_its_end_and_every_account_row_equals_the_ledger(temporary: Path) -> None:
    done = subprocess.run(
        [ROOT / "script" / "demo", "--once"],
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-3000:]
    assert re.search(r"^Store +opencart-extensions +prestashop-coins *$", done.stdout, re.MULTILINE)
    assert re.search(r"^Equal to the ledger +yes +yes *$", done.stdout, re.MULTILINE)
    assert re.search(r"^Open problems +0 +0 *$", done.stdout, re.MULTILINE)
    assert re.search(r"^Coins deducted +60 +65 *$", done.stdout, re.MULTILINE)
    assert re.search(r"^Coins still held +0 +0 *$", done.stdout, re.MULTILINE)
    assert "Google Analytics for 50 coins out of 300 left 250; " in done.stdout
    assert "Google Analytics for 45 coins out of 300 left 255 (5 of 50 came back); " in done.stdout
    assert done.stdout.count("the inspection that ended infeasible cost 15 and left ") == 2
    assert done.stdout.count("free: licence 1 of seo was active at the opening") == 2, "after the refund as before"
    assert "ticket 5 is free by licence 1, which was refunded since it was opened" in done.stdout
    assert "Tim reads: This number of opencart-extensions is for questions before you buy." in done.stdout
    assert "before it no minute can be charged (rule W5)" in done.stdout
    assert "agreement 1: accept, through the chat" in done.stdout
    assert "0.25 h × 20.00 USD = 5.00, sent" in done.stdout
    assert "Sat 28 Nov 2026 19:12  Omid's ticket: warning at 80 %, told to Support" in done.stdout
    assert "Sun 29 Nov 2026 02:00  Omid's ticket: escalation 2 h after it, told to Support" in done.stdout
    assert "First answer: BREACHED, due Sun 29 Nov 2026 00:00" in done.stdout
    assert "\x1b[" not in done.stdout  # colours are for a terminal
    assert left_behind(temporary) == []


def test_CtrlC_ends_the_demonstration_and_nothing_is_left_of_it(temporary: Path) -> None:
    output = temporary.with_suffix(".txt")
    with output.open("wb") as sink:
        demo = subprocess.Popen(
            [ROOT / "script" / "demo"],
            env={**os.environ, "TMPDIR": str(temporary)},
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until(lambda: "Olga orders" in output.read_text(), "the day has begun", within=LONGEST_S)
            os.killpg(demo.pid, signal.SIGINT)  # what a terminal does
            assert demo.wait(PATIENCE_S) == 0
        finally:
            if demo.poll() is None:
                os.killpg(demo.pid, signal.SIGKILL)
                demo.wait()
    said = output.read_text()
    output.unlink()
    assert "Traceback" not in said
    assert "stopped" in said
    assert left_behind(temporary) == []
