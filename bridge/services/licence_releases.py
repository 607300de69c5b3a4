"""A customer releases a domain of his licence himself, on his page, so often within so many days (rule L6).

Whatever held that place counts no more from then on; the extension there is told so when it asks next.
"""

from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.contracts.licences import KeyedEvent
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.licence_history import KeptLicence, releases_left
from bridge.domain.licences import BY_CUSTOMER, LicenceEvent, LicenceEventKind
from bridge.errors import LicenceRefused
from bridge.services.licence_moves import changed_events


def release(
    tx: Tx,
    terms: DeskTerms,
    account_id: int,
    licence_id: int,
    domain: str,
    *,
    at: datetime,
    evidence: str,
    again: bool = False,
) -> KeptLicence:
    """Release a domain; `evidence` is the UUID of the signed row that asks for it.

    Raises `LicenceRefused`: `unknown_licence` for one that is not his, `domain_not_in_use`, `no_releases_left`. Done
    `again` after a restore it was allowed then, and there may be nothing left to release.
    """
    one, book = tx.licences.get(terms.store, licence_id), terms.licences
    if one is None or one.now.account_id != account_id:
        raise LicenceRefused("unknown_licence", f"account {account_id} has no licence {licence_id}")
    if domain not in one.now.activations:
        if again:
            return one
        raise LicenceRefused("domain_not_in_use", f"licence {licence_id} is not used on that domain")
    if not again and not releases_left(one.now, at, releases=book.releases, days=book.release_days):
        raise LicenceRefused(
            "no_releases_left",
            f"the owner of licence {licence_id} has released {book.releases} domains in {book.release_days} days",
        )
    event = LicenceEvent(at, LicenceEventKind.RELEASED, {"domain": domain, "by": BY_CUSTOMER})
    keyed = KeyedEvent(licence_id, f"{terms.store}:licence:{licence_id}:released:{evidence}", event)
    kept = tx.licences.record([keyed])
    tx.outbox.add(changed_events(tx, terms.store, [keyed], kept))
    return kept[licence_id]
