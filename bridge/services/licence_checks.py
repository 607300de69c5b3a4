"""Extensions in the field: how a licence stands, using it on a domain, giving the place back (rules L6, L7).

They believe: a key is known to whoever has seen the customer's shop, so it alone takes nothing away from him. What a
token proves is kept as its hash. A licence that is not to be used takes no new place, but gives one back at any time;
one that was sold for good is used also after the help with it has ended.
"""

import hashlib
import hmac
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bridge.contracts.desk import Tx
from bridge.domain.licence_answers import NOT_KNOWN, LicenceAnswer, LicenceQuestion
from bridge.domain.licence_history import KeptLicence, LicenceNow, status_at
from bridge.domain.licence_keys import ALPHABET, normal
from bridge.domain.licences import NO_TOKEN, LicenceBook, LicenceEvent, LicenceEventKind, Status, StatusCode
from bridge.errors import WrongToken
from bridge.services.licence_freshness import is_fresh
from bridge.services.licence_moves import changed_events, next_event

A_DAY = timedelta(days=1)
MOST_ACTIVATIONS = 20
"""Of one licence in 24 hours: each is kept for good, and no shop moves that often."""
BY_EXTENSION = "extension"
_SPELLED = re.compile(f"[{ALPHABET}]{{5}}(?:-[{ALPHABET}]{{5}}){{4}}")


class CheckTerms(NamedTuple):
    """What of a store decides."""

    store: str
    book: LicenceBook


def spelled(key: str) -> str:
    """A key as it is looked up: in the one spelling of ours, else as it stands, for keys of the vendor's own making."""
    return key if _SPELLED.fullmatch(key) else normal(key) or key.strip()


def answer(
    now: LicenceNow | None, terms: CheckTerms, question: LicenceQuestion, *, at: datetime, fresh: bool
) -> LicenceAnswer:
    """What is told of a licence that was found under the question's key in the question's store, or of none.

    Without `fresh` the shop was not read for too long to hold an end against anybody (rule L7).
    """
    if now is None:
        return NOT_KNOWN
    asks_for_place = question.takes_place and now.domains is not None
    status = status_at(
        now,
        at,
        expiring_days=terms.book.expiring_days,
        products=(question.product,),
        domain=question.domain if asks_for_place else None,
        fresh=fresh,
    )
    may_run = status.accepted or (status.code is StatusCode.EXPIRED and now.may_run(at))
    if may_run and question.token and not _proven(now, question, or_not_in_use=True):
        status, may_run = Status(StatusCode.WRONG_DOMAIN), False
    days = terms.book.offline_days
    if status.code is StatusCode.WRONG_PRODUCT:
        return LicenceAnswer(status, offline_days=days)
    return LicenceAnswer(status, now.ends, now.terms.active, may_run, days)


def activate(tx: Tx, terms: CheckTerms, question: LicenceQuestion, *, token: str, at: datetime) -> LicenceAnswer:
    """Use a licence on a domain. `token` is a fresh one, told where the place is taken just now.

    A domain that is in use already stays so, whoever asks: an extension that was installed again goes on working.
    """
    kept = tx.licences.by_key(terms.store, spelled(question.key))
    if kept is None:
        return NOT_KNOWN
    now, known = kept.now, _standing(tx, terms, kept, question, at)
    if not known.may_run:
        return known
    if not question.takes_place or question.domain in now.activations:
        return replace(known, done=True)
    if (now.free_places is not None and now.free_places < 1) or _too_many(tx, kept, at):
        return replace(known, status=Status(StatusCode.DOMAIN_LIMIT), may_run=False)
    detail = {"domain": question.domain, "token_hash": token_hash(token), "version": question.version}
    _record(tx, terms, kept, LicenceEvent(at, LicenceEventKind.ACTIVATED, detail))
    return replace(known, done=True, token=token)


def deactivate(tx: Tx, terms: CheckTerms, question: LicenceQuestion, *, at: datetime) -> LicenceAnswer:
    """Give a domain's place back; one that takes none is given back already. Raises `WrongToken`."""
    kept = tx.licences.by_key(terms.store, spelled(question.key))
    if kept is None:
        return NOT_KNOWN
    known = _standing(tx, terms, kept, question, at)
    if known.status.code is StatusCode.WRONG_PRODUCT:
        return known
    if question.domain in kept.now.activations:
        if not _proven(kept.now, question):
            raise WrongToken("that is not the token of this domain's activation")
        detail = {"domain": question.domain, "by": BY_EXTENSION}
        _record(tx, terms, kept, LicenceEvent(at, LicenceEventKind.RELEASED, detail))
    return replace(known, done=True)


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _standing(tx: Tx, terms: CheckTerms, kept: KeptLicence, question: LicenceQuestion, at: datetime) -> LicenceAnswer:
    """How it stands wherever it is used."""
    anywhere = replace(question, takes_place=False, token="")
    return answer(kept.now, terms, anywhere, at=at, fresh=is_fresh(tx, terms.store, at=at))


def _proven(now: LicenceNow, question: LicenceQuestion, *, or_not_in_use: bool = False) -> bool:
    """Whether the token is that of the domain's activation; of one whose token is lost, as of one not in use."""
    activation = now.activations.get(question.domain)
    if activation is None or activation.token_hash == NO_TOKEN:
        return or_not_in_use
    return hmac.compare_digest(activation.token_hash, token_hash(question.token))


def _too_many(tx: Tx, kept: KeptLicence, at: datetime) -> bool:
    events = tx.licences.events(kept.licence.id)
    recent = [one for one in events if one.kind is LicenceEventKind.ACTIVATED and one.at > at - A_DAY]
    return len(recent) >= MOST_ACTIVATIONS


def _record(tx: Tx, terms: CheckTerms, kept: KeptLicence, event: LicenceEvent) -> None:
    keyed = next_event(kept, event)
    after = tx.licences.record([keyed])
    tx.outbox.add(changed_events(tx, terms.store, [keyed], after))
