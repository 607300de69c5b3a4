"""A licence as its owner reads it: its key, what it is of, its three dates, and the domains that it is used on.

Only what does not change by itself stands in the row: whether it has ended, and how often a domain may still be
released, the page says by its own clock, as of packages (rule C5).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.domain.accounts import Owner, OwnerKind
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licences import MONEY_BACK, LicenceBook, StatusCode, Term
from bridge.locale.dates import LANGUAGES, date_text
from bridge.services.account_pages import PageTerms
from bridge.services.document_parts import document_row, head, taken_away, unix
from bridge.services.domain_names import in_letters


def licence_document(terms: PageTerms, one: KeptLicence, customer_id: int) -> dict[str, Any]:
    """What a licence's row says.

    It counts up to the second `until` and is expiring from `expiring_from` on, None for good. `places` is on how many
    domains it may be used, None on any number. `releases` says how often a domain may be released in so many days,
    and when that was done last.
    """
    now, book = one.now, terms.licences
    return {
        **head(terms, customer_id, one.number),
        "licence": one.licence.id,
        "key": one.licence.key,
        "product": now.product,
        "name": product_names(book, now.product),
        "order": one.licence.order_id,
        "suspended": _suspended(now.suspended),
        "until": _unix(now.counts_until),
        "expiring_from": _expiring_from(one, book),
        **{f"{term}_until": _end(one, now.ends[term]) for term in Term},
        "units": now.units,
        "places": now.domains,
        "domains": [_domain(domain, activation.since) for domain, activation in now.activations.items()],
        "renew_url": book.products[now.product].renew_url if now.product in book.products else "",
        "releases": {
            "most": book.releases,
            "days": book.release_days,
            "used": [unix(at) for at in now.own_releases[-book.releases :]] if book.releases else [],
        },
    }


def _domain(domain: str, since: datetime) -> dict[str, Any]:
    """The name that a release is asked for by; beside it the letters of its language, where it has such."""
    name = in_letters(domain)
    return {"domain": domain, "since": unix(since), **({"name": name} if name != domain else {})}


def licence_rows(tx: Tx, terms: PageTerms, licences: Sequence[KeptLicence]) -> list[DocumentRow]:
    """The rows of these licences; who has no page has none. Of what is on nobody's page any more nothing is left."""
    owners = owners_of(tx, licences)
    rows = []
    for one in licences:
        owner, number = owners[one.licence.id], one.licence.id
        match owner.kind:
            case OwnerKind.CUSTOMER:
                document = licence_document(terms, one, owner.ref)
                rows.append(document_row(terms, DocumentTable.LICENCE, number, document, owner.ref, one.number))
            case OwnerKind.FORMER:  # erased, or somebody else has the number now
                rows.append(taken_away(terms, DocumentTable.LICENCE, number, one.number))
            case OwnerKind.GUEST | OwnerKind.VISITOR | OwnerKind.HOLDER:
                if one.now.passed_on:  # a customer may have had it before
                    rows.append(taken_away(terms, DocumentTable.LICENCE, number, one.number))
    return rows


def owners_of(tx: Tx, licences: Iterable[KeptLicence]) -> dict[int, Owner]:
    """Whose each of these licences is now, by its number."""
    owned = {one.licence.id: one.now.account_id for one in licences}
    accounts = tx.accounts.by_ids(set(owned.values()))
    return {number: accounts[account].owner for number, account in owned.items()}


def product_names(book: LicenceBook, product: str) -> dict[str, str]:
    """A product's names; one that has left the settings goes by its key."""
    known = book.products.get(product)
    return dict(known.names) if known and known.names else {"en": product}


def _suspended(reason: str | None) -> str | None:
    """One of two words: why staff have suspended it is theirs."""
    if reason is None:
        return None
    return (StatusCode.REFUNDED if reason in MONEY_BACK else StatusCode.SUSPENDED).value


def _expiring_from(one: KeptLicence, book: LicenceBook) -> int | None:
    end = one.now.end
    return None if end is None else unix(end - timedelta(days=max(book.expiring_days, default=0)))


def _end(one: KeptLicence, end: datetime | None) -> dict[str, Any] | None:
    if end is None:
        return None
    last_day = end.astimezone(one.now.terms.zone).date()
    return {"at": unix(end), "text": {language: date_text(last_day, language) for language in LANGUAGES}}


def _unix(moment: datetime | None) -> int | None:
    return None if moment is None else unix(moment)
