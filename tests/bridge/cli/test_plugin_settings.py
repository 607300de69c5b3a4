"""The tables of plugins are told, checked and shown as any other setting."""

from pathlib import Path

import pytest

from tests.support.commands import a_workplace
from tests.support.settings_files import GOOD_STORE, with_section

MAIL = """\
[plugins]
enabled = ["opencart", "mail", "webhook"]
[plugin.mail]
host = "127.0.0.1"
port = 9
tls = "off"
from_address = "no-reply@house.example"
"""
HOOK = '[plugin.webhook]\nurl = "https://example.com/hook"\nsecret = { file = "/nowhere/hook.secret" }'


def shown(folder: Path, capsys: pytest.CaptureFixture[str], *, bridge: str, store: str = "") -> dict[str, list[str]]:
    """What `settings show` prints of the plugins' tables, value and origin by name."""
    place = a_workplace(folder, capsys, bridge=bridge, stores={"acme.toml": with_section(store, GOOD_STORE)})
    answer = place.cli("settings", "show", "--json")
    assert answer.code == 0, answer.err
    return {one["name"]: [one["value"], one["origin"]] for one in answer.document["settings"] if ".mail." in one["name"]
            or "webhook" in one["name"]}  # fmt: skip


def test_settings_show_a_plugins_values_with_their_origin_and_its_secrets_masked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = shown(folder, capsys, bridge=MAIL, store=HOOK)
    assert found["plugin.mail.port"] == ["9", "bridge.toml"]
    assert found["plugin.mail.most_a_day"] == ["20", "default"]
    assert found["stores.acme.plugin.webhook.secret"] == ["******** (file /nowhere/hook.secret)", "stores/acme.toml"]


@pytest.mark.parametrize("command", [("settings", "show"), ("check",)])
def test_a_wrong_value_is_told_with_file_path_and_rule(
    folder: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    place = a_workplace(folder, capsys, bridge=MAIL.replace('"off"', '"of"'))
    answer = place.cli(*command)
    assert answer.code != 0
    told = " ".join((answer.out + answer.err).split())
    assert 'bridge.toml: plugin.mail.tls: must be "required", "starttls" or "off", not "of"' in told


@pytest.mark.parametrize(
    ("bridge", "store", "problem"),
    [
        (MAIL.replace("plugin.mail", "plugin.mial"), "", "bridge.toml: plugin.mial: must be the table of a plugin"),
        ("", HOOK, "stores/acme.toml: plugin.webhook: must be the table of a plugin that bridge.toml enables"),
    ],
)  # fmt: skip
def test_a_table_of_a_plugin_that_is_not_enabled_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], bridge: str, store: str, problem: str
) -> None:
    place = a_workplace(folder, capsys, bridge=bridge, stores={"acme.toml": with_section(store, GOOD_STORE)})
    answer = place.cli("settings", "show")
    assert answer.code == 2
    assert problem in answer.err


def test_a_table_of_a_plugin_that_reads_none_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = a_workplace(folder, capsys, bridge="[plugin.opencart]\nspeed = 1\n")
    answer = place.cli("settings", "show")
    assert "bridge.toml: plugin.opencart: plugin opencart reads no such table from this file" in answer.err


def test_check_says_whether_the_mail_server_answers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = a_workplace(folder, capsys, bridge=MAIL)
    findings = {one["name"]: one for one in place.cli("check", "--json").document["findings"]}
    assert findings["plugin settings"]["text"] == "right for mail"
    assert findings["mail server"]["level"] == "warning"
    assert findings["mail server"]["text"] == "127.0.0.1:9 can't be reached (Connection refused)"


def test_check_names_a_secret_that_can_t_be_had(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = a_workplace(folder, capsys, bridge=MAIL, stores={"acme.toml": with_section(HOOK, GOOD_STORE)})
    findings = {one["name"]: one for one in place.cli("check", "--json").document["findings"]}
    assert findings["plugin settings"]["level"] == "wrong"
    assert findings["plugin settings"]["text"] == (
        "stores/acme.toml: plugin.webhook.secret: the secret file /nowhere/hook.secret does not exist"
    )
