"""What the numbers of the stores have to do with each other and with all other settings (rules W1, W2)."""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations

from bridge.domain.number_hiding import names_number
from bridge.domain.premium import NumberRole, OurNumber
from bridge.errors import SettingProblem
from bridge.settings.base import file_label
from bridge.settings.store_file import StoreSettings
from bridge.settings.tree import leaves

_NEVER_SHOWN = re.compile(r"(database|plugin)\..*|premium\.numbers\[\d+\]\.channel_id|staff\[\d+\]\.email")
"""What no customer reads: a channel may know a number by itself, and so may plugins, whose settings only they know."""


def check_numbers(stores: Iterable[StoreSettings]) -> tuple[SettingProblem, ...]:
    """What the numbers of two enabled stores have in common and must not, and where a premium one stands besides.

    What comes for one id of the channel is one store's. A number that is premium in one is shown by no store: names,
    prices, addresses and canned answers go to pages and letters.
    """
    enabled = [store for store in stores if store.enabled]
    found = [problem for one, other in combinations(enabled, 2) for problem in _in_common(one, other)]
    premium = {one.number for store in enabled for _, one in _numbers(store) if one.role is NumberRole.PREMIUM}
    return (*found, *(problem for store in enabled for problem in _shown(store, premium)))


def _shown(store: StoreSettings, premium: Collection[str]) -> Iterator[SettingProblem]:
    rule = "must name no premium number: that stands in the automatic reply alone (rule W2)"
    for leaf in leaves(store) if premium else ():
        is_shown = isinstance(leaf.value, str) and not _NEVER_SHOWN.fullmatch(leaf.path)
        if is_shown and names_number(str(leaf.value), premium):
            yield SettingProblem(file_label(store.source), leaf.path, rule)


def _in_common(first: StoreSettings, second: StoreSettings) -> Iterator[SettingProblem]:
    of_first = list(_numbers(first))
    for at, number in _numbers(second):
        path = f"premium.numbers[{at}]"
        for _, other in of_first:
            file, there = file_label(second.source), file_label(first.source)
            if number.channel_id and number.channel_id == other.channel_id:
                rule = f"must differ from every one of {there}: what comes for it is one store's"
                yield SettingProblem(file, f"{path}.channel_id", rule)
            elif number.number == other.number and number.role is not other.role:
                rule = f"must be {other.role}, as this number is in {there} (rule W2)"
                yield SettingProblem(file, f"{path}.role", rule, number.role.value)


def _numbers(store: StoreSettings) -> Iterator[tuple[int, OurNumber]]:
    return enumerate((one.value for one in store.premium.numbers), start=1)
