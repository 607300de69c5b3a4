"""`bridge init`: the settings to start from."""

from pathlib import Path
from typing import Annotated

import typer

from bridge.cli.call import Call, command

SECRETS = "secrets"
UNIT = "bridge.service"
SERVICE_GROUP = "supportbridge"
FILE_MODE, FOLDER_MODE, SECRETS_MODE = 0o644, 0o755, 0o750


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "init")(init)


def init(
    call: Call, directory: Annotated[Path, typer.Argument(metavar="DIR", help="Usually /etc/supportbridge.")]
) -> None:
    """Write the settings to start from into DIR.

    That is bridge.toml, an example for each kind of shop, the service's unit, and a closed folder for passwords.
    """
    from bridge.cli.screen import line
    from bridge.resources import resource

    shipped = _shipped(resource("config"), resource("systemd"))
    names = list(shipped)
    _refuse_existing(directory, names)
    for folder in (directory, directory / "stores"):
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    secrets, theirs = _make_secrets(directory / SECRETS)
    for name, source in shipped.items():
        target = directory / name
        with target.open("xb") as file:
            file.write(source.read_bytes())
        target.chmod(FILE_MODE)
    call.answer(
        {"directory": str(directory), "files": [str(directory / name) for name in names], "secrets": str(secrets)},
        lambda: [
            *(line(f"Wrote {directory / name}") for name in names),
            line(f"Made {secrets} for the passwords, one file each" + ("" if theirs else f"; {_closing(secrets)}")),
            line(),
            line("Next:"),
            line(
                f"  1. Keep the file in {directory / 'stores'} that fits your shop, named after it; delete the other."
            ),
            line("  2. Go through its lines marked SET THIS."),
            line(f"  3. bridge check --config {directory}"),
            line(f"  4. As a service: cp {directory / UNIT} /etc/systemd/system/"),
        ],
    )


def _shipped(config: Path, systemd: Path) -> dict[Path, Path]:
    """What is written, by its place in DIR, and where it is shipped."""
    files = {path.relative_to(config): path for path in sorted(config.rglob("*.toml"))}
    return files | {Path(UNIT): systemd / UNIT}


def _refuse_existing(directory: Path, names: list[Path]) -> None:
    """Raise `UsageError` before anything is written, if anything would be overwritten."""
    from bridge.errors import UsageError

    existing = [str(directory / name) for name in names if (directory / name).exists()]
    if existing:
        exist, are = ("exists", "is") if len(existing) == 1 else ("exist", "are")
        error = UsageError(f"{', '.join(existing)} {exist} already and {are} never overwritten")
        error.hint = "name another directory, or move what is there away"
        raise error


def _make_secrets(folder: Path) -> tuple[Path, bool]:
    """The folder for passwords: closed to others, and the service's group may read it where root can give it that."""
    import os
    import shutil

    folder.mkdir(mode=SECRETS_MODE, exist_ok=True)
    folder.chmod(SECRETS_MODE)
    if os.geteuid() != 0:
        return folder, True
    try:
        shutil.chown(folder, group=SERVICE_GROUP)
    except LookupError:
        return folder, False
    return folder, True


def _closing(folder: Path) -> str:
    return f"once the service's group exists: chgrp {SERVICE_GROUP} {folder}"
