"""Talking to systemd: ready, reloading, stopping, still alive. Says nothing where no service manager listens."""

import os
import socket
import time
from collections.abc import Mapping

PATIENCE_S = 0.5
"""A service manager that does not read its socket must not hold up the loop."""


class Notifier:
    """Sends states to the socket that $NOTIFY_SOCKET names (sd_notify's protocol).

    `watchdog_seconds` is how long the service manager waits for a sign of life, None where it does not.
    """

    def __init__(self, address: str | None, watchdog_seconds: float | None = None) -> None:
        self._address = "\0" + address[1:] if address and address.startswith("@") else address
        self.watchdog_seconds = watchdog_seconds if address else None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Notifier":
        """The notifier of this service, if it is one."""
        return cls(environ.get("NOTIFY_SOCKET"), _watchdog_seconds(environ))

    def ready(self, status: str) -> None:
        """The desk and the listeners are open."""
        self._send(f"READY=1\nSTATUS={status}")

    def reloading(self) -> None:
        """The settings are being read again."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """The daemon is on its way out."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """Feed the watchdog."""
        self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.settimeout(PATIENCE_S)
            try:
                channel.sendto(message.encode(), self._address)
            except OSError:
                return  # a service manager that has gone away is no reason to stop serving


def _watchdog_seconds(environ: Mapping[str, str]) -> float | None:
    """$WATCHDOG_USEC in seconds, unless it is meant for another process ($WATCHDOG_PID) or is no time."""
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    microseconds = environ.get("WATCHDOG_USEC", "")
    if not (microseconds.isascii() and microseconds.isdigit()):
        return None
    return int(microseconds) / 1_000_000 or None
