"""Taking one message out of a ticket for good: its words, and its files with their names (rules D1, D2).

Staff do it where somebody wrote what must not be kept, a password or somebody else's papers. That it was done, by whom
and why, is said in the history, which is else only added to; what follows from that (whose turn it is, what is owed)
stays what it was, because nothing follows from words (rule T9). The customer reads in its place that it was taken out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.threads import NO_SUBJECT, subject_of
from bridge.domain.tickets import BY_PEOPLE, FILE_OF, Author, Message, MessageKind, Ticket
from bridge.errors import TicketRefused
from bridge.services.coin_moves import note
from bridge.services.quote_parts import ticket_of
from bridge.services.staff_words import require_staff, require_text
from bridge.services.ticket_standing import look_at, tell

LONGEST_REASON = 500
"""Characters."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """What was taken out of which tickets, and whether the words are still in the shop's own tables.

    `tickets` has the asked one first; others had a copy of the message, because the ticket was split. `in_thread` says
    that the shop's customer service has the message as well, `in_inbox` that the row that brought it may still be in
    the shop.
    """

    tickets: tuple[int, ...]
    files: int
    in_thread: bool
    in_inbox: bool


def redact(
    tx: Tx, terms: DeskTerms, ticket_id: int, message_id: int, *, because: str, by: str, at: datetime
) -> Redacted:
    """Empty what somebody wrote, and every copy of it; what the shop shows of it is replaced.

    A ticket that was named by its first line, because it came without a subject, loses that name.

    Raises `UnknownTicket`, `ImpossibleAmount` for the reason, `TicketRefused` for what is no message that people wrote
    in this ticket, and for one of which nothing is left.
    """
    ticket, _ = ticket_of(tx, terms.store, ticket_id)
    require_staff(by)
    require_text(because, what="reason", longest=LONGEST_REASON)
    wanted = next((one for one in tx.tickets.thread(ticket.id) if one.id == message_id), None)
    if wanted is None or wanted.kind not in BY_PEOPLE:
        raise TicketRefused("unknown_message", f"ticket {ticket.id} has no message {message_id} that people wrote")
    places = _places_of(tx, ticket, wanted)
    files = tx.files.redact(terms.store, places)
    if not wanted.text and not files:
        raise TicketRefused("nothing_left", f"of message {message_id} of ticket {ticket.id} nothing is left")
    tx.tickets.redact(places)
    _redact_chat(tx, terms.store, places)
    _rename(tx, ticket, wanted.text)
    for number, whose in places.items():
        said = Message(at, Author.STAFF, MessageKind.REDACTED, because.strip(), {"message": number}, by)
        tell(tx, terms, whose, said)
    note(tx, terms.store, by, "redact", f"ticket:{ticket.id}", at, message=message_id, files=files)
    in_thread = "thread" in wanted.detail or tx.threads.any_written(terms.store, places)
    from_page = wanted.author is Author.CUSTOMER and wanted.verified and "thread" not in wanted.detail
    return Redacted(tuple(dict.fromkeys(places.values())), files, in_thread, from_page)


def _redact_chat(tx: Tx, store: str, places: Mapping[int, int]) -> None:
    """Empty the chat's own copies, and what the channel delivered of them.

    Words and their file are one message there, known by the file's where that came into the ticket after them.
    """
    threads = (tx.tickets.thread(ticket) for ticket in set(places.values()))
    files = [one.id for thread in threads for one in thread if one.detail.get(FILE_OF) in places]
    tx.receipts.forget(tx.conversations.redact(store, [*places, *files]))


def _rename(tx: Tx, ticket: Ticket, text: str) -> None:
    """Take its first line from the tickets that were named by it, because they had no subject."""
    subject = subject_of(text)
    named = [one.id for one in tx.tickets.of_account(ticket.account_id) if one.subject == subject]
    if text and named:
        tx.tickets.rename(named, NO_SUBJECT)


def redact_alone(tx: Tx, store: str, ticket_id: int, message: Message, *, at: datetime) -> bool:
    """Empty a message that was redacted once already, before a backup was put back; nobody of staff does it now.

    Returns whether anything was left of it.
    """
    files = tx.files.redact(store, [message.id])
    if not message.text and not files:
        return False
    tx.tickets.redact([message.id])
    _redact_chat(tx, store, {message.id: ticket_id})
    if (ticket := tx.tickets.get(store, ticket_id)) is not None:
        _rename(tx, ticket, message.text)
    said = Message(at, Author.BRIDGE, MessageKind.REDACTED, detail={"message": message.id})
    tx.tickets.say(ticket_id, said)
    look_at(tx, store, [ticket_id], at=at)
    return True


def _places_of(tx: Tx, ticket: Ticket, message: Message) -> dict[int, int]:
    """The message and all that say the same because one is a copy of the other, each with its ticket; itself first."""
    written = tx.tickets.written(ticket.account_id)

    def first(number: int) -> int:
        while (copied := written[number].copy_of) in written:
            number = copied
        return number

    same = {number: one.ticket for number, one in written.items() if first(number) == first(message.id)}
    return {message.id: ticket.id} | same
