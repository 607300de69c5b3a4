"""How an account is shown with all that belongs to it, and the customers whom a caller may be."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from bridge.cli.coins_shown import balance_document, balance_parts
from bridge.cli.customer import owner_document
from bridge.cli.licences_shown import licence_document, licences_table
from bridge.cli.quotes_shown import subject_of
from bridge.cli.screen import count, line, local, table, utc
from bridge.cli.tickets_shown import state_word
from bridge.contracts.shop_documents import Contact
from bridge.domain.accounts import Owner
from bridge.domain.packages import plan_in_force
from bridge.engine.setup import StoreSetup
from bridge.services.accounts_by_staff import Sheet
from bridge.services.disputes import ChargedBack
from bridge.services.licence_search import LicenceView
from bridge.services.staff_coins import Balance
from bridge.settings import StoreSettings


class Caller(NamedTuple):
    """A customer who has the number or address that was asked for; `balance` is None where he has no account yet."""

    store: StoreSettings
    owner: Owner
    contact: Contact | None
    balance: Balance | None


def sheet_document(store: StoreSettings, found: Sheet, licences: Sequence[LicenceView], at: datetime) -> dict[str, Any]:
    """An account with all that belongs to it, for programs."""
    return balance_document(store, found.balance, at) | {
        "account": found.balance.account.id,
        "rights": list(_rights(store, found, at)),
        "licences": [licence_document(one) for one in licences],
        "tickets": [
            {"ticket": one.id, "subject": one.subject, "opened_at": utc(one.opened_at), "state": state.value}
            for one, state in found.tickets
        ],
        "quotes": [
            {
                "quote": one.id,
                "ticket": one.ticket_id,
                "kind": one.kind.value,
                "state": one.state.value,
                "version": one.offer.version,
                "coins": one.offer.coins,
                "held": one.held,
                "spent": one.spent,
                "valid_until": utc(one.offer.valid_until),
                "lapsed": one.lapsed(at),
            }
            for one in found.quotes
        ],
        "redeemed": [
            {"right": one.right, "domain": one.domain, "ticket": one.ticket_id, "at": utc(when)}
            for one, when in found.redemptions
        ],
        "linked_orders": list(found.linked),
        "frozen_by_staff": [
            {"frozen": one.frozen, "at": utc(one.at), "by": one.staff, "reason": one.reason} for one in found.freezes
        ],
        "chargebacks_by_staff": [
            {"order": one.order_id, "over": one.over, "at": utc(one.at), "by": one.staff, "reason": one.reason}
            for one in found.disputes
        ],
        "problems": [{"problem": one.id, "kind": one.kind, "summary": one.summary} for one in found.problems],
    }


def sheet_parts(store: StoreSettings, found: Sheet, licences: Sequence[LicenceView], at: datetime) -> list[Any]:
    """An account with all that belongs to it, for people."""
    zone = store.zone_info
    parts = balance_parts(store, found.balance, at)
    rights = ", ".join(_rights(store, found, at)) or "none"
    parts += [line(), line(f"Rights now: {rights}")]
    if found.linked:
        parts.append(line(f"Guests' orders linked to it: {', '.join(map(str, found.linked))}"))
    if licences:
        parts += [line(), licences_table((store, one) for one in licences)]
    if found.freezes:
        freezes = [
            ("frozen" if one.frozen else "unfrozen", one.staff, local(one.at, zone), one.reason)
            for one in found.freezes
        ]
        parts += [line(), table("By staff", "Who", "When", "Reason", rows=freezes, words=("Reason",))]
    if found.disputes:
        disputes = [
            (one.order_id, "over" if one.over else "charged back", one.staff, local(one.at, zone), one.reason)
            for one in found.disputes
        ]
        titles = ("Order", "Chargeback", "Recorded by", "When", "Reason")
        parts += [line(), table(*titles, rows=disputes, right=("Order",), words=("Reason",))]
    if found.tickets:
        subjects = [
            (one.id, local(one.opened_at, zone), state_word(state), subject_of(one)) for one, state in found.tickets
        ]
        stands = table("Ticket", "Opened", "State", "Subject", rows=subjects, right=("Ticket",), words=("Subject",))
        parts += [line(), stands]
    if found.quotes:
        quotes = [
            (
                one.id,
                one.ticket_id,
                one.kind.value,
                "lapsed" if one.lapsed(at) else one.state.value,
                one.offer.coins,
                one.held,
                "" if one.spent is None else one.spent,
                local(one.offer.valid_until, zone),
            )
            for one in found.quotes
        ]
        numbers = ("Quote", "Ticket", "Coins", "Held", "Spent")
        heads = ("Quote", "Ticket", "Kind", "State", "Coins", "Held", "Spent", "Valid until")
        parts += [line(), table(*heads, rows=quotes, right=numbers)]
    if found.redemptions:
        redeemed = [(one.right, one.domain, one.ticket_id, local(when, zone)) for one, when in found.redemptions]
        parts += [line(), table("Right", "Redeemed for", "Ticket", "When", rows=redeemed, right=("Ticket",))]
    if found.problems:
        problems = [(one.id, one.kind, one.summary) for one in found.problems]
        parts += [line(), table("Problem", "Kind", "What", rows=problems, right=("Problem",), words=("What",))]
    account = found.balance.account.id
    return [
        *parts,
        line(),
        line(f"What staff did to it: bridge audit --subject account:{account} --store {store.name}"),
    ]


def charged_back_document(store: StoreSettings, done: ChargedBack, *, over: bool, by: str, key: str) -> dict[str, Any]:
    """What came of a chargeback that staff recorded or ended, for programs."""
    owner = done.account.owner
    return {
        "store": store.name,
        "owner": owner_document(owner),
        "order": done.order_id,
        "over": over,
        "changed": done.changed,
        "taken": done.taken,
        "spent_before": done.spent,
        "quotes": done.quotes,
        "frozen": done.account.frozen,
        "frozen_at": utc(done.account.frozen_at),
        "key": key,
        "by": by,
    }


def charged_back_parts(store: StoreSettings, done: ChargedBack, *, over: bool, by: str) -> list[Any]:
    """What came of a chargeback that staff recorded or ended, for people."""
    account, order = done.account, done.order_id
    if not done.changed:
        known = "there is none to end, or its end is recorded already" if over else "it is recorded already"
        return [line(f"Chargeback of order {order}: {known}; nothing was changed.")]
    whose = f"the account of {account.owner} of store {store.name}"
    if over:
        frozen = f"{whose[0].upper()}{whose[1:]} stays frozen until bridge account unfreeze." if account.frozen else ""
        return [
            line(f"{by} ended the chargeback of order {order}. The daemon reads the order again."),
            line("If its status in the shop grants coins, what the chargeback took comes back."),
            *([line(frozen)] if frozen else []),
        ]
    parts = [line(f"{by} recorded that order {order} was charged back: {count(done.taken, 'coin')} taken.")]
    if done.spent:
        parts.append(line(f"{count(done.spent, 'coin')} of it had been spent or had ended before, and stay so."))
    if done.quotes:
        parts.append(line(f"{count(done.quotes, 'quote')} lost what was held of it."))
    return [*parts, line(f"{whose[0].upper()}{whose[1:]} is frozen.")]


def caller_document(one: Caller, at: datetime) -> dict[str, Any]:
    """A customer whom a caller may be, for programs."""
    plan = _plan(one.store, one.balance, at)
    return {
        "store": one.store.name,
        "customer": one.owner.ref,
        "name": one.contact.name if one.contact else "",
        "email": one.contact.email if one.contact else "",
        "phone": one.contact.phone if one.contact else "",
        "available": one.balance.available if one.balance else 0,
        "plan": plan,
        "frozen": one.balance.account.frozen if one.balance else False,
        "telephone_support": _telephone(one.store, plan),
    }


def caller_parts(found: Sequence[Caller], at: datetime) -> list[Any]:
    """The customers whom a caller may be, for people."""
    if not found:
        return [line("No customer has that number or address.")]
    rows = []
    for one in found:
        plan = _plan(one.store, one.balance, at)
        rows.append(
            (
                one.store.name,
                str(one.owner.ref),
                one.contact.name if one.contact else "",
                one.balance.available if one.balance else 0,
                plan or "none",
                "yes" if _telephone(one.store, plan) else "no",
                "yes" if one.balance and one.balance.account.frozen else "",
            )
        )
    heads = ("Store", "Customer", "Name", "Available", "Plan", "Telephone support", "Frozen")
    more = f"{count(len(found), 'customer')}. More about one: bridge account show CUSTOMER --store STORE"
    return [table(*heads, rows=rows, right=("Customer", "Available")), line(), line(more)]


def _plan(store: StoreSettings, balance: Balance | None, at: datetime) -> str | None:
    return plan_in_force(balance.packages, StoreSetup.of(store).plans, at) if balance else None


def _rights(store: StoreSettings, found: Sheet, at: datetime) -> list[str]:
    """The rights of the plan in force, by key (rule P1)."""
    plan = _plan(store, found.balance, at)
    return [key for key, right in StoreSetup.of(store).desk_terms.rights.rights.items() if plan in right.plans]


def _telephone(store: StoreSettings, plan: str | None) -> bool:
    """Whether the plan has telephone support; outside it that is offered as premium (rule P4)."""
    rights = StoreSetup.of(store).desk_terms.rights.rights.values()
    return any(right.kind.value == "telephone" and plan in right.plans for right in rights)
