"""The WhatsApp plugin: takes deliveries, hands their messages to the bridge, and sends what the bridge wants sent.

It uses what any plugin may use. A delivery is kept before it is answered and read afterwards, as often as it takes;
what follows from a message, an agreement or a timer, is none of its business.
"""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import structlog

from bridge.contracts.chats import Incoming, Receipt
from bridge.contracts.office import Delivery, Office, PluginTables
from bridge.contracts.public_routes import PublicRoute
from bridge.contracts.scheduling import JobRegistry
from bridge.contracts.shop import Finding
from bridge.domain.events import ChatMessageReady
from bridge.errors import ReceiptRefused
from bridge.hooks import hookimpl
from bridge_whatsapp.checks import check
from bridge_whatsapp.delivered import Delivered, Status, read_delivery
from bridge_whatsapp.files import Files
from bridge_whatsapp.messages import CHANNEL
from bridge_whatsapp.sending import Sender
from bridge_whatsapp.settings import StoreWhatsAppSettings, WhatsAppSettings
from bridge_whatsapp.webhook import Webhook

log = structlog.get_logger()
MESSAGE = "chat_message"
FETCH_EVERY = timedelta(seconds=30)


class WhatsAppPlugin:
    """Carries the conversations of the stores that have an account."""

    def __init__(self) -> None:
        self._office: Office | None = None

    @hookimpl
    def bridge_settings(self) -> PluginTables:
        """The app in bridge.toml, the account in a store's file."""
        return PluginTables(bridge=WhatsAppSettings, store=StoreWhatsAppSettings)

    @hookimpl
    def bridge_open(self, office: Office) -> None:
        """Keep the office."""
        self._office = office
        self._sender, self._files = Sender(office), Files(office)

    @hookimpl
    def bridge_public_routes(self) -> Sequence[PublicRoute]:
        """The webhook."""
        office = self._opened()
        return Webhook(office.secret, office.keep, office.now).routes()

    @hookimpl
    def bridge_schedule_jobs(self, scheduler: JobRegistry) -> None:
        """Contacts' files are fetched apart from their messages, which must not wait for them."""
        self._opened()
        scheduler.every("whatsapp files", FETCH_EVERY, self._files.fetch_due)

    @hookimpl
    def bridge_health_checks(self) -> Sequence[Finding]:
        """Whether the API takes the tokens, knows the numbers, and delivers here."""
        if self._office is None:
            return ()
        return _in_a_thread(check(self._office))

    @hookimpl
    async def bridge_handle(self, receipt: Receipt) -> None:
        """Hand over all that a delivery brought. Raises `ReceiptRefused` for what is none."""
        found = read_delivery(receipt.body, receipt.arrived_at)
        if found is None:
            raise ReceiptRefused("a signed delivery is not what the API's documents say: no JSON of an account")
        if found.unreadable:
            log.warning("a delivery has parts without an id or a sender", count=found.unreadable, key=receipt.key)
        if found.other:
            log.info("a delivery is about other things", fields=sorted(found.other), key=receipt.key)
        await self._hand_over(found)
        await self._tell_of_numbers(found)

    @hookimpl
    async def bridge_chat_message_ready(self, event: ChatMessageReady) -> None:
        """Queue a message of ours; its words are asked for when it is sent."""
        if event.channel == CHANNEL:
            about = f"the contact of conversation {event.conversation_id}"
            document = {"message_id": event.message_id}
            await self._opened().queue([Delivery(event.key, event.store, MESSAGE, document, about=about)])

    @hookimpl
    async def bridge_deliver(self, delivery: Delivery) -> None:
        """Send one message. Raises what `Sender.send` raises."""
        self._opened()
        await self._sender.send(delivery)

    # --- inside ---

    async def _hand_over(self, found: Delivered) -> None:
        """One sender's messages in their order, all senders at once: a burst must not take a commit a message.

        What fails is raised once all others are through; then the whole delivery comes again, which harms nothing.
        """
        ours = {one.channel_id for one in self._opened().chats.numbers()}
        by_sender: dict[object, list[Incoming]] = {}
        for message in found.messages:
            if message.number in ours:
                by_sender.setdefault((message.number, message.sender), []).append(message)
        by_message: dict[str, list[Status]] = {}
        for status in found.statuses:
            if status.number in ours:
                by_message.setdefault(status.external_id, []).append(status)
        await _all_of(
            [
                *(self._received(some) for some in by_sender.values()),
                *(self._said(some) for some in by_message.values()),
            ]
        )

    async def _received(self, messages: Iterable[Incoming]) -> None:
        for message in messages:
            await self._opened().chats.received(CHANNEL, message)

    async def _said(self, statuses: Iterable[Status]) -> None:
        for one in statuses:
            chats = self._opened().chats
            await chats.status(CHANNEL, one.external_id, one.state, reason=one.reason, reference=one.reference)

    async def _tell_of_numbers(self, found: Delivered) -> None:
        """Staff hear of what came for a number that no store has, and of the API's troubles with one that is ours."""
        office = self._opened()
        store_of = {one.channel_id: one.store for one in office.chats.numbers()}
        strange = {one.number for one in found.messages} | {one.number for one in found.statuses}
        told = next((name for name, card in office.stores.items() if card.settings is not None), None)
        for number in sorted(strange - set(store_of)):
            log.warning("a delivery is for a number that no store has", channel_id=number)
            if told is not None:
                summary = (
                    f"WhatsApp: messages come for the number with the ID {number}, which no store has; they are left. "
                    "If it is yours: make it the channel_id of one, then: bridge whatsapp replay --hours 24"
                )
                await office.report(told, key=f"strange:{number}", kind="whatsapp_strange_number", summary=summary)
        for number, code in found.errors:
            store = store_of.get(number)
            if store is not None:
                await self._sender.trouble(store, number, code)

    def _opened(self) -> Office:
        assert self._office is not None, "bridge_open comes before everything else"
        return self._office


async def _all_of(work: Sequence[Awaitable[None]]) -> None:
    """Do all of it at once; raises the first error when everything has ended."""
    ends = await asyncio.gather(*work, return_exceptions=True)
    for one in ends:
        if isinstance(one, BaseException):
            raise one


def _in_a_thread(found: Coroutine[Any, Any, list[Finding]]) -> list[Finding]:
    """`bridge check` asks without waiting; its loop must not be entered twice."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, found).result()


plugin = WhatsAppPlugin()
