"""Rows in the shop that would keep ours out though no desk has written them where they stand.

An older version never replaces a newer one, so a row under a very high version would keep every later push out, and the
account page would show nothing for good. Such rows come from whoever else can write to the table, and from a lost desk
whose key has been dropped. A row that one of the store's keys has signed for its own place is a desk's and stays.
"""

import json
from collections.abc import Iterable, Sequence

from bridge.contracts.shop import AccountRows
from bridge.contracts.shop_rows import SignedRow, SigningKey, verifies


def blocked(rows: Sequence[AccountRows], versions: Iterable[tuple[int, int, int]]) -> list[int]:
    """Customers whose rows in the shop carry a higher version than ours; `versions` are (customer, epoch, number)."""
    ours = {row.account.customer_id: (row.account.epoch, row.account.number) for row in rows}
    return sorted({customer for customer, epoch, number in versions if (epoch, number) > ours[customer]})


def genuine_account(row: SignedRow, keys: Sequence[SigningKey]) -> bool:
    """Whether a desk with one of these keys wrote this account row as it stands: its document names its version."""
    if not verifies(keys, "account", row.payload, row.key_id, row.mac):
        return False
    said = json.loads(row.payload)
    return (said.get("customer"), said.get("epoch"), said.get("number")) == (row.customer_id, row.epoch, row.number)


def genuine_entry(row: SignedRow, keys: Sequence[SigningKey]) -> bool:
    """Whether a desk with one of these keys wrote this entry; an entry's document has no epoch."""
    return verifies(keys, "entry", row.payload, row.key_id, row.mac)
