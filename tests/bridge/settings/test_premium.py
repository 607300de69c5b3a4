"""Premium time in a store's file: kinds and rates, numbers and who answers on them (rules W1, W2, W4, W6)."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bridge.domain.money import Currency, HourlyRate, Money
from bridge.domain.premium import DOLLAR, NumberRole, PremiumTerms
from bridge.engine.setup import StoreSetup
from bridge.settings import StoreSettings, describe, load
from bridge.settings.showing import MASK
from tests.support.settings_files import load_plain, messages, with_section, write_config

PREMIUM = """\
[premium]
[premium.kinds.consultation]
name = { en = "Consultation" }
rate = "15.00"
[premium.kinds.urgent]
name = { en = "Urgent critical work" }
rate = "30"
[[premium.numbers]]
name = "office"
role = "official"
number = "+91 22 5555 0100"
channel_id = "1001"
[[premium.numbers]]
name = "developer"
role = "premium"
number = "+91 (22) 5555-0199"
channel_id = "1002"
agents = ["Anna"]
"""


def loaded(tmp_path: Path, section: str = "") -> StoreSettings:
    return load_plain(write_config(tmp_path, stores={"acme.toml": with_section(section)})).stores["acme"]


def terms(tmp_path: Path, section: str) -> PremiumTerms:
    return StoreSetup.of(loaded(tmp_path, section)).desk_terms.premium


def wrong(tmp_path: Path, section: str) -> list[str]:
    return messages(write_config(tmp_path, stores={"acme.toml": with_section(section)}))


def test_W4_each_kind_has_its_rate_by_the_hour(tmp_path: Path) -> None:
    kinds = terms(tmp_path, PREMIUM).kinds
    assert list(kinds) == ["consultation", "urgent"]
    assert kinds["urgent"].rate == HourlyRate(Money(Decimal(30), DOLLAR))
    assert str(kinds["consultation"].rate) == "15.00 USD an hour"


def test_without_the_section_no_premium_time_is_sold(tmp_path: Path) -> None:
    found = terms(tmp_path, "")
    assert (found.kinds, found.numbers, found.agents) == ({}, (), frozenset())


def test_W1_every_number_has_a_role_and_a_premium_one_its_agents(tmp_path: Path) -> None:
    found = terms(tmp_path, PREMIUM)
    assert [(one.key, one.role, one.number) for one in found.numbers] == [
        ("office", NumberRole.OFFICIAL, "+912255550100"),
        ("developer", NumberRole.PREMIUM, "+912255550199"),
    ]
    assert found.agents == {"Anna"}
    on_channel = found.on_channel("1002")
    assert on_channel is not None
    assert on_channel.key == "developer"
    assert found.on_channel("") is None


def test_what_is_left_out_is_as_the_rules_say(tmp_path: Path) -> None:
    found = terms(tmp_path, PREMIUM)
    assert (found.valid_days, found.most_steps, found.longest_timer) == (14, 32, timedelta(hours=2))
    assert (found.waiting_counts, found.reply_again, found.window) == (
        timedelta(minutes=10),
        timedelta(hours=24),
        timedelta(hours=24),
    )


def test_W2_the_list_of_settings_hides_the_numbers(tmp_path: Path) -> None:
    folder = write_config(tmp_path, stores={"acme.toml": with_section(PREMIUM)})
    shown = {one.name: one.value_text for one in describe(load(folder, environ={}, credentials_dir=None))}
    assert shown["stores.acme.premium.numbers[2].name"] == '"developer"'
    assert shown["stores.acme.premium.numbers[2].number"] == MASK
    assert not any("5555" in text for text in shown.values())


def test_a_currency_has_its_own_digits(tmp_path: Path) -> None:
    yen = PREMIUM.replace("[premium]", '[premium]\ncurrency = "JPY"').replace("15.00", "1500").replace('"30"', '"4000"')
    assert terms(tmp_path, yen).currency == Currency("JPY", 0)
    rials = yen.replace("JPY", "IRR").replace("4000", "24000000")  # an hour's work, in a currency of large amounts
    assert str(terms(tmp_path, rials).kinds["urgent"].rate) == "24000000 IRR an hour"


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ('rate = "30"', 'rate = "30.01"', "kinds.urgent.rate: a quarter of an hour must be a whole amount of USD"),
        ('rate = "30"', "rate = 30", "kinds.urgent.rate: must be a text in quotes, not 30"),
        ('rate = "30"', 'rate = "0.00"', 'kinds.urgent.rate: must be an amount above 0 in quotes, such as "20.00"'),
        ('rate = "30"', 'rate = "1e3"', "kinds.urgent.rate: must be an amount above 0 in quotes"),
        ('agents = ["Anna"]', "", "numbers[2].agents: must name at least one agent"),
        (
            'agents = ["Anna"]',
            'agents = ["Boris"]',
            'numbers[2].agents[1]: must be the name of one of [[staff]], not "B',
        ),
        ('channel_id = "1002"', 'channel_id = "1001"', "numbers[2].channel_id: must differ from the channel_id of"),
        ('"+91 (22) 5555-0199"', '"+91 22 5555 0100"', "numbers[2].number: must differ from the number of premium"),
        ('"+91 (22) 5555-0199"', '"022 5555 0199"', "numbers[2].number: must be a telephone number with its country"),
        ('name = "developer"', 'name = "The developer"', "numbers[2].name: must be lower-case letters"),
        ("[premium]", '[premium]\ncurrency = "XXQ"', "premium.currency: must be a currency by its code of ISO 4217"),
        ("[premium]", '[premium]\npayments = { SUPPORT-BASE = "1.00" }', "payments.SUPPORT-BASE: already a plan's"),
        ("[premium]", '[premium]\npayments = { PAY = "0.001" }', "payments.PAY: must be an amount of USD"),
    ],
)
def test_what_does_not_fit_is_named_with_place_and_rule(tmp_path: Path, line: str, instead: str, told: str) -> None:
    assert PREMIUM.count(line) == 1
    found = wrong(tmp_path, PREMIUM.replace(line, instead))
    assert len(found) == 1
    assert told in found[0]
    assert "0199" not in found[0], "a premium number is in no message (rule W2)"


@pytest.mark.parametrize(
    "written",
    [
        'number = "+91 (22) 5555-0199 x"',
        "number = 912255550199",
        "number = +912255550199",
        'number = ["+912255550199"]',
        'number = { is = "+912255550199" }',
    ],
)
def test_W2_a_wrong_number_is_not_repeated(tmp_path: Path, written: str) -> None:
    (found,) = wrong(tmp_path, PREMIUM.replace('number = "+91 (22) 5555-0199"', written))
    assert "numbers[2].number: must be" in found
    assert "0199" not in found


def test_W2_nor_is_one_that_stands_where_its_name_belongs(tmp_path: Path) -> None:
    (found,) = wrong(tmp_path, PREMIUM.replace('name = "developer"', 'name = "+912255550199"'))
    assert "0199" not in found


def test_products_pay_bills_by_the_unit(tmp_path: Path) -> None:
    setup = StoreSetup.of(loaded(tmp_path, PREMIUM.replace("[premium]", '[premium]\npayments = { PAY-5 = "5.00" }')))
    assert setup.premium.pays == {"PAY-5": Money(Decimal(5), DOLLAR)}
    assert "PAY-5" in setup.connection(with_password=False).product_codes
