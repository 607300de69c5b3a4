"""What `bridge check` looks at in a shop's database: each line says how it is and what to do unless it is well."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bridge.contracts.clock import Clock
from bridge.contracts.shop import Finding, Level, StoreConnection
from bridge.contracts.shop_rows import SCHEMA_VERSION
from bridge.errors import ShopError, ShopRefused
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.errors import error_number
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.rights import OUR_TABLES, SHOW_GRANTS, excessive, parsed_grants
from bridge.shopkit.schema import Layout, explore, probe_statement, recognise, server_version
from bridge.shopkit.writer import ShopWriter

CLOCK_SECONDS = 5.0
"""A server's clock that is further from ours gets a warning."""

UNICODE_CHARSETS = frozenset({"utf8", "utf8mb3", "utf8mb4", "ascii"})

_TLS = Statement("tls", "SHOW SESSION STATUS LIKE 'Ssl_cipher'")
_CLOCK = Statement("clock", "SELECT UTC_TIMESTAMP(6)")
_TABLES = Statement(
    "tables",
    "SELECT table_name, engine, table_collation FROM information_schema.tables"
    " WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND table_name IN (%(tables)s) LIMIT 1000",
)

Codes = Callable[[Sequence[str]], Awaitable[Sequence[str]]]
"""Gives the product codes of the shop that equal one of these, but perhaps for case."""


class ShopChecks:
    """Runs the checks of one store, one after the other; a check that can't run becomes a finding of its own."""

    def __init__(
        self,
        store: StoreConnection,
        database: ShopDatabase,
        layout: Layout,
        *,
        writer: ShopWriter,
        codes: Codes,
        probe: Callable[[], Awaitable[object]],
        zone: Callable[[], Awaitable[str | None]],
        clock: Clock,
    ) -> None:
        self._store, self._database, self._layout = store, database, layout
        self._writer, self._codes, self._probe, self._zone, self._clock = writer, codes, probe, zone, clock

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
            "rights": self._rights,
            "rights beyond need": self._rights_beyond_need,
            "tables": self._tables,
            "engine": self._engines,
            "charset": self._charset,
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
        await recognise(self._database, self._layout)
        return [Finding("layout", Level.OK, f"{self._layout.title} under the prefix {self._database.access.prefix!r}")]

    async def _statuses(self) -> Sequence[Finding]:
        await self._probe()
        return [Finding("statuses", Level.OK, "granting and revoking statuses are known")]

    async def _rights(self) -> Sequence[Finding]:
        found = await explore(self._database, self._layout)
        lacking = list(found.denied.values())
        for table, columns in self._layout.checked_columns.items():
            lacking += await self._denied(probe_statement(self._database.access.prefix + table, columns))
        if await self._all_tables_there():
            for table, rights in OUR_TABLES.items():
                lacking += await self._denied_writes(table, rights)
        if lacking:
            return [self._wrong("rights", f"missing: {'; '.join(lacking)}", self._print_remedy)]
        return [Finding("rights", Level.OK, "each needed right is there")]

    async def _denied_writes(self, table: str, rights: Sequence[str]) -> list[str]:
        """Ask for each right by a statement that touches no row."""
        name = f"`{self._database.access.prefix}{table}`"
        trials = {
            "INSERT": f"INSERT IGNORE INTO {name} (payload) SELECT payload FROM {name} WHERE 1 = 0",
            "UPDATE": f"UPDATE {name} SET mac = mac WHERE 1 = 0",
            "DELETE": f"DELETE FROM {name} WHERE 1 = 0",
        }
        lacking: list[str] = []
        for right in rights:
            if right in trials:
                lacking += await self._denied(Statement(f"probe {right}", trials[right]))
        return lacking

    async def _denied(self, statement: Statement) -> list[str]:
        try:
            await self._database.write(statement)
        except ShopRefused as error:
            return [str(error.__cause__.args[-1] if error.__cause__ and error_number(error) else error)]
        return []

    async def _rights_beyond_need(self) -> Sequence[Finding]:
        rows = await self._database.rows(SHOW_GRANTS)
        words = excessive(parsed_grants(row[0] for row in rows), self._layout, self._database.access)
        if words:
            text = f"the user may do more than the bridge needs: {'; '.join(words)}"
            return [Finding("rights beyond need", Level.WARNING, text, self._print_remedy)]
        return [Finding("rights beyond need", Level.OK, "none")]

    async def _tables(self) -> Sequence[Finding]:
        prefix = self._database.access.prefix
        missing = [prefix + table for table in OUR_TABLES if not await self._writer.exists(table)]
        if missing:
            text = f"not there, or not to be read: {', '.join(missing)}"
            return [self._wrong("tables", text, f"run: bridge store prepare {self._store.store}")]
        version = await self._writer.schema_version()
        if version != str(SCHEMA_VERSION):
            text = f"the supportbridge tables are of version {version}, this program writes {SCHEMA_VERSION}"
            return [self._wrong("tables", text, "run the version of the bridge that made them")]
        return [Finding("tables", Level.OK, f"the supportbridge tables are there, version {version}")]

    async def _engines(self) -> Sequence[Finding]:
        prefix = self._database.access.prefix
        tables = [prefix + table for table in (*self._layout.columns, *OUR_TABLES)]
        rows = await self._database.rows(_TABLES, tables=tables)
        odd = [f"{table} is {engine}" for table, engine, _ in rows if engine != "InnoDB"]
        ours = {prefix + table for table in OUR_TABLES}
        odd += [
            f"{table} has {collation}" for table, _, collation in rows if table in ours and collation != "utf8mb4_bin"
        ]
        if odd:
            remedy = (
                "convert the shop's tables to InnoDB; make the supportbridge tables again with: bridge store prepare"
            )
            return [Finding("engine", Level.WARNING, "; ".join(odd), remedy)]
        return [Finding("engine", Level.OK, "InnoDB")]

    async def _charset(self) -> Sequence[Finding]:
        table, column = self._layout.code_column
        found = await explore(self._database, self._layout)
        facts = found.facts.get((table, column))
        charset = facts.charset if facts else None
        name = f"{self._database.access.prefix}{table}.{column}"
        if charset in UNICODE_CHARSETS:
            return [Finding("charset", Level.OK, f"{name} is {charset}")]
        text = f"{name} is {charset or 'binary'}: codes with other than plain letters can't be matched"
        return [Finding("charset", Level.WARNING, text, "convert the shop's tables to utf8mb4")]

    async def _clocks(self) -> Sequence[Finding]:
        before = self._clock.now()
        [(theirs,)] = await self._database.rows(_CLOCK)
        ours = before + (self._clock.now() - before) / 2
        if not isinstance(theirs, datetime):
            return [self._wrong("clock", f"the server gives no time: {theirs!r}", "ask the server's operator")]
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
        if _same_hours(ours, theirs, self._clock.now()):
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
            Finding("product codes", Level.WARNING, text, "correct plans.*.product_codes, or the product in the shop")
        ]

    async def _all_tables_there(self) -> bool:
        return all([await self._writer.exists(table) for table in OUR_TABLES])

    @property
    def _print_remedy(self) -> str:
        return f"give the user exactly the rights that this prints: bridge store prepare {self._store.store} --print"

    @staticmethod
    def _wrong(name: str, text: str, remedy: str) -> Finding:
        return Finding(name, Level.WRONG, text, remedy)


def _same_hours(zone: ZoneInfo, name: str, at: datetime) -> bool:
    """Whether both show the same hour, in summer and in winter: one zone has several names."""
    try:
        other = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    moments = [at + timedelta(days=half * 182) for half in (-1, 0, 1)]
    return all(moment.astimezone(zone).utcoffset() == moment.astimezone(other).utcoffset() for moment in moments)
