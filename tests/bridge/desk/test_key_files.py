"""Keys: made, kept, rotated and written for the shop."""

import json
import stat
import subprocess
from pathlib import Path

import pytest

from bridge.contracts.shop_rows import mac_of, verifies
from bridge.desk.key_files import KeyRing, load_keys, save_keys
from bridge.errors import DeskError, UsageError


def test_a_store_that_was_never_paired_has_no_key(tmp_path: Path) -> None:
    assert load_keys(tmp_path, "acme").signing_first == ()


def test_the_first_key_signs_at_once_and_survives_a_restart(tmp_path: Path) -> None:
    ring = KeyRing("acme").with_new_key()
    path = save_keys(tmp_path, ring)

    assert load_keys(tmp_path, "acme") == ring
    assert [key.id for key in ring.signing_first] == ["k1"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_second_key_is_valid_but_signs_only_once_it_is_activated() -> None:
    first = KeyRing("acme").with_new_key()
    both = first.with_new_key()
    assert [key.id for key in both.signing_first] == ["k1", "k2"]

    newest = both.with_newest_active()
    assert [key.id for key in newest.signing_first] == ["k2", "k1"]
    signed_before = mac_of(first.keys[0], "account", "{}")
    assert verifies(newest.signing_first, "account", "{}", "k1", signed_before)


def test_a_third_key_drops_the_idle_one_so_that_two_are_valid() -> None:
    ring = KeyRing("acme").with_new_key().with_new_key().with_newest_active().with_new_key()
    assert [key.id for key in ring.keys] == ["k2", "k3"]
    assert ring.signing_first[0].id == "k2"


def test_a_key_that_waits_to_be_activated_is_not_dropped_unless_that_is_asked_for() -> None:
    """Its file may be in the shop already, whose page signs with it then."""
    ring = KeyRing("acme").with_new_key().with_new_key()
    with pytest.raises(UsageError, match="k2 of store acme waits to be activated"):
        ring.with_new_key()
    ring = ring.with_new_key(instead_of_waiting=True)
    assert [key.id for key in ring.keys] == ["k1", "k3"]
    assert ring.active == "k1"


def test_no_key_waits_where_the_newest_one_signs() -> None:
    first = KeyRing("acme").with_new_key()
    assert [ring.waiting for ring in (KeyRing("acme"), first, first.with_new_key().with_newest_active())] == [None] * 3
    both = first.with_new_key()
    assert both.waiting == both.keys[1]


def test_a_store_without_keys_has_none_to_activate() -> None:
    with pytest.raises(UsageError, match="bridge store pair acme"):
        KeyRing("acme").with_newest_active()


def test_the_shops_file_returns_the_keys_and_prints_nothing(tmp_path: Path) -> None:
    ring = KeyRing("acme").with_new_key().with_new_key()
    file = tmp_path / "supportbridge-acme.php"
    file.write_text(ring.php((0, 3)), encoding="ascii")

    silent = subprocess.run(["php", str(file)], capture_output=True, check=True)
    script = f"echo json_encode(require '{file}');"
    said = json.loads(subprocess.run(["php", "-r", script], capture_output=True, check=True).stdout)

    assert silent.stdout == b""
    assert said == {
        "version": 1,
        "store": "acme",
        "shop_ids": [0, 3],
        "keys": {key.id: key.secret.hex() for key in ring.keys},
    }


def test_no_secret_shows_in_a_printed_key() -> None:
    ring = KeyRing("acme").with_new_key()
    assert ring.keys[0].secret.hex() not in repr(ring)
    assert repr(ring.keys[0].secret) not in repr(ring)


@pytest.mark.parametrize("content", ["", "{}", '{"keys": [{"id": "k1", "secret": "zz"}], "active": "k1"}', "[]"])
def test_a_broken_key_file_is_named_without_its_content(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "acme.json").write_text(content, encoding="ascii")
    with pytest.raises(DeskError) as refusal:
        load_keys(tmp_path, "acme")
    assert "acme.json: is not a key file" in str(refusal.value)
    assert "zz" not in str(refusal.value)
