"""The health page: one JSON document that an operator can read and a monitor can act on by its status alone."""

from typing import Any

from bridge import VERSION
from bridge.web.observed import Look, StoreLook


def health_document(look: Look) -> dict[str, Any]:
    """The document for one look. Ages are seconds; null where it never happened or can't be told."""
    return {
        "ok": look.ok,
        "version": VERSION,
        "stores": {name: _store(one) for name, one in look.stores.items()},
        "desk": _desk(look),
        "outbox_waiting": look.outbox_waiting,
        "messages_waiting": None if look.messages_waiting is None else sum(look.messages_waiting.values()),
        "loop_delay_seconds": _seconds(look.loop_delay_seconds),
        "stuck": list(look.stuck),
    }


def _store(one: StoreLook) -> dict[str, Any]:
    health = one.health
    return {
        "ok": health.ok,
        "state": health.state.value,
        "cause": health.cause,
        "last_read_age_seconds": _seconds(health.read_age_seconds),
        "last_comparison_age_seconds": _seconds(health.round_age_seconds),
        "stale_after_seconds": health.stale_after_seconds,
        "push": {"paired": one.paired, "waiting": one.pushes_waiting, "cause": one.push_cause},
        "problems": sum(one.problems.values()),
        "first_sync": one.first_sync.value,
        "tickets": _tickets(one),
    }


def _tickets(one: StoreLook) -> dict[str, Any] | None:
    if one.queue is None:
        return None
    return {
        "waiting": one.queue.waiting,
        "late": one.queue.late,
        "breached": one.queue.breached,
        "first_due_seconds": _seconds(one.first_due_seconds),
    }


def _desk(look: Look) -> dict[str, Any]:
    if look.desk is None:
        return {"cause": look.desk_cause}
    return {
        "epoch": look.desk.epoch,
        "schema": look.desk.schema_version,
        "last_backup_age_seconds": _seconds(look.backup_age_seconds),
    }


def _seconds(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
