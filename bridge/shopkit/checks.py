"""What `bridge check` looks at in a shop's database: each line says how it is and what to do unless it is well."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime

from bridge.contracts.clock import Clock
from bridge.contracts.shop import Finding, Level, StoreConnection
from bridge.domain.orders import StatusSets
from bridge.domain.zones import same_hours
from bridge.errors import ShopError, ShopRefused
from bridge.shopkit.checks_licences import LicenceChecks
from bridge.shopkit.checks_rights import RightsChecks
from bridge.shopkit.checks_service import ServiceChecks
from bridge.shopkit.checks_tables import TableChecks
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.hints import HINT_TABLE, ShopHints
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.recognising import Found, explore, recognise, server_version
from bridge.shopkit.rights import OUR_TABLES
from bridge.shopkit.schema import Layout, Platform, status_names_statement
from bridge.shopkit.table_facts import table_facts
from bridge.shopkit.writer import ShopWriter

CLOCK_SECONDS = 5.0
"""A server's clock that is further from ours gets a warning."""

_TLS = Statement("tls", "SHOW SESSION STATUS LIKE 'Ssl_cipher'")
_CLOCK = Statement("clock", "SELECT UTC_TIMESTAMP(6)")

Codes = Callable[[Sequence[str]], Awaitable[Sequence[str]]]
"""Gives the product codes of the shop that equal one of these, but perhaps for case."""


class ShopChecks:
    """Runs the checks of one store, one after the other; a check that can't run becomes a finding of its own."""

    def __init__(
        self,
        store: StoreConnection,
        database: ShopDatabase,
        platform: Platform,
        *,
        writer: ShopWriter,
        hints: ShopHints,
        codes: Codes,
        probe: Callable[[], Awaitable[StatusSets]],
        zone: Callable[[], Awaitable[str | None]],
        clock: Clock,
    ) -> None:
        self._store, self._database, self._platform = store, database, platform
        self._hints, self._codes, self._probe, self._zone, self._clock = hints, codes, probe, zone, clock
        self._writer = writer
        self._rights = RightsChecks(database, platform, writer)
        self._explored: Found | None = None
        self._layout: Layout | None = None

    async def run(self) -> Sequence[Finding]:
        """All findings, in the order they are shown. Never raises a `ShopError`."""
        try:
            version = await server_version(self._database)
        except ShopError as error:
            return [Finding("connection", Level.WRONG, str(error), error.hint)]
        findings = [Finding("connection", Level.OK, f"{self._database.access.place}, {version}")]
        checks: Mapping[str, Callable[[], Awaitable[Sequence[Finding]]]] = {
            "tls": self._tls,
            "layout": self._layout_fits,
            "statuses": self._statuses,
            "rights": self._needed_rights,
            "rights beyond need": self._rights.beyond_need,
            "tables": self._rights.our_tables,
            "coin desk": self._rights.coin_desk,
            "customer service": self._customer_service,
            "licence table": self._licence_table,
            "changes": self._changes,
            "hints": self._hints_used,
            "engine": self._engines,
            "charset": self._charsets,
            "clock": self._clocks,
            "zone": self._zones,
            "product codes": self._product_codes,
        }
        for name, check in checks.items():
            try:
                findings += await check()
            except ShopError as error:
                findings.append(Finding(name, Level.WRONG, str(error), error.hint))
        return findings

    async def _tls(self) -> Sequence[Finding]:
        access = self._database.access
        if access.socket is not None:
            return [Finding("tls", Level.OK, "not needed on a Unix socket")]
        rows = await self._database.rows(_TLS)
        cipher = rows[0][1] if rows else ""
        if cipher:
            return [Finding("tls", Level.OK, f"encrypted with {cipher}")]
        if access.host in {"localhost", "127.0.0.1", "::1"}:
            return [Finding("tls", Level.OK, "not encrypted, on this machine only")]
        text = f"the connection to {access.place} is not encrypted"
        return [Finding("tls", Level.WARNING, text, 'set database.tls = "required" in the store\'s file')]

    async def _layout_fits(self) -> Sequence[Finding]:
        self._layout = await recognise(self._database, self._platform, await self._found())
        return [Finding("layout", Level.OK, f"{self._layout.title} under the prefix {self._database.access.prefix!r}")]

    async def _statuses(self) -> Sequence[Finding]:
        statuses = await self._probe()
        names = await self._status_names()
        sets = {"granting": statuses.granting, "revoking": statuses.revoking - statuses.chargeback}
        if statuses.chargeback:
            sets["chargeback"] = statuses.chargeback
        return [Finding("statuses", Level.OK, "; ".join(_statuses_words(*one, names) for one in sets.items()))]

    async def _status_names(self) -> Mapping[int, str]:
        """What the shop calls its statuses, where the user may read it: nothing but this line needs it."""
        where = self._platform.status_names
        if where is None:
            return {}
        try:
            rows = await self._database.rows(status_names_statement(self._database.access.prefix, where))
        except ShopRefused:
            return {}
        names: dict[int, str] = {}
        for number, name in rows:
            names.setdefault(number, str(name))
        return names

    async def _needed_rights(self) -> Sequence[Finding]:
        return await self._rights.rights(await self._found())

    async def _customer_service(self) -> Sequence[Finding]:
        service = self._platform.service
        return await ServiceChecks(self._database, service, self._writer).run() if service else ()

    async def _licence_table(self) -> Sequence[Finding]:
        table = self._store.licence_table
        return await LicenceChecks(self._database, table).run() if table else ()

    async def _changes(self) -> Sequence[Finding]:
        return list((await self._table_checks()).changes())

    async def _engines(self) -> Sequence[Finding]:
        return list((await self._table_checks()).engines())

    async def _charsets(self) -> Sequence[Finding]:
        return list((await self._table_checks()).charsets(self._store.product_codes))

    async def _hints_used(self) -> Sequence[Finding]:
        """What wakes the bridge before it looks by itself."""
        self._hints.look_again()
        sources = [source.words for source in await self._hints.sources()]
        table = f"{self._database.access.prefix}{HINT_TABLE}"
        if any(table in source for source in sources):
            return [Finding("hints", Level.OK, ", ".join(sources))]
        used = f"used are {', '.join(sources)}" if sources else "the server gives no other: new orders wait for a poll"
        text = f"{table} is not there, or not to be read, so the shop can't wake the bridge; {used}"
        return [Finding("hints", Level.WARNING, text, await self._rights.prepare_remedy())]

    async def _clocks(self) -> Sequence[Finding]:
        before = self._clock.now()
        [(theirs,)] = await self._database.rows(_CLOCK)
        ours = before + (self._clock.now() - before) / 2
        if not isinstance(theirs, datetime):
            text = f"the server gives no time: {theirs!r}"
            return [Finding("clock", Level.WRONG, text, "ask the server's operator")]
        apart = (theirs.replace(tzinfo=UTC) - ours).total_seconds()
        if abs(apart) > CLOCK_SECONDS:
            text = f"the database server's clock is {abs(apart):.0f} s {'ahead' if apart > 0 else 'behind'}"
            return [Finding("clock", Level.WARNING, text, "set both machines' clocks by NTP")]
        return [Finding("clock", Level.OK, f"{abs(apart):.1f} s apart")]

    async def _zones(self) -> Sequence[Finding]:
        """The shop writes its payments' times in its own zone, and they are read in the store's (rule C3)."""
        ours, theirs = self._store.zone, await self._zone()
        if not theirs:
            return [Finding("zone", Level.OK, f"{ours.key}; the shop's own can't be asked for")]
        if same_hours(ours, theirs, self._clock.now()):
            return [Finding("zone", Level.OK, f"{theirs}, in the shop too")]
        text = f"the shop's time zone is {theirs}, the store's is {ours.key}: times of payments are misread"
        return [Finding("zone", Level.WARNING, text, "correct zone in the store's file, or the time zone in the shop")]

    async def _product_codes(self) -> Sequence[Finding]:
        wanted = sorted(self._store.product_codes)
        if not wanted:
            return [Finding("product codes", Level.OK, "none in the settings")]
        present = set(await self._codes(wanted))
        missing = [code for code in wanted if code not in present]
        if not missing:
            return [Finding("product codes", Level.OK, f"{len(wanted)} codes, each on a product of the shop")]
        folded = {code.strip().casefold(): code for code in present}
        words = [
            f"{code!r}" + (f" (there is {folded[code.casefold()]!r})" if code.casefold() in folded else "")
            for code in missing
        ]
        text = f"no product of the shop carries {', '.join(words)}"
        return [
            Finding(
                "product codes", Level.WARNING, text, "correct the code in the store's file, or the product in the shop"
            )
        ]

    async def _found(self) -> Found:
        if self._explored is None:
            self._explored = await explore(self._database, self._platform)
        return self._explored

    async def _table_checks(self) -> TableChecks:
        tables = [*self._platform.columns, *self._platform.checked_columns, *OUR_TABLES]
        facts = await table_facts(self._database, tables)
        return TableChecks(self._database.access.prefix, self._platform, self._layout, await self._found(), facts)


def _statuses_words(what: str, statuses: Collection[int], names: Mapping[int, str]) -> str:
    """`granting 3 (Shipped), 5 (Complete)`, without a name where it is not known."""
    shown = [f"{one} ({names[one]})" if one in names else str(one) for one in sorted(statuses)]
    return f"{what} {', '.join(shown) or 'none'}"
