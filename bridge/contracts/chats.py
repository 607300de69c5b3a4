"""What a chat plugin (WhatsApp and its like) may ask of the bridge, and what it is handed.

A plugin takes deliveries from the channel, keeps each durably with `Office.keep` before it answers, and gets it back
through `bridge_handle` until it is done. It reads the messages out of it and hands them to `Office.chats`, which
decides: rules, agreements and timers are the bridge's, the channel only carries them. What is to go out comes as the
event `ChatMessageReady`; the plugin queues a `Delivery`, asks `outgoing` for the words when it sends, and says how far
it came. Texts never stand in events, logs or deliveries (rules D1, W2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from bridge.domain.chats import Address, ChatKind, SendState


@dataclass(frozen=True, slots=True)
class Receipt:
    """Something that came from outside, kept as it came until it is done. `key` is unique for the plugin.

    `arrived_at` is when it was kept; `attempts` how often it was handled before.
    """

    key: str
    kind: str
    body: bytes
    arrived_at: datetime
    attempts: int = 0


class Media(NamedTuple):
    """A file that came with a message: the channel's id of it, its type as the channel says, its name where it has one.

    `size` is in bytes, 0 where the channel does not say.
    """

    id: str
    mime_type: str
    name: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as it came. `number` is the channel's id of our number, `sent_at` the channel's moment of it.

    `what` says in a word what an unknown type was called. `automatic` marks what no person wrote: an echo of our own,
    another business's automatic message, a system notice. `receiver` is set for what somebody of ours typed on the
    number's own telephone: to whom.
    """

    external_id: str
    number: str
    sender: Address
    sent_at: datetime
    kind: ChatKind
    text: str = ""
    name: str = ""
    context: str = ""
    button: str = ""
    media: Media | None = None
    what: str = ""
    automatic: bool = False
    receiver: Address | None = None


class OutgoingFile(NamedTuple):
    """A file that goes out: what it is called, what its content is, and how many bytes it has."""

    name: str
    mime_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to be sent now. `number` is the channel's id of the number it goes out from.

    `buttons` are at most three, title by id. With `template` set no free text may be sent: it says what for (`reopen`),
    and the plugin's settings know the approved template, which goes in `language` with `parameters` in order.
    A message with a `file` has nothing else; `Chats.content` gives what is in it.

    `reference` is given to the channel where it has room for one: statuses come back with it also where its answer was
    lost.
    """

    message_id: int
    number: str
    receiver: Address
    text: str
    language: str
    buttons: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    parameters: Sequence[str] = ()
    reference: str = ""
    file: OutgoingFile | None = None


class ChatNumber(NamedTuple):
    """One of a store's numbers that the channel carries, without the number itself (rule W2)."""

    store: str
    key: str
    role: str
    channel_id: str


class Chats(Protocol):
    """The bridge's side of a channel. Every method is one transaction, and repeating one changes nothing."""

    def numbers(self) -> Sequence[ChatNumber]:
        """The numbers of the enabled stores that a channel carries, as the settings are now."""
        ...

    async def received(self, channel: str, message: Incoming) -> bool:
        """Keep a message and do what follows from it. False for one known before, and for a number not ours."""
        ...

    async def outgoing(self, message_id: int) -> Outgoing | None:
        """What is to be sent, marked as being sent; None where it needs no sending any more, or must wait (rule W10).

        One that was being sent before becomes UNSURE and is not given again.
        """
        ...

    async def content(self, message_id: int) -> bytes | None:
        """What is in the file of a message that goes out; None where that is not there any more."""
        ...

    async def sent(self, message_id: int, external_id: str) -> None:
        """The channel has taken it under that id."""
        ...

    async def not_sent(self, message_id: int) -> None:
        """It certainly did not reach the channel: it may be tried again."""
        ...

    async def failed(self, message_id: int, reason: str, *, wait: bool = False) -> None:
        """The channel refused it; `reason` is in plain words, without text or number.

        With `wait` it goes out once the contact has written (rule W10).
        """
        ...

    async def status(
        self, channel: str, external_id: str, state: SendState, *, reason: str = "", reference: str = ""
    ) -> None:
        """What the channel says of a message of ours, maybe late, twice, out of order, or before `sent` was noted."""
        ...

    async def media_due(self, limit: int) -> Sequence[tuple[int, str, Media]]:
        """Files that are still to be fetched: their message, the store, and what the channel calls them."""
        ...

    async def media_fetched(self, message_id: int, content: bytes) -> str:
        """Keep a file's contents as a ticket's files are kept; returns why not, empty where it is kept."""
        ...

    async def media_failed(self, message_id: int, reason: str) -> None:
        """It can't be had: too large, gone, of a type that is not taken."""
        ...
