"""What a contact decides about an agreement: accept or decline, by himself or recorded by staff (rules W5, C9).

Each leaves evidence that is kept for good. The same decision again, through whatever channel, changes nothing.
"""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bridge.contracts.desk import Tx
from bridge.domain.agreements import (
    Acceptance,
    Agreement,
    AgreementChannel,
    AgreementState,
    accepted,
    require_acceptable,
    require_state,
)
from bridge.domain.bills import Bill
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import AgreementDeclined, AgreementReached
from bridge.errors import AgreementRefused
from bridge.services.coin_moves import note
from bridge.services.premium_parts import about_agreement, agreement_of
from bridge.services.staff_words import require_staff, require_text

MOST_EVIDENCE = 2_000
"""Characters of staff's own words about what an acceptance rests on."""
BOUND = (AgreementState.ACCEPTED, AgreementState.CLOSED)
"""States in which it was accepted."""


class Decider(NamedTuple):
    """Who decides, through what: a contact by a button in his chat, a customer on his page, or staff for the contact.

    `evidence` is the UUID of the page's row or the id of the pressed message; `words` are what staff rest on. Exactly
    one of `contact_id`, `account_id` and `staff` is set, as `channel` says.
    """

    channel: AgreementChannel
    evidence: str = ""
    contact_id: int | None = None
    account_id: int | None = None
    staff: str | None = None
    words: str = ""


def accept(
    tx: Tx, terms: DeskTerms, agreement_id: int, who: Decider, *, version: int, text_hash: str, at: datetime
) -> Agreement:
    """Accept an offer in the words that were shown; from now on its time can be charged (rule W5).

    `at` is its receipt by the desk. Raises `AgreementRefused`: not his, another version, other words, lapsed, declined;
    `ImpossibleAmount` where staff don't say what it rests on.
    """
    agreement = agreement_of(tx, terms.store, agreement_id)
    require_whose(tx, agreement, who)
    same = version == agreement.offer.version and text_hash in agreement.offer.hashes.values()
    if agreement.state in BOUND and same:
        return agreement
    require_acceptable(agreement, version=version, text_hash=text_hash, at=at)
    evidence = _evidence(terms, agreement, who, text_hash, at)
    saved = tx.agreements.save(accepted(agreement, evidence))
    tx.agreements.decide(saved.id, "accept", evidence)
    tx.outbox.add([AgreementReached(**about_agreement(tx, saved, at, "reached"), channel=who.channel.value)])
    if who.staff is not None:
        note(tx, terms.store, who.staff, "premium_accept", f"agreement:{saved.id}", at, version=version)
    return saved


def decline(tx: Tx, terms: DeskTerms, agreement_id: int, who: Decider, *, version: int, at: datetime) -> Agreement:
    """Decline an offer; a second time changes nothing. Raises `AgreementRefused` for one not open, or not his."""
    agreement = agreement_of(tx, terms.store, agreement_id)
    require_whose(tx, agreement, who)
    if version != agreement.offer.version:
        raise AgreementRefused(
            "agreement_changed", f"version {version} of agreement {agreement.id} is not the newest any more"
        )
    if agreement.state is AgreementState.DECLINED:
        return agreement
    require_state(agreement, AgreementState.OFFERED, doing="declining it")
    evidence = _evidence(terms, agreement, who, "", at)
    saved = tx.agreements.save(replace(agreement, state=AgreementState.DECLINED))
    tx.agreements.decide(saved.id, "decline", evidence)
    tx.outbox.add([AgreementDeclined(**about_agreement(tx, saved, at, "declined"), channel=who.channel.value)])
    if who.staff is not None:
        note(tx, terms.store, who.staff, "premium_decline", f"agreement:{saved.id}", at, version=version)
    return saved


def require_whose(tx: Tx, thing: Agreement | Bill, who: Decider) -> None:
    """Whether it is his to decide; to anybody else there is no such thing. Raises `AgreementRefused`.

    Staff must be named and say what they rest on: `ImpossibleAmount`.
    """
    if who.staff is not None:
        require_staff(who.staff)
        require_text(who.words, what="evidence", longest=MOST_EVIDENCE)
        return
    contact = tx.contacts.by_ids([thing.contact_id])[thing.contact_id]
    his = who.account_id is not None and contact.account_id == who.account_id
    if not his and (who.contact_id is None or who.contact_id != contact.id):
        kind = "agreement" if isinstance(thing, Agreement) else "bill"
        raise AgreementRefused(f"unknown_{kind}", f"there is no {kind} {thing.id} with that contact")


def _evidence(terms: DeskTerms, agreement: Agreement, who: Decider, text_hash: str, at: datetime) -> Acceptance:
    hashes = agreement.offer.hashes
    language = next((name for name, one in hashes.items() if one == text_hash), "")
    version, words = agreement.offer.version, terms.premium.hide_numbers(who.words.strip())
    return Acceptance(version, at, who.channel, text_hash, language, who.evidence, who.staff, words)
