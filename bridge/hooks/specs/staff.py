"""Event hooks about what waits for staff."""

from bridge.domain.events import BackupLate, ProblemOpened
from bridge.hooks.specs.marking import hookspec


class StaffHooks:
    """Every hook here keeps the promise of `EventHooks`, and its own."""

    @hookspec
    async def bridge_problem_opened(self, event: ProblemOpened) -> None:
        """Something waits for staff that did not wait before.

        When: within two minutes, at most six an hour a store: of more, the last of the six tells how many there are.
        Not for a problem that is seen again while it is open. Return: nothing. Example: plugins/mail tells staff.
        """

    @hookspec
    async def bridge_backup_late(self, event: BackupLate) -> None:
        """The desk has not been backed up for `event.hours` hours, which is longer than the settings allow.

        When: once for each backup that is too old, for each enabled store. Return: nothing.
        Example: plugins/mail tells staff.
        """
