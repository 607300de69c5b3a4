"""The PHP client of the licence API, run by PHP against the API itself (rules L6, L7)."""

import asyncio
import hashlib
import json
import re
import socket
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bridge.contracts.statement_keys import StatementKey
from bridge.domain.licence_answers import NOT_KNOWN, LicenceAnswer
from bridge.domain.licences import Status, StatusCode, Term
from bridge.errors import DeskBusy
from bridge.web.questions import Refused
from tests.support.licence_field import ANYWHERE, END, GOOD, HERE, KEY, NOON, TOKEN, Field, days, the_field
from tests.support.waiting import PATIENCE_S

ROOT = Path(__file__).parents[3]
CLIENT = ROOT / "bridge/licence_client"
PLAYER = ROOT / "tests/support/php/licence_client.php"
NOW, HOUR = int(NOON.timestamp()), 3_600
Call = tuple[str, str, str, int]


class Extension:
    """A shop's installation: its options and its cache."""

    def __init__(self, url: str, folder: Path, **options: Any) -> None:
        self.cache = folder / "licence.php"
        self.options = {
            "url": url,
            "store": "acme",
            "product": "checkout",
            "version": "1.4.2",
            "public_keys": {KEY.id: KEY.public_base64},
            "cache": str(self.cache),
            **options,
        }
        self.php: Sequence[str] = ()

    async def call(self, *calls: Call) -> Any:
        """What each call returned, made in one process."""
        given = (json.dumps(self.options), json.dumps(calls))
        program = await asyncio.create_subprocess_exec(
            "php", *self.php, str(PLAYER), *given, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        said, wrong = await asyncio.wait_for(program.communicate(), PATIENCE_S)
        assert (program.returncode, wrong.decode()) == (0, ""), said
        return json.loads(said)

    async def one(self, method: str = "check", *, key: str = GOOD, host: str = HERE, at: int = NOW) -> dict[str, Any]:
        [returned] = await self.call((method, key, host, at))
        assert isinstance(returned, dict)
        return returned


def of(field: Field, folder: Path, **options: Any) -> Extension:
    return Extension(field.pages.address, folder, **options)


def brief(returned: dict[str, Any]) -> tuple[bool, str, str]:
    return returned["works"], returned["status"], returned["source"]


def printed_by(file: Path) -> bytes:
    return subprocess.run(["php", str(file)], capture_output=True, check=True, timeout=PATIENCE_S).stdout


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_L6_an_extension_activates_checks_and_gives_back(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        activated, checked, released, after = await shop.call(
            ("activate", GOOD, HERE, NOW),
            ("check", GOOD, HERE, NOW + 1),
            ("deactivate", GOOD, HERE, NOW + 2),
            ("check", GOOD, HERE, NOW + 3),
        )
    full = int(END.timestamp())
    assert activated == {
        "works": True, "status": "active", "reason": "active", "may_run": True, "has_updates": True,
        "has_support": True, "licence_until": None, "updates_until": full, "support_until": full, "source": "server",
        "problem": "", "activated": True,
    }  # fmt: skip
    assert brief(checked) == (True, "active", "kept")
    assert released["released"] is True
    assert (after["status"], after["reason"], after["source"]) == ("inactive", "wrong_domain", "server")
    assert [question.token for question in field.desk.asked] == ["", TOKEN, ""]
    assert field.desk.domains == set()


async def test_L6_a_good_answer_is_asked_for_once_a_day_and_a_bad_one_once_an_hour(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        bad = [("check", GOOD, HERE, NOW + second) for second in (0, 60, HOUR - 1, HOUR)]
        assert {one["reason"] for one in await shop.call(*bad)} == {"wrong_domain"}
        assert len(field.desk.asked) == 2
        await shop.one("activate")
        good = [("check", GOOD, HERE, NOW + second) for second in (0, HOUR, 23 * HOUR, 24 * HOUR)]
        assert [one["source"] for one in await shop.call(*good)] == ["kept", "kept", "kept", "server"]


async def test_L7_while_nobody_answers_the_kept_answer_counts_then_the_grace_then_nothing(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        await shop.one("activate")
    late = [("check", GOOD, HERE, NOW + days(day)) for day in (2, 13.9, 14.1, 20.9, 21.1)]
    returned = await shop.call(*late)
    assert [brief(one) for one in returned] == [
        (True, "active", "kept"),
        (True, "active", "kept"),
        (True, "active", "grace"),
        (True, "active", "grace"),
        (False, "unreachable", "none"),
    ]
    assert {one["problem"] for one in returned} == {"the licence server did not answer"}


async def test_L7_a_server_that_fails_is_left_alone_for_as_long_as_it_says(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        await shop.one("activate")
        field.desk.failure = DeskBusy("locked")
        asked = len(field.desk.asked)
        day = NOW + days(1)
        calls = [("check", GOOD, HERE, day + second) for second in (0, 10, 29, 31)]
        returned = await shop.call(*calls)
        assert {brief(one) for one in returned} == {(True, "active", "kept")}
        assert {one["problem"] for one in returned} == {"the licence server answered 503"}
        assert len(field.desk.asked) - asked == 2


@pytest.mark.parametrize(
    ("line", "seconds"),
    [("Retry-After: 30\r\n", 30), ("retry-after:99999999999999999999", 86_400), ("Retry-After: tomorrow", 7), ("", 7)],
)
def test_L7_no_server_is_left_alone_for_more_than_a_day(line: str, seconds: int) -> None:
    code = "require $argv[1]; echo SupportBridge\\LicenceClient::retryAfter($argv[2], 7);"
    program = ["php", "-r", code, "--", str(CLIENT / "LicenceClient.php"), line]
    assert subprocess.run(program, capture_output=True, check=True, timeout=PATIENCE_S).stdout == str(seconds).encode()


async def test_L6_being_limited_is_no_verdict(tmp_path: Path) -> None:
    async with the_field(ANYWHERE.model_copy(update={"per_key": 1})) as field:
        shop = of(field, tmp_path)
        first, second = await shop.call(("activate", GOOD, HERE, NOW), ("check", GOOD, HERE, NOW + days(2)))
    assert brief(first) == (True, "active", "server")
    assert (brief(second), second["problem"]) == ((True, "active", "kept"), "the licence server answered 429")


async def test_L6_a_bad_licence_gets_no_grace(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        field.desk.answer = LicenceAnswer(Status(StatusCode.REFUNDED))
        field.desk.domains.add(HERE)
        assert (await shop.one())["reason"] == "refunded"
    returned = await shop.call(("check", GOOD, HERE, NOW + HOUR), ("check", GOOD, HERE, NOW + days(2)))
    assert [one["works"] for one in returned] == [False, False]


async def test_L6_an_unverified_licence_works(tmp_path: Path) -> None:
    async with the_field() as field:
        field.desk.domains.add(HERE)
        past = NOON - timedelta(days=80)
        field.desk.answer = standing(StatusCode.UNVERIFIED, licence=past, updates=past, support=past)
        found = await of(field, tmp_path).one()
    assert (brief(found), rights(found)) == ((True, "unverified", "server"), (True, True, True))


def standing(
    code: StatusCode,
    *,
    licence: datetime | None = None,
    updates: datetime | None = END,
    support: datetime | None = END,
    active: Term = Term.SUPPORT,
) -> LicenceAnswer:
    """How a licence stands that is in use here, with its three dates."""
    ends = {Term.LICENCE: licence, Term.UPDATES: updates, Term.SUPPORT: support}
    accepted = Status(code).accepted
    may_run = accepted or (code is StatusCode.EXPIRED and (licence is None or licence >= NOON))
    return LicenceAnswer(Status(code, ends[active]), ends, active, may_run)


def rights(returned: dict[str, Any]) -> tuple[bool, bool, bool]:
    return returned["may_run"], returned["has_updates"], returned["has_support"]


GONE, TO_COME = NOON - timedelta(days=3), NOON + timedelta(days=3)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (standing(StatusCode.ACTIVE), (True, True, True)),
        (standing(StatusCode.ACTIVE, updates=None, support=None), (True, True, True)),
        (standing(StatusCode.ACTIVE, updates=GONE), (True, False, True)),
        (standing(StatusCode.EXPIRING, support=GONE), (True, True, True)),  # in its days of grace
        (standing(StatusCode.EXPIRED, updates=GONE, support=GONE), (True, False, False)),
        (standing(StatusCode.EXPIRED, updates=TO_COME, support=GONE), (True, True, False)),
        (standing(StatusCode.EXPIRED, licence=TO_COME, support=GONE), (True, True, False)),
        (standing(StatusCode.EXPIRED, licence=GONE, updates=GONE, support=GONE), (False, False, False)),
        (standing(StatusCode.ACTIVE, licence=GONE, support=TO_COME, active=Term.LICENCE), (True, True, True)),
        (standing(StatusCode.EXPIRED, licence=GONE, support=TO_COME, active=Term.LICENCE), (False, True, True)),
        (standing(StatusCode.SUSPENDED), (False, False, False)),
        (standing(StatusCode.REFUNDED), (False, False, False)),
        (standing(StatusCode.WRONG_DOMAIN), (False, False, False)),
        (LicenceAnswer(Status(StatusCode.WRONG_PRODUCT)), (False, False, False)),
        (NOT_KNOWN, (False, False, False)),
    ],
)
async def test_L1_an_extension_is_told_apart_whether_it_may_run_and_whether_it_gets_updates_and_help(
    tmp_path: Path, answer: LicenceAnswer, says: tuple[bool, bool, bool]
) -> None:
    async with the_field() as field:
        field.desk.domains.add(HERE)
        field.desk.answer = answer
        shop = of(field, tmp_path)
        told, kept, far_off = await shop.call(
            ("check", GOOD, HERE, NOW), ("check", GOOD, HERE, NOW + 5), ("check", GOOD, "a.test", NOW + days(400))
        )
    assert (rights(told), rights(kept), kept["source"]) == (says, says, "kept")
    assert rights(far_off) == says, "a clock that is wrong changes nothing while the server answers"


async def test_L1_what_was_sold_for_good_runs_on_without_an_answer_as_long_as_what_is_active(tmp_path: Path) -> None:
    async with the_field() as field:
        field.desk.domains.add(HERE)
        field.desk.answer = standing(StatusCode.EXPIRED, updates=TO_COME, support=GONE)
        shop = of(field, tmp_path)
        assert rights(await shop.one()) == (True, True, False)
    late = await shop.call(*(("check", GOOD, HERE, NOW + days(day)) for day in (2, 4, 13.9, 20.9, 21.1)))
    assert [(*rights(one), one["source"]) for one in late] == [
        (True, True, False, "kept"),
        (True, False, False, "kept"),
        (True, False, False, "kept"),
        (True, False, False, "grace"),
        (False, False, False, "none"),
    ]


async def test_L6_what_is_kept_is_believed_for_its_own_key_host_and_product_alone(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        await shop.one("activate")
    kept = json.loads(shop.cache.read_text().partition("\n")[2])
    [own] = kept.values()
    for product, key, host in (
        ("checkout", "another", HERE),
        ("checkout", GOOD, "other.example.com"),
        ("another", GOOD, HERE),
    ):
        shop.options["product"] = product
        assert brief(await shop.one(key=key, host=host)) == (False, "unreachable", "none")
        # Who copies the file and writes into it whose it is has signed nothing.
        whose = json.dumps(["acme", product, key, host], separators=(",", ":"))
        shop.cache.write_text(json.dumps({hashlib.sha256(whose.encode()).hexdigest(): own}))
        assert brief(await shop.one(key=key, host=host)) == (False, "unreachable", "none")
    shop.cache.write_text(json.dumps(kept))
    shop.options["product"] = "checkout"
    assert brief(await shop.one()) == (True, "active", "kept")


async def test_L6_a_shop_of_several_hosts_keeps_what_it_knows_of_each(tmp_path: Path) -> None:
    other = "staging.example.com"
    async with the_field() as field:
        shop = of(field, tmp_path)
        await shop.one("activate")
        said = await shop.call(
            ("check", GOOD, other, NOW + 1), ("check", GOOD, HERE, NOW + 2), ("check", GOOD, other, NOW + 3)
        )
        assert [one["source"] for one in said] == ["server", "kept", "kept"]
        released = await shop.one("deactivate", at=NOW + 4)
        assert (released["released"], field.desk.domains) == (True, set())
        assert (await shop.one(host=other, at=NOW + 5))["source"] == "kept"
        await shop.call(*(("check", f"mistyped-{turn}", HERE, NOW + 6) for turn in range(21)))
    assert len(json.loads(shop.cache.read_text().partition("\n")[2])) == 20, "a cache does not grow for ever"


async def test_L6_a_changed_or_foreign_statement_is_not_believed(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        await shop.one("activate")
    whole = shop.cache.read_text()
    for broken in (
        whole.replace('"signature":"', '"signature":"AAAA'),
        whole.replace(KEY.id, "s9-00000000"),
        whole[:100],
        "",
        "[1]",
        '{"of": null}',
        whole.replace('{"statement"', '[{"statement"').replace("}}", "}]}"),
    ):
        shop.cache.write_text(broken)
        assert brief(await shop.one(at=NOW + 1)) == (False, "unreachable", "none"), broken


async def test_L6_a_server_that_signs_with_an_unknown_key_is_as_one_that_does_not_answer(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        await shop.one("activate")
    foreign = StatementKey.new(1)
    async with the_field(key=lambda: foreign) as field:
        shop.options["url"] = field.pages.address
        returned = await shop.one(at=NOW + days(2))
    assert brief(returned) == (True, "active", "kept")
    assert returned["problem"] == "the answer is to another question, or not signed by a key that this extension knows"


async def test_L6_an_answer_that_was_recorded_is_not_believed_when_it_is_played_again(tmp_path: Path) -> None:
    """Else whoever stands in for the bridge has an active licence for ever by what it once signed."""
    played: list[bytes] = []

    async def again(_: web.Request) -> web.Response:
        return web.Response(body=played[0], content_type="application/json")

    async with the_field() as field:
        question = {"store": "acme", "key": GOOD, "domain": HERE, "product": "checkout", "nonce": "of another question"}
        async with field.client.post("/api/v1/licences/activate", json=question) as answer:
            played.append(await answer.read())
        shop = of(field, tmp_path)
        assert brief(await shop.one()) == (True, "active", "server")
    application = web.Application()
    application.router.add_post("/api/v1/licences/check", again)
    async with TestServer(application) as pretender:
        shop.options["url"] = str(pretender.make_url("")).rstrip("/")
        late, gone = await shop.call(("check", GOOD, HERE, NOW + days(2)), ("check", GOOD, HERE, NOW + days(30)))
    assert brief(late) == (True, "active", "kept")
    assert late["problem"] == "the answer is to another question, or not signed by a key that this extension knows"
    assert brief(gone) == (False, "unreachable", "none")


async def test_L6_while_keys_change_both_are_known(tmp_path: Path) -> None:
    second = StatementKey.new(2)
    known = {KEY.id: KEY.public_base64, second.id: second.public_base64}
    async with the_field(key=lambda: second) as field:
        assert (await of(field, tmp_path, public_keys=known).one("activate"))["works"] is True


async def test_L6_a_clock_in_the_past_is_told_and_makes_no_kept_answer_last(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        await shop.one("activate")
        past = NOW - days(400)
        returned = await shop.one(at=past)
        assert brief(returned) == (True, "active", "server")
        assert returned["problem"] == "the clock of this server is wrong: 2025-10-27T12:00:00+00:00"
    alone = await shop.one(at=past + HOUR)
    assert brief(alone) == (False, "unreachable", "none")
    assert alone["problem"].endswith("the clock of this server stands before the last answer")


@pytest.mark.parametrize("wrong", [-days(400), -days(2), days(2), days(400)])
@pytest.mark.parametrize("good", [True, False])
async def test_L6_with_a_wrong_clock_the_server_is_not_asked_at_every_page(
    tmp_path: Path, wrong: int, *, good: bool
) -> None:
    async with the_field() as field:
        if not good:
            field.desk.answer = LicenceAnswer(Status(StatusCode.EXPIRED, END))
        shop = of(field, tmp_path)
        said = await shop.call(*(("check", GOOD, "staging.example.com", NOW + wrong + page) for page in range(4)))
        assert {one["works"] for one in said} == {good}
        assert {one["problem"].partition(":")[0] for one in said} == {"the clock of this server is wrong"}
        assert len(field.desk.asked) == 1
        await shop.one(host="staging.example.com", at=NOW + wrong + HOUR)
        assert len(field.desk.asked) == 2


async def test_L6_without_sodium_the_server_alone_is_believed_and_the_reason_is_told(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        shop.php = ("-d", "disable_functions=sodium_crypto_sign_verify_detached")
        activated = await shop.one("activate")
        assert brief(activated) == (True, "active", "server")
        assert activated["problem"] == "the PHP extension sodium is missing: answers can be neither verified nor kept"
        assert (await shop.one("deactivate"))["released"] is True  # the token is kept, it proves nothing
    assert brief(await shop.one()) == (False, "unreachable", "none")


async def test_L6_without_curl_the_streams_of_php_ask(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        shop.php = ("-d", "disable_functions=curl_init")
        assert brief(await shop.one("activate")) == (True, "active", "server")
        field.desk.failure = DeskBusy("locked")
        assert (await shop.one(at=NOW + days(2)))["problem"] == "the licence server answered 503"


async def test_L6_what_is_refused_is_told_and_not_asked_at_every_page(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        first, again = await shop.call(("check", GOOD, "8.8.8.8", NOW), ("check", GOOD, "8.8.8.8", NOW + 5))
        assert (first["works"], first["reason"], first["source"]) == (False, "address", "server")
        assert {first["problem"], again["problem"]} == {"domain: an address is no domain name"}
        assert again["source"] == "none"
        stolen = await shop.one("deactivate")
        assert (stolen["released"], stolen["problem"]) == (
            False,
            "this installation has not kept the token of its activation",
        )


async def test_L6_a_refused_question_is_no_verdict_on_a_licence_that_is_known(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        assert brief(await shop.one("activate")) == (True, "active", "server")
        refusing = Refused(400, "bad_request", "version: must be a text of 0 to 64 characters")
        field.desk.failure = refusing
        later = NOW + days(2)
        first, again = await shop.call(("check", GOOD, HERE, later), ("check", GOOD, HERE, later + 5))
        assert brief(first) == brief(again) == (True, "active", "kept")
        assert first["problem"] == again["problem"] == refusing.message


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ([503, "[]", 2**63 - 1], "the licence server answered 503"),
        ([503, "[]", "soon"], "the licence server answered 503"),
        ([400, '{"error": {"message": ["a", "list"]}}', 0], "the licence server answered 400"),
        ([400, '{"error": {"message": {"of": "another gateway"}, "code": [1]}}', 0], "the licence server answered 400"),
        ([400, '{"error": {"message": "no", "code": [1]}}', 0], "no"),
        ([200, '{"statement": {"payload": [], "signature": 7}, "token": []}', 0], "the answer is to another question"),
        (["x"], "the licence server did not answer"),
        (None, "the licence server did not answer"),
    ],
)
async def test_whatever_stands_in_for_the_server_answers_the_shop_goes_on(
    tmp_path: Path, answers: Any, problem: str
) -> None:
    shop = Extension("https://bridge.example.com", tmp_path, answers=answers or [])
    first, second = await shop.call(("activate", GOOD, HERE, NOW), ("check", GOOD, HERE, NOW + 1))
    assert (first["works"], first["activated"]) == (False, False)
    assert first["problem"].startswith(problem)
    assert (second["source"], second["problem"]) == ("none", first["problem"]), "and it is left alone for a while"


async def test_a_server_that_hangs_does_not_hang_the_shop(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        shop = Extension(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path, timeout_seconds=1)
        assert brief(await asyncio.wait_for(shop.one(), 30)) == (False, "unreachable", "none")


async def test_the_cache_is_its_owners_alone_and_tells_nothing_when_requested(tmp_path: Path) -> None:
    async with the_field() as field:
        shop = of(field, tmp_path)
        await shop.one("activate")
    assert shop.cache.stat().st_mode & 0o777 == 0o600
    assert shop.cache.read_text().startswith("<?php __halt_compiler();\n")
    assert names_in(tmp_path) == ["licence.php"]
    assert printed_by(shop.cache) == b""
    async with the_field() as field:
        field.desk.domains.add(HERE)
        shop = of(field, tmp_path, cache=str(tmp_path / "nowhere" / "licence.php"))
        assert brief(await shop.one()) == (True, "active", "server")  # asked each time, and the shop goes on


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        ({"url": "http://bridge.example.com"}, "url must begin with https://"),
        ({"url": ""}, "the licence client needs url"),
        ({"store": None}, "the licence client needs store"),
        ({"product": 7}, "the licence client needs product"),
        ({"public_keys": {}}, "the licence client needs public_keys: bridge licence keys list shows them"),
        ({"cache": None}, "the licence client needs cache: a file, or the callables load and save"),
    ],
)
async def test_what_the_client_needs_is_said_when_it_is_made(
    tmp_path: Path, options: dict[str, Any], refusal: str
) -> None:
    extension = Extension("https://bridge.example.com", tmp_path)
    extension.options |= options
    assert await extension.call() == {"refused": refusal}


OPENCART = """
$config = new class {
    public function get($name) { return ["config_url" => "http://www.shop.example.com/"][$name] ?? null; }
};
$key = $argv[1];
$shown = [MyExtension\\activate($config, $argv[2], " $key\n")];
$shown[] = MyExtension\\licenceOf($config, $argv[2])->check($key, MyExtension\\hostOf($config));
$shown[] = MyExtension\\deactivate($config, $argv[2], $key);
"""
PRESTASHOP = """
final class Configuration {
    private static $kept = ["PS_SHOP_DOMAIN_SSL" => "", "PS_SHOP_DOMAIN" => "www.shop.example.com"];
    public static function get($name) { return self::$kept[$name] ?? false; }
    public static function getGlobalValue($name) { return self::get($name); }
    public static function updateGlobalValue($name, $value) { self::$kept[$name] = strip_tags($value); return true; }
}
$shown = [MyModuleLicence::activate(" $argv[1]\n"), MyModuleLicence::check(), MyModuleLicence::deactivate()];
"""


@pytest.mark.parametrize(("example", "shop"), [("opencart", OPENCART), ("prestashop", PRESTASHOP)])
async def test_L6_the_example_for_each_platform_works_as_it_stands(tmp_path: Path, example: str, shop: str) -> None:
    async with the_field(at=datetime.now(UTC)) as field:  # an example goes by the machine's clock
        field.desk.answer = standing(StatusCode.ACTIVE, updates=None, support=None)
        code = (CLIENT / f"examples/{example}.php").read_text("utf-8")
        for shown, ours in (
            ("https://licences.example.com", field.pages.address),
            ("s1-00000000", KEY.id),
            ("A" * 43 + "=", KEY.public_base64),
        ):
            assert code.count(shown) == 1
            code = code.replace(shown, ours)
        (tmp_path / "licence.php").write_text(code, "utf-8")
        (tmp_path / "LicenceClient.php").write_bytes((CLIENT / "LicenceClient.php").read_bytes())
        play = tmp_path / "play.php"
        play.write_text(
            f"<?php\ndefine('_PS_VERSION_', '8.1.2');\nrequire __DIR__ . '/licence.php';{shop}echo json_encode($shown);"
        )
        program = await asyncio.create_subprocess_exec("php", play, GOOD, tmp_path, stdout=asyncio.subprocess.PIPE)
        said, _ = await program.communicate()
    activated, checked, released = json.loads(said)
    assert (activated["activated"], brief(checked)) == (True, (True, "active", "kept"))
    assert released["released"] is True
    assert {question.domain for question in field.desk.asked} == {HERE}


def test_the_client_keeps_to_php_71() -> None:
    """What came with 7.2 to 8.4 and slips in by habit; the check for 7.4 sees the rest."""
    newer = {
        "an arrow function": r"\bfn\s*\(",
        "??=": r"\?\?=",
        "a typed property": r"\b(private|protected|public|static)\s+(static\s+)?\??[A-Za-z\\]+\s+\$",
        "JSON_THROW_ON_ERROR": r"JSON_THROW_ON_ERROR",
        "a spread in an array": r"\[\s*\.\.\.",
        "the type object": r"\(\??object\s+\$",
        "a numeric separator": r"\b\d+_\d+\b",
        "a comma after the last argument": r",\s*\)",
        "hrtime, array_key_first, is_countable": r"\b(hrtime|array_key_first|array_key_last|is_countable)\(",
    }
    for path in sorted(CLIENT.rglob("*.php")):
        for what, pattern in newer.items():
            assert not re.search(pattern, path.read_text("utf-8")), f"{path.name}: {what}"
