"""Licences for tests of the books: two products, and a store that sells them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Owner
from bridge.domain.licence_history import KeptLicence
from bridge.domain.licences import LicenceBook, LicenceTerms, Product
from bridge.domain.purchases import StoreTerms
from bridge.services import purchases
from tests.support.books import ACME, TEHRAN, a_store, an_order
from tests.support.quoting import CoinDesk, a_coin_desk
from tests.support.tickets import PUBLISHED, TERMS

SEO, SEO_TOO, RENEW, HALF, MENU = "SEO-1", "SEO-2", "SEO-RENEW", "SEO-HALF", "MENU-1"
SEO_TERMS = LicenceTerms("seo", TEHRAN)
MENU_TERMS = LicenceTerms("menu", TEHRAN, domains=3)
PRODUCTS = LicenceBook(
    [Product(SEO_TERMS, (SEO, SEO_TOO), {RENEW: 12, HALF: 6}, {"en": "SEO"}), Product(MENU_TERMS, (MENU,))]
)
RENEWALS, OFFICIAL = "https://shop.example/renew-seo", "https://shop.example/contact"
SOLD = LicenceBook(
    [
        Product(SEO_TERMS, (SEO, SEO_TOO), {RENEW: 12, HALF: 6}, {"en": "SEO pack"}, renew_url=RENEWALS),
        Product(MENU_TERMS, (MENU,), names={"en": "Mega menu"}),
    ],
    contact=OFFICIAL,
)
"""The same products as customers are shown them, with the ways on."""


def a_licence_store(**different: Any) -> StoreTerms:
    """The store of `tests.support.books`, which sells licences too."""
    return a_store(**{"licences": PRODUCTS, **different})


@contextmanager
def a_licence_desk(at: datetime, **different: Any) -> Iterator[CoinDesk]:
    """The desk of a store that sells licences, at that moment; as published it sells coins too."""
    facts = {"plans": PUBLISHED, "tickets": TERMS, "licences": SOLD, **different}
    with a_coin_desk(**facts) as coins:
        coins.now = at
        yield coins


def buys(coins: CoinDesk, *codes: str, order: int = 1042, **different: Any) -> list[KeptLicence]:
    """An order of these is paid, or is what else is said of it; the customer's licences then, oldest first."""
    found = an_order(order, *((code, 1) for code in codes), **different)
    store = a_licence_store(licences=coins.terms.licences, plans=coins.terms.plans)
    coins.desk.run(purchases.book_orders, store, [found], at=coins.later(seconds=1), tell=True)
    assert found.buyer is not None
    return licences_of(coins, found.buyer)


def licences_of(coins: CoinDesk, owner: Owner) -> list[KeptLicence]:
    """A customer's licences, oldest first."""

    def found(tx: Tx) -> list[KeptLicence]:
        account = tx.accounts.of_owners(ACME, [owner]).get(owner)
        return tx.licences.of_accounts([account.id]).get(account.id, []) if account else []

    return coins.desk.look(found)
