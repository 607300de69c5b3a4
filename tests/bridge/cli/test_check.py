"""`bridge check` on a real shop database: every line says how it is, and what to do unless it is well."""

import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge import VERSION
from bridge.contracts.clock import SystemClock
from bridge.contracts.desk import Tx
from bridge.contracts.problems import Problem
from bridge.desk.desk import FILE_NAME, Desk
from bridge.desk.versions import note_backup
from bridge.services.reconciling import report_ids_gone_back
from bridge.testing.mariadb import PrivateMariaDB
from tests.bridge.cli.conftest import ShopPlace
from tests.support.commands import Workplace, a_workplace
from tests.support.settings_files import GOOD_STORE

PASSWORD = "correct horse"
LACKS = "packages on sale, the panels of the back office, tickets with their messages and files, licences, premium time"
PUT_BACK = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


async def findings(acme: ShopPlace, *, code: int) -> dict[str, dict[str, Any]]:
    """What check says, by name."""
    answer = await acme.cli("check", "--json")
    assert answer.code == code, answer.out
    assert PASSWORD not in answer.out
    return {one["name"]: one for one in answer.document["findings"]}


def use_login(acme: ShopPlace, *, user: str, password: str) -> None:
    """Have acme's file name this user, and a password of that text."""
    file = acme.place.config / f"{user}.password"
    file.write_text(password)
    file.chmod(0o600)
    acme.change_store(user=user, password_file=file)


async def least_privileged(acme: ShopPlace, mariadb: PrivateMariaDB) -> None:
    """Do what the installation page says: a user of its own, and exactly the printed rights."""
    printed = await acme.cli("store", "prepare", "acme", "--print", "--user", "reader@%")
    mariadb.create_user("reader", PASSWORD)
    statements = [line for line in printed.out.splitlines() if not line.startswith("--")]
    for statement in "\n".join(statements).split(";\n"):
        if statement.strip():
            mariadb.run(statement, database=acme.shop.parameters.database)
    use_login(acme, user="reader", password=PASSWORD)


async def test_all_is_well_after_what_the_installation_page_says(acme: ShopPlace, mariadb: PrivateMariaDB) -> None:
    await least_privileged(acme, mariadb)
    await acme.cli("desk", "upgrade")
    await acme.cli("store", "pair", "acme")
    await acme.paid()
    await acme.cli("sync", "--once")
    await acme.cli("desk", "backup", str(acme.place.config / "today.desk"))
    found = await findings(acme, code=0)
    assert {name for name, one in found.items() if one["level"] == "wrong"} == set()
    about_shop = {name for name, one in found.items() if one["about"] == "Store acme" and one["level"] == "ok"}
    assert about_shop == {
        "password",
        "key",
        "connection",
        "tls",
        "layout",
        "statuses",
        "rights",
        "rights beyond need",
        "tables",
        "coin desk",
        "addresses",
        "engine",
        "charset",
        "clock",
        "zone",
        "product codes",
        "account rows",
        "changes",
        "hints",
        "numbers",
    }
    assert found["account rows"]["text"] == "1 account compared, as this desk pushed them"
    assert found["backup"]["level"] == "ok"


async def test_what_is_missing_is_told_with_the_command_that_mends_it(acme: ShopPlace) -> None:
    found = await findings(acme, code=1)
    assert (found["desk"]["level"], found["desk"]["remedy"]) == ("wrong", "bridge desk upgrade, or start the daemon")
    assert (found["key"]["level"], found["key"]["remedy"]) == ("wrong", "bridge store pair acme")
    assert (found["tables"]["level"], found["tables"]["remedy"]) == ("wrong", "run: bridge store prepare acme")
    assert (found["rights beyond need"]["level"]) == "warning"


async def test_people_see_each_line_with_its_remedy_below(acme: ShopPlace) -> None:
    answer = await acme.cli("check")
    lines = answer.lines()
    at = next(number for number, line in enumerate(lines) if line.split()[:2] == ["wrong", "key"])
    assert lines[at].endswith("the store has no key, so customers see no coins")
    assert lines[at + 1].strip() == "-> bridge store pair acme"
    document = (await acme.cli("check", "--json")).document
    assert lines[-1] == f"{document['wrong']} wrong, {document['warnings']} warnings."


async def test_a_wrong_password_is_told_without_it(acme: ShopPlace, mariadb: PrivateMariaDB) -> None:
    mariadb.create_user("reader", PASSWORD)
    use_login(acme, user="reader", password="wrong")
    found = await findings(acme, code=1)
    assert found["connection"]["level"] == "wrong"
    assert "wrong user name or password: Access denied for user 'reader'" in found["connection"]["text"]
    assert found["connection"]["remedy"].startswith("put the right password where database.password points")


async def test_a_missing_right_is_told(acme: ShopPlace, mariadb: PrivateMariaDB) -> None:
    await least_privileged(acme, mariadb)
    database = acme.shop.parameters.database
    mariadb.run(f"REVOKE DELETE ON `{database}`.`oc_supportbridge_entry` FROM 'reader'@'%'")
    found = await findings(acme, code=1)
    assert found["rights"]["level"] == "wrong"
    assert "DELETE command denied" in found["rights"]["text"]
    assert "bridge store prepare acme --print" in found["rights"]["remedy"]


async def test_a_database_of_another_platform_is_told(acme: ShopPlace) -> None:
    path = acme.place.config / "stores" / "acme.toml"
    path.write_text(acme.store.text().replace('platform = "opencart"', 'platform = "prestashop"'))
    found = await findings(acme, code=1)
    assert found["layout"]["level"] == "wrong"
    assert "does not have the layout of PrestaShop" in found["layout"]["text"]
    assert "it looks like OpenCart" in found["layout"]["text"]


async def test_a_missing_table_is_told(acme: ShopPlace) -> None:
    await acme.shop.execute("DROP TABLE {order_history}")
    found = await findings(acme, code=1)
    assert found["layout"]["level"] == "wrong"
    assert "oc_order_history" in found["layout"]["text"]


async def test_a_host_that_cannot_be_reached_is_told(acme: ShopPlace) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        path = acme.place.config / "stores" / "acme.toml"
        where = f'socket = "{acme.shop.parameters.socket}"'
        path.write_text(acme.store.text().replace(where, f'host = "127.0.0.1"\nport = {port}\ntls = "off"'))
        found = await findings(acme, code=1)
    assert found["connection"]["level"] == "wrong"
    assert f"127.0.0.1:{port}" in found["connection"]["text"]
    assert (
        found["connection"]["remedy"]
        == "see that the shop's database server runs and can be reached, then: bridge check"
    )


async def test_rows_that_this_desk_has_not_pushed_are_told(acme: ShopPlace) -> None:
    await acme.join()
    customer = await acme.paid()
    await acme.cli("sync", "--once")
    table = f"{acme.shop.prefix}supportbridge_account"
    for change, words in (
        ("epoch = epoch + 1", "another desk writes to this shop"),
        ("epoch = epoch - 1, payload = REPLACE(payload, '550', '999')", "is not signed with a key of this store"),
    ):
        await acme.shop.execute(f"UPDATE {table} SET {change}")
        found = await findings(acme, code=1)
        assert found["account rows"]["text"].startswith(f"customer {customer}: ")
        assert words in found["account rows"]["text"]
        assert found["account rows"]["remedy"] == "bridge ledger verify --store acme"


async def test_a_shop_that_another_desk_has_claimed_is_told_before_a_row_differs(acme: ShopPlace) -> None:
    await acme.join()
    await acme.paid()
    await acme.cli("sync", "--once")
    for lost in acme.place.state.glob("desk.sqlite3*"):
        lost.unlink()
    await acme.cli("desk", "upgrade")
    found = await findings(acme, code=1)
    assert found["account rows"]["level"] == "wrong"
    assert found["account rows"]["text"].startswith("nothing is pushed: the shop belongs to the desk ")
    assert "bridge desk restore FILE" in found["account rows"]["remedy"]


async def put_back(acme: ShopPlace, *, customer: int) -> Problem:
    """A dump from before the customer bought is put back, and the daemon has seen it."""
    shop = acme.shop
    for table in ("order", "order_history", "order_product", "customer"):
        await shop.execute(f"DELETE FROM {{{table}}}")
        await shop.execute(f"ALTER TABLE {{{table}}} AUTO_INCREMENT = 1")
    with Desk.open(acme.place.state / FILE_NAME) as desk:
        return desk.run(_paused, customer)


def _paused(tx: Tx, customer: int) -> Problem:
    back, tables = {"order": (1, 1)}, {"order": "oc_order"}
    report_ids_gone_back(tx, "acme", back, tables=tables, next_customer=customer, at=PUT_BACK)
    [problem] = tx.problems.open("acme")
    return problem


async def test_a_paused_store_is_wrong_with_the_reason_since_when_and_what_to_do(acme: ShopPlace) -> None:
    await acme.join()
    customer = await acme.paid()
    await acme.cli("sync", "--once")
    problem = await put_back(acme, customer=customer)
    found = await findings(acme, code=1)
    paused = found["paused"]
    assert paused["level"] == "wrong"
    assert paused["text"].startswith("since 2026-11-20 08:00:00 +00:00: the shop's ids went back: oc_order (had")
    assert paused["remedy"].endswith(f"bridge problems retry {problem.id} --by NAME")
    assert "problems" not in found, "it is told once"


async def test_C2_numbers_that_the_shop_will_give_again_are_told_with_what_to_run(acme: ShopPlace) -> None:
    await acme.join()
    customer = await acme.paid()
    await acme.cli("sync", "--once")
    assert (await findings(acme, code=0))["numbers"]["level"] == "ok"
    problem = await put_back(acme, customer=customer)
    statements = [
        "ALTER TABLE `oc_order` AUTO_INCREMENT = 2;",
        f"ALTER TABLE `oc_customer` AUTO_INCREMENT = {customer + 1};",
    ]
    told = [one for one in (await acme.cli("check", "--json")).document["findings"] if one["name"] == "numbers"]
    assert [(one["level"], one["remedy"]) for one in told] == [
        ("wrong", f"as the database's owner: {statement}") for statement in statements
    ]
    assert told[0]["text"] == (
        "oc_order counts on from 1, and the books know orders up to 1: new orders under old numbers wait for staff"
    )
    answer = await acme.cli("problems", "retry", str(problem.id), "--by", "Anna")
    assert [line.strip() for line in answer.lines()[-2:]] == statements
    for statement in statements:
        await acme.shop.execute(statement)
    assert (await findings(acme, code=0))["numbers"]["level"] == "ok"


@pytest.fixture
def quiet(folder: Path, capsys: pytest.CaptureFixture[str]) -> Workplace:
    """A workplace whose store is switched off: what is left is desk and machine."""
    place = a_workplace(folder, capsys, stores={"acme.toml": "enabled = false\n" + GOOD_STORE})
    place.cli("desk", "upgrade")
    return place


def named(place: Workplace, name: str) -> tuple[str, str, str]:
    found: Sequence[dict[str, Any]] = place.cli("check", "--json").document["findings"]
    [one] = [one for one in found if one["name"] == name]
    return one["level"], one["text"], one["remedy"]


def test_a_store_that_is_switched_off_is_not_looked_at(quiet: Workplace) -> None:
    assert named(quiet, "store") == ("ok", "switched off; nothing was looked at", "")
    assert quiet.cli("check").code == 0


def test_a_state_directory_open_to_others_is_wrong(quiet: Workplace) -> None:
    quiet.state.chmod(0o755)
    level, text, remedy = named(quiet, "state directory")
    assert (level, remedy) == ("wrong", f"chmod o= {quiet.state}")
    assert text == f"{quiet.state} is open to every user of this machine (mode 0755)"


@pytest.mark.parametrize(("hours", "level"), [(25, "ok"), (27, "warning")])
def test_a_backup_older_than_26_hours_gets_a_warning(quiet: Workplace, hours: int, level: str) -> None:
    assert named(quiet, "backup")[0] == "warning"
    made = SystemClock().now() - timedelta(hours=hours)
    with Desk.open(quiet.state / FILE_NAME) as desk:
        desk.run(lambda tx: note_backup(tx.connection, made))
    assert named(quiet, "backup")[0] == level


def test_a_plugin_that_is_not_installed_is_told(quiet: Workplace) -> None:
    bridge_file = quiet.config / "bridge.toml"
    bridge_file.write_text(bridge_file.read_text() + '[plugins]\nenabled = ["opencart", "frob"]\n')
    level, text, _ = named(quiet, "plugins")
    assert level == "wrong"
    assert text.startswith("plugin frob is enabled and not installed (installed: ")


def test_a_stranger_at_the_private_address_is_told(quiet: Workplace, folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.bind(str(folder / "p.sock"))
        level, text, remedy = named(quiet, "daemon")
    assert (level, remedy) == ("warning", "systemctl start bridge")
    assert text.startswith(f"does not answer: unix:{folder}/p.sock: ")


async def prepared(acme: ShopPlace) -> None:
    await acme.cli("desk", "upgrade")
    await acme.cli("store", "prepare", "acme")
    await acme.cli("store", "pair", "acme")


REMEDY = (
    "bridge storefront build opencart, and install what it makes in the shop; new files in the place of older ones "
    "say their version once any of its pages is opened"
)


async def test_a_shop_whose_extension_says_nothing_is_told_what_it_lacks(acme: ShopPlace) -> None:
    await prepared(acme)
    found = (await findings(acme, code=0))["storefront"]
    assert (found["level"], found["remedy"]) == (
        "warning",
        REMEDY,
    )
    assert found["text"] == (
        f"the shop's extension says no version: it is not installed, has no key file, or is too old to have {LACKS}"
    )


@pytest.mark.parametrize(
    ("said", "level", "words"),
    [
        (f'{{"version":"{VERSION}"}}', "ok", f"version {VERSION}"),
        (
            '{"version":"0.3.9"}',
            "warning",
            f"version 0.3.9 lacks {LACKS}",
        ),
        (
            '{"version":"99.0.1"}',
            "warning",
            f"version 99.0.1 is newer than this program ({VERSION}), which refuses what it does not know",
        ),
        ('{"version":5}', "warning", "what the shop's extension says of its version can't be read"),
        ('{"version":"\\u001b[2J"}', "warning", "what the shop's extension says of its version can't be read"),
        ("[" * 100_000, "warning", "what the shop's extension says of its version can't be read"),
        ("", "warning", "what the shop's extension says of its version can't be read"),
    ],
    ids=["this version", "an older one", "a newer one", "a number", "a control character", "deep", "nothing"],
)
async def test_the_extensions_version_is_told(acme: ShopPlace, said: str, level: str, words: str) -> None:
    await prepared(acme)
    table = f"{acme.shop.prefix}supportbridge_meta"
    await acme.shop.execute(f"INSERT INTO {table} (name, payload) VALUES ('storefront:acme', %s)", said)
    found = (await findings(acme, code=0))["storefront"]
    assert (found["level"], found["text"]) == (level, words)
