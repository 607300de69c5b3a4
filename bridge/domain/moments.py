"""Moments as the desk keeps them and histories name them, milliseconds since 1970 UTC; and as programs read them."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """An aware datetime as milliseconds since 1970 UTC."""
    return (moment - _EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """Milliseconds since 1970 as an aware datetime in UTC."""
    return _EPOCH + ms * _MILLISECOND


def iso_text(moment: datetime | None) -> str | None:
    """A moment to the second for a program: `2026-11-21T09:00:00Z`; None where there is none."""
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
