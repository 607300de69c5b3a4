"""Every event is posted, signed, until it is taken; nothing but the event is posted, and only to the address named."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import structlog.testing

from bridge.domain import events
from bridge.domain.accounts import Owner, OwnerKind
from bridge_webhook import plugin as webhook
from tests.plugins.webhook.conftest import SECRET, Receiver, hooked
from tests.support.mailroom import ANNA, NOON, Mailroom

GRANTED = events.CoinsGranted(
    key="acme:order:1042:base:unit:1", store="acme", at=NOON, owner=ANNA, order_id=1042, plan="base", coins=550
)


async def test_an_event_is_posted_as_flat_json_with_its_key(room: Mailroom, receiver: Receiver) -> None:
    await room.work(GRANTED)
    ((path, headers, body),) = receiver.posts
    assert path == "/hook"
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Supportbridge-Event-Key"] == GRANTED.key
    assert json.loads(body) == {
        "key": "acme:order:1042:base:unit:1",
        "event": "coins_granted",
        "store": "acme",
        "at": "2026-11-22T12:00:00Z",
        "customer": 77,
        "order_id": 1042,
        "plan": "base",
        "coins": 550,
        "usable_until": None,
    }
    assert await room.waiting() == 0


async def test_the_signature_covers_time_and_body(room: Mailroom, receiver: Receiver) -> None:
    """Word for word what the plugin's page tells a receiver to do."""
    await room.work(GRANTED)
    ((_, headers, body),) = receiver.posts
    timestamp = headers["X-Supportbridge-Timestamp"]
    assert timestamp == str(int(NOON.timestamp()))
    mac = hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["X-Supportbridge-Signature"] == f"v1={mac}"


async def test_C14_coins_that_were_taken_back_are_posted_with_the_reason(room: Mailroom, receiver: Receiver) -> None:
    taken = events.CoinsRevoked(
        key="k", store="acme", at=NOON, owner=ANNA, order_id=1042, plan="base", coins=550, reason="chargeback"
    )
    await room.work(taken)
    assert json.loads(receiver.posts[0][2])["reason"] == "chargeback"


async def test_a_guests_event_names_the_order(room: Mailroom, receiver: Receiver) -> None:
    guest = Owner(OwnerKind.GUEST, 1042)
    await room.work(
        events.GuestClaimed(key="c", store="acme", at=NOON, owner=guest, claim_id=3, order_id=1042, language="fa")
    )
    body = json.loads(receiver.posts[0][2])
    assert body["guest_order"] == 1042
    assert "customer" not in body


@pytest.mark.parametrize("name", events.EVENTS)
async def test_every_event_there_is_can_be_posted(room: Mailroom, name: str) -> None:
    assert "webhook" in room.plugins.listeners(f"bridge_{name}")


@pytest.mark.parametrize("status", [200, 201, 299])
async def test_any_answer_of_success_delivers(room: Mailroom, receiver: Receiver, status: int) -> None:
    receiver.status = status
    await room.work(GRANTED)
    assert await room.waiting() == 0


@pytest.mark.parametrize("status", [301, 307, 400, 401, 404, 429, 500, 503])
async def test_any_other_answer_is_tried_again_with_the_same_body(
    room: Mailroom, receiver: Receiver, status: int
) -> None:
    receiver.status, receiver.location = status, "/elsewhere" if status < 400 else ""
    await room.work(GRANTED)
    assert await room.waiting() == 1
    assert [path for path, _, _ in receiver.posts] == ["/hook"]
    receiver.status, receiver.location = 204, ""
    room.clock.advance(timedelta(minutes=1))
    await room.work()
    first, second = receiver.posts
    assert first[2] == second[2]
    assert first[1]["X-Supportbridge-Timestamp"] != second[1]["X-Supportbridge-Timestamp"]
    assert await room.waiting() == 0


async def test_gone_is_never_tried_again_and_staff_are_told(room: Mailroom, receiver: Receiver) -> None:
    receiver.status = 410
    await room.work(GRANTED)
    assert await room.waiting() == 0
    (problem,) = await room.problems()
    assert problem.summary == (
        "plugin webhook: coins_granted for the webhook can't be delivered: the receiver answered 410, gone"
    )
    receiver.status = 200
    await room.work(replace(GRANTED, key="acme:order:2:base:unit:1"))
    assert await room.problems() == [], "it is there again"


async def test_a_receiver_that_hangs_is_left_after_its_time(
    room: Mailroom, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", timedelta(seconds=0.2))
    receiver.hangs = True
    with structlog.testing.capture_logs() as logs:
        await room.work(GRANTED)
    assert await room.waiting() == 1
    assert any("did not answer within" in line.get("error", "") for line in logs)


async def test_a_receiver_that_is_not_there_is_tried_again_and_the_log_has_no_address_or_secret(
    tmp_path: Path,
) -> None:
    url = "http://127.0.0.1:9/token-in-path"
    with hooked(tmp_path, url) as room:
        with structlog.testing.capture_logs() as logs:
            await room.work(GRANTED)
        assert await room.waiting() == 1
    assert "token-in-path" not in str(logs)
    assert SECRET not in str(logs)


async def test_only_the_events_that_are_named_are_posted(tmp_path: Path, receiver: Receiver) -> None:
    with hooked(tmp_path, receiver.url, 'events = ["coins_revoked"]') as room:
        await room.work(GRANTED)
    assert receiver.posts == []


async def test_a_store_without_a_webhook_posts_nothing(tmp_path: Path, receiver: Receiver) -> None:
    with hooked(tmp_path, receiver.url) as room:
        await room.work(
            events.CoinsGranted(key="k", store="other", at=NOON, owner=ANNA, order_id=1, plan=None, coins=1)
        )
        assert (receiver.posts, await room.waiting()) == ([], 0)
