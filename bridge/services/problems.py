"""What staff do about problems: have another look at the shop, let through what waits, or leave it as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from bridge.contracts.desk import Tx
from bridge.contracts.office import MAIL_HELD
from bridge.contracts.problems import Problem, ProblemState
from bridge.domain.order_notes import NoteKind
from bridge.errors import UsageError
from bridge.services.coin_moves import note
from bridge.services.comparing_accounts import CUSTOMERS_CHANGED, believe_the_shop
from bridge.services.licence_faults import LICENCES_END
from bridge.services.reconciling import start_over
from bridge.services.syncing import DELETED, IDS_WENT_BACK, TOTAL_WAITS, confirm_first_sync, touch
from bridge.services.unproven import UNCHECKED, let_go

CLOSED_FOR_GOOD = frozenset({ProblemState.RETRIED, ProblemState.SOLVED})
_ENDS_OTHERWISE = {
    TOTAL_WAITS: "is the total of a first sync: it ends when the total is confirmed or the store disabled",
    IDS_WENT_BACK: "keeps what an older state of the shop says from being booked: it ends with a retry, "
    "after which every order is compared anew",
}
"""Problems that hold up a whole store, and what ends them."""


class Advice(NamedTuple):
    """What a retry of a problem does, and what a dismissal does: a sentence each."""

    retry: str
    dismiss: str


ADVICE = {
    NoteKind.OWNER_CHANGED: Advice(
        "reads the order again: this ends if the order is with the first customer by now, and is told again if not",
        "moves no coins: what the order had granted stays on the first account, and this is told again when the order "
        "changes once more",
    ),
    DELETED: Advice(
        "looks for the order again: if it is back in the shop it is booked as it is now, if not this is told again",
        "takes no coins: what the order had granted stays on the account, and nothing more is told of it",
    ),
    LICENCES_END: Advice(
        "believes the vendor's table: the licences end, or are suspended, at the next look at it",
        "leaves the licences as they are, until so many would end at once again",
    ),
    MAIL_HELD: Advice(
        "sends the held messages; what was sent before the restore is sent twice, with the same numbers",
        "drops the held messages: nobody gets them",
    ),
}
"""For the kinds where nothing waits, so that neither word says by itself what becomes of the coins."""


def retry(
    tx: Tx, problem_id: int, *, by: str, at: datetime, present: Mapping[int, int] = MappingProxyType({})
) -> tuple[Problem, Sequence[int]]:
    """Release what waits and have its orders read again (rule C2); returns the problem and those orders.

    `present` says of a shop that was put back which of the customers whom it had lost it has by now.

    A dismissed problem can be taken up again. Raises `UsageError` for a number that is no such problem, and for one
    that a retry can't change: it only tells of something.
    """
    problem = require(tx, problem_id)
    if problem.state in CLOSED_FOR_GOOD:
        raise UsageError(f"problem {problem_id} is {problem.state} already")
    if problem.kind == MAIL_HELD and problem.state is ProblemState.DISMISSED:
        raise UsageError(f"problem {problem_id} was dismissed, and its messages were dropped then")
    if not can_be_retried(problem):
        refusal = UsageError(f"nothing waits because of problem {problem_id}, so there is nothing to let through")
        refusal.hint = f"do what it says, then: bridge problems dismiss {problem_id}"
        raise refusal
    orders = tx.problems.release(problem_id) or list(problem.detail.get("orders", []))
    if problem.kind == TOTAL_WAITS:
        confirm_first_sync(tx, problem.store, units=int(problem.detail["units"]), at=at)
    if problem.kind == IDS_WENT_BACK:
        start_over(tx, problem, at=at, present=present)
    if problem.kind == CUSTOMERS_CHANGED:
        believe_the_shop(tx, problem.store)
    if UNCHECKED in problem.detail:
        let_go(tx, problem.store, epoch=problem.detail[UNCHECKED], at=at)
    if problem.kind == MAIL_HELD:
        tx.outbox.release(problem.store)
        tx.deliveries.release(problem.store)
    touch(tx, problem.store, orders, at=at, settle=timedelta(0))
    tx.problems.close(problem_id, ProblemState.RETRIED, by=by, at=at)
    note(tx, problem.store, by, "retry", f"problem:{problem_id}", at, kind=problem.kind, orders=len(orders))
    return problem, orders


def dismiss(tx: Tx, problem_id: int, *, by: str, at: datetime) -> Problem:
    """Close a problem and leave things as they are: orders that wait because of it are not booked.

    An order left so is looked at again when it changes once more, and a cause that still holds is told again then;
    only a zero total that staff have left is not asked again.

    Raises `UsageError` for a number that is no open problem.
    """
    problem = require(tx, problem_id)
    if problem.state is not ProblemState.OPEN:
        raise UsageError(f"problem {problem_id} is {problem.state} already")
    if not can_be_dismissed(problem):
        raise UsageError(f"problem {problem_id} {_ENDS_OTHERWISE[problem.kind]}")
    if problem.kind == MAIL_HELD:
        tx.outbox.drop(problem.store)
        tx.deliveries.drop(problem.store)
    tx.problems.leave(problem_id)
    tx.problems.close(problem_id, ProblemState.DISMISSED, by=by, at=at)
    note(tx, problem.store, by, "dismiss", f"problem:{problem_id}", at, kind=problem.kind)
    return problem


def can_be_retried(problem: Problem) -> bool:
    """Whether a retry changes something: a total to confirm, a pause to end, orders to read again; others only tell."""
    return problem.kind in {TOTAL_WAITS, IDS_WENT_BACK, CUSTOMERS_CHANGED, MAIL_HELD, LICENCES_END} or bool(
        problem.detail.get("orders") or problem.detail.get(UNCHECKED)
    )


def can_be_dismissed(problem: Problem) -> bool:
    """Whether things can be left as they are: not where a whole store waits."""
    return problem.kind not in _ENDS_OTHERWISE


def require(tx: Tx, problem_id: int) -> Problem:
    """The problem of that number; its detail names the orders that wait because of it. Raises `UsageError`."""
    problem = tx.problems.get(problem_id)
    if problem is None:
        raise UsageError(f"there is no problem {problem_id}")
    waiting = tx.problems.waiting(problem_id)
    return replace(problem, detail={**problem.detail, "orders": waiting}) if waiting else problem
