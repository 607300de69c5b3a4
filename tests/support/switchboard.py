"""A bridge in memory, as far as a channel's plugin sees it: its office, and the bridge's side of conversations.

It believes what the contract says, and no more: a message that was being sent is not given again, repeating anything
changes nothing. What the real one does with messages its own tests say.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bridge.contracts.chats import ChatNumber, Incoming, Media, Outgoing, Receipt
from bridge.contracts.office import Delivery, StoreCard
from bridge.domain.chats import Address, SendState, furthest
from bridge.domain.events import ChatMessageReady
from tests.support.whatsapp_deliveries import OFFICIAL, PREMIUM

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class MemoryChats:
    """Conversations in memory. `outbox` has what goes out by id, `states` how far it is, `reasons` why not."""

    def __init__(self) -> None:
        self.ours = [
            ChatNumber("acme", "office", "official", OFFICIAL),
            ChatNumber("acme", "expert", "premium", PREMIUM),
        ]
        self.incoming: dict[str, Incoming] = {}
        self.outbox: dict[int, Outgoing] = {}
        self.states: dict[int, SendState] = {}
        self.reasons: dict[int, str] = {}
        self.sent_as: dict[int, str] = {}
        self.statuses: list[tuple[str, SendState, str, str]] = []
        self.files_due: list[tuple[int, str, Media]] = []
        self.files: dict[int, bytes | str] = {}
        self.contents: dict[int, bytes] = {}
        self.breaks_at: str = ""

    def numbers(self) -> Sequence[ChatNumber]:
        return self.ours

    async def received(self, channel: str, message: Incoming) -> bool:
        assert channel == "whatsapp"
        if self.breaks_at and message.text == self.breaks_at:
            raise RuntimeError("a mistake of the program")
        new = message.external_id not in self.incoming
        self.incoming.setdefault(message.external_id, message)
        return new

    async def outgoing(self, message_id: int) -> Outgoing | None:
        state = self.states.get(message_id, SendState.QUEUED)
        if state is SendState.SENDING:
            self.states[message_id] = SendState.UNSURE
        if state is not SendState.QUEUED:
            return None
        self.states[message_id] = SendState.SENDING
        return self.outbox[message_id]

    async def content(self, message_id: int) -> bytes | None:
        return self.contents.get(message_id)

    async def sent(self, message_id: int, external_id: str) -> None:
        self.states[message_id] = furthest(self.states[message_id], SendState.SENT)
        self.sent_as[message_id] = external_id

    async def not_sent(self, message_id: int) -> None:
        assert self.states[message_id] is SendState.SENDING
        self.states[message_id] = SendState.QUEUED

    async def failed(self, message_id: int, reason: str, *, wait: bool = False) -> None:
        self.states[message_id] = SendState.WAITING if wait else SendState.FAILED
        self.reasons[message_id] = reason

    async def status(
        self,
        channel: str,
        external_id: str,
        state: SendState,
        *,
        reason: str = "",
        reference: str = "",
    ) -> None:
        assert channel == "whatsapp"
        self.statuses.append((external_id, state, reason, reference))

    async def media_due(self, limit: int) -> Sequence[tuple[int, str, Media]]:
        return [one for one in self.files_due if one[0] not in self.files][:limit]

    async def media_fetched(self, message_id: int, content: bytes) -> str:
        self.files[message_id] = content
        return ""

    async def media_failed(self, message_id: int, reason: str) -> None:
        self.files[message_id] = reason


class MemoryOffice:
    """A plugin's office in memory; time stands still until it is moved. `tables` are its settings by store."""

    def __init__(self, own: Any, tables: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self.own, self.secrets, self.at = own, dict(secrets), NOON
        self.chats = MemoryChats()
        self.queued: dict[str, Delivery] = {}
        self.given_up: set[str] = set()
        self.problems: dict[str, str] = {}
        self.solved: list[str] = []
        self.kept: dict[str, Receipt] = {}
        self._conversations: dict[tuple[str, Address], int] = {}
        self.stores = {
            name: StoreCard(name, name, ZoneInfo("UTC"), ("en",), "", (), Path("acme.toml"), settings=read)
            for name, read in tables.items()
        }

    def settings(self, model: type[Any]) -> Any:
        assert isinstance(self.own, model)
        return self.own

    def secret(self, path: str, *, store: str = "") -> str:
        return self.secrets[f"{store}.{path}" if store else path]

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by

    async def queue(self, deliveries: Sequence[Delivery]) -> int:
        new = {one.key: one for one in deliveries if one.key not in self.queued}
        self.queued |= new
        return len(new)

    async def waiting_before(self, delivery: Delivery) -> Sequence[Delivery]:
        keys = list(self.queued)
        earlier = [self.queued[key] for key in keys[: keys.index(delivery.key)] if key not in self.given_up]
        return [one for one in earlier if (one.store, one.about) == (delivery.store, delivery.about)]

    async def keep(self, receipts: Sequence[Receipt]) -> int:
        new = {one.key: one for one in receipts if one.key not in self.kept}
        self.kept |= new
        return len(new)

    async def report(self, store: str, *, key: str, kind: str, summary: str) -> None:
        assert store in self.stores
        assert kind.startswith("whatsapp_")
        self.problems[key] = summary

    async def solve(self, store: str, keys: Sequence[str]) -> None:
        assert store in self.stores
        self.solved += keys
        for key in keys:
            self.problems.pop(key, None)

    def conversation_of(self, message: Outgoing) -> int:
        """One for each contact on each number."""
        return 7 + self._conversations.setdefault((message.number, message.receiver), len(self._conversations))

    def ready(self, message_id: int, message: Outgoing) -> ChatMessageReady:
        """Put a message of ours into the outbox; its event."""
        self.chats.outbox[message_id] = message
        return ChatMessageReady(
            key=f"chat:{message_id}",
            store="acme",
            at=self.at,
            message_id=message_id,
            conversation_id=self.conversation_of(message),
            number="office",
            channel="whatsapp",
        )
