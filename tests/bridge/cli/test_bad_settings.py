"""Wrong settings stop every command before it does anything, with the place, the rule and the value; exit code 2."""

from pathlib import Path

import pytest

from tests.support.commands import Workplace, a_workplace
from tests.support.settings_files import GOOD_STORE, changed, with_section

SECOND_PLAN = """\
[plans.more]
coins = 900
product_codes = ["SUPPORT-BASE"]
name = { en = "More" }
"""

BAD_STORES = {
    "broken TOML": (
        changed('zone = "Asia/Tehran"', 'zone = "Asia/Tehran'),
        ["stores/acme.toml: line 2, column", "is not valid TOML"],
    ),
    "an unknown key": (
        changed('zone = "Asia/Tehran"', 'zone = "Asia/Tehran"\nzome = 1'),
        ["stores/acme.toml: zome:", "zone"],
    ),
    "a bad zone": (
        changed('zone = "Asia/Tehran"', 'zone = "Asia/Teheran"'),
        ['stores/acme.toml: zone: must be the name of a time zone such as Asia/Tehran, not "Asia/Teheran"'],
    ),
    "two plans with one code": (
        with_section(SECOND_PLAN),
        ["stores/acme.toml: plans.more.product_codes", "SUPPORT-BASE"],
    ),
    "an odd prefix": (
        changed('prefix = "oc_"', 'prefix = "oc_; DROP"'),
        ['stores/acme.toml: database.prefix: must be letters, digits and _ only, at most 32, not "oc_; DROP"'],
    ),
    "a platform that no plugin has": (
        changed('platform = "opencart"', 'platform = "magento"'),
        [
            "stores/acme.toml: platform: must be one of the plugins that bridge.toml enables (opencart, prestashop)",
            'not "magento"',
        ],
    ),
    "broken UTF-8": (GOOD_STORE.replace("Anna", "\udcff"), ["stores/acme.toml: line 19: is not UTF-8 text"]),
}
COMMANDS = (("check",), ("sync", "--once"), ("status",), ("run",), ("desk", "upgrade"))


@pytest.fixture
def wrong(
    request: pytest.FixtureRequest, folder: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[Workplace, list[str]]:
    text, words = BAD_STORES[request.param]
    place = a_workplace(folder, capsys)
    (place.config / "stores" / "acme.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    return place, words


@pytest.mark.parametrize("wrong", BAD_STORES, indirect=True)
def test_a_wrong_setting_is_told_by_place_rule_and_value(wrong: tuple[Workplace, list[str]]) -> None:
    place, words = wrong
    answer = place.cli("check")
    assert (answer.code, answer.out) == (2, "")
    error, hint = answer.err.splitlines()
    for word in words:
        assert word in error
    assert hint == "Try: correct the lines named above, then run: bridge check"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("wrong", ["a bad zone"], indirect=True)
def test_no_command_goes_on_with_wrong_settings(wrong: tuple[Workplace, list[str]], command: tuple[str, ...]) -> None:
    place, _ = wrong
    answer = place.cli(*command)
    assert answer.code == 2
    assert "stores/acme.toml: zone:" in answer.err
    assert list(place.state.iterdir()) == []


@pytest.mark.parametrize("wrong", ["a bad zone"], indirect=True)
def test_programs_get_each_wrong_setting_in_parts(wrong: tuple[Workplace, list[str]]) -> None:
    place, _ = wrong
    answer = place.cli("status", "--json")
    assert (answer.code, answer.err) == (2, "")
    assert answer.document["error"] == "settings"
    [problem] = answer.document["problems"]
    assert (problem["file"], problem["path"]) == ("stores/acme.toml", "zone")


def test_without_settings_the_way_to_make_them_is_told(workplace: Workplace, folder: Path) -> None:
    answer = workplace.cli("status", config=folder / "nowhere")
    assert answer.code == 2
    assert answer.err.startswith(
        f"Error: {folder / 'nowhere'}: there is no such directory; `bridge init DIR` makes one"
    )


def test_a_password_that_everybody_can_read_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = folder / "acme.password"
    secret.write_text("hush")
    secret.chmod(0o644)
    text = changed('prefix = "oc_"', f'prefix = "oc_"\npassword = {{ file = "{secret}" }}')
    place = a_workplace(folder, capsys, stores={"acme.toml": text})
    place.cli("desk", "upgrade")
    answer = place.cli("sync", "--dry-run")
    assert answer.code == 2
    assert f"the secret file {secret} is open to every user of this machine (mode 0644)" in answer.err
    assert "hush" not in answer.err


def test_settings_show_masks_secrets_and_names_origins(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = folder / "acme.password"
    secret.write_text("hush")
    text = changed('prefix = "oc_"', f'prefix = "oc_"\npassword = {{ file = "{secret}" }}')
    place = a_workplace(folder, capsys, stores={"acme.toml": text})
    answer = place.cli("settings", "show", "--json")
    assert answer.code == 0
    settings = {one["name"]: one for one in answer.document["settings"]}
    assert settings["stores.acme.zone"] == {
        "name": "stores.acme.zone",
        "value": '"Asia/Tehran"',
        "origin": "stores/acme.toml",
    }
    assert settings["stores.acme.sync.poll_seconds"]["origin"] == "default"
    assert settings["stores.acme.coins.statuses.granting"]["origin"] == "the shop"
    assert settings["stores.acme.database.password"]["value"] == f"******** (file {secret})"
    assert "hush" not in answer.out


def test_settings_show_can_be_about_one_store(workplace: Workplace) -> None:
    shown = workplace.cli("settings", "show", "--store", "acme").lines()
    assert not [line for line in shown if line.startswith("desk.")]
    assert workplace.cli("settings", "show", "--store", "acne").err.splitlines() == [
        "Error: there is no store acne",
        "Try: one of: acme",
    ]
