"""What is posted to the API for one message of ours.

Believes: the limits stand in the API's documents and are kept here, because what is refused there was already shown as
sent to somebody. A number goes into `to`, an id for this business into `recipient`: in the wrong field the API takes a
message and loses it.
"""

from typing import Any

from bridge.contracts.chats import Outgoing, OutgoingFile

LONGEST_TEXT = 4_096
LONGEST_BODY = 1_024
"""Of a message with buttons."""
LONGEST_TITLE, LONGEST_BUTTON_ID, MOST_BUTTONS = 20, 256, 3
LONGEST_REFERENCE = 512
LONGEST_PARAMETER = 1_024
FORMS = {"image/jpeg": "image", "image/png": "image", "application/pdf": "document", "text/plain": "document"}
"""How a file goes out, by its type."""


def request_for(message: Outgoing, media: str = "") -> dict[str, Any]:
    """The request's document; `media` is the API's id of the message's file."""
    if message.file is not None:
        content = _file(message.file, media)
    elif message.template:
        content = _template(message)
    elif message.buttons:
        content = _buttons(message)
    else:
        content = {"type": "text", "text": {"body": message.text, "preview_url": False}}
    reference = {"biz_opaque_callback_data": message.reference} if message.reference else {}
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_receiver(message),
        **content,
        **reference,
    }


def why_not(message: Outgoing) -> str:
    """Why the API would refuse this, in words for staff; empty where nothing is wrong with it."""
    if not message.receiver.phone and not message.receiver.user_id:
        return "the contact has neither a number nor an id"
    if len(message.reference) > LONGEST_REFERENCE:
        return f"its reference has more than {LONGEST_REFERENCE} characters"
    if message.template:
        long = any(len(one) > LONGEST_PARAMETER for one in message.parameters)
        return f"a parameter of the template has more than {LONGEST_PARAMETER:,} characters" if long else ""
    if message.file is not None:
        return "" if message.file.mime_type in FORMS else f"files of type {message.file.mime_type} are not sent"
    most = LONGEST_BODY if message.buttons else LONGEST_TEXT
    if not message.text.strip():
        return "it has no text"
    if len(message.text) > most:
        return f"it has {len(message.text):,} characters; with{'' if message.buttons else 'out'} buttons {most:,} fit"
    return _why_not_buttons(message)


def _why_not_buttons(message: Outgoing) -> str:
    titles = list(message.buttons.values())
    if len(titles) > MOST_BUTTONS:
        return f"it has more than {MOST_BUTTONS} buttons"
    if len(set(titles)) < len(titles) or not all(0 < len(one) <= LONGEST_TITLE for one in titles):
        return f"each button needs a title of its own of at most {LONGEST_TITLE} characters"
    if not all(0 < len(one) <= LONGEST_BUTTON_ID for one in message.buttons):
        return f"a button's id has more than {LONGEST_BUTTON_ID} characters"
    return ""


def _receiver(message: Outgoing) -> dict[str, str]:
    if message.receiver.phone:
        return {"to": message.receiver.phone}
    return {"recipient": message.receiver.user_id}


def _file(file: OutgoingFile, media: str) -> dict[str, Any]:
    form = FORMS[file.mime_type]
    named = {"filename": file.name} if form == "document" else {}  # a picture is shown, and has no name
    return {"type": form, form: {"id": media, **named}}


def _buttons(message: Outgoing) -> dict[str, Any]:
    shown = [{"type": "reply", "reply": {"id": id_, "title": title}} for id_, title in message.buttons.items()]
    return {
        "type": "interactive",
        "interactive": {"type": "button", "body": {"text": message.text}, "action": {"buttons": shown}},
    }


def _template(message: Outgoing) -> dict[str, Any]:
    told: dict[str, Any] = {"name": message.template, "language": {"code": message.language}}
    if message.parameters:
        # A parameter takes neither line breaks nor many blanks in a row.
        spoken = [{"type": "text", "text": " ".join(one.split()) or "-"} for one in message.parameters]
        told["components"] = [{"type": "body", "parameters": spoken}]
    return {"type": "template", "template": told}
