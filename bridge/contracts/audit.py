"""Who did what, when, to what. A line is written once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what, when, to what: ids and numbers only (rule D1). `store` is empty for the whole desk."""

    at: datetime
    staff: str
    action: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    store: str = ""
    id: int = 0


class Audit(Protocol):
    def note(self, line: AuditLine) -> None: ...

    def lines(
        self, *, store: str | None = None, subject: str | None = None, staff: str | None = None, limit: int = 200
    ) -> Sequence[AuditLine]:
        """The newest lines that fit, newest first; a ticket's also under the name that tickets had before."""
        ...
