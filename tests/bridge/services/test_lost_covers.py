"""After a restore: how help in a ticket was covered is what its own row in the shop says (rules L2, L3)."""

from collections.abc import Iterator
from typing import Any

import pytest

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow
from bridge.domain.entitlement import Entitlement, Reason, Way
from bridge.domain.events import TicketOpened
from bridge.domain.plans import PlanBook
from bridge.domain.tickets import Author, Message, MessageKind
from bridge.services import covering
from bridge.services.account_pages import PageTerms
from bridge.services.licence_refunds import REFUNDED_MEANWHILE
from bridge.services.lost_answers import with_answers
from bridge.services.lost_covers import recover_covers
from bridge.services.ticket_documents import ticket_document
from bridge.services.ticket_standing import settle
from bridge.services.told_before import Told
from tests.support.books import ACME, REFUNDED, TEHRAN
from tests.support.licences import SEO, SOLD, a_licence_desk, buys
from tests.support.lost_rows import KEY, lost_ticket
from tests.support.quoting import ANNA, CoinDesk
from tests.support.tickets import WEDNESDAY_6PM, now_of, opens, posted, posts, stored_is_what_follows

EXPIRED = {"code": "no_clock", "reason": "expired", "licence": None, "product": "seo"}


@pytest.fixture(name="coins")
def _coins() -> Iterator[CoinDesk]:
    with a_licence_desk(WEDNESDAY_6PM, plans=PlanBook([])) as desk:
        yield desk


def left(coins: CoinDesk, number: int, **cover: Any) -> DocumentRow:
    """The ticket's row as the lost desk has left it, covered in that way."""
    ticket = coins.desk.look(lambda tx: tx.tickets.get(ACME, number))
    assert ticket is not None
    return lost_ticket(number=number, opened_at=int(ticket.opened_at.timestamp()), cover=cover)


def recovered(coins: CoinDesk, row: DocumentRow) -> list[int]:
    """The tickets that are covered otherwise by that row."""
    known = coins.desk.run(with_answers, ACME, [row], (KEY,), at=coins.now)
    return coins.desk.run(recover_covers, ACME, known, at=coins.now)


def covers(coins: CoinDesk, number: int) -> Entitlement:
    said = coins.desk.look(lambda tx: tx.tickets.last_cover(number))
    assert said is not None
    return Entitlement.of(said.detail)


def test_L3_a_ticket_that_was_free_at_its_opening_is_free_though_its_licence_ended_before_it_was_done_again(
    coins: CoinDesk,
) -> None:
    (licence,) = buys(coins, SEO)
    number = opens(coins, product="seo")
    as_now = Message(coins.now, Author.BRIDGE, MessageKind.COVERED, detail={"way": "no_clock", "reason": "expired"})
    coins.desk.run(lambda tx: tx.tickets.say(number, as_now))
    row = left(coins, number, code="licence", reason="active", licence=licence.licence.id, product="seo")
    assert [recovered(coins, row) for _ in range(2)] == [[number], []]
    assert covers(coins, number) == Entitlement(Way.LICENCE, Reason.ACTIVE, licence.licence.id, "seo")
    coins.desk.run(settle, coins.terms, number, at=coins.now)
    assert now_of(coins, number).standing == "licence"
    stored_is_what_follows(coins)


def test_L2_nor_is_it_free_by_a_licence_that_was_renewed_after_its_opening(coins: CoinDesk) -> None:
    buys(coins, SEO)
    number = opens(coins, product="seo")
    assert recovered(coins, left(coins, number, **EXPIRED)) == [number]
    assert covers(coins, number) == Entitlement(Way.NO_CLOCK, Reason.EXPIRED, None, "seo")


def test_L3_a_licence_that_was_bought_after_the_backup_is_named_by_its_number_here(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    number = opens(coins)
    row = left(coins, number, code="licence", reason="active", licence=licence.licence.id + 7, product="seo")
    assert recovered(coins, row) == [number]
    assert covers(coins, number).licence_id == licence.licence.id


def test_L3_staff_are_told_of_a_ticket_that_is_free_again_by_a_licence_whose_money_went_back(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    buys(coins, SEO, status=REFUNDED)
    number = opens(coins, product="seo")
    row = left(coins, number, code="licence", reason="active", licence=licence.licence.id, product="seo")
    assert [recovered(coins, row) for _ in range(2)] == [[number], []]
    (told,) = coins.desk.look(lambda tx: tx.problems.open(ACME))
    assert (told.kind, told.count) == (REFUNDED_MEANWHILE, 1)


def test_L2_what_is_opened_again_is_covered_and_told_in_the_words_of_then(coins: CoinDesk) -> None:
    buys(coins, SEO)
    said: dict[str, Any] = {"subject": "Slider", "text": "It does not slide.", "price": None, "product": "seo"}
    first = posted(coins, "ticket_open", **said)
    number = int(first.document["data"]["ticket"])
    coins.desk.run(covering.decide_anew, coins.terms, number, by=ANNA, at=coins.later(days=400))
    closed = posts(coins, "ticket_reply", ticket=number, text="And now?")
    assert closed.document["data"] == {"ticket": number}, "what opens none says nothing of covers"
    with a_licence_desk(WEDNESDAY_6PM, plans=PlanBook([])) as restored:
        (licence,) = buys(restored, SEO)
        buys(restored, SEO, status=REFUNDED)
        before = Told("accepted", first.code, {}, first.document["data"], first.received_at)
        assert posted(restored, "ticket_open", told=before, **said).document["data"] == first.document["data"]
        (told,) = restored.told(TicketOpened)
        assert isinstance(told, TicketOpened)
        assert (told.cover, told.reason, told.licence_id) == ("licence", "active", licence.licence.id)
        (problem,) = restored.desk.look(lambda tx: tx.problems.open(ACME))
        assert problem.kind == REFUNDED_MEANWHILE
        row = left(restored, number, code="licence", reason="active", licence=licence.licence.id, product="seo")
        assert recovered(restored, row) == []
        stored_is_what_follows(restored)


def test_what_staff_of_this_desk_have_decided_stays_and_a_row_that_says_nothing_changes_nothing(
    coins: CoinDesk,
) -> None:
    buys(coins, SEO)
    number = opens(coins, product="seo")
    coins.desk.run(covering.decide_anew, coins.terms, number, by=ANNA, at=coins.later(days=400))
    assert covers(coins, number).way is Way.NO_CLOCK
    row = left(coins, number, code="licence", reason="active", licence=1, product="seo")
    assert recovered(coins, row) == []
    other = opens(coins, product="seo")
    plain = lost_ticket(number=other, opened_at=int(coins.now.timestamp()))
    assert recovered(coins, plain) == []


def test_a_tickets_row_says_all_that_a_restored_desk_needs_to_cover_it_again(coins: CoinDesk) -> None:
    (licence,) = buys(coins, SEO)
    number = opens(coins, licence=licence.licence.id)
    terms = PageTerms(ACME, TEHRAN, coins.terms.plans, KEY, 1, licences=SOLD)

    def document(tx: Tx) -> dict[str, Any]:
        ticket = tx.tickets.get(ACME, number)
        assert ticket is not None
        return ticket_document(tx, terms, ticket, 77, 1)

    said = coins.desk.look(document)
    assert recovered(coins, left(coins, number, **said["cover"])) == []
