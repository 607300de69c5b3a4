"""Handing one event to plugins, each alone."""

from typing import Any

from bridge.domain.events import CoinsChanged
from bridge.hooks.manager import Plugins


def listeners(plugins: Plugins, hook: str) -> dict[str, Any]:
    """The plugins that implement an event hook, by name."""
    found = {}
    for name, plugin in plugins.manager.list_name_plugin():
        implementation = getattr(plugin, hook, None)
        if implementation is not None:
            found[name] = implementation
    return found


async def deliver(plugins: Plugins, hook: str, event: CoinsChanged, name: str) -> None:
    """Call one plugin's implementation. Raises whatever it raises."""
    await listeners(plugins, hook)[name](event=event)
