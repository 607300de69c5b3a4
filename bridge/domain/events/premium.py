"""Premium time: agreements, timers and bills. Money is a decimal number as text, beside its currency."""

from dataclasses import dataclass
from datetime import datetime

from bridge.domain.accounts import Owner
from bridge.domain.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiumEvent(Event):
    """Something about premium time with one contact; `owner` is the customer he is linked to, None for nobody."""

    contact_id: int
    owner: Owner | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementEvent(PremiumEvent):
    """Something about one version of an agreement: `work` at `rate` an hour for at most `cap_minutes`, `cap` in money.

    Money is a decimal number as text, of `currency`. `ticket_id` is the ticket it is about, where it is about one.
    """

    agreement_id: int
    version: int
    work: str
    rate: str
    cap_minutes: int
    cap: str
    currency: str
    ticket_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementOffered(AgreementEvent):
    """Staff offered it, or a new version of it; it can be accepted until `valid_until` (rule W5)."""

    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementReached(AgreementEvent):
    """The contact accepted it, through `channel` (`chat`, `page`, `staff`): its time can be charged (rule W5)."""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDeclined(AgreementEvent):
    """The contact declined it, through `channel`."""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerEvent(PremiumEvent):
    """Something about a running timer of `agent`, for him; `agreement_id` is None for time that is never charged.

    `ending` is why it ends: `waited`, `cap`, `forgotten`, or by whom it was ended: `stopped`, `moved`.
    """

    segment_id: int
    agent: str
    agreement_id: int | None
    ending: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerWarning(TimerEvent):
    """It ends by itself in `minutes` minutes (rule W6)."""

    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerEnded(TimerEvent):
    """It has ended by itself after `seconds` seconds; `flagged` where nobody has chosen that (rule W6)."""

    seconds: int
    flagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BillEvent(PremiumEvent):
    """Something about a bill of `amount`, a decimal number as text, of `currency`; `month` as in `2026-11-01`.

    `month` is empty for the bill of one agreement.
    """

    bill_id: int
    amount: str
    currency: str
    month: str = ""


class BillSent(BillEvent):
    """The final statement is the contact's to read: it comes before the bill (rule W8)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BillChanged(BillEvent):
    """Its `state` is another than it `was`, or it was `corrected` by a line of its own (rule W8)."""

    state: str
    was: str
    corrected: bool = False
