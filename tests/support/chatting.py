"""Conversations in a test: a premium desk whose numbers a channel carries, and contacts who write to them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any, TypeVar

from bridge.contracts.chats import Incoming, Outgoing
from bridge.desk.transaction import DeskTx
from bridge.domain.chats import Address, ChatContact, ChatKind, ChatMessage, Conversation, Direction, SendState
from bridge.domain.events import ChatMessageReady, ChatWaiting
from bridge.services import chat_linking, chat_sending, chats
from tests.support.books import ACME
from tests.support.books import customer as owner_of
from tests.support.premium_time import NUMBERS, PremiumDesk, a_premium_desk

R = TypeVar("R")
CHANNEL = "whatsapp"
OFFICE, DEVELOPER = NUMBERS
PREMIUM_NUMBER = DEVELOPER.number
PAGE = "https://shop.example/tickets"
MARYAM = Address(CHANNEL, "989121234567")
IVAN = Address(CHANNEL, "79161234567")


@dataclass
class ChatDesk:
    """Contacts write, the channel hands over and is handed; time is the premium desk's."""

    premium: PremiumDesk
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def now(self) -> datetime:
        return self.premium.now

    def later(self, **parts: float) -> None:
        """Let time pass."""
        self.premium.later(**parts)

    def incoming(
        self, text: str = "", *, to: str = OFFICE.channel_id, by: Address = MARYAM, **different: Any
    ) -> Incoming:
        """A message as the channel's plugin reads it."""
        facts: dict[str, Any] = {
            "external_id": f"wamid.{next(self.ids)}",
            "number": to,
            "sender": by,
            "sent_at": self.now,
            "kind": ChatKind.TEXT,
            "text": text,
        }
        return Incoming(**{**facts, **different})

    def take(self, message: Incoming, **facts: Any) -> bool:
        """Hand a message over."""
        ours = frozenset(one.number for one in NUMBERS)
        new: bool = self.premium.do(chats.take, CHANNEL, message, at=self.now, ours=ours, **facts)
        return new

    def writes(self, text: str = "", **facts: Any) -> Incoming:
        """Somebody writes."""
        message = self.incoming(text, **facts)
        assert self.take(message)
        return message

    def presses(self, button: str, *, context: str = "", **facts: Any) -> Incoming:
        """Somebody presses a button."""
        return self.writes(button=button, kind=ChatKind.BUTTON, context=context, **facts)

    def chat(self, by: Address = MARYAM, number: str = OFFICE.key) -> Conversation:
        """Somebody's conversation on a number."""
        contact = self.contact(by)
        found = self.look(lambda tx: tx.conversations.of_contact(contact.id))
        return next(one for one in found if one.number == number)

    def contact(self, by: Address = MARYAM) -> ChatContact:
        """Who writes from there."""

        def find(tx: DeskTx) -> int | None:
            known = tx.chat_contacts.by_user(ACME, by.channel, by.user_id) if by.user_id else None
            return known or (tx.chat_contacts.by_phone(ACME, by.channel, by.phone) if by.phone else None)

        found = self.look(find)
        assert found is not None
        contact = self.look(lambda tx: tx.contacts.get(ACME, found))
        assert contact is not None
        return contact

    def linked(self, by: Address = MARYAM, customer: int = 77) -> ChatContact:
        """Somebody who has written, linked to a shop customer."""

        def link(tx: DeskTx) -> ChatContact:
            owner = owner_of(customer)
            account = tx.accounts.open(ACME, [owner])[owner]
            now = replace(contact, account_id=account.id)
            tx.contacts.save(now)
            return now

        contact = self.contact(by)
        return self.run(link)

    def code(self, customer: int = 77) -> str:
        """A new code from the customer's account page."""

        def give(tx: DeskTx) -> str:
            owner = owner_of(customer)
            return chat_linking.new_code(tx, self.premium.terms, tx.accounts.open(ACME, [owner])[owner], at=self.now)

        return self.run(give)

    def thread(self, by: Address = MARYAM, number: str = OFFICE.key) -> list[ChatMessage]:
        """What was said."""
        chat = self.chat(by, number)
        return self.look(lambda tx: tx.conversations.thread(chat.id))

    def said(self, by: Address = MARYAM, number: str = OFFICE.key) -> list[ChatMessage]:
        """What we said, or will."""
        return [one for one in self.thread(by, number) if one.direction is Direction.OUT]

    def kinds(self, by: Address = MARYAM, number: str = OFFICE.key) -> list[ChatKind]:
        """What kinds of messages we said."""
        return [one.kind for one in self.said(by, number)]

    def hand(self, message: ChatMessage) -> Outgoing | None:
        """The channel asks for a message that it was told of."""
        kept = self.look(lambda tx: tx.conversations.message(message.id))
        out: Outgoing | None = self.premium.do(chat_sending.outgoing, kept, at=self.now)
        return out

    def sends(self, message: ChatMessage) -> Outgoing:
        """The channel asks for a message and sends it."""
        out = self.hand(message)
        assert out is not None
        self.took(message, f"wamid.out.{message.id}")
        return out

    def took(self, message: ChatMessage, external_id: str) -> None:
        """The channel says that it has taken it."""

        def work(tx: DeskTx) -> None:
            kept = tx.conversations.message(message.id)
            assert kept is not None
            chat_sending.sent(tx, ACME, CHANNEL, kept.message, external_id, at=self.now)

        self.run(work)

    def message(self, message: ChatMessage) -> ChatMessage:
        """A message as it stands."""
        kept = self.look(lambda tx: tx.conversations.message(message.id))
        assert kept is not None
        return kept.message

    def state(self, message: ChatMessage) -> SendState | None:
        """How far a message is."""
        return self.message(message).state

    def sent_all(self) -> list[Outgoing]:
        """The channel sends all that it was told of and that can go out."""
        ready = [one.message_id for one in self.premium.told(ChatMessageReady)]
        found = self.look(lambda tx: [tx.conversations.message(number) for number in ready])
        return [self.sends(one.message) for one in found if one and one.message.state is SendState.QUEUED]

    def waits(self) -> list[ChatWaiting]:
        """Whom staff were told of."""
        found: list[ChatWaiting] = self.premium.told(ChatWaiting)
        return found

    def problems(self) -> list[str]:
        """The kinds of open problems."""
        return [one.kind for one in self.look(lambda tx: tx.problems.open(ACME))]

    def run(self, work: Callable[[DeskTx], R]) -> R:
        """One transaction."""
        return self.premium.coins.desk.run(work)

    def look(self, work: Callable[[DeskTx], R]) -> R:
        """One look."""
        return self.premium.coins.desk.look(work)


@contextmanager
def a_chat_desk(**different: Any) -> Iterator[ChatDesk]:
    """A new desk with an official and a premium number; what is `different` are premium terms."""
    with a_premium_desk(**{"ticket_page": PAGE, **different}) as premium:
        yield ChatDesk(premium)


@contextmanager
def a_chat_with_the_developer() -> Iterator[ChatDesk]:
    """The same, and Maryam has written to the premium number."""
    with a_chat_desk() as desk:
        desk.writes("سلام، کمک می‌خواهم", to=DEVELOPER.channel_id)
        yield desk


def said_by_developer(desk: ChatDesk) -> list[ChatMessage]:
    """What we said to her, or will, from the premium number."""
    return desk.said(number=DEVELOPER.key)
