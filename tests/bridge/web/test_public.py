"""The public pages over a bare connection: what is no HTTP, or no HTTP that anybody here speaks."""

import asyncio
import json

import pytest

from tests.support.licence_field import the_field
from tests.support.waiting import PATIENCE_S

ASKS = b"POST /api/v1/licences/check HTTP/1.1\r\n"


async def exchanged(sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """What comes back for these bytes until the connection is closed: status, headers by small names, body."""
    async with the_field() as field:
        host, _, port = field.pages.address.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(sent)
        answer = await asyncio.wait_for(reader.read(), timeout=PATIENCE_S)
        writer.close()
        counted = dict(field.traffic.answers)
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    status = int(first.split()[1])
    assert counted == {status: 1}, "also what the web library refuses by itself is counted"
    return status, headers, body


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02secret\r\n\r\n", 400),
        (b"secret\r\n\r\n", 400),
        (b"GET / HTTP/9.secret\r\n\r\n", 400),
        (ASKS + b"Content-Length: secret\r\n\r\n", 400),
        (ASKS + b"X-Long: " + b"secret" * 2_000 + b"\r\n\r\n", 400),
        (ASKS + b"Host: x\r\nConnection: close\r\nExpect: secret\r\nContent-Length: 0\r\n\r\n", 417),
    ],
)
async def test_L6_what_is_no_question_is_refused_in_our_words_without_what_was_sent(sent: bytes, status: int) -> None:
    found, headers, body = await exchanged(sent)
    assert (found, set(json.loads(body)["error"])) == (status, {"code", "message"})
    assert json.loads(body)["error"]["code"] == "bad_request"
    assert b"secret" not in body
    assert "server" not in headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["content-type"] == "application/json; charset=utf-8"
