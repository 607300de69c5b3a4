"""The rows an account page is made of, to the byte (rules C5, C6, C16): what is written here, PHP reads."""

import json
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest

from bridge.contracts.accounts import PushState
from bridge.contracts.shop import AccountRows
from bridge.contracts.shop_rows import SigningKey, canonical_json, verifies
from bridge.domain.plans import PlanBook
from bridge.errors import DeskDamaged
from bridge.services import account_pages, staff_coins
from bridge.services.account_pages import Batch, PageTerms, entry_document, waiting_batch
from tests.bridge.services.conftest import Keeper
from tests.support.books import (
    ACME,
    BASE,
    CHARGED_BACK,
    ESSENTIAL_PLAN,
    MONDAY_9AM,
    PLANS,
    PRO,
    TEHRAN,
    a_store,
    an_order,
    customer,
    guest,
)

KEY = SigningKey("k1", bytes(range(32)))
TERMS = PageTerms(ACME, TEHRAN, PLANS, KEY, epoch=3)


def batch(keeper: Keeper, *, limit: int = 100, skip: frozenset[int] = frozenset(), days: int = 0) -> Batch:
    return keeper.desk.look(waiting_batch, TERMS, at=MONDAY_9AM + timedelta(days=days), limit=limit, skip=skip)


def only(keeper: Keeper, days: int = 0) -> tuple[AccountRows, dict[str, Any]]:
    (rows,) = batch(keeper, days=days).rows
    return rows, json.loads(rows.account.payload)


def push(keeper: Keeper) -> Batch:
    pushed = batch(keeper)
    keeper.desk.run(lambda tx: tx.push.done(pushed.states))
    return pushed


def test_accounts_with_long_histories_come_in_smaller_batches(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk has one reader: who asks it next must not wait for all that 200 accounts have been through."""
    monkeypatch.setattr(account_pages, "ENTRIES_A_BATCH", 3)
    for number in range(1, 5):
        keeper.book(*(an_order(10 * number + one, buyer=customer(number)) for one in range(2)))
    seen = []
    while rows := push(keeper).rows:
        seen.append([(one.account.customer_id, len(one.entries)) for one in rows])
    assert seen == [[(1, 2), (2, 2)], [(3, 2), (4, 2)]]


def test_the_account_row_to_the_byte(keeper: Keeper) -> None:
    keeper.book(an_order())
    keeper.desk.run(
        staff_coins.grant, ACME, customer(77), coins=300, reason="“welcome” — خوش آمدید", staff="Anna", key="g1",
        zone=TEHRAN, at=MONDAY_9AM + timedelta(minutes=2), last_day=date(2026, 12, 31),
    )  # fmt: skip
    (rows,) = batch(keeper).rows
    first, second = rows.entries
    assert first.payload == (
        '{"at":1795424460,"coins":550,"customer":77,"held":0,"held_after":0,"kind":"grant","number":1,"order":1042,'
        '"packages":[{"coins":550,"held":0,"id":1}],"posted_after":550,"reason":"","store":"acme","v":1}'
    )
    assert second.payload == (
        '{"at":1795424520,"coins":300,"customer":77,"held":0,"held_after":0,"kind":"grant","number":2,"order":null,'
        '"packages":[{"coins":300,"held":0,"id":2}],"posted_after":850,'
        '"reason":"\\u201cwelcome\\u201d \\u2014 \\u062e\\u0648\\u0634 \\u0622\\u0645\\u062f\\u06cc\\u062f",'
        '"store":"acme","v":1}'
    )
    digest = sha256(f"{sha256(chr(10).encode() + first.payload.encode()).hexdigest()}\n{second.payload}".encode())
    assert rows.account.payload == (
        '{"customer":77,"entries":{"count":2,"digest":"' + digest.hexdigest() + '"},"epoch":3,"frozen":false,'
        '"held":0,"number":2,"packages":['
        '{"coins":550,"held":0,"id":1,"plan":"base","posted":550,"revoked":false,"usable_until":1826742599,'
        '"usable_until_text":{"en":"20 November 2027","fa":"\\u06f2\\u06f9 \\u0622\\u0628\\u0627\\u0646 '
        '\\u06f1\\u06f4\\u06f0\\u06f6","ru":"20 \\u043d\\u043e\\u044f\\u0431\\u0440\\u044f 2027 \\u0433."}},'
        '{"coins":300,"held":0,"id":2,"plan":null,"posted":300,"revoked":false,"usable_until":1798748999,'
        '"usable_until_text":{"en":"31 December 2026","fa":"\\u06f1\\u06f0 \\u062f\\u06cc '
        '\\u06f1\\u06f4\\u06f0\\u06f5","ru":"31 \\u0434\\u0435\\u043a\\u0430\\u0431\\u0440\\u044f 2026 \\u0433."}}],'
        '"plans":{"base":{"name":{"en":"Base","fa":"\\u067e\\u0627\\u06cc\\u0647",'
        '"ru":"\\u0411\\u0430\\u0437\\u043e\\u0432\\u044b\\u0439"},"rank":2}},"posted":850,"store":"acme","v":1}'
    )
    assert (rows.account.customer_id, rows.account.epoch, rows.account.number) == (77, 3, 2)
    assert [(row.customer_id, row.epoch, row.number) for row in rows.entries] == [(77, 3, 1), (77, 3, 2)]


def test_every_row_is_signed_for_its_own_table(keeper: Keeper) -> None:
    keeper.book(an_order())
    rows, _ = only(keeper)
    for table, row in (("account", rows.account), ("entry", rows.entries[0])):
        assert verifies([KEY], table, row.payload, row.key_id, row.mac)
        for other in {"account", "entry", "meta"} - {table}:
            assert not verifies([KEY], other, row.payload, row.key_id, row.mac)


def test_C16_only_entries_the_shop_does_not_have_are_pushed_and_the_digest_goes_on(keeper: Keeper) -> None:
    keeper.book(an_order())
    push(keeper)
    assert batch(keeper).rows == ()
    keeper.book(an_order(1042, (BASE, 3)))
    rows, document = only(keeper)
    assert (rows.entries_before, [row.number for row in rows.entries]) == (1, [2, 3])
    digest = ""
    for entry in keeper.desk.look(staff_coins.statement, ACME, customer(77)):
        digest = sha256(f"{digest}\n{canonical_json(entry_document(ACME, 77, entry))}".encode()).hexdigest()
    assert document["entries"] == {"count": 3, "digest": digest}


def test_C16_a_push_that_was_not_confirmed_is_made_again(keeper: Keeper) -> None:
    keeper.book(an_order())
    assert batch(keeper) == batch(keeper)


def test_C16_a_change_during_a_push_waits_for_the_next(keeper: Keeper) -> None:
    keeper.book(an_order())
    push(keeper)
    keeper.book(an_order(1043))
    under_way = batch(keeper)
    keeper.book(an_order(1044))
    keeper.desk.run(lambda tx: tx.push.done(under_way.states))
    rows, document = only(keeper)
    assert (document["number"], document["posted"], rows.entries_before) == (3, 1650, 2)


def test_C16_a_change_during_the_very_first_push_is_pushed_whole(keeper: Keeper) -> None:
    keeper.book(an_order())
    under_way = batch(keeper)
    keeper.book(an_order(1043))
    keeper.desk.run(lambda tx: tx.push.done(under_way.states))
    rows, document = only(keeper)
    assert (document["number"], rows.entries_before, len(rows.entries)) == (2, 0, 2)


def test_C16_an_old_confirmation_does_not_undo_a_newer_one(keeper: Keeper) -> None:
    keeper.book(an_order())
    old = batch(keeper)
    keeper.book(an_order(1043))
    push(keeper)
    keeper.desk.run(lambda tx: tx.push.done(old.states))
    assert batch(keeper).rows == ()


def test_C16_a_push_of_everything_again_brings_all_entries_and_a_higher_number(keeper: Keeper) -> None:
    keeper.book(an_order(1042, (BASE, 2)))
    first = push(keeper)
    keeper.desk.run(lambda tx: tx.push.again(ACME))
    rows, _ = only(keeper)
    assert rows.account.number == first.rows[0].account.number + 1
    assert rows.entries == first.rows[0].entries


def test_C16_everything_again_is_not_undone_by_a_push_that_was_under_way(keeper: Keeper) -> None:
    keeper.book(an_order(1042, (BASE, 2)))
    under_way = batch(keeper)
    keeper.desk.run(lambda tx: tx.push.again(ACME))
    keeper.desk.run(lambda tx: tx.push.done(under_way.states))
    rows, _ = only(keeper)
    assert (rows.entries_before, len(rows.entries)) == (0, 2)


def test_C6_a_package_that_ended_empty_is_left_out_and_one_with_coins_is_shown(keeper: Keeper) -> None:
    keeper.book(an_order(1042, (BASE, 1), (PRO, 1)))
    keeper.correct(customer(77), -550)
    assert [(p["plan"], p["posted"]) for p in only(keeper, days=360)[1]["packages"]] == [
        ("base", 0),
        ("professional", 900),
    ]
    _, document = only(keeper, days=400)
    assert [(p["plan"], p["posted"]) for p in document["packages"]] == [("professional", 900)]
    assert list(document["plans"]) == ["professional"]
    assert document["posted"] == 900


def test_C1_a_plan_that_left_the_settings_goes_by_its_key_below_all_others(keeper: Keeper) -> None:
    keeper.book(an_order())
    terms = PageTerms(ACME, TEHRAN, PlanBook([ESSENTIAL_PLAN]), KEY, epoch=3)
    (rows,) = keeper.desk.look(waiting_batch, terms, at=MONDAY_9AM, limit=1).rows
    assert json.loads(rows.account.payload)["plans"] == {"base": {"rank": 0, "name": {"en": "base"}}}


def test_C14_a_frozen_account_and_a_revoked_package_say_so(keeper: Keeper) -> None:
    keeper.book(an_order())
    keeper.book(an_order(status=CHARGED_BACK))
    _, document = only(keeper)
    assert (document["frozen"], document["posted"]) == (True, 0)
    assert [package["revoked"] for package in document["packages"]] == [True]


def test_C19_guests_are_never_pushed(keeper: Keeper) -> None:
    keeper.book(an_order(1, buyer=guest(1)), an_order(2, buyer=customer(1)))
    assert [rows.account.customer_id for rows in batch(keeper).rows] == [1]


def test_a_batch_has_a_limit_and_leaves_out_who_was_pushed_a_moment_ago(keeper: Keeper) -> None:
    keeper.book(*(an_order(number, buyer=customer(number)) for number in range(1, 6)))
    assert [rows.account.customer_id for rows in batch(keeper, limit=2).rows] == [1, 2]
    assert [rows.account.customer_id for rows in batch(keeper, limit=2, skip=frozenset({1, 2})).rows] == [3, 4]


def test_another_stores_accounts_are_not_in_the_batch(keeper: Keeper) -> None:
    keeper.book(an_order())
    keeper.store = a_store(name="other")
    keeper.book(an_order(buyer=customer(5)))
    assert [rows.account.customer_id for rows in batch(keeper).rows] == [77]


def test_an_account_of_thousands_of_entries_is_pushed_whole(keeper: Keeper) -> None:
    keeper.store = a_store(units_per_order=5000)
    keeper.book(an_order(1042, (BASE, 2500)), fuse=False)
    rows, document = only(keeper)
    assert [row.number for row in rows.entries] == list(range(1, 2501))
    assert document["entries"]["count"] == 2500


@pytest.mark.parametrize("gone", ["id > 0", "number = 2"])
def test_a_damaged_desk_is_an_error_and_no_endless_loop(keeper: Keeper, gone: str) -> None:
    keeper.book(an_order(1042, (BASE, 2)))

    def damage(tx: Any) -> None:
        tx.connection.execute("DROP TRIGGER entry_is_never_deleted")
        tx.connection.execute(f"DELETE FROM entry WHERE {gone}")

    keeper.desk.run(damage)
    with pytest.raises(DeskDamaged, match=r"customer 77: of 2 entries .* bridge ledger verify"):
        batch(keeper)
    with pytest.raises(DeskDamaged):
        keeper.desk.look(staff_coins.statement, ACME, customer(77))


def test_what_the_shop_has_is_remembered_by_account(keeper: Keeper) -> None:
    keeper.book(an_order())
    account = keeper.account(customer(77))
    assert account is not None
    assert keeper.desk.look(lambda tx: tx.push.states([account.id])) == {account.id: PushState()}
    (state,) = push(keeper).states.values()
    assert keeper.desk.look(lambda tx: tx.push.states([account.id])) == {account.id: state}
    assert (state.number, state.entries, len(state.digest)) == (1, 1, 64)
