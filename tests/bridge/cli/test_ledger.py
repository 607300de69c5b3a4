"""`bridge ledger verify`: the books against themselves and against the shop's rows (rule C16)."""

import sqlite3
from pathlib import Path

import pytest

from bridge.cli.session import CLOCK
from bridge.contracts.answers import Answer
from bridge.desk.desk import FILE_NAME, Desk
from tests.bridge.cli.conftest import ShopPlace
from tests.support.bridges import BASE, ESSENTIAL
from tests.support.commands import Workplace


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """No daemon pushes beside these commands, so they look again at once where desk and shop differ."""
    monkeypatch.setattr("bridge.cli.verifying.PAUSE_S", 0.0)


def tamper(state: Path, *statements: str) -> None:
    """Change the desk's file behind the program's back."""
    connection = sqlite3.connect(state / FILE_NAME)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.usefixtures("desk")
def test_C16_sound_books_are_equal_and_counted(workplace: Workplace) -> None:
    for coins in ("25", "10"):
        workplace.cli("coins", "grant", "77", coins, "--reason", "x", "--by", "Anna")
    answer = workplace.cli("ledger", "verify", "--no-shop", "--json")
    assert answer.code == 0
    [store] = answer.document["stores"]
    assert (store["accounts"], store["entries"], store["packages"], store["coins"]) == (1, 2, 2, 35)
    assert (answer.document["ok"], store["differences"]) == (True, [])
    assert workplace.cli("ledger", "verify", "--no-shop").lines()[-1] == "All equal."


@pytest.mark.usefixtures("desk")
def test_C16_books_that_do_not_add_up_are_told_exactly(workplace: Workplace) -> None:
    workplace.cli("coins", "grant", "77", "25", "--reason", "x", "--by", "Anna")
    tamper(workplace.state, "UPDATE account SET posted = 26")
    answer = workplace.cli("ledger", "verify", "--no-shop")
    assert answer.code == 1
    told = "acme: customer 77: balance: expected 25 coins posted, 0 held, found 26 coins posted, 0 held"
    assert told in answer.lines()
    [first, *_] = workplace.cli("ledger", "verify", "--no-shop", "--json").document["stores"][0]["differences"]
    assert first == {
        "where": "customer 77: balance",
        "expected": "25 coins posted, 0 held",
        "found": "26 coins posted, 0 held",
    }


@pytest.mark.usefixtures("desk")
def test_a_store_that_is_not_paired_is_verified_alone(workplace: Workplace) -> None:
    answer = workplace.cli("ledger", "verify", "--json")
    assert (answer.code, answer.document["stores"][0]["shop"]) == (0, "not paired")


async def test_C16_the_shops_rows_are_compared_with_the_books(acme: ShopPlace) -> None:
    await acme.join()
    first, second = await acme.paid((BASE, 2)), await acme.paid((ESSENTIAL, 1))
    await acme.cli("sync", "--once")
    well = await acme.cli("ledger", "verify", "--json")
    assert (well.code, well.document["stores"][0]["compared"]) == (0, 2)
    rows = f"{acme.shop.prefix}supportbridge_"
    await acme.shop.execute(
        f"UPDATE {rows}account SET payload = REPLACE(payload, '1100', '9900') WHERE customer_id = {first}"
    )
    await acme.shop.execute(f"DELETE FROM {rows}entry WHERE customer_id = {second}")
    answer = await acme.cli("ledger", "verify", "--store", "acme")
    assert answer.code == 1
    told = [line for line in answer.lines() if line.startswith("acme: ")]
    assert any(line.startswith(f"acme: customer {first}: account row: signature: ") for line in told)
    assert any(line.startswith(f"acme: customer {second}: entry row 1: ") for line in told)
    assert (await acme.cli("ledger", "verify", "--no-shop")).code == 0


async def test_what_waits_for_its_push_is_counted_not_compared(acme: ShopPlace) -> None:
    await acme.join()
    customer = await acme.paid()
    await acme.cli("sync", "--once")
    await acme.cli("coins", "grant", str(customer), "5", "--reason", "x", "--by", "Anna")
    answer = await acme.cli("ledger", "verify", "--json")
    [store] = answer.document["stores"]
    assert (answer.code, store["compared"], store["waiting"], store["shop"]) == (0, 0, 1, "0 compared, 1 to push")


async def test_a_shop_that_cannot_be_read_leaves_the_books_verified(acme: ShopPlace, folder: Path) -> None:
    await acme.join()
    await acme.paid()
    await acme.cli("sync", "--once")
    acme.change_store(socket=folder / "nobody.sock")
    answer = await acme.cli("ledger", "verify", "--json")
    [store] = answer.document["stores"]
    assert (answer.code, store["error"], store["coins"]) == (1, "shop_unavailable", 550)
    shown = (await acme.cli("ledger", "verify")).lines()
    assert shown[-1] == "Try: see that the shop's database server runs and can be reached, then: bridge check"


async def test_C16_an_answer_that_was_taken_away_in_the_shop_is_named(acme: ShopPlace) -> None:
    await acme.join()
    customer = await acme.paid()
    words = {"text": {"en": "Your ticket has been sent; its number is 1."}, "data": {"ticket": 1}}
    answer = Answer("u", customer, CLOCK.now(), "ticket_open", "accepted", "ticket_opened", words)
    with Desk.open(acme.place.state / FILE_NAME) as desk:
        desk.run(lambda tx: tx.answers.add("acme", answer))
    await acme.cli("sync", "--once")
    assert (await acme.cli("ledger", "verify")).code == 0
    await acme.shop.execute(f"DELETE FROM {acme.shop.prefix}supportbridge_answer")
    wrong = await acme.cli("ledger", "verify")
    assert wrong.code == 1
    assert "acme: answer u: row: expected epoch " in wrong.out


async def test_C16_a_quote_that_was_changed_in_the_shop_is_named(acme: ShopPlace) -> None:
    await acme.join()
    customer = await acme.paid()
    await acme.cli("sync", "--once")
    await acme.cli("ticket", "open", str(customer), "--subject", "Analytics", "--text", "Please", "--by", "Anna")
    words = ("--coins", "50", "--words", "Set it up.", "--possible", "--by", "Anna")
    offered = await acme.cli("quote", "offer", "1", *words)
    assert offered.code == 0, offered.err
    await acme.cli("sync", "--once")
    table = f"{acme.shop.prefix}supportbridge_quote"
    assert (await acme.shop.fetch(f"SELECT quote_id FROM {table}")) == [(1,)]
    assert (await acme.cli("ledger", "verify")).code == 0
    await acme.shop.execute(f"UPDATE {table} SET payload = REPLACE(payload, '50', '05')")
    wrong = await acme.cli("ledger", "verify")
    assert (wrong.code, "quote 1: row: signature: expected one of the store's keys" in wrong.out) == (1, True)


async def test_C16_a_thread_that_was_changed_or_taken_away_in_the_shop_is_named(acme: ShopPlace) -> None:
    await acme.join()
    customer = await acme.paid()
    await acme.cli("sync", "--once")
    await acme.cli("ticket", "open", str(customer), "--subject", "Analytics", "--text", "Please", "--by", "Anna")
    await acme.cli("sync", "--once")
    assert (await acme.cli("ledger", "verify")).code == 0
    table, messages = (f"{acme.shop.prefix}supportbridge_{name}" for name in ("ticket", "message"))
    await acme.shop.execute(f"UPDATE {messages} SET payload = REPLACE(payload, 'Please', 'Refund')")
    wrong = await acme.cli("ledger", "verify")
    assert (wrong.code, "message 1:1: row: signature: expected one of the store's keys" in wrong.out) == (1, True)
    await acme.shop.execute(f"DELETE FROM {messages}")
    wrong = await acme.cli("ledger", "verify")
    assert (wrong.code, "message 1:1: row: expected epoch" in wrong.out) == (1, True), wrong.out
    await acme.shop.execute(f"UPDATE {table} SET payload = REPLACE(payload, 'Analytics', 'Free work')")
    wrong = await acme.cli("ledger", "verify")
    assert (wrong.code, "ticket 1: row: signature: expected one of the store's keys" in wrong.out) == (1, True)
    await acme.shop.execute(f"DELETE FROM {table}")
    wrong = await acme.cli("ledger", "verify")
    assert (wrong.code, "ticket 1: row: expected epoch" in wrong.out) == (1, True), wrong.out
