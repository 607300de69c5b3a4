"""How values are kept in the desk: times as integer milliseconds UTC, small documents as JSON."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import from_json

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def to_ms(moment: datetime) -> int:
    """An aware datetime as milliseconds since 1970 UTC."""
    return (moment - EPOCH) // MILLISECOND


def from_ms(ms: int) -> datetime:
    """Milliseconds since 1970 as an aware datetime in UTC."""
    return EPOCH + ms * MILLISECOND


def as_json(document: Any) -> str:
    """A small document in one spelling."""
    return _ENCODER.encode(document)


read_json = from_json
"""What `as_json` has written; of such small documents it reads four in the time that `json` needs for one."""


def id_list(ids: Iterable[int]) -> str:
    """Ids as the JSON list that `any_of` expects."""
    return "[" + ",".join(map(str, ids)) + "]"
