"""What staff see of one account, and do to it: freeze it, and let it be used again (rules C15, P4).

A frozen account gets no new quote, approval or redemption; grants, ends and revocations go on. A chargeback and a
customer who is gone freeze one by themselves; only staff lift it.
"""

from dataclasses import dataclass
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.contracts.disputes import Dispute
from bridge.contracts.freezes import Freeze
from bridge.contracts.problems import Problem
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.quotes import Quote
from bridge.domain.rights import Redemption
from bridge.domain.tickets import Ticket, TicketState
from bridge.errors import UnknownAccount
from bridge.services.coin_moves import account_by_id, note
from bridge.services.staff_coins import Balance, balance, require_account
from bridge.services.staff_words import require_staff, require_text
from bridge.services.ticket_decisions import state_of

LONGEST_REASON = 500
"""Characters."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One account with all that belongs to it, as of a moment.

    `tickets` are with how each stands, `linked` are guests' orders that came to it, `disputes` what staff have recorded
    of chargebacks, oldest first, `freezes` when they froze it and let it go.
    """

    balance: Balance
    tickets: tuple[tuple[Ticket, TicketState], ...]
    quotes: tuple[Quote, ...]
    redemptions: tuple[tuple[Redemption, datetime], ...]
    linked: tuple[int, ...]
    disputes: tuple[Dispute, ...]
    freezes: tuple[Freeze, ...]
    problems: tuple[Problem, ...]


def sheet(tx: Tx, store: str, owner: Owner, *, at: datetime) -> Sheet:
    """The account as staff see it. Raises `UnknownAccount`."""
    found = balance(tx, store, owner, at=at)
    account = found.account
    orders = {one.unit.order_id for one in found.packages if one.unit is not None}
    return Sheet(
        balance=found,
        tickets=tuple((one, state_of(tx, one)) for one in tx.tickets.of_account(account.id)),
        quotes=tuple(tx.quotes.of_account(account.id)),
        redemptions=tuple(tx.redemptions.of_account(account.id)),
        linked=tuple(tx.guests.links_to(account.id)),
        freezes=tuple(tx.freezes.of_account(account.id)),
        disputes=tuple(tx.disputes.of_orders(store, orders)),
        problems=tuple(one for one in tx.problems.open(store) if _is_about(one, account, orders)),
    )


def freeze(tx: Tx, store: str, owner: Owner, *, reason: str, by: str, at: datetime) -> tuple[Account, bool]:
    """Freeze an account; returns it, and whether it was not frozen before.

    Raises `UnknownAccount`, `ImpossibleAmount` where nobody is named or no reason.
    """
    account = _by_staff(tx, store, owner, reason, by)
    if account.frozen:
        return account, False
    tx.accounts.freeze(account.id, at)
    _note(tx, store, Freeze(account.id, frozen=True, at=at, staff=by, reason=reason.strip()))
    return account_by_id(tx, account.id), True


def unfreeze(tx: Tx, store: str, owner: Owner, *, reason: str, by: str, at: datetime) -> tuple[Account, bool]:
    """Let a frozen account be used again; returns it, and whether it was frozen.

    Raises as `freeze`; `UnknownAccount` also for a former customer's, which nobody can use (rule D3).
    """
    account = _by_staff(tx, store, owner, reason, by)
    if owner.kind is OwnerKind.FORMER:
        raise UnknownAccount(f"{store}: {owner} belongs to nobody any more and stays frozen (rule D3)")
    if not account.frozen:
        return account, False
    tx.accounts.unfreeze(account.id)
    _note(tx, store, Freeze(account.id, frozen=False, at=at, staff=by, reason=reason.strip()))
    return account_by_id(tx, account.id), True


def _note(tx: Tx, store: str, freeze: Freeze) -> None:
    """The trail says that it was done; why, in words that may have to be erased, is kept beside the account (D1)."""
    tx.freezes.add(freeze)
    action = "freeze" if freeze.frozen else "unfreeze"
    note(tx, store, freeze.staff, action, f"account:{freeze.account_id}", freeze.at)


def _by_staff(tx: Tx, store: str, owner: Owner, reason: str, by: str) -> Account:
    require_staff(by)
    require_text(reason, what="reason", longest=LONGEST_REASON)
    return require_account(tx, store, owner)


def _is_about(problem: Problem, account: Account, orders: set[int]) -> bool:
    detail = problem.detail
    if account.owner.kind is OwnerKind.CUSTOMER and detail.get("customer") == account.owner.ref:
        return True
    named = detail.get("orders", [])
    return detail.get("account") == account.id or (isinstance(named, list) and not orders.isdisjoint(named))
