"""Whose a licence may be that names an address alone: equal addresses suggest it, and staff link it (rules C19, L8)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import Contact
from bridge.domain.mapped_licences import address_mark

LICENCES_UNLINKED = "licences_unlinked"
SHOWN = 5


class Suggestion(NamedTuple):
    """A licence that is nobody's yet, and a customer with an equal address."""

    licence_id: int
    customer_id: int


def suggestions(unlinked: Mapping[int, list[int]], contacts: Iterable[Contact]) -> list[Suggestion]:
    """Which of these customers have an address that a licence names; `unlinked` are licences by its mark."""
    return [
        Suggestion(licence, contact.customer_id)
        for contact in contacts
        if contact.email
        for licence in unlinked.get(address_mark(contact.email), ())
    ]


def report_suggestions(tx: Tx, store: str, found: Iterable[Suggestion], *, at: datetime) -> None:
    """Tell staff what they may link, all of it as one problem; it ends when nothing is left to be linked."""
    pairs = sorted(found)
    if not pairs:
        tx.problems.solve(store, [LICENCES_UNLINKED], at)
        return
    named = "; ".join(f"bridge licence assign {one.licence_id} {one.customer_id}" for one in pairs[:SHOWN])
    more = "; …" if len(pairs) > SHOWN else ""
    licences = "a licence names" if len(pairs) == 1 else f"{len(pairs)} licences name"
    tx.problems.report(
        store,
        key=LICENCES_UNLINKED,
        kind=LICENCES_UNLINKED,
        summary=f"{licences} the address of a customer, which proves nothing; if they are theirs: {named}{more}",
        at=at,
        detail={"licences": [one.licence_id for one in pairs], "customers": [one.customer_id for one in pairs]},
        unless_dismissed=True,
    )
