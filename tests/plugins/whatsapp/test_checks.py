"""`bridge check` says whether the token is taken, the numbers are known, and deliveries would reach us (rule W2)."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bridge.contracts.public_routes import PublicQuestion
from bridge.contracts.shop import Finding, Level
from bridge_whatsapp.checks import check
from tests.plugins.whatsapp.conftest import Line
from tests.support.whatsapp_deliveries import OUR_PHONE, PREMIUM


@pytest.fixture
async def served(line: Line) -> AsyncIterator[Line]:
    """The plugin's webhook behind a web server, and the API told of it."""
    (verify, _) = line.plugin.bridge_public_routes()

    async def answer(request: web.Request) -> web.Response:
        said = await verify.answer(PublicQuestion(request.query, request.headers, b""))
        return web.Response(status=said.status, body=said.body)

    application = web.Application()
    application.router.add_get(verify.path, answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    line.peer.webhook = f"http://127.0.0.1:{runner.addresses[0][1]}{verify.path}"
    yield line
    await runner.cleanup()


async def findings(line: Line) -> list[Finding]:
    found = await check(line.office)  # type: ignore[arg-type]  # as far as a plugin sees it
    assert not any(phone in str(found) for phone in OUR_PHONE.values())
    return found


async def test_all_is_well(served: Line) -> None:
    found = await findings(served)
    assert [(one.name, one.level) for one in found] == [
        ("WhatsApp number office of acme", Level.OK),
        ("WhatsApp number expert of acme", Level.OK),
        ("WhatsApp webhook", Level.OK),
    ]
    assert found[0].text == "the token is taken; connected, quality green"


async def test_a_secret_of_another_app_is_wrong_and_says_which_setting_it_is(line: Line) -> None:
    line.peer.app_secret = "that of another app"
    one, *_ = await findings(line)
    assert one.level is Level.WRONG
    assert one.text.endswith("made of token and app secret: see plugin.whatsapp.app_secret (code 100)")
    assert "whose access token" in one.remedy


async def test_a_token_that_is_not_taken_is_wrong(line: Line) -> None:
    line.peer.tokens.clear()
    assert {one.level for one in await findings(line)} == {Level.WRONG}


async def test_a_number_that_the_account_does_not_have_is_wrong(line: Line) -> None:
    line.peer.numbers.discard(PREMIUM)
    found = {one.name: one for one in await findings(line)}
    assert found["WhatsApp number expert of acme"].level is Level.WRONG
    assert "phone number ID" in found["WhatsApp number expert of acme"].remedy


@pytest.mark.parametrize(
    ("code", "remedy"), [(368, "the provider's account manager"), (190, "new access token"), (33, "phone number ID")]
)
async def test_what_is_refused_says_where_it_is_mended(served: Line, code: int, remedy: str) -> None:
    served.peer.codes = [code]
    first = (await findings(served))[0]
    assert (first.level, f"(code {code})" in first.text, remedy in first.remedy) == (Level.WRONG, True, True)


async def test_a_webhook_that_was_never_set_up_is_told(line: Line) -> None:
    found = [one for one in await findings(line) if one.level is Level.WARNING]
    assert all("/whatsapp/webhook" in one.remedy for one in found)
    assert len(found) == 2


async def test_an_address_that_leads_elsewhere_is_told(line: Line) -> None:
    line.peer.webhook = f"{line.peer.base}/nothing"
    last = (await findings(line))[-1]
    assert (last.name, last.level) == ("WhatsApp webhook", Level.WARNING)
    assert "answered 401" in last.text


async def test_an_address_that_nobody_answers_is_told(line: Line) -> None:
    line.peer.webhook = "http://127.0.0.1:9/whatsapp/webhook"
    last = (await findings(line))[-1]
    assert "can't be reached from here" in last.text


async def test_the_word_is_not_taken_over_an_open_line(line: Line) -> None:
    line.peer.webhook = "http://bridge.example/whatsapp/webhook"
    last = (await findings(line))[-1]
    assert last.text == "the API delivers to an address without https"
    assert "https://your-host/whatsapp/webhook" in last.remedy


async def test_a_store_without_numbers_on_the_channel_is_told(line: Line) -> None:
    line.office.chats.ours = []
    (only,) = await findings(line)
    assert only.level is Level.WARNING
    assert "[[premium.numbers]]" in only.remedy


async def test_an_api_that_is_not_there_is_wrong(line: Line) -> None:
    line.office.own = line.office.own.model_copy(update={"api": "http://127.0.0.1:9/v25.0"})
    assert {one.level for one in await findings(line)} == {Level.WRONG}
