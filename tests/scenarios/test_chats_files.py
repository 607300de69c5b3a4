"""Files in chats: those of contacts, as many as on the page (rule T12), and those of answers in tickets (rule W10)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bridge.contracts.chats import Media, OutgoingFile
from bridge.desk.transaction import DeskTx
from bridge.domain.chats import ChatKind, ChatMessage, MediaState, SendState
from bridge.domain.files import NamedFile
from bridge.domain.tickets import Author, Message, MessageKind
from bridge.locale.chat_words import Notice, notice_text
from bridge.services import chat_by_staff, chat_files, chat_moving, chat_sending, redacting, tickets
from tests.support.books import ACME
from tests.support.chatting import DEVELOPER, IVAN, MARYAM, OFFICE, ChatDesk, a_chat_desk
from tests.support.quoting import ANNA, CUSTOMER

MOST = 10
MINUTE = timedelta(minutes=1)
DUE, TOO_MANY, KEPT = MediaState.DUE, MediaState.TOO_MANY, MediaState.KEPT
TOLD = notice_text("en", Notice.TOO_MANY_FILES)


@pytest.fixture
def desk() -> Iterator[ChatDesk]:
    with a_chat_desk() as opened:
        opened.writes("I send you pictures", to=DEVELOPER.channel_id)
        yield opened


def sends_file(desk: ChatDesk, **facts: Any) -> ChatMessage:
    """A contact sends a picture to the developer."""
    media = Media(f"m{next(desk.ids)}", "image/png", "a.png", 5)
    sent = desk.writes(**{"to": DEVELOPER.channel_id, "kind": ChatKind.MEDIA, "media": media, **facts})
    found = desk.look(lambda tx: tx.conversations.by_external(ACME, sent.external_id))
    assert found is not None
    return found


def sends_files(desk: ChatDesk, count: int, **facts: Any) -> list[MediaState]:
    """So many, a minute apart; what became of each."""
    found = []
    for _ in range(count):
        desk.later(minutes=1)
        media = sends_file(desk, **facts).media
        assert media is not None
        found.append(media.state)
    return found


def told_him(desk: ChatDesk) -> int:
    """How often the contact was told that it was too much."""
    return [one.text for one in desk.said(number=DEVELOPER.key)].count(TOLD)


def keep(desk: ChatDesk) -> None:
    """All files that are due are there."""

    def work(tx: DeskTx) -> None:
        for one in tx.conversations.media_due(99):
            assert one.message.media is not None
            there = one.message.media._replace(state=KEPT, sha256="a" * 64)
            chat_files.keep(tx, desk.premium.terms, one.message.id, there, at=desk.now)

    desk.run(work)


def move(desk: ChatDesk) -> int:
    """Maryam's conversation with the developer becomes a ticket."""
    facts = {"subject": "Pictures", "by": ANNA, "now": desk.premium.clock.reading()}
    return int(desk.premium.do(chat_moving.move, desk.chat(number=DEVELOPER.key).id, **facts).id)


def on_his_page(desk: ChatDesk, count: int, at: datetime) -> None:
    """The customer sends files on his page."""
    facts = {"subject": "x", "text": "y", "by": ANNA, "at": at}
    ticket = desk.premium.do(tickets.open_for, CUSTOMER, **facts)

    def work(tx: DeskTx) -> None:
        tx.tickets.say(ticket.id, Message(at, Author.CUSTOMER, MessageKind.TEXT, "See", verified=True))
        for number in range(count):
            file = NamedFile(f"f{number}", "a.png", 5, "b" * 64, 1)
            author = {"author": Author.CUSTOMER, "kind": "image/png", "lost": False}
            tx.files.add(ACME, ticket.account_id, ticket.id, file, **author, at=at)  # type: ignore[arg-type]

    desk.run(work)


def test_T12_an_eleventh_file_within_an_hour_is_not_fetched_and_he_and_staff_are_told_once(desk: ChatDesk) -> None:
    assert sends_files(desk, MOST + 3) == [DUE] * MOST + [TOO_MANY] * 3
    assert len(desk.look(lambda tx: tx.conversations.media_due(99))) == MOST
    assert told_him(desk) == 1
    assert desk.problems() == ["chat_flood"]
    (flood,) = desk.look(lambda tx: tx.problems.open(ACME))
    assert f"more than {MOST} files an hour" in flood.summary
    assert flood.summary.endswith(f"bridge chat show {desk.chat(number=DEVELOPER.key).id}")
    desk.later(minutes=46)
    assert sends_files(desk, 1) == [TOO_MANY], "the first is not an hour old"
    assert sends_files(desk, 1) == [DUE]


def test_T12_he_is_told_again_when_it_is_too_much_again(desk: ChatDesk) -> None:
    for _ in range(2):
        sends_files(desk, MOST + 1)
        desk.later(hours=2)
    assert told_him(desk) == 2


def test_T12_what_was_refused_once_it_was_fetched_counts(desk: ChatDesk) -> None:
    sends_files(desk, MOST)
    due = desk.look(lambda tx: tx.conversations.media_due(99))
    for one in due:
        desk.premium.do(chat_files.refuse, one.message.id, "of no type that is kept", at=desk.now)
    assert sends_files(desk, 1) == [TOO_MANY]


def test_T12_each_contact_may_send_as_many_but_one_customer_counts_once(desk: ChatDesk) -> None:
    desk.writes("Hello", by=IVAN, to=DEVELOPER.channel_id)
    sends_files(desk, MOST)
    assert sends_files(desk, 1, by=IVAN) == [DUE]
    desk.linked(MARYAM)
    desk.linked(IVAN)
    assert sends_files(desk, 1, by=IVAN) == [TOO_MANY]
    assert sends_files(desk, 1, to=OFFICE.channel_id) == [TOO_MANY], "on whichever number"


def test_T12_what_he_sent_on_his_page_counts_too(desk: ChatDesk) -> None:
    desk.linked(customer=CUSTOMER.ref)
    on_his_page(desk, MOST - 1, desk.now)
    assert sends_files(desk, 2) == [DUE, TOO_MANY]


def test_T12_a_file_that_is_in_the_ticket_of_its_chat_counts_once(desk: ChatDesk) -> None:
    desk.linked(customer=CUSTOMER.ref)
    sends_files(desk, 4)
    keep(desk)
    move(desk)
    sends_files(desk, 2)
    keep(desk)
    assert sends_files(desk, 5) == [DUE] * 4 + [TOO_MANY]


def test_T12_a_thread_that_goes_along_whole_uses_up_nobodys_hour(desk: ChatDesk) -> None:
    account = desk.linked(customer=CUSTOMER.ref).account_id
    assert account is not None
    sends_files(desk, 6)
    keep(desk)
    desk.later(hours=3)
    move(desk)
    hour = {"received_at": desk.now, "posted_at": desk.now}
    assert desk.look(lambda tx: tx.files.sent_within(ACME, account, timedelta(hours=1), **hour)) == 0
    assert sends_files(desk, MOST) == [DUE] * MOST


def test_T12_the_ticket_of_a_chat_names_a_file_that_was_too_many(desk: ChatDesk) -> None:
    desk.linked(customer=CUSTOMER.ref)
    sends_files(desk, MOST + 1)
    ticket = move(desk)
    thread = desk.look(lambda tx: tx.tickets.thread(ticket))
    assert "[a.png]" in [one.text for one in thread]


def test_T12_files_of_days_that_come_at_once_are_not_too_many_and_late_ones_get_no_notice(desk: ChatDesk) -> None:
    desk.later(days=2)
    late = [desk.now - MINUTE * minutes for minutes in range(400, 0, -10)]
    assert {sends_file(desk, sent_at=one).media.state for one in late} == {DUE}  # type: ignore[union-attr]
    old = [sends_file(desk, sent_at=desk.now - timedelta(hours=30)) for _ in range(MOST + 1)]
    assert [one.media.state for one in old if one.media] == [DUE] * MOST + [TOO_MANY]


def test_T12_a_robot_that_sends_files_is_told_nothing(desk: ChatDesk) -> None:
    for _ in range(30):
        desk.later(seconds=1)
        sends_file(desk)
    assert told_him(desk) == 1, "before it was seen that he is one"
    desk.later(minutes=65)
    terms = desk.premium.coins.terms
    desk.premium.coins.terms = replace(terms, tickets=replace(terms.tickets, files_per_hour=25))
    for _ in range(30):
        desk.later(seconds=1)
        sends_file(desk)
    assert told_him(desk) == 1


def test_D2_words_that_came_with_a_file_are_taken_out_of_the_chat_with_the_ticket(desk: ChatDesk) -> None:
    """The ticket has the words first and the file once it was fetched; in the chat both are one message."""
    desk.linked(customer=CUSTOMER.ref)
    ticket = move(desk)
    sent = sends_file(desk, text="The password is swordfish")
    desk.later(minutes=1)
    other = sends_file(desk, text="Another picture")
    keep(desk)
    (words,) = [one for one in desk.look(lambda tx: tx.tickets.thread(ticket)) if "swordfish" in one.text]
    desk.premium.do(redacting.redact, ticket, words.id, because="A password", by=ANNA, at=desk.now)
    found = desk.message(sent)
    assert (found.text, found.media and found.media.state) == ("", MediaState.ERASED)
    assert desk.message(other).text == "Another picture"


# --- what staff attach to an answer in a ticket that came from a chat ---

PDF = (NamedFile("p", "guide.pdf", 900, "c" * 64, 1), "application/pdf")
PICTURE = (NamedFile("i", "screen.png", 800, "d" * 64, 1), "image/png")
ZIP = (NamedFile("z", "module.zip", 700, "e" * 64, 1), "application/zip")
HUGE = (NamedFile("h", "huge.png", 6_000_000, "f" * 64, 1), "image/png")


def answers(desk: ChatDesk, ticket: int, *files: tuple[NamedFile, str], by: str = ANNA) -> list[ChatMessage]:
    """Staff answer in a ticket; what goes into its chat by that."""
    before = len(desk.said(number=DEVELOPER.key))
    desk.premium.do(tickets.reply, ticket, text="See these.", by=by, at=desk.now, files=files)
    return desk.said(number=DEVELOPER.key)[before:]


def test_W10_files_of_an_answer_go_into_the_chat_after_it(desk: ChatDesk) -> None:
    desk.linked(customer=CUSTOMER.ref)
    ticket = move(desk)
    text, guide, picture = answers(desk, ticket, PDF, PICTURE)
    assert [one.name for one in desk.look(lambda tx: tx.files.of_ticket(ticket))] == ["guide.pdf", "screen.png"]
    assert (text.kind, guide.kind, picture.kind) == (ChatKind.TEXT, ChatKind.MEDIA, ChatKind.MEDIA)
    assert {one.ticket_message for one in (text, guide, picture)} == {text.ticket_message}
    assert [desk.sends(one).file for one in (text, guide, picture)] == [
        None,
        OutgoingFile("guide.pdf", "application/pdf", 900),
        OutgoingFile("screen.png", "image/png", 800),
    ]
    assert desk.look(lambda tx: tx.conversations.media_due(9)) == [], "what is ours is not fetched"


def test_W10_of_files_that_no_chat_takes_he_is_told_where_they_are(desk: ChatDesk) -> None:
    desk.linked(customer=CUSTOMER.ref)
    ticket = move(desk)
    said = answers(desk, ticket, ZIP, PDF, HUGE)
    assert [one.kind for one in said] == [ChatKind.TEXT, ChatKind.MEDIA, ChatKind.NOTICE]
    assert said[-1].text == notice_text("en", Notice.FILES_ON_PAGE, ticket=ticket)


def test_W1_W10_files_stand_on_the_page_alone_where_their_answer_does(desk: ChatDesk) -> None:
    desk.linked(customer=CUSTOMER.ref)
    ticket = move(desk)
    assert answers(desk, ticket, PDF, by="Carla") == []
    desk.later(hours=25)
    assert answers(desk, ticket, ZIP) == []


def test_W2_a_file_that_goes_into_a_chat_names_no_premium_number(desk: ChatDesk) -> None:
    desk.linked(customer=CUSTOMER.ref)
    named = (NamedFile("p", f"{DEVELOPER.number}.pdf", 900, "c" * 64, 1), "application/pdf")
    _, sent = answers(desk, move(desk), named)
    assert sent.media is not None
    assert DEVELOPER.number.lstrip("+") not in sent.media.name
    assert sent.media.name.endswith(".pdf")


def test_D2_a_file_that_was_taken_out_of_the_ticket_does_not_go_out_any_more(desk: ChatDesk) -> None:
    desk.linked(customer=CUSTOMER.ref)
    ticket = move(desk)
    text, guide = answers(desk, ticket, PDF)
    number = text.ticket_message
    desk.premium.do(redacting.redact, ticket, number, because="Not yours", by=ANNA, at=desk.now)
    assert desk.hand(guide) is None
    failed = desk.message(guide)
    assert (failed.state, failed.error) == (SendState.FAILED, "its file is not there any more")
    assert desk.problems() == ["chat_not_sent"]


def test_staff_send_a_file_once_more_that_did_not_go_out(desk: ChatDesk) -> None:
    desk.linked(customer=CUSTOMER.ref)
    _, guide = answers(desk, move(desk), PDF)

    def fails(tx: DeskTx) -> None:
        kept = tx.conversations.message(guide.id)
        assert kept is not None
        chat_sending.failed(tx, ACME, kept.message, "the file can't be sent", at=desk.now)

    assert desk.hand(guide) is not None
    desk.run(fails)
    kept = desk.look(lambda tx: tx.conversations.message(guide.id))
    again = desk.premium.do(chat_by_staff.send_again, kept, by=ANNA, at=desk.now)
    assert desk.sends(again).file == OutgoingFile("guide.pdf", "application/pdf", 900)
