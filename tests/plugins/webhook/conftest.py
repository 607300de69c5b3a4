"""A web server in this process that receives, and the webhook plugin at work with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from bridge.engine import deliveries
from bridge_webhook.plugin import WebhookPlugin
from tests.support.mailroom import Mailroom, a_mailroom

SECRET = "a secret of both sides"


@dataclass
class Receiver:
    """What it has received, and what it answers."""

    port: int = 0
    status: int = 204
    location: str = ""
    hangs: bool = False
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def receive(self, request: web.Request) -> web.Response:
        self.posts.append((request.path, dict(request.headers), await request.read()))
        if self.hangs:
            await asyncio.Event().wait()
        headers = {"Location": self.location} if self.location else {}
        return web.Response(status=self.status, headers=headers, body=None if self.status == 204 else b"x" * 100_000)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    one = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", one.receive)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.port = runner.addresses[0][1]
    yield one
    await runner.cleanup()


@pytest.fixture
async def room(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mailroom]:
    monkeypatch.setattr(deliveries, "LONGEST_REST_S", 0.0)
    with hooked(tmp_path, receiver.url) as opened:
        yield opened


def hooked(folder: Path, url: str, *lines: str) -> AbstractContextManager[Mailroom]:
    """A mailroom whose store has a webhook."""
    table = "\n".join(["[plugin.webhook]", f'url = "{url}"', 'secret = { env = "HOOK_SECRET" }', *lines])
    return a_mailroom(folder, "webhook", WebhookPlugin(), store=table, environ={"HOOK_SECRET": SECRET})
