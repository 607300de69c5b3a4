"""The keys of statements on the command line, and the PHP class for extensions."""

import re
from pathlib import Path

import pytest

from bridge.desk.statement_keys import load_statement_keys, new_statement_key
from bridge.resources import LICENCE_CLIENT
from tests.support.commands import Workplace, a_workplace


def test_a_first_key_signs_at_once_and_only_its_public_part_is_shown(workplace: Workplace) -> None:
    none = workplace.cli("licence", "keys", "list")
    assert none.out == "There is no key yet, so nothing can be signed: bridge licence keys new\n"
    made = workplace.cli("licence", "keys", "new")
    [key] = load_statement_keys(workplace.state)
    assert made.code == 0
    assert made.out.startswith(f"Made the key {key.id}; it signs.\n")
    listed = workplace.cli("licence", "keys", "list")
    for shown in (made.out, listed.out):
        assert key.public_base64 in shown
        assert "BEGIN PUBLIC KEY" in shown
        assert "PRIVATE" not in shown
    document = workplace.cli("licence", "keys", "list", "--json").document
    assert document["keys"] == [
        {"key": key.id, "signs": True, "public": key.public_base64, "public_pem": key.public_pem}
    ]


def test_keys_change_by_a_second_one_and_the_first_ones_retirement(workplace: Workplace) -> None:
    workplace.cli("licence", "keys", "new")
    second = workplace.cli("licence", "keys", "new")
    first_id, second_id = (key.id for key in load_statement_keys(workplace.state))
    assert second.out.startswith(f"Made the key {second_id}; {first_id} still signs.\n")
    assert second.out.endswith(f"When your customers have them: bridge licence keys retire {first_id}\n")
    assert re.findall(r"^s\S+  (\w+)$", second.out, re.MULTILINE) == ["signs", "waits"]
    third = workplace.cli("licence", "keys", "new")
    assert third.code == 2
    assert f"Try: bridge licence keys retire {first_id}" in third.err
    assert workplace.cli("licence", "keys", "retire", "s9-00000000").code == 2
    retired = workplace.cli("licence", "keys", "retire", first_id)
    assert retired.out == f"Retired the key {first_id}; {second_id} signs.\n"
    assert workplace.cli("licence", "keys", "retire", second_id).code == 2
    assert [key.id for key in load_statement_keys(workplace.state)] == [second_id]


def test_the_client_is_written_whole_and_nothing_is_overwritten(workplace: Workplace, folder: Path) -> None:
    target = folder / "extension"
    written = workplace.cli("licence", "client", str(target), "--json")
    assert written.code == 0
    names = ["LicenceClient.php", "README.md", "examples/opencart.php", "examples/prestashop.php"]
    assert written.document["files"] == [str(target / name) for name in names]
    for name in names:
        assert (target / name).read_bytes() == (LICENCE_CLIENT / name).read_bytes()
    again = workplace.cli("licence", "client", str(target))
    assert again.code == 2
    assert again.err.startswith(f"Error: {target / names[0]} exists already and is never overwritten\n")


@pytest.mark.parametrize(
    ("listen", "with_key", "level", "text"),
    [
        ("127.0.0.1:8378", True, "ok", "listens at 127.0.0.1:8378, signs with {key}"),
        ("unix:/run/b/public.sock", True, "ok", "listens at unix:/run/b/public.sock, signs with {key}"),
        ("127.0.0.1:8378", False, "wrong", "there is no key to sign statements with, so nothing is answered"),
        ("0.0.0.0:8378", True, "warning", "listens at 0.0.0.0:8378, where other machines reach it without TLS"),
        ("", False, None, ""),
    ],
)
def test_check_says_whether_extensions_can_be_answered(
    capsys: pytest.CaptureFixture[str], folder: Path, listen: str, with_key: bool, level: str | None, text: str
) -> None:
    place = a_workplace(folder / "place", capsys, bridge=f'[public_web]\nlisten = "{listen}"\n')
    key = new_statement_key(place.state).id if with_key else ""
    found = {one["name"]: one for one in place.cli("check", "--json").document["findings"]}
    if level is None:
        assert "licence API" not in found
    else:
        assert (found["licence API"]["level"], found["licence API"]["text"]) == (level, text.format(key=key))
