"""Licences as staff look for them: by customer, product and status, and by a key as somebody reads it out (rule L6).

Staff are told what extensions are not: which groups of a key were mistyped, and which store it is of.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from bridge.contracts.desk import Tx
from bridge.contracts.licences import Wanted
from bridge.contracts.shown_rows import ABOVE_ALL
from bridge.domain.accounts import Account, Owner
from bridge.domain.licence_answers import LicenceAnswer, LicenceQuestion
from bridge.domain.licence_history import KeptLicence, status_at
from bridge.domain.licence_keys import normal, wrong_groups
from bridge.domain.licences import LicenceBook, LicenceEvent, LicenceEventKind, Status, StatusCode
from bridge.services import licence_checks
from bridge.services.coin_moves import account_by_id
from bridge.services.domain_names import domain_name
from bridge.services.licence_freshness import is_fresh

PAGE = 500


@dataclass(frozen=True, slots=True)
class LicenceView:
    """A licence of a store, how it stands at a moment, and whose it is.

    `history` only where it was looked for, and with it the `owners` of all accounts that it names.
    """

    kept: KeptLicence
    status: Status
    account: Account
    history: tuple[LicenceEvent, ...] = ()
    owners: Mapping[int, Owner] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a key comes to. `store` is the one that has it, None where none has; `wrong` are groups that were mistyped.

    A key of the vendor's own making has no groups: then all are wrong, and it may be found all the same.
    """

    wrong: tuple[int, ...]
    store: str | None = None
    view: LicenceView | None = None
    answer: LicenceAnswer | None = None


def view_of(tx: Tx, store: str, book: LicenceBook, licence_id: int, *, at: datetime) -> LicenceView | None:
    """A licence with all that happened to it."""
    found = tx.licences.get(store, licence_id)
    if found is None:
        return None
    (view,) = _views(tx, store, book, [found], at)
    history = tuple(tx.licences.events(licence_id))
    named = tx.accounts.by_ids({one.detail["account"] for one in history if one.kind is LicenceEventKind.ASSIGNED})
    owners = {number: account.owner for number, account in named.items()}
    return LicenceView(view.kept, view.status, view.account, history, owners)


def of_account(tx: Tx, store: str, book: LicenceBook, account_id: int, *, at: datetime) -> list[LicenceView]:
    """A customer's licences, newest first."""
    mine = tx.licences.of_accounts([account_id]).get(account_id, [])
    return _views(tx, store, book, mine[::-1], at)


def latest(
    tx: Tx,
    store: str,
    book: LicenceBook,
    *,
    at: datetime,
    limit: int,
    product: str | None = None,
    status: StatusCode | None = None,
) -> list[LicenceView]:
    """The store's licences of that product and status, newest first."""
    found = every(tx, store, book, at=at, product=product, status=status)
    return list(islice(found, limit))


def every(
    tx: Tx,
    store: str,
    book: LicenceBook,
    *,
    at: datetime,
    product: str | None = None,
    status: StatusCode | None = None,
) -> Iterator[LicenceView]:
    """All of them, newest first, read a page at a time."""
    wanted, before = _wanted(product, status, at), ABOVE_ALL
    while page := tx.licences.latest(store, wanted, before=before, limit=PAGE):
        yield from (view for view in _views(tx, store, book, page, at) if status in (None, view.status.code))
        before = page[-1].licence.id


def check(
    tx: Tx, books: Mapping[str, LicenceBook], key: str, *, product: str = "", domain: str = "", at: datetime
) -> Checked:
    """What an extension is told of this key by the first of the stores that knows it. Raises `BadDomain`.

    Without a product it asks as one of the licence's own, without a domain as one that takes no place.
    """
    used_on = domain_name(domain) if domain else None
    wrong = () if normal(key) else wrong_groups(key)
    for store, book in books.items():
        found = tx.licences.by_key(store, licence_checks.spelled(key))
        if found is None:
            continue
        takes, name = (used_on.takes_a_place, used_on.name) if used_on else (False, "")
        question = LicenceQuestion(store, key, name, takes, product or found.licence.product)
        terms, fresh = licence_checks.CheckTerms(store, book), is_fresh(tx, store, at=at)
        answer = licence_checks.answer(found.now, terms, question, at=at, fresh=fresh)
        return Checked(wrong, store, view_of(tx, store, book, found.licence.id, at=at), answer)
    return Checked(wrong)


def _wanted(product: str | None, status: StatusCode | None, at: datetime) -> Wanted:
    """What the desk can tell without working out every history; the last second of an end counts whole."""
    second = at.replace(microsecond=0)
    match status:
        case StatusCode.SUSPENDED | StatusCode.REFUNDED:
            return Wanted(product, suspended=True)
        case StatusCode.EXPIRED:
            return Wanted(product, suspended=False, ended_before=second)
        case StatusCode.ACTIVE | StatusCode.EXPIRING:
            return Wanted(product, suspended=False, not_ended_before=second)
        case StatusCode.UNVERIFIED:
            return Wanted(product, suspended=False)
    return Wanted(product)


def _views(tx: Tx, store: str, book: LicenceBook, licences: Iterable[KeptLicence], at: datetime) -> list[LicenceView]:
    fresh, found = is_fresh(tx, store, at=at), list(licences)
    accounts = tx.accounts.by_ids({one.now.account_id for one in found})
    return [
        LicenceView(
            one,
            status_at(one.now, at, expiring_days=book.expiring_days, fresh=fresh),
            accounts.get(one.now.account_id) or account_by_id(tx, one.now.account_id),
        )
        for one in found
    ]
