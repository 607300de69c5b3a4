"""Conversations as the rules need them of the desk: who writes from where, and what was said, over one transaction.

A message is known by the channel's id of it, once a store: adding it again adds nothing, however many try at once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bridge.domain.chats import Address, ChatMessage, Conversation, SendState


class KeptMessage(NamedTuple):
    """A message, and the store that it is of."""

    store: str
    message: ChatMessage


class EarlyStatus(NamedTuple):
    """What the channel said of a message before it was noted under which id that was sent."""

    state: SendState
    reason: str


class FileCount(NamedTuple):
    """How many files came that were taken, and how many that were too many (rule T12)."""

    taken: int
    too_many: int


class ChatContacts(Protocol):
    """Where contacts are reached, and the one-time codes by which they are linked (rule W9)."""

    def by_user(self, store: str, channel: str, user_id: str) -> int | None: ...

    def by_phone(self, store: str, channel: str, phone: str) -> int | None: ...

    def address_of(self, contact_id: int, channel: str) -> Address | None: ...

    def addresses_of(self, contact_id: int) -> list[Address]: ...

    def save(self, store: str, contact_id: int, address: Address) -> None:
        """The contact is reached there from now on. Both halves must be free, or his."""
        ...

    def give_code(self, store: str, account_id: int, code: str, *, until: datetime) -> None:
        """The code that links a chat to this customer; one that he had before is over."""
        ...

    def codes_wait(self, store: str, at: datetime) -> bool:
        """Whether any customer of the store has a code that still holds."""
        ...

    def code_of(self, store: str, code: str, at: datetime) -> int | None:
        """The account that the code is of; None for one that is none, or is over."""
        ...

    def take_code(self, store: str, code: str, at: datetime) -> int | None:
        """The account that the code is of, which is used up with that; None for one that is none, or is over."""
        ...

    def note_try(self, contact_id: int, at: datetime) -> None:
        """The contact has sent a code."""
        ...

    def tries(self, contact_id: int, since: datetime) -> int:
        """How many codes he has sent since."""
        ...

    def prune(self, before: datetime) -> None:
        """Forget codes and tries that are over since then."""
        ...

    def strangers(self, store: str, before: datetime, limit: int) -> list[int]:
        """Contacts who are reached somewhere, are linked to nobody, have no agreement and no conversation since then.

        None who is blocked.
        """
        ...

    def forget(self, contact_ids: Iterable[int]) -> list[Address]:
        """Forget where these contacts are reached; returns what that was (rule D2)."""
        ...


class Conversations(Protocol):
    def open(self, store: str, contact_id: int, number: str, channel: str, at: datetime) -> Conversation:
        """The contact's conversation on the number, a new one where there was none."""
        ...

    def get(self, store: str, conversation_id: int) -> Conversation | None: ...

    def of_contact(self, contact_id: int) -> list[Conversation]: ...

    def of_ticket(self, store: str, ticket_id: int) -> list[Conversation]:
        """The conversations that were moved to the ticket; the one in which somebody wrote last comes first."""
        ...

    def hand_on(self, ticket_id: int, *, to: int) -> None:
        """The conversations that were moved to a ticket are with another one from now on."""
        ...

    def latest(self, store: str, limit: int, *, waiting: bool = False) -> list[Conversation]:
        """The conversations in which something happened last; `waiting`: those that wait for an answer."""
        ...

    def save(self, conversation: Conversation, *, at: datetime) -> None: ...

    def add(self, store: str, message: ChatMessage) -> ChatMessage | None:
        """Keep a message; returns it with its number, None where the channel's id of it is known."""
        ...

    def change(self, message: ChatMessage) -> None:
        """Keep how a message stands now; its text and what came with it stay."""
        ...

    def message(self, message_id: int) -> KeptMessage | None: ...

    def by_external(self, store: str, external_id: str) -> ChatMessage | None: ...

    def by_reference(self, reference: str) -> KeptMessage | None: ...

    def thread(self, conversation_id: int) -> list[ChatMessage]:
        """All that was said, by the moment and then in the order in which it came."""
        ...

    def received_between(self, contact_id: int, since: datetime, until: datetime) -> int:
        """How many messages of the contact are of that time, the first moment left out."""
        ...

    def waiting(self, conversation_id: int) -> list[ChatMessage]:
        """What is to go out once the contact has written (rule W10), oldest first."""
        ...

    def note_early(self, channel: str, external_id: str, status: EarlyStatus, at: datetime) -> None: ...

    def take_early(self, channel: str, external_id: str) -> EarlyStatus | None: ...

    def files_between(self, contact_ids: Iterable[int], since: datetime, until: datetime) -> FileCount:
        """The contacts' files that are of that time, the first moment left out; none that a ticket has."""
        ...

    def media_due(self, limit: int) -> list[KeptMessage]:
        """Messages with files that are still to be fetched, the oldest first."""
        ...

    def media_bytes(self, store: str) -> int:
        """How many bytes are kept of files of the store's conversations."""
        ...

    def media_used(self, store: str, digests: Sequence[str]) -> frozenset[str]:
        """Those of these contents, by their hash, that a message has."""
        ...

    def forget_old(self, store: str, before: datetime) -> int:
        """Empty what was said before then; how many messages (rule D4). Those that an agreement rests on keep ids."""
        ...

    def forget(self, contact_ids: Iterable[int]) -> None:
        """Empty all that was said with these contacts (rule D2)."""
        ...

    def redact(self, store: str, message_ids: Iterable[int]) -> list[str]:
        """Empty what these messages of tickets were in a chat; returns the channel's ids of those messages."""
        ...

    def prune_early(self, before: datetime) -> None:
        """Forget what was said of messages before then that never were any of ours."""
        ...


class Receipts(Protocol):
    """What channels have delivered, as far as others than their plugins decide about it."""

    def forget(self, what: Iterable[str], *, before: datetime | None = None) -> None:
        """Empty what is done with and has one of these words, such as a telephone number (rule D2).

        With `before` only what came before then.
        """
        ...
