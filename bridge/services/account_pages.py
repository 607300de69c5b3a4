"""The account as the shop's page shows it: the whole of it, signed, with a version (rule C16).

Never a delta: a row that comes late or twice changes nothing, because the shop keeps the newest version only. Entries
never change, so the shop is given only those it does not have; their digest in the account row says whether they fit.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bridge.contracts.accounts import PushState
from bridge.contracts.desk import Tx
from bridge.contracts.ledger import NumberedEntry
from bridge.contracts.shop import AccountRows
from bridge.contracts.shop_rows import SignedRow, SigningKey, canonical_json, chain, mac_of, signed_row
from bridge.domain.accounts import Account
from bridge.domain.desk_terms import REMINDER_DAYS
from bridge.domain.licences import LicenceBook
from bridge.domain.packages import Package
from bridge.domain.plans import PlanBook
from bridge.domain.premium import PremiumTerms
from bridge.domain.rights import RightBook
from bridge.locale.dates import LANGUAGES, date_text
from bridge.services.entries import entries_after
from bridge.services.rights import Redeemed, redeemed_by, rights_document

ENTRIES_A_BATCH = 5_000
"""No account is added to a batch that has so many entries: whoever asks the desk next waits until it is made."""


@dataclass(frozen=True, slots=True)
class PageTerms:
    """What an account page needs besides the account: the store, its zone, plans, rights and licensed
    products, premium time, the key, the desk's epoch. It does not show `reminder_days`, on which owners of packages
    are reminded; changed, they are taken up with what it does.

    `telephone` is the number that customers see whose plan has a right to it, `licences` the licensed products,
    `program` the version of the program that makes the rows.
    """

    store: str
    zone: ZoneInfo
    plans: PlanBook
    key: SigningKey
    epoch: int
    rights: RightBook = field(default_factory=RightBook)
    telephone: str = ""
    licences: LicenceBook = field(default_factory=LicenceBook)
    premium: PremiumTerms = field(default_factory=PremiumTerms)
    reminder_days: tuple[int, ...] = REMINDER_DAYS
    program: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows to be pushed, and what the shop will have then, by account id."""

    rows: tuple[AccountRows, ...]
    states: Mapping[int, PushState]


def waiting_batch(tx: Tx, terms: PageTerms, *, at: datetime, limit: int, skip: frozenset[int] = frozenset()) -> Batch:
    """The next accounts to be pushed, at most `limit`, fewer where much has happened on them.

    `skip` names those pushed a moment ago.
    """
    accounts = tx.push.waiting(terms.store, limit, skip=skip)
    states = tx.push.states(account.id for account in accounts)
    packages = tx.ledger.packages_of(account.id for account in accounts)
    redeemed = redeemed_by(tx, terms.rights, accounts)
    rows: list[AccountRows] = []
    after, many = {}, 0
    for account in accounts:
        if many >= ENTRIES_A_BATCH:
            break
        pushed = states[account.id]
        entries, digest = _entry_rows(tx, terms, account, pushed)
        document = account_document(
            terms, account, packages.get(account.id, ()), redeemed.get(account.id, ()), digest=digest, at=at
        )
        row = signed_row(
            terms.key,
            "account",
            document,
            customer_id=account.owner.ref,
            epoch=terms.epoch,
            number=account.number,
        )
        rows.append(AccountRows(row, entries, pushed.entries))
        many += len(entries)
        after[account.id] = PushState(account.number, account.entries, digest)
    return Batch(tuple(rows), after)


def show_new_terms(tx: Tx, terms: PageTerms) -> bool:
    """Push everything again where plans, rights, the telephone, the zone or what is said of licences or
    premium time have changed since the last time, or another version of the program pushed then: it may have said the
    same in another way, and whoever compares would find differences (rule C16).
    """
    digest = _digest_of(terms)
    state = tx.stores.get(terms.store)
    if state.page_terms == digest:
        return False
    if state.page_terms:
        tx.push.refresh(terms.store)
        tx.licences.again(terms.store)
        tx.agreements.again(terms.store)
        tx.bills.again(terms.store)
        tx.tickets.touch_covered(terms.store)
    tx.stores.save(replace(state, page_terms=digest))
    return bool(state.page_terms)


def has_new_terms(tx: Tx, terms: PageTerms) -> bool:
    """Whether `show_new_terms` would push everything again."""
    before = tx.stores.get(terms.store).page_terms
    return bool(before) and before != _digest_of(terms)


def _digest_of(terms: PageTerms) -> str:
    plans = {key: [plan.rank, dict(plan.names)] for key, plan in terms.plans.plans.items()}
    rights = [[one.key, one.kind, sorted(one.plans), dict(one.names)] for one in terms.rights.rights.values()]
    shown = [
        terms.program,
        plans,
        terms.zone.key,
        sorted(terms.reminder_days),
        *([rights, terms.telephone] if rights else []),
    ]
    if terms.licences:
        shown.append([*_licence_terms(terms.licences), terms.licences.contact, terms.plans.buy_url])
    if terms.premium.kinds:
        shown.append({key: dict(kind.names) for key, kind in terms.premium.kinds.items()})
        if terms.premium.pays:
            shown.append([{code: str(pays) for code, pays in terms.premium.pays.items()}, terms.premium.pay_url])
    return hashlib.sha256(canonical_json(shown).encode()).hexdigest()


def account_document(
    terms: PageTerms,
    account: Account,
    packages: Sequence[Package],
    redeemed: Iterable[Redeemed] = (),
    *,
    digest: str,
    at: datetime,
) -> dict[str, Any]:
    """What the account row says; packages that ended empty are left out. The page decides by its clock (rule C5).

    Of the rights those are named that any of the customer's plans carries; which are in force, the page's clock says.
    """
    shown = [package for package in packages if package.usable(at) or package.posted]
    plans = {package.plan for package in packages if package.plan is not None}
    rights = rights_document(terms.rights, plans, redeemed, zone=terms.zone, telephone=terms.telephone)
    return {
        "v": 1,
        "store": terms.store,
        "customer": account.owner.ref,
        "epoch": terms.epoch,
        "number": account.number,
        "frozen": account.frozen,
        "posted": account.posted,
        "held": account.held,
        "plans": {
            plan: {"rank": terms.plans.rank(plan), "name": _plan_names(terms.plans, plan)}
            for plan in dict.fromkeys(package.plan for package in shown if package.plan is not None)
        },
        "packages": [_package_document(package, terms.zone) for package in shown],
        "entries": {"count": account.entries, "digest": digest},
    } | ({"rights": rights} if rights else {})


def entry_document(store: str, customer_id: int, entry: NumberedEntry) -> dict[str, Any]:
    """What an entry's row says; it never changes, so neither does its digest.

    Only an entry that belongs to a quote names one: what was pushed before there were quotes stays as it was.
    """
    one = entry.entry
    work = {"quote": one.quote_id, "ticket": one.ticket_id}
    return {
        "v": 1,
        "store": store,
        "customer": customer_id,
        "number": entry.number,
        "at": int(one.at.timestamp()),
        "kind": one.kind.value,
        "coins": one.posted,
        "held": one.held,
        "packages": [
            {"id": posting.package_id, "coins": posting.posted, "held": posting.held} for posting in one.postings
        ],
        "order": one.order_id,
        "reason": one.reason,
        "posted_after": entry.posted_after,
        "held_after": entry.held_after,
    } | (work if any(number is not None for number in work.values()) else {})


def _licence_terms(book: LicenceBook) -> list[Any]:
    """What of the settings stands in every licence's row, and in that of a ticket which a licence might cover; and on
    which days its owner is reminded.
    """
    products = {key: [dict(product.names), product.renew_url] for key, product in book.products.items()}
    return [products, sorted(book.expiring_days), book.releases, book.release_days]


def _entry_rows(tx: Tx, terms: PageTerms, account: Account, pushed: PushState) -> tuple[tuple[SignedRow, ...], str]:
    rows, digest = [], pushed.digest
    for entry in entries_after(tx, account, pushed.entries):
        payload = canonical_json(entry_document(terms.store, account.owner.ref, entry))
        digest = chain(digest, payload)
        mac = mac_of(terms.key, "entry", payload)
        rows.append(SignedRow(account.owner.ref, terms.epoch, entry.number, payload, terms.key.id, mac))
    return tuple(rows), digest


def _package_document(package: Package, zone: ZoneInfo) -> dict[str, Any]:
    last_day = package.usable_until.astimezone(zone).date()
    return {
        "id": package.id,
        "plan": package.plan,
        "coins": package.coins,
        "posted": package.posted,
        "held": package.held,
        "revoked": package.revoked,
        "usable_until": int(package.usable_until.timestamp()),
        "usable_until_text": {language: date_text(last_day, language) for language in LANGUAGES},
    }


def _plan_names(plans: PlanBook, plan: str) -> Mapping[str, str]:
    """The plan's names; one that has left the settings goes by its key."""
    known = plans.plans.get(plan)
    return dict(known.names) if known else {"en": plan}
