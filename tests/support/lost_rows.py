"""Rows of tickets and messages as a desk that was lost has left them in the shop."""

from typing import Any

from bridge.contracts.shop_documents import DocumentRow
from bridge.contracts.shop_rows import SigningKey, signed_row
from bridge.contracts.tickets import MessageKey
from tests.support.books import ACME, MONDAY_9AM

KEY = SigningKey("k1", b"k" * 32)


def lost_ticket(*, customer_id: int = 77, number: int = 12, key: SigningKey = KEY, **different: Any) -> DocumentRow:
    """A ticket's row as a lost desk has left it."""
    said: dict[str, object] = {
        "v": 1,
        "store": ACME,
        "customer": customer_id,
        "epoch": 1,
        "number": 4,
        "ticket": number,
        "opened_at": int(MONDAY_9AM.timestamp()),
        "messages": 3,
    }
    row = signed_row(key, "ticket", said | different, customer_id=customer_id, epoch=1, number=4)
    return DocumentRow(number, row)


THREAD = (
    {"by": "customer", "quote": None, "verified": True, "text": {"": "Please."}},
    {"by": "staff", "quote": None, "verified": True, "text": {"": "It is done."}},
    {"by": "bridge", "quote": 1, "verified": True, "text": {"en": "The work has begun."}},
)


def left_message(place: int, *, key: SigningKey = KEY, customer_id: int = 77, **different: Any) -> DocumentRow:
    """A message's row as a lost desk has left it, of ticket 1: one of `THREAD`, a minute after the one before."""
    said = {"v": 1, "store": ACME, "customer": customer_id, "epoch": 1, "version": 1, "ticket": 1, "number": place + 1}
    said |= {"at": int(MONDAY_9AM.timestamp()) + 60 * place, "ms": 0, "files": []} | THREAD[place] | different
    row = signed_row(key, "message", said, customer_id=customer_id, epoch=1, number=1)
    return DocumentRow(MessageKey(1, place + 1), row)
