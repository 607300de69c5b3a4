"""`bridge.toml`: what the daemon needs beside its stores. A change here takes effect at the next start."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from bridge.settings.base import AbsolutePath, Broken, Section, all_broken
from bridge.settings.files import AllFilesSettings
from bridge.settings.listening import PrivateWebSettings, PublicWebSettings

_PLUGIN = re.compile(r"[a-z][a-z0-9_-]{0,63}")


class DeskSettings(Section):
    """Where the bridge keeps its own books."""

    state_dir: AbsolutePath = Field(
        default=Path("/var/lib/supportbridge"),
        description="The directory of the desk (ledger, keys); it belongs to the user the daemon runs as.",
    )


class LogSettings(Section):
    """What the daemon writes to its standard error."""

    format: Literal["json", "console"] = Field(
        default="json", description="json for machines and the journal, console for reading along."
    )
    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important lines to write."
    )


def _plugins(names: tuple[str, ...]) -> tuple[str, ...]:
    found = [
        Broken("must be a plugin's name: lower-case letters, digits, - and _", (at,))
        for at, name in enumerate(names)
        if not _PLUGIN.fullmatch(name)
    ]
    found += [Broken("must not be named twice", (at,)) for at, name in enumerate(names) if name in names[:at]]
    if found:
        raise all_broken(found)
    return names


class PluginSettings(Section):
    """Which plugins are loaded; enabled plugins are trusted code."""

    enabled: Annotated[tuple[str, ...], AfterValidator(_plugins)] = Field(
        default=("opencart", "prestashop"),
        description="The plugins to load, by name; a store's platform must be one of them.",
    )


class BackupSettings(Section):
    """When `bridge check` warns about backups of the desk."""

    warn_after_hours: Annotated[float, Field(ge=1.0, le=8_760.0)] = Field(
        default=26.0, description="`bridge check` warns when the last backup is older than this, in hours."
    )


class BridgeSettings(Section):
    """All of `bridge.toml`; every setting has a default."""

    desk: DeskSettings = Field(default_factory=DeskSettings, description="The bridge's own books.")
    private_web: PrivateWebSettings = Field(default_factory=PrivateWebSettings, description="The private pages.")
    public_web: PublicWebSettings = Field(default_factory=PublicWebSettings, description="The licence API.")
    log: LogSettings = Field(default_factory=LogSettings, description="The daemon's log.")
    plugins: PluginSettings = Field(default_factory=PluginSettings, description="The plugins.")
    files: AllFilesSettings = Field(default_factory=AllFilesSettings, description="Files of messages, of all stores.")
    backup: BackupSettings = Field(default_factory=BackupSettings, description="Backups of the desk.")
    plugin: Mapping[str, Mapping[str, Any]] = Field(
        default_factory=dict, description="What a plugin itself reads, [plugin.NAME] each; its own page explains it."
    )
