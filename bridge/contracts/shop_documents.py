"""The shop as the coin desk needs it: documents shown on its pages, and what customers do there.

Documents (tickets and their messages, quotes, prices, licences, agreements, bills, answers) are signed rows like the
accounts. The inbox is the other way round: rows that the shop's pages write, signed with the store's key, and of which
nothing is believed before the signature is. A shop that was prepared by an earlier release lacks some of these tables:
it goes on with what it has until it is prepared again. Beside them stand notes, a row a name: what the desk says of
itself and of what is on sale, and what the shop's extension says.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from bridge.contracts.shop_rows import SignedRow
from bridge.contracts.tickets import MessageKey
from bridge.domain.cursor import Cursor

MOST_INBOX_BYTES = 65_536
"""No page of ours writes a longer inbox row: 4,000 characters outside the Latin alphabet are 48,000 bytes of ASCII."""


class DocumentTable(StrEnum):
    """Tables of ours in the shop that hold one signed document a row, beside the accounts."""

    QUOTE = "quote"
    PRICE = "price"
    ANSWER = "answer"
    TICKET = "ticket"
    MESSAGE = "message"
    LICENCE = "licence"
    AGREEMENT = "agreement"
    BILL = "bill"


DocumentKey = int | str | MessageKey
"""What says which document it is: its number, the price's code, the answered row's UUID, the message's two numbers."""


class DocumentRow(NamedTuple):
    """One document. What counts the changes of a message is its version; that is its row's `number` here."""

    key: DocumentKey
    row: SignedRow

    @property
    def id(self) -> int:
        """The ticket's, quote's, licence's, agreement's or bill's number."""
        assert isinstance(self.key, int)
        return self.key

    @property
    def message(self) -> MessageKey:
        """Which message it is."""
        assert isinstance(self.key, MessageKey)
        return self.key


class Note(NamedTuple):
    """One note. The desk signs what it notes for the table `meta`; what the shop's extension notes is not signed."""

    payload: str
    key_id: str = ""
    mac: str = ""


class InboxRow(NamedTuple):
    """What a customer did on the shop's page, as found: nothing of it is believed before it has been verified."""

    id: int
    customer_id: int
    uuid: str
    payload: str
    key_id: str
    mac: str


class Contact(NamedTuple):
    """How a customer is addressed: `language` is an ISO 639 code, empty where the shop doesn't say."""

    customer_id: int
    email: str
    name: str
    language: str = ""
    phone: str = ""


class CoinDeskShop(Protocol):
    """One shop's database, as far as the coin desk is concerned."""

    async def push_documents(self, table: DocumentTable, rows: Sequence[DocumentRow]) -> None:
        """Write signed documents. An older version never replaces a newer one; repeating changes nothing.

        Raises `ShopRefused` for a shop that has no such table yet: it must be prepared again.
        """
        ...

    async def documents(self, table: DocumentTable, keys: Sequence[DocumentKey]) -> Sequence[DocumentRow]:
        """Those of these documents that are in the shop, for `ledger verify` and the tests; none without the table."""
        ...

    async def documents_left_behind(
        self, table: DocumentTable, *, epoch: int, after: int, until: int
    ) -> Sequence[DocumentRow]:
        """What of a numbered table is of an epoch before this one, `after` < number <= `until`, ascending; at most 200.

        Quotes, tickets, licences, agreements and bills have numbers. None without the table. Once all has been pushed
        in a new epoch, these are a lost desk's.
        """
        ...

    async def message_keys(self, ticket_ids: Sequence[int]) -> Sequence[MessageKey]:
        """All messages of these tickets that are in the shop, ascending; none without the table.

        A lost desk may have left more of them than their tickets say.
        """
        ...

    async def messages_left_behind(self, *, epoch: int, after: MessageKey) -> Sequence[DocumentRow]:
        """Messages above `after` of an epoch before this one, ascending; at most 200, none without the table.

        Not those of which nothing is left.
        """
        ...

    async def push_note(self, name: str, note: Note) -> None:
        """Write a note in the place of the one of that name. Only after `claim`, which proves whose shop it is."""
        ...

    async def note(self, name: str) -> Note | None:
        """The note of that name; None where there is none."""
        ...

    async def inbox(self, cursor: Cursor) -> Sequence[InboxRow]:
        """The store's inbox rows after `read_after` (at most a page of new ones) and those in older gaps, by id.

        A row of more than `MOST_INBOX_BYTES` comes with an empty payload. A shop without the table has no rows. Where
        the table's ids have begun anew below the cursor (an older dump was put back, an emptied table on an old
        server), the newest rows come whatever their ids: take every row, and know by its UUID what has been done.
        """
        ...

    async def forget_inbox(self, days: int) -> int:
        """Delete the store's inbox rows, and the answers to them, that are older by the server's clock; their number.

        Also a row of unknown age is one of today: a table without usable dates is left alone.
        """
        ...

    async def erase_inbox(self, customer_id: int) -> int:
        """Delete all inbox rows of a customer, and the answers to them (rule D2); how many rows."""
        ...

    async def contacts(self, customer_ids: Sequence[int]) -> Mapping[int, Contact]:
        """How these customers are addressed now; one whom the shop doesn't have is left out."""
        ...

    async def find_customers(self, *, email: str = "", phone: str = "") -> Sequence[int]:
        """Customers with an account and that e-mail address, or that telephone number, ascending; at most 20.

        Addresses are compared without regard to case. Of numbers the digits are compared, and one may be written with
        its country's code and the other without. Customers of other shop ids only where the selected have none.
        """
        ...

    async def order_contact(self, order_id: int) -> Contact | None:
        """Whom an order's mail goes to (rule C19), customer 0 for a guest.

        None where there is no such order of a selected shop, or no address is known for it.
        """
        ...
