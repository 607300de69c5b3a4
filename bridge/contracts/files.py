"""Files of messages as the rules need them: what the desk's books say of each, and where contents are."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bridge.domain.files import NamedFile, TicketFile
from bridge.domain.tickets import Author


class WaitingFile(NamedTuple):
    """A file of staff's that the shop does not have yet, and the customer it is for."""

    file: TicketFile
    customer_id: int


class Files(Protocol):
    def add(
        self,
        store: str,
        account_id: int,
        ticket_id: int,
        file: NamedFile,
        *,
        author: Author,
        kind: str,
        lost: bool,
        at: datetime,
        posted_at: datetime | None = None,
    ) -> None:
        """A file of the newest text that its sender wrote into the ticket, of the type `kind`.

        `lost` says that its contents are not there.

        `posted_at` is when it was sent by the page's clock.
        """
        ...

    def known(self, store: str, files: Iterable[str]) -> frozenset[str]:
        """Those of these files that are in the books, also where they are erased."""
        ...

    def of_ticket(self, ticket_id: int) -> list[TicketFile]:
        """The files of a ticket's messages in order, but for those that are erased."""
        ...

    def get(self, store: str, file: str) -> TicketFile | None:
        """One file; None where there is none or it is erased."""
        ...

    def sent_within(
        self, store: str, account_id: int, window: timedelta, *, received_at: datetime, posted_at: datetime
    ) -> int:
        """How many files its owner has sent within the window before, by the desk's clock and by the page's.

        What waited while the desk was down is received at once, and was not sent so fast (see `Answers.pace`).
        """
        ...

    def bytes_of(self, store: str, account_id: int) -> int:
        """How many bytes are kept of files its owner has sent."""
        ...

    def bytes_in(self, store: str) -> int:
        """How many bytes are kept of all the store's files, those that are equal counted each."""
        ...

    def used(self, store: str, digests: Iterable[str]) -> frozenset[str]:
        """Those of these contents, by their hash, that a file has."""
        ...

    def waiting(self, store: str, limit: int) -> list[WaitingFile]:
        """Staff's files that the shop does not have yet, the oldest first."""
        ...

    def pushed(self, store: str, file: str) -> None: ...

    def lose(self, store: str, file: str) -> None:
        """The contents of a file are not there."""
        ...

    def erasing(self, store: str, limit: int) -> list[str]:
        """Files that are erased here, and that the shop may still have."""
        ...

    def erased(self, store: str, files: Iterable[str]) -> None:
        """The shop does not have these files any more."""
        ...

    def move(self, messages: Mapping[int, int]) -> None:
        """The files of these messages are those of the other ones from now on; the first are shown anew, without them.

        Nobody has been shown the others yet.
        """
        ...

    def forget_old(self, store: str, before: datetime) -> int:
        """Erase the files that were sent before then; how many (rule D4)."""
        ...

    def redact(self, store: str, message_ids: Iterable[int]) -> int:
        """Erase the files of these messages; how many."""
        ...

    def again(self, store: str) -> None:
        """Push staff's files once more: the shop may have lost them."""
        ...
