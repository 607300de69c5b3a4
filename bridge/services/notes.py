"""What the desk notes in each shop, beside its documents: what is on sale, and how the desk itself is doing.

A note takes the place of the one before, whatever its version: only the desk that has claimed the shop writes any. The
pages show what is on sale; the shop's back office shows the other to who wants to know whether the bridge works.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bridge.contracts.shop_documents import Note
from bridge.contracts.shop_rows import canonical_json, mac_of
from bridge.domain.plans import Plan
from bridge.locale.dates import LANGUAGES
from bridge.locale.service_words import service_text
from bridge.services.account_pages import PageTerms
from bridge.services.document_parts import NOBODY, head, unix
from bridge.services.premium_documents import premium_document

META = "meta"


def page_name(store: str) -> str:
    """The name of the note that says what is on sale."""
    return f"page:{store}"


def status_name(store: str) -> str:
    """The name of the note that says how the desk is."""
    return f"status:{store}"


def storefront_name(store: str) -> str:
    """The name of the note by which the shop's extension says its version."""
    return f"storefront:{store}"


def page_document(terms: PageTerms) -> dict[str, Any]:
    """The plans on sale, best last: name, coins, hours of service in words, where to buy one; and premium time."""
    plans = sorted(terms.plans.plans.values(), key=lambda plan: plan.rank)
    document = {**head(terms, NOBODY, 0), "plans": [_plan_document(plan, terms.zone) for plan in plans]}
    premium = premium_document(terms.premium)
    return document if premium is None else {**document, "premium": premium}


def status_document(
    terms: PageTerms, *, version: str, state: str, problems: int, last_order_read: datetime, at: datetime
) -> dict[str, Any]:
    """How the desk is: `version` is the program's, `state` well, waiting or paused; `problems` wait for staff."""
    return {
        **head(terms, NOBODY, 0),
        "at": unix(at),
        "version": version,
        "state": state,
        "problems": problems,
        "last_order_read": unix(last_order_read),
    }


def signed_note(terms: PageTerms, document: Mapping[str, Any]) -> Note:
    """A document as a note, signed."""
    payload = canonical_json(document)
    return Note(payload, terms.key.id, mac_of(terms.key, META, payload))


def _plan_document(plan: Plan, zone: ZoneInfo) -> dict[str, Any]:
    english = plan.names.get("en", plan.key)
    return {
        "code": plan.key,
        "rank": plan.rank,
        "name": {language: plan.names.get(language, english) for language in LANGUAGES},
        "coins": plan.coins,
        "service": service_text(plan.service, zone),
        "buy": plan.buy_url,
    }
