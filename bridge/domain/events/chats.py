"""Conversations over a channel: what is to be sent, and who waits for an answer."""

from dataclasses import dataclass

from bridge.domain.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessageReady(Event):
    """A message of ours is to be sent to a contact over `channel`, from our number called `number`.

    `key` is the message's own, once for each time that it becomes ready. Its words, and the contact's address, are no
    part of the event: whoever sends it asks the office for them when it does.
    """

    message_id: int
    conversation_id: int
    number: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWaiting(Event):
    """A contact wrote on our number called `number`, and waits for somebody: for the staff named in `to`.

    At most one while nobody has answered. `role` is what the number is for, `route` what the conversation is.
    """

    conversation_id: int
    number: str
    role: str
    route: str
    to: tuple[str, ...]
