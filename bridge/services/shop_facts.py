"""What orders are read by besides themselves, and what it means for the books when that changes.

A shop's administrator decides which statuses mean paid and in which zone the shop's clock runs, and changes it without
asking anybody. Staff are told each time, because both decide about coins (rules C3, C14). Which codes give licences is
said in the store's file; what was bought before it said so counts too (rule L1).
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bridge.contracts.desk import Tx
from bridge.contracts.sync import Comparison
from bridge.domain.orders import StatusSets
from bridge.domain.zones import same_hours

STATUSES = "statuses_changed"
ZONE = "zone_differs"


def note_statuses(tx: Tx, store: str, now: StatusSets, *, at: datetime) -> bool:
    """Keep which statuses orders are read by; true where that has changed, also while nobody looked.

    Staff are told then, and every order is read again by it.
    """
    state, text = tx.stores.get(store), _as_text(now)
    if state.statuses == text:
        return False
    tx.stores.save(replace(state, statuses=text))
    if not state.statuses:
        return False
    before = json.loads(state.statuses)
    changed = [
        f"{name} {_ids(new)} (before {_ids(before[name])})"
        for name, new in json.loads(text).items()
        if new != before[name]
    ]
    _read_all_again(tx, store)
    tx.problems.report(
        store,
        key=STATUSES,
        kind=STATUSES,
        summary=f"the shop's statuses mean something else now: {', '.join(changed)}; every order is read again by that",
        at=at,
    )
    return True


def note_licence_codes(tx: Tx, store: str, codes: Collection[str], *, at: datetime) -> bool:
    """Keep which codes give licences; true where some are new, after which every order is read again.

    What was paid long before is then booked silently, since its customers expect no letter about it. A code that is
    gone changes nothing: what it has given keeps its meaning.
    """
    state = tx.stores.get(store)
    if set(state.licence_codes) == set(codes):
        return False
    more = not set(codes) <= set(state.licence_codes)
    since = at if more else state.licences_since
    tx.stores.save(replace(state, licence_codes=tuple(sorted(codes)), licences_since=since))
    if more:
        _read_all_again(tx, store)
    return more


def _read_all_again(tx: Tx, store: str) -> None:
    tx.slices.forget(store)
    tx.slices.save_comparison(store, Comparison())


def report_zone(tx: Tx, store: str, ours: ZoneInfo, theirs: str | None, *, at: datetime) -> bool:
    """Tell staff while the shop's clock runs in another zone than the store's file says; true where it does.

    What the shop writes from now on is misread by the difference: payments in the hours around midnight (rule C3).
    Staff who have dismissed just this difference are not told again.
    """
    if theirs is None or same_hours(ours, theirs, at):
        tx.problems.solve(store, [ZONE], at)
        return False
    tx.problems.report(
        store,
        key=ZONE,
        kind=ZONE,
        summary=f"the shop's time zone is {theirs}, the store's file says {ours.key}: times of payments are misread; "
        "correct zone in the store's file, or the time zone in the shop",
        at=at,
        unless_dismissed=True,
    )
    return True


def _as_text(statuses: StatusSets) -> str:
    sets = {"granting": statuses.granting, "revoking": statuses.revoking, "chargeback": statuses.chargeback}
    return json.dumps({name: sorted(ids) for name, ids in sets.items()})


def _ids(statuses: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(statuses))) or "none"
