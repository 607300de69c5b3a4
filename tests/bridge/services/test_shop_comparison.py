"""Rows in the shop that were changed, lost or left behind are told apart, to the field (rule C16)."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from bridge.contracts.shop_rows import SignedRow, SigningKey, signed_row
from bridge.services import staff_coins
from bridge.services.account_pages import PageTerms, waiting_batch
from bridge.services.findings import Difference
from bridge.services.shop_comparison import ExpectedAccount, compare_rows, expected_accounts
from tests.bridge.services.conftest import Keeper
from tests.support.books import ACME, BASE, MONDAY_9AM, PLANS, TEHRAN, an_order, customer, guest

KEY, NEXT_KEY, STRANGER = SigningKey("k1", b"1" * 32), SigningKey("k2", b"2" * 32), SigningKey("k1", b"3" * 32)
TERMS = PageTerms(ACME, TEHRAN, PLANS, KEY, epoch=3)


@dataclass
class Shop:
    """The rows as a push left them, to be tampered with; and what should be there."""

    keeper: Keeper
    accounts: list[SignedRow]
    entries: list[SignedRow]

    def expected(self, days: int = 0) -> list[ExpectedAccount]:
        at = MONDAY_9AM + timedelta(days=days)
        return self.keeper.desk.look(
            lambda tx: expected_accounts(tx, TERMS, tx.accounts.page(ACME, after=0, limit=100), at=at)
        )

    def differences(self, *, keys: tuple[SigningKey, ...] = (KEY,), days: int = 0) -> list[tuple[str, str, str]]:
        at = MONDAY_9AM + timedelta(days=days)
        return [(*one,) for one in compare_rows(keys, self.expected(days), self.accounts, self.entries, at=at)]

    def entry(self, number: int) -> int:
        """Where the row of customer 77's entry stands."""
        return next(i for i, row in enumerate(self.entries) if (row.customer_id, row.number) == (77, number))

    def resign_account(self, change: Callable[[dict[str, Any]], object], key: SigningKey = KEY) -> None:
        """Customer 77's row with another content, properly signed: as of a desk that went astray."""
        row = self.accounts[0]
        document = json.loads(row.payload)
        change(document)
        self.accounts[0] = signed_row(
            key, "account", document, customer_id=77, epoch=document["epoch"], number=document["number"]
        )


@pytest.fixture
def shop(keeper: Keeper) -> Shop:
    """Two customers and a guest, pushed; customer 77 has three entries and is at number 2."""
    keeper.book(
        an_order(1042, (BASE, 2)), an_order(1049, buyer=customer(78)), an_order(1050, buyer=guest(1050), customer_id=0)
    )
    keeper.correct(customer(77), -50)
    batch = keeper.desk.look(waiting_batch, TERMS, at=MONDAY_9AM, limit=100)
    return Shop(keeper, [r.account for r in batch.rows], [entry for r in batch.rows for entry in r.entries])


def test_C16_what_was_pushed_is_what_is_expected(shop: Shop) -> None:
    assert [one.customer_id for one in shop.expected()] == [77, 78], "guests have no rows"
    assert shop.differences() == []
    assert shop.differences(keys=(NEXT_KEY, KEY)) == []


def test_C16_nothing_in_the_shop_is_every_row_missing(shop: Shop) -> None:
    shop.accounts, shop.entries = [], []
    assert shop.differences() == [
        ("customer 77: account row", "epoch 3, number 2", "no row"),
        ("customer 78: account row", "epoch 3, number 1", "no row"),
    ]


def test_C16_an_account_row_that_is_behind_is_older_and_not_otherwise_wrong(shop: Shop) -> None:
    shop.keeper.book(an_order(1042, (BASE, 3)))
    assert shop.differences() == [("customer 77: account row: version", "epoch 3, number 3", "epoch 3, number 2")]


def test_C16_entries_behind_an_older_row_must_be_right_all_the_same(shop: Shop) -> None:
    shop.keeper.book(an_order(1042, (BASE, 3)))
    del shop.entries[shop.entry(2)]
    assert shop.differences()[1:] == [("customer 77: entry row 2", "a row", "no row")]


def test_C16_a_row_of_another_epoch_is_named(shop: Shop) -> None:
    shop.resign_account(lambda document: document.update(epoch=9))
    assert shop.differences() == [("customer 77: account row: version", "epoch 3, number 2", "epoch 9, number 2")]


@pytest.mark.parametrize(
    "changed",
    [
        {"payload": '{"customer":77}'},
        {"mac": "0" * 64},
        {"key_id": "k9"},
    ],
)
def test_C16_an_account_row_that_nobody_signed_says_nothing(shop: Shop, changed: dict[str, Any]) -> None:
    shop.accounts[0] = shop.accounts[0]._replace(**changed)
    key = changed.get("key_id", "k1")
    assert shop.differences() == [
        (
            "customer 77: account row: signature",
            "one of the store's keys (k1)",
            f"a signature of key {key!r} that does not verify",
        )
    ]


def test_C16_a_row_signed_by_a_stranger_who_calls_his_key_ours_is_not_believed(shop: Shop) -> None:
    shop.resign_account(lambda document: document.update(posted=10_000), key=STRANGER)
    assert [where for where, _, _ in shop.differences()] == ["customer 77: account row: signature"]


def test_C16_an_older_signed_row_under_a_newer_number_is_noticed(shop: Shop) -> None:
    """Columns are not signed; what the payload says counts."""
    shop.keeper.book(an_order(1042, (BASE, 3)))
    shop.accounts[0] = shop.accounts[0]._replace(number=3)
    assert shop.differences() == [
        ("customer 77: account row: column number", "2", "3"),
        ("customer 77: entry row 4", "a row", "no row"),
    ]


def test_C16_another_customers_row_is_noticed(shop: Shop) -> None:
    shop.accounts[1] = shop.accounts[0]._replace(customer_id=78)
    assert ("customer 78: account row: column customer", "77", "78") in shop.differences()


@pytest.mark.parametrize(
    ("change", "where", "expected", "found"),
    [
        (lambda d: d.update(posted=9), "posted", "1050", "9"),
        (lambda d: d.update(frozen=True), "frozen", "false", "true"),
        (lambda d: d["packages"][0].update(posted=550), "packages: package 1: posted", "500", "550"),
        (lambda d: d["packages"][1].update(revoked=True), "packages: package 2: revoked", "false", "true"),
        (lambda d: d["plans"]["base"].update(rank=9), "plans: base: rank", "2", "9"),
        (lambda d: d["plans"]["base"]["name"].update(en="Bass"), "plans: base: name: en", '"Base"', '"Bass"'),
        (lambda d: d.update(extra=1), "extra", "nothing", "1"),
        (lambda d: d.pop("held"), "held", "0", "nothing"),
        (lambda d: d["entries"].update(count=2), "entries: count", "3", "2"),
    ],
)
def test_C16_other_content_under_the_same_version_is_named_to_the_field(
    shop: Shop, change: Callable[[dict[str, Any]], object], where: str, expected: str, found: str
) -> None:
    shop.resign_account(change)
    assert shop.differences() == [(f"customer 77: account row: {where}", expected, found)]


def test_C16_a_missing_package_is_named(shop: Shop) -> None:
    shop.resign_account(lambda document: document["packages"].pop())
    ((where, expected, found),) = shop.differences()
    assert (where, found) == ("customer 77: account row: packages: package 2", "nothing")
    assert '"coins":550' in expected


def test_C16_a_missing_entry_row_is_named_and_no_longer_fits_the_account_row(shop: Shop) -> None:
    del shop.entries[shop.entry(2)]
    digest = json.loads(shop.accounts[0].payload)["entries"]["digest"]
    missing, mismatch = shop.differences()
    assert missing == ("customer 77: entry row 2", "a row", "no row")
    assert mismatch[:2] == ("customer 77: account row: digest of the entry rows", digest)


def test_C16_an_entry_row_with_other_content_is_named_to_the_field(shop: Shop) -> None:
    place = shop.entry(3)
    document = json.loads(shop.entries[place].payload)
    document["coins"], document["packages"][0]["coins"] = -1, -1
    shop.entries[place] = signed_row(KEY, "entry", document, customer_id=77, epoch=3, number=3)
    assert shop.differences()[:2] == [
        ("customer 77: entry row 3: coins", "-50", "-1"),
        ("customer 77: entry row 3: packages", '[{"coins":-50,"held":0,"id":1}]', '[{"coins":-1,"held":0,"id":1}]'),
    ]


def test_C16_an_entry_row_that_nobody_signed_is_named(shop: Shop) -> None:
    place = shop.entry(3)
    shop.entries[place] = shop.entries[place]._replace(mac="f" * 64)
    assert shop.differences() == [
        (
            "customer 77: entry row 3: signature",
            "one of the store's keys (k1)",
            "a signature of key 'k1' that does not verify",
        )
    ]


def test_C16_an_account_row_copied_into_the_entries_does_not_verify(shop: Shop) -> None:
    place = shop.entry(3)
    account = shop.accounts[0]
    shop.entries[place] = account._replace(number=3)
    assert shop.differences()[0][0] == "customer 77: entry row 3: signature"


def test_C16_entry_rows_beyond_the_last_are_named(shop: Shop) -> None:
    last = shop.entries[shop.entry(3)]
    shop.entries.append(signed_row(KEY, "entry", {"customer": 77, "number": 4}, customer_id=77, epoch=3, number=4))
    assert last.number == 3
    assert shop.differences()[0] == ("customer 77: entry row 4", "no row", "epoch 3, number 4")


def test_C16_rows_of_a_customer_the_desk_does_not_know_are_named(shop: Shop) -> None:
    shop.accounts.append(shop.accounts[0]._replace(customer_id=99))
    shop.entries.append(shop.entries[0]._replace(customer_id=99))
    assert shop.differences() == [
        ("customer 99: account row", "no row", "epoch 3, number 2"),
        ("customer 99: entry rows", "no row", "1 rows"),
    ]


def test_C5_a_package_that_ended_empty_since_the_push_is_no_difference(shop: Shop) -> None:
    shop.keeper.desk.run(
        staff_coins.grant, ACME, customer(79), coins=10, reason="x", staff="Anna", key="g", zone=TEHRAN,
        at=MONDAY_9AM, last_day=date(2026, 12, 1),
    )  # fmt: skip
    shop.keeper.correct(customer(79), -10, key="c")
    batch = shop.keeper.desk.look(waiting_batch, TERMS, at=MONDAY_9AM, limit=100)
    shop.accounts.append(batch.rows[-1].account)
    shop.entries += batch.rows[-1].entries
    assert json.loads(shop.accounts[-1].payload)["packages"] != []
    assert shop.expected(days=30)[-1].document["packages"] == []
    assert shop.differences(days=30) == []


def test_C16_rows_in_any_order_are_the_same_rows(shop: Shop) -> None:
    shop.entries.reverse()
    shop.accounts.reverse()
    assert shop.differences() == []


def test_a_difference_reads_as_where_expected_found(shop: Shop) -> None:
    shop.accounts = shop.accounts[1:]
    (first,) = compare_rows((KEY,), shop.expected()[:1], [], shop.entries[:3], at=MONDAY_9AM)
    assert first == Difference("customer 77: account row", expected="epoch 3, number 2", found="no row")
    assert str(first) == "customer 77: account row: expected epoch 3, number 2, found no row"
