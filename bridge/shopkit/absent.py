"""Tables of ours that came with a later release: a shop that was prepared before goes on without them.

Servers answer in two ways where a table is not there: to whom has no right on it, that he may not.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from bridge.errors import ShopRefused
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.errors import NO_SUCH_TABLE, TABLE_DENIED, error_number, refused, server_says

ABSENT = frozenset({NO_SUCH_TABLE, TABLE_DENIED})


@contextmanager
def may_be_absent() -> Iterator[None]:
    """Leave the block where the table it asks for is not there; nothing of what follows in it is done then."""
    try:
        yield
    except ShopRefused as error:
        if error_number(error) not in ABSENT:
            raise


@contextmanager
def must_be_there(database: ShopDatabase, table: str) -> Iterator[None]:
    """Raise `ShopRefused` with the remedy where this table, named without its prefix, is not there."""
    try:
        yield
    except ShopRefused as error:
        if error_number(error) not in ABSENT:
            raise
        store = database.store
        raise refused(
            f"{store}: the shop has no table {database.access.prefix}{table}, or not for this user: "
            f"{server_says(error)}",
            f"run: bridge store prepare {store}; where the bridge's user may not make tables, let the database's owner "
            f"run what this prints: bridge store prepare {store} --print",
        ) from error.__cause__
