"""After a restore with other keys: what the lost desk left and nobody can check is not written over unasked.

Such a row may say that a customer's words were erased after the backup, or what staff answered then (rules D2, T1).
Until the old key is back, or staff let go of what the rows say, their tickets and quotes stay off the pages.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bridge.contracts.desk import Tx
from bridge.contracts.problems import AFTER_BACKUP
from bridge.contracts.shop_documents import DocumentRow, DocumentTable
from bridge.contracts.shop_rows import SigningKey
from bridge.services.document_parts import shown_part

UNPROVEN = "after-backup:unproven"
"""The key of the problem, one a store."""
UNCHECKED = "unchecked"
"""The name in its detail under which the epoch stands."""


def hold_unproven_up(
    tx: Tx,
    store: str,
    table: DocumentTable,
    rows: Iterable[DocumentRow],
    keys: Sequence[SigningKey],
    *,
    epoch: int,
    at: datetime,
) -> frozenset[int]:
    """Keep those of these numbered documents off the pages whose rows are signed with a key that is not here.

    `rows` are of an earlier epoch, as found in the shop. Staff are told once. Nothing is held up any more once they
    have let go in this `epoch`. A row that names a key of ours and does not verify is a forged one, and says nothing.
    """
    known = {key.id for key in keys}
    found = frozenset(one.id for one in rows if one.row.key_id and one.row.key_id not in known)
    if not found or has_let_go(tx, store, epoch):
        return frozenset()
    shown_part(tx, table).hold_up(found)
    tx.problems.report(
        store,
        key=UNPROVEN,
        kind=AFTER_BACKUP,
        summary="tickets and offers in the shop are signed with a key that this desk does not have, so what they say "
        "of the time after the backup can't be believed: which words were erased, and what staff answered. They stay "
        "off the customers' pages until the old key files are back in keys/. Where these are lost, a retry writes over "
        "those rows; erase again, before it, whom you have erased since the backup",
        at=at,
        detail={UNCHECKED: epoch},
        unless_dismissed=True,
    )
    return found


def look_again(tx: Tx, store: str) -> int:
    """Look those up once more that were kept off the pages: there are other keys now. Returns how many."""
    if not tx.problems.known(store, [UNPROVEN]):
        return 0  # spares the look through all of them
    parts = (tx.tickets, tx.quotes, tx.licences, tx.agreements, tx.bills)
    return sum(part.take_up(store) for part in parts)


def settle(tx: Tx, store: str, *, at: datetime) -> None:
    """None are left that can't be checked."""
    if tx.problems.told(store, [UNPROVEN]):
        tx.problems.solve(store, [UNPROVEN], at)


def has_let_go(tx: Tx, store: str, epoch: int) -> bool:
    """Whether staff have let what can't be checked be written over, in this epoch."""
    return bool(tx.notices.known(store, [_let_go(epoch)]))


def let_go(tx: Tx, store: str, *, epoch: int, at: datetime) -> int:
    """Staff let what can't be checked be written over, in this epoch. Returns how many documents."""
    tx.notices.first(store, _let_go(epoch), at)
    return look_again(tx, store)


def _let_go(epoch: int) -> str:
    return f"{UNPROVEN}:{epoch}"
