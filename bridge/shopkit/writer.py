"""Our own tables in the shop's database: the only place the bridge writes to.

The tables are the same on every platform, made from one file. Rows arrive signed and versioned; what is written twice
changes nothing, and what arrives late never replaces what is newer. An account's row is written after its entries, so
that a page never sees a count whose entries are not there yet.
"""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from importlib import resources
from typing import TypeVar

from bridge.contracts.shop import AccountRows, Shown
from bridge.contracts.shop_documents import Note
from bridge.contracts.shop_rows import SCHEMA_VERSION, SignedRow, SigningKey, claim_name, foreign_claim, verifies
from bridge.errors import ForeignDesk, ShopRefused
from bridge.shopkit.absent import may_be_absent
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.errors import TABLE_DENIED, error_number, refused
from bridge.shopkit.hints import HINT_TABLE
from bridge.shopkit.in_the_way import beyond, blocked, ends_of, entry_is_in_the_way, genuine_account
from bridge.shopkit.named_sql import Statement, checked_prefix, load_sql
from bridge.shopkit.rights import LINK_TABLE, OUR_TABLES
from bridge.shopkit.schema import probe_statement

ACCOUNTS_A_STATEMENT = 200
ENTRIES_A_STATEMENT = 1000
CLAIM_ATTEMPTS = 3
LEFT_BEHIND_A_CALL = 1000

_Item = TypeVar("_Item")


def table_statements(prefix: str) -> list[str]:
    """The statements of `tables.sql` for one shop. Raises `SettingsError` for an odd prefix."""
    checked_prefix(prefix)
    text = (resources.files("bridge.shopkit") / "tables.sql").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    statements = "\n".join(lines).replace("{prefix}", prefix).split(";\n")
    return [statement.strip().removesuffix(";") for statement in statements if statement.strip()]


class ShopWriter:
    """Writes and reads our rows of one store."""

    def __init__(self, database: ShopDatabase) -> None:
        self._database = database
        self._store = database.store
        self._sql = load_sql("bridge.shopkit", "writer.sql", database.access.prefix)
        self._keys: Sequence[SigningKey] = ()

    async def push(self, rows: Sequence[AccountRows]) -> None:
        """Write account and entry rows, a few hundred accounts a statement."""
        for part in batches(rows, ACCOUNTS_A_STATEMENT):
            await self._push(part)

    async def claim(self, row: SignedRow, keys: Sequence[SigningKey]) -> None:
        """Write the row that names this desk.

        Raises `ForeignDesk` if a verified row names another desk or a higher epoch. The keys are kept: what none of
        them signed does not stand in the way of later pushes.
        """
        self._keys = keys
        name, ours = claim_name(self._store), json.loads(row.payload)
        for _ in range(CLAIM_ATTEMPTS):
            seen = await self._database.rows(self._sql["meta"], name=name)
            if seen:
                payload, key_id, mac = seen[0]
                if (payload, key_id, mac) == (row.payload, row.key_id, row.mac):
                    return
                if verifies(keys, "meta", payload, key_id, mac):
                    foreign = foreign_claim(payload, ours["desk"], ours["epoch"])
                    if foreign is not None:
                        raise ForeignDesk(f"{self._store}: {foreign}")
                await self._database.write(
                    self._sql["replace_meta"], **_meta(name, row), seen_payload=payload, seen_mac=mac
                )
            else:
                await self._database.write(self._sql["add_meta"], **_meta(name, row))
        raise ForeignDesk(f"{self._store}: another desk writes its claim to this shop at the same time")

    async def push_note(self, name: str, note: Note) -> None:
        """Write a note in the place of the one of that name."""
        await self._database.write(self._sql["write_note"], **_meta(name, note))

    async def note(self, name: str) -> Note | None:
        """The note of that name."""
        rows = await self._database.rows(self._sql["meta"], name=name)
        return Note(*rows[0]) if rows else None

    async def pushed(self, customer_ids: Sequence[int]) -> tuple[Sequence[SignedRow], Sequence[SignedRow]]:
        """The account rows and entry rows now in the shop, ascending."""
        accounts: list[SignedRow] = []
        entries: list[SignedRow] = []
        for part in batches(sorted(set(customer_ids)), ACCOUNTS_A_STATEMENT):
            found = await self._database.rows(
                self._sql["accounts_of"], store=self._store, customers=part, limit=len(part)
            )
            accounts += [SignedRow(*row) for row in found]
            entries += [row async for row in self._entries(part)]
        return accounts, entries

    async def shown(self, customer_ids: Sequence[int]) -> dict[int, Shown]:
        """The versions of account rows and the numbers of entry rows now in the shop."""
        found: dict[int, Shown] = {}
        for part in batches(sorted(set(customer_ids)), ACCOUNTS_A_STATEMENT):
            rows = await self._database.rows(self._sql["shown"], store=self._store, customers=part, limit=2 * len(part))
            for customer, epoch, number, entries in rows:
                one = found.get(customer, Shown())
                found[customer] = Shown(one.epoch + epoch, one.number + number, one.entries + entries)
        return found

    async def left_behind(self, epoch: int) -> Sequence[int]:
        """Customers whose account row is of an older epoch, ascending; at most `LEFT_BEHIND_A_CALL` of them."""
        rows = await self._database.rows(
            self._sql["accounts_of_older_epochs"], store=self._store, epoch=epoch, limit=LEFT_BEHIND_A_CALL
        )
        return [row[0] for row in rows]

    async def prepare(self) -> Sequence[str]:
        """Create what is missing of our tables; in words what was done.

        Raises `ShopRefused` where the user may not, or where the tables are of a newer version.
        """
        prefix = self._database.access.prefix
        missing = [prefix + table for table in OUR_TABLES if not await self.exists(table)]
        if not missing:
            await self._check_version()
            return [f"the tables {', '.join(prefix + table for table in OUR_TABLES)} were there already"]
        for number, text in enumerate(table_statements(prefix)):
            try:
                await self._database.write(Statement(f"create tables, statement {number + 1}", text))
            except ShopRefused as error:
                if error_number(error) == TABLE_DENIED:
                    error.hint = (
                        f"run what this prints as the database's owner: bridge store prepare {self._store} --print"
                    )
                raise
        await self._check_version()
        return [f"created the table {table}" for table in missing]

    async def exists(self, table: str) -> bool:
        """Whether one of our tables is there and may be read."""
        column = {HINT_TABLE: "number", LINK_TABLE: "uuid"}.get(table, "payload")
        is_absent = True
        with may_be_absent():
            await self._database.rows(probe_statement(self._database.access.prefix + table, (column,)))
            is_absent = False
        return not is_absent

    async def schema_version(self) -> str | None:
        """What the shop's tables say about their version; None where they say nothing."""
        rows = await self._database.rows(self._sql["meta"], name="schema")
        return str(rows[0][0]) if rows else None

    async def _check_version(self) -> None:
        version = await self.schema_version()
        if version != str(SCHEMA_VERSION):
            raise refused(
                f"{self._store}: the shop's supportbridge tables are of version {version}, not {SCHEMA_VERSION}",
                "run the version of the bridge that made them",
            )

    async def _push(self, rows: Sequence[AccountRows]) -> None:
        store = self._store
        await self._clear_the_way(rows)
        entries = [
            (store, e.customer_id, e.number, e.epoch, e.payload, e.key_id, e.mac) for row in rows for e in row.entries
        ]
        for part in batches(entries, ENTRIES_A_STATEMENT):
            await self._database.write_many(self._sql["write_entries"], part)
        await self._delete_superseded(rows)
        accounts = [
            (store, a.customer_id, a.epoch, a.number, a.payload, a.key_id, a.mac) for a in (row.account for row in rows)
        ]
        await self._database.write_many(self._sql["write_accounts"], accounts)

    async def _clear_the_way(self, rows: Sequence[AccountRows]) -> None:
        """Take away rows of higher versions or beyond the end that no desk of ours wrote there for these accounts.

        Each only as looked at.
        """
        if not self._keys:
            return
        whole = [row for row in rows if row.entries_before == 0]
        versions = await self._database.rows(
            self._sql["versions"],
            store=self._store,
            customers=[row.account.customer_id for row in rows],
            epoch=min(row.account.epoch for row in rows),
            limit=2 * len(rows),
        )
        customers = {*blocked(rows, versions), *beyond(whole, await self._last_entries(whole))}
        if not customers:
            return
        ours = {row.account.customer_id: row for row in rows}
        accounts, entries = await self.pushed(sorted(customers))
        shown = {row.customer_id: row for row in accounts}
        for row in accounts:
            if not genuine_account(row, self._keys):
                await self._database.write(
                    self._sql["clear_account"],
                    store=self._store,
                    customer=row.customer_id,
                    payload=row.payload,
                    mac=row.mac,
                )
        for row in entries:
            if entry_is_in_the_way(row, ours[row.customer_id], shown.get(row.customer_id), self._keys):
                await self._database.write(
                    self._sql["clear_entry"],
                    store=self._store,
                    customer=row.customer_id,
                    number=row.number,
                    payload=row.payload,
                    mac=row.mac,
                )

    async def _last_entries(self, rows: Sequence[AccountRows]) -> Sequence[tuple[int, int]]:
        if not rows:
            return ()
        customers = [row.account.customer_id for row in rows]
        found = await self._database.rows(
            self._sql["last_entries"], store=self._store, customers=customers, limit=len(customers)
        )
        return [(customer, number) for customer, number in found]

    async def _delete_superseded(self, rows: Sequence[AccountRows]) -> None:
        """Delete what a desk before a restore wrote above the accounts' ends."""
        ends = ends_of(rows)
        epochs = {row.account.customer_id: row.account.epoch for row in rows}
        newest_epoch = max(row.account.epoch for row in rows)
        found = await self._database.rows(
            self._sql["entries_of_older_epochs"],
            store=self._store,
            customers=list(ends),
            epoch=newest_epoch,
            limit=ENTRIES_A_STATEMENT * 100,
        )
        for customer in {customer for customer, number in found if number > ends[customer]}:
            await self._database.write(
                self._sql["delete_entries"],
                store=self._store,
                customer=customer,
                last=ends[customer],
                epoch=epochs[customer],
            )

    async def _entries(self, customers: Sequence[int]) -> AsyncIterator[SignedRow]:
        customer, number = 0, 0
        while True:
            found = await self._database.rows(
                self._sql["entries_of"],
                store=self._store,
                customers=customers,
                customer=customer,
                number=number,
                limit=ENTRIES_A_STATEMENT,
            )
            for row in found:
                yield SignedRow(*row)
            if len(found) < ENTRIES_A_STATEMENT:
                return
            customer, number = found[-1][0], found[-1][2]


def batches(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    """The items in parts of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _meta(name: str, row: SignedRow | Note) -> dict[str, str]:
    return {"name": name, "payload": row.payload, "key_id": row.key_id, "mac": row.mac}
