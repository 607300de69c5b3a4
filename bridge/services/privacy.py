"""Personal data: everything that is kept of one customer, and erasing it (rules D2, D3).

Erased are words: subjects, texts, what was sent and answered, claims, messages on their way. The account stays with its
entries, amounts, hashes and evidence, but nothing says any more whose it was: the shop's number is taken off it, and
the shop's rows of it are emptied. It is frozen, because nobody is left who could spend from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bridge.contracts.coin_desk import AuditLine
from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.quotes import HOLDING, Quote, QuoteState
from bridge.domain.tickets import Ticket
from bridge.errors import ErasureRefused, UnknownAccount
from bridge.services import expiring
from bridge.services.coin_moves import account_by_id, note, packages_of
from bridge.services.comparing_accounts import CUSTOMER_DELETED
from bridge.services.entries import entries_after
from bridge.services.restoring import erased_again_key
from bridge.services.staff_words import require_staff

ERASURE_PROPOSED = "erasure_proposed"
_UNDECIDED = frozenset({QuoteState.DRAFT, QuoteState.OFFERED})


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
    held for work.
    """
    require_staff(by)
    account = require_erasable(tx, store, owner)
    if account is None:
        tx.personal.forget_number(store, owner.ref)
        note(tx, store, by, "erase", "answers", at)
        return Erased(None)
    quotes = tx.quotes.of_account(account.id)
    for quote in quotes:
        _close(tx, quote)
    tickets = tx.tickets.of_account(account.id)
    tx.personal.forget(store, account.id, owner)
    tx.accounts.freeze(account.id, at)
    if owner.kind is not OwnerKind.FORMER:
        former = Owner(OwnerKind.FORMER, account.id)
        fresh = tx.accounts.detach(store, account.id)
        tx.outbox.follow(store, owner, former)
        if account.missed_at is not None:  # who is gone is not gone once more because of the empty page
            tx.accounts.miss([fresh.id], account.missed_at)
    tx.problems.solve(store, [key for key in tx.problems.open_keys(store) if _ends_with_erasure(key, account)], at)
    tx.notices.first(store, _erased_key(account.id), at)
    note(tx, store, by, "erase", f"account:{account.id}", at, tickets=len(tickets), quotes=len(quotes))
    return Erased(account_by_id(tx, account.id), len(tickets), len(quotes))


def require_erasable(tx: Tx, store: str, owner: Owner) -> Account | None:
    """The account that can be erased, None where something is kept of a customer but nothing on an account.

    Raises `UnknownAccount` where nothing is kept, `ErasureRefused` while coins are held for work.
    """
    account = tx.accounts.of_owners(store, [owner]).get(owner)
    if account is not None and _has_anything(tx, store, account):
        _require_nothing_held(account, tx.quotes.of_account(account.id))
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
    return [account for account in left if account.entries or tx.tickets.of_account(account.id)]


def export(tx: Tx, store: str, owner: Owner) -> dict[str, Any]:
    """Everything that the desk keeps of one customer, as one document. Raises `UnknownAccount`.

    A customer without an account, who only ever sent something on his page, has what was answered.
    """
    answers = tx.personal.answers_of(store, owner.ref) if owner.kind is OwnerKind.CUSTOMER else []
    sent = tx.personal.sent_to(store, owner)
    account = tx.accounts.of_owners(store, [owner]).get(owner)
    if account is None and not answers and not sent:
        raise UnknownAccount(f"{store}: of {owner} nothing is kept")
    return {
        "store": store,
        "owner": {"kind": owner.kind.value, "id": owner.ref},
        **(_account_parts(tx, store, account) if account else {}),
        "actions": [
            {
                "uuid": one.uuid,
                "at": _iso(one.received_at),
                "kind": one.kind,
                "outcome": one.outcome,
                "code": one.code,
                "answer": dict(one.document),
            }
            for one in answers
        ],
        "messages_sent": [
            {"by": one.plugin, "kind": one.kind, "state": one.state, "queued_at": _iso(one.created_at)} for one in sent
        ],
    }


def _account_parts(tx: Tx, store: str, account: Account) -> dict[str, Any]:
    packages = packages_of(tx, account.id)
    orders = {one.unit.order_id for one in packages.values() if one.unit is not None} | set(
        tx.guests.links_to(account.id)
    )
    tickets = tx.tickets.of_account(account.id)
    quotes = tx.quotes.of_account(account.id)
    subjects = [f"account:{account.id}", *(f"order:{number}" for number in sorted(orders))]
    subjects += [*(f"ticket:{one.id}" for one in tickets), *(f"quote:{one.id}" for one in quotes)]
    return {
        "account": {
            "id": account.id,
            "posted": account.posted,
            "held": account.held,
            "frozen_at": _iso(account.frozen_at),
            "missing_in_the_shop_since": _iso(account.missed_at),
        },
        "orders": sorted(orders),
        "packages": [
            {
                "package": one.id,
                "plan": one.plan,
                "coins": one.coins,
                "posted": one.posted,
                "held": one.held,
                "granted_at": _iso(one.granted_at),
                "usable_until": _iso(one.usable_until),
                "order": one.unit.order_id if one.unit else None,
                "revoked": one.revoked,
            }
            for one in packages.values()
        ],
        "entries": [
            {
                "number": one.number,
                "at": _iso(one.entry.at),
                "kind": one.entry.kind.value,
                "coins": one.entry.posted,
                "held": one.entry.held,
                "reason": one.entry.reason,
                "order": one.entry.order_id,
                "quote": one.entry.quote_id,
                "staff": one.entry.staff,
            }
            for one in entries_after(tx, account)
        ],
        "chargebacks_by_staff": [
            {"order": one.order_id, "over": one.over, "at": _iso(one.at), "staff": one.staff, "reason": one.reason}
            for one in tx.disputes.of_orders(store, orders)
        ],
        "frozen_by_staff": [
            {"frozen": one.frozen, "at": _iso(one.at), "staff": one.staff, "reason": one.reason}
            for one in tx.freezes.of_account(account.id)
        ],
        "threads": [
            {"thread": one.id, "email": one.email, "language": one.language}
            for one in tx.threads.of_account(account.id)
        ],
        "tickets": [_ticket(tx, one) for one in tickets],
        "quotes": [_quote(tx, one) for one in quotes],
        "redeemed_rights": [
            {"right": one.right, "domain": one.domain, "licence": one.licence, "at": _iso(at)}
            for one, at in tx.redemptions.of_account(account.id)
        ],
        "claims": [
            {"order": one.order_id, "asked_at": _iso(one.asked_at), "state": one.state}
            for one in _claims(tx, store, account.owner)
        ],
        "problems": [
            {"kind": one.kind, "summary": one.summary, "first_seen": _iso(one.first_seen)}
            for one in tx.problems.open(store)
            if one.detail.get("account") == account.id or _is_his(one.detail, account.owner)
        ],
        "audit": [_audit_line(one) for subject in subjects for one in tx.audit.lines(store=store, subject=subject)],
    }


def _has_anything(tx: Tx, store: str, account: Account) -> bool:
    """Whether something happened on the account since it was opened: each number has an empty one after an erasure."""
    if account.owner.kind is OwnerKind.FORMER:
        return not tx.notices.known(store, [_erased_key(account.id)])
    parts = (tx.tickets.of_account, tx.redemptions.of_account, tx.guests.links_to, tx.freezes.of_account)
    return bool(account.entries) or any(part(account.id) for part in parts)


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


def _close(tx: Tx, quote: Quote) -> None:
    """Nobody is left to decide about an offer, or to wait for work that a chargeback has left without coins."""
    expiring.disarm_quote(tx, quote)
    if quote.state in _UNDECIDED:
        tx.quotes.save(replace(quote, state=QuoteState.WITHDRAWN))
    elif quote.state in HOLDING:
        tx.quotes.save(replace(quote, state=QuoteState.RELEASED))


def _ticket(tx: Tx, ticket: Ticket) -> dict[str, Any]:
    return {
        "ticket": ticket.id,
        "subject": ticket.subject,
        "opened_at": _iso(ticket.opened_at),
        "opened_by": ticket.opened_by.value,
        "thread": [
            {
                "at": _iso(one.at),
                "author": one.author.value,
                "kind": one.kind.value,
                "text": one.text,
                "detail": dict(one.detail),
            }
            for one in tx.tickets.thread(ticket.id)
        ],
        "files": [
            {
                "file": one.file,
                "name": one.name,
                "size": one.size,
                "type": one.type,
                "sha256": one.sha256,
                "author": one.author.value,
                "at": _iso(one.at),
            }
            for one in tx.files.of_ticket(ticket.id)
        ],
    }


def _quote(tx: Tx, quote: Quote) -> dict[str, Any]:
    offers = [tx.quotes.offer_of(quote.id, version) for version in range(1, quote.offer.version + 1)]
    return {
        "quote": quote.id,
        "ticket": quote.ticket_id,
        "kind": quote.kind.value,
        "state": quote.state.value,
        "spent": quote.spent,
        "versions": [
            {
                "version": one.version,
                "coins": one.coins,
                "texts": dict(one.texts),
                "text_hashes": dict(one.hashes),
                "offered_at": _iso(one.offered_at),
                "valid_until": _iso(one.valid_until),
            }
            for one in offers
            if one is not None
        ],
        "decisions": [
            {
                "what": one.what,
                "version": one.version,
                "at": _iso(one.at),
                "channel": one.channel.value,
                "coins": one.coins,
                "text_hash": one.text_hash,
                "language": one.language,
                "evidence": one.evidence,
            }
            for one in tx.quotes.decisions(quote.id)
        ],
    }


def _claims(tx: Tx, store: str, owner: Owner) -> Sequence[Any]:
    return tx.guests.of_customer(store, owner.ref) if owner.kind is OwnerKind.CUSTOMER else ()


def _is_his(detail: Mapping[str, Any], owner: Owner) -> bool:
    return owner.kind is OwnerKind.CUSTOMER and detail.get("customer") == owner.ref


def _audit_line(line: AuditLine) -> dict[str, Any]:
    return {"at": _iso(line.at), "staff": line.staff, "action": line.action, "subject": line.subject}


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


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
