"""What the licence API takes: one small JSON object, refused with one clear error where it is anything else."""

import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic_core import from_json

from bridge.domain.licence_answers import LicenceQuestion
from bridge.errors import BadDomain
from bridge.services.domain_names import domain_name
from bridge.web.public import MOST_BYTES
from bridge.web.questions import Refused, whole_body

ARRIVES_WITHIN_S = 10.0
JSON = "application/json"
STORE = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Field:
    """One text of a question. `pattern` is of the whole text, and means the same in JSON Schema.

    `format` is a name of ours, for what no pattern can say.
    """

    help: str
    longest: int
    required: bool = True
    pattern: re.Pattern[str] | None = None
    format: str = ""
    example: str = ""

    def problem(self, value: object) -> str:
        """What is wrong with a value, empty where nothing is."""
        if not isinstance(value, str) or len(value) > self.longest or (self.required and not value):
            return f"must be a text of {int(self.required)} to {self.longest} characters"
        if self.pattern is not None and not self.pattern.fullmatch(value):
            return "must be lower-case letters, digits, - and _, beginning with a letter or digit"
        return ""


FIELDS = {
    "store": Field("The store that sold the licence, by its name in the bridge.", 64, pattern=STORE, example="acme"),
    "key": Field("The licence key, as the customer entered it.", 200, example="7K3QX-M2R9D-W8HPA-V5TNC-4JEGB"),
    "domain": Field(
        "The host that the shop is reached at: a name, a name with a port, or a whole web address.",
        2_000,
        format="shop-host",
        example="shop.example.com",
    ),
    "product": Field("The product's key in the store's settings.", 64, example="checkout"),
    "version": Field("The extension's version.", 64, required=False, example="1.4.2"),
    "nonce": Field("Any text, told again in the statement: so that no older one passes for it.", 64, required=False),
    "token": Field("What the activation of this domain answered with.", 100, required=False, example=""),
}
"""Every text of a question, by name; what else is in it is left alone, so that extensions may be ahead."""


async def read_question(request: web.Request, *, needs_token: bool = False) -> tuple[LicenceQuestion, str]:
    """The question of a request, and its domain as it was sent. Raises `Refused`."""
    if request.headers.get("Content-Type") != JSON and not _is_json(request):
        raise Refused(415, "wrong_type", "a question is application/json, in UTF-8")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Refused(415, "wrong_type", "a question is sent as it is, not compressed")
    body = await whole_body(request, most_bytes=MOST_BYTES, within_s=ARRIVES_WITHIN_S)
    return question_of(body, needs_token=needs_token)


def _is_json(request: web.Request) -> bool:
    return request.content_type == JSON and (request.charset or "utf-8").lower() in {"utf-8", "utf8"}


def question_of(body: bytes, *, needs_token: bool = False) -> tuple[LicenceQuestion, str]:
    """The question that a body is. Raises `Refused`: 400 for what is no question, 422 for a domain that is none."""
    sent = _object(body)
    texts: dict[str, str] = {}
    for name, field in FIELDS.items():
        if name not in sent:
            if field.required or (needs_token and name == "token"):
                raise Refused(400, "bad_request", f"{name}: is missing")
            texts[name] = ""
            continue
        problem = field.problem(sent[name])
        if problem:
            raise Refused(400, "bad_request", f"{name}: {problem}")
        texts[name] = sent[name]
    try:
        domain = domain_name(texts["domain"])
    except BadDomain as error:
        raise Refused(422, error.reason, f"domain: {error}") from None
    question = LicenceQuestion(
        store=texts["store"],
        key=texts["key"],
        domain=domain.name,
        takes_place=domain.takes_a_place,
        product=texts["product"],
        version=texts["version"],
        nonce=texts["nonce"],
        token=texts["token"],
    )
    return question, texts["domain"]


def _object(body: bytes) -> dict[str, Any]:
    try:
        sent = from_json(body, allow_inf_nan=False)  # a quarter of the time that json takes
    except ValueError:
        raise Refused(400, "bad_request", "the question is not JSON") from None
    if not isinstance(sent, dict):
        raise Refused(400, "bad_request", "the question must be an object")
    return sent
