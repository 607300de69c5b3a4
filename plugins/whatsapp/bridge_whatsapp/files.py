"""Contacts' files: fetched one after another, as far as they are small enough, and handed to the bridge.

Believes: the provider keeps a file for a week and its address for minutes, and a contact may send anything; what is
taken of it the bridge decides, as with every file of a message.
"""

import asyncio
from datetime import datetime, timedelta

import structlog

from bridge.contracts.chats import Media
from bridge.contracts.office import Office
from bridge.errors import BridgeError
from bridge_whatsapp.api import Fetched, api_of
from bridge_whatsapp.refusals import Follows, in_words, refusal_of
from bridge_whatsapp.settings import WhatsAppSettings

log = structlog.get_logger()
PAGE = 500
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
MOST_ATTEMPTS = 180
"""Of a file that the API neither gives nor refuses: with these pauses, a week. By then the provider has it no more."""


class Files:
    """Fetches what is due; never twice at once."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._tries: dict[int, tuple[int, datetime]] = {}
        self._busy = asyncio.Lock()

    async def fetch_due(self) -> None:
        """Fetch what is due; what can't be had now stays due, and one store's trouble is not another's."""
        if self._busy.locked():
            return
        async with self._busy:
            due = await self._office.chats.media_due(PAGE)
            self._tries = {one: self._tries[one] for one, _, _ in due if one in self._tries}
            for message_id, store, media in due:
                if self._tries.get(message_id, (0, self._office.now()))[1] > self._office.now():
                    continue
                try:
                    await self._fetch(message_id, store, media)
                except BridgeError as error:
                    log.warning("a contact's file can't be fetched now", message=message_id, error=str(error))

    async def _fetch(self, message_id: int, store: str, media: Media) -> None:
        chats, settings = self._office.chats, self._office.settings(WhatsAppSettings)
        card = self._office.stores.get(store)
        if card is None or card.settings is None:
            return
        if media.size > settings.media_bytes:
            await chats.media_failed(message_id, f"it has more than {settings.media_megabytes} MB")
            return
        found = await api_of(self._office, store).fetch(media.id, most_bytes=settings.media_bytes)
        if isinstance(found, Fetched):
            await chats.media_fetched(message_id, found.content)
            return
        tried = self._tries.get(message_id, (0, self._office.now()))[0] + 1
        pause = min(FIRST_PAUSE * 2 ** min(tried - 1, 10), LONGEST_PAUSE)
        self._tries[message_id] = tried, self._office.now() + pause
        log.warning("a contact's file could not be fetched", message=message_id, attempt=tried, error=found.why)
        final = found.for_good or (found.code and refusal_of(found.code).follows is Follows.ENDS)
        if final or tried >= MOST_ATTEMPTS:
            await chats.media_failed(message_id, in_words(found.code) if found.code else found.why)
