"""What may stand in `[plugin.whatsapp]`, and how it is told when it is wrong."""

from pathlib import Path

import pytest

from bridge.errors import SettingsError
from bridge_whatsapp.plugin import WhatsAppPlugin
from bridge_whatsapp.settings import StoreWhatsAppSettings, WhatsAppSettings
from tests.support.mailroom import a_mailroom

APP = {"app_secret": '{ env = "S" }', "verify_token": '{ env = "S" }'}
ACCOUNT = {"token": '{ env = "S" }'}


def table(lines: dict[str, str]) -> str:
    return "\n".join(["[plugin.whatsapp]", *(f"{name} = {value}" for name, value in lines.items() if value), ""])


def told(folder: Path, app: dict[str, str], account: dict[str, str]) -> str:
    """The one problem of tables with these lines, as an operator reads it."""
    with (
        pytest.raises(SettingsError) as refusal,
        a_mailroom(
            folder,
            "whatsapp",
            WhatsAppPlugin(),
            bridge=table(APP | app),
            store=table(ACCOUNT | account),
            environ={"S": "secret"},
        ),
    ):
        pass
    (problem,) = refusal.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ({"app_secret": ""}, "app_secret: must be set, for example {"),
        ({"app_secret": '"hunter2"'}, "app_secret: a secret must not stand in this file"),
        ({"verify_token": '{ env = "NOT_THERE" }'}, "verify_token: the environment variable NOT_THERE is not set"),
        ({"api": '"http://graph.facebook.com/v25.0"'}, "api: must begin with https:// unless it is on this machine"),
        ({"api": '"https://me:pass@graph.facebook.com/"'}, "api: must be a web address such as"),
        ({"api": '"graph.facebook.com"'}, "api: must be a web address such as"),
        ({"timeout_seconds": "0.5"}, "timeout_seconds: must be"),
        ({"media_megabytes": "101"}, "media_megabytes: must be"),
        ({"token": '{ env = "S" }'}, "token: is not a known setting"),
    ],
)
async def test_a_wrong_setting_of_the_app_is_told_with_path_and_rule(
    tmp_path: Path, lines: dict[str, str], problem: str
) -> None:
    line = told(tmp_path, lines, {})
    assert line.startswith(f"bridge.toml: plugin.whatsapp.{problem}")
    assert "hunter2" not in line
    assert "pass@" not in line


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ({"token": ""}, "token: must be set, for example {"),
        ({"token": '"EAAG"'}, "token: a secret must not stand in this file"),
        ({"templates": '{ reopen = "Reopen Chat" }'}, "templates.reopen: must be a template's name"),
        ({"templates": '{ greet = "x" }'}, "templates.greet: is not known here; there is reopen"),
        ({"template_languages": '{ en = "English" }'}, "template_languages.en: must be a language's code"),
        ({"template_languages": '{ de = "de" }'}, "template_languages.de: is not known here; there are en, ru, fa"),
    ],
)
async def test_a_wrong_setting_of_an_account_is_told_with_path_and_rule(
    tmp_path: Path, lines: dict[str, str], problem: str
) -> None:
    assert told(tmp_path, {}, lines).startswith(f"stores/acme.toml: plugin.whatsapp.{problem}")


def test_the_api_may_be_on_this_machine() -> None:
    secret = {"env": "S"}
    read = WhatsAppSettings.model_validate(
        {"app_secret": secret, "verify_token": secret, "api": "http://127.0.0.1:8080/v25.0/"}
    )
    assert read.api == "http://127.0.0.1:8080/v25.0"
    assert read.media_bytes == 5 * 1_048_576


def test_templates_are_named_by_what_they_are_for() -> None:
    account = {"token": {"env": "S"}, "templates": {"reopen": "reopen_1"}, "template_languages": {"en": "en_US"}}
    read = StoreWhatsAppSettings.model_validate(account)
    assert (dict(read.templates), dict(read.template_languages)) == ({"reopen": "reopen_1"}, {"en": "en_US"})
