"""Talking to the API: post a message, fetch a file, look at a number. What it answers comes back as a value.

Believes: between "it was refused" and "it was taken" lies a third case, an answer that never came: such a message may
have been sent, and is not sent again by itself. No redirect is followed, and the token goes to the provider alone. No
word of an answer is kept but numbers and ids: it could quote a telephone number or a text.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp

from bridge.contracts.chats import OutgoingFile
from bridge.contracts.office import Office
from bridge_whatsapp.reading import identifier, rows, table, text, whole
from bridge_whatsapp.refusals import TOKEN_OVER, TOO_MANY_NOW, WRONG_PROOF
from bridge_whatsapp.settings import WhatsAppSettings, is_this_machine

MEDIA_HOSTS = (".fbsbx.com", ".facebook.com", ".fbcdn.net", ".whatsapp.net")
"""Where the provider keeps files; the token goes nowhere else."""
PROOF_PARAMETER = "appsecret_proof"
LARGEST_ANSWER = 1_048_576
PIECE = 65_536
UNAUTHORISED, TOO_MANY = 401, 429


@dataclass(frozen=True, slots=True)
class Taken:
    """The API has it."""

    external_id: str


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The API has a file of ours, under an id that a message can name."""

    media: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The API says no, by its own code."""

    code: int


@dataclass(frozen=True, slots=True)
class Unreached:
    """It certainly did not get there."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether it was taken."""

    why: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file's content."""

    content: bytes


@dataclass(frozen=True, slots=True)
class NotFetched:
    """A file can't be had, `for_good` where asking again is no use."""

    why: str
    for_good: bool = False
    code: int = 0


@dataclass(frozen=True, slots=True)
class SeenNumber:
    """What the API says of a number of ours. `webhooks` are the addresses that its deliveries go to."""

    status: str
    quality: str
    webhooks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    document: object


def api_of(office: Office, store: str) -> "Api":
    """The API with a store's token, as the settings are now. Raises `SettingsError` where a secret can't be had."""
    own = office.settings(WhatsAppSettings)
    token, app_secret = office.secret("token", store=store), office.secret("app_secret")
    return Api(own.api, token, app_secret, patience=timedelta(seconds=own.timeout_seconds))


class Api:
    """The API with one store's token."""

    def __init__(self, base: str, token: str, app_secret: str, *, patience: timedelta) -> None:
        """Each question carries a proof that its asker knows the app's secret, as an app can be set to demand."""
        self._base, self._patience = base, patience
        proof = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        self._proof = {PROOF_PARAMETER: proof}
        self._headers = {
            "Authorization": f"Bearer {token}",
            "User-Agent": "shop-support-bridge",
            "Accept-Encoding": "identity",
        }

    async def send(self, number: str, request: Mapping[str, Any]) -> Taken | Refused | Unreached | Unknown:
        """Post one message from the number of that id."""
        body = json.dumps(request).encode()
        answer = await self._ask("POST", f"{self._base}/{quote(number, safe='')}/messages", body)
        if not isinstance(answer, _Answer):
            return answer
        if answer.status == 200:
            found = next((identifier(one, "id") for one in rows(answer.document, "messages")), "")
            return Taken(found) if found else Unknown("the API answered 200 without an id")
        return _refusal(answer)

    async def upload(self, number: str, file: OutgoingFile, content: bytes) -> Uploaded | Refused | Unreached | Unknown:
        """Give the API a file that a message from that number is to carry; it is sent to nobody by that."""
        form = aiohttp.FormData()
        form.add_field("messaging_product", "whatsapp")
        form.add_field("type", file.mime_type)
        form.add_field("file", content, filename="file", content_type=file.mime_type)
        answer = await self._ask("POST", f"{self._base}/{quote(number, safe='')}/media", form)
        if not isinstance(answer, _Answer):
            return answer
        if answer.status == 200:
            found = identifier(answer.document, "id")
            return Uploaded(found) if found else Unknown("the API answered 200 without an id")
        return _refusal(answer)

    async def look(self, number: str) -> SeenNumber | Refused | Unreached | Unknown:
        """What the API knows of the number of that id; its digits and its name are not asked for (rule W2)."""
        fields = "id,status,quality_rating,webhook_configuration"
        answer = await self._ask("GET", f"{self._base}/{quote(number, safe='')}?fields={fields}")
        if not isinstance(answer, _Answer):
            return answer
        if answer.status != 200:
            return _refusal(answer)
        set_up = table(answer.document, "webhook_configuration")
        first = [text(set_up, one, longest=500) for one in ("phone_number", "whatsapp_business_account", "application")]
        return SeenNumber(
            status=text(answer.document, "status", longest=40) or "UNKNOWN",
            quality=text(answer.document, "quality_rating", longest=40) or "UNKNOWN",
            webhooks=tuple(one for one in first if one)[:1],
        )

    async def fetch(self, media: str, *, most_bytes: int) -> Fetched | NotFetched:
        """A contact's file by its id: the id gives an address that lives for minutes, and needs the token too."""
        answer = await self._ask("GET", f"{self._base}/{quote(media, safe='')}")
        if not isinstance(answer, _Answer):
            return NotFetched(answer.why)
        if answer.status != 200:
            refused = _refusal(answer)
            if isinstance(refused, Refused):
                return NotFetched(f"the API refused it (code {refused.code})", code=refused.code)
            return NotFetched(refused.why)
        if whole(answer.document, "file_size") > most_bytes:
            return NotFetched(_too_large(most_bytes), for_good=True)
        address = text(answer.document, "url", longest=4_096)
        if not self._is_the_providers(address):
            return NotFetched("the API named no address of its own for it")
        return await self._download(address, most_bytes)

    def _is_the_providers(self, address: str) -> bool:
        try:
            wanted, base = urlsplit(address), urlsplit(self._base)
            same = (wanted.scheme, wanted.netloc) == (base.scheme, base.netloc)
        except ValueError:
            return False
        host = (wanted.hostname or "").lower()
        return (same and is_this_machine(host)) or (wanted.scheme == "https" and f".{host}".endswith(MEDIA_HOSTS))

    async def _download(self, address: str, most_bytes: int) -> Fetched | NotFetched:
        try:
            async with (
                self._session() as session,
                session.get(address, headers=self._headers, allow_redirects=False) as response,
            ):
                if response.status != 200:
                    return NotFetched(f"the file's address answered {response.status}")
                content = await read_whole(response, most_bytes)
        except (TimeoutError, aiohttp.ClientError) as error:
            return NotFetched(f"the file's address can't be read ({type(error).__name__})")
        return NotFetched(_too_large(most_bytes), for_good=True) if content is None else Fetched(content)

    async def _ask(
        self, method: str, address: str, body: bytes | aiohttp.FormData | None = None
    ) -> _Answer | Unreached | Unknown:
        headers = {**self._headers, "Content-Type": "application/json"} if isinstance(body, bytes) else self._headers
        try:
            async with (
                self._session() as session,
                session.request(
                    method, address, params=self._proof, data=body, headers=headers, allow_redirects=False
                ) as response,
            ):
                return _Answer(response.status, _document(await read_whole(response, LARGEST_ANSWER)))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Unreached(f"the API can't be reached ({type(error).__name__})")
        except TimeoutError:
            return Unknown(f"the API did not answer within {self._patience.total_seconds():g} s")
        except aiohttp.ClientError as error:
            return Unknown(f"the connection to the API broke ({type(error).__name__})")

    def _session(self) -> aiohttp.ClientSession:
        total = self._patience.total_seconds()
        timeout = aiohttp.ClientTimeout(total=total, sock_connect=total / 2)
        return aiohttp.ClientSession(timeout=timeout, trust_env=False)


async def read_whole(response: aiohttp.ClientResponse, most_bytes: int) -> bytes | None:
    """An answer's body, in as many pieces as it comes; None for one that has more than `most_bytes`.

    Raises `aiohttp.ClientError` where the connection breaks before its end, `TimeoutError`.
    """
    content = bytearray()
    async for piece in response.content.iter_chunked(PIECE):
        content += piece
        if len(content) > most_bytes:
            return None
    return bytes(content)


def _refusal(answer: _Answer) -> Refused | Unreached | Unknown:
    """What an answer that is no success means: the API's own code decides where there is one."""
    error = table(answer.document, "error")
    if error:
        about_proof = PROOF_PARAMETER in text(error, "message", longest=500)
        return Refused(WRONG_PROOF if about_proof else whole(error, "code"))
    if answer.status == UNAUTHORISED:
        return Refused(TOKEN_OVER)
    if answer.status == TOO_MANY:
        return Refused(TOO_MANY_NOW)
    if answer.status >= 500 or 200 <= answer.status < 300:
        return Unknown(f"the API answered {answer.status} without a reason")
    return Unreached(f"the API answered {answer.status} without a reason")


def _document(body: bytes | None) -> object:
    try:
        return None if body is None else json.loads(body)
    except (ValueError, RecursionError):
        return None


def _too_large(most_bytes: int) -> str:
    return f"it has more than {most_bytes // 1_048_576} MB"
