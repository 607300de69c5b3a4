"""Premium time as the rules need it: contacts, agreements, worked time and bills, over one open transaction.

All times are aware datetimes in UTC. Evidence, worked time and lines of bills have no method that changes them; what
words they carry can be erased (rule D2). Agreements and bills are rows of the shop's as well, for contacts that are
linked to a customer; what it shows of who is linked to nobody any more waits too, to be taken off.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from bridge.contracts.shown_rows import ShownRows
from bridge.domain.agreements import Acceptance, Agreement, AgreementOffer
from bridge.domain.bills import Bill, BillDecision, BillLine, OrderPayment
from bridge.domain.chats import ChatContact
from bridge.domain.money import Currency
from bridge.domain.work_time import Segment, Worker


class Said(NamedTuple):
    """What a contact decided about a version of an agreement: `what` is `accept` or `decline`."""

    what: str
    evidence: Acceptance


class Contacts(Protocol):
    def add(
        self, store: str, *, at: datetime, account_id: int | None = None, language: str = "", name: str = ""
    ) -> ChatContact: ...

    def get(self, store: str, contact_id: int) -> ChatContact | None: ...

    def by_ids(self, contact_ids: Iterable[int]) -> dict[int, ChatContact]: ...

    def of_account(self, account_id: int) -> list[ChatContact]:
        """The contacts that are linked to an account, oldest first."""
        ...

    def page(self, store: str, *, after: int, limit: int) -> list[ChatContact]:
        """The store's contacts with an id above `after`, ascending."""
        ...

    def save(self, contact: ChatContact) -> None:
        """Keep language, name, whether he is blocked and whom he is linked to.

        Where that is somebody else than before, his agreements and bills are shown anew.
        """
        ...

    def show_anew(self, account_id: int) -> None:
        """Show an account's agreements and bills anew, also what was kept back: whose they are has changed."""
        ...

    def erase(self, contact_ids: Iterable[int]) -> None:
        """Redact these contacts' names, and staff's and their words about agreements, time and bills.

        What the shop shows of these is shown anew. Hashes, amounts and times stay (rule D2).
        """
        ...


class Agreements(ShownRows[Agreement], Protocol):
    def add(self, store: str, contact_id: int, offer: AgreementOffer, *, ticket_id: int | None = None) -> Agreement:
        """A new agreement with its first version, offered."""
        ...

    def get(self, store: str, agreement_id: int) -> Agreement | None: ...

    def by_ids(self, agreement_ids: Iterable[int]) -> dict[int, Agreement]: ...

    def of_contacts(self, contact_ids: Iterable[int]) -> list[Agreement]:
        """All agreements with these contacts, ascending."""
        ...

    def of_ticket(self, ticket_id: int) -> list[Agreement]: ...

    def latest(self, store: str, *, before: int, limit: int, open_only: bool = False) -> list[Agreement]:
        """The store's agreements with an id below `before`, newest first; of the open, those offered or accepted."""
        ...

    def save(self, agreement: Agreement) -> Agreement:
        """Keep how it stands; it is shown in the shop anew. An offer of a new version is kept beside the older."""
        ...

    def offer_of(self, agreement_id: int, version: int) -> AgreementOffer | None: ...

    def decide(self, agreement_id: int, what: str, evidence: Acceptance) -> None:
        """Keep evidence of a decision: `accept` or `decline`, each once a version."""
        ...

    def said(self, agreement_id: int) -> list[Said]:
        """All decisions about an agreement, in order."""
        ...


class WorkTime(Protocol):
    def add(self, segment: Segment) -> Segment:
        """Keep a new segment; its number is given out here, and its agreement is shown anew.

        Raises `TimeRefused` where its agent, or its agreement, has a timer that runs.
        """
        ...

    def save(self, segment: Segment) -> None:
        """Keep that a running segment waits, goes on, or has ended; its agreement is shown anew.

        One that has ended never changes.
        """
        ...

    def get(self, store: str, segment_id: int) -> Segment | None: ...

    def running(self, worker: Worker) -> Segment | None:
        """The timer that somebody runs, at whichever store."""
        ...

    def running_of(self, contact_id: int) -> list[Segment]:
        """Timers that run for a contact."""
        ...

    def all_running(self, stores: Iterable[str]) -> list[Segment]:
        """All timers that run at these stores."""
        ...

    def of_agreements(self, agreement_ids: Iterable[int]) -> dict[int, list[Segment]]:
        """Segments by agreement, in the order they were begun."""
        ...

    def of_contact(self, contact_id: int) -> list[Segment]: ...

    def of_worker(self, worker: Worker, since: datetime, until: datetime) -> list[Segment]:
        """What somebody worked at any store that reaches into that time, and the timer that he runs."""
        ...

    def between(self, store: str, since: datetime, until: datetime) -> list[Segment]:
        """The store's segments that ended from `since` on and before `until`."""
        ...


class Bills(ShownRows[Bill], Protocol):
    """Drafts are rows too and never shown: whoever pushes leaves them out, as `waiting` and `shown` do."""

    def add(
        self, store: str, contact_id: int, currency: Currency, lines: Sequence[BillLine], *, month: str = ""
    ) -> Bill:
        """A new draft. Raises `BillRefused` where an agreement's time stands in a bill already."""
        ...

    def get(self, store: str, bill_id: int) -> Bill | None: ...

    def by_ids(self, bill_ids: Iterable[int]) -> dict[int, Bill]: ...

    def of_contacts(self, contact_ids: Iterable[int]) -> list[Bill]:
        """All bills of these contacts, ascending."""
        ...

    def of_agreement(self, agreement_id: int) -> Bill | None:
        """The bill that an agreement's time stands in."""
        ...

    def latest(self, store: str, *, before: int, limit: int, open_only: bool = False) -> list[Bill]:
        """The store's bills with an id below `before`, newest first; of the open, those not at an end."""
        ...

    def lines_between(self, store: str, since: datetime, until: datetime) -> list[tuple[Bill, BillLine]]:
        """The lines that were made from `since` on and before `until`, each with its bill."""
        ...

    def save(self, bill: Bill) -> Bill:
        """Keep how it stands, and lines that are new; lines that there are never change. It is shown anew."""
        ...

    def gather(self, into: Bill, drafts: Iterable[Bill]) -> Bill:
        """Move the drafts' lines into another draft, in order; what is left of each is marked as gathered."""
        ...

    def decide(self, bill_id: int, decision: BillDecision) -> None:
        """Keep evidence of a decision."""
        ...

    def decisions(self, bill_id: int) -> list[BillDecision]: ...


class OrderPayments(Protocol):
    """What orders of the shop pay of bills."""

    def of_orders(self, store: str, order_ids: Iterable[int]) -> dict[int, OrderPayment]:
        """What these orders pay, by order."""
        ...

    def of_bill(self, bill_id: int) -> list[OrderPayment]:
        """The orders that have paid a bill, ascending."""
        ...

    def unused(self, store: str, account_id: int) -> list[OrderPayment]:
        """What an account's orders pay that stands and has paid no bill, the oldest order first."""
        ...

    def save(self, store: str, payment: OrderPayment) -> None: ...
