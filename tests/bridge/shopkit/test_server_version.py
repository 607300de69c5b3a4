"""A server's version as it greets, and what is too old."""

import pytest

from bridge.shopkit.server_version import parsed_version


@pytest.mark.parametrize(
    ("greeting", "shown", "too_old"),
    [
        ("5.5.5-10.11.19-MariaDB-0+deb12u1", "MariaDB 10.11.19", False),
        ("11.4.2-MariaDB-ubu2404", "MariaDB 11.4.2", False),
        ("5.5.5-10.1.1-MariaDB", "MariaDB 10.1.1", False),
        ("5.5.5-10.1.0-MariaDB", "MariaDB 10.1.0", True),
        ("5.5.5-10.0.38-cll-lve", "MariaDB 10.0.38", True),
        ("5.5.68-MariaDB", "MariaDB 5.5.68", True),
        ("8.0.36", "MySQL 8.0.36", False),
        ("5.7.8-rc", "MySQL 5.7.8", False),
        ("5.7.7-rc-log", "MySQL 5.7.7", True),
        ("5.6.51-91.0-log", "MySQL 5.6.51", True),
        ("5.5.5-m3", "MySQL 5.5.5", True),
        ("5.7.mysql_aurora.2.11.1", "MySQL 5.7", False),
        ("9.1.0-commercial", "MySQL 9.1.0", False),
    ],
)
def test_a_version_is_understood_in_all_the_ways_servers_write_it(greeting: str, shown: str, too_old: bool) -> None:
    version = parsed_version(greeting)
    assert version is not None
    assert (str(version), version.too_old) == (shown, too_old)


@pytest.mark.parametrize("greeting", ["", "8", "dolt", "v8.0.1"])
def test_what_cannot_be_understood_is_no_version(greeting: str) -> None:
    assert parsed_version(greeting) is None
