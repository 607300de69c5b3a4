"""Rows in the shop that would keep ours out though no desk has written them where they stand.

An older version never replaces a newer one, so a row under a very high version would keep every later push out, and the
account page would show nothing for good. So it would with an entry beyond the account's last one, which its digest does
not know. Such rows come from whoever else can write to the table, and from a lost desk whose key has been dropped. A
row that one of the store's keys has signed for its own place is a desk's and stays; only what this desk wrote itself
beyond the end of an account that begins anew under the same number, an earlier customer's, goes too (rule D3).
"""

import json
from collections.abc import Iterable, Sequence

from bridge.contracts.shop import AccountRows
from bridge.contracts.shop_rows import SignedRow, SigningKey, verifies


def blocked(rows: Sequence[AccountRows], versions: Iterable[tuple[int, int, int]]) -> list[int]:
    """Customers whose rows in the shop carry a higher version than ours; `versions` are (customer, epoch, number)."""
    ours = {row.account.customer_id: (row.account.epoch, row.account.number) for row in rows}
    return sorted({customer for customer, epoch, number in versions if (epoch, number) > ours[customer]})


def beyond(rows: Sequence[AccountRows], last: Iterable[tuple[int, int]]) -> list[int]:
    """Customers who have entries in the shop beyond all of theirs that are pushed; `last` are (customer, number)."""
    ends = ends_of(rows)
    return sorted(customer for customer, number in last if number > ends[customer])


def entry_is_in_the_way(
    entry: SignedRow, ours: AccountRows, account: SignedRow | None, keys: Sequence[SigningKey]
) -> bool:
    """Whether an entry in the shop must go before these rows of its customer are written there.

    `account` is the account row in the shop. A genuine one of a newer version says that ours come late, and then the
    entries beyond our end are its.
    """
    whole = ours.entries_before == 0
    too_far = whole and entry.number > len(ours.entries)
    if not genuine_entry(entry, keys):
        return too_far or entry.epoch > ours.account.epoch
    if not too_far or entry.epoch != ours.account.epoch:
        return False
    version = ours.account.epoch, ours.account.number
    late = account is not None and (account.epoch, account.number) > version and genuine_account(account, keys)
    return not late


def ends_of(rows: Sequence[AccountRows]) -> dict[int, int]:
    """The number of each customer's last entry."""
    return {row.account.customer_id: row.entries_before + len(row.entries) for row in rows}


def genuine_account(row: SignedRow, keys: Sequence[SigningKey]) -> bool:
    """Whether a desk with one of these keys wrote this account row as it stands: its document names its version."""
    if not verifies(keys, "account", row.payload, row.key_id, row.mac):
        return False
    said = json.loads(row.payload)
    return (said.get("customer"), said.get("epoch"), said.get("number")) == (row.customer_id, row.epoch, row.number)


def genuine_entry(row: SignedRow, keys: Sequence[SigningKey]) -> bool:
    """Whether a desk with one of these keys wrote this entry for its place; its document has no epoch."""
    if not verifies(keys, "entry", row.payload, row.key_id, row.mac):
        return False
    said = json.loads(row.payload)
    return (said.get("customer"), said.get("number")) == (row.customer_id, row.number)
