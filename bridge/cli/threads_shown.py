"""How a ticket's thread is shown to staff: who did what, when, in words with exact numbers.

What people wrote is indented, line by line, below a line of ours, and can't steer the terminal.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bridge.cli.screen import count, line, local, one_line, utc, words_parts
from bridge.domain.entitlement import Entitlement
from bridge.domain.files import TicketFile
from bridge.domain.tickets import Author, Message, MessageKind, TicketState
from bridge.locale.clock_words import STATES, PlanNames, standing_text
from bridge.locale.entitlement_words import staff_text
from bridge.settings import StoreSettings

PLAIN: Mapping[MessageKind, str] = {
    MessageKind.TEXT: "wrote",
    MessageKind.NOTE: "note, for staff alone",
    MessageKind.CALL: "telephone call, for staff alone",
}
"""What people say; such a message has a number to take it up by."""


def thread_document(thread: Sequence[Message], files: Sequence[TicketFile] = ()) -> list[dict[str, Any]]:
    """A thread for programs."""
    return [
        {
            "message": one.id,
            "at": utc(one.at),
            "author": one.author.value,
            "kind": one.kind.value,
            "staff": one.staff,
            "verified": one.verified,
            "text": one.text,
            "detail": dict(one.detail),
            "files": [_file_document(place, file) for place, file in enumerate(files, 1) if file.message == one.id],
        }
        for one in thread
    ]


def thread_parts(thread: Sequence[Message], store: StoreSettings, files: Sequence[TicketFile] = ()) -> list[Any]:
    """A thread for people: when, who and what; words below, and the files that came with them."""
    parts: list[Any] = []
    for one in thread:
        number = f" ({one.id})" if one.kind in PLAIN else ""
        said = f"{_who(one)}: {_what(one, store.plan_names)}{_in_a_chat(one, store)}{number}"
        parts.append(line(f"{local(one.at, store.zone_info)}  {said}"))
        if one.text or one.kind in PLAIN:
            parts += words_parts(one.text)
        parts += [_file_line(place, file) for place, file in enumerate(files, 1) if file.message == one.id]
    return parts or [line("Nothing yet.")]


def _file_document(place: int, file: TicketFile) -> dict[str, Any]:
    return {
        "number": place,
        "file": file.file,
        "name": file.name,
        "size": file.size,
        "type": file.type,
        "state": file.state.value,
    }


def _file_line(place: int, file: TicketFile) -> Any:
    return line(f"     File {place}: {one_line(file.name)}, {count(file.size, 'byte')}, {file.state}")


def _who(message: Message) -> str:
    if message.author is Author.CUSTOMER:
        return "customer" if message.verified else "customer (unverified)"
    return message.staff or "bridge"


def _what(message: Message, plans: PlanNames) -> str:
    if message.kind is MessageKind.TEXT:
        return f"wrote{_how(message.detail)}"
    if message.kind is MessageKind.STANDING:
        return f"it runs under {standing_text(str(message.detail.get('standing')), plans)}"
    told = _EVENTS.get(message.kind)
    if told is None:
        return PLAIN.get(message.kind, str(message.kind))
    quote, version = message.detail.get("quote"), message.detail.get("version")
    about = "" if quote is None else f"quote {quote}" + (f", version {version}, " if version else " ")
    return f"{about}{told(message.detail)}"


def _how(detail: Mapping[str, Any]) -> str:
    """What else is said of a text: where its words leave the ticket, where they came from."""
    if detail.get("progress"):
        return ", how the work goes on"
    if "state" in detail:
        return f", the ticket is {_state_name(detail)}"
    return f", a copy of {detail['copy_of']}" if "copy_of" in detail else ""


def _in_a_chat(message: Message, store: StoreSettings) -> str:
    """In which conversation it was written, and when, where that was before it came into the ticket."""
    if "chat" not in message.detail:
        return ""
    written = datetime.fromtimestamp(int(message.detail["written"]), UTC)
    earlier = written < message.at.replace(microsecond=0)
    return f" in chat {message.detail['chat']}" + (f" at {local(written, store.zone_info)}" if earlier else "")


def _coins(detail: Mapping[str, Any], name: str = "coins") -> str:
    return count(int(detail.get(name) or 0), "coin")


def _left(detail: Mapping[str, Any]) -> str:
    return f"; {int(detail['available']):,} left to spend" if detail.get("available") is not None else ""


def _deducted(detail: Mapping[str, Any]) -> str:
    return f"settled: {_coins(detail)} deducted, {int(detail.get('released') or 0):,} released{_left(detail)}"


def _released(detail: Mapping[str, Any]) -> str:
    return f"{detail.get('reason') or 'released'}: {_coins(detail)} released{_left(detail)}"


def _infeasible(detail: Mapping[str, Any]) -> str:
    cited = f", as approved in quote {detail['cited']}" if detail.get("cited") else ""
    return f"infeasible ({detail.get('cause')}): {_coins(detail, 'charged')} charged{cited}"


def _voided(detail: Mapping[str, Any]) -> str:
    return f"payment taken back: {_coins(detail)} not held any more, {int(detail.get('held') or 0):,} still held"


def _state_name(detail: Mapping[str, Any]) -> str:
    return STATES[TicketState(detail["state"])]


def _state(detail: Mapping[str, Any]) -> str:
    by_itself = ", for nobody has written since" if detail.get("because") == "silence" else ""
    return f"the ticket is {_state_name(detail)}{by_itself}"


def _no_answer(detail: Mapping[str, Any]) -> str:
    return f"no answer is needed, the ticket is {_state_name({'state': 'resolved', **detail})}"


def _assigned(detail: Mapping[str, Any]) -> str:
    return f"given to {detail['to']}" if detail.get("to") else "given to nobody"


def _alerted(detail: Mapping[str, Any]) -> str:
    """Which step of which clock was told to whom; a clock is named by its kind alone."""
    kind, _, number = str(detail.get("step")).partition("_")
    step = {"warning": f"warned at {number} %", "breach": "breach", "escalation": f"escalation {number}"}
    told = ", ".join(detail.get("to") or ()) or "nobody yet"
    later = f"; later: {', '.join(detail['later'])}" if detail.get("later") else ""
    clock = str(detail.get("clock")).partition("/")[0].replace("_", " ")
    return f"{clock}: {step.get(kind, kind)}, told: {told}{later}"


def _linked(detail: Mapping[str, Any]) -> str:
    words = {
        "continues": "goes on with closed ticket",
        "continued_by": "goes on in ticket",
        "merged": "joined to this one was ticket",
        "into": "joined to ticket",
        "to": "a part goes on in ticket",
        "from": "a part of ticket",
    }
    return next((f"{text} {detail[how]}" for how, text in words.items() if how in detail), "linked")


def _always(words: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda _: words


_EVENTS: Mapping[MessageKind, Callable[[Mapping[str, Any]], str]] = {
    MessageKind.OFFERED: lambda detail: f"offered for {_coins(detail)}",
    MessageKind.WITHDRAWN: _always("withdrawn"),
    MessageKind.APPROVED: lambda detail: f"approved: {_coins(detail)} held{_left(detail)}",
    MessageKind.DECLINED: _always("declined"),
    MessageKind.CANCELLED: _always("approval taken back"),
    MessageKind.STARTED: _always("work started"),
    MessageKind.DEDUCTED: _deducted,
    MessageKind.RELEASED: _released,
    MessageKind.INFEASIBLE: _infeasible,
    MessageKind.VOIDED: _voided,
    MessageKind.EXTENDED: _always("can be approved for longer, because the desk was down"),
    MessageKind.LAPSED: _always("lapsed: it can't be approved any more"),
    MessageKind.REDEEMED: lambda detail: f"redeemed {detail.get('right')} for",
    MessageKind.COVERED: lambda detail: f"help: {staff_text(Entitlement.of(detail))}",
    MessageKind.STATE: _state,
    MessageKind.NO_ANSWER_NEEDED: _no_answer,
    MessageKind.URGENT_ASKED: _always("asked for it to be urgent"),
    MessageKind.URGENT_CONFIRMED: _always("confirmed that it is urgent"),
    MessageKind.URGENT_REFUSED: _always("not urgent"),
    MessageKind.ASSIGNED: _assigned,
    MessageKind.KIND: lambda detail: f"it is about {str(detail.get('kind')).replace('_', '-')}",
    MessageKind.LINKED: _linked,
    MessageKind.MERGED: _linked,
    MessageKind.SPLIT: _linked,
    MessageKind.ALERTED: _alerted,
    MessageKind.REDACTED: lambda detail: f"took out message {detail.get('message')}",
}
