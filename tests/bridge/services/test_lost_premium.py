"""After a restore: agreements and statements as the lost desk has left them in the shop."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bridge.contracts.shop_documents import DocumentRow
from bridge.contracts.shop_rows import SigningKey, signed_row
from bridge.domain.agreements import Agreement
from bridge.domain.bills import Bill
from bridge.services.lost_premium import report_lost_agreements, report_lost_bills, report_lost_deeds
from bridge.services.restoring import keep_erased_back
from bridge.services.told_before import Told
from bridge.services.unproven import hold_unproven_up, let_go
from tests.support.books import ACME
from tests.support.premium_pages import AGREEMENT, BILL, KEY, left, page_terms, posted, waiting
from tests.support.premium_time import PremiumDesk, a_premium_desk

NOW = page_terms(epoch=2)


@pytest.fixture
def desk() -> Iterator[PremiumDesk]:
    with a_premium_desk() as one:
        yield one


def problems(desk: PremiumDesk) -> list[str]:
    return [problem.summary for problem in desk.coins.desk.look(lambda tx: tx.problems.open(ACME))]


def unknown(desk: PremiumDesk, one: Agreement | Bill, **different: Any) -> DocumentRow:
    """The row of one that was made after the backup, and that this desk has not."""
    name = "agreement" if isinstance(one, Agreement) else "bill"
    return left(desk, one, **{name: one.id + 5, **different})


def lost(desk: PremiumDesk, *rows: DocumentRow) -> list[DocumentRow]:
    """What takes these off the pages."""
    report = report_lost_agreements if "agreement" in json.loads(rows[0].row.payload) else report_lost_bills
    blank: list[DocumentRow] = desk.coins.desk.run(report, NOW, rows, [KEY], at=desk.now)
    assert all(row.row.customer_id == 0 for row in blank)
    return blank


def deeds(desk: PremiumDesk, *rows: DocumentRow) -> list[str]:
    """What staff are told that they had done to what this desk knows."""
    table = AGREEMENT if "agreement" in json.loads(rows[0].row.payload) else BILL
    desk.coins.desk.run(report_lost_deeds, ACME, table, rows, [KEY], at=desk.now)
    return problems(desk)


def test_an_agreement_that_only_the_lost_desk_knew_goes_and_staff_are_told_its_terms_and_time(
    desk: PremiumDesk,
) -> None:
    one = desk.offered()
    row = unknown(desk, one, state="accepted", worked_seconds=47 * 60)
    (blank,) = lost(desk, row)
    assert blank.key == one.id + 5
    (told,) = problems(desk)
    assert told == (
        f"customer 77: the shop shows agreement {one.id + 5} (Technical support, at most 2 h = 40.00 USD; accepted, "
        "version 1, 0:47:00 worked) that was made after the backup; it is taken off the page: if it still holds, offer "
        "it again, and add its time by hand once it is accepted"
    )
    lost(desk, row)
    assert problems(desk) == [told], "once"


def test_what_this_desk_has_stays_and_so_does_what_is_of_now(desk: PremiumDesk) -> None:
    one = desk.agreed()
    bill = desk.sent(desk.billed_time(minutes=16))
    assert lost(desk, left(desk, one)) == []
    assert lost(desk, left(desk, bill)) == []
    assert problems(desk) == []


def test_a_row_that_nobody_signed_goes_and_says_nothing(desk: PremiumDesk) -> None:
    one = desk.offered()
    row = unknown(desk, one)
    forged = row._replace(row=row.row._replace(mac="0" * 64))
    assert len(lost(desk, forged)) == 1
    assert problems(desk) == []


def test_W9_what_belongs_to_a_contact_who_was_linked_after_the_backup_goes_until_he_is_again(desk: PremiumDesk) -> None:
    stranger = desk.stranger()
    mine = desk.agreed()
    row = left(desk, mine)
    theirs = desk.agreed(contact=stranger)
    moved = json.loads(row.row.payload) | {"agreement": theirs.id}
    found = DocumentRow(theirs.id, signed_row(KEY, AGREEMENT, moved, customer_id=77, epoch=1, number=9))
    (blank,) = lost(desk, found)
    assert blank.key == theirs.id
    (told,) = problems(desk)
    assert "customer 77" in told
    assert "until the contact sends a code from there again" in told


def test_W8_a_statement_that_was_sent_after_the_backup_is_a_draft_here_and_goes(desk: PremiumDesk) -> None:
    draft = desk.billed_time(minutes=47)
    sent = replace(draft, sent_at=desk.now)
    (blank,) = lost(desk, left(desk, sent, state="sent"))
    assert blank.key == draft.id
    (told,) = problems(desk)
    assert f"statement {draft.id} of 20.00 USD was sent after the backup" in told
    assert len(lost(desk, unknown(desk, sent, state="billed"))) == 1
    assert len(problems(desk)) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"worked_seconds": 3_600}, "1:00:00 more was worked for it: add that time by hand"),
        ({"version": 2, "state": "offered"}, "version 2 of it was offered: offer it again"),
        ({"accepted": {"at": 1, "channel": "chat"}, "state": "accepted"}, "it was accepted (chat)"),
        ({"accepted": {"at": 1, "channel": "page"}, "state": "accepted"}, ""),
        ({"state": "withdrawn"}, "it was withdrawn: withdraw it again"),
        (
            {"state": "closed", "charged": {"hours": {"en": "1 h"}, "amount": {"en": "20.00 USD"}}},
            "it was closed, with 20.00 USD to pay: close it again",
        ),
    ],
)
def test_what_staff_did_to_an_agreement_after_the_backup_is_told_and_what_comes_again_is_not(
    desk: PremiumDesk, changes: dict[str, Any], words: str
) -> None:
    one = desk.offered()
    told = deeds(desk, left(desk, one, **changes))
    assert len(told) == bool(words)
    assert words in "".join(told)
    assert deeds(desk, left(desk, one, **changes)) == told, "once"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"state": "accepted"}, ""),
        ({"state": "billed"}, "was billed after the backup: bill it again"),
        ({"state": "paid", "order": None}, "was billed after the backup: bill it again"),
        ({"text_hash": "0" * 64}, "had other lines after the backup: correct it again"),
    ],
)
def test_W8_what_staff_did_to_a_statement_after_the_backup_is_told(
    desk: PremiumDesk, changes: dict[str, Any], words: str
) -> None:
    bill = desk.sent(desk.billed_time(minutes=47))
    told = deeds(desk, left(desk, bill, **changes))
    assert len(told) == bool(words)
    assert words in "".join(told)


def test_W8_a_payment_that_staff_recorded_is_told_and_one_by_an_order_comes_again(desk: PremiumDesk) -> None:
    bill = desk.due(desk.sent(desk.billed_time(minutes=47)))
    assert deeds(desk, left(desk, bill, state="paid", order=1042)) == []
    (told,) = deeds(desk, left(desk, bill, state="paid"))
    assert "was paid after the backup: record it again" in told


def test_D2_what_was_erased_after_the_backup_is_kept_back_and_asked_for_again(desk: PremiumDesk) -> None:
    one = desk.agreed()
    bill = desk.sent(desk.billed_time(minutes=16))
    for table, number in ((AGREEMENT, one.id), (BILL, bill.id)):
        said = {"v": 1, "store": ACME, "customer": 0, "epoch": 1, "number": 9, table.value: number}
        row = DocumentRow(number, signed_row(KEY, table, said, customer_id=0, epoch=1, number=9))
        kept = desk.coins.desk.run(keep_erased_back, ACME, table, [row], [KEY], words_since=None, at=desk.now)
        assert kept == [number]
        assert number not in [found.key for found in waiting(desk, table, NOW)]
    (told,) = problems(desk)
    assert "bridge privacy erase 77" in told


def test_rows_under_a_key_that_is_not_here_wait_until_staff_let_go(desk: PremiumDesk) -> None:
    bill = desk.sent(desk.billed_time(minutes=16))
    row = left(desk, bill, key=SigningKey("k0", bytes(range(32))))
    held = desk.coins.desk.run(hold_unproven_up, ACME, BILL, [row], [KEY], epoch=2, at=desk.now)
    assert held == {bill.id}
    assert waiting(desk, BILL, NOW) == []
    assert desk.coins.desk.run(let_go, ACME, epoch=2, at=desk.now) == 1
    assert [found.key for found in waiting(desk, BILL, NOW)] == [bill.id]


def test_W5_what_a_customer_accepted_on_his_page_is_done_again_as_of_then(desk: PremiumDesk) -> None:
    one = desk.offered()
    then = desk.now
    desk.later(days=20)
    told = Told("accepted", "agreement_accepted", {"en": "Accepted."}, {"agreement": one.id}, then)
    data = {"agreement": one.id, "version": 1, "text_hash": one.offer.hashes["en"]}
    assert posted(desk, "agreement_accept", data, told=told) == ("accepted", "agreement_accepted")
    acceptance = desk.agreement(one).acceptance
    assert acceptance is not None
    assert acceptance.at == then, "though its time is over by now"
    gone = {"agreement": one.id + 5, "version": 1, "text_hash": "a" * 64}
    told = replace(told, data={"agreement": one.id + 5})
    assert posted(desk, "agreement_accept", gone, told=told, turn=2) == ("accepted", "agreement_accepted")
    (problem,) = problems(desk)
    assert "This desk can't do it again" in problem
