"""What a customer can do whose ticket no licence covers: renew, buy a package, turn to the official contact (rule L4).

All of it is of the store's settings as they are now; a way that they don't name is left out.
"""

from collections.abc import Mapping
from typing import NamedTuple

from bridge.domain.entitlement import Entitlement
from bridge.domain.licences import LicenceBook
from bridge.domain.plans import PlanBook
from bridge.locale.dates import LANGUAGES
from bridge.locale.entitlement_words import BUY_PACKAGE, CONTACT, RENEW
from bridge.locale.say import say

RENEWAL, PACKAGE, OFFICIAL = "renew", "package", "contact"


class WayOn(NamedTuple):
    """One thing that he can do: a stable word, what it says by language, and its address, empty where it has none."""

    code: str
    text: Mapping[str, str]
    url: str


def ways_on(cover: Entitlement, licences: LicenceBook, plans: PlanBook) -> list[WayOn]:
    """The ways on, the nearest first; none where help is free, or he is to say something first."""
    if not cover.leads_on:
        return []
    product = licences.products.get(cover.product or "")
    renew = product.renew_url if product is not None and cover.licence_id is not None else ""
    ranked = sorted(plans.plans.values(), key=lambda plan: plan.rank)
    buy = next((plan.buy_url for plan in ranked if plan.buy_url), "")
    contact = licences.contact
    found = [WayOn(RENEWAL, _said(RENEW), renew), WayOn(PACKAGE, _said(BUY_PACKAGE), buy)]
    found = [one for one in found if one.url]
    if contact:
        url = contact if contact.startswith(("https://", "http://")) else ""
        found.append(WayOn(OFFICIAL, _said(CONTACT, contact=contact), url))
    return found


def product_names(book: LicenceBook, product: str | None) -> dict[str, str]:
    """A product's names by language; one that has left the settings goes by its key, as `named` has it."""
    known = book.products.get(product or "")
    if known is not None and known.names:
        return dict(known.names)
    return {"en": product} if product is not None else {}


def _said(message: str, **values: object) -> dict[str, str]:
    return {language: say(language, message, **values) for language in LANGUAGES}
