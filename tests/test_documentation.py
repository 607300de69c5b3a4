"""The documentation says what the code does: every hook, setting, command, metric and rule, and no more than that.

It believes: a comparison that finds nothing to compare proves nothing, so each one first asks for what must be there.
"""

import ast
import json
import re
from collections import Counter
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest

from bridge.cli.failures import DESK_DAMAGED, FOUND_WRONG, NOT_RUNNING, WELL, WRONG_USE
from bridge.contracts import shop as shop_contract
from bridge.contracts import shop_documents, shop_files, shop_licences, shop_threads
from bridge.contracts.problems import ProblemState
from bridge.desk.counts import LedgerTotals, QueueTotals
from bridge.desk.versions import DeskIdentity
from bridge.domain.licence_answers import NOT_KNOWN, LicenceQuestion, Verdict
from bridge.domain.licences import StatusCode
from bridge.domain.order_notes import NoteKind
from bridge.domain.staging_hosts import PRIVATE_ENDINGS, STAGING_ENDINGS, STAGING_WORDS
from bridge.engine.health import StoreHealth, StoreState
from bridge.hooks import specs
from bridge.hooks.manager import Plugins
from bridge.services.licence_statements import statement
from bridge.settings import reference
from bridge.web.licence_questions import FIELDS
from bridge.web.metrics import metrics_page
from bridge.web.observed import Look, StoreLook
from bridge.web.public_traffic import PublicTraffic
from script.make_docs import SHIPPED_PLUGINS, command_tree, commands_page, option_names, own_parameters, settings_page
from tests.support.documents import (
    DOCS,
    FENCE,
    LINK,
    PAGES,
    ROOT,
    anchors,
    by_heading,
    code,
    command_lines,
    first_block,
    named_command,
    reported_kinds,
    rule_sections,
    section_of,
    signatures,
    without_code,
)

EXPECTED_PAGES = {
    "CHANGELOG.md", "README.md", "commands.md", "compatibility.md", "daily-work.md", "install.md", "licence-api.md",
    "new-store.md", "operations.md", "plugin-author.md", "rules.md", "security.md", "settings.md",
}  # fmt: skip

RULE_COUNTS = {"C": 19, "P": 4, "T": 12, "L": 8, "W": 11, "D": 4}
KEPT_TODAY = {f"{kind}{number}" for kind, last in RULE_COUNTS.items() for number in range(1, last + 1)}
"""Rules that this version keeps, whole or in part, and that tests must prove."""

PATH_ROOTS = {"api", "bin", "dev", "etc", "health", "livez", "metrics", "opt", "run", "tmp", "usr", "var", "whatsapp"}
"""First parts of absolute paths that belong to an operator's machine, or to our own pages."""
HOSTS = {"127.0.0.1", "localhost", "graph.facebook.com"}

_CITED_RULE = re.compile(r"(?<![\w#])([CPTLWD][0-9]{1,2})(?!\w)")


# --- the pages themselves ---------------------------------------------------------------------------------


def test_every_page_is_there_and_says_something() -> None:
    assert {page.name for page in PAGES} >= EXPECTED_PAGES
    assert {page.parent.name for page in PAGES if page.parent.parent.name == "plugins"} == {*SHIPPED_PLUGINS}
    for page in PAGES:
        text = page.read_text("utf-8")
        assert text.startswith("# "), page
        assert len(text) > 500, page


def test_links_lead_somewhere() -> None:
    followed = 0
    for page in PAGES:
        for target in LINK.findall(without_code(page.read_text("utf-8"))):
            if "://" in target:
                continue
            followed += 1
            place, _, anchor = target.partition("#")
            file = (page.parent / place).resolve() if place else page
            assert file.exists(), f"{page.name}: {target}"
            if anchor:
                assert anchor in anchors(file.read_text("utf-8")), f"{page.name}: {target}"
    assert followed > 20


def test_each_page_of_docs_can_be_reached_from_the_readme() -> None:
    linked = {target.partition("#")[0] for target in LINK.findall((ROOT / "README.md").read_text("utf-8"))}
    assert {f"docs/{page.name}" for page in DOCS.glob("*.md")} <= linked


def test_only_an_operators_own_paths_and_hosts_are_named() -> None:
    paths = hosts = 0
    for page in PAGES:
        text = page.read_text("utf-8")
        for host in re.findall(r"\w+://([^/\s`\"')\]]+)", text):
            hosts += 1
            name = host.partition(":")[0]
            assert name in HOSTS or name.endswith((".example", "example.com")), f"{page.name}: {host}"
        for path in re.findall(r"(?<![\w/.:{}~*<>-])/([a-z]+)(?=[/`\"\s,;:)]|$)", re.sub(r"\w+://\S+", "", text)):
            paths += 1
            assert path in PATH_ROOTS, f"{page.name}: /{path}"
    assert hosts
    assert paths > 50


def test_python_on_the_pages_can_be_compiled() -> None:
    blocks = [
        body for page in PAGES for language, body in FENCE.findall(page.read_text("utf-8")) if language == "python"
    ]
    assert len(blocks) > 10
    for body in blocks:
        text = re.sub(r"^((?:async )?def .*[^:\n])$", r"\1: ...", body, flags=re.MULTILINE)
        compile(text, "a page", "exec", flags=ast.PyCF_ONLY_AST)


# --- the licence API ----------------------------------------------------------------------------------------


def test_the_list_of_hosts_that_take_no_place_is_published_as_it_is() -> None:
    listed = section_of("licence-api.md", "Hosts that take no place").split("\n- ")
    for heading, entries in (
        ("names that end with one of", PRIVATE_ENDINGS),
        ("names of at least three parts", STAGING_WORDS),
        ("names that tunnels", STAGING_ENDINGS),
    ):
        (item,) = [one for one in listed if one.startswith(heading)]
        assert set(re.findall(r"`([^`]+)`", item.rpartition(":\n")[2])) == entries


def test_each_text_and_each_reason_of_the_licence_api_is_explained() -> None:
    asked = section_of("licence-api.md", "Asking")
    named = set(re.findall(r"`([^`]+)`", asked))
    assert named >= {*FIELDS, *StatusCode, *Verdict, "activated", "released", "statement"}
    example = first_block(section_of("licence-api.md", "The statement"))
    question = LicenceQuestion("acme", "key", "shop.example.com", takes_place=True)
    assert list(json.loads(example)) == list(
        statement(question, NOT_KNOWN, host="", at=datetime(2026, 12, 1, tzinfo=UTC))
    )


# --- generated pages --------------------------------------------------------------------------------------


def test_the_page_of_settings_is_current() -> None:
    assert (DOCS / "settings.md").read_text("utf-8") == settings_page(), "run ./script/make-docs"


def test_the_page_of_commands_is_current() -> None:
    assert (DOCS / "commands.md").read_text("utf-8") == commands_page(), "run ./script/make-docs"


def test_every_exit_code_is_on_both_pages_that_list_them() -> None:
    codes = {WELL, FOUND_WRONG, WRONG_USE, DESK_DAMAGED, NOT_RUNNING}
    table = section_of("operations.md", "Exit codes")
    assert {int(number) for number in re.findall(r"^\| (\d) \|", table, re.MULTILINE)} == codes
    _, said, rest = commands_page().partition("Exit codes:")
    assert said
    assert {int(number) for number in re.findall(r"\b\d\b", rest.partition("An error is two lines")[0])} == codes


def test_every_setting_stands_in_the_list_with_its_help() -> None:
    listed = set(re.findall(r"^\| `([^`]+)` \|", (DOCS / "settings.md").read_text("utf-8"), re.MULTILINE))
    there_are = {entry.name for entry in reference(Plugins.load(SHIPPED_PLUGINS).tables())}
    assert {"desk.state_dir", "coins.start", "plans.KEY.coins", "staff[].name"} <= there_are
    assert listed == there_are
    assert all(entry.help for entry in reference(Plugins.load(SHIPPED_PLUGINS).tables()))


def test_every_command_and_option_stands_in_the_list_with_its_help() -> None:
    sections = by_heading((DOCS / "commands.md").read_text("utf-8"), level=2)
    tree = {" ".join(words): command for words, command in command_tree()}
    assert {"bridge run", "bridge check", "bridge sync", "bridge coins grant", "bridge desk restore"} <= set(tree)
    assert set(sections) == set(tree)
    options = 0
    for name, command in tree.items():
        assert command.help, name
        parameters = own_parameters(tuple(name.split()), command)
        assert all(getattr(parameter, "help", "") for parameter in parameters), name
        wanted = {option for parameter in parameters for option in option_names(parameter)}
        rows = re.findall(r"^\| (`[^|]+) \|", sections[name], re.MULTILINE)
        assert {option for row in rows for option in re.findall(r"`([^`]+)`", row)} == wanted, name
        options += len(wanted)
    assert options > 25


def test_commands_named_on_the_pages_exist_and_know_their_options() -> None:
    known = {words[1:]: command for words, command in command_tree()}
    named = 0
    for page, line in command_lines():
        words = line.split()
        command = named_command(words, known)
        assert command is not None, f"{page}: bridge {line}"
        named += 1
        options = set(chain.from_iterable(map(option_names, (*known[command].params, *known[()].params))))
        for word in words[len(command) :]:
            if word.startswith("--"):
                option = word.partition("=")[0].rstrip(".,;:")
                assert option in options | {"--help"}, f"{page}: bridge {line}"
    assert named > 50


def test_the_pages_install_what_the_unit_starts() -> None:
    unit = (ROOT / "systemd/bridge.service").read_text("utf-8")
    program = re.search(r"^ExecStart=(\S+)/bin/bridge run --config (\S+)$", unit, re.MULTILINE)
    user = re.search(r"^User=(\w+)$", unit, re.MULTILINE)
    assert program
    assert user
    for page in (ROOT / "README.md", DOCS / "install.md"):
        text = page.read_text("utf-8")
        assert f"python3 -m venv {program[1]}\n" in text
        assert f"bridge init {program[2]}\n" in text
        assert re.search(rf"^useradd .* {user[1]}$", text, re.MULTILINE)
        assert "cp systemd/bridge.service /etc/systemd/system/" in text


# --- hooks ------------------------------------------------------------------------------------------------


def test_every_hook_has_its_section_with_the_exact_signature_and_none_is_made_up() -> None:
    sections = by_heading((DOCS / "plugin-author.md").read_text("utf-8"), level=3)
    documented = {name.strip("`"): text for name, text in sections.items() if name.startswith("`bridge_")}
    hooks: dict[str, str] = {}
    for source in Path(specs.__file__).parent.glob("*.py"):
        hooks |= signatures(source, lambda name: name.endswith("Hooks"), without_self=True)
    assert {"bridge_connect_store", "bridge_coins_granted"} <= set(hooks)
    assert set(documented) == set(hooks)
    for name, signature in hooks.items():
        assert first_block(documented[name]) == signature
        assert f"def {name}(" in "".join(body for _, body in FENCE.findall(documented[name])[1:]) or (
            "Example" in documented[name]
        ), f"{name} has no example"


def test_every_method_of_the_shop_contract_has_its_section_with_the_exact_signature() -> None:
    sections = by_heading((DOCS / "plugin-author.md").read_text("utf-8"), level=3)
    methods = signatures(Path(shop_contract.__file__), lambda name: name == "ShopAdapter", without_self=False)
    methods |= signatures(Path(shop_documents.__file__), lambda name: name == "CoinDeskShop", without_self=False)
    methods |= signatures(Path(shop_files.__file__), lambda name: name == "FileShop", without_self=False)
    methods |= signatures(Path(shop_licences.__file__), lambda name: name == "LicenceShop", without_self=False)
    methods |= signatures(Path(shop_threads.__file__), lambda name: name == "ThreadShop", without_self=False)
    assert {"probe", "touched", "read_orders", "push"} <= set(methods)
    documented = {
        name.strip("`"): first_block(text)
        for name, text in sections.items()
        if name.startswith("`") and not name.startswith("`bridge_")
    }
    assert documented == methods


def test_what_authors_may_import_and_test_with_is_there_and_complete() -> None:
    text = (DOCS / "plugin-author.md").read_text("utf-8")
    imported = re.findall(r"^\| `(bridge\.\w+)` \|", text, re.MULTILINE)
    assert {"bridge.hooks", "bridge.contracts", "bridge.errors"} <= set(imported)
    for name in imported:
        assert (ROOT / name.replace(".", "/")).is_dir() or (ROOT / f"{name.replace('.', '/')}.py").is_file(), name
    public = {
        *("clock", "coin_desk", "connection", "contract", "desks", "files", "licences", "mariadb", "ports", "shop"),
        "threads",
    }
    modules = {path.stem for path in (ROOT / "bridge/testing").glob("*.py")} - {"__init__"}
    assert {name for name in modules if not name.startswith("contract_")} == public
    rows = re.findall(r"^\| `bridge\.testing\.(\w+)` \| `(\w+)", text, re.MULTILINE)
    assert {module for module, _ in rows} == public
    for module, name in rows:
        source = (ROOT / f"bridge/testing/{module}.py").read_text("utf-8")
        assert re.search(rf"^(class|def) {name}\b", source, re.MULTILINE), name


# --- what operators look up -------------------------------------------------------------------------------


def test_every_metric_is_on_the_page_of_operations_and_none_is_made_up() -> None:
    text = (DOCS / "operations.md").read_text("utf-8")
    shown = set(re.findall(r"^(supportbridge_\w+)", metrics_page(a_full_look()).decode(), re.MULTILINE))
    assert {"supportbridge_reads_total", "supportbridge_ledger_posted_coins", "supportbridge_problems_open"} <= shown
    assert set(re.findall(r"`(supportbridge_[a-z_]+)`", text)) == shown


def test_every_state_of_a_store_is_on_the_page_of_operations() -> None:
    text = (DOCS / "operations.md").read_text("utf-8")
    for state in StoreState:
        assert f"| {state.value} |" in text


def test_every_line_of_bridge_check_is_on_the_page_of_a_new_store() -> None:
    sources = "".join(text for path, text in code("bridge", "plugins") if not path.startswith("bridge/testing/"))
    lines = set(re.findall(r'(?:Finding\(|_wrong\(|of_error\(error, )\s*"([a-z ]+)"', sources))
    assert {"connection", "rights", "backup", "key", "account rows", "mail server"} <= lines
    listed = re.findall(r"^\| ([a-z ]+) \|", section_of("new-store.md", "What `bridge check` looks at"), re.MULTILINE)
    assert set(listed) - {"line"} == lines


def test_every_error_code_is_on_the_page_of_operations() -> None:
    sources = "".join(text for path, text in code("bridge") if not path.startswith("bridge/testing/"))
    codes = set(re.findall(r'^    code = "([a-z_]+)"$', sources, re.MULTILINE))
    assert {"settings", "shop_refused", "foreign_desk", "desk_too_new"} <= codes
    listed = set(re.findall(r"^\| `([a-z_]+)` \|", section_of("operations.md", "Error codes"), re.MULTILINE))
    assert listed == codes


def test_every_kind_of_problem_is_on_the_page_of_daily_work() -> None:
    kinds = {*(kind.value for kind in NoteKind), *reported_kinds()}
    assert {"fuse", "event_undelivered", "after_backup", "mail_capped"} <= kinds
    assert not {"quote_offered", "quote_approve"} & kinds
    listed = re.findall(r"^\| `([a-z_]+)` \|", section_of("daily-work.md", "Every kind of problem"), re.MULTILINE)
    assert set(listed) == kinds
    assert {state.value for state in ProblemState} <= set(
        re.findall(r"\*(\w+)\*", "".join(section_of("daily-work.md", "Problems")))
    )


# --- rules ------------------------------------------------------------------------------------------------


def test_the_rules_are_numbered_without_a_hole_and_each_says_how_far_it_is_kept() -> None:
    sections = rule_sections()
    expected = [f"{letter}{number}" for letter, last in RULE_COUNTS.items() for number in range(1, last + 1)]
    assert list(sections) == expected
    for name, text in sections.items():
        mark = re.match(r"\s*\*\*(In force|In part|Later)\.\*\*", text)
        assert mark, name
        assert mark[1] != "In part" or "*Today:*" in text, f"{name} does not say what is kept today"


def test_the_rules_kept_today_are_marked_so_and_proven_by_tests() -> None:
    sections = rule_sections()
    in_force = {name for name, text in sections.items() if "**Later.**" not in text}
    assert in_force >= KEPT_TODAY
    assert rules_in_test_names("tests", "bridge/testing") >= KEPT_TODAY
    assert rules_in_test_names("tests/scenarios") >= KEPT_TODAY, "each has a story with a real shop"


def rules_in_test_names(*folders: str) -> set[str]:
    """Every rule in the names of the tests there: `test_C7_C13_...` names two."""
    names = re.findall(r"def test_((?:[CPTLWD][0-9]+_)+)", "".join(text for _, text in code(*folders)))
    return {rule for name in names for rule in name.strip("_").split("_")}


def test_every_rule_that_is_cited_exists() -> None:
    known = set(rule_sections())
    cited: dict[str, str] = {}
    for path, text in code("bridge", "plugins", "tests", "config", "bench", "systemd"):
        for passage in re.findall(r"\brules? [^\n]{0,40}|\btest_[CPTLWD][0-9]+_|\([CPTLWD][0-9, CPTLWD]+\)", text):
            for rule in _CITED_RULE.findall(passage.replace("_", " ")):
                cited.setdefault(rule, path)
    assert set(cited) >= KEPT_TODAY
    assert not {rule: path for rule, path in cited.items() if rule not in known}


# --- the checks themselves --------------------------------------------------------------------------------


def test_a_signature_is_taken_from_the_source_without_its_self(tmp_path: Path) -> None:
    source = tmp_path / "specs.py"
    source.write_text("class AnyHooks:\n    async def bridge_x(self, event: 'E', *, n: int = 1) -> None: ...\n")
    found = signatures(source, lambda name: name.endswith("Hooks"), without_self=True)
    assert found == {"bridge_x": "async def bridge_x(event: 'E', *, n: int=1) -> None"}


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("C: coins", "c-coins"), ("What to do when …", "what-to-do-when-"), ("The `bridge` words", "the-bridge-words")],
)
def test_anchors_are_made_as_readers_of_markdown_make_them(heading: str, anchor: str) -> None:
    assert anchors(f"# Title\n\n## {heading}\n") == {"title", anchor}


def a_full_look() -> Look:
    """A look in which nothing is left out, so that every metric shows."""
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    health = StoreHealth("acme", 60.0, last_good_read=0.0, last_round=0.0)
    store = StoreLook(
        health,
        paired=True,
        push_cause="",
        problems={"fuse": 1},
        ledger=LedgerTotals(),
        queue=QueueTotals(),
        first_due_seconds=1.0,
    )
    return Look(
        {"acme": store},
        stuck=(),
        loop_delay_seconds=0.0,
        desk=DeskIdentity("desk", 1, 1, 1, moment, moment),
        backup_age_seconds=1.0,
        outbox_waiting=0,
        messages_waiting={"mail": 1},
        receipts_waiting={"whatsapp": 1},
        traffic=PublicTraffic(answers=Counter({200: 1})),
    )
