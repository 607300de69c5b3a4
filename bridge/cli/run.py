"""`bridge run`: the daemon."""

import typer

from bridge.cli.call import Call, command


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "run")(run)


def run(call: Call) -> int:
    """Run the daemon until SIGTERM. SIGHUP reads the store files again. The log goes to standard error."""
    from bridge.cli.failures import DESK_DAMAGED, WELL, tell
    from bridge.cli.running import be_the_daemon
    from bridge.cli.session import enter
    from bridge.errors import DeskDamaged
    from bridge.logs import to_stderr

    settings = call.settings()
    enter(settings)
    to_stderr(settings.bridge.log.format, settings.bridge.log.level)
    try:
        be_the_daemon(settings, call.settings)
    except DeskDamaged as error:
        tell(error, command="bridge run", as_json=call.as_json)
        return DESK_DAMAGED
    return WELL
