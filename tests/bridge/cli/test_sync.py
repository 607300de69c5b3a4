"""One round by hand on a real shop database: looked at first, confirmed where it is large, then booked and pushed."""

import asyncio
from datetime import date
from pathlib import Path

from bridge.desk.desk import FILE_NAME
from tests.bridge.cli.conftest import ShopPlace
from tests.scenarios.test_licence_table import MAPPED, make_table, sell
from tests.support.bridges import BASE, ESSENTIAL
from tests.support.desk_file import DeskFile


def content(state: Path) -> bytes:
    return (state / FILE_NAME).read_bytes()


async def rows_in_shop(acme: ShopPlace) -> list[tuple[int, int]]:
    rows = await acme.shop.fetch(
        f"SELECT customer_id, number FROM {acme.shop.prefix}supportbridge_account ORDER BY customer_id"
    )
    return [(int(customer), int(number)) for customer, number in rows]


async def test_C2_a_dry_run_shows_the_totals_and_writes_nothing(acme: ShopPlace) -> None:
    await acme.cli("desk", "upgrade")
    await acme.cli("store", "prepare", "acme")
    await acme.paid((BASE, 2), (ESSENTIAL, 1))
    before = content(acme.place.state)
    answer = await acme.cli("sync", "--dry-run", "--json")
    assert answer.code == 0
    assert answer.document["stores"] == [
        {
            "store": "acme",
            "first_sync": "pending",
            "orders": 1,
            "units": 3,
            "granted": {"units": 3, "coins": 1400},
            "licences": {"issued": 0, "changed": 0},
            "revoked": {"units": 0, "coins": 0},
            "reinstated": {"units": 0, "coins": 0},
            "set_aside": 0,
            "needs_confirmation": False,
        }
    ]
    assert "Nothing was written." in (await acme.cli("sync", "--dry-run")).out
    assert content(acme.place.state) == before
    assert DeskFile(acme.place.state / FILE_NAME).progress("acme") is None, "not even the store is known"
    assert await rows_in_shop(acme) == []


async def test_one_round_books_pushes_and_ends(acme: ShopPlace) -> None:
    await acme.join()
    customer = await acme.paid()
    answer = await acme.cli("sync", "--once", "--json")
    assert answer.code == 0, answer.err
    [store] = answer.document["stores"]
    assert (store["first_sync"], store["accounts_pushed"], store["accounts_waiting"]) == ("done", 1, 0)
    assert await rows_in_shop(acme) == [(customer, 1)]
    document = (await acme.cli("coins", "balance", str(customer), "--json")).document
    assert (document["available"], document["plan"]) == (550, "base")


async def test_a_later_round_waits_for_the_settle_time_and_books_what_changed(acme: ShopPlace) -> None:
    await acme.join()
    await acme.cli("sync", "--once")
    customer = await acme.paid()
    answer = await acme.cli("sync", "--once")
    assert answer.code == 0
    row = next(line for line in answer.lines() if line.startswith("acme"))
    assert row.split() == ["acme", "done", "1", "1", "0", "0", "550"]
    assert (customer, 1) in await rows_in_shop(acme)


async def test_C2_a_large_first_sync_waits_until_its_total_is_confirmed(acme: ShopPlace) -> None:
    acme.change_store(fuse_units=2)
    await acme.join()
    await acme.paid((BASE, 7))
    told = "bridge sync --once --store acme --confirm 7"
    assert told in (await acme.cli("sync", "--dry-run")).out
    waiting = await acme.cli("sync", "--once")
    assert (waiting.code, told in waiting.out) == (1, True)
    wrong = await acme.cli("sync", "--once", "--store", "acme", "--confirm", "70")
    assert (wrong.code, wrong.err.splitlines()[-2:]) == (
        2,
        [
            "Error: store acme: the total is 7 units now, not 70; nothing was booked",
            "Try: bridge sync --dry-run --store acme",
        ],
    )
    assert await rows_in_shop(acme) == []
    right = await acme.cli("sync", "--once", "--confirm", "7")
    assert right.code == 0, right.out + right.err
    assert len(await rows_in_shop(acme)) == 1
    again = await acme.cli("sync", "--once", "--confirm", "7")
    assert again.code == 2
    assert "Error: the first sync of store acme is done: there is nothing to confirm" in again.err


async def test_C2_a_total_can_be_confirmed_beside_a_running_daemon(acme: ShopPlace) -> None:
    acme.change_store(fuse_units=2)
    await acme.join()
    await acme.paid((BASE, 7))
    await acme.cli("sync", "--once")
    [problem] = (await acme.cli("problems", "list", "--json")).document["problems"]
    assert problem["detail"]["units"] == 7
    assert (await acme.cli("problems", "retry", str(problem["problem"]), "--by", "Anna")).code == 0
    assert (await acme.cli("sync", "--once")).code == 0


async def test_a_store_that_is_down_does_not_keep_another_from_its_turn(acme: ShopPlace, folder: Path) -> None:
    await acme.join()
    customer = await acme.paid()
    down = acme.store.text().replace(str(acme.shop.parameters.socket), str(folder / "nobody.sock"))
    (acme.place.config / "stores" / "aaa.toml").write_text(down)
    answer = await acme.cli("sync", "--once", "--json")
    assert answer.code == 1
    first, second = answer.document["stores"]
    assert (first["store"], first["error"]) == ("aaa", "shop_unavailable")
    assert (second["store"], second["accounts_pushed"]) == ("acme", 1)
    assert await rows_in_shop(acme) == [(customer, 1)]
    shown = await acme.cli("sync", "--dry-run")
    assert (shown.code, "Error: aaa: database" in shown.out) == (1, True)


async def test_a_store_without_a_key_is_booked_and_told(acme: ShopPlace) -> None:
    await acme.cli("desk", "upgrade")
    await acme.paid()
    answer = await acme.cli("sync", "--once")
    assert answer.code == 1
    assert "Store acme has no key, so nothing is pushed: bridge store pair acme" in answer.out


async def test_a_shop_that_is_always_busy_does_not_hold_the_round_for_ever(acme: ShopPlace) -> None:
    acme.change_store(settle_seconds=0.1)
    await acme.join()
    await acme.cli("sync", "--once")
    customer = await acme.paid()

    closed = asyncio.Event()

    async def keep_selling() -> None:
        while not closed.is_set():
            await acme.paid()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(keep_selling())
        answer = await acme.cli("sync", "--once")
        closed.set()
    assert answer.code == 1, answer.err
    assert "Orders of store acme keep changing; run bridge sync --once again for the rest." in answer.out
    assert (customer, 1) in await rows_in_shop(acme), "what was there when it began was read"


async def test_progress_goes_to_standard_error_alone(acme: ShopPlace) -> None:
    await acme.join()
    await acme.paid()
    answer = await acme.cli("sync", "--once", "--json")
    assert answer.document["stores"][0]["posted"] == 550
    assert "first sync done" in answer.err


async def test_L8_a_round_reads_the_vendors_own_licences_and_a_check_shows_what_they_come_to(acme: ShopPlace) -> None:
    await make_table(acme.shop)
    acme.change_store(sections=MAPPED)
    customer = await acme.shop.add_customer("ada@shop.example")
    await sell(acme.shop, "VENDOR-KEY-1", customer, date(2099, 12, 31))
    await acme.join()
    assert (await acme.cli("sync", "--once")).code == 0
    [one] = (await acme.cli("licence", "list", "--json")).document["licences"]
    assert (one["owner"]["id"], one["product"], one["status"]) == (customer, "seo", "active")
    lines = [line for line in (await acme.cli("check", "--store", "acme")).lines() if "licence table" in line]
    assert len(lines) == 1
    assert f"row 1: key …-KEY-1, seo, customer {customer}, active, support until 2099-12-31" in lines[0]
