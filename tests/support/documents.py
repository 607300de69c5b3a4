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
