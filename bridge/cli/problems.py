"""`bridge problems ...`: what waits for staff."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.call import ByOption, Call, EachStoreOption, command, group

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bridge.contracts.problems import Problem
    from bridge.desk.desk import Desk
    from bridge.settings import Settings

MOST_SHOWN = 20
"""A problem may be about thousands of orders; `--json` has them all."""
HIGHEST_NUMBER = 2**63 - 1

app = group("problems", "What waits for staff.")

Number = Annotated[
    int,
    typer.Argument(metavar="NUMBER", help="The problem's number in `bridge problems list`.", min=1, max=HIGHEST_NUMBER),
]


@command(app, "list")
def list_problems(call: Call, store: EachStoreOption = None) -> None:
    """List the open problems."""
    from bridge.cli.call import one_store
    from bridge.cli.screen import count, line, local, table
    from bridge.cli.session import the_desk

    settings = call.settings()
    wanted = one_store(settings, store).name if store else None
    with the_desk(settings) as desk:
        found = desk.look(lambda tx: tx.problems.open(wanted))
    call.answer(
        {"problems": [_document(one) for one in found]},
        lambda: (
            [
                table(
                    "No.",
                    "Store",
                    "Kind",
                    "Last seen",
                    "Times",
                    "What",
                    rows=[
                        (
                            one.id,
                            one.store,
                            one.kind,
                            local(one.last_seen, _zone(settings, one.store)),
                            one.count,
                            one.summary,
                        )
                        for one in found
                    ],
                    right=("No.", "Times"),
                    words=("What",),
                ),
                line(),
                line(f"{count(len(found), 'problem')}. More about one: bridge problems show NUMBER"),
            ]
            if found
            else [line("No open problems.")]
        ),
    )


@command(app, "show")
def show(call: Call, number: Number) -> None:
    """Show all that is known about one problem."""
    from bridge.cli.screen import count, grid, line, local
    from bridge.cli.session import the_desk
    from bridge.services.problems import require

    settings = call.settings()
    with the_desk(settings) as desk, _list_helps():
        one = desk.look(require, number)
    zone = _zone(settings, one.store)
    facts = [
        ("Problem", one.id),
        ("Store", one.store),
        ("Kind", one.kind),
        ("State", f"{one.state}, by {one.handled_by}" if one.handled_by else str(one.state)),
        ("First seen", local(one.first_seen, zone)),
        ("Last seen", f"{local(one.last_seen, zone)} ({count(one.count, 'time')} in all)"),
        ("What", one.summary),
        *((name.replace("_", " ").capitalize(), _words(name, value)) for name, value in one.detail.items()),
    ]
    call.answer(_document(one), lambda: [grid(facts), *_ways_on(one, line)])


@command(app, "retry")
def retry(call: Call, number: Number, by: ByOption = None) -> None:
    """Let through what waits because of a problem.

    Its orders are read again and booked; the total of a first sync is confirmed; a store that was paused because the
    shop's ids went back is read on, and every order and account of it compared anew.
    """
    from bridge.cli.screen import count, line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.services import problems
    from bridge.services.syncing import IDS_WENT_BACK

    settings = call.settings()
    with the_desk(settings) as desk, _list_helps():
        who = _staff(settings, desk.look(problems.require, number), by)
        present = _there_again(settings, desk, desk.look(problems.require, number))
        one, orders = desk.run(problems.retry, number, by=who, at=CLOCK.now(), present=present)
    words = f"{count(len(orders), 'order')} will be read again" if orders else "what waited is let through"
    statements: list[str] = []
    lines: list[str] = []
    if one.kind == IDS_WENT_BACK:
        words = "booking goes on, and every order and account is compared anew"
        statements, lines = _numbers(settings, one.store)
    call.answer(
        {
            "problem": one.id,
            "store": one.store,
            "state": "retried",
            "by": who,
            "orders": list(orders),
            "statements": statements,
        },
        lambda: [
            line(f"Problem {one.id} of store {one.store} is retried by {who}: {words}."),
            *map(line, lines),
        ],
    )


@command(app, "dismiss")
def dismiss(call: Call, number: Number, by: ByOption = None) -> None:
    """Close a problem and leave things as they are.

    Orders that wait because of it are not booked.
    """
    from bridge.cli.screen import line
    from bridge.cli.session import CLOCK, the_desk
    from bridge.services import problems

    settings = call.settings()
    with the_desk(settings) as desk, _list_helps():
        who = _staff(settings, desk.look(problems.require, number), by)
        one = desk.run(problems.dismiss, number, by=who, at=CLOCK.now())
    call.answer(
        {"problem": one.id, "store": one.store, "state": "dismissed", "by": who},
        lambda: [line(f"Problem {one.id} of store {one.store} is dismissed by {who}; nothing was booked.")],
    )


def _numbers(settings: "Settings", store: str) -> tuple[list[str], list[str]]:
    """What the shop's database's owner should run now that the store is read on, and all of it in words.

    The retry stands whether the shop can be asked or not.
    """
    import asyncio

    from bridge.cli.checks_numbers import numbers_given_again, to_run
    from bridge.cli.session import plugins_of, the_desk, the_shop
    from bridge.errors import BridgeError

    async def ask() -> Any:
        with the_desk(settings) as desk:
            async with the_shop(plugins_of(settings), settings.stores[store]) as shop:
                return await numbers_given_again(store, shop, desk)

    try:
        found = asyncio.run(ask())
    except BridgeError as error:
        return [], [f"Whether the shop gives old numbers again could not be asked ({error}); bridge check says it."]
    return [one.statement for one in found], to_run(found)


def _there_again(settings: "Settings", desk: "Desk", one: "Problem") -> dict[int, int]:
    """Customers whom a shop that was put back had lost and has by now, because a newer dump was put back since.

    None where the shop can't be asked: then all of them count as lost, and nobody inherits.
    """
    import asyncio

    from bridge.cli.session import plugins_of, the_shop
    from bridge.errors import BridgeError
    from bridge.services.comparing_accounts import perhaps_lost
    from bridge.services.syncing import IDS_WENT_BACK

    first = one.detail.get("next_customer")
    if one.kind != IDS_WENT_BACK or first is None:
        return {}
    lost = desk.look(perhaps_lost, one.store, int(first))

    async def ask() -> dict[int, int]:
        async with the_shop(plugins_of(settings), settings.stores[one.store]) as shop:
            return dict(await shop.customers([account.owner.ref for account in lost]))

    try:
        return asyncio.run(ask()) if lost else {}
    except BridgeError:
        return {}


@contextmanager
def _list_helps() -> Iterator[None]:
    """A number that is no open problem is best looked up."""
    from bridge.errors import UsageError

    try:
        yield
    except UsageError as error:
        error.hint = error.hint or "bridge problems list"
        raise


def _staff(settings: "Settings", one: "Problem", by: str | None) -> str:
    """Who handles it. Raises `UsageError`, also for a store whose file is gone, because nobody can act for it."""
    from bridge.cli.call import one_store, staff_name

    return staff_name(one_store(settings, one.store), by)


def _zone(settings: "Settings", store: str) -> "ZoneInfo":
    """The store's zone; UTC for a store that has left the settings."""
    from zoneinfo import ZoneInfo

    known = settings.stores.get(store)
    return known.zone_info if known else ZoneInfo("UTC")


def _document(one: "Problem") -> dict[str, Any]:
    from bridge.cli.screen import utc

    return {
        "problem": one.id,
        "store": one.store,
        "kind": one.kind,
        "key": one.key,
        "summary": one.summary,
        "state": one.state.value,
        "first_seen": utc(one.first_seen),
        "last_seen": utc(one.last_seen),
        "count": one.count,
        "by": one.handled_by,
        "detail": dict(one.detail),
    }


def _words(name: str, value: object) -> str:
    from bridge.cli.screen import written

    if isinstance(value, list):
        shown = ", ".join(str(item) for item in value[:MOST_SHOWN])
        return f"{shown}, and {len(value) - MOST_SHOWN:,} more" if len(value) > MOST_SHOWN else shown
    return str(written(name, value))


def _ways_on(one: "Problem", line: Any) -> list[Any]:
    from bridge.contracts.problems import ProblemState
    from bridge.services.problems import ADVICE, can_be_dismissed, can_be_retried
    from bridge.services.syncing import IDS_WENT_BACK

    if one.state is not ProblemState.OPEN:
        return []
    if one.kind in ADVICE:
        advice = ADVICE[one.kind]
        return [
            line(),
            line(f"bridge problems retry {one.id} --by NAME {advice.retry}."),
            line(f"bridge problems dismiss {one.id} --by NAME {advice.dismiss}."),
        ]
    if not can_be_retried(one):
        return [line(), line(f"When that is done: bridge problems dismiss {one.id} --by NAME")]
    ways = [line()]
    if one.kind == IDS_WENT_BACK:
        check = f"bridge check --store {one.store}"
        ways.append(line(f"Look first:     {check} (it names what to run in the shop's database)"))
    ways.append(line(f"Let it through: bridge problems retry {one.id} --by NAME"))
    if can_be_dismissed(one):
        ways.append(line(f"Leave it:       bridge problems dismiss {one.id} --by NAME"))
    return ways
