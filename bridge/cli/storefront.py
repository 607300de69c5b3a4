"""`bridge storefront ...`: the extensions that go into the shops."""

from pathlib import Path
from typing import Annotated

import typer

from bridge.cli.call import Call, command, group

app = group("storefront", "The extensions that show customers their coins.")


@command(app, "build")
def build(
    call: Call,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder the zips are written to.")],
) -> None:
    """Make the extensions for every kind of shop.

    They are supportbridge.ocmod.zip for OpenCart 4, supportbridge-3.0.ocmod.zip for OpenCart 3 and supportbridge.zip
    for PrestaShop and thirty bees; the same version always gives the same bytes.
    """
    from bridge.cli.screen import line
    from bridge.storefront import build as build_zips

    files = build_zips(out)
    call.answer({"files": [str(file) for file in files]}, lambda: [line(f"Wrote {file}") for file in files])
