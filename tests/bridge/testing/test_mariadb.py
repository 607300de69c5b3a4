"""The private server: it listens only where asked, keeps its data over a stop, and leaves nothing behind."""

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pymysql
import pytest

from bridge.testing.mariadb import MariaDBMissing, PrivateMariaDB

NO_SELECT_RIGHT = 1142


def connect(parameters: dict[str, object]) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    parameters["database"] = parameters.pop("db")
    return pymysql.connect(**parameters)  # type: ignore[call-overload, no-any-return]  # the driver's own options


def test_a_database_is_made_used_and_dropped(mariadb: PrivateMariaDB) -> None:
    name = mariadb.create_database()
    mariadb.run("CREATE TABLE t (a INT)", "INSERT INTO t VALUES (7)", database=name)
    assert mariadb.run("SELECT a FROM t", database=name) == [(7,)]
    mariadb.drop_database(name)
    assert (name,) not in mariadb.run("SHOW DATABASES")


def test_every_made_up_database_name_is_another(mariadb: PrivateMariaDB) -> None:
    first, second = mariadb.create_database(), mariadb.create_database()
    assert first != second
    mariadb.drop_database(first)
    mariadb.drop_database(second)


def test_a_user_has_exactly_the_rights_given(mariadb: PrivateMariaDB, database: str) -> None:
    mariadb.run("CREATE TABLE seen (a INT)", "CREATE TABLE hidden (a INT)", database=database)
    reader = mariadb.create_user("reader", "pass'word%", [f"SELECT ON `{database}`.`seen`"], database=database)
    connection = connect(reader.for_driver())
    with connection, connection.cursor() as cursor:
        assert cursor.execute("SELECT a FROM seen") == 0
        with pytest.raises(pymysql.err.OperationalError) as refusal:
            cursor.execute("SELECT a FROM hidden")
    assert refusal.value.args[0] == NO_SELECT_RIGHT


def test_nothing_listens_on_the_network_unless_asked(mariadb: PrivateMariaDB) -> None:
    assert mariadb.port is None
    assert mariadb.run("SELECT @@skip_networking") == [(1,)]


def test_on_request_it_listens_on_loopback_and_an_outage_loses_nothing() -> None:
    with PrivateMariaDB(tcp=True) as server:
        name = server.create_database("kept")
        server.run("CREATE TABLE t (a INT) ENGINE=InnoDB", "INSERT INTO t VALUES (7)", database=name)
        guest = server.create_user("guest", "secret", [f"SELECT ON `{name}`.*"], database=name, tcp=True)
        server.stop()
        assert server.pid is None
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", guest.port)):
            pass
        server.start()
        connection = connect(guest.for_driver())
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT a FROM t")
            assert cursor.fetchall() == ((7,),)


def test_it_leaves_no_process_and_no_folder_behind() -> None:
    with PrivateMariaDB() as server:
        folder, pid = server.folder, server.pid
    assert pid is not None
    assert not folder.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_a_frozen_server_still_ends() -> None:
    with PrivateMariaDB() as server:
        assert server.pid is not None
        os.kill(server.pid, signal.SIGSTOP)


def test_it_ends_with_a_process_that_dies_without_a_word() -> None:
    program = (
        "import os, signal\n"
        "from bridge.testing.mariadb import PrivateMariaDB\n"
        "server = PrivateMariaDB().__enter__()\n"
        "print(server.pid, server.folder, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    pid, folder = done.stdout.split()
    _wait_for_the_end_of(int(pid))
    subprocess.run(["rm", "-r", folder], check=True)


def test_a_machine_without_mariadb_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.testing.mariadb.shutil.which", lambda *_args, **_named: None)
    with pytest.raises(MariaDBMissing) as refusal, PrivateMariaDB():
        pass
    assert "mariadb-install-db is not installed" in str(refusal.value)
    assert "apt-get install mariadb-server-core" in refusal.value.hint


def _wait_for_the_end_of(pid: int) -> None:
    """By a handle on the process, so that nothing has to be asked again and again."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], 20)[0], f"mariadbd {pid} outlives the process that started it"
    finally:
        os.close(handle)


def test_making_a_server_leaves_the_temporary_tables_of_others_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = [tmp_path / f"#sql-temptable-772-1-3.{part}" for part in ("MAI", "MAD")]
    for part in theirs:
        part.touch()
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # where a server that is told of no other place keeps its own
    with PrivateMariaDB():
        pass
    assert all(part.exists() for part in theirs)
