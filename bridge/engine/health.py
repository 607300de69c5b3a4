"""How each store is, in words an operator can act on.

One object a store, written by its tasks and read by the health page, the metrics and `bridge status`. It tells its
story once: a change from well to failing and back is told to the caller, a repeat is not.
"""

import math
import time
from dataclasses import dataclass, field
from enum import StrEnum

from bridge.errors import BridgeError, DeskUnusable


class Work(StrEnum):
    """What a store's tasks do; each can fail alone."""

    READING = "reading"
    PUSHING = "pushing"
    COMPARING = "comparing"
    ANSWERING = "answering"
    THREADS = "customer service"
    LICENCES = "licences"


class StoreState(StrEnum):
    STARTING = "starting"
    FIRST_SYNC = "first sync"
    WAITING = "waiting for confirmation"
    WELL = "well"
    PAUSED = "paused"
    DOWN = "down"
    REFUSED = "refused"


WHY_PAUSED = "the shop's ids went back, nothing of it is booked: bridge problems list"


@dataclass(slots=True)
class Counters:
    """What a store has done since the daemon started.

    `actions` are what customers did on the shop's pages, `refused` those of them that were not done, and `doubted`
    inbox rows that no page of ours wrote.

    `messages` were read from the shop's own customer service, `statuses` are threads that changed there, `replies` what
    was written there.

    `pushes` are accounts; `reads` and `rounds` passes and whole comparisons; the others rows and orders, `differences`
    being those orders that only a comparison found.
    """

    reads: int = 0
    rows: int = 0
    orders: int = 0
    pushes: int = 0
    retries: int = 0
    rounds: int = 0
    differences: int = 0
    actions: int = 0
    refused: int = 0
    doubted: int = 0
    messages: int = 0
    statuses: int = 0
    replies: int = 0


@dataclass(slots=True)
class StoreHealth:
    """One store. Ages are seconds on the monotonic clock, so a jump of the wall clock makes nothing stale."""

    store: str
    stale_after_seconds: float
    phase: StoreState = StoreState.STARTING
    started: float = field(default_factory=time.monotonic)
    last_good_read: float | None = None
    last_good_push: float | None = None
    last_round: float | None = None
    failures: dict[Work, BridgeError] = field(default_factory=dict)
    counters: Counters = field(default_factory=Counters)
    lag_seconds: float = 0.0
    inbox_read: bool = False
    """Whether since the start everything that customers had sent was seen, and nothing of it waits."""
    licences_read: bool = False
    """Whether since the start every row of the vendor's own table of licences was compared."""
    all_replaced: bool = False
    """Whether since the start all that a desk before a restore had left in the shop was looked at and replaced."""
    shop: tuple[str, str] | None = None
    """The layout and the server's version, as last seen."""
    _told: dict[str, set[Work]] = field(default_factory=dict)
    """The causes that have been told and are not over, and the sides that have met each."""
    _over: dict[str, float] = field(default_factory=dict)
    """When each cause that was told was last over, on the monotonic clock."""
    _well_at: dict[Work, float] = field(default_factory=dict)

    def failed(self, work: Work, error: BridgeError, *, began: float = math.inf) -> bool:
        """Note a failure; true only when it is news: a cause that another side has met already is told once.

        `began`, on the monotonic clock, is when what failed was begun. A cause that has been over since then is no
        news: a question that was sent before the shop went hangs until its time is up, longer than the outage may last.
        """
        self.failures[work] = error
        self.counters.retries += 1
        if isinstance(error, DeskUnusable):  # the desk's own story is told elsewhere
            return False
        known = error.code in self._told
        if not known and max(began, self._well_at.get(work, -math.inf)) < self._over.get(error.code, -math.inf):
            return False
        self._told.setdefault(error.code, set()).add(work)
        return not known

    def well(self, work: Work) -> bool:
        """Note that it worked; true only if a cause that was told is over.

        It is when no side meets it any more and one that did is well: another may have met something else since.
        """
        moment = self._well_at[work] = time.monotonic()
        if work is Work.READING:
            self.last_good_read = moment
            self.counters.reads += 1
        elif work is Work.PUSHING:
            self.last_good_push = moment
        self.failures.pop(work, None)
        met = {failure.code for failure in self.failures.values()}
        over = [code for code, sides in self._told.items() if code not in met and sides - self.failures.keys()]
        for code in over:
            del self._told[code]
            self._over[code] = moment
        return bool(over)

    def recognised(self, layout: str, server: str) -> bool:
        """Note what the shop was recognised as; true only when it is news: a side that starts anew looks again."""
        before, self.shop = self.shop, (layout, server)
        return self.shop != before

    @property
    def state(self) -> StoreState:
        """The store's state; failing to read comes before everything."""
        failure = self.failures.get(Work.READING)
        if failure is not None:
            return StoreState.REFUSED if failure.code == "shop_refused" else StoreState.DOWN
        return self.phase

    @property
    def cause(self) -> str:
        """Why it is not well, in plain words; empty when it is. One cause of two failures is told once."""
        causes = dict.fromkeys(str(self.failures[work]) for work in Work if work in self.failures)
        paused = [WHY_PAUSED] if self.phase is StoreState.PAUSED else []
        return "; ".join([*paused, *causes])

    @property
    def read_age_seconds(self) -> float | None:
        """Seconds since the shop was last read well; None when it never was."""
        return None if self.last_good_read is None else time.monotonic() - self.last_good_read

    def round_over(self) -> None:
        """Note that every order has been compared."""
        self.last_round = time.monotonic()
        self.counters.rounds += 1

    @property
    def round_age_seconds(self) -> float | None:
        """Seconds since all orders were last compared; None when that was before the start, or never."""
        return None if self.last_round is None else time.monotonic() - self.last_round

    @property
    def ok(self) -> bool:
        """Whether nobody need look: it was read within its limit, and nothing keeps it from being booked."""
        return self.fresh and self.phase is not StoreState.PAUSED

    @property
    def fresh(self) -> bool:
        """Whether the store was read within its limit; one that has just started has that long for its first."""
        since = self.last_good_read if self.last_good_read is not None else self.started
        within = time.monotonic() - since <= self.stale_after_seconds
        return within and (self.last_good_read is not None or Work.READING not in self.failures)
