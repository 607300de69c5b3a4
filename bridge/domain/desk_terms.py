"""What of a store's settings decides about quotes, rights, reminders, tickets, licences and premium time."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bridge.domain.files import FileTerms
from bridge.domain.licences import LicenceBook
from bridge.domain.plans import PlanBook
from bridge.domain.premium import PremiumTerms
from bridge.domain.rights import RightBook
from bridge.domain.service_hours import ALWAYS, ServiceCalendar
from bridge.domain.ticket_terms import TicketTerms

REMINDER_DAYS = (30, 7, 1)
LOW_PERCENT = 20


@dataclass(frozen=True, slots=True)
class DeskTerms:
    """Days are whole days; `most_coins` is the most one quote may ask for, `inspection_coins` what a look costs.

    `regrant_days` is how long coins can be used that had ended while held, when the vendor cancels (rule C5).
    `service` is when the store itself serves: those who have no plan (rule T3).
    `title` is what customers know the shop by.
    `low_percent` of the newest package is where a balance is called low (rule C17).
    """

    store: str
    zone: ZoneInfo
    plans: PlanBook
    rights: RightBook = field(default_factory=RightBook)
    languages: tuple[str, ...] = ("en",)
    valid_days: int = 14
    remind_days: int = 2
    most_coins: int = 2_000
    inspection_coins: int = 15
    hold_days: int = 60
    regrant_days: int = 30
    low_percent: int = LOW_PERCENT
    reminder_days: tuple[int, ...] = REMINDER_DAYS
    telephone: str = ""
    actions_per_minute: int = 10
    service: ServiceCalendar = ALWAYS
    title: str = ""
    tickets: TicketTerms = field(default_factory=TicketTerms)
    files: FileTerms = field(default_factory=FileTerms)
    licences: LicenceBook = field(default_factory=LicenceBook)
    premium: PremiumTerms = field(default_factory=PremiumTerms)
