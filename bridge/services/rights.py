"""Rights: what a customer has by his plan, and the redeeming of those that can be had once (rules P1, P2, P4).

A right that can be had once is had once for each shop domain of the store, whoever's package it is, and a second
package gives no second one. Redeeming opens a ticket that costs no coins; the work itself is staff's.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.rights import Redemption, RightBook, RightKind
from bridge.domain.tickets import Author, Message, MessageKind, Ticket
from bridge.errors import BadDomain, RightRefused
from bridge.locale.dates import LANGUAGES, date_text
from bridge.services.coin_moves import note
from bridge.services.domain_names import HostKind, domain_name
from bridge.services.opening import open_ticket
from bridge.services.staff_words import require_staff, require_text
from bridge.services.standing import plan_of
from bridge.services.ticket_standing import tell

MOST_REFERENCE = 200
"""Characters of a licence's reference."""

Redeemed = tuple[Redemption, datetime]
"""A redemption and when it was."""


def redeem(
    tx: Tx,
    terms: DeskTerms,
    account: Account,
    *,
    right: str,
    domain: str,
    at: datetime,
    by: str | None = None,
    number: int | None = None,
) -> tuple[Redemption, Ticket]:
    """Redeem a right for a domain: a ticket without coins is opened, once for all (rule P2).

    `by` is the staff member who does it for the customer, `number` as in `open_ticket`. Raises `RightRefused` for a
    frozen account, a right that isn't redeemed or that his plan doesn't carry now, a domain that is none, and one that
    has had it already.
    """
    if account.frozen:
        raise RightRefused("account_frozen", f"the account of {account.owner} is frozen (rule C15)")
    known = terms.rights.rights.get(right)
    if known is None or known.kind is not RightKind.ONCE:
        raise RightRefused("unknown_right", f"{right} is no right that is redeemed")
    if not terms.rights.allows(right, plan_of(tx, terms, account.id, at)):
        raise RightRefused("right_not_in_plan", f"the plan of {account.owner} does not carry {right} (rule P1)")
    name = normalised_domain(domain)
    if tx.redemptions.find(terms.store, right, name) is not None:
        raise RightRefused("already_redeemed", f"{right} was redeemed for that domain already (rule P2)")
    subject = f"{_name_of(known.names, terms.languages)}: {name}"
    ticket = open_ticket(tx, terms, account, subject=subject, text="", at=at, by=by, number=number, is_right=True)
    said = Message(at, Author.BRIDGE, MessageKind.REDEEMED, name, {"right": right}, by)
    tell(tx, terms, ticket.id, said)
    redemption = Redemption(right, name, account.id, ticket.id)
    tx.redemptions.add(terms.store, redemption, at=at)
    tx.accounts.touch([account.id])
    if by is not None:
        note(tx, terms.store, by, "redeem", f"ticket:{ticket.id}", at, right=right)
    return redemption, ticket


def record_licence(
    tx: Tx, terms: DeskTerms, *, right: str, domain: str, reference: str, by: str, at: datetime
) -> Redemption:
    """Record the licence that was issued for a redeemed right (rule P2).

    Raises `RightRefused` where it was not redeemed for that domain, `ImpossibleAmount` for a reference that says
    nothing.
    """
    require_staff(by)
    require_text(reference, what="licence", longest=MOST_REFERENCE)
    name = normalised_domain(domain)
    found = tx.redemptions.find(terms.store, right, name)
    if found is None:
        raise RightRefused("not_redeemed", f"{right} was not redeemed for {name}")
    reference = reference.strip()
    tx.redemptions.licence(terms.store, right, name, reference)
    note(tx, terms.store, by, "licence", f"ticket:{found.ticket_id}", at, right=right)
    return found._replace(licence=reference)


def redeemed_by(tx: Tx, rights: RightBook, accounts: Iterable[Account]) -> dict[int, list[Redeemed]]:
    """What these accounts have redeemed, by account id; not even looked for where no right is redeemed."""
    if not any(right.kind is RightKind.ONCE for right in rights.rights.values()):
        return {}
    return {account.id: tx.redemptions.of_account(account.id) for account in accounts}


def rights_document(
    rights: RightBook, plans: Collection[str], redeemed: Iterable[Redeemed], *, zone: ZoneInfo, telephone: str
) -> list[dict[str, Any]]:
    """The rights that any of these plans carries, as the account row names them; of redemptions the newest is shown."""
    newest = {one.right: (one, at) for one, at in sorted(redeemed, key=lambda pair: pair[1])}
    return [
        {
            "key": right.key,
            "kind": right.kind.value,
            "name": dict(right.names),
            "plans": sorted(right.plans),
            "redeemed": _redemption_document(newest.get(right.key), zone),
            "value": telephone if telephone and right.kind is RightKind.TELEPHONE else None,
        }
        for right in rights.rights.values()
        if not right.plans.isdisjoint(plans)
    ]


def normalised_domain(written: str) -> str:
    """A shop's domain as it is compared: lower case, ASCII, without `www.`, scheme, port and path.

    Raises `RightRefused` for what is no domain, and for one that only means something on the writer's own machine.
    """
    try:
        found = domain_name(written)
    except BadDomain as refused:
        raise RightRefused("private_domain" if refused.reason == "address" else "bad_domain", str(refused)) from None
    if found.kind is HostKind.PRIVATE:
        raise RightRefused("private_domain", "that name is not one of the public internet")
    return found.name


def _redemption_document(found: Redeemed | None, zone: ZoneInfo) -> dict[str, Any] | None:
    if found is None:
        return None
    day = found[1].astimezone(zone).date()
    return {"domain": found[0].domain, "at_text": {language: date_text(day, language) for language in LANGUAGES}}


def _name_of(names: Mapping[str, str], languages: Iterable[str]) -> str:
    """The name in the first of the store's languages that has one; staff read it too."""
    return next((names[language] for language in languages if language in names), names.get("en", ""))
