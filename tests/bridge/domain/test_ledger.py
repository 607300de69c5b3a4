"""What an entry may move, and what it may not (rules C4, C14, C15, C16)."""

from datetime import timedelta

import pytest

from bridge.domain import ledger
from bridge.domain.ledger import Entry, EntryKind, Posting
from bridge.domain.packages import Package
from bridge.errors import ImpossibleAmount, NotEnoughCoins
from tests.support.books import MONDAY_9AM, a_package, a_unit


def an_entry(*postings: Posting, account: int = 1) -> Entry:
    return Entry("key", account, EntryKind.CORRECT, MONDAY_9AM, postings)


def taken(packages: list[Package], coins: int) -> Entry:
    return ledger.take(packages, coins, account_id=1, key="k", at=MONDAY_9AM, reason="typo", staff="Anna")


def test_C16_a_grant_posts_the_packages_coins() -> None:
    entry = ledger.grant(a_unit(posted=0), key="acme:order:1042:base:unit:1", at=MONDAY_9AM)
    assert (entry.kind, entry.posted, entry.held, entry.order_id) == (EntryKind.GRANT, 550, 0, 1042)
    assert entry.postings == (Posting(1, 550),)


@pytest.mark.parametrize("package", [a_package(), a_package(posted=1, held=1), a_package(coins=0, posted=0)])
def test_C2_a_package_that_has_coins_or_none_to_give_is_not_granted(package: Package) -> None:
    with pytest.raises(ImpossibleAmount, match="must be new and hold at least 1 coin"):
        ledger.grant(package, key="k", at=MONDAY_9AM)


def test_C14_a_revocation_takes_the_unheld_rest_and_leaves_what_was_spent_or_held() -> None:
    entry, package = ledger.revoke(a_unit(posted=500, held=20), key="k", at=MONDAY_9AM, reason="refunded")
    assert entry is not None
    assert entry.postings == (Posting(1, -480),)
    assert (package.revoked, package.taken, package.revocations) == (True, 480, 1)
    (after,) = ledger.post({1: package}, entry)
    assert (after.posted, after.held) == (20, 20)


def test_C14_an_empty_package_is_revoked_without_an_entry() -> None:
    entry, package = ledger.revoke(a_unit(posted=0), key="k", at=MONDAY_9AM, reason="refunded")
    assert entry is None
    assert (package.revoked, package.taken, package.revocations) == (True, 0, 1)


def test_C14_a_reinstatement_gives_back_what_the_last_revocation_took_with_the_old_end() -> None:
    before = a_unit(posted=20, held=20, revoked=True, taken=480, revocations=2)
    entry, package = ledger.reinstate(before, key="k", at=MONDAY_9AM + timedelta(days=9), reason="paid again")
    assert entry is not None
    assert entry.postings == (Posting(1, 480),)
    assert package == before._replace(revoked=False, taken=0)


def test_C14_what_took_nothing_gives_nothing_back() -> None:
    entry, package = ledger.reinstate(a_unit(posted=0, revoked=True), key="k", at=MONDAY_9AM, reason="paid again")
    assert entry is None
    assert not package.revoked


def test_C4_a_correction_takes_in_burn_down_order_and_leaves_what_is_held() -> None:
    soon = a_package(7, usable_until=MONDAY_9AM + timedelta(days=1), posted=100, held=60)
    entry = taken([a_package(2), soon, a_package(1, posted=0)], 50)
    assert entry.postings == (Posting(7, -40), Posting(2, -10))


def test_C5_a_correction_takes_nothing_from_a_package_that_has_ended() -> None:
    ended = a_package(1, usable_until=MONDAY_9AM - timedelta(seconds=1))
    with pytest.raises(NotEnoughCoins, match=r"^account 1 has 550 coins available, 551 needed$"):
        taken([ended, a_package(2)], 551)


@pytest.mark.parametrize(
    ("posting", "would_have"),
    [
        (Posting(1, -551), "-1 coins posted and 0 held"),
        (Posting(1, 0, 551), "550 coins posted and 551 held"),
        (Posting(1, 0, -1), "550 coins posted and -1 held"),
        (Posting(1, -500, 51), "50 coins posted and 51 held"),
    ],
)
def test_C4_no_package_goes_below_zero_or_holds_more_than_it_has(posting: Posting, would_have: str) -> None:
    with pytest.raises(ImpossibleAmount) as refusal:
        ledger.post({1: a_package()}, an_entry(posting))
    assert str(refusal.value) == f"entry key: package 1 of account 1 would have {would_have}"


def test_C4_enough_in_one_package_does_not_make_up_for_another() -> None:
    with pytest.raises(ImpossibleAmount):
        ledger.post({1: a_package(1, posted=10), 2: a_package(2)}, an_entry(Posting(2, 100), Posting(1, -50)))


def test_C16_an_entry_moves_no_package_of_another_account() -> None:
    with pytest.raises(ImpossibleAmount):
        ledger.post({1: a_package(account_id=2)}, an_entry(Posting(1, -1)))


def test_C16_a_repeat_has_the_same_content_whenever_it_comes_and_whichever_package_it_names() -> None:
    first = an_entry(Posting(1, 550))
    again = first._replace(at=MONDAY_9AM + timedelta(days=1), postings=(Posting(9, 550),))
    assert first.content == again.content == "correct of +550 coins (+0 held) on account 1"


@pytest.mark.parametrize(
    "other",
    [
        an_entry(Posting(1, 550))._replace(account_id=2),
        an_entry(Posting(1, 550))._replace(kind=EntryKind.GRANT),
        an_entry(Posting(1, 550))._replace(order_id=1),
        an_entry(Posting(1, 551)),
        an_entry(Posting(1, 550, 1)),
    ],
)
def test_C16_another_account_kind_order_or_amount_is_other_content(other: Entry) -> None:
    assert other.content != an_entry(Posting(1, 550)).content
