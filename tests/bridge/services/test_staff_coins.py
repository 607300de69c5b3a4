"""What staff do by hand: grants, corrections, balances, statements (rules C4, C10, C15, C18)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bridge.domain.events import CoinsChanged
from bridge.domain.ledger import EntryKind
from bridge.errors import ImpossibleAmount, KeyReused, NotEnoughCoins, UnknownAccount
from bridge.services import heartbeat, staff_coins
from bridge.services.staff_coins import Balance
from tests.bridge.services.conftest import Keeper
from tests.support.books import (
    ACME,
    BASE,
    CHARGED_BACK,
    MONDAY_9AM,
    NEW_YORK,
    TEHRAN,
    an_order,
    customer,
    dump,
    rows,
)

TABLES = ("account", "package", "entry", "outbox")


def grant(keeper: Keeper, **different: Any) -> Balance:
    facts = {"coins": 100, "reason": "a gift", "staff": "Anna", "key": "1", "zone": TEHRAN, "at": MONDAY_9AM}
    return keeper.desk.run(staff_coins.grant, ACME, customer(77), **{**facts, **different})


def correct(keeper: Keeper, **different: Any) -> Balance:
    facts = {"coins": -100, "reason": "a typo", "staff": "Anna", "key": "2", "zone": TEHRAN, "at": MONDAY_9AM}
    return keeper.desk.run(staff_coins.correct, ACME, customer(77), **{**facts, **different})


def test_C15_a_grant_is_a_package_of_its_own_for_a_year_without_a_plan(keeper: Keeper) -> None:
    balance = grant(keeper)
    (package,) = balance.packages
    assert (balance.available, package.coins, package.plan, package.unit) == (100, 100, None, None)
    assert package.usable_until == datetime(2027, 11, 23, 20, 29, 59, tzinfo=UTC)
    (entry,) = keeper.desk.look(staff_coins.statement, ACME, customer(77))
    assert (entry.entry.kind, entry.entry.reason, entry.entry.staff) == (EntryKind.GRANT, "a gift", "Anna")


def test_C15_a_grant_may_name_its_last_day_and_a_plan(keeper: Keeper) -> None:
    (package,) = grant(keeper, last_day=date(2026, 11, 23), plan="base").packages
    assert package.plan == "base"
    assert package.usable_until == datetime(2026, 11, 23, 20, 29, 59, tzinfo=UTC), "today is a day to come"


def test_C17_whoever_is_given_coins_is_told_until_when_he_can_use_them(keeper: Keeper) -> None:
    (package,) = grant(keeper).packages
    correct(keeper, coins=5, key="3")
    correct(keeper)
    told = [one.event for one in keeper.desk.look(lambda tx: tx.outbox.due(MONDAY_9AM, 10))]
    ends = [one.usable_until for one in told if isinstance(one, CoinsChanged)]
    assert ends == [package.usable_until, package.usable_until, None]


@pytest.mark.parametrize("plan", [None, "base"])
def test_C15_the_same_key_again_changes_nothing(keeper: Keeper, plan: str | None) -> None:
    grant(keeper, plan=plan, last_day=date(2026, 12, 1))
    before = dump(keeper.desk, TABLES)
    for later in (timedelta(minutes=1), timedelta(days=300)):
        again = grant(keeper, plan=plan, last_day=date(2026, 12, 1), at=MONDAY_9AM + later, reason="in other words")
        assert len(again.packages) == 1
    assert dump(keeper.desk, TABLES) == before


@pytest.mark.parametrize(
    ("other", "offered"),
    [
        ({"coins": 101}, "grant of +101 coins"),
        ({"plan": "base"}, "a package of plan base until 2027-11-23 20:29 UTC"),
        ({"last_day": date(2027, 1, 1)}, "a package of no plan until 2027-01-01 20:29 UTC"),
        ({"kind": EntryKind.CORRECT}, "correct of +100 coins"),
    ],
)
def test_C15_a_key_with_other_content_is_refused(keeper: Keeper, other: dict[str, Any], offered: str) -> None:
    grant(keeper)
    before = dump(keeper.desk, TABLES)
    with pytest.raises(KeyReused) as refusal:
        grant(keeper, **other)
    assert refusal.value.key == "acme:staff:1"
    assert offered in refusal.value.offered
    assert dump(keeper.desk, TABLES) == before


def test_C5_the_same_key_again_changes_nothing_after_a_down_time_has_moved_its_end(keeper: Keeper) -> None:
    facts = {"last_day": date(2026, 11, 23)}
    grant(keeper, **facts)
    keeper.desk.run(heartbeat.beat, MONDAY_9AM)
    keeper.desk.run(heartbeat.beat, MONDAY_9AM + timedelta(days=1))
    assert len(grant(keeper, **facts).packages) == 1
    with pytest.raises(KeyReused):
        grant(keeper, plan="base", **facts)


def test_C15_the_same_key_for_another_customer_is_refused_and_opens_no_account(keeper: Keeper) -> None:
    grant(keeper)
    with pytest.raises(KeyReused):
        keeper.desk.run(
            staff_coins.grant, ACME, customer(78), coins=100, reason="x", staff="Anna", key="1", zone=TEHRAN,
            at=MONDAY_9AM,
        )  # fmt: skip
    assert keeper.account(customer(78)) is None


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"coins": 0}, "coins: must be between 1 and 1000000 coins, not 0"),
        ({"coins": -5}, "coins: must be between 1 and 1000000 coins, not -5"),
        ({"coins": 1_000_001}, "coins: must be between 1 and 1000000 coins, not 1000001"),
        ({"coins": 1.5}, "coins: must be a whole number of coins, not 1.5"),
        ({"reason": " "}, "reason: must say why, in words the customer may read (rule C15)"),
        ({"reason": "gift \udcff"}, "reason: must be text, not bytes that are no UTF-8"),
        ({"staff": ""}, "staff: must name who does it (rule C15)"),
        ({"last_day": date(2026, 11, 22)}, "expiry: must be a day to come, within 100 years, not 2026-11-22"),
        ({"last_day": date.max}, "expiry: must be a day to come, within 100 years, not 9999-12-31"),
        ({"last_day": date.max, "zone": NEW_YORK}, "expiry: must be a day to come, within 100 years, not 9999-12-31"),
    ],
)
def test_C15_a_bad_grant_is_refused_with_its_value_and_leaves_nothing(
    keeper: Keeper, bad: dict[str, Any], says: str
) -> None:
    with pytest.raises(ImpossibleAmount) as refusal:
        grant(keeper, **bad)
    assert str(refusal.value) == says
    assert rows(keeper.desk, "SELECT COUNT(*) FROM account") == [(0,)]


def test_C15_the_day_is_the_stores_not_the_desks(keeper: Keeper) -> None:
    """At 21:00 UTC it is tomorrow in Tehran: yesterday's date there is refused, today's counts."""
    late = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
    with pytest.raises(ImpossibleAmount):
        grant(keeper, last_day=date(2026, 11, 23), at=late)
    assert grant(keeper, last_day=date(2026, 11, 24), at=late).available == 100


def test_C15_a_correction_upwards_is_a_new_package_and_says_so(keeper: Keeper) -> None:
    keeper.book(an_order())
    balance = correct(keeper, coins=30)
    assert (balance.available, len(balance.packages)) == (580, 2)
    last = keeper.desk.look(staff_coins.statement, ACME, customer(77))[-1]
    assert (last.entry.kind, last.entry.posted, last.posted_after) == (EntryKind.CORRECT, 30, 580)


def test_C4_a_correction_downwards_takes_from_what_ends_first(keeper: Keeper) -> None:
    keeper.book(an_order(1042, (BASE, 1)))
    grant(keeper, last_day=date(2026, 12, 1))
    balance = correct(keeper, coins=-130)
    assert [package.posted for package in balance.packages] == [0, 520]
    assert balance.available == 520


def test_C5_what_has_ended_is_neither_available_nor_taken(keeper: Keeper) -> None:
    keeper.book(an_order())
    grant(keeper, last_day=date(2026, 11, 23))
    tomorrow = MONDAY_9AM + timedelta(days=1)
    with pytest.raises(NotEnoughCoins) as refusal:
        correct(keeper, coins=-551, at=tomorrow)
    assert (refusal.value.needed, refusal.value.available) == (551, 550)
    balance = correct(keeper, coins=-550, at=tomorrow)
    assert (balance.available, balance.account.posted) == (0, 100)


def test_C10_what_is_not_there_is_not_taken_and_the_key_stays_free(keeper: Keeper) -> None:
    grant(keeper)
    before = dump(keeper.desk, TABLES)
    with pytest.raises(NotEnoughCoins, match=r"has 100 coins available, 101 needed$"):
        correct(keeper, coins=-101)
    assert dump(keeper.desk, TABLES) == before
    assert correct(keeper, coins=-100).available == 0


def test_C15_a_correction_again_under_its_key_changes_nothing(keeper: Keeper) -> None:
    grant(keeper)
    correct(keeper, coins=-60)
    before = dump(keeper.desk, TABLES)
    assert correct(keeper, coins=-60).available == 40
    assert dump(keeper.desk, TABLES) == before


@pytest.mark.parametrize("coins", [-61, -1, 60])
def test_C15_another_correction_under_a_recorded_key_is_refused(keeper: Keeper, coins: int) -> None:
    grant(keeper)
    correct(keeper, coins=-60)
    with pytest.raises(KeyReused) as refusal:
        correct(keeper, coins=coins)
    assert "correct of -60 coins" in refusal.value.recorded
    assert f"correct of {coins:+d} coins" in refusal.value.offered
    assert keeper.posted(customer(77)) == 40


@pytest.mark.parametrize("coins", [0, -1_000_001, 1_000_001])
def test_C15_a_correction_of_nothing_or_of_too_much_is_refused(keeper: Keeper, coins: int) -> None:
    grant(keeper)
    with pytest.raises(ImpossibleAmount, match="must be between 1 and 1000000 coins"):
        correct(keeper, coins=coins)


@pytest.mark.parametrize("coins", [5, -5])
def test_C15_a_correction_needs_an_account(keeper: Keeper, coins: int) -> None:
    with pytest.raises(UnknownAccount, match=r"^acme: customer 77 has no account$"):
        correct(keeper, coins=coins)
    with pytest.raises(UnknownAccount):
        keeper.desk.look(staff_coins.balance, ACME, customer(77), at=MONDAY_9AM)
    with pytest.raises(UnknownAccount):
        keeper.desk.look(staff_coins.statement, ACME, customer(77))


def test_C15_a_frozen_account_can_still_be_given_and_corrected(keeper: Keeper) -> None:
    keeper.book(an_order())
    keeper.book(an_order(status=CHARGED_BACK))
    assert grant(keeper).available == 100
    balance = correct(keeper)
    assert (balance.available, balance.account.frozen) == (0, True)


def test_C18_a_statement_has_every_entry_in_order_with_the_balance_after_it(keeper: Keeper) -> None:
    grant(keeper, coins=1000)
    for number in range(1, 31):
        correct(keeper, coins=-number, key=f"c{number}")
    statement = keeper.desk.look(staff_coins.statement, ACME, customer(77))
    assert [one.number for one in statement] == list(range(1, 32))
    balance = 0
    for one in statement:
        balance += one.entry.posted
        assert one.posted_after == balance
    assert balance == 1000 - 465


def test_C17_each_grant_and_correction_is_told_once(keeper: Keeper) -> None:
    for _ in range(2):
        grant(keeper, plan="base")
        correct(keeper)
    deliveries = keeper.desk.look(lambda tx: tx.outbox.due(MONDAY_9AM, 10))
    assert [(one.hook, getattr(one.event, "coins", None)) for one in deliveries] == [
        ("bridge_coins_granted", 100),
        ("bridge_coins_corrected", -100),
        ("bridge_balance_low", None),
    ]
