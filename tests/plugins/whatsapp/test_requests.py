"""What is posted for a message keeps the limits of the API's documents, and names its receiver in the right field."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bridge.contracts.chats import Outgoing
from bridge.domain.chats import Address
from bridge_whatsapp.refusals import REFUSALS, Follows, in_words, refusal_of
from bridge_whatsapp.requests import request_for, why_not
from tests.support.whatsapp_deliveries import OFFICIAL, REZA_ID

TEXT = Outgoing(5, OFFICIAL, Address("whatsapp", "+989121112233", REZA_ID), "سلام 👋", "fa", reference="acme:5")


def test_a_text_goes_to_a_number() -> None:
    assert request_for(TEXT) == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+989121112233",
        "type": "text",
        "text": {"body": "سلام 👋", "preview_url": False},
        "biz_opaque_callback_data": "acme:5",
    }


def test_a_contact_without_a_number_is_named_in_a_field_of_its_own() -> None:
    request = request_for(replace(TEXT, receiver=Address("whatsapp", "", REZA_ID)))
    assert request["recipient"] == REZA_ID
    assert "to" not in request


def test_buttons_carry_their_ids() -> None:
    request = request_for(replace(TEXT, buttons={"agreement:7:v1:accept:ab": "می‌پذیرم", "no": "نه"}))
    assert request["interactive"] == {
        "type": "button",
        "body": {"text": "سلام 👋"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "agreement:7:v1:accept:ab", "title": "می‌پذیرم"}},
                {"type": "reply", "reply": {"id": "no", "title": "نه"}},
            ]
        },
    }


def test_W10_a_template_carries_no_free_text() -> None:
    request = request_for(replace(TEXT, template="reopen_chat", parameters=("a\nb   c", "")))
    assert "text" not in request
    assert request["template"] == {
        "name": "reopen_chat",
        "language": {"code": "fa"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "a b c"}, {"type": "text", "text": "-"}]}
        ],
    }


@pytest.mark.parametrize(
    ("text", "buttons", "reason"),
    [
        ("x" * 4_096, {}, ""),
        ("x" * 4_097, {}, "it has 4,097 characters; without buttons 4,096 fit"),
        ("x" * 1_024, {"a": "Yes"}, ""),
        ("x" * 1_025, {"a": "Yes"}, "it has 1,025 characters; with buttons 1,024 fit"),
        (" \n", {}, "it has no text"),
        ("x", {"a": "1", "b": "2", "c": "3", "d": "4"}, "it has more than 3 buttons"),
        ("x", {"a": "x" * 21}, "each button needs a title of its own of at most 20 characters"),
        ("x", {"a": "Yes", "b": "Yes"}, "each button needs a title of its own of at most 20 characters"),
        ("x", {"a": ""}, "each button needs a title of its own of at most 20 characters"),
        ("x", {"a" * 257: "Yes"}, "a button's id has more than 256 characters"),
    ],
)
def test_what_the_api_would_refuse_is_refused_here(text: str, buttons: Mapping[str, str], reason: str) -> None:
    assert why_not(replace(TEXT, text=text, buttons=buttons)) == reason


def test_nothing_is_sent_to_nobody() -> None:
    assert why_not(replace(TEXT, receiver=Address("whatsapp"))) == "the contact has neither a number nor an id"


# --- refusals ---


@pytest.mark.parametrize("code", [0, 3, 10, 190, 200, 299, 131005])
def test_a_token_that_is_not_taken_keeps_the_message_and_tells_staff(code: int) -> None:
    assert (refusal_of(code).follows, refusal_of(code).problem) == (Follows.LATER, "token")


@pytest.mark.parametrize("code", [131047, 132000, 132001, 132015, 132016])
def test_W10_what_may_not_be_sent_now_waits_for_the_contact(code: int) -> None:
    assert refusal_of(code).follows is Follows.WAITS


@pytest.mark.parametrize("code", [999_999, -1, 300, 131026])
def test_what_is_about_the_message_ends_it(code: int) -> None:
    assert refusal_of(code).follows is Follows.ENDS


@pytest.mark.parametrize("code", REFUSALS)
def test_every_code_is_told_in_plain_words_with_its_number(code: int) -> None:
    words = in_words(code)
    assert words.endswith(f"(code {abs(code)})")
    assert words[0].islower()
    assert "\n" not in words
