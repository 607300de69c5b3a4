"""Reading the files: `bridge.toml` and `stores/*.toml` of one directory.

Believes: an operator corrects files in one go, so every problem of every file is collected and told at
once. A file that an editor left behind (hidden, or ending in anything but .toml) is not a store.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bridge.errors import SettingProblem, SettingsError
from bridge.settings.base import Section, StoreContext, file_label, suggestion
from bridge.settings.bridge_file import BridgeSettings
from bridge.settings.database import is_loopback
from bridge.settings.problems import problems_of
from bridge.settings.store_file import StoreSettings, is_store_name
from bridge.settings.store_numbers import check_numbers
from bridge.settings.tree import written_path
from bridge.settings.values import shown_value

BRIDGE_FILE = "bridge.toml"
STORES_DIRECTORY = "stores"

_TWICE = re.compile(r"Cannot declare \((?P<names>.*)\) twice")
_PLACE = re.compile(r" \(at (line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")

Read = TypeVar("Read", bound=Section)


_NOWHERE = StoreContext("", Path(BRIDGE_FILE), {}, None)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything in force: the daemon's own settings and each store's by name, in alphabetical order.

    `context` is what bridge.toml's secrets are fetched with.
    """

    bridge: BridgeSettings
    stores: Mapping[str, StoreSettings]
    directory: Path
    context: StoreContext = field(default=_NOWHERE, compare=False)


def load(config_dir: Path, *, environ: Mapping[str, str], credentials_dir: Path | None) -> Settings:
    """Read all files of the directory.

    `environ` and `credentials_dir` ($CREDENTIALS_DIRECTORY) are only kept for passwords that name them; no
    secret is fetched here. Raises SettingsError with every problem of every file.
    """
    read = _load(config_dir, environ, credentials_dir)
    # A traceback that shows local values must not show the environment, where secrets may live.
    del environ
    if isinstance(read, Settings):
        return read
    raise SettingsError(read)


def load_store(
    path: Path, *, environ: Mapping[str, str] | None = None, credentials_dir: Path | None = None
) -> StoreSettings:
    """Read one store's file alone. Raises SettingsError with every problem of the file."""
    problems: list[SettingProblem] = []
    store = _read_store(path, environ or {}, credentials_dir, problems)
    del environ
    if store is None or problems:
        raise SettingsError(tuple(problems))
    return store


def check_platforms(settings: Settings) -> tuple[SettingProblem, ...]:
    """The enabled stores whose platform is none of the enabled plugins."""
    enabled = settings.bridge.plugins.enabled
    return tuple(
        SettingProblem(
            file_label(store.source),
            "platform",
            f"must be one of the plugins that {BRIDGE_FILE} enables ({', '.join(enabled) or 'none'})",
            shown_value(store.platform) + suggestion(store.platform, enabled),
        )
        for store in settings.stores.values()
        if store.enabled and store.platform not in enabled
    )


def check_plugin_names(settings: Settings) -> tuple[SettingProblem, ...]:
    """The tables `[plugin.NAME]` of a plugin that is not enabled, in bridge.toml and in the stores' files."""
    enabled = settings.bridge.plugins.enabled
    files = [(BRIDGE_FILE, settings.bridge.plugin)]
    files += [(file_label(store.source), store.plugin) for store in settings.stores.values()]
    return tuple(
        SettingProblem(
            file,
            written_path(("plugin", name)),
            f"must be the table of a plugin that {BRIDGE_FILE} enables ({', '.join(enabled) or 'none'})",
            name + suggestion(name, enabled),
        )
        for file, tables in files
        for name in tables
        if name not in enabled
    )


def check_shops(settings: Settings) -> tuple[SettingProblem, ...]:
    """The enabled stores that read orders which another one reads already: each would grant the coins (rule C2).

    Goes by what the files say: that a socket and a host, or two names, lead to one server can't be seen in them.
    """
    enabled = [store for store in settings.stores.values() if store.enabled]
    return tuple(
        SettingProblem(
            file_label(store.source),
            "shop_ids",
            f"must name shops that {file_label(other.source)} leaves out: it reads the same database, "
            "and an order would grant its coins in both stores",
            str(list(store.shop_ids)) if store.shop_ids else "every shop",
        )
        for other, store in combinations(enabled, 2)
        if _tables(store) == _tables(other) and _shops_in_common(store, other)
    )


def _tables(store: StoreSettings) -> tuple[object, ...]:
    database = store.database
    host = database.host.lower().removesuffix(".") if database.host else None
    if host and is_loopback(host):
        host = "localhost"
    return database.socket, host, database.port, database.name, database.prefix


def _shops_in_common(one: StoreSettings, other: StoreSettings) -> bool:
    return not (one.shop_ids and other.shop_ids) or bool(set(one.shop_ids) & set(other.shop_ids))


def _load(
    config_dir: Path, environ: Mapping[str, str], credentials_dir: Path | None
) -> Settings | tuple[SettingProblem, ...]:
    problems: list[SettingProblem] = []
    try:
        there = config_dir.is_dir()
    except OSError as error:
        return (SettingProblem(str(config_dir), "", f"cannot be read ({error.strerror})"),)
    if not there:
        return (SettingProblem(str(config_dir), "", "there is no such directory; `bridge init DIR` makes one"),)
    bridge = _read_bridge(config_dir / BRIDGE_FILE, problems)
    stores = [
        _read_store(path, environ, credentials_dir, problems)
        for path in _store_files(config_dir / STORES_DIRECTORY, problems)
    ]
    good = {store.name: store for store in stores if store is not None}
    if bridge is None or len(good) < len(stores) or problems:
        return tuple(problems)
    for store in good.values():
        store.know_siblings(name for name, other in good.items() if _tables(other) == _tables(store))
    context = StoreContext("", config_dir / BRIDGE_FILE, environ, credentials_dir)
    settings = Settings(bridge, MappingProxyType(good), config_dir, context)
    problems += [*check_platforms(settings), *check_plugin_names(settings), *check_shops(settings)]
    problems += check_numbers(good.values())
    return tuple(problems) or settings


def _store_files(directory: Path, problems: list[SettingProblem]) -> list[Path]:
    try:
        entries = sorted(directory.iterdir())
    except FileNotFoundError:
        entries = []
    except OSError as error:
        problems.append(SettingProblem(STORES_DIRECTORY, "", f"cannot be read ({error.strerror})"))
        return []
    found = [path for path in entries if path.suffix.lower() == ".toml" and not path.name.startswith(".")]
    if not found:
        problems.append(SettingProblem(STORES_DIRECTORY, "", "must hold at least one store's file, stores/NAME.toml"))
    return found


def _read_bridge(path: Path, problems: list[SettingProblem]) -> BridgeSettings | None:
    document = _read_document(path, path.name, problems)
    return None if document is None else _check(BridgeSettings, document, path.name, None, problems)


def _read_store(
    path: Path,
    environ: Mapping[str, str],
    credentials_dir: Path | None,
    problems: list[SettingProblem],
) -> StoreSettings | None:
    label, name = file_label(path), path.stem
    if not is_store_name(name) or path.suffix != ".toml":
        rule = (
            "the file's name is the store's name and must be NAME.toml, NAME being lower-case letters, "
            "digits and -, at most 64"
        )
        problems.append(SettingProblem(label, "", rule, shown_value(path.name)))
    document = _read_document(path, label, problems)
    if document is None:
        return None
    return _check(StoreSettings, document, label, StoreContext(name, path, environ, credentials_dir), problems)


def _check(
    model: type[Read],
    document: Mapping[str, object],
    label: str,
    context: StoreContext | None,
    problems: list[SettingProblem],
) -> Read | None:
    checked = _validate(model, document, context)
    if isinstance(checked, list):
        problems += problems_of(checked, model, label)
        return None
    return checked


def _validate(
    model: type[Read], document: Mapping[str, object], context: StoreContext | None
) -> Read | list[ErrorDetails]:
    try:
        return model.model_validate(document, context=context)
    except ValidationError as error:
        return error.errors(include_url=False)


def _read_document(path: Path, label: str, problems: list[SettingProblem]) -> Mapping[str, object] | None:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return {key: _tuples(value) for key, value in tomllib.loads(text).items()}
    except FileNotFoundError:
        problems.append(SettingProblem(label, "", f"does not exist in {path.parent}; `bridge init DIR` writes one"))
    except OSError as error:
        problems.append(SettingProblem(label, "", f"cannot be read ({error.strerror})"))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problems.append(SettingProblem(label, f"line {line}", "is not UTF-8 text"))
    except RecursionError:
        problems.append(SettingProblem(label, "", "is not valid TOML (nested too deep)"))
    except ValueError as error:
        problems.append(_not_toml(label, str(error)))
    return None


def _not_toml(label: str, reason: str) -> SettingProblem:
    place = _PLACE.search(reason)
    if place is None:
        return SettingProblem(label, "", "is not valid TOML (a value is out of every range)")
    where = f"line {place['line']}, column {place['column']}" if place["line"] else "end of the file"
    why = reason[: place.start()]
    if twice := _TWICE.fullmatch(why):
        table = ".".join(re.findall(r"'([^']*)'", twice["names"]))
        why = f"the table [{table}] stands in it twice"
    return SettingProblem(label, where, f"is not valid TOML ({why})")


def _tuples(value: object) -> object:
    """TOML's lists as tuples: what is loaded is never changed, and strict models ask for the exact type."""
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return value
