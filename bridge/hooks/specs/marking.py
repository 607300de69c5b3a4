"""How a hook is marked: where it is promised, and where a plugin keeps it."""

import pluggy

hookspec = pluggy.HookspecMarker("bridge")
hookimpl = pluggy.HookimplMarker("bridge")
