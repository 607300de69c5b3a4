"""An explanation as plain values for JSON: what the words say, for programs (rule T9).

Moments are UTC in ISO 8601, durations seconds. Words are the stable ones of the domain.
"""

from datetime import datetime, timedelta
from typing import Any

from bridge.domain.clock_alerts import Step
from bridge.domain.clocks import Promise
from bridge.domain.explaining import ExplainedClock, Explanation


def explanation_document(explanation: Explanation) -> dict[str, Any]:
    """The document of an explanation."""
    return {
        "ticket": explanation.ticket,
        "at": _moment(explanation.at),
        "state": str(explanation.state),
        "policy": {"version": explanation.policy.version, "since": _moment(explanation.policy.since)},
        "standing": explanation.standing,
        "clocks": [_clock(one) for one in explanation.clocks],
    }


def _clock(one: ExplainedClock) -> dict[str, Any]:
    clock = one.clock
    best, *others = (_promise(promise) for promise in clock.promises)
    return {
        "clock": clock.key,
        "kind": str(clock.kind),
        "started": _moment(clock.started),
        "result": str(one.result),
        "due": _moment(clock.due),
        "breached": clock.breached,
        "met_at": _moment(clock.met_at),
        "withdrawn_at": _moment(clock.withdrawn_at),
        "used": _seconds(clock.used),
        "left": _seconds(clock.promise.left) if clock.still else None,
        "promise": {**best, "calendar": _calendar(one)},
        "others": others,
        "parts": [
            {"begin": _moment(begin), "end": _moment(end), "kind": str(kind), "service": _seconds(service)}
            for begin, end, kind, service in one.parts
        ],
        "next": _step(one.next) if one.next is not None else None,
    }


def _calendar(one: ExplainedClock) -> dict[str, Any]:
    """The hours of each day of the week, Monday first, in seconds; of the days off those that the clock has met."""
    calendar = one.clock.promise.calendar
    return {
        "zone": calendar.zone.key,
        "week": [[list(interval) for interval in hours] for hours in calendar.week],
        "off": [day.isoformat() for day in one.days_off],
    }


def _promise(promise: Promise) -> dict[str, Any]:
    return {
        "policy": promise.policy.version,
        "policy_since": _moment(promise.policy.since),
        "standing": promise.standing,
        "standing_since": _moment(promise.standing_since),
        "guaranteed": promise.guaranteed,
        "urgent_since": _moment(promise.urgent_since),
        "begins": _moment(promise.begins),
        "target": _seconds(promise.target),
        "due": _moment(promise.due),
    }


def _step(step: Step) -> dict[str, Any]:
    return {"step": step.name, "at": _moment(step.at), "to": list(step.to)}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _seconds(duration: timedelta) -> float:
    return duration.total_seconds()
