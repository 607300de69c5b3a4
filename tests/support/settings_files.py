"""Configuration directories for tests: a small good one, and ways to break it."""

from collections.abc import Mapping
from pathlib import Path

from bridge.errors import SettingsError
from bridge.settings import Settings, load

GOOD_STORE = """\
platform = "opencart"
zone = "Asia/Tehran"

[database]
socket = "/run/mysqld/mysqld.sock"
name = "shop"
user = "supportbridge"
prefix = "oc_"

[coins]
start = 2026-01-01

[plans.base]
coins = 550
product_codes = ["SUPPORT-BASE"]
name = { en = "Base" }

[[staff]]
name = "Anna"
email = "anna@example.com"
"""


def changed(line: str, to: str, text: str = GOOD_STORE) -> str:
    """The store's text with one line put in another's place; fails if the line is not there once."""
    assert text.count(line + "\n") == 1, line
    return text.replace(line + "\n", to + "\n" if to else "")


def of_database(name: str, text: str = GOOD_STORE) -> str:
    """The store's text with another database, as two stores of one configuration have."""
    return changed('name = "shop"', f'name = "{name}"', text)


def with_section(section: str, text: str = GOOD_STORE) -> str:
    """The store's text with a section added."""
    return text + "\n" + section + "\n"


def write_config(directory: Path, *, bridge: str | bytes = "", stores: Mapping[str, str | bytes] | None = None) -> Path:
    """Write a configuration directory; `stores` goes by file name and is one good store unless given."""
    (directory / "stores").mkdir(parents=True, exist_ok=True)
    _write(directory / "bridge.toml", bridge)
    for name, text in ({"acme.toml": GOOD_STORE} if stores is None else stores).items():
        _write(directory / "stores" / name, text)
    return directory


def load_plain(directory: Path) -> Settings:
    """Load with an empty environment and no credentials."""
    return load(directory, environ={}, credentials_dir=None)


def messages(directory: Path) -> list[str]:
    """The problems that loading the directory tells, a line each; empty when it is all well."""
    try:
        load_plain(directory)
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return []


def _write(path: Path, text: str | bytes) -> None:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
