"""`bridge licence keys ...` and `bridge licence client`: what an extension needs to believe the licence API."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.call import Call, command, group

if TYPE_CHECKING:
    from bridge.contracts.statement_keys import StatementKey

app = group("keys", "The keys that sign statements about licences, for all stores. Two are valid at once.")
FILE_MODE, FOLDER_MODE = 0o644, 0o755


def register(licences: typer.Typer) -> None:
    """Add the command that stands beside the group."""
    command(licences, "client")(client)


@command(app, "list")
def list_keys(call: Call) -> None:
    """Show the public parts: in base64 for the PHP client, as PEM for other programs."""
    from bridge.cli.screen import line
    from bridge.cli.session import enter
    from bridge.desk.statement_keys import load_statement_keys

    keys = load_statement_keys(enter(call.settings()))
    call.answer(
        {"keys": [_document(key, signs=key is keys[0]) for key in keys]},
        lambda: [
            line(words)
            for words in (_shown(keys) or ["There is no key yet, so nothing can be signed: bridge licence keys new"])
        ],
    )


@command(app, "new")
def new_key(call: Call) -> None:
    """Make one more key.

    The first signs at once. A second one signs from when the first is retired: put its public part into your
    extensions meanwhile.
    """
    from bridge.cli.screen import line
    from bridge.cli.session import enter
    from bridge.desk.statement_keys import load_statement_keys, new_statement_key

    state_dir = enter(call.settings())
    made = new_statement_key(state_dir)
    keys = load_statement_keys(state_dir)
    signs = keys[0]
    words = [f"Made the key {made.id}; {'it signs' if signs.id == made.id else f'{signs.id} still signs'}.", ""]
    words += [*_shown(keys), "", "Next: put the public part into your extensions."]
    if signs.id != made.id:
        words.append(f"When your customers have them: bridge licence keys retire {signs.id}")
    call.answer(_document(made, signs=signs.id == made.id), lambda: [line(one) for one in words])


@command(app, "retire")
def retire(
    call: Call,
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="As `bridge licence keys list` calls it.")],
) -> None:
    """Forget a key for good; the other one signs from now on.

    What the key has signed is still believed by extensions that know it, until it ends.
    """
    from bridge.cli.screen import line
    from bridge.cli.session import enter
    from bridge.desk.statement_keys import retire_statement_key

    left = retire_statement_key(enter(call.settings()), key_id)
    call.answer(
        {"retired": key_id, "keys": [key.id for key in left]},
        lambda: [line(f"Retired the key {key_id}; {left[0].id} signs.")],
    )


def client(
    call: Call,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder the files are written to.")],
) -> None:
    """Write the PHP class that extensions carry, with an example for each platform."""
    from bridge.cli.screen import line
    from bridge.errors import UsageError
    from bridge.resources import LICENCE_CLIENT

    shipped = sorted(path for path in LICENCE_CLIENT.rglob("*") if path.suffix in {".php", ".md"})
    files = {directory / path.relative_to(LICENCE_CLIENT): path for path in shipped}
    existing = [str(path) for path in files if path.exists()]
    if existing:
        error = UsageError(f"{existing[0]} exists already and is never overwritten")
        error.hint = "name another directory, or move what is there away"
        raise error
    for target, source in files.items():
        target.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        with target.open("xb") as file:
            file.write(source.read_bytes())
        target.chmod(FILE_MODE)
    call.answer(
        {"directory": str(directory), "files": [str(path) for path in files]},
        lambda: [line(f"Wrote {path}") for path in files],
    )


def _document(key: "StatementKey", *, signs: bool) -> dict[str, Any]:
    return {"key": key.id, "signs": signs, "public": key.public_base64, "public_pem": key.public_pem}


def _shown(keys: "Sequence[StatementKey]") -> list[str]:
    found: list[str] = []
    for at, key in enumerate(keys):
        found += ["", f"{key.id}  {'waits' if at else 'signs'}", f"  {key.public_base64}"]
        found += [f"  {part}" for part in key.public_pem.splitlines()]
    return found[1:]
