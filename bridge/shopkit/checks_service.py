"""What `bridge check` says of the shop's own customer service, where the platform has one.

Orders, coins and the tickets of our own page go on without it, so nothing here is worse than a warning.
"""

from collections.abc import Sequence

from bridge.contracts.shop import Finding, Level
from bridge.errors import ShopRefused
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.errors import error_number, server_says
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.rights import LINK_TABLE
from bridge.shopkit.schema import INNODB, ServiceTables, probe_statement
from bridge.shopkit.table_facts import table_facts
from bridge.shopkit.writer import ShopWriter


class ServiceChecks:
    """The customer service of one store."""

    def __init__(self, database: ShopDatabase, service: ServiceTables, writer: ShopWriter) -> None:
        self._database, self._service, self._writer = database, service, writer
        self._prefix = database.access.prefix
        self._prepare = f"bridge store prepare {database.store}"

    async def run(self) -> Sequence[Finding]:
        """One line if all is well, else a line for each thing that is not."""
        lacking = await self._lacking()
        if lacking:
            text = f"tickets of the shop's own customer service are not read or answered: {'; '.join(lacking)}"
            remedy = f"give the user exactly the rights that this prints: {self._prepare} --print"
            return [Finding("customer service", Level.WARNING, text, remedy)]
        if not await self._writer.exists(LINK_TABLE):
            text = f"no reply can be written: not there, or not to be read: {self._prefix}{LINK_TABLE}"
            remedy = f"run: {self._prepare}; or let the database's owner run what {self._prepare} --print prints"
            return [Finding("customer service", Level.WARNING, text, remedy)]
        findings = [*await self._engine(), *await self._contacts()]
        return findings or [
            Finding("customer service", Level.OK, "messages are read, replies are written, by primary key")
        ]

    async def _lacking(self) -> list[str]:
        """Ask for each right by a statement that touches no row."""
        statements = [probe_statement(self._prefix + table, columns) for table, columns in self._service.read.items()]
        for table, columns in self._service.written.items():
            name, names = f"`{self._prefix}{table}`", [f"`{column}`" for column in columns]
            if "INSERT" in self._service.rights[table]:
                listed = ", ".join(names)
                text = f"INSERT INTO {name} ({listed}) SELECT {listed} FROM {name} WHERE 1 = 0"
            else:
                text = f"UPDATE {name} SET {', '.join(f'{column} = {column}' for column in names)} WHERE 1 = 0"
            statements.append(Statement(f"probe writing {table}", text))
        lacking = []
        for statement in statements:
            try:
                await self._database.write(statement)
            except ShopRefused as error:
                lacking.append(server_says(error) if error_number(error) else str(error))
        return lacking

    async def _engine(self) -> Sequence[Finding]:
        table = self._service.messages
        [facts] = await table_facts(self._database, [table])
        if facts.engine == INNODB:
            return ()
        text = (
            f"{self._prefix}{table} is {facts.engine}, which keeps no transactions: a reply is written in three steps, "
            "and looked for before it is tried again"
        )
        return [Finding("customer service", Level.WARNING, text, f"ALTER TABLE `{self._prefix}{table}` ENGINE=InnoDB")]

    async def _contacts(self) -> Sequence[Finding]:
        table, column = self._service.contacts
        statement = Statement("contacts", f"SELECT COUNT(*), COALESCE(SUM(`{column}`), 0) FROM `{self._prefix}{table}`")
        [(contacts, keeping)] = await self._database.rows(statement)
        if keeping or not contacts:
            return ()
        text = "no contact of the shop keeps what its contact form is sent: it leaves as mail and no ticket comes of it"
        return [
            Finding(
                "customer service",
                Level.WARNING,
                text,
                "in the shop, let its contacts save messages for customer service",
            )
        ]
