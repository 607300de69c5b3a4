"""The entries of an account, read a page at a time so that a long history needs no more memory than a short one."""

from collections.abc import Iterator

from bridge.contracts.desk import Tx
from bridge.contracts.ledger import NumberedEntry
from bridge.domain.accounts import Account
from bridge.errors import DeskDamaged

ENTRY_PAGE = 1000


def entries_after(tx: Tx, account: Account, number: int = 0) -> Iterator[NumberedEntry]:
    """The account's entries above `number`, in order. Raises `DeskDamaged` where the desk has lost one of them."""
    last = number
    while last < account.entries:
        page = tx.ledger.entries_of(account.id, after=last, limit=ENTRY_PAGE)
        for entry in page:
            if entry.number != last + 1:
                break
            last = entry.number
            yield entry
        if not page or page[-1].number != last:
            raise DeskDamaged(
                f"{account.owner}: of {account.entries} entries number {last + 1} is missing; run: bridge ledger verify"
            )
