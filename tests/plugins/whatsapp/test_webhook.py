"""Who asks is not believed: a delivery is kept only with the app's signature over its raw bytes, and kept first."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
import structlog
from multidict import CIMultiDict

from bridge.contracts.chats import Receipt
from bridge.contracts.public_routes import PublicQuestion
from bridge.errors import DeskUnusable, SettingProblem, SettingsError
from bridge_whatsapp.webhook import MOST_BYTES, PATH, Webhook
from tests.support.whatsapp_deliveries import NOON, change, delivery, encoded, message, signed

SECRETS = {"app_secret": "the app's secret", "verify_token": "a long word"}
BODY = encoded(delivery(change([message("text", "سلام 👋 it's me")])))
RIGHT = signed(BODY, SECRETS["app_secret"])["X-Hub-Signature-256"]


class Shelf:
    """Keeps receipts, as often as asked, unless it is broken."""

    def __init__(self) -> None:
        self.kept: dict[str, Receipt] = {}
        self.broken = False

    async def keep(self, receipts: Sequence[Receipt]) -> int:
        if self.broken:
            raise DeskUnusable("the disk is full")
        new = {one.key: one for one in receipts if one.key not in self.kept}
        self.kept |= new
        return len(new)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def webhook(shelf: Shelf) -> Webhook:
    return Webhook(SECRETS.__getitem__, shelf.keep, lambda: NOON)


def posted(body: bytes, headers: dict[str, str] | None = None) -> PublicQuestion:
    return PublicQuestion(
        {}, CIMultiDict(headers if headers is not None else signed(body, SECRETS["app_secret"])), body
    )


async def test_a_signed_delivery_is_on_the_shelf_before_it_is_answered(webhook: Webhook, shelf: Shelf) -> None:
    assert (await webhook.take(posted(BODY))).status == 200
    (one,) = shelf.kept.values()
    assert (one.body, one.kind, one.arrived_at) == (BODY, "delivery", NOON)
    assert len(one.key) <= 191


@pytest.mark.parametrize("escaped", [True, False])
async def test_the_signature_is_of_the_raw_bytes_whatever_they_spell(
    webhook: Webhook, shelf: Shelf, escaped: bool
) -> None:
    body = encoded(delivery(change([message("text", "👩🏽‍💻 می‌خواهم / \\u06a9")])), escaped=escaped)
    assert (await webhook.take(posted(body))).status == 200
    assert [one.body for one in shelf.kept.values()] == [body]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha256="},
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature-256": "sha256=ä"},
        {"X-Hub-Signature-256": "sha256=\udcff"},
        signed(BODY, "another app's secret"),
        signed(BODY + b" ", SECRETS["app_secret"]),
        {"X-Hub-Signature-256": RIGHT.removeprefix("sha256=")},
        {"X-Hub-Signature-256": RIGHT.replace("sha256=", "sha512=")},
        {"X-Hub-Signature-256": RIGHT[:-1]},
        {"X-Hub-Signature-256": RIGHT[:-1] + ("0" if RIGHT[-1] != "0" else "1")},
        {"X-Hub-Signature": RIGHT},
    ],
)
async def test_a_wrong_signature_is_refused_and_nothing_is_kept(
    webhook: Webhook, shelf: Shelf, headers: dict[str, str]
) -> None:
    assert (await webhook.take(posted(BODY, headers))).status == 401
    assert shelf.kept == {}


async def test_the_log_says_once_an_hour_that_the_secret_is_another(shelf: Shelf) -> None:
    at = NOON
    webhook = Webhook(SECRETS.__getitem__, shelf.keep, lambda: at)
    with structlog.testing.capture_logs() as logs:
        for passed in (0, 1, 3_598, 1):
            at += timedelta(seconds=passed)
            await webhook.take(posted(BODY, signed(BODY, "another app's secret")))
        await webhook.take(posted(BODY, {}))
    assert [(one["event"].split(":")[0], "basic settings" in one["next"]) for one in logs] == [
        ("a WhatsApp delivery was refused", True)
    ] * 2
    assert "another" not in str(logs)


async def test_the_log_says_that_the_provider_has_another_word(webhook: Webhook) -> None:
    with structlog.testing.capture_logs() as logs:
        for asked in ({}, {"hub.mode": "subscribe", "hub.verify_token": "my word", "hub.challenge": "1"}):
            await webhook.verify(PublicQuestion(asked, CIMultiDict(), b""))
    (line,) = logs
    assert "plugin.whatsapp.verify_token" in line["event"]
    assert "my word" not in str(line)


async def test_a_delivery_that_comes_again_is_answered_and_kept_once(webhook: Webhook, shelf: Shelf) -> None:
    answers = [(await webhook.take(posted(BODY))).status for _ in range(3)]
    assert (answers, len(shelf.kept)) == ([200, 200, 200], 1)


async def test_a_secret_that_was_changed_counts_after_some_seconds(shelf: Shelf) -> None:
    secrets, at, asked = dict(SECRETS), NOON, 0

    def fetch(name: str) -> str:
        nonlocal asked
        asked += 1
        return secrets[name]

    webhook = Webhook(fetch, shelf.keep, lambda: at)
    for _ in range(3):
        assert (await webhook.take(posted(BODY))).status == 200
    assert asked == 1
    secrets["app_secret"] = "the next secret"
    at += timedelta(seconds=5)
    assert (await webhook.take(posted(BODY))).status == 401
    assert (await webhook.take(posted(BODY, signed(BODY, "the next secret")))).status == 200


async def test_what_can_not_be_kept_is_not_taken_so_that_it_comes_again(webhook: Webhook, shelf: Shelf) -> None:
    shelf.broken = True
    with structlog.testing.capture_logs() as logs:
        assert [(await webhook.take(posted(BODY))).status for _ in range(3)] == [503] * 3
    assert [one["event"] for one in logs] == ["the WhatsApp webhook can't answer: the disk is full"]


async def test_a_secret_that_can_not_be_read_lets_no_stranger_fill_the_log(shelf: Shelf) -> None:
    def fetch(_: str) -> str:
        raise SettingsError((SettingProblem("bridge.toml", "plugin.whatsapp.app_secret", "the file is not there"),))

    webhook = Webhook(fetch, shelf.keep, lambda: NOON)
    with structlog.testing.capture_logs() as logs:
        assert [(await webhook.take(posted(BODY, {}))).status for _ in range(3)] == [503] * 3
        assert [(await webhook.verify(PublicQuestion({}, CIMultiDict(), b""))).status for _ in range(3)] == [503] * 3
    (line,) = logs
    assert "plugin.whatsapp.app_secret" in line["event"]


async def test_the_challenge_is_given_back_to_who_knows_the_word(webhook: Webhook) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "a long word", "hub.challenge": "1158201444"}
    answer = await webhook.verify(PublicQuestion(asked, CIMultiDict(), b""))
    assert (answer.status, answer.body, answer.content_type) == (200, b"1158201444", "text/plain")


@pytest.mark.parametrize(
    "asked",
    [
        {"hub.verify_token": "another word"},
        {"hub.verify_token": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": ""},
        {"hub.challenge": "x" * 1_000},
    ],
)
async def test_nobody_else_is_told_anything(webhook: Webhook, asked: dict[str, str]) -> None:
    good = {"hub.mode": "subscribe", "hub.verify_token": "a long word", "hub.challenge": "1158201444"}
    answer = await webhook.verify(PublicQuestion({**good, **asked}, CIMultiDict(), b""))
    assert (answer.status, answer.body) == (403, b"no")
    bare = await webhook.verify(PublicQuestion({}, CIMultiDict(), b""))
    assert bare == answer


def test_both_questions_have_one_address_and_a_limit(webhook: Webhook) -> None:
    routes = {one.method: one for one in webhook.routes()}
    assert {one.path for one in routes.values()} == {PATH}
    assert routes["POST"].most_bytes == MOST_BYTES > 3 * 1024 * 1024
