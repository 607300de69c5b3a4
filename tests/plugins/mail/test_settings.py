"""What may stand in `[plugin.mail]`, and how it is told when it is wrong."""

from pathlib import Path

import pytest

from bridge.errors import SettingsError
from bridge_mail.plugin import MailPlugin
from bridge_mail.settings import MailSettings
from tests.support.mailroom import a_mailroom

GOOD = {"host": '"smtp.house.example"', "from_address": '"no-reply@house.example"'}


def table(**lines: str) -> str:
    """`[plugin.mail]` with these lines put in, or taken out where they are empty."""
    return "\n".join(
        ["[plugin.mail]", *(f"{name} = {value}" for name, value in {**GOOD, **lines}.items() if value), ""]
    )


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ({"host": ""}, 'host: must be set, for example "smtp.example.com"'),
        ({"host": '"smtp://house.example"'}, "host: must be a host's name or address alone"),
        ({"port": "0"}, "port: must be a whole number of at least 1, not 0"),
        ({"tls": '"off"'}, 'tls: must be "required" or "starttls" for a server that is not this machine, not "off"'),
        ({"tls": '"maybe"'}, 'tls: must be "required", "starttls" or "off", not "maybe"'),
        ({"password": '"hunter2"', "user": '"u"'}, "password: a secret must not stand in this file"),
        ({"user": '"u"'}, "user: must be set together with password"),
        ({"from_address": '"nobody"'}, 'from_address: must be an e-mail address, not "nobody"'),
        ({"from_address": '"a@b.example\\r\\nBcc: c@d.example"'}, "from_address: must be an e-mail address"),
        ({"from_name": '"a\\nb"'}, "from_name: must not contain control characters"),
        ({"most_a_day": "0"}, "most_a_day: must be a whole number of at least 1, not 0"),
        ({"form_name": '"x"'}, "form_name: is not a known setting; did you mean from_name?"),
    ],
)
async def test_a_wrong_setting_is_told_with_file_path_and_rule(
    tmp_path: Path, lines: dict[str, str], problem: str
) -> None:
    with pytest.raises(SettingsError) as refusal, a_mailroom(tmp_path, "mail", MailPlugin(), bridge=table(**lines)):
        pass
    (told,) = [str(one) for one in refusal.value.problems]
    assert told.startswith(f"bridge.toml: plugin.mail.{problem}")
    assert "hunter2" not in told


async def test_a_plugin_that_is_enabled_without_its_table_says_what_must_be_set(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refusal, a_mailroom(tmp_path, "mail", MailPlugin()):
        pass
    assert [one.path for one in refusal.value.problems] == ["plugin.mail.host", "plugin.mail.from_address"]


@pytest.mark.parametrize(("tls", "port"), [("required", 465), ("starttls", 587), ("off", 25)])
def test_the_port_left_out_is_the_usual_one(tls: str, port: int) -> None:
    read = MailSettings.model_validate({"host": "127.0.0.1", "tls": tls, "from_address": "a@house.example"})
    assert read.port_number == port
