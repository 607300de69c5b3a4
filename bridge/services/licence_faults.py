"""What staff are told of a vendor's own table of licences: rows that are not believed, and licences that would end.

All rows with one kind of fault are one problem, however many: it names the first of them, and ends by itself.
"""

from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.contracts.licence_rows import Faults
from bridge.contracts.problems import ProblemState
from bridge.domain.mapped_licences import Fault

LICENCE_ROWS = "licence_rows"
LICENCES_END = "licence_rows_fuse"
SHOWN = 5


def report_faults(tx: Tx, store: str, table: str, *, at: datetime) -> None:
    """Tell of the rows that have a fault now, and close what is over."""
    faults = tx.licence_rows.faults(store, SHOWN)
    for kind, found in faults.items():
        tx.problems.report(
            store,
            key=_key(kind),
            kind=LICENCE_ROWS,
            summary=_words(table, kind, found),
            at=at,
            detail={"fault": kind, "count": found.total, "rows": [row.id for row in found.first]},
            unless_dismissed=True,
        )
    tx.problems.solve(store, [_key(kind.value) for kind in Fault if kind.value not in faults], at)


def may_end(tx: Tx, store: str, ending: int, *, fuse_units: int) -> bool:
    """Whether so many licences of a round may end or be suspended: by far the most that ever do, or let through.

    Behind a fuse that has blown none may, or the rest would pass in the next rounds, a few at a time.
    """
    newest = tx.problems.newest(store, LICENCES_END)
    if newest is not None and newest.state is ProblemState.OPEN:
        return False
    return ending <= fuse_units or (newest is not None and newest.state is ProblemState.RETRIED)


def report_fuse(tx: Tx, store: str, table: str, ending: int, *, at: datetime) -> None:
    """Licences wait to be ended."""
    tx.problems.report(
        store,
        key=LICENCES_END,
        kind=LICENCES_END,
        summary=f"the table {table} would end or suspend {ending} licences at once; they go on until staff look: "
        "a retry believes the table",
        at=at,
        detail={"licences": ending},
        unless_dismissed=True,
    )


def fuse_over(tx: Tx, store: str, waiting: int, *, at: datetime) -> None:
    """A whole round is over: where nothing waits any more, what was let through does not count for the next time."""
    newest = tx.problems.newest(store, LICENCES_END)
    if waiting or newest is None or newest.state is ProblemState.SOLVED:
        return
    if newest.state is ProblemState.RETRIED:
        tx.problems.report(
            store, key=LICENCES_END, kind=LICENCES_END, summary=newest.summary, at=at, detail=newest.detail
        )
    tx.problems.solve(store, [LICENCES_END], at)


def _key(kind: str) -> str:
    return f"{LICENCE_ROWS}:{kind}"


def _words(table: str, kind: str, found: Faults) -> str:
    named = ", ".join(str(row.id) for row in found.first) + (", …" if found.total > len(found.first) else "")
    many = found.total > 1
    rows = f"{found.total} rows of {table} ({named})" if many else f"row {named} of {table}"
    if kind == Fault.GONE:
        what = "are there no more; their licences go on" if many else "is there no more; its licence goes on"
        return f"{rows} {what}: suspend it by bridge licence suspend, if it should not"
    first = found.first[0]
    return f"{rows} {'are' if many else 'is'} not believed" + (f"; row {first.id}: " if many else ": ") + first.text
