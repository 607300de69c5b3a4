"""The WhatsApp Business Cloud API in this process: answers as its documents say, and posts signed deliveries.

It believes nothing that it is asked: an access token it doesn't know, a number that is not the account's, a text after
the 24 hours, a template that was not approved, a button too many, an id where a number belongs are refused with the
API's own codes. It has no answers of ours in it, so what works with it works by the documents.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Middleware

from tests.support.whatsapp_deliveries import (
    OFFICIAL,
    OUR_PHONE,
    PREMIUM,
    Document,
    change,
    delivery,
    encoded,
    message,
    new_id,
    pressed,
    signed,
    status,
)

VERSION = "v25.0"
WINDOW = timedelta(hours=24)
TOKEN, APP_SECRET, VERIFY_TOKEN = "EAAG-a-token", "an app secret", "a word of both sides"
FORMS = {"text", "interactive", "template", "image", "document"}
FILES = {"image": {"image/jpeg", "image/png"}, "document": {"application/pdf", "text/plain"}}
"""The types of files that go out, by the form of their message."""
WRONG_PROOF = -100
"""Its own code is 100, as of much else."""
HTTP_OF = {0: 401, 190: 401, 10: 403, 368: 403, 4: 429, 80007: 429, 130429: 429, 131056: 429, 131000: 500, 2: 503}


@dataclass(frozen=True)
class Sent:
    """A message that the API has taken."""

    id: str
    number: str
    to: str
    document: Document

    @property
    def text(self) -> str:
        """Its words, whatever form it has."""
        if self.document["type"] == "interactive":
            return str(self.document["interactive"]["body"]["text"])
        return str(self.document["text"]["body"]) if self.document["type"] == "text" else ""

    @property
    def buttons(self) -> dict[str, str]:
        """Title by id."""
        if self.document["type"] != "interactive":
            return {}
        replies = [one["reply"] for one in self.document["interactive"]["action"]["buttons"]]
        return {one["id"]: one["title"] for one in replies}


@dataclass
class Peer:
    """The API, and the contacts' telephones. `codes` are refusals that the next questions get, in order.

    `webhook` is where deliveries go. With `statuses` each message that is taken is said to be sent and delivered, even
    before its sender has his answer.
    """

    port: int = 0
    webhook: str = ""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    app_secret: str = APP_SECRET
    numbers: set[str] = field(default_factory=lambda: {OFFICIAL, PREMIUM})
    templates: dict[tuple[str, str], int] = field(default_factory=dict)
    codes: list[int] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    statuses: bool = False
    says_later: bool = False
    """A text outside the 24 hours is taken, and refused by a status, as often happens."""
    loses_answers: bool = False
    """Takes a message, and closes the connection before saying so."""
    hangs: bool = False
    """Takes a message, and never says so."""
    in_pieces: bool = False
    """Its answers come in two pieces, one after the other."""
    before_answer: Callable[[], None] = lambda: None
    """Called when a message has been taken, before the API says so."""
    sent: list[Sent] = field(default_factory=list)
    asked: list[Document] = field(default_factory=list)
    uploaded: dict[str, tuple[str, str, bytes]] = field(default_factory=dict)
    """Files that messages may name: the number that they were given for, their type and content."""
    upload_answers: list[web.Response] = field(default_factory=list)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    media_says: dict[str, Document] = field(default_factory=dict)
    """What is said of a file otherwise than it is."""
    delivered: list[int] = field(default_factory=list)
    wrote: dict[tuple[str, str], datetime] = field(default_factory=dict)
    client: aiohttp.ClientSession | None = None

    @property
    def base(self) -> str:
        """What `plugin.whatsapp.api` is set to."""
        return f"http://127.0.0.1:{self.port}/{VERSION}"

    # --- the contacts' telephones ---

    async def write(self, sender: str, text: str, *, number: str = OFFICIAL) -> str:
        """A contact writes; the id of his message."""
        return await self.say(message("text", text, sender=sender, at=self.now()), number=number)

    async def press(self, sender: str, shown: Sent, button: str) -> str:
        """A contact presses a button of a message of ours; the id of his message."""
        said = pressed(button, shown.buttons[button], context=shown.id, sender=sender, at=self.now())
        return await self.say(said, number=shown.number)

    async def say(self, said: Document, *, number: str = OFFICIAL) -> str:
        """Any message of a contact; its id."""
        self.wrote[number, said.get("from") or said.get("from_user_id", "")] = self.now()
        await self.deliver(delivery(change([said], number=number)))
        return str(said["id"])

    async def tell(self, external_id: str, word: str, *, number: str = OFFICIAL, code: int = 0) -> None:
        """A status of a message of ours, with the reference that it was sent with."""
        known = next((one.document for one in self.sent if one.id == external_id), {})
        told = {key: known[key] for key in ("biz_opaque_callback_data",) if key in known}
        said = status(external_id, word, at=self.now(), code=code, **told)
        await self.deliver(delivery(change(statuses=[said], number=number)))

    # --- the webhook ---

    async def deliver(self, document: object, *, secret: str = APP_SECRET) -> int:
        """Post a delivery, signed; what it was answered."""
        body = encoded(document)
        return await self.post(body, signed(body, secret))

    async def post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Post these bytes to the webhook; what they were answered."""
        assert self.client is not None, "it is open"
        told = {"Content-Type": "application/json", **headers}
        async with self.client.post(self.webhook, data=BytesIO(body), headers=told) as answer:
            self.delivered.append(answer.status)
            return answer.status

    async def set_up(self, *, word: str = VERIFY_TOKEN, challenge: str = "1158201444") -> tuple[int, str]:
        """Ask the webhook whether it is meant, as when it is set up."""
        assert self.client is not None, "it is open"
        asked = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": challenge}
        async with self.client.get(self.webhook, params=asked) as answer:
            return answer.status, await answer.text()

    # --- the API ---

    def routes(self) -> list[web.RouteDef]:
        """Its addresses."""
        return [
            web.post(f"/{VERSION}/{{number}}/messages", self._take),
            web.post(f"/{VERSION}/{{number}}/media", self._upload),
            web.get("/files/{media}", self._file),
            web.get(f"/{VERSION}/{{id}}", self._look),
        ]

    async def _take(self, request: web.Request) -> web.StreamResponse:
        document = json.loads(await request.read())
        self.asked.append(document)
        if self.answers:
            return self.answers.pop(0)
        code = self._why_not(request, document)
        if code is not None:
            return _error(code)
        taken = Sent(new_id(), request.match_info["number"], document.get("to") or document["recipient"], document)
        self.sent.append(taken)
        self.before_answer()
        if self.hangs:
            await asyncio.Event().wait()
        if self.loses_answers:
            assert request.transport is not None, "it is open"
            request.transport.abort()
        for word in ("sent", "delivered") if self.statuses else ():  # as the real one: it may be faster than itself
            await self.tell(taken.id, word, number=taken.number)
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": taken.to, "wa_id": taken.to.lstrip("+")}],
                "messages": [{"id": taken.id}],
            }
        )

    def _who(self, request: web.Request) -> int | None:
        """The code for who has no token of the app, or no proof that he knows its secret, as apps can demand it."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return 190
        proof = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        return None if request.query.get("appsecret_proof") == proof else WRONG_PROOF

    def _why_not(self, request: web.Request, document: Document) -> int | None:
        """The code of a refusal, in the API's order: who asks, for what number, what, how often, when."""
        if (code := self._who(request)) is not None:
            return code
        number = request.match_info["number"]
        if number not in self.numbers:
            return 33
        if self.codes:
            return self.codes.pop(0)
        if (code := _wrong_form(document)) is not None:
            return code
        if document["type"] in FILES:
            known = self.uploaded.get(document[document["type"]]["id"])
            if known is None or known[0] != number or known[1] not in FILES[document["type"]]:
                return 131009
        if document["type"] == "template":
            return self._wrong_template(document["template"])
        return None if self.says_later or self._in_window(number, document) else 131047

    def _in_window(self, number: str, document: Document) -> bool:
        to = (document.get("to") or document.get("recipient", "")).lstrip("+")
        last = self.wrote.get((number, to))
        return last is not None and self.now() - last < WINDOW

    def _wrong_template(self, template: Document) -> int | None:
        wanted = self.templates.get((template["name"], template["language"]["code"]))
        if wanted is None:
            return 132001
        given = [one for part in template.get("components", []) for one in part["parameters"]]
        return None if len(given) == wanted else 132000

    async def _upload(self, request: web.Request) -> web.Response:
        """Take a file that a message will name."""
        if (code := self._who(request)) is not None:
            return _error(code)
        if self.upload_answers:
            return self.upload_answers.pop(0)
        number, given = request.match_info["number"], await request.post()
        file = given.get("file")
        if number not in self.numbers:
            return _error(33)
        if self.codes:
            return _error(self.codes.pop(0))
        known = {kind for kinds in FILES.values() for kind in kinds}
        if given.get("messaging_product") != "whatsapp" or not isinstance(file, web.FileField):
            return _error(100)
        if given.get("type") != file.content_type or file.content_type not in known:
            return _error(131053)
        media = str(1_000 + len(self.uploaded))
        self.uploaded[media] = (number, file.content_type, file.file.read())
        return web.json_response({"id": media})

    async def _look(self, request: web.Request) -> web.Response:
        """A number of the account, or a file."""
        if (code := self._who(request)) is not None:
            return _error(code)
        if self.codes:
            return _error(self.codes.pop(0))
        asked = request.match_info["id"]
        if asked in self.media:
            kind, content = self.media[asked]
            facts = {"url": f"http://127.0.0.1:{self.port}/files/{asked}", "mime_type": kind, "file_size": len(content)}
            return web.json_response({**facts, "id": asked, **self.media_says.get(asked, {})})
        if asked not in self.numbers:
            return _error(100)
        fields = request.query.get("fields", "").split(",")
        known = {
            "display_phone_number": OUR_PHONE[asked],
            "status": "CONNECTED",
            "quality_rating": "GREEN",
            "webhook_configuration": {"application": self.webhook} if self.webhook else {},
        }
        return web.json_response({"id": asked, **{name: known[name] for name in fields if name in known}})

    async def _file(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return web.Response(status=401)
        kind, content = self.media[request.match_info["media"]]
        return web.Response(body=content, content_type=kind)


def _wrong_form(document: Document) -> int | None:
    """The limits of the API's documents; None for what keeps them."""
    kind = document.get("type")
    if (
        document.get("messaging_product") != "whatsapp"
        or kind not in FORMS
        or document.get("recipient_type")
        not in {
            "individual",
            None,
        }
    ):
        return 100
    to, recipient = document.get("to", ""), document.get("recipient", "")
    if to and not to.lstrip("+").isdigit():  # the real one takes it and loses it
        return 131009
    if not to and "." not in recipient:
        return 131009
    if kind == "text":
        return None if 0 < len(document["text"]["body"]) <= 4_096 else 100
    if kind == "interactive":
        return _wrong_buttons(document["interactive"])
    return None


def _wrong_buttons(interactive: Document) -> int | None:
    replies = [one["reply"] for one in interactive["action"]["buttons"]]
    titles, ids = [one["title"] for one in replies], [one["id"] for one in replies]
    good = (
        interactive["type"] == "button"
        and 0 < len(interactive["body"]["text"]) <= 1_024
        and 1 <= len(replies) <= 3
        and len(set(titles)) == len(titles)
        and len(set(ids)) == len(ids)
        and all(0 < len(one) <= 20 for one in titles)
        and all(0 < len(one) <= 256 for one in ids)
    )
    return None if good else 131009


def _error(code: int) -> web.Response:
    if code == WRONG_PROOF:
        why = "Invalid appsecret_proof provided in the API argument"
        error = {"message": why, "type": "GraphMethodException", "code": 100, "fbtrace_id": "E0JetexnRIn"}
        return web.json_response({"error": error}, status=400)
    said: dict[str, Any] = {
        "message": f"(#{code}) A title that will change",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": "about +989121112233, whose text was secret"},
        "fbtrace_id": "Az8or2yhqkZfEZ",
    }
    return web.json_response({"error": said}, status=HTTP_OF.get(code, 400))


def _as_it_goes_over_the_net(peer: Peer) -> Middleware:
    """Answers are compressed for who says that he takes it, and come in as many pieces as the net likes."""

    @web.middleware
    async def travels(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        answer = await handler(request)
        answer.enable_compression()
        if not peer.in_pieces or not isinstance(answer, web.Response) or not isinstance(answer.body, bytes):
            return answer
        pieces = web.StreamResponse(status=answer.status, headers={"Content-Type": answer.content_type})
        await pieces.prepare(request)
        half = len(answer.body) // 2
        for piece in (answer.body[:half], answer.body[half:]):
            await pieces.write(piece)
            await asyncio.sleep(0.01)
        return pieces

    return travels


@asynccontextmanager
async def a_whatsapp_peer(*, now: Callable[[], datetime] | None = None) -> AsyncIterator[Peer]:
    """The API on a free port of 127.0.0.1."""
    peer = Peer()
    if now is not None:
        peer.now = now
    application = web.Application(middlewares=[_as_it_goes_over_the_net(peer)])
    application.add_routes(peer.routes())
    runner = web.AppRunner(application, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    peer.port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as client:
        peer.client = client
        yield peer
    await runner.cleanup()
