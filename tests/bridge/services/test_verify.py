"""A desk that was tampered with, or damaged, is told from a sound one, and exactly where (rule C16)."""

import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.services import guests
from bridge.services.findings import MOST_LISTED, Difference
from bridge.services.verify import Verified, verify
from tests.bridge.services.conftest import Keeper
from tests.support.books import ACME, BASE, PRO, REFUNDED, a_store, an_order, customer, guest, rows
from tests.support.quoting import CUSTOMER, CoinDesk, a_coin_desk


def verified(desk: Desk) -> Verified:
    return desk.look(verify, ACME)


def damage(desk: Desk, *statements: str) -> None:
    """Change the books past all of our own code, triggers and constraints."""

    def work(tx: DeskTx) -> None:
        for statement in statements:
            tx.connection.execute(statement)

    desk._connection.execute("PRAGMA foreign_keys=OFF")
    desk.run(
        lambda tx: [tx.connection.execute(f"DROP TRIGGER entry_is_never_{verb}") for verb in ("changed", "deleted")]
    )
    desk.run(work)


@pytest.fixture
def busy(keeper: Keeper) -> Keeper:
    """Books with some of everything: packages 1 to 3 of customer 77, 4 of a guest, entries 1 to 8."""
    keeper.book(an_order(1042, (BASE, 2)), an_order(1043, (PRO, 1)), an_order(1050, buyer=guest(1050), customer_id=0))
    keeper.correct(customer(77), -50)
    keeper.book(an_order(1042, (BASE, 2), status=REFUNDED))
    keeper.book(an_order(1042, (BASE, 1)))
    return keeper


def test_C16_a_sound_desk_is_right(busy: Keeper) -> None:
    assert verified(busy.desk) == Verified(accounts=2, entries=8, packages=4, coins=550 - 50 + 900 + 550)
    assert verified(busy.desk).right


def test_C16_an_empty_desk_and_an_unknown_store_are_right(keeper: Keeper) -> None:
    assert verified(keeper.desk) == Verified()


def test_C16_held_coins_and_empty_packages_are_right(busy: Keeper) -> None:
    busy.correct(customer(77), -1400, key="all")
    busy.book(an_order(1043, (PRO, 1), status=REFUNDED))
    assert verified(busy.desk).differences == ()


@pytest.mark.parametrize(
    ("statement", "differences"),
    [
        (
            "UPDATE package SET posted = posted + 7 WHERE id = 3",
            [
                ("customer 77: sum of its packages", "1400 coins posted, 0 held", "1407 coins posted, 0 held"),
                ("customer 77: package 3: coins", "900 coins posted, 0 held", "907 coins posted, 0 held"),
            ],
        ),
        (
            "UPDATE package SET held = 9 WHERE id = 3",
            [
                ("customer 77: sum of its packages", "1400 coins posted, 0 held", "1400 coins posted, 9 held"),
                ("customer 77: package 3: coins", "900 coins posted, 0 held", "900 coins posted, 9 held"),
                ("customer 77: package 3: held by its quotes", "0", "9"),
            ],
        ),
        (
            "UPDATE account SET posted = 0 WHERE id = 1",
            [
                ("customer 77: balance", "1400 coins posted, 0 held", "0 coins posted, 0 held"),
                ("customer 77: sum of its packages", "0 coins posted, 0 held", "1400 coins posted, 0 held"),
            ],
        ),
        ("UPDATE account SET entries = 9 WHERE id = 1", [("customer 77: number of entries", "7", "9")]),
        (
            "UPDATE entry SET posted_after = 1 WHERE account_id = 1 AND number = 7",
            [("customer 77: entry 7: balance after it", "1400 coins posted, 0 held", "1 coins posted, 0 held")],
        ),
        (
            "UPDATE entry SET postings = '[[4,500,0]]' WHERE account_id = 1 AND number = 7",
            [
                ("customer 77: entry 7", "packages of the account alone", "package 4"),
                ("customer 77: package 1: coins", "0 coins posted, 0 held", "500 coins posted, 0 held"),
                ("customer 77: package 1: revoked and not given back", "0", "500"),
            ],
        ),
        (
            "UPDATE package SET coins = 5000 WHERE id = 3",
            [("customer 77: package 3: size when granted", "900", "5000")],
        ),
        (
            "UPDATE package SET taken = 1 WHERE id = 2",
            [("customer 77: package 2: taken by its last revocation", "550", "1")],
        ),
        (
            "UPDATE package SET revoked = 1 WHERE id = 3",
            [("customer 77: package 3: unheld coins of a revoked package", "0", "900")],
        ),
        (
            "UPDATE package SET revoked = 0, taken = 0 WHERE id = 2",
            [("customer 77: package 2: revoked and not given back", "0", "550")],
        ),
        (
            "UPDATE entry SET key = 'acme:order:1:base:unit:1' WHERE account_id = 1 AND number = 3",
            [
                (
                    "customer 77: package 3: key of its grant",
                    "acme:order:1043:professional:unit:1",
                    "acme:order:1:base:unit:1",
                )
            ],
        ),
        (
            "UPDATE purchase SET account_id = 2 WHERE order_id = 1043",
            [("customer 77: package 3: account of order 1043", "1", "2")],
        ),
        (
            "DELETE FROM purchase WHERE order_id = 1050",
            [("guest order 1050: package 4: account of order 1050", "2", "no order that is remembered")],
        ),
        (
            "UPDATE package SET account_id = 99 WHERE id = 4",
            [
                ("guest order 1050: entry 1", "packages of the account alone", "package 4"),
                ("guest order 1050: sum of its packages", "550 coins posted, 0 held", "0 coins posted, 0 held"),
                ("package 4", "an account of the store", "no such account"),
            ],
        ),
        (
            "DELETE FROM account WHERE id = 2",
            [
                ("package 4", "an account of the store", "no such account"),
                ("entry 4", "an account of the store", "no such account"),
            ],
        ),
    ],
)
def test_C16_what_was_changed_is_named(busy: Keeper, statement: str, differences: list[tuple[str, str, str]]) -> None:
    damage(busy.desk, statement)
    assert verified(busy.desk).differences == tuple(Difference(*one) for one in differences)


@pytest.mark.parametrize("number", range(1, 8))
def test_C16_no_entry_can_go_unnoticed(busy: Keeper, number: int) -> None:
    damage(busy.desk, f"DELETE FROM entry WHERE account_id = 1 AND number = {number}")
    found = {one.where for one in verified(busy.desk).differences}
    assert "customer 77: number of entries" in found
    assert "customer 77: balance" in found
    if number < 7:
        assert f"customer 77: entry {number + 1}: place in its account" in found


def test_C16_an_entry_that_was_slipped_in_is_noticed_also_when_all_totals_were_made_to_fit(busy: Keeper) -> None:
    """Whoever writes into the desk's file can make every sum fit; the package then holds more than was granted."""
    damage(
        busy.desk,
        "INSERT INTO entry (account_id, number, key, kind, at_ms, posted, held, posted_after, held_after, postings,"
        " reason) VALUES (1, 8, 'acme:order:1043:professional:unit:1:reinstate:1', 'reinstate', 0, 900, 0, 2300, 0,"
        " '[[3,900,0]]', '')",
        "UPDATE package SET posted = 1800 WHERE id = 3",
        "UPDATE account SET posted = 2300, entries = 8 WHERE id = 1",
    )
    assert [one.where for one in verified(busy.desk).differences] == [
        "customer 77: package 3: revoked and not given back"
    ]


def test_C4_a_package_that_was_ever_overdrawn_is_named_though_it_is_not_now(busy: Keeper) -> None:
    damage(
        busy.desk,
        "UPDATE entry SET postings = '[[3,-950,0]]', posted = -950 WHERE account_id = 1 AND number = 4",
        "UPDATE entry SET postings = '[[3,900,0]]' WHERE account_id = 1 AND number = 7",
    )
    found = verified(busy.desk).differences
    assert (
        Difference(
            "customer 77: entry 4", "0 <= held <= posted in every package", "package 3 with -50 coins posted, 0 held"
        )
        in found
    )


def test_C16_a_desk_that_is_wrong_everywhere_lists_the_first_thousand(keeper: Keeper) -> None:
    keeper.book(*(an_order(number, buyer=customer(number)) for number in range(1, 701)), fuse=False)
    damage(keeper.desk, "UPDATE package SET posted = 1")
    found = verified(keeper.desk)
    assert len(found.differences) == MOST_LISTED
    assert found.unlisted == 400
    assert not found.right


def test_C16_other_stores_are_not_this_stores_business(busy: Keeper) -> None:
    busy.store = a_store(name="other")
    busy.book(an_order(1, buyer=customer(1)))
    damage(busy.desk, "UPDATE account SET posted = 1 WHERE store_id = 2")
    assert verified(busy.desk).right
    assert not busy.desk.look(verify, "other").right


def test_C16_a_long_history_is_verified_in_the_memory_of_a_short_one(keeper: Keeper) -> None:
    def peak() -> int:
        tracemalloc.start()
        try:
            assert verified(keeper.desk).right
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    keeper.store = a_store(units_per_order=100_000)
    keeper.book(*(an_order(number, buyer=customer(number)) for number in range(1, 1001)), fuse=False)
    peak()
    short = peak()
    for start in (2000, 4000, 6000, 8000):
        keeper.book(*(an_order(start + number, buyer=customer(start + number)) for number in range(1000)), fuse=False)
    assert rows(keeper.desk, "SELECT COUNT(*) FROM entry") == [(5000,)]
    assert peak() < 2 * short


@pytest.mark.parametrize(
    "change", [lambda k: k.book(an_order(1042, (BASE, 5))), lambda k: k.correct(customer(77), 5, key="x")]
)
def test_C16_a_desk_stays_right_whatever_is_booked(busy: Keeper, change: Callable[[Keeper], Any]) -> None:
    change(busy)
    assert verified(busy.desk).right


@pytest.fixture
def working() -> Iterator[CoinDesk]:
    """A coin desk with a settled quote 1, a held quote 2 and a quote 3 moved here from a guest with its package."""
    with a_coin_desk() as desk:
        desk.granted(CUSTOMER, 100)
        desk.settled(desk.approved(desk.offered(CUSTOMER, 30)), 20)
        desk.approved(desk.offered(CUSTOMER, 25))
        desk.granted(guest(1050), 50)
        desk.approved(desk.offered(guest(1050), 15))
        desk.desk.run(guests.link, ACME, 1050, CUSTOMER, by="Anna", at=desk.now)
        yield desk


def test_C16_quotes_and_what_was_moved_are_right(working: CoinDesk) -> None:
    assert verified(working.desk).differences == ()


@pytest.mark.parametrize(
    ("statement", "differences"),
    [
        (
            "UPDATE quote SET hold = '[[1,24]]' WHERE id = 2",
            [
                ("customer 77: quote 2: held", "25", "24"),
                ("customer 77: package 1: held by its quotes", "24", "25"),
            ],
        ),
        ("UPDATE quote SET spent = 10 WHERE id = 1", [("customer 77: quote 1: spent", "20", "10")]),
        (
            "UPDATE quote SET state = 'released' WHERE id = 2",
            [("customer 77: quote 2: state of one that holds coins", "approved or started", "released")],
        ),
        (
            "UPDATE quote SET state = 'released' WHERE id = 1",
            [("customer 77: quote 1: coins it cost, being released", "none", "a number")],
        ),
        (
            "UPDATE package SET extended_ms = usable_until_ms + 1 WHERE id = 1",
            [("customer 77: package 1: extended", "no", "yes")],
        ),
        (
            "UPDATE decision SET coins = 24 WHERE quote_id = 2",
            [("customer 77: quote 2: coins approved, and held then", "[24]", "[25]")],
        ),
        (
            "DELETE FROM decision WHERE quote_id = 1",
            [("customer 77: quote 1: coins approved, and held then", "[]", "[30]")],
        ),
        (
            "UPDATE entry SET key = 'x' WHERE key = 'acme:guest:1050:out:2'",
            [("customer 77: entry 6: counterpart", "package 2: -50 coins posted, -15 held", "no such entry")],
        ),
    ],
)
def test_C16_a_quote_that_was_changed_is_named(
    working: CoinDesk, statement: str, differences: list[tuple[str, str, str]]
) -> None:
    damage_more(working.desk, statement)
    assert verified(working.desk).differences[: len(differences)] == tuple(Difference(*one) for one in differences)


def damage_more(desk: Desk, statement: str) -> None:
    """As `damage`; evidence is protected by triggers of its own."""
    names = rows(desk, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'entry%'")
    desk.run(lambda tx: [tx.connection.execute(f"DROP TRIGGER {name}") for (name,) in names])
    damage(desk, statement)
