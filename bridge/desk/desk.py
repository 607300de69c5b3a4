"""The desk: our own books, one SQLite file.

`transact` runs a service on the writer thread and answers after the commit; `read` runs one on a read-only connection.
Commands, which have no loop of their own running long, use `run` and `look`, the same without the thread.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, Self, TypeVar

from bridge.desk import versions
from bridge.desk.condition import DeskCondition
from bridge.desk.connection import begin, open_reader, open_writer, require_whole, translated
from bridge.desk.lasting import Lasting
from bridge.desk.transaction import DeskTx
from bridge.desk.versions import DeskIdentity
from bridge.desk.writer import DeskWriter
from bridge.errors import DeskUnusable

P = ParamSpec("P")
R = TypeVar("R")
FILE_NAME = "desk.sqlite3"


class Desk:
    """One open desk."""

    def __init__(self, path: Path, connection: sqlite3.Connection, identity: DeskIdentity) -> None:
        self.path, self.identity = path, identity
        self._connection, self._lasting = connection, Lasting()
        self._listeners: list[Callable[[], None]] = []
        self._deadline_listeners: list[Callable[[datetime], None]] = []
        self._told: list[Callable[[DeskUnusable | None], None]] = []
        self._condition = DeskCondition(self._condition_changed)
        self._writer = DeskWriter(
            path, connection, self._lasting, self._foreign_commit, self._deadline_set, self._condition
        )
        self._started = False
        self._reader: sqlite3.Connection | None = None
        self._reader_lock = threading.Lock()
        self._readers = ThreadPoolExecutor(1, thread_name_prefix="desk-reader")

    @classmethod
    def open(cls, path: Path, *, examined: bool = False) -> Self:
        """Open the desk at `path`; `examined` looks at every page first, as the daemon does before it books.

        Raises `DeskMissing`, `DeskTooNew`, `DeskTooOld`, `DeskDamaged`, `DeskBusy`.
        """
        connection = open_writer(path)
        try:
            with translated(path):
                found = versions.identity(connection)
            versions.require_usable(found)
            if examined:
                require_whole(connection, path)
        except BaseException:
            connection.close()
            raise
        return cls(path, connection, found)

    # --- with a running loop ---

    def start(self) -> None:
        """Start the writer thread; needs a running loop."""
        self._writer.start(asyncio.get_running_loop())
        self._started = True

    async def transact(
        self, name: str, service: Callable[Concatenate[DeskTx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a service in one transaction and answer after its commit. `name` is for logs.

        Raises what the service raises (nothing of it is kept then), `DeskUnwritable` or `DeskBusy` where the desk can't
        be written, and `DeskDamaged` always once damage has been met.
        """
        assert self._started, "nobody would answer: the writer thread does not run"
        result: R = await self._writer.submit(name, lambda tx: service(tx, *args, **kwargs))
        return result

    async def read(self, service: Callable[Concatenate[DeskTx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a service that only reads, on a connection that can't write. Raises `DeskUnusable` where it can't."""
        loop = asyncio.get_running_loop()
        names = [f"read {getattr(service, '__qualname__', '')}"]
        try:
            result = await loop.run_in_executor(self._readers, lambda: self.look(service, *args, **kwargs))
        except DeskUnusable as error:
            self._condition.failed(error, names)
            raise
        self._condition.well(names)
        return result

    async def read_apart(self, service: Callable[Concatenate[DeskTx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The same for one that takes long: on a connection of its own, so that nobody who reads waits for it."""
        return await asyncio.to_thread(lambda: self._look_apart(service, *args, **kwargs))

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` on the loop after another process (a command) has committed."""
        self._listeners.append(listener)

    def listen_deadlines(self, listener: Callable[[datetime], None]) -> None:
        """Call `listener` on the loop after a commit of ours that set deadlines, with the earliest of them."""
        self._deadline_listeners.append(listener)

    def listen_condition(self, listener: Callable[[DeskUnusable | None], None]) -> None:
        """Call `listener` on the loop, once a change: with what keeps it from being used, None once it is over."""
        self._told.append(listener)

    @property
    def last_beat(self) -> float:
        """When the writer thread last showed life, on the monotonic clock, in seconds."""
        return self._writer.last_beat

    @property
    def sync_changes(self) -> int:
        """Grows with every commit that changed what the reading of some shop goes by, before it is answered.

        And with every commit of another process, within 0.25 s of it. What was read after asking for this number still
        stands while the number is the same.
        """
        return self._writer.sync_changes

    # --- without one ---

    def run(self, service: Callable[Concatenate[DeskTx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a service in one transaction, now, on the calling thread (commands, tests). Raises as `transact` does."""
        assert not self._started, "the writer thread owns the connection"
        with translated(self.path):
            begin(self._connection)
            try:
                result = service(DeskTx(self._connection, self._lasting), *args, **kwargs)
                self._connection.execute("COMMIT")
            except BaseException:
                self._lasting.forget()
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        return result

    def look(self, service: Callable[Concatenate[DeskTx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a service that only reads, now, on the calling thread, in one consistent view."""
        with self._reader_lock, translated(self.path):
            reader = self._reader = self._reader or open_reader(self.path)
            try:
                reader.execute("BEGIN")
                return service(DeskTx(reader), *args, **kwargs)
            except sqlite3.DatabaseError:  # its disk may be another one when this is over: opened anew then
                self._reader = None
                reader.close()
                raise
            finally:
                if self._reader is not None:
                    reader.execute("ROLLBACK")

    def _look_apart(self, service: Callable[Concatenate[DeskTx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        with translated(self.path), closing(open_reader(self.path)) as reader:
            reader.execute("BEGIN")
            return service(DeskTx(reader), *args, **kwargs)

    def close(self) -> None:
        """Finish what is queued and close. Calling it twice is fine."""
        self._writer.stop()
        self._readers.shutdown()
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _condition_changed(self, failure: DeskUnusable | None) -> None:
        for listener in self._told:
            self._writer.tell(partial(listener, failure))

    def _deadline_set(self, earliest: datetime) -> None:
        for listener in self._deadline_listeners:
            listener(earliest)

    def _foreign_commit(self) -> None:
        for listener in self._listeners:
            listener()
