"""The mail plugin: letters to customers and staff about what happened (rule C17).

It uses what any plugin may use. An event becomes one delivery a receiver, holding the event alone; who that is, in what
language he is addressed and what his ticket is called is asked when the letter is sent.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from bridge.contracts.office import Delivery, Office, PluginTables, StaffContact, StoreCard
from bridge.contracts.shop import Finding, Level
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.events import (
    EVENTS,
    BackupLate,
    CustomerEvent,
    Event,
    GuestClaimed,
    PremiumEvent,
    TicketAnswered,
    TimerEvent,
)
from bridge.errors import BridgeError, DeliverLater, DeliveryNeedless, DeliveryRefused
from bridge.hooks import hookimpl
from bridge_mail import sending
from bridge_mail.letter import Context, Letter
from bridge_mail.letters import CUSTOMER_WRITERS, STAFF_WRITERS, letter_to_customer, letter_to_staff
from bridge_mail.rendering import Envelope, customer_sheet, greeting_name, message, staff_sheet
from bridge_mail.settings import MailSettings, StoreMailSettings, is_mail_address

NAMES = {kind: name for name, kind in EVENTS.items()}
LONGEST_KEY = 191
SHOWN_AGAIN, SHOWN_AGAIN_AT_MOST = timedelta(seconds=5), timedelta(minutes=10)
"""How long a letter about an answer waits before it is looked again whether the answer is shown."""


class MailPlugin:
    """Queues a letter a receiver for each event that concerns him, and sends it."""

    def __init__(self) -> None:
        self._office: Office | None = None

    @hookimpl
    def bridge_settings(self) -> PluginTables:
        """The mail server in bridge.toml, and what differs in a store's file."""
        return PluginTables(bridge=MailSettings, store=StoreMailSettings)

    @hookimpl
    def bridge_open(self, office: Office) -> None:
        """Keep the office."""
        self._office = office

    @hookimpl
    def bridge_health_checks(self) -> Sequence[Finding]:
        """Whether the mail server answers, and lets us in."""
        if self._office is None:
            return ()
        return [_in_a_thread(sending_check(self._settings, self._password()))]

    @hookimpl
    async def bridge_deliver(self, delivery: Delivery) -> None:
        """Send one letter.

        Raises `DeliveryNeedless`, `DeliveryRefused`, `DeliverLater`, `DeliveryFailed`, `ShopError`.
        """
        card = self._opened().stores.get(delivery.store)
        if card is None:
            raise DeliveryRefused("the store is switched off")
        event: Event = _adapter(delivery.kind).validate_python(delivery.document["event"])
        if (name := delivery.document.get("staff")) is not None:
            await self._to_staff(delivery, event, card, name)
        else:
            await self._to_customer(delivery, event, card)

    async def queue(self, event: Event) -> None:
        """Keep the letters about an event until they are sent."""
        office, kind = self._opened(), NAMES[type(event)]
        card = office.stores.get(event.store)
        if card is None:
            return
        document = {"event": _adapter(kind).dump_python(event, mode="json")}
        mine, letters = _of(card), []
        if type(event) in CUSTOMER_WRITERS and mine.customers and (owner := _owner(event)) is not None:
            letters.append(Delivery(_key(event.key), event.store, kind, document, to=owner))
        if type(event) in STAFF_WRITERS and mine.staff:
            letters += [
                Delivery(
                    _key(_staff_key(event, one)),
                    event.store,
                    kind,
                    {**document, "staff": one.name},
                    about=f"staff member {one.name}",
                )
                for one in _staff_for(event, card)
            ]
        await office.queue(letters)

    # --- inside ---

    async def _to_customer(self, delivery: Delivery, event: Event, card: StoreCard) -> None:
        office = self._opened()
        owner = delivery.to or _owner(event)
        assert owner is not None, "a letter to a customer is queued for one who is known"
        visitor = owner.kind is OwnerKind.VISITOR
        if isinstance(event, TicketAnswered) and not visitor:
            await self._wait_until_shown(event)
        contact = await office.contact(delivery.store, owner)
        if contact is None:
            raise DeliveryNeedless("nobody is there")  # staff are told of customers who are gone by other means
        language = card.language_for(event.language if isinstance(event, GuestClaimed) else contact.language)
        letter = letter_to_customer(event, await self._context(event, card, language))
        if letter is None:
            raise DeliveryNeedless("what it says is past")
        if not is_mail_address(contact.email):
            raise DeliveryRefused("the shop has no usable e-mail address")
        await self._keep_to_the_cap(delivery.store, owner, card)
        # The order's address may be anybody's: whoever claims the order did not prove that it is his.
        name = "" if isinstance(event, GuestClaimed) else greeting_name(contact.name)
        sheet = customer_sheet(language, card.title, "" if visitor else card.account_url, name)
        await self._send(letter, sheet, card, delivery, to=(name, contact.email))

    async def _to_staff(self, delivery: Delivery, event: Event, card: StoreCard, name: str) -> None:
        person = next((one for one in card.staff if one.name == name), None)
        if person is None:
            raise DeliveryNeedless("has left")
        language = card.languages[0]
        letter = letter_to_staff(event, await self._context(event, card, language))
        if letter is None:
            raise DeliveryNeedless("what it says is past")
        if not is_mail_address(person.email):
            raise DeliveryRefused("the store's file has no usable e-mail address")
        await self._send(letter, staff_sheet(language, card.title, name), card, delivery, to=(name, person.email))

    async def _send(
        self, letter: Letter, sheet: Any, card: StoreCard, delivery: Delivery, *, to: tuple[str, str]
    ) -> None:
        settings, mine = self._settings, _of(card)
        envelope = Envelope(
            from_name=mine.from_name or settings.from_name or card.title,
            from_address=mine.from_address or settings.from_address,
            to_name=to[0],
            to_address=to[1],
            key=delivery.key,
            at=self._opened().now(),
        )
        await sending.send(message(letter, sheet, envelope), settings, password=self._password())

    async def _context(self, event: Event, card: StoreCard, language: str) -> Context:
        office = self._opened()
        number = getattr(event, "ticket_id", None)
        ticket = await office.subject(card.name, number) if number is not None else ""
        code = await office.code(card.name, event.claim_id) if isinstance(event, GuestClaimed) else ""
        answer = ""
        if isinstance(event, TicketAnswered) and event.owner.kind is OwnerKind.VISITOR:
            answer = await office.answer(card.name, event.ticket_id, event.at)
        return Context(language, card, office.now(), ticket=ticket, code=code, answer=answer)

    async def _wait_until_shown(self, event: TicketAnswered) -> None:
        """Raise `DeliverLater` while the answer isn't on the page that the letter leads to: it must not promise it.

        And `DeliveryNeedless` where it never will be.
        Asked again after as long as it has waited already. Why it waits, the bridge tells staff.
        """
        office = self._opened()
        shown, now = await office.is_shown(event.store, event.ticket_id), office.now()
        if shown:
            return
        if shown is None:
            raise DeliveryNeedless("the answer is kept off the page, because it is to be erased")
        raise DeliverLater(now + min(max(now - event.at, SHOWN_AGAIN), SHOWN_AGAIN_AT_MOST))

    async def _keep_to_the_cap(self, store: str, owner: Owner, card: StoreCard) -> None:
        """Raise `DeliverLater` for a customer who has had enough for a day (of the store's zone); staff are told."""
        office, most = self._opened(), self._settings.most_a_day
        today = office.now().astimezone(card.zone).date()
        begin = datetime.combine(today, time(), card.zone).astimezone(UTC)
        if await office.delivered_since(store, owner, begin) < most:
            return
        await office.report(
            store,
            key=f"cap:{today}",
            kind="mail_capped",
            summary=f"more than {most} letters to one customer on {today}, the last {owner}; the others wait for "
            "the next day",
        )
        tomorrow = datetime.combine(today + timedelta(days=1), time(), card.zone)
        raise DeliverLater(tomorrow.astimezone(UTC))

    @property
    def _settings(self) -> MailSettings:
        return self._opened().settings(MailSettings)

    def _password(self) -> str | None:
        return self._opened().secret("password") if self._settings.password is not None else None

    def _opened(self) -> Office:
        assert self._office is not None, "bridge_open comes before everything else"
        return self._office


async def sending_check(settings: MailSettings, password: str | None) -> Finding:
    """A line for `bridge check`."""
    try:
        return Finding("mail server", Level.OK, await sending.answers(settings, password=password))
    except BridgeError as error:
        where = f"{settings.host}:{settings.port_number}"
        return Finding("mail server", Level.WARNING, f"{where} {error}", "correct [plugin.mail] of bridge.toml")


def _of(card: StoreCard) -> StoreMailSettings:
    return card.settings if card.settings is not None else StoreMailSettings()


def _owner(event: Event) -> Owner | None:
    """The customer that an event is about; a contact who is linked to none has no address that is his for certain."""
    return event.owner if isinstance(event, CustomerEvent | PremiumEvent) else None


def _staff_for(event: Event, card: StoreCard) -> Sequence[StaffContact]:
    """Whom of staff a letter is for: those whom the event names, everybody where it names nobody who is there."""
    named = (event.agent,) if isinstance(event, TimerEvent) else getattr(event, "to", ())
    return [one for one in card.staff if one.name in named] or card.staff


def _staff_key(event: Event, person: StaffContact) -> str:
    """One letter a person: who works for several stores is told once of a backup that is late."""
    if isinstance(event, BackupLate):
        return f"{event.key.partition(':')[2]}:{_short(person.email)}"
    return f"{event.key}:{_short(person.name)}"


def _short(text: str) -> str:
    return hashlib.sha256(text.casefold().encode()).hexdigest()[:16]


def _key(key: str) -> str:
    return key if len(key) <= LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(EVENTS[kind])


def _in_a_thread(check: Coroutine[Any, Any, Finding]) -> Finding:
    """`bridge check` asks without waiting; its loop must not be entered twice."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, check).result()


def _listen() -> Callable[[MailPlugin, Event], Awaitable[None]]:
    async def listen(self: MailPlugin, event: Any) -> None:
        await self.queue(event)

    return hookimpl(listen)


# Each event that somebody is written about, by the hook of its name.
for _kind in (*CUSTOMER_WRITERS, *STAFF_WRITERS):
    setattr(MailPlugin, f"bridge_{NAMES[_kind]}", _listen())

plugin = MailPlugin()
