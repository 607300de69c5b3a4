"""Why each ticket is due when it is, word for word (rule T9): `explanations.txt` beside this file has all of them."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from bridge.domain.explaining import ExplainedClock, PartKind
from bridge.domain.ticket_terms import NONE
from bridge.domain.tickets import MessageKind
from bridge.locale.clock_words import clock_lines, clock_time, duration_text, explanation_lines
from tests.support.clock_vectors import BERLIN, NAMES, VECTORS, Vector
from tests.support.service_weeks import moment, slow_service
from tests.support.ticket_stories import Story, hours

EXPLANATIONS = Path(__file__).with_name("explanations.txt")
HEADING = "# "


def written() -> dict[str, list[str]]:
    """The explanations of the file by the names of their stories."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in EXPLANATIONS.read_text(encoding="utf-8").splitlines():
        if line.startswith(HEADING):
            lines = found.setdefault(line.removeprefix(HEADING), [])
        elif line:
            lines.append(line)
    return found


WRITTEN = written()


def youngest(vector: Vector) -> ExplainedClock:
    return vector.story.explained(vector.now).clocks[-1]


def told(vector: Vector) -> list[str]:
    story = vector.story
    return clock_lines(youngest(vector), story.at(vector.now), story.zone, NAMES)


@pytest.mark.parametrize("name", VECTORS)
def test_T4_T6_every_due_time_is_as_worked_out_by_hand_and_explained_word_for_word(name: str) -> None:
    vector = VECTORS[name]
    assert vector.story.due(vector.now) == vector.due
    assert told(vector) == WRITTEN[name]


def test_T9_every_explanation_of_the_file_is_that_of_a_story() -> None:
    assert list(WRITTEN) == list(VECTORS)
    assert len(VECTORS) >= 3 + 50


@pytest.mark.parametrize("name", VECTORS)
def test_T9_the_stretches_follow_one_another_and_count_up_to_the_target(name: str) -> None:
    one = youngest(VECTORS[name])
    clock = one.clock
    edges = [clock.promise.begins, *(part.end for part in one.parts)]
    assert [part.begin for part in one.parts] == edges[:-1]
    assert edges[-1] == (clock.due or clock.until)
    assert one.counted == clock.promise.target - clock.promise.left
    minutes = (
        slow_service(clock.promise.calendar, part.begin, part.end)
        for part in one.parts
        if part.kind is PartKind.COUNTED
    )
    assert sum(minutes, hours(0)) == one.counted


@pytest.mark.parametrize("name", VECTORS)
def test_T9_an_explanation_fits_a_terminal(name: str) -> None:
    long = [line for line in told(VECTORS[name]) if len(line) > 80]
    assert [line for line in long if not line.startswith("  hours ")] == []


def test_T9_an_explanation_with_seconds_in_it_fits_a_terminal_too() -> None:
    story = Story("2026-11-14 09:47:59").answered("2026-11-14 20:47:58").asks("2026-11-15 00:00:01")
    story.says("2026-11-15 10:11:12", MessageKind.OFFERED, quote=1, version=1)
    lines = explanation_lines(story.explained("2026-11-26 01:02:03"), story.zone, NAMES)
    assert "    Sun 15 Nov 2026 10:11:12 – Thu 26 Nov 01:02:03  paused, 205 h 48 min 48 s" in lines
    assert max(map(len, lines)) <= 80


def test_T9_the_whole_explanation_names_ticket_moment_zone_and_policy() -> None:
    story = Story("2026-11-25 18:00").answered("2026-11-25 19:00").asks("2026-11-25 20:00")
    lines = explanation_lines(story.explained("2026-11-25 20:00"), story.zone, NAMES)
    assert lines[:3] == [
        "Ticket 12, open, as of Wed 25 Nov 2026 20:00",
        "Times of Asia/Tehran. Policy 1 is in force since Thu  1 Jan 2026 03:30.",
        "",
    ]
    assert list(headings(lines)) == [
        "First answer: in time, due Sat 28 Nov 2026 18:00",
        "Next answer: due Sat 28 Nov 2026 20:00",
    ]


def headings(lines: list[str]) -> Iterator[str]:
    return (line for before, line in pairwise(lines) if not before)


def test_T9_that_there_is_no_clock_is_explained_too() -> None:
    story = Story("2026-11-25 18:00", NONE)
    assert explanation_lines(story.explained("2026-11-25 18:00"), story.zone, NAMES)[2:] == [
        "",
        "No clock: the ticket runs under neither plan nor licence, or nobody has written to be answered.",
    ]


def test_T9_a_moment_that_the_clock_shows_twice_is_told_with_its_offset() -> None:
    shown = [clock_time(moment(at, BERLIN), BERLIN) for at in ("2026-10-25 02:30+02:00", "2026-10-25 02:30+01:00")]
    assert shown == ["Sun 25 Oct 2026 02:30 (+0200)", "Sun 25 Oct 2026 02:30 (+0100)"]
    assert clock_time(moment("2026-10-25 03:00:07", BERLIN), BERLIN) == "Sun 25 Oct 2026 03:00:07"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0.0, "0 min"), (24.0, "24 h"), (6.5, "6 h 30 min"), (100.0, "100 h"), (0.01, "36 s"), (1.001, "1 h 3 s")],
)
def test_durations_are_hours_minutes_and_seconds(count: float, text: str) -> None:
    assert duration_text(hours(count)) == text
