"""The licence API's own description (OpenAPI 3.1), made from what the API goes by."""

from typing import Any

from bridge import VERSION
from bridge.domain.licence_answers import Verdict
from bridge.domain.licences import StatusCode, Term
from bridge.web.licence_questions import FIELDS
from bridge.web.public import MOST_BYTES

_MOMENT = {"type": ["integer", "null"], "description": "Seconds since 1970 UTC; null: for good, or nothing is told."}
_ERRORS = {
    "400": "The question is none; the message names what is wrong with it.",
    "408": "The question did not arrive in time.",
    "413": f"The question has more than {MOST_BYTES} bytes.",
    "415": "The question is no JSON in UTF-8, or is compressed.",
    "417": "An expectation of the request can't be met.",
    "422": "The domain is no domain name.",
    "429": "Asked too often; Retry-After says for how many seconds to wait.",
    "503": "The licences can't be asked for at the moment; Retry-After says when to come back.",
}
_ACTIVATE = (
    "Use a licence on a domain. The first time this takes one of its places and answers with the token that gives the "
    "place back; keep it. Asked again, the domain stays active and no token is told. Staging and private hosts take no "
    "place."
)
_OPERATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "check": ("How a licence stands on a domain. Nothing is changed.", {}),
    "activate": (
        _ACTIVATE,
        {
            "activated": {"type": "boolean", "description": "Whether the licence is in use on the domain now."},
            "token": {"type": ["string", "null"], "description": "Told once, where a place was taken just now."},
        },
    ),
    "deactivate": (
        "Give a domain's place back, with the token of its activation.",
        {"released": {"type": "boolean", "description": "Whether the domain takes no place now."}},
    ),
}


def openapi_document() -> dict[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Licences",
            "version": VERSION,
            "description": "Extensions in the field ask for the status of their licence and get a signed statement.",
        },
        "paths": {
            **{f"/api/v1/licences/{name}": {"post": _operation(name)} for name in _OPERATIONS},
            "/api/v1/openapi.json": {
                "get": {
                    "operationId": "description",
                    "summary": "This description.",
                    "responses": {
                        "200": _json("The description.", {"type": "object", "required": ["openapi", "paths"]}),
                        "417": _error("417"),
                        "429": _error("429"),
                    },
                }
            },
        },
        "components": {"schemas": {"Statement": _statement(), "Error": _error_schema()}},
    }


def _operation(name: str) -> dict[str, Any]:
    summary, also = _OPERATIONS[name]
    answers = {
        "200": _json("How the licence stands.", _answer(also)),
        **{status: _error(status) for status in _ERRORS},
    }
    if name == "deactivate":
        answers["403"] = _json("The token is not that of the domain's activation.", _ref("Error"))
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _question(needs_token=name == "deactivate")}},
        },
        "responses": answers,
    }


def _question(*, needs_token: bool) -> dict[str, Any]:
    properties = {}
    for name, field in FIELDS.items():
        text: dict[str, Any] = {"type": "string", "description": field.help, "maxLength": field.longest}
        if field.required:
            text["minLength"] = 1
        if field.pattern is not None:
            text["pattern"] = f"^{field.pattern.pattern}$"
        if field.format:
            text["format"] = field.format
        if field.example:
            text["examples"] = [field.example]
        properties[name] = text
    required = [name for name, field in FIELDS.items() if field.required or (needs_token and name == "token")]
    return {"type": "object", "required": required, "properties": properties}


def _answer(also: dict[str, Any]) -> dict[str, Any]:
    properties = {
        "status": {
            "type": "string",
            "enum": [verdict.value for verdict in Verdict],
            "description": "What the extension acts on. It works with active and unverified.",
        },
        "reason": {
            "type": "string",
            "enum": [code.value for code in StatusCode],
            "description": (
                "Why. With expired and a licence_until that is null or still to come, only help and updates have ended."
            ),
        },
        "active_by": {
            "type": ["string", "null"],
            "enum": [*(term.value for term in Term), None],
            "description": (
                "Which of the three dates decides about active, its days of grace included. The other two mean what "
                "they say: the use lasts until licence_until, updates until updates_until."
            ),
        },
        "licence_until": _MOMENT,
        "updates_until": _MOMENT,
        "support_until": _MOMENT,
        **also,
        "statement": _ref("Statement"),
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _statement() -> dict[str, Any]:
    text = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}
    return {
        "type": "object",
        "description": (
            "The answer, signed with Ed25519 over the bytes of payload, which is JSON in base64url: v, store, "
            "key_sha256, product, domain, host (the domain as it was sent), nonce, status, reason, active_by, the "
            "three dates, issued_at and expires_at. Believe it until expires_at, for that key, product and host alone."
        ),
        "required": ["payload", "signature", "key_id"],
        "properties": {"payload": text, "signature": text, "key_id": {"type": "string"}},
    }


def _error_schema() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {"type": "object", "required": ["code", "message"], "properties": {"code": text, "message": text}}
        },
    }


def _error(status: str) -> dict[str, Any]:
    answer = _json(_ERRORS[status], _ref("Error"))
    if status in {"429", "503"}:
        answer["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}}
    return answer


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
