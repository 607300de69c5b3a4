"""Sending one message: ask for its words, post it, and note how far it came.

Believes: a message is marked as being sent before it is posted, so that after a crash nobody posts it again; where the
answer is lost it stays unsure until a status names it by its reference. The API's limits to one contact are kept here,
because what is refused there costs the number its standing.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bridge.contracts.chats import Outgoing
from bridge.contracts.office import Delivery, Office
from bridge.domain.chats import Address
from bridge.errors import DeliverLater, DeliveryFailed, DeliveryRefused
from bridge_whatsapp.api import Api, Refused, Taken, Unknown, Unreached, Uploaded, api_of
from bridge_whatsapp.refusals import TEMPLATE, Follows, in_words, refusal_of
from bridge_whatsapp.requests import request_for, why_not
from bridge_whatsapp.settings import StoreWhatsAppSettings

log = structlog.get_logger()
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=6), timedelta(minutes=10)
"""To one contact the API takes a message every 6 seconds for long."""
MOST_PAUSES = 10_000


class Sender:
    """Sends what the queue hands back, each conversation in its order.

    What it remembers of pauses may be lost with the daemon.
    """

    def __init__(self, office: Office) -> None:
        self._office = office
        self._pauses: dict[tuple[str, Address], tuple[datetime, timedelta]] = {}
        self._well: set[tuple[str, str]] = set()
        """Stores and keys of problems that are known to be over."""

    async def send(self, delivery: Delivery) -> None:
        """Send one message, after those of its conversation that are older and could not be sent until now.

        Raises `DeliveryRefused` where the store has no account any more, `DeliverLater` for a contact that pauses,
        `DeliveryFailed` where it is to be tried again, `SettingsError` where the token can't be had.
        """
        for one in (*await self._office.waiting_before(delivery), delivery):
            await self._one(one.store, int(one.document["message_id"]))

    async def trouble(self, store: str, number: str, code: int) -> None:
        """The API says by itself that it has trouble with the number of that id: staff hear of it while it lasts."""
        await self._stuck(store, number, f"the API tells of trouble: {in_words(code)}")

    async def _one(self, store: str, message_id: int) -> None:
        chats = self._office.chats
        api, settings = self._api(store)
        message = await chats.outgoing(message_id)
        if message is None:
            return
        pause = self._pauses.get((message.number, message.receiver))
        if pause is not None and pause[0] > self._office.now():
            await chats.not_sent(message_id)
            raise DeliverLater(pause[0])
        if message.template:
            name = settings.templates.get(message.template)
            if name is None:
                await chats.failed(message_id, f"no template is set for {message.template}", wait=True)
                return
            language = settings.template_languages.get(message.language, message.language)
            message = replace(message, template=name, language=language)
        content = await chats.content(message_id) if message.file is not None else b""
        reason = why_not(message) if content is not None else "its file is not there any more"
        if content is None or reason:
            await chats.failed(message_id, reason)
            return
        match await self._post(api, message, content):
            case Taken(external_id):
                await chats.sent(message_id, external_id)
                self._pauses.pop((message.number, message.receiver), None)
                await self._went_well(store, message)
            case Refused(code):
                await self._refused(store, message, code)
            case Unreached(why):
                await chats.not_sent(message_id)
                raise DeliveryFailed(why)
            case Unknown(why):
                await self._unsure(message_id, why)

    async def _post(self, api: Api, message: Outgoing, content: bytes) -> Taken | Refused | Unreached | Unknown:
        """Post one message, its file before it: what goes wrong with that has reached nobody, and is tried again."""
        if message.file is None:
            return await api.send(message.number, request_for(message))
        found = await api.upload(message.number, message.file, content)
        if isinstance(found, Uploaded):
            return await api.send(message.number, request_for(message, found.media))
        return Unreached(found.why) if isinstance(found, Unknown) else found

    async def _refused(self, store: str, message: Outgoing, code: int) -> None:
        chats, refusal, words = self._office.chats, refusal_of(code), in_words(code)
        if refusal.problem:
            await self._report(store, refusal.problem, words, message)
        if refusal.follows in {Follows.ENDS, Follows.WAITS}:
            await chats.failed(message.message_id, words, wait=refusal.follows is Follows.WAITS)
            return
        await chats.not_sent(message.message_id)
        if refusal.follows is Follows.SLOWER_HERE:
            raise DeliverLater(self._pause(message))
        raise DeliveryFailed(words)

    async def _report(self, store: str, problem: str, words: str, message: Outgoing) -> None:
        """Tell staff, once while it lasts."""
        if problem != TEMPLATE:
            await self._stuck(store, message.number, f"messages wait: {words}")
        elif message.template:
            key = _template_key(message.template)
            self._well.discard((store, key))
            summary = f"WhatsApp: template {message.template} ({message.language}): {words}"
            await self._office.report(store, key=key, kind="whatsapp_template", summary=summary)

    async def _stuck(self, store: str, number: str, words: str) -> None:
        """One problem a number, by the name that the settings give it: its digits are told nowhere (rule W2)."""
        name = self._name_of(number)
        key = _stuck_key(name)
        self._well.discard((store, key))
        await self._office.report(store, key=key, kind="whatsapp_stuck", summary=f"WhatsApp number {name}: {words}")

    def _name_of(self, number: str) -> str:
        """What the settings call the number of that id; the id itself where they have it no more."""
        return next((one.key for one in self._office.chats.numbers() if one.channel_id == number), number)

    async def _went_well(self, store: str, message: Outgoing) -> None:
        """A message went out: what stood in its number's way is over, also what an earlier daemon told of."""
        keys = [_stuck_key(self._name_of(message.number))]
        if message.template:
            keys.append(_template_key(message.template))
        over = [key for key in keys if (store, key) not in self._well]
        if over:
            await self._office.solve(store, over)
            self._well.update((store, key) for key in over)

    async def _unsure(self, message_id: int, why: str) -> None:
        """Asking once more marks it: it was being sent, so it is not given again."""
        log.warning("nobody knows whether a message was sent", message=message_id, error=why)
        again = await self._office.chats.outgoing(message_id)
        assert again is None, f"message {message_id} was handed out while it was being sent"

    def _pause(self, message: Outgoing) -> datetime:
        """Until when nothing goes to that contact: twice as long each time in a row."""
        now, key = self._office.now(), (message.number, message.receiver)
        if len(self._pauses) >= MOST_PAUSES:
            self._pauses = {key: one for key, one in self._pauses.items() if one[0] > now}
        _, length = self._pauses.get(key, (now, FIRST_PAUSE / 2))
        length = min(length * 2, LONGEST_PAUSE)
        self._pauses[key] = (now + length, length)
        return now + length

    def _api(self, store: str) -> tuple[Api, StoreWhatsAppSettings]:
        card = self._office.stores.get(store)
        if card is None or card.settings is None:
            raise DeliveryRefused("the store has no WhatsApp account")
        return api_of(self._office, store), card.settings


def _stuck_key(number: str) -> str:
    return f"stuck:{number}"[:150]


def _template_key(template: str) -> str:
    return f"template:{template}"[:150]
