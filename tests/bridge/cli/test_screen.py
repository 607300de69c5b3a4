"""What people see, on a terminal of any width: what has blanks is folded, numbers are not."""

import io
import os
import pty
import re
import subprocess
import sys
import termios
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console, RenderableType

from bridge.cli.screen import age, cell, count, grid, local, show, table, utc, words_parts, written
from tests.support.commands import Workplace, python_path

REASON = "Sorry for the long wait over the holidays and for everything that came with it"


def on_a_terminal(columns: int, *words: str, **environment: str) -> str:
    """What a terminal of that width is sent."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, columns))
    with subprocess.Popen(
        [sys.executable, "-m", "bridge.cli.entry", *words],
        env={"PYTHONPATH": python_path(), "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment},
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


def without_colours(shown: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", shown)


def test_an_address_that_is_wider_than_the_screen_unfolds_no_other_line(workplace: Workplace) -> None:
    address = f"https://shop.example/{'a' * 120}"
    workplace.cli("desk", "upgrade")
    workplace.cli("coins", "grant", "77", "5", "--reason", "Test", "--by", "Anna")
    words = f"{REASON}.\n\nSee {address}"
    assert workplace.cli("ticket", "open", "77", "--subject", "Slow", "--text", words, "--by", "Anna").code == 0
    plain = without_colours(on_a_terminal(60, "ticket", "show", "1", "--config", str(workplace.config)))
    lines = plain.splitlines()
    assert f"     {address}" in lines, "it is copied in one piece"
    assert max(len(line) for line in lines if address not in line) <= 60
    assert "     Sorry for the long wait over the holidays and for" in lines


@pytest.mark.parametrize("long", ["x" * 70, f"https://x.example/{'a' * 60}", "\u2800" * 70, "ж" * 70])
def test_no_line_of_a_message_looks_like_one_of_ours_whatever_is_long_in_it(long: str) -> None:
    ours = "2026-11-22 14:05:09 +03:30  Anna: wrote that it is free of charge for you (7)"
    (words,) = words_parts(f"{long} {ours} {long}, {ours}")
    lines = shown_at(60, words)
    assert " ".join(line.strip() for line in lines).count("free of charge") == 2
    for line in lines:
        assert line.startswith("     ")
        is_address = line.isascii() and " " not in line.strip()
        assert len(line) <= 60 or is_address, "a terminal begins the rest at its edge"


@pytest.mark.parametrize("columns", [120, 80, 40])
def test_only_what_has_blanks_is_folded(statement: tuple[str, ...], columns: int) -> None:
    plain = without_colours(on_a_terminal(columns, *statement))
    day, moment = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d:\d\d \+03:30"
    assert re.search(rf"{day}(?s:.*){moment}" if columns == 40 else f"{day} {moment}", plain)
    assert "+123,456" in plain
    assert "246,912" in plain
    assert set(REASON.split()) <= set(plain.split())


def test_a_statement_fits_an_ordinary_terminal(statement: tuple[str, ...]) -> None:
    lines = without_colours(on_a_terminal(80, *statement)).splitlines()
    assert max(map(len, lines)) <= 80
    first = next(number for number, line in enumerate(lines) if "+123,456" in line)
    assert " ".join(" ".join(lines[first + 1 : first + 3]).split()) == REASON  # below its entry, not beside it


def shown_at(columns: int, part: RenderableType) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=columns).print(part, crop=False)
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_a_table_that_is_too_wide_loses_the_columns_in_which_nothing_stands() -> None:
    sheet = table("Customer", "Held", "Balance", rows=[("Anna", "", 5), ("Ben", "", 7)], right=("Balance",))
    assert shown_at(40, sheet)[0].split() == ["Customer", "Held", "Balance"]
    assert shown_at(20, sheet)[0].split() == ["Customer", "Balance"]
    nothing = table("Customer", "Held", "Balance", rows=[])
    assert shown_at(25, nothing)[0].split() == ["Customer", "Held", "Balance"]


def test_what_finds_no_place_beside_the_rest_stands_below_with_its_name() -> None:
    rows = [(5, "open", "3 offered", "google-analytics", "The slider"), (6, "closed", "", "", "A font")]
    sheet = table("Ticket", "State", "Quotes", "Price", "Subject", rows=rows, right=("Ticket",), words=("Subject",))
    assert shown_at(24, sheet)[2:] == [
        "     5  open    3",
        "                offered",
        "     The slider",
        "     Price:",
        "     google-analytics",
        "     6  closed",
        "     A font",
    ]
    assert shown_at(16, sheet)[-2:] == ["     6  closed", "     A font"]
    assert "Price" in shown_at(60, sheet)[0]


def test_a_number_and_its_unit_are_one_piece() -> None:
    rows = [("customer 1038 (contact 58)", "1 h 30 min")]
    sheet = table("With", "Limit", rows=rows, right=("Limit",), words=("With",))
    assert shown_at(36, sheet)[-2:] == ["customer 1038 (contact    1 h 30 min", "58)"]
    assert shown_at(32, sheet)[-2:] == ["1 h 30 min", "     customer 1038 (contact 58)"]


def test_headings_give_way_before_times() -> None:
    sheet = table("Still to push", "Seen", rows=[(3, "2026-11-22 14:05:09 +03:30")], right=("Still to push",))
    assert shown_at(41, sheet)[2:] == ["            3  2026-11-22 14:05:09 +03:30"]
    assert shown_at(36, sheet)[-1] == "       3  2026-11-22 14:05:09 +03:30"
    assert shown_at(22, sheet)[-2:] == ["    3  2026-11-22", "       14:05:09 +03:30"]


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


def test_a_number_that_something_is_called_by_stands_as_commands_take_it(capsys: pytest.CaptureFixture[str]) -> None:
    show(table("Quote", "Coins", rows=[(10_042, 1_500)]), grid([("Problem", 10_001), ("Units", 10_001)]))
    words = capsys.readouterr().out.split()
    assert [word for word in words if word[0] == "1"] == ["10042", "1,500", "10001", "10,001"]
    assert (written("next_customer", 1042), written("coins", 1042)) == ("1042", "1,042")
    assert written("Licence", 10_042) == "10042"


def test_cells_are_text_never_markup() -> None:
    assert cell("[red]x[/red]").plain == "[red]x[/red]"
    assert [cell(value).plain for value in (True, 1234, None, 0)] == ["yes", "1,234", "", "0"]
