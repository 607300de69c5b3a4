"""How long personal data is kept, in a store's file (rule D4)."""

from pathlib import Path

import pytest

from bridge.errors import SettingsError
from tests.support.settings_files import load_plain, with_section, write_config


def test_D4_the_defaults_keep_texts_and_forget_what_carried_them(tmp_path: Path) -> None:
    privacy = load_plain(write_config(tmp_path)).stores["acme"].privacy
    assert (privacy.inbox_days, privacy.messages_days, privacy.deliveries_days) == (90, 0, 90)
    assert privacy.deleted_days == 90


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("inbox_days = 6", "privacy.inbox_days: must be a whole number of at least 7, not 6"),
        ("messages_days = -1", "privacy.messages_days: must be a whole number of at least 0, not -1"),
        ("deliveries_days = 3651", "privacy.deliveries_days: must be a whole number of at most 3,650, not 3651"),
        ("deleted_days = 0", "privacy.deleted_days: must be a whole number of at least 1, not 0"),
    ],
)
def test_D4_a_bad_number_of_days_is_named(tmp_path: Path, line: str, rule: str) -> None:
    config = write_config(tmp_path, stores={"acme.toml": with_section(f"[privacy]\n{line}")})
    with pytest.raises(SettingsError) as error:
        load_plain(config)
    assert rule.replace(",", "") in str(error.value).replace(",", "")
