"""Named SQL: where it comes from, what is put in, and what no statement of ours may do."""

import re
from pathlib import Path

import pytest

from bridge.errors import SettingsError
from bridge.shopkit.named_sql import Statement, load_sql

ROOT = Path(__file__).parents[3]
FILES = [
    ("bridge_opencart", ROOT / "plugins/opencart/bridge_opencart/sql/reader.sql"),
    ("bridge_prestashop", ROOT / "plugins/prestashop/bridge_prestashop/sql/reader.sql"),
    ("bridge.shopkit", ROOT / "bridge/shopkit/sql/writer.sql"),
]
WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE|ALTER|DROP|CREATE|LOCK|TRUNCATE)\b")


@pytest.fixture(params=FILES, ids=lambda file: str(file[0]))
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


def test_nothing_is_written_but_our_own_tables(statements: list[Statement]) -> None:
    for statement in statements:
        if WRITES.search(statement.text):
            assert set(re.findall(r"`(oc_\w+)`", statement.text)) <= {
                "oc_supportbridge_meta",
                "oc_supportbridge_account",
                "oc_supportbridge_entry",
            }, statement.name
