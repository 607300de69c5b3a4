"""A MariaDB server of one's own, in a temporary folder, for tests, benches and the demo.

It believes: Debian's server programs are installed, but no service is wanted; the folder is thrown away at
the end, so durability is worth nothing; whoever starts it may be root or not. No configuration file is read,
and no file outside the folder is written.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pymysql
from pymysql.cursors import Cursor

from bridge.errors import BridgeError
from bridge.testing.connection import ConnectionParameters
from bridge.testing.ports import free_port

__all__ = ["ConnectionParameters", "MariaDBBroken", "MariaDBMissing", "PrivateMariaDB"]

START_SECONDS = 60.0
STOP_SECONDS = 20.0
POLL_SECONDS = 0.02
LONGEST_SOCKET_PATH = 100

FAST_AND_FORGETFUL = {
    "innodb-flush-log-at-trx-commit": "0",
    "innodb-flush-method": "nosync",
    "innodb-doublewrite": "0",
    "innodb-log-file-size": "64M",
    "innodb-buffer-pool-size": "128M",
    "aria-pagecache-buffer-size": "16M",
    "sync-binlog": "0",
    "debug-no-sync": "1",  # else every CREATE and DROP waits for the disk a dozen times
    "innodb-file-per-table": "0",  # nor is there a file a table to make and to remove
}
"""What makes it quick: nothing waits for the disk, because nothing in it outlives the process."""

DEFAULTS = {
    "character-set-server": "utf8mb4",
    "max-connections": "400",
    "performance-schema": "0",
    "skip-name-resolve": "1",
    "skip-log-bin": "1",
    "secure-file-priv": "",
}

_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")


class MariaDBMissing(BridgeError):
    """The server's programs are not installed on this machine."""

    code = "mariadb_missing"
    hint = "as root: apt-get install mariadb-server-core mariadb-client-core"

    def __init__(self, program: str) -> None:
        super().__init__(f"{program} is not installed")
        self.program = program


class MariaDBBroken(BridgeError):
    """The server did not start, or went away; carries the end of its log."""

    code = "mariadb_broken"


class PrivateMariaDB:
    """A server that lives inside a `with` block.

    `tcp=True` lets it listen on 127.0.0.1 at a free port too. `settings` are server options without their
    dashes. `stop` and `start` again keep the data, to play an outage. It ends with the thread that started
    it, even when that dies without a word.

    Errors: MariaDBMissing, MariaDBBroken.
    """

    def __init__(self, *, tcp: bool = False, settings: Mapping[str, str] | None = None) -> None:
        self._tcp = tcp
        self._settings = {**DEFAULTS, **FAST_AND_FORGETFUL, **(settings or {})}
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._names = 0
        self.port: int | None = None

    def __enter__(self) -> Self:
        self._folder = _temporary_folder()
        try:
            self._install()
            self.start()
        except BaseException:  # whatever happened, also Ctrl-C: leave neither process nor folder behind
            self._clear()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()

    @property
    def folder(self) -> Path:
        """The temporary folder; gone after the block."""
        if self._folder is None:
            raise MariaDBBroken("the private MariaDB is used outside its with block")
        return self._folder

    @property
    def socket(self) -> Path:
        return self.folder / "db.sock"

    @property
    def pid(self) -> int | None:
        """The server's process id, None while stopped."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the server and return once it answers; at most START_SECONDS."""
        if self._process is not None:
            return
        if self._tcp and self.port is None:
            self.port = free_port()
        log = self.folder / "server.log"
        with log.open("ab") as sink:
            self._process = subprocess.Popen(
                [*_tied_to_this_thread(), _program("mariadbd"), "--no-defaults", *self._server_options()],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,  # the terminal's Ctrl-C is for us; we end the server ourselves
            )
        self._wait_until_it_answers(self._process)

    def stop(self) -> None:
        """End the server: SIGTERM, wait, SIGKILL only if it has not gone after STOP_SECONDS."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGCONT)  # a test may have frozen it
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def parameters(
        self, database: str | None = None, *, user: str = "root", password: str = "", tcp: bool = False
    ) -> ConnectionParameters:
        """How to reach the server: root by socket unless told otherwise."""
        if not tcp:
            return ConnectionParameters(user, password, database, socket=self.socket)
        if self.port is None:
            raise MariaDBBroken("this private MariaDB was made without tcp=True")
        return ConnectionParameters(user, password, database, port=self.port)

    def create_database(self, name: str | None = None, *, collation: str = "utf8mb4_general_ci") -> str:
        """Create an empty database and return its name; without `name` a fresh one is made up."""
        if name is None:
            self._names += 1
            name = f"shop_{os.getpid()}_{self._names}"
        self.run(f"CREATE DATABASE `{_checked(name)}` CHARACTER SET utf8mb4 COLLATE {_checked(collation)}")
        return name

    def drop_database(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS `{_checked(name)}`")

    def create_user(
        self,
        name: str,
        password: str,
        grants: Iterable[str] = (),
        *,
        database: str | None = None,
        tcp: bool = False,
    ) -> ConnectionParameters:
        """Create a user with exactly `grants`, each like "SELECT ON `shop`.*", and say how it connects."""
        with self._cursor() as cursor:
            account = (_checked(name), "%")  # any host: there is none but this one
            cursor.execute("CREATE OR REPLACE USER %s@%s IDENTIFIED BY %s", (*account, password))
            for grant in grants:
                cursor.execute(f"GRANT {grant.replace('%', '%%')} TO %s@%s", account)
        return replace(self.parameters(database, tcp=tcp), user=name, password=password)

    def run(self, *statements: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run statements as root and return the rows of the last one."""
        rows: list[tuple[Any, ...]] = []
        with self._cursor(database) as cursor:
            for statement in statements:
                cursor.execute(statement)
                rows = list(cursor.fetchall())
        return rows

    @contextmanager
    def _cursor(self, database: str | None = None) -> Iterator[Cursor]:
        connection = pymysql.connect(
            unix_socket=str(self.socket),
            user="root",
            database=database,
            charset="utf8mb4",
            autocommit=True,
            ssl_disabled=True,  # else the driver reads every authority's certificate first, for 20 to 50 ms
        )
        with connection, connection.cursor() as cursor:
            yield cursor

    def _install(self) -> None:
        # --rpm keeps the script from resolving host names and from changing the owner of the system's PAM
        # helper.
        command = [
            _program("mariadb-install-db"),
            "--no-defaults",
            "--rpm",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            f"--datadir={self.folder / 'data'}",
            f"--tmpdir={self.folder}",  # a server removes every temporary table it finds there: never share one
            *_as_root(),
            *_options(FAST_AND_FORGETFUL),
        ]
        _program("mariadbd"), _program("my_print_defaults")
        done = subprocess.run(
            command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise MariaDBBroken(f"mariadb-install-db failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")

    def _server_options(self) -> list[str]:
        network = ["--bind-address=127.0.0.1", f"--port={self.port}"] if self.port else ["--skip-networking"]
        return [
            f"--datadir={self.folder / 'data'}",
            f"--socket={self.socket}",
            f"--pid-file={self.folder / 'db.pid'}",
            f"--tmpdir={self.folder}",
            *network,
            *_as_root(),
            *_options(self._settings),
        ]

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            if process.poll() is not None:
                self._process = None
                raise MariaDBBroken(f"mariadbd ended while starting:\n{self._end_of_log()}")
            if self._listens():
                self.run("DROP USER IF EXISTS ''@localhost")  # else it would shadow users of every host
                return
            if time.monotonic() > deadline:
                message = f"mariadbd did not answer within {START_SECONDS:.0f} s:\n{self._end_of_log()}"
                raise MariaDBBroken(message)
            time.sleep(POLL_SECONDS)

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket))
            except OSError:  # no such file yet, or nobody behind it
                return False
        return True

    def _end_of_log(self) -> str:
        log = self.folder / "server.log"
        return log.read_text("utf-8", "replace")[-3000:] if log.exists() else ""

    def _clear(self) -> None:
        try:
            self.stop()
        finally:
            folder, self._folder = self._folder, None
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)


def _temporary_folder() -> Path:
    """A private folder whose socket path fits the system's limit of 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="bridge-db-"))
    if len(bytes(folder / "db.sock")) > LONGEST_SOCKET_PATH:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="bridge-db-", dir="/tmp"))
    return folder


def _program(name: str) -> str:
    """Where a server program is; Debian keeps some where ordinary users do not look."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin:/usr/local/sbin")
    if found is None:
        raise MariaDBMissing(name)
    return found


def _tied_to_this_thread() -> list[str]:
    """A prefix that has the kernel end the server when we die without a word.

    Nothing where there is no setpriv.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _as_root() -> list[str]:
    return ["--user=root"] if os.geteuid() == 0 else []


def _options(settings: Mapping[str, str]) -> list[str]:
    return [f"--{name}={value}" for name, value in settings.items()]


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise MariaDBBroken(f"{name!r} is no plain name of letters, digits and underscores")
    return name
