"""Statements about licences, signed so that an extension can believe one without asking again (Ed25519).

It believes: an extension in the field carries the public key and nothing secret. So a statement says everything that it
holds for (store, key, product, host) and until when; whoever copies it elsewhere has copied something about another.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic_core import to_json

from bridge.contracts.statement_keys import StatementKey
from bridge.domain.licence_answers import LicenceAnswer, LicenceQuestion, Verdict
from bridge.domain.licences import StatusCode, Term

VERSION = 1
_DATES = tuple((term, f"{term}_until") for term in Term)
"""The three dates as the API and the statement name them."""
OTHERWISE_HOLDS = timedelta(days=1)
"""How long a statement holds that says anything but active: what is wrong may be put right tomorrow."""


def statement(question: LicenceQuestion, answer: LicenceAnswer, *, host: str, at: datetime) -> dict[str, Any]:
    """What is signed. `host` is the domain as it was sent, so that an extension need not know its one form.

    Times are seconds since 1970 UTC, null where there is no end or nothing is told.
    """
    return {
        "v": VERSION,
        "store": question.store,
        "key_sha256": hashlib.sha256(question.key.encode()).hexdigest(),
        "product": question.product,
        "domain": question.domain,
        "host": host,
        "nonce": question.nonce,
        "status": answer.verdict,
        "reason": answer.status.code,
        "active_by": answer.active,
        **{name: _seconds(answer.ends.get(term)) for term, name in _DATES},
        "issued_at": int(at.timestamp()),
        "expires_at": int(_holds_until(answer, at).timestamp()),
    }


def told(document: Mapping[str, Any]) -> dict[str, Any]:
    """What of a statement stands beside it, for whoever reads the answer alone."""
    return {name: document[name] for name in ("status", "reason", "active_by", *(name for _, name in _DATES))}


def signed(document: Mapping[str, Any], key: StatementKey) -> dict[str, str]:
    """The statement as it is sent: the exact bytes that are signed, the signature, and which key made it."""
    payload = to_json(document)
    return {"payload": base64url(payload), "signature": base64url(key.private.sign(payload)), "key_id": key.id}


def verified(sent: Mapping[str, str], public_base64: str) -> dict[str, Any] | None:
    """What a statement says, None where this key did not sign it. For who looks into one; expiry is not looked at."""
    try:
        payload = from_base64url(sent["payload"])
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_base64))
        public.verify(from_base64url(sent["signature"]), payload)
        document: dict[str, Any] = json.loads(payload)
    except (InvalidSignature, KeyError, ValueError):
        return None
    return document


def base64url(data: bytes) -> str:
    """Base64 fit for addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Its inverse. Raises `ValueError`."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _holds_until(answer: LicenceAnswer, at: datetime) -> datetime:
    """A statement by which the extension works holds for the store's days, but not beyond the licence's own end."""
    if answer.verdict is Verdict.ACTIVE:
        until = answer.status.until
    elif answer.status.code is StatusCode.EXPIRED and answer.may_run:
        until = answer.ends.get(Term.LICENCE)
    else:
        return at + OTHERWISE_HOLDS
    end = at + timedelta(days=answer.offline_days)
    return end if until is None else min(end, until)


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())
