"""`bridge status`: how every store is, from the desk and from the daemon if it answers."""

from typing import TYPE_CHECKING, Any

import typer

from bridge.cli.call import Call, EachStoreOption, command

if TYPE_CHECKING:
    from datetime import datetime

    from bridge.desk.desk import Desk
    from bridge.desk.transaction import DeskTx
    from bridge.settings import Settings, StoreSettings


def register(app: typer.Typer) -> None:
    """Add the command."""
    command(app, "status")(status)


def status(call: Call, store: EachStoreOption = None) -> int:
    """Show how every store is. Asks the desk and the running daemon, never a shop (that is `bridge check`).

    Ends with 1 where a store is not well, with 4 where the daemon does not answer.
    """
    from bridge.cli.call import meant_stores
    from bridge.cli.failures import FOUND_WRONG, NOT_RUNNING, WELL
    from bridge.cli.session import CLOCK, the_desk

    settings = call.settings()
    stores = meant_stores(settings, store)
    with the_desk(settings) as desk:
        document = _document(settings, desk, stores, CLOCK.now())
    call.answer(document, lambda: _parts(document))
    if not document["daemon"]["answers"]:
        return NOT_RUNNING
    return WELL if all(map(_is_well, document["stores"])) else FOUND_WRONG


def _is_well(one: dict[str, Any]) -> bool:
    """A store that is switched off is as it should be; an enabled one that the daemon does not know is not."""
    return one["daemon"]["ok"] if one["daemon"] is not None else not one["enabled"]


def _document(settings: "Settings", desk: "Desk", stores: "list[StoreSettings]", at: "datetime") -> dict[str, Any]:
    from bridge.cli.daemon import NotAnswering, health
    from bridge.cli.screen import utc

    try:
        told: dict[str, Any] | None = health(settings.bridge.private_web)
        silence = None
    except NotAnswering as error:
        told, silence = None, str(error)
    identity = desk.identity
    backup = identity.backed_up_at
    by_store = told["stores"] if told else {}
    return {
        "desk": {
            "file": str(desk.path),
            "id": identity.desk_id,
            "epoch": identity.epoch,
            "version": identity.schema_version,
            "backed_up_at": utc(backup),
            "backup_age_seconds": (at - backup).total_seconds() if backup else None,
        },
        "daemon": {
            "listen": settings.bridge.private_web.listen,
            "answers": told is not None,
            "silence": silence,
            "ok": told.get("ok") if told else None,
            "version": told.get("version") if told else None,
        },
        "stores": desk.look(_stores, stores, by_store, at),
    }


def _stores(tx: "DeskTx", stores: "list[StoreSettings]", told: dict[str, Any], at: "datetime") -> list[dict[str, Any]]:
    from bridge.contracts.stores import FirstSync
    from bridge.desk.counts import LedgerTotals, QueueTotals

    syncs, problems = tx.counts.first_syncs(), tx.counts.open_problems()
    waiting, totals = tx.counts.waiting_pushes(), tx.counts.ledger()
    queues = tx.counts.queue(at)
    shown = []
    for store in stores:
        name = store.name
        books, queue = totals.get(name, LedgerTotals()), queues.get(name, QueueTotals())
        shown.append(
            {
                "store": name,
                "platform": store.platform,
                "enabled": store.enabled,
                "first_sync": syncs.get(name, FirstSync.PENDING).value,
                "accounts_waiting": waiting.get(name, 0),
                "problems": sum(problems.get(name, {}).values()),
                "accounts": books.accounts,
                "frozen": books.frozen,
                "posted": books.posted,
                "held": books.held,
                "tickets_waiting": queue.waiting,
                "tickets_late": queue.late,
                "daemon": told.get(name),
            }
        )
    return shown


def _parts(document: dict[str, Any]) -> list[Any]:
    from bridge.cli.screen import age, grid, line, styled, table

    desk, daemon = document["desk"], document["daemon"]
    answers = f"version {daemon['version']} at {daemon['listen']}" if daemon["answers"] else "does not answer"
    saved = desk["backup_age_seconds"]
    facts = [
        ("Desk", f"{desk['file']}, version {desk['version']}, epoch {desk['epoch']}"),
        ("Last backup", f"{age(saved)} ago" if saved is not None else styled("never", "warning")),
        ("Daemon", styled(f"{answers} ({daemon['silence']})", "warning") if not daemon["answers"] else answers),
    ]
    rows = [
        (
            one["store"],
            _state(one),
            _read(one),
            one["first_sync"],
            one["accounts_waiting"],
            one["problems"],
            one["accounts"],
            one["posted"],
            one["held"],
        )
        for one in document["stores"]
    ]
    numbers = ("To push", "Problems", "Accounts", "Coins", "Held")
    stores = table("Store", "State", "Read", "First sync", *numbers, rows=rows, right=numbers)
    tickets = [line(words) for one in document["stores"] for words in _tickets(one)]
    causes = [line(words) for one in document["stores"] for words in _causes(one)]
    return [
        *(grid(facts), line(), stores),
        *([line(), *tickets] if tickets else []),
        *([line(), *causes] if causes else []),
    ]


def _tickets(one: dict[str, Any]) -> list[str]:
    """What waits for staff, where anything does."""
    from bridge.cli.screen import count

    waiting, late = one["tickets_waiting"], one["tickets_late"]
    if not waiting:
        return []
    of_them = f", {late:,} of them late" if late else ""
    words = count(waiting, "ticket waits", "tickets wait")
    return [f"{one['store']}: {words} for an answer{of_them}. In order: bridge queue --store {one['store']}"]


def _state(one: dict[str, Any]) -> Any:
    from bridge.cli.screen import styled

    if not one["enabled"]:
        return styled("switched off", "quiet")
    if one["daemon"] is None:
        return styled("not running", "warning")
    return styled(one["daemon"]["state"], "ok" if one["daemon"]["ok"] else "wrong")


def _read(one: dict[str, Any]) -> str:
    from bridge.cli.screen import age

    told = one["daemon"]
    if told is None or told["last_read_age_seconds"] is None:
        return ""
    return f"{age(told['last_read_age_seconds'])} ago"


def _causes(one: dict[str, Any]) -> list[str]:
    """Why the store is not well: each cause once, each with the store's name once."""
    told = one["daemon"]
    if told is None:
        return []
    push = told.get("push", {})
    causes = (words.removeprefix(f"{one['store']}: ") for words in (told.get("cause"), push.get("cause")) if words)
    return [f"{one['store']}: {words}" for words in dict.fromkeys(causes)]
