"""The policies that a store has had, kept in the desk as versions, so that every promise can be explained (rule T9).

A version is written when the settings promise something else than the last one says: by the daemon when it starts or
reads its settings anew, and by whatever is the first to need one. Until then the last version is in force.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from bridge.contracts.desk import Tx
from bridge.contracts.tickets import StoredPolicy
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.policies import Policies, Policy, PolicyVersion, Service, Targets, policy_of
from bridge.domain.service_hours import ServiceCalendar
from bridge.domain.ticket_terms import Escalation

KEPT_AT_HAND = 256
"""Versions whose sums of service time are kept in memory, of all stores."""
STORES_AT_HAND = 64


def policies_of(tx: Tx, terms: DeskTerms, *, at: datetime) -> Policies:
    """Every version of the store's policy; the first one is written where there is none yet."""
    found = tx.policies.all(terms.store) or [tx.policies.add(terms.store, written(policy_of(terms)), at=at)]
    return _policies(tuple(found))


def policies_known(tx: Tx, terms: DeskTerms, *, at: datetime) -> Policies:
    """The same without writing: where there is none yet, what the settings say stands in."""
    found = tx.policies.all(terms.store)
    return _policies(tuple(found)) if found else Policies([PolicyVersion(1, at, policy_of(terms))])


def follow_settings(tx: Tx, terms: DeskTerms, *, at: datetime) -> bool:
    """Write a new version where the settings promise something else than the last one; returns whether they do."""
    last, now = tx.policies.current(terms.store), written(policy_of(terms))
    if last is not None and last.document == now:
        return False
    tx.policies.add(terms.store, now, at=at if last is None else max(at, last.at + timedelta(milliseconds=1)))
    return True


def written(policy: Policy) -> str:
    """A policy as JSON, the same for the same promises; times are seconds."""
    targets = policy.targets
    document = {
        "services": {
            key: {"guaranteed": service.guaranteed, **_calendar_written(service.calendar)}
            for key, service in policy.services.items()
        },
        "targets": {
            "first_answer": _seconds(targets.first_answer),
            "next_answer": _seconds(targets.next_answer),
            "urgent": _seconds(targets.urgent),
            "resolution": _seconds(targets.resolution),
            "best_effort": _seconds(targets.best_effort),
        },
        "warn_percents": list(policy.warn_percents),
        "escalation": [{"after": _seconds(one.after), "to": list(one.to)} for one in policy.escalation],
    }
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"), sort_keys=True)


@lru_cache(maxsize=KEPT_AT_HAND)
def read(document: str) -> Policy:
    """The policy that was written. What its calendars have summed up stays with it."""
    found = json.loads(document)
    targets = found["targets"]
    return Policy(
        services={
            key: Service(_calendar_read(service), service["guaranteed"]) for key, service in found["services"].items()
        },
        targets=Targets(
            first_answer=_duration(targets["first_answer"]),
            next_answer=_duration(targets["next_answer"]),
            urgent=_duration(targets["urgent"]),
            resolution=_duration(targets["resolution"]),
            best_effort=timedelta(seconds=targets["best_effort"]),
        ),
        warn_percents=tuple(found["warn_percents"]),
        escalation=tuple(Escalation(timedelta(seconds=one["after"]), tuple(one["to"])) for one in found["escalation"]),
    )


@lru_cache(maxsize=STORES_AT_HAND)
def _policies(found: tuple[StoredPolicy, ...]) -> Policies:
    return Policies(PolicyVersion(one.version, one.at, read(one.document)) for one in found)


def _calendar_written(calendar: ServiceCalendar) -> dict[str, Any]:
    """A calendar in words. Raises `TypeError` for one whose days off are no list of days: settings have no such."""
    if not isinstance(calendar.days_off, frozenset):
        raise TypeError("a policy's days off must be days that can be written down")
    return {
        "zone": calendar.zone.key,
        "week": [[list(interval) for interval in hours] for hours in calendar.week],
        "days_off": sorted(day.isoformat() for day in calendar.days_off),
    }


def _calendar_read(found: Mapping[str, Any]) -> ServiceCalendar:
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
        tuple((begin, end) for begin, end in hours) for hours in found["week"]
    )
    week = (monday, tuesday, wednesday, thursday, friday, saturday, sunday)
    return ServiceCalendar(ZoneInfo(found["zone"]), week, frozenset(map(date.fromisoformat, found["days_off"])))


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
