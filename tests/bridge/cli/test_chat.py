"""Conversations on the command line: listed, read, answered, routed, moved; what goes over WhatsApp (W1 to W3, W10)."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bridge.cli import acting, chat
from bridge.cli.screen import local
from bridge.cli.session import CLOCK
from bridge.contracts.chats import Incoming, Receipt
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.chats import Address, ChatKind, SendState
from bridge.engine.setup import StoreSetup
from bridge.services import chat_linking, chat_sending, chats
from bridge.testing.clock import FixedClock
from bridge.testing.desks import a_desk
from tests.bridge.cli.conftest import BY, COUNTER_STORE, CounterPlace
from tests.bridge.cli.test_premium import PREMIUM
from tests.support.commands import a_workplace
from tests.support.settings_files import load_plain

NUMBERS = (
    PREMIUM.replace('agents = ["Anna"]', 'agents = ["Anna"]\nchannel_id = "1002"')
    + """
[[premium.numbers]]
name = "office"
role = "official"
number = "+91 22 5555 0100"
channel_id = "1001"

[[staff]]
name = "Boris"
email = "boris@example.com"
"""
)
OFFICE, DEVELOPER = "1001", "1002"
MARYAM = Address("whatsapp", "989121234567")
_ids = count(1)


@pytest.fixture(name="counter")
def _counter(folder: Path, capsys: pytest.CaptureFixture[str], clock: FixedClock) -> Iterator[CounterPlace]:
    assert clock is not None
    place = a_workplace(folder / "chats", capsys, stores={"acme.toml": COUNTER_STORE + NUMBERS})
    with a_desk(place.state) as desk:
        yield CounterPlace(place, desk)


def do(counter: CounterPlace, service: Any, *facts: Any, **more: Any) -> Any:
    terms = StoreSetup.of(load_plain(counter.place.config).stores["acme"]).desk_terms
    return counter.desk.run(service, terms, *facts, **more)


def writes(counter: CounterPlace, text: str, number: str = OFFICE, name: str = "Maryam") -> None:
    message = Incoming(f"wamid.{next(_ids)}", number, MARYAM, CLOCK.now(), ChatKind.TEXT, text, name=name)
    assert do(counter, chats.take, "whatsapp", message, at=CLOCK.now())


def linked(counter: CounterPlace, number: str = OFFICE) -> None:
    """Customer 77 links the chat by the code of his page (rule W9)."""
    owner = Owner(OwnerKind.CUSTOMER, 77)
    account = counter.desk.run(lambda tx: tx.accounts.open("acme", [owner])[owner])
    writes(counter, do(counter, chat_linking.new_code, account, at=CLOCK.now()), number)


def test_a_conversation_is_listed_and_shown_with_all_that_was_said(counter: CounterPlace) -> None:
    writes(counter, "Does it run on 4.1?\n\x1b[31mred")
    assert counter.document("chat", "list", "--waiting")["chats"] != []
    out = counter.well("chat", "list").out
    assert "contact 1" in out
    assert "1 conversation. What was said: bridge chat show CHAT" in out
    out = counter.well("chat", "show", "1").out
    assert "Does it run on 4.1?" in out
    assert "\x1b" not in out, "what a contact wrote never steers the terminal"
    assert "(the automatic reply)" in out
    assert "nobody: what he writes reveals and approves nothing" in out
    assert "bridge account find 989121234567" in out


def test_W2_the_premium_number_is_in_the_text_to_paste_and_in_no_other_answer(counter: CounterPlace) -> None:
    pasted = counter.document("premium", "autoreply", "--language", "en")["text"]
    assert "0199" in pasted
    assert "20.00" in pasted
    writes(counter, "Help!")
    for words in (["chat", "list"], ["chat", "show", "1"], ["whatsapp", "numbers"], ["whatsapp", "status"]):
        for told in (counter.well(*words).out, counter.well(*words, "--json").out):
            assert "0199" not in told
    assert "0199" not in counter.well("settings", "show").out
    answer = counter.place.cli("premium", "autoreply", "--language", "de")
    assert "--language must be one of en, ru, fa, not de" in answer.err


def test_W2_the_persian_text_to_paste_has_its_marks_of_direction_and_no_escapes(counter: CounterPlace) -> None:
    out = counter.well("premium", "autoreply", "--language", "fa").out
    assert "\\u" not in out
    assert out.rstrip("\n") == counter.document("premium", "autoreply", "--language", "fa")["text"]
    assert "\u200e+" in out, "a number among Persian words is read from its plus on"


def test_W10_what_is_sent_later_than_a_day_after_his_message_waits_visibly(
    counter: CounterPlace, clock: FixedClock
) -> None:
    writes(counter, "Hello")
    assert "wrote message" in counter.well("chat", "send", "1", "--text", "Good day", *BY).out
    clock.advance(timedelta(hours=25))
    out = counter.well("whatsapp", "send", "1", "--text", "Are you there?", *BY).out
    assert "it waits until the contact has written." in out
    assert "no: what you send waits until he writes" in out
    shown = counter.document("chat", "show", "1")["messages"]
    assert [one["state"] for one in shown if one["by"] == "Anna"] == ["queued", "waiting"]
    assert "1 waiting" in counter.well("whatsapp", "status").out


def test_W3_staff_say_what_a_conversation_is(counter: CounterPlace) -> None:
    writes(counter, "Hello", DEVELOPER)
    out = counter.well("chat", "route", "1", "presales", *BY).out
    assert "Anna made conversation 1 redirected." in out
    answer = counter.place.cli("chat", "route", "1", "nowhere", *BY)
    assert "ROUTE must be one of new, presales, redirected, premium, not nowhere" in answer.err
    (error, *_) = counter.refused("chat", "route", "2", "presales", *BY)
    assert "there is no chat 2" in error


def test_W9_a_linked_conversation_becomes_a_ticket(counter: CounterPlace, clock: FixedClock) -> None:
    writes(counter, "It is broken")
    written = local(clock.now(), load_plain(counter.place.config).stores["acme"].zone_info)
    error, way = counter.refused("chat", "move", "1", "--subject", "Broken", *BY)
    assert "linked to no customer (rule W9)" in error
    assert "the code from his account page" in way
    linked(counter)
    clock.advance(timedelta(hours=2))
    assert counter.document("chat", "move", "1", "--subject", "Broken", *BY)["ticket"] == 1
    writes(counter, "Still")
    out = counter.well("ticket", "show", "1").out
    assert "It is broken" in out
    assert f"customer (unverified): wrote in chat 1 at {written} (1)" in out
    assert "customer (unverified): wrote in chat 1 (" in out, "what came in since has its time at the front"
    assert "unlinked contact 1." in counter.well("chat", "unlink", "1", *BY).out


def test_a_contact_is_blocked_and_answered_again(counter: CounterPlace) -> None:
    writes(counter, "Spam")
    assert counter.document("chat", "list", "--waiting")["chats"] != []
    assert "blocked contact 1." in counter.well("chat", "block", "1", *BY).out
    assert counter.document("chat", "list", "--waiting")["chats"] == [], "nobody can answer him, so he does not wait"
    assert "contact 1, blocked" in counter.well("chat", "list").out
    error, *_ = counter.refused("chat", "send", "1", "--text", "No", *BY)
    assert "blocked" in error
    shown = counter.document("chat", "show", "1")
    assert (shown["blocked"], shown["waiting_since"]) == (True, None)
    assert "Waits since" not in counter.well("chat", "show", "1").out
    assert counter.document("whatsapp", "status")["numbers"][1]["waiting_for_us"] == 0
    out = counter.well("chat", "block", "1", "--undo", *BY).out
    assert "unblocked contact 1. What he wrote meanwhile stands in his conversation and waits for nobody." in out
    assert "Waits since" in counter.well("chat", "show", "1").out, "what he wrote before the block is still unanswered"
    assert len(counter.document("chat", "list", "--waiting")["chats"]) == 1
    assert counter.document("whatsapp", "status")["numbers"][1]["waiting_for_us"] == 1
    counter.well("chat", "send", "1", "--text", "Yes", *BY)
    assert counter.document("chat", "list", "--waiting")["chats"] == []


def test_a_word_of_thanks_waits_for_no_answer_until_he_writes_again(counter: CounterPlace) -> None:
    writes(counter, "Thanks!")
    assert "nothing is to be answered in conversation 1" in counter.well("chat", "done", "1", *BY).out
    counter.well("chat", "done", "1", *BY)
    assert counter.document("chat", "list", "--waiting")["chats"] == []
    done = [line for line in counter.document("audit")["lines"] if line["action"] == "chat_done"]
    assert [(line["by"], line["subject"]) for line in done] == [("Anna", "chat:1")], "done twice is noted once"
    writes(counter, "One more thing")
    assert len(counter.document("chat", "list", "--waiting")["chats"]) == 1


def test_W1_only_who_may_answer_says_that_nothing_is_to_be_answered(counter: CounterPlace) -> None:
    writes(counter, "Are you there?", DEVELOPER)
    error, *_ = counter.refused("chat", "done", "1", "--by", "Boris")
    assert "Boris is not listed" in error
    assert len(counter.document("chat", "list", "--waiting")["chats"]) == 1


def test_what_nobody_knows_to_have_arrived_goes_out_again_when_staff_say_so(counter: CounterPlace) -> None:
    writes(counter, "Hello")
    counter.well("chat", "send", "1", "--text", "Good day", *BY)
    sent = counter.document("chat", "show", "1")["messages"][-1]["message"]
    error, *_ = counter.refused("chat", "resend", str(sent), *BY)
    assert "only one that has not gone out can be sent again" in error

    def twice(tx: Any, terms: Any) -> None:
        for _ in range(2):  # handed over, and then the daemon died
            chat_sending.outgoing(tx, terms, tx.conversations.message(sent), at=CLOCK.now())

    counter.desk.run(twice, StoreSetup.of(load_plain(counter.place.config).stores["acme"]).desk_terms)
    assert counter.document("chat", "show", "1")["messages"][-1]["state"] == SendState.UNSURE
    assert counter.document("chat", "resend", str(sent), *BY)["state"] == SendState.QUEUED
    error, *_ = counter.refused("chat", "resend", "99", *BY)
    assert "there is no message 99" in error


def test_W1_numbers_are_listed_by_name_with_who_answers(counter: CounterPlace) -> None:
    out = counter.well("whatsapp", "numbers").out
    assert "WhatsApp, 1001" in out
    assert "everybody" in out
    found = counter.document("whatsapp", "numbers")["numbers"]
    assert [(one["name"], one["role"], one["agents"]) for one in found] == [
        ("developer", "premium", ["Anna"]),
        ("office", "official", []),
    ]


def test_W5_an_offer_that_its_contact_can_read_nowhere_says_so(counter: CounterPlace) -> None:
    writes(counter, "Help!", DEVELOPER)
    offer = ("premium", "offer", "--contact", "1", "--kind", "technical", "--limit", "60")
    unseen = "it went out in no chat; tell him, then record what he says: bridge premium accept"
    assert unseen not in counter.well(*offer, *BY).out, "Anna is listed for the number: it went out"
    assert f"{unseen} 2" in counter.well(*offer, "--by", "Boris").out
    revised = counter.well("premium", "revise", "1", "--kind", "technical", "--limit", "30", "--by", "Boris").out
    assert f"{unseen} 1" in revised, "the chat has the version before"
    linked(counter, DEVELOPER)
    assert unseen not in counter.well("premium", "show", "2").out


def test_W1_a_statement_that_its_contact_can_read_nowhere_says_so(counter: CounterPlace, clock: FixedClock) -> None:
    writes(counter, "Help!", DEVELOPER)
    counter.well("premium", "offer", "--contact", "1", "--kind", "technical", "--limit", "60", *BY)
    counter.well("premium", "accept", "1", "--evidence", "He wrote yes.", *BY)
    counter.well("premium", "start", "1", *BY)
    clock.advance(timedelta(minutes=47))
    counter.well("premium", "stop", *BY)
    counter.well("premium", "close", "1", *BY)
    boris, unseen = ("--by", "Boris"), "no: he has no page, and it went out in no chat; tell him what it says"
    correct = ("premium", "correct", "1", "--agreement", "1", "--minutes", "-15", "--reason", "Agreed")
    assert unseen not in counter.well(*correct, *boris).out, "a draft is nobody's to read"
    assert unseen in counter.well("premium", "statement", "1", "--send", *boris).out
    assert unseen not in counter.well("premium", "bill", "1", *BY).out, "Anna is listed for the number: it went out"
    assert unseen in counter.well(*correct, *boris).out
    linked(counter, DEVELOPER)
    assert unseen not in counter.well(*correct, *boris).out


def test_a_list_that_is_cut_off_says_so(counter: CounterPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (acting, chat):
        monkeypatch.setattr(module, "MOST_LISTED", 1)
    writes(counter, "Hello")
    assert "1 conversation, the newest of each store." in counter.well("chat", "list").out


def test_what_went_over_each_number_this_month_is_counted(counter: CounterPlace) -> None:
    writes(counter, "Hello")
    (developer, office) = counter.document("whatsapp", "status")["numbers"]
    assert (office["number"], office["conversations"], office["received"]) == ("office", 1, 1)
    assert (developer["conversations"], developer["sent"]) == (0, 0)
    assert "0 deliveries of WhatsApp still to be handled." in counter.well("whatsapp", "status").out


def test_deliveries_are_handled_once_more(counter: CounterPlace) -> None:
    def kept(tx: Any) -> None:
        tx.receipts.add("whatsapp", [Receipt("one", "delivery", b"{}", CLOCK.now() - timedelta(hours=1))])
        tx.receipts.end(tx.receipts.due("whatsapp", CLOCK.now(), 10))

    counter.desk.run(kept)
    assert counter.document("whatsapp", "replay", "--hours", "2") == {"deliveries": 1}
    assert counter.document("whatsapp", "status")["deliveries_waiting"] == 1
