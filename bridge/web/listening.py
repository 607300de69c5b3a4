"""Where the daemon's pages are served: a TCP address or a Unix socket, and what is said where one can't be had."""

import errno
import os
import socket
import stat
from pathlib import Path
from typing import Protocol

from aiohttp import web

from bridge.errors import ListenerError

SOCKET_MODE = 0o660
BACKLOG = 64
CLOSING_S = 0.5
"""How long an answer under way may take when the daemon stops."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Listened(Protocol):
    """The settings of a listener."""

    @property
    def listen(self) -> str: ...

    @property
    def unix_path(self) -> Path | None: ...

    @property
    def tcp_address(self) -> tuple[str, int] | None: ...


class Listener:
    """A bound socket; `address` is where it is: `http://127.0.0.1:8377` or `unix:/path`."""

    def __init__(self, setting: str, settings: Listened) -> None:
        """Bind what the settings name. Raises `ListenerError` naming `setting`, the address and the cause."""
        self._path = settings.unix_path
        if self._path is not None:
            self.socket = _unix_listener(setting, self._path)
            self.address = f"unix:{self._path}"
        else:
            self.socket = _tcp_listener(setting, settings)
            self.address = _url(self.socket)

    def remove(self) -> None:
        """Take a Unix socket's file away."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


async def put_headers(_: web.Request, response: web.StreamResponse) -> None:
    """The same as what the web library calls for each answer."""
    set_headers(response)


def set_headers(response: web.StreamResponse) -> None:
    """What every answer carries: nothing to keep, nothing to guess, no server named."""
    response.headers.update(HEADERS)
    response.headers.popall("Server", None)


def _tcp_listener(setting: str, settings: Listened) -> socket.socket:
    address = settings.tcp_address
    assert address is not None, "the settings allow an address or a socket"
    listener = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise _unavailable(setting, settings.listen, error) from error
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _unix_listener(setting: str, path: Path) -> socket.socket:
    """A socket at `path` for its owner and group; one that a crash left behind is replaced, one in use is not."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        _remove_abandoned(path)
        listener.bind(str(path))
        path.chmod(SOCKET_MODE)
    except OSError as error:
        listener.close()
        raise _unavailable(setting, f"unix:{path}", error) from error
    return listener


def _remove_abandoned(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise OSError(errno.EEXIST, "there is a file that is not a socket")
    with socket.socket(socket.AF_UNIX) as knocking:
        knocking.settimeout(0)
        try:
            knocking.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
        except BlockingIOError:
            pass  # somebody listens, with a full queue
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _unavailable(setting: str, address: str, error: OSError) -> ListenerError:
    refusal = ListenerError(f"{setting}: {address} can't be had: {error.strerror or error}")
    refusal.hint = f"stop what uses the address, or name another in {setting} of bridge.toml"
    return refusal
