"""The posted bytes: one spelling, no secret, not too many."""

import dataclasses
import json
from typing import Any

import pytest

from bridge.domain import events
from bridge_webhook.body import MOST_BYTES, document, encode, signature
from tests.support.mailroom import ANNA, NOON
from tests.support.premium_events import bill_facts


def test_the_same_event_is_the_same_bytes() -> None:
    event = events.PackageExpiring(
        key="k", store="acme", at=NOON, owner=ANNA, package_id=3, coins=5, days=1, usable_until=NOON, instead_of=(30, 7)
    )
    body = encode(document(event))
    assert body == encode(json.loads(body))
    assert json.loads(body)["instead_of"] == [30, 7]
    assert json.loads(body)["usable_until"] == "2026-11-22T12:00:00Z"
    assert body.isascii()


@pytest.mark.parametrize("kind", events.EVENTS.values(), ids=events.EVENTS)
def test_every_field_of_every_event_is_posted(kind: type[events.Event]) -> None:
    names = {field.name for field in dataclasses.fields(kind)} - {"owner"}
    about_one = issubclass(kind, events.CustomerEvent | events.PremiumEvent)
    facts: dict[str, Any] = dict.fromkeys(names, 1) | ({"owner": ANNA} if about_one else {})
    posted = document(kind(**facts))
    assert set(posted) == names | {"event"} | ({"customer"} if about_one else set())


def test_an_event_about_a_contact_who_is_no_customer_names_none() -> None:
    posted = document(events.BillSent(**bill_facts(owner=None)))
    assert posted == {
        "event": "bill_sent",
        "key": "acme:bill:31:1",
        "store": "acme",
        "at": "2026-11-22T12:00:00Z",
        "contact_id": 3,
        "bill_id": 31,
        "amount": "20.00",
        "currency": "USD",
        "month": "",
    }


def test_a_body_that_is_too_long_is_not_posted() -> None:
    with pytest.raises(ValueError, match="is not posted"):
        encode({"summary": "x" * MOST_BYTES})


def test_a_signature_is_of_its_moment_and_its_secret() -> None:
    first = signature("secret", "1795348800", b"{}")
    assert first == "v1=a2bb56e28c051bf8ec34a6b17227a73c171ec872e2d3f7a2bdd11b571f529cff"
    assert len({first, signature("secret", "1795348801", b"{}"), signature("other", "1795348800", b"{}")}) == 3
