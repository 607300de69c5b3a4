"""The coin desk as the rules need it: quotes, deadlines, evidence and answers, over one open transaction.

All times are aware datetimes in UTC; all amounts are coins. What is written once (decisions, audit) has no method that
changes it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from bridge.contracts.shown_rows import ShownRows
from bridge.domain.accounts import Account, Owner
from bridge.domain.downtime import Gap
from bridge.domain.quotes import Offer, Quote, QuoteKind
from bridge.domain.rights import Redemption


class Channel(StrEnum):
    """How a decision reached the desk."""

    PAGE = "page"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a customer decided about one version of a quote: the evidence of rule C9.

    `text_hash` is the SHA-256 of the exact text he was shown, in `language`; `evidence` is the UUID of the signed row.
    """

    quote_id: int
    version: int
    what: str
    at: datetime
    account_id: int
    channel: Channel
    coins: int
    text_hash: str = ""
    language: str = ""
    evidence: str = ""


class DeadlineKind(StrEnum):
    """What falls due. The number a deadline refers to is that of a package, quote, ticket, licence or timed segment.

    A package has one deadline at a time: its next reminder, and after the last its end. `FORFEIT` is the end of one
    of which nobody is told. An offer's is the reminder that it is about to lapse, and after that its lapse. A ticket,
    a licence and a running timer have one at a time too: the next moment at which something is to be done about it.
    """

    PACKAGE = "package"
    FORFEIT = "forfeit"
    QUOTE_LAPSING = "quote_lapsing"
    HOLD_OLD = "hold_old"
    TICKET = "ticket"
    LICENCE = "licence"
    TIMER = "timer"


class Deadline(NamedTuple):
    """Something that falls due at a moment."""

    kind: str
    ref: int
    store: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what, when, to what: ids and numbers only (rule D1). `store` is empty for the whole desk."""

    at: datetime
    staff: str
    action: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    store: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one inbox row, as the customer is answered. `document` has the text by language and data.

    `posted_at` is when it was sent by the page's clock, None where the row did not say so as agreed on.
    """

    uuid: str
    customer_id: int
    received_at: datetime
    kind: str
    outcome: str
    code: str
    document: Mapping[str, Any]
    number: int = 1
    posted_at: datetime | None = None

    @property
    def accepted(self) -> bool:
        """Whether what the customer asked for was done."""
        return self.outcome == "accepted"


class PriceRow(NamedTuple):
    """A price as the shop was last told of it; `terms` is the JSON of what is shown."""

    code: str
    terms: str
    listed: bool
    number: int


class Claim(NamedTuple):
    """A customer's claim of a guest's order; `code` is empty once it has ended (rule C19)."""

    id: int
    store: str
    order_id: int
    customer_id: int
    code: str
    asked_at: datetime
    tries: int
    state: str


class Quotes(ShownRows[Quote], Protocol):
    def draft(
        self, store: str, ticket_id: int, account_id: int, kind: QuoteKind, offer: Offer, *, offered: bool
    ) -> Quote:
        """A new quote with its first version; offered at once, or a draft."""
        ...

    def get(self, store: str, quote_id: int) -> Quote | None: ...

    def of_ticket(self, ticket_id: int) -> list[Quote]: ...

    def of_account(self, account_id: int, *, holding: bool = False) -> list[Quote]: ...

    def of_accounts(self, account_ids: Iterable[int]) -> dict[int, list[Quote]]:
        """Quotes by account."""
        ...

    def open(self, store: str, limit: int) -> list[Quote]:
        """Quotes that are not at an end, newest first."""
        ...

    def save(self, quote: Quote) -> Quote:
        """Keep how a quote stands; it is shown in the shop anew. An offer of a new version is kept beside the older."""
        ...

    def offer_of(self, quote_id: int, version: int) -> Offer | None: ...

    def extend(self, quote_id: int, valid_until: datetime) -> None:
        """Move the newest version's deadline (rule C5)."""
        ...

    def offered_between(self, since: datetime, until: datetime) -> list[tuple[str, int]]:
        """Store and number of offered quotes whose deadline lies between two moments."""
        ...

    def decide(self, decision: Decision) -> None:
        """Keep evidence of a decision."""
        ...

    def decisions(self, quote_id: int) -> list[Decision]: ...

    def erase(self, account_id: int) -> None:
        """Redact words and texts; hashes and amounts stay (rule D2)."""
        ...


class Answers(Protocol):
    """What was done with inbox rows; a UUID is done once."""

    def known(self, store: str, uuids: Iterable[str]) -> frozenset[str]: ...

    def add(self, store: str, answer: Answer) -> None: ...

    def get(self, store: str, uuid: str) -> Answer | None: ...

    def pace(
        self,
        store: str,
        customer_id: int,
        window: timedelta,
        *,
        received_at: datetime,
        posted_at: datetime,
        kinds: Collection[str] = (),
        codes: Collection[str] = (),
    ) -> int:
        """How many actions of a customer were received in the `window` up to then, and sent in that up to `posted_at`.

        Both count: what was sent over hours in which the desk was off is received at once, and the page's clock may
        stand still. The ends matter: a clock that was put back leaves some that are still to come. With `kinds` or
        `codes` only accepted ones count that are of these kinds, or that were answered so.
        """
        ...

    def waiting(self, store: str, limit: int) -> list[Answer]: ...

    def shown(self, store: str, since: datetime, *, after: str, limit: int) -> list[Answer]:
        """Answers received since then, with a UUID above `after`, of which the shop has the newest state, ascending."""
        ...

    def pushed(self, store: str, numbers: Mapping[str, int]) -> None: ...

    def again(self, store: str, since: datetime) -> None:
        """Push the answers received since then once more."""
        ...

    def forget(self, store: str, before: datetime) -> int:
        """Forget those received before; the shop has forgotten their rows by then (rule D4)."""
        ...


class Deadlines(Protocol):
    def set(self, deadlines: Iterable[Deadline]) -> None:
        """Keep these; one of the same kind and number is moved."""
        ...

    def due(self, store: str, at: datetime, limit: int) -> list[Deadline]:
        """The store's deadlines up to that moment, earliest first."""
        ...

    def of(self, kinds: Iterable[str], ref: int) -> list[Deadline]: ...

    def first_due(self, stores: Iterable[str]) -> dict[str, datetime]:
        """When the earliest deadline of each of these stores is; a store that has none is left out."""
        ...

    def clear(self, kinds: Iterable[str], ref: int) -> None: ...


class Notices(Protocol):
    """What has been told once and is not told again."""

    def first(self, store: str, key: str, at: datetime) -> bool:
        """Whether this is the first time; it is remembered."""
        ...

    def known(self, store: str, keys: Iterable[str]) -> frozenset[str]:
        """Those of these keys that have been told."""
        ...


class Downtimes(Protocol):
    def last_beat(self) -> datetime | None: ...

    def beat(self, at: datetime) -> None: ...

    def add(self, gap: Gap) -> None: ...

    def all(self) -> list[Gap]: ...


class Prices(Protocol):
    def all(self, store: str) -> dict[str, PriceRow]: ...

    def save(self, store: str, code: str, *, terms: str, listed: bool) -> None: ...

    def waiting(self, store: str, limit: int) -> list[PriceRow]: ...

    def pushed(self, store: str, numbers: Mapping[str, int]) -> None: ...

    def again(self, store: str) -> None: ...


class Redemptions(Protocol):
    def add(self, store: str, redemption: Redemption, *, at: datetime) -> None: ...

    def find(self, store: str, right: str, domain: str) -> Redemption | None: ...

    def of_account(self, account_id: int) -> list[tuple[Redemption, datetime]]: ...

    def licence(self, store: str, right: str, domain: str, reference: str) -> None:
        """Record the licence's reference (rule P2)."""
        ...


class Guests(Protocol):
    """Claims of guests' orders, and the orders that were linked to an account (rule C19)."""

    def claim(self, store: str, order_id: int, customer_id: int, *, code: str, at: datetime) -> Claim: ...

    def open_claim(self, store: str, order_id: int, customer_id: int) -> Claim | None: ...

    def get(self, claim_id: int) -> Claim | None: ...

    def asked_for(self, store: str, order_id: int, since: datetime, until: datetime) -> int:
        """How many codes were asked for an order after `since` and not after `until`."""
        ...

    def asked_by(self, store: str, customer_id: int, since: datetime, until: datetime) -> int:
        """How many codes a customer asked for then, whatever the orders."""
        ...

    def of_customer(self, store: str, customer_id: int) -> list[Claim]: ...

    def tried(self, claim_id: int) -> None: ...

    def close(self, claim_id: int, state: str) -> None:
        """End a claim; its code is forgotten."""
        ...

    def link(self, store: str, order_id: int, account_id: int, *, at: datetime, staff: str | None) -> None: ...

    def linked(self, store: str, order_ids: Iterable[int]) -> dict[int, int]:
        """Accounts by the orders that were linked to them."""
        ...

    def links_to(self, account_id: int) -> list[int]:
        """The orders that were linked to an account, ascending."""
        ...

    def hand_over(self, store: str, order_id: int, guest_account: int, account_id: int) -> None:
        """Let all that a guest's account has be another's: the order, packages, tickets, quotes, redemptions.

        It books nothing: the entries that say so are the service's. What either account's entries say stays.
        """
        ...


class Sent(NamedTuple):
    """A plugin's message to somebody, as far as it is remembered."""

    plugin: str
    key: str
    kind: str
    state: str
    created_at: datetime


class PersonalData(Protocol):
    """What can be erased of somebody, and what has an end by itself (rules D2, D4)."""

    def answers_of(self, store: str, customer_id: int) -> list[Answer]:
        """What he did on his page and was answered, as long as that is remembered."""
        ...

    def sent_to(self, store: str, owner: Owner) -> list[Sent]:
        """Messages to him, waiting or sent."""
        ...

    def forget(self, store: str, account_id: int, owner: Owner) -> None:
        """Erase the texts of his tickets, quotes and answers, his claims, his messages and what tells him from others.

        What is shown in the shop of it is shown anew, without texts. Entries, amounts, hashes and evidence stay.
        """
        ...

    def forget_number(self, store: str, customer_id: int) -> None:
        """Forget what is kept under a customer's number alone: what he was answered, what he claimed, letters to him.

        So that whoever gets the number later finds nothing of it (rule D3). What was done is still known by its UUID.
        """
        ...

    def forget_old_texts(self, store: str, before: datetime) -> int:
        """Erase the texts of tickets, and of their quotes, that are at an end and had nothing new since then.

        Returns how many tickets that were.
        """
        ...

    def forget_sent(self, store: str, before: datetime) -> int:
        """Forget messages queued before then that were sent, or never will be."""
        ...

    def gone(self, store: str, before: datetime) -> list[Account]:
        """Accounts whose customer the shop has not had since before then, or was somebody else's by then (rule D3)."""
        ...


class Audit(Protocol):
    def note(self, line: AuditLine) -> None: ...

    def lines(
        self, *, store: str | None = None, subject: str | None = None, staff: str | None = None, limit: int = 200
    ) -> Sequence[AuditLine]:
        """The newest lines that fit, newest first; a ticket's also under the name that tickets had before."""
        ...
