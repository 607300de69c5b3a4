"""Why the API refused a message, by its error code: in plain words, and what follows from it.

Believes: the code alone decides, as its documents say; titles change, and details may quote a number or a text, so
neither is kept. A code that is not listed here is final when it is about the message, as most are. Of one code the
words decide: where they name the parameter that proves who asks, nothing is wrong with the message.
"""

from enum import Enum, auto
from typing import NamedTuple


class Follows(Enum):
    """What is done about a refusal."""

    ENDS = auto()
    """The message can't be sent as it is."""
    WAITS = auto()
    """It goes out once the contact has written (rule W10)."""
    LATER = auto()
    """Something of the account is to be mended, or passes by itself: the message is tried again; staff are told."""
    SLOWER = auto()
    """Too many at once from this number: everything of the store pauses."""
    SLOWER_HERE = auto()
    """Too many at once to this contact: what is for him pauses."""


class Refusal(NamedTuple):
    """What a code means. `problem` names the kind of problem that staff get, empty for none."""

    words: str
    follows: Follows
    problem: str = ""


TOKEN, PROOF, NUMBER, ACCOUNT, TEMPLATE = "token", "proof", "number", "account", "template"
TOKEN_OVER, TOO_MANY_NOW = 190, 130429
"""Also for an answer that has no code of its own but a status that says as much."""
WRONG_PROOF = -100
"""The API's code 100 where it is about the proof; all else that has this code is about the message."""
_TOKEN = Refusal("the API does not take the access token any more: renew it", Follows.LATER, TOKEN)
_RIGHTS = Refusal("the access token lacks a right: whatsapp_business_messaging", Follows.LATER, TOKEN)
_ACCOUNT = Refusal("the WhatsApp account is restricted or locked by the provider", Follows.LATER, ACCOUNT)
_NUMBER = Refusal("the number is not registered with the API any more", Follows.LATER, NUMBER)
_TROUBLE = Refusal("the API has trouble of its own", Follows.LATER)
_BUSY = Refusal("too many messages at once", Follows.SLOWER)
_TEMPLATE = Refusal("the template does not fit: its text, language or parameters", Follows.WAITS, TEMPLATE)
_FORM = Refusal("the API does not take a message of this form", Follows.ENDS)

REFUSALS: dict[int, Refusal] = {
    WRONG_PROOF: Refusal(
        "the API does not take the proof that is made of token and app secret: see plugin.whatsapp.app_secret",
        Follows.LATER,
        PROOF,
    ),
    0: _TOKEN,
    1: _TROUBLE,
    2: _TROUBLE,
    3: _RIGHTS,
    4: _BUSY,
    10: _RIGHTS,
    33: _NUMBER,
    100: _FORM,
    TOKEN_OVER: _TOKEN,
    368: _ACCOUNT,
    80007: _BUSY,
    TOO_MANY_NOW: _BUSY,
    130472: Refusal("the provider keeps this contact in an experiment without such messages", Follows.ENDS),
    130497: Refusal("the account may not write to contacts of that country", Follows.ENDS),
    131000: _TROUBLE,
    131005: _RIGHTS,
    131008: _FORM,
    131009: _FORM,
    131016: _TROUBLE,
    131021: Refusal("sender and receiver are the same number", Follows.ENDS),
    131026: Refusal("the contact can't be reached: not on WhatsApp, or with too old an app, or blocking", Follows.ENDS),
    131030: Refusal("the number is a test number, and the contact is not on its list", Follows.ENDS),
    131031: _ACCOUNT,
    131037: Refusal("the number's display name is not approved yet", Follows.LATER, NUMBER),
    131042: Refusal("the account's payment method has a problem", Follows.LATER, ACCOUNT),
    131045: _NUMBER,
    131047: Refusal("the contact last wrote more than 24 hours ago", Follows.WAITS),
    131048: Refusal("too many messages of this number were reported as unwanted", Follows.SLOWER, NUMBER),
    131049: Refusal("the provider holds it back to spare the contact", Follows.ENDS),
    131050: Refusal("the contact wants no such messages any more", Follows.ENDS),
    131051: _FORM,
    131052: Refusal("the contact's file can't be fetched", Follows.ENDS),
    131053: Refusal("the file can't be sent", Follows.ENDS),
    131056: Refusal("too many messages to this contact at once", Follows.SLOWER_HERE),
    131057: Refusal("the account is under maintenance", Follows.LATER, ACCOUNT),
    131062: Refusal("this kind of message needs the contact's telephone number", Follows.ENDS),
    132000: _TEMPLATE,
    132001: Refusal("there is no approved template of that name in that language", Follows.WAITS, TEMPLATE),
    132005: _TEMPLATE,
    132007: Refusal("the template breaks a rule of the provider", Follows.WAITS, TEMPLATE),
    132012: _TEMPLATE,
    132015: Refusal("the template is paused for its low quality", Follows.WAITS, TEMPLATE),
    132016: Refusal("the template is disabled for its low quality", Follows.WAITS, TEMPLATE),
    133000: _NUMBER,
    133004: _TROUBLE,
    133010: _NUMBER,
    135000: _FORM,
}


def refusal_of(code: int) -> Refusal:
    """What a code means; the API's permissions have a range of their own."""
    if 200 <= code <= 299:
        return _RIGHTS
    return REFUSALS.get(code, _FORM)


def in_words(code: int) -> str:
    """Why, for staff, with the code to look up."""
    return f"{refusal_of(code).words} (code {abs(code)})"
