"""What an earlier desk has answered: after a restore the shop still shows answers that this desk knows nothing of.

They are signed, so they can be believed: what was refused stays refused, and what was accepted is done again as of the
moment it was received (rule C8). An acceptance is never taken back; where it can't be done again, staff decide.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bridge.contracts.desk import Tx
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey, verifies
from bridge.contracts.stores import FirstSync
from bridge.services.document_parts import OLDER_NAME
from bridge.services.inbox_rows import decoded

ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Told:
    """What a desk before a restore has answered already, by a signed row that the shop still shows."""

    outcome: str
    code: str
    text: Mapping[str, str]
    data: Mapping[str, Any]
    received_at: datetime

    @property
    def accepted(self) -> bool:
        """Whether the customer was told that it was done."""
        return self.outcome == ACCEPTED


def told_before(rows: Iterable[DocumentRow], store: str, keys: Sequence[SigningKey]) -> dict[str, Told]:
    """What the answer rows found in the shop say, by UUID; one that doesn't verify, in its place, says nothing."""
    said = {}
    for key, row in rows:
        if not verifies(keys, DocumentTable.ANSWER, row.payload, row.key_id, row.mac):
            continue
        document = decoded(row.payload)
        if document is not None and (document["store"], document["customer"], document["uuid"]) == (
            store,
            row.customer_id,
            key,
        ):
            received = datetime.fromtimestamp(document["received"], UTC)
            data = _as_now(document["data"])
            said[str(key)] = Told(document["outcome"], document["code"], document["text"], data, received)
    return said


def _as_now(data: Mapping[str, Any]) -> dict[str, Any]:
    """An answer's data with a ticket under its name of today alone."""
    named = {"ticket": data.get("ticket", data[OLDER_NAME])} if OLDER_NAME in data else {}
    return {name: value for name, value in data.items() if name != OLDER_NAME} | named


def orders_caught_up(tx: Tx, store: str) -> bool:
    """Whether all that orders owe has been booked, so that what customers did since can be done again (Restore)."""
    synced = tx.stores.get(store).first_sync is FirstSync.DONE and bool(tx.sync.cursors(store))
    return synced and tx.sync.waiting_count(store) == 0
