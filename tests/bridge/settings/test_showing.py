"""What is in force and where it comes from."""

from pathlib import Path

from bridge.settings import SettingHelp, ShownSetting, describe, reference
from tests.support.settings_files import changed, load_plain, with_section, write_config

LICENCES = """
[licences.products.seo]
name = { en = "SEO" }

[licences.table]
table = "oc_keys"
id_column = "id"
key = { column = "code" }
product = { value = "seo" }
customer_id = { column = "customer" }
products = { one = "seo" }
statuses = { two = "active" }
"""
PREMIUM = """
[premium.kinds.technical]
name = { en = "Technical support" }
rate = "20.00"
[premium.payments]
one = "1.00"
[[premium.numbers]]
name = "office"
role = "official"
number = "+98 21 5555 0100"
"""
SOLD = """
[licences.products.seo]
name = { en = "SEO" }
product_codes = ["SEO"]
renewals = { more = 12 }
"""


def shown(directory: Path) -> dict[str, ShownSetting]:
    return {setting.name: setting for setting in describe(load_plain(directory))}


def test_a_setting_is_shown_with_the_file_it_comes_from(tmp_path: Path) -> None:
    in_force = shown(write_config(tmp_path, bridge='[log]\nlevel = "debug"'))
    assert in_force["log.level"] == ShownSetting("log.level", '"debug"', "bridge.toml")
    assert in_force["log.format"] == ShownSetting("log.format", '"json"', "default")
    assert in_force["stores.acme.plans.base.coins"].origin == "stores/acme.toml"
    assert in_force["stores.acme.plans.base.valid_months"] == ShownSetting(
        "stores.acme.plans.base.valid_months", "12", "default"
    )


def test_a_default_written_out_comes_from_its_file(tmp_path: Path) -> None:
    text = with_section("[sync]\npoll_seconds = 5")
    in_force = shown(write_config(tmp_path, stores={"acme.toml": text}))
    assert in_force["stores.acme.sync.poll_seconds"].origin == "stores/acme.toml"
    assert in_force["stores.acme.sync.poll_seconds"].value_text == "5"
    assert in_force["stores.acme.sync.settle_seconds"].origin == "default"


def test_C14_statuses_that_are_not_set_come_from_the_shop(tmp_path: Path) -> None:
    text = with_section("[coins.statuses]\ngranting = [3, 5]\nchargeback = []")
    in_force = shown(write_config(tmp_path, stores={"acme.toml": text}))
    name = "stores.acme.coins.statuses."
    assert in_force[name + "granting"] == ShownSetting(name + "granting", "[3, 5]", "stores/acme.toml")
    assert in_force[name + "revoking"] == ShownSetting(name + "revoking", "the platform's own", "the shop")
    assert in_force[name + "chargeback"] == ShownSetting(name + "chargeback", "[]", "stores/acme.toml")


def test_a_password_is_shown_as_a_mask_and_its_place(tmp_path: Path) -> None:
    line = 'user = "supportbridge"'
    text = changed(line, line + '\npassword = { file = "/etc/supportbridge/secrets/acme.password" }')
    in_force = shown(write_config(tmp_path, stores={"acme.toml": text}))
    assert in_force["stores.acme.database.password"] == ShownSetting(
        "stores.acme.database.password",
        "******** (file /etc/supportbridge/secrets/acme.password)",
        "stores/acme.toml",
    )


def test_values_are_shown_as_a_file_writes_them(tmp_path: Path) -> None:
    in_force = shown(write_config(tmp_path))
    texts = {name: setting.value_text for name, setting in in_force.items()}
    assert texts["stores.acme.coins.start"] == "2026-01-01"
    assert texts["stores.acme.plans.base.product_codes"] == '["SUPPORT-BASE"]'
    assert texts["stores.acme.plans.base.name.en"] == '"Base"'
    assert texts["stores.acme.enabled"] == "true"
    assert texts["stores.acme.database.host"] == "none"
    assert texts["desk.state_dir"] == '"/var/lib/supportbridge"'
    assert texts["stores.acme.staff[1].name"] == '"Anna"'


def test_every_setting_in_force_is_in_the_reference(tmp_path: Path) -> None:
    known = {setting.name for setting in reference()}
    text = with_section('[rights.tickets]\nname = { en = "Tickets" }\nkind = "standing"\nplans = ["base"]')
    text = with_section('[prices.setup]\ncoins = 50\nname = { en = "Setup" }\nabout = { en = "All of it" }', text)
    other_hours = 'hours_on = { saturday = ["09:00-12:00"] }'
    text = with_section(
        f"[service]\n{other_hours}", changed("coins = 550", f"coins = 550\nservice_{other_hours}", text)
    )
    text = with_section('[[tickets.escalation]]\nafter_hours = 2\n[macros.seen]\ntext = { en = "Seen." }', text)
    text = with_section(PREMIUM, text)
    general = set()
    names = [
        name
        for section in (LICENCES, SOLD)
        for name in shown(write_config(tmp_path, stores={"acme.toml": with_section(section, text)}))
    ]
    for name in names:
        path = name.removeprefix("stores.acme.").replace("staff[1]", "staff[]").replace("plans.base", "plans.KEY")
        path = path.replace("rights.tickets", "rights.KEY").replace("prices.setup", "prices.KEY")
        path = path.replace("escalation[1]", "escalation[]").replace("macros.seen.text.en", "macros.KEY.text")
        path = path.replace("licences.products.seo", "licences.products.KEY")
        path = path.replace("numbers[1]", "numbers[]").replace("kinds.technical", "kinds.KEY")
        for key in (".saturday", ".one", ".two", ".more"):
            path = path.removesuffix(key)
        general.add(path.replace("name.en", "name").replace("about.en", "about"))
    assert general == known


def test_L8_where_a_thing_stands_in_the_vendors_own_table_is_shown_as_one_value(tmp_path: Path) -> None:
    in_force = shown(write_config(tmp_path, stores={"acme.toml": with_section(LICENCES)}))
    name = "stores.acme.licences.table."
    assert in_force[name + "key"] == ShownSetting(name + "key", '"column code"', "stores/acme.toml")
    assert in_force[name + "product"].value_text == '"value \\"seo\\""'
    assert "stores.acme.licences.table.key" not in shown(write_config(tmp_path))


def test_the_reference_tells_default_and_help() -> None:
    helps = {setting.name: setting for setting in reference()}
    assert helps["sync.poll_seconds"] == SettingHelp(
        "stores/NAME.toml",
        "sync.poll_seconds",
        "5",
        "How long to wait between two looks at the shop's orders, in seconds.",
    )
    assert helps["coins.start"].default_text is None
    assert helps["coins.statuses.granting"].default_text == "the shop"
