"""One licence by its key, for whoever asks over the internet: a point read that is quick enough for the loop.

It goes by the columns that follow from a licence's history instead of the history: they are written with every event.
Its connection is its own, so it waits for no other reading.
"""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import and_, bindparam, select

from bridge.desk.connection import open_reader, translated
from bridge.desk.licence_tables import licence, licence_domain
from bridge.desk.licence_values import terms_from
from bridge.desk.statements import Statement
from bridge.desk.tables import store
from bridge.desk.values import from_ms
from bridge.domain.licence_history import Activation, LicenceNow
from bridge.domain.licences import Term

_FIND = Statement(
    select(
        licence.c.account_id,
        licence.c.terms,
        licence.c.units,
        licence.c.domains,
        licence.c.licence_ms,
        licence.c.updates_ms,
        licence.c.support_ms,
        licence.c.suspended,
        store.c.lost_ms,
        licence_domain.c.token_hash,
        licence_domain.c.since_ms,
    )
    .join(store, store.c.id == licence.c.store_id)
    .outerjoin(
        licence_domain,
        and_(licence_domain.c.licence_id == licence.c.id, licence_domain.c.domain == bindparam("domain")),
    )
    .where(store.c.name == bindparam("store"), licence.c.key == bindparam("key"))
)


class Found(NamedTuple):
    """A licence, and since when its shop could not be read; None while it can."""

    now: LicenceNow
    lost_since: datetime | None


class LicenceLookup:
    """Licences of the desk at `path`, for one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader: sqlite3.Connection | None = None

    def find(self, store_name: str, key: str, domain: str) -> Found | None:
        """How the licence stands; of its domains only the one asked about is told.

        Raises `DeskError` where the desk can't be read; the next call opens it anew.
        """
        reader = self._reader = self._reader or open_reader(self._path)
        try:
            row = _FIND.one(reader, store=store_name, key=key, domain=domain)
        except sqlite3.DatabaseError:
            self.close()
            with translated(self._path):
                raise
        if row is None:
            return None
        account_id, words, units, domains, licence_ms, updates_ms, support_ms, suspended, lost_ms, token, since_ms = row
        terms = terms_from(words)
        now = LicenceNow(
            account_id,
            terms.product,
            terms,
            units,
            domains,
            {
                Term.LICENCE: None if licence_ms is None else from_ms(licence_ms),
                Term.UPDATES: None if updates_ms is None else from_ms(updates_ms),
                Term.SUPPORT: None if support_ms is None else from_ms(support_ms),
            },
            suspended,
            activations={} if token is None else {domain: Activation(token, from_ms(since_ms))},
        )
        return Found(now, None if lost_ms is None else from_ms(lost_ms))

    def close(self) -> None:
        """Close the connection; calling it twice is fine."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
