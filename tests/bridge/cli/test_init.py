"""The settings to start from: the shipped files as they are, in a directory that holds none yet."""

from pathlib import Path

import pytest

from bridge.resources import resource
from tests.support.commands import Workplace

CONFIG = ["bridge.toml", "stores/opencart-extensions.toml", "stores/prestashop-coins.toml"]
NAMES = [*CONFIG, "bridge.service"]


def test_the_shipped_files_are_written_with_fitting_modes(workplace: Workplace, folder: Path) -> None:
    target = folder / "etc" / "supportbridge"
    answer = workplace.cli("init", str(target), "--json")
    assert answer.code == 0
    assert answer.document["files"] == [str(target / name) for name in NAMES]
    for name in NAMES:
        source = resource("config") if name in CONFIG else resource("systemd")
        assert (target / name).read_bytes() == (source / name).read_bytes()
        assert (target / name).stat().st_mode & 0o777 == 0o644
    assert (target / "stores").stat().st_mode & 0o777 == 0o755
    assert (target / "secrets").stat().st_mode & 0o777 == 0o750


def test_what_comes_next_is_told_and_the_files_are_good(workplace: Workplace, folder: Path) -> None:
    target = folder / "etc"
    answer = workplace.cli("init", str(target))
    assert f"bridge check --config {target}" in answer.out
    assert workplace.cli("settings", "show", config=target).code == 0


@pytest.mark.parametrize("existing", NAMES)
def test_nothing_is_overwritten_and_nothing_half_written(workplace: Workplace, folder: Path, existing: str) -> None:
    target = folder / "etc"
    (target / existing).parent.mkdir(parents=True)
    (target / existing).write_text("mine")
    answer = workplace.cli("init", str(target))
    assert answer.code == 2
    assert answer.err.splitlines()[0] == f"Error: {target / existing} exists already and is never overwritten"
    assert [path.name for path in target.rglob("*") if path.is_file()] == [Path(existing).name]


def test_a_place_that_cannot_be_written_is_told(workplace: Workplace, folder: Path) -> None:
    (folder / "file").write_text("")
    answer = workplace.cli("init", str(folder / "file" / "etc"))
    assert answer.code == 1
    assert answer.err.splitlines()[0] == f"Error: {folder / 'file' / 'etc'}: Not a directory"


def test_the_storefronts_can_be_built_anywhere(workplace: Workplace, folder: Path) -> None:
    answer = workplace.cli("storefront", "build", "--out", str(folder / "out"), "--json")
    assert answer.code == 0
    assert [Path(file).name for file in answer.document["files"]] == [
        "supportbridge.ocmod.zip",
        "supportbridge-3.0.ocmod.zip",
        "supportbridge.zip",
    ]
    assert all(Path(file).exists() for file in answer.document["files"])
