"""Ports of this machine for servers that are told beforehand where to listen.

It believes: a port that is free now may be taken before the server comes to it, by any connection that asks the system
for a port of its own; but the system takes those out of a range (`net.ipv4.ip_local_port_range`), and never below it.
"""

import random
import socket

LOWEST, EPHEMERAL = 20_000, 32_768
"""From here, and below where Linux begins to give ports out by itself."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now, and that the system gives to no connection."""
    ports = range(LOWEST, EPHEMERAL)
    return next(port for port in random.SystemRandom().sample(ports, len(ports)) if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:  # somebody has it
            return False
    return True
