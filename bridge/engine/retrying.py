"""Retries, at one layer: around one pass of one store's work.

A shop that is down costs one log line when it goes and one when it comes back; between them the passes grow apart, with
jitter so that many stores of one server do not return in step.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_exponential_jitter

from bridge.engine.health import StoreHealth, Work
from bridge.engine.waiting import first_of
from bridge.errors import ShopError

R = TypeVar("R")
log = structlog.get_logger()
LONGEST_PAUSE_S = 30.0
TOLD = {
    "shop_unavailable": "shop unreachable",
    "shop_refused": "shop refuses us",
    "foreign_desk": "another desk writes to this shop",
}
"""What the log calls a failure, by its code."""


def retrying(
    work: Work, health: StoreHealth, stop: asyncio.Event, *, began: float, first_pause: float = 0.5
) -> AsyncRetrying:
    """Repeat a pass while the shop fails, until it works or `stop` is set (then the last error is raised).

    `began` is when the first try did, on the monotonic clock.
    """

    def begin(state: RetryCallState) -> None:
        nonlocal began
        if state.attempt_number > 1:
            began = time.monotonic()

    def note(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, ShopError) and health.failed(work, error, began=began):
            words = TOLD.get(error.code, "shop work failed")
            log.warning(words, store=health.store, work=work.value, cause=str(error), code=error.code)

    async def pause(seconds: float) -> None:
        await first_of(seconds, stop)

    return AsyncRetrying(
        retry=retry_if_exception_type(ShopError),
        wait=wait_exponential_jitter(multiplier=first_pause, max=LONGEST_PAUSE_S, jitter=first_pause),
        stop=lambda _: stop.is_set(),
        sleep=pause,
        before=begin,
        before_sleep=note,
        reraise=True,
    )


async def worked(work: Work, health: StoreHealth, stop: asyncio.Event, one_pass: Callable[[], Awaitable[R]]) -> R:
    """Run one pass, retrying while the shop fails, and tell once when it is back.

    Only a pass that has failed is handed over to be retried. What retries is a ring of 36 objects: one for each pass of
    a thousand well stores would keep the garbage collector busy, which holds up all of them.
    """
    began = time.monotonic()
    try:
        result = await one_pass()
    except ShopError as error:
        again = _after(error, one_pass)
    else:
        went_well(work, health)
        return result
    result = await retrying(work, health, stop, began=began)(again)
    went_well(work, health)
    return result


def _after(failure: ShopError, one_pass: Callable[[], Awaitable[R]]) -> Callable[[], Awaitable[R]]:
    """The pass, whose first try has come to this failure already."""
    failures = [failure]

    async def attempt() -> R:
        if failures:
            raise failures.pop()
        return await one_pass()

    return attempt


def went_well(work: Work, health: StoreHealth) -> None:
    """Note that it worked, and tell once that the shop is back; long work notes each of its steps."""
    if health.well(work):
        log.info("shop well again", store=health.store, work=work.value)
