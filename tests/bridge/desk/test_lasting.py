"""What the writing connection remembers of stores and policies from one transaction to the next."""

import asyncio
from collections.abc import Callable, Iterator

import pytest

from bridge.contracts.desk import Tx
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from tests.support.books import ACME, MONDAY_9AM, a_quick_desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    with a_quick_desk() as one:
        yield one


def documents(tx: Tx, store: str = ACME) -> list[str]:
    return [one.document for one in tx.policies.all(store)]


def add(tx: Tx, document: str, *, fail: bool = False) -> list[str]:
    tx.policies.add(ACME, document, at=MONDAY_9AM)
    found = documents(tx)
    if fail:
        raise RuntimeError("taken back")
    return found


def test_T9_a_policy_that_was_taken_back_was_never_in_force(desk: Desk) -> None:
    desk.run(add, "first")
    with pytest.raises(RuntimeError):
        desk.run(add, "taken back", fail=True)
    assert desk.run(add, "second") == ["first", "second"]
    assert desk.run(documents) == ["first", "second"]


def test_T9_a_policy_that_an_attempt_took_back_was_never_in_force(desk: Desk) -> None:
    def attempted(tx: Tx) -> list[str]:
        with pytest.raises(RuntimeError), tx.attempt():
            add(tx, "taken back", fail=True)
        return add(tx, "second")

    desk.run(add, "first")
    assert desk.run(attempted) == ["first", "second"]


async def test_T9_a_policy_that_one_of_several_waiting_actions_took_back_was_never_in_force(desk: Desk) -> None:
    desk.start()
    await desk.transact("first", add, "first")
    waiting: list[Callable[[Tx], list[str]]] = [
        documents,
        lambda tx: add(tx, "taken back", fail=True),
        lambda tx: add(tx, "second"),
        documents,
    ]
    found = await asyncio.gather(*(desk.transact("one", each) for each in waiting), return_exceptions=True)
    assert found[0] == ["first"]
    assert isinstance(found[1], RuntimeError)
    assert found[2:] == [["first", "second"]] * 2


def test_T9_a_policy_that_another_process_wrote_is_seen_at_once(desk: Desk) -> None:
    with Desk.open(desk.path) as other:
        assert desk.run(add, "first") == ["first"]
        assert other.run(add, "second") == ["first", "second"]
        assert desk.run(documents) == ["first", "second"]
        assert desk.run(add, "third") == ["first", "second", "third"]


def test_a_store_whose_recording_was_taken_back_gets_its_number_anew(desk: Desk) -> None:
    def recorded(tx: DeskTx, name: str, *, fail: bool = False) -> int:
        tx.stores.get(name)
        number = tx.stores.number(name)
        if fail:
            raise RuntimeError("taken back")
        return number

    def number_of(tx: Tx, name: str) -> int:
        return tx.stores.get(name).id

    with pytest.raises(RuntimeError):
        desk.run(recorded, "first", fail=True)
    numbers = {name: desk.run(recorded, name) for name in ("second", "first")}
    assert numbers == {name: desk.look(number_of, name) for name in numbers}
    assert len(set(numbers.values())) == 2


def test_T9_however_many_policies_a_store_has_had_each_is_read_once(desk: Desk) -> None:
    for number in range(60):
        desk.run(add, f"the {number}th")
    asked: list[str] = []
    desk._connection.set_trace_callback(asked.append)
    assert len(desk.run(documents)) == 60
    desk._connection.set_trace_callback(None)
    (question,) = [one for one in asked if "FROM policy" in one]
    assert "policy.version > 60" in question
