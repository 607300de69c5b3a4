"""Events: what plugins are told after it has been committed.

Each carries a key that is the same at every delivery, so that a receiver can recognise a repeat. Amounts are coins,
money is text; ids are the shop's and the desk's own, never names or texts (rule D1).
"""

from dataclasses import dataclass
from datetime import datetime

from bridge.domain.accounts import Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a store at a moment."""

    key: str
    store: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEvent(Event):
    """Something that happened to one customer's account."""

    owner: Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinsChanged(CustomerEvent):
    """One account's coins changed because of one order, or by staff when `order_id` is None.

    `usable_until` is the last second of the package it is about, where it is about one.
    """

    order_id: int | None
    plan: str | None
    coins: int
    usable_until: datetime | None = None


class CoinsGranted(CoinsChanged):
    """`coins` were granted as a new package."""

    __slots__ = ()


REVOKED, CHARGEBACK = "revoked", "chargeback"
"""Why coins were taken back: the order owes less, or the bank took its payment back, which pauses the account too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinsRevoked(CoinsChanged):
    """`coins` (a positive number) were taken back; `reason` is a stable word, `REVOKED` or `CHARGEBACK` (rule C14)."""

    reason: str = REVOKED


class CoinsReinstated(CoinsChanged):
    """`coins` of an earlier revocation were given back."""

    __slots__ = ()


class CoinsCorrected(CoinsChanged):
    """Staff corrected the account by `coins`, which may be negative (rule C15)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteEvent(CustomerEvent):
    """Something that happened to one version of a quote of `coins` coins; `work` or `inspection` is its `kind`.

    `available` is what the account could spend just after it.
    """

    ticket_id: int
    quote_id: int
    version: int
    kind: str
    coins: int
    available: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteOffered(QuoteEvent):
    """Staff offered it, or a new version of it; it can be approved until `valid_until`.

    `replaces` says that an earlier version had been offered to the customer: a draft of the price list never was.
    """

    valid_until: datetime
    replaces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLapsing(QuoteEvent):
    """It can be approved only until `valid_until`, which is near (rule C8)."""

    valid_until: datetime


class QuoteApproved(QuoteEvent):
    """The customer approved it: its coins are held (rule C7)."""

    __slots__ = ()


class QuoteDeclined(QuoteEvent):
    """The customer declined it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteReleased(QuoteEvent):
    """What was held for it was given back; `reason` is a stable word (cancelled, revised, infeasible, ...).

    `lost` of these coins were gone at once, because their package had ended or was revoked meanwhile (rule C5).
    """

    reason: str
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinsDeducted(QuoteEvent):
    """`spent` coins were deducted for the ticket, `available` remain (rule C17).

    `released` were held besides and came free; `lost` of these were gone at once, because their package had ended or
    was revoked meanwhile (rule C5). `infeasible` says that they pay for finding out that it can't be done (rule C11).
    """

    spent: int
    infeasible: bool = False
    released: int = 0
    lost: int = 0


class HoldOld(QuoteEvent):
    """Its coins have been held for long without being settled or released: for staff (rule C7)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageExpiring(CustomerEvent):
    """`coins` of a package can be used only until `usable_until`, `days` days after `at`.

    `instead_of` are earlier reminders, in days, that were due while nobody could send them.
    """

    package_id: int
    coins: int
    days: int
    usable_until: datetime
    instead_of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageExpired(CustomerEvent):
    """`coins` of a package were forfeited at its end; `instead_of` as with `PackageExpiring`."""

    package_id: int
    coins: int
    available: int
    usable_until: datetime
    instead_of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceLow(CustomerEvent):
    """Less than a part of the newest package, of `of` coins, is available (rule C17)."""

    available: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutLicence(CustomerEvent):
    """Something about one licence of a product, which counts until the end of a day; None for good.

    `goes_on` says that the extension may be used beyond that day: then it is help with it that ends. The licence's own
    key is no part of the event: whoever needs it asks the desk.
    """

    licence_id: int
    product: str
    until: datetime | None
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceChanged(AboutLicence):
    """It was issued, suspended, reinstated, renewed, assigned or released, which is `change` (rules L1, L5).

    `reason` is a stable word for why it was suspended (refunded, chargeback, ...), empty for all else.
    """

    change: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceExpiring(AboutLicence):
    """It ends in `days` days. `instead_of` as with `PackageExpiring`."""

    days: int
    instead_of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceExpired(AboutLicence):
    """It has ended, days of grace included. `instead_of` as with `PackageExpiring`."""

    instead_of: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOpened(CustomerEvent):
    """A customer opened a ticket. `urgent` says that he asks for it to be urgent (rule T3).

    `guaranteed_until` is when it is answered by what he was promised, `best_effort_until` when that is meant to be
    (rule T8); None where nothing is. `continues` is the closed ticket that it goes on with (rule T10). `cover` says who
    pays for help in it and `reason` why, as `bridge.domain.entitlement` has it, by which licence and for which product
    where there are any; empty in a store without licences (rules L2, L4).
    """

    ticket_id: int
    price: str | None = None
    kind: str = "support"
    urgent: bool = False
    continues: int | None = None
    guaranteed_until: datetime | None = None
    best_effort_until: datetime | None = None
    cover: str = ""
    reason: str = ""
    licence_id: int | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReplied(CustomerEvent):
    """A customer wrote about one of his tickets: for staff; `to` names who has taken it, nobody means everybody."""

    ticket_id: int
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAssigned(CustomerEvent):
    """Staff gave one of his tickets to a colleague: for that one, who is named in `to`; `by` is who gave it."""

    ticket_id: int
    to: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAnswered(CustomerEvent):
    """Staff wrote to the customer about one of his tickets."""

    ticket_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketStateChanged(CustomerEvent):
    """A ticket's `state` is another than it `was`, whoever or whatever has changed it (rule T10)."""

    ticket_id: int
    state: str
    was: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgencyDecided(CustomerEvent):
    """Staff decided whether a ticket is `urgent`, now or no longer (rule T3). Their reason stands in the ticket."""

    ticket_id: int
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEvent(CustomerEvent):
    """Something about a ticket's clock (`first_answer`, `next_answer`, `resolution`), which is `due` then: for staff.

    `to` are the names of those who are to be told now. `instead_of` are earlier steps that fell due meanwhile, which
    nobody is told of (rule T7).
    """

    ticket_id: int
    clock: str
    due: datetime
    to: tuple[str, ...]
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWarning(ClockEvent):
    """`percent` of the time for it have passed."""

    percent: int


class ClockBreached(ClockEvent):
    """The time is over: what was guaranteed was not kept."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEscalated(ClockEvent):
    """It has been broken for `hours` hours by the clock on the wall, and those who can help are told."""

    hours: float


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


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestClaimed(CustomerEvent):
    """Somebody who is logged in claims a guest's order: its code goes to the order's address (rule C19).

    `owner` is the guest order. The code itself is no part of the event; the office gives it to whoever mails it.
    """

    claim_id: int
    order_id: int
    language: str


SEVERAL = "several"
"""The kind of an event that stands for several problems; its number is that of the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemOpened(Event):
    """Something waits for staff. `summary` names ids and numbers only."""

    problem_id: int
    kind: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupLate(Event):
    """The desk has not been backed up for `hours` hours: for staff of the named store."""

    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessageReady(Event):
    """A message of ours is to be sent to a contact over `channel`, from our number called `number`.

    `key` is the message's own, once for each time that it becomes ready. Its words, and the contact's address, are no
    part of the event: whoever sends it asks the office for them when it does.
    """

    message_id: int
    conversation_id: int
    number: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatWaiting(Event):
    """A contact wrote on our number called `number`, and waits for somebody: for the staff named in `to`.

    At most one while nobody has answered. `role` is what the number is for, `route` what the conversation is.
    """

    conversation_id: int
    number: str
    role: str
    route: str
    to: tuple[str, ...]


EVENTS: dict[str, type[Event]] = {
    "coins_granted": CoinsGranted,
    "coins_revoked": CoinsRevoked,
    "coins_reinstated": CoinsReinstated,
    "coins_corrected": CoinsCorrected,
    "quote_offered": QuoteOffered,
    "quote_lapsing": QuoteLapsing,
    "quote_approved": QuoteApproved,
    "quote_declined": QuoteDeclined,
    "quote_released": QuoteReleased,
    "coins_deducted": CoinsDeducted,
    "hold_old": HoldOld,
    "package_expiring": PackageExpiring,
    "package_expired": PackageExpired,
    "balance_low": BalanceLow,
    "licence_changed": LicenceChanged,
    "licence_expiring": LicenceExpiring,
    "licence_expired": LicenceExpired,
    "ticket_opened": TicketOpened,
    "ticket_replied": TicketReplied,
    "ticket_assigned": TicketAssigned,
    "ticket_answered": TicketAnswered,
    "ticket_state_changed": TicketStateChanged,
    "urgency_decided": UrgencyDecided,
    "clock_warning": ClockWarning,
    "clock_breached": ClockBreached,
    "clock_escalated": ClockEscalated,
    "agreement_offered": AgreementOffered,
    "agreement_reached": AgreementReached,
    "agreement_declined": AgreementDeclined,
    "timer_warning": TimerWarning,
    "timer_ended": TimerEnded,
    "bill_sent": BillSent,
    "bill_changed": BillChanged,
    "guest_claimed": GuestClaimed,
    "chat_message_ready": ChatMessageReady,
    "chat_waiting": ChatWaiting,
    "problem_opened": ProblemOpened,
    "backup_late": BackupLate,
}
"""Event types by the name they are stored under; the hook is `bridge_` + name."""
