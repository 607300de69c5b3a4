"""`bridge sync`: what the daemon does, once and in sight."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.call import Call, EachStoreOption, command

if TYPE_CHECKING:
    from bridge.cli.syncing import Synced, Total


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "sync")(sync)


def sync(
    call: Call,
    once: Annotated[
        bool, typer.Option("--once", help="Read and compare the shops, book, push and deliver, then stop.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what a full read of the shops would book; write nothing.")
    ] = False,
    store: EachStoreOption = None,
    confirm: Annotated[
        int | None,
        typer.Option(
            "--confirm",
            metavar="UNITS",
            min=0,
            help="With --once: let a first sync book this many units, the number the dry run shows.",
            show_default=False,
        ),
    ] = None,
) -> int:
    """Read the shops by hand: a dry run, or one whole round.

    A round takes the daemon's place, so it is refused while the daemon runs; a dry run is not.

    A first sync of more units than coins.fuse_units waits until staff confirm its dry-run total (rule C2): here with
    --confirm, beside a running daemon with `bridge problems retry`.
    """
    import asyncio

    from bridge.cli import syncing
    from bridge.cli.call import enabled_stores
    from bridge.errors import UsageError
    from bridge.logs import to_stderr

    if once == dry_run:
        raise UsageError("say either --once or --dry-run")
    if confirm is not None and not once:
        raise UsageError("--confirm goes with --once")
    settings = call.settings()
    stores = enabled_stores(settings, store)
    if confirm is not None and len(stores) != 1:
        raise UsageError("--confirm is about one store: name it with --store")
    to_stderr("console", "warning" if dry_run else settings.bridge.log.level)
    if dry_run:
        totals = asyncio.run(syncing.dry_run(settings, stores))
        call.answer({"stores": [one.document() for one in totals]}, lambda: _dry_run_parts(totals))
        return _code(totals)
    done = asyncio.run(syncing.once(settings, stores, confirm))
    call.answer({"stores": [one.document() for one in done]}, lambda: _once_parts(done))
    return _code(done)


def _code(results: Any) -> int:
    from bridge.cli.failures import FOUND_WRONG, WELL

    return WELL if all(one.well for one in results) else FOUND_WRONG


def _dry_run_parts(totals: "list[Total]") -> list[Any]:
    from bridge.cli.screen import line, table

    found = [one for one in totals if one.booked is not None]
    rows = [
        (
            one.store,
            one.booked.orders,
            one.booked.granted_units,
            one.booked.granted_coins,
            one.booked.issued_licences,
            one.booked.revoked_units,
            one.booked.reinstated_units,
            one.booked.set_aside,
            one.first_sync.value,
        )
        for one in found
        if one.booked is not None
    ]
    parts: list[Any] = []
    if rows:
        shown = table(
            "Store",
            "Orders",
            "Grants",
            "Coins",
            "Licences",
            "Revocations",
            "Reinstated",
            "For staff",
            "First sync",
            rows=rows,
            right=("Orders", "Grants", "Coins", "Licences", "Revocations", "Reinstated", "For staff"),
        )
        parts = [shown, line(), line("Nothing was written.")]
    return [*parts, *_failures(totals), *(line(one.next_step) for one in found if one.next_step)]


def _once_parts(done: "list[Synced]") -> list[Any]:
    from bridge.cli.screen import line, table

    rows = [
        (one.store, one.first_sync.value, one.orders, one.pushed, one.waiting, one.problems, one.posted)
        for one in done
        if one.error is None
    ]
    parts: list[Any] = []
    if rows:
        shown = table(
            "Store",
            "First sync",
            "Orders read",
            "Accounts pushed",
            "Still to push",
            "Problems",
            "Coins in all",
            rows=rows,
            right=("Orders read", "Accounts pushed", "Still to push", "Problems", "Coins in all"),
        )
        parts = [shown]
    return [*parts, *_failures(done), *(line(step) for one in done for step in one.next_steps)]


def _failures(results: Any) -> list[Any]:
    from bridge.cli.failures import remedy
    from bridge.cli.screen import line, styled

    lines: list[Any] = []
    for one in results:
        if one.error is not None:
            lines += [styled(f"Error: {one.error}", "wrong"), line(f"Try: {remedy(one.error, command='bridge sync')}")]
    return lines
