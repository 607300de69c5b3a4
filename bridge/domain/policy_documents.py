"""A policy as plain values that JSON can keep, and back: versions outlive the settings they come from (rule T9).

Believes: two policies are the same exactly if their documents are. Calendars are written once each, since most
standings share them, and a country's holidays of thirty years are the bulk of a document.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bridge.domain.policies import Policy, Service, Targets
from bridge.domain.service_hours import Hours, ServiceCalendar
from bridge.domain.ticket_terms import Escalation

VERSION = 1
_TARGETS = ("first_answer", "next_answer", "urgent", "resolution")


def policy_document(policy: Policy) -> dict[str, Any]:
    """The document of a policy. Raises `TypeError` where days off are told by a function, which can't be kept."""
    calendars: list[dict[str, Any]] = []
    services = {}
    for standing, service in sorted(policy.services.items()):
        written = _calendar_document(service.calendar)
        if written not in calendars:
            calendars.append(written)
        services[standing] = {"calendar": calendars.index(written), "guaranteed": service.guaranteed}
    targets = {name: _seconds(getattr(policy.targets, name)) for name in _TARGETS}
    return {
        "v": VERSION,
        "calendars": calendars,
        "services": services,
        "targets": {**targets, "best_effort": policy.targets.best_effort.total_seconds()},
        "warn_percents": sorted(policy.warn_percents),
        "escalation": [{"after": one.after.total_seconds(), "to": list(one.to)} for one in policy.escalation],
    }


def policy_of_document(document: Mapping[str, Any]) -> Policy:
    """The policy that a document was made of; standings that shared a calendar share it again.

    Raises `ValueError` for a document of a newer program, `KeyError` for one that lacks something.
    """
    if document["v"] != VERSION:
        raise ValueError(f"a policy of version {document['v']} is not known here")
    calendars = [_calendar(one) for one in document["calendars"]]
    services = {
        standing: Service(calendars[one["calendar"]], bool(one["guaranteed"]))
        for standing, one in document["services"].items()
    }
    targets = document["targets"]
    return Policy(
        services,
        Targets(
            **{name: _duration(targets[name]) for name in _TARGETS},
            best_effort=timedelta(seconds=targets["best_effort"]),
        ),
        tuple(document["warn_percents"]),
        tuple(Escalation(timedelta(seconds=one["after"]), tuple(one["to"])) for one in document["escalation"]),
    )


def _calendar_document(calendar: ServiceCalendar) -> dict[str, Any]:
    if not isinstance(calendar.days_off, frozenset):
        raise TypeError("days off that a function tells can't be written down")
    return {
        "zone": calendar.zone.key,
        "week": [[list(interval) for interval in hours] for hours in calendar.week],
        "off": [day.isoformat() for day in sorted(calendar.days_off)],
    }


def _calendar(document: Mapping[str, Any]) -> ServiceCalendar:
    one, two, three, four, five, six, seven = (_hours(hours) for hours in document["week"])
    off = frozenset(date.fromisoformat(day) for day in document["off"])
    return ServiceCalendar(ZoneInfo(document["zone"]), (one, two, three, four, five, six, seven), off)


def _hours(written: Sequence[Sequence[int]]) -> Hours:
    return tuple((int(begin), int(end)) for begin, end in written)


def _seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
