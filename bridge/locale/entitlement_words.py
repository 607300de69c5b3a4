"""Whether help is free and why, as a customer reads it, and as staff do (rules L2, L4).

Each is the reason and what follows from it. Of a writer who has not proven who he is nothing is said but how to.
"""

from collections.abc import Mapping
from typing import NamedTuple

from bridge.domain.entitlement import Entitlement, Reason, Way
from bridge.domain.licences import LicenceBook
from bridge.locale.dates import LANGUAGES
from bridge.locale.say import say

BEFORE_SALE = "Questions before a purchase are answered free of charge."
CHOOSE = "Say which product this is about, so that we can see whether help with it is free of charge for you."
CHOOSE_OTHER = "The licence that you chose is not one of this product. Choose the one that this is about."
VERIFY = "Write from your account page in the shop: only there we can see which licences you have."
REASONS = {
    Reason.ACTIVE: "Your licence of {product} is active.",
    Reason.EXPIRING: "Your licence of {product} is still active.",
    Reason.UNVERIFIED: "We can't look at your licence of {product} at the moment, and take it as active.",
    Reason.EXPIRED: "The help that your licence of {product} includes has ended.",
    Reason.REFUNDED: "The payment for your licence of {product} was given back.",
    Reason.SUSPENDED: "Your licence of {product} is suspended.",
    Reason.NO_LICENCE: "You have no licence of {product}.",
    Reason.WRONG_PRODUCT: "The licence that you chose, of {product}, does not cover this.",
    Reason.PRICE_LIST: "No licence includes work from the price list.",
}
NO_LICENCE = "You have no licence of ours."
"""Where no product is named."""
FOLLOWS = {
    Way.LICENCE: "Help with it is free of charge until this ticket is closed.",
    Way.COINS: "Coins can pay for it. Nothing is deducted without your approval.",
    Way.NO_CLOCK: "Your ticket is accepted. We don't promise by when it is answered.",
}
RENEW = "Renew the licence"
BUY_PACKAGE = "Buy a package of coins"
CONTACT = "Contact us: {contact}"

FOR_STAFF = {
    Way.BEFORE_SALE: "free: a question before a purchase (rule T1)",
    Way.LICENCE: "free: licence {licence} of {product} was {why} at the opening (rules L2, L3)",
    Way.COINS: "paid with coins: {why} (rule L4)",
    Way.NO_CLOCK: "accepted without a clock: {why}, and no package (rule L4)",
    Way.CHOOSE: "to be asked which licence it is about (rule L2)",
    Way.VERIFY: "to be asked: its writer has not proven who he is (rules L2, T11)",
}
"""Staff read English."""
REASONS_FOR_STAFF = {
    Reason.NO_LICENCE: "no licence",
    Reason.WRONG_PRODUCT: "the chosen licence, of {product}, does not cover it",
    Reason.PRICE_LIST: "work from the price list",
    Reason.EXPIRED: "the licence of {product} had ended",
    Reason.REFUNDED: "the licence of {product} was refunded",
    Reason.SUSPENDED: "the licence of {product} was suspended",
}


def entitlement_text(found: Entitlement, names: Mapping[str, str]) -> dict[str, str]:
    """What a customer reads of the decision about his ticket, by language; `names` are those of the product."""
    return {language: _text(language, found, names) for language in LANGUAGES}


RENEWAL, PACKAGE, OFFICIAL = "renew", "package", "contact"
"""The ways on, as programs know them."""


class WayOn(NamedTuple):
    """One thing that he can do: a stable word, what it says by language, and its address, empty where it has none."""

    code: str
    text: Mapping[str, str]
    url: str


def ways_on(found: Entitlement, licences: LicenceBook, buy_url: str) -> list[WayOn]:
    """What a customer can do whom no licence covers: renew, buy a package, turn to the official contact (rule L4).

    All of it is of the store's settings as they are now, and what they don't name is left out. None where help is
    free, or he is to say something first. Where one buys a licence whom there was none of, the shop itself says.
    """
    if not found.leads_on:
        return []
    product = licences.products.get(found.product or "")
    renew = product.renew_url if product is not None and found.licence_id is not None else ""
    ways = [WayOn(RENEWAL, _said(RENEW), renew), WayOn(PACKAGE, _said(BUY_PACKAGE), buy_url)]
    ways = [one for one in ways if one.url]
    if contact := licences.contact:
        url = contact if contact.startswith(("https://", "http://")) else ""
        ways.append(WayOn(OFFICIAL, _said(CONTACT, contact=contact), url))
    return ways


def staff_text(found: Entitlement) -> str:
    """The decision in one line for staff, with the rule that made it."""
    why = REASONS_FOR_STAFF.get(found.reason, found.reason.value).format(product=found.product)
    return FOR_STAFF[found.way].format(licence=found.licence_id, product=found.product, why=why)


def _said(message: str, **values: object) -> dict[str, str]:
    return {language: say(language, message, **values) for language in LANGUAGES}


def _text(language: str, found: Entitlement, names: Mapping[str, str]) -> str:
    match found.way:
        case Way.BEFORE_SALE:
            return say(language, BEFORE_SALE)
        case Way.CHOOSE:
            return say(language, CHOOSE_OTHER if found.reason is Reason.WRONG_PRODUCT else CHOOSE)
        case Way.VERIFY:
            return say(language, VERIFY)
        case _:
            product = names.get(language) or names.get("en") or found.product
            no_licence_at_all = found.reason is Reason.NO_LICENCE and product is None
            reason = say(language, NO_LICENCE if no_licence_at_all else REASONS[found.reason], product=product)
            return f"{reason} {say(language, FOLLOWS[found.way])}"
