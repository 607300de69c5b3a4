"""When each recurring job ran last."""

import sqlite3
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert as upsert

from bridge.desk.statements import Statement
from bridge.desk.tables import job
from bridge.desk.values import from_ms, to_ms

_LAST_RUNS = Statement(select(job.c.name, job.c.last_run_ms))
_INSERT = upsert(job).values(name=bindparam("name"), last_run_ms=bindparam("last_run_ms"))
_RAN = Statement(
    _INSERT.on_conflict_do_update(index_elements=[job.c.name], set_={"last_run_ms": _INSERT.excluded.last_run_ms})
)


class SqlJobs:
    """The jobs' memory, so that a daily job is overdue after a restart and not forgotten."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def last_runs(self) -> dict[str, datetime]:
        """When each job last ran to its end."""
        return {name: from_ms(at_ms) for name, at_ms in _LAST_RUNS.rows(self._connection)}

    def ran(self, name: str, at: datetime) -> None:
        """Note a finished run."""
        _RAN.run(self._connection, name=name, last_run_ms=to_ms(at))
