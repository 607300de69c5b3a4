"""Desks with tickets by the hundred thousand, written past all services as these would have left them.

Whoever fills a desk so believes that he knows what the services write; so a bench asks them of a few of its tickets and
compares (`bench/clocks.py`).
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from bridge.domain.ticket_terms import DAY, HOUR

ESSENTIAL, BASE, PROFESSIONAL = PLANS = ("essential", "base", "professional")
FIRST_ANSWER = 24 * HOUR
WARNED_AFTER = FIRST_ANSWER / 2
TICKETS_AN_ACCOUNT = 10
MANY_ROWS = 10_000
SUBJECT = "Checkout shows an empty page after the last update, number {}"
TEXT = "Since this morning customers see nothing but the header. It worked yesterday; nothing was changed. Number {}."
URGENT_EVERY, DUE_APART = 50, 7_919
"""Of the tickets one in fifty is urgent; neighbours in the queue are no neighbours in the desk."""

_TICKET = """INSERT INTO ticket (id, store_id, account_id, subject, opened_ms, opened_by, number, pushed_number,
 channel, language, messages, state, since_ms, urgency, urgency_rank, standing, opened_standing, policy, due_ms,
 due_sort_ms, guaranteed)
 VALUES (?, ?, ?, ?, ?, 'customer', 1, 1, 'page', 'en', 1, 'open', ?, ?, ?, ?, ?, 1, ?, ?, 1)"""
_MESSAGE = """INSERT INTO message (ticket_id, at_ms, author, kind, text, detail, verified, number, pushed_version)
 VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)"""


class Filling:
    """Writes into one desk. What nobody waits for need not be durable: see `filled`."""

    def __init__(self, connection: sqlite3.Connection, at: datetime) -> None:
        self._run, self._at = connection, _ms(at)
        self._stores, self._accounts, self._tickets = (
            int(connection.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}").fetchone()[0])
            for table in ("store", "account", "ticket")
        )

    def store(self, name: str, *, policy: str) -> int:
        """A store with the policy that its tickets were worked out by, as JSON; its number."""
        self._stores += 1
        self._run.execute(
            "INSERT INTO store (id, name, first_sync, confirmed_units, booked_units, synced_to, page_terms, statuses)"
            " VALUES (?, ?, 'done', 0, 0, 0, '', '')",
            (self._stores, name),
        )
        since = self._at - _ms_of(400 * DAY)
        self._run.execute("INSERT INTO policy VALUES (?, 1, ?, ?)", (self._stores, since, policy))
        return self._stores

    def queued(self, store: int, count: int) -> None:
        """Tickets of all plans in turn, due at moments all over a month; what is written in them is left out."""
        month, accounts = _ms_of(30 * DAY), self._customers(store, count)
        rows = (
            self._ticket(
                store, accounts, at, self._at - month + at * DUE_APART % count * month // count, PLANS[at % 3], at
            )
            for at in range(count)
        )
        self._insert(_TICKET, rows)

    def waiting(self, store: int, opened: Iterable[datetime]) -> None:
        """Tickets opened at these moments, with the message that opened each and the deadline of its first warning."""
        moments = [_ms(one) for one in opened]
        accounts, first = self._customers(store, len(moments)), self._tickets + 1
        self._insert(_TICKET, (self._ticket(store, accounts, at, moments[at], BASE, 1) for at in range(len(moments))))
        self._insert(
            _MESSAGE,
            (
                row
                for number, at in enumerate(moments, start=first)
                for row in (
                    (number, at, "bridge", "standing", "", f'{{"standing":"{BASE}"}}', None, 0),
                    (number, at, "customer", "text", TEXT.format(number), "{}", 1, 1),
                )
            ),
        )
        self._insert(
            "INSERT INTO deadline (kind, ref, store_id, due_ms) VALUES ('ticket', ?, ?, ?)",
            ((number, store, at + _ms_of(WARNED_AFTER)) for number, at in enumerate(moments, start=first)),
        )

    def _ticket(self, store: int, accounts: int, at: int, opened: int, plan: str, place: int) -> tuple[object, ...]:
        """A ticket's row; of all places in turn one in fifty is urgent."""
        self._tickets += 1
        urgent, due = place % URGENT_EVERY == 0, opened + _ms_of(FIRST_ANSWER)
        number, account = self._tickets, accounts + at // TICKETS_AN_ACCOUNT
        urgency, rank = ("confirmed", 0) if urgent else ("none", 1)
        subject = SUBJECT.format(number)
        return number, store, account, subject, opened, opened, urgency, rank, plan, plan, due, due

    def _customers(self, store: int, tickets: int) -> int:
        """Accounts for so many tickets, each with a package of the plan; the first one's number."""
        first, count = self._accounts + 1, -(-tickets // TICKETS_AN_ACCOUNT)
        self._accounts += count
        granted, until = self._at - _ms_of(100 * DAY), self._at + _ms_of(200 * DAY)
        self._insert(
            "INSERT INTO account (id, store_id, owner_kind, owner_ref, number, entries, posted, held)"
            " VALUES (?, ?, 'customer', ?, 0, 0, 550, 0)",
            ((number, store, number) for number in range(first, first + count)),
        )
        self._insert(
            "INSERT INTO package (id, store_id, account_id, plan, coins, posted, held, granted_ms, usable_until_ms,"
            " revoked, taken, revocations) VALUES (?, ?, ?, ?, 550, 550, 0, ?, ?, 0, 0, 0)",
            ((number, store, number, BASE, granted, until) for number in range(first, first + count)),
        )
        return first

    def _insert(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        waiting = iter(rows)
        while page := list(islice(waiting, MANY_ROWS)):
            self._run.executemany(statement, page)


@contextmanager
def filled(path: Path, at: datetime) -> Iterator[Filling]:
    """A desk that nobody else has open, to be filled."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        yield Filling(connection, at)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def spread(first: datetime, last: datetime, count: int) -> Iterator[datetime]:
    """So many moments from the first to before the last, evenly."""
    return (first + number * (last - first) / count for number in range(count))


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _ms_of(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)
