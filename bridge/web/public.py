"""The public pages: what anybody on the internet may ask. Off unless bridge.toml says where they listen.

They believe nothing: a question is small, is refused where it is not what the API's document says, and its sender may
ask only so often. Who the sender is says the connection, or a web server in front that the settings trust.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import structlog
from aiohttp import web

from bridge.engine.telling import told
from bridge.settings.listening import PublicWebSettings
from bridge.web.askers import asker_of, client_address
from bridge.web.limits import Limiter
from bridge.web.listening import BACKLOG, CLOSING_S, Listener, put_headers, set_headers
from bridge.web.public_connections import AMPLE, PublicConnections, Room
from bridge.web.public_traffic import PublicTraffic
from bridge.web.questions import Refused

log = structlog.get_logger()

MOST_BYTES = 8 * 1024
"""Of one question's body."""
KEEP_ALIVE_S = 30.0
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


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
    traffic: PublicTraffic | None = None,
    *,
    per_minute: Mapping[str, int] = MappingProxyType({}),
    room: Room = AMPLE,
) -> PublicPages:
    """Open the listener that the settings name; what it answers is counted in `traffic`.

    `per_minute` has the paths that one address may ask otherwise than the settings say: how often a minute.
    Raises `ListenerError` naming the address and why it can't be had.
    """
    listener = Listener("public_web.listen", settings)
    traffic = traffic or PublicTraffic()
    connections = PublicConnections(settings.proxies, traffic, room)
    how: dict[str, Any] = {
        "access_log": None,
        "keepalive_timeout": KEEP_ALIVE_S,
        "auto_decompress": False,
        "logger": _nobody(),
    }
    runner = web.AppRunner(_application(settings, routes, connections, per_minute), shutdown_timeout=CLOSING_S, **how)
    await runner.setup()
    handlers = runner.server
    assert handlers is not None, "it has been set up"
    loop = asyncio.get_running_loop()
    handler = partial(_InOurWords, traffic, handlers, loop=loop, **how)
    protocol = partial(connections.protocol, handler)
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
    """Refuses what is no HTTP in the shape of all refusals, without a word of what was sent; counts what it answers."""

    __slots__ = ("_traffic",)

    def __init__(self, traffic: PublicTraffic, *whose: Any, **how: Any) -> None:
        super().__init__(*whose, **how)
        self._traffic = traffic

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002
    ) -> web.StreamResponse:
        if request.writer.output_size > 0:
            raise ConnectionError("a part of an answer has been sent: there can't be another one")
        if isinstance(exc, Exception) and status >= 500:  # ours, for what is no HTTP is refused with less
            log.error("a public question could not be answered", **told(exc))
        answer = _Nameless(*_FAILED) if status >= 500 else _Nameless(status, "bad_request", "this can't be asked")
        answer.force_close()
        return answer

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        if isinstance(resp, web.HTTPException):  # refused before the application was asked
            resp = _refused(resp)
        self._traffic.answers[resp.status] += 1
        try:
            return await super().finish_response(request, resp, start_time)
        except Exception as error:  # the library would drop the connection without a word to anybody
            log.error("a public answer could not be sent", path=request.path, **told(error))
            raise


class _Nameless(web.Response):
    """A refusal with the headers of all answers, where no application puts them on it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status=status, text=_refusal(code, message), content_type="application/json")

    async def _prepare_headers(self) -> None:
        await super()._prepare_headers()
        set_headers(self)


def _application(
    settings: PublicWebSettings,
    routes: Collection[web.RouteDef],
    connections: PublicConnections,
    per_minute: Mapping[str, int],
) -> web.Application:
    limiter = Limiter(settings.per_address)
    own = {path: Limiter(most) for path, most in per_minute.items()}
    proxies = settings.proxies

    @web.middleware
    async def limited(request: web.Request, handler: Handler) -> web.StreamResponse:
        connections.asked(request.protocol)
        wait = own.get(request.path, limiter).wait(asker_of(client_address(request, proxies)), time.monotonic())
        return too_many(wait) if wait else await handler(request)

    application = web.Application(middlewares=[_in_our_words, limited], client_max_size=MOST_BYTES)
    application.add_routes(routes)
    application.on_response_prepare.append(put_headers)
    return application


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
    417: ("bad_request", "no expectation can be met"),
}

_UNREAD = frozenset({408, 413})
"""Refused before the whole question was read."""
_FAILED = (500, "failed", "this could not be answered; try again later")


@web.middleware
async def _in_our_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals, of ours and of the web library, in one shape; what nobody foresaw is logged without what was asked."""
    try:
        return await handler(request)
    except web.HTTPException as refused:
        return _refused(refused)
    except Refused as refused:
        answer = refusal(refused.status, refused.code, refused.message)
        if refused.status in _UNREAD:
            answer.force_close()  # nobody reads the rest
        return answer
    except Exception:  # whatever it is, the asker hears one sentence and the operator the rest
        log.exception("a public question could not be answered", path=request.path)
        return refusal(*_FAILED)


def _refused(refused: web.HTTPException) -> web.Response:
    code, message = _WORDS.get(refused.status, ("bad_request", "this can't be asked"))
    kept = {name: refused.headers[name] for name in ("Allow",) if name in refused.headers}
    return refusal(refused.status, code, message, headers=kept)
