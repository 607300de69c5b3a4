"""bridge.toml: what it may say, and how a wrong line is told."""

from pathlib import Path

import pytest

from bridge.settings import BridgeSettings
from tests.support.settings_files import load_plain, messages, write_config

WRONG: dict[str, tuple[str, str]] = {
    "a relative state directory": (
        '[desk]\nstate_dir = "state"',
        'desk.state_dir: must be an absolute path, beginning with /, not "state"',
    ),
    "a listener for the whole network": (
        '[private_web]\nlisten = "0.0.0.0:8377"',
        (
            "private_web.listen: must be a loopback address with a port, such as 127.0.0.1:8377, or "
            'unix:/path: these pages ask for no password, not "0.0.0.0:8377"'
        ),
    ),
    "a listener on a public address": (
        '[private_web]\nlisten = "192.0.2.7:8377"',
        (
            "private_web.listen: must be a loopback address with a port, such as 127.0.0.1:8377, or "
            'unix:/path: these pages ask for no password, not "192.0.2.7:8377"'
        ),
    ),
    "a listener without a port": (
        '[private_web]\nlisten = "127.0.0.1"',
        (
            "private_web.listen: must be a loopback address with a port, such as 127.0.0.1:8377, or "
            'unix:/path: these pages ask for no password, not "127.0.0.1"'
        ),
    ),
    "a listener on a relative socket": (
        '[private_web]\nlisten = "unix:private.sock"',
        (
            "private_web.listen: must name a socket by its absolute path, at most 107 bytes, such as "
            'unix:/run/supportbridge/private.sock, not "unix:private.sock"'
        ),
    ),
    "a public listener without a port": (
        '[public_web]\nlisten = "127.0.0.1"',
        (
            "public_web.listen: must be an address with a port, such as 127.0.0.1:8378, or unix:/path, or empty for "
            'none, not "127.0.0.1"'
        ),
    ),
    "a public listener on a name": (
        '[public_web]\nlisten = "localhost:8378"',
        (
            "public_web.listen: must be an address with a port, such as 127.0.0.1:8378, or unix:/path, or empty for "
            'none, not "localhost:8378"'
        ),
    ),
    "a public listener on a relative socket": (
        '[public_web]\nlisten = "unix:public.sock"',
        (
            "public_web.listen: must name a socket by its absolute path, at most 107 bytes, such as "
            'unix:/run/supportbridge/public.sock, not "unix:public.sock"'
        ),
    ),
    "a proxy by its name": (
        '[public_web]\ntrusted_proxies = ["127.0.0.1", "proxy.example.com"]',
        (
            "public_web.trusted_proxies[2]: must be an address or a network, such as 127.0.0.1 or 10.0.0.0/8, not "
            '"proxy.example.com"'
        ),
    ),
    "a network that begins within itself": (
        '[public_web]\ntrusted_proxies = ["10.0.0.1/8"]',
        (
            "public_web.trusted_proxies[1]: must be an address or a network, such as 127.0.0.1 or 10.0.0.0/8, not "
            '"10.0.0.1/8"'
        ),
    ),
    "a proxy that everybody is": (
        '[public_web]\ntrusted_proxies = ["127.0.0.1", "::/0"]',
        (
            "public_web.trusted_proxies[2]: must not be every address: whoever asks could choose whom to be counted "
            'as, not "::/0"'
        ),
    ),
    "no questions at all": (
        "[public_web]\nper_address = 0",
        "public_web.per_address: must be a whole number of at least 1, not 0",
    ),
    "an unknown log format": (
        '[log]\nformat = "xml"',
        'log.format: must be "json" or "console", not "xml"',
    ),
    "a log level in capitals": (
        '[log]\nlevel = "INFO"',
        'log.level: must be "debug", "info", "warning" or "error", not "INFO"',
    ),
    "a plugin twice": (
        '[plugins]\nenabled = ["opencart", "opencart"]',
        'plugins.enabled[2]: must not be named twice, not "opencart"',
    ),
    "a plugin with odd characters": (
        '[plugins]\nenabled = ["opencart", "../x"]',
        'plugins.enabled[2]: must be a plugin\'s name: lower-case letters, digits, - and _, not "../x"',
    ),
    "backups that are never late": (
        "[backup]\nwarn_after_hours = 0",
        "backup.warn_after_hours: must be a number of at least 1, not 0",
    ),
    "a store's section": (
        "[coins]\nstart = 2026-01-01",
        "coins: is not a known setting",
    ),
}


@pytest.mark.parametrize(("text", "problem"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_bridge_file_is_told_by_place_rule_and_value(tmp_path: Path, text: str, problem: str) -> None:
    assert messages(write_config(tmp_path, bridge=text)) == [f"bridge.toml: {problem}"]


def test_an_empty_bridge_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_plain(write_config(tmp_path, bridge="")).bridge == BridgeSettings()


@pytest.mark.parametrize(
    ("listen", "expected"),
    [
        ("127.0.0.1:8377", ("127.0.0.1", 8377)),
        ("127.8.9.10:0", ("127.8.9.10", 0)),
        ("[::1]:8377", ("::1", 8377)),
    ],
)
def test_the_private_listener_takes_any_loopback_address(
    tmp_path: Path, listen: str, expected: tuple[str, int]
) -> None:
    settings = load_plain(write_config(tmp_path, bridge=f'[private_web]\nlisten = "{listen}"'))
    assert settings.bridge.private_web.tcp_address == expected
    assert settings.bridge.private_web.unix_path is None


def test_the_private_listener_takes_a_unix_socket(tmp_path: Path) -> None:
    settings = load_plain(write_config(tmp_path, bridge='[private_web]\nlisten = "unix:/run/b/private.sock"'))
    assert settings.bridge.private_web.unix_path == Path("/run/b/private.sock")
    assert settings.bridge.private_web.tcp_address is None


def test_nothing_is_public_unless_it_is_asked_for() -> None:
    assert BridgeSettings().public_web.listen == ""


@pytest.mark.parametrize("listen", ["0.0.0.0:8378", "[::]:8378", "192.0.2.7:0"])
def test_the_public_listener_takes_any_address(tmp_path: Path, listen: str) -> None:
    settings = load_plain(write_config(tmp_path, bridge=f'[public_web]\nlisten = "{listen}"')).bridge.public_web
    assert settings.tcp_address is not None
    assert settings.unix_path is None


def test_the_public_listener_takes_a_unix_socket_and_knows_its_proxies(tmp_path: Path) -> None:
    text = '[public_web]\nlisten = "unix:/run/b/public.sock"\ntrusted_proxies = ["10.0.0.0/8", "::1"]'
    settings = load_plain(write_config(tmp_path, bridge=text)).bridge.public_web
    assert settings.unix_path == Path("/run/b/public.sock")
    assert [str(network) for network in settings.proxies] == ["10.0.0.0/8", "::1/128"]
