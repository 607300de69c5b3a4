"""Coins: whole numbers without a currency.

A coin is never divided, never converted and never negative in anybody's hands. Amounts are plain `int`; what comes
from outside (a command, a CSV line, a setting) passes `whole_coins` once and is trusted afterwards.
"""

from bridge.errors import ImpossibleAmount

MAX_COINS = 1_000_000
"""Coins: no package and no correction is larger. A bigger number is a typing error, not a wish."""


def whole_coins(value: object, *, what: str) -> int:
    """Return `value` as a number of coins between 1 and `MAX_COINS`.

    Raises `ImpossibleAmount` naming `what` and the value (rule C15: nothing is half done).
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise ImpossibleAmount(f"{what}: must be a whole number of coins, not {value!r}")
    if not 1 <= value <= MAX_COINS:
        raise ImpossibleAmount(f"{what}: must be between 1 and {MAX_COINS} coins, not {value}")
    return value
