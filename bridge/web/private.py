"""The private pages: /livez, /health and /metrics, for this machine alone.

They ask for no password, so they are served on a loopback address or a Unix socket and nowhere else; a browser that was
lured to the loopback address under a stranger's name is turned away. They only answer, they change nothing.
"""

import ipaddress
from collections.abc import Awaitable, Callable

from aiohttp import web

from bridge.settings.listening import PrivateWebSettings
from bridge.web.health import health_document
from bridge.web.listening import BACKLOG, CLOSING_S, Listener, put_headers
from bridge.web.observed import Observed

__all__ = ["Observed", "PrivatePages", "serve_private"]

OBSERVED = web.AppKey("observed", Observed)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PrivatePages:
    """The open listener; `address` is where it is: `http://127.0.0.1:8377` or `unix:/path`."""

    def __init__(self, runner: web.AppRunner, listener: Listener) -> None:
        self._runner, self._listener, self.address = runner, listener, listener.address

    async def close(self) -> None:
        """Stop listening and take the socket's file away."""
        self._listener.remove()
        await self._runner.cleanup()


async def serve_private(observed: Observed, settings: PrivateWebSettings) -> PrivatePages:
    """Open the listener that the settings name. Raises `ListenerError` naming the address and why it can't be had."""
    listener = Listener("private_web.listen", settings)
    application = _application(observed, local=settings.unix_path is not None)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=CLOSING_S)
    await runner.setup()
    await web.SockSite(runner, listener.socket, backlog=BACKLOG).start()
    return PrivatePages(runner, listener)


def _application(observed: Observed, *, local: bool) -> web.Application:
    application = web.Application(middlewares=[] if local else [_only_for_this_machine])
    application[OBSERVED] = observed
    application.router.add_get("/livez", _livez)
    application.router.add_get("/health", _health)
    application.router.add_get("/metrics", _metrics)
    application.on_response_prepare.append(put_headers)
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
