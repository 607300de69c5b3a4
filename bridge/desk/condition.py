"""Whether the desk can be used, told once when it can't and once when it can again.

Everybody who works at the desk meets the same disk. A full one is waited for: what was under way is done again. Damage
is final: a book with a spoilt page must not be written in, so from then on every action is refused.
"""

import threading
from collections.abc import Callable

from bridge.errors import DeskDamaged, DeskUnusable


class DeskCondition:
    """Noted by the writer's thread and the readers'. `tell` gets each change once: what is wrong, None for well."""

    def __init__(self, tell: Callable[[DeskUnusable | None], None]) -> None:
        self._tell = tell
        self._failure: DeskUnusable | None = None
        self._damage: DeskDamaged | None = None
        self._lock = threading.Lock()

    def require_sound(self) -> None:
        """Raises `DeskDamaged` once damage has been met."""
        if self._damage is not None:
            raise DeskDamaged(str(self._damage))

    def damaged(self, error: DeskDamaged) -> None:
        """Note damage: there is no way back from it but a restart with another desk."""
        with self._lock:
            first, self._damage = self._damage is None, error
        if first:
            self._tell(error)

    def failed(self, error: Exception) -> None:
        """Note what kept actions from being committed; a fault of an action's own is none of the desk's."""
        if isinstance(error, DeskDamaged):
            self.damaged(error)
        elif isinstance(error, DeskUnusable):
            news = self._failure is None or self._failure.code != error.code
            self._failure = error
            if news:
                self._tell(error)

    def well(self) -> None:
        """Note that a commit worked."""
        if self._failure is not None:
            self._failure = None
            self._tell(None)
