"""Entries as the desk keeps them: once per key, split by package, with the totals after each (rules C4, C16)."""

from collections.abc import Iterator

import pytest

from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.ledger import Entry, EntryKind, Posting
from bridge.domain.packages import Package
from bridge.errors import ImpossibleAmount, KeyReused
from tests.support.books import ACME, MONDAY_9AM, a_package, a_quick_desk, a_unit, customer, dump, rows

TABLES = ("account", "package", "entry")


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk with accounts 1 and 2."""
    with a_quick_desk() as one:
        one.run(lambda tx: tx.accounts.open(ACME, [customer(1), customer(2)]))
        yield one


def an_entry(key: str, *postings: Posting, kind: EntryKind = EntryKind.GRANT, account: int = 1) -> Entry:
    return Entry(key, account, kind, MONDAY_9AM, postings, order_id=1042)


def append(desk: Desk, entries: list[Entry], packages: list[Package], new: list[int] | None = None) -> int:
    return desk.run(lambda tx: tx.ledger.append(ACME, entries, {one.id: one for one in packages}, new or []))


def grant(desk: Desk, number: int = 1, *, key: str = "k1", coins: int = 550) -> int:
    package = a_unit(number, coins=coins, posted=0)
    return append(desk, [an_entry(key, Posting(number, coins))], [package], [number])


def test_C16_an_entry_its_package_and_its_account_are_written_together(desk: Desk) -> None:
    assert grant(desk) == 1
    assert rows(desk, "SELECT posted, held, entries, number FROM account WHERE id = 1") == [(550, 0, 1, 1)]
    assert rows(desk, "SELECT posted, held, unit FROM package") == [(550, 0, 1)]
    ((entry,),) = [desk.look(lambda tx: tx.ledger.entries_of(1))]
    assert (entry.number, entry.posted_after, entry.entry.postings) == (1, 550, (Posting(1, 550),))


def test_C16_a_package_comes_back_as_it_was_written(desk: Desk) -> None:
    written = a_unit(3, posted=0, revoked=True, taken=7, revocations=2)
    append(desk, [an_entry("k", Posting(3, 550))], [written], [3])
    expected = written._replace(posted=550)
    assert desk.look(lambda tx: tx.ledger.packages_of([1])) == {1: [expected]}
    assert desk.look(lambda tx: tx.ledger.units_of(ACME, [1042, 7])) == {1042: [expected]}
    assert desk.look(lambda tx: tx.ledger.units_of("other", [1042])) == {}


def test_C16_an_entry_comes_back_as_it_was_written(desk: Desk) -> None:
    grant(desk)
    entry = Entry(
        "k2", 1, EntryKind.CORRECT, MONDAY_9AM.replace(microsecond=123000), (Posting(1, -5, 3),), "“x”\n", None, "Anna"
    )
    append(desk, [entry], [a_unit()])
    assert desk.look(lambda tx: tx.ledger.recorded("k2")) == entry
    assert desk.look(lambda tx: tx.ledger.recorded("k3")) is None
    assert desk.look(lambda tx: tx.ledger.entries_of(1, after=1))[0].entry == entry


def test_C16_a_repeat_is_skipped_with_the_package_it_came_with(desk: Desk) -> None:
    grant(desk)
    before = dump(desk, TABLES)
    assert append(desk, [an_entry("k1", Posting(9, 550))], [a_unit(9, posted=0)], [9]) == 0
    assert dump(desk, TABLES) == before


def test_C16_repeats_among_new_entries_are_skipped_alone(desk: Desk) -> None:
    grant(desk)
    packages = [a_unit(1, posted=0), a_unit(2, posted=0)]
    entries = [an_entry("k1", Posting(1, 550)), an_entry("k2", Posting(2, 550))]
    assert append(desk, entries, packages, [1, 2]) == 1
    assert rows(desk, "SELECT posted, entries FROM account WHERE id = 1") == [(1100, 2)]


@pytest.mark.parametrize(
    "other",
    [
        an_entry("k1", Posting(1, 551)),
        an_entry("k1", Posting(1, 550), account=2),
        an_entry("k1", Posting(1, 550), kind=EntryKind.REINSTATE),
        an_entry("k1", Posting(1, 550))._replace(order_id=7),
    ],
)
def test_C16_a_key_with_other_content_is_refused_and_nothing_of_its_page_is_written(desk: Desk, other: Entry) -> None:
    grant(desk)
    before = dump(desk, TABLES)
    packages = [a_unit(2, posted=0), a_unit(3, posted=0, account_id=other.account_id)]
    with pytest.raises(KeyReused) as refusal:
        append(desk, [an_entry("k2", Posting(2, 550)), other], packages, [2, 3])
    assert (refusal.value.key, refusal.value.offered) == ("k1", other.content)
    assert dump(desk, TABLES) == before


def test_C16_the_same_key_twice_in_one_page_with_other_content_is_refused(desk: Desk) -> None:
    entries = [an_entry("k", Posting(1, 550)), an_entry("k", Posting(2, 551))]
    with pytest.raises(KeyReused):
        append(desk, entries, [a_unit(1, posted=0), a_unit(2, posted=0)], [1, 2])
    assert rows(desk, "SELECT COUNT(*) FROM entry") == [(0,)]


@pytest.mark.parametrize("posting", [Posting(1, -551), Posting(1, 0, 551), Posting(1, 0, -1)])
def test_C4_what_would_overdraw_a_package_is_refused_and_nothing_is_written(desk: Desk, posting: Posting) -> None:
    grant(desk)
    before = dump(desk, TABLES)
    package = a_unit()
    with pytest.raises(ImpossibleAmount):
        append(desk, [an_entry("k2", posting, kind=EntryKind.CORRECT)], [package])
    assert dump(desk, TABLES) == before


def test_C16_several_entries_of_one_account_are_numbered_in_their_order(desk: Desk) -> None:
    packages = [a_unit(number, posted=0) for number in (1, 2, 3)]
    entries = [an_entry(f"k{number}", Posting(number, 550)) for number in (3, 1, 2)]
    append(desk, entries, packages, [1, 2, 3])
    found = desk.look(lambda tx: tx.ledger.entries_of(1))
    assert [(one.number, one.entry.key, one.posted_after) for one in found] == [
        (1, "k3", 550),
        (2, "k1", 1100),
        (3, "k2", 1650),
    ]
    assert rows(desk, "SELECT number FROM account WHERE id = 1") == [(1,)], "one change, one push"


def test_C16_a_package_that_was_revoked_with_nothing_to_take_is_a_change_of_its_account(desk: Desk) -> None:
    """No entry says so, and the account page must (rule C6)."""
    grant(desk)
    append(desk, [], [a_unit(revoked=True, revocations=1)])
    assert rows(desk, "SELECT revoked FROM package") == [(1,)]
    assert rows(desk, "SELECT number, entries FROM account WHERE id = 1") == [(2, 1)]


def test_new_packages_are_numbered_on_from_the_last(desk: Desk) -> None:
    def numbers(tx: DeskTx) -> list[int]:
        return [*tx.ledger.new_package_ids(2), *tx.ledger.new_package_ids(1)]

    assert desk.run(numbers) == [1, 2, 3]
    grant(desk, 8)
    assert desk.run(numbers) == [9, 10, 11]


def test_entries_are_read_a_page_at_a_time(desk: Desk) -> None:
    packages = [a_unit(number, posted=0) for number in range(1, 11)]
    append(desk, [an_entry(f"k{p.id}", Posting(p.id, 550)) for p in packages], packages, [p.id for p in packages])
    page = desk.look(lambda tx: tx.ledger.entries_of(1, after=3, limit=4))
    assert [one.number for one in page] == [4, 5, 6, 7]


def test_packages_of_many_accounts_are_told_apart(desk: Desk) -> None:
    packages = [a_package(1, posted=0), a_package(2, posted=0, account_id=2)]
    entries = [an_entry("a", Posting(1, 550)), an_entry("b", Posting(2, 550), account=2)]
    append(desk, entries, packages, [1, 2])
    found = desk.look(lambda tx: tx.ledger.packages_of([1, 2, 3]))
    assert {account: [p.id for p in mine] for account, mine in found.items()} == {1: [1], 2: [2]}
