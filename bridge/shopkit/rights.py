"""The rights the bridge needs, as GRANTs to run by hand, and what a user has beyond them.

Columns are granted by name: the shop's passwords and secrets stay unreadable. The settings table holds secrets, so only
a view of the needed rows is granted; its maker must stay in the server, because the view reads with his rights.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from bridge.contracts.shop import DatabaseAccess
from bridge.domain.mapped_licences import LicenceTable
from bridge.shopkit.hints import HINT_TABLE
from bridge.shopkit.licence_table import mapped_columns
from bridge.shopkit.named_sql import Statement
from bridge.shopkit.schema import SETTINGS_VIEW, Platform

TICKETS_TABLE = "supportbridge_ticket"
MESSAGES_TABLE = "supportbridge_message"
"""A shop that was prepared before there were these two has quotes and answers without."""
REQUESTS_TABLE = "supportbridge_request"
"""What tickets were in before they had messages: not made any more, and left where it is."""

LINK_TABLE = "supportbridge_link"
"""Only where the platform has a customer service of its own anything is ever written into it."""
FILES_TABLE = "supportbridge_file"
LICENCES_TABLE = "supportbridge_licence"
"""A shop that was prepared before there were licences has everything else without."""
PREMIUM_TABLES = ("supportbridge_agreement", "supportbridge_bill")
"""A shop that was prepared before there was premium time has everything else without."""

OUR_TABLES = {
    "supportbridge_meta": ("SELECT", "INSERT", "UPDATE"),
    "supportbridge_account": ("SELECT", "INSERT", "UPDATE"),
    "supportbridge_entry": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    HINT_TABLE: ("SELECT",),
    "supportbridge_quote": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "supportbridge_price": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "supportbridge_answer": ("SELECT", "INSERT", "UPDATE", "DELETE"),
    "supportbridge_inbox": ("SELECT", "DELETE"),
    TICKETS_TABLE: ("SELECT", "INSERT", "UPDATE"),
    MESSAGES_TABLE: ("SELECT", "INSERT", "UPDATE"),
    LINK_TABLE: ("SELECT", "INSERT", "UPDATE"),
    FILES_TABLE: ("SELECT", "INSERT", "UPDATE", "DELETE"),
    LICENCES_TABLE: ("SELECT", "INSERT", "UPDATE"),
    **dict.fromkeys(PREMIUM_TABLES, ("SELECT", "INSERT", "UPDATE")),
}
"""Our tables and the rights we need on each."""

COIN_DESK_TABLES = (
    "supportbridge_quote",
    "supportbridge_price",
    "supportbridge_answer",
    "supportbridge_inbox",
    TICKETS_TABLE,
    MESSAGES_TABLE,
    FILES_TABLE,
    LICENCES_TABLE,
    *PREMIUM_TABLES,
)
"""Those that only the coin desk needs; a shop that was prepared before there was one has orders and coins without."""

NEEDED_TABLES = tuple(table for table in OUR_TABLES if table not in {HINT_TABLE, LINK_TABLE, *COIN_DESK_TABLES})
"""Those without which nothing can be pushed; a shop without the hint table is only noticed a little later."""

SHOW_GRANTS = Statement("grants", "SHOW GRANTS")

_GRANT = re.compile(r"GRANT (?P<rights>.+?) ON (?:TABLE )?(?P<where>\S+) TO .*", re.DOTALL)
_COLUMNS = re.compile(r"\s*\([^)]*\)")
_HARMLESS = {"USAGE", "SELECT", "SHOW VIEW"}


class Grant(NamedTuple):
    """One line of SHOW GRANTS: `columns` are the rights given on columns only; database and table may be `*`."""

    rights: frozenset[str]
    columns: frozenset[str]
    database: str
    table: str
    may_pass_on: bool


def grant_statements(platform: Platform, access: DatabaseAccess, user: str) -> list[str]:
    """The GRANTs of a least-privilege user; `user` may carry its host (`bridge@10.0.0.5`)."""
    account = quoted_account(user, access)
    columns_read = {**platform.columns, **platform.checked_columns}
    read = [_column_grant(name, columns, access, user) for name, columns in columns_read.items()]
    view = f"GRANT SELECT ON {_full_name(SETTINGS_VIEW, access)} TO {account};"
    ours = [
        f"GRANT {', '.join(rights)} ON {_full_name(name, access)} TO {account};" for name, rights in OUR_TABLES.items()
    ]
    return [*read, view, *ours]


def contact_grants(platform: Platform, access: DatabaseAccess, user: str) -> list[str]:
    """The GRANTs that let the coin desk address customers; without them it goes on, and sends no mail."""
    return [_column_grant(name, columns, access, user) for name, columns in platform.contact_columns.items()]


def service_grants(platform: Platform, access: DatabaseAccess, user: str) -> list[str]:
    """The GRANTs that let the desk take part in the shop's own customer service; none where it has none."""
    rights = platform.service.rights if platform.service else {}
    account = quoted_account(user, access)
    return [f"GRANT {right} ON {_full_name(table, access)} TO {account};" for table, right in rights.items()]


def licence_grant(table: LicenceTable, access: DatabaseAccess, user: str) -> str:
    """The GRANT that lets the vendor's own table of licences be read, which is named with its prefix."""
    return _column_grant(table.name, mapped_columns(table), replace(access, prefix=""), user)


def _column_grant(table: str, columns: Sequence[str], access: DatabaseAccess, user: str) -> str:
    names = ", ".join(f"`{column}`" for column in columns)
    return f"GRANT SELECT ({names}) ON {_full_name(table, access)} TO {quoted_account(user, access)};"


def _full_name(table: str, access: DatabaseAccess) -> str:
    return f"`{access.name.replace('`', '``')}`.`{access.prefix}{table}`"


def view_statement(platform: Platform, prefix: str) -> str:
    """Makes the settings view."""
    query = platform.settings.replace("{settings}", f"`{prefix}{platform.settings_table}`")
    return f"CREATE OR REPLACE SQL SECURITY DEFINER VIEW `{prefix}{SETTINGS_VIEW}` AS\n  {query};"


def quoted_account(user: str, access: DatabaseAccess) -> str:
    """The user as the server writes it; a local one unless the database is on another machine."""
    name, _, host = user.partition("@")
    local = access.socket is not None or access.host in {"localhost", "127.0.0.1", "::1"}
    host = host or ("localhost" if local else "%")
    return "@".join("'" + part.replace("\\", "\\\\").replace("'", "''") + "'" for part in (name, host))


def parsed_grants(lines: Iterable[str]) -> list[Grant]:
    """SHOW GRANTS understood; a line that is not about tables (a role's membership, PROXY) is left out."""
    grants = []
    for line in lines:
        match = _GRANT.match(line)
        if match is None:
            continue
        if "@" in match["where"]:
            continue  # PROXY names a user, not a table
        where = match["where"].replace("\\_", "_").replace("\\%", "%")
        database, _, table = where.partition(".")
        names = _COLUMNS.sub("()", match["rights"]).split(",")
        rights = [name.strip().upper() for name in names]
        grants.append(
            Grant(
                frozenset(right for right in rights if not right.endswith("()")),
                frozenset(right.removesuffix("()").strip() for right in rights if right.endswith("()")),
                database.strip("`"),
                table.strip("`"),
                "WITH GRANT OPTION" in line,
            )
        )
    return grants


def excessive(grants: Iterable[Grant], platform: Platform, access: DatabaseAccess) -> list[str]:
    """What the user may do beyond what the bridge needs, in words."""
    ours = {access.prefix + table for table in (*OUR_TABLES, REQUESTS_TABLE, SETTINGS_VIEW)}
    service = {access.prefix + table: right for table, right in _service_writes(platform).items()}
    words = []
    for grant in grants:
        everything = grant.rights | grant.columns
        place = "every database" if grant.database == "*" else f"{grant.database}.{grant.table}"
        harmless = _HARMLESS
        if grant.database == access.name:
            harmless = _HARMLESS | service.get(grant.table, frozenset()) - (grant.rights & {"UPDATE"})
        write = sorted(everything - harmless)
        if grant.table not in ours and write:
            words.append(f"{', '.join(write)} on {place}")
        elif "SELECT" in grant.rights and _reads_secrets(grant, access, platform.secret_tables):
            words.append(f"SELECT on {place} with its secrets")
        elif grant.database not in {"*", access.name} and everything - {"USAGE"}:
            words.append(f"{', '.join(sorted(everything))} on {place}, another database")
        if grant.may_pass_on:
            words.append(f"GRANT OPTION on {place}")
    return words


def _service_writes(platform: Platform) -> dict[str, frozenset[str]]:
    """What may be done beside reading in the tables of the shop's customer service; an update in named columns only."""
    rights = platform.service.rights if platform.service else {}
    return {
        table: frozenset(right for right in ("INSERT", "UPDATE") if right in granted)
        for table, granted in rights.items()
    }


def may_create(grants: Iterable[Grant], access: DatabaseAccess) -> bool:
    """Whether the user may make tables in the shop's database, as far as SHOW GRANTS says."""
    return any(
        grant.rights & {"CREATE", "ALL PRIVILEGES", "ALL"}
        and grant.table == "*"
        and grant.database in {"*", access.name}
        for grant in grants
    )


def _reads_secrets(grant: Grant, access: DatabaseAccess, secrets: Sequence[str]) -> bool:
    return grant.table == "*" or grant.table in {access.prefix + table for table in secrets}
