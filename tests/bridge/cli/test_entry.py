"""The program's edges: what it loads, its exit codes, a reader that goes away."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge import VERSION
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from tests.support.commands import Workplace, bridge, python_path

ASK_VERSION = "import sys; sys.argv = ['bridge', '--version']; from bridge.cli.entry import main; main()"


def many_problems(tx: DeskTx) -> None:
    """More than a pipe holds."""
    for number in range(1500):
        tx.problems.report("acme", key=str(number), kind="odd", summary="x" * 100, at=datetime.now(UTC))


def loaded_by(program: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", program],
        env={"PYTHONPATH": python_path()},
        capture_output=True,
        text=True,
        check=True,
    )
    return {match[1] for match in re.finditer(r"^import time:\s+\d+ \|\s+\d+ \|\s*(\S+)$", done.stderr, re.MULTILINE)}


def test_the_version_is_told_before_anything_is_imported() -> None:
    assert loaded_by(ASK_VERSION) - loaded_by("import sys") == {"bridge", "bridge.cli", "bridge.cli.entry"}


def test_the_collector_never_looks_at_all_of_a_program_that_is_still_being_loaded() -> None:
    program = (
        "import sys; sys.argv = ['bridge', 'coins', 'grant', '--help']; from bridge.cli.entry import main; main();"
        "import bridge.app, gc; print(gc.get_stats()[2]['collections'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": python_path()}, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0"


def test_the_version_is_the_packages_own() -> None:
    done = bridge("--version")
    assert (done.returncode, done.stdout) == (0, f"bridge {VERSION}\n")


def test_the_version_is_told_among_other_options_too() -> None:
    done = bridge("--json", "--version")
    assert (done.returncode, done.stdout) == (0, f"bridge {VERSION}\n")


def test_asking_for_help_loads_no_desk_and_no_web() -> None:
    loaded = loaded_by("from bridge.cli.application import execute; execute(['coins', 'grant', '--help'])")
    assert {
        "sqlalchemy",
        "aiohttp",
        "aiomysql",
        "alembic",
        "structlog",
        "apscheduler",
        "bridge.settings",
        "bridge.desk",
    }.isdisjoint(loaded)


@pytest.mark.parametrize("words", [[], ["coins"], ["desk"]])
def test_a_call_without_a_command_shows_what_there_is(words: list[str]) -> None:
    done = bridge(*words)
    assert done.returncode == 2
    assert done.stdout.startswith(" ".join(["Usage: bridge", *words]))
    assert "Commands:" in done.stdout


@pytest.mark.parametrize(
    ("words", "error", "hint"),
    [
        (["frob"], "no such command 'frob'", "bridge --help"),
        (["coins", "grant", "7"], "missing argument 'COINS'", "bridge coins grant --help"),
        (
            ["coins", "grant", "7", "many", "--reason", "x"],
            "'COINS' must be a whole number, not many",
            "bridge coins grant --help",
        ),
        (["sync", "--once", "--confirm", "-3"], "'--confirm' must be at least 0, not -3", "bridge sync --help"),
        (["desk", "backup"], "missing argument 'FILE'", "bridge desk backup --help"),
        (["status", "--frob"], "no such option: --frob", "bridge status --help"),
        (["--json"], '"error": "usage"', ""),
    ],
)
def test_words_that_do_not_fit_are_wrong_use(words: list[str], error: str, hint: str) -> None:
    done = bridge(*words)
    assert done.returncode == 2
    told = done.stdout if "--json" in words else done.stderr
    assert error in told
    assert hint in told
    assert "Traceback" not in done.stderr


def test_without_a_terminal_an_error_is_two_lines(folder: Path) -> None:
    done = bridge("status", "--config", str(folder / "nowhere"))
    assert done.returncode == 2
    assert done.stdout == ""
    error, hint = done.stderr.splitlines()
    assert error.startswith("Error: ")
    assert hint.startswith("Try: ")


def test_the_configuration_is_found_by_environment_too(workplace: Workplace) -> None:
    done = bridge("settings", "show", environment={"BRIDGE_CONFIG": str(workplace.config)})
    assert done.returncode == 0
    assert "stores.acme.coins.start" in done.stdout


@pytest.mark.parametrize("words", [["--config", "{}", "settings", "show"], ["settings", "show", "--config", "{}"]])
def test_options_for_every_command_stand_before_or_after_it(words: list[str], workplace: Workplace) -> None:
    placed = [word.format(workplace.config) for word in words]
    assert workplace.cli.typed(*placed).code == 0
    assert workplace.cli.typed("--json", *placed).out.startswith("{")
    assert workplace.cli.typed(*placed, "--json").out.startswith("{")


@pytest.mark.parametrize("words", [("settings", "show"), ("problems", "list")], ids=["a little", "a lot"])
def test_a_reader_that_goes_away_is_no_error(workplace: Workplace, desk: Desk, words: tuple[str, ...]) -> None:
    desk.run(many_problems)
    with subprocess.Popen(
        [sys.executable, "-m", "bridge.cli.entry", *words, "--config", str(workplace.config)],
        env={"PYTHONPATH": python_path()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert said == b""
    assert process.returncode == 141


def test_in_a_pipe_there_are_no_colours_and_every_row_is_one_line(workplace: Workplace) -> None:
    done = bridge("settings", "show", environment={"BRIDGE_CONFIG": str(workplace.config), "COLUMNS": "40"})
    assert "\x1b" not in done.stdout
    [row] = [line for line in done.stdout.splitlines() if line.startswith("stores.acme.database.socket")]
    assert row.split() == ["stores.acme.database.socket", '"/run/mysqld/mysqld.sock"', "stores/acme.toml"]
    assert not [line for line in done.stdout.splitlines() if line != line.rstrip()]


def test_a_terminal_that_knows_only_ascii_gets_ascii(workplace: Workplace) -> None:
    done = bridge("settings", "show", "--config", str(workplace.config), environment={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert done.stdout.isascii()
