"""The writer: one thread that runs services and commits them in groups.

Actions wait in a queue; all that are there share one commit, each of several in a savepoint of its own, so that one
that fails takes nothing of another with it. A caller is answered only after that commit. An action runs to its end on
the thread: cancelling the caller cannot part two of its writes.
"""

import asyncio
import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bridge.desk.condition import DeskCondition
from bridge.desk.connection import begin, translated
from bridge.desk.lasting import Lasting
from bridge.desk.transaction import DeskTx
from bridge.errors import DeskDamaged, DeskUnusable

MOST_PER_COMMIT = 200
IDLE_LOOK_S = 0.25
"""How often an idle writer looks for commits of other processes."""
SWITCH_INTERVAL_S = 0.0001
"""SQLite gives the interpreter up at every statement; with the default interval (0.005 s) an action waits for a busy
loop, and the loop, which gives it up at every turn, for whoever reads the desk."""


class _Action(NamedTuple):
    name: str
    work: Callable[[DeskTx], Any]
    answer: "asyncio.Future[Any]"


_Outcome = tuple[_Action, Any, BaseException | None]


class DeskWriter:
    """Runs actions against one connection.

    `on_foreign` is called on the loop when another process has committed, `on_deadline` when we have, with the first
    moment that a deadline was set for.
    """

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        lasting: Lasting,
        on_foreign: Callable[[], None],
        on_deadline: Callable[[datetime], None],
        condition: DeskCondition,
    ) -> None:
        self._path, self._connection, self._lasting, self._condition = path, connection, lasting, condition
        self._on_foreign, self._on_deadline = on_foreign, on_deadline
        self._earliest: list[datetime] = []
        self._sync_changed = False
        self._queue: queue.SimpleQueue[_Action | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="desk-writer", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = False
        self.sync_changes = 0
        self.last_beat = time.monotonic()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the thread; answers go to `loop`."""
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._loop = loop
        self._thread.start()

    def submit(self, name: str, work: Callable[[DeskTx], Any]) -> "asyncio.Future[Any]":
        """Queue an action, from the loop that answers go to.

        The future is resolved after the commit, or with the error that rolled it back.
        """
        if self._stopped:
            raise RuntimeError("the desk is closed")
        action = _Action(name, work, asyncio.get_running_loop().create_future())
        self._queue.put(action)
        return action.answer

    def stop(self) -> None:
        """Finish what is queued and stop. Blocks until the thread has ended."""
        if not self._stopped:
            self._stopped = True
            self._queue.put(None)
            if self._thread.ident is not None:
                self._thread.join()

    def _run(self) -> None:
        seen = self._data_version()
        while True:
            self.last_beat = time.monotonic()
            batch, stopping = self._next_batch()
            if batch:
                self._commit(batch)
            now = self._data_version()
            if now != seen:
                seen = now
                self.sync_changes += 1
                self.tell(self._on_foreign)
            if stopping:
                return

    def _next_batch(self) -> tuple[list[_Action], bool]:
        batch: list[_Action] = []
        try:
            action = self._queue.get(timeout=IDLE_LOOK_S)
            while action is not None:
                batch.append(action)
                if len(batch) == MOST_PER_COMMIT:
                    return batch, False
                action = self._queue.get_nowait()
        except queue.Empty:
            return batch, False
        return batch, True

    def _commit(self, batch: list[_Action]) -> None:
        outcomes: list[_Outcome] = []
        names = [action.name for action in batch]
        self._earliest.clear()
        self._sync_changed = False
        try:
            self._condition.require_sound()
            with translated(self._path):
                begin(self._connection)
                if len(batch) == 1:
                    outcomes.append(self._run_one(batch[0]))
                else:
                    outcomes += map(self._run_beside_others, batch)
                self._connection.execute("COMMIT")
        except Exception as error:  # whatever stops a commit is every caller's answer
            self._roll_back()
            self._condition.failed(error, names)
            outcomes = [(action, None, error) for action in batch]
        else:
            self.sync_changes += self._sync_changed
            self._condition.well(action.name for action, _, error in outcomes if not isinstance(error, DeskUnusable))
            if self._earliest:
                self.tell(partial(self._on_deadline, min(self._earliest)))
        self.tell(lambda: _answer(outcomes))

    def _run_beside_others(self, action: _Action) -> _Outcome:
        self._connection.execute("SAVEPOINT action")
        try:
            outcome = self._run_one(action)
        except DeskDamaged:  # nobody's action may be kept in a book that has a spoilt page
            raise
        except Exception as error:  # belongs to the caller; the other actions of this commit go on
            if not self._connection.in_transaction:  # a full or failing disk: SQLite has taken all of it back
                raise
            self._condition.failed(error, [action.name])
            self._lasting.forget()
            self._connection.execute("ROLLBACK TO action")
            self._connection.execute("RELEASE action")
            return action, None, error
        self._connection.execute("RELEASE action")
        return outcome

    def _run_one(self, action: _Action) -> _Outcome:
        self.last_beat = time.monotonic()
        with translated(self._path):
            tx = DeskTx(self._connection, self._lasting)
            result = action.work(tx)
        self._sync_changed |= tx.sync_changed
        if tx.earliest_deadline is not None:
            self._earliest.append(tx.earliest_deadline)
        return action, result, None

    def _roll_back(self) -> None:
        self._lasting.forget()
        with suppress(sqlite3.Error):  # the callers are answered all the same; the next action tells it again
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _data_version(self) -> int:
        """Changes only when another process commits, so it tells foreign commits from our own."""
        try:
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.DatabaseError:
            return -1

    def tell(self, call: Callable[[], None]) -> None:
        """Have the loop call this; from any thread. Nothing where there is no loop."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)


def _answer(outcomes: list[_Outcome]) -> None:
    for action, result, error in outcomes:
        if action.answer.done():  # its caller was cancelled
            continue
        if error is not None:
            action.answer.set_exception(error)
        else:
            action.answer.set_result(result)
