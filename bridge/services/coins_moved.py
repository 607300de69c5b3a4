"""What one action moved on an account, in exact numbers, read from the entries that it wrote (rule C17)."""

from dataclasses import dataclass

from bridge.contracts.desk import Tx
from bridge.domain.accounts import Account
from bridge.domain.ledger import Entry, EntryKind
from bridge.services.coin_moves import account_by_id
from bridge.services.entries import entries_after


@dataclass(frozen=True, slots=True)
class Moved:
    """Coins, all counted as positive numbers. `released` counts what came free, also where it was lost at once:
    `forfeited` because its package had ended, `revoked` because its package was; `granted` came anew (rule C5).
    """

    held: int = 0
    deducted: int = 0
    released: int = 0
    forfeited: int = 0
    revoked: int = 0
    granted: int = 0


def moved_since(tx: Tx, before: Account) -> Moved:
    """What was moved on an account since it was read as `before`. Raises `DeskDamaged` where entries are missing."""
    now = account_by_id(tx, before.id)
    entries = [one.entry for one in entries_after(tx, now, before.entries)]
    return Moved(
        held=_held(entries, EntryKind.HOLD),
        deducted=-_posted(entries, EntryKind.SETTLE),
        released=-_held(entries, EntryKind.RELEASE) - _held(entries, EntryKind.VOID),
        forfeited=-_posted(entries, EntryKind.FORFEIT),
        revoked=-_posted(entries, EntryKind.REVOKE),
        granted=_posted(entries, EntryKind.GRANT),
    )


def _posted(entries: list[Entry], kind: EntryKind) -> int:
    return sum(entry.posted for entry in entries if entry.kind is kind)


def _held(entries: list[Entry], kind: EntryKind) -> int:
    return sum(entry.held for entry in entries if entry.kind is kind)
