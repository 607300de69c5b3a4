"""What `bridge check` says of the shop's tables: how changes in them are noticed, their engines and their charsets.

Pure: what the server said of its tables goes in, findings come out.
"""

from collections.abc import Collection, Iterator, Sequence

from bridge.contracts.shop import Finding, Level
from bridge.shopkit.recognising import Found
from bridge.shopkit.rights import OUR_TABLES
from bridge.shopkit.schema import INNODB, MYISAM, Layout, Platform, Watch
from bridge.shopkit.table_facts import TableFacts

OUR_COLLATION = "utf8mb4_bin"
UNICODE_CHARSETS = frozenset({"utf8", "utf8mb3", "utf8mb4", "ascii"})
THREE_BYTE_CHARSETS = frozenset({"utf8", "utf8mb3"})
LAST_OF_THREE_BYTES = "\uffff"


class TableChecks:
    """The tables of one store, as `found` and `tables` describe them."""

    def __init__(
        self, prefix: str, platform: Platform, layout: Layout | None, found: Found, tables: Sequence[TableFacts]
    ) -> None:
        self._prefix, self._platform, self._layout = prefix, platform, layout
        self._found, self._tables = found, tables

    def changes(self) -> Iterator[Finding]:
        """How changes are noticed, a line a table, and whether a restored dump is."""
        for table, watch in self._platform.watched.items():
            columns = [column for column in (watch.new, watch.sums) if column is not None]
            if all((table, column) in self._found.facts for column in columns):
                yield self._noticed(table, watch)
        yield self._next_ids()

    def engines(self) -> Iterator[Finding]:
        usual = self._layout.engine if self._layout else INNODB
        shops = [table for table in self._tables if table.name not in OUR_TABLES]
        odd = [table for table in shops if table.engine not in {INNODB, usual}]
        if odd:
            text = "; ".join(f"{self._prefix}{table.name} is {table.engine}" for table in odd)
            yield Finding("engine", Level.WARNING, text, "convert the shop's tables to InnoDB")
        elif any(table.engine == MYISAM for table in shops):
            title = self._layout.title if self._layout else "the shop"
            text = (
                f"MyISAM, as {title} makes its tables: a write waits for our reads of its table, so these are short, "
                "and half an order can be seen, so orders are read once they have settled"
            )
            yield Finding("engine", Level.OK, text)
        else:
            yield Finding("engine", Level.OK, INNODB)
        yield from self._ours()

    def charsets(self, codes: Collection[str]) -> Iterator[Finding]:
        """Whether the columns that hold product codes can hold those of the settings, and be compared with them."""
        long = sorted(code for code in codes if any(letter > LAST_OF_THREE_BYTES for letter in code))
        good = []
        for table, column in self._platform.code_columns:
            facts = self._found.facts.get((table, column))
            if facts is None:
                continue
            name = f"{self._prefix}{table}.{column}"
            if facts.charset not in UNICODE_CHARSETS:
                text = f"{name} is {facts.charset or 'binary'}: codes with other than plain letters can't be matched"
                yield Finding("charset", Level.WARNING, text, "convert the shop's tables to utf8mb4")
            elif long and facts.charset in THREE_BYTE_CHARSETS:
                shown = ", ".join(map(repr, long))
                text = f"{name} is {facts.charset}, which can't hold the product code {shown}: no order will match it"
                remedy = "choose another code in the shop and in the store's file, or convert the table to utf8mb4"
                yield Finding("charset", Level.WRONG, text, remedy)
            else:
                good.append(f"{name} is {facts.charset}")
        if good:
            yield Finding("charset", Level.OK, ", ".join(good))
        collations = sorted({table.collation for table in self._tables if table.name not in OUR_TABLES})
        if len(collations) > 1:
            text = f"mixed collations ({', '.join(collations)}): nothing is joined on text, so none matters"
            yield Finding("charset", Level.OK, text)

    def _noticed(self, table: str, watch: Watch) -> Finding:
        name = self._prefix + table
        if watch.new is not None and self._found.facts[table, watch.new].key != "PRI":
            text = (
                f"{name}.{watch.new} is no primary key: each look for new rows walks the whole table, and rows that "
                "have one id twice are missed"
            )
            remedy = "make it the primary key again, with AUTO_INCREMENT (a dump restored in part loses keys)"
            return Finding("changes", Level.WARNING, text, remedy)
        if watch.sums is not None and not self._found.facts[table, watch.sums].key:
            text = f"{name}.{watch.sums} has no index: each comparison walks the whole table"
            return Finding("changes", Level.WARNING, text, f"add an index: CREATE INDEX ... ON {name} ({watch.sums})")
        ways = {
            (True, True): "new rows by primary key, changes by window checksums",
            (True, False): "new rows by primary key",
            (False, True): "window checksums",
            (False, False): "looked up one by one, for those who have an account",
        }
        return Finding("changes", Level.OK, f"{name}: {ways[watch.new is not None, watch.sums is not None]}")

    def _next_ids(self) -> Finding:
        wanted = {table for table, watch in self._platform.watched.items() if watch.new is not None}
        seen = {table.name for table in self._tables if table.next_id is not None}
        silent = sorted(self._prefix + table for table in wanted - seen)
        if silent:
            text = f"AUTO_INCREMENT of {', '.join(silent)} can't be seen: a restored older dump is noticed late"
            remedy = "see that the ids of these tables are AUTO_INCREMENT (a dump restored in part loses it)"
            return Finding("changes", Level.WARNING, text, remedy)
        shown = ", ".join(sorted(self._prefix + table for table in wanted))
        return Finding("changes", Level.OK, f"a restored older dump is noticed by AUTO_INCREMENT of {shown}")

    def _ours(self) -> Iterator[Finding]:
        for table in self._tables:
            if table.name not in OUR_TABLES or (table.engine, table.collation) == (INNODB, OUR_COLLATION):
                continue
            name = self._prefix + table.name
            text = f"{name} is {table.engine} with {table.collation}, not InnoDB with {OUR_COLLATION}"
            remedy = f"ALTER TABLE `{name}` ENGINE=InnoDB, CONVERT TO CHARACTER SET utf8mb4 COLLATE {OUR_COLLATION}"
            yield Finding("engine", Level.WRONG, text, remedy)
