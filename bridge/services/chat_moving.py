"""A conversation that becomes a ticket: the thread goes along, the timer ends, the chat carries on (W2, W7, T11, T12).

What was said stands in the ticket once, in order: the contact's words as the customer's, unverified, ours as staff's,
what the bridge said by itself left out. What he writes later goes to the ticket that goes on; public answers in it go
back to the chat while the window is open. No more of it goes there within an hour than he may write on the page: the
rest stays in the conversation, and staff are told.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account, OwnerKind
from bridge.domain.chats import ChatKind, ChatMessage, Direction, MediaState, Route, SendState
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.files import NamedFile, shown_name
from bridge.domain.tickets import FILE_OF, Author, Channel, Message, MessageKind, Ticket, TicketState
from bridge.domain.work_time import Reading
from bridge.errors import ChatRefused
from bridge.locale.chat_words import Notice
from bridge.services import timing
from bridge.services.agreements import take_to_ticket
from bridge.services.chat_parts import FLOOD, Chat, chat_of, notice, require_may_answer, wait_for_staff
from bridge.services.coin_moves import account_by_id, note
from bridge.services.covering import cover_opening
from bridge.services.file_parts import parts_of
from bridge.services.opening import Wish, open_ticket, tell_opened
from bridge.services.replying import goes_on, tell_replied
from bridge.services.staff_words import require_text
from bridge.services.ticket_standing import settle, tell
from bridge.services.tickets import MOST_SUBJECT

BY_THE_BRIDGE = frozenset({ChatKind.AUTOREPLY, ChatKind.NOTICE, ChatKind.TEMPLATE, ChatKind.REACTION})
"""What is no part of the matter."""
NEVER_SAID = frozenset({SendState.FAILED})
HOUR = timedelta(hours=1)


def move(tx: Tx, terms: DeskTerms, conversation_id: int, *, subject: str, by: str, now: Reading) -> Ticket:
    """Make a ticket of a conversation with a contact who is linked to a customer; what runs for that one ends (W7).

    What was agreed on in it is about the ticket from now on, whose work then costs no coins besides.

    Raises `ChatRefused` for who is not listed for the number, a contact who is linked to nobody (rule W9), and one that
    is moved already; `ImpossibleAmount` for a subject that says nothing.
    """
    chat = chat_of(tx, terms, conversation_id)
    require_may_answer(chat.number, by)
    require_text(subject, what="subject", longest=MOST_SUBJECT)
    account = _customer_of(tx, chat)
    if chat.conversation.route is Route.MOVED and _is_open(tx, terms, chat, account):
        raise ChatRefused("moved", f"conversation {conversation_id} is ticket {chat.conversation.ticket_id} already")
    ticket = tx.tickets.open(
        terms.store,
        account.id,
        subject=terms.premium.hide_numbers(subject).strip(),
        at=now.at,
        by=Author.CUSTOMER,
        channel=Channel.CHAT,
        language=chat.language(terms),
    )
    thread = tx.conversations.thread(conversation_id)
    for one in thread:
        if one.ticket_message is None:
            _say(tx, terms, ticket, one, now.at)
    cover_opening(tx, terms, ticket, at=now.at, verified=False)
    settle(tx, terms, ticket.id, at=now.at)
    tell_opened(tx, terms, account, ticket)
    whose = [one.id for one in tx.contacts.of_account(account.id)]
    ended = [one for number in whose for one in timing.end_of_contact(tx, terms, number, now=now)]
    agreed = (*(one.agreement_id for one in thread), *(one.agreement_id for one in ended))
    take_to_ticket(tx, filter(None, agreed), ticket.id)
    moved = replace(chat.conversation, route=Route.MOVED, ticket_id=ticket.id, waiting_since=None)
    chat = chat._replace(conversation=moved)
    tx.conversations.save(moved, at=now.at)
    if chat.number.channel_id and moved.channel and not chat.contact.blocked:
        notice(tx, terms, chat, Notice.MOVED, at=now.at, ticket=ticket.id)
    note(tx, terms.store, by, "chat_move", f"chat:{conversation_id}", now.at, ticket=ticket.id, timers=len(ended))
    return ticket


def follow(tx: Tx, terms: DeskTerms, chat: Chat, kept: ChatMessage, *, at: datetime) -> Chat | None:
    """What a contact writes once his conversation is a ticket: it goes there, or to a new one that goes on with it.

    None where there is none any more: the ticket was erased, or the contact is linked to somebody else.
    """
    account = _linked(tx, chat)
    if account is None or chat.conversation.ticket_id is None:
        return None
    if kept.kind in BY_THE_BRIDGE:
        return chat
    found = goes_on(tx, terms.store, account.id, chat.conversation.ticket_id)
    if found is None:
        return None
    ticket, state = found
    if state is TicketState.CLOSED:
        ticket = open_ticket(
            tx,
            terms,
            account,
            subject=ticket.subject,
            text="",
            at=at,
            language=chat.language(terms),
            wish=Wish(ticket.kind, ticket.order_id, ticket.product),
            continues=ticket,
            channel=Channel.CHAT,
            verified=False,
        )
    elif _written_before(tx, ticket, kept.at) >= terms.tickets.messages_per_hour:
        return _left_in_chat(tx, terms, chat, ticket, kept, at)
    else:
        tell_replied(tx, account, ticket, f"chat:{kept.id}", at=at)
    _say(tx, terms, ticket, kept, at)
    settle(tx, terms, ticket.id, at=at)
    return chat._replace(conversation=replace(chat.conversation, ticket_id=ticket.id))


def _written_before(tx: Tx, ticket: Ticket, moment: datetime) -> int:
    """How much the customer wrote in the hour before, on the page or in the chat, since the ticket was opened (T12).

    What comes late counts when it was written: after an outage a channel brings at once what was written over days. A
    file that was fetched after its message is no message more.
    """
    first, last = (moment - HOUR).timestamp(), moment.timestamp()
    said = (one for one in tx.tickets.thread(ticket.id) if one.at > ticket.opened_at)
    theirs = (one for one in said if (one.author, one.kind) == (Author.CUSTOMER, MessageKind.TEXT))
    written = (one for one in theirs if one.text or "chat" not in one.detail)
    return sum(first < one.detail.get("written", one.at.timestamp()) <= last for one in written)


def _left_in_chat(tx: Tx, terms: DeskTerms, chat: Chat, ticket: Ticket, kept: ChatMessage, at: datetime) -> Chat:
    tx.problems.report(
        terms.store,
        key=f"{FLOOD}:ticket:{ticket.id}",
        kind=FLOOD,
        summary=f"contact {chat.contact.id} writes more than {terms.tickets.messages_per_hour} messages an hour: what "
        f"goes beyond is not in ticket {ticket.id} (rule T12). Read it: bridge chat show {chat.conversation.id}",
        at=at,
    )
    return wait_for_staff(tx, terms, chat, kept.id, at=at)


def put_file(tx: Tx, terms: DeskTerms, chat_message: ChatMessage, *, at: datetime) -> None:
    """Give a ticket the file of a message that went there before the file was fetched."""
    conversation = tx.conversations.get(terms.store, chat_message.conversation_id)
    if conversation is None or conversation.ticket_id is None or chat_message.ticket_message is None:
        return
    ticket = tx.tickets.get(terms.store, conversation.ticket_id)
    if ticket is None or not ticket.subject:
        return
    stands = [one.id for one in tx.tickets.thread(ticket.id)]
    if chat_message.ticket_message in stands:
        detail = _detail(chat_message) | {FILE_OF: chat_message.ticket_message}
        said = tell(tx, terms, ticket.id, Message(at, Author.CUSTOMER, MessageKind.TEXT, "", detail, verified=False))
        _attach(tx, terms, ticket, chat_message, at)
        tx.conversations.change(replace(chat_message, ticket_message=said.id))


def _customer_of(tx: Tx, chat: Chat) -> Account:
    account = _linked(tx, chat)
    if account is None:
        refused = ChatRefused("not_linked", f"contact {chat.contact.id} is linked to no customer (rule W9)")
        refused.hint = "ask him for the code from his account page; sent alone in the chat, it links him"
        raise refused
    return account


def _linked(tx: Tx, chat: Chat) -> Account | None:
    if chat.contact.account_id is None:
        return None
    account = account_by_id(tx, chat.contact.account_id)
    return account if account.owner.kind is OwnerKind.CUSTOMER else None


def _is_open(tx: Tx, terms: DeskTerms, chat: Chat, account: Account) -> bool:
    """Whether the ticket that a conversation was moved to goes on today."""
    number = chat.conversation.ticket_id
    found = goes_on(tx, terms.store, account.id, number) if number is not None else None
    return found is not None and found[1] is not TicketState.CLOSED


def _say(tx: Tx, terms: DeskTerms, ticket: Ticket, one: ChatMessage, at: datetime) -> None:
    """Put one message of the chat into the ticket, where it is a part of the matter and was said at all."""
    if one.kind in BY_THE_BRIDGE or (one.direction is Direction.OUT and one.state in NEVER_SAID):
        return
    text = _words(terms, one)
    if not text and one.media is None:
        return
    if one.direction is Direction.IN:
        message = Message(at, Author.CUSTOMER, MessageKind.TEXT, text, _detail(one), verified=False)
    else:
        message = Message(at, Author.STAFF, MessageKind.TEXT, text, _detail(one), staff=one.staff or "")
    said = tx.tickets.say(ticket.id, message)
    tx.conversations.change(replace(one, ticket_message=said.id))
    if one.direction is Direction.IN:
        _attach(tx, terms, ticket, one, at)


def _words(terms: DeskTerms, one: ChatMessage) -> str:
    """Its text; of a file that can't be had, what it was."""
    text = terms.premium.hide_numbers(one.text)
    media = one.media
    if media is None or media.state is MediaState.KEPT:
        return text
    return f"{text}\n[{terms.premium.hide_numbers(media.name) or media.mime_type}]".strip()


def _detail(one: ChatMessage) -> dict[str, int]:
    return {"chat": one.conversation_id, "written": int(one.at.timestamp())}


def _attach(tx: Tx, terms: DeskTerms, ticket: Ticket, one: ChatMessage, at: datetime) -> None:
    media = one.media
    if media is None or media.state is not MediaState.KEPT:
        return
    named = NamedFile(
        str(uuid4()), shown_name(terms.premium.hide_numbers(media.name)), media.size, media.sha256, parts_of(media.size)
    )
    tx.files.add(
        terms.store,
        ticket.account_id,
        ticket.id,
        named,
        author=Author.CUSTOMER,
        kind=media.mime_type,
        lost=False,
        at=at,
        posted_at=one.at,  # a thread that goes along whole was not sent within this hour (rule T12)
    )
