"""`bridge.toml`: what the daemon needs beside its stores. A change here takes effect at the next start.

Believes: the private pages (health, metrics) show things no stranger may see and ask for no password, so
they are served on the loopback address or a Unix socket and nowhere else.
"""

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from bridge.settings.base import AbsolutePath, Broken, Section, all_broken, broken
from bridge.settings.files import AllFilesSettings

_PLUGIN = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_UNIX = "unix:"


class DeskSettings(Section):
    """Where the bridge keeps its own books."""

    state_dir: AbsolutePath = Field(
        default=Path("/var/lib/supportbridge"),
        description="The directory of the desk (ledger, keys); it belongs to the user the daemon runs as.",
    )


def _split_address(listen: str) -> tuple[str, int] | None:
    """Host and port of `127.0.0.1:8377` or `[::1]:8377`; None if it is no loopback address with a port."""
    host, colon, port = listen.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not colon or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65_535 or (":" in bare and bare == host):
        return None
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return (bare, int(port)) if address.is_loopback else None


def _listen(text: str) -> str:
    if text.startswith(_UNIX):
        path = text.removeprefix(_UNIX)
        # A Unix socket's path has room for 107 bytes.
        if Path(path).is_absolute() and len(path.encode()) <= 107:
            return text
        raise broken(
            "must name a socket by its absolute path, at most 107 bytes, such as unix:/run/supportbridge/private.sock"
        )
    if _split_address(text) is None:
        raise broken(
            "must be a loopback address with a port, such as 127.0.0.1:8377, or unix:/path: these pages"
            " ask for no password"
        )
    return text


class PrivateWebSettings(Section):
    """The private pages: /livez, /health and /metrics."""

    listen: Annotated[str, AfterValidator(_listen)] = Field(
        default="127.0.0.1:8377",
        description=(
            "Where the private pages are served: a loopback address with a port, or unix:/path. Port 0 "
            "takes any free one."
        ),
    )

    @property
    def unix_path(self) -> Path | None:
        """The socket's path, if a socket is set."""
        return Path(self.listen.removeprefix(_UNIX)) if self.listen.startswith(_UNIX) else None

    @property
    def tcp_address(self) -> tuple[str, int] | None:
        """Host and port, if an address is set."""
        return None if self.listen.startswith(_UNIX) else _split_address(self.listen)


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
    log: LogSettings = Field(default_factory=LogSettings, description="The daemon's log.")
    plugins: PluginSettings = Field(default_factory=PluginSettings, description="The plugins.")
    files: AllFilesSettings = Field(default_factory=AllFilesSettings, description="Files of messages, of all stores.")
    backup: BackupSettings = Field(default_factory=BackupSettings, description="Backups of the desk.")
    plugin: Mapping[str, Mapping[str, Any]] = Field(
        default_factory=dict, description="What a plugin itself reads, [plugin.NAME] each; its own page explains it."
    )
