"""How help in a ticket is covered, for staff: the decision and its rule, and what there is now of what decides.

That is the customer's licences, his packages with the hours of their plans, and his coins; what stood at the opening is
in the decision alone (rules L2, L3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.cli.licences_shown import until_text
from bridge.cli.screen import count, line, local, table, utc
from bridge.contracts.desk import Tx
from bridge.domain.entitlement import Entitlement
from bridge.domain.licence_history import KeptLicence, status_at
from bridge.domain.licence_keys import masked
from bridge.domain.licences import Status
from bridge.domain.packages import Package, available
from bridge.domain.tickets import Ticket
from bridge.engine.setup import StoreSetup
from bridge.locale.clock_words import standing_text
from bridge.locale.entitlement_words import staff_text
from bridge.locale.service_words import service_text
from bridge.services.coin_moves import packages_of
from bridge.services.licence_freshness import is_fresh
from bridge.settings import StoreSettings


@dataclass(frozen=True, slots=True)
class CoverView:
    """How a ticket is covered, None where that was never decided, and what its customer has at a moment."""

    store: StoreSettings
    at: datetime
    cover: Entitlement | None
    licences: Sequence[tuple[KeptLicence, Status]]
    packages: Sequence[Package]


def view_of_cover(tx: Tx, store: StoreSettings, ticket: Ticket, at: datetime) -> CoverView:
    """Read all of it."""
    said = tx.tickets.last_cover(ticket.id)
    book = StoreSetup.of(store).licences
    mine = tx.licences.of_accounts([ticket.account_id]).get(ticket.account_id, []) if book else []
    fresh = is_fresh(tx, store.name, at=at)
    licences = [(one, status_at(one.now, at, expiring_days=book.expiring_days, fresh=fresh)) for one in mine]
    packages = [one for one in packages_of(tx, ticket.account_id).values() if one.usable(at) and not one.revoked]
    return CoverView(store, at, Entitlement.of(said.detail) if said is not None else None, licences, packages)


def cover_document(view: CoverView) -> dict[str, Any]:
    """All of it for programs."""
    return {
        "cover": None if view.cover is None else {**view.cover.detail, "text": staff_text(view.cover)},
        "licences": [
            {
                "licence": one.licence.id,
                "product": one.licence.product,
                "key": masked(one.licence.key),
                "status": status.code.value,
                "until": utc(status.until),
            }
            for one, status in view.licences
        ],
        "packages": [
            {"package": one.id, "plan": one.plan, "coins": one.unheld, "usable_until": utc(one.usable_until)}
            for one in view.packages
        ],
        "available": available(view.packages, view.at),
    }


def cover_parts(view: CoverView) -> list[Any]:
    """All of it for people; nothing of what there is none of."""
    zone = view.store.zone_info
    parts: list[Any] = []
    if view.cover is not None:
        parts.append(line(f"Help: {staff_text(view.cover)}."))
    if view.licences:
        mine = [
            (one.licence.id, one.licence.product, masked(one.licence.key), status.code.value, until_text(status, zone))
            for one, status in view.licences
        ]
        parts += [line(), table("Licence", "Product", "Key", "Status", "Until", rows=mine, right=("Licence",))]
    if view.packages:
        setup = StoreSetup.of(view.store)
        names = {key: plan.name.get("en", key) for key, plan in view.store.plans.items()}
        hours = {key: service_text(plan.service, zone)["en"] for key, plan in setup.plans.plans.items()}
        other = service_text(setup.desk_terms.service, zone)["en"]
        rows = [
            (
                one.id,
                "none" if one.plan is None else standing_text(one.plan, names),
                hours.get(one.plan or "", other),
                one.unheld,
                local(one.usable_until, zone),
            )
            for one in view.packages
        ]
        heads = ("Package", "Plan", "Served", "Coins", "Until")
        parts += [line(), table(*heads, rows=rows, right=("Package", "Coins"), words=("Served",))]
        parts.append(line(f"{count(available(view.packages, view.at), 'coin')} to spend."))
    return [line(), *parts] if parts else []
