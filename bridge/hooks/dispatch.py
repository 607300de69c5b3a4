"""Handing one event to plugins, each alone."""

from bridge.domain.events import Event
from bridge.hooks.manager import Plugins


def listeners(plugins: Plugins, hook: str) -> list[str]:
    """The names of the plugins that implement an event hook."""
    return list(plugins.listeners(hook))


async def deliver(plugins: Plugins, hook: str, event: Event, name: str) -> None:
    """Call one plugin's implementation. Raises whatever it raises."""
    await plugins.listeners(hook)[name](event=event)
