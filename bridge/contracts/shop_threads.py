"""The shop's own customer service, where a platform has one: threads that customers and the back office write into.

It believes: nothing there proves who wrote. A contact form takes any address, so every message is unverified, also one
of a thread that belongs to a customer (rule T11). Rows only grow; a thread or a message can be deleted at any time and
leaves nothing behind. Texts are hostile, dates are whatever the shop's clock said: both are only shown. What the desk
writes stands in the same tables and is known again by the desk's own link rows, never by anything in a text.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from bridge.domain.cursor import Cursor

MOST_CHARACTERS = 100_000
"""Of a message no more is read; what is longer ends with words that say so."""

MESSAGE_IDS = "message"
"""What the ids of messages are called in `next_ids` and as a cursor."""


class NativeStatus(StrEnum):
    """Where a thread stands in the shop's back office."""

    OPEN = "open"
    PENDING1 = "pending1"
    PENDING2 = "pending2"
    CLOSED = "closed"


class NativeThread(NamedTuple):
    """One thread. `customer_id` is 0 for a visitor: nobody, a guest, or a customer who is gone.

    `language` is an ISO 639 code, empty where the shop doesn't say; ids of orders and products are None where there
    are none.
    """

    id: int
    shop_id: int
    customer_id: int
    email: str
    language: str
    order_id: int | None
    product_id: int | None
    status: NativeStatus


class NativeMessage(NamedTuple):
    """One message. `thread_id` is 0 where the thread is gone or of another shop id: then only the id counts.

    `at` is UTC, by the shop's zone, None for a date that is none. `employee_id` is 0 for the customer. `text` is plain:
    no markup, no control characters, no overrides of direction. `forwarded` is what the back office notes when it sends
    a thread to somebody outside: words of the staff, but no answer. `file_name` is what the shop calls a file that is
    attached, empty without one.
    """

    id: int
    thread_id: int
    at: datetime | None
    employee_id: int
    text: str
    private: bool
    forwarded: bool
    file_name: str
    order_id: int | None
    product_id: int | None


class ThreadStatus(NamedTuple):
    """A thread's id and where it stands."""

    id: int
    status: NativeStatus


class ThreadShop(Protocol):
    """One shop's customer service. Every method raises `ShopUnavailable` or `ShopRefused` as the adapter's others."""

    async def messages(self, cursor: Cursor) -> Sequence[NativeMessage]:
        """Messages that the cursor has not seen, ascending by id: a page of new ones, and those found in its gaps.

        None means that there is nothing new. Every id that is there comes, so that the cursor can pass it; a page may
        be short where texts are long.
        """
        ...

    async def threads(self, thread_ids: Collection[int]) -> Mapping[int, NativeThread]:
        """Those of these threads that are there and of a selected shop id."""
        ...

    async def thread_statuses(self, *, after: int, page: int) -> Sequence[ThreadStatus]:
        """The statuses of at most `page` threads with ids above `after`, ascending; none at the end.

        A status changes without a row or a date that tells of it, and a deleted thread is only missing: compare.
        """
        ...

    async def write_reply(self, uuid: str, *, thread_id: int, employee_id: int, text: str) -> int:
        """Write a public reply of the staff into a thread; the id of its row.

        Called again with the same UUID, also after a crash at any point, it gives the row that is there and writes
        none.
        The text loses its angle brackets, and letters that the shop's table has no place for are named in words. Raises
        `ThreadGone`, or `EmployeeGone` for an employee that is not there or not active; then nothing was written.
        """
        ...

    async def written(self, message_ids: Collection[int]) -> Mapping[int, str]:
        """Which of these messages the desk wrote, each with the UUID of its reply."""
        ...

    async def set_status(self, thread_id: int, status: NativeStatus, *, expected: NativeStatus) -> bool:
        """Give a thread another status if it still has the expected one; whether it has the wanted one now.

        False: it is gone, or somebody has changed it meanwhile.
        """
        ...

    async def employees(self, employee_ids: Collection[int]) -> Mapping[int, bool]:
        """Those of these employees that are there, each with whether he is active."""
        ...
