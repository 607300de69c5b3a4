"""The whole way of a message: an event in a real desk's outbox, the plugin's hook, its queue, its delivery.

Only the shop is in memory, and time stands still. What receives (a mail server, a web server) is a test's own.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bridge.contracts.problems import Problem
from bridge.contracts.shop_documents import Contact
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.events import Event
from bridge.domain.tickets import Author
from bridge.engine.deliveries import DeliveryLine
from bridge.engine.office import PluginOffice, Surroundings
from bridge.engine.outbox import OutboxDispatcher
from bridge.engine.plugin_lines import PluginLines, Workplace
from bridge.hooks.manager import Plugins
from bridge.settings import Settings, load
from bridge.settings.plugin_tables import PluginSettings, proven_plugin_tables
from bridge.testing.clock import FixedClock
from bridge.testing.shop import FakeShop
from tests.support.books import a_quick_desk
from tests.support.settings_files import changed, write_config

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANNA = Owner(OwnerKind.CUSTOMER, 77)
ACCOUNT_URL = "https://shop.example/account"
STORE = changed(
    'zone = "Asia/Tehran"',
    f'zone = "Asia/Tehran"\nlanguages = ["en", "ru", "fa"]\ntitle = "Support House"\naccount_url = "{ACCOUNT_URL}"',
)
"""The file of a store whose customers read English, Russian or Persian."""


class Mailroom:
    """One plugin at work. `tell` puts events into the outbox, `work` does all that is due."""

    def __init__(self, desk: Desk, name: str, plugin: object, settings: Settings) -> None:
        self.desk, self.name = desk, name
        self.clock = FixedClock(NOON)
        self.shop = FakeShop()
        self.shop.people[77] = Contact(77, "anna@customers.example", "Anna", "en")
        self.plugins = Plugins()
        self.plugins.add(name, plugin)
        self.settings = settings
        self.read: PluginSettings = proven_plugin_tables(settings, self.plugins.tables())
        stop = asyncio.Event()
        place = Workplace(desk, self.plugins, self.clock, stop, lambda: list(self.settings.stores))
        self.runner = PluginLines(DeliveryLine, place)
        self.outbox = OutboxDispatcher(desk, self.plugins, self.clock, stop)
        self.plugins.open(self._office)

    async def tell(self, *events: Event) -> None:
        await self.desk.transact("tell", lambda tx: tx.outbox.add(events))

    async def work(self, *events: Event) -> None:
        """Tell these events, and deliver what is due now; what fails waits for its time."""
        await self.tell(*events)
        while await self.outbox.one_pass():
            pass
        while await self.runner.lines[self.name].one_pass():
            pass

    async def ticket(self, subject: str) -> int:
        """Open a ticket of customer 77, as staff do. Returns its number."""

        def open_one(tx: DeskTx) -> int:
            account = tx.accounts.open("acme", [ANNA])[ANNA]
            opened = tx.tickets.open("acme", account.id, subject=subject, at=NOON, by=Author.STAFF, staff="Anna")
            return opened.id

        return await self.desk.transact("open", open_one)

    async def problems(self) -> list[Problem]:
        return await self.desk.read(lambda tx: tx.problems.open("acme"))

    async def waiting(self) -> int:
        return sum((await self.desk.read(lambda tx: tx.deliveries.waiting())).values())

    def _office(self, plugin: str) -> PluginOffice:
        around = Surroundings(
            settings=lambda: self.settings,
            plugins=lambda: self.read,
            adapter_of=lambda store: self.shop if store == "acme" else None,
            wake=self.runner.wake,
        )
        return PluginOffice(plugin, self.desk, self.clock, around)


@contextmanager
def a_mailroom(
    folder: Path,
    name: str,
    plugin: object,
    *,
    bridge: str = "",
    store: str = "",
    environ: Mapping[str, str] | None = None,
) -> Iterator[Mailroom]:
    """A mailroom for one plugin; `bridge` and `store` are its tables as the files write them. Needs a running loop."""
    head = f'[plugins]\nenabled = ["opencart", "{name}"]\n'
    config = write_config(folder, bridge=head + bridge, stores={"acme.toml": f"{STORE}\n{store}"})
    settings = load(config, environ=environ or {}, credentials_dir=None)
    with a_quick_desk() as desk:
        desk.start()
        yield Mailroom(desk, name, plugin, settings)
