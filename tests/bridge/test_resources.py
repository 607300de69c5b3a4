"""What an operator needs comes along in the wheel, and is found there as in a checkout."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bridge.resources import ResourceMissing, resource

pytestmark = pytest.mark.xdist_group("wheel")

CHECKOUT = Path(__file__).parents[2]
NEEDED_TO_BUILD = ("pyproject.toml", "script", "bridge", "plugins", "config", "systemd")
SHIPPED = (
    "config",
    "systemd",
    "plugins/opencart/storefront",
    "plugins/opencart/storefront-3.0",
    "plugins/prestashop/storefront",
)


def files_below(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in path.parts)
    }


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds what the wheel holds, built from a copy of the checkout without any network."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for name in NEEDED_TO_BUILD:
        original = CHECKOUT / name
        if original.is_dir():
            ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(original, source / name, ignore=ignore)
        else:
            shutil.copy(original, source / name)
    build = [sys.executable, "-W", "ignore", "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"]
    done = subprocess.run(build, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [wheel] = (source / "dist").glob("shop_support_bridge-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(out)
    return out


def test_a_checkout_finds_its_own_folders() -> None:
    for name in SHIPPED:
        assert resource(name) == CHECKOUT / name


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(ResourceMissing, match="config/nothing"):
        resource("config/nothing")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_wheel_carries_every_file_of_a_shipped_folder(installed: Path, name: str) -> None:
    shipped = files_below(installed / "bridge" / "shipped" / name)
    assert shipped
    assert shipped == files_below(CHECKOUT / name)


def test_the_wheel_carries_all_code_and_what_lies_beside_it(installed: Path) -> None:
    for root in (CHECKOUT, CHECKOUT / "plugins" / "opencart", CHECKOUT / "plugins" / "prestashop"):
        for package in root.glob("bridge*"):
            if not package.name.endswith(".egg-info"):
                missing = files_below(package) - files_below(installed / package.name)
                assert not missing, f"{package.name} lacks {sorted(missing)}"


def test_the_installed_program_finds_its_files_without_the_checkout(installed: Path) -> None:
    program = "from bridge.resources import resource\n" + "\n".join(f"print(resource({name!r}))" for name in SHIPPED)
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(installed)!r})\n{program}"],
        cwd=installed,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(installed / "bridge" / "shipped" / name) for name in SHIPPED]


def test_the_wheel_declares_its_command_and_plugins(installed: Path) -> None:
    [declared] = installed.glob("*.dist-info/entry_points.txt")
    text = declared.read_text("utf-8")
    for line in (
        "bridge = bridge.cli.entry:main",
        "opencart = bridge_opencart.plugin",
        "prestashop = bridge_prestashop.plugin",
    ):
        assert line in text.splitlines()
