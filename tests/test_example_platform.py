"""The example in docs/plugin-author.md is a whole platform: copied word by word it passes the contract suite."""

import os
import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bridge.contracts.shop import DatabaseAccess, StoreConnection
from bridge.hooks.manager import Plugins
from bridge.shopkit.adapter import DatabaseAdapter
from tests.support.documents import DOCS, ROOT

_FILE = re.compile(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example's files, in a folder of their own."""
    for place, text in _FILE.findall((DOCS / "plugin-author.md").read_text("utf-8")):
        target = tmp_path / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return tmp_path


def test_the_example_passes_the_contract_suite(example: Path) -> None:
    command = [sys.executable, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", "-W", "error"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=example, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) > 20


def test_the_example_is_found_by_the_entry_point_it_names(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(example))
    named = re.search(
        r"\[project\.entry-points\.bridge\]\n(\w+) = \"([\w.]+)\"", (example / "pyproject.toml").read_text()
    )
    assert named
    plugins = Plugins.load([named[1]], offered=[EntryPoint(named[1], named[2], "bridge")])
    access = DatabaseAccess(name="shop", user="nobody", prefix="t_")
    adapter = plugins.connect(StoreConnection("tiny", named[1], ZoneInfo("UTC"), access))
    assert isinstance(adapter, DatabaseAdapter)
    assert "GRANT SELECT (`id`, `shop_id`" in adapter.preparation_sql("somebody")
