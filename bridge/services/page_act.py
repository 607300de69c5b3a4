"""What every action on the shop's pages is made of: who does what when, what came of it, and how its data is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account, Owner, OwnerKind
from bridge.domain.desk_terms import DeskTerms
from bridge.domain.entitlement import Entitlement
from bridge.services import files, replying
from bridge.services.inbox_rows import FileNote, Strict
from bridge.services.opening import require_no_flood


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a customer does, in his `language`. `evidence` is the UUID of the signed row.

    `again` says that it is done once more after a restore, so that limits of his pace, which he kept then, don't count.
    `ticket_id` is the number of the ticket that it led to then, and `cover` how that was covered at its opening: he was
    told both, and it stays that. `posted_at` is when he did it by the page's clock. `arrivals` is what came of the
    files that he sent along.
    """

    tx: Tx
    terms: DeskTerms
    customer_id: int
    at: datetime
    evidence: str
    language: str = "en"
    again: bool = False
    ticket_id: int | None = None
    cover: Entitlement | None = None
    posted_at: datetime | None = None
    arrivals: Mapping[str, files.Arrival] = field(default_factory=dict)

    def account(self) -> Account | None:
        """His account, None while he has none."""
        owner = Owner(OwnerKind.CUSTOMER, self.customer_id)
        return self.tx.accounts.of_owners(self.terms.store, [owner]).get(owner)

    def own_account(self) -> Account:
        """His account, opened where he has none: everybody with a shop account can write (rule T1)."""
        owner = Owner(OwnerKind.CUSTOMER, self.customer_id)
        return self.tx.accounts.open(self.terms.store, [owner])[owner]

    def receive(self, account: Account, ticket_id: int, notes: Sequence[FileNote]) -> None:
        """Keep the files of what he has just written. Raises `QuoteRefused`."""
        named = files.named_files(notes)
        files.receive(
            self.tx,
            self.terms,
            account,
            ticket_id,
            named,
            self.arrivals,
            at=self.at,
            posted_at=self.posted_at,
            again=self.again,
        )

    def require_no_flood(self) -> None:
        """Raises `QuoteRefused` where he has opened as many tickets within the hour as he may (rule T12)."""
        if not self.again:
            posted_at = self.posted_at or self.at
            require_no_flood(self.tx, self.terms, self.customer_id, at=self.at, posted_at=posted_at)

    def require_few_messages(self) -> None:
        """Raises `QuoteRefused` where he has written as much within the hour as he may (rule T12)."""
        if not self.again:
            posted_at = self.posted_at or self.at
            replying.require_few_messages(self.tx, self.terms, self.customer_id, at=self.at, posted_at=posted_at)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: its stable word, and the numbers that its sentence and a program need.

    `refused` says that it was not, and that what came of it is to be kept all the same, as a wrong code is counted.
    """

    code: str
    data: Mapping[str, Any] = field(default_factory=dict)
    refused: bool = False


Handler = Callable[[Act, Mapping[str, Any]], Done]
"""Does one kind of thing with the data of its row. Raises the refusals of its service, and `ValidationError`."""
Data = TypeVar("Data", bound=Strict)


def reading(model: type[Data], do: Callable[[Act, Data], Done]) -> Handler:
    """A handler that reads the data of its kind strictly."""
    return lambda act, data: do(act, model.model_validate(data))
