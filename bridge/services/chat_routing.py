"""What a conversation is, and who says so: the contact by a button, staff by a command (rules W1, W3).

On the official number help after a purchase is redirected and never charged; on the premium one a question before
buying is answered free and redirected.
"""

from dataclasses import replace
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.chats import ChatMessage, Conversation, Route, window_open
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.premium import NumberRole
from bridge.errors import ChatRefused
from bridge.locale.chat_words import Notice, dialled
from bridge.services import autoreply
from bridge.services.chat_parts import Chat, chat_of, notice, require_may_answer, wait_for_staff
from bridge.services.coin_moves import note

BY_STAFF = (Route.NEW, Route.PRESALES, Route.REDIRECTED, Route.PREMIUM)
"""What staff can make of a conversation; it becomes a ticket by moving it."""


def choose(tx: Tx, terms: DeskTerms, chat: Chat, pressed: ChatMessage, *, at: datetime, quiet: bool) -> Chat:
    """The contact says by a button of the automatic reply what he wants; `quiet` answers nothing automatically."""
    word = pressed.button.removeprefix(autoreply.ROUTE_BUTTON)
    if chat.number.role is not NumberRole.OFFICIAL or word not in {autoreply.PRESALES, autoreply.SUPPORT}:
        return wait_for_staff(tx, terms, chat, pressed.id, at=at)
    if word == autoreply.PRESALES:
        chat = _made(chat, Route.PRESALES)
        return wait_for_staff(tx, terms, chat, pressed.id, at=at)
    before = chat.conversation.route
    chat = _made(chat, Route.REDIRECTED)
    if before is not Route.REDIRECTED and not quiet and _window_open(terms, chat, at):
        _say_where(tx, terms, chat, at)
    return chat


def route(tx: Tx, terms: DeskTerms, conversation_id: int, to: Route, *, by: str, at: datetime) -> Conversation:
    """Staff say what a conversation is. One that is redirected is told where to go, or that it costs nothing (W3).

    On a premium number `PRESALES` redirects. Raises `ChatRefused` for who is not listed, for a conversation that there
    is not, and for what none can be made by this, or not on that number.
    """
    chat = chat_of(tx, terms, conversation_id)
    require_may_answer(chat.number, by)
    official = chat.number.role is NumberRole.OFFICIAL
    if to not in BY_STAFF or (to is Route.PREMIUM and official):
        raise ChatRefused(
            "wrong_route", f"conversation {conversation_id} can't be made {to} on the number {chat.number.key!r}"
        )
    if to is Route.PRESALES and not official:
        to = Route.REDIRECTED
    before = chat.conversation.route
    chat = _made(chat, to)
    if to is Route.REDIRECTED and before is not Route.REDIRECTED:
        _say_where(tx, terms, chat, at)
    tx.conversations.save(chat.conversation, at=at)
    note(tx, terms.store, by, "chat_route", f"chat:{conversation_id}", at, route=to.value, was=before.value)
    return chat.conversation


def _made(chat: Chat, to: Route) -> Chat:
    waiting = None if to is Route.REDIRECTED else chat.conversation.waiting_since
    return chat._replace(conversation=replace(chat.conversation, route=to, waiting_since=waiting))


def _window_open(terms: DeskTerms, chat: Chat, at: datetime) -> bool:
    return window_open(chat.conversation, at, window=terms.premium.window)


def _say_where(tx: Tx, terms: DeskTerms, chat: Chat, at: datetime) -> None:
    language = chat.language(terms)
    if chat.number.role is NumberRole.OFFICIAL:
        page = terms.premium.ticket_page
        if page:
            notice(tx, terms, chat, Notice.SUPPORT_ELSEWHERE_PAGE, at=at, page=page)
        else:
            notice(tx, terms, chat, Notice.SUPPORT_ELSEWHERE, at=at)
        return
    official = terms.premium.of_role(NumberRole.OFFICIAL)
    if official:
        notice(tx, terms, chat, Notice.PRESALES_ELSEWHERE, at=at, number=dialled(language, official[0].number))
    else:
        notice(tx, terms, chat, Notice.PRESALES_FREE, at=at)
