"""What staff answer in a ticket goes back to the chat that it came from, while free text may be sent (W1, W10)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.chats import ChatKind, ChatMedia, Conversation, MediaState, Route, window_open
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.files import NamedFile, shown_name
from bridge.domain.tickets import Message
from bridge.errors import ChatRefused
from bridge.locale.chat_words import Notice
from bridge.services.chat_parts import MOST_BYTES, chat_of, notice, require_may_answer, say


def answer_in_chat(
    tx: Tx,
    terms: DeskTerms,
    ticket_id: int,
    said: Message,
    files: Sequence[tuple[NamedFile, str]] = (),
    *,
    by: str,
    at: datetime,
) -> None:
    """Send what staff answered in a ticket to the chat that it came from, while free text may be sent (rule W10).

    So do its `files`, as far as a chat takes such; of others he is told where he finds them.

    Of several that is the one in which the customer wrote last; who is linked to him no more hears nothing (rule W9).
    Else he reads it on his page alone, as he reads all others; so he does what somebody answers who is not listed for
    the number of the chat (rule W1). Nobody waits in these chats any more: what did not go into the ticket is told to
    staff as a problem (rule T12).
    """
    his = _his_chats(tx, terms.store, ticket_id)
    for one in his:
        if one.waiting_since is not None:
            tx.conversations.save(replace(one, waiting_since=None), at=at)
    if not his:
        return
    try:
        chat = chat_of(tx, terms, his[0].id)
        require_may_answer(chat.number, by)
    except ChatRefused:  # the number is in the settings no more, or not his
        return
    open_now = window_open(chat.conversation, at, window=terms.premium.window)
    if not open_now or not chat.number.channel_id or chat.contact.blocked:
        return
    language = chat.language(terms)
    say(tx, terms, chat, ChatKind.TEXT, said.text, at=at, language=language, staff=by, ticket_message=said.id)
    for file, kind in files:
        if file.size <= MOST_BYTES.get(kind, 0):
            name = shown_name(terms.premium.hide_numbers(file.name))
            sent = ChatMedia("", kind, name, file.size, MediaState.KEPT, file.sha256)
            say(
                tx,
                terms,
                chat,
                ChatKind.MEDIA,
                "",
                at=at,
                language=language,
                staff=by,
                ticket_message=said.id,
                media=sent,
            )
    if any(file.size > MOST_BYTES.get(kind, 0) for file, kind in files):
        notice(tx, terms, chat, Notice.FILES_ON_PAGE, at=at, ticket=ticket_id)


def _his_chats(tx: Tx, store: str, ticket_id: int) -> list[Conversation]:
    """The chats that became a ticket, as far as they are its customer's today."""
    ticket = tx.tickets.get(store, ticket_id)
    moved = [one for one in tx.conversations.of_ticket(store, ticket_id) if one.route is Route.MOVED]
    contacts = tx.contacts.by_ids({one.contact_id for one in moved})
    return [one for one in moved if ticket is not None and contacts[one.contact_id].account_id == ticket.account_id]
