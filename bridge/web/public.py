"""The public pages: what anybody on the internet may ask. Off unless bridge.toml says where they listen.

They believe nothing: a question is small, is refused where it is not what the API's document says, and its sender may
ask only so often. Who the sender is says the connection, or a web server in front that the settings trust.
"""

import asyncio
import ipaddress
import json
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from functools import lru_cache
from typing import Any

import structlog
from aiohttp import web

from bridge.settings.listening import Network, PublicWebSettings
from bridge.web.limits import Limiter, asker_of
from bridge.web.listening import BACKLOG, CLOSING_S, Listener, put_headers, take_headers

log = structlog.get_logger()

MOST_BYTES = 8 * 1024
"""Of one question's body."""
MOST_CONNECTIONS = 1_000
"""At once; the next ones are closed as they come, so that the daemon keeps its files for its own work."""
KEEP_ALIVE_S = 30.0
ASKS_WITHIN_S = 15.0
"""A connection that has not asked anything whole by then, or not read what it was answered, is closed: it may be one of
many that never will."""
KNOWN_ADDRESSES = 1_000
"""Addresses of which is remembered whether they are trusted: the servers in front ask again and again."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Waiting = dict[web.RequestHandler, asyncio.TimerHandle]
"""Open connections over which nothing whole has come yet, and what closes them in time."""


class PublicPages:
    """The open listener; `address` is where it is: `http://127.0.0.1:8378` or `unix:/path`."""

    def __init__(self, runner: web.AppRunner, listener: Listener, server: asyncio.Server) -> None:
        self._runner, self._listener, self._server, self.address = runner, listener, server, listener.address

    async def close(self) -> None:
        """Stop listening, finish what is under way, and take the socket's file away."""
        self._server.close()
        self._listener.remove()
        await self._runner.cleanup()


async def serve_public(
    settings: PublicWebSettings,
    routes: Collection[web.RouteDef],
    *,
    most_connections: int = MOST_CONNECTIONS,
    asks_within_s: float = ASKS_WITHIN_S,
) -> PublicPages:
    """Open the listener that the settings name. Raises `ListenerError` naming the address and why it can't be had."""
    listener = Listener("public_web.listen", settings)
    waiting: Waiting = {}
    how: dict[str, Any] = {
        "access_log": None,
        "keepalive_timeout": KEEP_ALIVE_S,
        "auto_decompress": False,
        "logger": _nobody(),
    }
    runner = web.AppRunner(_application(settings, routes, waiting), shutdown_timeout=CLOSING_S, **how)
    await runner.setup()
    handlers = runner.server
    assert handlers is not None, "it has been set up"

    loop = asyncio.get_running_loop()

    def protocol() -> asyncio.Protocol:
        if len(handlers.connections) >= most_connections:
            return _TurnedAway()
        return _Patient(_InOurWords(handlers, loop=loop, **how), waiting, asks_within_s)

    if settings.unix_path is None:
        server = await loop.create_server(protocol, sock=listener.socket, backlog=BACKLOG)
    else:
        server = await loop.create_unix_server(protocol, sock=listener.socket, backlog=BACKLOG)
    return PublicPages(runner, listener, server)


def _nobody() -> logging.Logger:
    """A log that keeps nothing: what is no HTTP is refused, and is no news that strangers may fill the journal with."""
    logger = logging.Logger("public")  # noqa: LOG001  # not one of the tree: nobody else writes to it
    logger.addHandler(logging.NullHandler())
    return logger


class _InOurWords(web.RequestHandler):
    """Refuses what is no HTTP in the shape of all refusals, without a word of what was sent."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,  # noqa: ARG002  # it quotes what was sent
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("a part of an answer has been sent: there can't be another one")
        answer = _Nameless(*_FAILED) if status >= 500 else _Nameless(status, "bad_request", "this can't be asked")
        answer.force_close()
        return answer

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        if isinstance(resp, web.HTTPException):  # refused before the application was asked
            resp = _refused(resp)
        return await super().finish_response(request, resp, start_time)


class _Nameless(web.Response):
    """A refusal with the headers of all answers, where no application puts them on it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status=status, text=_refusal(code, message), content_type="application/json")

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        take_headers(self)


class _Patient(asyncio.Protocol):
    """A connection that is closed unless a whole question comes over it, and answers are read, in time.

    Else it is aiohttp's own.
    """

    def __init__(self, inner: web.RequestHandler, waiting: Waiting, within_s: float) -> None:
        self._inner, self._waiting, self._within_s = inner, waiting, within_s
        self._transport: asyncio.Transport | None = None
        self._unread: asyncio.TimerHandle | None = None
        self.data_received = inner.data_received  # type: ignore[method-assign]  # straight through, for each piece
        self.eof_received = inner.eof_received  # type: ignore[method-assign]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._waiting[self._inner] = self._closing(transport)
        self._inner.connection_made(transport)

    def pause_writing(self) -> None:
        assert self._transport is not None, "it is open"
        self._unread = self._closing(self._transport)
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._read()
        self._inner.resume_writing()

    def connection_lost(self, exc: BaseException | None) -> None:
        _asked(self._waiting, self._inner)
        self._read()
        self._inner.connection_lost(exc)

    def _closing(self, transport: asyncio.Transport) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(self._within_s, transport.abort)

    def _read(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


def _asked(waiting: Waiting, handler: web.RequestHandler) -> None:
    """It need not be closed for saying nothing."""
    timer = waiting.pop(handler, None)
    if timer is not None:
        timer.cancel()


class _TurnedAway(asyncio.Protocol):
    """A connection that is one too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.abort()


def _application(settings: PublicWebSettings, routes: Collection[web.RouteDef], waiting: Waiting) -> web.Application:
    limiter = Limiter(settings.per_address)
    proxies = settings.proxies

    @web.middleware
    async def limited(request: web.Request, handler: Handler) -> web.StreamResponse:
        _asked(waiting, request.protocol)
        wait = limiter.wait(asker_of(client_address(request, proxies)), time.monotonic())
        return too_many(wait) if wait else await handler(request)

    application = web.Application(middlewares=[_in_our_words, limited], client_max_size=MOST_BYTES)
    application.add_routes(routes)
    application.on_response_prepare.append(put_headers)
    return application


def client_address(request: web.Request, proxies: tuple[Network, ...]) -> str:
    """Who asks: the last address that no trusted server stands behind, read from the right.

    A Unix socket is open to this machine alone, so what comes over it comes from the web server in front.
    """
    client = _peer(request)
    if client and not _trusted(client, proxies):
        return client
    for written in reversed(",".join(request.headers.getall("X-Forwarded-For", ())).split(",")):
        address = written.strip()
        trusted = _trusted(address, proxies)
        if trusted is None:
            break
        client = address
        if not trusted:
            break
    return client


def _peer(request: web.Request) -> str:
    name = request.transport.get_extra_info("peername") if request.transport else None
    return str(name[0]) if isinstance(name, tuple) else ""


@lru_cache(maxsize=KNOWN_ADDRESSES)
def _trusted(address: str, proxies: tuple[Network, ...]) -> bool | None:
    """Whether an address is one of a web server in front; None for what is no address."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return None
    mapped = known.ipv4_mapped if isinstance(known, ipaddress.IPv6Address) else None
    return any((mapped or known) in network for network in proxies)


def refusal(status: int, code: str, message: str, *, headers: dict[str, str] | None = None) -> web.Response:
    """The one shape of an answer that is none: `{"error": {"code", "message"}}`."""
    return web.Response(status=status, text=_refusal(code, message), headers=headers, content_type="application/json")


def _refusal(code: str, message: str) -> str:
    return json.dumps({"error": {"code": code, "message": message}})


def too_many(wait: float) -> web.Response:
    """Asked too often: come back in so many seconds."""
    seconds = max(1, -int(-wait // 1))
    return refusal(429, "too_many", f"asked too often; try again in {seconds} s", headers={"Retry-After": str(seconds)})


_WORDS = {
    404: ("not_found", "there is nothing at this address"),
    405: ("wrong_method", "this address is not asked in this way; the header Allow says how"),
    408: ("too_slow", "the question did not arrive in time"),
    413: ("too_large", f"a question has at most {MOST_BYTES} bytes"),
    417: ("bad_request", "no expectation can be met"),
}

_FAILED = (500, "failed", "this could not be answered; try again later")


@web.middleware
async def _in_our_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals of the web library in the shape of ours; what nobody foresaw is logged without what was asked."""
    try:
        return await handler(request)
    except web.HTTPException as refused:
        return _refused(refused)
    except Exception:  # whatever it is, the asker hears one sentence and the operator the rest
        log.exception("a public question could not be answered", path=request.path)
        return refusal(*_FAILED)


def _refused(refused: web.HTTPException) -> web.Response:
    code, message = _WORDS.get(refused.status, ("bad_request", "this can't be asked"))
    kept = {name: refused.headers[name] for name in ("Allow",) if name in refused.headers}
    return refusal(refused.status, code, message, headers=kept)
