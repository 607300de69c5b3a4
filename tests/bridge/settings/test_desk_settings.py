"""Quotes, reminders, rights, prices and the telephone in a store's file."""

from pathlib import Path

import pytest

from bridge.settings import StoreSettings
from tests.support.settings_files import GOOD_STORE, load_plain, messages, with_section, write_config

RIGHT = '[rights.font]\nname = { en = "Font" }\nkind = "once"\nplans = ["base"]'
PRICE = '[prices.analytics]\ncoins = 50\nname = { en = "Google Analytics" }'


def loaded(tmp_path: Path, text: str) -> StoreSettings:
    return load_plain(write_config(tmp_path, stores={"acme.toml": text})).stores["acme"]


def test_C8_C11_C17_what_is_left_out_is_the_published_terms(tmp_path: Path) -> None:
    store = loaded(tmp_path, GOOD_STORE)
    quotes, reminders = store.quotes, store.reminders
    assert (quotes.valid_days, quotes.most_coins, quotes.inspection_coins) == (14, 2000, 15)
    assert (quotes.remind_days, quotes.hold_days, quotes.regrant_days, quotes.actions_per_minute) == (2, 60, 30, 10)
    assert (reminders.days, reminders.low_percent) == ((30, 7, 1), 20)
    assert (dict(store.rights), dict(store.prices), store.telephone) == ({}, {}, "")


def test_P1_a_right_is_data_of_the_store(tmp_path: Path) -> None:
    right = loaded(tmp_path, with_section(RIGHT)).rights["font"]
    assert (right.kind, right.plans, dict(right.name)) == ("once", ("base",), {"en": "Font"})


def test_C13_a_price_has_coins_a_name_and_perhaps_a_sentence(tmp_path: Path) -> None:
    price = loaded(tmp_path, with_section(PRICE)).prices["analytics"]
    assert (price.coins, dict(price.name), dict(price.about)) == (50, {"en": "Google Analytics"}, {})


def test_reminders_come_the_longest_first(tmp_path: Path) -> None:
    assert loaded(tmp_path, with_section("[reminders]\ndays = [1, 14]")).reminders.days == (14, 1)
    assert loaded(tmp_path, with_section("[reminders]\ndays = []")).reminders.days == ()


KEY_RULE = "a right's key must be lower-case letters, digits, - and _, beginning with a letter, at most 64"


def in_file(line: str) -> str:
    return line + "\n" + GOOD_STORE


BAD = {
    "coins asked for below 1": (
        with_section("[quotes]\nmost_coins = 0"),
        "quotes.most_coins: must be a whole number of at least 1, not 0",
    ),
    "no whole number": (
        with_section('[quotes]\nvalid_days = "14"'),
        'quotes.valid_days: must be a whole number, not "14"',
    ),
    "reminded before it is offered": (
        with_section("[quotes]\nvalid_days = 2"),
        "quotes.remind_days: must be less than quotes.valid_days (2), not 2",
    ),
    "a look dearer than any quote": (
        with_section("[quotes]\nmost_coins = 10"),
        "quotes.inspection_coins: must not be more than quotes.most_coins (10), not 15",
    ),
    "a day twice": (with_section("[reminders]\ndays = [7, 7]"), "reminders.days[2]: must not be named twice, not 7"),
    "more than all": (
        with_section("[reminders]\nlow_percent = 101"),
        "reminders.low_percent: must be a whole number of at most 100, not 101",
    ),
    "an unknown plan": (
        with_section(RIGHT.replace('["base"]', '["base", "gold"]')),
        'rights.font.plans[2]: must be the key of a plan of this file (base), not "gold"',
    ),
    "no plan": (
        with_section(RIGHT.replace('["base"]', "[]")),
        "rights.font.plans: must name at least one plan, or nobody ever has this right",
    ),
    "a plan twice": (
        with_section(RIGHT.replace('["base"]', '["base", "base"]')),
        'rights.font.plans[2]: must not be named twice, not "base"',
    ),
    "no such kind": (
        with_section(RIGHT.replace('"once"', '"twice"')),
        'rights.font.kind: must be "standing", "once", "work" or "telephone", not "twice"',
    ),
    "a telephone nobody has": (
        with_section(RIGHT.replace('"once"', '"telephone"')),
        "telephone: must be set: the right font shows it",
    ),
    "no telephone number": (
        in_file('telephone = "ask for Anna"'),
        'telephone: must be a telephone number such as +98 21 5555 0100, not "ask for Anna"',
    ),
    "a key with a blank": (
        with_section(RIGHT.replace("rights.font", 'rights."My font"')),
        f'rights."My font": {KEY_RULE}',
    ),
    "a price no quote can have": (
        with_section("[quotes]\nmost_coins = 49\n\n" + PRICE),
        "prices.analytics.coins: must not be more than quotes.most_coins (49), or it can't be quoted, not 50",
    ),
    "a price in an unknown language": (
        with_section(PRICE.replace("{ en", '{ de = "Einrichten", en')),
        "prices.analytics.name.de: is not a language of the bridge (en, ru, fa)",
    ),
    "a sentence without English": (
        with_section(PRICE + '\nabout = { ru = "x" }'),
        "prices.analytics.about.en: must be set: it stands in where another language is missing",
    ),
    "an unknown setting": (
        with_section("[quotes]\nvalid_day = 3"),
        "quotes.valid_day: is not a known setting; did you mean valid_days?",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_each_mistake_is_told_with_place_rule_and_value(tmp_path: Path, case: str) -> None:
    text, message = BAD[case]
    assert messages(write_config(tmp_path, stores={"acme.toml": text})) == [f"stores/acme.toml: {message}"]
