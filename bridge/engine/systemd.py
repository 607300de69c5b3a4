"""Talking to systemd: ready, reloading, stopping, still alive. Says nothing where no service manager listens."""

import os
import socket
import time


class Notifier:
    """Sends states to the socket that $NOTIFY_SOCKET names (sd_notify's protocol)."""

    def __init__(self, address: str | None, watchdog_usec: str | None = None) -> None:
        self._address = "\0" + address[1:] if address and address.startswith("@") else address
        self.watchdog_seconds = int(watchdog_usec) / 1_000_000 if watchdog_usec else None

    @classmethod
    def from_environment(cls) -> "Notifier":
        """The notifier of this service, if it is one."""
        return cls(os.environ.get("NOTIFY_SOCKET"), os.environ.get("WATCHDOG_USEC"))

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
            try:
                channel.sendto(message.encode(), self._address)
            except OSError:
                return  # a service manager that has gone away is no reason to stop serving
