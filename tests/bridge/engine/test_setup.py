"""A store's settings in the shapes that rules and pages take."""

from pathlib import Path

from bridge import VERSION
from bridge.contracts.shop_rows import SigningKey
from bridge.domain.rights import Price, RightKind
from bridge.engine.setup import StoreSetup
from tests.support.settings_files import load_plain

CONFIG = Path(__file__).parents[3] / "config"
KEY = SigningKey("k1", bytes(32))


def shipped() -> StoreSetup:
    return StoreSetup.of(load_plain(CONFIG).stores["prestashop-coins"])


def test_the_desks_terms_are_those_of_the_file() -> None:
    terms = shipped().desk_terms
    assert (terms.store, terms.zone.key, terms.languages) == ("prestashop-coins", "Asia/Tehran", ("fa", "en", "ru"))
    assert (terms.valid_days, terms.remind_days, terms.hold_days, terms.regrant_days) == (14, 2, 60, 30)
    assert (terms.most_coins, terms.inspection_coins, terms.actions_per_minute) == (2_000, 15, 10)
    assert (terms.reminder_days, terms.low_percent, terms.telephone) == ((30, 7, 1), 20, "+98 21 5555 0100")
    assert list(terms.plans.plans) == ["essential", "base", "professional"]


def test_P1_C13_rights_and_prices_keep_the_order_of_the_file() -> None:
    rights = shipped().desk_terms.rights
    assert [right.key for right in rights.of_plan("professional")][-2:] == ["font", "telephone"]
    assert rights.rights["font"].kind is RightKind.ONCE
    assert rights.prices["google-analytics"] == Price(
        "google-analytics",
        50,
        1,
        {"en": "Set up Google Analytics", "ru": "Настройка Google Analytics", "fa": "راه‌اندازی گوگل آنالیتیکس"},
        {
            "en": "In the usual case, for one shop.",
            "ru": "В обычном случае, для одного магазина.",
            "fa": "در حالت معمول، برای یک فروشگاه.",
        },
    )


def test_P4_the_pages_terms_have_the_telephone_the_key_the_epoch_and_the_program() -> None:
    terms = shipped().page_terms(KEY, 7)
    assert (terms.store, terms.key, terms.epoch, terms.telephone) == ("prestashop-coins", KEY, 7, "+98 21 5555 0100")
    assert terms.rights.allows("telephone", "professional")
    assert not terms.rights.allows("telephone", "base")
    assert terms.program == VERSION


def test_W4_W6_premium_time_has_the_published_rates_and_knows_agents_by_their_address() -> None:
    settings = load_plain(CONFIG).stores["opencart-extensions"]
    premium = StoreSetup.of(settings).desk_terms.premium
    assert [str(kind.rate.money) for kind in premium.kinds.values()] == ["15.00 USD", "20.00 USD", "30.00 USD"]
    member = settings.staff[0]
    assert premium.person(member.name) == member.email.casefold()
