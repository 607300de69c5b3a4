"""PrestaShop's versions and thirty bees are told apart by their marks, others by what differs from the nearest."""

import pytest

from bridge.shopkit.recognising import ColumnFacts, ColumnName, differences, nearest_layout
from bridge_prestashop.schema import PLATFORM
from tests.support.layouts import Layout, layout

REAL = {
    "prestashop-1.6": "prestashop-1.6.1.4",
    "thirtybees-1.7": "thirtybees-1.7-dev",
    "prestashop-8": "prestashop-8.1.2",
    "prestashop-9": "prestashop-9.1.0",
}
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
    service = PLATFORM.service
    assert service is not None
    read = (PLATFORM.columns, PLATFORM.checked_columns, PLATFORM.contact_columns, service.read, service.written)
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
        # 1.5: slips without a type
        (
            "prestashop-1.6",
            {("order_slip", "order_slip_type"): None},
            "PrestaShop 1.6",
            ["order_slip.order_slip_type is missing"],
        ),
        # 1.7.0 to 1.7.4: lines know an ISBN, codes are still short
        (
            "prestashop-1.6",
            {("order_detail", "product_isbn"): a_column("varchar(32)")},
            "PrestaShop 8",
            ["order_detail.product_reference is varchar(32), not varchar(64)"],
        ),
        # thirty bees before 1.5
        (
            "thirtybees-1.7",
            {("order_detail", "product_reference"): a_column("varchar(32)")},
            "thirty bees 1.7",
            ["order_detail.product_reference is varchar(32), not varchar(64)"],
        ),
        (
            "prestashop-8",
            {("orders", "reference"): a_column("varchar(20)")},
            "PrestaShop 9",
            ["orders.reference is varchar(20), not varchar(255)"],
        ),
    ],
)
def test_another_version_is_told_by_what_differs_from_the_nearest(
    name: str, changes: Changes, nearest: str, words: list[str]
) -> None:
    facts = columns_of(layout(REAL[name]), changes)
    found, different = nearest_layout(PLATFORM, facts, set(facts), prefix="")
    assert (found.title, different) == (nearest, words)


@pytest.mark.parametrize("name", REAL)
def test_a_reply_names_every_column_that_must_be_supplied(name: str) -> None:
    service = PLATFORM.service
    assert service is not None
    columns = layout(REAL[name]).tables[service.messages].columns
    needed = {column.name for column in columns if not column.nullable and not column.auto_increment}
    assert needed <= set(service.written[service.messages])
