"""`bridge audit`: who did what. Lines are written once and never changed; they hold ids and numbers alone (rule D1)."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.call import Call, EachStoreOption, command

if TYPE_CHECKING:
    from bridge.contracts.audit import AuditLine
    from bridge.settings import Settings

MOST_LINES = 10_000


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "audit")(audit)


def audit(
    call: Call,
    subject: Annotated[
        str | None,
        typer.Option(
            "--subject",
            metavar="KIND:NUMBER",
            help="Only what was done to this: quote:12, ticket:5, order:1042.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="NAME", help="Only what this staff member did.", show_default=False),
    ] = None,
    store: EachStoreOption = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="LINES", help="How many lines at most.", min=1, max=MOST_LINES)
    ] = 100,
) -> None:
    """Show what staff did, newest first: who, when, what, with which numbers."""
    from bridge.cli.call import one_store
    from bridge.cli.screen import count, line, local, one_line, table
    from bridge.cli.session import the_desk

    settings = call.settings()
    who, wanted = _written(settings, by), one_store(settings, store).name if store else None
    with the_desk(settings) as desk:
        found = desk.look(lambda tx: tx.audit.lines(store=wanted, subject=subject, staff=who, limit=limit))
    rows = [
        (local(one.at, _zone(settings, one)), one.store, one.staff, one.action, one.subject, one_line(_numbers(one)))
        for one in found
    ]
    more = f" There may be more: --limit {min(limit * 10, MOST_LINES)}" if len(found) == limit < MOST_LINES else ""
    call.answer(
        {"lines": [_document(one) for one in found]},
        lambda: (
            [
                table("When", "Store", "By", "What", "About", "Numbers", rows=rows, words=("Numbers",)),
                line(),
                line(f"{count(len(found), 'line')}.{more}"),
            ]
            if found
            else [line("No lines.")]
        ),
    )


def _written(settings: "Settings", by: str | None) -> str | None:
    """The name as a store's file writes it; somebody who has left it is found under the name as it was."""
    if by is None:
        return None
    names = (member.name for store in settings.stores.values() for member in store.staff)
    return next((name for name in names if name.casefold() == by.strip().casefold()), by.strip())


def _zone(settings: "Settings", one: "AuditLine") -> Any:
    from zoneinfo import ZoneInfo

    known = settings.stores.get(one.store)
    return known.zone_info if known else ZoneInfo("UTC")


def _numbers(one: "AuditLine") -> str:
    from bridge.cli.screen import written

    told = {name: value for name, value in one.detail.items() if value not in ("", None)}
    return ", ".join(f"{name} {written(name, value)}" for name, value in told.items())


def _document(one: "AuditLine") -> dict[str, Any]:
    from bridge.cli.screen import utc

    return {
        "line": one.id,
        "at": utc(one.at),
        "store": one.store or None,
        "by": one.staff,
        "action": one.action,
        "subject": one.subject,
        "detail": dict(one.detail),
    }
