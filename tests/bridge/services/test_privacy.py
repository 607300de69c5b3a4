"""What is kept of a customer can be handed to him and erased, and the books stay right (rules D1, D2, D3)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bridge.contracts.answers import Answer
from bridge.contracts.audit import AuditLine
from bridge.contracts.desk import Tx
from bridge.contracts.office import Delivery
from bridge.contracts.shop_documents import DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.events import GuestClaimed
from bridge.domain.quotes import QuoteState
from bridge.domain.ticket_history import history_of
from bridge.domain.tickets import Author, Message, MessageKind, TicketState
from bridge.errors import ErasureRefused, QuoteRefused, UnknownAccount
from bridge.services import guests, personal_export, privacy
from bridge.services.account_pages import PageTerms, waiting_batch
from bridge.services.comparing_accounts import Gone, not_told, note_customers, report_gone
from bridge.services.documents import waiting_documents
from bridge.services.opening import Wish, open_ticket
from bridge.services.privacy import Erased
from bridge.services.purchases import book_orders
from bridge.services.ticket_standing import tell
from tests.support.books import (
    ACME,
    BASE,
    CHARGED_BACK,
    PLANS,
    TEHRAN,
    a_store,
    an_order,
    customer,
    guest,
    rows,
)
from tests.support.quoting import ANNA, CUSTOMER, CoinDesk, a_coin_desk

PAGE = PageTerms(ACME, TEHRAN, PLANS, SigningKey("k1", bytes(32)), 1)
SECRET = "my home number is 555"
MINE = "the lamp of Ivan Petrov"


@pytest.fixture
def desk() -> Iterator[CoinDesk]:
    """A customer with coins, a settled quote, an open offer, a ticket with words, a claim and a message on its way."""
    with a_coin_desk() as desk:
        desk.granted(CUSTOMER, 100)
        ticket = desk.ticket(CUSTOMER, SECRET)
        desk.settled(desk.approved(desk.offered(CUSTOMER, 30, ticket=ticket)), 20)
        desk.offered(CUSTOMER, 5, ticket=ticket)
        message = Message(desk.now, Author.CUSTOMER, MessageKind.TEXT, SECRET)
        desk.desk.run(lambda tx: tx.tickets.say(ticket.id, message))
        account = desk.desk.look(lambda tx: tx.accounts.of_owners(ACME, [CUSTOMER]))[CUSTOMER]
        desk.desk.run(guests.claim, desk.terms, account, 1050, "en", desk.now)
        letter = Delivery("k", ACME, "coins_granted", {"mail": SECRET}, to=CUSTOMER)
        desk.desk.run(lambda tx: tx.deliveries.add("mail", [letter], desk.now))
        yield desk


def erased(desk: CoinDesk, owner: Owner = CUSTOMER) -> Erased:
    return desk.desk.run(privacy.erase, ACME, owner, by=ANNA, at=desk.now)


def open_ticket_of(desk: CoinDesk) -> int:
    """The number of a ticket that the customer has opened on his page, and that waits for an answer."""
    account = desk.desk.look(lambda tx: tx.accounts.of_owners(ACME, [CUSTOMER]))[CUSTOMER]
    wish = Wish(order_id=1042, product=MINE)
    opened = desk.desk.run(
        open_ticket, desk.terms, account, subject=SECRET, text=SECRET, at=desk.now, wish=wish, language="ru"
    )
    return opened.id


def former(desk: CoinDesk) -> Account:
    [account] = [one for one in accounts(desk) if one.owner.kind is OwnerKind.FORMER]
    return account


def accounts(desk: CoinDesk) -> list[Account]:
    return desk.desk.look(lambda tx: tx.accounts.page(ACME, after=0, limit=99))


def everything(desk: CoinDesk) -> str:
    """Every row of the desk as text."""
    names = [row[0] for row in rows(desk.desk, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    return "\n".join(repr(rows(desk.desk, f"SELECT * FROM {name}")) for name in names)


def test_D2_words_are_erased_everywhere_and_the_books_stay_right(desk: CoinDesk) -> None:
    before = desk.entries(CUSTOMER)
    hashes = rows(desk.desk, "SELECT hashes FROM quote_version")
    assert SECRET in everything(desk)
    done = erased(desk)
    assert done.account is not None
    assert (done.tickets, done.quotes, done.account.posted) == (1, 2, 80)
    assert SECRET not in everything(desk)
    assert "Set it up." not in everything(desk)
    assert desk.entries(former(desk).owner) == before
    assert rows(desk.desk, "SELECT hashes FROM quote_version") == hashes
    assert rows(desk.desk, "SELECT COUNT(*) FROM decision") == [(1,)]
    assert desk.right()


def test_D2_nothing_links_the_account_to_the_shops_customer_any_more(desk: CoinDesk) -> None:
    erased(desk)
    assert former(desk).owner.ref == former(desk).id
    assert former(desk).frozen
    assert former(desk).born is None
    assert desk.coins(CUSTOMER) == (0, 0, 0)
    assert rows(desk.desk, "SELECT customer_id, code FROM guest_claim") == [(0, "")]
    assert rows(desk.desk, "SELECT COUNT(*) FROM delivery") == [(0,)]
    assert all(event.owner != CUSTOMER for event in desk.told() if hasattr(event, "owner"))
    subject = f"account:{former(desk).id}"
    line = desk.desk.look(lambda tx: tx.audit.lines(subject=subject))[0]
    assert (line.staff, line.action) == (ANNA, "erase")
    assert "77" not in repr(line.detail)


def test_D2_the_shops_rows_are_emptied(desk: CoinDesk) -> None:
    erased(desk)
    [row] = desk.desk.look(lambda tx: waiting_batch(tx, PAGE, at=desk.now, limit=9)).rows
    document = json.loads(row.account.payload)
    assert (document["customer"], document["posted"], document["packages"], row.entries) == (77, 0, [], ())
    batches = desk.desk.look(lambda tx: waiting_documents(tx, PAGE, limit=9))
    quotes = next(batch for batch in batches if batch.table is DocumentTable.QUOTE)
    assert [one.row.customer_id for one in quotes.rows] == [0, 0]
    assert all(set(json.loads(one.row.payload)) <= HEAD for one in quotes.rows)


HEAD = {"v", "store", "customer", "epoch", "number", "quote"}


def test_D2_an_offer_that_nobody_can_decide_about_is_withdrawn(desk: CoinDesk) -> None:
    erased(desk)
    states = {quote.state for quote in desk.quotes(former(desk).owner)}
    assert states == {QuoteState.SETTLED, QuoteState.WITHDRAWN}
    assert rows(desk.desk, "SELECT COUNT(*) FROM deadline WHERE kind LIKE 'quote%'") == [(0,)]


def test_D2_nobody_waits_any_more_so_every_ticket_is_closed_and_no_clock_runs(desk: CoinDesk) -> None:
    """Its history says so too, also that what was offered is withdrawn (rule T9)."""
    asked = open_ticket_of(desk)
    erased(desk)

    def look(tx: Tx) -> None:
        assert tx.tickets.queued_standings(ACME) == []
        for ticket in tx.tickets.latest(ACME, 9):
            now = tx.tickets.now([ticket.id])[ticket.id]
            history = history_of(ticket, tx.tickets.history(ticket.id))
            assert (now.state, now.since, now.due) == (history.state, history.since, None)
            assert now.state is TicketState.CLOSED

    desk.desk.look(look)
    assert rows(desk.desk, "SELECT COUNT(*) FROM deadline WHERE kind = 'ticket'") == [(0,)]
    said = [(one.kind, one.detail.get("quote")) for one in desk.thread(asked - 1)]
    assert (MessageKind.WITHDRAWN, 2) in said


def test_D2_what_a_ticket_is_about_is_erased_with_its_words(desk: CoinDesk) -> None:
    """On a page without orders the customer writes it himself."""
    open_ticket_of(desk)
    assert MINE in everything(desk)
    erased(desk)
    assert MINE not in everything(desk)
    assert rows(desk.desk, "SELECT DISTINCT product, order_id FROM ticket") == [("", None)]


def test_D2_an_order_of_somebody_who_was_erased_is_no_news_when_it_is_read_again(desk: CoinDesk) -> None:
    order = an_order(1042, (BASE, 1), buyer=customer(79), customer_id=79)
    desk.desk.run(book_orders, a_store(), [order], at=desk.now)
    erased(desk, customer(79))
    desk.desk.run(book_orders, a_store(), [order], at=desk.now)
    assert desk.desk.look(lambda tx: tx.problems.open(ACME)) == []
    more = an_order(1042, (BASE, 2), buyer=customer(79), customer_id=79)
    desk.desk.run(book_orders, a_store(), [more], at=desk.now)
    assert [one.kind for one in desk.desk.look(lambda tx: tx.problems.open(ACME))] == ["owner_changed"]


def test_D2_work_under_way_that_a_chargeback_left_without_coins_is_at_an_end(desk: CoinDesk) -> None:
    """Or it would stand among the open quotes for ever, of nobody."""
    order = an_order(1042, (BASE, 1), buyer=customer(79), customer_id=79)
    desk.desk.run(book_orders, a_store(), [order], at=desk.now)
    quote = desk.started(desk.approved(desk.offered(customer(79), 10)))
    desk.desk.run(book_orders, a_store(), [order._replace(status=CHARGED_BACK)], at=desk.now)
    assert (desk.quote(quote.id).state, desk.quote(quote.id).held) == (QuoteState.STARTED, 0)
    erased(desk, customer(79))
    assert desk.quote(quote.id).state is QuoteState.RELEASED
    assert desk.right()


def test_D2_erasing_is_refused_while_coins_are_held_and_nothing_is_erased(desk: CoinDesk) -> None:
    held = desk.approved(desk.offered(CUSTOMER, 7))
    before = everything(desk)
    with pytest.raises(ErasureRefused, match=f"7 coins of customer 77 are held for work .quote {held.id}."):
        erased(desk)
    assert everything(desk) == before


def nothing_to_erase(desk: CoinDesk, owner: Owner) -> None:
    before = everything(desk)
    with pytest.raises(UnknownAccount, match=f"of {owner} nothing is kept"):
        erased(desk, owner)
    assert everything(desk) == before


def test_D2_what_was_erased_is_not_erased_again_and_nothing_is_written(desk: CoinDesk) -> None:
    """Each time would leave one more empty account that nobody has had."""
    erased(desk)
    nothing_to_erase(desk, CUSTOMER)
    nothing_to_erase(desk, former(desk).owner)
    nothing_to_erase(desk, customer(4711))
    desk.granted(guest(1042), 5)
    erased(desk, guest(1042))
    nothing_to_erase(desk, guest(1042))
    assert desk.right()


def test_D2_who_came_back_after_an_erasure_is_erased_once_more(desk: CoinDesk) -> None:
    erased(desk)
    desk.ticket(CUSTOMER, SECRET)
    assert erased(desk).tickets == 1
    nothing_to_erase(desk, CUSTOMER)


def test_D2_of_somebody_without_coins_and_tickets_what_he_sent_is_erased(desk: CoinDesk) -> None:
    words = {"text": {"en": SECRET}, "data": {}}
    answer = Answer("u", 78, desk.now, "right_redeem", "refused", "right_not_in_plan", words)
    desk.desk.run(lambda tx: tx.answers.add(ACME, answer))
    letter = Delivery("l", ACME, "coins_granted", {"mail": SECRET}, to=customer(78))
    desk.desk.run(lambda tx: tx.deliveries.add("mail", [letter], desk.now))
    before = len(accounts(desk))
    assert erased(desk, customer(78)) == Erased(None)
    assert len(accounts(desk)) == before
    document = desk.desk.look(lambda tx: tx.answers.get(ACME, "u"))
    assert document is not None
    assert (document.customer_id, document.document) == (0, {"text": {}, "data": {}})
    nothing_to_erase(desk, customer(78))


def test_C19_a_code_asked_for_after_an_erasure_is_mailed_under_a_number_of_its_own(desk: CoinDesk) -> None:
    """The number stands in the event's key: with an earlier one's, nobody would ever be told of the new code."""
    erased(desk)
    account = desk.desk.run(lambda tx: tx.accounts.open(ACME, [customer(78)]))[customer(78)]
    claim = desk.desk.run(guests.claim, desk.terms, account, 1050, "en", desk.now)
    first, second = desk.told(GuestClaimed)
    assert isinstance(first, GuestClaimed)
    assert isinstance(second, GuestClaimed)
    assert first.key != second.key
    assert second.claim_id == claim.id != first.claim_id
    codes = desk.desk.look(lambda tx: [tx.guests.get(number) for number in (first.claim_id, second.claim_id)])
    assert [one.code if one else None for one in codes] == ["", claim.code]


def test_C19_erasing_leaves_how_many_codes_were_asked_for_an_order(desk: CoinDesk) -> None:
    """Or whoever is erased could begin anew to guess."""
    for _ in range(2):
        account = desk.desk.run(lambda tx: tx.accounts.open(ACME, [CUSTOMER]))[CUSTOMER]
        desk.desk.run(guests.claim, desk.terms, account, 1050, "en", desk.now)
    erased(desk)
    account = desk.desk.run(lambda tx: tx.accounts.open(ACME, [CUSTOMER]))[CUSTOMER]
    with pytest.raises(QuoteRefused):
        desk.desk.run(guests.claim, desk.terms, account, 1050, "en", desk.now)


def test_D2_an_erased_customer_starts_anew_with_nothing(desk: CoinDesk) -> None:
    old = desk.quotes(CUSTOMER)[0]
    erased(desk)
    desk.granted(CUSTOMER, 9)
    assert desk.coins(CUSTOMER) == (9, 0, 9)
    with pytest.raises(QuoteRefused):
        desk.approved(old)


def test_D2_an_export_has_everything_that_is_kept(desk: CoinDesk) -> None:
    document: dict[str, Any] = desk.desk.look(personal_export.export, ACME, CUSTOMER)
    assert json.loads(json.dumps(document)) == document
    assert (document["owner"], document["account"]["posted"]) == ({"kind": "customer", "id": 77}, 80)
    assert [one["kind"] for one in document["entries"]] == ["grant", "hold", "settle", "release"]
    [ticket] = document["tickets"]
    assert ticket["subject"] == SECRET
    assert SECRET in [one["text"] for one in ticket["thread"]]
    assert [one["state"] for one in document["quotes"]] == ["settled", "offered"]
    assert document["quotes"][0]["decisions"][0]["text_hash"]
    assert [one["order"] for one in document["claims"]] == [1050]
    assert [one["by"] for one in document["messages_sent"]] == ["mail"]
    assert document["audit"]


def test_D2_an_export_says_what_each_ticket_is_about_and_how_it_stands(desk: CoinDesk) -> None:
    number = open_ticket_of(desk)
    ticket = desk.desk.look(personal_export.export, ACME, CUSTOMER)["tickets"][-1]
    thread = ticket.pop("thread")
    assert {name: value for name, value in ticket.items() if name not in ("opened_at", "subject")} == {
        "ticket": number,
        "opened_by": "customer",
        "kind": "support",
        "channel": "page",
        "language": "ru",
        "order": 1042,
        "product": MINE,
        "price": None,
        "continues": None,
        "state": "open",
        "urgency": "none",
        "files": [],
    }
    assert [one["verified"] for one in thread if one["kind"] == "text"] == [True]


def test_D2_an_export_has_what_staff_did_while_tickets_were_called_requests(desk: CoinDesk) -> None:
    """Lines of the audit trail are never changed (rule C9), so those keep the old name."""

    def note(tx: Tx, line: AuditLine) -> None:
        tx.audit.note(line)

    ticket = desk.quotes(CUSTOMER)[0].ticket_id
    for number in (ticket, ticket + 1_000):
        line = AuditLine(desk.now, "Anna", "reply", f"request:{number}", {}, ACME)
        desk.desk.run(note, line)
    document: dict[str, Any] = desk.desk.look(personal_export.export, ACME, CUSTOMER)
    assert [one["subject"] for one in document["audit"] if one["subject"].startswith("request:")] == [
        f"request:{ticket}"
    ]
    found = desk.desk.look(lambda tx: tx.audit.lines(store=ACME, subject=f"ticket:{ticket}"))
    assert {one.subject for one in found} == {f"request:{ticket}"}


def test_D2_of_somebody_unknown_there_is_nothing_to_export(desk: CoinDesk) -> None:
    with pytest.raises(UnknownAccount, match="of customer 4711 nothing is kept"):
        desk.desk.look(personal_export.export, ACME, customer(4711))


def gone(desk: CoinDesk) -> None:
    """The shop has the customer no more, and the daemon has noticed."""

    def notice(tx: Any) -> None:
        mine = [one for one in tx.accounts.page(ACME, after=0, limit=9) if one.owner == CUSTOMER]
        absent, _ = note_customers(tx, mine, {}, at=desk.now)
        new = [Gone(one) for one in not_told(tx, ACME, absent)]
        report_gone(tx, ACME, new, absent, looked_at=9, fuse_units=50, at=desk.now)

    desk.desk.run(notice)
    desk.later(minutes=2)
    desk.desk.run(notice)


def proposed(desk: CoinDesk) -> int:
    def propose(tx: Any) -> int:
        found = privacy.to_propose(tx, ACME, desk.now - timedelta(days=90))
        return privacy.propose(tx, ACME, found, after=timedelta(days=90), at=desk.now)

    return desk.desk.run(propose)


def problems(desk: CoinDesk) -> list[str]:
    return [one.kind for one in desk.desk.look(lambda tx: tx.problems.open(ACME))]


def test_D3_a_deleted_customers_coins_are_frozen_and_after_90_days_erasure_is_proposed_once(desk: CoinDesk) -> None:
    gone(desk)
    assert desk.coins(CUSTOMER)[0] == 80
    assert [one.frozen for one in accounts(desk)] == [True]
    desk.later(days=89)
    assert proposed(desk) == 0
    desk.later(days=1)
    assert (proposed(desk), proposed(desk)) == (1, 0)
    assert sorted(problems(desk)) == ["customer_deleted", "erasure_proposed"]
    erased(desk)
    assert problems(desk) == []
    desk.later(days=100)
    assert proposed(desk) == 0


def test_D3_a_customer_who_was_erased_is_not_told_as_gone_once_more(desk: CoinDesk) -> None:
    gone(desk)
    erased(desk)
    gone(desk)
    assert problems(desk) == []


def test_D3_a_proposal_ends_when_the_customer_is_back(desk: CoinDesk) -> None:
    gone(desk)
    desk.later(days=91)
    assert proposed(desk) == 1
    number = desk.account_id(CUSTOMER)
    desk.desk.run(lambda tx: tx.accounts.found([number]))
    assert proposed(desk) == 0
    assert "erasure_proposed" not in problems(desk)


def test_D3_an_account_that_was_kept_apart_is_proposed_too(desk: CoinDesk) -> None:
    number = desk.account_id(CUSTOMER)

    def apart(tx: Any) -> None:
        tx.accounts.freeze(number, desk.now)
        tx.accounts.detach(ACME, number)

    desk.desk.run(apart)
    desk.later(days=91)
    assert proposed(desk) == 1
    [problem] = desk.desk.look(lambda tx: tx.problems.open(ACME))
    assert f"bridge privacy erase former:{number} --by NAME" in problem.summary


def resolved(desk: CoinDesk, ticket: int) -> None:
    """It waited for its customer in vain."""
    silence = Message(desk.now, Author.BRIDGE, MessageKind.STATE, detail={"state": "resolved"})
    desk.desk.run(tell, desk.terms, ticket, silence)


def test_D4_texts_of_old_tickets_are_erased_but_none_of_work_that_is_open(desk: CoinDesk) -> None:
    open_one = desk.ticket(customer(78), SECRET)
    desk.offered(customer(78), 5, ticket=open_one)
    old, unanswered = desk.ticket(customer(79), SECRET), desk.ticket(customer(81), SECRET)
    resolved(desk, old.id)
    desk.later(days=31)
    young = desk.ticket(customer(80), SECRET)
    forgotten = desk.desk.run(lambda tx: tx.personal.forget_old_texts(ACME, desk.now - timedelta(days=30)))
    assert forgotten == 1
    subjects = {one.id: one.subject for one in desk.desk.look(lambda tx: tx.tickets.latest(ACME, 9))}
    assert (subjects[old.id], subjects[open_one.id], subjects[young.id]) == ("", SECRET, SECRET)
    assert subjects[unanswered.id] == SECRET, "staff owe an answer to it"
    assert desk.desk.run(lambda tx: tx.personal.forget_old_texts(ACME, desk.now - timedelta(days=30))) == 0
