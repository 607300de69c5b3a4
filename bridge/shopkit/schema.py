"""What a platform's tables are, as data: what is read of them, and what tells one layout from another.

What is read is the same in all layouts of a platform, so the rights to be granted are the same for every version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bridge.contracts.shop_threads import MESSAGE_IDS
from bridge.shopkit.named_sql import Statement

SETTINGS_VIEW = "supportbridge_settings"
"""Our view of the few settings we need; the table behind it holds secrets."""

INNODB, MYISAM = "InnoDB", "MyISAM"


class Mark(NamedTuple):
    """What a column is in a layout and not in one of its neighbours: there or not, its type, whether it may be NULL.

    None leaves that side open. Type and nullability can only be seen of columns that may be read; whether a column is
    there can be found out of any.
    """

    table: str
    column: str
    type: str | None = None
    nullable: bool | None = None
    there: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """How the tables of one version, or of several that are alike, look: `marks` hold for all of them.

    `engine` is the one this version makes its tables with.
    """

    name: str
    title: str
    marks: Sequence[Mark]
    engine: str = INNODB


class StatusNames(NamedTuple):
    """Where the shop keeps what its statuses are called, a row a language; a least-privilege user does not read it."""

    table: str
    status: str
    name: str
    language: str


class Watch(NamedTuple):
    """How changes of a table are noticed: new rows by the column `new`, the rest by sums over windows of `sums`.

    With neither, rows are looked up one by one. `ids` is what the ids that the table gives out are called: the name of
    the cursor that follows new rows, and `customer` for the table of customers.
    """

    new: str | None = None
    sums: str | None = None
    ids: str = ""


@dataclass(frozen=True, slots=True)
class ServiceTables:
    """The platform's own customer service as tables; orders and coins go on without any of its rights.

    `rights` are granted as they stand, table by table; `read` are the columns that are read of each, and
    `written` those that a reply and a status change write. `contacts` asks whether the shop keeps what its contact form
    is sent: a table and its column, 1 where it does. The table `messages` gives out the ids of messages.
    """

    messages: str
    rights: Mapping[str, str]
    read: Mapping[str, Sequence[str]]
    written: Mapping[str, Sequence[str]]
    contacts: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Platform:
    """What is read of one platform, whatever its version. Tables are named without their prefix.

    `columns` are all columns the bridge reads, table by table, and `checked_columns` those that only `bridge check`
    reads; `contact_columns` are those that only the coin desk reads, to address customers: orders need none of them.
    `service` is the platform's own customer service, where it has one.
    The printed grants are exactly these. `settings` is the query behind the settings view: it yields shop_id,
    name and value from `{settings}`, which is `settings_table`. `code_columns` hold product codes, the first of them
    those of ordered lines; `secret_tables` hold what the bridge must not be able to read. `layouts` begin with the
    oldest.
    """

    title: str
    layouts: Sequence[Layout]
    columns: Mapping[str, Sequence[str]]
    checked_columns: Mapping[str, Sequence[str]]
    contact_columns: Mapping[str, Sequence[str]]
    watched: Mapping[str, Watch]
    settings: str
    settings_table: str
    code_columns: Sequence[tuple[str, str]]
    secret_tables: Sequence[str]
    other_platforms: Mapping[str, str]
    status_names: StatusNames | None = None
    service: ServiceTables | None = None

    @property
    def order_tables(self) -> list[str]:
        """The tables an order is made of."""
        return [table for table, watch in self.watched.items() if watch.new or watch.sums]

    @property
    def cursors(self) -> dict[str, str]:
        """Tables that only grow, by the name of the cursor that follows each."""
        return {watch.ids: table for table, watch in self.watched.items() if watch.new}

    @property
    def ids(self) -> dict[str, str]:
        """Tables whose next ids tell whether the shop was put back, by the names of their ids."""
        messages = {MESSAGE_IDS: self.service.messages} if self.service else {}
        return {watch.ids: table for table, watch in self.watched.items() if watch.ids} | messages


def probe_statement(table: str, columns: Sequence[str]) -> Statement:
    """A query that reads nothing and fails unless the columns are there and may be read."""
    names = ", ".join(f"`{column}`" for column in columns)
    return Statement(f"probe {table}", f"SELECT {names} FROM `{table}` LIMIT 0")


def status_names_statement(prefix: str, names: StatusNames) -> Statement:
    """A query that yields id and name of each status, the lowest language's first."""
    text = (
        f"SELECT `{names.status}`, `{names.name}` FROM `{prefix}{names.table}`"
        f" ORDER BY `{names.language}`, `{names.status}` LIMIT 2000"
    )
    return Statement("status names", text)


def existence_statement(table: str, column: str) -> Statement:
    """A query that reads nothing and fails with a missing right if the column is there and may not be read.

    Asked for the column itself, MariaDB says "denied" whether it is there or not, so that nobody learns of it by
    accident. Here a name that the table does not have means the one outside, and that may be read.
    """
    text = f"SELECT (SELECT `{column}` FROM `{table}` LIMIT 0) FROM (SELECT 1 AS `{column}`) outside LIMIT 0"
    return Statement(f"probe {table}.{column}", text)
