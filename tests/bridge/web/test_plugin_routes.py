"""What plugins serve on the public listener: the raw question whole, in its limits, refused in the house's words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
import structlog.testing

from bridge.contracts.public_routes import PublicAnswer, PublicQuestion, PublicRoute
from bridge.errors import DeskUnwritable
from bridge.settings.listening import PublicWebSettings
from bridge.web.plugin_routes import served
from bridge.web.public import serve_public

PATH = "/paper/boy"
ANYWHERE = PublicWebSettings(listen="127.0.0.1:0", per_address=2)


class Paper:
    """A plugin that notes what it is asked and answers as it is told."""

    def __init__(self) -> None:
        self.asked: list[PublicQuestion] = []
        self.raises: Exception | None = None

    async def answer(self, question: PublicQuestion) -> PublicAnswer:
        self.asked.append(question)
        if self.raises is not None:
            raise self.raises
        return PublicAnswer(body=question.query.get("say", "").encode(), headers={"X-Paper": "yes"})


@asynccontextmanager
async def listening(paper: Paper, *, per_minute: int | None = 100) -> AsyncIterator[aiohttp.ClientSession]:
    routes = [PublicRoute(method, PATH, paper.answer, 1_000, per_minute) for method in ("GET", "POST")]
    own = {PATH: per_minute} if per_minute is not None else {}
    pages = await serve_public(ANYWHERE, [served(one) for one in routes], per_minute=own)
    try:
        async with aiohttp.ClientSession(pages.address) as client:
            yield client
    finally:
        await pages.close()


async def test_a_plugin_is_handed_the_raw_body_and_headers_by_any_spelling() -> None:
    body = '{"text": "\\u0633\\u0644\\u0627\\u0645 😀"}'.encode() + "😀".encode()
    paper = Paper()
    async with listening(paper) as client:
        answer = await client.post(f"{PATH}?say=42&say=43", data=body, headers={"x-Signed": "sha256=ab"})
        assert (answer.status, await answer.text(), answer.headers["X-Paper"]) == (200, "42", "yes")
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Server" not in answer.headers
    [question] = paper.asked
    assert (question.body, question.headers["X-SIGNED"], question.query["say"]) == (body, "sha256=ab", "42")


async def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not() -> None:
    paper = Paper()

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield b"x" * 250

    async with listening(paper) as client:
        for body in (b"x" * 1_001, pieces()):
            answer = await client.post(PATH, data=body)
            assert (answer.status, (await answer.json())["error"]["code"]) == (413, "too_large")
        assert (await client.post(PATH, data=b"x" * 1_000)).status == 200
    assert len(paper.asked) == 1


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [(DeskUnwritable("the disk is full"), 503, "unavailable"), (ValueError("he wrote: secret"), 500, "failed")],
)
async def test_what_a_plugin_raises_is_answered_without_its_words_and_the_sender_comes_again(
    raised: Exception, status: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    paper = Paper()
    paper.raises = raised
    async with listening(paper) as client:
        answer = await client.post(PATH, data=b"x")
        assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)
        assert (answer.headers.get("Retry-After") is not None) == (status == 503)
    assert "secret" not in "".join(capsys.readouterr())


async def test_the_log_says_where_a_plugin_failed_and_no_word_of_what_was_asked() -> None:
    paper = Paper()
    paper.raises = ValueError("he wrote: secret")
    with structlog.testing.capture_logs() as logged:
        async with listening(paper) as client:
            await client.post(PATH, data=b"x")
    [line] = [one for one in logged if one["event"] == "a delivery could not be taken"]
    assert line["error"] == "ValueError"
    assert "web/test_plugin_routes.py:" in line["where"]
    assert "secret" not in str(line)


async def test_an_answer_of_a_plugin_that_is_none_is_told_though_nothing_can_be_sent() -> None:
    async def bad(_: PublicQuestion) -> PublicAnswer:
        return PublicAnswer(headers={"X-Paper": "one\r\ntwo"})

    with structlog.testing.capture_logs() as logged:
        pages = await serve_public(ANYWHERE, [served(PublicRoute("POST", PATH, bad))])
        try:
            async with aiohttp.ClientSession(pages.address) as client:
                with pytest.raises(aiohttp.ClientError):
                    await client.post(PATH)
        finally:
            await pages.close()
    [line] = [one for one in logged if one["event"] == "a public answer could not be sent"]
    assert (line["path"], line["error"]) == (PATH, "ValueError")


async def test_an_address_of_its_own_may_be_asked_oftener_than_the_others() -> None:
    async with listening(Paper(), per_minute=5) as client:
        assert [(await client.get(PATH)).status for _ in range(6)] == [200] * 5 + [429]
    async with listening(Paper(), per_minute=None) as client:
        assert [(await client.get(PATH)).status for _ in range(3)] == [200, 200, 429]
        assert (await client.get("/paper")).status == 429
