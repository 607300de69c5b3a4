"""Writes the two pages of docs/ that follow from the code: settings.md and commands.md.

It believes: a page that is generated is never edited by hand, and stands in the repository all the same, so that a
reader needs no program. `--check` writes nothing and names what is out of date.
"""

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[1] / "docs"

SETTINGS_HEAD = """\
# Settings

*This page is made from the program by `./script/make-docs`; don't edit it.*

Settings live in one folder, `/etc/supportbridge` unless a command gets `--config DIR`: `bridge.toml` for the bridge
itself, and one file a store in `stores/`. The shipped files explain every line in place; this page is the list.

- A name that is not on this page is refused, and so is a value of the wrong kind. The message names file, setting,
  rule and value: `stores/acme.toml: plans.base.coins: must be a whole number of at least 1, not -5`.
- *must be set* has no default. *none* means that the line can be left out. *the shop* means that the shop itself is
  asked.
- `plugin.NAME` is read by the plugin NAME and only allowed while bridge.toml enables it.
- `KEY` stands for the key of a plan, `[]` for one of several `[[staff]]` tables.
- `bridge settings show` prints what is in force and where each value comes from. Secrets are masked.
- After a change in `stores/`: `systemctl reload bridge`. After a change in `bridge.toml`: `systemctl restart bridge`.
"""

COMMANDS_HEAD = """\
# Commands

*This page is made from the program by `./script/make-docs`; don't edit it.*

Every command prints its own help with `--help`. Exit codes: 0 all well, 1 something was found wrong, 2 wrong usage or
wrong settings, 3 the desk is damaged (of `bridge run` alone: starting it again does not help), 4 the daemon does not
answer (of `bridge status` alone). An error is two lines: `Error:` says what, `Try:` says what to do.

Every command takes `--json` and `--config`, before its name or after; they are listed once, under `bridge`.
"""

SHIPPED_PLUGINS = ("opencart", "prestashop", "mail", "webhook", "whatsapp")
"""Whose settings are on the page beside the bridge's own."""
COMMON = {"as_json", "config"}
"""What every command takes, by the names in the code."""

_MUST_BE_SET = "*must be set*"


def settings_page() -> str:
    """docs/settings.md as it should be."""
    from bridge.hooks.manager import Plugins
    from bridge.settings import reference

    parts = [SETTINGS_HEAD]
    for file, entries in groupby(reference(Plugins.load(SHIPPED_PLUGINS).tables()), key=lambda entry: entry.file):
        parts.append(f"\n## {file}\n")
        for section, of_section in groupby(entries, key=lambda entry: _section(entry.name)):
            parts.append(f"\n### {section}\n\n| setting | default | what it does |\n|---|---|---|\n")
            for entry in of_section:
                default = _MUST_BE_SET if entry.default_text is None else f"`{entry.default_text}`"
                parts.append(f"| `{entry.name}` | {default} | {_cell(entry.help)} |\n")
    return "".join(parts)


def commands_page() -> str:
    """docs/commands.md as it should be."""
    parts = [COMMANDS_HEAD]
    for words, command in command_tree():
        parts.append(f"\n## {' '.join(words)}\n\n{_help_text(command)}\n")
        parameters = own_parameters(words, command)
        if parameters:
            parts.append("\n| argument or option | default | what it does |\n|---|---|---|\n")
            parts += [_parameter_row(parameter) for parameter in parameters]
    return "".join(parts)


def command_tree() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command of the program with its words, groups before what is in them."""
    import typer

    from bridge.cli.application import build

    yield from _walk(("bridge",), typer.main.get_command(build()))


def own_parameters(words: tuple[str, ...], command: Any) -> list[Any]:
    """A command's arguments and options, without those that every command has and those that are hidden."""
    shown = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
    return [parameter for parameter in shown if len(words) == 1 or parameter.name not in COMMON]


def option_names(parameter: Any) -> list[str]:
    """How an option is written, `--yes` and `--no` forms alike; for an argument its name in capitals."""
    if parameter.param_type_name == "argument":
        return [parameter.metavar or parameter.name.upper()]
    return [*parameter.opts, *parameter.secondary_opts]


def pages() -> dict[str, str]:
    """The generated pages by file name."""
    return {"settings.md": settings_page(), "commands.md": commands_page()}


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check only name those that differ. Returns the exit code."""
    stale = {name: text for name, text in pages().items() if _present(name) != text}
    for name, text in stale.items():
        if "--check" in arguments:
            print(f"docs/{name} is not what the program says: run ./script/make-docs")
        else:
            (DOCS / name).write_text(text, encoding="utf-8")
            print(f"wrote docs/{name}")
    return 1 if stale and "--check" in arguments else 0


def _present(name: str) -> str:
    path = DOCS / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _section(name: str) -> str:
    section = name.rpartition(".")[0]
    if section.endswith("[]"):
        return f"[[{section[:-2]}]]"
    return f"[{section}]" if section else "at the top of the file"


def _walk(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield from _walk((*words, name), below)


def _help_text(command: Any) -> str:
    text = (command.help or "").strip()
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
    return "\n\n".join(paragraphs) or "(no help)"


def _parameter_row(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in option_names(parameter))
    if parameter.param_type_name == "option" and parameter.metavar:
        names += f" {parameter.metavar}"
    if parameter.required:
        default = _MUST_BE_SET
    elif parameter.default in {None, False} or callable(parameter.default):
        default = ""
    else:
        default = f"`{parameter.default}`"
    return f"| {names} | {default} | {_cell(getattr(parameter, 'help', None) or '')} |\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
