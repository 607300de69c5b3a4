"""What people see, on a terminal of any width: sentences are folded, numbers and times are not."""

import os
import pty
import re
import subprocess
import sys
import termios
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bridge.cli.screen import age, cell, count, local, utc
from tests.support.commands import PYTHON_PATH, Workplace

REASON = "Sorry for the long wait over the holidays and for everything that came with it"


def on_a_terminal(columns: int, *words: str, **environment: str) -> str:
    """What a terminal of that width is sent."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, columns))
    with subprocess.Popen(
        [sys.executable, "-m", "bridge.cli.entry", *words],
        env={"PYTHONPATH": PYTHON_PATH, "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(theirs)
        sent = b""
        try:
            while part := os.read(ours, 65536):
                sent += part
        except OSError:  # the terminal's other end is closed: Linux says so with an error
            pass
        process.wait()
    os.close(ours)
    return sent.decode().replace("\r\n", "\n")


@pytest.fixture
def statement(workplace: Workplace) -> tuple[str, ...]:
    """A statement with a long reason in it."""
    workplace.cli("desk", "upgrade")
    for _ in range(2):
        workplace.cli("coins", "grant", "77", "123456", "--reason", REASON, "--by", "Anna")
    return ("coins", "statement", "77", "--config", str(workplace.config))


@pytest.mark.parametrize("columns", [120, 80, 40])
def test_only_sentences_are_folded(statement: tuple[str, ...], columns: int) -> None:
    shown = on_a_terminal(columns, *statement)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+03:30", plain)
    assert "+123,456" in plain
    assert "246,912" in plain
    assert set(REASON.split()) <= set(plain.split())


def test_on_a_terminal_there_are_colours_unless_they_are_not_wanted(workplace: Workplace) -> None:
    words = ("check", "--config", str(workplace.config))
    assert "\x1b[" in on_a_terminal(100, *words)
    assert "\x1b[3" not in on_a_terminal(100, *words, NO_COLOR="1")


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Tehran", "2026-11-22 14:05:09 +03:30"),
        ("America/New_York", "2026-11-22 05:35:09 -05:00"),
        ("UTC", "2026-11-22 10:35:09 +00:00"),
    ],
)
def test_people_see_the_stores_time_with_its_offset(zone: str, shown: str) -> None:
    assert local(datetime(2026, 11, 22, 10, 35, 9, 999_000, tzinfo=UTC), ZoneInfo(zone)) == shown


def test_programs_get_utc() -> None:
    assert utc(datetime(2026, 11, 22, 14, 5, 9, tzinfo=ZoneInfo("Asia/Tehran"))) == "2026-11-22T10:35:09Z"
    assert utc(None) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "never"), (-1, "0 s"), (4.4, "4 s"), (119, "119 s"), (720, "12 min"), (10_800, "3 h"), (200_000, "2 d")],
)
def test_ages_are_rough(seconds: float | None, words: str) -> None:
    assert age(seconds) == words


def test_one_is_one_and_more_are_more() -> None:
    assert (count(1, "store"), count(2, "store"), count(1_000, "entry", "entries")) == (
        "1 store",
        "2 stores",
        "1,000 entries",
    )


def test_cells_are_text_never_markup() -> None:
    assert cell("[red]x[/red]").plain == "[red]x[/red]"
    assert [cell(value).plain for value in (True, 1234, None, 0)] == ["yes", "1,234", "", "0"]
