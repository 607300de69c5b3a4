"""GRANTs, written and understood."""

from dataclasses import replace
from pathlib import Path

import pytest

from bridge.contracts.shop import DatabaseAccess
from bridge.shopkit.rights import (
    Grant,
    excessive,
    grant_statements,
    parsed_grants,
    quoted_account,
    view_statement,
)
from bridge_opencart.schema import PLATFORM

ACCESS = DatabaseAccess("my_shop", "bridge", "oc_")


@pytest.mark.parametrize(
    ("user", "access", "account"),
    [
        ("bridge", ACCESS, "'bridge'@'localhost'"),
        ("bridge", replace(ACCESS, socket=Path("/run/db.sock"), host="db.example"), "'bridge'@'localhost'"),
        ("bridge", replace(ACCESS, host="db.example"), "'bridge'@'%'"),
        ("bridge@10.0.0.5", ACCESS, "'bridge'@'10.0.0.5'"),
        ("o'neil\\", ACCESS, "'o''neil\\\\'@'localhost'"),
    ],
)
def test_the_user_is_written_as_the_server_wants_it(user: str, access: DatabaseAccess, account: str) -> None:
    assert quoted_account(user, access) == account
    assert all(line.endswith(f" TO {account};") for line in grant_statements(PLATFORM, access, user))


def test_passwords_and_secrets_are_in_no_grant() -> None:
    text = "\n".join(grant_statements(PLATFORM, ACCESS, "bridge"))
    assert "password" not in text
    assert "`oc_setting`" not in text
    assert "GRANT SELECT (`customer_id`, `date_added`) ON `my_shop`.`oc_customer`" in text


def test_the_view_shows_only_the_settings_that_are_read() -> None:
    text = view_statement(PLATFORM, "oc_")
    assert "VIEW `oc_supportbridge_settings`" in text
    assert "FROM `oc_setting`" in text
    assert "IN ('config_complete_status', 'config_timezone')" in text


def test_what_the_server_shows_is_understood() -> None:
    shown = [
        "GRANT USAGE ON *.* TO `bridge`@`%` IDENTIFIED BY PASSWORD '*0123'",
        "GRANT ALL PRIVILEGES ON `my\\_shop`.* TO `bridge`@`%` WITH GRANT OPTION",
        "GRANT SELECT (`order_id`, `total`), UPDATE (total) ON `my_shop`.`oc_order` TO `bridge`@`%`",
        "GRANT SELECT, INSERT ON `my_shop`.`oc_supportbridge_meta` TO `bridge`@`%`",
        "GRANT `some_role` TO `bridge`@`%`",
        "GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION",
    ]
    assert parsed_grants(shown) == [
        Grant(frozenset({"USAGE"}), frozenset(), "*", "*", may_pass_on=False),
        Grant(frozenset({"ALL PRIVILEGES"}), frozenset(), "my_shop", "*", may_pass_on=True),
        Grant(frozenset(), frozenset({"SELECT", "UPDATE"}), "my_shop", "oc_order", may_pass_on=False),
        Grant(frozenset({"SELECT", "INSERT"}), frozenset(), "my_shop", "oc_supportbridge_meta", may_pass_on=False),
    ]


def test_a_right_to_write_one_column_is_one_too_many() -> None:
    shown = ["GRANT SELECT (`order_id`), UPDATE (`total`) ON `my_shop`.`oc_order` TO `bridge`@`%`"]
    assert excessive(parsed_grants(shown), PLATFORM, ACCESS) == ["UPDATE on my_shop.oc_order"]
