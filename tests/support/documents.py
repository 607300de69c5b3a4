"""The documentation as tests read it: its pages, their parts, and the commands they tell to type."""

import ast
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = (
    *sorted(DOCS.glob("*.md")),
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted(ROOT.glob("plugins/*/README.md")),
)

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")

_HEADING = re.compile(r"^(#{1,6}) +(.+?) *$", re.MULTILINE)
_RULE_HEADING = re.compile(r"([CPTLWD][0-9]+) .+")


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]+`", "", FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    found: set[str] = set()
    for _, heading in _HEADING.findall(FENCE.sub("", text)):
        plain = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(next(name for number in count() if (name := f"{plain}-{number}" if number else plain) not in found))
    return found


def by_heading(text: str, *, level: int) -> dict[str, str]:
    """The text below each heading of a level, up to the next heading of that level or above."""
    fences = {span.start() + at for span in FENCE.finditer(text) for at in range(span.end() - span.start())}
    headings = [match for match in _HEADING.finditer(text) if match.start() not in fences and len(match[1]) <= level]
    ends = [*(match.start() for match in headings[1:]), len(text)]
    return {
        match[2]: text[match.end() : end] for match, end in zip(headings, ends, strict=True) if len(match[1]) == level
    }


def section_of(page: str, heading: str) -> str:
    text = (DOCS / page).read_text("utf-8")
    found = by_heading(text, level=2) | by_heading(text, level=3)
    assert heading in found, f"{page} has no section {heading}"
    return found[heading]


def rule_sections() -> dict[str, str]:
    headings = by_heading((DOCS / "rules.md").read_text("utf-8"), level=3)
    return {match[1]: text for heading, text in headings.items() if (match := _RULE_HEADING.fullmatch(heading))}


def first_block(text: str) -> str:
    return next(iter(FENCE.findall(text)), ("", ""))[1].strip()


def signatures(source: Path, of_class: Callable[[str], bool], *, without_self: bool) -> dict[str, str]:
    """Public methods of the classes that `of_class` accepts, each as one line of source."""
    found = {}
    for cls in ast.parse(source.read_text("utf-8")).body:
        if not isinstance(cls, ast.ClassDef) or not of_class(cls.name):
            continue
        for method in cls.body:
            if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            arguments = ast.unparse(method.args)
            if without_self:
                arguments = re.sub(r"^self(, )?", "", arguments)
            word = "async def" if isinstance(method, ast.AsyncFunctionDef) else "def"
            returns = f" -> {ast.unparse(method.returns)}" if method.returns else ""
            found[method.name] = f"{word} {method.name}({arguments}){returns}"
    return found


def code(*folders: str) -> Iterable[tuple[str, str]]:
    """Every text file below these folders with its path from the root."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".php", ".sql", ".toml", ".service", ".twig", ".tpl"}:
                yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")


def command_lines() -> Iterable[tuple[str, str]]:
    """What the pages tell to type after `bridge`: whole lines of code blocks, and code inside a sentence."""
    for page in PAGES:
        text = page.read_text("utf-8")
        for _, body in FENCE.findall(text):
            for line in body.splitlines():
                found = re.match(r"(?:\$ )?(?:sudo )?(?:/\S*/)?bridge ([a-z-].*)", line.strip())
                if found:
                    yield page.name, found[1]
        for words in re.findall(r"`(?:sudo )?bridge ([a-z-][^`\n]*)`", FENCE.sub("", text)):
            yield page.name, words


def named_command(words: list[str], known: Mapping[tuple[str, ...], Any]) -> tuple[str, ...] | None:
    """The command that these words call, `()` for the program's own options; None where there is none.

    A group counts only when nothing follows it: `ledger prove` is no command.
    """
    if words and words[0].startswith("-"):
        return ()
    first, second = tuple(words[:1]), tuple(words[:2])
    if second in known:
        return second
    is_group = hasattr(known.get(first), "commands")
    alone = len(words) == 1 or words[1] == "..."
    return first if first in known and (alone or not is_group) else None


def reported_kinds() -> set[str]:
    """The kinds of problems that the program reports to staff, as the calls that report them name them.

    A kind is written there as text, or as a constant of some module; a kind that is only passed on counts where it
    comes from. Fails for one that is written in another way.
    """
    trees = {path: ast.parse(text) for path, text in code("bridge", "plugins") if _is_program(path)}
    constants = {name: value for tree in trees.values() for name, value in _text_constants(tree)}
    kinds = set()
    for path, tree in trees.items():
        for call in ast.walk(tree):
            for word in _reported_kind(call):
                match word:
                    case ast.Constant(value=str(text)):
                        kinds.add(text)
                    case ast.Name(id=name) if name in constants:
                        kinds.add(constants[name])
                    case ast.Name(id="kind") | ast.Attribute(value=ast.Name(id="note"), attr="kind"):
                        pass
                    case _:
                        raise AssertionError(f"{path}: nobody can tell which kind {ast.unparse(word)} is")
    return kinds


def _is_program(path: str) -> bool:
    return path.endswith(".py") and not path.startswith("bridge/testing/")


def _text_constants(tree: ast.Module) -> Iterable[tuple[str, str]]:
    """Constants of a module that are text."""
    for line in tree.body:
        match line:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                pairs = zip(names, values, strict=True)
            case ast.Assign(targets=[name], value=value) | ast.AnnAssign(target=name, value=ast.expr() as value):
                pairs = zip([name], [value], strict=True)
            case _:
                continue
        for name, value in pairs:
            if isinstance(name, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield name.id, value.value


def _reported_kind(call: ast.AST) -> Iterable[ast.expr]:
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "report":
        yield from (word.value for word in call.keywords if word.arg == "kind")
