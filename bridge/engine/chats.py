"""The bridge's side of a channel of conversations, answered from the desk: what a chat plugin's office offers."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import structlog

from bridge.contracts.chats import ChatNumber, Chats, Incoming, Media, Outgoing
from bridge.contracts.clock import Clock
from bridge.contracts.conversations import EarlyStatus, KeptMessage
from bridge.desk.desk import Desk
from bridge.desk.file_store import FileStore, NoRoom
from bridge.desk.transaction import DeskTx
from bridge.domain.chats import ChatMedia, MediaState, SendState
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.files import TYPES, shown_name, type_of
from bridge.services import chat_files, chat_sending, chats

log = structlog.get_logger()
ENDINGS = {
    "image/jpeg": "jpg",
    "text/plain": "txt",
    **{kind: ending for ending, kind in TYPES.items() if kind not in {"image/jpeg", "text/plain"}},
}
"""How a file is called that came without a name, by its type."""
UNKNOWN_MESSAGE = "there is no such message"


class ChatTerms(NamedTuple):
    """The enabled stores' terms as they are now, by name."""

    stores: Mapping[str, DeskTerms]

    @property
    def ours(self) -> frozenset[str]:
        """All numbers of all stores, as they are dialled: nobody of them is a contact."""
        return frozenset(one.number for terms in self.stores.values() for one in terms.premium.numbers)


class DeskChats(Chats):
    """Implements `bridge.contracts.chats.Chats` over the desk."""

    def __init__(
        self,
        desk: Callable[[], Desk],
        clock: Clock,
        *,
        terms: Callable[[], Mapping[str, DeskTerms]],
        contents: Callable[[], FileStore],
        on_told: Callable[[Collection[str]], None],
    ) -> None:
        """`terms` gives the enabled stores' as the settings are now, `on_told` hears who has something to tell.

        `desk` and `contents` are asked when they are needed: which numbers there are is known without.
        """
        self._the_desk, self._clock, self._terms, self._the_contents, self._on_told = (
            desk,
            clock,
            terms,
            contents,
            on_told,
        )

    @property
    def _desk(self) -> Desk:
        return self._the_desk()

    def numbers(self) -> Sequence[ChatNumber]:
        return [
            ChatNumber(store, one.key, one.role.value, one.channel_id)
            for store, terms in self._terms().items()
            for one in terms.premium.numbers
            if one.channel_id
        ]

    async def received(self, channel: str, message: Incoming) -> bool:
        known = ChatTerms(self._terms())
        terms = next((one for one in known.stores.values() if one.premium.on_channel(message.number)), None)
        if terms is None:
            return False
        at = self._clock.now()
        new = await self._desk.transact("message received", chats.take, terms, channel, message, at=at, ours=known.ours)
        if new:
            self._on_told([terms.store])
        return new

    async def outgoing(self, message_id: int) -> Outgoing | None:
        def work(tx: DeskTx) -> Outgoing | None:
            kept, terms = self._found(tx, message_id)
            if kept is None or terms is None:
                return None
            return chat_sending.outgoing(tx, terms, kept, at=at)

        at = self._clock.now()
        return await self._desk.transact("message goes out", work)

    async def content(self, message_id: int) -> bytes | None:
        kept = await self._desk.read(lambda tx: tx.conversations.message(message_id))
        media = kept.message.media if kept else None
        if kept is None or media is None or not media.sha256:
            return None
        return await asyncio.to_thread(self._the_contents().read, kept.store, media.sha256)

    async def sent(self, message_id: int, external_id: str) -> None:
        def work(tx: DeskTx) -> None:
            kept = tx.conversations.message(message_id)
            if kept is None:
                return
            conversation = tx.conversations.get(kept.store, kept.message.conversation_id)
            channel = conversation.channel if conversation else ""
            chat_sending.sent(tx, kept.store, channel, kept.message, external_id, at=at)

        at = self._clock.now()
        await self._desk.transact("message sent", work)

    async def not_sent(self, message_id: int) -> None:
        def work(tx: DeskTx) -> None:
            kept = tx.conversations.message(message_id)
            if kept is not None:
                chat_sending.not_sent(tx, kept.message)

        await self._desk.transact("message not sent", work)

    async def failed(self, message_id: int, reason: str, *, wait: bool = False) -> None:
        def work(tx: DeskTx) -> None:
            kept = tx.conversations.message(message_id)
            if kept is not None:
                chat_sending.failed(tx, kept.store, kept.message, reason, at=at, wait=wait)

        at = self._clock.now()
        await self._desk.transact("message failed", work)

    async def status(
        self, channel: str, external_id: str, state: SendState, *, reason: str = "", reference: str = ""
    ) -> None:
        said = EarlyStatus(state, reason)
        stores = list(self._terms())

        def work(tx: DeskTx) -> None:
            for store in stores:
                if chat_sending.status(tx, store, external_id, said, at=now, reference=reference):
                    return
            tx.conversations.note_early(channel, external_id, said, now)

        now = self._clock.now()
        await self._desk.transact("message status", work)

    async def media_due(self, limit: int) -> Sequence[tuple[int, str, Media]]:
        found = await self._desk.read(lambda tx: tx.conversations.media_due(limit))
        return [(one.message.id, one.store, _asked(one)) for one in found if one.message.media is not None]

    async def media_fetched(self, message_id: int, content: bytes) -> str:
        kept = await self._desk.read(lambda tx: tx.conversations.message(message_id))
        terms = self._terms().get(kept.store) if kept else None
        if kept is None or terms is None or kept.message.media is None:
            return UNKNOWN_MESSAGE
        media = kept.message.media
        name = _name_of(media)
        kind = await asyncio.to_thread(type_of, name, content)
        reason = await self._desk.read(chat_files.why_not_kept, terms, kind, len(content))
        digest = ""
        if not reason:
            try:
                digest = await asyncio.to_thread(self._the_contents().keep, kept.store, content, at=self._clock.now())
            except NoRoom as error:
                log.error("no room for files", store=kept.store, cause=str(error))
                reason = chat_files.NO_ROOM
        if reason:
            await self._refuse_media(terms, message_id, reason)
            return reason
        fetched = ChatMedia(media.id, kind or "", name, len(content), MediaState.KEPT, digest)
        await self._desk.transact("file fetched", chat_files.keep, terms, message_id, fetched, at=self._clock.now())
        return ""

    async def media_failed(self, message_id: int, reason: str) -> None:
        await self._refuse_media(None, message_id, reason)

    async def _refuse_media(self, terms: DeskTerms | None, message_id: int, reason: str) -> None:
        at = self._clock.now()
        await self._desk.transact("file not fetched", chat_files.refuse, terms, message_id, reason, at=at)

    def _found(self, tx: DeskTx, message_id: int) -> tuple[KeptMessage | None, DeskTerms | None]:
        kept = tx.conversations.message(message_id)
        return kept, self._terms().get(kept.store) if kept else None


def _asked(kept: KeptMessage) -> Media:
    media = kept.message.media
    assert media is not None, "only such are asked for"
    return Media(media.id, media.mime_type, media.name, media.size)


def _name_of(media: ChatMedia) -> str:
    """What the file is called: as its sender says, else by its type."""
    if media.name:
        return shown_name(media.name)
    ending = ENDINGS.get(media.mime_type.partition(";")[0].strip().lower(), "")
    return f"file.{ending}" if ending else "file"
