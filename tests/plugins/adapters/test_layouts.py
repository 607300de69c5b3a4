"""Every known version is recognised and read with exactly the printed rights, and its neighbours are refused."""

from datetime import datetime

import pytest

from bridge.contracts.shop import Level
from bridge.errors import ShopRefused
from tests.plugins.adapters.conftest import MakeCase
from tests.support.shops import LAYOUTS

MORNING = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 - a shop's wall clock has no zone


@pytest.mark.parametrize("layout", LAYOUTS)
async def test_every_version_is_named_read_and_found_well_by_the_user_of_the_printed_rights(
    make_case: MakeCase, layout: str
) -> None:
    case = await make_case(layout)
    await case.shop.add_product("base")
    adapter = case.connect(case.least())
    facts = await adapter.probe()
    assert facts.layout == layout
    customer = await case.shop.add_customer("ada@shop.example")
    order = await case.shop.place_order(customer, [("base", 2)], at=MORNING)
    await case.shop.set_status(order, case.shop.paid_status, MORNING)
    [read], unreadable = await adapter.read_orders([order])
    assert (unreadable, read.granting_at) == ([], MORNING)
    assert [(line.code, line.quantity) for line in read.lines] == [("base", 2)]
    assert {finding for finding in await adapter.check() if finding.level is not Level.OK} == set()


UNKNOWN = [
    (
        "opencart-4.0",
        "ALTER TABLE `{p}order` ADD payment_code VARCHAR(128) NOT NULL",
        "OpenCart that is not known; the nearest is OpenCart 4.0, but here there is oc_order.payment_code",
    ),
    (
        "prestashop-9",
        "ALTER TABLE `{p}order_detail` DROP product_isbn",
        "PrestaShop that is not known; the nearest is PrestaShop 9, but here ps_order_detail.product_isbn is missing",
    ),
]


@pytest.mark.parametrize(("layout", "change", "words"), UNKNOWN)
async def test_a_column_nobody_may_read_tells_a_version_apart_for_the_owner_and_for_the_least_user(
    make_case: MakeCase, layout: str, change: str, words: str
) -> None:
    case = await make_case(layout)
    least = case.least()
    case.run(change)
    for connection in (least, case.connection()):
        with pytest.raises(ShopRefused) as refusal:
            await case.connect(connection).probe()
        assert str(refusal.value).endswith(f" has a layout of {words}")
        assert refusal.value.hint.startswith(f"known are {case.tables.layouts[0].title}, ")
        [found] = [found for found in await case.connect(connection).check() if found.name == "layout"]
        assert (found.level, found.text) == (Level.WRONG, str(refusal.value))
