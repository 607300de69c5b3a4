"""After a restore: what only the shop still knows."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SignedRow, SigningKey
from bridge.contracts.tickets import MessageKey
from bridge.desk.desk import Desk
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.tickets import TicketState
from bridge.services import comparing_accounts, privacy, staff_coins
from bridge.services.account_pages import PageTerms, waiting_batch
from bridge.services.disputes import charge_back
from bridge.services.document_parts import taken_away
from bridge.services.documents import quote_rows
from bridge.services.offering import draft_from_price
from bridge.services.purchases import book_orders
from bridge.services.restoring import (
    keep_erased_back,
    report_lost_entries,
    report_lost_quotes,
    report_lost_tickets,
    taken_away_messages,
)
from bridge.services.ticket_decisions import set_state
from tests.support.books import ACME, MONDAY_9AM, PLANS, REFUNDED, TEHRAN, a_quick_desk, a_store, an_order, customer
from tests.support.lost_rows import KEY, left_message, lost_ticket
from tests.support.quoting import CoinDesk, a_coin_desk

LATER = MONDAY_9AM + timedelta(hours=1)


def pushed_entries(desk: Desk) -> list[SignedRow]:
    terms = PageTerms(ACME, TEHRAN, PLANS, KEY, epoch=1)
    batch = desk.look(waiting_batch, terms, at=MONDAY_9AM, limit=10)
    return [entry for rows in batch.rows for entry in rows.entries]


def the_lost_desks_rows() -> list[SignedRow]:
    """An order's grant and a grant by hand, as the desk that was lost has pushed them."""
    with a_quick_desk() as lost:
        lost.run(book_orders, a_store(), [an_order()], at=MONDAY_9AM)
        lost.run(
            staff_coins.grant,
            ACME,
            customer(77),
            coins=20,
            reason="goodwill",
            staff="Sara",
            key="g1",
            zone=TEHRAN,
            at=MONDAY_9AM,
        )
        return pushed_entries(lost)


def test_C15_a_grant_by_hand_that_only_the_shop_still_shows_is_told_to_staff() -> None:
    rows = the_lost_desks_rows()
    with a_quick_desk() as restored:
        told = restored.run(report_lost_entries, ACME, rows, (KEY,), at=LATER)
        problems = restored.look(lambda tx: tx.problems.open(ACME))

    assert told == 1
    assert [problem.kind for problem in problems] == ["after_backup"]
    assert problems[0].summary == (
        "customer 77: the shop shows an entry made after the backup, grant of +20 coins at 2026-11-23 09:00:00 UTC "
        "(goodwill); if it still holds, book it again by hand"
    )


def test_C14_a_chargeback_that_staff_recorded_after_the_backup_is_told_to_them() -> None:
    """The order itself still says paid, so nothing else brings it back."""
    with a_quick_desk() as lost:
        lost.run(book_orders, a_store(), [an_order(), an_order(1043)], at=MONDAY_9AM)
        lost.run(book_orders, a_store(), [an_order(1043, status=REFUNDED)], at=MONDAY_9AM)
        said = {"reason": "the bank wrote", "by": "Sara", "key": "b1"}
        lost.run(charge_back, a_store(), customer(77), 1042, at=MONDAY_9AM, **said)
        rows = pushed_entries(lost)
    with a_quick_desk() as restored:
        assert restored.run(report_lost_entries, ACME, rows, (KEY,), at=LATER) == 1
        [problem] = restored.look(lambda tx: tx.problems.open(ACME))
    assert "revoke of -550 coins at 2026-11-23 09:00:00 UTC (order 1042 was charged back)" in problem.summary


def test_entries_that_the_desk_has_are_not_told() -> None:
    with a_quick_desk() as desk:
        desk.run(
            staff_coins.grant,
            ACME,
            customer(77),
            coins=20,
            reason="goodwill",
            staff="Sara",
            key="g1",
            zone=TEHRAN,
            at=MONDAY_9AM,
        )
        assert desk.run(report_lost_entries, ACME, pushed_entries(desk), (KEY,), at=LATER) == 0


def test_a_row_that_does_not_verify_says_nothing() -> None:
    forged = [row._replace(mac="0" * 64) for row in the_lost_desks_rows()]
    with a_quick_desk() as restored:
        assert restored.run(report_lost_entries, ACME, forged, (KEY,), at=LATER) == 0
        assert restored.look(lambda tx: tx.problems.open(ACME)) == []


def test_a_row_copied_to_another_customer_or_number_says_nothing() -> None:
    """Whoever may write the shop's tables could else have staff book another customer's coins again for himself."""
    rows = the_lost_desks_rows()
    copied = [row._replace(customer_id=66) for row in rows] + [row._replace(number=row.number + 5) for row in rows]
    with a_quick_desk() as restored:
        assert restored.run(report_lost_entries, ACME, copied, (KEY,), at=LATER) == 0
        assert restored.look(lambda tx: tx.problems.open(ACME)) == []


PAGE = PageTerms(ACME, TEHRAN, PLANS, KEY, epoch=2)


def test_a_ticket_that_only_the_lost_desk_knew_is_taken_off_the_page_and_told_without_its_words() -> None:
    with a_quick_desk() as restored:
        (blank,) = restored.run(report_lost_tickets, PAGE, [lost_ticket(subject="Secret")], (KEY,), at=LATER)
        (problem,) = restored.look(lambda tx: tx.problems.open(ACME))
    assert (blank.key, blank.row.customer_id, blank.row.epoch, blank.row.number) == (12, 0, 2, 0)
    assert json.loads(blank.row.payload) == {
        "v": 1,
        "store": ACME,
        "customer": 0,
        "epoch": 2,
        "number": 0,
        "ticket": 12,
    }
    assert problem.kind == "after_backup"
    assert problem.summary == (
        "customer 77: the shop shows ticket 12 with 3 messages, opened after the backup, at 2026-11-23 09:00:00 UTC; "
        "it is taken off the page: if it still holds, open it again"
    )


def test_a_ticket_of_this_desk_or_of_its_own_epoch_stays() -> None:
    with a_coin_desk() as coins:
        number = coins.ticket(customer(77)).id
        rows = [lost_ticket(number=number), DocumentRow(13, lost_ticket().row._replace(epoch=2))]
        assert coins.desk.run(report_lost_tickets, PAGE, rows, (KEY,), at=LATER) == []
        assert coins.desk.look(lambda tx: tx.problems.open(ACME)) == []


def test_a_forged_ticket_goes_and_says_nothing() -> None:
    stranger = SigningKey("k1", b"x" * 32)
    rows = [lost_ticket(key=stranger), lost_ticket(number=13, ticket=14), lost_ticket(number=15, store="other")]
    with a_quick_desk() as restored:
        blank = restored.run(report_lost_tickets, PAGE, rows, (KEY,), at=LATER)
        assert [one.key for one in blank] == [12, 13, 15]
        assert restored.look(lambda tx: tx.problems.open(ACME)) == []


def test_a_ticket_that_was_taken_away_already_is_not_told_again() -> None:
    gone = taken_away(replace(PAGE, epoch=1), DocumentTable.TICKET, 12)
    with a_quick_desk() as restored:
        assert len(restored.run(report_lost_tickets, PAGE, [gone], (KEY,), at=LATER)) == 1
        assert restored.look(lambda tx: tx.problems.open(ACME)) == []


def test_what_a_lost_desk_left_of_messages_is_emptied_and_gives_way_to_what_comes_later() -> None:
    ours = DocumentRow(MessageKey(1, 3), left_message(2).row._replace(epoch=2))
    (blank,) = taken_away_messages(PAGE, [left_message(0), ours])
    assert (blank.key, blank.row.customer_id, blank.row.epoch, blank.row.number) == ((1, 1), 0, 2, 0)
    assert json.loads(blank.row.payload) == {
        "v": 1, "store": ACME, "customer": 0, "epoch": 2, "version": 0, "ticket": 1, "number": 1,
    }  # fmt: skip


def erased_row(table: DocumentTable, number: int, *, version: int = 3, key: SigningKey = KEY) -> DocumentRow:
    """What a lost desk has left of an erased ticket or quote."""
    return taken_away(replace(PAGE, epoch=1, key=key), table, number, version)


def kept_back(coins: CoinDesk, table: DocumentTable, *rows: DocumentRow, since: datetime | None = None) -> list[int]:
    return coins.desk.run(keep_erased_back, ACME, table, rows, (KEY,), words_since=since, at=LATER)


def waiting(coins: CoinDesk) -> list[list[int]]:
    """The numbers of the tickets, and of the quotes, that are to be pushed."""
    tickets = coins.desk.look(lambda tx: tx.tickets.waiting(ACME, 9))
    return [[one.id for one in tickets], [one.id for one in coins.desk.look(lambda tx: tx.quotes.waiting(ACME, 9))]]


def test_D2_what_was_erased_after_the_backup_is_not_shown_and_staff_are_asked_once_to_erase_it_again() -> None:
    with a_coin_desk() as coins:
        quote, other = coins.offered(customer(77), 10), coins.offered(customer(78), 10)
        number = quote.ticket_id
        assert kept_back(coins, DocumentTable.TICKET, erased_row(DocumentTable.TICKET, number)) == [number]
        assert kept_back(coins, DocumentTable.QUOTE, erased_row(DocumentTable.QUOTE, quote.id)) == [quote.id]
        assert waiting(coins) == [[other.ticket_id], [other.id]]
        (problem,) = coins.desk.look(lambda tx: tx.problems.open(ACME))
        assert problem.kind == "after_backup"
        assert problem.summary == (
            "customer 77: the shop says that his words were erased after the backup, and the backup has them. They "
            "stay off his page; erase what is kept of him again: bridge privacy erase 77 --by NAME"
        )

        coins.desk.run(privacy.erase, ACME, customer(77), by="Anna", at=LATER)
        assert coins.desk.look(lambda tx: tx.problems.open(ACME)) == []
        assert waiting(coins) == [[number, other.ticket_id], [quote.id, other.id]]
        assert kept_back(coins, DocumentTable.TICKET, erased_row(DocumentTable.TICKET, number)) == []


def test_D2_a_row_that_says_nothing_of_an_erasure_keeps_nothing_back() -> None:
    stranger = SigningKey("k1", b"x" * 32)
    ticket = DocumentTable.TICKET
    with a_coin_desk() as coins:
        number = coins.ticket(customer(77)).id
        forged = erased_row(ticket, number, key=stranger)
        moved = erased_row(ticket, number + 1)._replace(key=number)
        unknown_then = erased_row(ticket, number, version=0)
        assert (
            kept_back(coins, ticket, forged, moved, unknown_then, lost_ticket(number=number), erased_row(ticket, 99))
            == []
        )
        assert waiting(coins)[0] == [number]
        assert coins.desk.look(lambda tx: tx.problems.open(ACME)) == []


def test_D2_whose_number_somebody_else_has_now_is_to_be_erased_by_the_number_of_his_account() -> None:
    """The command of the open problem would erase the new customer otherwise."""
    with a_coin_desk() as coins:
        number = coins.ticket(customer(77)).id
        kept_back(coins, DocumentTable.TICKET, erased_row(DocumentTable.TICKET, number))
        account = coins.desk.look(lambda tx: tx.accounts.of_owners(ACME, [customer(77)]))[customer(77)]
        coins.desk.run(comparing_accounts._set_apart, ACME, account, LATER)
        (problem,) = [one for one in coins.desk.look(lambda tx: tx.problems.open(ACME)) if one.kind == "after_backup"]
        assert f"bridge privacy erase former:{account.id} --by NAME" in problem.summary
        coins.desk.run(privacy.erase, ACME, Owner(OwnerKind.FORMER, account.id), by="Anna", at=LATER)
        assert "after_backup" not in {one.kind for one in coins.desk.look(lambda tx: tx.problems.open(ACME))}


def test_D4_words_that_have_had_their_time_are_erased_again_without_asking() -> None:
    with a_coin_desk() as coins:
        number = coins.ticket(customer(77)).id
        coins.desk.run(set_state, coins.terms, number, TicketState.CLOSED, by="Anna", at=coins.now)
        row = erased_row(DocumentTable.TICKET, number)
        assert kept_back(coins, DocumentTable.TICKET, row, since=LATER) == [number]
        (erased,) = coins.desk.look(lambda tx: tx.tickets.waiting(ACME, 9))
        assert (erased.id, erased.subject) == (number, "")
        assert waiting(coins)[0] == [number]
        assert coins.desk.look(lambda tx: tx.problems.open(ACME)) == []


def test_a_draft_that_was_offered_after_the_backup_is_taken_off_the_page_and_told() -> None:
    with a_coin_desk() as lost:
        quote = lost.offered(customer(77), 30)
        rows = lost.desk.look(lambda tx: quote_rows(tx, replace(PAGE, epoch=1), [quote]))
    with a_coin_desk() as coins:
        ticket = coins.ticket(customer(77))
        coins.desk.run(draft_from_price, coins.terms, ticket, "analytics", at=MONDAY_9AM, language="en")
        (blank,) = coins.desk.run(report_lost_quotes, PAGE, rows, (KEY,), at=LATER)
        assert (blank.key, blank.row.customer_id, blank.row.number) == (quote.id, 0, 0)
        (problem,) = coins.desk.look(lambda tx: tx.problems.open(ACME))
    assert (
        f"the shop shows quote {quote.id} of 30 coins (offered, version 1), offered after the backup" in problem.summary
    )
