"""The licence API: an extension in the field asks how its licence stands, takes a place, gives it back (rule L6).

It believes: whoever asks may be anybody. An unknown key, another store's key and one that was never sold are answered
alike, by the same steps: looked up once, signed once. Nothing that is asked gets into the log.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog
from aiohttp import web
from pydantic_core import to_json

from bridge.contracts.clock import Clock
from bridge.contracts.statement_keys import StatementKey
from bridge.domain.licence_answers import LicenceAnswer, LicenceQuestion
from bridge.errors import BridgeError, DeskError, WrongToken
from bridge.services.licence_checks import spelled
from bridge.services.licence_statements import signed, statement, told
from bridge.web.licence_openapi import openapi_document
from bridge.web.licence_questions import read_question
from bridge.web.limits import Limiter
from bridge.web.public import refusal, too_many
from bridge.web.public_traffic import PublicTraffic

log = structlog.get_logger()

LICENCES = "/api/v1/licences"
TRY_AGAIN_S = 30


class LicenceDesk(Protocol):
    """Who knows the licences. Each raises `DeskError` where the desk can't be asked at the moment."""

    def check(self, question: LicenceQuestion) -> LicenceAnswer:
        """How the licence stands; nothing is written. Quick enough for the loop."""
        ...

    async def activate(self, question: LicenceQuestion) -> LicenceAnswer:
        """Use the licence on the domain: `done`, and the token where it took a place just now."""
        ...

    async def deactivate(self, question: LicenceQuestion) -> LicenceAnswer:
        """Give the domain's place back: `done`. Raises `WrongToken`."""
        ...


class LicenceApi:
    """The routes. `key` gives what signs now; it raises a `BridgeError` where there is none."""

    def __init__(
        self,
        desk: LicenceDesk,
        key: Callable[[], StatementKey],
        clock: Clock,
        traffic: PublicTraffic | None = None,
        *,
        per_key: int,
    ) -> None:
        self._desk, self._key, self._clock, self._traffic = desk, key, clock, traffic or PublicTraffic()
        self._per_key = Limiter(per_key)
        self._document = openapi_document()
        self._last_failure = ""

    @property
    def routes(self) -> list[web.RouteDef]:
        """What the public listener serves."""
        return [
            web.post(f"{LICENCES}/check", self._check),
            web.post(f"{LICENCES}/activate", self._activate),
            web.post(f"{LICENCES}/deactivate", self._deactivate),
            web.get("/api/v1/openapi.json", self._openapi),
        ]

    async def _check(self, request: web.Request) -> web.Response:
        async def check(question: LicenceQuestion) -> LicenceAnswer:
            return self._desk.check(question)

        return await self._answered(request, check, lambda _: {})

    async def _activate(self, request: web.Request) -> web.Response:
        return await self._answered(
            request, self._desk.activate, lambda answer: {"activated": answer.done, "token": answer.token}
        )

    async def _deactivate(self, request: web.Request) -> web.Response:
        return await self._answered(
            request, self._desk.deactivate, lambda answer: {"released": answer.done}, needs_token=True
        )

    async def _openapi(self, _: web.Request) -> web.Response:
        return web.json_response(self._document)

    async def _answered(
        self,
        request: web.Request,
        ask: Callable[[LicenceQuestion], Awaitable[LicenceAnswer]],
        also: Callable[[LicenceAnswer], dict[str, Any]],
        *,
        needs_token: bool = False,
    ) -> web.Response:
        try:
            question, host = await read_question(request, needs_token=needs_token)
            wait = self._per_key.wait((question.store, spelled(question.key)), time.monotonic())
            if wait:
                return too_many(wait)
            key = self._key()
            answer = await ask(question)
        except WrongToken as error:
            return refusal(403, error.code, str(error))
        except BridgeError as error:
            return self._unavailable(error)
        self._last_failure = ""
        self._traffic.licences[answer.verdict] += 1
        document = statement(question, answer, host=host, at=self._clock.now())
        whole = {**told(document), **also(answer), "statement": signed(document, key)}
        return web.Response(body=to_json(whole), content_type="application/json")

    def _unavailable(self, error: BridgeError) -> web.Response:
        """Say to the asker only that he should come back, and to the log once what is the matter."""
        if str(error) != self._last_failure:
            self._last_failure = str(error)
            log.error("licences can't be asked for", cause=str(error), next=error.hint)
        code = "desk_unusable" if isinstance(error, DeskError) else "unavailable"
        headers = {"Retry-After": str(TRY_AGAIN_S)}
        return refusal(503, code, "this can't be answered at the moment; try again later", headers=headers)
