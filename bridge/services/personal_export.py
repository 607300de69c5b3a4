"""Everything that the desk keeps of one customer, as one document that can be handed to him (rule D2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.contracts.audit import AuditLine
from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licences import Term
from bridge.domain.moments import iso_text
from bridge.domain.quotes import Quote
from bridge.domain.tickets import Ticket
from bridge.errors import UnknownAccount
from bridge.services.chat_personal import Shown
from bridge.services.coin_moves import packages_of
from bridge.services.entries import entries_after
from bridge.services.premium_personal import premium_parts


def export(tx: Tx, store: str, owner: Owner, *, shown: Shown = str) -> dict[str, Any]:
    """Everything that the desk keeps of one customer, as one document. Raises `UnknownAccount`.

    A customer without an account, who only ever sent something on his page, has what was answered. `shown` takes out of
    a chat's text what may be shown in no other place (rule W2).
    """
    answers = tx.personal.answers_of(store, owner.ref) if owner.kind is OwnerKind.CUSTOMER else []
    sent = tx.personal.sent_to(store, owner)
    account = tx.accounts.of_owners(store, [owner]).get(owner)
    if account is None and not answers and not sent:
        raise UnknownAccount(f"{store}: of {owner} nothing is kept")
    return {
        "store": store,
        "owner": {"kind": owner.kind.value, "id": owner.ref},
        **(_account_parts(tx, store, account, shown) if account else {}),
        "actions": [
            {
                "uuid": one.uuid,
                "at": iso_text(one.received_at),
                "kind": one.kind,
                "outcome": one.outcome,
                "code": one.code,
                "answer": dict(one.document),
            }
            for one in answers
        ],
        "messages_sent": [
            {"by": one.plugin, "kind": one.kind, "state": one.state, "queued_at": iso_text(one.created_at)}
            for one in sent
        ],
    }


def _account_parts(tx: Tx, store: str, account: Account, shown: Shown) -> dict[str, Any]:
    packages = packages_of(tx, account.id)
    orders = {one.unit.order_id for one in packages.values() if one.unit is not None} | set(
        tx.guests.links_to(account.id)
    )
    tickets = tx.tickets.of_account(account.id)
    quotes = tx.quotes.of_account(account.id)
    subjects = [f"account:{account.id}", *(f"order:{number}" for number in sorted(orders))]
    subjects += [*(f"ticket:{one.id}" for one in tickets), *(f"quote:{one.id}" for one in quotes)]
    premium = premium_parts(tx, account.id, shown)
    subjects += [f"agreement:{one['agreement']}" for one in premium["agreements"]]
    subjects += [f"bill:{one['bill']}" for one in premium["bills"]]
    return {
        "account": {
            "id": account.id,
            "posted": account.posted,
            "held": account.held,
            "frozen_at": iso_text(account.frozen_at),
            "missing_in_the_shop_since": iso_text(account.missed_at),
        },
        "orders": sorted(orders),
        "packages": [
            {
                "package": one.id,
                "plan": one.plan,
                "coins": one.coins,
                "posted": one.posted,
                "held": one.held,
                "granted_at": iso_text(one.granted_at),
                "usable_until": iso_text(one.usable_until),
                "order": one.unit.order_id if one.unit else None,
                "revoked": one.revoked,
            }
            for one in packages.values()
        ],
        "entries": [
            {
                "number": one.number,
                "at": iso_text(one.entry.at),
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
            {"order": one.order_id, "over": one.over, "at": iso_text(one.at), "staff": one.staff, "reason": one.reason}
            for one in tx.disputes.of_orders(store, orders)
        ],
        "frozen_by_staff": [
            {"frozen": one.frozen, "at": iso_text(one.at), "staff": one.staff, "reason": one.reason}
            for one in tx.freezes.of_account(account.id)
        ],
        "threads": [
            {"thread": one.id, "email": one.email, "language": one.language}
            for one in tx.threads.of_account(account.id)
        ],
        "tickets": [_ticket(tx, one) for one in tickets],
        "quotes": [_quote(tx, one) for one in quotes],
        "redeemed_rights": [
            {"right": one.right, "domain": one.domain, "licence": one.licence, "at": iso_text(at)}
            for one, at in tx.redemptions.of_account(account.id)
        ],
        "licences": [_licence(tx, one) for one in tx.licences.of_accounts([account.id]).get(account.id, ())],
        "premium": premium,
        "claims": [
            {"order": one.order_id, "asked_at": iso_text(one.asked_at), "state": one.state}
            for one in _claims(tx, store, account.owner)
        ],
        "problems": [
            {"kind": one.kind, "summary": one.summary, "first_seen": iso_text(one.first_seen)}
            for one in tx.problems.open(store)
            if one.detail.get("account") == account.id or _is_his(one.detail, account.owner)
        ],
        "audit": [_audit_line(one) for subject in subjects for one in tx.audit.lines(store=store, subject=subject)],
    }


def _ticket(tx: Tx, ticket: Ticket) -> dict[str, Any]:
    now = tx.tickets.now([ticket.id]).get(ticket.id)
    return {
        "ticket": ticket.id,
        "subject": ticket.subject,
        "kind": now.kind.value if now else ticket.kind.value,
        "channel": ticket.channel.value,
        "language": ticket.language,
        "order": ticket.order_id,
        "product": ticket.product,
        "price": ticket.price,
        "continues": ticket.continues,
        "state": now.state.value if now else None,
        "urgency": now.urgency.value if now else None,
        "opened_at": iso_text(ticket.opened_at),
        "opened_by": ticket.opened_by.value,
        "thread": [
            {
                "message": one.id,
                "at": iso_text(one.at),
                "author": one.author.value,
                "kind": one.kind.value,
                "verified": one.verified,
                "text": one.text,
                "detail": dict(one.detail),
            }
            for one in tx.tickets.thread(ticket.id)
        ],
        "files": [
            {
                "file": one.file,
                "message": one.message,
                "name": one.name,
                "size": one.size,
                "type": one.type,
                "sha256": one.sha256,
                "author": one.author.value,
                "at": iso_text(one.at),
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
                "offered_at": iso_text(one.offered_at),
                "valid_until": iso_text(one.valid_until),
            }
            for one in offers
            if one is not None
        ],
        "decisions": [
            {
                "what": one.what,
                "version": one.version,
                "at": iso_text(one.at),
                "channel": one.channel.value,
                "coins": one.coins,
                "text_hash": one.text_hash,
                "language": one.language,
                "evidence": one.evidence,
            }
            for one in tx.quotes.decisions(quote.id)
        ],
    }


def _licence(tx: Tx, one: KeptLicence) -> dict[str, Any]:
    now = one.now
    return {
        "licence": one.licence.id,
        "key": one.licence.key,
        "product": one.licence.product,
        "order": one.licence.order_id,
        "source": one.licence.source.value,
        "starts_at": iso_text(one.licence.starts_at),
        "issued_at": iso_text(one.licence.issued_at),
        "units": now.units,
        **{f"{term}_until": iso_text(now.ends[term]) for term in Term},
        "suspended": now.suspended,
        "domains": [{"domain": domain, "since": iso_text(one.since)} for domain, one in now.activations.items()],
        "history": [
            {"at": iso_text(event.at), "kind": event.kind.value, "domain": event.detail.get("domain")}
            for event in tx.licences.events(one.licence.id)
        ],
    }


def _claims(tx: Tx, store: str, owner: Owner) -> Sequence[Any]:
    return tx.guests.of_customer(store, owner.ref) if owner.kind is OwnerKind.CUSTOMER else ()


def _is_his(detail: Mapping[str, Any], owner: Owner) -> bool:
    return owner.kind is OwnerKind.CUSTOMER and detail.get("customer") == owner.ref


def _audit_line(line: AuditLine) -> dict[str, Any]:
    return {"at": iso_text(line.at), "staff": line.staff, "action": line.action, "subject": line.subject}
