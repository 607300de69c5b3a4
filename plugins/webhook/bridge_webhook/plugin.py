"""The webhook plugin: posts a store's events, signed, to the address that the store's file names.

It uses what any plugin may use: the event hooks, and its office's queue, which keeps a post until it was taken.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import aiohttp

from bridge.contracts.office import Delivery, Office, PluginTables
from bridge.domain.events import EVENTS, Event
from bridge.errors import DeliveryFailed, DeliveryRefused
from bridge.hooks import hookimpl
from bridge_webhook.body import NAMES, document, encode, signature
from bridge_webhook.settings import WebhookSettings

TIMEOUT = timedelta(seconds=10)
GONE = 410
"""The receiver's way to say that it never wants this."""


class WebhookPlugin:
    """Queues each event of a store that has a webhook, and posts it until it is taken."""

    def __init__(self) -> None:
        self._office: Office | None = None

    @hookimpl
    def bridge_settings(self) -> PluginTables:
        """A table in each store's file."""
        return PluginTables(store=WebhookSettings)

    @hookimpl
    def bridge_open(self, office: Office) -> None:
        """Keep the office."""
        self._office = office

    @hookimpl
    async def bridge_deliver(self, delivery: Delivery) -> None:
        """Post one event. Raises `DeliveryRefused` where the receiver says it has gone, else `DeliveryFailed`."""
        office = self._opened()
        settings = self._settings(delivery.store)
        if settings is None:
            raise DeliveryRefused("the store has no webhook any more")
        body = encode(delivery.document)
        timestamp = str(int(office.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "shop-support-bridge",
            "X-Supportbridge-Timestamp": timestamp,
            "X-Supportbridge-Signature": signature(office.secret("secret", store=delivery.store), timestamp, body),
            "X-Supportbridge-Event-Key": delivery.key,
        }
        status = await _post(settings.url, body, headers)
        if status == GONE:
            raise DeliveryRefused("the receiver answered 410, gone")
        if not 200 <= status < 300:
            raise DeliveryFailed(f"the receiver answered {status}")

    async def queue(self, event: Event) -> None:
        """Keep an event until it was taken; an event that comes again is kept once."""
        settings = self._settings(event.store)
        if settings is None or (settings.events and NAMES[type(event)] not in settings.events):
            return
        kind = NAMES[type(event)]
        await self._opened().queue([Delivery(event.key, event.store, kind, document(event), about="the webhook")])

    def _settings(self, store: str) -> WebhookSettings | None:
        card = self._opened().stores.get(store)
        return card.settings if card is not None else None

    def _opened(self) -> Office:
        assert self._office is not None, "bridge_open comes before everything else"
        return self._office


async def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """The receiver's status. No redirect is followed: it could lead the signed body elsewhere."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT.total_seconds())
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            return response.status
    except TimeoutError as error:
        raise DeliveryFailed(f"the receiver did not answer within {TIMEOUT.total_seconds():g} s") from error
    except aiohttp.ClientError as error:
        raise DeliveryFailed(f"the receiver can't be reached ({type(error).__name__})") from error


def _listen() -> Callable[[WebhookPlugin, Event], Awaitable[None]]:
    async def listen(self: WebhookPlugin, event: Any) -> None:
        await self.queue(event)

    return hookimpl(listen)


# Every event there is, by the hook of its name.
for _name in EVENTS:
    setattr(WebhookPlugin, f"bridge_{_name}", _listen())

plugin = WebhookPlugin()
