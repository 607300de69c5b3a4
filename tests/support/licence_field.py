"""The licence API as an extension meets it: a real listener, and a desk that knows a few licences by heart."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from bridge.contracts.statement_keys import StatementKey
from bridge.domain.licence_answers import NOT_KNOWN, LicenceAnswer, LicenceQuestion
from bridge.domain.licences import Status, StatusCode, Term
from bridge.errors import WrongToken
from bridge.settings.listening import PublicWebSettings
from bridge.testing.clock import FixedClock
from bridge.web.licence_api import LicenceApi
from bridge.web.public import PublicPages, serve_public
from bridge.web.public_connections import AMPLE, Room
from bridge.web.public_traffic import PublicTraffic

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
END = datetime(2027, 6, 1, 20, 29, 59, tzinfo=UTC)
STORE, PRODUCT, GOOD, TOKEN = "acme", "checkout", "7K3QX-M2R9D-W8HPA-V5TNC-4JEGB", "t" * 43
HERE = "shop.example.com"
ANYWHERE = PublicWebSettings(listen="127.0.0.1:0", per_address=100_000, per_key=100_000)
KEY = StatementKey.new(1)


@dataclass
class KnownByHeart:
    """A licence desk of one licence with one place. `failure` is raised instead of an answer."""

    answer: LicenceAnswer = field(
        default_factory=lambda: LicenceAnswer(
            Status(StatusCode.ACTIVE, END),
            {Term.LICENCE: None, Term.UPDATES: END, Term.SUPPORT: END},
            Term.SUPPORT,
            may_run=True,
        )
    )
    domains: set[str] = field(default_factory=set)
    failure: Exception | None = None
    asked: list[LicenceQuestion] = field(default_factory=list)

    def check(self, question: LicenceQuestion) -> LicenceAnswer:
        self.asked.append(question)
        if self.failure is not None:
            raise self.failure
        if (question.store, question.key) != (STORE, GOOD):
            return NOT_KNOWN
        if question.product != PRODUCT:
            return LicenceAnswer(Status(StatusCode.WRONG_PRODUCT))
        if question.takes_place and question.domain not in self.domains:
            return LicenceAnswer(Status(StatusCode.WRONG_DOMAIN))
        return self.answer

    async def activate(self, question: LicenceQuestion) -> LicenceAnswer:
        known = self.check(replace(question, takes_place=False))
        if not known.may_run:
            return known
        if not question.takes_place or question.domain in self.domains:
            return replace(known, done=True)
        if self.domains:
            return LicenceAnswer(Status(StatusCode.DOMAIN_LIMIT))
        self.domains.add(question.domain)
        return replace(known, done=True, token=TOKEN)

    async def deactivate(self, question: LicenceQuestion) -> LicenceAnswer:
        known = self.check(replace(question, takes_place=False))
        if not known.status.accepted or question.domain not in self.domains:
            return known
        if question.token != TOKEN:
            raise WrongToken("that is not the token of this domain's activation")
        self.domains.discard(question.domain)
        return replace(known, done=True)


@dataclass
class Field:
    """The open listener, the desk behind it, a client whose URLs need only a path, and what was counted."""

    pages: PublicPages
    desk: KnownByHeart
    client: aiohttp.ClientSession
    traffic: PublicTraffic

    async def ask(
        self, what: str = "check", *, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> tuple[int, dict[str, Any]]:
        """Post a question that is right but for what is said; None leaves a text out."""
        question = {"store": STORE, "key": GOOD, "domain": HERE, "product": PRODUCT, "version": "1.0"} | sent
        body = json.dumps({name: text for name, text in question.items() if text is not None})
        return await self.post(what, body.encode(), headers=headers)

    async def post(
        self, what: str, body: bytes, *, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Post a body as it is."""
        headers = {"Content-Type": "application/json", **(headers or {})}
        async with self.client.post(f"/api/v1/licences/{what}", data=body, headers=headers) as answer:
            document: dict[str, Any] = await answer.json()
            return answer.status, document


@asynccontextmanager
async def the_field(
    settings: PublicWebSettings = ANYWHERE,
    *,
    key: Callable[[], StatementKey] = lambda: KEY,
    at: datetime = NOON,
    room: Room = AMPLE,
) -> AsyncIterator[Field]:
    """Serve the API and give a client to ask it."""
    desk, traffic = KnownByHeart(), PublicTraffic()
    api = LicenceApi(desk, key, FixedClock(at), traffic, per_key=settings.per_key)
    pages = await serve_public(settings, api.routes, traffic, room=room)
    path = settings.unix_path
    connector = aiohttp.UnixConnector(str(path)) if path else aiohttp.TCPConnector()
    try:
        async with aiohttp.ClientSession("http://localhost" if path else pages.address, connector=connector) as client:
            yield Field(pages, desk, client, traffic)
    finally:
        await pages.close()


def days(count: float) -> int:
    """So many days in seconds."""
    return int(timedelta(days=count).total_seconds())
