"""Chargebacks that staff learn of from the bank and not from the shop: recorded, and taken back (rule C14).

What is recorded stands until staff say that it is over, whatever the order's status is meanwhile. Recording books at
once, without asking the shop: what is taken is known here. Taking it back only lets the order be read again, because
what it is owed then only the shop knows.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bridge.contracts.desk import Tx
from bridge.contracts.disputes import Dispute
from bridge.domain.accounts import Account, Owner
from bridge.domain.licence_orders import NO_LICENCES
from bridge.domain.purchases import Purchase, StoreTerms, withdraw
from bridge.errors import KeyReused, UnknownOrder
from bridge.services import telling
from bridge.services.coin_moves import account_by_id, note
from bridge.services.order_pages import OrderPage, licences_given
from bridge.services.purchases import book_page, end_holds
from bridge.services.staff_coins import require_account
from bridge.services.staff_words import require_staff, require_text
from bridge.services.syncing import touch

LONGEST_REASON = 500
"""Characters."""


@dataclass(frozen=True, slots=True)
class ChargedBack:
    """What came of it: coins taken, how many quotes lost what they held, and coins that had been spent before.

    `changed` is false where it had been recorded already; the numbers are 0 then.
    """

    account: Account
    order_id: int
    changed: bool
    taken: int = 0
    quotes: int = 0
    spent: int = 0


def charge_back(
    tx: Tx, store: StoreTerms, owner: Owner, order_id: int, *, reason: str, by: str, key: str, at: datetime
) -> ChargedBack:
    """Record that the bank took back the money of an order: all it had granted goes as with a chargeback in the shop.

    Its packages lose what is not spent, holds that draw on them are voided or lose that part, the account is frozen.
    Where one is recorded already, or the key is, nothing changes.
    Raises `UnknownOrder` for an order that has granted this owner nothing, `UnknownAccount`, `ImpossibleAmount` where
    nobody is named or no reason, `KeyReused` for a key that is recorded with something else.
    """
    account, purchase = _purchase(tx, store.name, owner, order_id, reason, by)
    dispute = Dispute(order_id, key, over=False, at=at, staff=by, reason=reason.strip())
    if _recorded(tx, store.name, dispute) or purchase.disputed:
        return ChargedBack(account, order_id, changed=False)
    tx.disputes.add(store.name, dispute)
    quotes = end_holds(tx, store.name, [order_id], at=at, by=by)
    units = tx.ledger.units_of(store.name, [order_id]).get(order_id, [])
    given = licences_given(tx, store.name, {order_id: purchase}).get(order_id, NO_LICENCES)
    purchase = replace(purchase, disputed=True)
    decision = withdraw(purchase, units, charged_back=purchase.charged_back, given=given)
    page = OrderPage({order_id: decision}, {}, {order_id: purchase}, {})
    booked, page = book_page(tx, store, page, [order_id], at=at, by=by)
    tx.accounts.freeze(account.id, at)
    telling.tell_notes(tx, store.name, page.decisions, at=at)
    spent = sum(one.used for one in tx.ledger.units_of(store.name, [order_id]).get(order_id, []))
    taken, frozen = booked.revoked_coins, account_by_id(tx, account.id)
    note(tx, store.name, by, "chargeback", f"order:{order_id}", at, account=account.id, coins=taken, quotes=quotes)
    return ChargedBack(frozen, order_id, changed=True, taken=taken, quotes=quotes, spent=spent)


def charge_back_is_over(
    tx: Tx, store: StoreTerms, owner: Owner, order_id: int, *, reason: str, by: str, key: str, at: datetime
) -> ChargedBack:
    """The money came back, or never went: the order is read again, and what its status grants comes back (rule C14).

    The account stays frozen until staff unfreeze it. Where none is recorded, or the key is, nothing changes.
    Raises as `charge_back`.
    """
    account, purchase = _purchase(tx, store.name, owner, order_id, reason, by)
    dispute = Dispute(order_id, key, over=True, at=at, staff=by, reason=reason.strip())
    if _recorded(tx, store.name, dispute) or not purchase.disputed:
        return ChargedBack(account, order_id, changed=False)
    tx.disputes.add(store.name, dispute)
    touch(tx, store.name, [order_id], at=at, settle=timedelta(0))
    note(tx, store.name, by, "chargeback_over", f"order:{order_id}", at, account=account.id)
    return ChargedBack(account, order_id, changed=True)


def _purchase(tx: Tx, store: str, owner: Owner, order_id: int, reason: str, by: str) -> tuple[Account, Purchase]:
    require_staff(by)
    require_text(reason, what="reason", longest=LONGEST_REASON)
    account = require_account(tx, store, owner)
    purchase = tx.purchases.of_orders(store, [order_id]).get(order_id)
    if purchase is None:
        raise UnknownOrder(f"{store}: order {order_id} has granted nothing")
    if purchase.account_id != account.id:
        raise UnknownOrder(
            f"{store}: the {purchase.gave} of order {order_id} are those of {purchase.owner}, not of {owner}"
        )
    return account, purchase


def _recorded(tx: Tx, store: str, offered: Dispute) -> bool:
    """Whether that was recorded under its key before. Raises `KeyReused` where the key stands for something else."""
    known = tx.disputes.under(store, offered.key)
    if known is not None and (known.order_id, known.over) != (offered.order_id, offered.over):
        raise KeyReused(offered.key, recorded=_words(known), offered=_words(offered))
    return known is not None


def _words(dispute: Dispute) -> str:
    return f"{'the end of a' if dispute.over else 'a'} chargeback of order {dispute.order_id}"
