"""The private pages: /livez, /health and /metrics, for this machine alone.

They ask for no password, so they are served on a loopback address or a Unix socket and nowhere else; a browser that was
lured to the loopback address under a stranger's name is turned away. They only answer, they change nothing.
"""

import errno
import ipaddress
import os
import socket
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from bridge.errors import ListenerError
from bridge.settings.bridge_file import PrivateWebSettings
from bridge.web.health import health_document
from bridge.web.observed import Observed

__all__ = ["Observed", "PrivatePages", "serve_private"]

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
OBSERVED = web.AppKey("observed", Observed)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PrivatePages:
    """The open listener; `address` is where it is: `http://127.0.0.1:8377` or `unix:/path`."""

    def __init__(self, runner: web.AppRunner, address: str, path: Path | None) -> None:
        self._runner, self.address, self._path = runner, address, path

    async def close(self) -> None:
        """Stop listening and take the socket's file away."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        await self._runner.cleanup()


async def serve_private(observed: Observed, settings: PrivateWebSettings) -> PrivatePages:
    """Open the listener that the settings name. Raises `ListenerError` naming the address and why it can't be had."""
    path = settings.unix_path
    listener = _unix_listener(path) if path else _tcp_listener(settings)
    address = f"unix:{path}" if path else _url(listener)
    runner = web.AppRunner(_application(observed, local=path is not None), access_log=None, shutdown_timeout=CLOSING_S)
    await runner.setup()
    await web.SockSite(runner, listener, backlog=BACKLOG).start()
    return PrivatePages(runner, address, path)


def _application(observed: Observed, *, local: bool) -> web.Application:
    application = web.Application(middlewares=[] if local else [_only_for_this_machine])
    application[OBSERVED] = observed
    application.router.add_get("/livez", _livez)
    application.router.add_get("/health", _health)
    application.router.add_get("/metrics", _metrics)
    application.on_response_prepare.append(_put_headers)
    return application


async def _livez(request: web.Request) -> web.Response:
    """Alive if the loop answers (it just did) and nothing else is stuck."""
    stuck = request.app[OBSERVED].stuck()
    if stuck:
        return web.Response(text=f"stuck: {', '.join(stuck)}\n", status=503)
    return web.Response(text="ok\n")


async def _health(request: web.Request) -> web.Response:
    look = await request.app[OBSERVED].look()
    return web.json_response(health_document(look), status=200 if look.ok else 503)


async def _metrics(request: web.Request) -> web.Response:
    from bridge.web.metrics import CONTENT_TYPE, metrics_page  # its library is only needed once somebody asks

    look = await request.app[OBSERVED].look(with_ledger=True)
    return web.Response(body=metrics_page(look), headers={"Content-Type": CONTENT_TYPE})


async def _put_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers.popall("Server", None)


@web.middleware
async def _only_for_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not _names_this_machine(request.host):
        raise web.HTTPMisdirectedRequest(text="these pages are for this machine only\n")
    return await handler(request)


def _names_this_machine(host: str) -> bool:
    """Whether a Host header names a loopback address: a page of a stranger can't make a browser send one."""
    name = host[1 : host.find("]")] if host.startswith("[") else host.partition(":")[0]
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _tcp_listener(settings: PrivateWebSettings) -> socket.socket:
    address = settings.tcp_address
    assert address is not None, "the settings allow a loopback address or a socket"
    listener = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise _unavailable(settings.listen, error) from error
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _unix_listener(path: Path) -> socket.socket:
    """A socket at `path` for its owner and group; one that a crash left behind is replaced, one in use is not."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        _remove_abandoned(path)
        listener.bind(str(path))
        path.chmod(SOCKET_MODE)
    except OSError as error:
        listener.close()
        raise _unavailable(f"unix:{path}", error) from error
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


def _unavailable(address: str, error: OSError) -> ListenerError:
    return ListenerError(f"private_web.listen: {address} can't be had: {error.strerror or error}")
