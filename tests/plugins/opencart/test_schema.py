"""OpenCart's known versions are told apart by their marks, and other versions by what differs from the nearest."""

import pytest

from bridge.shopkit.recognising import ColumnFacts, ColumnName, differences, nearest_layout
from bridge_opencart.schema import PLATFORM
from tests.support.layouts import Layout, layout

REAL = {"opencart-3.0": "opencart-3.0.5.1", "opencart-4.0": "opencart-4.0.2.3", "opencart-4.1": "opencart-4.1.0.4"}
"""The tables of a running shop of each layout."""

Changes = dict[ColumnName, ColumnFacts | None]


def a_column(kind: str, *, nullable: bool = True) -> ColumnFacts:
    return ColumnFacts(kind, nullable, None, None, "")


def columns_of(real: Layout, changes: Changes) -> dict[ColumnName, ColumnFacts]:
    """All columns of a shop as its server would describe them, with some put in, changed or taken away (None)."""
    facts: dict[ColumnName, ColumnFacts | None] = {
        (table.name, column.name): a_column(column.type, nullable=column.nullable)
        for table in real.tables.values()
        for column in table.columns
    }
    return {name: one for name, one in (facts | changes).items() if one is not None}


@pytest.mark.parametrize("name", REAL)
def test_the_tables_of_a_running_shop_fit_one_layout_and_no_other(name: str) -> None:
    facts = columns_of(layout(REAL[name]), {})
    fitting = [known.name for known in PLATFORM.layouts if not differences(known, facts, set(facts), prefix="")]
    assert fitting == [name]


@pytest.mark.parametrize("name", REAL)
def test_what_is_read_and_watched_is_there_in_every_version(name: str) -> None:
    real = layout(REAL[name])
    read = (PLATFORM.columns, PLATFORM.checked_columns, PLATFORM.contact_columns)
    for table, names in (one for tables in read for one in tables.items()):
        assert set(names) <= {column.name for column in real.tables[table].columns}
    for table, watch in PLATFORM.watched.items():
        keys = [columns[0] for _, columns in real.tables[table].keys.values()]
        assert watch.new is None or ("PRIMARY" in real.tables[table].keys and watch.new in keys)
        assert watch.sums is None or watch.sums in keys
    [known] = [known for known in PLATFORM.layouts if known.name == name]
    assert {real.tables[table].engine for table in PLATFORM.columns} == {known.engine}


@pytest.mark.parametrize(
    ("name", "changes", "nearest", "words"),
    [
        # 2.3: customers wait for approval
        (
            "opencart-3.0",
            {("customer", "approved"): a_column("tinyint(1)", nullable=False)},
            "OpenCart 3.0",
            ["there is customer.approved"],
        ),
        # 4.0.0 and 4.0.1
        (
            "opencart-4.0",
            {("order", "payment_code"): a_column("varchar(128)", nullable=False)},
            "OpenCart 4.0",
            ["there is order.payment_code"],
        ),
        # 4.1 with a column made strict by hand
        (
            "opencart-4.1",
            {("order", "order_status_id"): a_column("int(11)", nullable=False)},
            "OpenCart 4.1",
            ["order.order_status_id is NOT NULL, not NULL"],
        ),
        (
            "opencart-4.1",
            {("order_product", "master_id"): None},
            "OpenCart 4.1",
            ["order_product.master_id is missing"],
        ),
    ],
)
def test_another_version_is_told_by_what_differs_from_the_nearest(
    name: str, changes: Changes, nearest: str, words: list[str]
) -> None:
    facts = columns_of(layout(REAL[name]), changes)
    found, different = nearest_layout(PLATFORM, facts, set(facts), prefix="")
    assert (found.title, different) == (nearest, words)
