"""The tables of real shop versions, kept as data in tests/layouts, and how to build a database from them.

A layout holds the tables a bridge reads, column by column, as the running shop of that version had them:
types, nullability, defaults, keys, engine and collation. A column's `default` is SQL, "NULL" included; null
means it has none.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "layouts"

ZERO_DATE = "0000-00-00"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `default` is SQL text, None where the column has no default."""

    name: str
    type: str
    nullable: bool
    default: str | None
    auto_increment: bool

    @property
    def must_be_supplied(self) -> bool:
        """True where an INSERT under strict rules has to name a value."""
        return not (self.nullable or self.auto_increment or self.default is not None)

    @property
    def emptiest(self) -> str | int:
        """What a shop under sql_mode='' stores when it names no value: zero, nothing, or the zero date."""
        kind = self.type.partition("(")[0].partition(" ")[0]
        if kind == "datetime":
            return f"{ZERO_DATE} 00:00:00"
        if kind == "date":
            return ZERO_DATE
        return "" if kind in {"varchar", "char", "text", "mediumtext", "longtext", "enum"} else 0

    def sql(self) -> str:
        parts = [f"`{self.name}` {self.type}", "NULL" if self.nullable else "NOT NULL"]
        if self.auto_increment:
            parts.append("AUTO_INCREMENT")
        elif self.default is not None:
            parts.append(f"DEFAULT {self.default}")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    engine: str
    collation: str
    columns: tuple[Column, ...]
    keys: Mapping[str, tuple[bool, tuple[str, ...]]]

    def sql(self, prefix: str, *, engine: str | None, collation: str | None) -> str:
        """The CREATE TABLE statement, under `prefix`."""
        lines = [column.sql() for column in self.columns]
        for name, (unique, names) in self.keys.items():
            columns = ", ".join(f"`{column}`" for column in names)
            if name == "PRIMARY":
                lines.append(f"PRIMARY KEY ({columns})")
            else:
                lines.append(f"{'UNIQUE ' if unique else ''}KEY `{name}` ({columns})")
        collation = collation or self.collation
        charset = collation.partition("_")[0]
        options = f"ENGINE={engine or self.engine} DEFAULT CHARSET={charset} COLLATE={collation}"
        return f"CREATE TABLE `{prefix}{self.name}` (\n  " + ",\n  ".join(lines) + f"\n) {options}"


@dataclass(frozen=True, slots=True)
class Layout:
    name: str
    prefix: str
    tables: Mapping[str, Table]

    def statements(
        self, *, prefix: str | None = None, engine: str | None = None, collation: str | None = None
    ) -> Iterator[str]:
        """The statements that build an empty shop.

        Prefix, engine and collation are the layout's own unless given.
        """
        for table in self.tables.values():
            yield table.sql(self.prefix if prefix is None else prefix, engine=engine, collation=collation)


@cache
def layout(name: str) -> Layout:
    """Read the layout `name`, for example "opencart-4.1.0.4"."""
    data = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return Layout(data["layout"], data["prefix"], {name: _table(name, table) for name, table in data["tables"].items()})


def _table(name: str, data: Mapping[str, Any]) -> Table:
    columns = tuple(
        Column(
            column["name"],
            column["type"],
            column["null"],
            column["default"],
            column.get("auto_increment", False),
        )
        for column in data["columns"]
    )
    keys = {key: (bool(value["unique"]), tuple(value["columns"])) for key, value in data["keys"].items()}
    return Table(name, data["engine"], data["collation"], columns, keys)
