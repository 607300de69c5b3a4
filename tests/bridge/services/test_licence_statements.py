"""Statements about licences: what they say, for how long, and that only the very bytes are believed."""

import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.contracts.statement_keys import StatementKey
from bridge.domain.licence_answers import NOT_KNOWN, LicenceAnswer, LicenceQuestion
from bridge.domain.licences import Status, StatusCode, Term
from bridge.services.licence_statements import from_base64url, signed, statement, verified
from tests.support.licence_field import END, GOOD, HERE, KEY, NOON, days

QUESTION = LicenceQuestion("acme", GOOD, HERE, takes_place=True, product="checkout")
ACTIVE = LicenceAnswer(Status(StatusCode.ACTIVE, END), offline_days=14)
HELP_ENDED = LicenceAnswer(Status(StatusCode.EXPIRED, NOON.replace(hour=11)), may_run=True)


def test_L6_another_key_a_changed_byte_and_a_foreign_signature_are_not_believed() -> None:
    document = statement(QUESTION, ACTIVE, host=HERE, at=NOON)
    sent = signed(document, KEY)
    assert verified(sent, KEY.public_base64) == document
    assert verified(sent, StatementKey.new(2).public_base64) is None
    payload = from_base64url(sent["payload"]).replace(b'"active"', b'"Active"')
    changed = {**sent, "payload": base64.urlsafe_b64encode(payload).decode().rstrip("=")}
    assert verified(changed, KEY.public_base64) is None
    assert (
        verified({**sent, "signature": signed(document, StatementKey.new(1))["signature"]}, KEY.public_base64) is None
    )
    for broken in ({}, {"payload": "*", "signature": "*"}, {**sent, "signature": ""}):
        assert verified(broken, KEY.public_base64) is None


@pytest.mark.parametrize(
    ("answer", "holds"),
    [
        (ACTIVE, days(14)),
        (replace(ACTIVE, offline_days=3), days(3)),
        (LicenceAnswer(Status(StatusCode.ACTIVE)), days(14)),
        (LicenceAnswer(Status(StatusCode.EXPIRING, NOON.replace(hour=13))), 3_600),
        (LicenceAnswer(Status(StatusCode.EXPIRED, NOON.replace(hour=11))), days(1)),
        (replace(HELP_ENDED, ends={Term.LICENCE: None}), days(14)),
        (replace(HELP_ENDED, ends={Term.LICENCE: NOON.replace(hour=14)}), 7_200),
        (LicenceAnswer(Status(StatusCode.UNVERIFIED, END)), days(1)),
        (NOT_KNOWN, days(1)),
    ],
)
def test_L6_a_statement_holds_as_long_as_what_it_says_will(answer: LicenceAnswer, holds: int) -> None:
    document = statement(QUESTION, answer, host=HERE, at=NOON)
    assert document["expires_at"] - document["issued_at"] == holds


def test_a_key_is_known_by_its_number_and_its_public_part() -> None:
    key = StatementKey.new(12)
    assert key.number == 12
    assert key.id.startswith("s12-")
    assert len(base64.b64decode(key.public_base64)) == 32
    assert key.public_pem.startswith("-----BEGIN PUBLIC KEY-----")
    assert StatementKey.from_pem(key.id, key.private_pem).public_base64 == key.public_base64
    assert key.public_base64 not in repr(key.id)


@given(st.text(max_size=60), st.text(max_size=60), st.binary(max_size=60))
def test_L6_whatever_is_sent_for_a_statement_is_no_crash(payload: str, signature: str, public: bytes) -> None:
    sent = {"payload": payload, "signature": signature, "key_id": "s1"}
    assert verified(sent, KEY.public_base64) is None
    assert verified(json.loads(json.dumps(sent)), base64.b64encode(public).decode()) is None
