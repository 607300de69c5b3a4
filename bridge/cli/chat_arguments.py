"""What the commands for conversations take."""

from typing import Annotated

import typer

from bridge.cli.problems import HIGHEST_NUMBER

ChatNumber = Annotated[
    int,
    typer.Argument(metavar="CHAT", help="The conversation's number in `bridge chat list`.", min=1, max=HIGHEST_NUMBER),
]
MessageNumber = Annotated[
    int,
    typer.Argument(metavar="MESSAGE", help="The message's number in `bridge chat show`.", min=1, max=HIGHEST_NUMBER),
]
ContactNumber = Annotated[
    int,
    typer.Argument(metavar="CONTACT", help="The contact's number in `bridge chat list`.", min=1, max=HIGHEST_NUMBER),
]
