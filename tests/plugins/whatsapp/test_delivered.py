"""Everything that a delivery brings is read: every entry, change, message and status, whatever was written."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bridge.contracts.chats import Incoming, Media
from bridge.domain.chats import Address, ChatKind, SendState
from bridge_whatsapp.delivered import Delivered, read_delivery
from tests.support.whatsapp_deliveries import (
    ANNA_PHONE,
    NOON,
    OFFICIAL,
    PREMIUM,
    REZA,
    REZA_ID,
    Document,
    change,
    delivery,
    encoded,
    message,
    pressed,
    status,
)

ARRIVED = NOON + timedelta(seconds=3)


def read(*changes: Document, escaped: bool = True) -> Delivered:
    found = read_delivery(encoded(delivery(*changes), escaped=escaped), ARRIVED)
    assert found is not None
    return found


def the_only(said: Document, **more: Any) -> Incoming:
    found = read(change([said], **more))
    assert found.unreadable == 0
    (one,) = found.messages
    return one


def test_every_message_and_status_of_every_entry_and_change_is_read() -> None:
    first, second, third = message("text", "one"), message("text", "two", sender=ANNA_PHONE), message("text", "three")
    whole = delivery(change([first, second], [status("wamid.a", "sent")]), change([third], number=PREMIUM))
    whole["entry"][0]["changes"].append(change(statuses=[status("wamid.b", "read"), status("wamid.c", "delivered")]))
    found = read_delivery(encoded(whole), ARRIVED)
    assert found is not None
    assert [(one.text, one.number) for one in found.messages] == [
        ("one", OFFICIAL),
        ("two", OFFICIAL),
        ("three", PREMIUM),
    ]
    assert [(one.external_id, one.state) for one in found.statuses] == [
        ("wamid.a", SendState.SENT),
        ("wamid.b", SendState.READ),
        ("wamid.c", SendState.DELIVERED),
    ]


def test_a_text_has_its_sender_name_moment_and_what_it_answers() -> None:
    said = message("text", "سلام 👋\nقیمت؟", context={"from": "1", "id": "wamid.before"})
    assert the_only(said) == Incoming(
        external_id=said["id"],
        number=OFFICIAL,
        sender=Address("whatsapp", "+989121112233"),
        sent_at=NOON,
        kind=ChatKind.TEXT,
        text="سلام 👋\nقیمت؟",
        name="رضا 🌟",
        context="wamid.before",
    )


@pytest.mark.parametrize("escaped", [True, False])
def test_emoji_and_right_to_left_text_come_through_at_every_place(escaped: bool) -> None:
    words = "می‌خواهم 👩🏽‍💻 \u202eabc\u202c"
    texts = [
        message("text", words),
        message("document", {"id": "1", "mime_type": "text/plain", "caption": words, "filename": words}),
        message("button", {"payload": "ok", "text": words}),
        message("contacts", [{"name": {"formatted_name": words}}]),
        message("location", {"latitude": 1.5, "longitude": 2, "name": words}),
        message("reaction", {"message_id": "wamid.x", "emoji": "❤️"}),
    ]
    found = read(change(texts), escaped=escaped)
    assert [words in one.text for one in found.messages] == [True, True, True, True, True, False]
    assert found.messages[1].media == Media("1", "text/plain", words)
    assert (found.messages[5].text, found.messages[5].context) == ("❤️", "wamid.x")
    assert all(one.name == "رضا 🌟" for one in found.messages)


@pytest.mark.parametrize("body", ["\x00a", "\ud83d", "a\udc00b"])
def test_a_text_that_no_table_can_hold_is_kept_but_for_that_character(body: str) -> None:
    text = the_only(message("text", body)).text
    assert text.encode("utf-8")
    assert "\ufffd" in text
    assert "\x00" not in text


def test_a_pressed_button_names_its_id_and_the_message_it_stands_under() -> None:
    said = pressed("agreement:7:v1:accept:ab", "Accept", context="wamid.offer")
    one = the_only(said)
    assert (one.kind, one.button, one.context, one.text) == (
        ChatKind.BUTTON,
        "agreement:7:v1:accept:ab",
        "wamid.offer",
        "Accept",
    )


@pytest.mark.parametrize("kind", ["image", "video", "audio", "voice", "document", "sticker"])
def test_a_file_is_named_by_its_id_type_and_size(kind: str) -> None:
    said = message(kind, {"id": "99", "mime_type": "Audio/OGG; codecs=opus", "file_size": "512", "caption": "here"})
    one = the_only(said)
    assert (one.kind, one.media, one.text) == (ChatKind.MEDIA, Media("99", "audio/ogg", "", 512), "here")


@pytest.mark.parametrize("size", ["9" * 19, 10**30, "-1", "1e3", "٣", True, None, 1.5])
def test_a_size_that_no_table_can_hold_is_none(size: object) -> None:
    media = the_only(message("image", {"id": "99", "mime_type": "image/png", "file_size": size})).media
    assert media is not None
    assert media.size == 0


@pytest.mark.parametrize(
    ("said", "what"),
    [
        (message("order", {"catalog_id": "1"}), "order"),
        (message("unsupported", {"type": "poll"}, errors=[{"code": 131051}]), "unsupported poll"),
        (message("a_type_of_next_year", {"x": 1}), "a_type_of_next_year"),
        (message("interactive", {"type": "nfm_reply", "nfm_reply": {}}), "interactive nfm_reply"),
        (message("image", {"sha256": "no id"}), "image"),
        (message("revoke", {"original_message_id": "wamid.x"}), "revoke"),
        (message("", None), "nothing"),
    ],
)
def test_an_unknown_type_is_kept_and_says_what_it_calls_itself(said: Document, what: str) -> None:
    one = the_only(said)
    assert (one.kind, one.what, one.automatic) == (ChatKind.UNKNOWN, what, False)


@pytest.mark.parametrize(
    "said",
    [
        message("system", {"type": "user_changed_number", "wa_id": "4915112345678"}),
        message("request_welcome"),
        message("text", "in a group", group_id="Y2FwaV9ncm91cDo"),
    ],
)
def test_W2_what_nobody_wrote_to_us_is_marked_so_that_nothing_answers_it(said: Document) -> None:
    assert the_only(said).automatic


def test_W2_what_a_telephone_of_ours_sent_comes_from_our_own_number_and_is_automatic() -> None:
    said = message("text", "typed on the telephone", sender="15550783881", to=REZA)
    value = {"metadata": {"phone_number_id": OFFICIAL}, "message_echoes": [said]}
    (one,) = read({"field": "smb_message_echoes", "value": value}).messages
    assert (one.sender.phone, one.automatic, one.text) == ("+15550783881", True, "typed on the telephone")
    assert one.receiver == Address("whatsapp", "+989121112233", "")


# --- who it is from ---


def test_a_contact_may_be_known_by_number_and_id() -> None:
    one = the_only(message("text", "hi", from_user_id=REZA_ID))
    assert one.sender == Address("whatsapp", "+989121112233", REZA_ID)


def test_a_contacts_id_may_stand_with_his_name_alone() -> None:
    people = [{"profile": {"name": "R"}, "wa_id": REZA, "user_id": REZA_ID}]
    one = the_only(message("text", "hi"), contacts=people)
    assert (one.sender, one.name) == (Address("whatsapp", "+989121112233", REZA_ID), "R")


def test_a_contact_without_a_number_is_known_by_his_id() -> None:
    said = message("text", "hi", from_user_id=REZA_ID)
    del said["from"]
    one = the_only(said, contacts=[{"profile": {"name": "R"}, "user_id": REZA_ID}])
    assert (one.sender, one.name) == (Address("whatsapp", "", REZA_ID), "R")


def test_an_id_that_stands_where_the_number_was_is_no_number() -> None:
    assert the_only(message("text", "hi", sender=REZA_ID)).sender == Address("whatsapp", "", REZA_ID)


def test_two_contacts_of_one_delivery_are_not_mixed_up() -> None:
    people = [
        {"profile": {"name": "R"}, "wa_id": REZA, "user_id": REZA_ID},
        {"profile": {"name": "A"}, "wa_id": ANNA_PHONE},
    ]
    found = read(change([message("text", "1", sender=ANNA_PHONE), message("text", "2")], contacts=people)).messages
    assert [(one.name, one.sender.user_id) for one in found] == [("A", ""), ("R", REZA_ID)]


# --- what is not as it should be ---


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "text", "text": {"body": "no id"}, "from": REZA},
        {"type": "text", "text": {"body": "no sender"}, "id": "wamid.1"},
        {"type": "text", "text": {"body": "an empty id"}, "id": " ", "from": REZA},
        {},
    ],
)
def test_a_message_without_an_id_or_a_sender_is_counted_and_takes_no_other_with_it(broken: Document) -> None:
    found = read(change([broken, message("text", "good")]))
    assert (found.unreadable, [one.text for one in found.messages]) == (1, ["good"])


def test_an_endless_id_goes_by_its_digest_wherever_it_is_named() -> None:
    first, other, answer = message("text", "1"), message("text", "2"), message("text", "3")
    first["id"], other["id"] = "wamid." + "x" * 300, "wamid." + "x" * 299 + "y"
    answer["context"] = {"id": first["id"]}
    found = read(change([first, other, answer], [status(first["id"], "read")]))
    ids = [one.external_id for one in found.messages]
    assert len({*ids}) == 3
    assert all(len(one) <= 191 for one in ids)
    assert found.messages[2].context == found.statuses[0].external_id == ids[0]


@pytest.mark.parametrize("at", ["", "never", "99999999999999", None, "-5", "²"])
def test_a_message_without_its_moment_was_sent_when_it_arrived(at: object) -> None:
    assert the_only({**message("text", "hi"), "timestamp": at}).sent_at == ARRIVED


@pytest.mark.parametrize(
    "odd",
    [
        {"entry": 5},
        {"entry": [None, 7, "x", {"changes": {"value": 1}}]},
        {"entry": [{"changes": [{"field": "messages", "value": [1]}]}]},
        {"entry": [{"changes": [{"field": "messages", "value": {"messages": "text", "statuses": 5, "metadata": []}}]}]},
        {"entry": [{"changes": [{"field": "messages", "value": {"messages": [[], 1, None]}}]}]},
    ],
)
def test_a_delivery_of_another_shape_brings_nothing_and_breaks_nothing(odd: Document) -> None:
    found = read_delivery(encoded({"object": "whatsapp_business_account", **odd}), ARRIVED)
    assert found == Delivered()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b"\xff", b"[" * 100_000, b'{"object": "page"}'])
def test_what_is_no_delivery_is_none(body: bytes) -> None:
    assert read_delivery(body, ARRIVED) is None


def test_fields_that_are_not_ours_are_named() -> None:
    found = read({"field": "account_update", "value": {"event": "VERIFIED_ACCOUNT"}}, change([message("text", "hi")]))
    assert (found.other, len(found.messages)) == ({"account_update"}, 1)


def test_troubles_of_the_api_with_a_number_are_named_by_their_code() -> None:
    assert read(change(errors=[{"code": 130429, "title": "Rate limit hit"}])).errors == [(OFFICIAL, 130429)]


# --- statuses ---


def test_a_status_has_the_reference_that_we_gave() -> None:
    (one,) = read(
        change(statuses=[status("wamid.a", "delivered", at=NOON, biz_opaque_callback_data="acme:12")])
    ).statuses
    assert (one.state, one.reference, one.reason) == (SendState.DELIVERED, "acme:12", "")


def test_a_failure_says_why_in_plain_words_and_repeats_no_detail() -> None:
    (one,) = read(change(statuses=[status("wamid.a", "failed", code=131026)])).statuses
    assert one.state is SendState.FAILED
    assert one.reason.startswith("the contact can't be reached")
    assert one.reason.endswith("(code 131026)")
    assert REZA not in one.reason


def test_a_voice_message_that_was_played_was_read() -> None:
    (one,) = read(change(statuses=[status("wamid.a", "played")])).statuses
    assert one.state is SendState.READ


def test_a_word_that_says_nothing_of_how_far_it_came_is_left_alone() -> None:
    found = read(change(statuses=[status("wamid.a", "deleted"), status("wamid.b", "warning"), {"status": "sent"}]))
    assert (found.statuses, found.unreadable) == ([], 1)


def test_the_sample_of_the_documents_is_read() -> None:
    """The text message of the provider's page "messages webhook reference"."""
    body = json.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": "102290129340398",
                    "changes": [
                        {
                            "value": {
                                "messaging_product": "whatsapp",
                                "metadata": {
                                    "display_phone_number": "15550783881",
                                    "phone_number_id": "106540352242922",
                                },
                                "contacts": [{"profile": {"name": "Sheena Nelson"}, "wa_id": "16505551234"}],
                                "messages": [
                                    {
                                        "from": "16505551234",
                                        "id": "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=",
                                        "timestamp": "1749416383",
                                        "type": "text",
                                        "text": {"body": "Does it come in another color?"},
                                    }
                                ],
                            },
                            "field": "messages",
                        }
                    ],
                }
            ],
        }
    ).encode()
    found = read_delivery(body, ARRIVED)
    assert found is not None
    (one,) = found.messages
    assert (one.sender.phone, one.name, one.text) == ("+16505551234", "Sheena Nelson", "Does it come in another color?")
    assert one.sent_at == datetime(2025, 6, 8, 20, 59, 43, tzinfo=UTC)
