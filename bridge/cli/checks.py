"""What `bridge check` looks at, and the words for it.

Believes: a check that can't run is a finding of its own, never the end of the others. What it looks at it looks at as
the user the daemon runs as, so a secret that only root can read is found wrong.
"""

import asyncio
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from bridge.cli.checks_store import of_error, store_findings
from bridge.cli.daemon import NotAnswering, health
from bridge.cli.identity import enter_state_dir, user_name
from bridge.cli.screen import age, count
from bridge.cli.session import CLOCK, look_into, plugins_of
from bridge.contracts.shop import Finding, Level
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.statement_keys import load_statement_keys
from bridge.errors import DeskError, DeskMissing, PluginError, SettingsError
from bridge.hooks.manager import Plugins
from bridge.settings import Settings, StoreSettings


class Section(NamedTuple):
    """Findings about one thing."""

    about: str
    findings: list[Finding]


async def everything(settings: Settings, stores: Sequence[StoreSettings]) -> list[Section]:
    """Look at all of it. Raises nothing that is about the machine or a shop."""
    files = [
        Finding("files", Level.OK, f"{settings.directory}: bridge.toml and {count(len(settings.stores), 'store')}")
    ]
    sections = [Section("Settings", files)]
    desk_findings, desk = _desk(settings)
    with closing(desk) if desk else nullcontext():
        sections.append(Section("Desk", [*desk_findings, *_daemon(settings), *_licence_api(settings)]))
        found, plugins = _plugins(settings)
        sections.append(Section("Plugins", found))
        each = await asyncio.gather(*(store_findings(settings, store, plugins, desk) for store in stores))
        sections += [Section(f"Store {store.name}", list(seen)) for store, seen in zip(stores, each, strict=True)]
    return sections


def _desk(settings: Settings) -> tuple[list[Finding], Desk | None]:
    state_dir = settings.bridge.desk.state_dir
    try:
        enter_state_dir(state_dir)
    except DeskError as error:
        return [of_error(error, "state directory")], None
    findings = list(_state_dir(state_dir))
    try:
        desk = Desk.open(state_dir / FILE_NAME, examined=True)
    except DeskMissing:
        text = f"there is no desk yet at {state_dir / FILE_NAME}"
        return [*findings, Finding("desk", Level.WRONG, text, "bridge desk upgrade, or start the daemon")], None
    except DeskError as error:
        return [*findings, of_error(error, "desk")], None
    identity = desk.identity
    findings.append(Finding("desk", Level.OK, f"version {identity.schema_version}, epoch {identity.epoch}"))
    findings.append(_backup(settings, desk))
    return findings, desk


def _state_dir(state_dir: Path) -> Iterator[Finding]:
    about = state_dir.stat()
    mode = stat.S_IMODE(about.st_mode)
    owner = user_name(about.st_uid)
    if mode & 0o007:
        text = f"{state_dir} is open to every user of this machine (mode {mode:04o})"
        yield Finding("state directory", Level.WRONG, text, f"chmod o= {state_dir}")
    elif about.st_uid == 0:
        text = f"{state_dir} belongs to root, so the daemon would run as root"
        yield Finding("state directory", Level.WARNING, text, f"chown -R supportbridge: {state_dir}")
    else:
        yield Finding("state directory", Level.OK, f"{state_dir} belongs to {owner}, mode {mode:04o}")
    strange = [path for path in sorted(state_dir.rglob("*")) if path.lstat().st_uid != about.st_uid]
    if strange:
        text = f"{strange[0]} does not belong to {owner}" + (f", and {len(strange) - 1} more" if strange[1:] else "")
        yield Finding("its files", Level.WRONG, text, f"chown -R {owner}: {state_dir}")


def _backup(settings: Settings, desk: Desk) -> Finding:
    last, hours = desk.identity.backed_up_at, settings.bridge.backup.warn_after_hours
    if last is None:
        return Finding("backup", Level.WARNING, "there has been no backup yet", "bridge desk backup FILE")
    since = CLOCK.now() - last
    text = f"the last one is {age(since.total_seconds())} old"
    if since > timedelta(hours=hours):
        return Finding("backup", Level.WARNING, f"{text}, more than {hours:g} h", "bridge desk backup FILE, daily")
    return Finding("backup", Level.OK, text)


def _daemon(settings: Settings) -> Iterator[Finding]:
    listen = settings.bridge.private_web.listen
    try:
        told = health(settings.bridge.private_web)
    except NotAnswering as error:
        yield Finding("daemon", Level.WARNING, f"does not answer: {error}", "systemctl start bridge")
        return
    words = f"version {told.get('version')} answers at {listen}"
    ill = [name for name, one in told["stores"].items() if not one.get("ok")]
    if ill:
        yield Finding("daemon", Level.WARNING, f"{words}; not well: {', '.join(ill)}", "bridge status")
    else:
        yield Finding("daemon", Level.OK, words)


def _licence_api(settings: Settings) -> Iterator[Finding]:
    """Whether what extensions ask can be answered so that they believe it; nothing where it is switched off."""
    public = settings.bridge.public_web
    if not public.listen or not public.licence_api:
        return
    try:
        keys = load_statement_keys(settings.bridge.desk.state_dir)
    except DeskError as error:
        yield of_error(error, "licence API")
        return
    if not keys:
        text = "there is no key to sign statements with, so nothing is answered"
        yield Finding("licence API", Level.WRONG, text, "bridge licence keys new")
    elif public.tcp_address is not None and not ip_address(public.tcp_address[0]).is_loopback:
        text = f"listens at {public.listen}, where other machines reach it without TLS"
        yield Finding("licence API", Level.WARNING, text, "listen on this machine, behind a web server with TLS")
    else:
        yield Finding("licence API", Level.OK, f"listens at {public.listen}, signs with {keys[0].id}")


def _plugins(settings: Settings) -> tuple[list[Finding], Plugins | None]:
    try:
        plugins = plugins_of(settings)
    except PluginError as error:
        return [of_error(error, "plugins")], None
    names = ", ".join(plugins.names) or "none"
    found = [Finding("plugins", Level.OK, f"loaded: {names}"), *_plugin_settings(settings, plugins)]
    return [*found, *plugins.findings()], plugins


def _plugin_settings(settings: Settings, plugins: Plugins) -> Iterator[Finding]:
    """Whether the plugins' own tables are right; it opens the plugins, which then can look for themselves."""
    try:
        read = look_into(plugins, settings)
    except SettingsError as error:
        yield from (Finding("plugin settings", Level.WRONG, str(one), error.hint) for one in error.problems)
    except PluginError as error:
        yield of_error(error, "plugin settings")
    else:
        names = [name for name in plugins.names if any(name in one for one in (read.bridge, *read.stores.values()))]
        if names:
            yield Finding("plugin settings", Level.OK, f"right for {', '.join(names)}")
        yield from _unheard(settings, plugins)


def _unheard(settings: Settings, plugins: Plugins) -> Iterator[Finding]:
    """Plugins that take what comes from outside while nothing listens for it."""
    if settings.bridge.public_web.listen:
        return
    try:
        waiting = plugins.public_routes()
    except PluginError as error:
        yield of_error(error, "public pages")
        return
    if waiting:
        text = f"nothing listens for what is delivered to {', '.join(waiting)}: public_web.listen is empty"
        todo = 'set public_web.listen in bridge.toml, such as "127.0.0.1:8378", behind a web server with TLS'
        yield Finding("public pages", Level.WRONG, text, todo)
