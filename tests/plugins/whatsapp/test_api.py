"""What the API answers is one of four things, and the token goes to nobody else."""

import gzip
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from bridge_whatsapp.api import Api, Fetched, NotFetched, Refused, SeenNumber, Taken, Unknown, Unreached
from bridge_whatsapp.refusals import WRONG_PROOF, Follows, in_words, refusal_of
from bridge_whatsapp.webhook import PATH
from tests.support.whatsapp_deliveries import OFFICIAL, OUR_PHONE, REZA
from tests.support.whatsapp_peer import APP_SECRET, TOKEN, Peer

PATIENCE = timedelta(seconds=5)
TEXT: dict[str, Any] = {
    "messaging_product": "whatsapp",
    "to": f"+{REZA}",
    "type": "text",
    "text": {"body": "سلام 👋"},
}
MOST = 1_000


def _api(base: str) -> Api:
    return Api(base, TOKEN, APP_SECRET, patience=PATIENCE)


@pytest.fixture
def api(peer: Peer) -> Api:
    peer.wrote[OFFICIAL, REZA] = peer.now()
    return _api(peer.base)


async def test_a_message_that_was_taken_has_an_id(peer: Peer, api: Api) -> None:
    answer = await api.send(OFFICIAL, TEXT)
    (sent,) = peer.sent
    assert answer == Taken(sent.id)
    assert sent.text == "سلام 👋"


async def test_an_answer_that_comes_in_pieces_is_read_whole(peer: Peer, api: Api) -> None:
    peer.in_pieces = True
    answer = await api.send(OFFICIAL, TEXT)
    assert answer == Taken(peer.sent[0].id)
    peer.codes = [131026]
    assert await api.send(OFFICIAL, TEXT) == Refused(131026)


async def test_an_answer_that_never_ends_is_not_read_to_its_end(peer: Peer, api: Api) -> None:
    peer.answers = [
        web.Response(status=200, body=b'{"messages": [{"id": "wamid.1"}], "x": "' + b"x" * 2_000_000 + b'"}')
    ]
    assert isinstance(await api.send(OFFICIAL, TEXT), Unknown)


async def test_an_answer_that_is_compressed_all_the_same_is_read(peer: Peer, api: Api) -> None:
    taken = web.Response(body=gzip.compress(b'{"messages": [{"id": "wamid.1"}]}'), headers={"Content-Encoding": "gzip"})
    peer.answers = [taken]
    assert await api.send(OFFICIAL, TEXT) == Taken("wamid.1")


async def test_a_refusal_is_its_code_alone(peer: Peer, api: Api) -> None:
    peer.codes = [131056]
    assert await api.send(OFFICIAL, TEXT) == Refused(131056)


async def test_a_revoked_token_is_refused(peer: Peer, api: Api) -> None:
    peer.tokens.clear()
    assert await api.send(OFFICIAL, TEXT) == Refused(190)


async def test_every_question_proves_that_we_know_the_apps_secret_and_a_wrong_one_is_the_accounts_trouble(
    peer: Peer, api: Api
) -> None:
    """The API's code for it is that of messages of a wrong form, which would be lost."""
    peer.media["m1"] = ("image/png", b"png")
    peer.app_secret = "that of another app"
    assert await api.send(OFFICIAL, TEXT) == Refused(WRONG_PROOF)
    assert await api.look(OFFICIAL) == Refused(WRONG_PROOF)
    not_fetched = await api.fetch("m1", most_bytes=MOST)
    assert isinstance(not_fetched, NotFetched)
    assert (not_fetched.for_good, not_fetched.code) == (False, WRONG_PROOF)
    assert refusal_of(WRONG_PROOF).follows is Follows.LATER
    assert in_words(WRONG_PROOF).endswith("see plugin.whatsapp.app_secret (code 100)")


async def test_an_api_that_is_not_there_was_not_reached() -> None:
    assert isinstance(await _api("http://127.0.0.1:9/v25.0").send(OFFICIAL, TEXT), Unreached)


async def test_a_lost_answer_leaves_it_unknown(peer: Peer, api: Api) -> None:
    peer.loses_answers = True
    assert isinstance(await api.send(OFFICIAL, TEXT), Unknown)
    assert len(peer.sent) == 1


async def test_an_answer_that_takes_too_long_leaves_it_unknown(peer: Peer) -> None:
    peer.hangs = True
    peer.wrote[OFFICIAL, REZA] = peer.now()
    answer = await Api(peer.base, TOKEN, APP_SECRET, patience=timedelta(seconds=0.2)).send(OFFICIAL, TEXT)
    assert answer == Unknown("the API did not answer within 0.2 s")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"{}", Unknown),
        (200, b"<html>", Unknown),
        (502, b"<html>bad gateway", Unknown),
        (504, b"", Unknown),
        (302, b"", Unreached),
        (404, b"", Unreached),
        (407, b"proxy", Unreached),
    ],
)
async def test_an_answer_without_a_reason_is_read_by_its_status(
    peer: Peer, api: Api, status: int, body: bytes, kind: type[object]
) -> None:
    peer.answers = [web.Response(status=status, body=body, headers={"Location": "/elsewhere"})]
    answer = await api.send(OFFICIAL, TEXT)
    assert isinstance(answer, kind)
    assert len(peer.asked) == 1


async def test_a_message_goes_nowhere_else_whatever_the_api_answers(peer: Peer, api: Api) -> None:
    peer.answers = [web.Response(status=307, headers={"Location": f"{peer.base}/{OFFICIAL}/messages"})]
    assert isinstance(await api.send(OFFICIAL, TEXT), Unreached)
    assert (len(peer.asked), peer.sent) == (1, [])


@pytest.mark.parametrize(("status", "code"), [(401, 190), (429, 130429)])
async def test_an_answer_without_a_reason_that_everybody_knows(peer: Peer, api: Api, status: int, code: int) -> None:
    peer.answers = [web.Response(status=status)]
    assert await api.send(OFFICIAL, TEXT) == Refused(code)


# --- numbers ---


async def test_W2_a_number_is_looked_at_without_its_digits(peer: Peer, api: Api) -> None:
    peer.webhook = f"https://bridge.example{PATH}"
    seen = await api.look(OFFICIAL)
    assert seen == SeenNumber("CONNECTED", "GREEN", (peer.webhook,))
    assert OUR_PHONE[OFFICIAL] not in str(seen)


async def test_a_number_of_somebody_else_is_refused(api: Api) -> None:
    assert await api.look("1") == Refused(100)


# --- files ---


async def test_a_file_is_fetched_by_way_of_its_address(peer: Peer, api: Api) -> None:
    peer.media["99"] = ("image/png", b"\x89PNG\r\n\x1a\n")
    assert await api.fetch("99", most_bytes=MOST) == Fetched(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("says", [{}, {"file_size": 1}, {"file_size": "unknown"}])
async def test_a_file_that_is_too_large_is_left_whatever_is_said_of_it(
    peer: Peer, api: Api, says: dict[str, Any]
) -> None:
    peer.media["99"], peer.media_says["99"] = ("image/png", b"x" * (MOST + 1)), says
    answer = await api.fetch("99", most_bytes=MOST)
    assert isinstance(answer, NotFetched)
    assert answer.for_good


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://evil.example/file",
        "http://lookaside.fbsbx.com/file",
        "https://lookaside.fbsbx.com.evil.example/",
        "https://evil.example/?.fbsbx.com",
        "https://fbsbx.com@evil.example/",
        "https://evilfbsbx.com/file",
        "file:///etc/passwd",
        "http://169.254.169.254/latest",
        "http://[",
    ],
)
async def test_the_token_is_not_taken_to_another_address(peer: Peer, api: Api, address: str) -> None:
    peer.media["99"], peer.media_says["99"] = ("image/png", b"x"), {"url": address}
    assert await api.fetch("99", most_bytes=MOST) == NotFetched("the API named no address of its own for it")


async def test_a_file_that_has_gone_is_refused_by_its_code(api: Api) -> None:
    answer = await api.fetch("nothing", most_bytes=MOST)
    assert isinstance(answer, NotFetched)
    assert answer.code == 100
