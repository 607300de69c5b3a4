"""Whether the desk can be used, told once when it can't and once when it can again.

Everybody who works at the desk meets the same disk. A full one is waited for: what was under way is done again. On such
a disk small actions may still fit while large ones don't, so it is over when what has failed has worked. Damage is
final: a book with a spoilt page must not be written in, so from then on every action is refused.
"""

import threading
import time
from collections.abc import Callable, Iterable

from bridge.errors import DeskDamaged, DeskUnusable

FORGOTTEN_AFTER_S = 60.0
"""An action that has not been tried again for so long is not wanted any more."""


class DeskCondition:
    """Noted by the writer's thread and by those who read. `tell` gets each change once, in order: None is well."""

    def __init__(self, tell: Callable[[DeskUnusable | None], None]) -> None:
        self._tell = tell
        self._failed: dict[str, float] = {}
        self._damage: DeskDamaged | None = None
        self._lock = threading.Lock()

    def require_sound(self) -> None:
        """Raises `DeskDamaged` once damage has been met."""
        if self._damage is not None:
            raise DeskDamaged(str(self._damage))

    def damaged(self, error: DeskDamaged) -> None:
        """Note damage: there is no way back from it but a restart with another desk."""
        with self._lock:
            first = self._damage is None
            self._damage = self._damage or error
        if first:
            self._tell(error)

    def failed(self, error: Exception, names: Iterable[str]) -> None:
        """Note what kept actions or reads of these names from working; a fault of their own is none of the desk's."""
        if isinstance(error, DeskDamaged):
            self.damaged(error)
        elif isinstance(error, DeskUnusable):
            with self._lock:
                news = not self._failed
                self._failed |= dict.fromkeys(names, time.monotonic())
                if news:
                    self._tell(error)

    def well(self, names: Iterable[str]) -> None:
        """Note that actions of these names were committed, or that these reads have worked."""
        if not self._failed or self._damage is not None:
            return
        done, long_ago = set(names), time.monotonic() - FORGOTTEN_AFTER_S
        with self._lock:
            before = bool(self._failed)
            self._failed = {name: at for name, at in self._failed.items() if name not in done and at > long_ago}
            if before and not self._failed:
                self._tell(None)
