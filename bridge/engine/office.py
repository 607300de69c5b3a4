"""What a plugin may ask of the bridge, answered from the desk and the running stores."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bridge.contracts.chats import Chats, Receipt
from bridge.contracts.clock import Clock
from bridge.contracts.office import Delivery, Office, StaffContact, StoreCard
from bridge.contracts.shop import ShopAdapter
from bridge.contracts.shop_documents import Contact
from bridge.desk.desk import Desk
from bridge.desk.file_store import FileStore, beside
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.tickets import Author, MessageKind
from bridge.engine.chats import DeskChats
from bridge.engine.setup import StoreSetup
from bridge.errors import PluginError, ShopUnavailable
from bridge.services.notes import storefront_name
from bridge.services.threads_shown import told_unread, why_unseen
from bridge.settings import Settings, StoreSettings
from bridge.settings.base import Section
from bridge.settings.plugin_tables import PluginSettings, fetch_secret

Model = TypeVar("Model")
A_MOMENT = timedelta(milliseconds=10)
"""The desk keeps milliseconds: an event's moment and its message's differ by less."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every office needs of the daemon: asked anew each time, because a reload changes the settings.

    `adapter_of` gives a running store's adapter, None while it has none; `wake` tells that something was queued,
    `on_told` that there is something to tell of these stores. `contents` are the files' beside the desk.
    """

    settings: Callable[[], Settings]
    plugins: Callable[[], PluginSettings]
    adapter_of: Callable[[str], ShopAdapter | None]
    wake: Callable[[], None]
    on_told: Callable[[Collection[str]], None] = lambda _: None
    contents: FileStore | None = None


class PluginOffice(Office):
    """One plugin's office. Without a desk, as `bridge check` opens it, nothing can be queued or looked up."""

    def __init__(self, plugin: str, desk: Desk | None, clock: Clock, around: Surroundings) -> None:
        self._plugin, self._books, self._clock, self._around = plugin, desk, clock, around
        self._cards: tuple[Settings, Mapping[str, StoreCard]] | None = None
        self._read_terms: tuple[Settings, Mapping[str, DeskTerms]] | None = None
        self._chats: DeskChats | None = None

    def settings(self, model: type[Model]) -> Model:
        read = self._around.plugins().of(self._plugin)
        assert isinstance(read, model), f"plugin {self._plugin} named another model in bridge_settings"
        return read

    @property
    def stores(self) -> Mapping[str, StoreCard]:
        settings = self._around.settings()
        if self._cards is None or self._cards[0] is not settings:  # read anew
            self._cards = settings, self._described(settings)
        return self._cards[1]

    def secret(self, path: str, *, store: str = "") -> str:
        found = fetch_secret(self._around.settings(), self._around.plugins(), self._plugin, path, store)
        return found.get_secret_value()

    def now(self) -> datetime:
        return self._clock.now()

    async def contact(self, store: str, owner: Owner) -> Contact | None:
        if owner.kind in {OwnerKind.FORMER, OwnerKind.HOLDER}:
            return None
        if owner.kind is OwnerKind.VISITOR:
            return await self._desk.read(_visitor, store, owner)
        adapter = self._shop(store)
        if owner.kind is OwnerKind.GUEST:
            found = await adapter.order_contact(owner.ref)
            return found if found is not None and found.customer_id == 0 else None
        return (await adapter.contacts([owner.ref])).get(owner.ref)

    async def subject(self, store: str, ticket_id: int) -> str:
        def look(tx: DeskTx) -> str:
            ticket = tx.tickets.get(store, ticket_id)
            return ticket.subject if ticket else ""

        return await self._desk.read(look)

    async def answer(self, store: str, ticket_id: int, at: datetime) -> str:
        def look(tx: DeskTx) -> str:
            if tx.tickets.get(store, ticket_id) is None:
                return ""
            said = (one for one in tx.tickets.thread(ticket_id) if one.author is Author.STAFF)
            found = [one for one in said if one.kind is MessageKind.TEXT and abs(one.at - at) < A_MOMENT]
            return min(found, key=lambda one: abs(one.at - at)).text if found else ""

        return await self._desk.read(look)

    async def is_shown(self, store: str, ticket_id: int) -> bool | None:
        if await self._desk.read(lambda tx: tx.tickets.is_kept_back(store, ticket_id)):
            return None
        pushed: bool | None = await self._desk.read(lambda tx: tx.tickets.is_pushed(store, ticket_id))
        if not pushed:
            return pushed is None
        if await self._desk.read(told_unread, store):
            return False  # the shop is looked at each minute until it is over: not once more for each letter
        return not why_unseen(await self._shop(store).note(storefront_name(store)))

    async def code(self, store: str, claim_id: int) -> str:
        def look(tx: DeskTx) -> str:
            claim = tx.guests.get(claim_id)
            return claim.code if claim and claim.store == store else ""

        return await self._desk.read(look)

    async def queue(self, deliveries: Sequence[Delivery]) -> int:
        if not deliveries:
            return 0
        at = self._clock.now()
        new = await self._desk.transact("queue deliveries", lambda tx: tx.deliveries.add(self._plugin, deliveries, at))
        if new:
            self._around.wake()
        return new

    async def waiting_before(self, delivery: Delivery) -> Sequence[Delivery]:
        return await self._desk.read(lambda tx: tx.deliveries.waiting_before(self._plugin, delivery.key))

    async def keep(self, receipts: Sequence[Receipt]) -> int:
        if not receipts:
            return 0
        new = await self._desk.transact("keep receipts", lambda tx: tx.receipts.add(self._plugin, receipts))
        if new:
            self._around.wake()
        return new

    @property
    def chats(self) -> Chats:
        if self._chats is None:
            self._chats = DeskChats(
                lambda: self._desk,
                self._clock,
                terms=self._terms,
                contents=lambda: self._around.contents or beside(self._desk.path),
                on_told=self._around.on_told,
            )
        return self._chats

    async def delivered_since(self, store: str, owner: Owner, since: datetime) -> int:
        at = self._clock.now()
        return await self._desk.read(lambda tx: tx.deliveries.delivered_since(self._plugin, store, owner, since, at))

    async def report(self, store: str, *, key: str, kind: str, summary: str) -> None:
        at = self._clock.now()

        def tell(tx: DeskTx) -> None:
            tx.problems.report(store, key=self._key(key), kind=kind, summary=summary, at=at)

        await self._desk.transact("report", tell)

    async def solve(self, store: str, keys: Sequence[str]) -> None:
        at = self._clock.now()
        await self._desk.transact("solve", lambda tx: tx.problems.solve(store, [self._key(key) for key in keys], at))

    def _described(self, settings: Settings) -> Mapping[str, StoreCard]:
        read = self._around.plugins()
        return {
            name: _card(store, read.of(self._plugin, name)) for name, store in settings.stores.items() if store.enabled
        }

    def _terms(self) -> Mapping[str, DeskTerms]:
        """The enabled stores' terms, made once of settings that are read."""
        settings = self._around.settings()
        if self._read_terms is None or self._read_terms[0] is not settings:
            enabled = {name: store for name, store in settings.stores.items() if store.enabled}
            self._read_terms = settings, {name: StoreSetup.of(store).desk_terms for name, store in enabled.items()}
        return self._read_terms[1]

    def _shop(self, store: str) -> ShopAdapter:
        adapter = self._around.adapter_of(store)
        if adapter is None:
            raise ShopUnavailable(f"store {store} does not run at the moment")
        return adapter

    @property
    def _desk(self) -> Desk:
        if self._books is None:
            raise PluginError(f"plugin {self._plugin}: there is no desk to ask while it is only looked at")
        return self._books

    def _key(self, key: str) -> str:
        return f"{self._plugin}:{key}"


def _visitor(tx: DeskTx, store: str, owner: Owner) -> Contact | None:
    known = tx.threads.of(store, [owner.ref]).get(owner.ref)
    return Contact(0, known.email, "", known.language) if known is not None and known.email else None


def _card(store: StoreSettings, read: Section | None) -> StoreCard:
    setup = StoreSetup.of(store)
    return StoreCard(
        name=store.name,
        title=store.title or store.name,
        zone=store.zone_info,
        languages=store.languages,
        account_url=store.account_url,
        staff=tuple(StaffContact(member.name, member.email) for member in store.staff),
        source=store.source,
        plans={key: dict(plan.name) for key, plan in store.plans.items()},
        settings=read,
        buy_url=setup.plans.buy_url,
        licences=setup.licences,
        work={key: kind.names for key, kind in setup.premium.kinds.items()},
    )
