"""What is kept of a person's chats: shown to him, erased with him, forgotten after its days (rules D1, D2, D4)."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bridge.contracts.chats import Media, Receipt
from bridge.domain.agreements import AgreementChannel, AgreementState
from bridge.domain.chats import Address, ChatKind, SendState
from bridge.errors import ErasureRefused
from bridge.services import billing, chat_personal, chat_sending, personal_export, premium_personal, privacy, timing
from bridge.services.accepting import Decider
from tests.support.books import ACME
from tests.support.chatting import CHANNEL, DEVELOPER, MARYAM, PREMIUM_NUMBER, ChatDesk, a_chat_desk
from tests.support.quoting import ANNA, CUSTOMER

SECRET, PHONE, USER = "my password is 1234", MARYAM.phone, "user-id-of-maryam"
WHO = Address(CHANNEL, PHONE, USER)


@pytest.fixture
def desk() -> Iterator[ChatDesk]:
    with a_chat_desk() as opened:
        media = Media("media-1", "image/png", "passport.png", 5)
        first = opened.writes(SECRET, by=WHO, to=DEVELOPER.channel_id, name="Maryam", kind=ChatKind.MEDIA, media=media)
        body = json.dumps({"from": PHONE, "text": SECRET, "id": first.external_id}).encode()
        opened.run(lambda tx: tx.receipts.add("whatsapp", [Receipt("r1", "delivery", body, opened.now)]))
        opened.run(lambda tx: tx.receipts.end(tx.receipts.due("whatsapp", opened.now, 9)))
        yield opened


def dump(desk: ChatDesk) -> str:
    return "\n".join(desk.run(lambda tx: list(tx.connection.iterdump())))


def test_D2_a_customer_gets_all_that_was_said_with_him_but_no_premium_number(desk: ChatDesk) -> None:
    desk.linked(WHO)
    desk.writes(f"I have {PREMIUM_NUMBER}", by=WHO, to=DEVELOPER.channel_id)
    shown = desk.premium.terms.premium.hide_numbers
    document = desk.look(lambda tx: personal_export.export(tx, ACME, CUSTOMER, shown=shown))
    [chat] = document["premium"]["chats"]
    assert [one["text"] for one in chat["messages"]] == [SECRET, "I have •••"]
    assert chat["reached_at"] == [{"channel": CHANNEL, "phone": PHONE, "id": USER}]
    assert chat["messages"][0]["file"]["name"] == "passport.png"


def test_D2_erasing_a_customer_leaves_nothing_of_his_chats_but_that_there_were_some(desk: ChatDesk) -> None:
    desk.linked(WHO)
    desk.later(hours=30)
    chat = desk.chat(WHO, DEVELOPER.key)
    desk.premium.do(chat_sending.send, chat.id, text="Dear Maryam", by=ANNA, at=desk.now)
    assert desk.run(lambda tx: privacy.erase(tx, ACME, CUSTOMER, by=ANNA, at=desk.now)).account is not None
    left = dump(desk)
    for word in (SECRET, PHONE, USER, "Maryam", "passport", "wamid"):
        assert word not in left, word
    thread = desk.look(lambda tx: tx.conversations.thread(chat.id))
    assert [one.state for one in thread] == [None, SendState.FAILED]


def test_D2_a_contact_who_is_linked_to_nobody_can_be_erased_too(desk: ChatDesk) -> None:
    contact = desk.contact(WHO)
    desk.premium.do(premium_personal.erase_contact, contact.id, by=ANNA, at=desk.now)
    left = dump(desk)
    assert not [word for word in (SECRET, PHONE, USER, "Maryam", "passport", "wamid") if word in left]
    desk.writes("Hello again", by=WHO)
    assert desk.contact(WHO).id != contact.id


def test_D2_of_a_contact_who_is_linked_to_nobody_no_words_about_premium_time_are_left(desk: ChatDesk) -> None:
    premium, contact = desk.premium, desk.contact(WHO)
    by_staff = Decider(AgreementChannel.STAFF, staff=ANNA, words=f"she told me {SECRET}")
    agreed = premium.accepted(premium.offered(contact=contact, words="the wedding shop"), by_staff)
    premium.later(hours=1)
    worked = {"since": premium.now - timedelta(minutes=20), "until": premium.now, "reason": "at the wedding shop"}
    premium.do(timing.add, agreed.id, **worked, agent=ANNA, now=premium.clock.reading())
    _, bill = premium.close(agreed)
    assert bill is not None
    premium.do(billing.paid, premium.due(premium.sent(bill)).id, how="by her wedding shop", by=ANNA, at=premium.now)
    open_offer = premium.offered(contact=contact, words="another wedding shop")
    premium.do(premium_personal.erase_contact, contact.id, by=ANNA, at=premium.now)
    left = dump(desk)
    assert not [word for word in (SECRET, "wedding") if word in left]
    assert premium.agreement(open_offer).state is AgreementState.WITHDRAWN


def test_D2_nobody_is_erased_while_premium_time_is_agreed_on(desk: ChatDesk) -> None:
    contact = desk.contact(WHO)
    desk.premium.agreed(contact=contact)
    with pytest.raises(ErasureRefused, match="is agreed on"):
        desk.premium.do(premium_personal.erase_contact, contact.id, by=ANNA, at=desk.now)
    desk.linked(WHO)
    with pytest.raises(ErasureRefused, match="bridge privacy erase"):
        desk.premium.do(premium_personal.erase_contact, contact.id, by=ANNA, at=desk.now)


def test_D4_who_was_never_linked_and_wrote_no_more_is_forgotten_whole(desk: ChatDesk) -> None:
    others = [Address(CHANNEL, f"98912000000{number}") for number in range(3)]
    for one in others:
        desk.writes("Hello", by=one, to=DEVELOPER.channel_id)
    linked, agreed, blocked = others
    desk.linked(linked)
    desk.premium.offered(contact=desk.contact(agreed))
    robot = replace(desk.contact(blocked), blocked=True)
    desk.run(lambda tx: tx.contacts.save(robot))
    begun = desk.now
    desk.later(days=2)

    def forget(before: datetime) -> int:
        return desk.run(lambda tx: chat_personal.forget_strangers(tx, ACME, before))

    assert forget(begun) == 0, "he has just written"
    assert forget(desk.now) == 1
    left = dump(desk)
    assert not [word for word in (SECRET, PHONE, USER, "Maryam", "passport") if word in left]
    assert all(one.phone in left for one in others), "a customer's, one with whom something was agreed on, a block"
    assert forget(desk.now) == 0


def test_D3_the_erasure_of_a_deleted_customer_who_has_nothing_but_a_chat_is_proposed_too(desk: ChatDesk) -> None:
    account = desk.linked(WHO).account_id
    assert account is not None
    desk.run(lambda tx: tx.accounts.miss([account], desk.now))
    desk.later(days=90)
    assert [one.id for one in desk.look(lambda tx: privacy.to_propose(tx, ACME, desk.now))] == [account]


def test_D4_who_is_forgotten_in_a_store_and_writes_to_another_is_still_heard_there(desk: ChatDesk) -> None:
    silent_since = desk.now + timedelta(days=1)
    desk.later(days=2)
    body = json.dumps({"from": PHONE, "to": "another store"}).encode()
    desk.run(lambda tx: tx.receipts.add("whatsapp", [Receipt("r2", "delivery", body, desk.now)]))
    desk.run(lambda tx: tx.receipts.end(tx.receipts.due("whatsapp", desk.now, 9)))
    assert desk.run(lambda tx: chat_personal.forget_strangers(tx, ACME, silent_since)) == 1
    assert desk.run(lambda tx: tx.receipts.again("whatsapp", silent_since)) == 1, "it can be handled once more"
    assert [one.receipt.key for one in desk.run(lambda tx: tx.receipts.due("whatsapp", desk.now, 9))] == ["r2"]


def test_D2_an_erased_message_still_counts_once(desk: ChatDesk) -> None:
    message = desk.incoming("One more", by=WHO, to=DEVELOPER.channel_id)
    assert desk.take(message)
    desk.premium.do(premium_personal.erase_contact, desk.contact(WHO).id, by=ANNA, at=desk.now)
    assert not desk.take(message)


def test_D4_words_are_emptied_after_their_days_but_for_what_is_still_to_go_out(desk: ChatDesk) -> None:
    desk.later(days=1)
    chat = desk.chat(WHO, DEVELOPER.key)
    waits = desk.premium.do(chat_sending.send, chat.id, text="We have it", by=ANNA, at=desk.now)
    desk.later(days=10)
    desk.writes("new", by=WHO)
    before = desk.now - timedelta(days=5)
    assert desk.run(lambda tx: tx.conversations.forget_old(ACME, before)) == 1
    assert desk.run(lambda tx: tx.conversations.forget_old(ACME, before)) == 0
    texts = [one.text for one in desk.thread(WHO, DEVELOPER.key)]
    assert texts == ["", "We have it"]
    assert desk.state(waits) is SendState.WAITING
    assert desk.look(lambda tx: tx.conversations.media_due(9)) == []
