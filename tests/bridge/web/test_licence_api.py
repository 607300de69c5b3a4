"""The licence API over a real connection: what is answered, signed and refused (rule L6)."""

import asyncio
import hashlib
import json
import secrets
from pathlib import Path
from typing import Any

import pytest
import structlog

from bridge.contracts.statement_keys import StatementKey
from bridge.domain.licence_answers import LicenceAnswer
from bridge.domain.licence_keys import new_key
from bridge.domain.licences import Status, StatusCode
from bridge.errors import DeskBusy, UsageError
from bridge.services.licence_statements import verified
from bridge.settings.listening import PublicWebSettings
from tests.support.licence_field import ANYWHERE, END, GOOD, HERE, KEY, NOON, TOKEN, days, the_field

FULL = int(END.timestamp())


async def test_L6_an_active_licence_is_answered_with_its_dates_and_a_signed_statement() -> None:
    async with the_field() as field:
        await field.ask("activate")
        status, answer = await field.ask(nonce="of this question")
    assert status == 200
    statement = answer.pop("statement")
    told = {
        "status": "active",
        "reason": "active",
        "active_by": "support",
        "licence_until": None,
        "updates_until": FULL,
        "support_until": FULL,
    }
    assert answer == told
    assert statement["key_id"] == KEY.id
    assert verified(statement, KEY.public_base64) == {
        "v": 1,
        "store": "acme",
        "key_sha256": hashlib.sha256(GOOD.encode()).hexdigest(),
        "product": "checkout",
        "domain": HERE,
        "host": HERE,
        "nonce": "of this question",
        **told,
        "issued_at": int(NOON.timestamp()),
        "expires_at": int(NOON.timestamp()) + days(14),
    }


async def test_L6_a_domain_is_told_in_its_one_form_and_as_it_was_sent() -> None:
    async with the_field() as field:
        await field.ask("activate")
        _, answer = await field.ask(domain="https://WWW.Shop.Example.com:8443/en/")
    statement = verified(answer["statement"], KEY.public_base64)
    assert statement is not None
    assert (statement["domain"], statement["host"]) == (HERE, "https://WWW.Shop.Example.com:8443/en/")
    assert answer["status"] == "active"


async def test_L6_activation_tells_its_token_once_and_deactivation_needs_it() -> None:
    async with the_field() as field:
        _, first = await field.ask("activate")
        _, again = await field.ask("activate", domain=f"www.{HERE}:443")
        assert (first["activated"], first["token"]) == (True, TOKEN)
        assert (again["activated"], again["token"], again["status"]) == (True, None, "active")
        assert await field.ask("deactivate", token="x" * 43) == (
            403,
            {"error": {"code": "wrong_token", "message": "that is not the token of this domain's activation"}},
        )
        assert field.desk.domains == {HERE}
        _, released = await field.ask("deactivate", token=TOKEN)
        assert released["released"] is True
        assert field.desk.domains == set()


async def test_L6_a_key_without_its_token_gives_no_place_back() -> None:
    async with the_field() as field:
        await field.ask("activate")
        assert await field.ask("deactivate") == (
            400,
            {"error": {"code": "bad_request", "message": "token: is missing"}},
        )
        assert field.desk.domains == {HERE}
        _, elsewhere = await field.ask("activate", domain="thief.example.com")
        assert (elsewhere["status"], elsewhere["reason"]) == ("inactive", "domain_limit")


@pytest.mark.parametrize(
    "key", ["7K3QX-M2R9D-W8HPA-V5TNC-4JEGC", "7K3QX", "O0I1L", "x" * 200, "\x00", "' OR 1=1", "ключ", GOOD.lower()]
)
async def test_L6_a_key_that_is_unknown_truncated_or_mistyped_is_told_to_be_unknown_and_nothing_else(key: str) -> None:
    async with the_field() as field:
        status, answer = await field.ask(key=key)
        _, of_another_store = await field.ask(store="other")
    for one in (answer, of_another_store):
        assert (one["status"], one["reason"]) == ("unknown", "unknown")
        assert [one[name] for name in ("licence_until", "updates_until", "support_until")] == [None, None, None]
    assert status == 200
    statement = verified(answer["statement"], KEY.public_base64)
    assert statement is not None
    assert statement["expires_at"] - statement["issued_at"] == days(1)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (StatusCode.ACTIVE, "active"),
        (StatusCode.EXPIRING, "active"),
        (StatusCode.EXPIRED, "inactive"),
        (StatusCode.SUSPENDED, "inactive"),
        (StatusCode.REFUNDED, "inactive"),
        (StatusCode.WRONG_PRODUCT, "inactive"),
        (StatusCode.WRONG_DOMAIN, "inactive"),
        (StatusCode.DOMAIN_LIMIT, "inactive"),
        (StatusCode.UNVERIFIED, "unverified"),
        (StatusCode.UNKNOWN, "unknown"),
    ],
)
def test_L6_each_reason_means_one_of_four_words(code: StatusCode, verdict: str) -> None:
    assert LicenceAnswer(Status(code)).verdict == verdict


async def test_L6_a_statement_never_holds_beyond_the_licences_own_end() -> None:
    async with the_field() as field:
        await field.ask("activate")
        end = NOON.replace(day=5)
        field.desk.answer = LicenceAnswer(Status(StatusCode.EXPIRING, end))
        _, answer = await field.ask()
    statement = verified(answer["statement"], KEY.public_base64)
    assert statement is not None
    assert statement["expires_at"] == int(end.timestamp())


# --- what is no question ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"store": None}, "store: is missing"),
        ({"key": None}, "key: is missing"),
        ({"key": ""}, "key: must be a text of 1 to 200 characters"),
        ({"key": "x" * 201}, "key: must be a text of 1 to 200 characters"),
        ({"key": 7}, "key: must be a text of 1 to 200 characters"),
        ({"key": ["x"]}, "key: must be a text of 1 to 200 characters"),
        ({"key": "\ud800"}, "the question is not JSON"),
        ({"product": "x" * 65}, "product: must be a text of 1 to 64 characters"),
        ({"version": 1.4}, "version: must be a text of 0 to 64 characters"),
        ({"store": "Acme"}, "store: must be lower-case letters, digits, - and _, beginning with a letter or digit"),
        ({"store": "acme\n"}, "store: must be lower-case letters, digits, - and _, beginning with a letter or digit"),
    ],
)
async def test_L6_what_is_wrong_with_a_question_is_told_in_one_line(sent: dict[str, Any], message: str) -> None:
    async with the_field() as field:
        assert await field.ask(**sent) == (400, {"error": {"code": "bad_request", "message": message}})
        assert field.desk.asked == []


@pytest.mark.parametrize(
    ("domain", "code", "message"),
    [
        ("8.8.8.8", "address", "domain: an address is no domain name"),
        ("https://8.8.8.8/shop", "address", "domain: an address is no domain name"),
        ("a" * 300, "bad_domain", "domain: a domain name has at most 253 characters"),
        ("xn--a.com", "bad_domain", "domain: that is no domain name"),
        ("ftp://shop.example.com", "bad_domain", "domain: that is no domain name"),
        ("user@shop.example.com", "bad_domain", "domain: that is no domain name"),
    ],
)
async def test_L6_a_domain_that_is_none_is_refused(domain: str, code: str, message: str) -> None:
    async with the_field() as field:
        assert await field.ask(domain=domain) == (422, {"error": {"code": code, "message": message}})
        assert field.desk.asked == []


@pytest.mark.parametrize("domain", ["localhost", "127.0.0.1:8080", "staging.shop.example.com", "shop.test"])
async def test_L6_where_a_shop_is_only_tried_the_licence_works_without_a_place(domain: str) -> None:
    async with the_field() as field:
        _, checked = await field.ask(domain=domain)
        _, activated = await field.ask("activate", domain=domain)
    assert checked["status"] == "active"
    assert (activated["activated"], activated["token"]) == (True, None)
    assert field.desk.domains == set()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"x"', b"null", b"NaN", b"\xff\xfe{\x00}\x00", b"[" * 8_000, b"9" * 8_000, b"{'a': 1}"]
)
async def test_L6_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    async with the_field() as field:
        status, answer = await field.post("check", body)
    assert status == 400
    assert answer["error"]["code"] == "bad_request"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Encoding": "gzip"},
    ],
)
async def test_L6_another_kind_of_body_is_refused(headers: dict[str, str]) -> None:
    async with the_field() as field:
        status, answer = await field.ask(headers=headers)
    assert (status, answer["error"]["code"]) == (415, "wrong_type")


async def test_L6_a_large_question_is_refused_and_not_kept() -> None:
    async with the_field() as field:
        assert (await field.ask(extra="x" * 9_000))[0] == 413
        assert field.desk.asked == []
        assert (await field.ask(extra="x" * 7_000))[0] == 200


async def test_L6_an_extension_may_say_more_than_is_known_here() -> None:
    async with the_field() as field:
        assert (await field.ask(php="8.3", platform={"name": "opencart"}))[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/v1/licences/check", 405), ("POST", "/api/v1/openapi.json", 405), ("GET", "/health", 404)],
)
async def test_what_is_not_served_is_refused_in_the_same_shape(method: str, path: str, status: int) -> None:
    async with the_field() as field, field.client.request(method, path) as answer:
        assert answer.status == status
        assert set((await answer.json())["error"]) == {"code", "message"}
        assert ("Allow" in answer.headers) == (status == 405)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Server" not in answer.headers


# --- limits ---------------------------------------------------------------------------------------------------


async def test_L6_an_address_that_asks_too_often_is_told_when_to_come_back() -> None:
    async with the_field(ANYWHERE.model_copy(update={"per_address": 3})) as field:
        assert [(await field.ask(key=f"key {number}"))[0] for number in range(4)] == [200, 200, 200, 429]
        async with field.client.get("/api/v1/openapi.json") as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "20")
            assert (await answer.json())["error"]["code"] == "too_many"


async def test_L6_a_key_that_is_asked_about_too_often_leaves_other_keys_alone() -> None:
    async with the_field(ANYWHERE.model_copy(update={"per_key": 2})) as field:
        assert [(await field.ask())[0] for _ in range(3)] == [200, 200, 429]
        assert (await field.ask(key="another"))[0] == 200
        assert (await field.ask(store="other"))[0] == 200, "nor does another store's asker use it up"
        assert len(field.desk.asked) == 4


async def test_L6_a_key_in_other_spellings_is_the_same_key_to_its_limit() -> None:
    async with the_field(ANYWHERE.model_copy(update={"per_key": 1})) as field:
        real = new_key(secrets.choice)
        spellings = (real, real.lower(), real.replace("-", ""), f" {real} ")
        assert [(await field.ask(key=key))[0] for key in spellings] == [200, 429, 429, 429]


async def test_only_a_trusted_proxy_says_who_asked() -> None:
    alone = ANYWHERE.model_copy(update={"per_address": 1})
    async with the_field(alone) as field:
        assert (await field.ask(headers={"X-Forwarded-For": "203.0.113.1"}))[0] == 200
        assert (await field.ask(headers={"X-Forwarded-For": "203.0.113.2"}))[0] == 429
    behind = alone.model_copy(update={"trusted_proxies": ("127.0.0.0/8", "10.0.0.0/8")})
    async with the_field(behind) as field:
        assert (await field.ask(headers={"X-Forwarded-For": "203.0.113.1"}))[0] == 200
        assert (await field.ask(headers={"X-Forwarded-For": "203.0.113.2, 10.1.2.3"}))[0] == 200
        # What the asker himself put in front is not believed.
        assert (await field.ask(headers={"X-Forwarded-For": "198.51.100.9, 203.0.113.2"}))[0] == 429
        assert (await field.ask(headers={"X-Forwarded-For": "nonsense"}))[0] == 200  # the proxy's own
        assert (await field.ask(headers={"X-Forwarded-For": "unknown, nonsense"}))[0] == 429


async def test_what_comes_over_a_unix_socket_comes_from_a_proxy(tmp_path: Path) -> None:
    settings = PublicWebSettings(listen=f"unix:{tmp_path / 'public.sock'}", per_address=1)
    async with the_field(settings) as field:
        assert (await field.ask(headers={"X-Forwarded-For": "203.0.113.1"}))[0] == 200
        assert (await field.ask(headers={"X-Forwarded-For": "203.0.113.2"}))[0] == 200
        assert (await field.ask(headers={"X-Forwarded-For": "203.0.113.1"}))[0] == 429
    assert not (tmp_path / "public.sock").exists()


# --- what is the matter here --------------------------------------------------------------------------------


async def test_a_desk_that_cannot_be_asked_is_told_once_in_the_log_and_to_askers_without_its_cause() -> None:
    busy = DeskBusy("/var/lib/supportbridge/desk.sqlite3 is locked")
    with structlog.testing.capture_logs() as logged:
        async with the_field() as field:
            field.desk.failure = busy
            for _ in range(3):
                status, answer = await field.ask()
                assert status == 503
                assert "supportbridge" not in json.dumps(answer)
            field.desk.failure = None
            assert (await field.ask())[0] == 200
    assert [line["cause"] for line in logged] == [str(busy)]


async def test_who_goes_away_in_the_middle_of_his_question_fills_no_log() -> None:
    async with the_field() as field:
        host, _, port = field.pages.address.removeprefix("http://").partition(":")
        with structlog.testing.capture_logs() as logs:
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"POST /api/v1/licences/check HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
            writer.write(b"Content-Length: 100\r\n\r\n{")
            await writer.drain()
            await asyncio.sleep(0.05)  # it is being read
            writer.transport.abort()
            assert (await field.ask())[0] == 200
            await asyncio.sleep(0.05)
        assert logs == []


async def test_without_a_key_nothing_is_said_that_nobody_could_believe() -> None:
    def no_key() -> StatementKey:
        raise UsageError("there is no key")

    async with the_field(key=no_key) as field:
        status, answer = await field.ask()
        assert (status, answer["error"]["code"]) == (503, "unavailable")
        assert field.desk.asked == []


async def test_what_nobody_foresaw_is_logged_without_the_question() -> None:
    with structlog.testing.capture_logs() as logged:
        async with the_field() as field:
            field.desk.failure = RuntimeError("odd")
            assert (await field.ask())[0] == 500
    assert GOOD not in json.dumps(logged, default=str)


async def test_the_description_is_served_and_names_each_route() -> None:
    async with the_field() as field, field.client.get("/api/v1/openapi.json") as answer:
        document = await answer.json()
    assert answer.status == 200
    assert set(document["paths"]) == {
        "/api/v1/licences/check",
        "/api/v1/licences/activate",
        "/api/v1/licences/deactivate",
        "/api/v1/openapi.json",
    }
