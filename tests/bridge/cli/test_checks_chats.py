"""What `bridge check` says of numbers that contacts write to."""

from pathlib import Path

import pytest

from bridge.cli.checks_chats import chat_findings, payment_findings
from bridge.contracts.shop import Level
from bridge.settings import StoreSettings
from tests.support.commands import a_workplace
from tests.support.fake_platform import read_settings, write_bridge

OFFICIAL = {"name": "office", "role": "official", "number": "+98 21 5555 0100"}
PAGE = "https://shop.example/account"


def a_store(folder: Path, *, account_url: str = "", ticket_page: str = "", numbers: bool = True) -> StoreSettings:
    store = read_settings(write_bridge(folder, stores={"acme": {}})).stores["acme"]
    values = {"ticket_page": ticket_page, "numbers": [OFFICIAL] if numbers else []}
    premium = type(store.premium).model_validate(values, strict=False)
    return store.model_copy(update={"premium": premium, "account_url": account_url})


def test_W2_an_official_number_without_a_page_to_name_is_told(tmp_path: Path) -> None:
    [finding] = chat_findings(a_store(tmp_path))
    assert finding.level is Level.WARNING
    assert "account_url" in finding.remedy
    assert "5555" not in finding.text


@pytest.mark.parametrize("different", [{"account_url": PAGE}, {"ticket_page": PAGE}, {"numbers": False}])
def test_W2_with_a_page_or_without_a_number_nothing_is_told(tmp_path: Path, different: dict[str, object]) -> None:
    assert chat_findings(a_store(tmp_path, **different)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("payments", "quarters"),
    [({"P": "1.00"}, "consultation 3.75 USD"), ({"P": "1.25"}, ""), ({"P": "1.00", "Q": "3.75"}, ""), ({}, "")],
)
def test_W8_a_kind_of_which_no_order_pays_a_quarter_of_an_hour_is_told(
    tmp_path: Path, payments: dict[str, str], quarters: str
) -> None:
    store = a_store(tmp_path)
    kinds = {
        "consultation": {"name": {"en": "C"}, "rate": "15.00"},
        "technical": {"name": {"en": "T"}, "rate": "20.00"},
    }
    premium = type(store.premium).model_validate({"kinds": kinds, "payments": payments}, strict=False)
    found = payment_findings(store.model_copy(update={"premium": premium}))
    assert [one.level for one in found] == ([Level.WARNING] if quarters else [])
    assert all(f"by whole units: {quarters};" in one.text for one in found)


@pytest.mark.parametrize(("listen", "told"), [("", True), ('[public_web]\nlisten = "127.0.0.1:0"\n', False)])
def test_a_plugin_that_is_delivered_to_while_nothing_listens_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], listen: str, told: bool
) -> None:
    secret = tmp_path / "word"
    secret.touch(mode=0o600)
    secret.write_text("a word of both sides")
    where = f'{{ file = "{secret}" }}'
    own = f"[plugin.whatsapp]\napp_secret = {where}\nverify_token = {where}\n"
    enabled = '[plugins]\nenabled = ["opencart", "whatsapp"]\n'
    place = a_workplace(tmp_path / "place", capsys, bridge=listen + enabled + own)
    found = place.cli("check", "--json").document["findings"]
    public = [(one["level"], one["text"]) for one in found if one["name"] == "public pages"]
    text = "nothing listens for what is delivered to whatsapp: public_web.listen is empty"
    assert public == ([("wrong", text)] if told else [])
