"""What customers do on the shop's pages: each row once, answered for good (rules C7 to C10, C13, P2, T11, T12).

A row is known by its UUID: what it led to is kept with it, and its answer never changes. What can't be done is refused
with a reason and leaves nothing half done. The moment of an action is its receipt by the desk (rule C8), also after a
restore: then an answer that the shop's page still shows says when that was, and what was accepted is done again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from bridge.contracts.answers import Answer
from bridge.contracts.desk import Tx
from bridge.contracts.problems import AFTER_BACKUP
from bridge.contracts.shop_documents import InboxRow
from bridge.contracts.shop_rows import SigningKey
from bridge.domain.cursor import Cursor
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.entitlement import Entitlement
from bridge.errors import LedgerError, LicenceRefused, NotEnoughCoins, PremiumError, QuoteRefused, RightRefused
from bridge.locale.answers import accepted_text, missing_text, refused_text
from bridge.services.files import Arrival
from bridge.services.inbox_rows import Doubt, Posted, read_row
from bridge.services.page_act import Act, Done
from bridge.services.page_actions import do
from bridge.services.told_before import Told

NOT_OURS = "inbox_refused"
FAILED = "inbox_failed"
MINUTE = timedelta(minutes=1)
NO_FILES: Mapping[str, Arrival] = MappingProxyType({})


class Outcome(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    KNOWN = "known"
    DOUBTED = "doubted"


def handle(
    tx: Tx,
    terms: DeskTerms,
    row: InboxRow,
    keys: Sequence[SigningKey],
    *,
    at: datetime,
    told: Told | None = None,
    cursor: Cursor | None = None,
    arrivals: Mapping[str, Arrival] = NO_FILES,
) -> Outcome:
    """Do what one row asks for, once, and answer it; `cursor` is saved with it where it is the last of its page.

    `told` is what an earlier desk answered: that stands. `arrivals` is what came of its files. Raises what is nobody's
    refusal; nothing is kept then, and `give_up` answers it.
    """
    outcome = _handled(tx, terms, row, keys, at, told, arrivals)
    if cursor is not None:
        tx.sync.save_inbox_cursor(terms.store, cursor)
    return outcome


def give_up(
    tx: Tx,
    terms: DeskTerms,
    row: InboxRow,
    keys: Sequence[SigningKey],
    *,
    at: datetime,
    told: Told | None = None,
    cursor: Cursor | None = None,
) -> Outcome:
    """Answer a row that could not be handled, so that no other waits for it; staff are told."""
    posted = read_row(row, terms.store, keys)
    if isinstance(posted, Posted) and not tx.answers.known(terms.store, [posted.uuid]):
        tx.problems.report(
            terms.store,
            key=f"{FAILED}:{posted.uuid}",
            kind=FAILED,
            summary=f"customer {posted.customer_id}: what he sent on his page ({posted.kind}, inbox row {row.id}) "
            "could not be handled and was refused; the log has the cause",
            at=at,
        )
        answer = _kept(posted, told) if told else _refusal(posted, "failed", at=at)
        tx.answers.add(terms.store, answer)
    if cursor is not None:
        tx.sync.save_inbox_cursor(terms.store, cursor)
    return Outcome.REFUSED


def report_doubted(tx: Tx, terms: DeskTerms, row: InboxRow, doubt: Doubt, *, at: datetime) -> None:
    """Tell staff that the inbox has rows which are not ours, of which this is the newest.

    One problem a store and day: whoever can write rows into the shop could otherwise write problems.
    """
    day = at.astimezone(terms.zone).date()
    tx.problems.report(
        terms.store,
        key=f"{NOT_OURS}:{day}",
        kind=NOT_OURS,
        summary=f"the shop's inbox has rows that no page of ours has written there; the newest is row {row.id}: "
        f"{doubt}. Nothing was done. Either the key file in the shop is an old one, or somebody else writes to "
        "its database",
        at=at,
    )


def _handled(
    tx: Tx,
    terms: DeskTerms,
    row: InboxRow,
    keys: Sequence[SigningKey],
    at: datetime,
    told: Told | None,
    arrivals: Mapping[str, Arrival],
) -> Outcome:
    posted = read_row(row, terms.store, keys)
    if isinstance(posted, Doubt):
        report_doubted(tx, terms, row, posted, at=at)
        return Outcome.DOUBTED
    if tx.answers.known(terms.store, [posted.uuid]):
        return Outcome.KNOWN
    answer = _again(tx, terms, posted, told, arrivals, at) if told else _answer(tx, terms, posted, arrivals, at)
    tx.answers.add(terms.store, answer)
    return Outcome(answer.outcome)


def _answer(tx: Tx, terms: DeskTerms, posted: Posted, arrivals: Mapping[str, Arrival], at: datetime) -> Answer:
    posted_at = posted.posted_at or at
    pace = tx.answers.pace(terms.store, posted.customer_id, MINUTE, received_at=at, posted_at=posted_at)
    if pace >= terms.actions_per_minute:
        return _refusal(posted, "too_many", at=at)
    act = Act(tx, terms, posted.customer_id, at, posted.uuid, posted.language, posted_at=posted_at, arrivals=arrivals)
    try:
        with tx.attempt():
            done = do(act, posted)
        return _refusal(posted, done.code, at=at) if done.refused else _acceptance(posted, done, at=at)
    except NotEnoughCoins as error:
        return _shortage(terms, posted, error, at)
    except (QuoteRefused, RightRefused, LicenceRefused, PremiumError) as error:
        return _refusal(posted, error.reason, at=at)
    except ValidationError:
        return _refusal(posted, "invalid", at=at)


def _again(
    tx: Tx, terms: DeskTerms, posted: Posted, told: Told, arrivals: Mapping[str, Arrival], at: datetime
) -> Answer:
    """What was refused stays refused. What was accepted is done again as of then, and never refused now."""
    if not told.accepted:
        return _kept(posted, told)
    act = Act(
        tx,
        terms,
        posted.customer_id,
        told.received_at,
        posted.uuid,
        posted.language,
        again=True,
        ticket_id=told.data.get("ticket"),
        cover=Entitlement.of(told.data["cover"]) if "cover" in told.data else None,
        arrivals=arrivals,
    )
    try:
        with tx.attempt(), tx.tickets.as_of_then():
            return _acceptance(posted, do(act, posted), at=told.received_at)
    except (LedgerError, PremiumError, ValidationError) as error:
        why = "it can't be read" if isinstance(error, ValidationError) else str(error)
        numbers = ", ".join(f"{name} {value}" for name, value in sorted(told.data.items()) if isinstance(value, int))
        tx.problems.report(
            terms.store,
            key=f"after-backup:inbox:{posted.uuid}",
            kind=AFTER_BACKUP,
            summary=f"customer {posted.customer_id} was told at {told.received_at:%Y-%m-%d %H:%M:%S} UTC, after the "
            f"backup: {told.code} ({numbers or 'no number'}). This desk can't do it again: {why}",
            at=at,
        )
        return _kept(posted, told)


def _acceptance(posted: Posted, done: Done, *, at: datetime) -> Answer:
    text = accepted_text(done.code, **done.data)
    return _written(posted, Outcome.ACCEPTED, done.code, text, done.data, at)


def _refusal(posted: Posted, code: str, *, at: datetime) -> Answer:
    return _written(posted, Outcome.REFUSED, code, refused_text(code), {}, at)


def _shortage(terms: DeskTerms, posted: Posted, error: NotEnoughCoins, at: datetime) -> Answer:
    """How many coins are missing, and the packages on sale that would cover it (rule C10)."""
    missing = error.needed - error.available
    plans = sorted(terms.plans.plans.values(), key=lambda plan: plan.rank)
    covering = [plan for plan in plans if plan.coins >= missing]
    data = {"missing": missing, "available": error.available, "packages": [plan.key for plan in covering]}
    text = missing_text(missing, [(plan.names or {"en": plan.key}, plan.coins) for plan in covering])
    return _written(posted, Outcome.REFUSED, error.code, text, data, at)


def _written(
    posted: Posted, outcome: Outcome, code: str, text: Mapping[str, str], data: Mapping[str, Any], at: datetime
) -> Answer:
    document = {"text": dict(text), "data": dict(data)}
    return Answer(
        posted.uuid, posted.customer_id, at, posted.kind, outcome.value, code, document, posted_at=posted.posted_at
    )


def _kept(posted: Posted, told: Told) -> Answer:
    return _written(posted, Outcome(told.outcome), told.code, told.text, told.data, told.received_at)
