"""After a restore: licences as the lost desk has left them in the shop."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey, signed_row
from bridge.desk.backup import backup
from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.licence_answers import LicenceQuestion
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licences import StatusCode, Term
from bridge.errors import WrongToken
from bridge.services import licence_checks, privacy
from bridge.services.lost_licences import (
    leave_pages,
    recover_domains,
    report_lost_deeds,
    report_lost_licences,
    settle_differing,
)
from bridge.services.restoring import keep_erased_back
from bridge.services.unproven import hold_unproven_up, let_go
from tests.support.books import ACME
from tests.support.licence_pages import CUSTOMER, KEY, LicenceDesk, a_licence_desk, page_terms
from tests.support.quoting import ANNA

LICENCE = DocumentTable.LICENCE
HERE = "shop.example"


@pytest.fixture
def desk() -> Iterator[LicenceDesk]:
    with a_licence_desk() as one:
        one.pages = page_terms(epoch=2)
        yield one


def left(one: KeptLicence, *, key: SigningKey = KEY, **different: Any) -> DocumentRow:
    """The licence's row as the lost desk has left it: used on one domain."""
    said: dict[str, Any] = {"v": 1, "store": ACME, "customer": 77, "epoch": 1, "number": 9, "licence": one.licence.id}
    said |= {"key": one.licence.key, "product": "menu", "order": 1042}
    said |= {"domains": [{"domain": HERE, "since": 1_700_000_000}]} | different
    row = signed_row(key, LICENCE, said, customer_id=said["customer"], epoch=1, number=said["number"])
    return DocumentRow(said["licence"], row)


def erased(one: KeptLicence) -> DocumentRow:
    """The row of a licence whose customer was erased after the backup."""
    said = {"v": 1, "store": ACME, "customer": 0, "epoch": 1, "number": 9, "licence": one.licence.id}
    return DocumentRow(one.licence.id, signed_row(KEY, LICENCE, said, customer_id=0, epoch=1, number=9))


def unknown(one: KeptLicence, **different: Any) -> DocumentRow:
    """The row of a licence that was given after the backup."""
    said = json.loads(left(one).row.payload) | {"licence": one.licence.id + 5, "key": "7K3QX-M2R9D-W8HPA-V5TNC-4JEGB"}
    said |= different
    return DocumentRow(said["licence"], signed_row(KEY, LICENCE, said, customer_id=77, epoch=1, number=9))


def problems(desk: LicenceDesk) -> list[str]:
    return [problem.summary for problem in desk.desk.look(lambda tx: tx.problems.open(ACME))]


def asked(one: KeptLicence, token: str = "") -> LicenceQuestion:
    return LicenceQuestion(ACME, one.licence.key, HERE, takes_place=True, product="menu", token=token)


def test_L6_a_domain_that_came_into_use_after_the_backup_stays_in_use(desk: LicenceDesk) -> None:
    one = desk.bought()
    assert desk.desk.run(recover_domains, ACME, [left(one)], [KEY]) == [one.licence.id]
    now = desk.again(one).now
    assert (list(now.activations), now.free_places) == ([HERE], 2)
    for token in ("", "the one that was told after the backup"):
        answer = licence_checks.answer(now, desk.checks, asked(one, token), at=desk.now, fresh=True)
        assert answer.status.code is StatusCode.ACTIVE
    with pytest.raises(WrongToken):
        desk.desk.run(licence_checks.deactivate, desk.checks, asked(one, "any"), at=desk.now)
    assert desk.desk.run(recover_domains, ACME, [left(one)], [KEY]) == [], "once is enough"


@pytest.mark.parametrize(
    "different", [{"customer": 78}, {"customer": 0}, {"store": "other"}, {"key": SigningKey("k1", b"9" * 32)}]
)
def test_a_row_that_is_not_that_customers_or_not_signed_brings_nothing_back(
    desk: LicenceDesk, different: dict[str, Any]
) -> None:
    one = desk.bought()
    assert desk.desk.run(recover_domains, ACME, [left(one, **different)], [KEY]) == []


def test_a_licence_whose_key_only_the_lost_desk_knew_goes_off_the_page_and_staff_are_told(desk: LicenceDesk) -> None:
    one = desk.bought()
    lost = unknown(one)
    (blank,) = desk.desk.run(report_lost_licences, desk.pages, [left(one), lost], [KEY], at=desk.now)
    assert (blank.key, json.loads(blank.row.payload)["customer"]) == (one.licence.id + 5, 0)
    (told,) = problems(desk)
    assert told == (
        f"customer 77: the shop shows licence {blank.key} of menu with the key …-4JEGB, given by order 1042 after "
        "the backup. This desk does not know that key, so it is taken off the page: tell him the key that stands there "
        "now, or give him a licence again"
    )


def test_L5_of_a_licence_that_was_bought_and_refunded_after_the_backup_nobody_is_told(desk: LicenceDesk) -> None:
    one = desk.bought()
    refunded = unknown(one, suspended="refunded")
    (blank,) = desk.desk.run(report_lost_licences, desk.pages, [refunded], [KEY], at=desk.now)
    assert (blank.row.customer_id, problems(desk)) == (0, [])


def test_L1_an_order_gives_the_same_key_after_a_restore_and_another_desk_gives_another(
    desk: LicenceDesk, tmp_path: Path
) -> None:
    backup(desk.desk, tmp_path / "backup", at=desk.now)
    one = desk.bought()
    with a_licence_desk() as other:
        assert other.bought().licence.key != one.licence.key
    with Desk.open(tmp_path / "backup") as kept:
        restored = LicenceDesk(kept)
        assert restored.bought().licence.key == one.licence.key
        lost = left(one, licence=one.licence.id + 5)
        assert len(kept.run(report_lost_licences, desk.pages, [lost], [KEY], at=desk.now)) == 1
        assert problems(restored) == [], "its customer's key is known"


def test_L6_a_licence_bought_after_the_backup_is_used_where_it_was_under_its_new_number(desk: LicenceDesk) -> None:
    one = desk.bought()
    lost = left(one, licence=one.licence.id + 5)
    assert len(desk.desk.run(report_lost_licences, desk.pages, [lost], [KEY], at=desk.now)) == 1
    assert list(desk.again(one).now.activations) == [HERE]
    assert len(desk.desk.run(report_lost_licences, desk.pages, [lost], [KEY], at=desk.now)) == 1
    assert desk.again(one).now.free_places == 2, "once is enough"
    stranger = left(desk.bought(1043), licence=one.licence.id + 6, customer=78)
    desk.desk.run(report_lost_licences, desk.pages, [stranger], [KEY], at=desk.now)
    assert desk.again(desk.bought(1043)).now.activations == {}


def test_what_staff_did_to_a_licence_that_was_bought_after_the_backup_is_told_under_its_new_number(
    desk: LicenceDesk,
) -> None:
    one, other = desk.bought(), desk.bought(1043)
    number = one.licence.id
    done: dict[str, Any] = {"customer": 78, "suspended": "suspended"}
    commands = (f"bridge licence assign {number} 78", f"bridge licence suspend {number}")
    with_a_free_number, with_anothers = (
        left(one, licence=number + 5, **done),
        left(one, licence=other.licence.id, **done),
    )
    desk.desk.run(report_lost_licences, desk.pages, [with_a_free_number], [KEY], at=desk.now)
    first = sorted(problems(desk))
    desk.desk.run(settle_differing, ACME, [with_anothers], [KEY], is_all=True, at=desk.now)
    assert sorted(problems(desk)) == first
    assert [command in told for command, told in zip(commands, first, strict=True)] == [True, True]


def test_L6_the_row_of_a_licence_with_another_key_says_nothing_about_this_one(desk: LicenceDesk) -> None:
    one = desk.bought()
    other = left(desk.bought(1043), licence=one.licence.id)
    assert desk.desk.run(recover_domains, ACME, [other], [KEY]) == []
    assert desk.again(one).now.activations == {}


def test_L6_a_licence_whose_number_is_another_ones_now_is_used_where_it_was(desk: LicenceDesk) -> None:
    first, second = desk.bought(), desk.bought(1043)
    swapped = left(second, licence=first.licence.id)
    for is_all, waits in ((False, {first.licence.id}), (True, set())):
        found = desk.desk.run(settle_differing, ACME, [swapped], [KEY], is_all=is_all, at=desk.now)
        assert found == waits
    assert (list(desk.again(first).now.activations), list(desk.again(second).now.activations)) == ([], [HERE])
    assert problems(desk) == [], "its customer's key is known"


@pytest.mark.parametrize(
    ("until", "told"),
    [
        (lambda end: {"at": end, "text": {"en": "today's"}}, ""),
        (lambda end: {"at": end - 1, "text": {"en": "earlier"}}, ""),
        (lambda end: {"at": end + 1, "text": {"en": "later"}}, "support until later"),
        (lambda _: None, "support for good"),
    ],
)
def test_L5_only_a_licence_that_ran_longer_after_the_backup_was_prolonged(
    desk: LicenceDesk, until: Callable[[int], Any], told: str
) -> None:
    one = desk.bought()
    end = one.now.ends[Term.SUPPORT]
    assert end is not None
    row = left(one, support_until=until(int(end.timestamp())))
    waits = desk.desk.run(report_lost_deeds, ACME, [row], [KEY], is_all=False, at=desk.now)
    assert waits == ({one.licence.id} if told else set())
    assert problems(desk) == []
    assert desk.desk.run(report_lost_deeds, ACME, [row], [KEY], is_all=True, at=desk.now) == frozenset()
    assert [told in summary for summary in problems(desk)] == [True] * bool(told)


@pytest.mark.parametrize(
    ("different", "told", "at_once"),
    [
        ({}, [], True),
        ({"suspended": "refunded"}, ["licence 1 was suspended", "bridge licence suspend 1"], False),
        ({"suspended": "suspended"}, ["licence 1 was suspended by staff", "bridge licence suspend 1"], True),
        ({"customer": 78}, ["licence 1 was assigned by staff", "bridge licence assign 1 78"], True),
        ({"customer": 78, "key": SigningKey("k1", b"9" * 32)}, [], True),
    ],
)
def test_what_staff_did_to_a_licence_after_the_backup_is_told_to_them_once_nothing_else_can_have_done_it(
    desk: LicenceDesk, different: dict[str, Any], told: list[str], at_once: bool
) -> None:
    one = desk.bought()
    for is_all in (False, True, True):
        waits = desk.desk.run(report_lost_deeds, ACME, [left(one, **different)], [KEY], is_all=is_all, at=desk.now)
        assert waits == (set() if is_all or at_once else {one.licence.id})
        assert len(problems(desk)) == bool(told and (is_all or at_once))
    assert all(words in problems(desk)[0] for words in told)


def test_L6_C19_a_licence_that_was_a_guests_again_is_used_where_it_was_and_leaves_the_page(desk: LicenceDesk) -> None:
    one = desk.bought(buyer=Owner(OwnerKind.GUEST, 1042))
    row = left(one, customer=78)
    assert desk.desk.run(report_lost_deeds, ACME, [row], [KEY], is_all=False, at=desk.now) == {one.licence.id}
    assert desk.desk.run(recover_domains, ACME, [row], [KEY]) == [one.licence.id]
    assert list(desk.again(one).now.activations) == [HERE]
    assert desk.desk.run(leave_pages, desk.pages, [row], but={one.licence.id}) == []
    assert desk.desk.run(report_lost_deeds, ACME, [row], [KEY], is_all=True, at=desk.now) == set()
    assert "bridge guest link 1042 78" in problems(desk)[0]
    (blank,) = desk.desk.run(leave_pages, desk.pages, [row], but=())
    assert (blank.id, blank.row.customer_id, "key" in blank.row.payload) == (one.licence.id, 0, False)


def test_D2_what_was_erased_after_the_backup_is_kept_back_until_it_is_erased_again(desk: LicenceDesk) -> None:
    one = desk.bought()
    found = desk.desk.run(keep_erased_back, ACME, LICENCE, [erased(one)], [KEY], words_since=None, at=desk.now)
    assert (found, desk.waiting()) == ([one.licence.id], [])
    assert "bridge privacy erase 77 --by NAME" in problems(desk)[0]
    desk.desk.run(lambda tx: tx.push.again(ACME))
    assert desk.waiting() == [], "also where the shop asks for everything anew"
    desk.desk.run(privacy.erase, ACME, CUSTOMER, by=ANNA, at=desk.now)
    (row,) = desk.waiting()
    assert (row.row.customer_id, problems(desk)) == (0, [])


def test_a_row_that_nobody_can_check_stays_until_staff_let_go_of_it(desk: LicenceDesk) -> None:
    one = desk.bought()
    row = left(one)
    stranger = [SigningKey("k2", b"2" * 32)]
    held = desk.desk.run(hold_unproven_up, ACME, LICENCE, [row], stranger, epoch=2, at=desk.now)
    assert (held, desk.waiting()) == (frozenset({one.licence.id}), [])
    assert desk.desk.run(let_go, ACME, epoch=2, at=desk.now) == 1
    assert [each.key for each in desk.waiting()] == [one.licence.id]
