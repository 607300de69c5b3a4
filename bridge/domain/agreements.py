"""Agreements: what a contact accepted before any minute could be charged (rules W3, W5, W7).

offered → accepted → closed; an offer can be declined, withdrawn, or made anew with another version, which voids what
was shown before. One agreement is one kind of work, its rate, and a cap in whole steps shown also as money. An accepted
one never changes: another kind, a dearer one or more time is another agreement. Nothing here reads a clock: that an
offer has lapsed follows from the moment that is handed in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bridge.domain.money import HourlyRate, Money
from bridge.domain.premium import STEP
from bridge.domain.work_time import Segment, worked_in
from bridge.errors import AgreementRefused


class AgreementState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class AgreementChannel(StrEnum):
    """How an acceptance reached the desk: by the button of the very message, on the shop's page, through staff."""

    CHAT = "chat"
    PAGE = "page"
    STAFF = "staff"


class AgreementOffer(NamedTuple):
    """One version: kind, rate and cap, in the exact words shown, and until when it can be accepted.

    `texts` is the whole text by language and `hashes` the SHA-256 of each (rule C9). `cap_steps` are steps of `STEP`.
    """

    version: int
    kind: str
    rate: HourlyRate
    cap_steps: int
    texts: Mapping[str, str]
    hashes: Mapping[str, str]
    offered_at: datetime
    valid_until: datetime
    staff: str

    @property
    def cap(self) -> timedelta:
        """The most time that may be charged."""
        return self.cap_steps * STEP

    @property
    def cap_money(self) -> Money:
        """The most that it can cost."""
        return self.rate.for_duration(self.cap)


class Acceptance(NamedTuple):
    """The evidence of rule C9: who is the agreement's contact; when, through what, which exact text.

    `evidence` is the UUID of a signed row or the id of the message with the button. `staff` is who recorded it where it
    was not the contact himself, `words` what that rests on; they are erasable (rule D1). A refusal is kept alike.
    """

    version: int
    at: datetime
    channel: AgreementChannel
    text_hash: str
    language: str
    evidence: str
    staff: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement with one contact as it stands. `number` counts its changes, for pushing.

    `ticket_id` is the ticket it is about, where it is about one: that work is never charged in coins meanwhile (W7).
    `closed_at` is when its total was fixed and rounded, `billed_steps` that total; `reason` why it was closed.
    """

    id: int
    store: str
    contact_id: int
    state: AgreementState
    offer: AgreementOffer
    ticket_id: int | None = None
    acceptance: Acceptance | None = None
    closed_at: datetime | None = None
    billed_steps: int | None = None
    number: int = 0

    @property
    def key(self) -> str:
        """What keys about its version begin with."""
        return f"{self.store}:agreement:{self.id}:v{self.offer.version}"

    def lapsed(self, at: datetime) -> bool:
        """Whether it is still offered and can't be accepted any more; its last second counts whole."""
        return self.state is AgreementState.OFFERED and at.replace(microsecond=0) > self.offer.valid_until


def require_cap(steps: int, *, most: int) -> int:
    """Steps that an agreement may be capped at. Raises `AgreementRefused`."""
    if not 1 <= steps <= most:
        quarter = STEP // timedelta(minutes=1)
        words = f"the limit must be {quarter} to {most * quarter} minutes, in whole quarters of an hour"
        raise AgreementRefused("cap", f"{words}, not {steps * quarter} (rule W5)")
    return steps


def require_acceptable(agreement: Agreement, *, version: int, text_hash: str, at: datetime) -> None:
    """Whether this acceptance is of what is offered now (rules W5, C9). Raises `AgreementRefused` saying why not."""
    offer = agreement.offer
    if version != offer.version:
        raise AgreementRefused(
            "agreement_changed", f"version {version} of agreement {agreement.id} was replaced by {offer.version}"
        )
    if text_hash not in offer.hashes.values():
        raise AgreementRefused("text_differs", f"the text shown is not that of agreement {agreement.id}, v{version}")
    if agreement.state is not AgreementState.OFFERED:
        raise AgreementRefused("agreement_state", f"agreement {agreement.id} is {agreement.state}")
    if agreement.lapsed(at):
        raise AgreementRefused(
            "agreement_lapsed",
            f"agreement {agreement.id} could be accepted until {offer.valid_until:%Y-%m-%d %H:%M:%S} UTC",
        )


def accepted(agreement: Agreement, acceptance: Acceptance) -> Agreement:
    """The agreement once it binds."""
    return replace(agreement, state=AgreementState.ACCEPTED, acceptance=acceptance)


def require_state(agreement: Agreement, *allowed: AgreementState, doing: str) -> None:
    """Raises `AgreementRefused` unless the agreement is in one of these states."""
    if agreement.state not in allowed:
        raise AgreementRefused(
            "agreement_state",
            f"agreement {agreement.id} is {agreement.state}: {doing} needs one that is "
            f"{' or '.join(map(str, allowed))}",
        )


def left_of(agreement: Agreement, segments: Iterable[Segment]) -> timedelta:
    """What is left of an agreement's cap after the segments that have ended (rule W5)."""
    return max(agreement.offer.cap - worked_in(segments), timedelta(0))


def billed_steps(worked: timedelta, *, cap_steps: int) -> int:
    """Started steps of all the time worked, rounded up once an agreement, never more than the cap (rule W6)."""
    return min(-(-worked // STEP), cap_steps)
