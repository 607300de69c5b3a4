"""A pass that fails is tried again, and the log tells the story once, by its right name."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bridge.engine.health import StoreHealth, Work
from bridge.engine.retrying import worked
from bridge.errors import ForeignDesk, ShopError, ShopRefused, ShopUnavailable


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (ShopUnavailable("acme: no answer"), "shop unreachable"),
        (ShopRefused("acme: wrong password"), "shop refuses us"),
        (ForeignDesk("acme: an older copy"), "another desk writes to this shop"),
        (ShopError("acme: odd"), "shop work failed"),
    ],
)
async def test_a_failure_is_told_by_its_name_and_so_is_its_end(error: ShopError, event: str) -> None:
    health = StoreHealth("acme", 60)
    outcomes = [error, None]

    async def one_pass() -> str:
        failure = outcomes.pop(0)
        if failure is not None:
            raise failure
        return "done"

    with capture_logs() as lines:
        assert await worked(Work.PUSHING, health, asyncio.Event(), one_pass) == "done"
    assert [(line["event"], line["store"], line["work"]) for line in lines] == [
        (event, "acme", "pushing"),
        ("shop well again", "acme", "pushing"),
    ]
    assert lines[0]["cause"] == str(error)


async def test_what_hangs_longer_than_an_outage_is_told_of_by_nobody_and_tried_again() -> None:
    health = StoreHealth("acme", 60)
    sent, answered = asyncio.Event(), asyncio.Event()
    outcomes = [ShopUnavailable("acme: no answer within 10 s"), None]

    async def slow_pass() -> None:
        sent.set()
        await answered.wait()
        failure = outcomes.pop(0)
        if failure is not None:
            raise failure

    with capture_logs() as lines:
        comparing = asyncio.create_task(worked(Work.COMPARING, health, asyncio.Event(), slow_pass))
        await sent.wait()
        health.failed(Work.READING, ShopUnavailable("acme: gone"))
        health.well(Work.READING)
        answered.set()
        await comparing
    assert outcomes == []
    assert lines == []
