"""What `bridge check` says of the bridge's rights, and of the tables it needs them for."""

from collections.abc import Sequence

from bridge.contracts.shop import Finding, Level
from bridge.contracts.shop_rows import SCHEMA_VERSION
from bridge.errors import ShopRefused
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.errors import error_number
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.recognising import Found
from bridge.shopkit.rights import (
    COIN_DESK_TABLES,
    FILES_TABLE,
    LICENCES_TABLE,
    MESSAGES_TABLE,
    NEEDED_TABLES,
    OUR_TABLES,
    PREMIUM_TABLES,
    SHOW_GRANTS,
    TICKETS_TABLE,
    Grant,
    excessive,
    may_create,
    parsed_grants,
)
from bridge.shopkit.schema import Platform, probe_statement
from bridge.shopkit.writer import ShopWriter

_YOUNGER = {TICKETS_TABLE: "threads", MESSAGES_TABLE: "threads", FILES_TABLE: "files"}
"""What of tickets a shop lacks that was prepared by an earlier release, by the table that is not there."""
_OTHERS = {LICENCES_TABLE: "licences", **dict.fromkeys(PREMIUM_TABLES, "premium time")}
"""And what else."""


class RightsChecks:
    """The rights of one store's user: each that is needed, those beyond need, and our tables."""

    def __init__(self, database: ShopDatabase, platform: Platform, writer: ShopWriter) -> None:
        self._database, self._platform, self._writer = database, platform, writer
        self._prefix = database.access.prefix
        print_them = f"bridge store prepare {database.store} --print"
        self._print_remedy = f"give the user exactly the rights that this prints: {print_them}"
        self._owner_remedy = f"let the database's owner run what this prints: {print_them}"

    async def rights(self, found: Found) -> Sequence[Finding]:
        lacking = list(found.denied.values())
        for table, columns in self._platform.checked_columns.items():
            lacking += await self._denied(probe_statement(self._prefix + table, columns))
        if not await self._missing():
            for table in NEEDED_TABLES:
                lacking += await self._denied_writes(table, OUR_TABLES[table])
        if lacking:
            return [Finding("rights", Level.WRONG, f"missing: {'; '.join(lacking)}", self._print_remedy)]
        return [Finding("rights", Level.OK, "each needed right is there")]

    async def beyond_need(self) -> Sequence[Finding]:
        words = excessive(await self._grants(), self._platform, self._database.access)
        if words:
            text = f"the user may do more than the bridge needs: {'; '.join(words)}"
            return [Finding("rights beyond need", Level.WARNING, text, self._print_remedy)]
        return [Finding("rights beyond need", Level.OK, "none")]

    async def our_tables(self) -> Sequence[Finding]:
        missing = await self._missing()
        if missing:
            text = f"not there, or not to be read: {', '.join(missing)}"
            return [Finding("tables", Level.WRONG, text, await self.prepare_remedy())]
        version = await self._writer.schema_version()
        if version != str(SCHEMA_VERSION):
            text = f"the supportbridge tables are of version {version}, this program writes {SCHEMA_VERSION}"
            return [Finding("tables", Level.WRONG, text, "run the version of the bridge that made them")]
        return [Finding("tables", Level.OK, f"the supportbridge tables are there, version {version}")]

    async def coin_desk(self) -> Sequence[Finding]:
        """What quotes, tickets and mail need of the shop. Orders and coins go on without, so a lack is a warning."""
        return [await self._coin_desk_tables(), await self._addresses()]

    async def _coin_desk_tables(self) -> Finding:
        missing = [table for table in COIN_DESK_TABLES if not await self._writer.exists(table)]
        if missing:
            names = ", ".join(self._prefix + table for table in missing)
            text = f"no {_lacks(missing)} in this shop: not there, or not to be read: {names}"
            return Finding("coin desk", Level.WARNING, text, await self.prepare_remedy())
        lacking: list[str] = []
        for table in COIN_DESK_TABLES:
            lacking += await self._denied_writes(table, OUR_TABLES[table])
        if lacking:
            return Finding("coin desk", Level.WRONG, f"missing: {'; '.join(lacking)}", self._print_remedy)
        return Finding(
            "coin desk", Level.OK, "the tables of quotes, prices, tickets, licences, premium time and answers are there"
        )

    async def _addresses(self) -> Finding:
        lacking = []
        for table, columns in self._platform.contact_columns.items():
            name = self._prefix + table
            denied = [column for column in columns if await self._denied(probe_statement(name, (column,)))]
            lacking += [f"{name} ({', '.join(denied)})"] if denied else []
        if lacking:
            text = (
                "customers can't be addressed (mail, guests' orders, imports by e-mail): not to be read are "
                f"{', '.join(lacking)}"
            )
            return Finding("addresses", Level.WARNING, text, self._print_remedy)
        return Finding("addresses", Level.OK, "customers can be addressed")

    async def prepare_remedy(self) -> str:
        """How our tables come into the shop: by our own user if he may make them, else by the database's owner."""
        if may_create(await self._grants(), self._database.access):
            return f"run: bridge store prepare {self._database.store}"
        return self._owner_remedy

    async def _grants(self) -> list[Grant]:
        return parsed_grants(row[0] for row in await self._database.rows(SHOW_GRANTS))

    async def _missing(self) -> list[str]:
        return [self._prefix + table for table in NEEDED_TABLES if not await self._writer.exists(table)]

    async def _denied_writes(self, table: str, rights: Sequence[str]) -> list[str]:
        """Ask for each right by a statement that touches no row."""
        name = f"`{self._prefix}{table}`"
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


def _lacks(missing: Sequence[str]) -> str:
    """What customers don't have without these tables, in words."""
    if not {*_YOUNGER, *_OTHERS} >= set(missing):
        return "quotes, prices and tickets"
    of_tickets = dict.fromkeys(_YOUNGER[table] for table in missing if table in _YOUNGER)
    words = [f"{' and '.join(of_tickets)} of tickets"] if of_tickets else []
    return " and no ".join([*words, *dict.fromkeys(_OTHERS[table] for table in missing if table in _OTHERS)])
