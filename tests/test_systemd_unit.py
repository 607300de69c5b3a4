"""The service's unit: it fits the program, shuts the machine off from it, and explains itself."""

from collections.abc import Sequence

import pytest

from bridge.cli.failures import DESK_DAMAGED, WRONG_USE
from bridge.engine.backstop import STOP_LIMIT_S
from bridge.engine.watchdog import STUCK_AFTER_S
from bridge.resources import resource
from bridge.settings.bridge_file import DeskSettings

TEXT = (resource("systemd") / "bridge.service").read_text(encoding="utf-8")
LINES = [line.strip() for line in TEXT.splitlines()]


def values(name: str) -> Sequence[str]:
    """Every value of a setting, in the order of the file."""
    return [line.partition("=")[2] for line in LINES if line.partition("=")[0] == name]


def value(name: str) -> str:
    [only] = values(name)
    return only


def test_it_starts_what_the_installation_puts_in_place() -> None:
    assert value("ExecStart") == "/opt/supportbridge/.venv/bin/bridge run --config /etc/supportbridge"
    assert value("Type") == "notify"
    assert value("ExecReload").split() == ["/bin/kill", "-HUP", "$MAINPID"]


def test_its_directories_are_those_of_the_settings() -> None:
    assert f"/var/lib/{value('StateDirectory')}" == str(DeskSettings().state_dir)
    assert value("RuntimeDirectory") == "supportbridge"
    assert value("User") == value("Group") == "supportbridge"


def test_the_program_stops_before_systemd_loses_patience() -> None:
    assert float(value("TimeoutStopSec")) > STOP_LIMIT_S + 1


def test_the_watchdog_bites_soon_after_the_program_itself_says_that_it_is_stuck() -> None:
    assert STUCK_AFTER_S < float(value("WatchdogSec")) <= 2 * STUCK_AFTER_S


def test_wrong_settings_or_a_damaged_desk_do_not_restart_it_for_ever() -> None:
    assert value("Restart") == "on-failure"
    assert value("RestartPreventExitStatus") == f"{WRONG_USE} {DESK_DAMAGED}"


@pytest.mark.parametrize(
    "setting",
    [
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "AmbientCapabilities=",
        "PrivateUsers=yes",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "ProtectProc=invisible",
        "RestrictNamespaces=yes",
        "MemoryDenyWriteExecute=yes",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
        "SystemCallArchitectures=native",
        "LimitCORE=0",
    ],
)
def test_it_may_do_nothing_that_it_does_not_need(setting: str) -> None:
    assert setting in LINES


def test_system_calls_are_allowed_by_list_and_those_that_need_rights_taken_out() -> None:
    assert values("SystemCallFilter") == ["@system-service", "~@privileged @resources"]


def test_every_group_of_settings_is_explained() -> None:
    """A setting stands below a comment, with no more than ten others between them."""
    since = 0
    for line in LINES:
        if line.startswith("#"):
            since = 0
        elif "=" in line:
            since += 1
            assert since <= 10, line
