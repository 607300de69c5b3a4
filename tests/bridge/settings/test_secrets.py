"""Passwords: kept elsewhere, fetched late, and never shown by a message, a repr or a traceback."""

import os
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import pytest

from bridge.errors import SettingsError
from bridge.settings import DatabaseSettings, Settings, describe, load, load_store
from tests.support.settings_files import changed, load_plain, write_config

SECRET = "hunter2-Geheimnis"
USER = 'user = "supportbridge"'


def database_with(
    directory: Path,
    password: str,
    *,
    environ: Mapping[str, str] | None = None,
    credentials_dir: Path | None = None,
) -> DatabaseSettings:
    text = changed(USER, f"{USER}\npassword = {password}")
    write_config(directory, stores={"acme.toml": text})
    settings = load(directory, environ=environ or {}, credentials_dir=credentials_dir)
    return settings.stores["acme"].database


def secret_file(directory: Path, content: str | bytes = SECRET + "\n", mode: int = 0o640) -> Path:
    path = directory / "acme.password"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    path.chmod(mode)
    return path


def refusal_of(database: DatabaseSettings) -> str:
    with pytest.raises(SettingsError) as refusal:
        database.password_value()
    return str(refusal.value)


def value_of(database: DatabaseSettings) -> str:
    secret = database.password_value()
    assert secret is not None
    return secret.get_secret_value()


def shown_by(error: BaseException) -> str:
    """All that a traceback with local values could show, of the error and of what led to it."""
    shown = "".join(traceback.format_exception(error))
    links: list[BaseException | None] = [error]
    while links:
        link = links.pop()
        if link is not None:
            shown += repr(link) + repr(vars(link)) + _locals_of(link.__traceback__)
            links += [link.__cause__, link.__context__]
    return shown


def _locals_of(trace: TracebackType | None) -> str:
    shown = ""
    while trace is not None:
        code = trace.tb_frame.f_code.co_filename
        if "tests/bridge" not in code:
            shown += repr(trace.tb_frame.f_locals)
        trace = trace.tb_next
    return shown


# --- where a password may be kept -------------------------------------------------------------------------


def test_a_password_comes_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    file = secret_file(tmp_path)
    assert value_of(database_with(tmp_path, f'{{ file = "{file}" }}')) == SECRET


@pytest.mark.parametrize(
    ("content", "expected"),
    [("a", "a"), ("a\r\n", "a"), (" a b ", " a b "), ("пароль\n", "пароль")],
)
def test_only_the_line_end_is_taken_off_a_password(tmp_path: Path, content: str, expected: str) -> None:
    file = secret_file(tmp_path, content)
    assert value_of(database_with(tmp_path, f'{{ file = "{file}" }}')) == expected


def test_a_password_comes_from_a_credential(tmp_path: Path) -> None:
    secret_file(tmp_path, mode=0o440)
    database = database_with(tmp_path, '{ credential = "acme.password" }', credentials_dir=tmp_path)
    assert value_of(database) == SECRET


def test_a_password_comes_from_the_environment(tmp_path: Path) -> None:
    database = database_with(tmp_path, '{ env = "ACME_PASSWORD" }', environ={"ACME_PASSWORD": SECRET})
    assert value_of(database) == SECRET


def test_no_password_is_no_secret(tmp_path: Path) -> None:
    assert load_plain(write_config(tmp_path)).stores["acme"].database.password_value() is None


def test_a_password_is_looked_for_only_when_it_is_used(tmp_path: Path) -> None:
    file = tmp_path / "acme.password"
    database = database_with(tmp_path, f'{{ file = "{file}" }}')
    assert "does not exist" in refusal_of(database)
    secret_file(tmp_path, "first")
    assert value_of(database) == "first"
    secret_file(tmp_path, "second")
    assert value_of(database) == "second"


# --- what is refused when it is fetched ---------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o642, 0o641, 0o777])
def test_a_secret_file_open_to_others_is_refused(tmp_path: Path, mode: int) -> None:
    file = secret_file(tmp_path, mode=mode)
    assert refusal_of(database_with(tmp_path, f'{{ file = "{file}" }}')) == (
        f"stores/acme.toml: database.password: the secret file {file} is open to every user of this machine "
        f"(mode {mode:04o}); close it with: chmod o= {file}"
    )


def test_a_link_is_as_open_as_the_file_it_names(tmp_path: Path) -> None:
    link = tmp_path / "link.password"
    link.symlink_to(secret_file(tmp_path, mode=0o644))
    assert "is open to every user" in refusal_of(database_with(tmp_path, f'{{ file = "{link}" }}'))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        ("\n", "is empty"),
        (f"{SECRET}\n{SECRET}\n", "holds more than one line"),
        (f"{SECRET}\0", "holds more than one line"),
        (SECRET.encode() + b"\xff", "is not UTF-8 text"),
        (SECRET * 1_000, "is longer than 4,096 bytes"),
    ],
)
def test_a_secret_file_holds_one_line_of_text(tmp_path: Path, content: str | bytes, told: str) -> None:
    file = secret_file(tmp_path, content)
    assert refusal_of(database_with(tmp_path, f'{{ file = "{file}" }}')) == (
        f"stores/acme.toml: database.password: the secret file {file} {told}"
    )


def test_a_secret_file_that_is_a_directory_or_a_pipe_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for place in (pipe, tmp_path):
        assert refusal_of(database_with(tmp_path, f'{{ file = "{place}" }}')) == (
            f"stores/acme.toml: database.password: the secret file {place} is not a regular file"
        )


def test_a_credential_that_systemd_did_not_pass_is_told(tmp_path: Path) -> None:
    assert refusal_of(database_with(tmp_path, '{ credential = "acme" }')) == (
        "stores/acme.toml: database.password: there is no credential acme: systemd passed none to this "
        "program (LoadCredential=acme:...)"
    )


@pytest.mark.parametrize("environ", [{}, {"ACME_PASSWORD": ""}])
def test_a_variable_that_is_not_set_is_told(tmp_path: Path, environ: dict[str, str]) -> None:
    assert refusal_of(database_with(tmp_path, '{ env = "ACME_PASSWORD" }', environ=environ)) == (
        "stores/acme.toml: database.password: the environment variable ACME_PASSWORD is not set or empty"
    )


# --- what is refused when the settings are read ----------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "told"),
    [
        (
            f'"{SECRET}"',
            (
                "database.password: a secret must not stand in this file: write it to a file of its own and "
                'name that file, password = { file = "/etc/supportbridge/secrets/NAME.password" }'
            ),
        ),
        (f'["{SECRET}"]', "database.password: must be a table"),
        ("{}", "database.password: must name exactly one of file, credential and env"),
        (
            '{ file = "/a", env = "B" }',
            "database.password: must name exactly one of file, credential and env",
        ),
        (f'{{ value = "{SECRET}" }}', "database.password.value: is not a known setting"),
        (
            f'{{ file = "{SECRET}" }}',
            "database.password.file: must be an absolute path, beginning with /",
        ),
        (
            f'{{ env = "{SECRET}" }}',
            (
                "database.password.env: must be the name of an environment variable in capitals, such as "
                "ACME_DB_PASSWORD"
            ),
        ),
        (
            f'{{ credential = "{SECRET}!" }}',
            "database.password.credential: must be the name of a credential: letters, digits, dot, - and _",
        ),
    ],
)
def test_a_secret_in_the_settings_is_refused_and_not_repeated(tmp_path: Path, password: str, told: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        database_with(tmp_path, password)
    assert str(refusal.value) == f"stores/acme.toml: {told}"
    assert SECRET not in shown_by(refusal.value)


@pytest.mark.parametrize(
    "line",
    [
        f'passwort = "{SECRET}"',
        f'host = "root:{SECRET}@db.example.com"',
        f'password = "{SECRET}',
        f'password = "{SECRET}" "',
    ],
)
def test_a_secret_in_an_unexpected_place_is_not_repeated(tmp_path: Path, line: str) -> None:
    write_config(tmp_path, stores={"acme.toml": changed(USER, f"{USER}\n{line}")})
    with pytest.raises(SettingsError) as refusal:
        load_plain(tmp_path)
    assert SECRET not in shown_by(refusal.value)
    with pytest.raises(SettingsError) as refusal:
        load_store(tmp_path / "stores" / "acme.toml", environ={"X": SECRET})
    assert SECRET not in shown_by(refusal.value)


# --- what is never shown ----------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [f"{SECRET}\n{SECRET}", SECRET.encode() + b"\xff", SECRET * 1_000])
def test_a_refused_secret_is_in_no_message_and_no_frame(tmp_path: Path, content: str | bytes) -> None:
    file = secret_file(tmp_path, content)
    database = database_with(tmp_path, f'{{ file = "{file}" }}', environ={"OTHER": SECRET})
    with pytest.raises(SettingsError) as refusal:
        database.password_value()
    assert SECRET not in shown_by(refusal.value)


def test_wrong_settings_do_not_show_the_environment(tmp_path: Path) -> None:
    write_config(tmp_path, stores={"acme.toml": changed("coins = 550", "coins = -5")})
    with pytest.raises(SettingsError) as refusal:
        load(tmp_path, environ={"ACME_PASSWORD": SECRET}, credentials_dir=None)
    assert SECRET not in shown_by(refusal.value)


def all_texts_of(settings: Settings) -> str:
    database = settings.stores["acme"].database
    return f"{settings!r} {settings} {database!r} {database} {database.model_dump()} {describe(settings)}"


def test_settings_with_a_fetched_secret_never_show_it(tmp_path: Path) -> None:
    text = changed(USER, f'{USER}\npassword = {{ env = "ACME_PASSWORD" }}')
    write_config(tmp_path, stores={"acme.toml": text})
    settings = load(tmp_path, environ={"ACME_PASSWORD": SECRET}, credentials_dir=None)
    secret = settings.stores["acme"].database.password_value()
    assert secret is not None
    assert secret.get_secret_value() == SECRET
    assert SECRET not in all_texts_of(settings) + repr(secret) + str(secret)


def test_settings_made_by_hand_have_no_place_to_look_for_a_secret() -> None:
    database = DatabaseSettings.model_validate(
        {"host": "127.0.0.1", "name": "shop", "user": "u", "prefix": "", "password": {"env": "X"}}
    )
    with pytest.raises(TypeError, match="not loaded from a store's file"):
        database.password_value()
