"""What may stand in `[plugin.webhook]`, and how it is told when it is wrong."""

from pathlib import Path

import pytest

from bridge.errors import SettingsError
from bridge_webhook.plugin import WebhookPlugin
from tests.support.mailroom import a_mailroom

GOOD = {"url": '"https://example.com/hook"', "secret": '{ env = "S" }'}


def told(folder: Path, **lines: str) -> list[str]:
    """The problems of a table with these lines, as an operator reads them."""
    table = "\n".join(
        ["[plugin.webhook]", *(f"{name} = {value}" for name, value in {**GOOD, **lines}.items() if value)]
    )
    with (
        pytest.raises(SettingsError) as refusal,
        a_mailroom(folder, "webhook", WebhookPlugin(), store=table, environ={"S": "secret"}),
    ):
        pass
    return [str(problem) for problem in refusal.value.problems]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ({"url": ""}, 'url: must be set, for example "https://example.com/supportbridge"'),
        (
            {"url": '"http://example.com/hook"'},
            'url: must begin with https:// unless the receiver is on this machine, not "http://example.com/hook"',
        ),
        ({"url": '"https://me:pass@example.com/"'}, "url: must be a web address such as https://example.com/hook"),
        ({"url": '"ftp://example.com"'}, 'url: must be a web address such as https://example.com/hook, not "ftp://'),
        ({"url": '"https://a.b:65536/"'}, "url: must be a web address such as https://example.com/hook"),
        ({"url": '"https://a.b:0/"'}, "url: must be a web address such as https://example.com/hook"),
        ({"url": "5"}, "url: must be a text in quotes, not 5"),
        ({"secret": '"hunter2"'}, "secret: a secret must not stand in this file"),
        ({"secret": '{ env = "NOT_THERE" }'}, "secret: the environment variable NOT_THERE is not set or empty"),
        ({"secret": "{ file = 5 }"}, "secret.file: must be a text in quotes"),
        ({"events": '["coins_grant"]'}, 'events[1]: must be the name of an event, not "coins_grant"; did you mean'),
        ({"ur": '"x"'}, "ur: is not a known setting; did you mean url?"),
    ],
)
async def test_a_wrong_setting_is_told_with_file_path_and_rule(
    tmp_path: Path, lines: dict[str, str], problem: str
) -> None:
    (line,) = told(tmp_path, **lines)
    assert line.startswith(f"stores/acme.toml: plugin.webhook.{problem}")
    assert "hunter2" not in line
    assert "pass@" not in line


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/hook", "http://localhost/hook", "http://[::1]:80/", "https://a.b"]
)
async def test_a_receiver_on_this_machine_needs_no_encryption(tmp_path: Path, url: str) -> None:
    table = f'[plugin.webhook]\nurl = "{url}"\nsecret = {{ env = "S" }}\n'
    with a_mailroom(tmp_path, "webhook", WebhookPlugin(), store=table, environ={"S": "secret"}) as room:
        assert room.read.of("webhook", "acme") is not None
