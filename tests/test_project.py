"""What the project says of itself in two places is the same in both, and its set-up can be repeated."""

import importlib
import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import VERSION

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"[A-Za-z0-9._-]+==\S+( ; .+)? \\")


def wanted(name: str) -> list[str]:
    """The names asked for in a requirements.in, without comments and options."""
    lines = (ROOT / "script" / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-"))]


def pinned(name: str) -> dict[str, str]:
    """Package and version, as pinned in a requirements.txt."""
    text = (ROOT / "script" / name).read_text("utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE))


def test_the_wheel_asks_for_what_the_requirements_pin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["dependencies"] == wanted("requirements.in")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_hashed_and_names_no_host(name: str) -> None:
    text = (ROOT / "script" / name).read_text("utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    for entry in entries:
        assert PINNED.match(entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry


def test_tests_run_with_the_versions_that_operators_get() -> None:
    development = pinned("requirements-dev.txt")
    for package, version in pinned("requirements.txt").items():
        assert development[package] == version


def test_a_second_set_up_has_nothing_to_do_and_says_nothing() -> None:
    done = subprocess.run([ROOT / "script" / "setup"], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("path", ["script/setup", "script/test", "script/demo", "script/pictures", ".ci/run"])
def test_every_script_can_be_started_and_parsed(path: str) -> None:
    script = ROOT / path
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True)


def test_one_version_stands_everywhere() -> None:
    """A shop offers and runs a module's upgrade by the version that the module states."""
    module = (ROOT / "plugins/prestashop/storefront/supportbridge.php").read_text("utf-8")
    extension = json.loads((ROOT / "plugins/opencart/storefront/install.json").read_text("utf-8"))
    changes = re.findall(r"^## (\S+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert re.findall(r"\$this->version = '([^']+)';", module) == [VERSION]
    assert extension["version"] == VERSION
    assert changes[0] == VERSION
    assert f"You see `bridge {VERSION}`" in (ROOT / "docs/install.md").read_text("utf-8")


def test_no_upgrade_of_the_module_is_for_a_version_that_is_not_there_yet() -> None:
    scripts = (ROOT / "plugins/prestashop/storefront/upgrade").glob("upgrade-*.php")
    versions = [numbers(path.stem.removeprefix("upgrade-")) for path in scripts]
    assert versions
    assert max(versions) <= numbers(VERSION)


def numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


@pytest.mark.skipif("BRIDGE_LONG_TESTS" in os.environ, reason="the long run draws new examples each time")
def test_the_everyday_run_tries_the_same_examples_whatever_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a change would be refused, now and then, for what it did not touch."""
    drawn: list[str | int] = []

    @given(st.text() | st.integers())
    def draw(one: str | int) -> None:
        drawn.append(one)

    draw()
    first, drawn[:] = drawn[:], []
    words = ", ".join(repr(f"a word of module {number}") for number in range(1000))
    (tmp_path / "loaded_meanwhile.py").write_text(f"WORDS = [{words}]\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("loaded_meanwhile")
    draw()
    assert drawn == first
