"""How often one asker may ask: a token bucket each, of which only so many are kept.

It believes: a flood from ever new addresses must not fill the memory. So the bucket that was not used for longest goes;
who comes back then starts with a full one, which is what he would nearly have had.
"""

from collections import OrderedDict
from collections.abc import Hashable

MOST_BUCKETS = 20_000


class Limiter:
    """At most `per_minute` questions of one asker, all at once or spread; the time is a monotonic clock's seconds."""

    def __init__(self, per_minute: int, *, most: int = MOST_BUCKETS) -> None:
        self._room, self._a_second, self._most = float(per_minute), per_minute / 60, most
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def wait(self, asker: Hashable, now: float) -> float:
        """Take one question. 0.0 where it is allowed, else the seconds until the next would be: none was taken then."""
        left, since = self._buckets.get(asker, (self._room, now))
        left = min(self._room, left + (now - since) * self._a_second)
        allowed = left >= 1
        self._buckets[asker] = (left - 1 if allowed else left, now)
        self._buckets.move_to_end(asker)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._a_second

    def __len__(self) -> int:
        return len(self._buckets)
