"""Personal data: everything that is kept of one customer, and erasing it (rules D2, D3).

Erased are words: subjects, texts, what was sent and answered, claims, messages on their way. The account stays with its
entries, amounts, hashes and evidence, but nothing says any more whose it was: the shop's number is taken off it, and
the shop's rows of it are emptied. What was agreed, worked and billed as premium time stays as well, without words. It
is frozen, because nobody is left who could spend from it, and its tickets are closed, because nobody is left who waits
for an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.quotes import Quote
from bridge.errors import ErasureRefused, UnknownAccount
from bridge.services.closing import close_for_good
from bridge.services.coin_moves import account_by_id, note
from bridge.services.comparing_accounts import CUSTOMER_DELETED
from bridge.services.premium_personal import erase_premium_time, require_no_premium_open
from bridge.services.restoring import erased_again_key
from bridge.services.staff_words import require_staff

ERASURE_PROPOSED = "erasure_proposed"


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: the account that is left, and how many tickets and quotes lost their words.

    `account` is None where something was kept under the shop's number alone.
    """

    account: Account | None
    tickets: int = 0
    quotes: int = 0


def erase(tx: Tx, store: str, owner: Owner, *, by: str, at: datetime) -> Erased:
    """Erase what is kept of a customer's or a guest's person, and take the shop's number off his account.

    Raises `UnknownAccount` where nothing is kept, also because it was erased already; `ErasureRefused` while coins are
    held for work, or premium time is agreed on or not paid for.
    """
    require_staff(by)
    account = require_erasable(tx, store, owner)
    if account is None:
        tx.personal.forget_number(store, owner.ref)
        note(tx, store, by, "erase", "answers", at)
        return Erased(None)
    quotes = tx.quotes.of_account(account.id)
    tickets = tx.tickets.of_account(account.id)
    close_for_good(tx, tickets, quotes, at=at)
    erase_premium_time(tx, account.id)
    tx.personal.forget(store, account.id, owner)
    tx.accounts.freeze(account.id, at)
    if owner.kind is not OwnerKind.FORMER:
        former = Owner(OwnerKind.FORMER, account.id)
        fresh = tx.accounts.detach(store, account.id)
        tx.outbox.follow(store, owner, former)
        tx.licences.show_anew(account.id)
        if account.missed_at is not None:  # who is gone is not gone once more because of the empty page
            tx.accounts.miss([fresh.id], account.missed_at)
    tx.problems.solve(store, [key for key in tx.problems.open_keys(store) if _ends_with_erasure(key, account)], at)
    tx.notices.first(store, _erased_key(account.id), at)
    note(tx, store, by, "erase", f"account:{account.id}", at, tickets=len(tickets), quotes=len(quotes))
    return Erased(account_by_id(tx, account.id), len(tickets), len(quotes))


def require_erasable(tx: Tx, store: str, owner: Owner) -> Account | None:
    """The account that can be erased, None where something is kept of a customer but nothing on an account.

    Raises `UnknownAccount` where nothing is kept, `ErasureRefused` while coins are held for work, or premium time is
    agreed on or not paid for.
    """
    account = tx.accounts.of_owners(store, [owner]).get(owner)
    if account is not None and _has_anything(tx, store, account):
        _require_nothing_held(account, tx.quotes.of_account(account.id))
        require_no_premium_open(tx, account)
        return account
    if not _under_number(tx, store, owner):
        raise UnknownAccount(f"{store}: of {owner} nothing is kept")
    return None


def propose(tx: Tx, store: str, accounts: Sequence[Account], *, after: timedelta, at: datetime) -> int:
    """Ask staff to erase what is left of customers who are gone for so long; each is asked for once (rule D3).

    A proposal ends when the customer is back. Returns how many are new.
    """
    keys = {_proposal_key(account): account for account in accounts}
    over = {key for key in tx.problems.open_keys(store) if ERASURE_PROPOSED in key and key not in keys}
    tx.problems.solve(store, over, at)
    new = 0
    for key, account in keys.items():
        if not tx.notices.first(store, key, at):
            continue
        new += 1
        tx.problems.report(
            store,
            key=key,
            kind=ERASURE_PROPOSED,
            summary=f"the customer of {account.owner} has been gone for {after.days} days; {account.posted} coins are "
            f"left. Erase what is kept of him: bridge privacy erase {_named(account.owner)} --by NAME",
            at=at,
            detail={"account": account.id},
        )
    return new


def to_propose(tx: Tx, store: str, before: datetime) -> list[Account]:
    """Accounts of customers who have been gone since before then, and that have not been erased."""
    found = tx.personal.gone(store, before)
    erased = tx.notices.known(store, [_erased_key(account.id) for account in found])
    left = [account for account in found if _erased_key(account.id) not in erased]
    licences = tx.licences.of_accounts(account.id for account in left)
    return [
        one
        for one in left
        if one.entries or one.id in licences or tx.tickets.of_account(one.id) or tx.contacts.of_account(one.id)
    ]


def _has_anything(tx: Tx, store: str, account: Account) -> bool:
    """Whether something happened on the account since it was opened: each number has an empty one after an erasure."""
    if account.owner.kind is OwnerKind.FORMER:
        return not tx.notices.known(store, [_erased_key(account.id)])
    parts = (
        tx.tickets.of_account,
        tx.redemptions.of_account,
        tx.guests.links_to,
        tx.freezes.of_account,
        tx.contacts.of_account,
    )
    if account.entries or any(part(account.id) for part in parts):
        return True
    return bool(tx.licences.of_accounts([account.id]))


def _under_number(tx: Tx, store: str, owner: Owner) -> bool:
    """Whether anything is kept of somebody who has nothing on an account: what he sent and claimed, letters to him."""
    is_customer = owner.kind is OwnerKind.CUSTOMER
    return is_customer and bool(
        tx.personal.answers_of(store, owner.ref)
        or tx.guests.of_customer(store, owner.ref)
        or tx.personal.sent_to(store, owner)
    )


def _require_nothing_held(account: Account, quotes: Sequence[Quote]) -> None:
    holding = [str(quote.id) for quote in quotes if quote.hold]
    if account.held or holding:
        raise ErasureRefused(
            f"{account.held} coins of {account.owner} are held for work (quote {', '.join(holding) or 'unknown'}): "
            "settle or release them first (rule D2)"
        )


def _ends_with_erasure(key: str, account: Account) -> bool:
    gone = key.startswith(f"customer:{account.owner.ref}:") and key.endswith(CUSTOMER_DELETED)
    proposed = key.startswith(f"account:{account.id}:{ERASURE_PROPOSED}")
    return key == erased_again_key(account.id) or proposed or (gone and account.owner.kind is OwnerKind.CUSTOMER)


def _proposal_key(account: Account) -> str:
    since = account.missed_at if account.owner.kind is OwnerKind.CUSTOMER else account.frozen_at
    return f"account:{account.id}:{ERASURE_PROPOSED}:{int(since.timestamp()) if since else 0}"


def _erased_key(account_id: int) -> str:
    return f"account:{account_id}:erased"


def _named(owner: Owner) -> str:
    return str(owner.ref) if owner.kind is OwnerKind.CUSTOMER else f"{owner.kind}:{owner.ref}"
