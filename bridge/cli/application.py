"""The command line as a whole: its groups, its errors, its exit code."""

import os
import signal
import sys
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from bridge import VERSION
from bridge.cli import (
    account,
    audit,
    chat,
    check,
    coins,
    desk,
    guest,
    init,
    inspection,
    ledger,
    licence,
    premium,
    prices,
    privacy,
    problems,
    queue,
    quote,
    report,
    rights,
    run,
    settings,
    status,
    store,
    storefront,
    sync,
    ticket,
    whatsapp,
)
from bridge.cli.call import Call, ConfigOption, JsonOption
from bridge.cli.failures import WELL, WRONG_USE, tell
from bridge.errors import BridgeError, UsageError

PROGRAM = "bridge"
INTERRUPTED = 130
BROKEN_PIPE = 128 + signal.SIGPIPE
"""What a shell calls a program whose reader has gone away."""


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"{PROGRAM} {VERSION}\n")
        raise typer.Exit


VersionOption = Annotated[
    bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and stop.")
]


class MachineError(BridgeError):
    """The machine refuses something: a file, an address, a right."""

    code = "machine"
    hint = "see that the file or address named above can be used, then run this again"


def build() -> typer.Typer:
    """Every command there is."""
    app = typer.Typer(
        name=PROGRAM,
        help="Support desk beside OpenCart and PrestaShop shops: paid orders become coins on the account page.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )

    @app.callback()
    def options(
        ctx: typer.Context,
        as_json: JsonOption = False,
        config: ConfigOption = None,
        _version: VersionOption = False,
    ) -> None:
        ctx.obj = Call(as_json, config)

    for part in (run, check, sync, status, init, audit, queue):
        part.register(app)
    for part in (
        problems,
        ticket,
        quote,
        inspection,
        coins,
        account,
        report,
        guest,
        privacy,
        rights,
        prices,
        licence,
        premium,
        chat,
        whatsapp,
        store,
        settings,
        storefront,
        ledger,
        desk,
    ):
        app.add_typer(part.app)
    return app


def execute(arguments: Sequence[str]) -> int:
    """Run one call; returns the exit code and never raises what was to be expected."""
    app = _parser()
    as_json = "--json" in _before_dashes(arguments)
    words, inner = _command_named(app, arguments)
    command = " ".join((PROGRAM, *words))
    try:
        if hasattr(inner, "commands") and not as_json and set(arguments) == set(words):
            app.main([*words, "--help"], prog_name=PROGRAM, standalone_mode=False)
            return WRONG_USE
        code = _invoke(app, arguments)
        sys.stdout.flush()
    except BridgeError as error:
        return tell(error, command=command, as_json=as_json)
    except BrokenPipeError:
        # What is still buffered can't be written; Python would complain about it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        return tell(_of_machine(error), command=command, as_json=as_json)
    return code


@cache
def _parser() -> Any:
    """What understands the words of a call. Building it takes longer than most commands, so it is built once."""
    return typer.main.get_command(build())


def _invoke(app: Any, arguments: Sequence[str]) -> int:
    """Parse and call. Raises `UsageError` for what the parser refuses."""
    try:
        result = app.main(list(arguments), prog_name=PROGRAM, standalone_mode=False)
    except TyperException as error:
        raise _misused(error) from None
    except SystemExit as stop:
        if isinstance(stop.__context__, BrokenPipeError):  # the parser turns one into an exit code of its own
            raise stop.__context__ from None
        raise
    return result if isinstance(result, int) else WELL


def _misused(error: TyperException) -> UsageError:
    message = _no_number(error) or " ".join(error.format_message().split())  # choices come a line each
    message = message.replace("Value error, ", "")
    told = UsageError(message[:1].lower() + message[1:].rstrip("."))
    context = getattr(error, "ctx", None)
    told.hint = f"{context.command_path if context is not None else PROGRAM} --help"
    return told


def _no_number(error: TyperException) -> str:
    """What is wrong with a number, in our words; empty for anything else."""
    from pydantic import ValidationError

    if not isinstance(error.__cause__, ValidationError):
        return ""
    wrong, name = error.__cause__.errors()[0], getattr(error, "param", None)
    rules = {"int_parsing": "a whole number", "greater_than_equal": "at least {ge}"}
    if wrong["type"] not in rules or name is None:
        return ""
    return (
        f"{name.get_error_hint()} must be {rules[wrong['type']].format(**wrong.get('ctx', {}))}, not {wrong['input']}"
    )


def _of_machine(error: OSError) -> MachineError:
    where = f"{error.filename}: " if error.filename else ""
    return MachineError(f"{where}{error.strerror or error}")


def _before_dashes(arguments: Sequence[str]) -> Sequence[str]:
    """What stands before `--`, after which nothing is an option."""
    given = list(arguments)
    return given[: given.index("--")] if "--" in given else given


def _command_named(app: Any, arguments: Sequence[str]) -> tuple[list[str], Any]:
    """The words among the arguments that name a command or group, and what they name."""
    words: list[str] = []
    for word in arguments:
        inner = getattr(app, "commands", {}).get(word)
        if inner is not None:
            words.append(word)
            app = inner
    return words, app
