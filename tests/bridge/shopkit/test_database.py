"""Short, bounded statements: what a timeout, a cancellation, an outage and a refusal each become."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.contracts.shop import DatabaseAccess
from bridge.errors import ShopRefused, ShopUnavailable
from bridge.shopkit.database import ShopDatabase
from bridge.shopkit.named_sql import Statement
from bridge.testing.mariadb import PrivateMariaDB
from tests.support.adapters import STORE, database_access
from tests.support.waiting import PATIENCE_S

ECHO = Statement("echo", "SELECT %(number)s")
SLEEP = Statement("sleep", "SELECT SLEEP(%(seconds)s)")
CONNECTIONS = Statement(
    "connections", "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() LIMIT 1"
)


@pytest.fixture
def access(mariadb: PrivateMariaDB, database: str) -> DatabaseAccess:
    return database_access(mariadb.parameters(database), prefix="oc_")


@pytest.fixture
async def shop(access: DatabaseAccess) -> AsyncIterator[ShopDatabase]:
    opened = ShopDatabase(STORE, access)
    yield opened
    await opened.close()


async def test_a_connection_is_used_again(shop: ShopDatabase) -> None:
    which = Statement("which", "SELECT CONNECTION_ID()")
    assert await shop.rows(which) == await shop.rows(which)


async def test_no_more_than_the_allowed_connections_are_opened(access: DatabaseAccess) -> None:
    shop = ShopDatabase(STORE, replace(access, connections=3))
    await asyncio.gather(*(shop.rows(SLEEP, seconds=0.01) for _ in range(30)))
    assert await shop.rows(CONNECTIONS) == ((3,),)
    await shop.close()


async def test_an_answer_that_takes_too_long_is_given_up_and_nobody_else_gets_it(access: DatabaseAccess) -> None:
    shop = ShopDatabase(STORE, replace(access, connections=1, statement_timeout_seconds=2.0))
    with pytest.raises(ShopUnavailable, match=r"acme: database .* no answer in time \(sleep\)"):
        await shop.rows(SLEEP, seconds=30)
    assert await shop.rows(ECHO, number=7) == ((7,),)
    await shop.close()


async def test_the_server_ends_by_itself_what_we_stopped_waiting_for(
    access: DatabaseAccess, mariadb: PrivateMariaDB
) -> None:
    shop = ShopDatabase(STORE, replace(access, statement_timeout_seconds=0.1))
    with pytest.raises(ShopUnavailable):
        await shop.rows(SLEEP, seconds=30)
    await shop.close()
    running = (
        f"SELECT COUNT(*) FROM information_schema.processlist WHERE db = '{access.name}' AND info LIKE '%SLEEP(30)%'"
    )
    async with asyncio.timeout(PATIENCE_S):
        while mariadb.run(running + " AND info NOT LIKE '%processlist%'") != [(0,)]:  # noqa: ASYNC110 - no signal to wait for
            await asyncio.sleep(0.05)


async def test_waiting_for_a_place_has_an_end(access: DatabaseAccess) -> None:
    limits = replace(access, connections=1, statement_timeout_seconds=2.0, connect_timeout_seconds=2.0)
    shop = ShopDatabase(STORE, limits)
    results = await asyncio.gather(*(shop.rows(SLEEP, seconds=1.0) for _ in range(5)), return_exceptions=True)
    assert any(isinstance(result, ShopUnavailable) for result in results)
    assert await shop.rows(ECHO, number=1) == ((1,),)
    await shop.close()


async def test_a_closed_database_says_so(shop: ShopDatabase) -> None:
    await shop.rows(ECHO, number=1)
    await shop.close()
    await shop.close()
    with pytest.raises(ShopUnavailable, match="its connections are closed"):
        await shop.rows(ECHO, number=1)


async def test_a_connection_in_use_while_closing_is_closed_when_it_is_done(
    access: DatabaseAccess, mariadb: PrivateMariaDB
) -> None:
    shop = ShopDatabase(STORE, access)
    busy = asyncio.create_task(shop.rows(SLEEP, seconds=2))
    count = f"SELECT COUNT(*) FROM information_schema.processlist WHERE db = '{access.name}'"
    async with asyncio.timeout(PATIENCE_S):
        while mariadb.run(f"{count} AND info LIKE '%SLEEP(2)%'") != [(1,)]:  # noqa: ASYNC110 - a server gives no signal
            await asyncio.sleep(0.02)
    await shop.close()
    assert await busy == ((0,),)
    async with asyncio.timeout(PATIENCE_S):
        while mariadb.run(count) != [(0,)]:  # noqa: ASYNC110 - a server gives no signal
            await asyncio.sleep(0.02)


async def test_a_wrong_password_is_refused_in_words_and_never_shown(
    mariadb: PrivateMariaDB, access: DatabaseAccess
) -> None:
    mariadb.create_user("bridge_pw", "right-one", [f"SELECT ON `{access.name}`.*"])
    shop = ShopDatabase(STORE, replace(access, user="bridge_pw", password="wrong-one"))
    with pytest.raises(ShopRefused) as refusal:
        await shop.rows(ECHO, number=1)
    assert "wrong user name or password: Access denied for user 'bridge_pw'@" in str(refusal.value)
    assert "wrong-one" not in str(refusal.value) + repr(shop.access) + refusal.value.hint
    assert refusal.value.hint.startswith("put the right password where database.password points")
    assert "bridge store prepare acme --print --user USER@HOST" in refusal.value.hint


async def test_a_password_with_letters_of_any_alphabet_works(mariadb: PrivateMariaDB, access: DatabaseAccess) -> None:
    mariadb.create_user("bridge_utf8", "пароль-گذرواژه", [f"SELECT ON `{access.name}`.*"])
    shop = ShopDatabase(STORE, replace(access, user="bridge_utf8", password="пароль-گذرواژه"))
    assert await shop.rows(ECHO, number=1) == ((1,),)
    await shop.close()


async def test_a_database_that_is_not_there_is_refused(access: DatabaseAccess) -> None:
    shop = ShopDatabase(STORE, replace(access, name="no_such_shop"))
    with pytest.raises(ShopRefused, match="there is no database of that name: Unknown database 'no_such_shop'"):
        await shop.rows(ECHO, number=1)


async def test_an_unreachable_host_is_worth_a_retry() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        shop = ShopDatabase(STORE, DatabaseAccess("shop", "bridge", "oc_", port=port, tls=False))
        with pytest.raises(ShopUnavailable, match=rf"acme: database shop at 127.0.0.1:{port}: no connection"):
            await shop.rows(ECHO, number=1)


async def test_a_host_that_says_nothing_is_given_up(access: DatabaseAccess) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        limits = replace(access, socket=None, port=port, connect_timeout_seconds=0.2)
        with pytest.raises(ShopUnavailable, match=r"no answer in time \(connecting\)"):
            await ShopDatabase(STORE, limits).rows(ECHO, number=1)


async def test_a_socket_that_is_not_there_is_worth_a_retry(tmp_path: Path) -> None:
    shop = ShopDatabase(STORE, DatabaseAccess("shop", "bridge", "oc_", socket=tmp_path / "no.sock"))
    with pytest.raises(ShopUnavailable, match=r"no\.sock.*No such file"):
        await shop.rows(ECHO, number=1)


async def test_after_an_outage_the_next_statements_work_again(access: DatabaseAccess, mariadb: PrivateMariaDB) -> None:
    shop = ShopDatabase(STORE, access)
    [(connection,)] = await shop.rows(Statement("which", "SELECT CONNECTION_ID()"))
    mariadb.run(f"KILL CONNECTION {connection}")
    with pytest.raises(ShopUnavailable):
        await shop.rows(ECHO, number=1)
    assert await shop.rows(ECHO, number=2) == ((2,),)
    await shop.close()


async def test_only_one_statement_is_accepted_at_a_time(shop: ShopDatabase) -> None:
    with pytest.raises(ShopRefused, match="the server refuses a statement"):
        await shop.rows(Statement("two", "SELECT 1; SELECT 2"))


CERTIFICATE = """
file_put_contents('openssl.cnf', "[req]\\ndistinguished_name=dn\\n[dn]\\n[v3]\\nbasicConstraints=CA:TRUE\\n"
  . "subjectAltName=IP:127.0.0.1\\n");
$options = ['config' => 'openssl.cnf', 'x509_extensions' => 'v3', 'digest_alg' => 'sha256', 'private_key_bits' => 2048];
$key = openssl_pkey_new($options);
$ticket = openssl_csr_new(['commonName' => 'shop database'], $key, $options);
openssl_x509_export_to_file(openssl_csr_sign($ticket, null, $key, 2, $options), 'server.pem');
openssl_pkey_export_to_file($key, 'server.key', null, $options);
"""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, and its key beside it."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(["php", "-r", CERTIFICATE], cwd=folder, check=True, capture_output=True)
    return folder / "server.pem"


@pytest.fixture(scope="module")
def tls_server(certificate: Path) -> Iterator[PrivateMariaDB]:
    settings = {"ssl-cert": str(certificate), "ssl-key": str(certificate.with_name("server.key"))}
    with PrivateMariaDB(tcp=True, settings=settings) as server:
        server.create_user("bridge_tls", "secret", ["SELECT ON *.*"])
        yield server


def over_tcp(server: PrivateMariaDB, **changes: object) -> DatabaseAccess:
    parameters = server.parameters("mysql", user="bridge_tls", password="secret", tcp=True)
    return replace(database_access(parameters, prefix="oc_"), tls=True, **changes)  # type: ignore[arg-type]  # by name


async def test_a_trusted_certificate_encrypts_the_connection(tls_server: PrivateMariaDB, certificate: Path) -> None:
    shop = ShopDatabase(STORE, over_tcp(tls_server, tls_ca=certificate))
    [(_, cipher)] = await shop.rows(Statement("tls", "SHOW SESSION STATUS LIKE 'Ssl_cipher'"))
    assert cipher
    await shop.close()


async def test_an_untrusted_certificate_is_refused_before_the_password_is_sent(tls_server: PrivateMariaDB) -> None:
    shop = ShopDatabase(STORE, over_tcp(tls_server))
    with pytest.raises(ShopRefused, match="its certificate is not trusted: self-signed certificate") as refusal:
        await shop.rows(ECHO, number=1)
    assert refusal.value.hint == "name the server's CA in database.tls_ca"


async def test_a_server_without_tls_is_refused_before_the_password_is_sent() -> None:
    with PrivateMariaDB(tcp=True) as server:
        server.create_user("bridge_tls", "secret", ["SELECT ON *.*"])
        shop = ShopDatabase(STORE, over_tcp(server))
        with pytest.raises(ShopRefused, match="no encrypted connection can be had: the server offers no TLS"):
            await shop.rows(ECHO, number=1)
        before = server.run("SHOW GLOBAL STATUS LIKE 'Access_denied_errors'")
    assert before == [("Access_denied_errors", "0")]
