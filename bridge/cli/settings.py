"""`bridge settings ...`: what is in force."""

import typer

from bridge.cli.call import Call, EachStoreOption, command, group

app: typer.Typer = group("settings", "The settings in force.")


@command(app, "show")
def show(call: Call, store: EachStoreOption = None) -> None:
    """Print every setting in force and where it comes from.

    Secrets are masked.
    """
    from bridge.cli.call import one_store
    from bridge.cli.screen import styled, table
    from bridge.cli.session import plugins_of
    from bridge.settings import describe
    from bridge.settings.plugin_tables import read_plugin_tables
    from bridge.settings.showing import FROM_DEFAULT

    settings = call.settings()
    shown = describe(settings, read_plugin_tables(settings, plugins_of(settings).tables()))
    if store is not None:
        wanted = f"stores.{one_store(settings, store).name}."
        shown = [one for one in shown if one.name.startswith(wanted)]
    call.answer(
        {
            "directory": str(settings.directory),
            "settings": [{"name": one.name, "value": one.value_text, "origin": one.origin} for one in shown],
        },
        lambda: [
            table(
                "Setting",
                "Value",
                "From",
                words=("Value",),
                rows=[
                    (
                        one.name,
                        one.value_text,
                        styled(one.origin, "quiet") if one.origin == FROM_DEFAULT else one.origin,
                    )
                    for one in shown
                ],
            )
        ],
    )
