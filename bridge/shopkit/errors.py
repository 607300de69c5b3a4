"""The driver's errors in the house's words, translated once.

A server says what went wrong by number. Some numbers pass by themselves (the server restarts, a lock is held): worth a
retry. Others need a person (a wrong password, a missing right): retrying them only fills a log. What is in neither list
is worth a retry, because a shop must not stay unread for a number nobody has met.
"""

import ssl

import pymysql

from bridge.contracts.shop import DatabaseAccess
from bridge.errors import ShopError, ShopRefused, ShopUnavailable

ACCESS_DENIED = 1045
NO_SUCH_TABLE = 1146
NO_SUCH_COLUMN = 1054
TABLE_DENIED = 1142
COLUMN_DENIED = 1143
DEFINER_GONE = 1449
VIEW_BROKEN = 1356
NO_CONNECTION = 2003
NO_DATABASE_SERVER = 2007
TLS_FAILED = 2026
SERVER_TOO_OLD = 9001
"""Our own number: servers have none for it."""

DRIVERS_OWN = range(2000, 3000)
"""Numbers that no server sends: the driver's own for what went wrong on the way."""

_PREPARE = "bridge store prepare {store} --print shows the rights that are needed"
_CHECK = "correct [database] in the store's file, then run: bridge check"
_LOGIN = (
    "put the right password where database.password points; if it is right, the user is not known at the host "
    "behind the @: bridge store prepare {store} --print --user USER@HOST"
)

_PERSON_MUST_ACT = {
    1044: ("the user may not use this database", _PREPARE),
    ACCESS_DENIED: ("wrong user name or password", _LOGIN),
    1049: ("there is no database of that name", _CHECK),
    1129: ("the server blocks this host after failed connections", "ask its operator to run FLUSH HOSTS"),
    1130: ("the server does not let this host in", "ask its operator to allow the user from this host"),
    1193: ("the server has no such setting", "run: bridge check"),
    1227: ("a right is missing", _PREPARE),
    1290: ("the server is read-only", "name the main server in the store's file, not a copy of it"),
    1370: ("a right is missing", _PREPARE),
    1698: ("the server does not let this user in with a password", _CHECK),
    NO_SUCH_COLUMN: ("a column is missing", "run: bridge check"),
    NO_SUCH_TABLE: ("a table is missing", "run: bridge check"),
    TABLE_DENIED: ("a right is missing", _PREPARE),
    COLUMN_DENIED: ("a right is missing", _PREPARE),
    DEFINER_GONE: (
        "the user who made the settings view is gone",
        "make the view again: bridge store prepare {store} --print",
    ),
    VIEW_BROKEN: (
        "the settings view no longer fits its table",
        "make the view again: bridge store prepare {store} --print",
    ),
    NO_DATABASE_SERVER: (
        "what answers there is no MariaDB or MySQL server",
        "correct database.host and database.port in the store's file: perhaps a web server or a proxy listens there",
    ),
    SERVER_TOO_OLD: (
        "the database server is too old",
        "move the shop to a newer server; if a proxy answers in its place, let it tell the server's own version",
    ),
    TLS_FAILED: (
        "no encrypted connection can be had",
        "give the server a certificate and name its CA in database.tls_ca",
    ),
}

_OUR_STATEMENT = (pymysql.ProgrammingError, pymysql.DataError, pymysql.IntegrityError, pymysql.NotSupportedError)


def error_number(error: BaseException) -> int | None:
    """The server's or driver's number behind an error, None where there is none."""
    driver = error if isinstance(error, pymysql.MySQLError) else error.__cause__
    if isinstance(driver, pymysql.MySQLError) and driver.args and isinstance(driver.args[0], int):
        return driver.args[0]
    return None


def lost(error: BaseException) -> bool:
    """Whether a connection failed on the way; what a server answers, also a refusal, came through whole."""
    if isinstance(error, pymysql.MySQLError):
        number = error_number(error)
        return number is None or number in DRIVERS_OWN
    return isinstance(error, OSError)  # TimeoutError is one


def translated(error: BaseException, store: str, access: DatabaseAccess, doing: str) -> ShopError:
    """The error to raise instead, with the store, the place, what was being done and the cause; never a password."""
    where = f"{store}: database {access.name} at {access.place}"
    if isinstance(error, TimeoutError):
        return ShopUnavailable(f"{where}: no answer in time ({doing})" + (f": {error}" if str(error) else ""))
    cause = error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        reason = f"its certificate is not trusted: {cause.verify_message}"
        return _refused(f"{where}: {reason}", "name the server's CA in database.tls_ca", store)
    if isinstance(cause, PermissionError):
        return _refused(f"{where}: this process may not open it: {cause}", _CHECK, store)
    number = error_number(error)
    if number in _PERSON_MUST_ACT:
        words, remedy = _PERSON_MUST_ACT[number]
        return _refused(f"{where}: {words}: {_server_words(error)} ({doing})", remedy, store)
    if isinstance(error, _OUR_STATEMENT):
        return _refused(
            f"{where}: the server refuses a statement: {_server_words(error)} ({doing})", "run: bridge check", store
        )
    # The driver says "on '127.0.0.1'" of a socket too; the place is named already.
    words = "no connection" if number == NO_CONNECTION else _server_words(error)
    return ShopUnavailable(f"{where}: {words} ({doing})" + (f": {cause}" if _tells_more(cause, words) else ""))


def _tells_more(cause: BaseException | None, words: str) -> bool:
    """Whether the cause is the system's own word, and not said yet; how many bytes were missing helps nobody."""
    return isinstance(cause, OSError) and bool(str(cause)) and str(cause) not in words


def refused(message: str, remedy: str) -> ShopRefused:
    """A refusal with what a person can do about it."""
    error = ShopRefused(message)
    error.hint = remedy
    return error


def server_says(error: ShopError) -> str:
    """The server's own words behind a refusal, without our place and remedy."""
    driver = error.__cause__
    return _server_words(driver) if driver is not None else str(error)


def _refused(message: str, remedy: str, store: str) -> ShopRefused:
    return refused(message, remedy.format(store=store))


def _server_words(error: BaseException) -> str:
    if isinstance(error, pymysql.MySQLError) and len(error.args) > 1:
        return str(error.args[1])
    return str(error) or type(error).__name__
