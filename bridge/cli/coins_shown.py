"""How an account and its statement are shown: for people, for programs and for spreadsheets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bridge.cli.customer import owner_document
from bridge.cli.screen import count, grid, line, local, styled, table, utc
from bridge.contracts.ledger import NumberedEntry
from bridge.domain.accounts import Owner
from bridge.domain.packages import Package, plan_in_force
from bridge.engine.setup import StoreSetup
from bridge.services.staff_coins import Balance
from bridge.settings import StoreSettings


def balance_document(store: StoreSettings, found: Balance, at: datetime) -> dict[str, Any]:
    """An account at a moment, for programs."""
    account = found.account
    return {
        "store": store.name,
        "owner": owner_document(account.owner),
        "at": utc(at),
        "available": found.available,
        "posted": account.posted,
        "held": account.held,
        "frozen": account.frozen,
        "plan": _plan_in_force(store, found, at),
        "entries": account.entries,
        "packages": [
            {
                "package": one.id,
                "plan": one.plan,
                "order": one.unit.order_id if one.unit else None,
                "coins": one.coins,
                "posted": one.posted,
                "held": one.held,
                "granted_at": utc(one.granted_at),
                "usable_until": utc(one.usable_until),
                "state": _state(one, at),
            }
            for one in found.packages
        ],
    }


def balance_parts(store: StoreSettings, found: Balance, at: datetime) -> list[Any]:
    """An account at a moment, for people."""
    account, zone = found.account, store.zone_info
    facts: list[Sequence[object]] = [
        ("Account", f"{account.owner} of store {store.name}"),
        ("Available", count(found.available, "coin")),
        ("Held", count(account.held, "coin")),
        ("Plan", _plan_in_force(store, found, at) or "none"),
    ]
    if account.frozen:
        facts.append(("Frozen", styled(f"since {local(account.frozen_at, zone)}", "wrong")))
    rows = [
        (
            one.id,
            one.plan or "",
            str(one.unit.order_id) if one.unit else "",
            one.coins,
            one.posted,
            one.held,
            local(one.usable_until, zone),
            _state(one, at),
        )
        for one in found.packages
    ]
    packages = table(
        "Package",
        "Plan",
        "Order",
        "Size",
        "Left",
        "Held",
        "Usable until",
        "State",
        rows=rows,
        right=("Package", "Order", "Size", "Left", "Held"),
    )
    return [grid(facts), *([line(), packages] if rows else [])]


def _plan_in_force(store: StoreSettings, found: Balance, at: datetime) -> str | None:
    return plan_in_force(found.packages, StoreSetup.of(store).plans, at)


def _state(package: Package, at: datetime) -> str:
    if package.revoked:
        return "revoked"
    if not package.usable(at):
        return "ended"
    return "usable" if package.posted else "used up"


def statement_document(store: str, owner: Owner, entries: Sequence[NumberedEntry]) -> dict[str, Any]:
    """Every entry for programs."""
    return {"store": store, "owner": owner_document(owner), "entries": [_entry_document(one) for one in entries]}


def statement_parts(store: str, owner: Owner, entries: Sequence[NumberedEntry], zone: ZoneInfo) -> list[Any]:
    """Every entry for people, a row each."""
    rows = [
        (
            one.number,
            local(one.entry.at, zone),
            one.entry.kind.value,
            f"{one.entry.posted:+,}" if one.entry.posted else "",
            f"{one.entry.held:+,}" if one.entry.held else "",
            _purpose(one),
            " ".join(f"{part.package_id}:{part.posted or part.held:+d}" for part in one.entry.postings),
            one.entry.reason,
            one.entry.staff,
            one.posted_after,
            one.held_after or "",
        )
        for one in entries
    ]
    numbers = ("No.", "Coins", "Held", "Balance", "Of it held")
    heads = ("No.", "When", "What", "Coins", "Held", "For", "Packages", "Why", "By", "Balance", "Of it held")
    return [
        line(f"Statement of {owner} of store {store}"),
        line(),
        table(*heads, rows=rows, right=numbers, words=("Why",)),
    ]


def _purpose(one: NumberedEntry) -> str:
    numbers = (("order", one.entry.order_id), ("quote", one.entry.quote_id), ("ticket", one.entry.ticket_id))
    return " ".join(f"{what} {number}" for what, number in numbers if number is not None)


def _entry_document(one: NumberedEntry) -> dict[str, Any]:
    entry = one.entry
    return {
        "number": one.number,
        "key": entry.key,
        "at": utc(entry.at),
        "kind": entry.kind.value,
        "coins": entry.posted,
        "held": entry.held,
        "packages": [{"package": part.package_id, "coins": part.posted, "held": part.held} for part in entry.postings],
        "order": entry.order_id,
        "quote": entry.quote_id,
        "ticket": entry.ticket_id,
        "reason": entry.reason,
        "staff": entry.staff,
        "posted_after": one.posted_after,
        "held_after": one.held_after,
    }
