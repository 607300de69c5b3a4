"""A shop whose vendor keeps licences in a table of his own, read by hand in a test (rule L8)."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bridge.contracts.problems import Problem
from bridge.contracts.stores import FirstSync
from bridge.desk.desk import Desk
from bridge.desk.transaction import DeskTx
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.events import LicenceChanged
from bridge.domain.licence_history import KeptLicence, status_at
from bridge.domain.licences import StatusCode
from bridge.engine.freshness import Sight
from bridge.engine.health import StoreHealth
from bridge.engine.licence_round import LicenceRound
from bridge.engine.setup import StoreSetup
from bridge.settings.licences import LicenceSettings
from bridge.testing.clock import FixedClock
from bridge.testing.licences import FakeLicences
from bridge.testing.shop import FakeShop
from tests.support.fake_platform import read_settings, write_bridge

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACME = "acme"
NAMES: dict[str, Any] = {"name": {"en": "SEO"}}
TABLE: dict[str, Any] = {
    "table": "my_licences",
    "id_column": "id",
    "key": {"column": "code"},
    "product": {"column": "extension"},
    "customer_id": {"column": "customer"},
    "status": {"column": "state"},
    "starts": {"column": "since"},
    "support_until": {"column": "until"},
    "products": {"17": "seo"},
    "statuses": {"1": "active", "2": "expired", "0": "suspended"},
}
BY_ADDRESS = {**{name: one for name, one in TABLE.items() if name != "customer_id"}, "email": {"column": "mail"}}


class Vendor:
    """A shop whose vendor keeps licences in a table of his own, and the side that reads it, driven by hand."""

    def __init__(self, desk: Desk, folder: Path, table: dict[str, Any] = TABLE) -> None:
        self.settings = read_settings(write_bridge(folder, stores={ACME: {}})).stores[ACME]
        self.shop, self.desk, self.clock = FakeShop(licences=True), desk, FixedClock(NOON)
        assert self.shop.licences_shop is not None
        self.rows: FakeLicences = self.shop.licences_shop
        self.begin(table)

    def begin(self, table: dict[str, Any] = TABLE, **products: Any) -> None:
        """Start anew, as a daemon does, perhaps with other settings."""
        licences = LicenceSettings.model_validate(
            {"products": {"seo": NAMES, "menu": NAMES, **products}, "table": table}, strict=False
        )
        self.setup = StoreSetup.of(self.settings.model_copy(update={"licences": licences}))
        health = StoreHealth(ACME, 60)
        self.side = LicenceRound(
            self.setup,
            self.shop,
            self.desk,
            self.clock,
            health,
            asyncio.Event(),
            wake=asyncio.Event(),
            sight=Sight(self.desk, self.clock, ACME),
        )

    def sells(self, row: int, customer: int | str = 77, **said: str) -> None:
        """A row as the vendor's own extension writes it; `said` changes what is named."""
        full = {"key": f"VENDOR-{row}", "product": "17", "customer_id": str(customer), "status": "1"}
        full |= {"starts": "2026-11-01", "support_until": "2027-11-01"}
        self.rows.write(row, **(full | said))

    def writes(self, rows: Iterable[int], **said: str) -> None:
        """The vendor changes rows."""
        for row in rows:
            self.rows.write(row, **said)

    async def ready(self) -> None:
        """The orders have been read, and the table for the first time."""
        await self.desk.transact("done", orders_are_read)
        await self.side.whole_round()

    async def look(self, after: timedelta = timedelta(minutes=1)) -> None:
        self.clock.advance(after)
        await self.side.one_pass()

    async def round(self, after: timedelta = timedelta(minutes=5)) -> None:
        self.clock.advance(after)
        await self.side.whole_round()

    def licences(self, owner: int | Owner = 77) -> list[KeptLicence]:
        who = owner if isinstance(owner, Owner) else Owner(OwnerKind.CUSTOMER, owner)

        def found(tx: DeskTx) -> list[KeptLicence]:
            account = tx.accounts.of_owners(ACME, [who]).get(who)
            return tx.licences.of_accounts([account.id]).get(account.id, []) if account else []

        return self.desk.look(found)

    def the_licence(self, owner: int | Owner = 77) -> KeptLicence:
        (one,) = self.licences(owner)
        return one

    def status(self, owner: int | Owner = 77) -> StatusCode:
        return status_at(self.the_licence(owner).now, self.clock.now(), expiring_days=(30,)).code

    def problems(self) -> list[Problem]:
        return self.desk.look(lambda tx: tx.problems.open(ACME))

    def told(self) -> list[str]:
        due = self.desk.look(lambda tx: tx.outbox.due(self.clock.now() + timedelta(days=9999), 1000))
        return [one.event.change for one in due if isinstance(one.event, LicenceChanged)]

    def history(self, licence: int) -> list[str]:
        return [one.kind.value for one in self.desk.look(lambda tx: tx.licences.events(licence))]


def orders_are_read(tx: DeskTx) -> None:
    tx.stores.save(replace(tx.stores.get(ACME), first_sync=FirstSync.DONE))
