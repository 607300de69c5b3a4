"""What an event plugin may ask of the bridge: whom to write to, a queue that survives a crash, and staff's attention.

A plugin says with `bridge_settings` which tables it reads from the settings, and gets its `Office` from the hook
`bridge_open`. It composes messages when an event comes and puts them into the
queue; the bridge hands each back through `bridge_deliver`, as often as it takes. A delivery's key is the same however
often the event comes, so a message is queued once, and what is sent twice is sent with the same key (rule C17).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from bridge.contracts.chats import Chats, Receipt
from bridge.contracts.shop_documents import Contact
from bridge.domain.accounts import Owner
from bridge.domain.licences import LicenceBook

Model = TypeVar("Model")
MAIL_HELD = "mail_held"
"""The kind of the problem under which messages from before a restored backup wait for staff."""


class PluginTables(NamedTuple):
    """What a plugin reads from the settings: pydantic models, best `bridge.settings.base.Section`s.

    `bridge` is for `[plugin.NAME]` of bridge.toml, which is read also where the table is missing, so that a model with
    a setting that must be set says so; `store` is for the same table of a store's file, which may be missing. None
    takes no such table.
    """

    bridge: type[Any] | None = None
    store: type[Any] | None = None


class StaffContact(NamedTuple):
    """A member of a store's staff."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class StoreCard:
    """What a plugin is told of a store. `settings` is its own table `[plugin.NAME]` of the store's file, None without.

    `title` is the vendor's name as customers know it; `account_url` is the customer's page in the shop, empty where it
    is not set. `languages` are those customers are addressed in, the first one where theirs is not among them. `plans`
    are the plans' names by key and language, `buy_url` is where a package is sold, empty where that is not said;
    `licences` has the licensed products with their names, `work` the names of the kinds of premium work by key and
    language.
    """

    name: str
    title: str
    zone: ZoneInfo
    languages: tuple[str, ...]
    account_url: str
    staff: tuple[StaffContact, ...]
    source: Path
    plans: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    settings: Any = None
    buy_url: str = ""
    licences: LicenceBook = field(default_factory=LicenceBook)
    work: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def language_for(self, wanted: str) -> str:
        """The language to address somebody in who would like `wanted`, an ISO 639 code with or without a region."""
        code = wanted.replace("_", "-").partition("-")[0].lower()
        return code if code in self.languages else self.languages[0]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way. `key` is unique and stays the same; `document` is the plugin's own, JSON.

    `to` is the customer it is for, None for others, whom `about` names in the words that staff are to read, such as
    `staff member Anna`. `attempts` is how often it has been tried before.
    """

    key: str
    store: str
    kind: str
    document: Mapping[str, Any]
    to: Owner | None = None
    about: str = ""
    attempts: int = 0

    @property
    def receiver(self) -> str:
        """Whom it is for, in words; messages with the same words go to the same address."""
        return str(self.to) if self.to else self.about or "staff"


class Office(Protocol):
    """One plugin's view of the bridge."""

    def settings(self, model: type[Model]) -> Model:
        """The table `[plugin.NAME]` of bridge.toml, read with the model that `bridge_settings` named."""
        ...

    @property
    def stores(self) -> Mapping[str, StoreCard]:
        """The enabled stores by name, as their files are now: ask again each time."""
        ...

    def secret(self, path: str, *, store: str = "") -> str:
        """The secret that a setting of this plugin refers to, fetched now; `path` such as `password`.

        It is looked for in the store's table, or in that of bridge.toml. Raises `SettingsError`, `KeyError` where the
        setting is not set.
        """
        ...

    def now(self) -> datetime:
        """The bridge's clock, UTC."""
        ...

    async def contact(self, store: str, owner: Owner) -> Contact | None:
        """How the customer, the guest of an order or a visitor of a thread is addressed now.

        Raises `ShopError` where the shop is down.
        """
        ...

    async def subject(self, store: str, ticket_id: int) -> str:
        """A ticket's subject; empty where it has been erased (rule D2)."""
        ...

    async def answer(self, store: str, ticket_id: int, at: datetime) -> str:
        """What staff answered in a ticket at that moment; empty where it has been erased (rule D2).

        For who has no page to read it on: everybody else is only told that there is an answer.
        """
        ...

    async def is_shown(self, store: str, ticket_id: int) -> bool | None:
        """Whether the customer finds on his page all that was written to him in a ticket.

        False while it is on its way, and where the shop's extension or its tables are too old to show it. None where
        he never will, because its words are to be erased. A ticket that is not there has nothing that could be
        missing. Raises `ShopError` where the shop is down.
        """
        ...

    async def code(self, store: str, claim_id: int) -> str:
        """The one-time code of a guest's claim; empty where it has ended (rule C19)."""
        ...

    async def queue(self, deliveries: Sequence[Delivery]) -> int:
        """Keep messages until they have been delivered; a known key is left alone. Returns how many are new."""
        ...

    async def waiting_before(self, delivery: Delivery) -> Sequence[Delivery]:
        """This plugin's messages to the same receiver that were queued before this one and still wait, in their order.

        For who must not let a message overtake one that could not be delivered yet. None for one that is not queued.
        """
        ...

    async def keep(self, receipts: Sequence[Receipt]) -> int:
        """Keep what came from outside until `bridge_handle` is done with it; a known key is left alone.

        They are on the disk when this returns: only then may the sender be told so. Returns how many are new.
        """
        ...

    @property
    def chats(self) -> Chats:
        """The bridge's side of conversations, for a plugin that carries them."""
        ...

    async def delivered_since(self, store: str, owner: Owner, since: datetime) -> int:
        """How many of this plugin's messages to that customer have been delivered since."""
        ...

    async def report(self, store: str, *, key: str, kind: str, summary: str) -> None:
        """Tell staff of a problem; the same key is one problem."""
        ...

    async def solve(self, store: str, keys: Sequence[str]) -> None:
        """Close problems whose cause has gone."""
        ...
