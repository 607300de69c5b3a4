"""The price list as the shop was told of it (rule C13): what has changed in the settings gets a new version."""

from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.shop_rows import canonical_json
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.rights import Price


def follow_settings(tx: Tx, terms: DeskTerms) -> int:
    """Take over the price list of the settings; a price that has left them is not listed any more.

    Returns how many lines have changed.
    """
    known, changed = tx.prices.all(terms.store), 0
    for code, price in terms.rights.prices.items():
        words = canonical_json(price_terms(price))
        if code not in known or known[code].terms != words or not known[code].listed:
            tx.prices.save(terms.store, code, terms=words, listed=True)
            changed += 1
    for code, row in known.items():
        if row.listed and code not in terms.rights.prices:
            tx.prices.save(terms.store, code, terms=row.terms, listed=False)
            changed += 1
    return changed


def price_terms(price: Price) -> dict[str, Any]:
    """What is shown of a price."""
    return {"coins": price.coins, "name": dict(price.names), "about": dict(price.about), "rank": price.rank}
