"""What has happened, a sentence an event, as the customer reads it in a quote's history or a thread (rules C7, C11)."""

from collections.abc import Callable, Mapping
from typing import Any

from bridge.domain.tickets import MessageKind
from bridge.locale.dates import LANGUAGES
from bridge.locale.say import say, say_n

OFFERED = ("Offered for {count} coin.", "Offered for {count} coins.")
APPROVED = ("You approved; {count} coin is reserved.", "You approved; {count} coins are reserved.")
DEDUCTED = ("Done: {count} coin was deducted.", "Done: {count} coins were deducted.")
FOR_THE_LOOK = ("{count} coin was deducted.", "{count} coins were deducted.")
RETURNED = ("{count} coin was returned.", "{count} coins were returned.")
LEFT = ("You have {count} coin left to spend.", "You have {count} coins left to spend.")
LOST = (
    "Of these {count} coin is gone: its package has ended or was revoked meanwhile.",
    "Of these {count} coins are gone: their package has ended or was revoked meanwhile.",
)
VOIDED = (
    "The payment was taken back by the bank: {count} coin is no longer reserved.",
    "The payment was taken back by the bank: {count} coins are no longer reserved.",
)
SENTENCES: Mapping[MessageKind, str] = {
    MessageKind.WITHDRAWN: "The offer was withdrawn.",
    MessageKind.DECLINED: "You declined.",
    MessageKind.CANCELLED: "You took your approval back.",
    MessageKind.STARTED: "The work has begun.",
    MessageKind.EXTENDED: "The offer can be approved for longer.",
    MessageKind.LAPSED: "The offer has lapsed and can no longer be approved. If you still want it, just write to us.",
    MessageKind.REDEEMED: "A right of the plan was redeemed; it costs no coins.",
    MessageKind.URGENT_ASKED: "You asked for this to be urgent.",
    MessageKind.URGENT_CONFIRMED: "This is urgent: it is answered in the shortest time.",
    MessageKind.URGENT_REFUSED: "This is not treated as urgent.",
}
"""Events that need no number."""
REDACTED = "This message was taken out."
STATES: Mapping[str, str] = {
    "open": "The ticket is open again.",
    "in_work": "The ticket is being worked on.",
    "waiting_customer": "We wait for your answer.",
    "resolved": "The ticket is resolved. If something is left, write here.",
    "closed": "The ticket is closed. What you write about it becomes a new ticket.",
}
"""What a ticket's new state means to its customer."""
SILENT: Mapping[str, str] = {
    "resolved": "Nobody wrote for some time, so the ticket counts as resolved. If something is left, write here.",
    "closed": "Nobody wrote for some time, so the ticket is closed. What you write about it becomes a new ticket.",
}
"""The same where it came about by itself."""
LINKS: Mapping[str, str] = {
    "continued_by": "This goes on in ticket {ticket}.",
    "merged": "Ticket {ticket} was joined to this one.",
    "into": "This goes on in ticket {ticket}, to which it was joined.",
    "to": "A part of this goes on in ticket {ticket}.",
    "from": "This was begun as a part of ticket {ticket}.",
}
"""How tickets belong together."""
CAUSES: Mapping[str, str] = {
    "host": "It can't be done because of the hosting.",
    "theme": "It can't be done because of the theme.",
    "module": "It can't be done because of a module.",
    "platform": "It can't be done because of the shop's platform.",
    "vendor": "It can't be done, and the fault is ours.",
    "other": "It can't be done.",
}
REASONS: Mapping[str, str] = {
    "cancelled": "You took your approval back.",
    "revised": "The offer was changed.",
    "feasible": "The inspection is over: it can be done.",
}
"""Why coins were returned, where there is more to say than that they were."""


def history_text(kind: MessageKind, detail: Mapping[str, Any], words: str = "") -> dict[str, str]:
    """An event of a thread by language; `words` are staff's own. Empty for what is not told."""
    told = {language: _told(language, kind, detail) for language in LANGUAGES}
    return {language: f"{text} {words}".strip() for language, text in told.items() if text}


def redacted_text() -> dict[str, str]:
    """What stands where a message was taken out of a thread, by language."""
    return {language: say(language, REDACTED) for language in LANGUAGES}


def _told(language: str, kind: MessageKind, detail: Mapping[str, Any]) -> str:
    if kind in SENTENCES:
        return say(language, SENTENCES[kind])
    told = _NUMBERED.get(kind)
    return told(language, detail) if told else ""


def _count(language: str, forms: tuple[str, str], detail: Mapping[str, Any], name: str) -> str:
    return say_n(language, *forms, int(detail.get(name, 0)))


def _offered(language: str, detail: Mapping[str, Any]) -> str:
    return _count(language, OFFERED, detail, "coins")


def _approved(language: str, detail: Mapping[str, Any]) -> str:
    return f"{_count(language, APPROVED, detail, 'coins')} {_count(language, LEFT, detail, 'available')}"


def _deducted(language: str, detail: Mapping[str, Any]) -> str:
    forms = FOR_THE_LOOK if detail.get("infeasible") else DEDUCTED
    returned = _returned(language, detail, "released") if detail.get("released") else []
    return " ".join([_count(language, forms, detail, "coins"), *returned, _count(language, LEFT, detail, "available")])


def _released(language: str, detail: Mapping[str, Any]) -> str:
    reason = REASONS.get(str(detail.get("reason", "")))
    parts = [say(language, reason)] if reason else []
    returned = _returned(language, detail, "coins")
    return " ".join([*parts, *returned, _count(language, LEFT, detail, "available")])


def _returned(language: str, detail: Mapping[str, Any], name: str) -> list[str]:
    """What came free, and how much of it was gone at once (rule C5)."""
    lost = [_count(language, LOST, detail, "lost")] if detail.get("lost") else []
    return [_count(language, RETURNED, detail, name), *lost]


def _infeasible(language: str, detail: Mapping[str, Any]) -> str:
    return say(language, CAUSES.get(str(detail.get("cause", "")), CAUSES["other"]))


def _voided(language: str, detail: Mapping[str, Any]) -> str:
    return _count(language, VOIDED, detail, "coins")


def _state(language: str, detail: Mapping[str, Any]) -> str:
    sentences = SILENT if detail.get("because") == "silence" else STATES
    sentence = sentences.get(str(detail.get("state", "")))
    return say(language, sentence) if sentence else ""


def _link(language: str, detail: Mapping[str, Any]) -> str:
    return next((say(language, text, ticket=int(detail[how])) for how, text in LINKS.items() if how in detail), "")


_NUMBERED: Mapping[MessageKind, Callable[[str, Mapping[str, Any]], str]] = {
    MessageKind.OFFERED: _offered,
    MessageKind.APPROVED: _approved,
    MessageKind.DEDUCTED: _deducted,
    MessageKind.RELEASED: _released,
    MessageKind.INFEASIBLE: _infeasible,
    MessageKind.VOIDED: _voided,
    MessageKind.STATE: _state,
    MessageKind.LINKED: _link,
    MessageKind.MERGED: _link,
    MessageKind.SPLIT: _link,
}
