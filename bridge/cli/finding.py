"""Which customer of a shop is meant: by his number, or by an e-mail address that a single account has (rule C19)."""

from collections.abc import Sequence

from bridge.contracts.shop import ShopAdapter
from bridge.errors import UsageError

MOST_DIGITS = 19


def is_number(text: str) -> bool:
    """Whether this is a number that a shop may have given."""
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and 1 <= int(text) < 2**63


def require_order(number: int) -> int:
    """An order's number. Raises `UsageError`."""
    if not 1 <= number < 2**63:
        raise UsageError(f"{number} is no order's number")
    return number


async def customer_named(shop: ShopAdapter, store: str, text: str) -> int:
    """The customer of that number or that e-mail address, as the shop has him now.

    Raises `UsageError` where the shop has none, and naming them where an address has several accounts (rule C19).
    """
    wanted = text.strip()
    if "@" in wanted:
        return the_one(store, wanted, await shop.find_customers(email=wanted))
    if not is_number(wanted):
        raise UsageError(f"{text} names no customer: give the shop's customer id (77) or an e-mail address")
    if not await shop.customers([int(wanted)]):
        raise UsageError(f"the shop of store {store} has no customer {wanted}")
    return int(wanted)


def the_one(store: str, email: str, found: Sequence[int]) -> int:
    """The only account of an address. Raises `UsageError`."""
    if not found:
        raise UsageError(f"the shop of store {store} has no account with the address {email}")
    if len(found) > 1:
        error = UsageError(f"{email} has several accounts in store {store}: customers {', '.join(map(str, found))}")
        error.hint = "name one of them by its number"
        raise error
    return found[0]
