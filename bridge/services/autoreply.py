"""The official number's automatic reply: the one place that names the premium number (rules W2, W11)."""

from dataclasses import replace
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.chats import ChatKind, Route, owes_autoreply, window_open
from bridge.domain.desk_terms import DeskTerms
from bridge.locale.chat_words import autoreply_text, choice_buttons, choice_text
from bridge.services.chat_parts import LONGEST_WITH_BUTTONS, Chat, say

PRESALES, SUPPORT = "presales", "support"
ROUTE_BUTTON = "route:"
"""What the ids of the reply's buttons begin with."""


def text_to_paste(terms: DeskTerms, language: str) -> str:
    """The reply as the telephone's own program takes it, without buttons (rule W11)."""
    premium = terms.premium
    return autoreply_text(
        language,
        title=terms.title or terms.store,
        ticket_page=premium.ticket_page,
        licences=bool(terms.licences),
        premium_numbers=terms.premium.premium_numbers,
        kinds=premium.kinds.values(),
    )


def sent_text(terms: DeskTerms, language: str) -> tuple[str, dict[str, str]]:
    """The reply as it is sent: its text, and its buttons, title by id. One that is too long has none."""
    reply = text_to_paste(terms, language)
    with_choice = f"{reply}\n\n{choice_text(language)}"
    if len(with_choice) > LONGEST_WITH_BUTTONS:
        return reply, {}
    return with_choice, {f"{ROUTE_BUTTON}{word}": title for word, title in choice_buttons(language).items()}


def reply_if_owed(tx: Tx, terms: DeskTerms, chat: Chat, *, at: datetime) -> Chat:
    """Answer on an official number, once a contact in so long, whichever of them he writes to (rule W2).

    Its text is made when it is sent: the books never hold the premium number. With it a redirected conversation begins
    anew.
    """
    premium, conversation = terms.premium, chat.conversation
    last = [one.replied_at for one in tx.conversations.of_contact(chat.contact.id) if one.replied_at is not None]
    answered = replace(conversation, replied_at=max(last, default=None))
    if not owes_autoreply(answered, chat.number.role, at, again=premium.reply_again):
        return chat
    if conversation.route is Route.MOVED or not window_open(conversation, at, window=premium.window):
        return chat
    say(tx, terms, chat, ChatKind.AUTOREPLY, "", at=at, language=chat.language(terms))
    route = Route.NEW if conversation.route is Route.REDIRECTED else conversation.route
    return chat._replace(conversation=replace(conversation, replied_at=at, route=route))
