"""What a service manager hears on its socket."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bridge.engine.systemd import Notifier
from tests.support.waiting import PATIENCE_S


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """A service manager's datagram socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(PATIENCE_S)
        yield listening


def environment(manager: socket.socket, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": str(manager.getsockname()), **more}


def heard(manager: socket.socket) -> list[str]:
    return manager.recv(4096).decode().splitlines()


def test_every_state_arrives(manager: socket.socket) -> None:
    notifier = Notifier.from_environment(environment(manager))
    notifier.ready("3 stores")
    assert heard(manager) == ["READY=1", "STATUS=3 stores"]
    notifier.alive()
    assert heard(manager) == ["WATCHDOG=1"]
    notifier.stopping()
    assert heard(manager) == ["STOPPING=1"]


def test_a_reload_carries_the_monotonic_time_that_the_protocol_asks_for(manager: socket.socket) -> None:
    before = time.monotonic_ns() // 1000
    Notifier.from_environment(environment(manager)).reloading()
    state, stamp = heard(manager)
    assert state == "RELOADING=1"
    assert before <= int(stamp.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000


def test_an_abstract_socket_is_reached() -> None:
    name = f"supportbridge-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name)
        listening.settimeout(PATIENCE_S)
        Notifier.from_environment({"NOTIFY_SOCKET": "@" + name}).alive()
        assert heard(listening) == ["WATCHDOG=1"]


def test_without_a_service_manager_nothing_happens() -> None:
    notifier = Notifier.from_environment({"WATCHDOG_USEC": "30000000"})
    notifier.ready("0 stores")
    assert notifier.watchdog_seconds is None


def test_a_service_manager_that_has_gone_away_is_no_error(tmp_path: Path) -> None:
    Notifier(str(tmp_path / "gone")).alive()


def test_a_service_manager_that_does_not_read_holds_nothing_up(manager: socket.socket) -> None:
    notifier = Notifier.from_environment(environment(manager))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as filling:
        filling.setblocking(False)  # noqa: FBT003  # the socket's own signature
        with suppress(BlockingIOError):
            while True:
                filling.sendto(b"x", manager.getsockname())
    began = time.monotonic()
    notifier.alive()
    assert time.monotonic() - began < PATIENCE_S


@pytest.mark.parametrize(
    ("more", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({}, None),
    ],
)
def test_the_watchdogs_patience_is_read_if_it_is_meant_for_us(
    manager: socket.socket, more: dict[str, str], seconds: float | None
) -> None:
    assert Notifier.from_environment(environment(manager, **more)).watchdog_seconds == seconds
