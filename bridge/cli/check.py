"""`bridge check`: everything that can be wrong before it is, each line with what to do about it."""

import sys
from typing import TYPE_CHECKING, Any

import typer

from bridge.cli.call import Call, EachStoreOption, command

if TYPE_CHECKING:
    from bridge.cli.checks import Section

LONGEST_NAME = 20
"""On a terminal a longer one is folded, so that words have room beside it."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "check")(check)


def check(call: Call, store: EachStoreOption = None) -> int:
    """Find what is wrong with settings, desk, plugins and shops.

    Each line says how it is, and what to do unless it is well.
    """
    import asyncio

    from bridge.cli.call import meant_stores
    from bridge.cli.checks import everything
    from bridge.cli.failures import FOUND_WRONG, WELL
    from bridge.contracts.shop import Level
    from bridge.logs import to_stderr

    settings = call.settings()
    stores = meant_stores(settings, store)
    to_stderr("console", "error")
    sections = asyncio.run(everything(settings, stores))
    levels = [finding.level for section in sections for finding in section.findings]
    document = {
        "ok": Level.WRONG not in levels,
        "wrong": levels.count(Level.WRONG),
        "warnings": levels.count(Level.WARNING),
        "findings": [
            {
                "about": section.about,
                "name": finding.name,
                "level": finding.level.value,
                "text": finding.text,
                "remedy": finding.remedy,
            }
            for section in sections
            for finding in section.findings
        ],
    }
    call.answer(document, lambda: _parts(sections, document))
    return WELL if document["ok"] else FOUND_WRONG


def _parts(sections: "list[Section]", document: dict[str, Any]) -> list[Any]:
    from bridge.cli.screen import STYLES, count, grid, line, styled
    from bridge.contracts.shop import Level

    parts: list[Any] = []
    widest = max(len(one.name) for section in sections for one in section.findings)
    if sys.stdout.isatty():
        widest = min(widest, LONGEST_NAME)
    for section in sections:
        rows: list[tuple[object, ...]] = []
        for one in section.findings:
            rows.append((styled(f"{one.level.value:<7}", one.level.value), f"{one.name:<{widest}}", one.text))
            if one.level is not Level.OK and one.remedy:
                rows.append(("", "", f"-> {one.remedy}"))
        parts += [line(section.about), grid(rows, indent=2, second=widest), line()]
    if document["ok"] and not document["warnings"]:
        return [*parts, styled("All well.", "ok")]
    words = f"{document['wrong']} wrong, {count(document['warnings'], 'warning')}."
    assert set(STYLES) >= {level.value for level in Level}
    return [*parts, styled(words, "warning" if document["ok"] else "wrong")]
