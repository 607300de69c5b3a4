"""A workplace for each test: settings, a state directory, and the commands."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.desk.desk import Desk
from bridge.testing.desks import a_desk
from tests.support.commands import Workplace, a_workplace


@pytest.fixture(autouse=True)
def operator_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of whoever runs the tests reaches a command."""
    for name in ("BRIDGE_CONFIG", "BRIDGE_STAFF", "CREDENTIALS_DIRECTORY", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path: it holds a Unix socket."""
    made = Path(tempfile.mkdtemp(prefix="bridge-cli-"))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def workplace(folder: Path, capsys: pytest.CaptureFixture[str]) -> Workplace:
    """One store called acme; there is no desk yet."""
    return a_workplace(folder, capsys)


@pytest.fixture
def desk(workplace: Workplace) -> Iterator[Desk]:
    """The workplace's desk, open here beside the commands."""
    with a_desk(workplace.state) as made:
        yield made
