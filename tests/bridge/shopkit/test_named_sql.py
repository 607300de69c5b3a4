"""Named SQL: where it comes from, what is put in, and what no statement of ours may do."""

import re
from pathlib import Path

import pytest

from bridge.errors import SettingsError
from bridge.shopkit.named_sql import Statement, load_sql

ROOT = Path(__file__).parents[3]
FILES = [
    ("bridge_opencart", ROOT / "plugins/opencart/bridge_opencart/sql/reader.sql"),
    ("bridge_opencart", ROOT / "plugins/opencart/bridge_opencart/sql/contacts.sql"),
    ("bridge_prestashop", ROOT / "plugins/prestashop/bridge_prestashop/sql/reader.sql"),
    ("bridge_prestashop", ROOT / "plugins/prestashop/bridge_prestashop/sql/contacts.sql"),
    ("bridge_prestashop", ROOT / "plugins/prestashop/bridge_prestashop/sql/threads.sql"),
    ("bridge.shopkit", ROOT / "bridge/shopkit/sql/writer.sql"),
    ("bridge.shopkit", ROOT / "bridge/shopkit/sql/coin_desk.sql"),
    ("bridge.shopkit", ROOT / "bridge/shopkit/sql/files.sql"),
]
WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE|ALTER|DROP|CREATE|LOCK|TRUNCATE)\b")
SERVICE_WRITES = {"add_message": ["oc_customer_message"], "set_status": ["oc_customer_thread"]}
"""The only statements on tables of the shop's own: its customer service."""


@pytest.fixture(params=FILES, ids=lambda file: f"{file[0]}-{file[1].stem}")
def statements(request: pytest.FixtureRequest) -> list[Statement]:
    package, file = request.param
    return list(load_sql(package, file.name, "oc_").values())


def test_every_sql_file_is_looked_at() -> None:
    present = [*ROOT.glob("plugins/*/bridge_*/sql/*.sql"), *ROOT.glob("bridge/shopkit/sql/*.sql")]
    assert sorted(present) == sorted(file for _, file in FILES)


def test_a_statement_gets_the_shops_tables() -> None:
    sql = load_sql("bridge_opencart", "reader.sql", "shop7_")
    assert "FROM `shop7_order_history`" in sql["newest_history"].text
    assert sql["newest_history"].name == "newest_history"


@pytest.mark.parametrize("prefix", ["oc`; DROP TABLE x; --", "oc-", "ös_", "a" * 33, "oc_\n", "oc "])
def test_an_odd_prefix_is_refused_with_its_rule(prefix: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_sql("bridge_opencart", "reader.sql", prefix)
    assert str(refusal.value) == (
        f"the store's file: database.prefix: must be at most 32 letters, digits and underscores, not {prefix!r}"
    )


def test_an_empty_prefix_is_a_prefix() -> None:
    assert "`order`" in load_sql("bridge_opencart", "reader.sql", "")["newest_order"].text


def test_lists_become_one_parameter_an_item_and_ids_stay_numbers() -> None:
    statement = Statement("x", "SELECT a FROM t WHERE a IN (%(ids)s) AND b IN (%(codes)s) AND c = %(c)s")
    text, values = statement.bound({"ids": [1, 2], "codes": ["x'", "%"], "c": 3})
    assert text == "SELECT a FROM t WHERE a IN (1,2) AND b IN (%(codes_0)s,%(codes_1)s) AND c = %(c)s"
    assert values == {"codes_0": "x'", "codes_1": "%", "c": 3}


def test_pairs_of_ids_stay_numbers() -> None:
    text, values = Statement("x", "(a, b) IN (%(pairs)s)").bound({"pairs": [(1, 2), (3, 4)], "c": 3})
    assert (text, values) == ("(a, b) IN ((1,2),(3,4))", {"c": 3})


def test_a_truth_value_is_no_id() -> None:
    _, values = Statement("x", "SELECT 1 WHERE 1 IN (%(ids)s)").bound({"ids": [True]})
    assert values == {"ids_0": True}


def test_an_empty_list_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="the list ids is empty"):
        Statement("x", "SELECT 1 WHERE 1 IN (%(ids)s)").bound({"ids": []})


def test_no_statement_reads_a_clock_or_unnamed_columns_or_without_limit(statements: list[Statement]) -> None:
    assert statements
    for statement in statements:
        text = statement.text.upper()
        assert "NOW(" not in text, statement.name
        assert "SELECT *" not in text, statement.name
        assert not re.search(r"\([^()]*,[^()]*\)\s*[<>]", text), f"{statement.name}: a row comparison is no range"
        assert not re.search(r"FOR UPDATE|LOCK IN SHARE", text), statement.name
        if text.startswith("SELECT"):
            assert "LIMIT" in text, statement.name


def test_nothing_is_written_but_our_own_tables_and_the_customer_service(statements: list[Statement]) -> None:
    for statement in statements:
        if WRITES.search(statement.text):
            assert set(re.findall(r"`(oc_\w+)`", statement.text)) <= {
                "oc_supportbridge_meta",
                "oc_supportbridge_account",
                "oc_supportbridge_entry",
                "oc_supportbridge_quote",
                "oc_supportbridge_price",
                "oc_supportbridge_answer",
                "oc_supportbridge_inbox",
                "oc_supportbridge_ticket",
                "oc_supportbridge_message",
                "oc_supportbridge_licence",
                "oc_supportbridge_agreement",
                "oc_supportbridge_bill",
                "oc_supportbridge_file",
                "oc_supportbridge_request",
                "oc_supportbridge_link",
                *SERVICE_WRITES.get(statement.name, ()),
            }, statement.name


PARTS = """\
-- A file of tests.
-- part: columns
o.order_id, [[digest]]
-- name: orders
-- What is read.
SELECT [[columns]] FROM {order} o WHERE [[ours]];
-- part: ours
o.store_id IN (%(shop_ids)s)
-- part: digest
CRC32(MD5(o.order_id))
-- name: sums
SELECT BIT_XOR([[digest]]) FROM {order} o
"""


def load_text(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, *, prefix: str = "oc_") -> dict[str, str]:
    """The statements of a file with that text, in a package of its own."""
    package = f"package_{folder.name}"
    (folder / package / "sql").mkdir(parents=True)
    (folder / package / "__init__.py").touch()
    (folder / package / "sql" / "reader.sql").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    return {name: statement.text for name, statement in load_sql(package, "reader.sql", prefix).items()}


def test_a_part_is_put_in_wherever_it_is_named_also_in_another_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_text(tmp_path, monkeypatch, PARTS) == {
        "orders": "SELECT o.order_id, CRC32(MD5(o.order_id)) FROM `oc_order` o WHERE o.store_id IN (%(shop_ids)s)",
        "sums": "SELECT BIT_XOR(CRC32(MD5(o.order_id))) FROM `oc_order` o",
    }


def test_a_part_and_a_statement_may_have_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "-- part: one\n1\n-- name: one\nSELECT [[one]]\n"
    assert load_text(tmp_path, monkeypatch, text) == {"one": "SELECT 1"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-- name: one\nSELECT [[tow]]\n", "reader.sql: one names the part tow, which is not there"),
        ("-- part: a\n[[b]]\n-- name: one\nSELECT [[a]]\n", "reader.sql: one names the part b, which is not there"),
        ("-- part: a\n1\n-- part: a\n2\n", "reader.sql: two parts are called a"),
        ("-- name: a\nSELECT 1\n-- name: a\nSELECT 2\n", "reader.sql: two names are called a"),
    ],
)
def test_a_file_that_can_not_be_put_together_is_a_mistake_that_names_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        load_text(tmp_path, monkeypatch, text)


def test_every_part_of_our_files_is_used_and_none_is_left_in_a_statement() -> None:
    for package, file in FILES:
        source = file.read_text("utf-8")
        parts = set(re.findall(r"^-- part: (\w+)", source, re.MULTILINE))
        assert parts == set(re.findall(r"\[\[(\w+)\]\]", source))
        assert not any("[[" in statement.text for statement in load_sql(package, file.name, "oc_").values())
