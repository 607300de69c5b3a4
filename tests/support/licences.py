"""Licences for tests of the books: two products, and a store that sells them."""

from typing import Any

from bridge.domain.licences import LicenceBook, LicenceTerms, Product
from bridge.domain.purchases import StoreTerms
from tests.support.books import TEHRAN, a_store

SEO, SEO_TOO, RENEW, HALF, MENU = "SEO-1", "SEO-2", "SEO-RENEW", "SEO-HALF", "MENU-1"
SEO_TERMS = LicenceTerms("seo", TEHRAN)
MENU_TERMS = LicenceTerms("menu", TEHRAN, domains=3)
PRODUCTS = LicenceBook(
    [Product(SEO_TERMS, (SEO, SEO_TOO), {RENEW: 12, HALF: 6}, {"en": "SEO"}), Product(MENU_TERMS, (MENU,))]
)


def a_licence_store(**different: Any) -> StoreTerms:
    """The store of `tests.support.books`, which sells licences too."""
    return a_store(**{"licences": PRODUCTS, **different})
