"""Ports for servers that are told beforehand where to listen."""

import socket

import pytest

from bridge.testing import ports
from bridge.testing.ports import EPHEMERAL, LOWEST, free_port


def test_a_port_is_free_and_none_that_the_system_gives_to_a_connection_meanwhile() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", free_port()))
        assert LOWEST <= server.getsockname()[1] < EPHEMERAL


def test_a_port_that_somebody_has_is_not_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        port = taken.getsockname()[1]
        monkeypatch.setattr(ports, "LOWEST", port - 3)
        monkeypatch.setattr(ports, "EPHEMERAL", port + 1)
        assert {free_port() for _ in range(20)}.isdisjoint({port})
