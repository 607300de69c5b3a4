"""Calling `bridge` as an operator does: in this process where that is quicker, or as a process of its own."""

import atexit
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import structlog

from bridge.cli.application import execute
from tests.support.settings_files import write_config

CHECKOUT = Path(__file__).parents[2]
LIBRARIES = Path(pytest.__file__).parents[1]
PARTS = ("bridge", "plugins", "config", "systemd")


def _open_to_everybody(place: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (place, *place.parents))


def _everybodys_copy() -> tuple[Path, Path]:
    """The program and its libraries where every user may read them; of a checkout below /root that is a copy."""
    if _open_to_everybody(CHECKOUT) and _open_to_everybody(LIBRARIES):
        return CHECKOUT, LIBRARIES
    folder = Path(mkdtemp(prefix="bridge-program-"))
    atexit.register(shutil.rmtree, folder)
    folder.chmod(0o755)
    for part in PARTS:
        shutil.copytree(CHECKOUT / part, folder / part)
    heavy = shutil.ignore_patterns("playwright*", "mypy*", "ruff*", "__pycache__")
    shutil.copytree(LIBRARIES, folder / "libraries", symlinks=True, ignore=heavy)
    return folder, folder / "libraries"


@cache
def python_path() -> str:
    """Where every user's Python finds the program, its plugins and its libraries."""
    program, libraries = _everybodys_copy()
    plugins = (program / "plugins" / name for name in ("opencart", "prestashop", "mail", "webhook", "whatsapp"))
    places = (program, *plugins, libraries)
    return ":".join(map(str, places))


def everybodys_python() -> str:
    """An interpreter of our version that any user of the machine may run; this one if it can be."""
    for candidate in (sys.executable, "/usr/bin/python3"):
        if _open_to_everybody(Path(candidate)) and _open_to_everybody(Path(candidate).resolve()):
            return candidate
    pytest.fail("no Python that every user may run: install Debian's python3")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document on standard output; fails if there is anything else."""
        return json.loads(self.out)

    def lines(self) -> list[str]:
        return self.out.splitlines()


class Cli:
    """Calls commands in this process, with one configuration directory."""

    def __init__(self, config: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.config, self._capture = config, capture

    def __call__(self, *words: str, config: Path | None = None) -> Answer:
        return self.typed("--config", str(config or self.config), *words)

    def typed(self, *words: str) -> Answer:
        """Call it with these words and no others."""
        self._capture.readouterr()
        root = logging.getLogger()
        handlers, level, logs = root.handlers[:], root.level, structlog.get_config()
        try:
            code = execute(list(words))
        finally:  # what a command sets up for its process must not outlive its call here
            root.handlers[:] = handlers
            root.setLevel(level)
            structlog.configure(**logs)
        printed = self._capture.readouterr()
        return Answer(code, printed.out, printed.err)


@dataclass(frozen=True, slots=True)
class Workplace:
    """Settings and a state directory of a test's own, and commands that use them."""

    config: Path
    state: Path
    cli: Cli


def a_workplace(
    folder: Path, capture: pytest.CaptureFixture[str], *, stores: Mapping[str, str] | None = None, bridge: str = ""
) -> Workplace:
    """One good store unless given; the state directory is empty and closed to others."""
    state = folder / "state"
    state.mkdir(mode=0o700, parents=True)
    text = f'[desk]\nstate_dir = "{state}"\n[private_web]\nlisten = "unix:{folder}/p.sock"\n{bridge}'
    config = write_config(folder / "config", bridge=text, stores=stores)
    return Workplace(config, state, Cli(config, capture))


def bridge(
    *words: str,
    environment: Mapping[str, str] | None = None,
    python: str = sys.executable,
    **more: Any,
) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own, in a folder that holds no program unless `cwd` says another."""
    more.setdefault("cwd", "/")
    return subprocess.run(
        [python, "-m", "bridge.cli.entry", *words],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": python_path(), "LANG": "C.UTF-8", **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **more,
    )
