"""Joining a shop: the SQL to run, the key and where its file goes. No secret is shown unless it is asked for."""

import re
from pathlib import Path

import pytest

from bridge.desk.desk import Desk
from bridge.desk.key_files import load_keys
from tests.support.commands import Workplace, a_workplace
from tests.support.settings_files import GOOD_STORE, changed

SECRET = re.compile(r"[0-9a-f]{64}")


def test_a_first_key_signs_at_once_and_its_file_is_private(workplace: Workplace, folder: Path) -> None:
    file = folder / "key.php"
    answer = workplace.cli("store", "pair", "acme", "--out", str(file))
    ring = load_keys(workplace.state, "acme")
    assert (answer.code, [key.id for key in ring.keys], ring.active) == (0, ["k1"], "k1")
    assert file.read_text() == ring.php(())
    assert file.stat().st_mode & 0o777 == 0o600
    assert f"1. Copy {file} to the shop's storage folder (DIR_STORAGE" in answer.out
    assert "as supportbridge-acme.php" in answer.out
    assert not SECRET.search(answer.out + answer.err)


def test_without_a_file_named_the_key_waits_beside_the_desk(workplace: Workplace) -> None:
    answer = workplace.cli("store", "pair", "acme", "--json")
    waiting = workplace.state / "keys" / "supportbridge-acme.php"
    assert answer.document["file"] == str(waiting)
    assert waiting.stat().st_mode & 0o777 == 0o600
    assert waiting.read_text() == load_keys(workplace.state, "acme").php(())
    assert not SECRET.search(answer.out + answer.err)


def test_the_key_is_shown_only_when_asked_for(workplace: Workplace) -> None:
    answer = workplace.cli("store", "pair", "acme", "--show")
    [shown] = SECRET.findall(answer.out)
    assert load_keys(workplace.state, "acme").keys[0].secret.hex() == shown
    assert answer.out.startswith("<?php\n")


def test_a_second_key_signs_only_after_its_file_is_in_the_shop(workplace: Workplace, desk: Desk) -> None:
    workplace.cli("store", "pair", "acme")
    workplace.cli("coins", "grant", "77", "5", "--reason", "x", "--by", "Anna")
    second = workplace.cli("store", "pair", "acme")
    assert "Store acme has the key k2; k1 still signs." in second.out
    assert "2. When it is there: bridge store pair acme --activate\n3. Then remove " in second.out
    assert load_keys(workplace.state, "acme").active == "k1"
    answer = workplace.cli("store", "pair", "acme", "--activate")
    assert answer.out == "Store acme signs with the key k2; 1 account will be pushed again.\n"
    assert load_keys(workplace.state, "acme").active == "k2"
    assert desk.look(lambda tx: tx.push.count("acme")) == 1


def test_a_key_that_waits_is_dropped_only_when_that_is_asked_for(workplace: Workplace, folder: Path) -> None:
    for _ in range(2):
        workplace.cli("store", "pair", "acme")
    before = load_keys(workplace.state, "acme")
    file = folder / "third.php"
    refused = workplace.cli("store", "pair", "acme", "--out", str(file))
    error, hint = refused.err.splitlines()
    assert (refused.code, error) == (2, "Error: the key k2 of store acme waits to be activated; one more would drop it")
    assert hint.startswith(
        "Try: bridge store pair acme --activate once its file is in the shop; --replace if it is lost"
    )
    assert (load_keys(workplace.state, "acme"), file.exists()) == (before, False)
    replaced = workplace.cli("store", "pair", "acme", "--replace", "--out", str(file))
    assert "Store acme has the key k3 in place of k2; k1 still signs." in replaced.out
    assert [key.id for key in load_keys(workplace.state, "acme").keys] == ["k1", "k3"]
    assert workplace.cli("store", "pair", "acme", "--replace", "--json").document["replaced"] == "k3"


def test_a_running_daemon_notices_a_new_key(workplace: Workplace, desk: Desk) -> None:
    before = desk.look(lambda tx: tx.connection.execute("PRAGMA data_version").fetchone())
    workplace.cli("store", "pair", "acme")
    assert desk.look(lambda tx: tx.connection.execute("PRAGMA data_version").fetchone()) != before


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("acme", "--activate"), "store acme has no key yet: run bridge store pair acme"),
        (("acme", "--activate", "--replace"), "--activate makes no new key, so there is none for --replace"),
        (("acme", "--replace"), "no key of store acme waits, so there is none to replace"),
        (("acme", "--activate", "--show"), "--activate makes no new key, so there is nothing for --out or --show"),
        (("acme", "--out", "x.php", "--show"), "either --out FILE or --show"),
        (("acne",), "there is no store acne"),
    ],
)
def test_a_pairing_that_makes_no_sense_is_refused(workplace: Workplace, words: tuple[str, ...], error: str) -> None:
    answer = workplace.cli("store", "pair", *words)
    assert (answer.code, answer.err.splitlines()[0]) == (2, f"Error: {error}")
    assert not load_keys(workplace.state, "acme").keys


def test_a_file_that_is_there_is_never_overwritten(workplace: Workplace, folder: Path) -> None:
    file = folder / "key.php"
    file.write_text("precious")
    answer = workplace.cli("store", "pair", "acme", "--out", str(file))
    assert (answer.code, answer.err) == (
        2,
        f"Error: {file} exists already and is never overwritten\nTry: name another file\n",
    )
    assert file.read_text() == "precious"
    assert not load_keys(workplace.state, "acme").keys


def test_a_user_is_named_for_printed_rights_only(workplace: Workplace) -> None:
    answer = workplace.cli("store", "prepare", "acme", "--user", "reader@10.0.0.5")
    assert (answer.code, answer.err.splitlines()[0]) == (2, "Error: --user goes with --print")


def test_the_sql_can_be_had_before_there_is_a_password(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = changed('prefix = "oc_"', f'prefix = "oc_"\npassword = {{ file = "{folder}/not-yet" }}')
    place = a_workplace(folder, capsys, stores={"acme.toml": text})
    answer = place.cli("store", "prepare", "acme", "--print", "--user", "reader@10.0.0.5")
    assert answer.code == 0
    assert "CREATE TABLE IF NOT EXISTS `oc_supportbridge_account`" in answer.out
    assert "TO 'reader'@'10.0.0.5';" in answer.out
    assert place.cli("store", "prepare", "acme", "--print", "--json").document["sql"].startswith("-- For the database")


def test_stores_are_listed_with_their_keys(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    off = "enabled = false\n" + GOOD_STORE
    place = a_workplace(folder, capsys, stores={"acme.toml": GOOD_STORE, "ruby.toml": off})
    place.cli("store", "pair", "acme")
    found = place.cli("store", "list", "--json").document["stores"]
    assert [(one["store"], one["enabled"], one["active_key"]) for one in found] == [
        ("acme", True, "k1"),
        ("ruby", False, None),
    ]
    assert [row.split()[0] for row in place.cli("store", "list").lines()[2:]] == ["acme", "ruby"]
    switched_off = place.cli("sync", "--dry-run", "--store", "ruby")
    assert (switched_off.code, switched_off.err.splitlines()[0]) == (2, "Error: store ruby is switched off")
