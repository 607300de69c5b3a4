"""Who may import whom: the table below is the house's plan, and every import of every module is held to it."""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent


def parts(names: str) -> frozenset[str]:
    """Names set apart by blanks."""
    return frozenset(names.split())


PLUGIN_MAY = parts("hooks contracts domain shopkit locale settings.base settings.secret_reference errors")
"""What a plugin may import of the bridge, ours and everybody else's alike."""
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "errors": parts(""),
    "domain": parts("errors"),
    "contracts": parts("domain errors"),
    "locale": parts("domain errors"),
    "services": parts("contracts domain locale errors"),
    "desk": parts("contracts domain errors"),
    "hooks": parts("contracts domain.events errors"),
    "shopkit": parts("contracts domain errors"),
    "settings": parts("contracts domain locale errors"),
    "engine": parts("services contracts domain desk hooks settings locale errors VERSION"),
    "web": parts("engine services contracts domain desk settings locale errors VERSION"),
    "paper": parts("domain locale errors"),
    "resources": parts("errors"),
    "storefront": parts("resources errors VERSION"),
    "logs": parts("errors"),
    "app": parts("engine web services contracts domain desk hooks settings errors"),
    "cli": parts(
        "app engine services contracts domain desk hooks settings locale paper resources storefront logs errors VERSION"
    ),
    "testing": parts("hooks contracts domain desk shopkit errors"),
}
"""Part of the bridge, and the parts it may import besides itself. A dotted name allows that module alone."""
DOMAIN_KEEPS_OUT = parts(
    "asyncio http io logging os pathlib random shutil socket sqlite3 subprocess tempfile threading time urllib"
)
"""Of the standard library: whatever looks at a clock, a disk or a network, rolls dice or writes a log."""
MAY_IMPORT_ALEMBIC = ("bridge.desk.upgrade", "bridge.desk.migrations")
CLOCK = "bridge.contracts.clock"
HANDED_THE_TIME = parts("domain contracts services desk hooks shopkit settings locale paper")
"""Parts that never ask the machine what time it is, but for the clock itself: what they do can be tried at any time."""


class Breach(NamedTuple):
    """One import that the plan does not have, or one look at the clock outside of it."""

    module: str
    line: int
    what: str


def breaches(sources: Mapping[str, str]) -> list[Breach]:
    """Every breach in these modules, given as name and source."""
    found: list[Breach] = []
    for module, source in sources.items():
        tree = ast.parse(source)
        found += [Breach(module, line, target) for line, target in _imports(tree) if not _allowed(module, target)]
        if module != CLOCK and _part(module) in HANDED_THE_TIME:
            found += [Breach(module, line, "the machine's clock") for line in _looks_at_the_clock(tree)]
    return found


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported, wherever in the module, for types too, and by name at run time."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(level=level) if level:
                yield node.lineno, "." * level
            case ast.ImportFrom(module=str(source), names=names):
                yield from ((node.lineno, f"{source}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__"),
                args=[ast.Constant(value=str(source)), *_],
            ):
                yield node.lineno, source


def _looks_at_the_clock(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date"), attr="now" | "utcnow" | "today")):
                yield node.lineno
            case ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr="time" | "time_ns")):
                yield node.lineno


def _allowed(module: str, target: str) -> bool:
    top, _, rest = target.partition(".")
    if target.startswith(".") or top == "tests":
        return False
    if top == "alembic":
        return module.startswith(MAY_IMPORT_ALEMBIC)
    package, part = module.partition(".")[0], _part(module)
    if package != "bridge":
        of_another_plugin = top.startswith("bridge_") and top != package
        return _is_part(rest, PLUGIN_MAY) if top == "bridge" else not of_another_plugin
    if top == "bridge":
        return not part or rest.split(".")[0] == part or _is_part(rest, MAY_IMPORT[part])
    if part == "domain":
        return top in sys.stdlib_module_names and top not in DOMAIN_KEEPS_OUT
    return not top.startswith("bridge_")


def _part(module: str) -> str:
    """`desk` of `bridge.desk.ledger`; a plugin's modules belong to no part."""
    package, _, rest = module.partition(".")
    return rest.partition(".")[0] if package == "bridge" else ""


def _is_part(name: str, parts: frozenset[str]) -> bool:
    return any(name == part or name.startswith(f"{part}.") for part in parts)


def our_modules() -> dict[str, str]:
    """Every module of the bridge and of the plugins in this repository, by name."""
    found = {}
    for base in (ROOT, *sorted((ROOT / "plugins").iterdir())):
        for path in sorted(base.glob("bridge*/**/*.py")):
            name = ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")
            found[name] = path.read_text()
    return found


def test_every_module_imports_only_what_the_plan_allows() -> None:
    found = [f"{module}, line {line}: {what}" for module, line, what in breaches(our_modules())]
    assert found == []


def test_the_plan_knows_every_part_of_the_bridge() -> None:
    parts = {name.split(".")[1] for name in our_modules() if name.startswith("bridge.")}
    assert parts == set(MAY_IMPORT)
    assert {name.split(".")[0] for name in our_modules()} >= {"bridge", "bridge_opencart", "bridge_prestashop"}


def test_no_two_parts_import_each_other() -> None:
    """The plan itself has a bottom: parts can be laid one upon the other."""
    left = {part: {one.split(".")[0] for one in may} & MAY_IMPORT.keys() for part, may in MAY_IMPORT.items()}
    while left:
        laid = {part for part, below in left.items() if not below & left.keys()}
        assert laid, f"these import each other: {sorted(left)}"
        left = {part: below for part, below in left.items() if part not in laid}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("bridge.domain.coins", "from bridge.services.purchases import book_orders"),
        ("bridge.domain.coins", "import bridge.contracts.desk as desk"),
        ("bridge.domain.coins", "from bridge import contracts"),
        ("bridge.domain.coins", "import pydantic"),
        ("bridge.domain.coins", "import logging"),
        ("bridge.domain.coins", "from time import monotonic"),
        ("bridge.domain.packages", "from datetime import datetime\ndatetime.now()"),
        ("bridge.contracts.desk", "from bridge.desk.desk import Desk"),
        ("bridge.services.purchases", "def later() -> None:\n    from bridge.desk.desk import Desk"),
        ("bridge.services.purchases", "if TYPE_CHECKING:\n    from bridge.engine.pusher import Pusher"),
        ("bridge.services.purchases", "import importlib\nimportlib.import_module('bridge.web.private')"),
        ("bridge.services.purchases", "from ..desk import desk"),
        ("bridge.services.purchases", "from datetime import date\ndate.today()"),
        ("bridge.services.purchases", "import time\ntime.time()"),
        ("bridge.services.purchases", "from bridge_opencart.adapter import OpenCartAdapter"),
        ("bridge.hooks.specs", "from bridge.domain.packages import Package"),
        ("bridge.hooks.specs", "from bridge.services.purchases import Booked"),
        ("bridge.desk.desk", "from bridge.services.purchases import book_orders"),
        ("bridge.desk.desk", "import alembic"),
        ("bridge.engine.pusher", "from alembic import command"),
        ("bridge.engine.pusher", "from bridge.cli import run"),
        ("bridge.engine.pusher", "from bridge.testing.clock import FixedClock"),
        ("bridge.app", "from bridge.cli.run import run"),
        ("bridge.cli.run", "from tests.support.books import a_store"),
        ("bridge_opencart.reader", "from bridge.services.purchases import book_orders"),
        ("bridge_opencart.reader", "from bridge.desk.desk import Desk"),
        ("bridge_opencart.reader", "from bridge import desk"),
        ("bridge_opencart.reader", "import bridge"),
        ("bridge_opencart.reader", "from bridge_prestashop.reader import Reader"),
        ("bridge_opencart.reader", "from bridge.testing.clock import FixedClock"),
    ],
)
def test_a_breach_is_caught(module: str, source: str) -> None:
    (breach,) = breaches({module: source})
    assert breach.module == module


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("bridge.domain.packages", "from datetime import datetime\nfrom bridge.domain.plans import PlanBook"),
        ("bridge.hooks.specs", "import pluggy\nfrom bridge.domain.events import CoinsGranted"),
        ("bridge.services.purchases", "from bridge.domain import ledger\nfrom bridge.contracts.desk import Tx"),
        ("bridge.desk.upgrade", "def migrate() -> None:\n    from alembic import command"),
        ("bridge.desk.migrations.env", "from alembic import context"),
        ("bridge.contracts.clock", "from datetime import datetime\ndatetime.now()"),
        (
            "bridge_opencart.reader",
            "import asyncio\nfrom bridge.shopkit.reading import read\nimport bridge_opencart.schema",
        ),
    ],
)
def test_what_the_plan_allows_is_no_breach(module: str, source: str) -> None:
    assert breaches({module: source}) == []
