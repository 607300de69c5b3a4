"""What a customer is answered to what he did on his page, by a stable word for each outcome.

The sentences are for him: what happened, whether it cost anything, and what he can do next. The words are for programs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.locale.dates import LANGUAGES
from bridge.locale.say import say, say_n

APPROVED = (
    "Approved: {count} coin is reserved for this work.",
    "Approved: {count} coins are reserved for this work.",
)
ACCEPTED: Mapping[str, str] = {
    "declined": "You have declined the offer. No coins are reserved.",
    "cancelled": "You have taken your approval back. No coins are reserved for it any more.",
    "ticket_opened": "Your ticket has been sent; its number is {ticket}.",
    "price_requested": (
        "Your ticket has been sent; its number is {ticket}. You will get an offer; no coins are taken unless you "
        "approve it."
    ),
    "replied": "Your message has been sent.",
    "continued": (
        "Ticket {continues} is closed, so your message has been sent as a new ticket; its number is {ticket}."
    ),
    "covered": "Help in ticket {ticket} is free with the licence that you chose.",
    "not_covered": (
        "The licence that you chose does not make help in ticket {ticket} free. Please open the ticket to see why."
    ),
    "redeemed": "Your ticket has been sent; its number is {ticket}. It costs no coins.",
    "domain_released": "The domain has been released. You can use your licence on another one now.",
    "agreement_accepted": "You have accepted agreement {agreement}. Not more than what it says can be charged.",
    "agreement_declined": "You have declined agreement {agreement}. Nothing is charged.",
    "bill_accepted": "You have accepted statement {bill}.",
    "bill_disputed": "What you wrote about statement {bill} has been sent. We look at it before you have to pay.",
    "chat_code": (
        "Here is your code. Send it to us in the chat, alone in a message, within {minutes} minutes: then the chat "
        "belongs to your account."
    ),
    "claim_sent": (
        "If order {order} was made without logging in, a code is on its way to its e-mail address. Enter it here "
        "within half an hour."
    ),
    "claimed": "Order {order} now belongs to your account.",
}
"""What was done, by its word; `approved` says its number of coins besides."""
REFUSED: Mapping[str, str] = {
    "unknown_quote": "There is no such offer on your account.",
    "quote_changed": "The offer was changed meanwhile. Please read the new one before you decide.",
    "text_differs": "The text you were shown is not that of the offer. Please open the page again.",
    "quote_closed": "This offer is not open any more.",
    "quote_lapsed": "The time to approve this offer is over. We can offer it to you once more: please write to us.",
    "premium_time": "This work is charged as premium time by an agreement, so no coins were taken. Please write to us.",
    "already_started": "The work has begun, so the approval can't be taken back here. Please write to us.",
    "account_frozen": "Your account is stopped at the moment, so nothing was done. Please write to us.",
    "unknown_price": "This work is not on the price list any more.",
    "too_many": "That was a lot in a short time, so this was not done. Please wait a minute and try again.",
    "too_many_tickets": (
        "You have sent several tickets within an hour. Please wait a little, then send this one again."
    ),
    "unknown_ticket": "There is no such ticket on your account.",
    "unknown_licence": "There is no such licence on your account.",
    "ticket_closed": "This ticket is closed. What you write about it becomes a new ticket.",
    "too_many_messages": "You have sent many messages within an hour. Please wait a little, then send this one again.",
    "too_many_files": "That is more files than can be sent within an hour. Nothing was sent; please wait a little.",
    "files_too_many": "That is more files than go with one message. Nothing was sent; please send fewer.",
    "file_too_large": "One of the files is too large. Nothing was sent; please send a smaller one.",
    "file_not_allowed": (
        "One of the files is of a kind that can't be sent. Nothing was sent; pictures, PDF, text and zip are possible."
    ),
    "file_not_what_it_says": (
        "One of the files is not what its name says. Nothing was sent; please look at it and choose it again."
    ),
    "file_incomplete": "One of the files did not arrive whole. Nothing was sent; please choose the files once more.",
    "file_damaged": "One of the files was damaged on its way. Nothing was sent; please choose the files once more.",
    "files_no_room": (
        "Together with these your files are more than we keep for you. Nothing was sent; please send it without files."
    ),
    "files_full": "We can't take files at the moment. Nothing was sent; please send it without files.",
    "unknown_right": "There is no such right.",
    "right_not_in_plan": "Your plan does not include this.",
    "already_redeemed": "This has been redeemed for that domain already.",
    "bad_domain": "That is not the name of a shop on the internet. Please enter it as in shop.example.com.",
    "private_domain": "This can only be had for a shop that is on the public internet.",
    "invalid": "Something on the page was not as it should be, so nothing was done. Please open the page again.",
    "unknown_kind": "This can't be done here.",
    "failed": "Something went wrong on our side, so nothing was done. We have been told; please try again later.",
    "domain_not_in_use": "Your licence is not used on that domain.",
    "no_releases_left": (
        "You have released as many domains as you may for now. Please write to us, and we release it for you."
    ),
    "unknown_agreement": "There is no such agreement on your account.",
    "agreement_changed": "The agreement was changed meanwhile. Please read the new one before you decide.",
    "agreement_state": "This agreement is not open any more.",
    "agreement_lapsed": (
        "The time to accept this agreement is over. We can offer it to you once more: please write to us."
    ),
    "unknown_bill": "There is no such statement on your account.",
    "bill_state": "This statement stands otherwise by now, so nothing was done. Please open the page again.",
    "claim_unknown": "There is nothing to claim under that number.",
    "claim_closed": "The code is not valid any more. Please ask for a new one.",
    "claim_wrong": "That is not the code that was sent.",
    "claim_too_many": "No more codes are sent for now. Please try again tomorrow, or write to us.",
    "claim_taken": "That order belongs to another account. Please write to us if it is yours.",
}
"""Why it was not done, by its word; `not_enough_coins` says how many are missing besides."""
OTHERWISE = "This was not done. Please write to us if you don't know why."
"""For a word that has no sentence of its own."""
MISSING = (
    "{count} coin is missing, so nothing was reserved. The offer stays open.",
    "{count} coins are missing, so nothing was reserved. The offer stays open.",
)
COVERED = "A package that covers it: {packages}."
NOT_COVERED = "No single package covers it; several add up."
PACKAGE = ("{name} ({count} coin)", "{name} ({count} coins)")
BETWEEN = {"en": ", ", "ru": ", ", "fa": "، "}

Package = tuple[Mapping[str, str], int]
"""A package on sale: its names by language, and its coins."""


def accepted_text(code: str, **values: object) -> dict[str, str]:
    """What was done, by language. `KeyError` for a word there is not."""
    if code == "approved":
        return {language: say_n(language, *APPROVED, _number(values["coins"])) for language in LANGUAGES}
    return {language: say(language, ACCEPTED[code], **values) for language in LANGUAGES}


def refused_text(code: str) -> dict[str, str]:
    """Why it was not done, by language."""
    return {language: say(language, REFUSED.get(code, OTHERWISE)) for language in LANGUAGES}


def missing_text(missing: int, covering: Sequence[Package]) -> dict[str, str]:
    """How many coins are missing, and which packages would cover it (rule C10)."""
    return {language: f"{say_n(language, *MISSING, missing)} {_covering(language, covering)}" for language in LANGUAGES}


def _covering(language: str, packages: Sequence[Package]) -> str:
    if not packages:
        return say(language, NOT_COVERED)
    names = (say_n(language, *PACKAGE, coins, name=names.get(language, names["en"])) for names, coins in packages)
    return say(language, COVERED, packages=BETWEEN[language].join(names))


def _number(value: Any) -> int:
    return int(value)
