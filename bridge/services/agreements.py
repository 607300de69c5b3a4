"""What staff offer of premium time: a kind of work, its rate and a cap, in versions, each valid for a while (rule W5).

What binds is the exact text that is made of them, so it is kept by version with its hashes. An accepted agreement is
never changed: more time or another kind of work is another one.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bridge.contracts.desk import Tx
from bridge.domain.agreements import Agreement, AgreementOffer, AgreementState, require_cap, require_state
from bridge.domain.chats import ChatContact
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.events import AgreementOffered
from bridge.domain.premium import PremiumKind
from bridge.errors import AgreementRefused
from bridge.locale.agreement_words import agreement_texts
from bridge.locale.quote_words import text_hashes
from bridge.services.chat_offering import show
from bridge.services.coin_moves import note
from bridge.services.premium_parts import about_agreement, agreement_of, contact_of
from bridge.services.quote_parts import MOST_WORDS, ticket_of
from bridge.services.staff_words import require_staff, require_text
from bridge.services.ticket_histories import read_history


def offer(
    tx: Tx,
    terms: DeskTerms,
    contact_id: int,
    *,
    kind: str,
    cap_steps: int,
    by: str,
    at: datetime,
    words: str = "",
    ticket_id: int | None = None,
) -> Agreement:
    """Offer premium time of a `kind`, at most `cap_steps` quarters of an hour of it (rule W5).

    `ticket_id` is the ticket it is about; that is one of the customer that the contact is linked to. Raises
    `AgreementRefused` for a contact, kind or ticket that there is not, a cap out of range, a contact who is blocked;
    `UnknownTicket`, `ImpossibleAmount` for words that are no text.
    """
    contact = contact_of(tx, terms.store, contact_id)
    _require_offerable(tx, terms, contact, ticket_id)
    made = _new_offer(terms, 1, _kind_of(terms, kind), cap_steps, words, by, at)
    agreement = tx.agreements.add(terms.store, contact.id, made, ticket_id=ticket_id)
    return _offered(tx, terms, agreement, by, at, "premium_offer")


def offer_anew(
    tx: Tx, terms: DeskTerms, agreement_id: int, *, kind: str, cap_steps: int, by: str, at: datetime, words: str = ""
) -> Agreement:
    """Offer it as another version, at the rate of now, valid from now; what was shown before can't be accepted (W5).

    Raises `AgreementRefused` for one that binds already or is closed, and as `offer`.
    """
    agreement = agreement_of(tx, terms.store, agreement_id)
    before = (AgreementState.OFFERED, AgreementState.DECLINED, AgreementState.WITHDRAWN)
    require_state(agreement, *before, doing="offering it anew")
    _require_offerable(tx, terms, contact_of(tx, terms.store, agreement.contact_id), agreement.ticket_id)
    made = _new_offer(terms, agreement.offer.version + 1, _kind_of(terms, kind), cap_steps, words, by, at)
    saved = tx.agreements.save(replace(agreement, state=AgreementState.OFFERED, offer=made, acceptance=None))
    return _offered(tx, terms, saved, by, at, "premium_offer_anew")


def withdraw(tx: Tx, terms: DeskTerms, agreement_id: int, *, by: str, at: datetime) -> Agreement:
    """Take back an offer that nobody has accepted. Raises `AgreementRefused` for one that binds or is at an end."""
    agreement = agreement_of(tx, terms.store, agreement_id)
    require_state(agreement, AgreementState.OFFERED, doing="withdrawing it")
    require_staff(by)
    saved = tx.agreements.save(replace(agreement, state=AgreementState.WITHDRAWN))
    note(tx, terms.store, by, "premium_withdraw", f"agreement:{saved.id}", at, version=saved.offer.version)
    return saved


def take_to_ticket(tx: Tx, agreement_ids: Iterable[int], ticket_id: int) -> None:
    """What these agreements are about has become a ticket: its work costs no coins while they are open (rule W7)."""
    for one in tx.agreements.by_ids(set(agreement_ids)).values():
        if one.ticket_id is None and one.state in (AgreementState.OFFERED, AgreementState.ACCEPTED):
            tx.agreements.save(replace(one, ticket_id=ticket_id))


def _require_offerable(tx: Tx, terms: DeskTerms, contact: ChatContact, ticket_id: int | None) -> None:
    """Whether anything may be offered to a contact, about a ticket where it is about one."""
    if contact.blocked:
        raise AgreementRefused("blocked", f"contact {contact.id} is blocked")
    if ticket_id is None:
        return
    ticket, account = ticket_of(tx, terms.store, ticket_id)
    if contact.account_id != account.id:
        raise AgreementRefused("another_customer", f"ticket {ticket.id} is not one of contact {contact.id}")
    into = read_history(tx, ticket).merged_into
    if into is not None:
        raise AgreementRefused("merged", f"ticket {ticket.id} was merged into ticket {into}: offer it about that")


def _kind_of(terms: DeskTerms, key: str) -> PremiumKind:
    kind = terms.premium.kinds.get(key)
    if kind is None:
        known = ", ".join(terms.premium.kinds) or "none"
        raise AgreementRefused("unknown_kind", f"{terms.store} has no kind of premium work {key!r}; it has {known}")
    return kind


def _new_offer(
    terms: DeskTerms, version: int, kind: PremiumKind, cap_steps: int, words: str, by: str, at: datetime
) -> AgreementOffer:
    require_staff(by)
    require_cap(cap_steps, most=terms.premium.most_steps)
    if words:
        require_text(words, what="words", longest=MOST_WORDS)
    texts = agreement_texts(kind, kind.rate, cap_steps, words=terms.premium.hide_numbers(words))
    at = at.replace(microsecond=0)
    until = at + timedelta(days=terms.premium.valid_days)
    return AgreementOffer(version, kind.key, kind.rate, cap_steps, texts, text_hashes(texts), at, until, by)


def _offered(tx: Tx, terms: DeskTerms, agreement: Agreement, by: str, at: datetime, action: str) -> Agreement:
    facts = about_agreement(tx, agreement, at, "offered")
    tx.outbox.add([AgreementOffered(**facts, valid_until=agreement.offer.valid_until)])
    show(tx, terms, agreement, by=by, at=at)
    offer = agreement.offer
    note(
        tx,
        agreement.store,
        by,
        action,
        f"agreement:{agreement.id}",
        at,
        version=offer.version,
        kind=offer.kind,
        rate=str(offer.rate.money),
        steps=offer.cap_steps,
    )
    return agreement
