"""Licences: the right to one extension, for one customer, bought with one order (rule L1).

A licence is the facts of its making and its history, which is only ever added to; how it stands follows from that
(`bridge.domain.licence_history`). Its terms are frozen when it is made: a later change of the settings touches no
licence that has been sold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

EXPIRING_DAYS = (30, 7, 1)


class Term(StrEnum):
    """Which of a licence's three dates is meant."""

    LICENCE = "licence"
    UPDATES = "updates"
    SUPPORT = "support"


class LicenceTerms(NamedTuple):
    """What was sold, frozen when the licence is made. Months are calendar months; 0 means for good.

    `domains` is how many domains one bought unit may be used on, 0 any number. `active` is the date that decides
    whether the licence counts as active, and for `grace_days` days after it the licence still does. Days end in `zone`.
    """

    product: str
    zone: ZoneInfo
    licence_months: int = 0
    updates_months: int = 12
    support_months: int = 12
    domains: int = 1
    grace_days: int = 0
    active: Term = Term.SUPPORT

    def months(self, term: Term) -> int:
        """For how many months one of the three is bought."""
        return {
            Term.LICENCE: self.licence_months,
            Term.UPDATES: self.updates_months,
            Term.SUPPORT: self.support_months,
        }[term]


class LicenceSource(StrEnum):
    """Where a licence comes from: an order of the shop, staff, the vendor's own table of licences."""

    ORDER = "order"
    STAFF = "staff"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Licence:
    """The facts of a licence's making, which never change. It is `account_id`'s until it is assigned to another.

    `starts_at` is when it was paid, from which its terms run; `issued_at` is when the desk made it.
    """

    id: int
    store: str
    account_id: int
    key: str
    terms: LicenceTerms
    starts_at: datetime
    issued_at: datetime
    source: LicenceSource = LicenceSource.ORDER
    order_id: int | None = None

    @property
    def product(self) -> str:
        """The product that it is a licence of."""
        return self.terms.product


class LicenceEventKind(StrEnum):
    """What happens to a licence; the detail of each is named in `LicenceEvent`."""

    ISSUED = "issued"
    QUANTITY = "quantity"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    RENEWED = "renewed"
    RENEWAL_TAKEN_BACK = "renewal_taken_back"
    RENEWAL_MOVED = "renewal_moved"
    ASSIGNED = "assigned"
    ACTIVATED = "activated"
    RELEASED = "released"
    DATES = "dates"


@dataclass(frozen=True, slots=True)
class LicenceEvent:
    """Something that happened to a licence. `id` is 0 before it is kept; events count in the order they were kept.

    `detail` has, by kind:
    ISSUED, QUANTITY: `units`, how many were bought.
    SUSPENDED: `by`, one of `SuspendedBy`, and `reason`, a stable word. REINSTATED: `by`, and no `reason`.
    RENEWED: `renewal`, its key; `months`; `from_ms`, when it was paid, in milliseconds since 1970 UTC.
    RENEWAL_TAKEN_BACK: `renewal`. RENEWAL_MOVED: `renewal`, and `to`, the licence that it went to.
    ASSIGNED: `account`. ACTIVATED: `domain`, `token_hash`, and the extension's `version`. RELEASED: `domain`, and `by`.
    DATES: what the vendor's own table says: the three ends by `Term`, in milliseconds or None; `domains`; `suspended`,
    a reason or None.
    """

    at: datetime
    kind: LicenceEventKind
    detail: Mapping[str, Any] = field(default_factory=dict)
    staff: str | None = None
    id: int = 0


class SuspendedBy(StrEnum):
    """Who keeps a licence suspended; each lifts only what he has put on."""

    ORDER = "order"
    STAFF = "staff"
    TABLE = "table"


BY_CUSTOMER = "customer"
"""Who released a domain, where it was its owner on his page: he may so often (rule L6)."""
NO_TOKEN = ""
"""In place of a token's hash: nobody knows the token of this domain, a restore has brought it back."""
REFUNDED, CHARGEBACK = "refunded", "chargeback"
"""Why an order suspends a licence: it owes nothing any more, or the bank took the money back."""
MONEY_BACK = frozenset({REFUNDED, CHARGEBACK})


class StaffReason(StrEnum):
    """Why staff suspend a licence: one word of these, which its owner reads in his language.

    The money was given back outside the shop; it was never paid; it is used against its terms; its key has become
    public; something else.
    """

    REFUNDED = REFUNDED
    UNPAID = "unpaid"
    MISUSE = "misuse"
    LEAKED = "leaked"
    OTHER = "other"


class StatusCode(StrEnum):
    """How a licence stands for whoever asks (rule L6). The value is the reason code and stays stable."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REFUNDED = "refunded"
    WRONG_PRODUCT = "wrong_product"
    WRONG_DOMAIN = "wrong_domain"
    DOMAIN_LIMIT = "domain_limit"
    UNVERIFIED = "unverified"
    UNKNOWN = "unknown"


ACCEPTED = frozenset({StatusCode.ACTIVE, StatusCode.EXPIRING, StatusCode.UNVERIFIED})
"""With these the extension works, and help is free."""


class Status(NamedTuple):
    """How a licence stands, and until when that is so: None for good, or where no time changes it."""

    code: StatusCode
    until: datetime | None = None

    @property
    def accepted(self) -> bool:
        """Whether the licence counts."""
        return self.code in ACCEPTED


class Licensed(NamedTuple):
    """What a product code stands for: a product, or `months` more of one, then it is a renewal."""

    product: str
    months: int = 0


@dataclass(frozen=True, slots=True)
class Product:
    """One licensed product: what a bought unit of it is worth, and which codes stand for it and for its renewals.

    `renewals` has the months by product code. `renew_url` is where one is sold, empty where it is not said. `covers`
    are further products that help under its licence is free for.
    """

    terms: LicenceTerms
    product_codes: tuple[str, ...] = ()
    renewals: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    renew_url: str = ""
    covers: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The product's key in the settings."""
        return self.terms.product


class LicenceBook:
    """The licensed products of one store, found by product code or key, and what holds for all its licences.

    `expiring_days` are those before the end on which the customer is reminded; from the first on a licence is
    expiring. `offline_days` is how long a signed statement holds. A customer may release a domain himself `releases`
    times in `release_days` days. `contact` is where those turn whom neither licence nor coins help (rule L4).
    """

    def __init__(
        self,
        products: Iterable[Product] = (),
        *,
        expiring_days: tuple[int, ...] = EXPIRING_DAYS,
        offline_days: int = 14,
        releases: int = 2,
        release_days: int = 365,
        contact: str = "",
    ) -> None:
        self.products = {product.key: product for product in products}
        self.expiring_days, self.offline_days = expiring_days, offline_days
        self.releases, self.release_days = releases, release_days
        self.contact = contact
        self._codes: dict[str, Licensed] = {}
        for product in self.products.values():
            self._codes |= {code: Licensed(product.key) for code in product.product_codes}
            self._codes |= {code: Licensed(product.key, months) for code, months in product.renewals.items()}
        self._folded = {code.strip().casefold(): code for code in self._codes}
        self._named: dict[str, set[str]] = {}
        for key, product in self.products.items():
            for word in (key, *product.names.values(), *product.product_codes):
                self._named.setdefault(_folded(word), set()).add(key)
        self._covering = {key: {key} for key in self.products}
        for key, product in self.products.items():
            for cover in product.covers:
                for covered in self._named.setdefault(_folded(cover), {cover}):
                    self._covering.setdefault(covered, set()).add(key)

    def __bool__(self) -> bool:
        """Whether the store sells licences at all."""
        return bool(self.products)

    def licensed(self, code: str) -> Licensed | None:
        """What a product code stands for today; None where it is neither a product's nor a renewal's."""
        return self._codes.get(code)

    def near_miss(self, code: str) -> str | None:
        """The configured code that `code` equals but for case and blanks, and nothing else."""
        meant = self._folded.get(code.strip().casefold())
        return meant if meant != code else None

    def names(self, product: str) -> Mapping[str, str]:
        """What customers call a product, by language; nothing of one that has left the settings."""
        known = self.products.get(product)
        return known.names if known is not None else {}

    def named(self, text: str) -> str | None:
        """The product that these words name: its key, a name in any language, a code; or one that others cover.

        Letters' case and blanks aside it has to be the whole of it, and of one product alone: a guess would make help
        free by mistake.
        """
        found = self._named.get(_folded(text), set())
        return next(iter(found)) if len(found) == 1 else None

    def covering(self, product: str) -> frozenset[str]:
        """The products whose licence covers help with this one, as `named` has it: its own and those that cover it."""
        return frozenset(self._covering.get(product, ()))

    @property
    def codes(self) -> frozenset[str]:
        """Every product code that stands for a product or a renewal."""
        return frozenset(self._codes)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
