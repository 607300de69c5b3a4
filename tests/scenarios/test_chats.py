"""Conversations from the first word on: what a number is for, what is answered by itself, who may answer (W1 to W3)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bridge.contracts.chats import Media
from bridge.domain.chats import Address, ChatKind, Direction, Route, SendState
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import ChatMessageReady
from bridge.domain.premium import NumberRole, OurNumber
from bridge.domain.ticket_terms import StaffHours
from bridge.errors import ChatRefused
from bridge.services import chat_by_staff, chat_routing, chat_sending
from bridge.services.autoreply import text_to_paste
from tests.support.books import ACME
from tests.support.chatting import (
    CHANNEL,
    DEVELOPER,
    IVAN,
    MARYAM,
    OFFICE,
    PAGE,
    PREMIUM_NUMBER,
    ChatDesk,
    a_chat_desk,
)
from tests.support.premium_time import BORIS, CARLA, NUMBERS
from tests.support.quoting import ANNA

REPLY, NOTICE, TEXT = ChatKind.AUTOREPLY, ChatKind.NOTICE, ChatKind.TEXT
PRESALES, SUPPORT = "route:presales", "route:support"


@pytest.fixture
def desk() -> Iterator[ChatDesk]:
    with a_chat_desk() as opened:
        yield opened


# --- the official number ---


def test_W2_the_first_word_on_the_official_number_is_answered_with_what_it_is_for_and_the_ways_on(
    desk: ChatDesk,
) -> None:
    desk.writes("Does it work with OpenCart 4?")
    [reply] = desk.said()
    sent = desk.sends(reply)
    for part in ("before you buy", PAGE, PREMIUM_NUMBER, "Consultation: 15.00\N{NO-BREAK SPACE}USD", "20.00", "30.00"):
        assert part in sent.text
    assert sent.buttons == {PRESALES: "Before I buy", SUPPORT: "Help after purchase"}
    assert (sent.number, sent.receiver, sent.language) == (OFFICE.channel_id, MARYAM, "en")
    assert len(sent.text) < 1024


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [("Сколько стоит?", "ru", "до покупки"), ("سلام، قیمت چند است؟", "fa", "پیش از خرید"), ("👍", "en", "before")],
)
def test_W2_the_reply_is_in_the_language_that_he_writes(desk: ChatDesk, text: str, language: str, word: str) -> None:
    desk.writes(text)
    sent = desk.sends(desk.said()[0])
    assert (sent.language, desk.contact().language) == (language, language)
    assert word in f"{sent.text} {' '.join(sent.buttons.values())}".lower()
    assert PREMIUM_NUMBER in sent.text


def test_W2_a_language_stays_until_he_writes_otherwise(desk: ChatDesk) -> None:
    desk.writes("سلام")
    desk.writes("👍 12")
    desk.writes("photo", kind=ChatKind.MEDIA)
    assert desk.contact().language == "fa"
    desk.writes("Добрый день")
    assert desk.contact().language == "ru"


def test_W2_a_contact_is_answered_once_in_24_hours_on_whichever_official_number() -> None:
    second = OurNumber("second", NumberRole.OFFICIAL, "+12025550103", "101")
    with a_chat_desk(numbers=(*NUMBERS, second)) as desk:
        desk.writes("one")
        desk.later(hours=23, minutes=59)
        desk.writes("two")
        desk.writes("three", to="101")
        assert (desk.kinds(), desk.kinds(number="second")) == ([REPLY], [])
        desk.writes("hers", by=IVAN)
        assert desk.kinds(IVAN) == [REPLY], "each contact has his own"
        desk.later(minutes=1)
        desk.writes("four", to="101")
        desk.writes("five")
        assert (desk.kinds(), desk.kinds(number="second")) == ([REPLY], [REPLY])


@pytest.mark.parametrize(
    "guard",
    [
        {"automatic": True},
        {"by": Address(CHANNEL, PREMIUM_NUMBER.lstrip("+"))},
        {"by": Address(CHANNEL, OFFICE.number)},
        {"by": Address(CHANNEL, OFFICE.number), "receiver": Address(CHANNEL, PREMIUM_NUMBER), "automatic": True},
    ],
    ids=["a robot", "our premium number", "our own number", "we to ourselves"],
)
def test_W2_robots_and_our_own_numbers_are_never_answered(desk: ChatDesk, guard: dict[str, Any]) -> None:
    message = desk.incoming("Thank you for writing to us!", **guard)
    assert desk.take(message) is ("by" not in guard)
    assert not desk.take(message)
    assert desk.premium.told(ChatMessageReady) == []
    assert desk.waits() == []
    dump = "\n".join(desk.run(lambda tx: list(tx.connection.iterdump())))
    assert PREMIUM_NUMBER.lstrip("+") not in dump, "we are no contact of ours"


def test_of_an_endless_text_it_is_said_that_there_was_more(desk: ChatDesk) -> None:
    for text in ("س" * 20_000, "س" * 65_536):
        desk.writes(text)
    whole, cut = (one.text for one in desk.thread() if one.direction is Direction.IN)
    assert whole == "س" * 20_000
    assert (len(cut), cut[-6:]) == (20_000, "سس […]")


def test_what_staff_type_on_a_telephone_stands_in_the_conversation_and_answers_it(desk: ChatDesk) -> None:
    desk.writes("Hello")
    assert desk.chat().waiting_since is not None
    typed: dict[str, Any] = {"by": Address(CHANNEL, OFFICE.number), "receiver": MARYAM, "automatic": True}
    message = desk.incoming("Good morning!", **typed)
    assert [desk.take(message), desk.take(message)] == [True, False]
    last = desk.said()[-1]
    assert (last.text, last.state, last.staff) == ("Good morning!", SendState.SENT, None)
    assert desk.chat().waiting_since is None
    assert desk.kinds() == [REPLY, ChatKind.TEXT]


def test_W2_two_robots_that_answer_each_other_come_to_an_end_and_staff_are_told(desk: ChatDesk) -> None:
    for _ in range(25):
        desk.writes("Your message is important to us.")
        desk.later(seconds=1)
    assert desk.kinds() == [REPLY]
    assert desk.problems() == ["chat_flood"]
    desk.later(hours=25)
    desk.writes("A person again")
    assert desk.kinds() == [REPLY, REPLY]


def test_W2_who_writes_too_much_gets_no_notice_either(desk: ChatDesk) -> None:
    for _ in range(21):
        desk.writes("x")
    desk.presses(SUPPORT)
    assert desk.kinds() == [REPLY]
    assert desk.chat().route is Route.REDIRECTED


def test_W3_a_question_before_buying_is_free_and_waits_for_everybody_of_the_staff(desk: ChatDesk) -> None:
    desk.writes("Does it work?")
    desk.presses(PRESALES)
    assert desk.chat().route is Route.PRESALES
    [waits] = desk.waits()
    assert (waits.number, waits.role) == ("office", "official")
    desk.premium.do(chat_sending.send, desk.chat().id, text="It does.", by=CARLA, at=desk.now)
    assert desk.chat().waiting_since is None
    assert desk.said()[-1].staff == CARLA
    desk.later(hours=1)
    desk.writes("Fine!")
    assert len(desk.waits()) == 2, "he waits again, and staff hear of it again"


def test_W3_support_asked_on_the_official_number_is_redirected_once_and_never_billed(desk: ChatDesk) -> None:
    desk.writes("My checkout is broken")
    for _ in range(3):
        desk.presses(SUPPORT)
    assert desk.chat().route is Route.REDIRECTED
    assert desk.kinds() == [REPLY, NOTICE]
    notice = desk.sends(desk.said()[-1])
    assert PAGE in notice.text
    assert PREMIUM_NUMBER not in notice.text
    desk.writes("But it is broken")
    assert len(desk.waits()) == 1, "he has his answer"
    desk.later(hours=25)
    desk.writes("Another question")
    assert (desk.chat().route, desk.kinds()) == (Route.NEW, [REPLY, NOTICE, REPLY])


def test_W3_staff_redirect_by_a_command(desk: ChatDesk) -> None:
    desk.writes("My checkout is broken")
    chat = desk.premium.do(chat_routing.route, desk.chat().id, Route.REDIRECTED, by=CARLA, at=desk.now)
    assert (chat.route, chat.waiting_since) == (Route.REDIRECTED, None)
    assert desk.kinds() == [REPLY, NOTICE]
    with pytest.raises(ChatRefused, match="can't be made premium"):
        desk.premium.do(chat_routing.route, chat.id, Route.PREMIUM, by=ANNA, at=desk.now)


# --- the premium number ---


def test_W1_on_the_premium_number_nothing_is_answered_by_itself_and_its_agents_are_told(desk: ChatDesk) -> None:
    desk.premium.coins.terms = staffed(desk)
    desk.writes("Help!", to=DEVELOPER.channel_id)
    assert desk.kinds(number="developer") == []
    [waits] = desk.waits()
    assert (waits.role, waits.to) == ("premium", (ANNA, BORIS))


def test_W1_only_who_is_listed_answers_and_routes_on_the_premium_number(desk: ChatDesk) -> None:
    desk.writes("Help!", to=DEVELOPER.channel_id)
    number = desk.chat(number="developer").id
    for by in (CARLA, "", "anna"):
        with pytest.raises(ChatRefused) as refused:
            desk.premium.do(chat_sending.send, number, text="Yes?", by=by, at=desk.now)
        assert refused.value.reason == "not_listed"
        with pytest.raises(ChatRefused):
            desk.premium.do(chat_routing.route, number, Route.PREMIUM, by=by, at=desk.now)
    desk.premium.do(chat_sending.send, number, text="Yes?", by=BORIS, at=desk.now)
    assert desk.kinds(number="developer") == [TEXT]


def test_W3_a_question_before_buying_on_the_premium_number_is_free_and_redirected_to_the_official_one(
    desk: ChatDesk,
) -> None:
    desk.writes("Подойдёт ли расширение?", to=DEVELOPER.channel_id)
    number = desk.chat(number="developer").id
    chat = desk.premium.do(chat_routing.route, number, Route.PRESALES, by=ANNA, at=desk.now)
    assert chat.route is Route.REDIRECTED
    notice = desk.sends(desk.said(number="developer")[0])
    assert OFFICE.number in notice.text
    assert PREMIUM_NUMBER not in notice.text
    assert notice.text.startswith("Этот номер")


def test_W3_who_was_redirected_from_the_premium_number_and_goes_on_is_heard_again(desk: ChatDesk) -> None:
    desk.writes("Does it work?", to=DEVELOPER.channel_id)
    desk.premium.do(chat_routing.route, desk.chat(number="developer").id, Route.PRESALES, by=ANNA, at=desk.now)
    desk.writes("Then please repair it, for payment", to=DEVELOPER.channel_id)
    assert (desk.chat(number="developer").route, len(desk.waits())) == (Route.NEW, 2)


def test_W2_a_reaction_asks_for_nothing(desk: ChatDesk) -> None:
    desk.writes("👍", kind=ChatKind.REACTION)
    assert (desk.kinds(), desk.waits()) == ([], [])


def test_W1_a_contact_with_an_agreement_is_a_premium_conversation(desk: ChatDesk) -> None:
    desk.writes("Help!", to=DEVELOPER.channel_id)
    desk.premium.agreed(contact=desk.contact())
    desk.writes("Now?", to=DEVELOPER.channel_id)
    assert desk.chat(number="developer").route is Route.PREMIUM


# --- kept once ---


def test_a_message_counts_once_however_often_it_comes(desk: ChatDesk) -> None:
    message = desk.incoming("Hello")
    assert [desk.take(message) for _ in range(3)] == [True, False, False]
    assert (len(desk.thread()), desk.kinds(), len(desk.waits())) == (2, [REPLY], 1)


def test_messages_stand_in_the_order_of_their_moments_however_they_come(desk: ChatDesk) -> None:
    early = desk.incoming("first")
    desk.later(minutes=5)
    desk.writes("second")
    assert desk.take(early)
    assert [one.text for one in desk.thread() if one.kind is TEXT] == ["first", "second"]


def test_a_number_that_is_not_ours_is_left_alone(desk: ChatDesk) -> None:
    assert not desk.take(desk.incoming("Hello", to="999"))
    assert desk.look(lambda tx: tx.contacts.page("acme", after=0, limit=9)) == []


def test_what_a_blocked_contact_writes_is_kept_and_nothing_follows_from_it(desk: ChatDesk) -> None:
    desk.writes("Hello")
    chat = desk.chat()
    desk.run(lambda tx: tx.contacts.save(replace(desk.contact(), blocked=True)))
    desk.later(hours=30)
    desk.writes("Spam", kind=ChatKind.MEDIA, media=Media("m1", "image/png", "a.png", 5))
    desk.presses(SUPPORT)
    assert (desk.kinds(), len(desk.waits()), desk.chat()) == ([REPLY], 1, chat)
    assert desk.look(lambda tx: tx.conversations.media_due(9)) == []
    with pytest.raises(ChatRefused, match="is blocked"):
        desk.premium.do(chat_sending.send, desk.chat().id, text="Hm", by=ANNA, at=desk.now)


def set_blocked(desk: ChatDesk, *, to: bool) -> None:
    desk.premium.do(chat_by_staff.block, desk.contact().id, blocked=to, by=ANNA, at=desk.now)


def test_who_is_unblocked_waits_again_for_what_he_wrote_before_and_those_who_may_answer_are_told(
    desk: ChatDesk,
) -> None:
    desk.writes("Hello", to=DEVELOPER.channel_id)
    since = desk.chat(number=DEVELOPER.key).waiting_since
    desk.later(hours=1)
    set_blocked(desk, to=True)
    assert desk.look(lambda tx: tx.conversations.latest(ACME, 9, waiting=True)) == []
    desk.later(hours=1)
    for _ in range(2):  # done before, it stays
        set_blocked(desk, to=False)
    [waits] = desk.look(lambda tx: tx.conversations.latest(ACME, 9, waiting=True))
    assert (waits.number, waits.waiting_since) == (DEVELOPER.key, since)
    assert [one.number for one in desk.waits()] == [DEVELOPER.key] * 2, "when he wrote, and now"
    assert len({one.key for one in desk.waits()}) == 2


def test_who_was_answered_before_he_was_blocked_waits_for_nothing_after_it(desk: ChatDesk) -> None:
    desk.writes("Hello")
    desk.premium.do(chat_sending.send, desk.chat().id, text="Good day", by=ANNA, at=desk.now)
    set_blocked(desk, to=True)
    desk.writes("Spam")
    set_blocked(desk, to=False)
    assert desk.look(lambda tx: tx.conversations.latest(ACME, 9, waiting=True)) == []
    desk.writes("I am sorry")
    assert desk.chat().waiting_since is not None
    assert len(desk.waits()) == 2


@pytest.mark.parametrize(
    "text", ["😀👩‍👩‍👧", "سلام\u200c\u202e", "a\0b", "\ud83d broken", "x" * 30_000, ""], ids=range(6)
)
def test_any_text_can_be_kept(desk: ChatDesk, text: str) -> None:
    desk.writes(text, name=f"name {text}"[:300])
    [kept] = [one for one in desk.thread() if one.kind is TEXT]
    assert len(kept.text) <= 20_000
    assert "\0" not in kept.text
    assert kept.text.encode() or not text


def test_an_unknown_type_says_what_it_was(desk: ChatDesk) -> None:
    desk.writes(kind=ChatKind.UNKNOWN, what="order")
    assert desk.thread()[0].text == "[order]"


def test_a_file_is_noted_until_it_is_fetched(desk: ChatDesk) -> None:
    desk.writes("see", kind=ChatKind.MEDIA, media=Media("m1", "image/png", "a.png", 5))
    [kept] = desk.look(lambda tx: tx.conversations.media_due(9))
    assert (kept.store, kept.message.media) == ("acme", desk.thread()[0].media)


# --- W2: the number is nowhere else ---


@pytest.mark.parametrize(
    "written", [PREMIUM_NUMBER, "+1 (202) 555-01-02", "202.555.0102", "\u200e2 0 2 5 5 5 0 1 0 2", "۲۰۲۵۵۵۰۱۰۲"]
)
def test_W2_staff_cannot_send_the_premium_number_however_they_write_it(desk: ChatDesk, written: str) -> None:
    desk.writes("Hello")
    with pytest.raises(ChatRefused) as refused:
        desk.premium.do(chat_sending.send, desk.chat().id, text=f"Call {written} please", by=ANNA, at=desk.now)
    assert refused.value.reason == "premium_number"
    assert desk.kinds() == [REPLY]


def test_W2_who_calls_himself_by_the_premium_number_is_listed_without_it(desk: ChatDesk) -> None:
    desk.writes("Hello", name=f"Helpdesk {PREMIUM_NUMBER}")
    assert desk.contact().name == "Helpdesk •••"


def test_W2_the_books_never_hold_the_premium_number(desk: ChatDesk) -> None:
    desk.writes("Hello")
    desk.sent_all()
    dump = "\n".join(desk.run(lambda tx: list(tx.connection.iterdump())))
    assert "Hello" in dump
    assert PREMIUM_NUMBER.lstrip("+") not in dump


# --- W11 ---


@pytest.mark.parametrize("language", ["en", "ru", "fa"])
def test_W11_the_reply_can_be_pasted_into_a_telephone(desk: ChatDesk, language: str) -> None:
    text = text_to_paste(desk.premium.terms, language)
    assert PREMIUM_NUMBER in text
    assert PAGE in text
    assert text.count("USD") == 3


def test_W11_a_store_without_paid_help_says_nothing_of_it() -> None:
    with a_chat_desk(kinds={}) as other:
        assert PREMIUM_NUMBER not in text_to_paste(other.premium.terms, "en")


@pytest.mark.parametrize("language", ["en", "ru", "fa"])
def test_W2_W3_without_a_page_to_name_help_after_a_purchase_is_on_the_account_page(language: str) -> None:
    where = {"en": "on your account page", "ru": "на странице вашей учётной записи", "fa": "صفحهٔ حساب"}[language]
    hello = {"en": "Hello, I need help", "ru": "Здравствуйте", "fa": "سلام"}[language]
    with a_chat_desk(ticket_page="") as other:
        assert where in text_to_paste(other.premium.terms, language)
        other.writes(hello)
        other.presses("route:support")
        reply, redirect = other.sent_all()
        assert where in reply.text
        assert where in redirect.text


# --- W10: the window ---


def test_W10_outside_the_window_a_message_waits_visibly_and_goes_out_when_he_writes(desk: ChatDesk) -> None:
    desk.writes("Hello")
    desk.later(hours=24)
    said = desk.premium.do(chat_sending.send, desk.chat().id, text="We have it now.", by=ANNA, at=desk.now)
    assert said.state is SendState.WAITING
    assert desk.hand(said) is None
    desk.later(hours=3)
    desk.writes("Any news?")
    assert desk.state(said) is SendState.QUEUED
    assert desk.sends(said).text == "We have it now."


def test_W10_a_template_asks_him_to_write(desk: ChatDesk) -> None:
    desk.writes("Hello")
    desk.later(hours=25)
    facts = {"text": "We have it.", "by": ANNA, "at": desk.now, "template": True}
    said = desk.premium.do(chat_sending.send, desk.chat().id, **facts)
    template = desk.said()[-1]
    assert (said.state, template.kind) == (SendState.WAITING, ChatKind.TEMPLATE)
    out = desk.sends(template)
    assert (out.template, out.text) == ("reopen", "")


def test_W10_a_window_that_closes_before_it_is_sent_keeps_it_waiting(desk: ChatDesk) -> None:
    desk.writes("Hello")
    said = desk.premium.do(chat_sending.send, desk.chat().id, text="Yes.", by=ANNA, at=desk.now)
    desk.later(hours=24)
    assert desk.hand(said) is None
    assert desk.state(said) is SendState.WAITING


def test_W10_a_message_that_came_late_does_not_open_the_window_for_longer(desk: ChatDesk) -> None:
    late = desk.incoming("Hello")
    desk.later(hours=25)
    assert desk.take(late)
    assert desk.kinds() == [], "no reply that would be refused"
    assert desk.chat().last_in_at == late.sent_at
    ahead = desk.incoming("From tomorrow", sent_at=desk.now + timedelta(days=1))
    desk.take(ahead)
    assert desk.chat().last_in_at == desk.now


def staffed(desk: ChatDesk) -> DeskTerms:
    """The terms with three people of the staff."""
    terms = desk.premium.terms
    work = StaffHours(terms.service)
    return replace(terms, tickets=replace(terms.tickets, staff=dict.fromkeys((ANNA, BORIS, CARLA), work)))
