"""A customer's standing: the plan in force, which his rights follow (rules C6, P1)."""

from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.packages import plan_in_force
from bridge.services.coin_moves import packages_of


def plan_of(tx: Tx, terms: DeskTerms, account_id: int, at: datetime) -> str | None:
    """The best of an account's unexpired, unrevoked plans at that moment, None without one."""
    return plan_in_force(packages_of(tx, account_id).values(), terms.plans, at)
