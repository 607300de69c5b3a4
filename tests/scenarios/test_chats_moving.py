"""Chats that become tickets: what goes along, what ends, and how both go on (rules W7, W9, T10, T11, T12, D2)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.contracts.chats import Media, Receipt
from bridge.desk.transaction import DeskTx
from bridge.domain.chats import ChatKind, ChatMedia, ChatMessage, MediaState, Route, SendState
from bridge.domain.entitlement import Entitlement, Reason, Way
from bridge.domain.events import TicketOpened, TicketReplied
from bridge.domain.number_hiding import names_number
from bridge.domain.tickets import Author, Channel, Message, MessageKind, Ticket, TicketKind, TicketState
from bridge.domain.work_time import Ending
from bridge.errors import ChatRefused, QuoteRefused
from bridge.services import (
    chat_linking,
    chat_moving,
    chat_sending,
    covering,
    offering,
    redacting,
    ticket_decisions,
    ticket_links,
    tickets,
)
from bridge.services.opening import Wish
from tests.support.books import ACME, customer
from tests.support.chatting import CHANNEL, DEVELOPER, IVAN, OFFICE, PREMIUM_NUMBER, ChatDesk, a_chat_with_the_developer
from tests.support.chatting import said_by_developer as said
from tests.support.licences import SEO, SOLD, buys
from tests.support.premium_time import BORIS
from tests.support.quoting import ANNA, CUSTOMER


@pytest.fixture
def desk() -> Iterator[ChatDesk]:
    with a_chat_with_the_developer() as opened:
        yield opened


def moved(desk: ChatDesk, subject: str = "Checkout") -> Ticket:
    facts = {"subject": subject, "by": ANNA, "now": desk.premium.clock.reading()}
    done: Ticket = desk.premium.do(chat_moving.move, desk.chat(number="developer").id, **facts)
    return done


def words(desk: ChatDesk, ticket: Ticket) -> list[tuple[Author, str, bool]]:
    thread: list[Message] = desk.look(lambda tx: tx.tickets.thread(ticket.id))
    return [(one.author, one.text, one.verified) for one in thread if one.kind is MessageKind.TEXT]


def answered(desk: ChatDesk, ticket: Ticket, text: str) -> None:
    desk.premium.do(tickets.reply, ticket.id, text=text, by=ANNA, at=desk.now)


def fetched(tx: DeskTx, message: ChatMessage) -> ChatMessage:
    """The file that came with a message is there."""
    kept = tx.conversations.message(message.id)
    assert kept is not None
    assert kept.message.media is not None
    content = ChatMedia(kept.message.media.id, "image/png", kept.message.media.name, 5, MediaState.KEPT, "a" * 64)
    now = replace(kept.message, media=content)
    tx.conversations.change(now)
    return now


def fetch(desk: ChatDesk, message: ChatMessage) -> None:
    """The file comes after its message is in the ticket."""
    desk.run(lambda tx: chat_moving.put_file(tx, desk.premium.terms, fetched(tx, message), at=desk.now))


def test_W7_moving_to_a_ticket_keeps_the_thread_and_stops_the_timer(desk: ChatDesk) -> None:
    desk.linked()
    agreement = desk.premium.agreed(contact=desk.contact())
    desk.premium.start(agreement)
    desk.premium.do(chat_sending.send, desk.chat(number="developer").id, text="I look.", by=ANNA, at=desk.now)
    desk.later(minutes=20)
    desk.writes(f"Thanks! I have {PREMIUM_NUMBER}", to=DEVELOPER.channel_id)
    ticket = moved(desk)
    assert (ticket.channel, ticket.opened_by, ticket.language) == (Channel.CHAT, Author.CUSTOMER, "en")
    text = agreement.offer.texts["fa"]
    assert words(desk, ticket) == [
        (Author.CUSTOMER, "سلام، کمک می‌خواهم", False),
        (Author.STAFF, text, True),
        (Author.STAFF, "I look.", True),
        (Author.CUSTOMER, "Thanks! I have •••", False),
    ]
    [segment] = desk.premium.segments(agreement)
    assert (segment.ending, segment.worked) == (Ending.MOVED, timedelta(minutes=20))
    assert desk.chat(number="developer").route is Route.MOVED
    assert [one.ticket_id for one in desk.premium.told(TicketOpened)] == [ticket.id]
    assert str(ticket.id) in desk.sends(said(desk)[-1]).text


def test_W7_moving_stops_the_timer_also_of_an_agreement_that_was_made_on_the_page(desk: ChatDesk) -> None:
    agreement = desk.premium.agreed(contact=desk.premium.contact(CUSTOMER.ref))
    desk.linked(customer=CUSTOMER.ref)
    desk.premium.start(agreement)
    desk.later(minutes=5)
    moved(desk)
    [segment] = desk.premium.segments(agreement)
    assert segment.ending is Ending.MOVED


def test_W7_what_was_agreed_on_in_a_moved_chat_keeps_its_tickets_work_from_costing_coins_besides(
    desk: ChatDesk,
) -> None:
    desk.linked()
    coins = desk.premium.coins
    coins.granted(CUSTOMER, 100)
    agreement, other = desk.premium.agreed(contact=desk.contact()), desk.premium.offered(contact=desk.contact())
    ticket = moved(desk)
    assert [desk.premium.agreement(one).ticket_id for one in (agreement, other)] == [ticket.id, ticket.id]
    quote = coins.offered(CUSTOMER, 20, ticket=ticket)
    with pytest.raises(QuoteRefused) as refusal:
        coins.approved(quote)
    assert refusal.value.reason == "premium_time"
    desk.premium.start(agreement)  # the work itself can go on
    desk.later(minutes=5)
    desk.premium.stop()
    desk.premium.close(agreement)
    assert coins.approved(quote).held == 20


def test_W1_who_is_not_listed_answers_a_ticket_on_the_page_alone(desk: ChatDesk) -> None:
    desk.linked()
    ticket = moved(desk)
    before = len(said(desk))
    desk.premium.do(tickets.reply, ticket.id, text="Done.", by="Carla", at=desk.now)
    assert len(said(desk)) == before
    answered(desk, ticket, "By me.")
    assert len(said(desk)) == before + 1


def test_W9_what_looks_like_a_code_of_who_is_linked_reaches_staff_while_others_have_codes(desk: ChatDesk) -> None:
    desk.linked()
    ticket = moved(desk)
    desk.code(78)
    desk.writes("AB2C-D3EF", to=DEVELOPER.channel_id)
    assert words(desk, ticket)[-1] == (Author.CUSTOMER, "AB2C-D3EF", False)


def test_T11_what_he_writes_later_goes_to_the_ticket_unverified_and_answers_come_back(desk: ChatDesk) -> None:
    desk.linked()
    ticket = moved(desk)
    desk.writes("One more thing", to=DEVELOPER.channel_id)
    assert words(desk, ticket)[-1] == (Author.CUSTOMER, "One more thing", False)
    assert [one.ticket_id for one in desk.premium.told(TicketReplied)] == [ticket.id]
    assert len(desk.waits()) == 1, "of the ticket staff hear as of any"
    answered(desk, ticket, f"Done. {PREMIUM_NUMBER}")
    assert desk.sends(said(desk)[-1]).text == "Done. •••"
    assert [text for _, text, _ in words(desk, ticket)].count("Done. •••") == 1, "the chat's copy is no message more"


def test_T12_a_chat_puts_no_more_into_its_ticket_within_an_hour_than_the_page_does(desk: ChatDesk) -> None:
    most = desk.premium.terms.tickets.messages_per_hour
    desk.linked()
    ticket = moved(desk)
    before = len(words(desk, ticket))
    for _ in range(most):
        desk.later(minutes=1)
        desk.writes("More", to=DEVELOPER.channel_id)
    assert (desk.problems(), len(desk.waits())) == ([], 1)
    for _ in range(3):
        desk.writes("Still more", to=DEVELOPER.channel_id)
    assert len(words(desk, ticket)) == before + most
    assert len(desk.premium.told(TicketReplied)) == most
    assert [one.text for one in desk.thread(number="developer")].count("Still more") == 3, "it stands in the chat"
    assert desk.chat(number="developer").waiting_since is not None
    assert (desk.problems(), len(desk.waits())) == (["chat_flood"], 2), "staff are told, once"
    (flood,) = desk.look(lambda tx: tx.problems.open(ACME))
    assert flood.summary.endswith(f"is not in ticket {ticket.id} (rule T12). Read it: bridge chat show 1")
    desk.later(minutes=32)
    desk.writes("Later", to=DEVELOPER.channel_id)
    assert words(desk, ticket)[-1] == (Author.CUSTOMER, "Later", False)


def test_T12_a_picture_is_one_message_also_once_its_file_is_there(desk: ChatDesk) -> None:
    terms = desk.premium.terms
    most = terms.tickets.messages_per_hour
    desk.premium.coins.terms = replace(terms, tickets=replace(terms.tickets, files_per_hour=most))
    desk.linked()
    ticket = moved(desk)
    for number in range(most - 1):
        desk.later(minutes=1)
        picture = Media(f"m{number}", "image/png", f"{number}.png", 5)
        desk.writes(to=DEVELOPER.channel_id, kind=ChatKind.MEDIA, media=picture)
        fetch(desk, desk.thread(number="developer")[-1])
    desk.writes("That is all", to=DEVELOPER.channel_id)
    assert words(desk, ticket)[-1] == (Author.CUSTOMER, "That is all", False)
    assert desk.problems() == []


def test_T12_who_is_answered_in_the_ticket_waits_in_the_chat_no_more(desk: ChatDesk) -> None:
    most = desk.premium.terms.tickets.messages_per_hour
    desk.linked()
    ticket = moved(desk)
    for _ in range(2):
        desk.later(hours=1)
        for _ in range(most + 1):
            desk.writes("More", to=DEVELOPER.channel_id)
        assert desk.chat(number="developer").waiting_since is not None
        answered(desk, ticket, "We have read it all.")
        assert desk.chat(number="developer").waiting_since is None
    assert len(desk.waits()) == 3, "before it became a ticket, and once each time"


def test_T12_what_he_wrote_over_days_is_no_flood_when_it_comes_at_once(desk: ChatDesk) -> None:
    desk.linked()
    ticket = moved(desk)
    before = len(words(desk, ticket))
    desk.later(days=2)
    for minutes in range(400, 0, -10):
        desk.writes("More", to=DEVELOPER.channel_id, sent_at=desk.now - timedelta(minutes=minutes))
    assert len(words(desk, ticket)) == before + 40


def test_W2_what_staff_write_in_tickets_and_offers_shows_the_premium_number_to_nobody(desk: ChatDesk) -> None:
    desk.linked(customer=CUSTOMER.ref)
    facts = {"subject": f"Call {PREMIUM_NUMBER}", "text": f"On {PREMIUM_NUMBER}", "by": ANNA, "at": desk.now}
    ticket = desk.premium.do(tickets.open_for, CUSTOMER, **facts)
    answered(desk, ticket, f"Ring {PREMIUM_NUMBER}")
    offer = {"coins": 5, "words": f"By {PREMIUM_NUMBER}", "by": ANNA, "at": desk.now, "possible": True}
    quote = desk.premium.do(offering.offer, ticket.id, **offer)
    assert (ticket.subject, quote.offer.words) == ("Call •••", "By •••")
    assert [text for _, text, _ in words(desk, ticket)] == ["On •••", "Ring •••"]
    assert not any(names_number(text, [PREMIUM_NUMBER]) for text in quote.offer.texts.values())
    desk.premium.do(ticket_decisions.confirm_urgent, ticket.id, by=ANNA, at=desk.now)
    reason = f"Urgent help is on {PREMIUM_NUMBER}"
    desk.premium.do(ticket_decisions.refuse_urgent, ticket.id, reason=reason, by=ANNA, at=desk.now)
    thread: list[Message] = desk.look(lambda tx: tx.tickets.thread(ticket.id))
    assert [one.text for one in thread if one.kind is MessageKind.URGENT_REFUSED] == ["Urgent help is on •••"]


def test_T10_a_ticket_that_is_joined_to_another_takes_its_chat_along(desk: ChatDesk) -> None:
    desk.linked()
    first = moved(desk)
    facts = {"subject": "Older", "text": "Hello", "by": ANNA, "at": desk.now}
    other = desk.premium.do(tickets.open_for, customer(77), **facts)
    desk.premium.do(ticket_links.merge, first.id, into=other.id, by=ANNA, at=desk.now)
    answered(desk, other, "Both are done.")
    assert desk.sends(said(desk)[-1]).text == "Both are done."
    desk.writes("Thanks", to=DEVELOPER.channel_id)
    assert words(desk, other)[-1] == (Author.CUSTOMER, "Thanks", False)


def test_W10_of_two_chats_that_are_one_ticket_the_one_in_which_he_wrote_last_has_the_answers(desk: ChatDesk) -> None:
    desk.linked()
    first = moved(desk)
    desk.later(hours=30)
    desk.writes("I write from here now", to=OFFICE.channel_id)
    office = desk.chat(number=OFFICE.key).id
    facts = {"subject": "Checkout", "by": ANNA, "now": desk.premium.clock.reading()}
    second = desk.premium.do(chat_moving.move, office, **facts)
    desk.premium.do(ticket_links.merge, second.id, into=first.id, by=ANNA, at=desk.now)
    answered(desk, first, "Done.")
    assert desk.said(number=OFFICE.key)[-1].text == "Done."


def test_W9_of_two_chats_that_are_one_ticket_none_of_another_customer_has_the_answers(desk: ChatDesk) -> None:
    desk.linked()
    first = moved(desk)
    desk.writes("I am his colleague", by=IVAN, to=OFFICE.channel_id)
    desk.linked(IVAN)
    facts = {"subject": "Checkout", "by": ANNA, "now": desk.premium.clock.reading()}
    second = desk.premium.do(chat_moving.move, desk.chat(IVAN).id, **facts)
    desk.premium.do(ticket_links.merge, second.id, into=first.id, by=ANNA, at=desk.now)
    desk.linked(IVAN, customer=78)
    desk.later(minutes=1)
    desk.writes("I work elsewhere now", by=IVAN, to=OFFICE.channel_id)
    answered(desk, first, "Done.")
    assert said(desk)[-1].text == "Done.", "who is still this customer's reads it in his chat"
    assert "Done." not in [one.text for one in desk.said(IVAN)]


def test_D2_what_is_taken_out_of_a_ticket_is_taken_out_of_its_chat_and_of_what_was_delivered(desk: ChatDesk) -> None:
    desk.linked()
    wrote = desk.writes("my password is 1234", to=DEVELOPER.channel_id)
    body = f'{{"id": "{wrote.external_id}", "text": "my password is 1234"}}'.encode()
    desk.run(lambda tx: tx.receipts.add(CHANNEL, [Receipt("r1", "delivery", body, desk.now)]))
    desk.run(lambda tx: tx.receipts.end(tx.receipts.due(CHANNEL, desk.now, 9)))
    ticket = moved(desk)
    thread: list[Message] = desk.look(lambda tx: tx.tickets.thread(ticket.id))
    number = next(one.id for one in thread if "1234" in one.text)
    desk.premium.do(redacting.redact, ticket.id, number, because="A password", by=ANNA, at=desk.now)
    dump = "\n".join(desk.run(lambda tx: list(tx.connection.iterdump())))
    assert "my password" not in dump
    assert body.hex().upper() not in dump.upper()


def test_W9_who_is_unlinked_hears_no_answers_of_the_ticket_any_more(desk: ChatDesk) -> None:
    desk.linked()
    ticket = moved(desk)
    before = len(said(desk))
    desk.premium.do(chat_linking.unlink, desk.contact().id, by=ANNA, at=desk.now)
    answered(desk, ticket, "Your order 1042 is paid.")
    desk.linked(customer=78)
    answered(desk, ticket, "Your order 1042 is refunded.")
    assert len(said(desk)) == before


def test_W9_who_is_unlinked_waits_on_though_the_customer_is_answered(desk: ChatDesk) -> None:
    desk.linked()
    ticket = moved(desk)
    desk.premium.do(chat_linking.unlink, desk.contact().id, by=ANNA, at=desk.now)
    desk.writes("Hello, I am somebody else", to=DEVELOPER.channel_id)
    answered(desk, ticket, "Done.")
    assert desk.chat(number="developer").waiting_since is not None


def test_W9_who_is_linked_to_somebody_else_says_no_more_in_the_first_ones_ticket(desk: ChatDesk) -> None:
    desk.linked()
    ticket = moved(desk)
    before = words(desk, ticket)
    desk.linked(customer=78)
    desk.writes("What was that order?", to=DEVELOPER.channel_id)
    assert words(desk, ticket) == before
    other = moved(desk, "An order")
    assert words(desk, other) == [(Author.CUSTOMER, "What was that order?", False)], "nor does it go along from there"


def test_W10_an_answer_outside_the_window_stands_on_the_page_alone(desk: ChatDesk) -> None:
    desk.linked()
    ticket = moved(desk)
    before = len(said(desk))
    desk.later(hours=25)
    answered(desk, ticket, "Done.")
    assert len(said(desk)) == before


def test_T10_what_he_writes_after_the_ticket_was_closed_is_a_new_one_that_goes_on_with_it(desk: ChatDesk) -> None:
    desk.linked()
    first = moved(desk)
    answered(desk, first, "Done.")
    for _ in range(3):
        desk.later(days=15)
        desk.premium.fire()
    assert desk.look(lambda tx: tx.tickets.now([first.id]))[first.id].state is TicketState.CLOSED
    desk.writes("It is broken again", to=DEVELOPER.channel_id)
    second = desk.look(lambda tx: tx.tickets.latest(ACME, 1))[0]
    assert (second.continues, second.channel, second.subject) == (first.id, Channel.CHAT, "Checkout")
    assert words(desk, second) == [(Author.CUSTOMER, "It is broken again", False)]
    desk.writes("Really", to=DEVELOPER.channel_id)
    assert len(words(desk, second)) == 2


def test_T10_the_ticket_that_goes_on_in_a_chat_is_about_the_same_as_the_one_before(desk: ChatDesk) -> None:
    desk.linked(customer=CUSTOMER.ref)
    facts = {"subject": "Before I buy", "text": "Does it run on 4.1?", "by": ANNA, "at": desk.now}
    wish = Wish(TicketKind.PRE_SALES, order_id=1042, product="seo")
    asked = desk.premium.do(tickets.open_for, CUSTOMER, **facts, wish=wish)
    desk.premium.do(ticket_links.merge, moved(desk).id, into=asked.id, by=ANNA, at=desk.now)
    answered(desk, asked, "It does.")
    for _ in range(3):
        desk.later(days=15)
        desk.premium.fire()
    desk.writes("And on 4.2?", to=DEVELOPER.channel_id)
    second = desk.look(lambda tx: tx.tickets.latest(ACME, 1))[0]
    assert second.continues == asked.id
    assert (second.kind, second.order_id, second.product) == (wish.kind, wish.order_id, wish.product)


def test_L2_T11_what_he_writes_in_a_chat_proves_no_licence_of_his_in_the_ticket_that_goes_on_either(
    desk: ChatDesk,
) -> None:
    desk.linked()
    coins = desk.premium.coins
    coins.terms = replace(coins.terms, licences=SOLD)
    buys(coins, SEO)
    first = moved(desk)
    answered(desk, first, "Done.")
    for _ in range(3):
        desk.later(days=15)
        desk.premium.fire()
    desk.writes("It is broken again", to=DEVELOPER.channel_id)
    second = desk.look(lambda tx: tx.tickets.latest(ACME, 1))[0]
    assert second.continues == first.id
    covers = [coins.desk.look(covering.cover_of, one.id) for one in (first, second)]
    assert covers == [Entitlement(Way.VERIFY, Reason.UNPROVEN)] * 2


def test_W9_only_who_is_linked_to_a_customer_can_be_moved_and_only_once(desk: ChatDesk) -> None:
    with pytest.raises(ChatRefused) as refused:
        moved(desk)
    assert (refused.value.reason, "code from his account page" in (refused.value.hint or "")) == ("not_linked", True)
    assert desk.look(lambda tx: tx.tickets.latest(ACME, 9)) == []
    desk.linked()
    moved(desk)
    with pytest.raises(ChatRefused, match="is ticket 1 already"):
        moved(desk)


def test_W1_only_who_is_listed_moves_a_premium_conversation(desk: ChatDesk) -> None:
    desk.linked()
    chat = desk.chat(number="developer").id
    with pytest.raises(ChatRefused, match="not listed"):
        desk.premium.do(chat_moving.move, chat, subject="x", by="Carla", now=desk.premium.clock.reading())
    desk.premium.do(chat_moving.move, chat, subject="x", by=BORIS, now=desk.premium.clock.reading())


def test_a_file_goes_along_whether_it_was_fetched_before_or_after(desk: ChatDesk) -> None:
    desk.linked()
    media = [Media(f"m{number}", "image/png", f"{number}.png", 5) for number in range(2)]
    for one in media:
        desk.writes("see", to=DEVELOPER.channel_id, kind=ChatKind.MEDIA, media=one)
    first, second = (one for one in desk.thread(number="developer") if one.media)

    desk.run(lambda tx: fetched(tx, first))
    ticket = moved(desk)
    fetch(desk, second)
    files = desk.look(lambda tx: tx.files.of_ticket(ticket.id))
    assert [(one.name, one.author) for one in files] == [("0.png", Author.CUSTOMER), ("1.png", Author.CUSTOMER)]
    assert [text for _, text, _ in words(desk, ticket)][1:3] == ["see", "see\n[1.png]"]


def test_a_waiting_message_goes_along_and_still_goes_out_later(desk: ChatDesk) -> None:
    desk.linked()
    desk.later(hours=25)
    waits = desk.premium.do(chat_sending.send, desk.chat(number="developer").id, text="Hm", by=ANNA, at=desk.now)
    ticket = moved(desk)
    assert words(desk, ticket)[-1] == (Author.STAFF, "Hm", True)
    assert desk.state(waits) is SendState.WAITING
