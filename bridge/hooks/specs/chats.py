"""Event hooks about conversations."""

from bridge.domain.events import ChatMessageReady, ChatWaiting
from bridge.hooks.specs.marking import hookspec


class ChatHooks:
    """Every hook here keeps the promise of `EventHooks`, and its own."""

    @hookspec
    async def bridge_chat_message_ready(self, event: ChatMessageReady) -> None:
        """A message of ours is to be sent to a contact; neither its words nor his address are part of the event.

        When: after it is committed; again, with another key, once a message that waited can go out (rule W10).
        Return: nothing. Example: plugins/whatsapp queues it, and asks `Office.chats` for the words when it sends it.
        """

    @hookspec
    async def bridge_chat_waiting(self, event: ChatWaiting) -> None:
        """A contact waits for an answer of the staff named in `event.to`; his words are not part of it (rule D1).

        When: after his message is committed, once until somebody has answered. Return: nothing.
        Example: plugins/mail tells them.
        """
