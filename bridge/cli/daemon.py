"""Asking the running daemon how it is, over its private pages."""

import http.client
import json
import socket
from pathlib import Path
from typing import Any

from bridge.settings.listening import PrivateWebSettings

PATIENCE_S = 3.0


class NotAnswering(Exception):
    """Nobody who speaks like the daemon answers at the private address; says why."""


class _ThroughSocket(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect(str(self._path))


def health(settings: PrivateWebSettings) -> dict[str, Any]:
    """The daemon's health document. Raises `NotAnswering`."""
    connection = _connection(settings)
    try:
        connection.request("GET", "/health")
        document = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise NotAnswering(f"{settings.listen}: {reason}") from error
    finally:
        connection.close()
    if not isinstance(document, dict) or not isinstance(document.get("stores"), dict):
        raise NotAnswering(f"{settings.listen}: another program answers there")
    return document


def _connection(settings: PrivateWebSettings) -> http.client.HTTPConnection:
    path, address = settings.unix_path, settings.tcp_address
    if path is not None:
        return _ThroughSocket(path)
    if address is None or address[1] == 0:
        raise NotAnswering(f"{settings.listen}: the settings name no port to ask at")
    return http.client.HTTPConnection(*address, timeout=PATIENCE_S)
