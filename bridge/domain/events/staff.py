"""What waits for staff, whichever customer it is about."""

from dataclasses import dataclass

from bridge.domain.events.event import Event

SEVERAL = "several"
"""The kind of an event that stands for several problems; its number is that of the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemOpened(Event):
    """Something waits for staff. `summary` names ids and numbers only."""

    problem_id: int
    kind: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupLate(Event):
    """The desk has not been backed up for `hours` hours: for staff of the named store."""

    hours: int
