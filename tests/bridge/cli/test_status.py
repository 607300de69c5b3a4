"""How every store is, with a daemon that answers and without one."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from tests.bridge.cli.conftest import ShopPlace
from tests.support.commands import python_path
from tests.support.waiting import PATIENCE_S, wait_until


@contextmanager
def daemon(acme: ShopPlace) -> Iterator[None]:
    """The daemon as a process of its own until the block ends; it ends well."""
    with subprocess.Popen(
        [sys.executable, "-m", "bridge.cli.entry", "run", "--config", str(acme.place.config)],
        env={"PYTHONPATH": python_path()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield
        finally:
            process.terminate()
            said, _ = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, said) == (0, b"")


def told(acme: ShopPlace) -> dict[str, Any]:
    """What the daemon says about acme, through `bridge status`."""
    return cast(dict[str, Any], acme.place.cli("status", "--json").document["stores"][0]["daemon"] or {})


async def becomes(acme: ShopPlace, state: str) -> None:
    """Wait until the daemon says that acme is in this state."""
    await asyncio.to_thread(wait_until, lambda: told(acme).get("state") == state, f"the daemon says: acme is {state}")


async def test_without_a_daemon_the_desk_says_what_it_knows(acme: ShopPlace) -> None:
    await acme.join()
    await acme.paid()
    await acme.cli("sync", "--once")
    document = (await acme.cli("status", "--json")).document
    assert document["daemon"]["answers"] is False
    assert (await acme.cli("status", "--json")).code == 4, "a monitor must hear of it"
    [store] = document["stores"]
    assert (store["store"], store["first_sync"], store["accounts"], store["posted"]) == ("acme", "done", 1, 550)
    shown = await acme.cli("status")
    assert shown.code == 4
    assert "does not answer" in shown.out
    assert shown.lines()[-1].split() == ["acme", "not", "running", "done", "0", "0", "1", "550", "0"]


async def test_a_running_daemon_is_asked(acme: ShopPlace) -> None:
    await acme.join()
    await acme.paid()
    with daemon(acme):
        await asyncio.to_thread(
            wait_until, lambda: told(acme).get("state") == "well", "the daemon says that acme is well"
        )
        shown = await acme.cli("status")
        checked = await acme.cli("check", "--json")
        busy = await acme.cli("sync", "--once")
    assert shown.code == 0
    assert shown.lines()[-1].split()[:2] == ["acme", "well"]
    assert "ago" in shown.lines()[-1]
    assert {one["name"]: one["level"] for one in checked.document["findings"]}["daemon"] == "ok"
    assert (busy.code, "is in use by bridge run" in busy.err) == (1, True)


async def test_a_store_that_a_running_daemon_does_not_know_is_found_wrong(acme: ShopPlace) -> None:
    """Its file came after the start, and nobody has reloaded the settings."""
    await acme.join()
    with daemon(acme):
        await becomes(acme, "well")
        assert (await acme.cli("status")).code == 0
        file = acme.place.config / "stores" / "acme.toml"
        file.with_name("beta.toml").write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
        file.unlink()
        shown = await acme.cli("status")
    assert shown.code == 1
    assert shown.lines()[-1].split()[:3] == ["beta", "not", "running"]


async def test_a_store_that_is_down_is_found_wrong_with_its_cause(acme: ShopPlace) -> None:
    await acme.join()
    acme.change_store(socket=acme.place.state / "nobody.sock")
    with daemon(acme):
        await asyncio.to_thread(
            wait_until, lambda: told(acme).get("state") == "down", "the daemon says that acme is down"
        )
        shown = await acme.cli("status")
    assert shown.code == 1
    assert shown.lines()[-1].startswith("acme: database")
