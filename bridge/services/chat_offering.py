"""Showing in the contact's chat what is his to decide or to read: an agreement, a statement, a bill (rules W5, W8)."""

from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.agreements import Agreement
from bridge.domain.bills import Bill, BillState
from bridge.domain.chats import ChatKind, ChatMessage
from bridge.domain.desk_terms import DeskTerms
from bridge.locale.agreement_words import kind_name
from bridge.locale.chat_words import StatementRow, statement_text
from bridge.services.chat_agreements import buttons_of, is_of_newest
from bridge.services.chat_parts import LONGEST_TEXT, LONGEST_WITH_BUTTONS, Chat, premium_chat, say
from bridge.services.premium_parts import owner_of


def show(tx: Tx, terms: DeskTerms, agreement: Agreement, *, by: str, at: datetime) -> ChatMessage | None:
    """Send the text of the newest version, in the contact's language, with the buttons by which he answers it.

    None where he never wrote to a premium number that a channel carries and who offers is listed for, as what he offers
    says something in his words (rule W1), and where the text is longer than one with buttons may be: then he decides on
    the page, or staff record what he said.
    """
    chat = premium_chat(tx, terms, agreement.contact_id, by=by)
    if chat is None:
        return None
    language = chat.language(terms)
    text = agreement.offer.texts[language]
    if len(text) > LONGEST_WITH_BUTTONS:
        return None
    return say(
        tx,
        terms,
        chat,
        ChatKind.AGREEMENT,
        text,
        at=at,
        language=language,
        staff=by,
        buttons=buttons_of(agreement, language),
        agreement_id=agreement.id,
    )


def is_before_him(tx: Tx, agreement: Agreement) -> bool:
    """Whether the contact can read the newest version: on a customer's page, or because it was sent to his chat."""
    if owner_of(tx, agreement.contact_id) is not None:
        return True
    chats = tx.conversations.of_contact(agreement.contact_id)
    sent = (one for chat in chats for one in tx.conversations.thread(chat.id) if one.agreement_id == agreement.id)
    return any(is_of_newest(agreement, button) for one in sent for button in one.buttons)


def show_bill(tx: Tx, terms: DeskTerms, bill: Bill, *, by: str, at: datetime, final: bool) -> ChatMessage | None:
    """Send what a bill says, line by line: as the statement that comes before it, or `final`, to be paid (rule W8).

    None as `show`, so also where who sends or corrects it is not listed for the number (rule W1), and where it is
    longer than a message may be: then it stands on the page and on paper.
    """
    found = _bill_message(tx, terms, bill, by=by, final=final)
    if found is None:
        return None
    chat, text = found
    return say(tx, terms, chat, ChatKind.STATEMENT, text, at=at, language=chat.language(terms), staff=by)


def bill_reaches_him(tx: Tx, terms: DeskTerms, bill: Bill, *, by: str) -> bool:
    """Whether the contact can read a bill that `by` shows him: on a customer's page, or in his chat."""
    if owner_of(tx, bill.contact_id) is not None:
        return True
    return _bill_message(tx, terms, bill, by=by, final=bill.state is BillState.BILLED) is not None


def _bill_message(tx: Tx, terms: DeskTerms, bill: Bill, *, by: str, final: bool) -> tuple[Chat, str] | None:
    """The chat that a bill goes to, and what it says there; None where it can't be said in one."""
    chat = premium_chat(tx, terms, bill.contact_id, by=by)
    if chat is None:
        return None
    language, kinds = chat.language(terms), terms.premium.kinds
    rows = [
        StatementRow(
            kind_name(kinds[one.work], language) if one.work in kinds else one.work,
            one.duration,
            one.rate,
            one.amount,
            terms.premium.hide_numbers(one.reason),
        )
        for one in bill.lines
    ]
    text = statement_text(language, bill.id, rows, bill.total, final=final)
    return (chat, text) if len(text) <= LONGEST_TEXT else None
