"""The garbage collector looks seldom in the daemon, and finds nothing that idle work left behind."""

import asyncio
import gc
from collections.abc import Iterator

import pytest

from bridge.engine.collector import NEW_OBJECTS, collect_seldom
from bridge.engine.health import StoreHealth, Work
from bridge.engine.retrying import worked


@pytest.fixture
def as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()
    gc.enable()


@pytest.mark.usefixtures("as_before")
def test_it_leaves_alone_what_there_is_and_looks_seldom() -> None:
    collect_seldom()
    assert gc.get_threshold()[0] == NEW_OBJECTS
    assert gc.get_freeze_count() > 0
    assert gc.isenabled(), "what does make rings is freed all the same"


@pytest.mark.usefixtures("as_before")
async def test_a_pass_that_goes_well_leaves_nothing_to_collect() -> None:
    health, stop = StoreHealth("acme", 60), asyncio.Event()

    async def one_pass() -> None:
        pass

    await worked(Work.READING, health, stop, one_pass)
    gc.collect()
    gc.disable()
    for _ in range(100):
        await worked(Work.READING, health, stop, one_pass)
    assert gc.collect() == 0
