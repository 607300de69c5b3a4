"""The API in this process, and the plugin between it and a bridge in memory."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import cast

import pytest
import structlog.testing

from bridge.contracts.chats import Outgoing, Receipt
from bridge.contracts.office import Delivery, Office
from bridge.domain.chats import Address, SendState
from bridge_whatsapp.plugin import WhatsAppPlugin
from bridge_whatsapp.settings import StoreWhatsAppSettings, WhatsAppSettings
from tests.support.switchboard import MemoryOffice
from tests.support.whatsapp_deliveries import ANNA_PHONE, OFFICIAL, REZA, REZA_ID, Document, delivery, encoded
from tests.support.whatsapp_peer import APP_SECRET, TOKEN, VERIFY_TOKEN, Peer, a_whatsapp_peer

WORDS = "سلام 👋 — only for you"
TEXT = Outgoing(0, OFFICIAL, Address("whatsapp", f"+{REZA}", REZA_ID), WORDS, "fa", reference="acme:1")


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with a_whatsapp_peer() as opened:
        yield opened


@dataclass
class Line:
    """The plugin between a bridge in memory and the API."""

    office: MemoryOffice
    plugin: WhatsAppPlugin
    peer: Peer

    async def ready(self, message_id: int, message: Outgoing = TEXT) -> Delivery:
        event = self.office.ready(message_id, replace(message, message_id=message_id))
        await self.plugin.bridge_chat_message_ready(event)
        return self.office.queued[event.key]

    async def send(self, message_id: int, message: Outgoing = TEXT) -> None:
        """The whole way of a message that is ready."""
        await self.plugin.bridge_deliver(await self.ready(message_id, message))

    def restart(self) -> None:
        """Another daemon goes on with what the bridge has kept."""
        self.plugin = WhatsAppPlugin()
        self.plugin.bridge_open(cast("Office", self.office))

    async def handle(self, *changes: Document) -> None:
        """A delivery of these changes comes back from where it was kept."""
        await self.plugin.bridge_handle(Receipt("key", "delivery", encoded(delivery(*changes)), self.office.now()))

    def state(self, message_id: int) -> SendState:
        return self.office.chats.states[message_id]


@pytest.fixture
async def line(peer: Peer) -> AsyncIterator[Line]:
    secret = {"env": "S"}
    own = WhatsAppSettings.model_validate(
        {"app_secret": secret, "verify_token": secret, "api": peer.base, "timeout_seconds": 1.0}
    )
    account = StoreWhatsAppSettings.model_validate(
        {"token": secret, "templates": {"reopen": "reopen_chat"}, "template_languages": {"en": "en_US"}}
    )
    secrets = {"app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN, "acme.token": TOKEN}
    office = MemoryOffice(own, {"acme": account}, secrets)
    peer.now = office.now
    peer.wrote[OFFICIAL, REZA] = peer.wrote[OFFICIAL, REZA_ID] = peer.wrote[OFFICIAL, ANNA_PHONE] = office.now()
    plugin = WhatsAppPlugin()
    plugin.bridge_open(cast("Office", office))
    with structlog.testing.capture_logs() as logs:
        yield Line(office, plugin, peer)
    said = f"{logs} {office.problems} {office.chats.reasons} {office.queued}"
    assert REZA not in said
    assert "only for you" not in said
    assert TOKEN not in said
