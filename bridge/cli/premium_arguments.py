"""What the commands for premium time take, and how they read it: numbers, minutes, moments, who it is with."""

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bridge.cli.call import unclear
from bridge.cli.problems import HIGHEST_NUMBER
from bridge.domain.premium import STEP
from bridge.errors import UsageError

if TYPE_CHECKING:
    from bridge.cli.desk_work import Work
    from bridge.contracts.desk import Tx
    from bridge.domain.chats import ChatContact

MINUTE = timedelta(minutes=1)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})?")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")

AgreementNumber = Annotated[
    int,
    typer.Argument(
        metavar="AGREEMENT", help="The agreement's number in `bridge premium list`.", min=1, max=HIGHEST_NUMBER
    ),
]
BillNumber = Annotated[
    int, typer.Argument(metavar="BILL", help="The bill's number in `bridge premium bills`.", min=1, max=HIGHEST_NUMBER)
]
CustomerOption = Annotated[
    int | None,
    typer.Option(
        "--customer",
        metavar="CUSTOMER",
        help="The customer's id in the shop.",
        min=1,
        max=HIGHEST_NUMBER,
        show_default=False,
    ),
]
ContactOption = Annotated[
    int | None,
    typer.Option(
        "--contact",
        metavar="CONTACT",
        help="The contact's number in `bridge chat list`.",
        min=1,
        max=HIGHEST_NUMBER,
        show_default=False,
    ),
]
LanguageOption = Annotated[
    str | None,
    typer.Option("--language", metavar="CODE", help="en, ru or fa. Default: the store's first.", show_default=False),
]
EvidenceOption = Annotated[
    str,
    typer.Option(
        "--evidence", metavar="TEXT", help="What it rests on: when, where and in which words he said so. It is kept."
    ),
]


def steps_of(minutes: int, option: str) -> int:
    """Whole quarters of an hour, which may be below zero. Raises `UsageError` for other minutes (rule W5)."""
    steps, rest = divmod(minutes * MINUTE, STEP)
    if rest:
        raise UsageError(f"{option} must be whole quarters of an hour: 15, 30, 45, 60 ..., not {minutes}")
    return steps


def moment_of(text: str, option: str, zone: ZoneInfo) -> datetime:
    """A moment by the store's clock. Raises `UsageError` for what is none, or would be two when clocks go back."""
    try:
        wall = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        wall = None
    if wall is None:
        raise UsageError(f'{option} must be a moment by the store\'s clock, such as "2026-11-22 14:30", not {text}')
    one, other = wall.replace(tzinfo=zone), wall.replace(tzinfo=zone, fold=1)
    if one.utcoffset() != other.utcoffset():
        raise UsageError(f"{option}: {text} comes twice or not at all in {zone.key}, because clocks are changed then")
    return one


def month_of(text: str) -> date:
    """The first day of a month. Raises `UsageError`."""
    if not _MONTH.fullmatch(text):
        raise UsageError(f"--month must be a month written YYYY-MM, not {text}")
    return date.fromisoformat(f"{text}-01")


def one_party(customer: int | None, contact: int | None) -> None:
    """Raises `UsageError` unless exactly one of the two was said."""
    if (customer is None) == (contact is None):
        raise unclear("who is it with? Say one of the two", "--customer CUSTOMER or --contact CONTACT")


def party_of(
    tx: "Tx", work: "Work", customer: int | None, contact: int | None, *, in_shop: bool = False
) -> "ChatContact":
    """The contact that is meant; a customer without one gets one. `in_shop`: the shop has a customer who is new here.

    Raises `AgreementRefused`, and `UnknownAccount` for a customer whom neither has.
    """
    from bridge.services.premium_parts import contact_for, contact_of

    if contact is not None:
        return contact_of(tx, work.store.name, contact)
    assert customer is not None, "exactly one of the two was said"
    return contact_for(tx, work.store.name, customer, at=work.at, in_shop=in_shop)
