"""One call of one command: what was asked for, and how its answer is shown.

Every command takes `--json` and `--config`, before its name or after; `command` adds both, so that a command's own
function speaks of its own matters only.
"""

import functools
import inspect
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from bridge.errors import UsageError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bridge.settings import Settings, StoreSettings

CONFIG_VARIABLE = "BRIDGE_CONFIG"
DEFAULT_CONFIG = Path("/etc/supportbridge")

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="DIR",
        help=f"The directory of the settings. Default: ${CONFIG_VARIABLE}, else {DEFAULT_CONFIG}.",
        show_default=False,
    ),
]
StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store", metavar="NAME", help="The store; may be left out if there is only one.", show_default=False
    ),
]
EachStoreOption = Annotated[
    str | None, typer.Option("--store", metavar="NAME", help="Only this store. Default: all.", show_default=False)
]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="NAME",
        envvar="BRIDGE_STAFF",
        show_envvar=False,
        help="Who does it: one of the store's [[staff]]. Default: $BRIDGE_STAFF.",
        show_default=False,
    ),
]
Body = TypeVar("Body", bound=Callable[..., int | None])


@dataclass(frozen=True, slots=True)
class Call:
    """What every command is given first."""

    as_json: bool = False
    config: Path | None = None

    @property
    def config_dir(self) -> Path:
        """Where the settings are."""
        return self.config or Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG)

    def require_one_form(self, *, as_csv: bool) -> None:
        """An answer has one form. Raises `UsageError`."""
        if as_csv and self.as_json:
            raise UsageError("--csv and --json can't both be had")

    def settings(self) -> "Settings":
        """Read the settings. Raises `SettingsError`."""
        from bridge.settings import load

        credentials = os.environ.get("CREDENTIALS_DIRECTORY")
        return load(self.config_dir, environ=os.environ, credentials_dir=Path(credentials) if credentials else None)

    def answer(self, document: Mapping[str, Any], people: Callable[[], "Sequence[RenderableType]"]) -> None:
        """Show the answer: the document for programs, or what `people` makes of it."""
        if self.as_json:
            sys.stdout.write(json.dumps(document, indent=2) + "\n")
            return
        from bridge.cli.screen import show

        show(*people())


def command(app: typer.Typer, name: str | None = None) -> Callable[[Body], Body]:
    """Register a function as a command; its first parameter is the `Call`."""

    def register(body: Body) -> Body:
        def call_body(
            ctx: typer.Context, as_json: JsonOption = False, config: ConfigOption = None, **given: Any
        ) -> int | None:
            before = ctx.find_root().obj or Call()
            return body(Call(as_json or before.as_json, config or before.config), **given)

        app.command(name)(_presented(call_body, body))
        return body

    return register


def _presented(call_body: Callable[..., int | None], body: Callable[..., int | None]) -> Callable[..., int | None]:
    """The wrapper under the body's name, with the body's parameters (but the first) and its own two."""
    own = list(inspect.signature(body, eval_str=True).parameters.values())[1:]
    added = [
        one for one in inspect.signature(call_body, eval_str=True).parameters.values() if one.kind != one.VAR_KEYWORD
    ]
    functools.update_wrapper(call_body, body, assigned=("__module__", "__name__", "__qualname__", "__doc__"))
    parameters = [one.replace(kind=one.KEYWORD_ONLY) for one in (*own, *added)]
    call_body.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # inspect reads it
    return call_body


def group(name: str, about: str) -> typer.Typer:
    """A group of commands."""
    return typer.Typer(name=name, help=about, rich_markup_mode=None)


def one_store(settings: "Settings", name: str | None) -> "StoreSettings":
    """The store that is meant. Raises `UsageError` where that is unclear."""
    known = ", ".join(settings.stores)
    if name is None:
        if len(settings.stores) != 1:
            raise unclear(f"which store? There are {known}", f"--store {next(iter(settings.stores), 'NAME')}")
        return next(iter(settings.stores.values()))
    if name not in settings.stores:
        raise unclear(f"there is no store {name}", f"one of: {known}")
    return settings.stores[name]


def meant_stores(settings: "Settings", name: str | None, *, only_one: bool = False) -> "list[StoreSettings]":
    """The named store, or all; a customer's number is one in `only_one` of them, which must be clear.

    Raises `UsageError`.
    """
    return [one_store(settings, name)] if name or only_one else list(settings.stores.values())


def enabled_stores(settings: "Settings", name: str | None) -> "list[StoreSettings]":
    """The named store, or every enabled one. Raises `UsageError`, also for a store that is switched off."""
    if name is None:
        found = [store for store in settings.stores.values() if store.enabled]
        if not found:
            raise unclear("every store is switched off", "set enabled = true in a store's file")
        return found
    store = one_store(settings, name)
    if not store.enabled:
        raise unclear(f"store {name} is switched off", f"set enabled = true in {store.source}")
    return [store]


def staff_name(store: "StoreSettings", by: str | None) -> str:
    """The staff member's name as the store's file writes it. Raises `UsageError` naming those there are."""
    names = [member.name for member in store.staff]
    if by is None or not by.strip():
        raise unclear("who does it? Nobody is named", f"--by NAME, one of: {', '.join(names)}")
    for name in names:
        if name.casefold() == by.strip().casefold():
            return name
    raise unclear(f"{by} is not of the staff of store {store.name}", f"--by NAME, one of: {', '.join(names)}")


def language_of(language: str | None, store: "StoreSettings") -> str:
    """The language that is meant, the store's first where none is named. Raises `UsageError`."""
    from bridge.locale.dates import LANGUAGES

    if language is not None and language not in LANGUAGES:
        raise UsageError(f"--language must be one of {', '.join(LANGUAGES)}, not {language}")
    return language or store.languages[0]


def unclear(message: str, hint: str) -> UsageError:
    """Wrong usage, with what to say instead."""
    error = UsageError(message)
    error.hint = hint
    return error
