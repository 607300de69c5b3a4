"""What staff wrote after the backup that was put back, and how tickets stood then: only the shop's rows still say it.

They are signed, so words are staff's own, though not who it was. They are put back into the threads, with their files:
it costs nothing, and the rows have all of it. How a ticket stood besides, nobody can do again from its row, so staff
are told. What is in the shop's own customer service comes back from there and is left alone here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from bridge.contracts.deadlines import DeadlineKind
from bridge.contracts.desk import Tx
from bridge.contracts.problems import AFTER_BACKUP
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.contracts.threads import GONE
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.downtime import AFTER_RESTORE
from bridge.domain.entitlement import Entitlement
from bridge.domain.files import NamedFile
from bridge.domain.tickets import ENDED, WAITING, Author, Message, MessageKind, Ticket, TicketState, Urgency
from bridge.services import files
from bridge.services.document_parts import unix
from bridge.services.files import Arrival
from bridge.services.redacting import redact_alone
from bridge.services.restoring import report_lost_ticket, said_by_row
from bridge.services.ticket_documents import AS_TYPED, IN_SHOP, LEADS_TO, cover_said, is_answer
from bridge.services.ticket_histories import read_history
from bridge.services.ticket_standing import look_at

ENDING = WAITING | {TicketState.RESOLVED}
"""What silence brings to an end."""
END_OF_SECOND = timedelta(milliseconds=999)
"""Rows have whole seconds: staff's answer comes after what the customer wrote in the same one (rule T1)."""
TAKEN_OUT = ""
"""The words of what staff took out of a ticket; no answer of theirs is without words else."""
NO_FILES: Mapping[str, tuple[NamedFile, Arrival]] = MappingProxyType({})
_URGENCY: Mapping[str, str] = {
    Urgency.ASKED: "urgency asked for",
    Urgency.CONFIRMED: "urgent",
    Urgency.REFUSED: "urgency refused",
}


class LostTicket(NamedTuple):
    """Whose ticket an older row in the shop is, and how the ticket stood by it; empty where it does not say."""

    customer: int
    state: str
    urgency: str
    cover: Entitlement | None = None


class LostFile(NamedTuple):
    """A file of an answer that only the shop still has, as the answer's row names it."""

    customer: int
    file: str
    name: str
    size: int


class _Said(NamedTuple):
    """What a row says of who wrote something where, and in which second."""

    ticket: int
    by: str
    at: int


def with_answers(
    tx: Tx, store: str, rows: Iterable[DocumentRow], keys: Sequence[SigningKey], *, at: datetime
) -> dict[int, LostTicket]:
    """Those tickets of which the shop may show answers that this desk does not have, by number.

    `rows` are ticket rows of an earlier epoch, as found in the shop. A row of another ticket, whose number this one
    has, gets lost with it: staff are told.
    """
    found = {}
    for one in rows:
        said, ticket = said_by_row(DocumentTable.TICKET, one, store, keys), tx.tickets.get(store, one.id)
        if said is None or ticket is None or not said["customer"] or not ticket.subject:
            continue
        owner = tx.accounts.by_ids([ticket.account_id])[ticket.account_id].owner
        if owner != Owner(OwnerKind.CUSTOMER, said["customer"]):
            continue
        if said["opened_at"] != unix(ticket.opened_at):
            report_lost_ticket(tx, store, said, at=at)
            continue
        found[ticket.id] = LostTicket(owner.ref, said.get("state", ""), said.get("urgency", ""), cover_said(said))
    return found


def lost_files(
    tx: Tx, store: str, tickets: Mapping[int, LostTicket], rows: Iterable[DocumentRow], keys: Sequence[SigningKey]
) -> list[LostFile]:
    """The files of those answers that `recover_answers` would put back, to be fetched before it is asked to."""
    return [
        LostFile(said["customer"], one["file"], one["name"], one["size"])
        for said in _lost(tx, store, tickets, rows, keys)
        for one in said["files"]
    ]


def recover_answers(
    tx: Tx,
    store: str,
    tickets: Mapping[int, LostTicket],
    rows: Iterable[DocumentRow],
    keys: Sequence[SigningKey],
    fetched: Mapping[str, tuple[NamedFile, Arrival]] = NO_FILES,
    *,
    at: datetime,
) -> list[int]:
    """Put back what staff wrote after the backup, which only the shop still shows; the ticket of each message.

    `rows` are message rows of an earlier epoch, as found in the shop, and `tickets` those that they may belong to;
    `fetched` is what came of their files. The customer has been told of each, and what he wrote himself comes from the
    inbox.
    """
    recovered = []
    for said in _lost(tx, store, tickets, rows, keys):
        ticket = tx.tickets.get(store, said["ticket"])
        assert ticket is not None
        written = datetime.fromtimestamp(said["at"], UTC) + END_OF_SECOND
        detail = {name: said[name] for name in LEADS_TO if name in said}
        words = said["text"][AS_TYPED]
        with tx.tickets.as_of_then():
            message = tx.tickets.say(ticket.id, Message(written, Author.STAFF, MessageKind.TEXT, words, detail))
        files.put_back(
            tx,
            store,
            ticket,
            [fetched[one["file"]] for one in said["files"] if one["file"] in fetched],
            written_at=written,
            at=at,
        )
        if in_shop := said.get(IN_SHOP):  # looked for by its link before it is written, so it stands there once
            tx.threads.add_reply(store, message.id, in_shop["thread"], in_shop["reply"], native_id=None)
        look_at(tx, store, [ticket.id], at=written)
        recovered.append(ticket.id)
    return recovered


def redact_again(
    tx: Tx,
    store: str,
    tickets: Mapping[int, LostTicket],
    rows: Iterable[DocumentRow],
    keys: Sequence[SigningKey],
    *,
    all_read: bool,
    at: datetime,
) -> tuple[list[int], frozenset[int]]:
    """Take out again what staff took out of a ticket after the backup (rule D2).

    What somebody wrote has a row without his words only where they were taken out; its number may be another by now.
    Returns the ticket of each message, and those tickets that are held up until all that customers sent is done again
    (`all_read`): what was taken out may come back with it. Where more fits than was taken out, staff are told.
    """
    done: list[int] = []
    waiting: set[int] = set()
    shown: dict[_Said, Counter[str]] = {}
    gone: dict[_Said, list[Mapping[str, Any]]] = {}
    for said in _said_of(store, tickets, rows, keys):
        if said["by"] == Author.BRIDGE or not said["text"]:
            continue
        what = _Said(said["ticket"], said["by"], said["at"])
        if AS_TYPED in said["text"]:
            shown.setdefault(what, Counter())[said["text"][AS_TYPED]] += 1
        else:
            gone.setdefault(what, []).append(said)
    for what, taken_out in gone.items():
        left = shown.get(what, Counter())
        fit = [one for one in tx.tickets.thread(what.ticket) if _is_said(one, what) and not _is_shown(one, left)]
        if len(fit) > len(taken_out):
            _tell_unclear(tx, store, what, tickets[what.ticket].customer, len(fit), at=at)
        else:
            done += [what.ticket for one in fit if redact_alone(tx, store, what.ticket, one, at=at)]
        if len(fit) < len(taken_out) and not all_read and what.by == Author.CUSTOMER:
            waiting.add(what.ticket)
    if waiting:
        tx.tickets.hold_up(waiting)
    return done, frozenset(waiting)


def tell_other_standing(
    tx: Tx, store: str, tickets: Mapping[int, LostTicket], *, all_read: bool, at: datetime
) -> frozenset[int]:
    """Tell staff of each ticket that stood otherwise after the backup than it does here, by its row in the shop.

    It may still come to stand so until all that customers sent has been done again (`all_read`): till then nobody is
    told, and it is held up, so that its row is not written over. Returns those.
    """
    others = {}
    for number, told in tickets.items():
        ticket = tx.tickets.get(store, number)
        if ticket is not None and (here := _otherwise(tx, ticket, told, at)):
            others[number] = here
    if others and not all_read:
        tx.tickets.hold_up(others)
        return frozenset(others)
    for number, here in others.items():
        told = tickets[number]
        stood = _words(told.state, told.urgency)
        tx.problems.report(
            store,
            key=f"after-backup:ticket:{number}:stood",
            kind=AFTER_BACKUP,
            summary=f"customer {told.customer}: the shop shows ticket {number} as {stood}, as it stood after the "
            f"backup; here it is {here}. If that still holds, say so again: bridge ticket state, bridge ticket urgent",
            at=at,
            unless_dismissed=True,
        )
    return frozenset()


def _lost(
    tx: Tx, store: str, tickets: Mapping[int, LostTicket], rows: Iterable[DocumentRow], keys: Sequence[SigningKey]
) -> Iterator[Mapping[str, Any]]:
    """What those rows say that are staff's words and not in the thread, nor taken out of it."""
    ours: dict[int, set[tuple[int, str]]] = {}
    for said in _said_of(store, tickets, rows, keys):
        ticket, words = said["ticket"], said["text"].get(AS_TYPED)
        if said["by"] != Author.STAFF or not words or not _comes_back_here(tx, store, said):
            continue
        if ticket not in ours:
            answers = [one for one in tx.tickets.thread(ticket) if is_answer(one)]
            ours[ticket] = {(unix(one.at), one.text) for one in answers}
        if ours[ticket].isdisjoint({(said["at"], words), (said["at"], TAKEN_OUT)}):
            yield said


def _said_of(
    store: str, tickets: Mapping[int, LostTicket], rows: Iterable[DocumentRow], keys: Sequence[SigningKey]
) -> Iterator[Mapping[str, Any]]:
    """What those rows say that are signed, and of one of these tickets and its customer."""
    for one in rows:
        said = said_by_row(DocumentTable.MESSAGE, one, store, keys)
        known = None if said is None else tickets.get(said["ticket"])
        if known is not None and said["customer"] and known.customer == said["customer"]:
            yield said


def _is_said(message: Message, what: _Said) -> bool:
    """Whether a row is of what this person wrote then; of what was done again only the second is known."""
    return (message.kind, message.author, unix(message.at)) == (MessageKind.TEXT, what.by, what.at)


def _is_shown(message: Message, shown: Counter[str]) -> bool:
    """Whether a row shows this message's words, so that it was not taken out; each row shows one message."""
    if not message.text or not shown[message.text]:
        return False
    shown[message.text] -= 1
    return True


def _tell_unclear(tx: Tx, store: str, what: _Said, customer: int, fit: int, *, at: datetime) -> None:
    tx.problems.report(
        store,
        key=f"after-backup:ticket:{what.ticket}:taken-out:{what.by}:{what.at}",
        kind=AFTER_BACKUP,
        summary=f"customer {customer}: after the backup a message of ticket {what.ticket} was taken out, written at "
        f"{datetime.fromtimestamp(what.at, UTC):%Y-%m-%d %H:%M:%S} UTC; here {fit} fit. Take it out again: "
        "bridge ticket redact",
        at=at,
        unless_dismissed=True,
    )


def _comes_back_here(tx: Tx, store: str, said: Mapping[str, Any]) -> bool:
    """Whether nobody else brings it back: what was written in the shop's own customer service is read there again."""
    in_shop = said.get(IN_SHOP)
    if not in_shop:
        return True
    return "reply" in in_shop and not tx.threads.reply_under(store, [in_shop["reply"]])


def _otherwise(tx: Tx, ticket: Ticket, told: LostTicket, at: datetime) -> str:
    """How a ticket stands where its row says otherwise; empty where it does not."""
    history = read_history(tx, ticket)
    state, urgency = history.state.value, history.urgency.value
    is_other = bool(told.state) and told.state != state
    if is_other and told.state in ENDED and history.state in ENDING:  # as it does here once what is due is fired
        soon = at + AFTER_RESTORE
        is_other = not any(one.due_at <= soon for one in tx.deadlines.of([DeadlineKind.TICKET], ticket.id))
    if is_other:  # the back office says by itself how a thread stands
        thread = tx.threads.of_ticket(ticket.store, ticket.id)
        is_other = thread is None or thread.status == GONE
    if is_other or (told.urgency and told.urgency != urgency):
        return _words(state, urgency)
    return ""


def _words(state: str, urgency: str) -> str:
    return ", ".join(word for word in (state.replace("_", " "), _URGENCY.get(urgency, "")) if word)
