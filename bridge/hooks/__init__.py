"""Hooks: how plugins join the bridge. A plugin imports `hookimpl` from here."""

from bridge.hooks.specs import hookimpl, hookspec

__all__ = ["hookimpl", "hookspec"]
