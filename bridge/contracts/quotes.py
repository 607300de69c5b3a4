"""Quotes, and the evidence of what was decided about them (rules C7 to C9). A decision is written once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bridge.contracts.shown_rows import ShownRows
from bridge.domain.quotes import Offer, Quote, QuoteKind


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
