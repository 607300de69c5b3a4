"""Numbers of several stores, and numbers that customers are shown (rules W1, W2)."""

from pathlib import Path

import pytest

from tests.support.settings_files import changed, load_plain, messages, of_database, with_section, write_config

ZONE = 'zone = "Asia/Tehran"'
FARSI = "فوری ۰۰۹۱ ۲۲ ۵۵۵۵ ۰۱۹۹"
SEO = """[licences.products.seo]
name = { en = "SEO" }
product_codes = ["SEO"]
"""


def a_number(number: str = "+91 22 5555 0199", channel: str = "1002", role: str = "premium") -> str:
    return f"""[[premium.numbers]]
name = "developer"
role = "{role}"
number = "{number}"
channel_id = "{channel}"
agents = ["Anna"]
"""


def of_both(tmp_path: Path, second: str) -> Path:
    twin = with_section(second, of_database("shop2"))
    return write_config(tmp_path, stores={"acme.toml": with_section(a_number()), "twin.toml": twin})


def test_W1_what_comes_for_one_id_of_the_channel_is_one_stores(tmp_path: Path) -> None:
    [message] = messages(of_both(tmp_path, a_number("+91 22 5555 0198")))
    assert message.startswith("stores/twin.toml: premium.numbers[1].channel_id: must differ from every one of stores/")


def test_W2_a_number_that_is_premium_in_one_store_is_official_in_none(tmp_path: Path) -> None:
    [message] = messages(of_both(tmp_path, a_number(channel="1003", role="official")))
    assert message.startswith("stores/twin.toml: premium.numbers[1].role: must be premium, as this number is in")
    assert "0199" not in message


def test_W1_one_developer_may_help_two_stores_by_hand(tmp_path: Path) -> None:
    assert set(load_plain(of_both(tmp_path, a_number(channel=""))).stores) == {"acme", "twin"}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("telephone", 'telephone = "0091 22 5555 0199"'),
        ("title", 'title = "Call +91-22-5555-0199"'),
        ("licences.official_contact", '[licences]\nofficial_contact = "+91 22 5555 0199"'),
        ("premium.ticket_page", '[premium]\nticket_page = "https://wa.example/912255550199"'),
        ("premium.kinds.urgent.name.fa", f'[premium.kinds.urgent]\nname = {{ en = "U", fa = "{FARSI}" }}\nrate = "30"'),
        ("prices.look.name.en", '[prices.look]\ncoins = 5\nname = { en = "Look, or +91 22 5555 0199" }'),
        ("prices.look.about.en", '[prices.look]\ncoins = 5\nname = { en = "L" }\nabout = { en = "91 2255550199" }'),
        ("macros.bye.text.en", '[macros.bye]\ntext = { en = "Bye, or ring 0091 22 5555 0199" }'),
        ("licences.products.seo.renew_url", f"{SEO}renew_url = 'https://wa.example/912255550199'"),
    ],
)
def test_W2_what_customers_are_shown_names_no_premium_number(tmp_path: Path, path: str, line: str) -> None:
    text = with_section(f"{line}\n{a_number()}") if line[0] == "[" else changed(ZONE, f"{ZONE}\n{line}")
    text = text if line[0] == "[" else with_section(a_number(), text)
    [message] = messages(write_config(tmp_path, stores={"acme.toml": text}))
    assert message.startswith(f"stores/acme.toml: {path}: must name no premium number")
    assert "0199" not in message


def test_W2_nor_does_what_logs_and_commands_call_it(tmp_path: Path) -> None:
    text = with_section(a_number().replace('"developer"', '"dev-912255550199"'))
    [message] = messages(write_config(tmp_path, stores={"acme.toml": text}))
    assert message.startswith("stores/acme.toml: premium.numbers[1].name: must name no premium number")


def test_W2_what_customers_are_shown_names_no_premium_number_of_another_store_either(tmp_path: Path) -> None:
    twin = changed(ZONE, f'{ZONE}\ntitle = "Ring 912255550199"', of_database("shop2"))
    stores = {"acme.toml": with_section(a_number()), "twin.toml": twin}
    [message] = messages(write_config(tmp_path, stores=stores))
    assert message.startswith("stores/twin.toml: title: must name no premium number")
    assert "0199" not in message


def test_W2_a_channel_and_the_developers_mail_box_may_go_by_the_number(tmp_path: Path) -> None:
    text = changed('email = "anna@example.com"', 'email = "912255550199@mail.example"')
    stores = {"acme.toml": with_section(a_number(channel="912255550199"), text)}
    assert messages(write_config(tmp_path, stores=stores)) == []
